"""Tables of records, read row by row: CSV with one record in each row, and JSON Lines with one on each line.

Columns of a CSV file are named after the keys of a record. A dot, or an underscore around a number, leads further in:
``author_1_given`` is the given name of the first author, ``original_title.text`` the text of the original title,
``reference_3_doi`` the DOI of the third reference. Three kinds of cells hold several values: ``authors`` (``Family,
Given; Family, Given``; what has no comma is an organisation, and a warning says so), ``references`` (one on each line
of the cell), and every other list (parted by semicolons).
"""

import codecs
import csv
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Final

from doideposit.errors import DiskError
from doideposit.files import open_input
from doideposit.findings import Finding, Loc, Severity, Where
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.faults import ModelPlace
from doideposit.records.models.resemblance import KnownWords
from doideposit.records.origin import LazyMapping, Origin, Place, RawRecord
from doideposit.records.sources import json_text
from doideposit.records.sources.bylines import authors_in
from doideposit.records.sources.files import SAVE_AS_UTF_8, UTF_16_MARKS, Loaded
from doideposit.records.sources.interface import MAX_LINE_SIZE

__all__ = ["read_table"]

# What the columns of a CSV file mean, and where a cell is in its row.

# A numbered column is written in the singular: author_1_given.
_SINGULARS: Final = {
    "author": "authors",
    "reference": "references",
    "licence": "licences",
    "abstract": "abstracts",
    "relation": "relations",
    "update": "updates",
    "archive": "archives",
    "keyword": "keywords",
    "full_text": "full_texts",
    "affiliation": "affiliations",
    "role": "roles",
    "alt_name": "alt_names",
    "award": "awards",
    "identifier": "identifiers",
    "isbn": "isbns",
    "institution": "institutions",
    "translated_title": "translated_titles",
    "assertion": "assertions",
    "funder": "funding",
}
# Columns of a table; three hundred authors with all that can be said of each need fewer.
MAX_COLUMNS: Final = 5_000

# So many names that are wrong are told: where there are more, the table is another one.
MAX_NAMED: Final = 50

# `author_2_family`, `author.2.family`: numbers count the entries of a list.
_NUMBERED: Final = re.compile(r"[._](\d{1,3})(?:[._]|$)")


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    loc: Loc
    place: Place
    # Whether the cell holds a list.
    several: bool


