"""The configuration file as it is written: every section a model, so that each fault has its key and its words.

To add a setting, add a field here with a docstring; the environment variable, the JSON Schema and the refusal of
misspellings follow by themselves.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    create_model,
)
from pydantic_core import PydanticCustomError

from doideposit.config.addresses import Address
from doideposit.config.durations import Duration
from doideposit.config.monitoring_schema import (
    DeadlineSection,
    HookSection,
    MailboxSection,
    MailSection,
    MaintenanceSection,
    MonitoringSection,
    RecipientSection,
)
from doideposit.config.passwords import FOUR_WAYS, PasswordReference
from doideposit.config.section import FilePath, Section
from doideposit.crossref.names import MAX_FILE
from doideposit.deposits.limits import Limits, Target
from doideposit.findings import Severity
from doideposit.records.models.series import Series
from doideposit.records.models.text import PlainText

__all__ = [
    "AccountSection",
    "ApiSection",
    "ConfigurationFile",
    "CredentialSettings",
    "DeadlineSection",
    "DelaySettings",
    "DepositorSettings",
    "DeskSection",
    "FeeSection",
    "HookSection",
    "IgnoreSection",
    "InboxSection",
    "LedgerSection",
    "LimitSection",
    "MailSection",
    "MailboxSection",
    "MaintenanceSection",
    "MonitoringSection",
    "PageSection",
    "PasswordReference",
    "PublisherSection",
    "RecipientSection",
    "RuleSection",
    "SandboxSection",
    "SchemaVersion",
    "SiteSection",
    "Target",
    "TargetSettings",
    "TokenReference",
]

# The versions whose schema files this package knows.
SchemaVersion = Literal["5.5.0", "5.4.0", "5.3.1"]


class DepositorSettings(Section):
    """The depositor, who is named in the head of every file (common5.5.0.xsd: depositor, registrant)."""

    name: Annotated[PlainText, Field(max_length=130)]
    """Name of the depositing organisation."""
    email: Annotated[PlainText, Field(min_length=6, max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    """Address to which Crossref mails its results."""
    registrant: Annotated[PlainText, Field(max_length=255)]
    """The organisation that owns the works."""
    member: Annotated[int, Field(ge=1, examples=[1234])] | None = None
    """Member number at Crossref, to which all prefixes must belong; if left out, it is read from registered DOIs."""


class CredentialSettings(Section):
    """A login at Crossref for one target."""

    username: PlainText
    """The role alone, or e-mail address, slash and role, as in ana@example.org/sadf."""
    password: PasswordReference | None = None
    """Where the password is kept; if left out, a terminal asks for it."""


# These names become parts of file names and of keys in the ledger: plain letters, digits, hyphens and underscores.
HookName = Annotated[PlainText, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
PublisherName = Annotated[PlainText, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]


class TargetSettings(Section):
    """Other addresses for a target; an address that is left out does not change."""

    url: Address | None = None
    """Address of the deposit system; files are uploaded to /deposit below it."""
    rest_url: Address | None = None
    """Address of the REST API."""
    handle_url: Address | None = None
    """Address of the resolver of DOIs, in place of https://doi.org."""


# SQLAlchemy's form of the address of a file: a relative path is after three slashes.
_SQLITE: Final = "sqlite:///"


def _check_ledger_url(url: str) -> str:
    scheme, found, rest = url.partition("://")
    if not found or scheme not in {"sqlite", "postgresql+psycopg", "postgresql"}:
        raise PydanticCustomError(
            "ledger-url",
            "this is not the address of a ledger",
            {"hint": "write sqlite:///doideposit.sqlite3 or postgresql+psycopg://user@host/database"},
        )
    if re.match(r"[^/@]*:[^/@]*@", rest) or re.search(r"[?&]password=", rest):
        raise PydanticCustomError(
            "password-in-file",
            "a password must never be in the address of the ledger",
            {"hint": f"remove it; below [ledger] set password and {FOUR_WAYS}"},
        )
    return url if scheme != "postgresql" else f"postgresql+psycopg://{rest}"


class LedgerSection(Section):
    """The database in which doideposit keeps what was sent, when, and with which result."""

    url: Annotated[str, AfterValidator(_check_ledger_url)] = "sqlite:///doideposit.sqlite3"
    """A SQLite file (relative to the configuration file) or a PostgreSQL database."""
    password: PasswordReference | None = None
    """Where the password of the database is kept."""

    def below(self, base: Path) -> Self:
        """Return the section with every path absolute, that of a SQLite ledger in its address too."""
        ledger = super().below(base)
        path = ledger.url.removeprefix(_SQLITE)
        if path in {"", ":memory:", ledger.url}:
            return ledger
        return ledger.model_copy(update={"url": f"{_SQLITE}{base / Path(path).expanduser()}"})


