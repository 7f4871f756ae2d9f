"""Every earlier ledger, with data in it, opens as the newest, on both databases, and goes on."""

import itertools
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

import postgres
from depositing import Desk, commentary, sqlite_url
from doideposit.deposits.ledger.migrations import REVISIONS
from doideposit.deposits.ledger.store import Ledger
from doideposit.errors import LedgerTooNew, LedgerUnavailable
from doideposit.lifecycle import State
from doideposit.sandbox.clock import Clock
from ledger_revisions import GOLDEN, ledger_of, lines

STATES = {
    1: (State.DONE, True),
    2: (State.DONE, False),
    3: (State.DONE, True),
    4: (State.REFUSED, False),
    5: (State.QUEUED, False),
    6: (State.SENDING, False),
    7: (State.PREPARED, False),
}
COUNTER = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres.running() as address:
        yield address


def check_and_go_on(url: str) -> None:
    clock = Clock()
    clock.advance(86_400)
    with Desk(url, clock=clock) as desk:
        assert desk.depositor.ledger.check() == ()
        for number, (state, registered) in STATES.items():
            status = desk.depositor.status(commentary(number).doi)
            assert (status.state, status.registered) == (state, registered), number
        assert len(desk.depositor.history(commentary(1).doi)) == 10
        assert desk.depositor.status(commentary(2).doi).acknowledged == "it is known"
        desk.depositor.deposit(commentary(8))
        assert desk.depositor.ledger.check() == ()


def test_every_revision_has_an_export_of_its_time() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.jsonl")) == sorted(REVISIONS)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_sqlite_ledger_of_each_revision_opens_and_goes_on(tmp_path: Path, revision: str) -> None:
    ledger_of(sqlite_url(tmp_path), revision)
    check_and_go_on(sqlite_url(tmp_path))
    copies = [
        path for path in tmp_path.iterdir() if ".before-" in path.name and not path.name.endswith(("-wal", "-shm"))
    ]
    assert len(copies) == (revision != REVISIONS[-1])
    assert all(stat.S_IMODE(copy.stat().st_mode) == 0o600 for copy in copies)


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_export_of_each_revision_can_be_imported(tmp_path: Path, revision: str) -> None:
    with Ledger.open(sqlite_url(tmp_path)) as ledger:
        ledger.import_lines(lines(revision))
    check_and_go_on(sqlite_url(tmp_path))


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.parametrize("revision", REVISIONS)
def test_a_postgresql_ledger_of_each_revision_opens_and_goes_on(server: str, revision: str) -> None:
    url = postgres.new_database(server, f"revision{next(COUNTER)}")
    ledger_of(url, revision)
    check_and_go_on(url)


def upgrade_by_a_newer_version(url: str) -> None:
    """Do what the version after this one may do: rename a column, and count the revision on."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE work RENAME COLUMN last_update_failed TO another_name"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()


def refuse_in_words(url: str) -> None:
    with Desk(url) as desk:
        desk.depositor.deposit(commentary(1))
        upgrade_by_a_newer_version(url)
        doors = (
            lambda: desk.depositor.enqueue(commentary(2)),
            lambda: desk.depositor.status(commentary(1).doi),
            desk.depositor.ledger.require_newest,
        )
        for door in doors:
            with pytest.raises(LedgerTooNew, match=r"newer doideposit \(revision 9999\)"):
                door()
        with pytest.raises(LedgerTooNew):
            desk.open()


def test_a_process_that_had_the_ledger_open_while_a_newer_one_upgraded_it_says_so(tmp_path: Path) -> None:
    refuse_in_words(sqlite_url(tmp_path))


@pytest.mark.postgres
@pytest.mark.slow
def test_so_does_one_on_postgresql(server: str) -> None:
    refuse_in_words(postgres.new_database(server, f"newer{next(COUNTER)}"))


def test_an_older_ledger_put_in_its_place_is_named(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        desk.depositor.enqueue(commentary(1))
        with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as base:
            base.execute("UPDATE alembic_version SET version_num = ?", (REVISIONS[0],))
            base.commit()
        with pytest.raises(LedgerUnavailable, match="replaced by an older one"):
            desk.depositor.enqueue(commentary(2))


def test_an_upgrade_copies_a_sqlite_ledger_beside_itself_first(tmp_path: Path) -> None:
    from doideposit.deposits.ledger.migrate import Revisions

    ledger_of(sqlite_url(tmp_path), REVISIONS[0])
    copy = Revisions.copy_beside(tmp_path / "ledger.sqlite3", REVISIONS[0])
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with Ledger.open(f"sqlite:///{copy}") as ledger:
        assert ledger.check() == ()
