"""The pages put together from settings: for the person at this computer, or for the accounts of the configuration."""

import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from pydantic import SecretStr

from doideposit.config.settings import Settings
from doideposit.crossref.http import Timeouts
from doideposit.records.extraction.draft import Draft
from doideposit.records.extraction.drafting import draft_of
from doideposit.records.extraction.manuscript import Manuscript
from doideposit.records.extraction.readers.opening import read_bytes
from doideposit.web.desk.access import DeskAccount, DeskAccounts, DeskRole
from doideposit.web.desk.application import staff_pages
from doideposit.web.desk.gate import Gate
from doideposit.web.desk.look_ups import LookUps
from doideposit.web.serving import Application
from doideposit.wiring import load_settings, open_checker, open_depositor, open_fetch, system_clock

__all__ = ["open_for_accounts", "open_here"]

Announce = Callable[[str], None]


def open_here(settings: Settings, *, user: str, announce: Announce) -> tuple[Application, str]:
    """Open the pages for the person at this computer; returns them with the token of the one-time address."""
    accounts = DeskAccounts({})
    gate = Gate(
        accounts,
        local=DeskAccount(user, frozenset(DeskRole)),
        # Another site that gets its own name to lead to this computer must not be answered (DNS rebinding).
        hosts=("127.0.0.1", "localhost"),
        idle=settings.desk.idle,
    )
    return _make_application(settings, gate, announce), accounts.one_time_token()


def open_for_accounts(
    settings: Settings,
    *,
    announce: Announce,
    environ: Mapping[str, str] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Application | None:
    """Open the pages for the accounts of the configuration; None where it names none.

    Raises `ConfigurationError` for a password that cannot be fetched or used.
    """
    named = settings.desk.accounts
    if not named:
        return None
    variables = os.environ if environ is None else environ

    def password(name: str) -> SecretStr | None:
        reference = named[name].password
        if reference is None:
            return None
        return reference.resolve(environ=variables, service="doideposit-desk", username=name)

    accounts = {
        name: (password(name), frozenset(DeskRole(role) for role in account.roles)) for name, account in named.items()
    }
    gate = Gate(
        DeskAccounts(accounts, monotonic=monotonic),
        user_header=settings.desk.user_header,
        hosts=("127.0.0.1", "localhost", *settings.desk.hosts),
        idle=settings.desk.idle,
        https=bool(settings.desk.hosts),
    )
    return _make_application(settings, gate, announce)


def _look_ups(settings: Settings) -> LookUps:
    contact = settings.depositor.email if settings.depositor else None
    # Short: a person waits for the answer, and can type the id instead.
    patience = Timeouts(connect=4, read=8, total=12)
    return LookUps(open_fetch(patience, accept="application/json", contact=contact))


def _make_application(
    settings: Settings, gate: Gate, announce: Announce, clock: Callable[[], datetime] = system_clock
) -> Application:
    def read_document(content: bytes, name: str) -> tuple[Manuscript, Draft]:
        manuscript = read_bytes(content, file=name)
        if not manuscript.lines and any(finding.stops for finding in manuscript.findings):
            return manuscript, Draft(name, findings=manuscript.findings)
        return manuscript, draft_of(manuscript, series=settings.series)

    return staff_pages(
        settings,
        lambda target: open_depositor(load_settings(settings.path, target=target), announce=announce),
        gate,
        clock=clock,
        read_document=read_document,
        open_checker=lambda: open_checker(settings, clock=clock),
        look_ups=_look_ups(settings) if settings.desk.look_ups else None,
    )
