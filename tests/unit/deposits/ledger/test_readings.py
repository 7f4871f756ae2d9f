"""What the ledger answers about a publisher's months, question by question, and what each writing leaves in it.

The answers are kept in `tests/golden/ledger/answers.txt`, and were read by a person when they were written down. After
a change that is meant, write them anew with `UPDATE_GOLDEN=1` and read the difference.
"""

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from depositing import SERIES, sqlite_url
from doideposit.deposits.ledger.entries import LedgerWork
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.ledger.tables import METADATA
from doideposit.deposits.ledger.target import TargetLedger
from doideposit.deposits.ledger.work_filter import WorkFilter
from doideposit.lifecycle import EventKind, Milestone, State
from doideposit.records.identifiers import Doi
from doideposit.sandbox.clock import Clock
from ledger_life import WRITINGS as WRITINGS_OF_A_LIFE
from mixed_ledger import ADOPTED, NOW, mixed_desk, work, write_three_targets

GOLDEN = Path(__file__).parents[3] / "golden" / "ledger" / "answers.txt"
NEVER_SENT = Doi("10.48251/nobody.knows.this")
WHOLE, IN_PARTS, STUCK = work(231).doi, work(232).doi, work(264).doi
"""A DOI that is well, one whose references were sent alone afterwards, and one that Crossref does not finish."""
KEYS = ("id", "doi", "name", "target")
SOON = NOW + timedelta(hours=1)


def _pulled_back(ahead: timedelta) -> Callable[[TargetLedger], object]:
    """Plan everything far ahead, as a clock that is wrong does it, and pull it back."""

    def pulled_back(of: TargetLedger) -> object:
        of.uploads.resume()
        of.uploads.postpone(16, NOW + ahead, "a wrong clock")
        of.polls.lease("somebody", NOW + ahead, most=100, all_after=0)
        of.uploads.pause(NOW + ahead, "a wrong clock")
        return of.polls.pull_back()

    return pulled_back


