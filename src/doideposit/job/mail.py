"""Send what has to be told: gather the matters, leave out what was told recently, mail the rest, and remember it."""

import contextlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from doideposit.config.schema import MailSection
from doideposit.deposits.ledger.hooks import HookProgress
from doideposit.deposits.values import WorkStatus
from doideposit.errors import DiskError, RegistrarBusy, RegistrarUnavailable, SubmissionInDoubt, WorldError
from doideposit.files import disk_errors, read_input
from doideposit.job.inbox.folders import Folders
from doideposit.job.inbox.summary import PassReport
from doideposit.job.inbox.waiting import Waiting
from doideposit.job.notices import NOTHING_WAITS, MailWriter, Notice
from doideposit.job.state import JobState
from doideposit.reports.standing import Standing

__all__ = ["JobMails", "Recipients"]

logger = logging.getLogger(__name__)

# What usually passes without help within the hour; when it does not, the deadlines tell.
NO_HOOKS: Mapping[str, HookProgress] = MappingProxyType({})
PASSING = (RegistrarBusy, RegistrarUnavailable, SubmissionInDoubt)


@dataclass(frozen=True, slots=True)
class Recipients:
    """Say who gets mails about whose DOIs: publishers with addresses of their own, by name, and [mail] for the rest.

    `whose` returns the publisher of a DOI, empty for the main one.
    """

    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whose: Callable[[WorkStatus], str] = lambda _status: ""

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the publishers whose addresses get mails, empty for those of [mail]."""
        return ("", *self.own)

    def group(self, publisher: str) -> str:
        """Return whose addresses get the mails about a publisher."""
        return publisher if publisher in self.own else ""

    def mail(self, mail: MailSection, group: str) -> MailSection:
        """Return the mail settings with the addresses of a group."""
        return mail.model_copy(update={"to": self.own[group]}) if group else mail

    def standing(self, whole: Standing, group: str) -> Standing:
        """Return the status of the DOIs of a group alone."""
        if not self.own:
            return whole
        mine = (standing for name, standing in whole.publishers.items() if self.group(name) == group)
        return Standing.together(mine, whole.at, whole.target)


@dataclass(frozen=True, slots=True)
class JobMails:
    """Mail what has to be told: the settings, what sends it, the folders with notes, the machine, and who gets what."""

    mail: MailSection
    send: Callable[[EmailMessage], None]
    folders: Folders
    host: str
    to: Recipients = field(default_factory=Recipients)

    def send_due(
        self,
        report: PassReport,
        standing: Standing | None,
        state: JobState,
        *,
        now: datetime,
        may_mail: Callable[[], bool] = lambda: True,
        waiting: Waiting = NOTHING_WAITS,
        hooks: Mapping[str, HookProgress] = NO_HOOKS,
    ) -> int:
        """Send at most two mails to each group of recipients; returns how many were sent.

        `may_mail` is asked once, before the first mail. Raises the first `WorldError` after all other groups had
        theirs; what it kept back is told by the next pass.
        """
        lasting = _lasting_notices(waiting, state, now, self.mail.repeat_after)
        failing = (Notice.of_hook(name, progress) for name, progress in hooks.items() if progress.reason)
        found = chain(_all_notices(report, standing, self.folders, now, lasting, self.to), failing)
        notices = Notice.untold(found, state.told, now, self.mail.repeat_after)
        if not _is_something_due(notices, standing, state, self.mail, self.to, now):
            return 0
        if not may_mail():
            logger.error("a mail is due, but is not sent: the job cannot record it, and one was sent recently")
            return 0
        sent = 0
        failures: list[WorldError] = []
        for group in self.to.groups:
            post = _Post(self.to.mail(self.mail, group), self.send, report.target, now, self.host)
            mine = [notice for notice in notices if self.to.group(notice.publisher) == group]
            try:
                sent += post.send_attention(mine, state)
                if standing is not None:
                    # Files that wait are a matter of those who look after the installation.
                    files = NOTHING_WAITS if group else waiting
                    sent += post.send_digest(self.to.standing(standing, group), files, state, group)
            except WorldError as error:
                failures.append(error)
        _remove_sent_notes(self.folders, state)
        if sent:
            state.mailed(now)
        if failures:
            raise failures[0]
        return sent

    def send_away(self, error: DiskError, memory: Path, *, target: str, now: datetime) -> None:
        """Mail that the inbox cannot be used, unless it was mailed recently: the job's own state is in that inbox.

        `memory` is a file elsewhere that keeps when it was mailed. Raises `WorldError`.
        """
        report = PassReport(target)
        report.add_error(error)
        with disk_errors(memory.parent, "cannot be made"):
            memory.parent.mkdir(mode=0o700, exist_ok=True)
        state = JobState.load(memory, now)
        self.send_due(
            report, None, state, now=now, may_mail=partial(state.may_mail, memory, now, self.mail.repeat_after)
        )
        state.save(memory, now)


def _remove_sent_notes(folders: Folders, state: JobState) -> None:
    for path in _note_files(folders):
        # A note that cannot be deleted does no harm: what was told is not told again before its time.
        if f"file:{path.stem}" in state.told:
            with contextlib.suppress(OSError):
                path.unlink()


def _is_something_due(
    notices: Sequence[Notice],
    standing: Standing | None,
    state: JobState,
    mail: MailSection,
    to: Recipients,
    now: datetime,
) -> bool:
    lasts = (state.digests.get(group) if group else state.digest for group in to.groups)
    digest = standing is not None and any(mail.digest_due(last, now) for last in lasts)
    return bool(notices) or digest


@dataclass(frozen=True, slots=True)
class _Post:
    """Write to one group of recipients."""

    mail: MailSection
    send: Callable[[EmailMessage], None]
    target: str
    now: datetime
    host: str

    def send_attention(self, notices: Sequence[Notice], state: JobState) -> int:
        """Send one mail about everything that needs someone, and remember it; returns how many mails were sent."""
        if not notices:
            return 0
        self.send(MailWriter(self.mail, self.host).attention(notices, self.target, self.now))
        # Only after the server took the mail: otherwise a mail that failed would count as told.
        state.told |= {notice.key: self.now for notice in notices}
        logger.info("mail sent about %d problems", len(notices))
        return 1

    def send_digest(self, standing: Standing, waiting: Waiting, state: JobState, group: str) -> int:
        """Send the digest where it is due, and remember it; returns how many mails were sent."""
        last = state.digests.get(group) if group else state.digest
        if not self.mail.digest_due(last, self.now):
            return 0
        self.send(MailWriter(self.mail, self.host).digest(standing, self.now, waiting))
        if group:
            state.digests[group] = self.now.date()
        else:
            state.digest = self.now.date()
        logger.info("weekly digest sent")
        return 1


def _lasting_notices(waiting: Waiting, state: JobState, now: datetime, after: timedelta) -> Iterator[Notice]:
    """Yield what waits for as long as a reminder takes: a file that was just rejected has a notice of its own."""
    names = {
        *(f"rejected/{name}" for name in waiting.rejected),
        *(f"working/{name}" for name, _ in waiting.other_targets),
        *(f"working/{name}" for name in waiting.strays),
        *waiting.passed_over,
    }
    state.waiting = {name: state.waiting.get(name, now) for name in names}
    rejected = tuple(name for name in waiting.rejected if now - state.waiting[f"rejected/{name}"] >= after)
    lasting = replace(waiting, rejected=rejected)
    for key, said, action in lasting.matters():
        yield Notice(f"waiting:{key}", "waiting file", said, (), action)


def _all_notices(
    report: PassReport,
    standing: Standing | None,
    folders: Folders,
    now: datetime,
    waiting: Iterator[Notice],
    to: Recipients,
) -> Iterator[Notice]:
    yield from (Notice.of_error(error) for error in report.errors if not isinstance(error, PASSING))
    yield from (note for path in _note_files(folders) if (note := _read_note(path)) is not None)
    yield from (Notice.of_page(page) for page in report.site_blocked)
    failed = [status for status in report.failed if str(status.doi) not in report.in_files]
    yield from (replace(Notice.of_failure(status), publisher=to.whose(status)) for status in failed)
    if standing is not None:
        yield from (
            replace(notice, publisher=to.whose(status)) for status, notice in _notices_of_standing(standing, now)
        )
    yield from waiting


def _notices_of_standing(standing: Standing, now: datetime) -> Iterator[tuple[WorkStatus, Notice]]:
    """Yield what the ledger knows to be wrong or late, each DOI once, with its notice."""
    changed = [status for status in standing.drifted.first if status.needs_person]
    yield from ((status, Notice.of_drift(status)) for status in changed)
    told = {status.doi for status in changed}
    wrong = [status for status in standing.needs_person.first if status.contradicted and status.needs_person]
    yield from ((status, Notice.of_contradiction(status)) for status in wrong if status.doi not in told)
    told |= {status.doi for status in wrong}
    warned = [status for status in standing.warned.first if any(warning.wants_person for warning in status.warnings)]
    yield from ((status, Notice.of_warnings(status)) for status in warned if status.doi not in told)
    told |= {status.doi for status in warned}
    yield from ((status, Notice.of_overdue(status, now)) for status in standing.overdue.first if status.doi not in told)


def _note_files(folders: Folders) -> list[Path]:
    # Names begin with the moment, so that the oldest note goes first.
    return sorted(folders.outbox.glob("*.json"))


def _read_note(path: Path) -> Notice | None:
    """Return a note about a rejected file; it stays until a mail told it."""
    try:
        data = json.loads(read_input(path))
        publisher = data.get("publisher", "")
        return Notice(data["key"], "rejected file", data["title"], tuple(data["lines"]), data["action"], publisher)
    # A note that cannot be read stays where it is, for a person to look at.
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        logger.warning("the note %s cannot be read", path)
        return None
