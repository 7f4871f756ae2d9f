"""One run of the scheduled job, from the lock to the exit code; every door to the world is handed in."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any, Final

from doideposit.config.schema import MailSection, MonitoringSection
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.hooks import HookProgress
from doideposit.deposits.ledger.session import quiet
from doideposit.deposits.values import WorkStatus
from doideposit.errors import DiskError, DoiDepositError, LedgerUnavailable, RegistrarError, UnforeseenError
from doideposit.files import write_atomic
from doideposit.findings import counted
from doideposit.job.crossref_mails import Hints
from doideposit.job.hooks import Hook
from doideposit.job.inbox.archive import DoneFiles
from doideposit.job.inbox.folders import Folders
from doideposit.job.inbox.lock import FileLock
from doideposit.job.inbox.run import InboxPass
from doideposit.job.inbox.summary import PassReport, Settled
from doideposit.job.inbox.waiting import Waiting
from doideposit.job.mail import JobMails, Recipients
from doideposit.job.mailbox import Mailbox
from doideposit.job.monitoring import WITHIN, Run, prometheus_text
from doideposit.job.state import JobState
from doideposit.reports.standing import Standing

__all__ = ["Job", "JobContext", "JobOutcome"]

logger = logging.getLogger(__name__)

# Exit codes: 1 as in all commands; 130 is how a shell reports an interruption (128 and the number of SIGINT, 2).
REJECTED: Final = 1
INTERRUPTED: Final = 130


def _never_stop() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class JobContext:
    """Hold what the job works with: clock, depositor, mail server, the address to ping, and who may stop the run.

    `open_depositor` raises `DoiDepositError`, `send_mail`, `ping` and `mailbox` raise `WorldError`. `host` names this
    machine.
    """

    clock: Callable[[], datetime]
    open_depositor: Callable[[], Depositor]
    send_mail: Callable[[EmailMessage], None] | None = None
    ping: Callable[[], None] | None = None
    mailbox: Mailbox | None = None
    hooks: Sequence[Hook] = ()
    stop: Callable[[], bool] = _never_stop
    step: Callable[[str], None] = quiet
    host: str = "this machine"


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """Describe how a run ended: its exit code, one line for people, and the JSON document.

    `beside_log` is that line for whoever has read the errors in the log. `changed` are the DOIs of which it learned
    something: as JSON they take more memory than all else in the run, so the document is made when it is asked for.
    """

    exit_code: int
    summary: str
    facts: Mapping[str, Any]
    changed: Sequence[WorkStatus] | None = None
    beside_log: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """Return the JSON document."""
        records = {} if self.changed is None else {"records": [status.to_dict() for status in self.changed]}
        return {**self.facts, **records}


@dataclass(frozen=True, slots=True)
class Job:
    """Describe the scheduled job as it is configured.

    `keep_done` is how long finished files stay in ``done/`` before they go into an archive, None for ever.
    `mail_to` are the addresses of publishers that get the mails about their DOIs themselves, by name. `within` is how
    often a pass should end well. `memory` is a file outside of the inbox: while the drive of the inbox is away, the job
    notes there that it said so.
    """

    target: str
    folders: Folders
    settle: timedelta = timedelta(seconds=10)
    look_ups: int = 50
    keep_done: timedelta | None = None
    site: tuple[Path, ...] = ()
    mail: MailSection | None = None
    mail_to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    monitoring: MonitoringSection = field(default_factory=MonitoringSection)
    within: timedelta = WITHIN
    version: str = ""
    memory: Path | None = None

    def run(self, context: JobContext) -> JobOutcome:
        """Run one pass, unless another process is running one. Raises `DiskError` if the inbox cannot be used."""
        started = context.clock()
        try:
            self.folders.make()
            # The lock is the operating system's, so that a run which was killed keeps no later one out.
            with FileLock(self.folders.job / "lock", started) as lock:
                if lock.held:
                    return _JobPass(self, context, started).run()
                summary = f"{self.target}: another run is active ({lock.holder}); nothing to do"
                return JobOutcome(0, summary, {"ok": True, "target": self.target, "skipped": True, "summary": summary})
        except DiskError as error:
            self._mail_away(error, context, started)
            raise

    def _mail_away(self, error: DiskError, context: JobContext, now: datetime) -> None:
        if self.mail is None or context.send_mail is None or self.memory is None:
            return
        try:
            mails = JobMails(self.mail, context.send_mail, self.folders, context.host)
            mails.send_away(error, self.memory, target=self.target, now=now)
        # The pass ends with the error of the inbox; that no mail went is told beside it.
        except DoiDepositError as failed:
            logger.error("%s", failed.message, extra={"code": failed.code, "hint": failed.hint})  # noqa: TRY400


class _JobPass:
    """Do one run while the lock is held."""

    def __init__(self, job: Job, context: JobContext, started: datetime) -> None:
        self._job = job
        self._context = context
        self._started = started
        self._state = JobState.load(job.folders.state, started)
        self._state.note_clock(started)
        self._report = PassReport(job.target)
        self._standing: Standing | None = None
        self._waiting = Waiting()
        self._hooks: dict[str, HookProgress] = {}
        self._recipients = Recipients()
        self._require_same_folders = job.folders.as_they_are()

    def run(self) -> JobOutcome:
        self._run_step(self._run_deposits)
        self._run_step(self._refresh_waiting)
        # Once asked to stop, the run begins no talk with a mail server, which could take long.
        if not self._context.stop():
            self._run_step(self._send_mails)
        self._context.step("told")
        return self._write_monitoring()

    def _run_step(self, work: Callable[[], None]) -> None:
        try:
            work()
        # The other steps of the run are done anyway.
        except DoiDepositError as error:
            self._note_failure(error)
        except Exception as error:
            # A pass that ended here would leave neither a mail nor a sign of life of what happened to it.
            logger.debug("not foreseen", exc_info=error)
            self._note_failure(UnforeseenError.of(error))

    def _note_failure(self, error: DoiDepositError) -> None:
        """Note what went wrong outside, once, in the report and in the log."""
        if self._report.add_error(error):
            logger.error("%s", error.message, extra={"code": error.code, "hint": error.hint})

    def _run_deposits(self) -> None:
        job, context = self._job, self._context
        with context.open_depositor() as depositor:
            publishers = depositor.publishers
            self._recipients = Recipients(job.mail_to, lambda status: publishers.of_series(status.series, status.doi))
            self._require_same_ledger(depositor)
            depositor.hooks.begin(tuple(hook.name for hook in context.hooks))
            inbox = InboxPass(
                depositor,
                job.folders,
                clock=context.clock,
                settle_time=job.settle,
                seen=self._state.seen,
                notes=job.mail is not None and context.send_mail is not None,
                stop=context.stop,
                step=context.step,
            )
            self._report = inbox.report
            if context.mailbox is not None and not context.stop():
                self._run_step(partial(self._read_mails, depositor, context.mailbox))
            inbox.run()
            stamps = {
                settled.path.relative_to(job.folders.root).as_posix(): settled.stamp for settled in self._report.settled
            }
            self._state.note_put_away(stamps, context.clock())
            if not context.stop():
                self._run_step(partial(inbox.deposit_site, job.site))
            self._state.seen = inbox.seen
            if next(depositor.events(), None) is not None:
                self._state.deposited.add(depositor.target)
            context.step("look up")
            _look_up(
                depositor,
                self._state,
                clock=context.clock,
                most=job.look_ups,
                stop=context.stop,
                report=self._report,
            )
            context.step("watch")
            self._watch_registered(depositor)
            context.step("hooks")
            for hook in context.hooks:
                if (now := hook.deliver(depositor, clock=context.clock, stop=context.stop)) is not None:
                    self._hooks[hook.name] = now
            self._run_step(partial(self._archive, depositor))
            self._standing = Standing.take(depositor, now=context.clock())
            self._waiting = Waiting(unattended=depositor.ledger.unattended(depositor.target, context.clock))

    def _archive(self, depositor: Depositor) -> None:
        """Put old months of ``done/`` into archives, once a day, when neither the pass nor the clock shows a fault."""
        keep, now, today = self._job.keep_done, self._started, self._started.date()
        if keep is None or self._report.errors or self._context.stop() or self._state.archived == today:
            return
        if not self._state.is_steady(now):
            logger.info("files stay in done/ until the clock has run for ten days without a jump")
            return
        self._report.archived = DoneFiles.archive(
            self._job.folders, depositor, keep, now, stop=self._context.stop, step=self._context.step
        )
        self._state.archived = today

    def _read_mails(self, depositor: Depositor, mailbox: Mailbox) -> None:
        """Read hints from Crossref's mails, so that this pass polls what they name."""
        for key, mail in mailbox(self._state.mails):
            Hints.of_mail(mail).take(depositor, self._context.clock())
            self._state.mails[key] = self._context.clock()
            if self._context.stop():
                return

    def _watch_registered(self, depositor: Depositor) -> None:
        """Look for changes by others; services that cannot be reached for days are logged once."""
        if not self._job.look_ups:
            return
        watched = depositor.watch(self._job.look_ups, stop=self._context.stop)
        if watched.error is not None and watched.is_new:
            message = "the registered metadata cannot be read at the moment; the job tries again automatically: %s"
            logger.warning(message, watched.error.message)

    def _require_same_ledger(self, depositor: Depositor) -> None:
        """Stop if the ledger is empty and was not before: open deposits in the other one would be forgotten.

        A ledger that is only older, as after a restore, is not a reason to stop.
        """
        if depositor.target in self._state.deposited and next(depositor.events(), None) is None:
            message = f"the ledger {depositor.ledger.place} is empty, but this job has deposited with it before"
            hint = (
                "check that its disk or network drive is connected, or restore a backup with `doideposit ledger restore"
                f" FILE`; to start with an empty one on purpose, delete {self._job.folders.state}"
            )
            raise LedgerUnavailable(message, hint=hint)

    def _refresh_waiting(self) -> None:
        self._waiting = Waiting.find(
            self._job.folders, self._job.target, unattended=self._waiting.unattended, put_away=self._state.put_away
        )

    def _send_mails(self) -> None:
        if self._job.mail is None or self._context.send_mail is None:
            return
        # Notes are read from the job's folder and taken away there.
        self._require_same_folders()
        context, job = self._context, self._job
        JobMails(self._job.mail, self._context.send_mail, job.folders, context.host, self._recipients).send_due(
            self._report,
            self._standing,
            self._state,
            now=context.clock(),
            may_mail=self._may_mail,
            waiting=self._waiting,
            hooks=self._hooks,
        )

    def _may_mail(self) -> bool:
        repeat_after = self._job.mail.repeat_after if self._job.mail else timedelta(0)
        return self._state.may_mail(self._job.folders.state, self._context.clock(), repeat_after)

    # What is left behind.

    def _write_monitoring(self) -> JobOutcome:
        now = self._context.clock()
        before = self._state.last_success
        if not self._report.errors and not self._report.interrupted:
            self._state.last_success = now
        self._run_step(lambda: self._save_state(now))
        for path, text in self._monitoring_files(self._make_run(now)):
            # Each file is written on its own: one that cannot be written must not keep the others back.
            self._run_step(partial(self._write_file, path, text))
        if self._report.errors and self._state.last_success != before:
            # A pass that could not write all of them did not end well.
            self._state.last_success = before
            self._run_step(lambda: self._save_state(now))
        # The last file says how all others went, to `doideposit serve`, `status` and `doctor`.
        said = self._make_run(now).status_text(None)
        self._run_step(lambda: self._write_file(self._job.folders.last_run, said))
        run = self._make_run(now)
        self._ping_monitor(run)
        shown = _summary_line(self._report, self._standing, quoting=False)
        files = [_file_document(settled) for settled in self._report.settled]
        facts = {**run.status_document(self._standing), "skipped": False, "files": files}
        return JobOutcome(run.exit_code, run.summary, facts, self._report.changed, shown)

    def _save_state(self, now: datetime) -> None:
        self._require_same_folders()
        self._state.save(self._job.folders.state, now)

    def _monitoring_files(self, run: Run) -> list[tuple[Path, str]]:
        monitoring = self._job.monitoring
        texts = (
            (monitoring.status_file, run.status_text(self._standing)),
            (monitoring.prometheus_file, prometheus_text(run, self._standing, self._job.within)),
            (monitoring.heartbeat_file, run.heartbeat_text()),
        )
        return [(path, text) for path, text in texts if path is not None]

    def _write_file(self, path: Path, text: str) -> None:
        if path == self._job.folders.last_run:
            self._require_same_folders()
        write_atomic(path, text, mode=self._job.monitoring.file_mode)

    def _ping_monitor(self, run: Run) -> None:
        """Ping the monitoring service after a run that did its work, also if records were rejected."""
        if self._context.ping is None or run.exit_code not in {0, REJECTED}:
            return
        try:
            self._context.ping()
        # Only logged: the deposits are done, whether the monitoring service can be reached or not.
        except DoiDepositError as error:
            logger.warning("%s", error.message)

    def _make_run(self, now: datetime) -> Run:
        report = self._report
        return Run(
            target=self._job.target,
            started=self._started,
            finished=now,
            exit_code=_exit_code(report),
            summary=_summary_line(report, self._standing),
            last_success=self._state.last_success,
            inbox={
                "taken_in": report.taken_in,
                "done": report.done,
                "rejected": report.rejected,
                "working": report.working,
                "unfinished": report.unfinished,
                "passed_over": len(report.passed_over),
                "site_blocked": len(report.site_blocked),
            },
            waiting=self._waiting.counts,
            unattended=self._waiting.unattended,
            hooks={name: progress.reason for name, progress in self._hooks.items()},
            errors=tuple(error.to_dict() for error in report.errors),
            version=self._job.version,
        )


