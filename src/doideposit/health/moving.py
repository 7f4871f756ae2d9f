"""Move a site: which DOI is to lead where, decided for every row of a table before anything is changed.

A row is taken only when the DOI is ours, has a record file, and its new page is there and shows this DOI. Everything
else is refused with its line; what leads there already needs nothing.
"""

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from doideposit.crossref.guarded_fetch import FetchPage
from doideposit.crossref.politeness import PassingTime
from doideposit.deposits.candidates import Approved
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.values import Plan, PlanEntry, WorkStatus
from doideposit.errors import ConfigurationError, RegistrarError, RegistrarUnavailable, UnexpectedAnswer
from doideposit.files import disk_errors, read_input
from doideposit.findings import Finding, Severity, Where
from doideposit.health.correcting import SingleRecord
from doideposit.health.visits import PageVisit
from doideposit.records.editing import Set
from doideposit.records.editing.files import Editable
from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.record import Record
from doideposit.records.sources.site_table import SiteRow

__all__ = ["MoveProof", "MoveTable", "SiteMove"]

# With these nobody knows whether the page is right, or it is known that it is not.
_STOPPING: Final = frozenset(
    "page-missing page-not-html page-login page-doi-missing page-away page-refused page-not-shown page-robots".split()
)

# Threads: each look waits for the resolver, and then for the query service.
LOOKS_AT_ONCE: Final = 6
# Seconds between two rounds, doubled each time: a handle follows a registration within seconds to minutes.
FIRST_PAUSE: Final = 1.0
# In seconds; a person is waiting for the result.
LONGEST_PAUSE: Final = 30.0


@dataclass(frozen=True, slots=True)
class SiteMove:
    """Say what becomes of one row: the DOI, where it leads now, and its record file; or the finding that refuses it."""

    row: SiteRow
    commentary: Commentary | None = None
    path: Path | None = None
    old: str = ""
    finding: Finding | None = None

    @property
    def key(self) -> str:
        """Return the key of the DOI; empty if the row does not name exactly one work."""
        return self.commentary.doi.key if self.commentary is not None else ""

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

    def change_record(self) -> Finding | None:
        """Write the new address into the record file, and nothing else; return why not. Raises `DiskError`."""
        if self.path is None:
            return None
        editable = Editable.open(self.path)
        edited = editable if isinstance(editable, Finding) else editable.edit(Set(("url",), self.new))
        return edited if isinstance(edited, Finding) else edited.save()


# The record files with one record, by the key of its DOI.
Known = Mapping[str, tuple[Commentary, Path]]


