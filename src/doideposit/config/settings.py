"""The settings in force: what the file, the environment and the flags say together, with every path made absolute."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import SecretStr

from doideposit.checks.rules.overrides import Ignored, RuleSettings
from doideposit.config.schema import (
    ApiSection,
    ConfigurationFile,
    CredentialSettings,
    DeadlineSection,
    DepositorSettings,
    DeskSection,
    HookSection,
    InboxSection,
    LedgerSection,
    MailboxSection,
    MailSection,
    MonitoringSection,
    PasswordReference,
    PublisherSection,
    SandboxSection,
    SchemaVersion,
    SiteSection,
    Target,
    TargetSettings,
)
from doideposit.deposits.fees import Fee
from doideposit.deposits.lateness import Deadlines, MaintenanceWindow
from doideposit.deposits.limits import Limits
from doideposit.errors import ConfigurationError
from doideposit.lifecycle import Milestone
from doideposit.records.models.series import Series

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from doideposit.crossref.registrar import Credentials, Endpoint

# Crossref documentation, HTTPS POST: the two systems have separate credentials; the test system has no public REST API.
ADDRESSES: Mapping[str, tuple[str, str | None, str | None]] = {
    "test": ("https://test.crossref.org", None, None),
    "production": ("https://doi.crossref.org", "https://api.crossref.org", "https://doi.org"),
    "sandbox": ("sandbox:", None, None),
}

__all__ = ["Ask", "Settings"]

# Ask a person for a password, by a question; None when nobody is there.
Ask = Callable[[str], SecretStr | None]


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
    credentials: Mapping[Target, CredentialSettings]
    targets: Mapping[Target, TargetSettings]
    ledger: LedgerSection
    series: Mapping[str, Series]
    rules: RuleSettings
    limits: Limits
    sandbox: SandboxSection
    api: ApiSection = field(default_factory=ApiSection)
    own_hosts: tuple[str, ...] = ()
    desk: DeskSection = field(default_factory=DeskSection)
    site: SiteSection = field(default_factory=SiteSection)
    inbox: InboxSection = field(default_factory=InboxSection)
    mail: MailSection | None = None
    mailbox: MailboxSection | None = None
    hooks: Mapping[str, HookSection] = field(default_factory=lambda: MappingProxyType({}))
    monitoring: MonitoringSection = field(default_factory=MonitoringSection)
    publishers: Mapping[str, PublisherSection] = field(default_factory=lambda: MappingProxyType({}))
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
        for logins in (self.credentials, *(section.credentials for section in self.publishers.values())):
            yield from ((login.password, "doideposit", login.username) for login in logins.values() if login.password)
        for publisher, other in self.publishers.items():
            yield from ((token, f"doideposit-api-{publisher}", name) for name, token in other.tokens.items())
        if self.ledger.password is not None:
            yield self.ledger.password, "doideposit-ledger", ""
        if self.mail is not None and self.mail.password is not None:
            yield self.mail.password, "doideposit-mail", self.mail.username or ""
        if self.mailbox is not None and self.mailbox.password is not None:
            yield self.mailbox.password, "doideposit-mailbox", self.mailbox.username or ""
        yield from ((token, "doideposit-api", name) for name, token in self.api.tokens.items())
        yield from ((hook.secret, "doideposit-hook", name) for name, hook in self.hooks.items() if hook.secret)

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
            settings = _make_settings(written.below(base), path=path, origins=origins)
        # `Path.expanduser` raises it for users without a name, as in some containers.
        except RuntimeError:
            hint = "write the whole path instead of ~, or set HOME"
            raise ConfigurationError("a path begins with ~, and this user has no home folder", hint=hint) from None
        named = {series.publisher_account for series in settings.series.values()}
        if settings.depositor is None and settings.publishers and named <= {*settings.publishers}:
            return settings.of_publisher(next(iter(settings.publishers)))
        return settings

    @property
    def deadlines(self) -> Deadlines:
        """Return how long each milestone may take, and the maintenance that Crossref announced."""
        given = self.monitoring.deadlines
        return Deadlines(
            **{name: getattr(given, name) for name in DeadlineSection.model_fields},
            maintenance=tuple(
                MaintenanceWindow(window.begins, window.ends, window.what) for window in self.monitoring.maintenance
            ),
        )

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

    def login(self, environ: Mapping[str, str], ask: "Ask" = lambda _question: None) -> "Credentials":
        """Fetch the login of the target in force, with its password; raises `ConfigurationError`.

        `ask` asks a person for a password that is kept nowhere; None where nobody is there.
        """
        from doideposit.crossref.registrar import Credentials  # noqa: PLC0415  (only uploads need it)

        target = self.target
        credentials = self.credentials.get(target)
        publisher = self.publisher
        # The section that a person has to write, which differs with several publishers.
        section = f"publishers.{publisher}.credentials.{target}" if publisher else f"credentials.{target}"
        if credentials is None:
            whose = f" of the publisher {publisher}" if publisher else ""
            raise ConfigurationError(
                f"there is no Crossref login{whose} for the target {target}",
                hint=f'add a section [{section}] with username and password = {{ env = "CROSSREF_PASSWORD" }}',
            )
        if credentials.password is not None:
            password = credentials.password.resolve(environ=environ, username=credentials.username)
            return Credentials(credentials.username, password)
        answer = ask(f"Crossref password of {credentials.username} on {target}")
        if answer is None:
            raise ConfigurationError(
                f"no password is known for {credentials.username} on {target}",
                hint=f'name where it is kept: password = {{ env = "CROSSREF_PASSWORD" }} below [{section}]',
            )
        return Credentials(credentials.username, answer)

    def ledger_password(self, environ: Mapping[str, str]) -> SecretStr | None:
        """Fetch the password of the ledger's database now; None where it has none. Raises `ConfigurationError`."""
        reference = self.ledger.password
        return None if reference is None else reference.resolve(environ=environ, service="doideposit-ledger")

    def mail_password(self, environ: Mapping[str, str]) -> SecretStr | None:
        """Fetch the password of the mail server now; None where it wants none. Raises `ConfigurationError`."""
        mail = self.mail
        if mail is None or mail.password is None:
            return None
        return mail.password.resolve(environ=environ, service="doideposit-mail", username=mail.username or "")


def _make_settings(file: ConfigurationFile, *, path: Path | None, origins: Mapping[str, str]) -> Settings:
    """Make settings of a file whose paths are absolute."""
    return Settings(
        target=file.target,
        schema_version=file.schema_version,
        depositor=file.depositor,
        credentials=file.credentials,
        targets=file.targets,
        ledger=file.ledger,
        series=file.series,
        rules=RuleSettings(
            file.rules.severity,
            tuple(Ignored(ignored.code, ignored.reason, ignored.doi, ignored.series) for ignored in file.rules.ignore),
        ),
        limits=Limits(**dict(file.limits)),
        sandbox=file.sandbox,
        api=file.api,
        own_hosts=file.pages.own_hosts,
        desk=file.desk,
        site=file.site,
        inbox=file.inbox,
        mail=file.mail,
        mailbox=file.mailbox,
        hooks=file.hooks,
        monitoring=file.monitoring,
        publishers=file.publishers,
        approvals=file.approvals,
        allowed_signers=file.allowed_signers,
        fee=Fee(file.fees.new_doi, file.fees.currency) if file.fees else None,
        path=path,
        origins=origins,
    )
