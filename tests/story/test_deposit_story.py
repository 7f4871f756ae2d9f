"""A commentary's way through the workflow, over the sandbox in process and a real SQLite file."""

from pathlib import Path

import pytest

from depositing import Desk, commentary, make_ledger, sqlite_url
from doideposit.deposits.planning import Action
from doideposit.lifecycle import Outcome, State

C258 = "10.48251/SADF.ISSN.2406-5617.C258"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    with Desk(sqlite_url(tmp_path)) as one:
        yield one


def test_a_new_commentary_is_registered_and_every_truth_has_its_proof(desk: Desk) -> None:
    report = desk.depositor.deposit(commentary())
    (entry,) = report.entries
    assert entry.action is Action.REGISTER
    assert entry.status.state is State.QUEUED
    assert entry.status.received
    assert not entry.status.registered
    desk.settle()
    status = desk.depositor.status(C258)
    assert (status.state, status.outcome, status.registered) == (State.DONE, Outcome.REGISTERED, True)
    assert status.processed
    assert status.submission.file_name in status.registration.proof
    assert status.next_action == "nothing to do"
    record = desk.sandbox.record(C258)
    assert record.timestamp == status.submission.timestamp
    assert len(str(record.timestamp)) == 17


def test_an_unchanged_record_is_not_sent_again_and_a_changed_one_is_an_update(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    under_way = desk.depositor.deposit(commentary()).entries[0]
    assert (under_way.action, under_way.reason) == (Action.UNCHANGED, "the same content is under way (queued)")
    desk.settle()
    assert desk.depositor.deposit(commentary()).entries[0].action is Action.UNCHANGED
    assert len(desk.sandbox.submissions) == 1
    update = desk.depositor.deposit(commentary(title="Other words")).entries[0]
    assert update.action is Action.UPDATE
    desk.settle()
    first, second = desk.sandbox.history(C258)
    assert second.timestamp >= first.timestamp + 1000
    assert desk.sandbox.record(C258).title == "Other words 258"


def test_a_failed_update_never_unregisters(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    desk.settle()
    desk.sandbox.faults.add("zero_records")
    desk.depositor.deposit(commentary(title="Other words"))
    desk.settle()
    status = desk.depositor.status(C258)
    assert (status.registered, status.last_update_failed, status.outcome) == (True, True, Outcome.MISSING)
    assert status.needs_person
    titles = ("Other words 258", "Prospects for NATO-Japan relations 258")
    assert (status.title, status.registered_title) == titles
    kinds = [entry.kind for entry in desk.depositor.history(C258)]
    assert kinds.count("prepared") == 2
    assert kinds[-1] == "missing"
    desk.depositor.deposit(commentary(), retry=True)
    desk.settle()
    status = desk.depositor.status(C258)
    assert (status.title, status.registered_title) == (titles[1], None)


def test_history_tells_the_whole_story_in_order(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    desk.settle()
    entries = desk.depositor.history(C258)
    assert [entry.kind for entry in entries] == ["prepared", "sending", "received", "processed", "registered"]
    assert all(entry.text for entry in entries)
    events = list(desk.depositor.events())
    assert [event.id for event in events] == sorted(event.id for event in events)
    assert list(desk.depositor.events(events[-2].id)) == events[-1:]


def test_many_records_travel_in_few_files_and_the_first_of_a_series_alone(tmp_path: Path) -> None:
    from doideposit.deposits.limits import Limits

    with Desk(sqlite_url(tmp_path), limits=Limits(records_per_submission=2)) as desk:
        report = desk.depositor.deposit(*(commentary(number) for number in range(1, 6)))
        states = [entry.status.state for entry in report.entries]
        assert states == [State.QUEUED] * 2 + [State.PREPARED] * 3
        assert "first deposit of its series" in report.entries[-1].status.next_action
        desk.settle()
        assert len(desk.sandbox.submissions) == 3
        assert all(status.registered for status in desk.depositor.statuses())
        assert desk.depositor.outstanding() == 0


def test_a_deposit_is_three_short_transactions_and_one_upload(tmp_path: Path) -> None:
    steps: list[str] = []
    make_ledger(sqlite_url(tmp_path))
    with Desk(sqlite_url(tmp_path), step=steps.append) as desk:
        for number in (1, 2):
            steps.clear()
            desk.depositor.deposit(commentary(number))
            taken = [step for step in steps if step.endswith(("committed", "answered"))]
            # Intent before the first byte leaves, and outcome after the answer: it cannot be fewer, nor held meanwhile.
            assert taken == [
                "ledger prepare: committed",
                "ledger start: committed",
                "submit: answered",
                "ledger mark accepted: committed",
            ]
            desk.settle()
        steps.clear()
        desk.depositor.deposit(commentary(2))
        assert steps == [], "what is registered needs none"
        desk.depositor.enqueue(commentary(3))
        assert [step for step in steps if step.endswith("committed")] == ["ledger prepare: committed"]
        assert not [step for step in steps if step.startswith(("submit", "fetch"))]
