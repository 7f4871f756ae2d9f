"""Which known word a misspelt one was most likely meant to be."""

from collections.abc import Iterable
from typing import Final

__all__ = ["did_you_mean", "nearest"]

# Words people use for our keys that do not look like them.
_SYNONYMS: Final = {
    "date": "published",
    "publication_date": "published",
    "year": "published",
    "lang": "language",
    "link": "url",
    "pdf": "pdf_url",
    "license": "licences",
    "funder": "funding",
    "funders": "funding",
    "name": "family",
    "surname": "family",
    "lastname": "family",
    "last_name": "family",
    "firstname": "given",
    "first_name": "given",
    "forename": "given",
    "organization": "organisation",
    "organizations": "organisation",
    "institution": "organisation",
    "institute": "organisation",
    "corporate": "organisation",
    "collective": "organisation",
    "author": "authors",
    "group": "organisation",
    "title_original": "original_title",
    "user": "username",
    "login": "username",
    "mail": "email",
    "type": "record_type",
}


# With fewer letters than this, too many keys begin in the same way.
_BEGUN: Final = 3


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return “did you mean …?” for a word that resembles a known one, or an empty text."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that a misspelt one most likely means."""
    from difflib import get_close_matches  # noqa: PLC0415  (only where something is misspelt)

    names = {name.lower().replace("-", "_"): name for name in known}
    wanted = word.lower().replace("-", "_").replace(" ", "_")
    synonym = _SYNONYMS.get(wanted)
    begun = [name for name in names if len(wanted) >= _BEGUN and name.startswith(wanted)]
    # Six tenths is the standard library's own measure of what is close.
    close = [synonym] if synonym in names else begun or get_close_matches(wanted, names, n=1, cutoff=0.6)
    return names[close[0]] if close else None
