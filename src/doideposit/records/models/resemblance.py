"""Which known word a misspelt one was most likely meant to be."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

__all__ = ["FEW", "KnownWords"]

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


# A list of more names than a dozen is looked up in the reference.
FEW: Final = 12
# With fewer letters than this, too many keys begin in the same way.
_BEGUN: Final = 3


@dataclass(frozen=True, slots=True)
class KnownWords:
    """Hold the words that are known in one place, such as the keys of a record."""

    words: Collection[str]

    def nearest(self, word: str) -> str | None:
        """Return the known word that a misspelt one most likely means."""
        from difflib import get_close_matches  # noqa: PLC0415  (only where something is misspelt)

        names = {name.lower().replace("-", "_"): name for name in self.words}
        wanted = word.lower().replace("-", "_").replace(" ", "_")
        synonym = _SYNONYMS.get(wanted)
        begun = [name for name in names if len(wanted) >= _BEGUN and name.startswith(wanted)]
        # Six tenths is the standard library's own measure of what is close.
        close = [synonym] if synonym in names else begun or get_close_matches(wanted, names, n=1, cutoff=0.6)
        return names[close[0]] if close else None

    def did_you_mean(self, word: str) -> str:
        """Return “did you mean …?” for a word that resembles a known one, or an empty text."""
        near = self.nearest(word)
        return f"did you mean `{near}`?" if near else ""

    def advice(self, key: str) -> str:
        """Return what to do about a key that is not known: the one that is meant, or all there are if they are few."""
        guess = self.did_you_mean(key)
        if not guess and 0 < len(self.words) <= FEW:
            guess = "the keys allowed here are " + ", ".join(self.words)
        return guess or "delete it, or look the key up in the documentation"
