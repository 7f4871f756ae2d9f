"""The ledger and the workflow on PostgreSQL: the same promises as on SQLite, with real parallel runs."""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import URL, make_url

import postgres
from depositing import Desk, commentary
from doideposit.deposits.ledger.inspection import Condition
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.limits import Limits
from doideposit.deposits.planning import Action
from doideposit.errors import LedgerUnavailable
from doideposit.lifecycle import State

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
COUNTER = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres.running() as address:
        yield address


@pytest.fixture
def url(server: str) -> str:
    return postgres.new_database(server, f"ledger{next(COUNTER)}")


def test_a_deposit_and_an_update(url: str) -> None:
    with Desk(url) as desk:
        desk.depositor.deposit(commentary())
        desk.settle()
        desk.depositor.deposit(commentary(title="Other words"))
        desk.settle()
        status = desk.depositor.status(commentary().doi)
        assert (status.state, status.registered) == (State.DONE, True)
        assert len(desk.sandbox.history(str(status.doi))) == 2
        assert desk.depositor.ledger.check() == ()


def test_doubt_is_settled_there_too(url: str) -> None:
    with Desk(url) as desk:
        desk.sandbox.faults.add("drop_before_body", at="upload")
        desk.depositor.deposit(commentary())
        desk.settle()
        assert desk.depositor.status(commentary().doi).registered
        assert desk.depositor.ledger.check() == ()


def test_of_many_that_deposit_one_doi_each_version_goes_out_in_its_turn(url: str) -> None:
    with Desk(url) as desk:
        others = [desk.open() for _ in range(5)]
        with ThreadPoolExecutor(5) as pool:
            futures = [
                pool.submit(one.deposit, commentary(title=f"Version {place % 2}")) for place, one in enumerate(others)
            ]
            reports = [future.result() for future in futures]
        actions = sorted(report.entries[0].action for report in reports)
        assert Action.REGISTER in actions
        assert set(actions) <= {Action.REGISTER, Action.UPDATE, Action.UNCHANGED, Action.BLOCKED}
        desk.settle()
        history = desk.sandbox.history(str(commentary().doi))
        assert 1 <= len(history) <= len(others)
        assert all(one.title != other.title for one, other in itertools.pairwise(history))
        assert all(one.timestamp < other.timestamp for one, other in itertools.pairwise(history))
        assert desk.depositor.ledger.check() == ()


def test_five_runs_share_the_work_and_nothing_is_asked_or_sent_twice(url: str) -> None:
    with Desk(url, limits=Limits(records_per_submission=1)) as desk:
        desk.depositor.deposit(commentary(1))
        desk.settle()
        desk.depositor.enqueue(*(commentary(number) for number in range(2, 22)))
        runs = [desk.open() for _ in range(5)]
        for _ in range(12):
            with ThreadPoolExecutor(5) as pool:
                list(pool.map(lambda one: one.poll(), runs))
            desk.clock.advance(31)
            if not desk.depositor.outstanding():
                break
        assert all(status.registered for status in desk.depositor.statuses())
        assert len(desk.sandbox.submissions) == 21
        assert desk.depositor.ledger.check() == ()
        ids = [event.id for event in desk.depositor.events()]
        assert ids == sorted(ids)


def test_many_open_a_new_ledger_at_once(url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        for ledger in pool.map(lambda _: Ledger.open(url), range(6)):
            ledger.close()


def test_export_from_one_database_and_import_into_another(url: str, server: str) -> None:
    with Desk(url) as desk:
        desk.depositor.deposit(commentary(1), commentary(2))
        desk.settle()
        lines = list(desk.depositor.ledger.export_lines())
        other = postgres.new_database(server, f"copy{next(COUNTER)}")
        with Ledger.open(other) as copy:
            assert copy.import_lines(lines) == len(lines) - 1
            assert list(copy.export_lines()) == lines
            assert copy.check() == ()
        with Desk(other, clock=desk.clock, sandbox=desk.sandbox) as second:
            second.depositor.deposit(commentary(3))
            second.settle()
            assert second.depositor.status(commentary(3).doi).registered


def test_a_server_that_is_away_is_said_so_without_a_password() -> None:
    from pydantic import SecretStr

    with pytest.raises(LedgerUnavailable) as caught:
        Ledger.open("postgresql+psycopg://someone:inurl@127.0.0.1:1/none", password=SecretStr("hunter2"))
    text = f"{caught.value} {caught.value.hint} {caught.value.__cause__} {caught.value.__context__!r}"
    assert "hunter2" not in text
    assert "inurl" not in text
    assert caught.value.__suppress_context__


def test_a_look_proves_that_the_server_lets_us_write(url: str) -> None:
    bent = make_url(url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    for _ in ("an empty database", "one with tables"):
        hindrance = Condition.of_ledger(bent.render_as_string()).hindrance
        assert hindrance is not None
        assert "read-only, as a standby is" in hindrance.message
        assert Condition.of_ledger(url).hindrance is None
        with Desk(url) as desk:
            desk.depositor.enqueue(commentary(1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: url.set(database="nosuch"), "no such database"),
        (lambda url: url.set(username="stranger"), "does not let this user in"),
    ],
)
def test_a_database_that_is_missing_and_a_user_that_is_unknown_are_named(
    url: str, change: Callable[[URL], URL], said: str
) -> None:
    with pytest.raises(LedgerUnavailable, match=said):
        Condition.of_ledger(change(make_url(url)).render_as_string())
