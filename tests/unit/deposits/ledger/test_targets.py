"""One ledger holds several targets, and none of them sees or touches what belongs to another."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from depositing import SERIES, make_ledger, sqlite_url
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.ledger.target import TargetLedger
from doideposit.deposits.ledger.work_filter import WorkFilter
from doideposit.errors import DoiDepositError
from doideposit.lifecycle import EventKind, Milestone
from doideposit.sandbox.clock import Clock
from mixed_ledger import NOW, OTHERS, mixed_desk, work

REGISTERED = work(231).doi
REFERENCES_ALONE = work(232).doi
STUCK = work(264).doi
EVERY = [work(number).doi for number in range(231, 268)]
SOON = NOW + timedelta(hours=1)

READINGS: dict[str, Callable[[TargetLedger], object]] = {
    "uploads.blocker": lambda of: of.uploads.slot("somebody", SOON, pending=1).blocker(),
    "uploads.pending": lambda of: of.uploads.pending(),
    "uploads.candidate": lambda of: of.uploads.slot("somebody", SOON, pending=1).candidate(),
    "uploads.paused": lambda of: of.uploads.paused(),
    "works.known": lambda of: of.works.known(EVERY),
    "works.one": lambda of: of.works.one(REGISTERED),
    "works.these": lambda of: of.works.by_key(EVERY),
    "works.all": lambda of: list(of.works.all()),
    "works.all of a series": lambda of: list(of.works.all(WorkFilter(series=SERIES.name))),
    "works.all for a person": lambda of: list(of.works.all(WorkFilter(attention=True))),
    "works.all unfinished": lambda of: list(of.works.all(WorkFilter(outstanding=True))),
    "works.dois_from": lambda of: of.works.dois_from("10.", 50),
    "works.events": lambda of: list(of.works.events()),
    "works.last_event": lambda of: of.works.last_event(),
    "works.history": lambda of: of.works.history(REGISTERED),
    "works.result_logs": lambda of: of.works.result_logs(10),
    "works.outstanding": lambda of: of.works.outstanding(),
    "works.oldest_unfinished": lambda of: of.works.oldest_unfinished(),
    "uploads.next_due": lambda of: of.uploads.next_due(),
    "works.noted": lambda of: of.works.noted(EventKind.ADOPTED, REGISTERED),
    "versions.last_registered": lambda of: of.versions.last_registered(REGISTERED),
    "versions.registered_file": lambda of: of.versions.registered_file(REGISTERED),
    "versions.each_registered": lambda of: list(of.versions.each_registered()),
    "versions.files": lambda of: list(
        of.versions.files(one.submission.batch_id for one in of.works.all() if one.submission)
    ),
    "versions.changed_in_parts": lambda of: of.versions.changed_in_parts(EVERY),
    "versions.parts_since": lambda of: of.versions.parts_since(REFERENCES_ALONE),
    "observations.one": lambda of: of.observations.one(REGISTERED),
    "observations.due": lambda of: of.observations.due(100),
    "observations.to_list": lambda of: of.observations.to_list(SOON, 100),
    "observations.away_since": lambda of: of.observations.unavailable_since(),
    "hooks.progress": lambda of: of.hooks.progress("mail"),
    "cited.known": lambda of: of.cited.known(EVERY),
    # These take what they find for themselves, and stand last therefore.
    "polls.lease": lambda of: of.polls.lease("somebody", SOON, most=100, all_after=0),
    "polls.lost": lambda of: of.polls.lost_uploads(most=100),
    "hooks.take": lambda of: of.hooks.lease("mail"),
}
QUIET_HERE = {"works.noted", "polls.lost"}
"""What this publisher's months bring nothing for; the stories of these have their own tests."""

WRITINGS: dict[str, Callable[[TargetLedger], object]] = {
    "uploads.note_waiting": lambda of: of.uploads.note_waiting(),
    "uploads.pause": lambda of: of.uploads.pause(SOON, "away"),
    "uploads.resume": lambda of: of.uploads.resume(),
    "polls.pull_back": lambda of: of.polls.pull_back(),
    "works.acknowledge": lambda of: of.works.acknowledge(REGISTERED, "seen"),
    "works.note": lambda of: of.works.note(EventKind.ACKNOWLEDGED, [REGISTERED], {"reason": "seen"}),
    "works.abandon": lambda of: of.works.abandon(STUCK, "no longer"),
    "works.prove": lambda of: of.works.prove(REGISTERED, Milestone.RESOLVES, "another", holds=False),
    "observations.enroll": lambda of: of.observations.enroll(),
    "observations.all_due": lambda of: of.observations.all_due(),
    "observations.read_soon": lambda of: of.observations.read_soon(EVERY),
    "observations.accept": lambda of: of.observations.accept(REGISTERED, "meant"),
    "observations.away": lambda of: of.observations.note_unavailable("out", SOON),
    "observations.back": lambda of: of.observations.note_available(),
    "hooks.begin": lambda of: of.hooks.begin(("mail", "another")),
    "cited.keep": lambda of: of.cited.keep({REGISTERED.key: "DataCite"}),
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mixed_desk(tmp_path_factory.mktemp("mixed")) as desk, Ledger.open(desk.url) as ledger:
        more = [{"text": "Perera, L. (2025). A book that came later. Example Press."}]
        desk.depositor.deposit(desk.depositor.plan_references(work(232, references=more)))
        for _ in range(5):
            desk.clock.advance(3600)
            desk.depositor.poll()
        desk.depositor.enqueue(work(268))
        of = ledger.on("sandbox", Clock(NOW))
        of.hooks.begin(("mail",))
        of.cited.keep({REGISTERED.key: "Crossref"})
        of.observations.enroll()
        of.observations.note_unavailable("maintenance", SOON)
        of.uploads.pause(SOON, "maintenance")
        yield desk.url


def lines(url: str, target: str) -> list[Any]:
    """Return every row of the ledger that belongs to the target, and those that name none."""
    with Ledger.open(url) as ledger:
        rows = [json.loads(line) for line in ledger.export_lines()]
    return [row for row in rows if f'"{target}"' in json.dumps(row)]


@pytest.mark.parametrize("name", READINGS)
def test_a_target_without_deposits_knows_nothing_of_another(url: str, tmp_path: Path, name: str) -> None:
    make_ledger(sqlite_url(tmp_path))
    with Ledger.open(url) as full, Ledger.open(sqlite_url(tmp_path)) as empty:
        for target in OTHERS:
            nothing = READINGS[name](empty.on(target, Clock(NOW)))
            assert READINGS[name](full.on(target, Clock(NOW))) == nothing
        if name not in QUIET_HERE:
            assert READINGS[name](full.on("sandbox", Clock(NOW))) != nothing, "there is something to be kept apart"


@pytest.mark.parametrize("name", WRITINGS)
def test_what_is_written_of_a_target_changes_nothing_of_another(url: str, name: str) -> None:
    before = lines(url, "sandbox")
    with Ledger.open(url) as ledger:
        for target in OTHERS:
            # Long ago, so that no moment that is written equals one that is there.
            with suppress(DoiDepositError):
                WRITINGS[name](ledger.on(target, Clock(NOW - timedelta(days=300))))
    assert lines(url, "sandbox") == before
    assert before