def _file_document(settled: Settled) -> dict[str, object]:
    return {"file": settled.name, "path": str(settled.path), "ok": settled.ok, "summary": settled.headline}


def _exit_code(report: PassReport) -> int:
    if report.interrupted:
        return INTERRUPTED
    if report.errors:
        # A process has one exit code: of several errors it tells the highest.
        return max(error.exit_code for error in report.errors)
    needs_person = report.rejected or report.failed or report.site_blocked or report.contradicted
    return REJECTED if needs_person else 0


def _summary_line(report: PassReport, standing: Standing | None, *, quoting: bool = True) -> str:
    """Return one line, which says nothing of what did not happen.

    With `quoting` it has the words of the first error; anyone who sees the log beside it has read them there.
    """
    counts = (
        (report.done, "done"),
        (report.rejected, "rejected"),
        (report.working, "on the way"),
        (report.unfinished, "still being written"),
    )
    parts = [f"{counted(report.taken_in, 'file')} taken in" if report.taken_in else "no new files"]
    if report.archived:
        parts.append(f"{counted(report.archived, 'old file')} archived")
    parts += [f"{number} {words}" for number, words in counts if number]
    if report.passed_over:
        first = ", ".join(report.passed_over[:3]) + ("…" if len(report.passed_over) > 3 else "")  # noqa: PLR2004
        parts.append(f"{len(report.passed_over)} skipped ({first})")
    if report.site_blocked:
        parts.append(
            f"{counted(len(report.site_blocked), 'document')} of the site with errors ({report.site_blocked[0]})"
        )
    text = ", ".join(parts)
    if standing is not None:
        text += f"; {counted(standing.registered, 'DOI')} registered, {standing.outstanding} outstanding"
        for number, words in (
            (standing.needs_person.count, "in need of a person"),
            (standing.overdue.count, "overdue"),
            (standing.drifted.count, "changed by others"),
        ):
            text += f", {number} {words}" if number else ""
    if report.next_due is not None:
        text += f"; Crossref is asked again after {report.next_due:%Y-%m-%d %H:%M} UTC"
    if report.errors:
        text += f"; error: {report.errors[0].message}" if quoting else f"; {counted(len(report.errors), 'error')}"
    return f"{report.target}: {text}" + ("; stopped early" if report.interrupted else "")