@dataclass(frozen=True, slots=True)
class MoveTable:
    """Decide about the rows of a table of addresses, by its path, and write the tables that are beside it."""

    path: Path

    def decide(self, rows: Sequence[SiteRow], records: Known, registered: Mapping[str, str]) -> Iterator[SiteMove]:
        """Decide about each row by local data; no page is fetched yet.

        `registered` are the addresses that registered DOIs lead to, by the keys of the DOIs. A row whose old address
        has a ``*`` stands for every registered address of that form that no other row names.
        """
        numbers: dict[str, list[str]] = {}
        for key, (commentary, _) in records.items():
            numbers.setdefault(commentary.number or "", []).append(key)
        addresses = {_comparable_address(address): key for key, address in registered.items()}

        def keys_of(row: SiteRow) -> list[str]:
            if row.doi:
                return [row.doi.casefold()]
            if row.number:
                return numbers.get(row.number, [])
            return [key for key in (addresses.get(_comparable_address(row.address)),) if key is not None]

        single = [(row, keys_of(row)) for row in rows if row.fault is not None or not _is_pattern(row)]
        named = {key for _, keys in single for key in keys}
        several = [row for row in rows if row.fault is None and _is_pattern(row)]
        both = [*single, *(pair for row in several for pair in _expand_pattern(row, records, registered, named))]
        lines = _rows_by_doi(both)
        for row, keys in both:
            move = SiteMove(row, finding=row.fault) if row.fault is not None else None
            yield move or _decide_one(SiteMove(row), keys, records, registered, str(self.path), lines)

    def look_at_pages(self, moves: Sequence[SiteMove], fetch: FetchPage, waiting: PassingTime) -> Iterator[SiteMove]:
        """Fetch the new page of each move, and refuse those whose page is missing or shows another DOI."""
        going = [move for move in moves if move.goes]
        at_new = (
            site_move.commentary.model_copy(update={"url": site_move.new})
            for site_move in going
            if site_move.commentary is not None
        )
        visits = PageVisit.each(at_new, fetch, waiting=waiting)
        for move in moves:
            yield move if not move.goes else _with_page_findings(move, next(visits).findings, str(self.path))

    def compare(self, moves: Sequence[SiteMove], depositor: Depositor) -> tuple[tuple[SiteMove, ...], Plan | None]:
        """Compare each move with what is registered, and refuse those that change more than the address.

        Returns the moves, and the plan of those that go; None where nothing does. Nothing is written yet. Raises as
        `Depositor.plan` does.
        """
        going = {move.commentary.doi.key: move for move in moves if move.goes and move.commentary is not None}
        made = {
            key: SingleRecord(Record(move.commentary), move.path).changed((Set(("url",), move.new),), depositor.series)
            for key, move in going.items()
            if move.commentary is not None and move.path is not None
        }
        records = [changed.record for changed in made.values() if not isinstance(changed, tuple)]
        plan = depositor.plan(*records).without_options() if records else None
        entries = {entry.doi.key: entry for entry in plan.entries if entry.doi is not None} if plan else {}
        compared = []
        for move in moves:
            key = move.commentary.doi.key if move.commentary is not None else ""
            broken = made.get(key) if move.goes else None
            finding = broken[0] if isinstance(broken, tuple) else _why_not_alone(entries[key]) if broken else None
            # A person corrects the table: the finding names its row.
            at_row = None if finding is None else replace(finding, where=Where(str(self.path), move.row.line))
            compared.append(move if at_row is None else replace(move, finding=at_row))
        left = {move.key for move in compared if move.goes}
        return tuple(compared), Approved.part_of(plan, left) if plan and left else None

    def write_undo(self, moves: Iterable[SiteMove]) -> None:
        """Add the present address of each DOI to the undo file; raises `DiskError`.

        A later run adds to it. What an earlier one wrote of a DOI stays, so that each has its oldest address, once.
        """
        undo = self.path.with_name(f"{self.path.stem}-undo.csv")
        with disk_errors(undo, "cannot be written"):
            begins = not undo.exists()
            lines = [] if begins else read_input(undo).decode("utf-8").splitlines()
            there = {row[0].casefold() for row in csv.reader(lines) if row}
            with undo.open("a", newline="", encoding="utf-8") as stream:
                writer = csv.writer(stream)
                writer.writerows([("doi", "new")] if begins else [])
                for move in moves:
                    if move.goes and move.commentary is not None and move.commentary.doi.key not in there:
                        writer.writerow((move.commentary.doi, move.old))

    def write_failed(self, moves: Iterable[SiteMove]) -> Path | None:
        """Write the rows that were refused, to be given again when they are mended; raises `DiskError`.

        Returns the file; None where no row was refused, and then the file of an earlier run goes away.
        """
        failed = self.path.with_name(f"{self.path.stem}-failed.csv")
        refused = [move for move in moves if move.finding is not None]
        if not refused:
            with disk_errors(failed, "cannot be removed"):
                failed.unlink(missing_ok=True)
            return None
        with disk_errors(failed, "cannot be written"), failed.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(("number", "doi", "old", "new", "why"))
            for site_move in refused:
                row, why = site_move.row, site_move.finding.message if site_move.finding else ""
                writer.writerow((row.number, row.doi, row.address if row.new else "", site_move.new, why))
        return failed


def _is_pattern(row: SiteRow) -> bool:
    return not (row.doi or row.number) and row.address.count("*") == 1


