"""Decisions and timestamps, as tables."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doideposit.deposits.ledger.entries import MAX_TIMESTAMP, KnownWork, OpenDeposit, PastFailure
from doideposit.deposits.limits import Limits
from doideposit.deposits.planning import (
    Action,
    PlanInput,
    next_timestamp,
    plan,
)
from doideposit.deposits.values import PlanEntry
from doideposit.findings import Finding, Severity
from doideposit.lifecycle import RetryClass, State
from doideposit.records.identifiers import Doi

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
DOI = Doi("10.5555/c1")
ERROR = Finding("some-error", Severity.ERROR, "it is wrong")


def wanted(
    fingerprint: str | None = "a", doi: Doi | None = DOI, record_type: str = "report-series", **more: object
) -> PlanInput:
    return PlanInput("c1.yaml", doi, fingerprint, record_type, **more)


def failure(retry: str = "never", *, times: int = 1, code: str = "crossref-unknown", hours: int = 0) -> PastFailure:
    return PastFailure("a", NOW - timedelta(hours=hours), code, RetryClass(retry), "it failed", times)


def known(**facts: object) -> dict[str, KnownWork]:
    return {DOI.key: KnownWork(DOI, **{"record_type": "report-series", **facts})}


REGISTERED = {"registered": True, "registered_fingerprint": "a", "timestamp": 20260101000000000}


@pytest.mark.parametrize(
    ("facts", "retry", "action", "code"),
    [
        (None, False, Action.REGISTER, None),
        ({}, False, Action.REGISTER, None),
        (REGISTERED, False, Action.UNCHANGED, None),
        (REGISTERED, True, Action.UPDATE, None),
        (REGISTERED | {"unsettled": True}, False, Action.UPDATE, None),
        (REGISTERED | {"open": OpenDeposit(1, State.SENDING, "a")}, True, Action.UNCHANGED, None),
        ({"open": OpenDeposit(1, State.PREPARED, "a")}, False, Action.REGISTER, None),
        (REGISTERED | {"open": OpenDeposit(1, State.QUEUED, "b")}, False, Action.UPDATE, "plan-in-progress"),
        (REGISTERED | {"registered_fingerprint": "b"}, False, Action.UPDATE, None),
        (REGISTERED | {"registered_fingerprint": None, "record_type": None}, False, Action.UPDATE, None),
        ({"open": OpenDeposit(1, State.QUEUED, "a")}, False, Action.UNCHANGED, None),
        ({"open": OpenDeposit(1, State.QUEUED, "b")}, False, Action.REGISTER, "plan-in-progress"),
        ({"open": OpenDeposit(1, State.QUEUED, "b")}, True, Action.REGISTER, "plan-in-progress"),
        (
            REGISTERED | {"registered_fingerprint": "b", "record_type": "posted"},
            True,
            Action.BLOCKED,
            "plan-record-type",
        ),
        ({"record_type": "posted"}, False, Action.REGISTER, None),
        ({"timestamp": 10**17}, True, Action.BLOCKED, "plan-timestamp-digits"),
        ({"timestamp": MAX_TIMESTAMP - 1000}, False, Action.REGISTER, None),
        ({"timestamp": MAX_TIMESTAMP - 999}, False, Action.BLOCKED, "plan-timestamp-digits"),
        ({"failure": failure()}, False, Action.BLOCKED, "plan-failed-before"),
        ({"failure": failure()}, True, Action.REGISTER, None),
        ({"failure": failure("after-change")}, False, Action.BLOCKED, "plan-failed-before"),
        ({"failure": failure("after-change", code="crossref-timestamp-too-old")}, False, Action.REGISTER, None),
        ({"failure": failure("now")}, False, Action.REGISTER, None),
        ({"failure": failure("once")}, False, Action.REGISTER, None),
        ({"failure": failure("once", times=2)}, False, Action.BLOCKED, "plan-failed-before"),
        ({"failure": failure("later", hours=5)}, False, Action.BLOCKED, "plan-failed-before"),
        ({"failure": failure("later", hours=6)}, False, Action.REGISTER, None),
        (
            REGISTERED | {"registered_fingerprint": "b", "failure": failure()},
            False,
            Action.BLOCKED,
            "plan-failed-before",
        ),
        (REGISTERED | {"registered_fingerprint": "b", "failure": failure()}, True, Action.UPDATE, None),
    ],
)
def test_one_record_against_what_is_known(
    facts: dict[str, object] | None, retry: bool, action: Action, code: str | None
) -> None:
    (decision,) = plan([wanted()], {} if facts is None else known(**facts), now=NOW, retry=retry)
    assert decision.action is action
    assert [finding.code for finding in decision.findings] == ([code] if code else [])
    assert decision.reason


def test_changed_content_goes_although_other_content_failed() -> None:
    (decision,) = plan([wanted("b")], known(failure=failure()), now=NOW)
    assert decision.action is Action.REGISTER


def test_a_record_with_errors_is_blocked_and_keeps_its_findings() -> None:
    (decision,) = plan([wanted(findings=(ERROR,))], {}, now=NOW)
    assert (decision.action, PlanEntry.of(decision).findings) == (Action.BLOCKED, (ERROR,))


def test_an_input_without_a_doi_still_appears() -> None:
    (decision,) = plan([wanted(None, None, findings=(ERROR,))], {}, now=NOW)
    assert decision.action is Action.BLOCKED


def test_the_same_record_twice_goes_once() -> None:
    assert [one.action for one in plan([wanted(), wanted()], {}, now=NOW)] == [Action.REGISTER, Action.UNCHANGED]


def test_the_same_doi_with_different_content_goes_not_at_all() -> None:
    decisions = plan([wanted("a"), wanted("b"), wanted("a")], {}, now=NOW)
    assert {one.action for one in decisions} == {Action.BLOCKED}
    assert {one.findings[0].code for one in decisions} == {"plan-duplicate-doi"}


def test_doi_spelling_does_not_matter() -> None:
    other = Doi("10.5555/C1")
    (decision,) = plan([wanted(doi=other)], known(**REGISTERED), now=NOW)
    assert decision.action is Action.UNCHANGED


def test_one_blocked_doi_holds_its_whole_file() -> None:
    second = Doi("10.5555/c2")
    inputs = [wanted("b", group=0, record_type="posted"), wanted(doi=second, group=0), wanted(doi=Doi("10.5555/c3"))]
    facts = known(**REGISTERED)
    decisions = plan(inputs, facts, now=NOW)
    assert [one.action for one in decisions] == [Action.BLOCKED, Action.BLOCKED, Action.REGISTER]
    assert decisions[1].findings[0].code == "plan-batch-blocked"


def test_a_file_in_which_one_doi_changed_goes_whole() -> None:
    second = Doi("10.5555/c2")
    decisions = plan([wanted(group=0), wanted(doi=second, group=0)], known(**REGISTERED), now=NOW)
    assert [one.action for one in decisions] == [Action.UPDATE, Action.REGISTER]


def test_a_file_waits_while_one_of_its_dois_is_under_way_with_the_same_content() -> None:
    second = Doi("10.5555/c2")
    facts = known(open=OpenDeposit(1, State.QUEUED, "a"))
    decisions = plan([wanted(group=0), wanted(doi=second, group=0)], facts, now=NOW)
    assert {one.action for one in decisions} == {Action.BLOCKED}
    assert [one.action for one in plan([wanted(group=0)], facts, now=NOW)] == [Action.UNCHANGED]


KEYS = st.sampled_from(["10.5555/a", "10.5555/b", "10.5555/c"])


@given(st.lists(st.tuples(KEYS, st.sampled_from("xy"), st.sampled_from([None, 0, 1])), max_size=8))
def test_every_input_appears_once_in_order_and_no_doi_is_sent_twice(inputs: list[tuple[str, str, int | None]]) -> None:
    given_ = [wanted(fingerprint, Doi(doi), group=group) for doi, fingerprint, group in inputs]
    decisions = plan(given_, {}, now=NOW)
    assert [one.wanted for one in decisions] == given_
    files = {(one.wanted.doi, one.wanted.group) for one in decisions if one.action.sends}
    assert len({doi for doi, _ in files}) == len(files)


@pytest.mark.parametrize(
    ("moment", "timestamp"),
    [
        (datetime(2026, 9, 1, 12, 30, 5, 123456, tzinfo=UTC), 20260901123005123),
        (datetime(2026, 9, 1, 1, 0, tzinfo=timezone(timedelta(hours=2))), 20260831230000000),
    ],
)
def test_a_timestamp_is_17_digits_of_utc(moment: datetime, timestamp: int) -> None:
    assert next_timestamp(moment, ()) == timestamp


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.lists(st.none() | st.integers(0, MAX_TIMESTAMP - 1000), max_size=5),
)
def test_the_next_timestamp_is_above_every_last_one_by_a_step_whatever_the_clock_says(
    now: datetime, last: list[int | None]
) -> None:
    value = next_timestamp(now, last)
    assert all(value >= one + 1000 for one in last if one is not None)
    assert value >= next_timestamp(now, ())
    assert len(str(value)) == 17


@pytest.mark.parametrize("digits", [18, 19, 20])
def test_more_digits_than_ours_are_refused_in_plain_words(digits: int) -> None:
    registered = int("2" * digits)
    finding = KnownWork(DOI, timestamp=registered).too_many_digits()
    assert finding is not None
    assert str(registered) in finding.message
    assert KnownWork(DOI, timestamp=20260901120000).too_many_digits() is None


@pytest.mark.parametrize(
    "name", ["records_per_submission", "bytes_per_submission", "pending", "looks_per_pass", "workers"]
)
def test_a_limit_of_nothing_is_a_fault_of_the_programmer(name: str) -> None:
    with pytest.raises(RuntimeError):
        Limits(**{name: 0})
