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
    scanner.scan()
    return scanner.places


def _is_literal(written: str) -> bool:
    """Tell whether a value is a single-quoted text on one line, which is read as written."""
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

    def scan(self) -> None:
        table: Loc = ()
        while self._skip_pattern(_BLANK) < len(self.text):
            if self._is_at("["):
                table = self._scan_header()
            else:
                self._scan_entry(table)

    def _scan_header(self) -> Loc:
        start = self.position
        repeated = self.text.startswith("[[", start)
        self.position += 2 if repeated else 1
        keys = self._scan_keys()
        self.position += 2 if repeated else 1
        loc = self._current_path(tuple(name for name, _ in keys[:-1]))
        name, offset = keys[-1]
        loc = (*loc, name)
        if repeated:
            self.counts[loc] = self.counts.get(loc, 0) + 1
        self._put_place(self._with_last_index(loc), start, offset)
        return self._with_last_index(loc)

    def _current_path(self, names: tuple[str, ...]) -> Loc:
        loc: Loc = ()
        for name in names:
            loc = self._with_last_index((*loc, name))
        return loc

    def _with_last_index(self, loc: Loc) -> Loc:
        return (*loc, self.counts[loc] - 1) if loc in self.counts else loc

    def _scan_entry(self, table: Loc) -> None:
        keys = self._scan_keys()
        self.position += 1  # The sign of equality.
        self._skip_pattern(_SPACE)
        loc = table
        for name, offset in keys[:-1]:
            loc = (*loc, name)
            self.places.setdefault(loc, self._make_place(offset, offset))
        name, offset = keys[-1]
        self._scan_value((*loc, name), offset)

    def _scan_keys(self) -> list[tuple[str, int]]:
        keys = []
        while True:
            self._skip_pattern(_SPACE)
            keys.append((self._scan_key(), self.position))
            self.position += len(self._match_pattern(_KEY))
            self._skip_pattern(_SPACE)
            if not self._is_at("."):
                return keys
            self.position += 1

    def _scan_key(self) -> str:
        written = self._match_pattern(_KEY)
        return str(tomllib.loads(f"key = {written}")["key"]) if written[0] in "\"'" else written

    def _scan_value(self, loc: Loc, key: int | None) -> None:
        start = self.position
        if self._is_at("["):
            self._put_place(loc, start, key)
            self._scan_array(loc)
        elif self._is_at("{"):
            self._put_place(loc, start, key)
            self._scan_inline_table(loc)
        else:
            written = self._match_pattern(_VALUE)
            self._put_place(loc, start, key, start + 1 if _is_literal(written) else None)
            self.position += len(written)

    def _scan_array(self, loc: Loc) -> None:
        self.position += 1
        index = 0
        while self._skip_pattern(_BLANK) < len(self.text) and not self._is_at("]"):
            if self._is_at(","):
                self.position += 1
                continue
            self._scan_value((*loc, index), None)
            index += 1
        self.position += 1

    def _scan_inline_table(self, loc: Loc) -> None:
        self.position += 1
        while self._skip_pattern(_BLANK) < len(self.text) and not self._is_at("}"):
            if self._is_at(","):
                self.position += 1
                continue
            self._scan_entry(loc)
        self.position += 1

    def _put_place(self, loc: Loc, offset: int, key: int | None, text: int | None = None) -> None:
        self.places[loc] = self._make_place(offset, key, text)

    def _make_place(self, offset: int, key: int | None, text: int | None = None) -> Place:
        line, column = self._line_column(offset)
        key_line, key_column = (None, None) if key is None else self._line_column(key)
        return Place(line, column, key_line, key_column, None if text is None else self._line_column(text)[1])

    def _line_column(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def _skip_pattern(self, pattern: re.Pattern[str]) -> int:
        self.position += len(self._match_pattern(pattern))
        return self.position

    def _match_pattern(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.position)
        if match is None:
            raise RuntimeError(f"cannot follow this TOML at character {self.position}")
        return match[0]

    def _is_at(self, character: str) -> bool:
        return self.text.startswith(character, self.position)
