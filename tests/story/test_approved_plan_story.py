"""What is approved is what is sent: files that change after the plan, a ledger that moves on, bytes that are harmed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from depositing import DEPOSITOR, SERIES, Desk, commentary, sqlite_url, validator
from doideposit.checks.checking import Checker
from doideposit.crossref.validator.validator import Validator
from doideposit.crossref.xml.batch import Built
from doideposit.deposits.candidates import IN_MEMORY, ContentStore
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.planning import Action
from doideposit.errors import DiskError, UsageError
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registrar import SandboxRegistrar
from doideposit.sandbox.simulation import Sandbox

C258 = "10.48251/SADF.ISSN.2406-5617.C258"
RECORD = {
    "series": "sadf-comment",
    "number": "258",
    "title": "What was approved",
    "published": "2023-09-14",
    "authors": [{"given": "Siegfried", "family": "Wolf"}],
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(sqlite_url(tmp_path)) as one:
        yield one


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "record.json"
    path.write_text(json.dumps(RECORD | changes), encoding="utf-8")
    return path


def registered_titles(desk: Desk) -> list[str]:
    """The title in every file that Crossref got."""
    return [one.content.decode() for one in desk.sandbox.submissions]


# The record changes after it was planned.


@pytest.mark.parametrize("way", ["deposit", "enqueue"])
def test_a_record_that_changes_after_the_plan_goes_out_as_it_was_approved(desk: Desk, tmp_path: Path, way: str) -> None:
    path = written(tmp_path)
    plan = desk.depositor.plan(path)
    written(tmp_path, number="999", title="What nobody saw")
    report = getattr(desk.depositor, way)(plan)
    desk.settle()
    assert [str(entry.doi) for entry in report.entries] == [C258]
    [sent] = registered_titles(desk)
    assert "What was approved" in sent
    assert "What nobody saw" not in sent
    assert "C999" not in sent


def test_a_record_that_is_taken_away_after_the_plan_goes_out_all_the_same(desk: Desk, tmp_path: Path) -> None:
    plan = desk.depositor.plan(written(tmp_path))
    (tmp_path / "record.json").unlink()
    assert desk.depositor.deposit(plan).ok
    assert len(desk.sandbox.submissions) == 1


def test_a_ready_made_file_that_changes_after_the_plan_goes_out_as_it_was_approved(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "deposit.xml"
    head = DEPOSITOR.head("made-elsewhere", 20230101000000000)
    path.write_bytes(Built.of(head, [commentary(258, title="Approved")]).xml)
    plan = desk.depositor.plan(path)
    path.write_bytes(Built.of(head, [commentary(999, title="Never seen")]).xml)
    desk.depositor.deposit(plan)
    [sent] = registered_titles(desk)
    assert "Approved" in sent
    assert "Never seen" not in sent


# The ledger moves on after the plan.


def test_nothing_is_sent_over_what_another_run_deposited_meanwhile(desk: Desk) -> None:
    plan = desk.depositor.plan(commentary(title="Approved"))
    desk.open().deposit(commentary(title="By somebody else"))
    desk.settle()
    [entry] = desk.depositor.deposit(plan).entries
    assert entry.action is Action.BLOCKED
    assert [finding.code for finding in entry.findings if finding.stops] == ["plan-outdated"]
    assert len(desk.sandbox.submissions) == 1


def test_an_update_is_not_sent_over_a_newer_one(desk: Desk) -> None:
    desk.depositor.deposit(commentary(title="First"))
    desk.settle()
    plan = desk.depositor.plan(commentary(title="Second"))
    desk.depositor.deposit(commentary(title="Third"))
    desk.settle()
    [entry] = desk.depositor.deposit(plan).entries
    assert [finding.code for finding in entry.findings if finding.stops] == ["plan-outdated"]
    assert "Third" in registered_titles(desk)[-1]


def test_the_same_content_that_another_run_deposited_needs_nothing(desk: Desk) -> None:
    plan = desk.depositor.plan(commentary())
    desk.open().deposit(commentary())
    desk.settle()
    [entry] = desk.depositor.deposit(plan).entries
    assert entry.action is Action.UNCHANGED
    assert entry.ok
    assert len(desk.sandbox.submissions) == 1


def test_one_that_is_outdated_does_not_hold_the_others(desk: Desk) -> None:
    plan = desk.depositor.plan(commentary(1), commentary(2), commentary(3))
    desk.open().deposit(commentary(2, title="By somebody else"))
    desk.settle()
    report = desk.depositor.deposit(plan)
    assert [entry.action for entry in report.entries] == [Action.REGISTER, Action.BLOCKED, Action.REGISTER]
    desk.settle()
    assert all(entry.registered for entry in desk.depositor.statuses())


def test_a_plan_given_twice_sends_once(desk: Desk) -> None:
    plan = desk.depositor.plan(commentary())
    desk.depositor.deposit(plan)
    desk.settle()
    assert [entry.action for entry in desk.depositor.deposit(plan).entries] == [Action.UNCHANGED]
    assert len(desk.sandbox.submissions) == 1


def test_a_plan_outlives_the_process_that_was_to_send_it(desk: Desk) -> None:
    """Another depositor over the same ledger sends it just as well."""
    plan = desk.depositor.plan(commentary())
    assert desk.open().deposit(plan).ok
    assert len(desk.sandbox.submissions) == 1


# What is no plan of this depositor.


def test_a_plan_is_given_alone_and_to_its_own_target(desk: Desk) -> None:
    plan = desk.depositor.plan(commentary())
    with pytest.raises(UsageError, match="alone"):
        desk.depositor.deposit(plan, commentary(2))
    with pytest.raises(UsageError, match="alone"):
        desk.depositor.deposit(plan, retry=True)
    with pytest.raises(UsageError, match="for test"):
        desk.depositor.deposit(replace(plan, target="test"))
    assert desk.sandbox.submissions == ()


# Once, and in bounded memory.


class CountingValidator:
    """Counts the verdicts that are asked for."""

    def __init__(self, real: Validator) -> None:
        self.real = real
        self.verdicts = 0

    def __getattr__(self, name: str) -> Any:
        self.verdicts += name in {"validate", "seal", "seal_item"}
        return getattr(self.real, name)


@pytest.mark.parametrize("ready_made", [False, True], ids=["records", "ready-made XML"])
def test_one_deposit_judges_everything_once(tmp_path: Path, ready_made: bool) -> None:
    path = tmp_path / "ready.xml"
    path.write_bytes(Built.of(DEPOSITOR.head("ready-made-1", 20260901000000000), [commentary(9)]).xml)
    counting: Any = CountingValidator(validator())
    clock = Clock()
    with Sandbox(clock=clock, validate=validator().validate, delays=Delays.none()) as sandbox:
        checker = Checker(series={SERIES.name: SERIES}, validator=lambda: counting, depositor=DEPOSITOR, clock=clock)
        with Depositor(
            registrar=SandboxRegistrar(sandbox),
            ledger=Ledger.open(sqlite_url(tmp_path)),
            checker=checker,
            clock=clock,
            target="sandbox",
            head=DEPOSITOR,
        ) as depositor:
            inputs = (path,) if ready_made else (commentary(1), commentary(2), commentary(3))
            depositor.deposit(depositor.plan(*inputs))
        assert counting.verdicts == len(inputs)
        [submission] = sandbox.submissions
        assert b"ready-made-1" not in submission.content
        assert validator().validate(submission.content).valid


@pytest.mark.parametrize("size", [10, IN_MEMORY + 1], ids=["in memory", "on disk"])
def test_bytes_are_handed_out_as_they_were_put_in_and_kept_once(size: int) -> None:
    store = ContentStore()
    first, second, again = store.put(b"a" * size), store.put(b"b"), store.put(b"a" * size)
    assert (store.get(first), store.get(second)) == (b"a" * size, b"b")
    assert again == first


@pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="the file has no name; Linux alone shows it by its number"
)
def test_bytes_that_are_not_those_that_were_checked_are_never_handed_out() -> None:
    before = _open_files()
    store = ContentStore()
    sha256 = store.put(b"a" * (IN_MEMORY + 1))
    [unnamed] = [path for path in _open_files() - before if path.stat().st_size > IN_MEMORY]
    with unnamed.open("r+b") as stream:
        stream.write(b"b")
    with pytest.raises(DiskError, match="was changed"):
        store.get(sha256)


def _open_files() -> set[Path]:
    return {path for path in Path("/proc/self/fd").iterdir() if path.exists()}
