"""`doideposit drift`: what others changed, and what a person decides about it, as it is typed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk import DOI, Desk
from doideposit.sandbox.simulation import Sandbox


def elsewhere(desk: Desk) -> Sandbox:
    [state] = [path for path in desk.folder.rglob("*sandbox*") if path.is_file() and path.suffix in {".sqlite3", ".db"}]
    return Sandbox(clock=lambda: datetime.now(UTC), state=state)


@pytest.fixture
def moved(desk: Desk) -> Desk:
    assert desk("deposit", desk.record(), "--wait", 30).code == 0
    assert desk("drift", "--all").code == 0
    with elsewhere(desk) as sandbox:
        sandbox.elsewhere.change_url(DOI, "https://www.other.eu/here")
    return desk


def test_nothing_changed_ends_with_0_and_says_what_was_read(desk: Desk) -> None:
    assert desk("drift").code == 0
    desk("deposit", desk.record(), "--wait", 30)
    result = desk("drift", "--all")
    assert result.code == 0
    assert "1 record read again on sandbox" in result.out
    assert "nothing changed by others" in result.out
    assert "intended   20" in desk("status", DOI).out


def test_a_change_ends_with_1_and_stands_in_status_report_and_json(moved: Desk) -> None:
    result = moved("drift", "--all")
    assert result.code == 1
    assert "changed by others" in result.out
    assert "https://www.other.eu/here" in result.out
    document = moved("drift", "--json").json
    assert document["ok"] is False
    [record] = document["records"]
    assert "content" in {one["kind"] for one in record["drift"]}
    assert all(one["before"] and one["after"] for one in record["drift"])
    assert moved("status", DOI, "--json").json["records"][0]["milestones"]["as_intended"]["at"] is None
    assert "! changed by others" in moved("status").out
    said = moved("report", "-o", "report.html", "--records", "c258.yaml", "--json").json
    assert said["counts"]["changed_by_others"] == 1
    page = Path("report.html").read_text(encoding="utf-8")
    assert "other.eu" in page
    assert "matches the record as it is now" not in page
    assert [one["action"] for one in said["records"]] == ["unchanged"]


def test_verify_that_finds_a_doi_leading_elsewhere_ends_with_1(moved: Desk) -> None:
    result = moved("verify", DOI)
    assert result.code == 1
    assert "nothing to do" not in result.out
    assert "drift accept" in result.out


def test_accept_by_number_and_restore_by_file(moved: Desk) -> None:
    assert moved("drift", "--all").code == 1
    assert moved("drift", "accept", "258").code == 2, "a reason is needed"
    accepted = moved("drift", "accept", "258", "--reason", "we moved", "--json")
    assert (accepted.code, accepted.json["records"][0]["drift"]) == (0, [])
    assert moved("drift", "--all").code == 0
    assert "we moved" in moved("history", DOI).out
    restored = moved("drift", "restore", "c258.yaml")
    assert restored.code == 0, restored.err
    moved("poll", "--all")
    with elsewhere(moved) as sandbox:
        sandbox.settle()
        kept = sandbox.record(DOI)
    assert kept is not None
    assert "other.eu" not in kept.record


def test_options_before_the_name_of_a_decision_are_no_silent_mistake(moved: Desk) -> None:
    result = moved("drift", "--json", "accept", DOI, "--reason", "x")
    assert result.code == 2
    assert "after its name" in result.err + result.out
