"""The state file: found again by a later process, shared by several, safe from kills, free of passwords."""

import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from doideposit.errors import DiskError
from doideposit.sandbox.accounts import Account
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.simulation import Sandbox
from sandbox_deposits import Batch, Paper, poll, settle, upload

TESTS = Path(__file__).parents[2]


def test_a_later_process_finds_what_was_submitted(tmp_path: Path) -> None:
    state, clock = tmp_path / "sandbox.sqlite3", Clock()
    with Sandbox(clock=clock, state=state) as first:
        upload(first, Batch().xml())
    clock.advance(60)
    with Sandbox(clock=clock, state=state) as later:
        assert 'status="in_process"' in poll(later).text
        assert "Successfully added" in poll(later).text
    with Sandbox(clock=clock, state=state) as third:
        assert [one.doi for one in third.records] == ["10.5555/c1"]
        assert third.submissions[0].polls == 2


def test_the_file_is_for_its_owner_alone_and_holds_no_password(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.sqlite3"
    accounts = [Account.role("house", "correct-horse-battery")]
    with Sandbox(clock=Clock(), state=state, accounts=accounts, delays=Delays.none()) as sandbox:
        login = {"login_id": "house", "login_passwd": "correct-horse-battery"}
        upload(sandbox, Batch().xml(), **login)
        upload(sandbox, Batch().xml(), **{**login, "login_passwd": "wrong-horse-battery"})
        poll(sandbox, usr="house", pwd="correct-horse-battery")
        assert len(sandbox.submissions) == 1
        everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    if sys.platform != "win32":
        assert state.stat().st_mode & 0o777 == 0o600
    assert b"horse-battery" not in everything
    assert b"10.5555/c1" in everything


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.sqlite3"
    state.touch(0o644)
    Sandbox(clock=Clock(), state=state).close()
    if sys.platform != "win32":
        assert state.stat().st_mode & 0o777 == 0o600


# What each format has more than the one before, taken away again: files as versions before wrote them.
OLDER = {
    2: ("DROP INDEX registrations_by_title",),
    1: (
        "DROP INDEX registrations_by_title",
        "DROP INDEX registrations_by_owner",
        *(
            f"ALTER TABLE registrations DROP COLUMN {name}"
            for name in ("query", "record", "owner", "member", "alias_of")
        ),
    ),
}


@pytest.mark.parametrize("number", OLDER)
def test_a_file_of_an_older_format_is_brought_up_to_date_and_goes_on(tmp_path: Path, number: int) -> None:
    state, clock = tmp_path / "sandbox.sqlite3", Clock()
    with Sandbox(clock=clock, state=state, delays=Delays.none()) as first:
        upload(first, Batch().xml())
        assert "Successfully added" in poll(first).text
    with closing(sqlite3.connect(state)) as base:
        for statement in (*OLDER[number], f"PRAGMA user_version = {number}"):
            base.execute(statement)
        base.commit()
    for _ in range(2):
        with Sandbox(clock=clock, state=state, delays=Delays.none()) as later:
            assert [one.doi for one in later.records] == ["10.5555/c1"]
    with Sandbox(clock=clock, state=state, delays=Delays.none()) as later:
        upload(later, Batch(papers=(Paper(doi="10.5555/c2"),)).xml(), file_name="second.xml")
        assert [one.doi for one in later.records] == ["10.5555/c1", "10.5555/c2"]
    with closing(sqlite3.connect(state)) as base:
        indexes = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
        assert {"registrations_by_title", "registrations_by_owner"} <= indexes
        assert base.execute("PRAGMA user_version").fetchone() == (3,)


@pytest.mark.parametrize("case", ["no folder", "not a database", "newer format", "a folder"])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, case: str) -> None:
    state = tmp_path / "sandbox.sqlite3"
    if case == "no folder":
        state = tmp_path / "none" / "sandbox.sqlite3"
    elif case == "not a database":
        state.write_bytes(b"something else entirely" * 100)
    elif case == "newer format":
        with sqlite3.connect(state) as base:
            base.execute("PRAGMA user_version = 99")
        base.close()
    else:
        state.mkdir()
    with pytest.raises(DiskError) as caught:
        Sandbox(clock=Clock(), state=state)
    assert str(state) in caught.value.message
    assert caught.value.__cause__ is None


def test_threads_lose_nothing() -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock)

    def deposit(number: int) -> None:
        upload(sandbox, Batch(papers=(Paper(doi=f"10.5555/{number}", number=str(number)),)).xml(), f"{number}.xml")
        poll(sandbox, f"{number}.xml")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deposit, range(80)))
    settle(sandbox, clock)
    assert len({one.id for one in sandbox.submissions}) == 80
    assert len(sandbox.records) == 80
    assert all(one.polls == 1 for one in sandbox.submissions)


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from sandbox_deposits import Batch, Paper, upload, poll
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.simulation import Sandbox
sandbox = Sandbox(state=Path(sys.argv[1]), delays=Delays.none())
print("ready", flush=True)
for number in range(int(sys.argv[4])):
    name = f"{sys.argv[2]}-{number}"
    upload(sandbox, Batch(papers=(Paper(doi=f"10.5555/{name}", number=name),)).xml(), f"{name}.xml")
    print(name, flush=True)
"""


def writer(state: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(state), name, str(TESTS), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_processes_sharing_a_file_lose_nothing_of_each_other(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.sqlite3"
    processes = [writer(state, name, 25) for name in ("a", "b", "c")]
    assert [process.communicate()[0].split()[-1] for process in processes] == ["a-24", "b-24", "c-24"]
    with Sandbox(state=state, delays=Delays.none()) as sandbox:
        names = [one.file_name for one in sandbox.submissions]
        assert sorted(names) == sorted(f"{one}-{number}.xml" for one in "abc" for number in range(25))
        assert len({one.id for one in sandbox.submissions}) == 75
        assert len(sandbox.records) == 75
        assert all(len(sandbox.history(one.doi)) == 1 for one in sandbox.records)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_kill_leaves_every_upload_that_was_answered(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.sqlite3"
    for round_ in range(5):
        process = writer(state, f"k{round_}", 10_000)
        assert process.stdout is not None
        answered = [process.stdout.readline().strip() for _ in range(4 + 3 * round_)][1:]
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with Sandbox(state=state, delays=Delays.none()) as sandbox:
            kept = {one.file_name for one in sandbox.submissions}
            assert {f"{name}.xml" for name in answered} <= kept
            assert len(sandbox.records) == len(kept)
            assert all(one.stage(sandbox.clock()) == "completed" for one in sandbox.submissions)
