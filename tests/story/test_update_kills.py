"""An update in two steps, and a change by others that is found and restored, each killed with SIGKILL on its way."""

import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from depositing import Desk, commentary, sqlite_url, validator
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox
from forked import fork, status_of

BY, NC = "https://creativecommons.org/licenses/by/4.0/", "https://creativecommons.org/licenses/by-nc/4.0/"
DOI = str(commentary().doi)


class Life:
    """One publisher, whose every run is a process of its own over the same ledger and the same sandbox."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.clock = Clock()
        validator()

    def run(self, work: Callable[[Desk], object], die_at: int | None = None) -> bool:
        """Do something in a process, killed at its n-th step; tells whether it came to its end."""
        self.clock.advance(3_600)

        def act() -> None:
            with self.desk(die_at) as desk:
                work(desk)

        status = status_of(fork(act))
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "it failed by itself"
        return not os.WIFSIGNALED(status)

    def desk(self, die_at: int | None) -> Desk:
        passed = itertools.count(1)

        def step(_name: str) -> None:
            if next(passed) == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

        state = self.folder / "sandbox.sqlite3"
        sandbox = Sandbox(clock=self.clock, state=state, validate=validator().validate, delays=Delays.none())
        return Desk(
            sqlite_url(self.folder),
            clock=self.clock,
            sandbox=sandbox,
            seed=True,
            registry=SandboxRegistry(sandbox),
            step=step,
        )

    def ended(self, restored: bool) -> None:
        """What must hold after any deaths: the wanted licence alone, everything else as it was, and nothing open."""
        with self.desk(None) as desk:
            kept = desk.sandbox.record(DOI)
            assert kept is not None
            assert (BY in kept.record, NC in kept.record) == (False, True), "never between the two steps for good"
            assert "A view from Brussels" in kept.record
            assert "other.eu" not in kept.record
            status = desk.depositor.status(DOI)
            assert (status.registered, status.needs_person, bool(status.drift)) == (True, False, False)
            assert desk.depositor.outstanding() == 0
            assert desk.depositor.ledger.check() == ()
            sent = len(desk.sandbox.submissions)
            assert 3 <= sent <= (5 if restored else 4), "a deposit that took effect is not made twice"


def first(desk: Desk) -> None:
    desk.depositor.deposit(commentary(subtitle="A view from Brussels", licences=[BY]))
    desk.settle()
    desk.clock.advance(1_000)
    desk.depositor.watch(50)


def update(desk: Desk) -> None:
    desk.depositor.deposit(commentary(subtitle="A view from Brussels", licences=[NC]))
    desk.settle()
    desk.clock.advance(1_000)
    desk.depositor.watch(50, force=True, every=True)


def restore(desk: Desk) -> None:
    desk.depositor.poll()
    desk.settle()
    desk.depositor.watch(50, force=True, every=True)
    if desk.depositor.status(DOI).drift:
        desk.depositor.deposit(desk.depositor.restoration(DOI))
        desk.settle()
        desk.clock.advance(1_000)
        desk.depositor.watch(50, force=True, every=True)


def moved(desk: Desk) -> None:
    desk.sandbox.elsewhere.change_url(DOI, "https://www.other.eu/here")


def test_killed_again_and_again_an_update_and_a_restoration_end_as_wanted(tmp_path: Path) -> None:
    life = Life(tmp_path)
    assert life.run(first)
    deaths = sum(not life.run(update, die_at) for die_at in (4, 9, 13))
    assert life.run(update)
    life.ended(restored=False)
    assert life.run(moved)
    deaths += sum(not life.run(restore, die_at) for die_at in (3, 7, 11))
    assert life.run(restore)
    assert life.run(restore)
    life.ended(restored=True)
    assert deaths >= 4


@pytest.mark.acceptance
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("work", [update, restore], ids=["update", "restore"])
def test_killed_at_every_step_it_ends_as_wanted(tmp_path: Path, work: Callable[[Desk], None]) -> None:
    for die_at in itertools.count(1):
        life = Life(tmp_path / str(die_at))
        assert life.run(first)
        if work is restore:
            assert life.run(update)
            assert life.run(moved)
        finished = life.run(work, die_at)
        assert life.run(work)
        assert life.run(work)
        life.ended(restored=work is restore)
        if finished:
            assert die_at > 10
            return
