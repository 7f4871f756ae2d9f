"""Take files in, check and plan their records, and record in the ledger what may go. Nothing is sent here."""

import logging
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from doideposit.checks.values import Input, is_deposit_xml
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.plans.document import PlanFile
from doideposit.deposits.values import DepositReport, ReportEntry
from doideposit.errors import ApprovalMissing, DiskError, DoiDepositError, UsageError
from doideposit.files import disk_errors, open_input, read_input
from doideposit.findings import Finding
from doideposit.job.inbox.claims import Claim, ClaimedEntry, EntryStatus
from doideposit.job.inbox.context import InboxContext
from doideposit.job.inbox.filing import settle
from doideposit.job.inbox.folders import Arrival, Folders
from doideposit.records.models.series import Series
from doideposit.records.sources.parsing import ParsedRecord
from doideposit.records.sources.reading import read_path

__all__ = ["TakingIn"]

logger = logging.getLogger(__name__)

# Files that are checked and recorded together: they share submissions, and the memory that takes.
AT_ONCE: Final = 100


class TakingIn:
    """Take files in, in bounded memory; what has its end at once is put away at once."""

    def __init__(self, around: InboxContext) -> None:
        self._around = around
        self._depositor = around.depositor
        self._working = around.folders.working
        self._number = 0

    def plan_unfinished(self) -> None:
        """Plan the files that an earlier run took in and did not plan, or could not send.

        Those go one by one: an older and a newer version of one DOI may both wait, and must go in that order.
        """
        unplanned: list[Claim] = []
        for claim in self._around.claims():
            if claim.entries is None and not claim.going_to:
                unplanned.append(claim)
            elif claim.target == self._depositor.target and claim.waits:
                self._plan_safely([claim])
            if len(unplanned) == AT_ONCE:
                self._plan_safely(unplanned)
                unplanned = []
        self._plan_safely(unplanned)

    def take_in(self, arrivals: Iterable[Arrival]) -> None:
        """Take these files into folders of their own, and plan them."""
        rest = iter(arrivals)
        while (batch := list(islice(rest, AT_ONCE))) and not self._around.stop():
            self._plan_safely([claim for arrival in batch if (claim := self._take_in_one(arrival)) is not None])

    def _take_in_one(self, arrival: Arrival) -> Claim | None:
        """Move a file into a new folder of its own, where nothing can be overwritten. None when it has gone."""
        folder = self._new_folder()
        self._around.step("folder made")
        claim = Claim(folder, Folders.claimed_name(arrival.name), taken_in=self._around.clock())
        try:
            (self._around.folders.root / arrival.name).rename(claim.file)
        # Somebody may have taken the file away again, which is not a fault; any other error is.
        except OSError as error:
            Folders.remove_claim(folder)
            if not isinstance(error, FileNotFoundError):
                message = f"{claim.name} cannot be taken out of the inbox: {error.strerror or error}"
                self._around.failed(DiskError(message, hint="check the permissions of the inbox"))
            return None
        self._around.step("taken in")
        self._around.report.taken_in += 1
        return claim

    def _new_folder(self) -> Path:
        while True:
            self._number += 1
            folder = self._working / Claim.new_id(self._around.clock(), self._number)
            with disk_errors(folder, "cannot be made"):
                try:
                    folder.mkdir(0o700)
                # An earlier pass in the same second used this number: try the next one.
                except FileExistsError:
                    continue
            return folder

    # Planning.

    def _plan_safely(self, claims: Sequence[Claim]) -> None:
        """Plan these files; when one brings the others down, plan each alone, and leave that one where it is."""
        if not claims:
            return
        try:
            self._plan_together(claims)
        except Exception as error:
            if isinstance(error, DoiDepositError) and not isinstance(error, DiskError):
                raise
            if len(claims) > 1:
                for claim in claims:
                    self._plan_safely([claim])
            else:
                self._leave_in_place(claims[0], error)

    def _leave_in_place(self, claim: Claim, error: Exception) -> None:
        if not isinstance(error, DoiDepositError):
            logger.error("%s could not be processed", claim.name, exc_info=error)
            error = DiskError(
                f"{claim.name} could not be processed ({type(error).__name__}); it stays in {claim.folder}",
                hint="this is a bug in doideposit: please report it, and move the file out of that folder",
            )
        self._around.failed(error)

    def _plan_together(self, claims: Sequence[Claim]) -> None:
        """Check, plan and record the files together, and save the outcome of each.

        Two files about one DOI are told apart from one file that came twice: the second kind continues alone.
        """
        # The stamp is taken before the file is read: what is written while it is read is noticed later.
        stamped = [replace(claim, stamp=Claim.stamp_of(claim.file)) for claim in claims]
        usable = [claim for claim in stamped if not self._refuse_link(claim) and not self._apply_plan_file(claim)]
        made = self._enqueue(usable)
        alone = _uncontested(usable, made, self._depositor.series) if len(usable) > 1 else set()
        for claim in usable:
            if claim.id in alone:
                self._plan_safely([claim])
            else:
                self._save_outcomes(claim, claim.outcomes(made[claim.id]))

    def _apply_plan_file(self, claim: Claim) -> bool:
        """Apply a plan file, and save the outcome; return False for a file of records."""
        entries = _plan_entries(claim, self._depositor)
        if entries is None:
            return False
        self._around.step("recorded")
        self._save_outcomes(claim, entries)
        return True

    def _refuse_link(self, claim: Claim) -> bool:
        """Refuse a file that was replaced by a link or a folder while it was taken in."""
        with disk_errors(claim.file, "cannot be read"):
            mode = claim.file.lstat().st_mode
        if stat.S_ISREG(mode):
            return False
        hint = "put the file itself in the inbox, not a link or a folder"
        self._save_outcomes(claim, _refused_file("this is not a regular file", hint))
        return True

    def _enqueue(self, claims: Sequence[Claim]) -> Mapping[str, list[ReportEntry]]:
        """Record in the ledger what may go; return the entries, by the claim they belong to."""
        inputs = [found for claim in claims for found in self._inputs_of(claim)]
        empty = DepositReport(self._depositor.target, ())
        report = self._depositor.enqueue(*inputs, on_event=self._around.on_event) if inputs else empty
        self._around.step("recorded")
        found: dict[str, list[ReportEntry]] = {claim.id: [] for claim in claims}
        for entry in report.entries:
            found[Path(entry.source).relative_to(self._working).parts[0]].append(entry)
        return found

    def _inputs_of(self, claim: Claim) -> Iterator[Input]:
        """Yield the file, or only those of its records that wait: decided ones are not planned again."""
        if claim.entries is None or is_deposit_xml(claim.file):
            yield claim.file
            return
        waiting = {
            entry.place
            for entry in claim.entries
            if entry.status is EntryStatus.WAITING and not self._is_overtaken(entry)
        }
        for raw in read_path(claim.file):
            if isinstance(raw, Finding) or raw.origin.label.removeprefix(str(claim.file)) not in waiting:
                continue
            record = ParsedRecord.of(raw, series=self._depositor.series).record
            if record is not None:
                yield record

    def _is_overtaken(self, entry: ClaimedEntry) -> bool:
        return _replaced_entry(entry, self._depositor) is not None

    def _save_outcomes(self, claim: Claim, fresh: Sequence[ClaimedEntry]) -> None:
        """Save the outcome of each record, and move the file when all are final."""
        new = {(entry.place, entry.doi): entry for entry in fresh}
        kept = [new.pop((entry.place, entry.doi), self._is_given_up(entry)) for entry in claim.entries or ()]
        now = replace(claim, target=self._depositor.target, entries=(*kept, *new.values()))
        now.save()
        self._around.step("remembered")
        if now.settled:
            settle(self._around, now, self._around.statuses([now]))

    def _is_given_up(self, entry: ClaimedEntry) -> ClaimedEntry:
        gone = _replaced_entry(entry, self._depositor) if entry.status is EntryStatus.WAITING else None
        return entry if gone is None else gone


