"""`doideposit report`: a page from the ledger alone, written in one step."""

from pathlib import Path

import pytest

from desk import DOI, Desk
from doideposit.crossref.xml.participation import Measure
from doideposit.reports.attention import AttentionKind
from doideposit.reports.page import Report
from mixed_ledger import NOW, mixed_desk


def test_a_deposited_commentary_is_on_the_page(desk: Desk) -> None:
    desk("deposit", desk.record(), "--wait", 30)
    result = desk("report")
    assert result.code == 0
    assert result.out == "report.html: 1 DOI on sandbox, 1 registered, 0 outstanding, 0 needing attention\n"
    html = Path("report.html").read_text(encoding="utf-8")
    # Nothing of the sandbox exists for readers: a link would lead to an error page.
    assert f'<span class="unlinked">{DOI}</span>' in html
    assert "https://doi.org/" not in html
    assert "<h1><bdi>South Asia Democratic Forum</bdi>: DOIs on" in html
    assert "Siegfried O. Wolf · 2023-09-14" in html
    assert "Prospects for NATO-Japan relations" in html


def test_json_says_the_same_and_only_that(desk: Desk) -> None:
    desk("deposit", desk.record(), "--wait", 30)
    document = desk("report", "-o", "state.html", "--json").json
    assert document["ok"] is True
    assert document["file"] == "state.html"
    assert document["counts"] == {
        "dois": 1,
        "registered": 1,
        "outstanding": 0,
        "needs_person": 0,
        "overdue": 0,
        "changed_by_others": 0,
        "warnings": 0,
        "as_intended": 0,
        "attention": 0,
    }
    assert document["series"][0]["shares"]["references"] == 1
    assert Path("state.html").exists()


def test_the_page_can_go_into_a_pipe(desk: Desk) -> None:
    result = desk("report", "-o", "-")
    assert result.out.startswith("<!doctype html>")
    assert result.out.endswith("</html>\n")
    assert not Path("report.html").exists()
    both = desk("report", "-o", "-", "--json")
    assert both.code == 2
    assert both.json["ok"] is False


def test_records_that_are_not_at_crossref_are_named(desk: Desk) -> None:
    Path("records").mkdir()
    desk.record("records/c258.yaml")
    desk("deposit", "records/c258.yaml", "--wait", 30)
    desk.record("records/c258.yaml", title="title: Prospects, corrected")
    desk.record("records/c259.yaml", number="number: 259", published="published: 2023-02-31")
    records = desk("report", "--records", "records", "--json").json["records"]
    assert [(Path(one["source"]).name, one["action"]) for one in records] == [
        ("c258.yaml", "update"),
        ("c259.yaml", "blocked"),
    ]
    assert records[1]["reason"] == "there is no day 31 in 2023-02"


def test_a_place_that_cannot_be_written_is_named_and_nothing_is_left_behind(desk: Desk) -> None:
    result = desk("report", "-o", "nowhere/report.html")
    assert result.code == 3
    assert "nowhere/report.html cannot be written: No such file or directory" in result.err
    assert not list(desk.folder.glob("**/.*.html.*"))


def test_a_new_page_is_for_its_owner_and_an_old_one_keeps_who_may_read_it(desk: Desk) -> None:
    desk("report")
    new = desk.folder / "report.html"
    assert new.stat().st_mode & 0o777 == 0o600
    new.chmod(0o644)
    new.write_text("old", encoding="utf-8")
    desk("report")
    assert new.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert new.stat().st_mode & 0o777 == 0o644
    assert [one.name for one in desk.folder.iterdir() if "report" in one.name] == ["report.html"]


def test_a_link_to_the_page_stays_a_link(desk: Desk) -> None:
    (desk.folder / "web").mkdir()
    (desk.folder / "report.html").symlink_to("web/dois.html")
    assert desk("report").code == 0
    assert (desk.folder / "report.html").is_symlink()
    assert (desk.folder / "web" / "dois.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.slow
def test_a_ledger_with_a_story_is_told_as_it_happened(tmp_path: Path) -> None:
    with mixed_desk(tmp_path) as story:
        found = Report.gather(story.depositor, NOW, version="1.2.3")
        html = found.to_html()
    kinds = {str(one.doi).rpartition(".")[2]: AttentionKind.of(one)[1] for one in found.statuses}
    assert (kinds["C261"], kinds["C235"], kinds["C264"]) == (AttentionKind.BAD,) * 3
    assert (kinds["C265"], kinds["C267"], kinds["C231"]) == (AttentionKind.OPEN, AttentionKind.OPEN, AttentionKind.GOOD)
    assert {one.heading: len(one.statuses) for one in found.concerns} == {
        "Rejected": 2,
        "Update failed": 1,
        "Not processed by Crossref in time": 1,
        "Registered, with a warning": 1,
        "Registered, but not confirmed to resolve": 2,
    }
    assert found.counts == {
        "dois": 31,
        "registered": 25,
        "outstanding": 4,
        "needs_person": 5,
        "overdue": 7,
        "changed_by_others": 0,
        "warnings": 1,
        "as_intended": 0,
        "attention": 7,
    }
    comment, focus = found.series
    assert (comment.series, comment.works, focus.series, focus.works) == ("sadf-comment", 23, "sadf-focus", 2)
    # C235 failed as an update: what counts is what is registered, not what was refused.
    assert comment.have[Measure.REFERENCES] == 23
    assert all(html.count(f">{one.doi}</") >= 1 for one in found.statuses)
