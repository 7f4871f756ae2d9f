"""The two records of a conflict beside each other, so that a person can tell which DOI stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from doideposit.records.origin import RawValue

__all__ = ["ConflictSide"]

# What tells two works apart for a reader; Crossref compares title, first author, year and number.
FIELDS: Final = ("number", "title", "subtitle", "authors", "published", "language", "series", "institution", "url")


@dataclass(frozen=True, slots=True)
class ConflictSide:
    """Hold one record of a conflict: its fields, and where they were read; `why_not` where they could not be."""

    doi: str
    fields: Mapping[str, RawValue]
    read_from: str
    why_not: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """Return what a reader compares: each field as one line, in the same order for every side, empty for none."""
        return {name: _as_text(self.fields.get(name)) for name in FIELDS}

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        fields = {name: text for name, text in self.texts.items() if self.fields.get(name)}
        return {"doi": self.doi, "read_from": self.read_from, "why_not": self.why_not or None, "fields": fields}

    def is_like(self, other: "ConflictSide") -> bool:
        """Tell whether two records can be a conflict: of one title, first author and year, as far as they say."""
        keys = [
            (_as_text(side.fields.get("title")), _first_author(side), _as_text(side.fields.get("published"))[:4])
            for side in (self, other)
        ]
        return bool(keys[0][0]) and keys[0] == keys[1]


def _first_author(side: ConflictSide) -> str:
    authors = side.fields.get("authors")
    first = authors[0] if isinstance(authors, list | tuple) and authors else None
    return _as_text(first.get("family") or first.get("organisation")) if isinstance(first, Mapping) else ""


def _as_text(value: RawValue) -> str:
    """Return a value of a record as one line."""
    if value is None or isinstance(value, str):
        return " ".join((value or "").split())
    if isinstance(value, Mapping):
        name = " ".join(filter(None, (_as_text(value.get("given")), _as_text(value.get("family")))))
        return name or _as_text(next(filter(None, value.values()), None))
    return "; ".join(filter(None, map(_as_text, value)))
