"""The keys of headers that say what a record says, in the names of Hugo, Jekyll, Quarto, Pandoc, JOSS, Docusaurus."""

import re
from collections.abc import Mapping
from typing import Final

from doideposit.records.extraction.dates import find_date
from doideposit.records.extraction.header_authors import header_authors
from doideposit.records.extraction.header_values import HeaderNotes, HeaderValue, Stated, Taken
from doideposit.records.extraction.licences import licence_address
from doideposit.records.sources.interface import Header

__all__ = ["OWN", "header_fields"]

# Below this key a header holds fields of a record as they are; they come before what the site's own keys say.
OWN: Final = "doideposit"

# Proposals of communities (EIP, PEP, RFC) call their number by the name of the series.
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "series": ("series",),
    "number": ("number", "issue", "nummer", "numero", "número", "eip", "erc", "bip", "pep", "rfc", "xep"),
    "title": ("title", "titel", "titre", "título", "titolo", "headline"),
    "subtitle": ("subtitle", "sub_title", "sub-title", "untertitel"),
    "published": (
        *("date", "published", "publishdate", "pubdate", "published_at", "date_published", "date-published"),
        *(
            "publish_date",
            "publication_date",
            "publication-date",
            "issued",
            "created",
            "start date",
            "datum",
            "fecha",
            "assigned",
        ),
    ),
    "doi": ("doi",),
    "url": ("canonical_url", "canonical-url", "canonicalurl", "canonical", "url", "permalink", "link"),
    "language": ("language", "lang", "locale"),
}
# Hugo shows `summary` in lists, and many sites put their abstract there.
_ABSTRACT: Final = ("abstract", "summary", "zusammenfassung", "resumen", "résumé", "resume")
# Crossref has no keywords; they are read because a record keeps them for the landing page.
_KEYWORDS: Final = ("keywords", "keyword", "tags", "categories")
# British and American spelling, one or several.
_LICENCE: Final = ("license", "licence", "licenses", "licences", "rights", "lizenz")
# Words that stand where a date does; the program that builds the page puts another day there each time.
_MOVING: Final = re.compile(
    r"^\W*(?:today|now|last-modified|heute|aujourd'hui)\W*$|^`r\s|sys\.(?:date|time)|\{\{|\\today|<%", re.IGNORECASE
)
# YAML 1.1 reads yes and no as truth values, so that a title “No” arrives as one.
_TRUTH: Final = frozenset({"true", "false", "yes", "no"})


def header_fields(header: Header, notes: HeaderNotes) -> dict[str, Stated]:
    """Return what a header says, in the fields of a record; what was not understood is noted."""
    top = HeaderValue(header.data, ())
    found: dict[str, Stated] = {}
    for name, keys in _KEYS.items():
        value = _first(top, keys)
        taken = value and _READERS.get(name, _plain)(value, notes)
        if taken:
            found[name] = taken
    found |= _longer(top, notes)
    authors = header_authors(top, notes)
    return {**found, "authors": authors} if authors else found


def _first(top: HeaderValue, keys: tuple[str, ...]) -> HeaderValue | None:
    """Return the first key that holds something of use: `published` of Jekyll is only a yes or no."""
    for place in (top.get(OWN), top, top.get("params"), top.get("extra"), top.get("citation")):
        for key in keys:
            value = place.get(key) if place else None
            if value is not None and not (key == "published" and value.text.lower() in _TRUTH):
                return value
    return None


def _plain(value: HeaderValue, notes: HeaderNotes) -> Taken | None:
    """Return a text on one line; of a list the only item, of a mapping its name or text."""
    if isinstance(value.value, list) and len(value.value) == 1:
        value = next(value.items())
    value = value.get("name", "text", "id", "plain", "main") or value
    if value.text:
        return value.taken(" ".join(value.text.split()))
    kind = "a list" if isinstance(value.value, list) else "a mapping"
    key = str(value.loc[-1])
    notes.unread("header-shape", f"`{key}` is {kind}, and one text is expected", f"write {key}: …", value, field=key)
    return None


def _series(value: HeaderValue, notes: HeaderNotes) -> Taken | None:
    """Return the name of the series; sites also use the key for lists of their own, which say nothing here."""
    return None if isinstance(value.value, list) and len(value.value) > 1 else _plain(value, notes)


def _date(value: HeaderValue, notes: HeaderNotes) -> Taken | None:
    taken = _plain(value, notes)
    if taken is None:
        return None
    date = find_date(taken.text)
    if date is not None and date.value and not _MOVING.search(taken.text):
        return value.taken(date.value)
    what = "can be read as two days" if date is not None else "is no date"
    if _MOVING.search(taken.text):
        what = "is another day whenever the page is built"
    hint = "write the day of publication as 2023-09-14"
    notes.unread("header-date", f"“{taken.text}” {what}", hint, value, field="published")
    return None


def _url(value: HeaderValue, notes: HeaderNotes) -> Taken | None:
    """Return an address with its host; a path within the site is no address yet."""
    del notes
    return value.taken() if re.match(r"https?://\S+$", value.text) else None


def _language(value: HeaderValue, notes: HeaderNotes) -> Taken | None:
    """Return the code of the language: en-US and en_US are en for Crossref."""
    if isinstance(value.value, list):
        value = next(value.items())
    taken = _plain(value, notes)
    code = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*", taken.text) if taken else None
    return value.taken(code[1].lower()) if code else taken


# Fields that need more than a text; all others are taken as they stand.
_READERS: Final = {"series": _series, "published": _date, "url": _url, "language": _language}


def _longer(top: HeaderValue, notes: HeaderNotes) -> dict[str, Stated]:
    found: dict[str, Stated] = {}
    abstract = _first(top, _ABSTRACT)
    if abstract is not None:
        abstract = abstract.get("text", "content") or abstract
        if abstract.text:
            found["abstracts"] = ({"text": abstract.taken()},)
    keywords = _first(top, _KEYWORDS)
    if keywords is not None and (words := _words(keywords)):
        found["keywords"] = words
    licence = _first(top, _LICENCE)
    if licence is not None and (taken := _licence(licence, notes)):
        found["licences"] = ({"url": taken},)
    return found


def _words(value: HeaderValue) -> tuple[Taken, ...]:
    """Return keywords: a list, or a text with commas or semicolons."""
    if isinstance(value.value, str):
        mark = ";" if ";" in value.value else ","
        return tuple(value.taken(word.strip()) for word in value.value.split(mark) if word.strip())
    words = [each.get("name", "text", "term") or each for each in value.items()]
    return tuple(each.taken() for each in words if each.text)


def _licence(value: HeaderValue, notes: HeaderNotes) -> Taken | None:
    for each in value.items():
        parts = [part for part in (each.get("url", "link"), each.get("text", "name", "type", "id"), each) if part]
        for part in parts:
            address = part.text if re.match(r"https?://\S+$", part.text) else licence_address(part.text)
            if address:
                return part.taken(address)
    named = value.text
    if re.search(r"\bCC\b|creative commons", named, re.IGNORECASE):
        hint = "write the version too, as in CC BY 4.0, or the address of the licence"
        notes.warn("header-licence", f"“{named}” leaves open which version it is", hint, value, field="licences")
    return None
