"""What Crossref says of a DOI beside the outcome is kept, and shown wherever the DOI is."""

from pathlib import Path
from typing import Any

import pytest

from depositing import SERIES, Desk, commentary, sqlite_url, validator
from doideposit.records.models.series import Series
from doideposit.reports.page import Report
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox

DOI = str(commentary().doi)
OTHER = Series.model_validate(
    {**SERIES.model_dump(exclude_none=True), "name": "other", "title": "Other", "issn": "2049-3630",
     "doi": "{prefix}/OTHER.{number}", "url": "https://www.sadf.eu/other-{number}/"}
)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none())
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox)) as one:
        yield one


def deposited(desk: Desk, *records: Any) -> None:
    desk.depositor.deposit(*records)
    desk.settle()


def test_references_that_the_log_matched_are_kept_and_shown(desk: Desk) -> None:
    references = [{"key": "r1", "text": "Gray, A. (2023).", "doi": "10.1000/given"}, {"key": "r2", "text": "Sen."}]
    deposited(desk, commentary(references=references))
    status = desk.depositor.status(DOI)
    assert status.result.matched_references == {"r1": "10.1000/given"}
    assert status.to_dict()["result"]["matched_references"] == {"r1": "10.1000/given"}
    assert any(
        "references: 1 with a DOI at Crossref: r1 → 10.1000/given" in one.text for one in desk.depositor.history(DOI)
    )
    # A match that Crossref finds later is seen when the record is read again.
    desk.sandbox.elsewhere.match(DOI, "r2", "10.5555/found")
    desk.clock.advance(16 * 60)
    desk.depositor.watch(50)
    status = desk.depositor.status(DOI)
    assert status.result.matched_references == {"r1": "10.1000/given", "r2": "10.5555/found"}
    assert status.as_intended
    assert not status.needs_person, "it is news, and nothing to do"
    report = Report.gather(desk.depositor, desk.clock(), version="1")
    assert "r2 → 10.5555/found" in report.to_html()
    assert report.to_dict()["crossref_found"][0]["doi"] == DOI


def test_a_conflict_is_kept_with_its_number_and_the_other_doi(desk: Desk) -> None:
    same = {"title": "The harbour question", "authors": [{"given": "Maya", "family": "Gurung"}]}
    deposited(desk, commentary(258, **same))
    # The same words, number and people in another series: Crossref warns that the two may be one work.
    second = commentary(258, **same, series=OTHER)
    deposited(desk, second)
    status = desk.depositor.status(second.doi)
    assert status.result.dois_in_conflict == (DOI,)
    assert status.result.conflict_id
    [told] = [one.text for one in desk.depositor.history(second.doi) if one.outcome is not None]
    assert f"conflict: with {DOI} (conflict {status.result.conflict_id})" in told


def test_a_doi_without_news_says_nothing(desk: Desk) -> None:
    deposited(desk, commentary())
    assert not desk.depositor.status(DOI).result
    assert "What Crossref found" not in Report.gather(desk.depositor, desk.clock(), version="1").to_html()
