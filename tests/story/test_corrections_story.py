"""Corrections that come while something is open: what waits goes by itself, and "unchanged" is said only where it is so."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from depositing import Desk, commentary, sqlite_url
from doideposit.deposits.planning import Action
from doideposit.lifecycle import State

LONG = 202609011200000009
TOO_OLD = f"Record not processed because submitted version: 1 is less or equal to previously submitted version {LONG}"
C258 = "10.48251/SADF.ISSN.2406-5617.C258"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(sqlite_url(tmp_path)) as one:
        yield one


def titles(desk: Desk) -> list[str]:
    return [one.title for one in desk.sandbox.history(C258)]


# A mistake noticed while the first deposit is still queued.


def test_a_correction_waits_for_the_first_deposit_and_goes_by_itself(desk: Desk) -> None:
    desk.depositor.deposit(commentary(title="With a mistake"))
    entry = desk.depositor.deposit(commentary(title="Corrected")).entries[0]
    assert entry.ok
    assert "plan-in-progress" in {finding.code for finding in entry.findings}
    status = desk.depositor.status(C258)
    assert status.state is State.PREPARED
    assert "waits until the earlier deposit" in status.next_action
    assert desk.depositor.outstanding() == 1
    desk.settle()
    assert titles(desk) == ["With a mistake 258", "Corrected 258"]
    assert desk.depositor.status(C258).registered
    assert desk.depositor.ledger.check() == ()


def test_a_correction_goes_although_the_first_deposit_fails(desk: Desk) -> None:
    desk.sandbox.faults.add("reject", "Title is wrong")
    desk.depositor.deposit(commentary(title="With a mistake"))
    desk.depositor.deposit(commentary(title="Corrected"))
    desk.settle()
    assert titles(desk) == ["Corrected 258"]


def test_a_correction_that_waits_holds_no_other_record(desk: Desk) -> None:
    desk.depositor.deposit(commentary(1))
    desk.settle()
    desk.sandbox.faults.add("stuck", "queued")
    desk.depositor.deposit(commentary())
    desk.depositor.deposit(commentary(title="Corrected"), commentary(259))
    assert desk.depositor.status(C258).state is State.PREPARED
    assert desk.depositor.status("10.48251/SADF.ISSN.2406-5617.C259").state is State.QUEUED


def test_the_same_correction_given_twice_waits_once(desk: Desk) -> None:
    desk.depositor.deposit(commentary(title="With a mistake"))
    for _ in range(3):
        desk.depositor.deposit(commentary(title="Corrected"))
    desk.settle()
    assert titles(desk) == ["With a mistake 258", "Corrected 258"]


# "Unchanged" is said only where it is so.


def test_going_back_is_sent_when_a_later_deposit_may_have_been_applied(desk: Desk) -> None:
    desk.depositor.deposit(commentary(title="First"))
    desk.settle()
    desk.sandbox.faults.add("unknown_for", "50")
    desk.sandbox.faults.add("drop_after_accept")
    desk.depositor.deposit(commentary(title="Second"))
    desk.depositor.abandon(C258, "it takes too long")
    entry = desk.depositor.deposit(commentary(title="First")).entries[0]
    assert entry.action is Action.UPDATE
    assert "Crossref may have applied it" in entry.reason
    desk.settle()
    assert titles(desk)[-1] == "First 258"
    assert desk.depositor.deposit(commentary(title="First")).entries[0].action is Action.UNCHANGED


def test_retry_sends_what_is_registered_with_the_same_content(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    desk.settle()
    assert desk.depositor.deposit(commentary(), retry=True).entries[0].action is Action.UPDATE
    assert desk.depositor.deposit(commentary(), retry=True).entries[0].action is Action.UNCHANGED, "it is under way"
    desk.settle()
    assert len(titles(desk)) == 2


def test_a_repeated_command_after_an_outage_does_not_say_unchanged(desk: Desk) -> None:
    desk.sandbox.faults.add("status", "503", at="upload", times=None)
    assert desk.depositor.deposit(commentary()).error is not None
    again = desk.depositor.deposit(commentary())
    assert again.entries[0].action is Action.REGISTER
    assert "not sent yet" in again.entries[0].reason
    assert again.error is not None
    assert "not sent yet" in again.error.message
    desk.sandbox.faults.clear()
    desk.clock.advance(3600)
    assert desk.depositor.deposit(commentary()).error is None
    assert desk.depositor.status(C258).state is State.QUEUED


# A timestamp that Crossref's support reset.


def test_where_crossref_cannot_be_asked_a_person_may_say_that_the_timestamp_was_reset(desk: Desk) -> None:
    desk.sandbox.faults.add("reject", TOO_OLD)
    desk.depositor.deposit(commentary())
    desk.settle()
    assert desk.depositor.deposit(commentary()).entries[0].action is Action.BLOCKED
    assert desk.depositor.deposit(commentary(), retry=True).entries[0].action is Action.REGISTER
    desk.clock.advance(timedelta(minutes=1).total_seconds())
    desk.settle()
    assert desk.depositor.status(C258).registered
