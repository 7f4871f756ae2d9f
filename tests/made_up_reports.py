"""Reports for tests of the page; in one of them every text wants to do harm."""

from dataclasses import replace
from datetime import UTC, datetime

from doideposit.crossref.xml.participation import Measured
from doideposit.records.identifiers import Doi
from doideposit.reports.activity import Activity, outcomes_chart
from doideposit.reports.attention import TRUTHS, Kind, Proved, Standing
from doideposit.reports.completeness import completeness
from doideposit.reports.page import Planned, Report

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> \" ' & \u202egnp.exe\u202c \x1b[31mred\x07 \u200fx"
)


def standing(number: int = 1, **changes: object) -> Standing:
    doi = f"10.5555/C{number}"
    good = Standing(
        doi=doi,
        url=f"https://doi.org/{doi}",
        title=f"Title {number}",
        series="notes",
        kind=Kind.GOOD,
        word="registered",
        truths=tuple(Proved(NOW, f"proof of {truth}") for truth in TRUTHS),
        registered=True,
    )
    return replace(good, **changes)


def report(*standings: Standing, **changes: object) -> Report:
    return replace(Report("production", "/srv/ledger.sqlite3", NOW, "1.2.3", standings), **changes)


def everything_hostile() -> Report:
    bad = standing(
        1,
        doi=f"10.5555/{HOSTILE}",
        url="javascript:alert(3)",
        title=HOSTILE,
        series=HOSTILE,
        acknowledged=HOSTILE,
        word=HOSTILE,
        kind=Kind.BAD,
        urgent=True,
        message=HOSTILE,
        next_action=HOSTILE,
        file_name=HOSTILE,
        submission_id=HOSTILE,
        truths=tuple(Proved(NOW, HOSTILE) for _ in TRUTHS),
    )
    work = Measured(Doi("10.5555/1"), frozenset(), (HOSTILE,), (HOSTILE,))
    chart = outcomes_chart(Activity(((NOW, "registered"),), (), {}, {}), NOW)
    return report(
        bad,
        standing(2),
        target=HOSTILE,
        place=HOSTILE,
        version=HOSTILE,
        series=(completeness(HOSTILE, [work]),),
        charts=(replace(chart, title=HOSTILE, description=HOSTILE),),
        records=(Planned(HOSTILE, HOSTILE, "blocked", HOSTILE),),
    )