# Several files of one pass about the same DOI: the same record twice is no conflict, and a broken one is no rival.

# What is said of a DOI that comes twice in one run.
TWICE: Final = frozenset({"doi-twice", "plan-duplicate-doi"})


def _uncontested(
    claims: Sequence[Claim], made: Mapping[str, Sequence[ReportEntry]], series: Mapping[str, Series]
) -> set[str]:
    """Return files that were stopped only because another names the same DOI, though that one is the same or is broken.

    Where two files hold different records that could both go, none can be preferred: perhaps one has a wrong number.
    """
    rivals: dict[str, list[Claim]] = {}
    for claim in claims:
        for doi in _free_dois(made[claim.id]):
            rivals.setdefault(doi, []).append(claim)
    found = set()
    for claim in claims:
        stopped = {entry.doi.key for entry in made[claim.id] if entry.doi and _blocking_codes(entry) & TWICE}
        able = _free_dois(made[claim.id])
        if stopped and stopped <= able and all(_say_the_same(rivals[doi], doi, series) for doi in stopped):
            found.add(claim.id)
    return found


def _blocking_codes(entry: ReportEntry) -> frozenset[str]:
    return frozenset(finding.code for finding in entry.findings if finding.stops)


def _free_dois(entries: Sequence[ReportEntry]) -> set[str]:
    """Return DOIs that could be deposited if no other file named them."""
    return {entry.doi.key for entry in entries if entry.doi and _blocking_codes(entry) <= TWICE}


