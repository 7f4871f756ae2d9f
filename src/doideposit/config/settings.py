"""The settings in force: what the file, the environment and the flags say together, with every path made absolute."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from pydantic import SecretStr

from doideposit.checks.rules.overrides import Ignored, RuleSettings
from doideposit.config.passwords import resolve_password
from doideposit.config.schema import (
    AccountSection,
    ApiSection,
    ConfigurationFile,
    CredentialSettings,
    DeadlineSection,
    DelaySettings,
    DepositorSettings,
    DeskSection,
    HookSection,
    LedgerSection,
    MailboxSection,
    MailSection,
    MonitoringSection,
    PasswordReference,
    PublisherSection,
    SchemaVersion,
    SiteSection,
    Target,
    TargetSettings,
    TokenReference,
)
from doideposit.deposits.fees import Fee
from doideposit.deposits.lateness import Deadlines, MaintenanceWindow
from doideposit.deposits.limits import Limits
from doideposit.errors import ConfigurationError
from doideposit.lifecycle import Milestone
from doideposit.records.models.series import Series

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from doideposit.crossref.registrar import Endpoint

# Crossref documentation, HTTPS POST: the two systems have separate credentials; the test system has no public REST API.
ADDRESSES: Mapping[str, tuple[str, str | None, str | None]] = {
    "test": ("https://test.crossref.org", None, None),
    "production": ("https://doi.crossref.org", "https://api.crossref.org", "https://doi.org"),
    "sandbox": ("sandbox:", None, None),
}
Reference = TypeVar("Reference", bound=PasswordReference)

__all__ = [
    "DeskSettings",
    "InboxSettings",
    "MonitoringSettings",
    "PublisherSettings",
    "SandboxSettings",
    "Settings",
    "SiteSettings",
]


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Describe where the sandbox keeps its state, and how long things take there."""

    state: Path
    delays: DelaySettings = field(default_factory=DelaySettings)


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """Describe the pages for staff: where record files and drafts are, who may use them, and for how long unused."""

    records: Path = Path("records")
    drafts: Path = Path("drafts")
    accounts: Mapping[str, AccountSection] = field(default_factory=lambda: MappingProxyType({}))
    user_header: str | None = None
    hosts: tuple[str, ...] = ()
    idle: timedelta = timedelta(hours=8)
    look_ups: bool = True

    @property
    def record_folder(self) -> Path:
        """Return the folder in which record files are looked for: the one around it, where it is not there."""
        return self.records if self.records.is_dir() else self.records.parent


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """Name the folders of a site whose documents are records, and the time zone of the publisher."""

    folders: tuple[Path, ...] = ()
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class InboxSettings:
    """Name the folder of the scheduled job, how long a file must lie still in it, and how many DOIs a pass looks up.

    `keep_done` is how long finished files stay outside of archives, None for ever. `named` says that a person named
    the folder, whoever owns it.
    """

    folder: Path = Path("inbox")
    settle: timedelta = timedelta(seconds=10)
    look_ups: int = 50
    open_to: str = "owner"
    shown_as: str | None = None
    keep_done: timedelta | None = None
    named: bool = False


@dataclass(frozen=True, slots=True)
class MonitoringSettings:
    """Describe where the scheduled job leaves its signs of life, and how long each milestone may take."""

    status_file: Path | None = None
    prometheus_file: Path | None = None
    heartbeat_file: Path | None = None
    ping_url: str | None = field(default=None, repr=False)
    deadlines: Deadlines = field(default_factory=Deadlines)
    file_mode: int = 0o600


