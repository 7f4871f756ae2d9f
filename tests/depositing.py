"""A whole workflow for tests: commentaries, a ledger in a file, and a depositor over the sandbox in process."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any

import pytest

from doideposit.checks.checking import Checker
from doideposit.checks.values import DepositorName
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator
from doideposit.deposits.context import RegistryPort
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.lateness import Deadlines
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.limits import Limits
from doideposit.deposits.plans.approvals import ApprovalRules
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registrar import SandboxRegistrar
from doideposit.sandbox.simulation import Sandbox

DEPOSITOR = DepositorName("South Asia Democratic Forum", "info@example.org", "South Asia Democratic Forum")
SERIES = Series.model_validate(
    {
        "name": "sadf-comment",
        "title": "SADF Comment",
        "issn": "2406-5617",
        "issn_medium": "electronic",
        "prefix": "10.48251",
        "doi": "{prefix}/SADF.ISSN.{issn}.C{number}",
        "url": "https://www.sadf.eu/comment-{number}/",
        "language": "en",
        "publisher": {"name": "South Asia Democratic Forum", "place": "Brussels"},
    }
)


@cache
def validator() -> Validator:
    """The validator of the installed schemas, compiled once for all tests."""
    store = SchemaStore.default(offline=True)
    if "5.5.0" not in store.installed():
        pytest.skip("the schema bundle is not installed: run `make schemas`")
    return Validator(store)


def commentary(number: object = 258, title: str = "Prospects for NATO-Japan relations", **changes: Any) -> Commentary:
    """A small commentary of the series."""
    data: dict[str, Any] = {
        "series": SERIES,
        "number": str(number),
        "title": f"{title} {number}",
        "authors": [{"given": "Siegfried", "family": f"Wolf{number}"}],
        "published": "2023-09-14",
    }
    return Commentary.model_validate(data | changes)


def checker(clock: Callable[[], Any], series: Series = SERIES) -> Checker:
    return Checker(series={series.name: series}, validator=validator, depositor=DEPOSITOR, clock=clock)


def sqlite_url(folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    return f"sqlite:///{folder / 'ledger.sqlite3'}"


def make_ledger(url: str) -> None:
    """Make the ledger's file, as the first transaction that writes does."""
    with Ledger.open(url) as ledger, ledger.on("sandbox", Clock()).session.writing("begin"):
        pass


def quiet(_name: str) -> None:
    return None


@dataclass
class Desk(AbstractContextManager["Desk"]):
    """A depositor over a sandbox and a ledger, on one clock."""

    url: str
    clock: Clock = field(default_factory=Clock)
    sandbox: Sandbox = None  # type: ignore[assignment]
    limits: Limits = field(default_factory=Limits)
    deadlines: Deadlines = field(default_factory=Deadlines)
    registry: RegistryPort | None = None
    seed: bool = False
    approvals: ApprovalRules | None = None
    registrar: Any = None
    target: str = "sandbox"
    step: Callable[[str], None] = quiet
    random: Random = field(default_factory=lambda: Random(1))
    depositor: Depositor = None  # type: ignore[assignment]
    opened: list[Depositor] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.sandbox is None:
            self.sandbox = Sandbox(clock=self.clock, validate=validator().validate, delays=Delays.none())
        self.registrar = self.registrar or SandboxRegistrar(self.sandbox)
        self.open()

    def open(self) -> Depositor:
        """A new depositor over the same ledger and sandbox, as another process has."""
        self.depositor = Depositor(
            registrar=self.registrar,
            ledger=Ledger.open(self.url, step=self.step),
            checker=checker(self.clock),
            clock=self.clock,
            target=self.target,
            head=DEPOSITOR,
            registry=self.registry,
            read_first=self.seed,
            limits=self.limits,
            deadlines=self.deadlines,
            approvals=self.approvals,
            random=self.random,
            step=self.step,
        )
        self.opened.append(self.depositor)
        return self.depositor

    def settle(self, most: int = 200) -> None:
        """Poll until nothing is open, moving the clock to whatever is due next."""
        for _ in range(most):
            due = self.depositor.next_due()
            if due is None:
                return
            if due > self.clock():
                self.clock.set(due)
            self.clock.advance(1)
            self.depositor.poll()
        raise AssertionError(f"still open after {most} passes: {list(self.depositor.statuses(outstanding=True))}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self.opened:
            one.close()