class IgnoreSection(Section):
    """Findings to ignore; they stay visible, with the reason."""

    code: PlainText
    """The code of the findings."""
    reason: PlainText
    """The reason for ignoring these findings."""
    doi: PlainText | None = None
    """Only for this DOI."""
    series: PlainText | None = None
    """Only for this series, by its short name."""


class RuleSection(Section):
    """Changed severities of rules, and findings to ignore."""

    severity: dict[str, Severity] = Field(default_factory=dict)
    """Another severity for a code: error, warning or info."""
    ignore: tuple[IgnoreSection, ...] = ()
    """Findings to ignore."""


class DelaySettings(Section):
    """How long things take in the sandbox, in seconds."""

    hidden: Annotated[float, Field(ge=0)] = 1.0
    """From the upload until the file is known."""
    queued: Annotated[float, Field(ge=0)] = 2.0
    """How long a file is in the queue."""
    in_process: Annotated[float, Field(ge=0)] = 2.0
    """How long a file is being processed."""
    unready_polls: Annotated[int, Field(ge=0)] = 1
    """The first polls of a file, this many, never see it completed."""
    rest: Annotated[float, Field(ge=0)] = 20.0
    """Until the REST API knows a registered DOI."""
    handle: Annotated[float, Field(ge=0)] = 5.0
    """Until a registered DOI resolves."""
    matching: Annotated[float, Field(ge=0)] | None = None
    """Until references are matched with works that were registered later; never if left out."""


class SandboxSection(Section):
    """The sandbox, a simulated Crossref inside doideposit."""

    state: FilePath = Path("doideposit-sandbox.sqlite3")
    """The file in which it keeps all deposits, relative to the configuration file."""
    delays: DelaySettings = Field(default_factory=DelaySettings.model_construct)
    """How long each step of the simulation takes."""


_LIMITS = Limits()


class LimitSection(Section):
    """Limits on sizes and numbers."""

    records_per_submission: Annotated[int, Field(ge=1, le=5_000)] = _LIMITS.records_per_submission
    """Most records in one file; with 1, an error in one record cannot stop others, and a higher number is faster."""
    bytes_per_submission: Annotated[int, Field(ge=10_000, le=MAX_FILE)] = _LIMITS.bytes_per_submission
    """Largest size of one file in bytes; Crossref accepts 10 MB for the whole request."""
    pending: Annotated[int, Field(ge=1, le=9_900)] = _LIMITS.pending
    """Most files that wait at Crossref at the same time; Crossref allows 10,000."""
    looks_per_pass: Annotated[int, Field(ge=1)] = _LIMITS.looks_per_pass
    """Most requests to Crossref in one pass over the outstanding files."""
    workers: Annotated[int, Field(ge=1, le=16)] = _LIMITS.workers
    """Most requests to Crossref at the same time."""


class TokenReference(PasswordReference):
    """Where a token is kept, and what it permits."""

    scopes: Annotated[tuple[Literal["read", "deposit", "decide"], ...], Field(min_length=1)] = (
        "read",
        "deposit",
        "decide",
    )
    """What it permits: read and check (read); plan and deposit (deposit); approve, accept, abandon (decide)."""
    series: tuple[PlainText, ...] = ()
    """The series it may use, by their short names; all of them if left out."""


class ApiSection(Section):
    """The JSON API and the receiver of Crossref's notifications: `doideposit serve`."""

    tokens: dict[PlainText, TokenReference] = Field(default_factory=dict)
    """The tokens of the API, by the names of the programs that use them; without tokens nobody can use the API."""
    notify_endpoints: tuple[PlainText, ...] = ()
    """Names of endpoints that Crossref support set up for notifications; without them notifications are refused."""
    metrics: Literal["token", "open"] = "token"
    """Who may read /metrics: holders of a token without `series`, or anybody who reaches the service."""
    job_within: Duration = timedelta(hours=1)
    """The longest time since the last run of the scheduled job; after it /v1/ready answers that it is not ready."""


class PageSection(Section):
    """Web pages that doideposit reads, as in `doideposit extract https://…`."""

    own_hosts: tuple[Annotated[PlainText, Field(pattern=r"^[A-Za-z0-9.\-]+$", examples=["cms.example.org"])], ...] = ()
    """Hosts in your own network that may be read; other private addresses are refused."""