@dataclass(frozen=True, slots=True)
class _TableHeader:
    """Hold the columns of a table in their order, and what is wrong with them."""

    file: str
    delimiter: str
    columns: tuple[_Column, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def usable(self) -> bool:
        """Tell whether rows can be read below it."""
        return not any(finding.stops for finding in self.findings)

    def record(self, cells: list[str], text: str, *, line: int, index: int) -> RawRecord:
        """Make a raw record of a row; `text` is the row in the file, from `line` on."""
        found: list[tuple[_Column, Any]] = []
        findings: list[Finding] = []
        places = LazyMapping(lambda: self._cell_places(text, line))
        origin = Origin(self.file, index, places)
        for column, cell in zip(self.columns, cells, strict=False):
            if cell.strip() and not column.name:
                findings.append(_unnamed_column_finding(cell.strip(), origin))
            elif cell.strip():
                found.append((column, _cell_value(column, cell, findings, origin)))
        surplus = [cell for cell in cells[len(self.columns) :] if cell.strip()]
        if surplus:
            findings.append(_surplus_cells_finding(len(cells), len(self.columns), origin))
        return RawRecord(_assemble_row(found, findings, origin), origin, tuple(findings))

    def _cell_places(self, text: str, line: int) -> dict[Loc, Place]:
        starts = [0, *(match.end() for match in re.finditer("\r\n|\n|\r", text))]
        places: dict[Loc, Place] = {(): Place(line, 1)}
        cells = _split_cells(text, self.delimiter)
        for column, (offset, written) in zip(self.columns, cells, strict=False):
            row = bisect_right(starts, offset)
            at = offset - starts[row - 1] + 1
            quoted = written.startswith('"')
            literal = "\n" not in written and '"' not in written[1:-1]
            place = Place(line + row - 1, at, column.place.line, column.place.column, at + quoted if literal else None)
            places[column.loc] = place
            for end in range(1, len(column.loc)):
                places.setdefault(column.loc[:end], place)
        return places


def _read_header(text: str, *, delimiter: str, file: str, line: int) -> _TableHeader:
    """Read the names of the columns; a name that no record has, or that comes twice, is a finding."""
    columns: list[_Column] = []
    findings: list[Finding] = []
    seen: dict[Loc, str] = {}
    cells = _split_cells(text, delimiter)
    if len(cells) > MAX_COLUMNS:
        message = f"this table has {len(cells):,} columns, and at most {MAX_COLUMNS:,} are read"
        hint = "check that this is the right file; nothing in it was read"
        many = Finding("too-many-columns", Severity.ERROR, message, hint, Where(file, line))
        return _TableHeader(file, delimiter, (), (many,))
    for offset, written in cells:
        # A quoted heading may hold the sign that separates the others.
        name = next(iter(next(csv.reader([written.strip()]), [])), "").strip()
        place = Place(line, offset + 1)
        where = Where(file, line, offset + 1)
        loc = _column_path(name)
        fault = _column_name_fault(name, loc, seen, where)
        if fault is not None and len(findings) < MAX_NAMED:
            findings.append(fault)
        seen.setdefault(loc, name)
        columns.append(_Column(name, loc, place, ModelPlace.at(Commentary, loc).is_list))
    return _TableHeader(file, delimiter, tuple(columns), tuple(findings))


def _column_path(name: str) -> Loc:
    """Read ``author_1_given`` and ``authors.1.given`` as the way to a value."""
    steps: list[str | int] = []
    rest = name.strip().lower().replace(" ", "_")
    while match := _NUMBERED.search(rest):
        head = rest[: match.start()].split(".")
        steps += [*head[:-1], _SINGULARS.get(head[-1], head[-1]), max(int(match[1]) - 1, 0)]
        rest = rest[match.end() :]
    return (*steps, *(part for part in rest.split(".") if part))


def _column_name_fault(name: str, loc: Loc, seen: Mapping[Loc, str], where: Where) -> Finding | None:
    read_on = "nothing below this header was read"
    if not name:
        # Spreadsheets write empty columns after the last one; what is in one is told at its row.
        return None
    if loc in seen:
        message = f"the column `{name}` is there twice"
        return Finding("duplicate-key", Severity.ERROR, message, f"keep one of the two ({read_on})", where)
    known = ModelPlace.at(Commentary, loc[:-1]).fields
    last = loc[-1] if loc else ""
    if isinstance(last, int) or (known is not None and last in known):
        return None
    hint = KnownWords(known or ()).advice(str(last))
    message = f"a record has no field for the column `{name}`"
    return Finding("unknown-column", Severity.ERROR, message, f"{hint} ({read_on})", where, length=len(name))


def _unnamed_column_finding(cell: str, origin: Origin) -> Finding:
    message = f"“{cell[:_SHOWN]}” is in a column that has no name"
    hint = "name the column after a key of the record, or empty it"
    return Finding("column-unnamed", Severity.ERROR, message, hint, origin.where())


# Sixty characters show which cell is meant.
_SHOWN: Final = 60


def _surplus_cells_finding(cells: int, columns: int, origin: Origin) -> Finding:
    message = f"this row has {cells} cells, but the header has {columns} columns"
    hint = "put a cell that contains the column separator in quotation marks"
    return Finding("csv-cells", Severity.ERROR, message, hint, origin.where())


def _cell_value(column: _Column, cell: str, findings: list[Finding], origin: Origin) -> Any:
    if not column.several:
        return cell
    match column.loc[-1]:
        case "authors":
            return authors_in(cell, findings, origin)
        case "references":
            return [{"text": line.strip()} for line in cell.splitlines() if line.strip()]
        case "abstracts":
            return [cell]
        case _:
            return [part.strip() for part in cell.split(";") if part.strip()]


def _assemble_row(found: Iterable[tuple[_Column, Any]], findings: list[Finding], origin: Origin) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for column, value in found:
        if not _put_value(data, column.loc, value):
            message = f"the column `{column.name}` contradicts another column of this row"
            hint = "give either the whole list in one cell, or columns that are numbered without a gap"
            findings.append(Finding("csv-columns", Severity.ERROR, message, hint, origin.where(column.loc)))
    return data


def _put_value(data: dict[str, Any], loc: Loc, value: Any) -> bool:
    here: Any = data
    for step, following in pairwise(loc):
        here = _child_of(here, step, [] if isinstance(following, int) else {})
    return _child_of(here, loc[-1], value) is value


def _child_of(here: Any, step: str | int, new: Any) -> Any:
    """Return the value at the next step, or the new value if there is none; None if there cannot be any."""
    if isinstance(here, dict) and isinstance(step, str):
        return here.setdefault(step, new)
    if isinstance(here, list) and isinstance(step, int) and step <= len(here):
        if step == len(here):
            here.append(new)
        return here[step]
    return None


def _split_cells(text: str, delimiter: str) -> list[tuple[int, str]]:
    """Return every cell of a row as written, with its offset."""
    pattern = re.compile(rf'("(?:[^"]|"")*"|[^{re.escape(delimiter)}\r\n]*)({re.escape(delimiter)}|[\r\n]+|$)')
    cells = []
    position = 0
    while match := pattern.match(text, position):
        cells.append((match.start(), match[1]))
        position = match.end()
        if match[2] != delimiter:
            break
    return cells


# So many bytes are enough to see the marks by which a binary file is told.
_PROBE: Final = 4096


def read_table(path: Path) -> Iterator[RawRecord | Finding]:
    """Read a file with a record in each line: CSV by the ends of its name, ``.csv`` and ``.tsv``, else JSON Lines."""
    return _read_csv(path) if path.suffix.lower() in {".csv", ".tsv"} else _read_json_lines(path)


def _read_json_lines(path: Path) -> Iterator[RawRecord | Finding]:
    """Read a JSON Lines file; a line that cannot be read is a finding, and the next line is read anyway."""
    index = 0
    for line in _read_lines(path):
        if isinstance(line, Finding):
            yield line
        elif line.text.strip():
            yield json_text.read_line(line.text.rstrip("\r\n"), file=str(path), number=line.number, index=index)
            index += 1


def _read_csv(path: Path) -> Iterator[RawRecord | Finding]:
    """Read a CSV file with a header; comma, semicolon or tab is detected.

    Nothing is read below a header with errors. A quotation mark that is not closed ends the reading where it is.
    """
    reader = _CsvReader(path)
    yield from reader.run()


@dataclass(frozen=True, slots=True)
class _TableLine:
    number: int
    text: str


def _read_lines(path: Path) -> Iterator[_TableLine | Finding]:
    """Yield the lines of a file with their ends, decoded one by one; a file that is not text yields one finding."""
    stream = _open_file(path)
    if stream is None:
        # The reader of whole files has the words for what can be wrong here.
        yield from Loaded.read(path, limit=0).findings
        return
    with stream:
        yield from _decode_lines(stream, str(path))


def _open_file(path: Path) -> BinaryIO | None:
    """Open a file; None where nothing can be read under its name, which a pipe shows with its first bytes."""
    try:
        with ExitStack() as until_read:
            stream = until_read.enter_context(open_input(path))
            stream.peek(1)
            until_read.pop_all()
            return stream
    except (OSError, ValueError):
        return None


def _decode_lines(stream: BinaryIO, file: str) -> Iterator[_TableLine | Finding]:
    number = 0
    try:
        for data in _byte_lines(_read_chunks(stream, file)):
            number += 1
            if number == 1:
                unusable = _unusable_finding(data, file)
                if unusable is not None:
                    yield unusable
                    return
            if len(data) > MAX_LINE_SIZE:
                yield _too_long_finding(file, number)
                return
            text = data.decode("utf-8")
            yield _TableLine(number, text.removeprefix("\ufeff") if number == 1 else text)
    except UnicodeDecodeError as error:
        yield _encoding_finding(error, file, number)
        return
    if number == 0:
        yield from Loaded.decode(b"", file=file).findings


# Bytes that are read at a time.
_CHUNK: Final = 4_096


def _byte_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a text in UTF-8 with their ends; one that is too long is cut.

    The old Mac ends lines at a carriage return. The last one of a piece waits for the line feed that may follow.
    """
    rest = b""
    for chunk in chunks:
        lines = (rest + chunk).splitlines(keepends=True)
        # A piece of UTF-16 may hold nothing but a half of a character, which comes with the next one.
        rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        yield from lines
        if len(rest) > MAX_LINE_SIZE:
            break
    if rest:
        yield rest


def _read_chunks(stream: BinaryIO, file: str) -> Iterator[bytes]:
    """Yield a file in chunks; UTF-16 with a byte order mark is converted to UTF-8."""
    data = _read_chunk(stream, file)
    decoder = codecs.getincrementaldecoder("utf-16")() if data.startswith(UTF_16_MARKS) else None
    while data:
        yield data if decoder is None else decoder.decode(data).encode("utf-8", "surrogatepass")
        data = _read_chunk(stream, file)
    if decoder is not None:
        # A character that is cut in two at the end of the file shows only now.
        decoder.decode(b"", final=True)


def _read_chunk(stream: BinaryIO, file: str) -> bytes:
    try:
        return stream.read(_CHUNK)
    # A folder that was named like a table is told by anyone who opens it.
    except IsADirectoryError:
        return b""
    except OSError as error:
        reason = error.strerror or error.__class__.__name__
    raise DiskError(f"{file} could not be read: {reason}")


def _unusable_finding(data: bytes, file: str) -> Finding | None:
    """Return the finding for a file that is not text; an empty first line or a wrong letter is another fault."""
    found = Loaded.decode(data[:_PROBE], file=file).findings
    return next((finding for finding in found if finding.code == "file-binary"), None)


def _too_long_finding(file: str, number: int) -> Finding:
    message = f"line {number} is too long: at most {MAX_LINE_SIZE:,} bytes are read"
    hint = "check that this is the right file; nothing from this line on was read"
    return Finding("line-too-long", Severity.ERROR, message, hint, Where(file, number))


def _encoding_finding(error: UnicodeDecodeError, file: str, number: int) -> Finding:
    # No column can be told: UTF-16 is decoded by pieces of the file and not by lines.
    if error.encoding != "utf-8":
        message = f"{file} is in UTF-16, and a part of it cannot be read"
        return Finding("file-encoding", Severity.ERROR, message, SAVE_AS_UTF_8, Where(file, number + 1))
    data, at = error.object, error.start
    column = len(data[:at].decode("utf-8", "replace")) + 1
    message = f"{file} is not UTF-8: the byte 0x{data[at]:02X}{Loaded.letter_of_windows(data, at)} does not fit"
    hint = f"{SAVE_AS_UTF_8}; nothing from this line on was read"
    return Finding("file-encoding", Severity.ERROR, message, hint, Where(file, number, column))


class _CsvReader:
    """Go once over a CSV file; remember the lines of the row it is in, so that a cell can be found in them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = str(path)
        self.row: list[_TableLine] = []
        self.broken: Finding | None = None

    def run(self) -> Iterator[RawRecord | Finding]:
        lines = _read_lines(self.path)
        first = self._first_line(lines)
        if first is None:
            yield self.broken or self._finding("no-record", "there is no record in this file", "write a header line", 1)
            return
        said = _SEPARATOR.fullmatch(first.text)
        first = self._first_line(lines) if said else first
        if first is None:
            yield self.broken or self._finding("no-record", "there is no record in this file", "write a header line", 1)
            return
        delimiter = said[1] if said else _find_delimiter(first.text)
        header = _read_header(first.text, delimiter=delimiter, file=self.file, line=first.number)
        yield from header.findings
        if header.usable:
            yield from self._read_rows(lines, header, delimiter)

    def _first_line(self, lines: Iterator[_TableLine | Finding]) -> _TableLine | None:
        for line in lines:
            if isinstance(line, Finding):
                self.broken = line
                return None
            if line.text.strip():
                return line
        return None

    def _line_texts(self, lines: Iterator[_TableLine | Finding]) -> Iterator[str]:
        for line in lines:
            if isinstance(line, Finding):
                self.broken = line
                return
            self.row.append(line)
            yield line.text

    def _read_rows(
        self, lines: Iterator[_TableLine | Finding], header: _TableHeader, delimiter: str
    ) -> Iterator[RawRecord | Finding]:
        rows = csv.reader(self._line_texts(lines), delimiter=delimiter, strict=True)
        index = 0
        try:
            for cells in rows:
                # A cell may hold line breaks, so that one row takes several lines of the file.
                started, text = self.row[0].number, "".join(line.text for line in self.row)
                self.row.clear()
                if any(cell.strip() for cell in cells):
                    yield header.record(cells, text, line=started, index=index)
                    index += 1
        except csv.Error as error:
            # The reader of the standard library names no column; the line is where the row began.
            yield self._syntax_finding(str(error))
            return
        if self.broken is not None:
            yield self.broken
        elif index == 0:
            yield self._finding("no-record", "there is no record below the header", "write one record on each row", 1)

    def _syntax_finding(self, original: str) -> Finding:
        line = self.row[0].number if self.row else 1
        message = "a quotation mark in this row is never closed, or something follows the closing one"
        if "field larger" in original:
            message = "a cell of this row is too long: a quotation mark is probably never closed"
        hint = "write a quotation mark inside a cell twice, and close every cell; nothing from this row on was read"
        return self._finding("csv-syntax", message, hint, line, original)

    def _finding(self, code: str, message: str, hint: str, line: int, original: str | None = None) -> Finding:
        return Finding(code, Severity.ERROR, message, hint, Where(self.file, line), original=original)


# Excel takes the sign between cells from such a line, and people write it for Excel.
_SEPARATOR: Final = re.compile(r"\s*sep=([,;\t|])\s*", re.IGNORECASE)


def _find_delimiter(header: str) -> str:
    """Return the sign that parts the names of the header; names themselves never contain one of the three."""
    return max(",;\t", key=header.count)
