"""The sections of the configuration file for mails, deadlines, and those who watch the scheduled job."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from doideposit.config.addresses import MailAddress, PingAddress
from doideposit.config.durations import Duration
from doideposit.config.passwords import FOUR_WAYS, PasswordReference
from doideposit.config.section import FilePath, MetricsPath, Section
from doideposit.crossref.hosts import is_loopback
from doideposit.deposits.lateness import Deadlines
from doideposit.records.models.text import PlainText

__all__ = [
    "DeadlineSection",
    "HookSection",
    "MailSection",
    "MailboxSection",
    "MaintenanceSection",
    "MonitoringSection",
    "RecipientSection",
]

WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Longer than any maintenance that Crossref announced: a wrong year would keep everything waiting.
LONGEST_MAINTENANCE: Final = timedelta(days=14)


class MailSection(Section):
    """Mails of the scheduled job to the people who maintain it."""

    host: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9._:\-]+$")] | None = None
    """Name of the mail server; give either this or `sendmail`."""
    sendmail: Annotated[str, Field(pattern=r"^/", examples=["/usr/sbin/sendmail"])] | None = None
    """Path of the sendmail program of this machine, if it sends the mails in place of a server."""
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Port of the mail server; by default 587 for starttls, 465 for tls, 25 for none."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """Encryption of the connection; `none` is allowed only for a mail server on this machine."""
    ca_file: FilePath | None = None
    """File with the certificates of your own certificate authority, relative to the configuration file."""
    sender: MailAddress
    """Address that the mails come from."""
    to: Annotated[tuple[MailAddress, ...], Field(min_length=1)]
    """Addresses that the mails go to."""
    username: PlainText | None = None
    """User name at the mail server, if it needs a login."""
    password: PasswordReference | None = None
    """Where the password of the mail server is kept."""
    repeat_after: Duration = timedelta(days=1)
    """How long to wait before the next mail about the same problem."""
    digest: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "never"] = "monday"
    """The day of the weekly digest."""

    def digest_due(self, last: date | None, now: datetime) -> bool:
        """Tell whether to send the weekly digest: its day has come, and this week had none."""
        if self.digest == "never":
            return False
        today = now.date()
        # The latest such day of the week, today included.
        latest = today - timedelta(days=(today.weekday() - WEEK.index(self.digest)) % 7)
        return last is None or last < latest

    @model_validator(mode="after")
    def _require_encryption(self) -> "MailSection":
        if (self.host is None) == (self.sendmail is None):
            message, hint = (
                "it must be clear how mails are sent: by `host` or by `sendmail`",
                "give exactly one of them: `host` names a mail server, `sendmail` the path of a program",
            )
            raise PydanticCustomError("mail-way", message, {"field": "host", "hint": hint})
        if self.security == "none" and not is_loopback(self.host or "localhost"):
            hint = 'set security = "starttls" or "tls"; none is allowed for localhost only'
            raise PydanticCustomError("mail-unencrypted", "mail would be sent unencrypted", {"hint": hint})
        if (self.username is None) != (self.password is None):
            hint = f"give both username and password, or neither; the password: {FOUR_WAYS}"
            raise PydanticCustomError("mail-login", "a login needs both a user name and a password", {"hint": hint})
        return self


class MailboxSection(Section):
    """The mailbox that receives Crossref's mails; a mail only makes the job ask Crossref about its file at once."""

    maildir: FilePath | None = None
    """A Maildir folder on this machine, relative to the configuration file; give either this or `host`."""
    host: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9._:\-]+$")] | None = None
    """Name of the IMAP server."""
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Port of the IMAP server; by default 993 for tls, 143 otherwise."""
    security: Literal["tls", "starttls", "none"] = "tls"
    """Encryption of the connection; `none` is allowed only for a server on this machine."""
    folder: Annotated[str, Field(min_length=1, pattern=r"^[^\r\n\"\\]+$")] = "INBOX"
    """The folder on the server; it is opened read-only."""
    username: PlainText | None = None
    """User name at the server."""
    password: PasswordReference | None = None
    """Where the password is kept."""

    @model_validator(mode="after")
    def _require_one_place(self) -> Self:
        if (self.maildir is None) == (self.host is None):
            message, hint = (
                "a mailbox needs exactly one place",
                "give either `maildir`, or `host`, `username` and `password`",
            )
            raise PydanticCustomError("mailbox-place", message, {"field": "host", "hint": hint})
        if self.host is not None and (self.username is None or self.password is None):
            hint = f"give both username and password; the password: {FOUR_WAYS}"
            message = "a mailbox on a server needs a login"
            raise PydanticCustomError("mailbox-login", message, {"field": "username", "hint": hint})
        if self.security == "none" and not is_loopback(self.host or "localhost"):
            message, hint = "the password would be sent unencrypted", 'set security = "tls" or "starttls"'
            raise PydanticCustomError("mailbox-unencrypted", message, {"field": "security", "hint": hint})
        return self


class HookSection(Section):
    """A program or an address that the scheduled job calls after an event of a DOI."""

    on: Annotated[tuple[Literal["registered", "failed", "drift"], ...], Field(min_length=1)] = (
        "registered",
        "failed",
        "drift",
    )
    """After which events: a registration or update (registered), a rejection (failed), a change by others (drift)."""
    command: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)] | None = None
    """A program and its arguments; it receives the record as JSON on standard input. No shell is used."""
    url: PingAddress | None = None
    """An address that the record is posted to as JSON, signed with `secret`."""
    secret: PasswordReference | None = None
    """Where the key for the signature is kept."""
    timeout: Annotated[Duration, Field(gt=timedelta(0), le=timedelta(minutes=10))] = timedelta(seconds=30)
    """How long a call may take."""

    def below(self, base: Path) -> Self:
        """Return the section with every path absolute; a program without a slash is looked for as the system does."""
        hook = super().below(base)
        if hook.command is None or "/" not in hook.command[0]:
            return hook
        command = (str(base / Path(hook.command[0]).expanduser()), *hook.command[1:])
        return hook.model_copy(update={"command": command})

    @model_validator(mode="after")
    def _require_one_way(self) -> Self:
        if (self.command is None) == (self.url is None):
            message, hint = (
                "a hook needs a command or an address, not both",
                "give either `command`, or `url` and `secret`",
            )
            raise PydanticCustomError("hook-way", message, {"field": "command", "hint": hint})
        if (self.url is None) != (self.secret is None):
            message = "a hook with `url` needs `secret`, and one with `command` does not"
            hint = f"give `secret` together with `url`, and not with `command`: {FOUR_WAYS}"
            raise PydanticCustomError("hook-secret", message, {"field": "secret", "hint": hint})
        return self


_DEADLINES: Final = Deadlines()


class DeadlineSection(Section):
    """The time that each milestone of a DOI may take; after it the DOI is overdue, in every report and mail."""

    received: Duration = _DEADLINES.received
    """From the record in the ledger until Crossref has the file."""
    processed: Duration = _DEADLINES.processed
    """From then until Crossref has processed the file."""
    registered: Duration = _DEADLINES.registered
    """How long a rejected deposit may wait for a person."""
    resolves: Duration = _DEADLINES.resolves
    """From the registration until the DOI leads to its page."""
    indexed: Duration = _DEADLINES.indexed
    """From the registration until Crossref's REST API shows the record."""
    as_intended: Duration = _DEADLINES.as_intended
    """From a deposit that took effect until Crossref's query service shows the record as it was sent."""
    lagging: Duration = _DEADLINES.lagging
    """In place of `indexed` if the query service shows the record: the REST API is sometimes weeks behind."""