def _expand_pattern(
    row: SiteRow, records: Known, registered: Mapping[str, str], named: Collection[str]
) -> Iterator[tuple[SiteRow, list[str]]]:
    """Yield a row for each registered address of the form of a pattern; the pattern itself where there is none."""
    found = False
    for key, address in registered.items():
        if key in named:
            continue
        commentary = records[key][0] if key in records else None
        new = row.new
        if commentary is not None:
            new = new.replace("{number}", commentary.number or "").replace("{doi}", commentary.doi.printed)
        part = _matched_part(row.address, address)
        # An address that an earlier run moved has the new form already, and is not a mistake in the pattern.
        there = part is None and (address == new or _matched_part(new, address) is not None)
        if part is None and not there:
            continue
        found = True
        new = address if part is None else new.replace("*", part)
        yield row._replace(doi=key, address=address, new=new), [key]
    if not found:
        yield row, []


def _matched_part(pattern: str, address: str) -> str | None:
    """Return the part of an address that the * of a pattern matches; None if it does not match."""
    start, star, end = pattern.partition("*")
    fits = star and len(address) > len(start) + len(end) and address.startswith(start) and address.endswith(end)
    return address[len(start) : len(address) - len(end)] if fits else None


def _rows_by_doi(rows: Iterable[tuple[SiteRow, Sequence[str]]]) -> Mapping[str, Sequence[SiteRow]]:
    """Return the rows of each DOI that has several."""
    found: dict[str, list[SiteRow]] = {}
    for row, keys in rows:
        if len(keys) == 1 and row.fault is None:
            found.setdefault(keys[0], []).append(row)
    return {key: same for key, same in found.items() if len(same) > 1}


def _decide_one(
    move: SiteMove,
    keys: Sequence[str],
    records: Known,
    registered: Mapping[str, str],
    table: str,
    lines: Mapping[str, Sequence[SiteRow]],
) -> SiteMove:
    row, shown = move.row, move.row.doi or move.row.number or move.row.address

    def refused(code: str, message: str, hint: str) -> SiteMove:
        return replace(move, finding=Finding(code, Severity.ERROR, message, hint, Where(table, row.line)))

    unusable = _unusable_row(move, keys, shown)
    if unusable is not None:
        return refused(*unusable)
    found = records.get(keys[0]) if keys else None
    if found is None:
        hint = "correct the row; for a registered DOI without a record file, `doideposit adopt DOI` writes one"
        hint += "; move a record in a table or a list to a file of its own"
        return refused("move-unknown", f"no record file contains {shown} and nothing else", hint)
    commentary, path = found
    if commentary.doi.key not in registered:
        hint = "deposit it first; a new DOI starts with the address in its record"
        return refused("move-not-registered", f"{commentary.doi} is not registered from here", hint)
    same = lines.get(commentary.doi.key, ())
    if len({_comparable_address(site_row.new or site_row.address) for site_row in same}) > 1 or (
        same and same[0] is not row
    ):
        others = " and ".join(str(site_row.line) for site_row in same if site_row is not row)
        message = f"{commentary.doi} is in line {others} as well"
        return refused("move-twice", message, "keep only the row that is right")
    old = registered[commentary.doi.key]
    if (
        row.new
        and row.address
        and _comparable_address(old) not in {_comparable_address(row.address), _comparable_address(row.new)}
    ):
        message = f"{commentary.doi} leads to {old}, not to the old address in this row"
        return refused(
            "move-other-address", message, "correct the row, or run `doideposit verify` to see where it leads"
        )
    return replace(move, commentary=commentary, path=path, old=old)


def _unusable_row(move: SiteMove, keys: Sequence[str], shown: str) -> tuple[str, str, str] | None:
    """Return code, message and hint for a row that names no address, or no work alone."""
    if not keys and _is_pattern(move.row):
        hint = "correct the pattern: it needs one *, for the part that differs between the addresses"
        return "move-unknown", f"no registered address matches {shown}", hint
    if not move.new or "*" in move.new:
        return "move-no-address", f"{shown} has no new address", "fill it in, or delete the row"
    if len(keys) > 1:
        return "move-unknown", f"several series have a number {shown}", "give the DOI instead of the number"
    return None


def _comparable_address(address: str) -> str:
    return address.strip().rstrip("/").casefold()


