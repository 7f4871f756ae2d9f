"""A ledger in which somebody, or a failing disk, changed single values: nothing but our own errors, and no silence."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from api_client import Cms
from depositing import Desk, commentary, sqlite_url
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.ledger.tables import METADATA
from doideposit.errors import DoiDepositError, LedgerDamaged, LedgerError
from doideposit.reports.findings import safe
from doideposit.reports.standing import Standing
from doideposit.sandbox.clock import Clock

HARMS: dict[str, str] = {
    "a number": "7",
    "a huge number": "9223372036854775807",
    "a negative number": "-1",
    "a fraction": "1.5",
    "an empty text": "''",
    "a text": "'nonsense'",
    "a text with a line break": "'a' || char(10) || char(0) || 'b'",
    "bytes": "x'00ff'",
    "bytes that are no UTF-8": "CAST(x'ff41' AS TEXT)",
    "a list": "'[1]'",
    "a mapping": """'{"code": 5, "severity": {}, "message": null}'""",
    "a moment beyond the calendar": "'9999-12-31T23:59:59.999999Z'",
    "nothing": "NULL",
}
FILE = "ledger.sqlite3"
TURNS = 5


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with a registered DOI, one that failed, one at Crossref, one in doubt, and one that waits."""
    folder = tmp_path_factory.mktemp("template")
    with Desk(sqlite_url(folder)) as desk:
        desk.depositor.deposit(commentary(1))
        desk.settle()
        desk.depositor.deposit(commentary(2))
        desk.depositor.enqueue(commentary(3))
        desk.depositor.enqueue(commentary(4))
    with closing(sqlite3.connect(folder / FILE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / FILE


def doors(desk: Desk) -> Iterator[tuple[str, Callable[[], object]]]:
    """Everything that reads or writes the ledger."""
    depositor = desk.depositor
    doi = commentary(2).doi
    yield "statuses", lambda: [one.to_dict() for one in depositor.statuses()]
    yield "attention", lambda: [safe(one.next_action) for one in depositor.statuses(attention=True)]
    yield "status", lambda: depositor.status(doi).to_dict()
    yield "history", lambda: [one.to_dict() for one in depositor.history(doi)]
    yield "events", lambda: list(depositor.events())
    yield "outstanding", depositor.outstanding
    yield "next due", depositor.next_due
    yield "standing", lambda: Standing.take(depositor, now=desk.clock()).to_dict()
    yield "xml", lambda: depositor.xml(doi)
    yield "plan", lambda: depositor.plan(commentary(1), commentary(2), commentary(5)).to_dict()
    yield "send", depositor.send
    yield "poll", lambda: depositor.poll(force=True).to_dict()
    yield "deposit", lambda: depositor.deposit(commentary(2, "Another title"), commentary(6)).to_dict()
    yield "verify", lambda: depositor.verify(doi)
    yield "acknowledge", lambda: depositor.acknowledge(doi, "seen")
    yield "abandon", lambda: depositor.abandon(doi, "damaged")
    yield "hint", lambda: depositor.hint("no-such-batch")
    yield "check", depositor.ledger.check
    yield "export", lambda: list(depositor.ledger.export_lines())
    yield "warnings", lambda: [str(one) for one in depositor.warnings.all()]
    yield "watch", lambda: depositor.watch(10)
    yield "look up", lambda: depositor.look_up(commentary(1).doi)
    yield "references", lambda: depositor.references.of(commentary(1).doi, offline=True, search=False)
    yield "restoration", lambda: depositor.restoration(commentary(1).doi, offline=True)
    yield "plan file", lambda: depositor.plans.make(depositor.plan(commentary(7)), by="ada")
    yield "accept", lambda: depositor.accept(commentary(1).doi, "seen")
    yield "enqueue", lambda: depositor.enqueue(commentary(8))
    yield "same again", lambda: depositor.deposit(commentary(1), retry=True)
    yield "registered file", lambda: depositor.versions.registered_file(commentary(1).doi)
    yield "hooks", lambda: depositor.hooks.begin(("hook",))
    cms = Cms(desk)
    for path in (f"dois/{doi}", f"dois/{doi}/history", f"dois/{doi}/xml", "dois", "events"):
        yield f"GET {path}", lambda path=path: require_own_error(cms.open(f"/v1/{path}"))


def require_own_error(answer: TestResponse) -> None:
    """Raise for an answer of the API to something that nobody foresaw: it answers 500 then, and 503 to a bad ledger."""
    if answer.status_code == 500:
        raise RuntimeError(answer.text[:200])


@pytest.mark.slow
@pytest.mark.acceptance
@pytest.mark.parametrize("harm", HARMS.values(), ids=list(HARMS))
def test_no_door_lets_a_foreign_exception_out(tmp_path: Path, template: Path, harm: str) -> None:
    escaped: list[str] = []
    turn = list(HARMS.values()).index(harm)
    for table in METADATA.tables.values():
        for number, column in enumerate(table.columns):
            # Every column meets several kinds of value, and no run takes minutes.
            if (column.primary_key and column.name == "id") or (number + turn) % TURNS:
                continue
            folder = tmp_path / f"{table.name}-{column.name}"
            folder.mkdir()
            (folder / FILE).write_bytes(template.read_bytes())
            with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as connection:
                connection.execute("PRAGMA ignore_check_constraints = ON")
                # Where the database itself refuses the value, nothing was harmed.
                try:
                    connection.execute(f"UPDATE {table.name} SET {column.name} = {harm}")
                except sqlite3.IntegrityError:
                    continue
            escaped += [f"{table.name}.{column.name}: {each}" for each in walk(folder)]
    assert escaped == []


def walk(folder: Path) -> Iterator[str]:
    try:
        desk = Desk(sqlite_url(folder))
    except LedgerError:
        return
    with desk:
        for name, door in doors(desk):
            try:
                door()
            except DoiDepositError:
                continue
            except Exception as error:  # noqa: BLE001 - this is what the test looks for
                yield f"{name} raised {type(error).__name__}: {error}"


def harm_one(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as connection:
        assert connection.execute(sql).rowcount == 1, sql


BYTES = "UPDATE content SET xml = x'3c613e' WHERE submission = (SELECT submission FROM item WHERE printed LIKE '%C2')"
NUMBER = "UPDATE submission SET polls = 'many' WHERE id = (SELECT submission FROM item WHERE printed LIKE '%C2')"
GONE = "DELETE FROM content WHERE submission = (SELECT submission FROM item WHERE printed LIKE '%C2')"


@pytest.mark.parametrize("sql", [BYTES, NUMBER, GONE])
def test_one_harmed_file_stops_no_other_and_is_named_by_its_doi(tmp_path: Path, sql: str) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        desk.depositor.deposit(commentary(1))
        desk.settle()
        for number in (2, 3, 4):
            desk.depositor.enqueue(commentary(number))
        harm_one(tmp_path, sql)
        report = desk.depositor.poll(force=True)
        assert isinstance(report.error, LedgerDamaged)
        assert str(commentary(2).doi) in report.error.message
        assert f"abandon {commentary(2).doi} --reason" in report.error.hint
        for _ in range(3):
            desk.clock.advance(3600)
            assert isinstance(desk.depositor.poll(force=True).error, LedgerDamaged), "it is said as long as it lasts"
        found = {str(one.doi)[-1]: one.registered for one in desk.depositor.statuses()}
        assert found == {"1": True, "2": False, "3": True, "4": True}
        assert len(desk.sandbox.submissions) == 3
        (harmed,) = (one for one in desk.depositor.statuses(attention=True) if one.needs_person)
        assert harmed.doi == commentary(2).doi
        assert "doideposit ledger restore FILE" in harmed.next_action
        assert "poll" not in harmed.next_action


@pytest.mark.parametrize("sql", [BYTES, GONE])
def test_the_advice_about_a_harmed_file_can_be_followed(tmp_path: Path, sql: str) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        desk.depositor.deposit(commentary(1))
        desk.settle()
        desk.depositor.enqueue(commentary(2))
        harm_one(tmp_path, sql)
        assert isinstance(desk.depositor.poll().error, LedgerDamaged)
        desk.depositor.abandon(commentary(2).doi, "damaged")
        desk.depositor.deposit(commentary(2))
        desk.settle()
        assert desk.depositor.status(commentary(2).doi).registered


@pytest.mark.parametrize("xml", ["''", "'[1]'", "x'3c613e'", "replace(xml, 'Prospects', 'Prospekts')"])
def test_a_harmed_file_is_not_restored(tmp_path: Path, xml: str) -> None:
    """Also one that is still valid XML: nobody approved what is in it now."""
    with Desk(sqlite_url(tmp_path)) as desk:
        desk.depositor.deposit(commentary(1))
        desk.settle()
        assert desk.depositor.restoration(commentary(1).doi, offline=True).updates == 1
        harm_one(tmp_path, f"UPDATE content SET xml = {xml}")
        with pytest.raises(LedgerDamaged, match="no longer holds the last deposit") as raised:
            desk.depositor.restoration(commentary(1).doi, offline=True)
        assert "ledger check" in (raised.value.hint or "")
        assert desk.depositor.deposit(commentary(1, "Another title")).ok, "the advice can be followed"


def test_an_entry_that_cannot_be_read_needs_a_person_and_hides_no_other(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        desk.depositor.deposit(*(commentary(number) for number in (1, 2, 3)))
        desk.settle()
        harm_one(tmp_path, "UPDATE work SET registered_at = 'yesterday' WHERE printed LIKE '%C2'")
        found = {str(one.doi)[-1]: (one.registered, one.needs_person) for one in desk.depositor.statuses()}
        assert found == {"1": (True, False), "2": (False, True), "3": (True, False)}
        assert "ledger check" in desk.depositor.status(commentary(2).doi).next_action
        assert Standing.take(desk.depositor, now=desk.clock()).needs_person.count == 1


def test_a_ledger_that_is_whole_opens_as_before(template: Path) -> None:
    with Ledger.open(f"sqlite:///{template}") as ledger:
        assert ledger.check() == ()
        assert list(ledger.on("sandbox", Clock()).works.harmed_files()) == []
