"""The inbox of Crossref's warnings: a conflict is found, compared, answered, dismissed; one number everywhere."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from depositing import SERIES, Desk, commentary, sqlite_url, validator
from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.deposits.warnings import CrossrefWarning, WarningKind
from doideposit.errors import UsageError
from doideposit.job.monitoring import Run, prometheus_text
from doideposit.job.notices import Notice
from doideposit.lifecycle import EventKind
from doideposit.records.identifiers import Doi
from doideposit.records.models.series import Series
from doideposit.reports.page import Report
from doideposit.reports.standing import Standing
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox

OTHER = Series.model_validate(
    {**SERIES.model_dump(exclude_none=True), "name": "other", "title": "Other", "issn": "2049-3630",
     "doi": "{prefix}/OTHER.{number}", "url": "https://www.sadf.eu/other-{number}/"}
)  # fmt: skip
SAME = {"title": "The harbour question", "authors": [{"given": "Maya", "family": "Gurung"}]}
FIRST, SECOND = commentary(258, **SAME), commentary(258, **SAME, series=OTHER)


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none())
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox)) as one:
        yield one


def deposited(desk: Desk, *records: Any) -> None:
    desk.depositor.deposit(*records)
    desk.settle()


@pytest.fixture
def conflict(desk: Desk) -> CrossrefWarning:
    deposited(desk, FIRST)
    deposited(desk, SECOND)
    found = tuple(desk.depositor.warnings.all())
    assert len(found) == 1
    return found[0]


def test_a_conflict_has_both_records_beside_each_other(desk: Desk, conflict: CrossrefWarning) -> None:
    assert (conflict.kind, conflict.code) == (WarningKind.CONFLICT, "crossref-conflict")
    assert conflict.others == (str(FIRST.doi),)
    sides = desk.depositor.warnings.sides(conflict)
    assert [one.doi for one in sides] == [str(SECOND.doi), str(FIRST.doi)]
    second, first = (one.texts for one in sides)
    assert second["title"] == first["title"] != ""
    assert second["authors"] == first["authors"] != ""
    assert second["url"] != first["url"]


def test_every_door_has_the_same_number(desk: Desk, conflict: CrossrefWarning) -> None:
    now = desk.clock()
    standing = Standing.take(desk.depositor, now=now)
    status = desk.depositor.status(SECOND.doi)
    assert status.needs_person
    assert f"warnings show {conflict.id}" in status.next_action
    metrics = prometheus_text(Run("sandbox", now, now, 0, "", None, {}), standing)
    shown = {
        "status": len(status.to_dict()["warnings"]),
        "standing": standing.to_dict()["warnings"],
        "report": Report.gather(desk.depositor, now, version="1").counts["warnings"],
        "metrics": int(float(re.search(r"^doideposit_open_warnings\{.*\} (.*)$", metrics, re.MULTILINE)[1])),  # type: ignore[index]
        "mail": sum("Warning" in line for line in Notice.of_warnings(status).lines),
    }
    assert set(shown.values()) == {1}, shown


def test_a_dismissed_conflict_stays_quiet_when_the_record_is_deposited_again(
    desk: Desk, conflict: CrossrefWarning
) -> None:
    with pytest.raises(UsageError):
        desk.depositor.warnings.dismiss(conflict.id, "  ")
    desk.depositor.warnings.dismiss(conflict.id, "a reprint in two series")
    assert not desk.depositor.status(SECOND.doi).needs_person
    deposited(desk, commentary(258, **SAME, series=OTHER, subtitle="Revised"))
    assert [(one.id, one.dismissed) for one in desk.depositor.warnings.all()] == [
        (conflict.id, "a reprint in two series")
    ]
    assert not desk.depositor.status(SECOND.doi).needs_person
    assert Standing.take(desk.depositor, now=desk.clock()).warnings == 0


@pytest.mark.parametrize("who", [FIRST, SECOND], ids=["the first of the two", "the second of the two"])
def test_a_conflict_is_over_when_either_record_is_told_apart(desk: Desk, conflict: CrossrefWarning, who: Any) -> None:
    assert not conflict.dismissed
    other = {**SAME, "title": "The harbour question, revisited"}
    deposited(desk, commentary(258, **other, series=who.series))
    assert list(desk.depositor.warnings.all()) == []
    assert not desk.depositor.status(SECOND.doi).needs_person


A, B, C = "10.5555/a", "10.5555/b", "10.5555/c"


def made(*others: str, kind: WarningKind = WarningKind.CONFLICT) -> CrossrefWarning:
    moment = datetime(2026, 9, 1, tzinfo=UTC)
    return CrossrefWarning(
        "7", Doi(A), kind, "crossref-conflict", moment, "alike", "look", "Added with conflict", others
    )


@pytest.mark.parametrize(
    ("others", "answer", "lines"),
    [
        ((B,), {"primary": A}, ["op=primary", A]),
        ((B,), {"primary": B.upper()}, ["op=primary", B]),
        ((B,), {"alias": A}, ["op=alias", A]),
        ((B,), {"both": True}, ["op=resolve", A]),
        ((B, C), {"primary": B}, ["op=force_alias;delim=tab", f"{B}\t{A}", f"{B}\t{C}"]),
    ],
)
def test_an_answer_is_a_file_with_its_header(others: tuple[str, ...], answer: dict[str, Any], lines: list[str]) -> None:
    written = made(*others).answer_file(email="doi@example.org", **answer).splitlines()
    assert written == [f"H:email=doi@example.org;{lines[0]}", *lines[1:]]


@pytest.mark.parametrize(
    ("warning", "answer"),
    [
        (made(B), {}),
        (made(B), {"primary": A, "both": True}),
        (made(B), {"primary": C}),
        (made(B, C), {"alias": A}),
        (made(kind=WarningKind.WARNING), {"both": True}),
    ],
)
def test_what_is_no_answer_is_refused(warning: CrossrefWarning, answer: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        warning.answer_file(email="doi@example.org", **answer)


def event(number: int, kind: EventKind, **detail: str) -> LedgerEvent:
    return LedgerEvent(number, datetime(2026, 9, number, tzinfo=UTC), "sandbox", kind, A, 1, detail)


WARNED, GOOD = EventKind.REGISTERED_WITH_WARNING, EventKind.REGISTERED
HISTORIES: list[tuple[str, list[LedgerEvent], list[str]]] = [
    ("an unknown warning", [event(1, WARNED, message="Look at this")], ["1"]),
    ("an unknown warning, and an update without it", [event(1, WARNED, message="Look at this"), event(2, GOOD)], []),
    (
        "a numbered conflict outlives an update that is silent",
        [event(1, WARNED, conflict_id="17"), event(2, GOOD)],
        ["1"],
    ),
    (
        "a numbered conflict that a log names as resolved",
        [event(1, WARNED, conflict_id="17"), event(2, GOOD, resolved_conflicts="16 17")],
        [],
    ),
    ("a notice", [event(1, GOOD, notices="possible preprint/vor pair")], ["1.2"]),
    ("a notice that is gone", [event(1, GOOD, notices="possible preprint/vor pair"), event(2, GOOD)], []),
    (
        "an acknowledgement sets aside what was there, and nothing new",
        [
            event(1, WARNED, conflict_id="17"),
            event(2, EventKind.ACKNOWLEDGED, reason="seen"),
            event(3, WARNED, conflict_id="18", dois_in_conflict=B),
        ],
        ["3"],
    ),
]


@pytest.mark.parametrize(("events", "open_ids"), [row[1:] for row in HISTORIES], ids=[row[0] for row in HISTORIES])
def test_what_is_open_follows_from_the_history(events: list[LedgerEvent], open_ids: list[str]) -> None:
    found = CrossrefWarning.all_of(Doi(A), events, frozenset())
    assert [one.id for one in found if one.dismissed is None] == open_ids
