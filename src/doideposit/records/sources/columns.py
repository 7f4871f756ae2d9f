"""What the columns of a CSV file mean, and where a cell stands in its row."""

import csv
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from doideposit.findings import Finding, Loc, Severity, Where
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.faults import fields_of, is_list, unknown_key
from doideposit.records.origin import Origin, Place, RawRecord
from doideposit.records.sources.bylines import authors_in
from doideposit.records.sources.interface import LazyPlaces

__all__ = ["TableHeader", "read_header"]

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
class TableHeader:
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
        """Make a raw record of a row; `text` is the row as it stands in the file, from `line` on."""
        found: list[tuple[_Column, Any]] = []
        findings: list[Finding] = []
        places = LazyPlaces(lambda: self._places(text, line))
        origin = Origin(self.file, index, places)
        for column, cell in zip(self.columns, cells, strict=False):
            if cell.strip() and not column.name:
                findings.append(_unnamed(cell.strip(), origin))
            elif cell.strip():
                found.append((column, _value(column, cell, findings, origin)))
        surplus = [cell for cell in cells[len(self.columns) :] if cell.strip()]
        if surplus:
            findings.append(_surplus(len(cells), len(self.columns), origin))
        return RawRecord(_assembled(found, findings, origin), origin, tuple(findings))

    def _places(self, text: str, line: int) -> dict[Loc, Place]:
        starts = [0, *(match.end() for match in re.finditer("\r\n|\n|\r", text))]
        places: dict[Loc, Place] = {(): Place(line, 1)}
        cells = _cells(text, self.delimiter)
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


def read_header(text: str, *, delimiter: str, file: str, line: int) -> TableHeader:
    """Read the names of the columns; a name that no record has, or that comes twice, is a finding."""
    columns: list[_Column] = []
    findings: list[Finding] = []
    seen: dict[Loc, str] = {}
    cells = _cells(text, delimiter)
    if len(cells) > MAX_COLUMNS:
        message = f"this table has {len(cells):,} columns, and at most {MAX_COLUMNS:,} are read"
        hint = "look whether this is the right file; nothing in it was read"
        many = Finding("too-many-columns", Severity.ERROR, message, hint, Where(file, line))
        return TableHeader(file, delimiter, (), (many,))
    for offset, written in cells:
        name = next(iter(next(csv.reader([written.strip()]), [])), "").strip()
        place = Place(line, offset + 1)
        where = Where(file, line, offset + 1)
        loc = _loc(name)
        fault = _name_fault(name, loc, seen, where)
        if fault is not None and len(findings) < MAX_NAMED:
            findings.append(fault)
        seen.setdefault(loc, name)
        columns.append(_Column(name, loc, place, is_list(Commentary, loc)))
    return TableHeader(file, delimiter, tuple(columns), tuple(findings))


def _loc(name: str) -> Loc:
    """Read ``author_1_given`` and ``authors.1.given`` as the way to a value."""
    steps: list[str | int] = []
    rest = name.strip().lower().replace(" ", "_")
    while match := _NUMBERED.search(rest):
        head = rest[: match.start()].split(".")
        steps += [*head[:-1], _SINGULARS.get(head[-1], head[-1]), max(int(match[1]) - 1, 0)]
        rest = rest[match.end() :]
    return (*steps, *(part for part in rest.split(".") if part))


def _name_fault(name: str, loc: Loc, seen: Mapping[Loc, str], where: Where) -> Finding | None:
    read_on = "nothing below this header was read"
    if not name:
        # Spreadsheets write empty columns behind the last one; what stands in one is told at its row.
        return None
    if loc in seen:
        message = f"the column `{name}` is there twice"
        return Finding("duplicate-key", Severity.ERROR, message, f"keep one of the two ({read_on})", where)
    known = fields_of(Commentary, loc[:-1])
    last = loc[-1] if loc else ""
    if isinstance(last, int) or (known is not None and last in known):
        return None
    _, _, hint = unknown_key(str(last), known or ())
    message = f"no record has anything like the column `{name}`"
    return Finding("unknown-column", Severity.ERROR, message, f"{hint} ({read_on})", where, length=len(name))


def _unnamed(cell: str, origin: Origin) -> Finding:
    message = f"“{cell[:_SHOWN]}” stands in a column that has no name"
    hint = "name the column after a key of the record, or empty it"
    return Finding("column-unnamed", Severity.ERROR, message, hint, origin.where())


# Sixty characters show which cell is meant.
_SHOWN: Final = 60


def _surplus(cells: int, columns: int, origin: Origin) -> Finding:
    message = f"this row has {cells} cells, and the header names {columns} columns"
    hint = "put a cell that contains the sign between columns into quotation marks"
    return Finding("csv-cells", Severity.ERROR, message, hint, origin.where())


def _value(column: _Column, cell: str, findings: list[Finding], origin: Origin) -> Any:
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


def _assembled(found: Iterable[tuple[_Column, Any]], findings: list[Finding], origin: Origin) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for column, value in found:
        if not _put(data, column.loc, value):
            message = f"the column `{column.name}` contradicts another column of this row"
            hint = "give either the whole list in one cell, or columns with numbers without a gap"
            findings.append(Finding("csv-columns", Severity.ERROR, message, hint, origin.where(column.loc)))
    return data


def _put(data: dict[str, Any], loc: Loc, value: Any) -> bool:
    here: Any = data
    for step, following in pairwise(loc):
        here = _child(here, step, [] if isinstance(following, int) else {})
    return _child(here, loc[-1], value) is value


def _child(here: Any, step: str | int, new: Any) -> Any:
    """Return what stands at the next step; the new value where nothing does yet, None where nothing can."""
    if isinstance(here, dict) and isinstance(step, str):
        return here.setdefault(step, new)
    if isinstance(here, list) and isinstance(step, int) and step <= len(here):
        if step == len(here):
            here.append(new)
        return here[step]
    return None


def _cells(text: str, delimiter: str) -> list[tuple[int, str]]:
    """Return every cell of a row as it is written, with its offset."""
    pattern = re.compile(rf'("(?:[^"]|"")*"|[^{re.escape(delimiter)}\r\n]*)({re.escape(delimiter)}|[\r\n]+|$)')
    cells = []
    position = 0
    while match := pattern.match(text, position):
        cells.append((match.start(), match[1]))
        position = match.end()
        if match[2] != delimiter:
            break
    return cells
