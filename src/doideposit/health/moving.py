"""Move a site: which DOI is to lead where, decided for every row of a table before anything is changed.

A row is taken only when the DOI is ours, has a record file, and its new page is there and shows this DOI. Everything
else is refused with its line; what leads there already needs nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from doideposit.crossref.guarded_fetch import FetchPage
from doideposit.crossref.politeness import PassingTime
from doideposit.findings import Finding, Severity, Where
from doideposit.health.visits import visit_pages
from doideposit.records.models.commentary import Commentary
from doideposit.records.sources.site_table import SiteRow

__all__ = ["SiteMove", "decide_moves", "look_at_pages"]

# With these nobody knows whether the page is right, or it is known that it is not.
_STOPPING: Final = frozenset(
    "page-missing page-not-html page-login page-doi-missing page-away page-refused page-not-shown page-robots".split()
)


@dataclass(frozen=True, slots=True)
class SiteMove:
    """Say what becomes of one row: the DOI and where it leads, or the finding that refuses it.

    `done` says that the record has the new address already.
    """

    row: SiteRow
    commentary: Commentary | None = None
    path: Path | None = None
    finding: Finding | None = None
    done: bool = False

    @property
    def new(self) -> str:
        """Return the address that the DOI is to lead to."""
        return self.row.new or self.row.address

    @property
    def goes(self) -> bool:
        """Tell whether the address is to be changed."""
        return self.finding is None and not self.done


def decide_moves(
    rows: Sequence[SiteRow], records: Mapping[str, tuple[Commentary, Path]], registered: frozenset[str], table: str
) -> Iterator[SiteMove]:
    """Decide about each row from what is known here; no page is looked at yet.

    `records` are the record files by the key of their DOI, `registered` the keys of the DOIs that are registered.
    """
    by_number = {each[0].number: each for each in records.values()}
    by_address = {(each[0].url or "").rstrip("/"): each for each in records.values()}
    for row in rows:
        found = records.get(row.doi.casefold()) if row.doi else by_number.get(row.number)
        if found is None and row.new and row.address and not row.doi:
            found = by_address.get(row.address.rstrip("/"))
        yield _decided(SiteMove(row), found, registered, table)


def _decided(move: SiteMove, found: tuple[Commentary, Path] | None, registered: frozenset[str], table: str) -> SiteMove:
    row, shown = move.row, move.row.doi or move.row.number or move.row.address

    def refused(code: str, message: str, hint: str) -> SiteMove:
        return replace(move, finding=Finding(code, Severity.ERROR, message, hint, Where(table, row.line)))

    if not move.new:
        return refused("move-no-address", f"{shown} has no new address", "fill it in, or take the row away")
    if found is None:
        hint = "correct the row; for a DOI that is registered and has no record file, run `doideposit adopt` first"
        return refused("move-unknown", f"there is no record file of {shown}", hint)
    commentary, path = found
    if commentary.doi.key not in registered:
        hint = "deposit it first; a new DOI begins with the address of its record"
        return refused("move-not-registered", f"{commentary.doi} is not registered from here", hint)
    if row.new and row.address and _plain(commentary.url or "") not in {_plain(row.address), _plain(row.new)}:
        message = f"{commentary.doi} leads to {commentary.url}, and not to the old address of the row"
        return refused("move-other-address", message, "correct the row, or the record")
    return replace(move, commentary=commentary, path=path, done=commentary.url == move.new)


def _plain(address: str) -> str:
    return address.strip().rstrip("/").casefold()


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
