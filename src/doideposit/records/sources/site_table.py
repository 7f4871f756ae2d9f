"""A table of what a website shows: one row for each commentary, with its number, its DOI, or its address."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from doideposit.findings import Finding, Severity, Where
from doideposit.records.doi_text import FoundDoi
from doideposit.records.sources.files import Loaded

__all__ = ["SiteRow"]

# Two hundred thousand rows of an address and a DOI.
LIMIT: Final = 20_000_000
MOST_ROWS: Final = 200_000
# Headings that make sense only beside a new address.
_OLD: Final = frozenset({"old", "old url", "old_url", "old address", "old_address", "from"})
# Headings that exports of content systems and spreadsheets have.
_NAMES: Final = {
    "doi": frozenset({"doi", "dois"}),
    "number": frozenset({"number", "no", "no.", "nr", "nr.", "nummer", "numéro", "número", "issue", "#"}),
    "new": frozenset({"new", "new url", "new_url", "new address", "new_address", "to", "target"}),
    "address": _OLD | {"address", "url", "link", "page", "landing page", "landing_page", "permalink", "adresse"},
}


class SiteRow(NamedTuple):
    """Hold one row: its line in the table, and number, DOI and address as far as the table has them.

    `new` is the address that the DOI is to lead to, in a table of a move; `address` is the old one then. `fault` says
    why the row cannot be used; its cells are as they are in the table then.
    """

    line: int
    number: str = ""
    doi: str = ""
    address: str = ""
    new: str = ""
    fault: Finding | None = None

    @staticmethod
    def read_table(path: Path) -> "Iterator[SiteRow | Finding]":
        """Read a CSV table with a heading; a table that cannot be read is a finding. Raises `DiskError`.

        A row that cannot be used comes with its fault. In the table of a move a work may be in several rows, one of
        them a pattern: what that means is decided with what is registered.
        """
        loaded = Loaded.read(path, limit=LIMIT)
        if loaded.text is None:
            yield from loaded.findings
            return
        lines = loaded.text.splitlines()
        sign = max(",;\t", key=lines[0].count) if lines else ","
        rows = csv.reader(io.StringIO("\n".join(lines)), delimiter=sign, strict=True)
        try:
            yield from _read_rows(path, rows)
        # The reader of the standard library gives no line for it.
        except csv.Error:
            message = "a quotation mark is not closed, or something follows the closing one"
            yield _row_finding(
                path, rows.line_num, message, "write a quotation mark inside a cell twice, and close every cell"
            )


def _read_rows(path: Path, rows: Any) -> Iterator[SiteRow | Finding]:
    heading: list[str] = next(rows, [])
    columns = _column_indexes(heading, path)
    if isinstance(columns, Finding):
        yield columns
        return
    seen: dict[str, int] = {}
    for row in rows:
        if rows.line_num > MOST_ROWS:
            yield _row_finding(path, rows.line_num, "the table has more rows than are read", "split it")
            return
        if any(cell.strip() for cell in row):
            yield from _read_row(path, rows.line_num, row, columns, seen, len(heading))


def _column_indexes(heading: list[str], path: Path) -> dict[str, int] | Finding:
    """Return which column is which; a column that is there twice could be either."""
    names = [cell.strip().casefold() for cell in heading]
    found: dict[str, int] = {}
    for index, name in enumerate(names):
        key = next((key for key, known in _NAMES.items() if name in known), None)
        if key is not None and key in found:
            told = {"doi": "DOI", "new": "new address"}.get(key, key)
            message = f"two columns hold the {told}: {heading[found[key]]} and {heading[index]}"
            return _row_finding(path, 1, message, "keep only one of them")
        if key is not None:
            found[key] = index
    if not found.keys() & {"doi", "number"} and not found.keys() >= {"address", "new"}:
        # A heading may be a whole paragraph; so much of it shows what was taken for one.
        shown = ", ".join(filter(None, heading))[:120] or "nothing"
        message = f"the first line names no column “doi” or “number”; it has {shown}"
        return _row_finding(path, 1, message, "write a first line such as: number,doi,url; to move addresses: doi,new")
    # An old address without a new one would be mistaken for the address to move to.
    old = next((cell for cell, name in zip(heading, names, strict=True) if name in _OLD), None)
    if old is not None and "new" not in found:
        message = f"there is a column “{old.strip()}”, and no column “new” with the new addresses"
        return _row_finding(path, 1, message, "add the column “new”")
    return found


def _read_row(
    path: Path, line: int, row: list[str], columns: dict[str, int], seen: dict[str, int], width: int
) -> Iterator[SiteRow]:
    cells = {key: row[index].strip() if index < len(row) else "" for key, index in columns.items()}
    moves = "new" in columns
    doi = FoundDoi.first_whole(cells["doi"]) if cells.get("doi") else ""
    whole = SiteRow(line, cells.get("number", ""), doi or cells.get("doi", ""), cells.get("address", ""))
    whole = whole._replace(new=cells.get("new", ""))
    if any(cell.strip() for cell in row[width:]):
        # Most often an address with a comma in it, of which only the first part would be taken.
        message = f"the row has {len(row)} cells, and the first line has {width}"
        yield _with_fault(whole, path, message, "put quotation marks around a cell that contains the separator")
        return
    if doi is None:
        # Eighty characters show which cell is meant.
        message = f"“{cells['doi'][:80]}” is not a DOI"
        yield _with_fault(whole, path, message, "correct it, or leave the cell empty")
        return
    key = doi.casefold() or whole.number or (whole.address if moves else "")
    if not key:
        yield _with_fault(whole, path, "the row has neither number nor DOI", "fill one of them in, or delete the row")
    elif key in seen and not moves:
        message = f"{key} is in line {seen[key]} already"
        yield _with_fault(whole, path, message, "keep only one of the two rows")
    else:
        seen[key] = line
        yield whole


def _with_fault(row: SiteRow, path: Path, message: str, hint: str) -> SiteRow:
    return row._replace(fault=_row_finding(path, row.line, message, hint))


def _row_finding(path: Path, line: int, message: str, hint: str) -> Finding:
    return Finding("site-table", Severity.ERROR, message, hint, Where(str(path), line))
