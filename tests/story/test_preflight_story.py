"""Before the first deposit of a series: what Crossref would reject, or lock for ever, is told, and nothing has left."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from depositing import DEPOSITOR, SERIES, commentary, quiet, sqlite_url, validator
from doideposit.checks.checking import Checker
from doideposit.crossref.xml.batch import Built
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.planning import Action
from doideposit.deposits.values import PlanEntry
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series
from doideposit.sandbox.accounts import Account
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registrar import SandboxRegistrar
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.retention import SandboxRules
from doideposit.sandbox.simulation import Sandbox
from retention import EACH

ORIGINS = {f"series.sadf-comment.{key}": f"file doideposit.toml:{line}" for key, line in
           (("prefix", 21), ("title", 22), ("issn", 23), ("record_type", 24))}  # fmt: skip


@pytest.fixture(params=[EACH[0], EACH[-1]], ids=["documented", "otherwise"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    rules: SandboxRules = request.param
    accounts = [Account.role("sandbox", "sandbox", ["10.48251"])]
    return Sandbox(
        clock=Clock(), accounts=accounts, validate=validator().validate, delays=Delays.none(), relation_targets="none",
        rules=rules,
    )  # fmt: skip


@pytest.fixture
def opened(sandbox: Sandbox, tmp_path: Path) -> Iterator[Any]:
    made: list[Depositor] = []

    def depositor(member: str = "", more: tuple[Series, ...] = (), **changes: Any) -> Depositor:
        series = Series.model_validate(SERIES.model_dump(exclude_unset=True) | changes)
        all_series = {one.name: one for one in (series, *more)}
        checker = Checker(series=all_series, validator=validator, depositor=DEPOSITOR, clock=sandbox.clock)
        one = Depositor(
            registrar=SandboxRegistrar(sandbox), ledger=Ledger.open(sqlite_url(tmp_path), step=quiet), checker=checker,
            clock=sandbox.clock, target="sandbox", head=replace(DEPOSITOR, member=member), registry=SandboxRegistry(sandbox), read_first=True,
            origins=ORIGINS,
        )  # fmt: skip
        made.append(one)
        return one

    yield depositor
    for one in made:
        one.close()


def record(number: int, **changes: Any) -> dict[str, Any]:
    return {"number": str(number), "title": f"On rivers {number}", "authors": [{"family": "Sen"}],
            "published": "2023", **changes}  # fmt: skip


def registered_elsewhere(sandbox: Sandbox, *records: Commentary) -> None:
    for place, one in enumerate(records):
        sandbox.elsewhere.deposit(Built.of(DEPOSITOR.head("other", 20200301120000 + place), [one]).xml)


def stop(entry: PlanEntry) -> tuple[str, str | None, int | None]:
    """The code that blocks an entry, and the line that it points at."""
    assert entry.action is Action.BLOCKED, entry
    [finding] = [one for one in entry.findings if one.stops]
    return finding.code, finding.where.field, finding.where.line


def test_nothing_registered_is_not_known_and_does_not_block(opened: Any, sandbox: Sandbox) -> None:
    plan = opened().plan(record(1))
    assert (plan.new, plan.blocked) == (1, 0)
    assert sandbox.submissions == ()


def test_a_prefix_that_crossref_does_not_know_is_told_on_its_line(opened: Any, sandbox: Sandbox) -> None:
    depositor = opened(prefix="10.99887")
    [entry] = depositor.plan(record(1)).entries
    assert stop(entry) == ("plan-prefix-unknown", "series.sadf-comment.prefix", 21)
    assert not depositor.deposit(record(1)).ok
    assert sandbox.submissions == ()


@pytest.mark.parametrize(("member", "blocked"), [("", False), ("99999", False), ("12345", True)])
def test_the_prefix_belongs_to_the_member_of_the_configuration(opened: Any, member: str, blocked: bool) -> None:
    [entry] = opened(member=member).plan(record(1)).entries
    if blocked:
        assert stop(entry) == ("plan-prefix-not-yours", "series.sadf-comment.prefix", 21)
        assert "member 99999 of Crossref, Sandbox member, and not to 12345" in entry.reason
    else:
        assert entry.action is Action.REGISTER


def test_the_member_is_learnt_from_what_is_registered(opened: Any, sandbox: Sandbox) -> None:
    registered_elsewhere(sandbox, commentary(900))
    # Another member owns the prefix that somebody mistyped.
    sandbox.elsewhere.transfer(str(commentary(900).doi), "10.99999")
    mistyped = Series.model_validate(
        SERIES.model_dump(exclude_unset=True)
        | {"name": "notes", "title": "Notes", "issn": "0317-8471", "prefix": "10.99999", "doi": "{prefix}/n.{number}"}
    )
    note = record(1, series="notes", url="https://www.sadf.eu/n1/")
    early = opened(more=(mistyped,)).plan(note).entries[0]
    assert early.action is Action.REGISTER, "nothing is registered yet, so that nobody knows whose it should be"
    first = opened(more=(mistyped,))
    first.deposit(record(1, series="sadf-comment"))
    sandbox.settle()
    for _ in range(3):
        first.poll(force=True)
    assert first.status(commentary(1).doi).registered
    [entry] = first.plan(note).entries
    assert stop(entry)[0] == "plan-prefix-not-yours"
    assert "member 88888" in entry.reason
    assert "not to 99999" in entry.reason


@pytest.mark.parametrize(
    ("changes", "code", "key", "line"),
    [
        ({"title": "SADF Commentary"}, "plan-series-differs", "title", 22),
        ({"other_issns": [{"issn": "2049-3630", "medium": "print"}]}, "plan-series-differs", "issn", 23),
        ({"record_type": "journal"}, "plan-record-type", "record_type", 24),
        # Another ISSN than the registered one, wherever it comes from: nothing is registered with it.
        ({"issn": "2049-3630"}, "plan-series-differs", "issn", 23),
    ],
)
def test_what_the_series_is_registered_as_holds(
    opened: Any, sandbox: Sandbox, changes: dict[str, Any], code: str, key: str, line: int
) -> None:
    registered_elsewhere(sandbox, commentary(1))
    [entry] = opened(**changes).plan(record(2)).entries
    assert stop(entry) == (code, f"series.sadf-comment.{key}", line)
    assert opened().plan(record(2)).new == 1
    # A person who knows better has a way, and says why.
    assert opened(**changes).plan(record(2), unseen="Crossref support has merged the titles").ok


def test_what_changes_in_the_configuration_later_is_looked_at_again(opened: Any, sandbox: Sandbox) -> None:
    depositor = opened()
    depositor.deposit(record(1))
    sandbox.settle()
    for _ in range(3):
        depositor.poll(force=True)
    assert depositor.status(commentary(1).doi).registered
    sandbox.faults.add("status", "503", times=None, at="rest")
    # The same series again: our own deposit proves it, and nobody is asked.
    assert opened().plan(record(2)).new == 1
    [entry] = opened(title="SADF Commentary").plan(record(2)).entries
    assert [one.code for one in entry.findings if one.code.startswith("plan")] == ["plan-series-unasked"]
    sandbox.faults.clear()
    [entry] = opened(title="SADF Commentary").plan(record(2)).entries
    assert stop(entry)[0] == "plan-series-differs"


def test_what_a_record_relates_to_or_updates_must_exist(opened: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    registered_elsewhere(sandbox, commentary(1))
    depositor = opened()
    path = tmp_path / "2.yaml"
    path.write_text(
        "number: 2\ntitle: On lakes\nauthors: [{family: Sen}]\npublished: 2023\nrelations:\n"
        "  - {type: isTranslationOf, identifier: 10.48251/SADF.ISSN.2406-5617.C1}\n"
        "  - {type: isTranslationOf, identifier: 10.48251/SADF.ISSN.2406-5617.C999}\n",
        encoding="utf-8",
    )
    [entry] = depositor.plan(path).entries
    assert stop(entry)[0] == "plan-target-unregistered"
    assert entry.findings[-1].where.line == 7
    # What comes in the same plan is registered with it.
    both = depositor.plan(record(3), record(4, relations=[{"type": "isPartOf", "identifier": str(commentary(3).doi)}]))
    assert both.new == 2
    sandbox.faults.add("status", "503", times=None, at="handle")
    sandbox.faults.add("status", "503", times=None, at="query")
    assert sandbox.submissions == ()