@dataclass(frozen=True, slots=True)
class PublisherSettings:
    """Describe a further publisher: who deposits, its logins, who gets its mails, and where its tokens are kept."""

    depositor: DepositorSettings
    credentials: Mapping[str, CredentialSettings] = field(default_factory=lambda: MappingProxyType({}))
    mail_to: tuple[str, ...] = ()
    tokens: Mapping[str, TokenReference] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Settings:
    """Describe everything that can be set. `origins` says for every value, by its dotted path, where it comes from.

    An origin is written as ``file doideposit.toml:12``, ``environment DOIDEPOSIT_TARGET``, ``flag`` or ``default``.
    `path` is the configuration file that was used, None when there was none. `publisher` is the name of the one that
    depositor and credentials are of, empty for the main one. Where no [depositor] is needed, because every series names
    its publisher, it is the first of those.
    """

    target: Target
    schema_version: SchemaVersion
    depositor: DepositorSettings | None
    credentials: Mapping[str, CredentialSettings]
    targets: Mapping[str, TargetSettings]
    ledger: LedgerSection
    series: Mapping[str, Series]
    rules: RuleSettings
    limits: Limits
    sandbox: SandboxSettings
    api: ApiSection = field(default_factory=ApiSection)
    own_hosts: tuple[str, ...] = ()
    desk: DeskSettings = field(default_factory=DeskSettings)
    site: SiteSettings = field(default_factory=SiteSettings)
    inbox: InboxSettings = field(default_factory=InboxSettings)
    mail: MailSection | None = None
    mailbox: MailboxSection | None = None
    hooks: Mapping[str, HookSection] = field(default_factory=lambda: MappingProxyType({}))
    monitoring: MonitoringSettings = field(default_factory=MonitoringSettings)
    publishers: Mapping[str, PublisherSettings] = field(default_factory=lambda: MappingProxyType({}))
    publisher: str = ""
    approvals: int = 0
    allowed_signers: Path | None = None
    fee: Fee | None = None
    path: Path | None = None
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @property
    def ledger_url(self) -> str:
        """Return the address of the ledger, without a password; a SQLite path in it is absolute."""
        return self.ledger.url

    def secrets(self) -> "Iterator[tuple[PasswordReference, str, str]]":
        """Yield where each secret is kept, with the service and the user name by which a keyring knows it."""
        for logins in (self.credentials, *(one.credentials for one in self.publishers.values())):
            yield from ((each.password, "doideposit", each.username) for each in logins.values() if each.password)
        for publisher, other in self.publishers.items():
            yield from ((each, f"doideposit-api-{publisher}", name) for name, each in other.tokens.items())
        if self.ledger.password is not None:
            yield self.ledger.password, "doideposit-ledger", ""
        if self.mail is not None and self.mail.password is not None:
            yield self.mail.password, "doideposit-mail", self.mail.username or ""
        if self.mailbox is not None and self.mailbox.password is not None:
            yield self.mailbox.password, "doideposit-mailbox", self.mailbox.username or ""
        yield from ((each, "doideposit-api", name) for name, each in self.api.tokens.items())
        yield from ((each.secret, "doideposit-hook", name) for name, each in self.hooks.items() if each.secret)

    def of_publisher(self, name: str) -> "Settings":
        """Return the settings as they are for a further publisher: its depositor and its logins, and no other."""
        other = self.publishers[name]
        return replace(self, depositor=other.depositor, credentials=other.credentials, publisher=name)

    def of_each_publisher(self) -> "Iterator[Settings]":
        """Yield the settings as they are for each publisher, the main one first, where there is one."""
        if not self.publisher:
            yield self
        yield from map(self.of_publisher, self.publishers)

    @staticmethod
    def of_file(written: ConfigurationFile, *, base: Path, path: Path | None, origins: Mapping[str, str]) -> "Settings":
        """Make settings of what was written; `base` is the folder that relative paths start from.

        Raises `ConfigurationError` for a path with ``~`` where this user has no home folder.
        """
        try:
            settings = _make_settings(written, base=base, path=path, origins=origins)
        # `Path.expanduser` raises it for users without a name, as in some containers.
        except RuntimeError:
            hint = "write the whole path instead of ~, or set HOME"
            raise ConfigurationError("a path begins with ~, and this user has no home folder", hint=hint) from None
        named = {series.publisher_account for series in settings.series.values()}
        if settings.depositor is None and settings.publishers and named <= {*settings.publishers}:
            return settings.of_publisher(next(iter(settings.publishers)))
        return settings

    @property
    def zone(self) -> "ZoneInfo | None":
        """Return the zone of the publisher, or None for that of the machine."""
        from zoneinfo import ZoneInfo  # noqa: PLC0415  (few configurations name a zone)

        return None if self.site.timezone is None else ZoneInfo(self.site.timezone)

    @property
    def needs_login(self) -> bool:
        """Tell whether the target in force is reached over the network; the embedded sandbox is not."""
        return self.target != "sandbox" or "sandbox" in self.targets

    @property
    def endpoint(self) -> "Endpoint":
        """Return the addresses of the target in force: Crossref's own, unless the configuration names others."""
        # Only what asks Crossref needs them, and a check of records does not.
        from doideposit.crossref.registrar import Endpoint  # noqa: PLC0415

        known = Endpoint(self.target, *ADDRESSES[self.target])
        other = self.targets.get(self.target)
        if other is None:
            return known
        return Endpoint(
            known.target,
            other.url or known.url,
            # A target with an address of its own is not Crossref itself, whose look-ups may know nothing of its DOIs.
            other.rest_url or (None if other.url else known.rest_url),
            other.handle_url or (None if other.url else known.handle_url),
        )

    @property
    def observable(self) -> frozenset[Milestone]:
        """Return the milestones that can be looked up on the target: those of the addresses that it has."""
        if not self.needs_login:
            return frozenset({Milestone.RESOLVES, Milestone.INDEXED, Milestone.AS_INTENDED})
        endpoint = self.endpoint
        addresses = {Milestone.RESOLVES: endpoint.handle_url, Milestone.INDEXED: endpoint.rest_url}
        return frozenset({Milestone.AS_INTENDED, *(milestone for milestone, address in addresses.items() if address)})

    def ledger_password(self, environ: Mapping[str, str]) -> SecretStr | None:
        """Fetch the password of the ledger's database now; None where it has none. Raises `ConfigurationError`."""
        reference = self.ledger.password
        return None if reference is None else resolve_password(reference, environ=environ, service="doideposit-ledger")

    def mail_password(self, environ: Mapping[str, str]) -> SecretStr | None:
        """Fetch the password of the mail server now; None where it wants none. Raises `ConfigurationError`."""
        mail = self.mail
        if mail is None or mail.password is None:
            return None
        return resolve_password(mail.password, environ=environ, service="doideposit-mail", username=mail.username or "")


