"""`audit` and `pages`: who looks after a series sees what is wrong in it, and nothing where nothing is."""

from pathlib import Path

import pytest

from desk import Desk

TABLE = "number,doi,url\n258,10.48251/SADF.ISSN.2406-5617.C258,https://www.sadf.eu/comment-258/\n"


def deposited(desk: Desk, *numbers: int) -> None:
    for number in numbers:
        record = desk.record(
            f"c{number}.yaml", number=f"number: {number}", title=f"title: What happened in place number {number}",
            doi="# no doi", url=f"url: https://www.sadf.eu/comment-{number}/",
        )  # fmt: skip
        assert desk("deposit", record, "--wait", "60").code == 0


@pytest.fixture
def series(desk: Desk) -> Desk:
    deposited(desk, 258, 260)
    return desk


def test_an_audit_names_the_gap_and_who_fills_it(series: Desk) -> None:
    result = series("audit")
    assert result.code == 1
    assert result.out.splitlines() == [
        "without a DOI: 259  [audit-gap]",
        "  editor: register them; if they were never published, nothing needs to be done",
    ]


def test_a_series_in_good_health_gets_not_one_line(series: Desk) -> None:
    deposited(series, 259)
    assert (series("audit").code, series("audit").out) == (0, "")
    assert series("audit", "--json").json["ok"]


def test_record_files_are_looked_for_where_they_are(series: Desk) -> None:
    deposited(series, 259)
    records = series.folder / "records"
    records.mkdir()
    (series.folder / "c258.yaml").rename(records / "c258.yaml")
    result = series("audit")
    assert "2 registered DOIs have no record file  [audit-no-record-file]" in result.out
    assert series("audit", series.folder).code == 0


def test_what_was_adopted_is_looked_through_too_and_gets_its_missing_record_file_again(desk: Desk) -> None:
    desk("sandbox", "--fill", 4)
    assert "adopted" in desk("adopt").out
    (lost,) = sorted((desk.folder / "records").glob("*.yaml"))[:1]
    before = lost.read_text(encoding="utf-8")
    lost.unlink()
    codes = [line["code"] for line in desk("audit", "--json").json["series"]["sadf-comment"]]
    assert "audit-no-record-file" in codes
    assert desk("adopt", lost.stem).code == 0  # The advice is followed, by the number as well as by the DOI.
    assert lost.read_text(encoding="utf-8") == before
    assert "audit-no-record-file" not in desk("audit").out


def test_a_table_of_the_site_is_compared_line_by_line(series: Desk) -> None:
    deposited(series, 259)
    table = series.write("site.csv", TABLE + "259,,https://www.sadf.eu/comment-259/\n261,,\n")
    lines = series("audit", "--csv", table, "--json").json["series"]["sadf-comment"]
    assert [(line["code"], line["line"], line["who"]) for line in lines] == [
        ("audit-no-doi-on-the-site", 3, "website"),
        ("audit-not-registered", 4, "editor"),
        ("audit-not-on-the-site", None, "website"),
    ]


def test_dois_that_readers_looked_up_in_vain_are_named_with_the_line_of_the_report(series: Desk) -> None:
    deposited(series, 259)
    doi = "10.48251/SADF.ISSN.2406-5617.C{}".format
    rows = [f"{doi('2S8')},12", f"{doi(300)},1", f"{doi(259)},3", "10.9999/other,40", f"{doi('0258')},2"]
    table = series.write("failed.csv", "DOI,failures\n" + "\n".join(rows) + "\n")
    found = series("audit", "--failed-dois", table, "--json").json["series"]["sadf-comment"]
    assert [(one["code"], one["line"], one["dois"]) for one in found] == [
        ("audit-printed-not-registered", 2, [doi("2S8")]),
        ("audit-printed-not-registered", 3, [doi(300)]),
        ("audit-printed-not-registered", 6, [doi("0258")]),
    ]
    assert doi(258) in found[0]["next"]
    assert doi(258) in found[2]["next"]
    assert "12 times" in found[0]["message"]


@pytest.mark.parametrize(
    ("table", "said"),
    [("", "contains no DOI"), ("number\n258\n", "contains no DOI"), ("10.9999/a,1\n", "about the prefix 10.9999")],
)
def test_a_report_of_another_member_is_refused(series: Desk, table: str, said: str) -> None:
    result = series("audit", "--failed-dois", series.write("failed.csv", table))
    assert result.code == 2
    assert said in result.err


def test_completeness_is_counted_over_everything_registered(series: Desk) -> None:
    shares = series("audit", "--json").json["completeness"]["sadf-comment"]
    assert shares["works"] == 2
    assert shares["references"] == 2
    assert shares["abstracts"] == 0


def test_a_table_with_faults_is_refused_with_its_lines(series: Desk) -> None:
    table = series.write("site.csv", TABLE + "259,nonsense,\n258,10.48251/SADF.ISSN.2406-5617.C258,\n")
    result = series("audit", "--csv", table)
    assert result.code == 2
    assert f"{table}:3: “nonsense” is not a DOI" in result.err
    assert f"{table}:4: " in result.err


def test_pages_that_cannot_be_reached_are_said_one_by_one(series: Desk) -> None:
    # No test has a network, so every page is away: that is a doubt, and stops no other page.
    result = series("pages", "--json")
    assert result.code == 1
    assert {page["findings"][0]["code"] for page in result.json["pages"]} == {"page-away"}
    assert len(result.json["pages"]) == 2


def test_an_audit_of_nothing_says_nothing(desk: Desk, tmp_path: Path) -> None:
    assert (desk("audit").code, desk("audit").out) == (0, "")
    assert not list(tmp_path.glob("*.sqlite3"))
