"""`doideposit serve` as a process: it listens, answers, refuses to be reachable by accident, and stops in order."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from api_client import RECORD, TOKEN
from desk import FAST
from doideposit.cli.init import PRESETS
from doideposit.crossref.hosts import is_loopback
from doideposit.errors import UsageError, WorldError
from doideposit.job.inbox.lock import FileLock
from doideposit.web import application

pytestmark = pytest.mark.network_loopback

API = '\n[api]\ntokens.cms = { env = "CMS_TOKEN" }\n'
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
# What a slow upload to Crossref is like: the answer to /v1/events takes two seconds.
SLOW = """
import sys, time
from doideposit.deposits.depositor import Depositor
plain = Depositor.events
def slow(self, since=0):
    print("begun", file=sys.stderr, flush=True)
    time.sleep(2)
    return plain(self, since)
Depositor.events = slow
from doideposit.__main__ import main
main()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "doideposit.toml").write_text(PRESETS["sadf-comment"].configuration_text() + FAST + API)
    return tmp_path


class Served:
    """A server process, and what it says on standard error."""

    def __init__(self, folder: Path, *command: str) -> None:
        environment = {name: each for name, each in os.environ.items() if not name.startswith("DOIDEPOSIT_")}
        self.process = subprocess.Popen(
            [sys.executable, *command, "serve", "--port", "0"],
            cwd=folder,
            env=environment | {"CMS_TOKEN": TOKEN},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.url = self.wait_for(r"http://127\.0\.0\.1:\d+")

    def wait_for(self, pattern: str) -> str:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if found := re.search(pattern, line):
                return found[0]
        raise AssertionError(f"it ended with {self.process.wait()} and never said {pattern}")

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        assert self.process.stderr is not None
        said = self.process.stderr.read()
        return self.process.wait(30), said


@pytest.fixture
def served(folder: Path) -> Iterator[Served]:
    one = Served(folder, "-m", "doideposit")
    yield one
    if one.process.poll() is None:
        one.process.kill()
        one.process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_stops_in_order(served: Served, number: int) -> None:
    assert requests.get(f"{served.url}/v1/health", timeout=60).json() == {"ok": True}
    assert requests.get(f"{served.url}/v1/events", timeout=60).status_code == 401
    answer = requests.post(f"{served.url}/v1/deposits?mode=enqueue", json=RECORD, headers=HEADERS, timeout=60)
    assert answer.status_code == 202
    assert "Server" not in answer.headers
    too_large = requests.post(
        f"{served.url}/v1/check",
        data=b" " * 2_500_000,
        headers={**HEADERS, "Content-Type": "application/json"},
        timeout=60,
    )
    assert too_large.status_code == 413
    assert too_large.json()["error"]["code"] == "body-too-large"
    code, said = served.stop(number)
    assert code == 0
    assert "POST /v1/deposits 202" in said
    assert said.rstrip().endswith("stopped: every request was answered")
    assert TOKEN not in said


@pytest.mark.slow
def test_a_request_under_way_is_answered_before_it_stops(folder: Path) -> None:
    one = Served(folder, "-c", SLOW)
    answers: list[int] = []

    def ask() -> None:
        answers.append(requests.get(f"{one.url}/v1/events", headers=HEADERS, timeout=30).status_code)

    asking = threading.Thread(target=ask)
    asking.start()
    one.wait_for("begun")
    code, _ = one.stop()
    asking.join(60)
    assert (answers, code) == ([200], 0)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True)]
    + [(host, False) for host in ("0.0.0.0", "::", "192.0.2.1", "", "example.org", "localhost.example.org")],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_others_are_kept_out_unless_that_is_said() -> None:
    with pytest.raises(UsageError, match=r"0\.0\.0\.0"):
        application(_nothing, tokens={}).serve("0.0.0.0")


