"""Where the values of a JSON text stand, found one by one.

Most of what is said of a record is said of two or three of its fields. To find one of them, the objects and lists
around it are walked through, and what lies beside the way is passed over by the standard library's parser.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from doideposit.findings import Loc
from doideposit.records.origin import Place

__all__ = ["JsonPlaces", "JsonText"]

# Numbers stay texts: their value is not asked for here, and long ones take time.
_pass_over = json.JSONDecoder(strict=False, parse_int=str, parse_float=str).raw_decode
# The white space of RFC 8259, and no other.
_SPACES: Final = re.compile(r"[ \t\r\n]*")
_COLON: Final = re.compile(r"[ \t\r\n]*:[ \t\r\n]*")
# Behind the last value there is no comma. That none is missing elsewhere was seen when the text was read.
_COMMA: Final = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")

# What stands in an object or a list: by its key or index, the offsets of its key and of its value.
_Entries = Mapping[str | int, tuple[int | None, int]]


class JsonText:
    """Hold a text that is known to be JSON; `line` is the number of its first line in its file."""

    def __init__(self, text: str, line: int = 1) -> None:
        self.text = text
        self._line = line
        self._entries: dict[int, _Entries] = {}

    @cached_property
    def start(self) -> int:
        """Return the offset of the value that the whole text is."""
        return _end(_SPACES, self.text, 0)

    def entries(self, offset: int) -> _Entries:
        """Return what is in the object or list that stands there; nothing for another value, the first of like keys."""
        found = self._entries.get(offset)
        if found is None:
            found = self._entries[offset] = dict(self.walk(offset))
        return found

    def opens(self, offset: int, bracket: str) -> bool:
        """Tell whether an object or a list begins at an offset, by its bracket."""
        return self.text[offset] == bracket

    def walk(self, offset: int) -> Iterator[tuple[str | int, tuple[int | None, int]]]:
        """Yield what is in the object or list that stands there, like keys as often as they come."""
        text = self.text
        if text[offset] not in "{[":
            return
        named = text[offset] == "{"
        at, index = _end(_SPACES, text, offset + 1), 0
        while text[at] not in "}]":
            key: str | int = index
            value = at
            if named:
                key, end = _pass_over(text, at)
                value = _end(_COLON, text, end)
            yield key, (at if named else None, value)
            index += 1
            at = _end(_COMMA, text, _pass_over(text, value)[1])

    def place(self, offset: int, key: int | None = None) -> Place:
        """Return the place of the value at an offset, and of its key."""
        line, column = self._position(offset)
        key_line, key_column = (None, None) if key is None else self._position(key)
        return Place(line, column, key_line, key_column, self._text_column(offset, column))

    def _text_column(self, offset: int, column: int) -> int | None:
        match self.text[offset]:
            case "{" | "[":
                return None
            case '"':
                end = _pass_over(self.text, offset)[1]
                # An escape is longer in the file than in the text, so that places behind it would be wrong.
                return None if "\\" in self.text[offset:end] else column + 1
            case _:
                return column

    def _position(self, offset: int) -> tuple[int, int]:
        row = bisect_right(self._starts, offset)
        return row + self._line - 1, offset - self._starts[row - 1] + 1

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    if match is None:
        raise RuntimeError("places are looked for in JSON that was read before")
    return match.end()


class JsonPlaces(Mapping[Loc, Place]):
    """Find the places of the record that is the whole text, or entry `index` of the list that the text is."""

    def __init__(self, text: JsonText, index: int | None = None) -> None:
        self._text = text
        self._index = index

    @cached_property
    def _top(self) -> int:
        start = self._text.start
        return start if self._index is None else self._text.entries(start)[self._index][1]

    def __getitem__(self, loc: Loc) -> Place:
        key, value = None, self._top
        for step in loc:
            key, value = self._text.entries(value)[step]
        return self._text.place(value, key)

    def __iter__(self) -> Iterator[Loc]:
        return self._below((), self._top)

    def _below(self, loc: Loc, offset: int) -> Iterator[Loc]:
        yield loc
        for step, (_, value) in self._text.entries(offset).items():
            yield from self._below((*loc, step), value)

    def __len__(self) -> int:
        return sum(1 for _ in self)
