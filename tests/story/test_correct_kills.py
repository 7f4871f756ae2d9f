"""SIGKILL at every commit and every file of a retraction: given again it ends in the same state, and sends once."""

import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from corrected_house import RETRACT, registered_house, texts, with_policy
from desk import FAST, Desk
from doideposit.cli.init import PRESETS, configuration_text
from doideposit.cli.main import run

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the run that is killed is a fork of this one")


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A house that is copied for each life."""
    folder = tmp_path / "house"
    folder.mkdir()
    monkeypatch.chdir(folder)
    desk = Desk(folder, capsys)
    fast = FAST.replace("unready_polls = 0", "unready_polls = 0\nhandle = 0\nrest = 0")
    desk.write("doideposit.toml", with_policy(configuration_text(PRESETS["sadf-comment"]) + fast))
    return registered_house(desk)


def in_a_fork(folder: Path, at: int | None) -> int:
    """Run the retraction in a process of its own, killed before its n-th commit or renaming; return its status."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    # Nothing of pytest may run in here, whatever happens.
    code = 1
    try:
        left = [at or 0]

        def count(*_: object) -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "commit", count)
        sys.addaudithook(lambda name, _: count() if name == "os.rename" else None)
        os.chdir(folder)
        code = run([*RETRACT])
    finally:
        os._exit(code)


def check(house: Desk, before: tuple[str, str]) -> None:
    """Hold the end of a retraction against what it should be, however it came there."""
    original, notice = texts(house)
    expected = before[0].replace(
        "title: What happened in place number 258", "title: 'RETRACTED: What happened in place number 258'"
    )
    assert original == expected
    assert notice.startswith(before[1])
    assert notice.count("type: retraction") == 1
    assert "2 unchanged" in house("deposit", "records", "--dry-run").out
    assert "Already done: it shows on" in house(*RETRACT).out
    for number, sent in (("258", 2), ("300", 1)):
        events = house("history", number, "--json").json["history"]
        assert sum(one["kind"] == "prepared" for one in events) == sent, events
    assert house("ledger", "check").code == 0


def hours_pass(folder: Path) -> None:
    """Set back every moment that the next run would wait for: what the killed one held runs out by itself."""
    long_ago = "2026-01-01T00:00:00.000000Z"
    with closing(sqlite3.connect(folder / "doideposit.sqlite3")) as ledger, ledger:
        ledger.execute("UPDATE upload_lock SET lease_until = ?, pause_until = NULL", (long_ago,))
        ledger.execute(
            "UPDATE submission SET lease_until = ?, next_poll_at = ? WHERE state IN ('sending', 'queued')",
            (long_ago, long_ago),
        )
        ledger.execute("UPDATE attempt SET sent_at = ? WHERE status = 'sending'", (long_ago,))


def life(template: Desk, monkeypatch: pytest.MonkeyPatch, at: int) -> bool:
    """Kill one retraction and go on with it; tell whether it was killed at all."""
    folder = template.folder.with_name(f"life-{at}")
    shutil.copytree(template.folder, folder)
    house = Desk(folder, template.capture)
    status = in_a_fork(folder, at)
    monkeypatch.chdir(folder)
    if os.WIFSIGNALED(status):
        hours_pass(folder)
        result = house(*RETRACT)
        assert result.code == 0, result.out + result.err
    check(house, texts(template))
    monkeypatch.chdir(template.folder)
    shutil.rmtree(folder)
    return os.WIFSIGNALED(status)


def test_a_killed_retraction_goes_on(template: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # After the record of the notice, and after its upload.
    assert [life(template, monkeypatch, at) for at in (2, 7)] == [True, True]


@pytest.mark.acceptance
@pytest.mark.timeout(900)
def test_a_retraction_killed_at_any_step_goes_on(template: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    lives = 0
    for at in range(1, 200, 3):
        if not life(template, monkeypatch, at):
            break
        lives += 1
    assert lives > 8


def test_two_people_at_once_send_everything_once(template: Desk) -> None:
    before = texts(template)
    pids = []
    for _ in range(2):
        child = os.fork()
        if not child:
            os._exit(run([*RETRACT]))
        pids.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    # Who was second may have been told to give the command again; nobody broke.
    assert 0 in codes, codes
    result = template(*RETRACT)
    assert result.code == 0, result.out + result.err
    check(template, before)
