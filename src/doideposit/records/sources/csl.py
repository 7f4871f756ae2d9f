"""Entries of bibliographies, in the form of CSL (the JSON of citation managers), made into references of a record.

BibTeX and RIS are brought into this form first. Source: the schema of CSL 1.0.2, csl-data.json.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from doideposit.records.doi_text import FoundDoi
from doideposit.records.origin import Place

__all__ = ["CitedWork"]


@dataclass(frozen=True, slots=True)
class CitedWork:
    """Hold one entry of a bibliography as the fields of a reference, and where it is."""

    fields: Mapping[str, str]
    place: Place

    @classmethod
    def of_csl(cls, item: Mapping[str, Any], place: Place) -> Self:
        """Return the work that an item of CSL describes."""
        return cls(_reference_fields(item), place)

    @property
    def key(self) -> str:
        """Return the key that texts cite it by; nothing for an entry without one."""
        return self.fields.get("key", "")


# Types of CSL 1.0.2 by Crossref's types of citations.
_TYPES: Final[Mapping[str, str]] = {
    "article": "preprint",
    "article-journal": "journal_article",
    "article-magazine": "journal_article",
    "article-newspaper": "other",
    "book": "book",
    "chapter": "book_chapter",
    "entry-encyclopedia": "book_chapter",
    "dataset": "dataset",
    "paper-conference": "conference_paper",
    "patent": "patent",
    "post": "web_resource",
    "post-weblog": "blog_post",
    "report": "report",
    "review": "peer_review",
    "software": "software",
    "standard": "standard",
    "thesis": "dissertation",
    "webpage": "web_resource",
}
# The title of these is that of the whole, and not of a part in it.
_WHOLE: Final = frozenset({"book", "report", "thesis", "standard", "dataset", "software"})
# Years are in texts of all forms; four digits that belong to a longer number are none.
_YEAR: Final = re.compile(r"(?<!\d)(\d{4})(?!\d)")


def _reference_fields(item: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a reference; what the entry does not say is left out. All values are texts."""
    kind = _as_text(item.get("type"))
    title, container = _as_text(item.get("title")), _as_text(item.get("container-title"))
    doi, url = _doi_and_address(
        _as_text(item.get("DOI") or item.get("doi")), _as_text(item.get("URL") or item.get("url"))
    )
    pages = _as_text(item.get("page"))
    fields = {
        "key": _as_text(item.get("id")),
        "type": _TYPES.get(kind, "other" if kind else ""),
        "text": _citation_text(item),
        "url": url,
        "doi": doi,
        # Programs write several ISSNs into one text, and a reference has room for one.
        "issn": _as_text(item.get("ISSN")).split(" ")[0].strip(",;"),
        "isbn": re.sub(r"[^0-9Xx-]", "", _as_text(item.get("ISBN")).split(" ")[0]),
        "journal_title": container if kind.startswith("article") else "",
        "author": _first_author(item),
        "volume": _as_text(item.get("volume")),
        "issue": _as_text(item.get("issue")),
        "first_page": re.split(r"\s*[-–—]+\s*", pages)[0] if re.match(r"\w+(?:\s*[-–—]|$)", pages) else "",
        "year": _year_of(item.get("issued")),
        "series_title": _as_text(item.get("collection-title")),
        "edition": "".join(re.findall(r"^\d+", _as_text(item.get("edition")))),
        "volume_title": title if kind in _WHOLE else container if kind in {"chapter", "paper-conference"} else "",
        "article_title": "" if kind in _WHOLE else title,
    }
    return {key: value for key, value in fields.items() if value}


def _doi_and_address(doi: str, url: str) -> tuple[str, str]:
    """Return DOI and address; an address that is a DOI is one."""
    named = FoundDoi.bare(url)
    if named != url and named.startswith("10."):
        return FoundDoi.bare(doi) or named, ""
    return FoundDoi.bare(doi), url


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return "" if value is None or isinstance(value, Mapping) else " ".join(str(value).split())


def _people_of(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    for role in ("author", "editor", "director", "container-author"):
        people = item.get(role)
        if isinstance(people, list) and people:
            return [person if isinstance(person, Mapping) else {"literal": str(person)} for person in people]
    return []


def _family_name(person: Mapping[str, Any]) -> str:
    # CSL keeps "van" and "de" apart from the family name; Crossref's citation has one field for both.
    particle = _as_text(person.get("non-dropping-particle") or person.get("dropping-particle"))
    family = _as_text(person.get("family") or person.get("literal") or person.get("name"))
    return f"{particle} {family}".strip()


def _first_author(item: Mapping[str, Any]) -> str:
    people = _people_of(item)
    return _family_name(people[0]) if people else ""


def _year_of(issued: Any) -> str:
    if isinstance(issued, Mapping):
        parts = issued.get("date-parts")
        # CSL-JSON nests the date twice, because the second entry would be the end of a range.
        if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
            return _as_text(parts[0][0])
        # Not all programs split a date: `raw` and `literal` are those of CSL, and `year` has been seen as well.
        issued = issued.get("raw") or issued.get("literal") or issued.get("year")
    found = _YEAR.search(_as_text(issued))
    return found[1] if found else ""


def _citation_text(item: Mapping[str, Any]) -> str:
    """Return an entry as a list of references prints it: authors, year, title, where it appeared, publisher."""
    names = [_printed_name(person) for person in _people_of(item)]
    authors = names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}" if names else ""
    year = _year_of(item.get("issued"))
    volume, issue, pages = (_as_text(item.get(key)) for key in ("volume", "issue", "page"))
    numbers = volume + (f"({issue})" if issue and volume else issue)
    place = ", ".join(part for part in (_as_text(item.get("container-title")), numbers, pages) if part)
    parts = (
        f"{authors} ({year})" if authors and year else authors or (f"({year})" if year else ""),
        *(_as_text(item.get("title")), place, _as_text(item.get("publisher"))),
    )
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)


def _printed_name(person: Mapping[str, Any]) -> str:
    initials = " ".join(f"{part[0]}." for part in re.split(r"[\s.]+", _as_text(person.get("given"))) if part)
    return f"{_family_name(person)}, {initials}" if initials else _family_name(person)