def _why_not_alone(entry: PlanEntry) -> Finding | None:
    """Return why a record is refused: it is blocked, or changes more than the address."""
    stops = next((finding for finding in entry.findings if finding.stops), None)
    if stops is not None:
        named = "" if str(entry.doi) in stops.message else f"{entry.doi}: "
        return Finding("move-blocked", Severity.ERROR, f"{named}{stops.message}", stops.hint)
    others = [change.what for change in entry.changes if change.field != "url"]
    if not others:
        return None
    message = f"the record file of {entry.doi} contains changes that are not deposited: {'; '.join(others[:3])}"
    return Finding("move-more", Severity.ERROR, message, "deposit them first; a move changes only the address")


def _with_page_findings(move: SiteMove, findings: tuple[Finding, ...], table: str) -> SiteMove:
    stopping = next((finding for finding in findings if finding.code in _STOPPING), None)
    if stopping is None:
        return move
    message = f"{move.new}: {stopping.message}"
    return replace(
        move, finding=Finding(stopping.code, Severity.ERROR, message, stopping.hint, Where(table, move.row.line))
    )


@dataclass(frozen=True, slots=True)
class MoveProof:
    """Hold what the handles showed: the moves that were `unseen`, and what else of a record was found `changed`.

    `error` is why the last of those could not be asked about, `unread` why records could not be compared afterwards.
    """

    unseen: tuple[SiteMove, ...]
    changed: tuple[WorkStatus, ...] = ()
    error: RegistrarError | None = None
    unread: RegistrarError | None = None

    @classmethod
    def of(
        cls,
        moves: Sequence[SiteMove],
        ask: Callable[[Doi], WorkStatus],
        read: Callable[[Doi], WorkStatus],
        waiting: PassingTime,
        seconds: float,
    ) -> "MoveProof":
        """Ask about each DOI until it is seen to lead to its new page, or the time is over.

        `ask` looks at the handle, and `read` at the registered record of what leads to its new page, once. The time is
        `seconds` and one more for each DOI, whatever the services do; where they answer nothing, the round ends and
        another one begins after a pause.
        """
        end, pause = waiting.now() + seconds + len(moves), FIRST_PAUSE
        proof = cls(unseen=tuple(moves))
        while True:
            proof = _ask_all_once(proof, ask, read, lambda: waiting.now() > end)
            if not proof.unseen or waiting.now() + pause > end:
                return proof
            waiting.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def _ask_all_once(
    proof: MoveProof, ask: Callable[[Doi], WorkStatus], read: Callable[[Doi], WorkStatus], is_over: Callable[[], bool]
) -> MoveProof:
    """Ask once about each DOI not seen yet; stop the round when a service cannot be reached."""
    seen: set[str] = set()
    changed: list[WorkStatus] = []
    failures: list[RegistrarError] = []
    unread: list[RegistrarError] = [proof.unread] if proof.unread else []

    def look(move: SiteMove) -> None:
        if (
            move.commentary is None
            or is_over()
            or any(not isinstance(failure, UnexpectedAnswer) for failure in failures)
        ):
            return
        doi = move.commentary.doi
        status = _ask_one(ask, doi, failures)
        if status is None or status.resolves.at is None:
            return
        seen.add(move.key)
        # Where a DOI leads is proved by now. A query service that is away is asked once, and not for each DOI.
        known = None if unread else _ask_one(read, doi, unread)
        if known is not None and known.drift:
            changed.append(known)

    with ThreadPoolExecutor(LOOKS_AT_ONCE) as pool:
        list(pool.map(look, proof.unseen))
    return MoveProof(
        unseen=tuple(move for move in proof.unseen if move.key not in seen),
        changed=(*proof.changed, *changed),
        error=failures[-1] if failures else None,
        unread=unread[0] if unread else None,
    )


def _ask_one(ask: Callable[[Doi], WorkStatus], doi: Doi, failures: list[RegistrarError]) -> WorkStatus | None:
    try:
        return ask(doi)
    except ConfigurationError as error:
        # The query service refuses an e-mail address that it does not know: every other question would fail too.
        failures.append(RegistrarUnavailable(error.message, hint=error.hint))
    except RegistrarError as error:
        failures.append(error)
    return None
