"""What is wrong, or worth knowing, about a piece of data.

A finding is a value that is returned, never raised: every reader, rule and validator gives back all of its
findings at once. Faults of the world (network, disk, Crossref) are errors instead: see `doideposit.errors`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

__all__ = [
    "Finding",
    "Severity",
    "Where",
    "counted",
    "field_path",
    "has_errors",
    "in_words",
    "loc_of",
    "nearest",
    "writable",
]

# The way to a value inside a record, as keys and indices from the top: `("authors", 0, "orcid")`.
Loc = tuple[str | int, ...]
Known = TypeVar("Known")


class Severity(StrEnum):
    """Describe how much a finding matters: an error stops the record, a warning travels with it, an info only tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Where:
    """Describe the place a finding points at; every part may be unknown.

    `line` and `column` count from 1; `field` is written as in ``authors[0].orcid``; `element` is the path of an
    XML element for findings about XML, such as ``/doi_batch/body/report-paper[2]``.
    """

    file: str | None = None
    line: int | None = None
    column: int | None = None
    field: str | None = None
    element: str | None = None

    @property
    def top_field(self) -> str:
        """Return the field of the record that holds `field`, or is it: ``authors`` of ``authors[0].orcid``."""
        return re.split(r"[.\[]", self.field or "", maxsplit=1)[0]

    def __str__(self) -> str:
        numbers = [str(number) for number in (self.line, self.column) if number is not None]
        place = ":".join([self.file or "-", *numbers]) if self.file or numbers else ""
        return " ".join(part for part in (place, self.field or self.element) if part)


NOWHERE = Where()


@dataclass(frozen=True, slots=True)
class Finding:
    """Describe one thing that is wrong or worth knowing: a stable code, how bad, where, what, and what to do now.

    `message` is one sentence in the user's words. `hint` says what to do. `original` keeps the words of the
    machine that complained (libxml2, Crossref) for those who ask for them. `ignored_because` holds the reason
    given in the configuration when the finding was set aside there: it stays visible and no longer counts.
    `length` is how many characters the marker below the line should cover, when that is known. `category` groups the
    findings of rules; those of "completeness" are wishes, which may be shown together in one line.
    """

    code: str
    severity: Severity
    message: str
    hint: str = ""
    where: Where = NOWHERE
    original: str | None = None
    ignored_because: str | None = None
    length: int | None = None
    category: str | None = None

    @property
    def stops(self) -> bool:
        """Tell whether the record must not be deposited because of this finding."""
        return self.severity is Severity.ERROR and self.ignored_because is None

    @property
    def is_wish(self) -> bool:
        """Tell whether it only says what would make a record richer: nothing is wrong without it."""
        return self.category == "completeness" and self.severity is Severity.INFO and not self.ignored_because

    def at(self, where: Where) -> "Finding":
        """Return the same finding, pointing at `where`."""
        return replace(self, where=where)

    def to_dict(self) -> dict[str, str | int | None]:
        """Return the finding as the JSON contract has it; keys that are not of the contract come only when filled."""
        data: dict[str, str | int | None] = {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "hint": self.hint,
            "file": self.where.file,
            "line": self.where.line,
            "column": self.where.column,
            "field": self.where.field,
        }
        extra = {
            "element": self.where.element,
            "ignored_because": self.ignored_because,
            "category": self.category,
        }
        return data | {key: value for key, value in extra.items() if value is not None}


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether any of the findings stops its record."""
    return any(finding.stops for finding in findings)


def loc_of(path: str | None) -> Loc:
    """Return the way to a value from how people write it: ``authors[0].orcid`` gives ``("authors", 0, "orcid")``."""
    steps = re.findall(r"\[(\d+)\]|([^.\[\]]+)", path or "")
    return tuple(int(index) if index else name for index, name in steps)


# Records have the same few hundred fields: a plan of 100,000 records keeps each text once.
@lru_cache(maxsize=4096)
def field_path(loc: Loc) -> str:
    """Write the way to a value as people write it: ``("authors", 0, "orcid")`` gives ``authors[0].orcid``."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def writable(text: str) -> str:
    """Write halves of surrogate pairs as escapes: no encoding has them, so no file and no terminal takes them.

    JSON can write them down one by one, and Python puts them for bytes it cannot read.
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def nearest(places: Mapping[Loc, Known], loc: Loc) -> tuple[Loc, Known] | None:
    """Return what is known of a field, or of the nearest field around it, with its path; None if nothing is."""
    return next(((loc[:end], places[loc[:end]]) for end in range(len(loc), -1, -1) if loc[:end] in places), None)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where that is right."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def in_words(span: timedelta) -> str:
    """Return a length of time as people say it, in the largest unit of which there are two."""
    seconds = int(span.total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return counted(seconds // size, unit)
    return counted(seconds, "second")
