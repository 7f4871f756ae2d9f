"""The composition root: from settings to a depositor, and the only place that knows which part plugs in where."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from doideposit.checks.checking import Checker
from doideposit.checks.rules.evaluation import Evaluation
from doideposit.checks.rules.registry import Context
from doideposit.checks.values import DepositorName
from doideposit.config.loading import load
from doideposit.config.schema import DepositorSettings
from doideposit.config.settings import Ask, Settings
from doideposit.crossref.validator.validator import Validator
from doideposit.errors import ConfigurationError, LedgerError
from doideposit.findings import Finding

if TYPE_CHECKING:
    from doideposit.crossref.guarded_fetch import FetchPage
    from doideposit.crossref.registrar import Credentials, Registrar
    from doideposit.deposits.accounts import PublisherAccount
    from doideposit.deposits.context import RegistryPort
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.ledger.store import Ledger
    from doideposit.deposits.plans.approvals import ApprovalRules
    from doideposit.records.identifiers import Doi
    from doideposit.sandbox.simulation import Sandbox

__all__ = [
    "load_settings",
    "open_checker",
    "open_depositor",
    "open_ledger",
    "open_page_fetch",
    "open_path",
]

Announce = Callable[[str], None]


def _ignore_message(_sentence: str) -> None:
    return None


def system_clock() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def load_settings(
    path: Path | None = None,
    *,
    target: str | None = None,
    required: bool = True,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings in force; the flag `target` overrides all. Raises `ConfigurationError`."""
    flags = {"target": target} if target else {}
    variables = os.environ if environ is None else environ
    return load(path, environ=variables, cwd=Path.cwd(), overrides=flags, required=required)


def open_checker(
    settings: Settings,
    *,
    announce: Announce = _ignore_message,
    schema_version: str | None = None,
    clock: Callable[[], datetime] = system_clock,
    validator: Validator | None = None,
) -> Checker:
    """Open what checks records by these settings; the schemas are loaded with the first verdict."""
    depositor = settings.depositor
    if depositor is None:
        raise ConfigurationError(
            "the configuration does not say who deposits",
            hint="add a section [depositor] with name, email and registrant, as `doideposit init` writes one; or let "
            "each series name its publisher_account",
        )
    name = _depositor_name(depositor)
    live = settings.target == "production"
    # The depositor is checked before the schemas are loaded: a wrong address is told at once.
    context = Context(clock().date(), settings.rules, live)
    _check_depositors(settings, context)
    return Checker(
        series=settings.series,
        validator=lambda: validator or Validator.default(announce=announce),
        depositor=name,
        rules=settings.rules,
        clock=clock,
        zone=settings.zone,
        schema_version=schema_version or settings.schema_version,
        live=live,
    ).knowing(lambda doi, number: _is_in_ledger(settings, doi, number))


def _check_depositors(settings: Settings, context: Context) -> None:
    """Raise `ConfigurationError` for a depositor, of any publisher, that is invalid in the head of a deposit."""
    found = []
    for publisher in settings.of_each_publisher():
        if publisher.depositor is not None:
            head = publisher.depositor
            start = f"publishers.{publisher.publisher}." if publisher.publisher else ""
            for finding in Evaluation(context).check_depositor(head.name, head.email, head.registrant):
                where = replace(finding.where, field=f"{start}{finding.where.field}")
                found += [_at_its_line(finding.at(where), settings)] if finding.stops else []
    if found:
        raise ConfigurationError("the depositor is not valid for a deposit", findings=tuple(found))


def _is_in_ledger(settings: Settings, doi: "Doi", number: str | None) -> bool:
    """Tell whether the ledger has the DOI as registered; a ledger that is not there, or is out of reach, does not."""
    try:
        with open_ledger(settings) as ledger:
            return ledger.on(settings.target, system_clock).has_registered(doi, number)
    except (LedgerError, ConfigurationError):
        return False


