"""The public interface as a type checker sees it in a CMS: only checked by `mypy tests/typing`, never run.

A change here is a change of what others have built on.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import assert_type

import doideposit
from doideposit import (
    Action,
    Commentary,
    Depositor,
    DepositReport,
    Doi,
    Finding,
    HistoryEntry,
    LedgerEvent,
    Outcome,
    Plan,
    PlanEntry,
    PollReport,
    Progress,
    Proof,
    ReportEntry,
    Series,
    Severity,
    State,
    SubmissionRef,
    WorkStatus,
    WorldError,
)
from doideposit.records import landing
from doideposit.web import Application, application


def a_record_can_be_a_value_a_mapping_or_a_path(depositor: Depositor, commentary: Commentary) -> None:
    for item in (commentary, {"series": "sadf-comment", "number": 258}, Path("c258.yaml"), "c258.yaml"):
        assert_type(depositor.check(item), tuple[Finding, ...])


def opening() -> None:
    with doideposit.open("doideposit.toml") as depositor:
        assert_type(depositor, Depositor)
    assert_type(doideposit.open(), Depositor)
    assert_type(doideposit.open(Path("doideposit.toml"), target="test"), Depositor)


def depositing(depositor: Depositor, commentary: Commentary) -> None:
    plan = depositor.plan(commentary, retry=True)
    assert_type(plan, Plan)
    assert_type(plan.entries, tuple[PlanEntry, ...])
    assert_type(plan.new, int)
    report = depositor.deposit(commentary, on_event=watch)
    assert_type(report, DepositReport)
    assert_type(report.ok, bool)
    assert_type(report.error, WorldError | None)
    assert_type(report.entries, tuple[ReportEntry, ...])
    assert_type(report.entries[0].action, Action | None)
    assert_type(report.entries[0].status, WorkStatus | None)
    assert_type(depositor.enqueue(commentary, commentary), DepositReport)
    assert_type(depositor.send(), DepositReport)
    assert_type(depositor.poll(), PollReport)
    assert_type(depositor.poll(force=True, on_event=watch).changed, tuple[WorkStatus, ...])


def watch(progress: Progress) -> None:
    assert_type(progress.kind, str)
    assert_type(progress.text, str)


def following_up(depositor: Depositor, commentary: Commentary) -> None:
    status = depositor.status(commentary.doi)
    assert_type(status, WorkStatus)
    assert_type(depositor.status("10.48251/SADF.ISSN.2406-5617.C258"), WorkStatus)
    assert_type(status.doi, Doi)
    assert_type(status.state, State | None)
    assert_type(status.outcome, Outcome | None)
    assert_type(status.registered, bool)
    assert_type(status.registration, Proof)
    assert_type(status.registration.at, datetime | None)
    assert_type(status.submission, SubmissionRef | None)
    assert_type(status.next_action, str)
    assert_type(depositor.statuses(attention=True), Iterator[WorkStatus])
    assert_type(depositor.history(commentary.doi), tuple[HistoryEntry, ...])
    assert_type(depositor.events(since=7), Iterator[LedgerEvent])
    assert_type(depositor.next_due(), datetime | None)
    assert_type(depositor.outstanding(), int)
    assert_type(depositor.hint("batch"), bool)
    assert_type(depositor.acknowledge(commentary.doi, "known"), WorkStatus)
    assert_type(depositor.series, Mapping[str, Series])


def findings(finding: Finding) -> None:
    assert_type(finding.severity, Severity)
    assert_type(finding.where.field, str | None)
    assert_type(finding.where.line, int | None)


def landing_pages(commentary: Commentary) -> None:
    assert_type(landing.head_html(commentary), str)
    assert_type(landing.doi_display(commentary.doi), str)
    assert_type(landing.citation_meta(commentary), tuple[tuple[str, str], ...])


def the_wsgi_application(depositor: Depositor) -> None:
    assert_type(application(depositor, tokens={"cms": "…"}), Application)
    assert_type(application(doideposit.open, tokens={}, notify_endpoints=["sadf.1"]), Application)


def values_are_frozen(status: WorkStatus, finding: Finding, commentary: Commentary, doi: Doi) -> None:
    status.registered = True  # type: ignore[misc]
    finding.message = ""  # type: ignore[misc]
    commentary.number = "1"  # type: ignore[misc]
    doi.printed = ""  # type: ignore[misc]
