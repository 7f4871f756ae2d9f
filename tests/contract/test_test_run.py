"""The test run itself: limits of time, and signals that reach the processes it starts."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

REPORT = """
import signal
print(*sorted(number.name for number in signal.Signals if signal.getsignal(number) is signal.SIG_IGN))
"""
STOPPING = {"SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"}


def test_child_processes_ignore_no_signal_that_stops_them() -> None:
    said = subprocess.run([sys.executable, "-c", REPORT], capture_output=True, text=True, check=True, timeout=60).stdout
    assert not STOPPING & set(said.split())


def test_that_holds_in_a_background_job_too() -> None:
    name = test_child_processes_ignore_no_signal_that_stops_them.__name__
    command = [sys.executable, "-m", "pytest", "-q", f"{Path(__file__)}::{name}"]

    def ignore() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110, preexec_fn=ignore)
    assert done.returncode == 0, done.stdout


def test_every_test_has_a_time_limit(pytestconfig: pytest.Config) -> None:
    assert 0 < float(pytestconfig.getini("timeout")) <= 300