def _at_its_line(finding: Finding, settings: Settings) -> Finding:
    """Return a finding at the line of the configuration file that holds the value."""
    origin = settings.origins.get(finding.where.field or "", "")
    file, _, line = origin.removeprefix("file ").rpartition(":")
    if not origin.startswith("file ") or not line.isdigit():
        return finding
    return finding.at(replace(finding.where, file=file, line=int(line)))


def open_ledger(
    settings: Settings, *, environ: Mapping[str, str] | None = None, begun: Callable[[str], None] = _ignore_message
) -> "Ledger":
    """Open the ledger of these settings; `begun` is called with the place of a new one. Raises `LedgerError`."""
    from doideposit.deposits.ledger.store import Ledger

    password = settings.ledger_password(os.environ if environ is None else environ)
    return Ledger.open(settings.ledger.url, password=password, begun=begun)


def open_depositor(
    settings: Settings,
    *,
    announce: Announce = _ignore_message,
    ask: Ask = lambda _question: None,
    clock: Callable[[], datetime] = system_clock,
    environ: Mapping[str, str] | None = None,
    registrar: "Registrar | None" = None,
) -> "Depositor":
    """Plug everything together for the target in force. Nothing is sent and no password is fetched yet.

    A `registrar` takes the place of the target's own, and no look-ups are made then.
    """
    from doideposit.deposits.depositor import Depositor

    # One validator for checker and depositor: the compiled schema takes some megabytes and a moment.
    validator = Validator.default(announce=announce)
    checker = open_checker(settings, announce=announce, clock=clock, validator=validator)
    ledger = open_ledger(settings, environ=environ, begun=_announcing(settings, announce))
    variables = os.environ if environ is None else environ
    way, registry = _registrar_and_registry(settings, validator, ledger, ask, variables, clock, given=registrar)
    # Without a login all publishers share one registrar; with logins each has its own.
    shared = registrar or (None if settings.needs_login else way.registrar)
    return Depositor(
        registrar=way.registrar,
        ledger=ledger,
        checker=checker,
        clock=clock,
        target=settings.target,
        head=checker.depositor,
        publisher=settings.publisher,
        registry=registry,
        read_first=True,
        limits=settings.limits,
        login=way.login,
        deadlines=settings.deadlines,
        # Messages name the host alone: nobody needs the scheme to know who is meant.
        address=settings.endpoint.url.partition("://")[2],
        origins=settings.origins,
        fee=settings.fee,
        approvals=_approval_rules(settings),
        others=_other_publishers(settings, validator, ledger, ask, variables, clock, shared=shared),
    )


def _announcing(settings: Settings, announce: Announce) -> Callable[[str], None]:
    """Return what says that a new ledger begins, with its place."""
    # A first rehearsal needs no announcement: only where the sandbox remembers deposits was there a ledger before.
    is_first = not (settings.needs_login or settings.sandbox.state.exists())

    def begun(place: str) -> None:
        if not is_first:
            announce(f"starting a new ledger in {place}: it will record every deposit")

    return begun


def _registrar_and_registry(
    settings: Settings,
    validator: Validator,
    ledger: "Ledger",
    ask: Ask,
    environ: Mapping[str, str],
    clock: Callable[[], datetime],
    *,
    given: "Registrar | None",
) -> "tuple[PublisherAccount, RegistryPort | None]":
    """Return the way to Crossref of the main publisher, and what looks DOIs up; of a registrar that is given, none."""
    from doideposit.deposits.accounts import PublisherAccount

    if settings.depositor is None:
        raise RuntimeError("the checker wants a depositor before")
    head = _depositor_name(settings.depositor)
    if given is not None:
        return PublisherAccount(settings.publisher, head, given), None
    if not settings.needs_login:
        registrar, registry = _connect_to_sandbox(settings, validator, clock)
        return PublisherAccount(settings.publisher, head, registrar), registry
    # Kept once it is fetched: a person is asked for the password one time, and a program runs once.
    login = cache(lambda: settings.login(environ, ask))
    registrar, registry = _connect_to_crossref(settings, login, ledger.on(settings.target, clock).uploads.pending)
    return PublisherAccount(settings.publisher, head, registrar, login), registry


