"""One pass over an inbox: follow what is on its way, take in what is new, record it, send it, put away what ended.

Nothing is remembered only in memory. A run may die between any two steps: a file is in one place at any time, what
is sent is in the ledger before it is sent, and what was decided is written down before a file moves.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.session import quiet
from doideposit.deposits.planning import Action
from doideposit.deposits.values import Progress
from doideposit.errors import DoiDepositError, WorldError
from doideposit.files import disk_errors
from doideposit.job.inbox.context import InboxContext
from doideposit.job.inbox.filing import settle
from doideposit.job.inbox.folders import Arrival, Folders
from doideposit.job.inbox.intake import AT_ONCE, TakingIn
from doideposit.job.inbox.summary import PassReport

__all__ = ["InboxPass"]

logger = logging.getLogger(__name__)


def _never_stop() -> bool:
    """Return False: nobody asks to stop."""
    return False


class InboxPass:
    """Describe one pass, by a depositor, over an inbox whose lock is held.

    `settle_time` is how long a file must lie unchanged. `seen` are the files that the pass before saw and did not take,
    by name; after the pass they are those for the next. For the others see `InboxContext`.
    """

    def __init__(
        self,
        depositor: Depositor,
        folders: Folders,
        *,
        clock: Callable[[], datetime],
        settle_time: timedelta,
        seen: Mapping[str, Arrival] | None = None,
        notes: bool = False,
        stop: Callable[[], bool] = _never_stop,
        step: Callable[[str], None] = quiet,
    ) -> None:
        self.report = PassReport(depositor.target)
        self.seen: Mapping[str, Arrival] = seen or {}
        self._folders = folders
        self._hook = step
        self._around = InboxContext(depositor, folders, clock, self.report, notes, _log_progress, stop, self._step)
        self._settle_time = settle_time

    def run(self) -> PassReport:
        """Run all parts once; external failures go into the report. Raises only for faults of our own."""
        # As long as a pass lasts, its folders stay the same ones, whatever somebody puts in their place.
        if not self._run_part(self._hold_folders):
            return self.report
        around = self._around
        reachable = self._run_part(self._poll_crossref)
        self._run_part(self._follow_claims)
        self._run_part(self._take_in_arrivals)
        if reachable and not around.stop():
            self._run_part(self._send_recorded)
        self._run_part(self._count_open)
        self.report.interrupted = around.stop()
        return self.report

    def deposit_site(self, folders: Iterable[Path]) -> None:
        """Deposit the documents in these folders whose headers are records, without drafts and unchanged ones.

        What has errors is told in the report, each file with its first error. No file is touched. Raises what the
        depositor raises.
        """
        for folder in folders:
            done = self._around.depositor.deposit(folder, on_event=self._around.on_event)
            self.report.changed += [
                entry.status for entry in done.entries if entry.status and entry.action and entry.action.sends
            ]
            self.report.site_blocked += [
                f"{entry.source}: {next((found.message for found in entry.findings if found.stops), entry.reason)}"
                for entry in done.entries
                if entry.action is Action.BLOCKED
            ]
            self._note_error(done.error)

    def _hold_folders(self) -> None:
        self._around = replace(self._around, require_same=self._folders.as_they_are())

    def _step(self, name: str) -> None:
        self._hook(name)
        # What comes after a step writes, moves or deletes something.
        self._around.require_same()

    def _run_part(self, work: Callable[[], None]) -> bool:
        """Run one part; a failure of it does not stop the others."""
        before = len(self.report.errors)
        try:
            work()
        except DoiDepositError as error:
            self._around.failed(error)
        return len(self.report.errors) == before

    def _poll_crossref(self) -> None:
        self._around.step("poll")
        polled = self._around.depositor.poll(on_event=self._around.on_event)
        self.report.changed += polled.changed
        self.report.looked += polled.looked
        self.report.sent += polled.sent
        self._note_error(polled.error)

    def _follow_claims(self) -> None:
        around, rest = self._around, self._around.claims()
        while claims := list(islice(rest, AT_ONCE)):
            statuses = around.statuses(claims)
            for claim in claims:
                if around.stop():
                    return
                settle(around, claim, statuses)

    def _take_in_arrivals(self) -> None:
        taking_in = TakingIn(self._around)
        taking_in.plan_unfinished()
        arrivals, self.report.passed_over = self._around.folders.look()
        ready, self.seen = _complete(arrivals, self.seen, self._around.clock(), self._settle_time)
        self.report.unfinished = len(self.seen)
        taking_in.take_in(ready)

    def _send_recorded(self) -> None:
        self._around.step("send")
        sent = self._around.depositor.send(on_event=self._around.on_event)
        statuses = [entry.status for entry in sent.entries if entry.status is not None]
        self.report.changed += statuses
        self.report.sent += len(
            {status.submission.batch_id for status in statuses if status.submission and status.received}
        )
        self._note_error(sent.error)

    def _count_open(self) -> None:
        working = self._around.folders.working
        with disk_errors(working, "cannot be read"):
            self.report.working = sum(not path.name.startswith(".") for path in working.iterdir())
        self.report.next_due = self._around.depositor.next_due()

    def _note_error(self, error: WorldError | None) -> None:
        if error is not None:
            self._around.failed(error)


def _log_progress(progress: Progress) -> None:
    extra = {"kind": progress.kind, "deposit_file": progress.file_name, "doi": str(progress.doi or "")}
    logger.info("%s", progress.text, extra=extra)


def _complete(
    arrivals: Sequence[Arrival], seen: Mapping[str, Arrival], now: datetime, settle: timedelta
) -> tuple[tuple[Arrival, ...], dict[str, Arrival]]:
    """Return the files that are unchanged for `settle`, and the others, by name, for the next pass."""
    ready: list[Arrival] = []
    waiting: dict[str, Arrival] = {}
    for arrival in arrivals:
        before = seen.get(arrival.name)
        same = before is not None and (before.size, before.changed) == (arrival.size, arrival.changed)
        known = replace(arrival, since=before.since if before is not None and same else now)
        if known.age(now) >= settle.total_seconds():
            ready.append(known)
        else:
            waiting[known.name] = known
    return tuple(ready), waiting