QUESTIONS: Mapping[str, Callable[[TargetLedger], object]] = {
    "uploads.blocker": lambda of: of.uploads.slot("somebody", SOON, pending=1).blocker(),
    "uploads.pending": lambda of: of.uploads.pending(),
    "uploads.candidate": lambda of: of.uploads.slot("somebody", SOON, pending=1).candidate(),
    "uploads.paused": lambda of: of.uploads.paused(),
    "uploads.why_without_effect": lambda of: [of.uploads.why_without_effect(key) for key in range(1, 17)],
    "works.known": lambda of: of.works.known([*_every_doi(of), NEVER_SENT]),
    "works.one, never sent": lambda of: of.works.one(NEVER_SENT),
    "works.all": lambda of: list(of.works.all()),
    "works.all of a series": lambda of: _dois(of.works.all(WorkFilter(series=SERIES.name))),
    "works.all for a person": lambda of: _dois(of.works.all(WorkFilter(attention=True))),
    "works.all unfinished": lambda of: _dois(of.works.all(WorkFilter(outstanding=True))),
    "works.all after one": lambda of: _dois(of.works.all(WorkFilter(after=STUCK.key))),
    "works.all of some": lambda of: _dois(of.works.all(WorkFilter(keys=(WHOLE.key, NEVER_SENT.key)))),
    "works.all by state": lambda of: {state.value: _dois(of.works.all(WorkFilter(state=state))) for state in State},
    "works.in_submissions": lambda of: [_dois(of.works.in_submissions([key])) for key in range(1, 17)],
    "works.dois_from": lambda of: of.works.dois_from("10.48251/SADF.F", 5),
    "works.dois_from, at most": lambda of: of.works.dois_from("10.", 3),
    "works.events": lambda of: list(of.works.events()),
    "works.events since": lambda of: [event.id for event in of.works.events(130)],
    "works.last_event": lambda of: of.works.last_event(),
    "works.history": lambda of: of.works.history(IN_PARTS),
    "works.stored": lambda of: [of.works.stored(key) for key in range(1, 17)],
    "works.result_logs": lambda of: of.works.result_logs(10),
    "works.outstanding": lambda of: of.works.outstanding(),
    "works.oldest_unfinished": lambda of: of.works.oldest_unfinished(),
    "uploads.next_due": lambda of: of.uploads.next_due(),
    "works.noted": lambda of: of.works.noted(EventKind.REGISTERED, IN_PARTS),
    "works.recorded": lambda of: of.works.recorded(16),
    "works.harmed_files": lambda of: of.works.harmed_files(),
    "versions.last_registered": lambda of: [of.versions.last_registered(doi) for doi in _every_doi(of)],
    "versions.took_effect": lambda of: sorted(of.versions.took_effect([*_every_doi(of), NEVER_SENT])),
    "versions.registered_file": lambda of: of.versions.registered_file(IN_PARTS),
    "versions.each_registered": lambda of: list(of.versions.each_registered()),
    "versions.changed_in_parts": lambda of: sorted(of.versions.changed_in_parts(_every_doi(of))),
    "versions.parts_since": lambda of: of.versions.parts_since(IN_PARTS),
    "versions.parts_not_shown": lambda of: [of.versions.parts_not_shown(doi) for doi in (WHOLE, IN_PARTS)],
    "versions.sent_with": lambda of: [of.versions.sent_with(WHOLE, 20260203081500000 + more) for more in (0, 1, 2**64)],
    "versions.adopted": lambda of: [
        (versions.adopted_version(doi), versions.adopted_owner(doi), versions.adopted_timestamp(doi))
        for versions in (of.versions,)
        for doi in (ADOPTED.doi, WHOLE)
    ],
    "observations.one": lambda of: of.observations.one(WHOLE),
    "observations.due": lambda of: [seen.doi for seen in of.observations.due(100)],
    "observations.to_list": lambda of: [seen.doi for seen in of.observations.to_list(SOON, 3)],
    "observations.unavailable_since": lambda of: of.observations.unavailable_since(),
    "hooks.progress": lambda of: of.hooks.progress("mail"),
    "hooks.progress of another": lambda of: of.hooks.progress("another"),
    "cited.known": lambda of: of.cited.known(_every_doi(of)),
    "works.by_key": lambda of: of.works.by_key([WHOLE, NEVER_SENT]),
    "works.in_submissions of none": lambda of: list(of.works.in_submissions([])),
    "uploads.begun": lambda of: [of.uploads.begun(_stuck(of).submission.file_name or ""), of.uploads.begun("none.xml")],
    "versions.adopted_answer": lambda of: [of.versions.adopted_answer(doi) for doi in (ADOPTED.doi, WHOLE)],
    "versions.files": lambda of: list(of.versions.files([_stuck(of).submission.batch_id, "none"])),
    "observations.changed": lambda of: of.observations.changed([WHOLE, NEVER_SENT]),
    "polls.details": lambda of: of.polls.details(range(1, 17)),
    "polls.publishers": lambda of: of.polls.publishers(range(1, 17)),
}

OF_STUCK = {"uploads.begun", "versions.files"}
"""Questions about one file of these months."""