class AccountSection(Section):
    """Someone who may use the pages for staff."""

    password: PasswordReference | None = None
    """Where the password is kept; not needed if a web server in front names the user (see `user_header`)."""
    roles: Annotated[tuple[Literal["view", "edit", "register", "approve"], ...], Field(min_length=1)] = ("view",)
    """What the account may do: view the pages, edit drafts, register works, approve what somebody else plans."""


class DeskSection(Section):
    """The pages for staff: `doideposit desk` for one person, `doideposit serve` for several."""

    records: FilePath = Path("records")
    """Folder of the record files, relative to the configuration file."""
    drafts: FilePath = Path("drafts")
    """Folder of the drafts that people are writing, relative to the configuration file."""
    accounts: dict[PlainText, AccountSection] = Field(default_factory=dict)
    """Who may use the pages of `doideposit serve`, by name; without accounts there are no pages."""
    user_header: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")] | None = None
    """HTTP header in which a web server in front names the user; then no other program may reach this service."""
    hosts: tuple[PlainText, ...] = ()
    """Host names at which browsers may open the pages of `doideposit serve`, such as doi.example.org."""
    idle: Duration = timedelta(hours=8)
    """How long someone stays signed in without doing anything."""
    look_ups: bool = True
    """Show buttons that look for ORCID iDs at orcid.org and for ROR ids at ror.org."""

    @property
    def record_folder(self) -> Path:
        """Return the folder in which record files are looked for: the one around it, where it is not there."""
        return self.records if self.records.is_dir() else self.records.parent


def _check_time_zone(name: str) -> str:
    from zoneinfo import ZoneInfo  # noqa: PLC0415  (few configurations name a zone)

    try:
        ZoneInfo(name)
    # `ZoneInfo` raises ValueError for a name that leads out of its folder, and a KeyError for one that is unknown.
    except (ValueError, OSError, KeyError):
        hint = "write it as Europe/Brussels or UTC"
        raise PydanticCustomError("time-zone", "there is no time zone with this name", {"hint": hint}) from None
    return name


class SiteSection(Section):
    """A website whose documents are records: the header of each one has series, number, title, authors and date."""

    folders: tuple[FilePath, ...] = ()
    """Folders that `doideposit run` reads in place, with everything below; relative to the configuration file."""
    timezone: Annotated[str, Field(examples=["Europe/Brussels"]), AfterValidator(_check_time_zone)] | None = None
    """The time zone of the publisher; if left out, that of the machine."""


class InboxSection(Section):
    """The folder that the scheduled job takes files from: `doideposit run`."""

    folder: FilePath = Path("inbox")
    """Where people put records and deposit files, relative to the configuration file."""
    settle: Duration = timedelta(seconds=10)
    """How long a file must be unchanged before it is taken from the inbox."""
    look_ups: Annotated[int, Field(ge=0, le=5_000)] = 50
    """Most DOIs that one pass looks up at doi.org and in the REST API, until both show them; 0 for none."""
    open_to: Literal["owner", "group"] = "owner"
    """Who may put files into the inbox, if the job creates it; an existing folder keeps its permissions."""
    shown_as: Annotated[PlainText, Field(examples=["\\\\server\\doi"])] | None = None
    """How mails and reports name the folder, such as the path of a network share; by default its path here."""
    keep_done: Annotated[Duration, Field(ge=timedelta(days=1), examples=["180d"])] | None = None
    """How long finished files stay in `done` before they are packed into an archive by month; if left out, always."""

    @property
    def named(self) -> bool:
        """Tell whether a person named the folder: then it may belong to anybody."""
        return "folder" in self.model_fields_set


class PublisherSection(Section):
    """A publisher of this installation; its series name it as `publisher_account`."""

    depositor: DepositorSettings
    """Who deposits."""
    credentials: dict[Target, CredentialSettings] = Field(default_factory=dict)
    """Its own logins, one for each target; its series never use another login."""
    mail: RecipientSection | None = None
    """Who gets the mails about its DOIs; if left out, the recipients of [mail]."""
    tokens: dict[PlainText, TokenReference] = Field(default_factory=dict)
    """Tokens of its programs for the JSON API, by name; they can use its series only."""

    @property
    def mail_to(self) -> tuple[str, ...]:
        """Return who gets the mails about its DOIs; nobody where those of [mail] do."""
        return () if self.mail is None else self.mail.to