class MaintenanceSection(Section):
    """Maintenance that Crossref announced: in this time nothing is sent, polled or reported as overdue."""

    begins: AwareDatetime
    """When it begins, such as 2026-12-01T14:00:00Z."""
    ends: AwareDatetime
    """When it ends."""
    what: PlainText = "maintenance at Crossref"
    """What Crossref announced, as mails and reports say it."""

    @model_validator(mode="after")
    def _require_length(self) -> Self:
        if self.ends <= self.begins or self.ends - self.begins > LONGEST_MAINTENANCE:
            message = "maintenance must end after it begins, and within two weeks"
            raise PydanticCustomError("maintenance", message, {"field": "ends", "hint": "correct `begins` and `ends`"})
        return self


class RecipientSection(Section):
    """Who gets the mails of the scheduled job about the DOIs of one publisher."""

    to: Annotated[tuple[MailAddress, ...], Field(min_length=1)]
    """Addresses that the mails go to; server, sender and times are those of [mail]."""


class MonitoringSection(Section):
    """Files and calls of the scheduled job for monitoring; paths are relative to the configuration file."""

    status_file: FilePath | None = None
    """A JSON file with the state of everything after the last pass."""
    prometheus_file: MetricsPath | None = None
    """A text file for the textfile collector of Prometheus' node_exporter."""
    heartbeat_file: FilePath | None = None
    """A file that is rewritten at the end of every pass."""
    # Who knows the address can speak for the job.
    ping_url: PingAddress | None = Field(default=None, repr=False)
    """An address that is fetched after every successful pass."""
    open_to: Literal["owner", "group"] = "owner"
    """Who may read the three files: mode 0600, or 0640 for the group too, whatever the umask says."""
    deadlines: DeadlineSection = Field(default_factory=DeadlineSection.model_construct)
    """How long each milestone may take before a DOI is overdue."""
    maintenance: tuple[MaintenanceSection, ...] = ()
    """Times of maintenance that Crossref announced at https://status.crossref.org."""

    @property
    def file_mode(self) -> int:
        """Return the permissions of the three files."""
        # 0640 lets the group read, 0600 nobody else.
        return 0o640 if self.open_to == "group" else 0o600