# Look up registered DOIs until they are seen to resolve and to be indexed: a few in each pass, and ever less often.

# The resolver knows a new DOI within minutes, the index within a day.
FIRST_PAUSE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(days=1)


def _look_up(
    depositor: Depositor,
    state: JobState,
    *,
    clock: Callable[[], datetime],
    most: int,
    stop: Callable[[], bool],
    report: PassReport,
) -> int:
    """Look up to `most` DOIs that are due; returns how many were looked up. Raises `LedgerError`.

    What leads elsewhere goes into the report. When the services are away it only ends early: the deadlines tell when
    that lasts.
    """
    done, still = 0, {}
    for doi in depositor.unproved() if most else ():
        tries, due = state.lookups.get(doi.key, (0, clock()))
        still[doi.key] = (tries, due)
        if done >= most or stop() or due > clock():
            continue
        try:
            status = depositor.look_up(doi)
        except RegistrarError as error:
            # The schedule stays as it was: at worst a DOI is looked up once more than was needed.
            logger.warning("look-ups ended early: %s", error.message)
            return done
        done += 1
        if status.contradicted:
            report.changed.append(status)
        if not depositor.is_unproved(status):
            del still[doi.key]
        else:
            # The pause doubles each time, and reaches its bound with the ninth doubling.
            still[doi.key] = (tries + 1, clock() + min(FIRST_PAUSE * 2 ** min(tries, 12), LONGEST_PAUSE))
    state.lookups = still
    return done
