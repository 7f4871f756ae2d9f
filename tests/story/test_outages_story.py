"""Maintenance that was announced, an index that lags for weeks, and refusals that Crossref takes back by itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from depositing import Desk, commentary, sqlite_url, validator
from doideposit.deposits.lateness import Deadlines, MaintenanceWindow
from doideposit.errors import RegistrarUnavailable
from doideposit.lifecycle import Milestone, Outcome
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox

DOI = str(commentary().doi)
START = Clock()()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def made(tmp_path: Path, *windows: MaintenanceWindow, **more: Any) -> Desk:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none())
    return Desk(
        sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox),
        deadlines=Deadlines(maintenance=windows), **more,
    )  # fmt: skip


def test_in_a_window_nothing_is_sent_or_asked_and_nothing_is_late(tmp_path: Path) -> None:
    window = MaintenanceWindow(START + HOUR, START + 31 * HOUR, "moving house")
    with made(tmp_path, window) as desk:
        desk.depositor.enqueue(commentary())
        desk.clock.set(window.begins)
        asked: list[str] = []
        for _ in range(3):
            desk.clock.advance(2 * 3600)
            report = desk.depositor.poll(on_event=lambda one: asked.append(one.text))
            assert (report.sent, report.looked, report.error) == (0, 0, None)
        assert all("moving house" in text for text in asked)
        # It waits for longer than the two hours in which Crossref should have it.
        assert desk.depositor.status(DOI).overdue is None
        assert desk.depositor.next_due() == window.ends
        desk.clock.set(window.ends)
        assert desk.depositor.status(DOI).overdue is None
        desk.settle()
        assert desk.depositor.status(DOI).registered


def test_who_insists_is_not_kept_from_asking(tmp_path: Path) -> None:
    window = MaintenanceWindow(START - HOUR, START + 31 * HOUR)
    with made(tmp_path, window) as desk:
        desk.depositor.enqueue(commentary())
        assert desk.depositor.poll().sent == 0
        assert desk.depositor.poll(force=True).error is None


AT = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("windows", "due"),
    [
        ((), 24),
        (((30, 40),), 24),
        (((-5, 0),), 24),
        (((10, 14),), 28),
        (((-5, 3),), 27),
        (((10, 14), (12, 20)), 34),
        (((12, 20), (10, 14)), 34),
        (((10, 14), (25, 26)), 29),
        (((23, 30), (30, 31)), 32),
    ],
)
def test_maintenance_counts_for_no_deadline(windows: tuple[tuple[int, int], ...], due: int) -> None:
    deadlines = Deadlines(maintenance=tuple(MaintenanceWindow(AT + a * HOUR, AT + b * HOUR) for a, b in windows))
    assert (deadlines.due(AT, DAY) - AT) / HOUR == due


def test_an_index_that_lags_for_weeks_is_not_late_while_the_query_service_has_the_record(tmp_path: Path) -> None:
    with made(tmp_path) as desk:
        desk.depositor.deposit(commentary())
        desk.settle()
        desk.sandbox.elsewhere.hide(DOI)
        for _ in range(3):
            desk.clock.advance(7 * 86_400)
            desk.depositor.watch(50, force=True)
            desk.depositor.look_up(DOI)
        status = desk.depositor.status(DOI)
        assert status.as_intended
        assert status.overdue is None
        assert not status.needs_person
        desk.clock.advance(30 * 86_400)
        late = desk.depositor.status(DOI).overdue
        assert late is not None
        assert late.milestone is Milestone.INDEXED


REFUSAL = "Unable to add new DOI: AUTHENTICATION FAILED"


@pytest.mark.parametrize(("refusal", "asks"), [(REFUSAL, 7), ("year: x is not a valid integer", 0)])
def test_a_refusal_about_the_handle_system_is_asked_again_daily_for_a_week(
    tmp_path: Path, refusal: str, asks: int
) -> None:
    with made(tmp_path) as desk:
        desk.sandbox.faults.add("reject", refusal)
        desk.depositor.deposit(commentary())
        desk.clock.advance(3600)
        desk.depositor.poll()
        assert desk.depositor.status(DOI).outcome is Outcome.FAILED
        assert desk.depositor.next_due() is None, "nothing waits for it"
        asked: list[str] = []
        fetch = desk.registrar.fetch_result
        desk.registrar.fetch_result = lambda name: asked.append(name) or fetch(name)
        for _ in range(10 * 12):
            desk.clock.advance(2 * 3600)
            desk.depositor.poll()
        assert len(asked) == asks
        assert desk.depositor.status(DOI).outcome is Outcome.FAILED


def test_a_submission_that_crossref_runs_again_is_found_registered(tmp_path: Path) -> None:
    with made(tmp_path) as desk:
        desk.sandbox.faults.add("reject", REFUSAL)
        desk.depositor.deposit(commentary())
        desk.clock.advance(3600)
        desk.depositor.poll()
        failed = desk.depositor.status(DOI)
        assert failed.failed
        assert failed.submission is not None
        desk.clock.advance(2 * 86_400)
        desk.depositor.poll()
        desk.sandbox.elsewhere.run_again(str(failed.submission.file_name))
        desk.clock.advance(86_400)
        desk.depositor.poll()
        status = desk.depositor.status(DOI)
        assert status.registered
        assert not status.failed
        assert desk.depositor.next_due() is None


def test_an_outage_with_pages_instead_of_answers_changes_nothing(tmp_path: Path) -> None:
    with made(tmp_path) as desk:
        page = b"<html><body><h1>503 Service Unavailable</h1></body></html>"
        fetch = desk.registrar.fetch_result
        desk.depositor.deposit(commentary())

        def away(_name: str) -> bytes:
            raise RegistrarUnavailable(page.decode())

        desk.registrar.fetch_result = away
        for _ in range(5):
            desk.clock.advance(6 * 3600)
            assert desk.depositor.poll().error is not None
        assert desk.depositor.status(DOI).state is not None
        desk.registrar.fetch_result = fetch
        desk.settle()
        assert desk.depositor.status(DOI).registered
