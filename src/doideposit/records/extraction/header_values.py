"""Values of a header with the way to them, and what is taken from them for a record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from doideposit.findings import Finding, Loc, Severity, Where, field_path, nearest
from doideposit.records.sources.interface import Header

__all__ = ["HeaderNotes", "HeaderValue", "Stated", "Taken"]


@dataclass(frozen=True, slots=True)
class HeaderValue:
    """Hold a value of a header, and the way to it from the top of the header."""

    value: Any
    loc: Loc

    def get(self, *names: str) -> "HeaderValue | None":
        """Return the first of these entries that holds something; keys are compared in small letters."""
        if not isinstance(self.value, Mapping):
            return None
        by_name = {str(key).lower(): key for key in self.value}
        for name in names:
            if name in by_name and self.value[by_name[name]] not in (None, "", [], {}):
                return HeaderValue(self.value[by_name[name]], (*self.loc, by_name[name]))
        return None

    def items(self) -> "Iterator[HeaderValue]":
        """Return the items of a list; anything else is a list of itself."""
        if isinstance(self.value, list):
            yield from (HeaderValue(item, (*self.loc, index)) for index, item in enumerate(self.value))
        else:
            yield self

    def entries(self) -> "Iterator[tuple[str, HeaderValue]]":
        """Return the entries of a mapping, with their keys."""
        if isinstance(self.value, Mapping):
            for key, value in self.value.items():
                yield str(key), HeaderValue(value, (*self.loc, key))

    @property
    def text(self) -> str:
        """Return the text without spaces around it; nothing where this is not text."""
        return self.value.strip() if isinstance(self.value, str) else ""

    def taken(self, text: str | None = None, *, sure: bool = True) -> "Taken":
        """Return this value, or `text` made of it, for a field of a record."""
        return Taken(self.text if text is None else text, self.loc, sure)


@dataclass(frozen=True, slots=True)
class Taken:
    """Hold the text of one field of a record, where in the header it stands, and whether it could be read one way."""

    text: str
    loc: Loc
    sure: bool = True


# A field of a record, in the form that a record has it.
Stated = Taken | tuple["Stated", ...] | Mapping[str, "Stated"]


class HeaderNotes:
    """Collect what is wrong with a header, at its own lines."""

    def __init__(self, header: Header, file: str, *, strict: bool) -> None:
        self._header = header
        self._file = file
        self._unread = Severity.ERROR if strict else Severity.WARNING
        self.found: list[Finding] = []

    def unread(self, code: str, message: str, hint: str, at: HeaderValue, *, field: str) -> None:
        """Note a value that was not understood: it blocks a document that is deposited directly."""
        self.found.append(Finding(code, self._unread, message, hint, self.where(at.loc, field)))

    def warn(self, code: str, message: str, hint: str, at: HeaderValue, *, field: str) -> None:
        """Note something a person should look at."""
        self.found.append(Finding(code, Severity.WARNING, message, hint, self.where(at.loc, field)))

    def where(self, loc: Loc, field: str | None = None) -> Where:
        """Return the place of a value of the header, or of the value around it."""
        found = nearest(self._header.places, loc)
        if found is not None:
            return Where(self._file, found[1].line, found[1].column, field or field_path(loc))
        return Where(self._file, self._header.lines.get(str(loc[0])) if loc else 1, None, field or field_path(loc))
