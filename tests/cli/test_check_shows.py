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
    (wishes,) = [line for line in told.out.splitlines() if "could be richer" in line]
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
    (wishes,) = [line for line in told.out.splitlines() if "could be richer" in line]
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
