"""JSON, read as texts: numbers keep their digits as written, and a key that is given twice is a finding.

The standard library's parser does the reading. Lines and columns are looked for only when something has to be pointed
at. A text in which a key is given twice is taken apart here as a whole.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from doideposit.findings import Finding, Loc, Severity, Where
from doideposit.records.models.numbers import WrittenNumber
from doideposit.records.origin import Origin, Place, RawRecord, RawValue
from doideposit.records.sources.interface import MAX_DEPTH, MAX_KEYS, MAX_VALUES, Read
from doideposit.records.sources.nodes import Node

__all__ = ["read", "read_line"]

# Where the values of a JSON text stand, found one by one.

# Numbers stay texts: their value is not asked for here, and long ones take time.
_pass_over = json.JSONDecoder(strict=False, parse_int=str, parse_float=str).raw_decode
# The white space of RFC 8259, and no other.
_SPACES: Final = re.compile(r"[ \t\r\n]*")
_COLON: Final = re.compile(r"[ \t\r\n]*:[ \t\r\n]*")
# After the last value there is no comma. That none is missing elsewhere was seen when the text was read.
_COMMA: Final = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")

# What is in an object or a list: by its key or index, the offsets of its key and of its value.
_Entries = Mapping[str | int, tuple[int | None, int]]


class _JsonText:
    """Hold a text that is known to be JSON; `line` is the number of its first line in its file."""

    def __init__(self, text: str, line: int = 1) -> None:
        self.text = text
        self._line = line
        self._entries: dict[int, _Entries] = {}

    @cached_property
    def start(self) -> int:
        """Return the offset of the value that the whole text is."""
        return _match_end(_SPACES, self.text, 0)

    def entries(self, offset: int) -> _Entries:
        """Return the entries of the object or list at an offset; none of another value, the first of equal keys."""
        found = self._entries.get(offset)
        if found is None:
            found = self._entries[offset] = dict(self.walk(offset))
        return found

    def begins_with(self, offset: int, bracket: str) -> bool:
        """Tell whether an object or a list begins at an offset."""
        return self.text[offset] == bracket

    def walk(self, offset: int) -> Iterator[tuple[str | int, tuple[int | None, int]]]:
        """Yield the entries of the object or list at an offset, equal keys included."""
        text = self.text
        if text[offset] not in "{[":
            return
        named = text[offset] == "{"
        at, index = _match_end(_SPACES, text, offset + 1), 0
        while text[at] not in "}]":
            key: str | int = index
            value = at
            if named:
                key, end = _pass_over(text, at)
                value = _match_end(_COLON, text, end)
            yield key, (at if named else None, value)
            index += 1
            at = _match_end(_COMMA, text, _pass_over(text, value)[1])

    def place(self, offset: int, key_offset: int | None = None) -> Place:
        """Return the place of the value that begins at `offset`, and of its key if it has one."""
        line, column = self._position_of(offset)
        key_line, key_column = (None, None) if key_offset is None else self._position_of(key_offset)
        return Place(line, column, key_line, key_column, self._text_column(offset, column))

    def _text_column(self, offset: int, column: int) -> int | None:
        match self.text[offset]:
            case "{" | "[":
                return None
            case '"':
                end = _pass_over(self.text, offset)[1]
                # An escape is longer in the file than in the text, so that places after it would be wrong.
                return None if "\\" in self.text[offset:end] else column + 1
            case _:
                return column

    def _position_of(self, offset: int) -> tuple[int, int]:
        row = bisect_right(self._line_starts, offset)
        return row + self._line - 1, offset - self._line_starts[row - 1] + 1

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]


def _match_end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    if match is None:
        raise RuntimeError("places are looked for in JSON that was read before")
    return match.end()


class _JsonPlaces(Mapping[Loc, Place]):
    """Find the places of the record that is the whole text, or entry `index` of the list that the text is."""

    def __init__(self, text: _JsonText, index: int | None = None) -> None:
        self._text = text
        self._index = index

    @cached_property
    def _top_offset(self) -> int:
        start = self._text.start
        return start if self._index is None else self._text.entries(start)[self._index][1]

    def __getitem__(self, loc: Loc) -> Place:
        key, value = None, self._top_offset
        for step in loc:
            key, value = self._text.entries(value)[step]
        return self._text.place(value, key)

    def __iter__(self) -> Iterator[Loc]:
        # The list grows while it is gone through: what is around a field comes before it.
        found: list[tuple[Loc, int]] = [((), self._top_offset)]
        for loc, offset in found:
            yield loc
            if self._text.text[offset] in "{[":
                found += [((*loc, step), value) for step, (_, value) in self._text.entries(offset).items()]

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _InvalidJson(ValueError):
    """Refuse a text that is JSON for Python and not for the rest of the world, or too deep."""


@dataclass(slots=True)
class _Decoded:
    data: Any
    doubled: bool = False
    values: int = 0


def read(text: str, *, file: str | None = None) -> Read:
    """Read one record or a list of records; a syntax error is one finding, and then there are no records."""
    decoded = _decode_json(text, file)
    if isinstance(decoded, Finding):
        return Read(findings=(decoded,))
    items = decoded.data if isinstance(decoded.data, list) else [decoded.data]
    if decoded.doubled or not items or not all(isinstance(item, dict) for item in items):
        whole = _JsonText(text)
        return Node.records_in([_make_nodes(whole, whole.start, file)], file=file)
    indices: Iterable[int | None] = range(len(items)) if isinstance(decoded.data, list) else (None,)
    whole = _JsonText(text)
    return Read(
        tuple(
            RawRecord(item, Origin(file, index, _JsonPlaces(whole, index)))
            for index, item in zip(indices, items, strict=True)
        )
    )


def read_line(line: str, *, file: str | None, number: int, index: int) -> RawRecord | Finding:
    """Read the record on one line of a JSON Lines file; `number` is that line's, `index` the record's, from 0."""
    decoded = _decode_json(line, file, number)
    if isinstance(decoded, Finding):
        return decoded
    if isinstance(decoded.data, dict) and not decoded.doubled:
        return RawRecord(decoded.data, Origin(file, index, _JsonPlaces(_JsonText(line, number))))
    whole = _JsonText(line, number)
    found = Node.records_in([_make_nodes(whole, whole.start, file)], file=file)
    if found.findings or isinstance(decoded.data, list):
        message = "each line of a JSON Lines file holds one record in braces, but this one does not"
        return Finding(
            "record-shape", Severity.ERROR, message, "write each record on a line of its own", Where(file, number, 1)
        )
    record = found.records[0]
    return RawRecord(record.data, Origin(file, index, record.origin.places), record.findings)


def _decode_json(text: str, file: str | None, line: int = 1) -> _Decoded | Finding:
    decoded = _Decoded(None)
    # The decoder would only say that a value is expected; these are the words of `json.loads` for it.
    if text.startswith("\ufeff"):
        error = json.JSONDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", text, 0)
        return _syntax_finding(error, file, line)
    try:
        decoded.data = _as_texts(_DECODER.decode(text), MAX_DEPTH, decoded)
    # Line and column come from the parser.
    except json.JSONDecodeError as error:
        return _syntax_finding(error, file, line)
    # The parser of the standard library goes down one call for each bracket.
    except RecursionError:
        return _limit_finding(_TOO_DEEP, file, line)
    except _InvalidJson as error:
        return _limit_finding(str(error), file, line)
    return decoded


# Deep and wide texts are made to harm; no record comes near these bounds.
_TOO_DEEP: Final = f"lists and mappings are nested more than {MAX_DEPTH} levels deep"


def _refuse_constant(name: str) -> Any:
    raise _InvalidJson(f"{name} is not allowed in JSON")


_TOO_MANY: Final = f"there are more than {MAX_VALUES:,} values in this text"
_TOO_MANY_KEYS: Final = f"there are more than {MAX_KEYS:,} keys in one place"
_LIMITS: Final = {_TOO_DEEP: "too-deep", _TOO_MANY: "too-many-values", _TOO_MANY_KEYS: "too-many-values"}


def _limit_finding(message: str, file: str | None, line: int) -> Finding:
    code = _LIMITS.get(message, "json-syntax")
    return Finding(code, Severity.ERROR, message, "nothing in this text was read", Where(file, line))


class _Doubled(dict[str, Any]):
    """Hold an object in which a key is given twice."""


def _make_object(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(entries) > MAX_KEYS:
        raise _InvalidJson(_TOO_MANY_KEYS)
    made = dict(entries)
    return made if len(made) == len(entries) else _Doubled(made)


# NaN and Infinity are refused: Python reads them, and RFC 8259, section 6, does not permit them.
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_make_object, parse_float=WrittenNumber, parse_int=str, parse_constant=_refuse_constant
)


def _as_texts(value: Any, depth: int, decoded: _Decoded) -> RawValue:
    """Convert the truth values of decoded data to texts, and note repeated keys."""
    if depth == 0:
        raise _InvalidJson(_TOO_DEEP)
    match value:
        case dict() | list():
            decoded.doubled = decoded.doubled or isinstance(value, _Doubled)
            decoded.values += len(value)
            if decoded.values > MAX_VALUES:
                raise _InvalidJson(_TOO_MANY)
            for key, item in value.items() if isinstance(value, dict) else enumerate(value):
                # Texts are what they are; all but a few of the values are texts.
                if not isinstance(item, str) or depth == 1:
                    value[key] = _as_texts(item, depth - 1, decoded)
            made: RawValue = value
            return made
        case bool():
            return "true" if value else "false"
        case _:
            scalar: str | None = value
            return scalar


# Told by the beginnings of the messages of Python's parser; it does not number its errors.
_MEANINGS: Final = (
    (
        "Expecting ',' delimiter",
        "a comma, or the closing bracket, is missing before this",
        "put a comma between entries",
    ),
    ("Expecting ':' delimiter", "a colon is missing after this key", 'write `"key": value`'),
    (
        "Expecting property name enclosed in double quotes",
        "a key in double quotes is expected here",
        "put every key in double quotes, and delete a comma before a closing brace",
    ),
    ("Illegal trailing comma", "there is a comma before the closing bracket", "delete the comma"),
    ("Unterminated string", "a quotation mark opens here and is never closed", 'close it; write \\" inside a text'),
    (
        "Invalid control character",
        "there is a line break, a tab or another control character inside a text",
        "write \\n or \\t, or delete it",
    ),
    ("Invalid \\", "this backslash means nothing in JSON", "write two backslashes"),
    ("Extra data", "something follows after the end", "put several records in a list: [ …, … ]"),
    ("Expecting value", "a value is expected here", "put a text in double quotes, and delete any extra comma"),
)


def _syntax_finding(error: json.JSONDecodeError, file: str | None, line: int) -> Finding:
    meaning, hint = next(
        ((meaning, hint) for start, meaning, hint in _MEANINGS if error.msg.startswith(start)),
        ("this is not valid JSON", "compare it with a file that is correct"),
    )
    where = Where(file, error.lineno + line - 1, error.colno)
    scope = "line" if line > 1 else "text"
    return Finding(
        "json-syntax", Severity.ERROR, meaning, f"{hint} (nothing in this {scope} was read)", where, original=error.msg
    )


def _make_nodes(text: _JsonText, offset: int, file: str | None) -> Node:
    """Make nodes of the value at an offset, with repeated keys and the place of everything."""
    node = Node(None, text.place(offset))
    if text.begins_with(offset, "{"):
        node.value = {}
        for key, (key_offset, value_offset) in text.walk(offset):
            place = text.place(key_offset or value_offset)
            node.add_entry(str(key), place, _make_nodes(text, value_offset, file), file=file)
    elif text.begins_with(offset, "["):
        node.value = [_make_nodes(text, value_offset, file) for _, (_, value_offset) in text.walk(offset)]
    else:
        value = _DECODER.raw_decode(text.text, offset)[0]
        # True and false become texts, as JSON spells them: what a field holds is decided by its model.
        node.value = str(value).lower() if isinstance(value, bool) else value
    return node
