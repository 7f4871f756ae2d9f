"""Opening a ledger: permissions, revisions, and every way in which the file can be wrong."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from depositing import Desk, commentary, make_ledger, sqlite_url
from doideposit.deposits.ledger import migrate
from doideposit.deposits.ledger.engine import LedgerLocation
from doideposit.deposits.ledger.migrations import REVISIONS
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.ledger.tables import METADATA
from doideposit.errors import ConfigurationError, LedgerDamaged, LedgerTooNew, LedgerUnavailable
from doideposit.sandbox.clock import Clock


def path_of(folder: Path) -> Path:
    return folder / "ledger.sqlite3"


def test_a_new_ledger_is_for_its_owner_alone_and_so_are_its_side_files(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        desk.depositor.enqueue(commentary())
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
        assert set(modes) >= {"ledger.sqlite3", "ledger.sqlite3-wal"}
        assert set(modes.values()) == {0o600}


def test_whoever_only_looks_makes_no_file_and_the_first_deposit_does(tmp_path: Path) -> None:
    begun: list[str] = []
    with Ledger.open(sqlite_url(tmp_path), begun=begun.append) as ledger:
        works = ledger.on("sandbox", Clock()).works
        assert (works.one(commentary().doi), list(works.events()), ledger.check()) == (None, [], ())
        assert not ledger.is_there
        assert list(tmp_path.iterdir()) == []
        # Another process makes the file meanwhile: the same ledger then reads what stands in it.
        with Desk(sqlite_url(tmp_path)) as desk:
            desk.depositor.enqueue(commentary())
        assert works.one(commentary().doi) is not None
    assert begun == []


def test_a_new_ledger_is_announced_once_by_what_is_written_first(tmp_path: Path) -> None:
    begun: list[str] = []
    with Ledger.open(sqlite_url(tmp_path), begun=begun.append) as ledger:
        for _ in range(2):
            with ledger.on("sandbox", Clock()).session.writing("begin"):
                pass
    assert begun == [str(path_of(tmp_path))]


def test_a_missing_folder_is_no_place_for_a_new_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnavailable, match="there is no folder"):
        Ledger.open(f"sqlite:///{tmp_path / 'away' / 'ledger.sqlite3'}")
    assert not (tmp_path / "away").exists()


def test_it_opens_again_with_what_it_held(tmp_path: Path) -> None:
    with Ledger.open(sqlite_url(tmp_path)) as ledger:
        assert ledger.place == str(path_of(tmp_path))
    with Ledger.open(sqlite_url(tmp_path)) as ledger:
        assert ledger.check() == ()


def test_a_ledger_of_a_newer_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    make_ledger(sqlite_url(tmp_path))
    with closing(sqlite3.connect(path_of(tmp_path))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path_of(tmp_path).read_bytes()
    with pytest.raises(LedgerTooNew, match="9999"):
        Ledger.open(sqlite_url(tmp_path))
    assert path_of(tmp_path).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite3"]


@pytest.mark.parametrize("content", [b"no database at all, just text " * 40, bytes(range(256)) * 40])
def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path, content: bytes) -> None:
    path_of(tmp_path).write_bytes(content)
    with pytest.raises(LedgerDamaged, match=r"ledger\.sqlite3"):
        Ledger.open(sqlite_url(tmp_path))
    assert path_of(tmp_path).read_bytes() == content


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(path_of(tmp_path))) as connection, connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    before = path_of(tmp_path).read_bytes()
    with pytest.raises(LedgerDamaged, match="another program"):
        Ledger.open(sqlite_url(tmp_path))
    assert path_of(tmp_path).read_bytes() == before


def test_a_ledger_with_a_torn_page_is_damaged_and_says_so(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        desk.depositor.deposit(*(commentary(number) for number in range(1, 12)))
        desk.settle()
    content = bytearray(path_of(tmp_path).read_bytes())
    content[4096 : 4096 * 12] = b"\xff" * (4096 * 11)
    path_of(tmp_path).write_bytes(content)
    with pytest.raises(LedgerDamaged) as caught:
        look_through(tmp_path)
    assert caught.value.__suppress_context__


def look_through(folder: Path) -> None:
    with Ledger.open(sqlite_url(folder)) as ledger:
        assert ledger.check()
        list(ledger.on("sandbox", Clock()).works.events())


@pytest.mark.parametrize("sql", ["UPDATE submission SET state = 'lost'", "UPDATE event SET detail = '{'"])
def test_a_value_that_cannot_be_read_is_damage(tmp_path: Path, sql: str) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        desk.depositor.deposit(commentary())
        with closing(sqlite3.connect(path_of(tmp_path))) as connection, connection:
            connection.execute(sql)
        with pytest.raises(LedgerDamaged):
            desk.depositor.history(commentary().doi)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://host/name",
        "postgresql://host/name",
        "nonsense",
        "",
    ],
)
def test_an_address_that_cannot_be_a_ledger_is_a_fault_of_the_configuration(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Ledger.open(url)
    assert "sqlite:///" in caught.value.hint


AS_NOBODY = """
import os, sys
import sqlalchemy.dialects.sqlite.pysqlite
from doideposit.errors import LedgerUnavailable
from doideposit.deposits.ledger.store import Ledger
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    with Ledger.open(sys.argv[1]) as ledger:
        ledger.import_lines([])
