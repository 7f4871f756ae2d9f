"""One pass over an inbox: follow what is on its way, take in what is new, record it, send it, and put away what ended.

Nothing here is remembered in memory alone. A run may die between any two steps: files lie in exactly one place, what
was sent stands in the ledger before it is sent, and what was decided is written down before a file moves.
"""

import json
import logging
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from doideposit.checking import Input, is_deposit_xml
from doideposit.disk import move_apart, told_of_disk, write_whole
from doideposit.errors import CredentialsRefused, DiskError, DoiDepositError, SubmissionForbidden, WorldError
from doideposit.findings import Finding
from doideposit.inbox.claims import Claim, Entry, Fate, load, new_id
from doideposit.inbox.folders import REPORT_SUFFIX, Arrival, Folders, Sighting, claimed_name, complete, look, names
from doideposit.inbox.reports import first_reasons, headline, report_text
from doideposit.inbox.verdicts import by_claim, entries_of, followed, overtaken, refused_file
from doideposit.sources import read_path
from doideposit.sources.parsing import parse
from doideposit.workflow import Depositor, DepositReport, Progress, WorkStatus

__all__ = ["InboxPass", "PassReport", "Settled"]

logger = logging.getLogger(__name__)

AT_ONCE: Final = 100
"""Files that are checked and recorded together: they share submissions, and the memory that takes."""
REASONS_IN_MAIL: Final = 5


@dataclass(frozen=True, slots=True)
class Settled:
    """A file that has its end: where it lies now, and what became of its records."""

    name: str
    path: Path
    headline: str
    rejected: int

    @property
    def ok(self) -> bool:
        """Whether nothing of it was rejected."""
        return self.path.parent.name == "done"


@dataclass(slots=True)
class PassReport:
    """What one pass did; filled while it runs, so that it tells the truth even when it ends early."""

    target: str
    taken_in: int = 0
    settled: list[Settled] = field(default_factory=list)
    changed: list[WorkStatus] = field(default_factory=list)
    sent: int = 0
    looked: int = 0
    working: int = 0
    unfinished: int = 0
    passed_over: tuple[str, ...] = ()
    troubles: list[DoiDepositError] = field(default_factory=list)
    interrupted: bool = False
    in_files: set[str] = field(default_factory=set)
    """DOIs that some file of the inbox brought: their failures are told with their file."""

    @property
    def done(self) -> int:
        """Files put into ``done/``."""
        return sum(one.ok for one in self.settled)

    @property
    def rejected(self) -> int:
        """Files put into ``rejected/``."""
        return len(self.settled) - self.done

    @property
    def failed(self) -> tuple[WorkStatus, ...]:
        """DOIs of which the pass learned that Crossref did not register them."""
        return tuple(status for status in self.changed if status.failed)


def _quiet(_step: str) -> None:
    return None


def _never() -> bool:
    return False


