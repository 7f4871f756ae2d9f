"""Backup, check, export and import: what the ledger does for itself."""

import json
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from depositing import Desk, commentary, sqlite_url
from doideposit.deposits.ledger.inspection import Condition
from doideposit.deposits.ledger.restore import Restored
from doideposit.deposits.ledger.store import Ledger
from doideposit.errors import DiskError, LedgerUnavailable, UsageError
from doideposit.sandbox.clock import Clock
from mixed_ledger import NOW


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A ledger with a registered DOI, one that failed, one under way, and one that was acknowledged."""
    with Desk(sqlite_url(tmp_path)) as one:
        one.depositor.deposit(commentary(1))
        one.settle()
        one.sandbox.faults.add("reject", "something new went wrong")
        one.depositor.deposit(commentary(2))
        one.settle()
        one.depositor.acknowledge(commentary(2).doi, "it is known")
        one.depositor.deposit(commentary(3))
        yield one


def test_a_sound_ledger_has_no_findings(desk: Desk) -> None:
    assert desk.depositor.ledger.check() == ()


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("UPDATE content SET xml = x'00' WHERE submission = 1", "ledger-bytes"),
        ("DELETE FROM content WHERE submission = 2", "ledger-bytes"),
        ("UPDATE submission SET state = 'queued' WHERE id = 1", "ledger-state"),
        ("UPDATE submission SET state = 'done' WHERE id = 3", "ledger-state"),
        ("DELETE FROM event WHERE submission = 2 AND kind != 'prepared'", "ledger-state"),
        ("UPDATE item SET open = 1 WHERE id = 1", "ledger-open"),
        ("UPDATE item SET open = 0 WHERE id = 3", "ledger-open"),
        ("UPDATE item SET outcome = NULL WHERE id = 1", "ledger-open"),
        ("UPDATE item SET outcome = 'registered' WHERE id = 3", "ledger-open"),
        ("UPDATE work SET item = 1 WHERE item = 2", "ledger-work"),
        ("UPDATE work SET registered_at = NULL WHERE item = 1", "ledger-registered"),
        ("UPDATE work SET registered_at = '2026-09-01T12:00:00.000000Z' WHERE item = 2", "ledger-registered"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM submission WHERE id = 3", "ledger-reference"),
    ],
)
def test_every_contradiction_is_found(desk: Desk, tmp_path: Path, sql: str, code: str) -> None:
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as connection:
        connection.executescript(sql)
    assert code in {finding.code for finding in desk.depositor.ledger.check()}


def test_timestamps_that_do_not_rise_are_found(desk: Desk, tmp_path: Path) -> None:
    desk.depositor.deposit(commentary(1, title="Other words"))
    desk.settle()
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as connection, connection:
        connection.execute("UPDATE submission SET timestamp = 20200101000000000 WHERE id = 4")
    assert [finding.code for finding in desk.depositor.ledger.check()] == ["ledger-timestamp"]


def test_a_backup_of_a_ledger_in_use_is_whole_and_for_its_owner_alone(desk: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    desk.depositor.ledger.backup(copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with Ledger.open(f"sqlite:///{copy}") as ledger:
        assert list(ledger.export_lines()) == list(desk.depositor.ledger.export_lines())
    with pytest.raises(UsageError, match="exists already"):
        desk.depositor.ledger.backup(copy)
    with pytest.raises(DiskError):
        desk.depositor.ledger.backup(tmp_path / "no" / "such" / "folder.sqlite3")


def test_a_ledger_goes_through_json_lines_unchanged_and_goes_on(desk: Desk, tmp_path: Path) -> None:
    lines = list(desk.depositor.ledger.export_lines())
    url = sqlite_url(tmp_path / "other")
    with Ledger.open(url) as other:
        assert other.import_lines(lines) == len(lines) - 1
        assert other.check() == ()
    with Desk(url, clock=desk.clock, sandbox=desk.sandbox) as second:
        assert list(second.depositor.ledger.export_lines()) == lines
        second.settle()
        assert second.depositor.status(commentary(3).doi).registered
        second.depositor.deposit(commentary(4))
        second.settle()
        assert second.depositor.ledger.check() == ()


def test_no_number_of_the_export_needs_more_than_a_float_can_hold(desk: Desk) -> None:
    def numbers(value: object) -> list[int]:
        if isinstance(value, dict):
            return [number for one in value.values() for number in numbers(one)]
        return [value] if isinstance(value, int) and not isinstance(value, bool) else []

    rows = [json.loads(line) for line in desk.depositor.ledger.export_lines()]
    assert max(number for row in rows for number in numbers(row)) < 2**31
    (timestamp,) = {
        row["row"]["timestamp"] for row in rows if row.get("table") == "submission" and row["row"]["id"] in {1, "1"}
    }
    assert isinstance(timestamp, str)
    assert len(timestamp) == 17


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [""],
        ["not json"],
        ["[]"],
        ['{"format": "something else", "revision": "0001"}'],
        ['{"format": "doideposit-ledger", "revision": "9999"}'],
        ['{"format": "doideposit-ledger", "revision": "0001"}', "not json"],
        ['{"format": "doideposit-ledger", "revision": "0001"}', '{"table": "recipes", "row": {}}'],
        ['{"format": "doideposit-ledger", "revision": "0001"}', '{"table": "event", "row": {"what": 1}}'],
        ['{"format": "doideposit-ledger", "revision": "0001"}', '{"table": "content", "row": {"xml": "?"}}'],
    ],
)
def test_what_is_no_export_is_refused_and_nothing_is_taken(tmp_path: Path, lines: list[str]) -> None:
    with Ledger.open(sqlite_url(tmp_path)) as ledger:
        with pytest.raises(UsageError):
            ledger.import_lines(lines)
        assert list(ledger.export_lines())[1:] == []


def test_half_an_export_leaves_the_ledger_empty(desk: Desk, tmp_path: Path) -> None:
    lines = list(desk.depositor.ledger.export_lines())
    with Ledger.open(sqlite_url(tmp_path / "other")) as other:
        with pytest.raises(UsageError):
            other.import_lines([*lines[:-2], "torn"])
        assert list(other.export_lines())[1:] == []
        other.import_lines(lines)
        with pytest.raises(UsageError, match="not empty"):
            other.import_lines(lines)


def test_bytes_that_were_changed_are_never_sent(desk: Desk, tmp_path: Path) -> None:
    from doideposit.errors import LedgerDamaged

    desk.depositor.enqueue(commentary(5))
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as connection, connection:
        connection.execute("UPDATE content SET xml = replace(xml, 'Prospects', 'Nonsense') WHERE submission = 4")
    error = desk.depositor.send().error
    assert isinstance(error, LedgerDamaged)
    assert str(commentary(5).doi) in error.message
    assert len(desk.sandbox.submissions) == 3


def test_blank_lines_of_an_export_are_passed_over(desk: Desk, tmp_path: Path) -> None:
    lines = list(desk.depositor.ledger.export_lines())
    spaced = [lines[0], "\n", *(text for line in lines[1:] for text in (line, "  \n"))]
    with Ledger.open(sqlite_url(tmp_path / "copy")) as copy:
        assert copy.import_lines(spaced) == len(lines) - 1
        assert list(copy.export_lines()) == lines


def test_a_restored_ledger_leaves_the_old_one_whole_beside_it(desk: Desk, tmp_path: Path) -> None:
    url, backup, moment = sqlite_url(tmp_path), tmp_path / "backup.sqlite3", datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    desk.depositor.ledger.backup(backup)
    desk.depositor.deposit(commentary(4))
    before = list(desk.depositor.ledger.export_lines())
    desk.depositor.close()
    restored = Restored.from_backup(url, backup, moment)
    old = tmp_path / "ledger.before-restore-20260304T050607000000.sqlite3"
    assert restored.kept == old
    assert restored.dois == 3
    with Ledger.open(f"sqlite:///{old}") as ledger:
        assert list(ledger.export_lines()) == before
    with Ledger.open(url) as ledger:
        assert ledger.on("sandbox", Clock(NOW)).works.one(commentary(4).doi) is None


def test_a_ledger_that_is_not_there_is_restored_too(desk: Desk, tmp_path: Path) -> None:
    backup = tmp_path / "backup.sqlite3"
    (tmp_path / "new").mkdir()
    desk.depositor.ledger.backup(backup)
    restored = Restored.from_backup(f"sqlite:///{tmp_path / 'new' / 'ledger.sqlite3'}", backup, NOW)
    assert (restored.kept, restored.dois) == (None, 3)


def test_how_a_ledger_stands(desk: Desk, tmp_path: Path) -> None:
    condition = Condition.of_ledger(sqlite_url(tmp_path))
    assert (condition.is_current, condition.revision, condition.hindrance) == (True, condition.newest, None)
    assert {path.name for path in condition.side_files} >= {"ledger.sqlite3", "ledger.sqlite3-wal"}
    assert Condition("elsewhere", None, None).side_files == ()
    missing = Condition.of_ledger(sqlite_url(tmp_path / "empty"))
    assert (missing.is_current, missing.revision, missing.side_files) == (False, None, ())


def test_a_name_that_no_file_can_have_is_said(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / ('x' * 300)}"
    for opened in (lambda: Ledger.open(url), lambda: Condition.of_ledger(url)):
        with pytest.raises(LedgerUnavailable, match="cannot be reached: File name too long"):
            opened()


def test_a_place_for_the_ledger_that_is_taken_by_something_else_is_said(tmp_path: Path) -> None:
    with Ledger.open(sqlite_url(tmp_path)) as ledger:
        # A link to nowhere: the file is not there, and cannot be made.
        (tmp_path / "ledger.sqlite3").symlink_to(tmp_path / "away" / "ledger.sqlite3")
        with pytest.raises(LedgerUnavailable):
            ledger.on("sandbox", Clock(NOW)).uploads.resume()
