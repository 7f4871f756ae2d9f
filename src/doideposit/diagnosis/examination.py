"""What is wrong with a set-up, and what to do: every check a value, every failure a line, nothing raised.

Nothing is changed by looking: no ledger is made or upgraded, nothing is deposited.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Self

from doideposit.config.settings import Settings
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.diagnosis.surroundings import DiagnosisContext
from doideposit.diagnosis.values import Check, CheckStatus

__all__ = ["Diagnosis"]

# What cannot be looked at without a configuration.
NEED_SETTINGS: Final = ("target", "login", "series", "ledger", "sandbox", "network")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Describe everything that was looked at, in order, and the names of what could not be without a configuration."""

    checks: tuple[Check, ...]
    online: bool
    target: str | None = None
    not_looked_at: tuple[str, ...] = field(default=())

    @classmethod
    def make(
        cls,
        load: Callable[[], Settings],
        *,
        online: bool = False,
        send_test_mail: bool = False,
        around: DiagnosisContext | None = None,
    ) -> Self:
        """Run all checks. `load` returns the settings, and may raise `ConfigurationError`; nothing is raised here."""
        seen = around or DiagnosisContext()
        loaded: list[Settings] = []

        def read() -> Iterable[Check]:
            from doideposit.diagnosis.setup import SetupChecks  # noqa: PLC0415 - needs a configuration

            loaded.append(load())
            return SetupChecks(loaded[0], seen).configuration()

        checks = [*Check.examine("configuration", read)]
        settings = loaded[0] if loaded else None
        checks += _machine_checks(settings, seen)
        if settings is None:
            return cls(tuple(checks), online, not_looked_at=NEED_SETTINGS)
        checks += _configuration_checks(settings, seen, send_test_mail=send_test_mail)
        if online:
            from doideposit.diagnosis.online import check_online  # noqa: PLC0415 - requests, only when asked for

            checks += Check.examine("network", lambda: check_online(settings, seen))
        return cls(tuple(checks), online, settings.target)

    @property
    def ok(self) -> bool:
        """Tell whether nothing failed."""
        return not any(check.verdict is CheckStatus.FAIL for check in self.checks)

    @property
    def exit_code(self) -> int:
        """Return 0 when nothing failed, 2 when the configuration has to be mended, else 3."""
        failed = [check for check in self.checks if check.verdict is CheckStatus.FAIL]
        # 2 asks a person to change something, 3 means that trying again later can help.
        return 2 if any(check.in_configuration for check in failed) else 3 if failed else 0

    def count(self, verdict: CheckStatus) -> int:
        """Return how many checks came out like that."""
        return sum(check.verdict is verdict for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """Return the diagnosis as JSON."""
        return {
            "ok": self.ok,
            "target": self.target,
            "online": self.online,
            "checks": [check.to_dict() for check in self.checks],
            "not_looked_at": list(self.not_looked_at),
        }


def _machine_checks(settings: Settings | None, around: DiagnosisContext) -> Iterator[Check]:
    from doideposit.diagnosis.storage import MachineChecks  # noqa: PLC0415 - a command that fails early stays cheap

    look = MachineChecks(settings, around)
    yield from Check.examine("program", look.program)
    yield from Check.examine("encoding", look.encoding)
    yield from Check.examine("disk", look.disk)
    yield from Check.examine("schemas", lambda: look.schemas(SchemaStore.default(offline=True)))


def _configuration_checks(settings: Settings, around: DiagnosisContext, *, send_test_mail: bool) -> Iterator[Check]:
    from doideposit.diagnosis.setup import SetupChecks  # noqa: PLC0415 - as above
    from doideposit.diagnosis.storage import StorageChecks  # noqa: PLC0415 - as above

    setup, storage = SetupChecks(settings, around), StorageChecks(settings, around)
    yield from Check.examine("target", setup.target)
    yield from Check.examine("login", setup.login)
    yield from Check.examine("other secrets", setup.other_secrets)
    yield from Check.examine("hooks", setup.hooks)
    yield from Check.examine("libraries", setup.libraries)
    yield from Check.examine("series", setup.series)
    yield from Check.examine("ledger", storage.ledger)
    yield from Check.examine("sandbox", storage.sandbox)
    yield from Check.examine("inbox", storage.inbox)
    yield from Check.examine("monitoring", storage.monitoring)
    yield from Check.examine("job", storage.job)
    yield from Check.examine("mail", lambda: setup.mail(send_test_mail=send_test_mail))