class InboxPass:
    """One pass, by a depositor, over an inbox whose lock is held.

    `settle` is how long a file must lie unchanged. `seen` are the sightings of the pass before; after the pass they are
    those for the next. `notes` says whether rejected files leave a note in the outbox. `stop` is asked between steps;
    `step` is called with a name at every step, for tests.
    """

    def __init__(
        self,
        depositor: Depositor,
        folders: Folders,
        *,
        clock: Callable[[], datetime],
        settle: timedelta,
        seen: Mapping[str, Sighting] | None = None,
        notes: bool = False,
        stop: Callable[[], bool] = _never,
        step: Callable[[str], None] = _quiet,
    ) -> None:
        self._depositor = depositor
        self._folders = folders
        self._clock = clock
        self._settle_time = settle
        self.seen: Mapping[str, Sighting] = seen or {}
        self._notes = notes
        self._stop = stop
        self._step = step
        self._number = 0
        self.report = PassReport(depositor.target)

    def run(self) -> PassReport:
        """Do everything once; trouble of the world ends up in the report. Raises only for faults of our own."""
        reachable = self._network(self._poll)
        self._guarded(self._settle_all)
        self._guarded(self._take_in_all)
        if reachable and not self._stop():
            self._network(self._send)
        self._guarded(self._settle_all)
        self.report.interrupted = self._stop()
        return self.report

    # Crossref.

    def _network(self, work: Callable[[], None]) -> bool:
        before = len(self.report.troubles)
        self._guarded(work)
        return len(self.report.troubles) == before

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except DoiDepositError as error:
            self._trouble(error)

    def _trouble(self, error: DoiDepositError) -> None:
        if not any((one.code, one.message) == (error.code, error.message) for one in self.report.troubles):
            self.report.troubles.append(error)
            logger.error("%s", error.message, extra={"code": error.code, "hint": error.hint})

    def _poll(self) -> None:
        self._step("poll")
        polled = self._depositor.poll(on_event=_log)
        self.report.changed += polled.changed
        self.report.looked += polled.looked
        self.report.sent += polled.sent
        self._note_trouble(polled.trouble)

    def _send(self) -> None:
        self._step("send")
        sent = self._depositor.send(on_event=_log)
        statuses = [entry.status for entry in sent.entries if entry.status is not None]
        self.report.changed += statuses
        self.report.sent += len({each.submission.batch_id for each in statuses if each.submission and each.received})
        self._note_trouble(sent.trouble)

    def _note_trouble(self, trouble: WorldError | None) -> None:
        if trouble is not None:
            self._trouble(trouble)

    # Files on their way.

    def _claims(self) -> Iterator[Claim]:
        """Every file taken in and not put away, in the order in which they came."""
        with told_of_disk(self._folders.working, "cannot be read"):
            folders = sorted(self._folders.working.iterdir())
        for folder in folders:
            if folder.name.startswith(".") or folder.is_symlink() or not folder.is_dir():
                continue
            with told_of_disk(folder, "cannot be read"):
                claim = load(folder)
                if claim is None:
                    self._step("tidy")
                    _remove(folder)
                    continue
            yield claim

    def _settle_all(self) -> None:
        working = 0
        for claim in self._claims():
            if self._stop():
                return
            working += not self._settle(claim)
        self.report.working = working

    def _settle(self, claim: Claim) -> bool:
        """Follow a file, and put it away when it has its end; whether it is gone."""
        if claim.going_to:
            self._put_away(claim)
            return True
        if claim.entries is None or claim.target != self._depositor.target:
            return False
        self.report.in_files |= {entry.doi for entry in claim.entries}
        now = replace(claim, entries=tuple(followed(entry, self._depositor) for entry in claim.entries))
        if now.entries != claim.entries:
            now.save()
            self._step("followed")
        if not now.settled:
            return False
        self._decide(now)
        return True

    def _decide(self, claim: Claim) -> None:
        """Write the report, and then down where the file goes: from here on a later run can only do the same."""
        folder = self._folders.rejected if claim.rejected or not claim.entries else self._folders.done
        write_whole(claim.report, report_text(claim, self._depositor, self._folders.root, self._clock()))
        self._step("report written")
        name = _free(folder, claim.name)
        decided = replace(claim, going_to=f"{folder.name}/{name}")
        decided.save()
        self._step("decided")
        self._put_away(decided)

    def _put_away(self, claim: Claim) -> None:
        with told_of_disk(claim.folder, "cannot be put away"):
            target = self._placed(claim)
            self._step("file placed")
            if claim.report.exists():
                reports = (target.parent / name for name in names(target.name + REPORT_SUFFIX))
                next(path for path in reports if move_apart(claim.report, path))
            self._step("report placed")
            settled = Settled(claim.name, target, headline(claim), len(claim.rejected))
            if not settled.ok and self._notes:
                self._write_note(claim, settled)
                self._step("note written")
            claim.forget()
        self._step("put away")
        self.report.settled.append(settled)
        level = logging.INFO if settled.ok else logging.WARNING
        logger.log(level, "%s", settled.headline, extra={"file": str(target)})

    def _placed(self, claim: Claim) -> Path:
        """Where the file lies now, after it was moved there unless an earlier run had done so."""
        target = self._folders.root / claim.going_to
        if not os.path.lexists(claim.file) or move_apart(claim.file, target):
            return target
        # Someone put another file there since it was decided.
        claim = replace(claim, going_to=f"{target.parent.name}/{_free(target.parent, claim.name)}")
        claim.save()
        return self._placed(claim)

    def _write_note(self, claim: Claim, settled: Settled) -> None:
        lines = first_reasons(claim.rejected, REASONS_IN_MAIL)
        action = f"read {settled.path}{REPORT_SUFFIX}, correct the file and put it into {self._folders.root} again"
        note = {"key": f"file:{claim.id}", "title": settled.headline, "lines": lines, "action": action}
        write_whole(self._folders.outbox / f"{claim.id}.json", json.dumps(note))

    # New files.

    def _take_in_all(self) -> None:
        self._plan_unplanned()
        found = look(self._folders.root)
        ready, self.seen = complete(found.arrivals, self.seen, self._clock(), self._settle_time)
        self.report.passed_over = found.passed_over
        self.report.unfinished = len(self.seen)
        rest = iter(ready)
        while (batch := list(islice(rest, AT_ONCE))) and not self._stop():
            claims = [claim for arrival in batch if (claim := self._claim(arrival)) is not None]
            self._plan_together(claims)

    def _plan_unplanned(self) -> None:
        """Files that an earlier run took in and did not get to, and those that could not go then."""
        unplanned: list[Claim] = []
        for claim in self._claims():
            if self._stop():
                return
            if claim.entries is None:
                unplanned.append(claim)
            elif claim.target == self._depositor.target and any(e.fate is Fate.WAITING for e in claim.entries):
                # One by one: an older and a newer version of one DOI may both wait, and must go in that order.
                self._plan_together([claim])
            if len(unplanned) == AT_ONCE:
                self._plan_together(unplanned)
                unplanned = []
        self._plan_together(unplanned)

    def _claim(self, arrival: Arrival) -> Claim | None:
        """Take a file in: into a new folder of its own, where nothing can be overwritten. None when it has gone."""
        folder = self._new_folder()
        self._step("folder made")
        claim = Claim(folder, claimed_name(arrival.name), taken_in=self._clock())
        try:
            (self._folders.root / arrival.name).rename(claim.file)
        except OSError as error:
            _remove(folder)
            if not isinstance(error, FileNotFoundError):
                message = f"{arrival.name} cannot be taken out of the inbox: {error.strerror or error}"
                self._trouble(DiskError(message, hint="look at the permissions of the file and of the inbox"))
            return None
        self._step("taken in")
        self.report.taken_in += 1
        return claim

    def _new_folder(self) -> Path:
        while True:
            self._number += 1
            folder = self._folders.working / new_id(self._clock(), self._number)
            with told_of_disk(folder, "cannot be made"):
                try:
                    folder.mkdir()
                except FileExistsError:
                    continue
            return folder

    def _plan_together(self, claims: Sequence[Claim]) -> None:
        """Check, plan and record these files; a file that brings the others down is tried alone, and then left."""
        if not claims:
            return
        try:
            self._plan(claims)
        except (CredentialsRefused, SubmissionForbidden):
            raise
        except Exception as error:
            if isinstance(error, DoiDepositError) and not isinstance(error, DiskError):
                raise
            if len(claims) == 1:
                self._leave(claims[0], error)
                return
            for claim in claims:
                self._plan_together([claim])

    def _leave(self, claim: Claim, error: Exception) -> None:
        logger.error("%s could not be worked through; it stays in %s", claim.name, claim.folder, exc_info=error)
        if not isinstance(error, DoiDepositError):
            error = DiskError(
                f"{claim.name} could not be worked through: {type(error).__name__}",
                hint=f"this is a fault of doideposit: please report it, with the file, which stays in {claim.folder}",
            )
        self._trouble(error)

    def _plan(self, claims: Sequence[Claim]) -> None:
        known = {claim.id: claim for claim in claims}
        given_up: dict[str, list[Entry]] = {}
        inputs: list[Input] = []
        for claim in claims:
            refusal = _unusable(claim)
            if refusal is not None:
                self._remember(claim, refusal)
                del known[claim.id]
                continue
            given_up[claim.id] = [gone for each in claim.entries or () if (gone := self._overtaken(each)) is not None]
            skip = {entry.place for entry in given_up[claim.id]}
            inputs += self._inputs(claim, skip)
        made = self._enqueued(inputs)
        self._step("recorded")
        for key, entries in by_claim(made.entries, known, self._folders.working).items():
            claim = known[key]
            fresh = [*given_up[key], *entries_of(claim, entries, self._depositor)]
            self._remember(claim, fresh)

    def _overtaken(self, entry: Entry) -> Entry | None:
        return overtaken(entry, self._depositor) if entry.fate is Fate.WAITING else None

    def _enqueued(self, inputs: Sequence[Input]) -> DepositReport:
        if not inputs:
            return DepositReport(self._depositor.target, ())
        return self._depositor.enqueue(*inputs, on_event=_log)

    def _inputs(self, claim: Claim, skip: set[str]) -> Iterator[Input]:
        """The file, or those of its records that wait: what was decided before must not be planned once more."""
        if claim.entries is None:
            yield claim.file
            return
        places = {entry.place for entry in claim.entries if entry.fate is Fate.WAITING} - skip
        if is_deposit_xml(claim.file):
            if places:
                yield claim.file
            return
        for raw in read_path(claim.file) if places else ():
            if isinstance(raw, Finding) or raw.origin.label.removeprefix(str(claim.file)) not in places:
                continue
            record = parse(raw, series=self._depositor.series).record
            if record is not None:
                yield record

    def _remember(self, claim: Claim, entries: Iterable[Entry]) -> None:
        fresh = {(entry.place, entry.doi): entry for entry in entries}
        kept = [fresh.pop((entry.place, entry.doi), entry) for entry in claim.entries or ()]
        now = replace(claim, target=self._depositor.target, entries=(*kept, *fresh.values()))
        now.save()
        self._step("remembered")


def _unusable(claim: Claim) -> tuple[Entry, ...] | None:
    """The refusal of what is no plain file after all: it was exchanged in the moment it was taken in."""
    with told_of_disk(claim.file, "cannot be looked at"):
        mode = claim.file.lstat().st_mode
    if stat.S_ISREG(mode):
        return None
    return refused_file(claim, "this is no plain file", "put the file itself into the inbox, no link and no folder")


def _free(folder: Path, name: str) -> str:
    """The first name that neither a file nor a report has in the folder."""
    taken = os.path.lexists
    return next(
        each for each in names(name) if not taken(folder / each) and not taken(folder / f"{each}{REPORT_SUFFIX}")
    )


def _remove(folder: Path) -> None:
    for left in folder.glob(".*"):
        left.unlink()
    folder.rmdir()


def _log(progress: Progress) -> None:
    extra = {"kind": progress.kind, "deposit_file": progress.file_name, "doi": str(progress.doi or "")}
    logger.info("%s", progress.text, extra=extra)