WRITINGS: Mapping[str, Callable[[TargetLedger], object]] = {
    "uploads.note_waiting": lambda of: of.uploads.note_waiting(),
    "uploads.pause": lambda of: of.uploads.pause(SOON, "away"),
    "uploads.resume": lambda of: of.uploads.resume(),
    "uploads.postpone": lambda of: of.uploads.postpone(16, SOON, "later"),
    "uploads.start": lambda of: [
        of.uploads.resume(),
        of.uploads.slot("somebody", SOON, pending=1).start(16, "a-file.xml"),
    ],
    "uploads.withhold": lambda of: of.uploads.withhold(16, {work(268).doi: "it would be lost"}, "ask somebody"),
    "polls.lease": lambda of: of.polls.lease("somebody", SOON, most=100, all_after=0),
    "polls.lease, and what is due next": lambda of: [
        of.polls.lease("somebody", SOON, most=100, all_after=0),
        of.uploads.next_due(),
    ],
    "polls.release": lambda of: [
        of.polls.lease("somebody", SOON, most=100, all_after=0),
        of.polls.release("another", [12], []),
        of.polls.release("somebody", [12], []),
    ],
    "polls.lease of what is due": lambda of: of.polls.lease("somebody", SOON, most=1),
    "polls.poll_now": lambda of: of.polls.poll_now(_stuck(of).submission.batch_id),
    "polls.lost_uploads": lambda of: of.polls.lost_uploads(most=100),
    "polls.pull_back": lambda of: of.polls.pull_back(),
    **{
        f"polls.pull_back, {hours} hours too far": _pulled_back(timedelta(hours=hours))
        for hours in (47, 49)  # Nothing is planned for more than two days ahead, unless by a wrong clock.
    },
    "works.acknowledge": lambda of: of.works.acknowledge(WHOLE, "seen"),
    "works.note": lambda of: of.works.note(EventKind.ACKNOWLEDGED, [WHOLE], {"reason": "seen"}),
    "works.abandon": lambda of: of.works.abandon(STUCK, "no longer"),
    "works.abandon what is finished": lambda of: of.works.abandon(WHOLE, "no longer"),
    "works.prove": lambda of: of.works.prove(WHOLE, Milestone.RESOLVES, "it leads there", holds=True),
    "works.prove that it is not": lambda of: of.works.prove(WHOLE, Milestone.INDEXED, "it is not", holds=False),
    "works.prove the contrary": lambda of: of.works.prove(
        WHOLE, Milestone.RESOLVES, "another", holds=False, contrary=True
    ),
    "observations.enroll": lambda of: of.observations.enroll(),
    "observations.all_due": lambda of: of.observations.all_due(),
    "observations.read_soon": lambda of: of.observations.read_soon([WHOLE, STUCK, NEVER_SENT]),
    "observations.accept": lambda of: of.observations.accept(WHOLE, "meant"),
    "observations.note_unavailable": lambda of: of.observations.note_unavailable("out", SOON),
    "observations.note_available": lambda of: of.observations.note_available(),
    "hooks.begin": lambda of: of.hooks.begin(("mail", "another")),
    "hooks.lease": lambda of: of.hooks.lease("mail"),
    "cited.keep": lambda of: of.cited.keep({WHOLE.key: "DataCite", STUCK.key: "Crossref"}),
    **WRITINGS_OF_A_LIFE,
}
"""Each is tried on the same ledger and taken back afterwards."""


def _every_doi(of: TargetLedger) -> list[Doi]:
    return list(of.works.dois_from("10.", 200))


def _dois(works: Iterable[LedgerWork]) -> list[Doi]:
    return [one.doi for one in works]


def _stuck(of: TargetLedger) -> LedgerWork:
    known = of.works.one(STUCK)
    assert known
    return known


def shown(value: object) -> str:
    """Write a value down without what is empty, so that a person can read it."""
    if is_dataclass(value) and not isinstance(value, Doi):
        parts = [(field.name, getattr(value, field.name)) for field in fields(value)]
        return f"{type(value).__name__}(" + ", ".join(f"{name}={shown(one)}" for name, one in parts if one) + ")"
    match value:
        case bytes():
            root = etree.fromstring(value)
            dois = [text for element in root.iter("{*}doi") if (text := element.text)]
            text = f"<{etree.QName(root).localname} {len(value.split(b'<'))} {' '.join(dois)}>"
        case datetime():
            text = value.strftime("%Y-%m-%d %H:%M:%S")
        case Mapping():
            text = "{" + ", ".join(f"{key}: {shown(one)}" for key, one in sorted(value.items()) if one) + "}"
        case frozenset():
            text = shown(sorted(value))
        case list() | tuple():
            text = "[" + "\n   ".join(shown(one) for one in value) + "]"
        case _:
            text = str(value.value if isinstance(value, Enum) else value)
    return text


