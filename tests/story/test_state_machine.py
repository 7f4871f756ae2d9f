"""Edits, outages, crashes, clock jumps and runs at once, in any order hypothesis invents: the promises hold throughout."""

import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from depositing import DEPOSITOR, checker, commentary, sqlite_url
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.limits import Limits
from doideposit.deposits.planning import Action
from doideposit.errors import WorldError
from doideposit.records.models.commentary import Commentary
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registrar import SandboxRegistrar
from doideposit.sandbox.simulation import Sandbox

NUMBERS = (1, 2, 3)
FAULTS = (
    ("drop_after_accept", None, None),
    ("drop_before_body", None, "upload"),
    ("status", "500", "upload"),
    ("status", "503", "upload"),
    ("status", "503", "poll"),
    ("status", "403", "upload"),
    ("status_after_accept", "502", None),
    ("retry_after", "30", None),
    ("queue_full", None, None),
    ("auth", None, None),
    ("html_200", None, None),
    ("unknown_for", "3", None),
    ("stuck", "queued", "upload"),
    ("poll_login_page", None, None),
    ("poll_garbage", "html", None),
    ("poll_garbage", "truncated", None),
    ("old_log_first", None, None),
    ("zero_records", None, None),
    ("reject", "java.lang.NullPointerException", None),
    ("extra_record", "duplicate", None),
    ("upper_doi", None, None),
    ("no_status_attr", None, None),
)
SCALE = int(os.environ.get("DOIDEPOSIT_SOAK", "1"))


class Crash(BaseException):
    """The process dies here."""


class Fuse:
    """Lets a run die at its n-th step; once dead, nothing more of it takes effect."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.dead = False

    def __call__(self, _name: str) -> None:
        if self.left is not None:
            self.left -= 1
            self.dead = self.dead or self.left <= 0
        if self.dead:
            raise Crash


class Deposits(RuleBasedStateMachine):
    """A publisher with three commentaries, two processes, an unreliable network and an unreliable clock."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="doideposit-machine-"))
        self.url = sqlite_url(self.folder)
        self.crossref_clock = Clock()
        self.skew = timedelta(0)
        self.sandbox = Sandbox(clock=self.crossref_clock, validate=None, delays=Delays())
        self.versions = dict.fromkeys(NUMBERS, 1)
        self.asked: set[int] = set()
        self.opened: list[Depositor] = []
        self.fuses: list[Fuse] = []
        self.runs = [self.start(), self.start()]

    def clock(self) -> datetime:
        return self.crossref_clock() + self.skew

    def start(self) -> int:
        """Open a depositor as a new process does; returns its place."""
        fuse = Fuse()
        depositor = Depositor(
            registrar=SandboxRegistrar(self.sandbox),
            ledger=Ledger.open(self.url, step=fuse),
            checker=checker(self.clock),
            clock=self.clock,
            target="sandbox",
            head=DEPOSITOR,
            limits=Limits(records_per_submission=2),
            random=Random(len(self.opened)),
            step=fuse,
        )
        self.opened.append(depositor)
        self.fuses.append(fuse)
        return len(self.opened) - 1

    def commentaries(self) -> list[Commentary]:
        return [commentary(number, f"Version {version:03d} of") for number, version in self.versions.items()]

    def run(self, which: int, crash_at: int | None, act: Callable[[Depositor], object]) -> None:
        place = self.runs[which]
        self.fuses[place].left = crash_at
        try:
            act(self.opened[place])
        except WorldError:
            pass
        except Crash:
            self.runs[which] = self.start()
        self.fuses[place].left = None

    crashes = st.none() | st.integers(1, 30)

    @rule(number=st.sampled_from(NUMBERS))
    def edit(self, number: int) -> None:
        self.versions[number] += 1

    @rule(which=st.integers(0, 1), crash_at=crashes, retry=st.booleans())
    def deposit(self, which: int, crash_at: int | None, retry: bool) -> None:
        self.run(which, crash_at, lambda depositor: depositor.deposit(*self.commentaries(), retry=retry))

    @rule(which=st.integers(0, 1), crash_at=crashes, force=st.booleans())
    def poll(self, which: int, crash_at: int | None, force: bool) -> None:
        self.run(which, crash_at, lambda depositor: depositor.poll(force=force))

    @rule()
    def both_at_once(self) -> None:
        def job(place: int) -> None:
            try:
                self.opened[place].deposit(*self.commentaries())
                self.opened[place].poll()
            except WorldError:
                pass

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(job, self.runs))

    @rule(seconds=st.sampled_from([1, 25, 120, 400, 1000, 4000, 100_000]))
    def wait(self, seconds: int) -> None:
        self.crossref_clock.advance(seconds)

    @rule(hours=st.sampled_from([-48, -1, 0, 1, 48]))
    def set_clock(self, hours: int) -> None:
        self.skew = timedelta(hours=hours)

    @rule(fault=st.sampled_from(FAULTS))
    def break_something(self, fault: tuple[str, str | None, str | None]) -> None:
        self.sandbox.faults.add(fault[0], fault[1], at=fault[2])

    @rule()
    def mend_everything(self) -> None:
        self.sandbox.faults.clear()

    @invariant()
    def the_ledger_agrees_with_itself(self) -> None:
        with Ledger.open(self.url) as ledger:
            assert ledger.check() == ()

    @invariant()
    def nothing_is_effective_twice_and_versions_and_timestamps_rise(self) -> None:
        for number in NUMBERS:
            history = self.sandbox.history(str(commentary(number).doi))
            assert all(later.timestamp >= earlier.timestamp + 1000 for earlier, later in pairwise(history))
            assert all(later.title > earlier.title for earlier, later in pairwise(history))

    @invariant()
    def registered_is_said_only_of_what_crossref_has(self) -> None:
        reader = self.opened[self.runs[0]]
        for status in reader.statuses():
            if status.registered:
                assert self.sandbox.record(str(status.doi)) is not None
            assert status.next_action

    def teardown(self) -> None:
        """When things calm down, every commentary is registered exactly as intended."""
        try:
            self.heal()
        finally:
            for depositor in self.opened:
                depositor.close()
            self.sandbox.close()
            shutil.rmtree(self.folder)

    def heal(self) -> None:
        self.sandbox.faults.clear()
        self.sandbox.unstick()
        self.skew = timedelta(0)
        depositor = self.opened[self.start()]
        for _ in range(300):
            report = depositor.deposit(*self.commentaries())
            if any(entry.action is Action.BLOCKED for entry in report.entries):
                report = depositor.deposit(*self.commentaries(), retry=True)
            assert all(entry.ok or entry.findings for entry in report.entries)
            due = depositor.next_due()
            if due is None and {entry.action.value for entry in report.entries if entry.action} == {"unchanged"}:
                break
            if due is not None and due > self.clock():
                self.crossref_clock.advance((due - self.clock()).total_seconds())
            self.crossref_clock.advance(1)
            depositor.poll()
        for one in self.commentaries():
            record = self.sandbox.record(str(one.doi))
            assert record is not None
            assert record.title == one.title.plain
            assert depositor.status(one.doi).registered
        self.the_ledger_agrees_with_itself()
        self.nothing_is_effective_twice_and_versions_and_timestamps_rise()


@pytest.mark.slow
def test_the_promises_hold_whatever_happens() -> None:
    run_state_machine_as_test(
        Deposits,
        settings=settings(
            max_examples=10 if SCALE == 1 else 10 * SCALE,
            derandomize=SCALE == 1,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