except LedgerUnavailable as error:
    print(error.message, "|", error.hint)
"""


def as_nobody(url: str) -> str:
    """Open the ledger as a user without rights: root would be allowed everything."""
    command = [sys.executable, "-c", AS_NOBODY, url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def open_folder() -> Path:
    """A folder any user can reach."""
    import tempfile

    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


def test_a_read_only_folder_is_unavailable_with_the_path_and_a_hint(open_folder: Path) -> None:
    said = as_nobody(sqlite_url(open_folder))
    assert str(path_of(open_folder)) in said
    assert "cannot be created" in said
    assert "allow this user" in said


def test_a_ledger_one_may_not_read_is_unavailable(open_folder: Path) -> None:
    open_folder.chmod(0o755)
    make_ledger(sqlite_url(open_folder))
    path_of(open_folder).chmod(0o600 if os.geteuid() == 0 else 0o000)
    said = as_nobody(sqlite_url(open_folder))
    assert "cannot be used" in said


def test_a_directory_in_place_of_the_file_is_unavailable(tmp_path: Path) -> None:
    path_of(tmp_path).mkdir()
    with pytest.raises(LedgerUnavailable, match=r"ledger\.sqlite3"):
        Ledger.open(sqlite_url(tmp_path))


def test_a_full_disk_is_unavailable_and_what_was_there_survives(tmp_path: Path) -> None:
    """A limit on the number of pages gives the very error of a full disk."""
    with Desk(sqlite_url(tmp_path)) as desk:
        desk.depositor.deposit(commentary(1))
        engine = desk.depositor.ledger._database._engine

        def fill(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")

        from sqlalchemy import event

        event.listen(engine, "connect", fill)
        engine.dispose()
        with pytest.raises(LedgerUnavailable) as caught:
            desk.depositor.deposit(*(commentary(number) for number in range(2, 30)))
        assert "disk is full" in caught.value.message
        assert str(path_of(tmp_path)) in caught.value.message
        event.remove(engine, "connect", fill)
        engine.dispose()
        desk.settle()
        assert [str(one.doi) for one in desk.depositor.statuses()] == [str(commentary(1).doi)]
        assert desk.depositor.ledger.check() == ()


# Revisions.


def test_the_list_of_revisions_is_the_one_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(one.revision for one in reversed(list(scripts.walk_revisions()))) == REVISIONS


def shape(path: Path) -> dict[str, object]:
    """Tables, columns and indexes, for comparison."""
    from sqlalchemy import inspect

    engine = create_engine(f"sqlite:///{path}")
    look = inspect(engine)
    found = {}
    for table in sorted(look.get_table_names()):
        if table in {"alembic_version", "sqlite_sequence"}:
            continue
        columns = {
            one["name"]: (str(one["type"]), one["nullable"], str(one["default"])) for one in look.get_columns(table)
        }
        indexes = sorted(
            (
                one["name"],
                tuple(one["column_names"]),
                one["unique"],
                sorted((key, str(value)) for key, value in one["dialect_options"].items()),
            )
            for one in look.get_indexes(table)
        )
        keys = sorted(
            (tuple(one["constrained_columns"]), one["referred_table"]) for one in look.get_foreign_keys(table)
        )
        unique = sorted(tuple(one["column_names"]) for one in look.get_unique_constraints(table))
        found[table] = (columns, indexes, keys, unique, look.get_pk_constraint(table))
    engine.dispose()
    return found


def test_the_revisions_make_the_very_tables_of_the_code(tmp_path: Path) -> None:
    make_ledger(sqlite_url(tmp_path))
    engine = create_engine(f"sqlite:///{tmp_path / 'direct.sqlite3'}")
    METADATA.create_all(engine)
    engine.dispose()
    assert shape(path_of(tmp_path)) == shape(tmp_path / "direct.sqlite3")


def test_many_processes_open_a_new_ledger_at_once(tmp_path: Path) -> None:
    code = "import sys; sys.path.insert(0, sys.argv[2]); from depositing import make_ledger; make_ledger(sys.argv[1])"
    tests = str(Path(__file__).parents[3])
    runs = [subprocess.Popen([sys.executable, "-c", code, sqlite_url(tmp_path), tests]) for _ in range(4)]
    assert [run.wait(timeout=120) for run in runs] == [0] * 4


@pytest.mark.parametrize(
    ("state", "words", "said"),
    [
        ("28P01", "", "does not accept the password"),
        ("28000", "", "does not let this user in"),
        ("3D000", "", "no such database"),
        ("42501", "", "lacks the permission"),
        ("25006", "", "read-only, as a standby is"),
        ("53100", "", "disk of the server is full"),
        ("53300", "", "too many connections"),
        ("57P03", "", "starting, stopping or in recovery"),
        ("57P01", "", "was stopped"),
        ("40P01", "", "blocked each other"),
        ("08006", "", "interrupted"),
        ("", 'connection failed: FATAL:  password authentication failed for user "dd"', "does not accept the password"),
        ("", 'connection failed: FATAL:  database "doi" does not exist', "no such database"),
        ("", 'connection failed: FATAL:  role "dd" does not exist', "does not let this user in"),
        ("", "connection failed: Connection refused", "refused the connection"),
        ("", "failed to resolve host 'nosuch'", "no server of this name"),
        ("", "connection timeout expired", "does not answer"),
        ("", "FATAL:  the database system is in recovery mode", "in recovery"),
        ("", 'connection failed: FATAL:  role "dd" is not permitted to log in', "does not let this user in"),
        ("", 'connection to server on socket "/x/.s.PGSQL.5432" failed: No such file or directory', "at this socket"),
        ("", "FATAL:  the database system is not accepting connections", "starting, stopping or in recovery"),
        ("", "received invalid response to SSL negotiation: 2", "is not PostgreSQL"),
        ("", "server does not support SSL, but SSL was required", "encrypted connection failed"),
        ("XX999", "something new", "SomethingElse"),
    ],
)
def test_what_postgresql_refuses_is_said_in_words(state: str, words: str, said: str) -> None:
    class SomethingElse(Exception):
        sqlstate = state

    place = LedgerLocation("postgresql+psycopg://dd@db.example.org/doi")
    with pytest.raises(LedgerUnavailable, match=said) as caught, place.translated():
        raise DBAPIError("SELECT 'hunter2'", {}, SomethingElse(words))
    assert caught.value.hint
    assert "hunter2" not in str(caught.value) + caught.value.hint