def _say_the_same(claims: Sequence[Claim], doi: str, series: Mapping[str, Series]) -> bool:
    first, *others = [_content_of(claim.file, doi, series) for claim in claims]
    return first is not None and all(other == first for other in others)


def _content_of(path: Path, doi: str, series: Mapping[str, Series]) -> object:
    """Return the content of a file for a DOI; None if it is ambiguous or cannot be compared."""
    if is_deposit_xml(path):
        return read_input(path)
    raws = [raw for raw in read_path(path) if not isinstance(raw, Finding)]
    records = [record for raw in raws if (record := ParsedRecord.of(raw, series=series).record) is not None]
    mine = [record.commentary for record in records if record.commentary.doi.key == doi]
    return mine[0] if len(mine) == 1 else None


# Plan files in an inbox: applied once others have approved them, and waiting until then.
# A plan is taken in like any file. Where approvals are demanded nothing else is: a record that somebody dropped was
# seen by one pair of eyes only.

BY: Final = "the scheduled job"


def _plan_entries(claim: Claim, depositor: Depositor) -> tuple[ClaimedEntry, ...] | None:
    """Apply the plan in a file, and return the outcome of each record; None for a file of records.

    A plan that nobody approved yet waits. Files it was made of may be on another machine; one that is here and has
    changed holds it back.
    """
    if not _is_plan(claim):
        if not depositor.plans.approvals_needed:
            return None
        return _refused_file(
            "this inbox takes only plans that another person has approved",
            "make one with `doideposit plan FILES -o plan.json`, put that in the inbox, and let another person run "
            "`doideposit approve plan.json`",
        )
    try:
        file = depositor.plans.read(claim.file)
    except UsageError as error:
        return _refused_file(_without_path(error.message, claim), error.hint)
    try:
        report = depositor.plans.apply(file, by=BY, without_files=True, send=False)
    except ApprovalMissing as error:
        return tuple(_waiting_entries(file, error))
    except UsageError as error:
        return _refused_file(error.message, error.hint)
    return claim.outcomes(report.entries)


def _is_plan(claim: Claim) -> bool:
    if not claim.name.lower().endswith(".json"):
        return False
    with disk_errors(claim.file, "cannot be read"), open_input(claim.file) as stream:
        # A plan says at its beginning that it is one.
        return PlanFile.looks_like_one(stream.read(200))


def _refused_file(message: str, hint: str) -> tuple[ClaimedEntry, ...]:
    """Return the one entry of a file that cannot be read as records at all."""
    return (ClaimedEntry("", "", EntryStatus.REJECTED, says=message, hint=hint),)


def _without_path(message: str, claim: Claim) -> str:
    """Return a message with the name of the file as people know it, without its path."""
    return message.replace(str(claim.file), claim.name)


def _waiting_entries(file: PlanFile, error: ApprovalMissing) -> list[ClaimedEntry]:
    """Return the records of a plan, which wait for an approval; those that need nothing have their end."""
    ends = {"unchanged": EntryStatus.UNCHANGED, "blocked": EntryStatus.REJECTED}
    return [
        ClaimedEntry(
            place=record.source,
            doi=record.doi or "",
            status=ends.get(record.action, EntryStatus.WAITING),
            title=record.title,
            says=error.message,
            hint=error.hint,
        )
        for record in file.plan.records
    ]


def _replaced_entry(entry: ClaimedEntry, depositor: Depositor) -> ClaimedEntry | None:
    """Return the entry, given up, if someone deposited its DOI again while it waited."""
    if entry.tries == 0 or not entry.doi:
        return None
    status = depositor.status(entry.doi)
    if status.submission is None or status.submission.batch_id == entry.batch_id:
        return None
    says = "Crossref rejected it, and another run has deposited its DOI again since then"
    return replace(
        entry, status=EntryStatus.REJECTED, says=says, hint="nothing to do, if the newer deposit is the right one"
    )
