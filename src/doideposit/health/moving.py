"""Move a site: which DOI is to lead where, decided for every row of a table before anything is changed.

A row is taken only when the DOI is ours, has a record file, and its new page is there and shows this DOI. Everything
else is refused with its line; what leads there already needs nothing.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from doideposit.crossref.guarded_fetch import FetchPage
from doideposit.crossref.politeness import PassingTime
from doideposit.files import disk_errors
from doideposit.findings import Finding, Severity, Where
from doideposit.health.visits import visit_pages
from doideposit.records.editing import Set, open_for_editing
from doideposit.records.models.commentary import Commentary
from doideposit.records.sources.site_table import SiteRow

__all__ = ["SiteMove", "change_record", "decide_moves", "look_at_pages", "write_failed", "write_undo"]

# With these nobody knows whether the page is right, or it is known that it is not.
_STOPPING: Final = frozenset(
    "page-missing page-not-html page-login page-doi-missing page-away page-refused page-not-shown page-robots".split()
)


@dataclass(frozen=True, slots=True)
class SiteMove:
    """Say what becomes of one row: the DOI, where it leads now, and its record file; or the finding that refuses it."""

    row: SiteRow
    commentary: Commentary | None = None
    path: Path | None = None
    old: str = ""
    finding: Finding | None = None

    @property
    def new(self) -> str:
        """Return the address that the DOI is to lead to."""
        return self.row.new or self.row.address

    @property
    def done(self) -> bool:
        """Tell whether the new address is registered already; what the record file says proves nothing."""
        return self.finding is None and self.old == self.new

    @property
    def goes(self) -> bool:
        """Tell whether the address is to be changed."""
        return self.finding is None and not self.done


# The record files with one record, by the key of its DOI.
Known = Mapping[str, tuple[Commentary, Path]]


def decide_moves(
    rows: Sequence[SiteRow], records: Known, registered: Mapping[str, str], table: str
) -> Iterator[SiteMove]:
    """Decide about each row from what is known here; no page is looked at yet.

    `registered` are the addresses that registered DOIs lead to, by the keys of the DOIs.
    """
    numbers: dict[str, list[str]] = {}
    for key, (commentary, _) in records.items():
        numbers.setdefault(commentary.number or "", []).append(key)
    addresses = {_plain(address): key for key, address in registered.items()}
    for row in rows:
        if row.doi:
            keys = [row.doi.casefold()]
        elif row.number:
            keys = numbers.get(row.number, [])
        else:
            keys = [key for key in (addresses.get(_plain(row.address)),) if key is not None]
        yield _decided(SiteMove(row), keys, records, registered, table)


def _decided(
    move: SiteMove, keys: Sequence[str], records: Known, registered: Mapping[str, str], table: str
) -> SiteMove:
    row, shown = move.row, move.row.doi or move.row.number or move.row.address

    def refused(code: str, message: str, hint: str) -> SiteMove:
        return replace(move, finding=Finding(code, Severity.ERROR, message, hint, Where(table, row.line)))

    if not move.new:
        return refused("move-no-address", f"{shown} has no new address", "fill it in, or delete the row")
    if len(keys) > 1:
        return refused("move-unknown", f"several series have a number {shown}", "give the DOI in place of the number")
    found = records.get(keys[0]) if keys else None
    if found is None:
        hint = "correct the row; a DOI that is registered and has no record file gets one by `doideposit adopt DOI`"
        return refused("move-unknown", f"there is no record file of {shown} alone", hint)
    commentary, path = found
    if commentary.doi.key not in registered:
        hint = "deposit it first; a new DOI begins with the address of its record"
        return refused("move-not-registered", f"{commentary.doi} is not registered from here", hint)
    old = registered[commentary.doi.key]
    if row.new and row.address and _plain(old) not in {_plain(row.address), _plain(row.new)}:
        message = f"{commentary.doi} leads to {old}, and not to the old address of the row"
        return refused("move-other-address", message, "correct the row, or look with `doideposit verify` who moved it")
    return replace(move, commentary=commentary, path=path, old=old)


def _plain(address: str) -> str:
    return address.strip().rstrip("/").casefold()


def write_undo(table: Path, moves: Iterable[SiteMove]) -> None:
    """Add to the file that leads back where each DOI leads now; raises `DiskError`.

    A later run adds to it. What an earlier one wrote of a DOI stays, so that each has its oldest address, once.
    """
    undo = table.with_name(f"{table.stem}-undo.csv")
    with disk_errors(undo, "cannot be written"):
        begins = not undo.exists()
        lines = [] if begins else undo.read_text("utf-8").splitlines()
        there = {row[0].casefold() for row in csv.reader(lines) if row}
        with undo.open("a", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerows([("doi", "new")] if begins else [])
            for one in moves:
                if one.goes and one.commentary is not None and one.commentary.doi.key not in there:
                    writer.writerow((one.commentary.doi, one.old))


def write_failed(table: Path, moves: Iterable[SiteMove]) -> None:
    """Write the rows that were refused, to be given again when they are mended; raises `DiskError`."""
    failed = table.with_name(f"{table.stem}-failed.csv")
    with disk_errors(failed, "cannot be written"), failed.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("number", "doi", "old", "new", "why"))
        for one in moves:
            if one.finding is not None:
                old = one.row.address if one.row.new else ""
                writer.writerow((one.row.number, one.row.doi, old, one.new, one.finding.message))


def change_record(move: SiteMove) -> Finding | None:
    """Write the new address into the record file, and nothing else; return why not. Raises `DiskError`."""
    if move.path is None:
        return None
    editable = open_for_editing(move.path)
    edited = editable if isinstance(editable, Finding) else editable.edit(Set(("url",), move.new))
    return edited if isinstance(edited, Finding) else edited.save()


def look_at_pages(moves: Sequence[SiteMove], fetch: FetchPage, waiting: PassingTime, table: str) -> Iterator[SiteMove]:
    """Look at the new page of each move that goes, and refuse those whose page is not there or shows another DOI."""
    going = [move for move in moves if move.goes]
    at_new = (one.commentary.model_copy(update={"url": one.new}) for one in going if one.commentary is not None)
    visits = visit_pages(at_new, fetch, waiting=waiting)
    for move in moves:
        yield move if not move.goes else _looked(move, next(visits).findings, table)


def _looked(move: SiteMove, findings: tuple[Finding, ...], table: str) -> SiteMove:
    stopping = next((one for one in findings if one.code in _STOPPING), None)
    if stopping is None:
        return move
    message = f"{move.new}: {stopping.message}"
    return replace(
        move, finding=Finding(stopping.code, Severity.ERROR, message, stopping.hint, Where(table, move.row.line))
    )
