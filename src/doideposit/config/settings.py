"""The settings in force: what the file, the environment and the flags say together, with every path made absolute."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from doideposit.config.schema import (
    ConfigurationFile,
    CredentialSettings,
    DelaySettings,
    DepositorSettings,
    PasswordReference,
    SchemaVersion,
    Target,
    TargetSettings,
)
from doideposit.models.series import Series
from doideposit.planning import Limits
from doideposit.rules.settings import Ignored, RuleSettings

__all__ = ["ApiSettings", "LedgerSettings", "SandboxSettings", "Settings", "settings_from"]


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """The ledger's address, without a password, and where its password is kept."""

    url: str
    password: PasswordReference | None = None


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Where the sandbox keeps its state, and how long things take there."""

    state: Path
    delays: DelaySettings = field(default_factory=DelaySettings)


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Where the tokens of the JSON API are kept, by name, and the endpoint names of Crossref's notifications."""

    tokens: Mapping[str, PasswordReference] = field(default_factory=lambda: MappingProxyType({}))
    notify_endpoints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. `origins` says for every value, by its dotted path, where it comes from.

    An origin is written as ``file doideposit.toml:12``, ``environment DOIDEPOSIT_TARGET``, ``flag`` or ``default``.
    `path` is the configuration file that was used, None when there was none.
    """

    target: Target
    schema_version: SchemaVersion
    depositor: DepositorSettings | None
    credentials: Mapping[str, CredentialSettings]
    targets: Mapping[str, TargetSettings]
    ledger: LedgerSettings
    series: Mapping[str, Series]
    rules: RuleSettings
    limits: Limits
    sandbox: SandboxSettings
    api: ApiSettings = field(default_factory=ApiSettings)
    path: Path | None = None
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @property
    def ledger_url(self) -> str:
        """Address of the ledger, without a password; a SQLite path in it is absolute."""
        return self.ledger.url


def settings_from(written: ConfigurationFile, *, base: Path, path: Path | None, origins: Mapping[str, str]) -> Settings:
    """Make settings of what was written; `base` is the folder that relative paths start from."""
    return Settings(
        target=written.target,
        schema_version=written.schema_version,
        depositor=written.depositor,
        credentials=MappingProxyType({name: _absolute(each, base) for name, each in written.credentials.items()}),
        targets=MappingProxyType({str(name): each for name, each in written.targets.items()}),
        ledger=LedgerSettings(_absolute_url(written.ledger.url, base), _reference(written.ledger.password, base)),
        series=MappingProxyType(dict(written.series)),
        rules=RuleSettings(
            MappingProxyType(dict(written.rules.severity)),
            tuple(Ignored(each.code, each.reason, each.doi, each.series) for each in written.rules.ignore),
        ),
        limits=Limits(**written.limits.model_dump()),
        sandbox=SandboxSettings(base / Path(written.sandbox.state).expanduser(), written.sandbox.delays),
        api=ApiSettings(
            MappingProxyType({name: _kept(each, base) for name, each in written.api.tokens.items()}),
            written.api.notify_endpoints,
        ),
        path=path,
        origins=MappingProxyType(dict(origins)),
    )


def _absolute(credentials: CredentialSettings, base: Path) -> CredentialSettings:
    return credentials.model_copy(update={"password": _reference(credentials.password, base)})


def _reference(reference: PasswordReference | None, base: Path) -> PasswordReference | None:
    return None if reference is None else _kept(reference, base)


def _kept(reference: PasswordReference, base: Path) -> PasswordReference:
    if reference.file is None:
        return reference
    return reference.model_copy(update={"file": str(base / Path(reference.file).expanduser())})


_SQLITE = "sqlite:///"


def _absolute_url(url: str, base: Path) -> str:
    """Make the path of a SQLite ledger absolute; SQLAlchemy writes a relative path after three slashes."""
    path = url.removeprefix(_SQLITE)
    if path == url or not path or path == ":memory:":
        return url
    return f"{_SQLITE}{base / Path(path).expanduser()}"
