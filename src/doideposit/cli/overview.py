"""Gathers what the report shows from the ledger alone: statuses, events and the XML that was registered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from doideposit import __version__
from doideposit.cli.receipt import in_order, state_words
from doideposit.crossref.xml.participation import Measured, measure
from doideposit.deposits.planning import Action
from doideposit.reports.activity import Activity, outcomes_chart, read_events, waiting_chart
from doideposit.reports.attention import Kind, Proved, Stage, Standing, overdue
from doideposit.reports.completeness import Completeness, completeness
from doideposit.reports.findings import Style, counted
from doideposit.reports.page import Planned, Report

if TYPE_CHECKING:
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.values import PlanEntry, WorkStatus

__all__ = ["gather", "planned"]

KINDS = {Style.ERROR: Kind.BAD, Style.WARNING: Kind.WARNING, Style.GOOD: Kind.GOOD}


def gather(depositor: "Depositor", now: datetime, *, asked: frozenset[Stage] = frozenset(Stage)) -> Report:
    """The report of the depositor's target; `asked` has the stages that can be seen there."""
    activity = read_events(depositor.events())
    statuses = in_order(depositor.statuses())
    return Report(
        target=depositor.target,
        place=depositor.ledger.place,
        written=now,
        version=__version__,
        standings=tuple(_standing(one, activity, now, asked) for one in statuses),
        charts=(outcomes_chart(activity, now), waiting_chart(activity)) if activity.outcomes else (),
        series=_series(depositor, statuses, activity.registered_in),
    )


def planned(depositor: "Depositor", records: Sequence[Path]) -> tuple[Planned, ...]:
    """What a deposit would do with the records of these files and folders; those that need nothing are left out."""
    entries = (entry for entry in depositor.plan(*records).entries if entry.action is not Action.UNCHANGED)
    return tuple(Planned(entry.source, str(entry.doi or ""), entry.action.value, _why(entry)) for entry in entries)


def _why(entry: "PlanEntry") -> str:
    """The first thing that stops it, in its own words: that is what has to be corrected."""
    stops = [finding.message for finding in entry.findings if finding.stops]
    more = f", and {counted(len(stops) - 1, 'more error')}" if len(stops) > 1 else ""
    return stops[0] + more if stops else entry.reason


def _standing(status: "WorkStatus", activity: Activity, now: datetime, asked: frozenset[Stage]) -> Standing:
    words, style = state_words(replace(status, needs_person=False))
    five = (status.received, status.processed, status.registration, status.resolves, status.indexed)
    truths = tuple(Proved(truth.at, truth.proof) for truth in five)
    since = activity.prepared_at.get(status.submission.batch_id) if status.is_open and status.submission else None
    return Standing(
        doi=str(status.doi),
        url=status.doi.url,
        title=status.title,
        series=status.series,
        kind=_kind(status, style),
        word=f"{words}, acknowledged" if status.acknowledged else words,
        truths=truths,
        message=status.message.strip(),
        next_action=status.next_action,
        file_name=(status.submission.file_name or "") if status.submission else "",
        submission_id=(status.submission.submission_id or "") if status.submission else "",
        urgent=status.needs_person,
        registered=status.registered,
        open=status.is_open,
        stalled=status.stalled,
        acknowledged=status.acknowledged or "",
        late=overdue(truths, now, open_since=since, asked=asked),
    )


def _kind(status: "WorkStatus", style: Style) -> Kind:
    if status.is_open:
        return Kind.BAD if status.stalled else Kind.OPEN
    return KINDS.get(style, Kind.OPEN)


def _series(
    depositor: "Depositor", statuses: "Sequence[WorkStatus]", registered_in: Mapping[str, int]
) -> tuple[Completeness, ...]:
    """Measure what is registered: the XML of the latest successful deposit of each DOI, each file read once."""
    wanted: dict[int, dict[str, str]] = defaultdict(dict)
    for status in statuses:
        key = registered_in.get(status.doi.key)
        if key is not None:
            wanted[key][status.doi.key] = status.series
    works: dict[str, list[Measured]] = defaultdict(list)
    for key, dois in wanted.items():
        for measured in measure(depositor.works.stored(key)):
            if measured.doi.key in dois:
                works[dois[measured.doi.key]].append(measured)
    return tuple(completeness(series, works[series]) for series in sorted(works))
