"""Where every key and value of a TOML text stands: the standard library's parser does not say.

The text is known to be TOML; only its outline is followed here.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from typing import Final

from doideposit.findings import Loc
from doideposit.records.origin import Place

__all__ = ["toml_places"]

# White space and comments of TOML 1.0, between two statements.
_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
# Bare, basic and literal keys, as TOML 1.0 defines them.
_KEY: Final = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")
# The strings of TOML 1.0 in the order in which their marks must be tried: three quotation marks before one.
_VALUE: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:\'{0,2})|"(?:[^"\\]|\\.)*"|\'[^\']*\'|[^,\]}\n#]+', re.DOTALL
)


def toml_places(text: str) -> Mapping[Loc, Place]:
    """Return the place of every table, key and value of a valid TOML text, by the way to it."""
    scanner = _Scanner(text)
    scanner.run()
    return scanner.places


def _is_literal(written: str) -> bool:
    """Tell whether a value is a text in single marks on one line that reads as it is written."""
    # Escapes and lines of their own shift the columns; then only the beginning is known.
    return written[0] in "\"'" and "\\" not in written and written[:3] not in {'"""', "'''"}


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.places: dict[Loc, Place] = {}
        # How many entries an array of tables has so far.
        self.counts: dict[Loc, int] = {}
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def run(self) -> None:
        table: Loc = ()
        while self._skip(_BLANK) < len(self.text):
            if self._at("["):
                table = self._header()
            else:
                self._entry(table)

    def _header(self) -> Loc:
        start = self.position
        repeated = self.text.startswith("[[", start)
        self.position += 2 if repeated else 1
        keys = self._keys()
        self.position += 2 if repeated else 1
        loc = self._resolved(tuple(name for name, _ in keys[:-1]))
        name, offset = keys[-1]
        loc = (*loc, name)
        if repeated:
            self.counts[loc] = self.counts.get(loc, 0) + 1
        self._put(self._resolved_last(loc), start, offset)
        return self._resolved_last(loc)

    def _resolved(self, names: tuple[str, ...]) -> Loc:
        loc: Loc = ()
        for name in names:
            loc = self._resolved_last((*loc, name))
        return loc

    def _resolved_last(self, loc: Loc) -> Loc:
        return (*loc, self.counts[loc] - 1) if loc in self.counts else loc

    def _entry(self, table: Loc) -> None:
        keys = self._keys()
        self.position += 1  # The sign of equality.
        self._skip(_SPACE)
        loc = table
        for name, offset in keys[:-1]:
            loc = (*loc, name)
            self.places.setdefault(loc, self._place(offset, offset))
        name, offset = keys[-1]
        self._value((*loc, name), offset)

    def _keys(self) -> list[tuple[str, int]]:
        keys = []
        while True:
            self._skip(_SPACE)
            keys.append((self._key(), self.position))
            self.position += len(self._match(_KEY))
            self._skip(_SPACE)
            if not self._at("."):
                return keys
            self.position += 1

    def _key(self) -> str:
        written = self._match(_KEY)
        return str(tomllib.loads(f"key = {written}")["key"]) if written[0] in "\"'" else written

    def _value(self, loc: Loc, key: int | None) -> None:
        start = self.position
        if self._at("["):
            self._put(loc, start, key)
            self._array(loc)
        elif self._at("{"):
            self._put(loc, start, key)
            self._inline_table(loc)
        else:
            written = self._match(_VALUE)
            self._put(loc, start, key, start + 1 if _is_literal(written) else None)
            self.position += len(written)

    def _array(self, loc: Loc) -> None:
        self.position += 1
        index = 0
        while self._skip(_BLANK) < len(self.text) and not self._at("]"):
            if self._at(","):
                self.position += 1
                continue
            self._value((*loc, index), None)
            index += 1
        self.position += 1

    def _inline_table(self, loc: Loc) -> None:
        self.position += 1
        while self._skip(_BLANK) < len(self.text) and not self._at("}"):
            if self._at(","):
                self.position += 1
                continue
            self._entry(loc)
        self.position += 1

    def _put(self, loc: Loc, offset: int, key: int | None, text: int | None = None) -> None:
        self.places[loc] = self._place(offset, key, text)

    def _place(self, offset: int, key: int | None, text: int | None = None) -> Place:
        line, column = self._line_column(offset)
        key_line, key_column = (None, None) if key is None else self._line_column(key)
        return Place(line, column, key_line, key_column, None if text is None else self._line_column(text)[1])

    def _line_column(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def _skip(self, pattern: re.Pattern[str]) -> int:
        self.position += len(self._match(pattern))
        return self.position

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.position)
        if match is None:
            raise RuntimeError(f"the outline of this TOML was lost at character {self.position}")
        return match[0]

    def _at(self, character: str) -> bool:
        return self.text.startswith(character, self.position)
