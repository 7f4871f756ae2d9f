"""Corrections that come one after the other go in their order, by themselves, and whoever records them waits for nobody."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api_client import Cms
from depositing import Desk, commentary, sqlite_url, validator
from doideposit.lifecycle import State
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox

C258 = "10.48251/SADF.ISSN.2406-5617.C258"


class Forbidden:
    """A Crossref that nobody may ask, and nobody may send to."""

    has_works = has_handles = True

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"Crossref was asked: {name}")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none())
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox)) as one:
        yield one


def titles(desk: Desk) -> list[str]:
    return [one.title for one in desk.sandbox.history(C258)]


def test_a_correction_recorded_between_two_passes_does_not_overtake_an_earlier_one(desk: Desk) -> None:
    desk.depositor.deposit(commentary(title="First"))
    desk.depositor.enqueue(commentary(title="Second"))
    # The first is done, and nothing of the second was sent, when the third comes.
    desk.sandbox.faults.add("status", "503", at="upload", times=1)
    desk.clock.advance(60)
    desk.depositor.poll()
    assert desk.depositor.status(C258).registered
    desk.depositor.enqueue(commentary(title="Third"))
    desk.settle()
    assert titles(desk) == ["First 258", "Second 258", "Third 258"]
    assert desk.depositor.status(C258).state is State.DONE
    assert not desk.depositor.status(C258).last_update_failed
    assert desk.depositor.ledger.check() == ()


@pytest.mark.parametrize("licence", [False, True], ids=["one step", "two steps"])
def test_ten_corrections_while_the_first_is_queued_end_with_the_last(desk: Desk, licence: bool) -> None:
    for number in range(10):
        rights = {"licences": [f"https://creativecommons.org/licenses/by/{number}.0/"]} if licence else {}
        desk.depositor.enqueue(commentary(title=f"Version {number}", **rights))
        if number % 3 == 0:
            desk.depositor.poll()
            desk.clock.advance(7)
    desk.settle()
    assert titles(desk)[-1] == "Version 9 258"
    kept = desk.sandbox.record(C258)
    assert kept is not None
    assert kept.record.count("license_ref") == (2 if licence else 0), "opened and closed once"
    assert desk.depositor.ledger.check() == ()


def test_neither_enqueue_nor_a_web_request_asks_crossref_for_anything(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    desk.settle()
    desk.registry = desk.registrar = Forbidden()  # type: ignore[assignment]
    desk.open()
    assert desk.depositor.enqueue(commentary(title="Corrected"), commentary(259)).ok
    cms = Cms(desk)
    data = {
        "series": "sadf-comment",
        "number": "260",
        "title": "Rivers that cross borders",
        "authors": [{"given": "Ana", "family": "Keller"}],
        "published": "2023-09-14",
    }
    answer = cms.open("/v1/deposits?mode=enqueue", method="POST", json=data)
    assert answer.status_code in {200, 202}, answer.text
    assert desk.depositor.status("10.48251/SADF.ISSN.2406-5617.C260").state is State.PREPARED


def test_an_update_from_a_web_request_is_kept_when_crossref_cannot_be_read(desk: Desk) -> None:
    desk.depositor.deposit(commentary(abstracts=["What is at stake, in a few words that say it all."]))
    desk.settle()
    desk.sandbox.faults.add("status", "503", times=None, at="query")
    data = {
        "series": "sadf-comment",
        "number": "258",
        "title": "Corrected",
        "authors": [{"given": "Siegfried", "family": "Wolf258"}],
        "published": "2023-09-14",
    }
    cms = Cms(desk)
    answer = cms.open("/v1/deposits", method="POST", json=data)
    assert answer.status_code == 202, answer.text
    assert desk.depositor.status(C258).state is State.PREPARED
    # The pass that can read it compares it: it would delete the abstract, and needs a person.
    desk.sandbox.faults.clear()
    desk.clock.advance(3600)
    desk.depositor.poll()
    status = desk.depositor.status(C258)
    assert status.needs_person
    assert "would delete" in status.message
    assert "at stake" in desk.sandbox.record(C258).record  # type: ignore[union-attr]