def _other_publishers(
    settings: Settings,
    validator: Validator,
    ledger: "Ledger",
    ask: Ask,
    environ: Mapping[str, str],
    clock: Callable[[], datetime],
    *,
    shared: "Registrar | None",
) -> "Iterator[PublisherAccount]":
    """Yield the further publishers, each with its own login; where none is needed they share the registrar."""
    for publisher in settings.of_each_publisher():
        if publisher.publisher != settings.publisher:
            yield _registrar_and_registry(publisher, validator, ledger, ask, environ, clock, given=shared)[0]


def _depositor_name(written: DepositorSettings) -> DepositorName:
    member = "" if written.member is None else str(written.member)
    return DepositorName(written.name, written.email, written.registrant, member)


def _approval_rules(settings: Settings) -> "ApprovalRules":
    from doideposit.config.signatures import SshSignatures
    from doideposit.deposits.plans.approvals import ApprovalRules

    signers = settings.allowed_signers
    return ApprovalRules(settings.approvals, None if signers is None else SshSignatures(signers).signer)


def _connect_to_crossref(
    settings: Settings, credentials: "Callable[[], Credentials]", pending: Callable[[], int]
) -> "tuple[Registrar, RegistryPort | None]":
    from doideposit.crossref.client import CrossrefClient
    from doideposit.crossref.politeness import PassingTime
    from doideposit.crossref.rest_api import Registry

    endpoint = settings.endpoint
    mailto = settings.depositor.email if settings.depositor else None
    registry = Registry(endpoint, mailto=mailto, waiting=PassingTime())
    return CrossrefClient(endpoint, credentials, pending=pending), registry


def _connect_to_sandbox(
    settings: Settings, validator: Validator, clock: Callable[[], datetime]
) -> "tuple[Registrar, RegistryPort | None]":
    opened = cache(lambda: embedded_sandbox(settings, validator, clock))

    def registrar() -> "Registrar":
        from doideposit.sandbox.registrar import SandboxRegistrar

        return SandboxRegistrar(opened())

    def registry() -> "RegistryPort":
        from doideposit.sandbox.registry import SandboxRegistry

        return SandboxRegistry(opened())

    return cast("Registrar", _WhenAsked(registrar)), cast("RegistryPort", _WhenAsked(registry))


class _WhenAsked:
    """Open a part of the sandbox with the first question to it: who only reads the ledger or checks records has none.

    Both parts answer `True` to whether they can be asked, without being opened.
    """

    has_works = has_handles = True

    def __init__(self, opened: Callable[[], object]) -> None:
        self._opened = cache(opened)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opened(), name)


def embedded_sandbox(settings: Settings, validator: Validator, clock: Callable[[], datetime]) -> "Sandbox":
    """Open the sandbox on this machine, with its state in a file for later runs."""
    from doideposit.sandbox.clock import Delays
    from doideposit.sandbox.simulation import Sandbox

    delays = Delays(**settings.sandbox.delays.model_dump())
    return Sandbox(clock=clock, validate=validator.validate, delays=delays, state=settings.sandbox.state)


def open_page_fetch(settings: Settings) -> "FetchPage":
    """Return a function that fetches pages, and refuses addresses of the local network.

    The hosts that the configuration allows there are fetched anyway.
    """
    from doideposit.crossref.guarded_fetch import GuardedFetch

    contact = settings.depositor.email if settings.depositor else None
    return GuardedFetch(contact=contact, allowed=settings.own_hosts)


def open_path(
    path: str | Path | None = None,
    *,
    target: str | None = None,
    registrar: "Registrar | None" = None,
    clock: Callable[[], datetime] = system_clock,
) -> "Depositor":
    """Open a depositor by a configuration file: the one named, else the one found from the working directory upwards.

    `registrar` and `clock` take the place of Crossref and of the system's clock: for tests, together with the pytest
    fixture `doideposit_sandbox`. Raises `ConfigurationError` and `LedgerError`. Close it, or use it as a context
    manager.
    """
    settings = load_settings(None if path is None else Path(path), target=target)
    return open_depositor(settings, registrar=registrar, clock=clock)