def _make_settings(
    written: ConfigurationFile, *, base: Path, path: Path | None, origins: Mapping[str, str]
) -> Settings:
    return Settings(
        target=written.target,
        schema_version=written.schema_version,
        depositor=written.depositor,
        credentials=MappingProxyType({name: _credentials(each, base) for name, each in written.credentials.items()}),
        targets=MappingProxyType({str(name): each for name, each in written.targets.items()}),
        # Relative paths count from the folder of the file, so that a command means the same wherever it is given.
        ledger=_ledger_settings(written.ledger, base),
        series=MappingProxyType(dict(written.series)),
        rules=RuleSettings(
            MappingProxyType(dict(written.rules.severity)),
            tuple(Ignored(each.code, each.reason, each.doi, each.series) for each in written.rules.ignore),
        ),
        limits=Limits(**dict(written.limits)),
        sandbox=SandboxSettings(base / Path(written.sandbox.state).expanduser(), written.sandbox.delays),
        api=written.api.model_copy(update={"tokens": _absolute_tokens(written.api.tokens, base)}),
        own_hosts=written.pages.own_hosts,
        desk=_desk_settings(written.desk, base),
        site=_site_settings(written.site, base),
        inbox=InboxSettings(
            base / Path(written.inbox.folder).expanduser(),
            written.inbox.settle,
            written.inbox.look_ups,
            written.inbox.open_to,
            written.inbox.shown_as,
            written.inbox.keep_done,
            # Whether the folder was written down tells an inbox that is wanted from the default that nobody uses.
            named="folder" in written.inbox.model_fields_set,
        ),
        mail=_mail_settings(written.mail, base),
        mailbox=_mailbox_settings(written.mailbox, base),
        hooks=MappingProxyType({name: _hook_settings(each, base) for name, each in written.hooks.items()}),
        monitoring=_monitoring_settings(written.monitoring, base),
        publishers=MappingProxyType({name: _publisher(each, base) for name, each in written.publishers.items()}),
        approvals=written.approvals,
        allowed_signers=base / Path(written.allowed_signers).expanduser() if written.allowed_signers else None,
        fee=Fee(written.fees.new_doi, written.fees.currency) if written.fees else None,
        path=path,
        origins=origins,
    )


