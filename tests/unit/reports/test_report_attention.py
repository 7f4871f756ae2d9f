"""What needs attention, in which order, and which stage takes too long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from doideposit.reports.attention import Kind, Proved, Stage, Standing, concerns, natural, overdue

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
EVERY = frozenset(Stage)
NONE = Proved(None)


def standing(doi: str = "10.5555/c1", **changes: object) -> Standing:
    good = Standing(
        doi=doi,
        url=f"https://doi.org/{doi}",
        title="A title",
        series="notes",
        kind=Kind.GOOD,
        word="registered",
        truths=(Proved(NOW, "proof"),) * 5,
        registered=True,
    )
    return replace(good, **changes)


def hours(number: float) -> Proved:
    return Proved(NOW - timedelta(hours=number))


@pytest.mark.parametrize(
    ("truths", "open_for", "stage", "words"),
    [
        ((NONE,) * 5, 23, None, ""),
        ((NONE,) * 5, 25, Stage.SENDING, "recorded 25 hours ago, and not at Crossref yet"),
        ((hours(2), NONE, NONE, NONE, NONE), 50, None, ""),
        ((hours(25), NONE, NONE, NONE, NONE), 50, Stage.READING, "received 25 hours ago, and not read yet"),
        ((hours(25), hours(25), NONE, NONE, NONE), None, None, ""),
        ((hours(23), hours(23), hours(23), NONE, NONE), None, None, ""),
        ((hours(25),) * 3 + (NONE, NONE), None, Stage.RESOLVING, "registered 25 hours ago, and not proved to resolve"),
        ((hours(25),) * 4 + (NONE,), None, None, ""),
        ((hours(49),) * 4 + (NONE,), None, Stage.INDEXING, "registered 2 days ago, and not seen in Crossref’s index"),
        ((hours(99),) * 5, None, None, ""),
    ],
)
def test_each_stage_has_its_time(
    truths: tuple[Proved, ...], open_for: float | None, stage: Stage | None, words: str
) -> None:
    since = None if open_for is None else NOW - timedelta(hours=open_for)
    late = overdue(truths, NOW, open_since=since, asked=EVERY)
    assert (late and late.stage, late.words if late else "") == (stage, words)


def test_what_cannot_be_seen_on_a_target_is_never_late() -> None:
    truths = (hours(99),) * 3 + (NONE, NONE)
    asked = EVERY - {Stage.RESOLVING, Stage.INDEXING}
    assert overdue(truths, NOW, open_since=None, asked=asked) is None
    late = overdue(truths, NOW, open_since=None, asked=asked | {Stage.INDEXING})
    assert late is not None
    assert late.stage is Stage.INDEXING


def test_failures_come_first_then_warnings_then_what_is_stuck_or_late() -> None:
    late = overdue((hours(99),) * 3 + (NONE, NONE), NOW, open_since=None, asked=EVERY)
    found = concerns(
        [
            standing("10.5555/warned", kind=Kind.WARNING, word="registered, with a warning", urgent=True),
            standing("10.5555/late", late=late),
            standing("10.5555/stalled", kind=Kind.BAD, word="at Crossref, stalled", urgent=True, stalled=True),
            standing("10.5555/well"),
            standing("10.5555/failed", kind=Kind.BAD, word="rejected", urgent=True, next_action="write to support"),
            standing("10.5555/set-aside", kind=Kind.BAD, word="rejected", acknowledged="known"),
        ]
    )
    assert [one.standings[0].doi.partition("/")[2] for one in found] == ["failed", "warned", "stalled", "late"]
    assert [one.kind for one in found] == [Kind.BAD, Kind.WARNING, Kind.BAD, Kind.WARNING]
    assert found[0].heading == "Rejected"
    assert all(one.next_action for one in found[:1])


def test_the_same_thing_to_do_is_one_concern_however_many_need_it() -> None:
    rejected = {"kind": Kind.BAD, "word": "rejected", "urgent": True, "next_action": "correct the date"}
    alike = [standing(f"10.5555/{place}", message="No date", **rejected) for place in range(500)]
    other = standing("10.5555/other", message="Else", **{**rejected, "next_action": "write to support"})
    first, second = concerns([other, *alike])
    assert (len(first.standings), first.quoted) == (500, "No date")
    assert (second.standings, second.quoted) == ((other,), "Else")
    (mixed,) = concerns([alike[0], replace(alike[1], message="No year")])
    assert mixed.quoted == ""


def test_crossrefs_words_are_quoted_only_where_something_is_wrong() -> None:
    assert standing(message="Successfully added").quoted == ""
    assert standing(message="Added with conflict", kind=Kind.WARNING).quoted == "Added with conflict"


def test_numbers_in_dois_sort_by_their_value() -> None:
    dois = ["10.5555/C10", "10.5555/c9", "10.5555/C9.v2", "10.5555/C100", "10.555/C1", "10.5555/Ｃ٣"]
    assert sorted(dois, key=natural) == [
        "10.555/C1",
        "10.5555/c9",
        "10.5555/C9.v2",
        "10.5555/C10",
        "10.5555/C100",
        "10.5555/Ｃ٣",
    ]
