"""Mails to those who look after the deposits: what is wrong, what is late, and once a week how everything stands.

Plain text that names each DOI as a link and says what to do next. Nothing secret is ever in it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final, Literal

from doideposit.config.schema import MailSection
from doideposit.deposits.ledger.hooks import HookProgress
from doideposit.deposits.values import WorkStatus
from doideposit.errors import DoiDepositError
from doideposit.findings import counted
from doideposit.job.inbox.waiting import Waiting
from doideposit.reports.findings import safe, with_target
from doideposit.reports.standing import Standing

__all__ = ["MailWriter", "Notice", "NoticeKind"]

# A mail names so many matters, and counts the rest.
MOST_IN_MAIL: Final = 30


# What a notice is about, in the words that the subject of a mail counts.
NoticeKind = Literal[
    "trouble",
    "rejected file",
    "rejected DOI",
    "DOI that leads elsewhere",
    "changed DOI",
    "DOI with a warning",
    "overdue DOI",
    "waiting file",
    "hook that fails",
]

# The headings of a mail, in their order.
HEADINGS: Final[Mapping[NoticeKind, str]] = {
    "trouble": "The job could not do its work",
    "rejected file": "Files that were rejected",
    "rejected DOI": "DOIs that Crossref did not register",
    "DOI that leads elsewhere": "DOIs that lead to the wrong page",
    "changed DOI": "DOIs that others changed",
    "DOI with a warning": "DOIs that Crossref warns about",
    "overdue DOI": "DOIs that take longer than they should",
    "waiting file": "Files that wait for a person",
    "hook that fails": "Hooks that fail",
}


NOTHING_WAITS: Final = Waiting()


@dataclass(frozen=True, slots=True)
class Notice:
    """Describe one matter that someone should know of. `key` names it, so that it is not told again too soon.

    `publisher` is whose DOIs it is about, empty for the main one and for the installation as a whole.
    """

    key: str
    kind: NoticeKind
    title: str
    lines: tuple[str, ...]
    action: str
    publisher: str = ""

    @classmethod
    def of_page(cls, said: str) -> "Notice":
        """Make the notice about a page of the site that has errors; `said` is its file and the first of them."""
        return cls(
            f"site:{said}", "rejected file", said, (), "correct the page; `doideposit check` shows all its errors"
        )

    @classmethod
    def of_error(cls, error: DoiDepositError) -> "Notice":
        """Make the notice about something outside that stopped the job."""
        return cls(f"trouble:{error.code}", "trouble", error.message, (), error.hint)

    @classmethod
    def of_hook(cls, name: str, progress: HookProgress) -> "Notice":
        """Make the notice about a hook whose calls fail."""
        since = f"{progress.failing_since:%Y-%m-%d %H:%M} UTC" if progress.failing_since else "now"
        lines = (progress.reason, f"called {counted(progress.tries, 'time')} since {since}")
        action = f"correct it, and try `doideposit hooks --test {name}`; its messages are kept for two weeks"
        return cls(f"hook:{name}", "hook that fails", f"the hook {name}", lines, action)

    @classmethod
    def of_failure(cls, status: WorkStatus) -> "Notice":
        """Make the notice about a DOI that Crossref did not register."""
        batch = status.submission.batch_id if status.submission else ""
        message = status.finding.message if status.finding else status.message
        other = f"the registered title is “{status.registered_title}”" if status.registered_title else ""
        lines = tuple(line for line in (status.title, other, message) if line)
        return cls(f"doi:{status.doi.key}:{batch}", "rejected DOI", status.shown_doi, lines, status.next_action)

    @classmethod
    def of_contradiction(cls, status: WorkStatus) -> "Notice":
        """Make the notice about a DOI that a look-up showed to lead elsewhere."""
        if status.contradicted is None:
            raise ValueError(f"no check contradicts {status.doi}")
        proof = status.milestones[status.contradicted].text
        lines = tuple(line for line in (status.title, proof) if line)
        key = f"contrary:{status.contradicted.value}:{status.doi.key}"
        return cls(key, "DOI that leads elsewhere", status.shown_doi, lines, status.next_action)

    @classmethod
    def of_drift(cls, status: WorkStatus) -> "Notice":
        """Make the notice about a change by others, with the values before and now."""
        lines = [status.title] if status.title else []
        for difference in status.drift:
            lines += [f"Before: {difference.before}", f"Now:    {difference.after}", *difference.fields]
        # Sorted, so that the same differences give the same key, and no second mail.
        marks = ",".join(sorted(drift.mark for drift in status.drift))
        return cls(f"drift:{status.doi.key}:{marks}", "changed DOI", status.shown_doi, tuple(lines), status.next_action)

    @classmethod
    def of_warnings(cls, status: WorkStatus) -> "Notice":
        """Make the notice about unsettled warnings of Crossref."""
        wanting = [warning for warning in status.warnings if warning.wants_person]
        lines = [status.title] if status.title else []
        lines += [f"Warning {warning.id}: {warning.message}" for warning in wanting]
        key = f"warned:{status.doi.key}:{','.join(warning.id for warning in wanting)}"
        return cls(key, "DOI with a warning", status.shown_doi, tuple(lines), status.next_action)

    @classmethod
    def of_overdue(cls, status: WorkStatus, now: datetime) -> "Notice":
        """Make the notice about a milestone that was not reached in its time."""
        if status.overdue is None:
            raise ValueError(f"{status.doi} is not overdue")
        lines = (status.title, status.overdue.words(now))
        key = f"late:{status.overdue.milestone.value}:{status.doi.key}"
        return cls(key, "overdue DOI", status.shown_doi, tuple(line for line in lines if line), status.next_action)

    @staticmethod
    def untold(
        notices: "Iterable[Notice]", told: Mapping[str, datetime], now: datetime, repeat_after: timedelta
    ) -> "tuple[Notice, ...]":
        """Return the notices that were not mailed recently, each matter once."""
        unique = {notice.key: notice for notice in notices}
        return tuple(notice for key, notice in unique.items() if key not in told or now - told[key] >= repeat_after)


@dataclass(frozen=True, slots=True)
class MailWriter:
    """Write the mails of the scheduled job on the machine `host`."""

    mail: MailSection
    host: str

    def attention(self, notices: Sequence[Notice], target: str, now: datetime) -> EmailMessage:
        """Return one mail about everything that needs someone now."""
        counts = Counter(notice.kind for notice in notices)
        parts = [_count_words(kind, counts[kind]) for kind in HEADINGS if counts[kind]]
        body = [f"This concerns the deposits to {_target_words(target)}.", ""]
        for kind, heading in HEADINGS.items():
            mine = [notice for notice in notices if notice.kind == kind]
            if mine:
                body += [heading, "=" * len(heading), "", *_listed(mine, target)]
        body += _footer(self.mail, self.host, target)
        return self._make_message(f"doideposit: {', '.join(parts)} ({target})", body, now)

    def digest(self, standing: Standing, now: datetime, waiting: Waiting = NOTHING_WAITS) -> EmailMessage:
        """Return the weekly mail about the state of all DOIs, also when all is well: silence would prove nothing."""
        recent = standing.recent
        body = [
            f"The state of the deposits to {_target_words(standing.target)}.",
            "",
            f"Registered this week      {recent.count:>7,}",
            f"Registered in total       {standing.registered:>7,}",
            f"On their way              {standing.outstanding:>7,}",
            f"Need a person             {standing.needs_person.count:>7,}",
            f"Overdue                   {standing.overdue.count:>7,}",
            f"Link or index unconfirmed {standing.not_proved:>7,}",
            f"Changed by others         {standing.drifted.count:>7,}",
            f"Warnings of Crossref      {standing.warnings:>7,}",
            f"Files waiting             {sum(waiting.counts.values()):>7,}",
            "",
        ]
        matters = tuple(waiting.matters())
        if matters:
            heading = HEADINGS["waiting file"]
            body += [heading, "=" * len(heading), ""]
            body += [
                line
                for _, said, action in matters
                for line in (safe(said), f"  What to do: {safe(with_target(action, standing.target))}", "")
            ]
        if standing.needs_person.count:
            body += ["These need a person", "===================", ""]
            body += _status_lines(standing.needs_person.first, standing.needs_person.count, with_action=True)
        if recent.count:
            body += ["Registered this week", "====================", ""]
            body += _status_lines(recent.first, recent.count, with_action=False)
        if not (standing.needs_person.count or standing.overdue.count or matters):
            body += ["Nothing needs to be done.", ""]
        subject = f"doideposit: {counted(recent.count, 'DOI')} registered this week"
        if standing.needs_person.count:
            subject += f", {standing.needs_person.count} in need of a person"
        return self._make_message(
            f"{subject} ({standing.target})", body + _footer(self.mail, self.host, standing.target), now
        )

    def trial(self, target: str, now: datetime) -> EmailMessage:
        """Return the mail that shows that mails arrive."""
        body = [
            f"This is the test mail of doideposit on {self.host}, which deposits to {_target_words(target)}.",
            "",
            "It arrived: the scheduled job can reach you. Nothing needs to be done.",
        ]
        return self._make_message(f"doideposit: test mail ({target})", body, now)

    def _make_message(self, subject: str, body: Sequence[str], now: datetime) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = safe(subject)
        message["From"] = self.mail.sender
        message["To"] = ", ".join(self.mail.to)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid("doideposit", self.mail.sender.rpartition("@")[2])
        # RFC 3834: it keeps vacation programs from answering a mail that no person sent.
        message["Auto-Submitted"] = "auto-generated"
        # Quoted-printable keeps long lines within the limit of SMTP, and is still readable as it is.
        message.set_content("\n".join(body) + "\n", cte="quoted-printable")
        return message


def _count_words(kind: NoticeKind, number: int) -> str:
    if kind == "waiting file":
        return "files wait for a person"
    if kind == "hook that fails":
        return "1 hook fails" if number == 1 else f"{number:,} hooks fail"
    if kind == "DOI that leads elsewhere":
        return "1 DOI leads elsewhere" if number == 1 else f"{number:,} DOIs lead elsewhere"
    return "it could not do its work" if kind == "trouble" else counted(number, kind)


def _listed(notices: Sequence[Notice], target: str) -> Iterator[str]:
    for notice in notices[:MOST_IN_MAIL]:
        yield safe(notice.title)
        yield from (f"  {safe(line)}" for line in notice.lines)
        if notice.action:
            yield f"  What to do: {safe(with_target(notice.action, target))}"
        yield ""
    if len(notices) > MOST_IN_MAIL:
        rest = with_target("`doideposit status --attention` shows them", target)
        yield f"And {len(notices) - MOST_IN_MAIL:,} more: {rest}."
        yield ""


def _status_lines(statuses: Sequence[WorkStatus], count: int, *, with_action: bool) -> Iterator[str]:
    for status in statuses[:MOST_IN_MAIL]:
        yield status.shown_doi
        if status.title:
            yield f"  {safe(status.title)}"
        if with_action:
            yield f"  What to do: {safe(with_target(status.next_action, status.target))}"
    if count > MOST_IN_MAIL:
        yield f"and {count - MOST_IN_MAIL:,} more"
    yield ""


def _footer(mail: MailSection, host: str, target: str) -> list[str]:
    hours = mail.repeat_after.total_seconds() / 3600
    return [
        "-- ",
        f"Sent by the scheduled job of doideposit on {host}. While a problem lasts, its mail is repeated after",
        f"{hours:g} hours at the earliest. {with_target('`doideposit status`', target)} shows the state of every DOI.",
    ]


def _target_words(target: str) -> str:
    return target if target == "production" else f"{target} (where nothing is registered for readers)"
