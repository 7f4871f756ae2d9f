"""SIGKILL at every commit and every file while an accepted DOI is written and sent: given again it ends the same."""

import os
from pathlib import Path

import pytest

from desk import FAST, Desk
from doideposit.cli.init import PRESETS
from killed_commands import Lives

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the run that is killed is a fork of this one")
CITED = "10.48251/SADF.ISSN.2406-5617.C100"
ACCEPT = ("references", "258", "--accept", f"1={CITED}", "--send")


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A house that is copied for each life: a record, and a work that its first reference means."""
    folder = tmp_path / "house"
    folder.mkdir()
    monkeypatch.chdir(folder)
    desk = Desk(folder, capsys)
    desk.write("doideposit.toml", PRESETS["sadf-comment"].configuration_text() + FAST)
    (folder / "records").mkdir()
    desk.record("records/c258.yaml", doi="# no doi")
    title = 'title: "Kishida pledges to strengthen Japan\'s ties with NATO on defense"'
    desk.record(
        "records/c100.yaml", number="number: 100", title=title, doi="# no doi", url="url: https://www.sadf.eu/100/"
    )
    assert desk("deposit", "records", "--wait", 30).code == 0
    return desk


def check(house: Desk) -> None:
    """Hold the end against what it should be, however it came there."""
    record = (house.folder / "records" / "c258.yaml").read_text("utf-8")
    assert record.count(f"    doi: {CITED}\n") == 1
    assert house("poll", "--all").code == 0
    events = house("history", "258", "--json").json["history"]
    assert sum(one["kind"] == "prepared" for one in events) == 2, events
    [work] = house("references", "258", "--json").json["works"]
    one = work["references"][0]
    assert (one["state"], one["doi"], one["asserted_by"]) == ("matched", CITED, "publisher")
    assert house(*ACCEPT).code == 0
    assert house("ledger", "check").code == 0


@pytest.mark.acceptance
@pytest.mark.timeout(900)
def test_an_accepted_doi_killed_at_any_step_goes_out_once(template: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Lives(template, monkeypatch, ACCEPT, check).walk(every=1) > 4
