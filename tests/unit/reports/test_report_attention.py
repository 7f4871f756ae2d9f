"""What a DOI is called on terminal and page, what needs attention, and in which order."""

from datetime import timedelta

import pytest

from doideposit.deposits.lateness import Overdue
from doideposit.findings import Finding, Severity
from doideposit.lifecycle import Milestone, Outcome, RetryClass, State
from doideposit.reports.attention import AttentionKind, Concern
from made_up_reports import NOW, overdue, rejected, status, under_way, warning

WARNED = Finding("crossref-conflict", Severity.WARNING, "two DOIs have the same metadata", "look at both")


@pytest.mark.parametrize(
    ("changes", "words", "kind"),
    [
        ({}, "registered", AttentionKind.GOOD),
        ({"warnings": (warning(),)}, "registered, with a warning", AttentionKind.WARNING),
        ({"outcome": Outcome.REGISTERED_WITH_WARNING}, "registered", AttentionKind.GOOD),
        ({"outcome": Outcome.FAILED}, "update failed", AttentionKind.BAD),
        ({"outcome": Outcome.FAILED, "registered": False}, "rejected", AttentionKind.BAD),
        ({"outcome": Outcome.MISSING, "registered": False}, "no answer for it", AttentionKind.BAD),
        ({"state": State.REFUSED, "outcome": None, "registered": False}, "rejected", AttentionKind.BAD),
        ({"state": State.REFUSED, "outcome": None, "retry": RetryClass.NOW}, "abandoned", AttentionKind.BAD),
        ({"state": State.REFUSED, "outcome": None, "retry": RetryClass.AFTER_CHANGE}, "held back", AttentionKind.BAD),
        ({"state": State.PREPARED, "outcome": None}, "waiting to be sent", AttentionKind.OPEN),
        ({"state": State.SENDING, "outcome": None}, "being sent", AttentionKind.OPEN),
        ({"state": State.SENDING, "outcome": None, "answer_unclear": True}, "in doubt", AttentionKind.OPEN),
        ({"state": State.QUEUED, "outcome": None}, "at Crossref", AttentionKind.OPEN),
        (
            {"state": State.QUEUED, "outcome": None, "answer_unclear": True},
            "at Crossref, answer unclear",
            AttentionKind.OPEN,
        ),
        ({"state": State.QUEUED, "overdue": overdue(Milestone.PROCESSED)}, "at Crossref, overdue", AttentionKind.BAD),
        ({"overdue": overdue(Milestone.RESOLVES)}, "registered, link not confirmed", AttentionKind.WARNING),
        ({"overdue": overdue(Milestone.INDEXED)}, "registered, not indexed", AttentionKind.WARNING),
        ({"outcome": Outcome.FAILED, "acknowledged": "known"}, "update failed, acknowledged", AttentionKind.BAD),
        ({"state": None, "outcome": None, "registered": False}, "never deposited", AttentionKind.OPEN),
        ({"state": None, "outcome": None}, "registered", AttentionKind.GOOD),
    ],
)
def test_every_way_to_stand_has_its_words(changes: dict[str, object], words: str, kind: AttentionKind) -> None:
    assert AttentionKind.of(status(**changes)) == (words, kind)


@pytest.mark.parametrize("milestone", Milestone)
def test_what_is_overdue_is_told_with_its_age(milestone: Milestone) -> None:
    told = Overdue(milestone, NOW - timedelta(hours=49), NOW).words(NOW)
    assert " 2 days ago, " in told


def test_failures_come_first_then_warnings_then_what_is_stuck_or_not_proved() -> None:
    found = Concern.all_of(
        [
            status("warned", outcome=Outcome.REGISTERED_WITH_WARNING, needs_person=True, warnings=(warning(),)),
            status("late", overdue=overdue(Milestone.RESOLVES)),
            under_way("stuck", needs_person=True, overdue=overdue(Milestone.PROCESSED)),
            status("well"),
            rejected("failed", overdue=overdue(Milestone.REGISTERED), next_action="write to support"),
            rejected("set-aside", needs_person=False, acknowledged="known"),
        ]
    )
    assert [str(one.statuses[0].doi).partition("/C")[2] for one in found] == ["failed", "warned", "stuck", "late"]
    assert [one.kind for one in found] == [
        AttentionKind.BAD,
        AttentionKind.WARNING,
        AttentionKind.BAD,
        AttentionKind.WARNING,
    ]
    assert [one.heading for one in found] == [
        "Rejected",
        "Registered, with a warning",
        "Not processed by Crossref in time",
        "Registered, but not confirmed to resolve",
    ]
    assert all(one.next_action for one in found)


def test_the_same_thing_to_do_is_one_concern_however_many_need_it() -> None:
    alike = [rejected(place, message="No date", next_action="correct the date") for place in range(500)]
    other = rejected("other", message="Else", next_action="write to support")
    first, second = Concern.all_of([other, *alike])
    assert (len(first.statuses), first.quoted) == (500, "No date")
    assert (second.statuses, second.quoted) == ((other,), "Else")
    (mixed,) = Concern.all_of([alike[0], rejected(1, message="No year", next_action="correct the date")])
    assert mixed.quoted == ""


def test_advice_names_the_doi_when_it_is_for_one_alone() -> None:
    late = overdue(Milestone.PROCESSED)
    advised = [under_way(one, overdue=late, next_action=f"run `doideposit abandon 10.5555/C{one}`") for one in "ab"]
    (together,) = Concern.all_of(advised)
    assert together.next_action == "run `doideposit abandon --target production DOI`"
    (alone,) = Concern.all_of(advised[:1])
    assert alone.next_action == "run `doideposit abandon --target production 10.5555/Ca`"


def test_crossrefs_words_are_quoted_only_where_something_is_wrong() -> None:
    assert Concern.said_of(status(message="Successfully added")) == ""
    assert Concern.said_of(status(message="Successfully added", overdue=overdue(Milestone.INDEXED))) == ""
    warned = status(
        message="Added with conflict", outcome=Outcome.REGISTERED_WITH_WARNING, finding=WARNED, warnings=(warning(),)
    )
    assert Concern.said_of(warned) == "Added with conflict"
