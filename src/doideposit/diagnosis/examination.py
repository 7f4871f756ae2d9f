"""What is wrong with a set-up, and what to do: every check a value, every failure a line, nothing raised.

Nothing is changed by looking: no ledger is made or upgraded, nothing is deposited.
"""

from collections.abc import Callable, Iterable, Iterator

from doideposit.config.settings import Settings
from doideposit.crossref.schemas.lock import DEFAULT_VERSION
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.diagnosis.surroundings import DiagnosisContext
from doideposit.diagnosis.values import Check, Diagnosis

__all__ = ["diagnose"]

NEED_SETTINGS = ("target", "login", "series", "ledger", "sandbox", "network")


def diagnose(
    load: Callable[[], Settings],
    *,
    online: bool = False,
    send_test_mail: bool = False,
    around: DiagnosisContext | None = None,
) -> Diagnosis:
    """Look at everything. `load` gives the settings, and may raise `ConfigurationError`; nothing is raised here."""
    seen = around or DiagnosisContext()
    loaded: list[Settings] = []

    def read() -> Iterable[Check]:
        from doideposit.diagnosis.setup import check_settings  # noqa: PLC0415 - as below

        loaded.append(load())
        return check_settings(loaded[0])

    checks = [*Check.examine("configuration", read)]
    settings = loaded[0] if loaded else None
    checks += _machine(settings, seen)
    if settings is None:
        return Diagnosis(tuple(checks), online, not_looked_at=NEED_SETTINGS)
    from doideposit.diagnosis.mail import check_mail  # noqa: PLC0415 - as below

    checks += _configured(settings, seen)
    checks += Check.examine("mail", lambda: check_mail(settings, seen, send_test_mail=send_test_mail))
    if online:
        from doideposit.diagnosis.online import check_online  # noqa: PLC0415 - requests, only when asked for

        checks += Check.examine("network", lambda: check_online(settings, seen))
    return Diagnosis(tuple(checks), online, settings.target)


def _machine(settings: Settings | None, around: DiagnosisContext) -> Iterator[Check]:
    from doideposit.diagnosis import setup, storage  # noqa: PLC0415 - a command that fails early stays cheap

    version = settings.schema_version if settings else DEFAULT_VERSION
    yield from Check.examine("program", setup.check_program)
    yield from Check.examine("encoding", lambda: setup.check_encoding(around))
    yield from Check.examine("disk", lambda: storage.check_disk(settings, around))
    yield from Check.examine("schemas", lambda: storage.check_schemas(SchemaStore.default(offline=True), version))


def _configured(settings: Settings, around: DiagnosisContext) -> Iterator[Check]:
    from doideposit.diagnosis import setup, storage  # noqa: PLC0415 - as above

    yield from Check.examine("target", lambda: setup.check_target(settings))
    yield from Check.examine("login", lambda: setup.check_credentials(settings, around))
    yield from Check.examine("other secrets", lambda: setup.check_other_secrets(settings, around))
    yield from Check.examine("hooks", lambda: setup.check_hooks(settings, around))
    yield from Check.examine("libraries", lambda: setup.check_libraries(settings, around))
    yield from Check.examine("series", lambda: setup.check_series(settings))
    yield from Check.examine("ledger", lambda: storage.check_ledger(settings, around))
    yield from Check.examine("sandbox", lambda: storage.check_sandbox(settings))
    yield from Check.examine("inbox", lambda: storage.check_inbox(settings, around.clock()))
    yield from Check.examine("monitoring", lambda: storage.check_monitoring(settings))
