"""Gather what the report shows only from the ledger: statuses, events and the XML that was registered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from doideposit.crossref.xml.participation import Measured
from doideposit.deposits.planning import Action
from doideposit.findings import counted
from doideposit.reports.activity import Activity
from doideposit.reports.completeness import Completeness
from doideposit.reports.page import Byline, Planned, Report

if TYPE_CHECKING:
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.values import PlanEntry, WorkStatus

__all__ = ["gather", "measure_registered", "planned"]


def gather(
    depositor: "Depositor", now: datetime, *, version: str, publisher: str = "", only: str | None = None
) -> Report:
    """Gather the report of the depositor's target, headed by the publisher; `version` is that of this program.

    With `only` it is about the DOIs of this one of several publishers, empty for the main one.
    """
    publishers = depositor.publishers
    mine = (one for one in depositor.statuses() if only in {None, publishers.of_series(one.series, one.doi)})
    # C9 comes before C10.
    statuses = sorted(mine, key=lambda status: status.doi.order)
    keys = {status.doi.key for status in statuses}
    activity = Activity.of_events(event for event in depositor.events() if event.doi is None or event.doi in keys)
    measured = measure_registered(depositor, statuses)
    return Report(
        target=depositor.target,
        place=depositor.ledger.place,
        written=now,
        version=version,
        statuses=tuple(statuses),
        charts=(activity.outcomes_chart(now), activity.waiting_chart()) if activity.outcomes else (),
        series=tuple(Completeness.of_works(series, measured[series]) for series in sorted(measured)),
        publisher=publisher,
        bylines=_bylines_of(depositor, statuses, measured),
    )


def planned(depositor: "Depositor", records: Sequence[Path], *, only: str | None = None) -> tuple[Planned, ...]:
    """Plan the records of these files and folders; those that need nothing, or of another publisher, are left out."""
    found = []
    for entry in depositor.plan(*records).entries:
        if entry.doi is not None and only not in {None, depositor.publishers.of(entry.doi)}:
            continue
        status = depositor.status(entry.doi) if entry.doi is not None else None
        drift = status.drift if status else ()
        if entry.action is Action.UNCHANGED and not drift:
            continue
        sent = f"the last deposit sent it as it is, and {'; '.join(difference.what for difference in drift)}"
        why = sent if entry.action is Action.UNCHANGED else _first_reason(entry)
        doi, title = str(entry.doi or ""), status.title if status else ""
        found.append(Planned(entry.source, doi, entry.action.value, why, title))
    return tuple(found)


def _first_reason(entry: "PlanEntry") -> str:
    """Return the message of the first finding that stops it: that is what has to be corrected."""
    stops = [finding.message for finding in entry.findings if finding.stops]
    more = f", and {counted(len(stops) - 1, 'more error')}" if len(stops) > 1 else ""
    return stops[0] + more if stops else entry.reason


def measure_registered(depositor: "Depositor", statuses: "Sequence[WorkStatus]") -> dict[str, list[Measured]]:
    """Measure the registered records by series: those deposited from here, and adopted ones."""
    series = {status.doi.key: status.series for status in statuses if status.registered}
    works: dict[str, list[Measured]] = defaultdict(list)
    for xml, keys in depositor.versions.each_registered():
        for measured in Measured.read(xml):
            if measured.doi.key in keys and measured.doi.key in series:
                works[series[measured.doi.key]].append(measured)
    return works


def _bylines_of(
    depositor: "Depositor", statuses: "Sequence[WorkStatus]", registered: Mapping[str, list[Measured]]
) -> dict[str, Byline]:
    """Return authors and date of each work, from the registered record, else from the latest deposit."""
    found = {work.doi.key: work for works in registered.values() for work in works}
    # Several DOIs share a file, which is read once.
    files = {status.submission.batch_id for status in statuses if status.doi.key not in found and status.submission}
    for xml in depositor.versions.files(sorted(files)):
        for one in Measured.read(xml):
            found.setdefault(one.doi.key, one)
    return {key: Byline(one.authors, one.published) for key, one in found.items()}