class FeeSection(Section):
    """What Crossref charges you, so that a plan can name the amount; there is no default, because prices change."""

    new_doi: Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=2, examples=["0.25"])]
    """The fee for one new DOI, such as "0.25"; put it into quotation marks."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    """The currency, in three letters."""


def _with_names(value: Any) -> Any:
    """Add to every series its name in the file."""
    if not isinstance(value, Mapping):
        return value
    for name, section in value.items():
        if isinstance(section, Mapping) and section.get("name", name) != name:
            message = "the name of a series is the one in the brackets above it"
            raise PydanticCustomError("series-name", message, {"field": name, "hint": "delete the key `name`"})
    return {
        name: {**section, "name": name} if isinstance(section, Mapping) else section for name, section in value.items()
    }


class ConfigurationFile(Section):
    """Settings of doideposit: who deposits what, where, and with which login."""

    target: Target = "sandbox"
    """The target of deposits: sandbox (a simulated Crossref), test (Crossref's test system) or production."""
    schema_version: SchemaVersion = "5.5.0"
    """Crossref's schema that deposit files are written for."""
    approvals: Annotated[int, Field(ge=0, le=5)] = 0
    """How many other people must approve a plan before it goes to production; 0 for none."""
    allowed_signers: FilePath | None = None
    """A file of names and public SSH keys in the format of ssh-keygen; if given, approvals must be signed."""
    depositor: DepositorSettings | None = None
    """Who deposits; not needed where every series names its `publisher_account`."""
    credentials: dict[Target, CredentialSettings] = Field(default_factory=dict)
    """The logins, one for each target."""
    publishers: dict[PublisherName, PublisherSection] = Field(default_factory=dict)
    """Further publishers, by short names; not needed for a single publisher."""
    targets: dict[Target, TargetSettings] = Field(default_factory=dict)
    """Other addresses for a target; rarely needed."""
    ledger: LedgerSection = Field(default_factory=LedgerSection.model_construct)
    """The database in which doideposit keeps what was sent, when, and with which result."""
    series: Annotated[dict[str, Series], BeforeValidator(_with_names)] = Field(default_factory=dict)
    """The series, by the short names that records use."""
    fees: FeeSection | None = None
    """What Crossref charges you for a new DOI."""
    rules: RuleSection = Field(default_factory=RuleSection.model_construct)
    """Changed severities, and findings to ignore."""
    limits: LimitSection = Field(default_factory=LimitSection.model_construct)
    """Limits on sizes and numbers."""
    sandbox: SandboxSection = Field(default_factory=SandboxSection.model_construct)
    """The sandbox, a simulated Crossref inside doideposit."""
    api: ApiSection = Field(default_factory=ApiSection.model_construct)
    """The JSON API and the receiver of Crossref's notifications."""
    pages: PageSection = Field(default_factory=PageSection.model_construct)
    """Web pages that doideposit reads, as in `doideposit extract https://…`."""
    desk: DeskSection = Field(default_factory=DeskSection.model_construct)
    """The pages for staff."""
    site: SiteSection = Field(default_factory=SiteSection.model_construct)
    """A website whose documents are records."""
    inbox: InboxSection = Field(default_factory=InboxSection.model_construct)
    """The folder that the scheduled job takes files from."""
    mail: MailSection | None = None
    """Mail of the scheduled job; none is sent without it."""
    mailbox: MailboxSection | None = None
    """The mailbox that Crossref's mails go to; none is read without it."""
    hooks: dict[HookName, HookSection] = Field(default_factory=dict)
    """Programs and addresses to call after registrations, rejections and changes by others, by short names."""
    monitoring: MonitoringSection = Field(default_factory=MonitoringSection.model_construct)
    """Files and calls of the scheduled job for monitoring."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "ConfigurationFile":
        """Validate the data as `model_validate` does, in half of the time; raises `ValidationError`.

        Pydantic works out how to validate a model when it is first needed, and most files have two sections of
        fifteen. So the sections that are not there stay out of it: their defaults hold as they are.
        """
        fields: dict[str, Any] = {
            name: (field.annotation, field) for name, field in cls.model_fields.items() if name in data
        }
        if "series" in fields:
            # Records need its validator as well, and a model around it takes over one that is there.
            Series.model_rebuild()
        written = create_model(cls.__name__, __base__=Section, **fields).model_validate(data)
        return cls.model_construct(**{name: getattr(written, name) for name in fields})
