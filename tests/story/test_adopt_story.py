"""What was registered elsewhere is taken over: every DOI of the owner in the ledger, each with a record file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from depositing import DEPOSITOR, Desk, commentary, sqlite_url, validator
from doideposit.crossref.xml.batch import build
from doideposit.deposits.adoption_report import Adoption
from doideposit.deposits.planning import Action
from doideposit.records.models.commentary import Commentary
from doideposit.registered.comparison import compare
from doideposit.registered.reading import RegisteredRecord, read_record
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.retention import RetentionRules
from doideposit.sandbox.simulation import Sandbox
from retention import EACH

RICH: dict[str, Any] = {
    "authors": [{"given": "Siegfried", "family": "Wolf", "orcid": "0000-0002-1825-0097"}],
    "subtitle": "A view from Brussels",
    "abstracts": ["What is at stake, in a few words that say it all."],
    "licences": ["https://creativecommons.org/licenses/by/4.0/"],
    "references": [{"text": "Gray, A. (2023). Leaders meet."}],
    "pdf_url": "https://www.sadf.eu/comment-258.pdf",
}


def elsewhere(desk: Desk, *records: Commentary, timestamp: int = 20200301120000) -> None:
    """Register records as another tool does, past our ledger; each deposit has a timestamp of fourteen digits."""
    for place, one in enumerate(records):
        desk.sandbox.elsewhere.deposit(build(DEPOSITOR.head("other", timestamp + place), [one]).xml)


def shown(desk: Desk, doi: object) -> RegisteredRecord:
    kept = desk.sandbox.record(str(doi))
    assert kept is not None
    found = read_record(kept.record.encode(), kept.doi)
    assert found is not None
    return found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from opened(tmp_path)


def opened(tmp_path: Path, rules: RetentionRules | None = None) -> Iterator[Desk]:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none(), rules=rules)
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox)) as one:
        yield one


def test_every_doi_of_the_owner_comes_into_the_ledger_with_a_file(desk: Desk, tmp_path: Path) -> None:
    elsewhere(desk, commentary(1), commentary(2, **RICH), commentary(3))
    report = desk.depositor.adopt(folder=tmp_path / "records")
    assert (report.listed, report.known, report.complete) == (3, 0, True)
    assert {one.outcome for one in report.results} == {Adoption.ADOPTED}
    assert sorted(path.name for path in (tmp_path / "records").iterdir()) == ["1.yaml", "2.yaml", "3.yaml"]
    status = desk.depositor.status(commentary(2).doi)
    assert status.registered
    assert not status.needs_person
    [told] = list(desk.depositor.history(commentary(2).doi))
    assert "registered elsewhere with the timestamp 20200301120001" in told.text
    [event] = [one for one in desk.depositor.events() if one.doi == commentary(2).doi.key]
    assert event.detail["owner"] == "10.48251"
    assert event.detail["url"] == "https://www.sadf.eu/comment-2/"
    assert event.detail["file"].endswith("2.yaml")
    assert "title: Prospects for NATO-Japan relations 2" in (tmp_path / "records" / "2.yaml").read_text()


def test_a_second_run_finds_nothing_new_and_a_deposit_of_the_files_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    elsewhere(desk, commentary(1), commentary(2, **RICH))
    desk.depositor.adopt(folder=tmp_path / "records")
    before = {path.name: path.read_bytes() for path in (tmp_path / "records").iterdir()}
    again = desk.depositor.adopt(folder=tmp_path / "records")
    assert (again.results, again.known) == ((), 2)
    assert {path.name: path.read_bytes() for path in (tmp_path / "records").iterdir()} == before
    plan = desk.depositor.plan(tmp_path / "records")
    assert [entry.action for entry in plan.entries] == [Action.UNCHANGED] * 2


@pytest.mark.parametrize("rules", EACH, ids=[str(place) for place in range(len(EACH))])
def test_adopted_and_deposited_unchanged_it_is_registered_as_before(tmp_path: Path, rules: RetentionRules) -> None:
    for desk in opened(tmp_path, rules):
        one = commentary(
            7, **RICH, without=["report_number"], record_type="report-single", doi="10.48251/SADF.ISSN.2406-5617.C7"
        )
        elsewhere(desk, one)
        before = shown(desk, one.doi)
        desk.depositor.adopt(folder=tmp_path / "records")
        plan = desk.depositor.plan(tmp_path / "records", retry=True)
        assert [entry.action for entry in plan.entries] == [Action.UPDATE], plan.entries
        desk.depositor.deposit(plan)
        desk.settle()
        after = shown(desk, one.doi)
        assert compare(before, after) == ()
        assert desk.sandbox.record(str(one.doi)).timestamp > 20200301120000  # type: ignore[union-attr]
