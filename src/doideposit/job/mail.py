"""Send what has to be told: gather the matters, leave out what was told lately, mail the rest, and remember it."""

import contextlib
import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from doideposit.config.schema import MailSection
from doideposit.errors import RegistrarBusy, RegistrarUnavailable, SubmissionInDoubt
from doideposit.job.inbox.folders import Folders
from doideposit.job.inbox.summary import PassReport
from doideposit.job.inbox.waiting import Waiting
from doideposit.job.notices import NOTHING_WAITS, Notice, NoticeKind, attention_mail, digest_due, digest_mail, due
from doideposit.job.state import JobState
from doideposit.reports.standing import Standing

__all__ = ["tell"]

logger = logging.getLogger(__name__)

# What usually passes by itself within the hour; when it does not, the deadlines tell.
PASSING = (RegistrarBusy, RegistrarUnavailable, SubmissionInDoubt)


def tell(
    report: PassReport,
    standing: Standing | None,
    state: JobState,
    *,
    mail: MailSection,
    send: Callable[[EmailMessage], None],
    folders: Folders,
    now: datetime,
    host: str,
    waiting: Waiting = NOTHING_WAITS,
) -> int:
    """Send at most two mails; returns how many were sent. Raises `WorldError`, and then forgets nothing."""
    sent = 0
    notices = due(
        _notices(report, standing, folders, now, _lasting(waiting, state, now, mail.repeat_after)),
        state.told,
        now,
        mail.repeat_after,
    )
    if notices:
        send(attention_mail(mail, notices, report.target, now, host))
        sent += 1
        # Only after the server took the mail: otherwise a mail that failed would count as told.
        state.told |= {notice.key: now for notice in notices}
        logger.info("mail sent about %d matters", len(notices))
    for path in _notes(folders):
        # A note that cannot be deleted does no harm: what was told is not told again before its time.
        if f"file:{path.stem}" in state.told:
            with contextlib.suppress(OSError):
                path.unlink()
    if standing is not None and digest_due(mail.digest, state.digest, now):
        send(digest_mail(mail, standing, now, host, waiting))
        sent += 1
        state.digest = now.date()
        logger.info("weekly digest sent")
    return sent


def _lasting(waiting: Waiting, state: JobState, now: datetime, after: timedelta) -> Iterator[Notice]:
    """Yield what waits for as long as a reminder takes: a file that was just rejected has a notice of its own."""
    names = {
        *(f"rejected/{name}" for name in waiting.rejected),
        *(f"working/{name}" for name, _ in waiting.other_targets),
        *waiting.passed_over,
    }
    state.waiting = {name: state.waiting.get(name, now) for name in names}
    lasting = Waiting(
        tuple(name for name in waiting.rejected if now - state.waiting[f"rejected/{name}"] >= after),
        waiting.other_targets,
        waiting.passed_over,
    )
    for key, said, action in lasting.matters():
        yield Notice(f"waiting:{key}", NoticeKind.WAITING, said, (), action)


def _notices(
    report: PassReport, standing: Standing | None, folders: Folders, now: datetime, waiting: Iterator[Notice]
) -> Iterator[Notice]:
    yield from (Notice.of_error(error) for error in report.errors if not isinstance(error, PASSING))
    yield from (note for path in _notes(folders) if (note := _note(path)) is not None)
    yield from (Notice.of_page(each) for each in report.site_blocked)
    yield from (Notice.of_failure(each) for each in report.failed if str(each.doi) not in report.in_files)
    if standing is not None:
        changed = [each for each in standing.drifted.first if each.needs_person]
        yield from (Notice.of_drift(each) for each in changed)
        told = {each.doi for each in changed}
        wrong = [each for each in standing.attention.first if each.contradicted and each.needs_person]
        yield from (Notice.of_contradiction(each) for each in wrong if each.doi not in told)
        told |= {each.doi for each in wrong}
        warned = [each for each in standing.warned.first if any(one.wants_person for one in each.warnings)]
        yield from (Notice.of_warnings(each) for each in warned if each.doi not in told)
        told |= {each.doi for each in warned}
        yield from (Notice.of_overdue(each, now) for each in standing.overdue.first if each.doi not in told)
    yield from waiting


def _notes(folders: Folders) -> list[Path]:
    return sorted(folders.outbox.glob("*.json"))


def _note(path: Path) -> Notice | None:
    """Return a note that a pass left about a rejected file; it stays until it is told."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Notice(data["key"], NoticeKind.FILE, data["title"], tuple(data["lines"]), data["action"])
    except (OSError, ValueError, KeyError, TypeError):
        logger.warning("the note %s cannot be read", path)
        return None
