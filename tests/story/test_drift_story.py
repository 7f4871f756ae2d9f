"""What others change is found, named with before and after, told everywhere, and never overwritten in silence."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from depositing import Desk, commentary, sqlite_url, validator
from doideposit.deposits.planning import Action
from doideposit.errors import RegistrarUnavailable, UsageError
from doideposit.reports.standing import Standing
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registrar import SandboxRegistrar
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox

MINUTE, HOUR, DAY = 60, 3600, 86_400
POLICIES = "<scn_policies><scn_policy_set><scn_policy_ref>https://example.org/p</scn_policy_ref></scn_policy_set></scn_policies>"
DOI = str(commentary().doi)
RECORD: dict[str, Any] = {
    "subtitle": "A view from Brussels",
    "abstracts": ["What is at stake, in a few words that say it all."],
    "licences": ["https://creativecommons.org/licenses/by/4.0/"],
}


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none())
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox)) as one:
        one.depositor.deposit(commentary(**RECORD))
        one.settle()
        one.clock.advance(16 * MINUTE)
        one.depositor.watch(50)
        assert one.depositor.status(DOI).as_intended
        yield one


def foreign(desk: Desk, old: bytes, new: bytes, *, digits: int = 17) -> None:
    """Let another tool deposit what we sent, with one thing changed and a later timestamp."""
    xml = desk.depositor.xml(DOI)
    assert xml is not None
    assert old in xml
    stamp = str(desk.depositor.status(DOI).submission.timestamp)  # type: ignore[union-attr]
    later = str(int(stamp) + 5_000)
    later = later if digits == 17 else f"{later}00"[:digits]
    desk.sandbox.elsewhere.deposit(xml.replace(old, new).replace(stamp.encode(), later.encode()))


def theirs(desk: Desk) -> None:
    foreign(desk, b"A view from Brussels", b"A view by a colleague")


def emptied(desk: Desk) -> None:
    block = '<program xmlns="http://www.crossref.org/AccessIndicators.xsd" name="AccessIndicators"/>'
    desk.sandbox.elsewhere.clear_block(DOI, block)


def moved(desk: Desk) -> None:
    desk.sandbox.elsewhere.change_url(DOI, "https://www.other.eu/here")


def transferred(desk: Desk) -> None:
    desk.sandbox.elsewhere.transfer(DOI, "10.99999")


def aliased(desk: Desk) -> None:
    desk.depositor.deposit(commentary(259))
    desk.settle()
    desk.sandbox.elsewhere.alias(DOI, str(commentary(259).doi))


CHANGES: dict[str, tuple[Callable[[Desk], None], list[str], str]] = {
    "foreign deposit": (theirs, ["foreign-deposit"], "somebody else deposited it"),
    "content under our timestamp": (emptied, ["content"], "licences"),
    "address": (moved, ["content", "address"], "leads to https://www.other.eu/here"),
    "owner": (transferred, ["owner"], "10.99999"),
    "alias": (aliased, ["alias"], "alias of"),
}


def week(desk: Desk) -> None:
    """Let a week pass, with a pass of the scheduled job every six hours."""
    for _ in range(30):
        desk.clock.advance(6 * HOUR)
        desk.depositor.watch(50)


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_found_within_a_week_and_told_with_before_and_after(desk: Desk, change: str) -> None:
    happens, kinds, words = CHANGES[change]
    happens(desk)
    week(desk)
    status = desk.depositor.status(DOI)
    assert [one.kind.value for one in status.drift] == kinds
    assert any(words in one.what for one in status.drift)
    assert all(one.before and one.after and one.before != one.after for one in status.drift)
    assert status.needs_person
    assert not status.as_intended
    assert "drift accept" in status.next_action
    assert DOI in [str(one.doi) for one in Standing.take(desk.depositor, now=desk.clock()).drifted.first]
    told = [one for one in desk.depositor.history(DOI) if one.kind == "drift"]
    assert len(told) == len(kinds), "told once, however often it was seen"


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_person_accepts_is_not_told_again_and_the_next_change_is(desk: Desk, change: str) -> None:
    CHANGES[change][0](desk)
    week(desk)
    status = desk.depositor.accept(DOI, "we know them")
    assert not status.needs_person
    assert status.as_intended
    week(desk)
    assert not desk.depositor.status(DOI).drift
    if change not in {"owner", "alias"}:
        desk.sandbox.elsewhere.add_block(DOI, POLICIES)
        week(desk)
        assert desk.depositor.status(DOI).drift


@pytest.mark.parametrize(("service", "kinds"), [("handle", ["content"]), ("query", ["address"])])
def test_an_address_that_was_accepted_is_not_told_again_by_the_service_that_shows_it_later(
    tmp_path: Path, service: str, kinds: list[str]
) -> None:
    clock = Clock()
    delays = replace(Delays.none(), **{service: 9 * DAY})
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=delays)
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox)) as desk:
        desk.depositor.deposit(commentary(**RECORD))
        desk.settle()
        week(desk)
        week(desk)
        assert desk.depositor.status(DOI).as_intended
        moved(desk)
        week(desk)
        assert [one.kind.value for one in desk.depositor.status(DOI).drift] == kinds, "the other does not show it yet"
        desk.depositor.accept(DOI, "we moved")
        week(desk)
        assert not desk.depositor.status(DOI).drift
        desk.sandbox.elsewhere.change_url(DOI, "https://www.other.eu/third")
        week(desk)
        week(desk)
        assert desk.depositor.status(DOI).drift, "another address is another change"


def test_the_rest_api_shows_a_change_within_a_day(desk: Desk) -> None:
    desk.clock.advance(DAY)
    desk.depositor.watch(50)
    theirs(desk)
    desk.clock.advance(DAY + HOUR)
    desk.depositor.watch(50)
    assert desk.depositor.status(DOI).drift


def test_a_plan_says_of_an_unchanged_record_that_others_changed_what_is_registered(desk: Desk) -> None:
    theirs(desk)
    week(desk)
    [entry] = desk.depositor.plan(commentary(**RECORD)).entries
    assert (entry.action, entry.findings[-1].code) == (Action.UNCHANGED, "plan-changed-elsewhere")
    assert "somebody else deposited it" in entry.reason


def test_a_timestamp_of_nineteen_digits_is_a_foreign_deposit(desk: Desk) -> None:
    foreign(desk, b"A view from Brussels", b"Other words", digits=19)
    week(desk)
    assert [one.kind.value for one in desk.depositor.status(DOI).drift] == ["foreign-deposit"]


def test_restore_sends_our_last_version_again(desk: Desk) -> None:
    theirs(desk)
    week(desk)
    plan = desk.depositor.restoration(DOI)
    assert [change.what for change in plan.entries[0].changes] == [
        "subtitle: “A view by a colleague” → “A view from Brussels”"
    ]
    series = desk.depositor.status(DOI).series
    desk.depositor.deposit(plan)
    desk.settle()
    kept = desk.sandbox.record(DOI)
    assert kept is not None
    assert "A view from Brussels" in kept.record
    desk.clock.advance(16 * MINUTE)
    desk.depositor.watch(50)
    status = desk.depositor.status(DOI)
    assert status.as_intended
    assert not status.drift
    assert status.series == series
    assert desk.depositor.ledger.check() == ()


def test_restore_loses_nothing_of_theirs_without_a_word(desk: Desk) -> None:
    theirs(desk)
    desk.sandbox.elsewhere.add_block(DOI, POLICIES)
    week(desk)
    plan = desk.depositor.restoration(DOI)
    assert not plan.ok
    assert "scn_policies" in plan.entries[0].reason
    assert desk.depositor.restoration(DOI, allow_loss=["scn_policies"]).ok


def test_an_address_that_was_changed_is_restored_by_a_deposit(desk: Desk) -> None:
    moved(desk)
    week(desk)
    desk.depositor.deposit(desk.depositor.restoration(DOI))
    desk.settle()
    week(desk)
    assert not desk.depositor.status(DOI).drift
    kept = desk.sandbox.record(DOI)
    assert kept is not None
    assert "other.eu" not in kept.record


def test_what_is_undone_elsewhere_is_over(desk: Desk) -> None:
    transferred(desk)
    week(desk)
    assert desk.depositor.status(DOI).needs_person
    desk.sandbox.elsewhere.transfer(DOI, "10.48251")
    week(desk)
    status = desk.depositor.status(DOI)
    assert not status.needs_person
    assert status.as_intended
    assert "drift-over" in [one.kind for one in desk.depositor.history(DOI)]


# No false alarms.


def test_gaps_and_lags_of_the_rest_api_and_touches_are_no_alarm(desk: Desk) -> None:
    desk.sandbox.elsewhere.hide(DOI)
    week(desk)
    desk.sandbox.elsewhere.touch(DOI)
    week(desk)
    assert not desk.depositor.status(DOI).drift


def test_an_update_of_the_address_that_doi_org_does_not_show_yet_is_no_drift(desk: Desk) -> None:
    late = Sandbox(clock=desk.clock, validate=validator().validate, delays=Delays(0, 0, 0, 0, 0, handle=2 * HOUR))
    desk.sandbox, desk.registry = late, SandboxRegistry(late)
    desk.registrar = SandboxRegistrar(late)
    desk.open()
    desk.depositor.deposit(commentary(300, url="https://www.sadf.eu/old-300/"))
    desk.settle()
    desk.clock.advance(3 * HOUR)
    desk.depositor.deposit(commentary(300, url="https://www.sadf.eu/new-300/"))
    desk.settle()
    status = desk.depositor.verify(commentary(300).doi)
    assert not status.drift


def test_a_query_service_that_is_away_for_days_is_told_once(desk: Desk) -> None:
    desk.sandbox.faults.add("status", "503", times=None, at="query")
    told = 0
    for _ in range(60):
        desk.clock.advance(6 * HOUR)
        report = desk.depositor.watch(50)
        told += report.error is not None and report.is_new
    assert told == 1
    status = desk.depositor.status(DOI)
    assert not status.drift
    assert status.as_intended, "nothing is wrong"
    desk.sandbox.faults.clear()
    theirs(desk)
    week(desk)
    assert desk.depositor.status(DOI).drift


@pytest.mark.parametrize(("place", "change"), [("rest", "owner"), ("rest", "address"), ("handle", "foreign deposit")])
def test_one_service_that_is_away_for_days_does_not_hide_what_the_others_show(
    desk: Desk, place: str, change: str
) -> None:
    desk.sandbox.faults.add("status", "503", times=None, at=place)
    happens, kinds, _ = CHANGES[change]
    happens(desk)
    told = []
    for _ in range(30):
        desk.clock.advance(6 * HOUR)
        report = desk.depositor.watch(50)
        told += [report.error.message] if report.error is not None and report.is_new else []
    assert [one.kind.value for one in desk.depositor.status(DOI).drift] == kinds
    assert len(told) == 1
    assert "answered 503" in told[0]


def test_an_address_that_others_changed_stays_told_while_doi_org_is_away(desk: Desk) -> None:
    moved(desk)
    week(desk)
    desk.sandbox.faults.add("status", "503", times=None, at="handle")
    week(desk)
    assert [one.kind.value for one in desk.depositor.status(DOI).drift] == CHANGES["address"][1]
    assert "drift-over" not in [one.kind for one in desk.depositor.history(DOI)]
    with pytest.raises(RegistrarUnavailable, match="503"):
        desk.depositor.verify(DOI)


def test_one_answer_that_is_none_does_not_hold_up_the_others(desk: Desk) -> None:
    desk.depositor.deposit(*(commentary(number) for number in range(1, 6)))
    desk.settle()
    desk.sandbox.faults.add("query_garbage", "other_doi")
    desk.clock.advance(16 * MINUTE)
    report = desk.depositor.watch(50)
    assert report.error is None
    assert len(report.read) == 4


# People's words.


def test_nothing_is_accepted_that_nobody_changed(desk: Desk) -> None:
    with pytest.raises(UsageError, match="no change of"):
        desk.depositor.accept(DOI, "it is right")
    with pytest.raises(UsageError, match="never registered from here"):
        desk.depositor.restoration("10.48251/SADF.ISSN.2406-5617.C9")


def test_a_daily_pass_asks_for_one_list_for_fifty_dois_when_nothing_changed(desk: Desk) -> None:
    for start in (1, 101):
        desk.depositor.deposit(*(commentary(number) for number in range(start, start + 100)))
        desk.settle()
    desk.clock.advance(16 * MINUTE)
    desk.depositor.watch(500)
    desk.clock.advance(DAY + HOUR)
    report = desk.depositor.watch(500)
    assert (report.lists, len(report.read)) == (5, 0)
    assert desk.depositor.watch(500).lists == 0
