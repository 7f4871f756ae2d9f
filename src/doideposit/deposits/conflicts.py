"""The two records of a conflict beside each other, and the file by which a person answers it at Crossref.

Crossref takes such files as text with a header line; which DOI stays, or that both do, is a person's decision, so the
file is written and never sent (https://support.crossref.org/hc/en-us/articles/215655183-Resolving-conflicts).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from doideposit.deposits.warnings import CrossrefWarning, WarningKind
from doideposit.errors import UsageError
from doideposit.records.origin import RawValue

__all__ = ["ComparedField", "ConflictSide", "answer_file"]

# What tells two works apart for a reader; Crossref compares title, first author, year and number.
FIELDS: Final = ("number", "title", "subtitle", "authors", "published", "language", "series", "institution", "url")
# A conflict is between two records; a third one would be another conflict.
TWO: Final = 2


@dataclass(frozen=True, slots=True)
class ConflictSide:
    """Hold one record of a conflict: its fields, and where they were read; `why_not` where they could not be."""

    doi: str
    fields: Mapping[str, RawValue]
    read_from: str
    why_not: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        fields = {name: _as_text(self.fields.get(name)) for name in FIELDS if self.fields.get(name)}
        return {"doi": self.doi, "read_from": self.read_from, "why_not": self.why_not or None, "fields": fields}

    def is_like(self, other: "ConflictSide") -> bool:
        """Tell whether two records can be a conflict: of one title, first author and year, as far as they say."""
        keys = [
            (_as_text(side.fields.get("title")), _first_author(side), _as_text(side.fields.get("published"))[:4])
            for side in (self, other)
        ]
        return bool(keys[0][0]) and keys[0] == keys[1]


@dataclass(frozen=True, slots=True)
class ComparedField:
    """Hold the values of one field, in the order of the sides, and whether they are the same."""

    name: str
    values: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Tell whether all sides have the same value."""
        return len({value.casefold() for value in self.values}) == 1

    @staticmethod
    def of_sides(sides: Sequence[ConflictSide]) -> "tuple[ComparedField, ...]":
        """Return the fields that one of the sides has, each with the values of all of them."""
        rows = (ComparedField(name, tuple(_as_text(side.fields.get(name)) for side in sides)) for name in FIELDS)
        return tuple(row for row in rows if any(row.values))


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
        return name or _as_text(next((each for each in value.values() if each), None))
    return "; ".join(filter(None, map(_as_text, value)))


def answer_file(
    warning: CrossrefWarning, *, email: str, primary: str | None = None, alias: str | None = None, both: bool = False
) -> str:
    """Return the file that answers a conflict: one DOI stays, one becomes an alias, or `both` are works of their own.

    Raises `UsageError` where the warning is not a conflict, or does not name the DOI.
    """
    if warning.kind is not WarningKind.CONFLICT:
        raise UsageError(f"warning {warning.id} is not a conflict", hint="`doideposit warnings` shows which ones are")
    if sum((primary is not None, alias is not None, both)) != 1:
        raise UsageError("say which DOI stays", hint="give --primary DOI, --alias DOI or --both")
    dois = (str(warning.doi), *warning.others)
    named = _choose_doi(dois, primary or alias)
    return "\n".join((*_answer_lines(dois, named, email, alias=alias is not None, both=both), ""))


def _choose_doi(dois: Sequence[str], wanted: str | None) -> str:
    if wanted is None:
        return dois[0]
    found = next((doi for doi in dois if doi.casefold() == wanted.casefold()), None)
    if found is None:
        raise UsageError(f"{wanted} is none of the DOIs in this conflict", hint=f"name one of: {', '.join(dois)}")
    return found


def _answer_lines(dois: Sequence[str], named: str, email: str, *, alias: bool, both: bool) -> Iterator[str]:
    others = [doi for doi in dois if doi != named]
    if both:
        yield from (f"H:email={email};op=resolve", named)
    elif len(dois) == TWO:
        yield from (f"H:email={email};op={'alias' if alias else 'primary'}", named)
    elif alias:
        # Crossref rejects the operation `alias` on a conflict of more than two DOIs.
        hint = f"name the DOI that stays with --primary: {', '.join(others)}"
        raise UsageError(
            f"{len(dois)} DOIs are in this conflict: it is not clear of which one it becomes an alias", hint=hint
        )
    else:
        yield f"H:email={email};op=force_alias;delim=tab"
        yield from (f"{named}\t{other}" for other in others)
