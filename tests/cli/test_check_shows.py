"""What `check` shows: what stops first and by that name, wishes in one line, one mistake made many times once."""

import re
from pathlib import Path

import pytest

from desk import Desk

BAD = """\
number: 300
title: Rivers and Waters
published: 2026-03-02
authors:
  - given: Anna
    family: MÜLLER
  - given: Jean
    family: Dupont
"""


def test_the_line_of_a_table_in_utf_16_is_shown_as_it_reads(desk: Desk) -> None:
    row = "sadf-comment;906;Flüsse;02.03.2026;Müller, Anna;https://www.sadf.eu/906/"
    table = f"series;number;title;published;authors;url\r\n{row}\r\n"
    (desk.folder / "u.csv").write_bytes(table.encode("utf-16"))
    lines = desk("check", "u.csv").out.splitlines()
    assert f"    2 | {row}" in lines
    assert lines[lines.index(f"    2 | {row}") + 1].rstrip() == "      | " + " " * row.index("02.") + "^"


def test_what_stops_comes_first_and_is_called_an_error(desk: Desk) -> None:
    desk.write("bad.yaml", BAD)
    told = desk("check", "bad.yaml")
    words = re.findall(r"^bad\.yaml:\S+  \S+ \((\w+)\)", told.out, re.MULTILINE)
    assert words == ["error", "warning"]
    assert "1 thing stops this record: correct what is marked (error)\n" in told.out


def test_errors_of_every_record_stand_before_the_first_warning(desk: Desk) -> None:
    desk.write("a.yaml", BAD + "url: https://www.sadf.eu/c300/\n")
    desk.write("b.yaml", BAD.replace("300", "301"))
    desk.write("c.yaml", BAD.replace("300", "302").replace("2026-03-02", "soon"))
    told = desk("check", "a.yaml", "b.yaml", "c.yaml")
    words = re.findall(r"^[abc]\.yaml:\S+  \S+ \((\w+)\)", told.out, re.MULTILINE)
    assert words == sorted(words)
    assert re.search(r"^\d things stop 2 of 3 records", told.out, re.MULTILINE)


def test_wishes_take_one_line_for_each_record(desk: Desk) -> None:
    desk.write("bad.yaml", BAD)
    told = desk("check", "bad.yaml")
    (wishes,) = [line for line in told.out.splitlines() if "could be more complete" in line]
    assert "abstract" in wishes
    assert "licence" in wishes
    assert "ORCID (2)" in wishes
    assert "ROR" in wishes
    assert "abstract-missing" not in told.out
    assert "abstract-missing (info)" in desk("check", "bad.yaml", "-v").out


def test_one_mistake_of_many_records_is_told_once(desk: Desk) -> None:
    rows = "".join(
        f"{number},Rivers and Waters {number},2026-03-02,Anna Müller und Jean,https://www.sadf.eu/c{number}/\n"
        for number in range(400, 409)
    )
    desk.write("r.csv", f"number,title,published,authors,url\n{rows}")
    told = desk("check", "r.csv")
    assert told.out.count("author-without-comma (warning)") == 1
    assert "also in: r.csv:3:" in told.out
    assert " and 3 more\n" in told.out
    assert desk("check", "r.csv", "--each").out.count("author-without-comma (warning)") == 9


def test_the_wishes_of_many_records_are_counted_together(desk: Desk) -> None:
    rows = "".join(
        f'{number},Rivers and Waters {number},2026-03-02,"Wolf, Siegfried O.",https://www.sadf.eu/c{number}/\n'
        for number in range(400, 500)
    )
    desk.write("r.csv", f"number,title,published,authors,url\n{rows}")
    told = desk("check", "r.csv")
    (wishes,) = [line for line in told.out.splitlines() if "could be more complete" in line]
    assert "abstract (100 records)" in wishes
    assert len(told.out.splitlines()) < 12


@pytest.mark.parametrize(("target", "code"), [("sandbox", 0), ("test", 0), ("production", 1)])
def test_the_verdict_for_production_can_be_had_before(desk: Desk, target: str, code: int) -> None:
    record = desk.record(url="url: https://www.example.org/c258/")
    told = desk("check", record, "--target", target)
    assert told.code == code
    assert ("url-placeholder (error)" in told.out) == (target == "production")


def test_the_json_says_nothing_that_only_the_ledger_knows(desk: Desk) -> None:
    record = desk.record()
    desk("deposit", record, "--wait", 30)
    (document,) = desk("check", record, "--json").json["records"]
    assert set(document) == {"source", "doi", "findings"}
    assert Path(document["source"]).name == "c258.yaml"


def test_what_is_missing_points_at_the_line_that_offers_it(desk: Desk) -> None:
    text = desk.record(url="# url: https://www.example.org/  # the landing page").read_text()
    line = text.splitlines().index("# url: https://www.example.org/  # the landing page") + 1
    told = desk("check", "c258.yaml")
    assert f"c258.yaml:{line}:3  url-missing (error)" in told.out
    # A list of two records has two that could be meant: then it points at the record.
    record = "series: sadf-comment, number: {}, title: Rivers, published: 2026-03-02, authors: [{{family: Wolf}}]"
    desk.write("two.yaml", f"# url: x\n- {{{record.format(1)}}}\n- {{{record.format(2)}}}\n")
    assert "two.yaml:2:3  url-missing" in desk("check", "two.yaml").out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"number": 'number: "12/2024"', "doi": "#"},
            "a slash of its own into the DOI 10.48251/SADF.ISSN.2406-5617.C12/2024",
        ),
        ({"title": "title: Rivers that cross bor- ders"}, "“bor- ders” looks like a word that was broken"),
        ({"title": 'title: "Rivers \\uf0b7 and their borders"'}, "at “Rivers \\uf0b7 and their borders”"),
        ({"authors": "authors: [Institut für Flüsse]\nothers:"}, "or `organisation: …`"),
    ],
)
def test_what_staff_tried_is_met_with_a_word(desk: Desk, change: dict[str, str], said: str) -> None:
    assert said in " ".join(desk("check", desk.record(**change)).out.split())


@pytest.mark.parametrize("bullet", ["•", "-", "o", "–", "*"])
def test_a_list_in_an_abstract_is_seen(desk: Desk, bullet: str) -> None:
    points = f"abstracts:\n- |\n  Two countries share:\n  {bullet} trade in goods\n  {bullet} water of a river\nkeywords: [a]"
    assert "abstract-list" in desk("check", desk.record(language=points)).out
    parted = points.replace(f"\n  {bullet}", f"\n\n  {bullet}")
    assert "abstract-list" not in desk("check", desk.record(language=parted)).out


def test_a_copy_is_called_one_and_named(desk: Desk) -> None:
    desk.record("a.yaml")
    desk.record("b.yaml")
    told = desk("check", "a.yaml", "b.yaml")
    assert "is also that of a.yaml: this record is a copy of that one" in " ".join(told.out.split())
    desk.record("b.yaml", title="title: On other rivers")
    told = desk("check", "a.yaml", "b.yaml")
    assert "is also that of a.yaml, “Prospects for NATO-Japan relations”" in " ".join(told.out.split())