def named(text: str) -> str:
    """Put numbers in place of hashes and of the random ends of names, in the order in which they come."""
    seen: dict[str, str] = {}
    return re.sub(r"\b[0-9a-f]{8}(?:[0-9a-f]{56})?\b", lambda it: seen.setdefault(it[0], f"hash{len(seen) + 1}"), text)


def kept(name: str, answer: str) -> str:
    """Return the answer that was written down under a name, after writing this one there where that is wanted."""
    text = GOLDEN.read_text(encoding="utf-8") if GOLDEN.exists() else ""
    answers = dict(section.split("\n", 1) for section in text.split("\n\n") if section)
    if os.environ.get("UPDATE_GOLDEN"):
        answers[f"## {name}"] = answer
        GOLDEN.write_text("\n\n".join(f"{title}\n{one}" for title, one in answers.items()), encoding="utf-8")
    return answers[f"## {name}"]


def _rows(path: Path) -> dict[str, dict[str, Any]]:
    """Return every row but those with files, by its table and what tells it from others there."""
    found: dict[str, dict[str, Any]] = {}
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        for table in METADATA.sorted_tables:
            for row in map(dict, connection.execute(f"SELECT * FROM {table.name}") if table.name != "content" else ()):
                found[" ".join([table.name, *(str(row[key]) for key in KEYS if row.get(key))])] = row
    return found


def _change(key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    told = [f"{name} {before.get(name)} -> {value}" for name, value in after.items() if value != before.get(name)]
    return "; ".join([f"   {key}", *told])


@pytest.fixture(scope="module")
def ledger_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("answers")
    with mixed_desk(folder) as desk, Ledger.open(desk.url) as ledger:
        more = [{"text": "Perera, L. (2025). A book that came later. Example Press."}]
        desk.depositor.deposit(desk.depositor.plan_references(work(232, references=more)))
        for _ in range(5):
            desk.clock.advance(3600)
            desk.depositor.poll()
        desk.depositor.enqueue(work(268), work(269))
        of = ledger.on("sandbox", Clock(NOW))
        of.works.adopt(ADOPTED)
        of.uploads.pause(SOON, "maintenance")
        of.observations.note_unavailable("maintenance", SOON)
        of.hooks.begin(("mail",))
        of.cited.keep({WHOLE.key: "Crossref"})
        of.observations.enroll()
    write_three_targets(sqlite_url(folder), folder / "three")
    return folder / "three" / "ledger.sqlite3"


@pytest.fixture(scope="module")
def rows(ledger_file: Path) -> dict[str, dict[str, Any]]:
    return _rows(ledger_file)


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_ledger_answers_as_was_written_down(ledger_file: Path, name: str) -> None:
    with Ledger.open(sqlite_url(ledger_file.parent)) as ledger:
        answer = named(shown(QUESTIONS[name](ledger.on("sandbox", Clock(NOW)))))
    assert answer == kept(name, answer)


def test_a_target_of_which_nothing_is_known_answers_as_was_written_down(ledger_file: Path) -> None:
    with Ledger.open(sqlite_url(ledger_file.parent)) as ledger:
        of = ledger.on("nothing", Clock(NOW))
        answers = [f"{name}: {shown(ask(of))}" for name, ask in QUESTIONS.items() if name not in OF_STUCK]
    answer = named("\n".join(answers))
    assert answer == kept("a target of which nothing is known", answer)


@pytest.mark.parametrize("name", WRITINGS)
def test_a_writing_changes_the_rows_that_were_written_down(
    ledger_file: Path, tmp_path: Path, rows: dict[str, dict[str, Any]], name: str
) -> None:
    shutil.copy(ledger_file, tmp_path)
    with Ledger.open(sqlite_url(tmp_path)) as ledger:
        result = shown(WRITINGS[name](ledger.on("sandbox", Clock(NOW))))
    after = _rows(tmp_path / ledger_file.name)
    assert rows.keys() <= after.keys(), "no row is ever taken away"
    changed = [_change(key, rows.get(key, {}), row) for key, row in after.items() if row != rows.get(key)]
    answer = named("\n".join([f"returns {result}", *changed]))
    assert answer == kept(f"{name} writes", answer)