def test_a_port_in_use_and_an_address_of_nobody(free_port: int) -> None:
    import socket

    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", free_port))
        taken.listen()
        with pytest.raises(WorldError, match=str(free_port)):
            application(_nothing, tokens={}).serve("127.0.0.1", free_port)
    with pytest.raises(WorldError, match=r"no-such-host\.invalid"):
        application(_nothing, tokens={}).serve("no-such-host.invalid", 0, allow_remote=True)


def _nothing() -> None:
    raise AssertionError("nothing is opened here")


@pytest.mark.parametrize(
    ("section", "variable", "says"),
    [
        ("", TOKEN, "names no token"),
        (API, "", "CMS_TOKEN"),
        (API, "short", "24 to 512 characters"),
        (API.replace('{ env = "CMS_TOKEN" }', f'"{TOKEN}"'), TOKEN, "must never be in the configuration"),
    ],
)
def test_without_usable_tokens_it_does_not_start(
    folder: Path,
    section: str,
    variable: str,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from doideposit.cli.main import run

    monkeypatch.chdir(folder)
    monkeypatch.setenv("CMS_TOKEN", variable)
    text = PRESETS["sadf-comment"].configuration_text()
    (folder / "doideposit.toml").write_text(text + section)
    assert run(["serve", "--port", "0"]) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert "hint:" in said.err
    assert TOKEN not in said.err + said.out
    assert variable != "short" or "short\n" not in said.err


class JobProcess:
    """`doideposit run` as a process of its own, in the folder of the service."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "doideposit", "run", *options]
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self, number: int) -> None:
        self.process.send_signal(number)
        self.process.wait(60)


def readiness(served: Served, wanted: int) -> str:
    """Ask until the service answers so, and return the sentence of its refusal; fails after a minute."""
    for _ in range(600):
        answer = requests.get(f"{served.url}/v1/ready", headers=HEADERS, timeout=60)
        if answer.status_code == wanted:
            return str(answer.json().get("error", {}).get("message", ""))
        time.sleep(0.1)
    raise AssertionError(f"{answer.status_code} {answer.text}")


@pytest.mark.acceptance
@pytest.mark.timeout(300)
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot pause a process")
def test_the_service_is_ready_as_long_as_a_real_job_ends_its_runs(folder: Path) -> None:
    with (folder / "doideposit.toml").open("a", encoding="utf-8") as stream:
        # Below [api], which ends the file. A run every second, and a service that loses patience after four.
        stream.write('job_within = "4s"\n')
    jobs: list[JobProcess] = []
    service = Served(folder, "-m", "doideposit")

    def job(*options: str) -> JobProcess:
        jobs.append(JobProcess(folder, *options))
        return jobs[-1]

    try:
        assert readiness(service, 503) == "no run of the scheduled job was seen"
        # Stopped as an administrator stops it.
        running = job("--every", "1s")
        readiness(service, 200)
        running.end(signal.SIGTERM)
        assert readiness(service, 503) == "the last run of the scheduled job is too long ago"
        # Killed, and started again.
        running = job("--every", "1s")
        readiness(service, 200)
        running.end(signal.SIGKILL)
        readiness(service, 503)
        # Stuck: the process is there, and ends no run; when it goes on, all is well again.
        running = job("--every", "1s")
        readiness(service, 200)
        running.process.send_signal(signal.SIGSTOP)
        readiness(service, 503)
        running.process.send_signal(signal.SIGCONT)
        readiness(service, 200)
        running.end(signal.SIGTERM)
        readiness(service, 503)
        # A second job that finds the lock taken did no work.
        with FileLock(folder / "inbox" / ".doideposit" / "lock", datetime.now(UTC)) as lock:
            assert lock.held
            second = job()
            assert second.process.wait(60) == 0
            readiness(service, 503)
        # A run from cron, and a service that is started again while the job rests.
        assert job().process.wait(60) == 0
        readiness(service, 200)
        assert service.stop()[0] == 0
        service = Served(folder, "-m", "doideposit")
        readiness(service, 503)
    finally:
        for one in (service, *jobs):
            one.process.kill()
            one.process.communicate()
