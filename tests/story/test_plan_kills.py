"""SIGKILL at every step of applying a plan: applied again, it goes on, and every DOI is deposited once."""

import os
import signal
from pathlib import Path

import pytest

from depositing import Desk, commentary, sqlite_url, validator
from doideposit.deposits.limits import Limits
from doideposit.deposits.planning import Action
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.simulation import Sandbox
from forked import fork, status_of

NUMBERS = range(1, 5)
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the run that is killed is a fork of this one")


class Killer:
    """Ends its own process at the n-th step, as a power cut does."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, _name: str) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def desk(folder: Path, killer: Killer | None = None) -> Desk:
    """Two files of two records each, over a sandbox that keeps what it got."""
    clock = Clock()
    state = folder / "crossref.sqlite3"
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none(), state=state)
    step = killer or (lambda _name: None)
    return Desk(sqlite_url(folder), clock=clock, sandbox=sandbox, limits=Limits(records_per_submission=2), step=step)


def killed(folder: Path, path: Path, at: int) -> bool:
    """Apply the plan in a process of its own; tell whether it was killed before it was done."""

    def work() -> None:
        killer = Killer(-1)
        with desk(folder, killer) as one:
            killer.left = at
            one.depositor.plans.apply(path, by="Bert")

    status = status_of(fork(work))
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def test_a_plan_that_was_killed_anywhere_goes_on(tmp_path: Path) -> None:
    validator().validate(b"<compiled/>")
    lives = 0
    for at in range(1, 200, 2):
        folder = tmp_path / str(at)
        folder.mkdir()
        path = folder / "plan.json"
        with desk(folder) as one:
            plan = one.depositor.plan(*(commentary(number) for number in NUMBERS))
            one.depositor.plans.write(plan, path, by="Anna")
        if not killed(folder, path, at):
            break
        lives += 1
        with desk(folder) as one:
            report = one.depositor.plans.apply(path, by="Carla")
            assert report.ok, [entry.reason for entry in report.entries]
            one.settle()
            again = one.depositor.plans.apply(path, by="Carla")
            assert {entry.action for entry in again.entries} == {Action.UNCHANGED}
            statuses = list(one.depositor.statuses())
            assert [status.registered for status in statuses] == [True] * len(NUMBERS)
            sent = [file.content.decode() for file in one.sandbox.submissions]
            times = {status.doi: sum(f">{status.doi}<" in content for content in sent) for status in statuses}
            assert set(times.values()) == {1}, times
            applied = [entry for entry in one.depositor.history(statuses[0].doi) if "applied the plan" in entry.text]
            assert len(applied) == 1
    else:
        pytest.fail("the plan was never applied to its end")
    assert lives > 5