def _ledger_settings(ledger: LedgerSection, base: Path) -> LedgerSection:
    password = _optional_reference(ledger.password, base)
    return ledger.model_copy(update={"url": _absolute_url(ledger.url, base), "password": password})


def _absolute_tokens(tokens: Mapping[str, TokenReference], base: Path) -> Mapping[str, TokenReference]:
    return MappingProxyType({name: _absolute_reference(each, base) for name, each in tokens.items()})


def _site_settings(site: SiteSection, base: Path) -> SiteSettings:
    return SiteSettings(tuple(base / Path(each).expanduser() for each in site.folders), site.timezone)


def _desk_settings(desk: DeskSection, base: Path) -> DeskSettings:
    accounts = {
        name: each.model_copy(update={"password": _optional_reference(each.password, base)})
        for name, each in desk.accounts.items()
    }
    return DeskSettings(
        base / Path(desk.records).expanduser(),
        base / Path(desk.drafts).expanduser(),
        MappingProxyType(accounts),
        desk.user_header,
        desk.hosts,
        desk.idle,
        desk.look_ups,
    )


def _mail_settings(mail: MailSection | None, base: Path) -> MailSection | None:
    if mail is None:
        return None
    ca_file = None if mail.ca_file is None else str(base / Path(mail.ca_file).expanduser())
    return mail.model_copy(update={"password": _optional_reference(mail.password, base), "ca_file": ca_file})


def _mailbox_settings(mailbox: MailboxSection | None, base: Path) -> MailboxSection | None:
    if mailbox is None:
        return None
    maildir = None if mailbox.maildir is None else str(base / Path(mailbox.maildir).expanduser())
    return mailbox.model_copy(update={"maildir": maildir, "password": _optional_reference(mailbox.password, base)})


def _hook_settings(hook: HookSection, base: Path) -> HookSection:
    command = hook.command
    if command is not None and "/" in command[0]:
        command = (str(base / Path(command[0]).expanduser()), *command[1:])
    return hook.model_copy(update={"secret": _optional_reference(hook.secret, base), "command": command})


def _monitoring_settings(written: MonitoringSection, base: Path) -> MonitoringSettings:
    def absolute(path: str | None) -> Path | None:
        return None if path is None else base / Path(path).expanduser()

    return MonitoringSettings(
        absolute(written.status_file),
        absolute(written.prometheus_file),
        absolute(written.heartbeat_file),
        written.ping_url,
        Deadlines(
            **{name: getattr(written.deadlines, name) for name in DeadlineSection.model_fields},
            maintenance=tuple(MaintenanceWindow(one.begins, one.ends, one.what) for one in written.maintenance),
        ),
        # 0640 lets the group read, 0600 nobody else.
        0o640 if written.open_to == "group" else 0o600,
    )


def _publisher(written: PublisherSection, base: Path) -> PublisherSettings:
    return PublisherSettings(
        written.depositor,
        MappingProxyType({name: _credentials(each, base) for name, each in written.credentials.items()}),
        () if written.mail is None else written.mail.to,
        _absolute_tokens(written.tokens, base),
    )


def _credentials(credentials: CredentialSettings, base: Path) -> CredentialSettings:
    return credentials.model_copy(update={"password": _optional_reference(credentials.password, base)})


def _optional_reference(reference: PasswordReference | None, base: Path) -> PasswordReference | None:
    return None if reference is None else _absolute_reference(reference, base)


def _absolute_reference(reference: Reference, base: Path) -> Reference:
    if reference.file is None:
        return reference
    return reference.model_copy(update={"file": str(base / Path(reference.file).expanduser())})


# SQLAlchemy's form of the address of a file.
_SQLITE = "sqlite:///"


def _absolute_url(url: str, base: Path) -> str:
    """Make the path of a SQLite ledger absolute; SQLAlchemy writes a relative path after three slashes."""
    path = url.removeprefix(_SQLITE)
    if path == url or not path or path == ":memory:":
        return url
    return f"{_SQLITE}{base / Path(path).expanduser()}"
