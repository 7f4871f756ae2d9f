"""What a source gives, and where it was written: which file, and which line and column every field has."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final, TypeVar

from doideposit.findings import Finding, Loc, Where, field_path, nearest

__all__ = ["NO_PLACES", "LazyMapping", "Origin", "Place", "RawRecord", "RawValue"]


# What a source gives: texts, nothing, lists and mappings. Every scalar is text, so that 012 and no survive.
RawValue = str | None | Sequence["RawValue"] | Mapping[str, "RawValue"]


@dataclass(frozen=True, slots=True)
class Place:
    """Hold a line and a column of a file, both from 1; `key_column` is where the key of a mapping stands, if any.

    `text_column` is where the first character of a text stands, when the whole text is on that one line exactly
    as it was read: only then can a place inside the text be pointed at. `file` is set where the value is in another
    file than the record, such as a file of references.
    """

    line: int
    column: int
    key_line: int | None = None
    key_column: int | None = None
    text_column: int | None = None
    file: str | None = None


NO_PLACES: Final[Mapping[Loc, Place]] = MappingProxyType({})


# The fields of a record are asked for again and again, by rules and by findings.
@lru_cache(maxsize=1024)
def _without_place(file: str | None, loc: Loc) -> Where:
    """Return a field of a record made in Python; the fields that findings name are the same few for all records."""
    return Where(file=file, field=field_path(loc) or None)


Key = TypeVar("Key")
Value = TypeVar("Value")


class LazyMapping(Mapping[Key, Value]):
    """Hold what is worked out when the first entry is asked for.

    Most records have no findings, and finding the places of their fields costs more than reading them.
    """

    def __init__(self, find: Callable[[], Mapping[Key, Value]]) -> None:
        self._find = cache(find)

    def __getitem__(self, key: Key) -> Value:
        return self._find()[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._find())

    def __len__(self) -> int:
        return len(self._find())


@dataclass(frozen=True, slots=True)
class Origin:
    """Tell where a record comes from, down to the place of every field.

    `file` is the name as the user gave it, or None for a record made in Python. `index` is the record's place in a
    list, from 0, or None when the file holds one record.
    """

    file: str | None = None
    index: int | None = None
    places: Mapping[Loc, Place] = field(default_factory=lambda: NO_PLACES, repr=False)

    def where(self, loc: Loc = (), *, key: bool = False) -> Where:
        """Return the place of the field at `loc`, or of the nearest field around it that has a place.

        With `key` the place of the field's name rather than of its value.
        """
        if self.places is NO_PLACES:
            return _without_place(self.file, loc)
        found = nearest(self.places, loc)
        if found is None:
            return Where(file=self.file, field=field_path(loc) or None)
        place = found[1]
        at_key = key and place.key_line is not None
        return Where(
            file=place.file or self.file,
            line=place.key_line if at_key else place.line,
            column=place.key_column if at_key else place.column,
            field=field_path(loc) or None,
        )

    @property
    def label(self) -> str:
        """Return a name for messages: the file and, of several records in it, the line or the place in the list."""
        name = self.file or "record"
        if self.index is None:
            return name
        line = self.where().line
        return f"{name}[{self.index}]" if line is None else f"{name}:{line}"


@dataclass(frozen=True, slots=True)
class RawRecord:
    """Hold a record as it was read: texts in their structure, and the place of each.

    `findings` is what the reader already had to say about it, such as a key that is given twice; an error among them
    stops the record, and parsing passes them on.
    """

    data: Mapping[str, RawValue]
    origin: Origin
    findings: tuple[Finding, ...] = ()
