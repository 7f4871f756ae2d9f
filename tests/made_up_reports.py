"""Reports for tests of the page; in one of them every text wants to do harm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from doideposit.crossref.xml.participation import Measured
from doideposit.deposits.lateness import Overdue
from doideposit.deposits.values import Proof, SubmissionRef, WorkStatus
from doideposit.deposits.warnings import CrossrefWarning, WarningKind
from doideposit.lifecycle import Milestone, Outcome, State
from doideposit.records.identifiers import Doi
from doideposit.reports.activity import Activity
from doideposit.reports.completeness import Completeness
from doideposit.reports.page import Planned, Report

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> \" ' & \u202egnp.exe\u202c \x1b[31mred\x07 \u200fx"
)


def proofs(*reached: Milestone, text: str = "") -> dict[Milestone, Proof]:
    """Every milestone, of which these are reached."""
    return {one: Proof(NOW, text or f"proof of {one}") if one in reached else Proof() for one in Milestone}


def status(number: int | str = 1, **changes: Any) -> WorkStatus:
    """How a DOI stands: registered and proved, unless told otherwise."""
    good = WorkStatus(
        doi=Doi(f"10.5555/C{number}"),
        target="production",
        title=f"Title {number}",
        series="notes",
        state=State.DONE,
        outcome=Outcome.REGISTERED,
        registered=True,
        milestones=proofs(*Milestone),
        next_action="nothing to do",
    )
    return replace(good, **changes)


def warning(text: str = "Added with conflict") -> CrossrefWarning:
    """A conflict with another DOI, as Crossref warns of it."""
    said = ("the DOI is registered, and another DOI has the same metadata", "look at both", text)
    return CrossrefWarning(
        "7", Doi("10.5555/C1"), WarningKind.CONFLICT, "crossref-conflict", NOW, *said, ("10.5555/C9",)
    )


def rejected(number: int | str = 2, **changes: Any) -> WorkStatus:
    """A DOI that Crossref did not register."""
    given: dict[str, Any] = {"outcome": Outcome.FAILED, "registered": False, "needs_person": True, "message": "No ISSN"}
    reached = proofs(Milestone.RECEIVED, Milestone.PROCESSED)
    return status(number, **{**given, "milestones": reached, "next_action": "add `issn`", **changes})


def under_way(number: int | str = 3, **changes: Any) -> WorkStatus:
    """A DOI whose file Crossref has not read yet."""
    given: dict[str, Any] = {"state": State.QUEUED, "outcome": None, "registered": False}
    return status(number, **{**given, "milestones": proofs(Milestone.RECEIVED), "next_action": "wait", **changes})


def overdue(milestone: Milestone, hours: float = 50) -> Overdue:
    """A milestone that should have been reached an hour ago."""
    return Overdue(milestone, NOW - timedelta(hours=hours), NOW - timedelta(hours=1))


def report(*statuses: WorkStatus, **changes: Any) -> Report:
    return replace(Report("production", "/srv/ledger.sqlite3", NOW, "1.2.3", statuses), **changes)


def everything_hostile() -> Report:
    bad = rejected(
        1,
        doi=Doi(f"10.5555/{HOSTILE}"),
        title=HOSTILE,
        series=HOSTILE,
        acknowledged=HOSTILE,
        message=HOSTILE,
        next_action=HOSTILE,
        submission=SubmissionRef(HOSTILE, HOSTILE, HOSTILE, 1),
        milestones=proofs(*Milestone, text=HOSTILE),
    )
    work = Measured(Doi("10.5555/1"), frozenset(), (HOSTILE,), (HOSTILE,))
    chart = Activity(((NOW, "registered"),), (), {}).outcomes_chart(NOW)
    return report(
        bad,
        status(2),
        target=HOSTILE,
        place=HOSTILE,
        version=HOSTILE,
        series=(Completeness.of_works(HOSTILE, [work]),),
        charts=(replace(chart, title=HOSTILE, description=HOSTILE),),
        records=(Planned(HOSTILE, HOSTILE, "blocked", HOSTILE),),
    )
