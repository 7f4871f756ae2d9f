"""A receiver of webhooks that fails in every way, is away for a week, and comes back: nothing is lost or comes twice."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import webhook_receiver
from depositing import Desk, sqlite_url
from doideposit.job.hook_messages import HookMessage
from doideposit.job.hooks import Hook
from doideposit.job.run import Job, JobContext
from inboxes import Office, doi, yaml

DAY = 86_400.0
FAILURES = ("500", "302", "410", "hang", "half", "noise", "reset")
"""What it answers while it fails; "hang" is given up after a second, everything else has as long as it needs."""


@dataclass
class Receiver:
    """A receiver in a process of its own."""

    folder: Path
    process: "subprocess.Popen[str] | None" = None
    port: int = 0

    def start(self) -> None:
        (self.folder / "port").write_text(str(self.port))
        command = [sys.executable, webhook_receiver.__file__, str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()

    @property
    def mode(self) -> str:
        return (self.folder / "mode").read_text()

    @mode.setter
    def mode(self, mode: str) -> None:
        (self.folder / "mode").write_text(mode)

    @property
    def taken(self) -> list[dict[str, Any]]:
        path = self.folder / "taken"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@dataclass
class Webhook:
    """The scheduled job with a webhook that leads to the receiver."""

    office: Office
    receiver: Receiver
    sent_at: list[int] = field(default_factory=list)

    def call(self, message: HookMessage) -> None:
        now = self.office.desk.clock().timestamp()
        seconds = 1.0 if self.receiver.mode == "hang" else 60.0
        url = f"http://127.0.0.1:{self.receiver.port}/events"
        message.post(url, secret=SecretStr(webhook_receiver.SECRET), now=now, timeout=seconds)
        self.sent_at.append(int(now))

    def run(self, wait: float = 900) -> dict[str, Any]:
        self.office.desk.clock.advance(wait)
        hooks = [Hook("cms", frozenset({"registered", "failed", "drift"}), self.call)]
        job = Job("sandbox", self.office.folders)
        done = job.run(JobContext(self.office.desk.clock, self.office.desk.open, hooks=hooks))
        assert done.exit_code == 0, "a hook that fails harms no deposit"
        found: dict[str, Any] = done.document["hooks"].get("cms", {})
        return found

    def register(self, number: int) -> None:
        self.office.drop(f"c{number}.yaml", yaml(number))
        self.run()
        self.run()


@pytest.fixture
def job(tmp_path: Path, socket_enabled: None) -> Iterator[Webhook]:
    office = Office(tmp_path, desk=Desk(sqlite_url(tmp_path)))
    folder = tmp_path / "receiver"
    folder.mkdir()
    receiver = Receiver(folder)
    receiver.mode = "ok"
    receiver.start()
    try:
        with office.desk:
            yield Webhook(office, receiver)
    finally:
        receiver.stop()


@pytest.mark.acceptance
def test_a_receiver_that_fails_for_a_week_and_comes_back_gets_everything_once_in_order_and_signed(job: Webhook) -> None:
    job.run()
    job.register(1)
    assert [one["message"]["doi"] for one in job.receiver.taken] == [doi(1)]
    for number, mode in enumerate(FAILURES, 2):
        job.receiver.mode = mode
        job.register(number)
        assert job.run(wait=DAY / 2)["ok"] is False, mode
    job.receiver.stop()
    job.register(9)
    assert "gave no answer" in job.run(wait=DAY)["reason"]
    job.receiver.start()
    job.receiver.mode = "cut"
    job.run(wait=DAY / 8)
    job.receiver.mode = "204"
    job.register(10)
    job.receiver.mode = "ok"
    job.register(11)
    taken = job.receiver.taken
    # The message about 10 was answered with 204, which takes it too; this receiver wrote nothing down.
    assert [one["message"]["doi"] for one in taken] == [doi(number) for number in (*range(1, 10), 11)]
    assert all(one["genuine"] and one["path"] == "/events" for one in taken), "and no redirect was followed"
    assert len({one["id"] for one in taken}) == len(taken)
    assert {one["at"] for one in taken} <= set(job.sent_at), "signed anew when it is sent: it is fresh to the receiver"
    assert [one["message"]["at"] for one in taken] == sorted(one["message"]["at"] for one in taken)
    before = len(job.sent_at)
    job.run(wait=DAY)
    assert len(job.sent_at) == before, "nothing comes again"
