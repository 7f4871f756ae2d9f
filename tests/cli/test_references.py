"""`doideposit references`: what is told of each reference, and what an accepted DOI changes in the record file."""

from pathlib import Path

import pytest

from desk import DOI, Desk
from doideposit.wiring import open_path
from pseudo_terminal import on_terminal

CITED = "10.48251/SADF.ISSN.2406-5617.C100"
RECORD = """\
# The first commentary.
series: sadf-comment
number: 100
title: Kishida pledges to strengthen Japan's ties with NATO on defense
authors:
  - organisation: The Asahi Shimbun
published: 2023-02-01
url: https://www.sadf.eu/comment-100/
"""


@pytest.fixture
def cited(desk: Desk) -> Desk:
    """Comment 258 is registered, and after it a work that its first reference means."""
    assert desk("deposit", desk.record(), "--wait", 30).code == 0
    assert desk("deposit", desk.write("c100.yaml", RECORD), "--wait", 30).code == 0
    return desk


def test_nothing_registered_has_no_references(desk: Desk) -> None:
    result = desk("references")
    assert (result.code, result.out.strip()) == (0, "0 references of 0 DOIs")
    assert desk("references", DOI).code == 2
    assert not list(desk.folder.rglob("*ledger*"))


def test_every_reference_is_told_with_what_it_may_be(cited: Desk) -> None:
    result = cited("references", "258")
    assert result.code == 0, result.err
    assert "1  not matched" in result.out
    assert f"accept it: doideposit references {DOI} --accept 1={CITED.lower()}" in result.out
    assert "10 references of 1 DOI: 10 not matched" in result.out
    document = cited("references", "c258.yaml", "--json").json
    [work] = document["works"]
    assert work["counts"] == {"matched": 0, "not-matched": 10, "dead": 0, "wrong": 0}
    assert work["references"][0]["best"] == CITED.lower()
    assert work["references"][1]["best"] is None
    assert cited("references", "--series", "none").code in {0, 2}


def test_an_accepted_doi_stands_at_its_place_and_goes_out_with_the_next_update(cited: Desk) -> None:
    path = cited.folder / "c258.yaml"
    before = path.read_text(encoding="utf-8").splitlines()
    result = cited("references", "258", "--accept", f"1={CITED}", "--json")
    assert result.code == 0, result.err
    assert result.json["file"].endswith("c258.yaml")
    assert [(one["number"], one["doi"]) for one in result.json["accepted"]] == [(1, CITED)]
    after = path.read_text(encoding="utf-8").splitlines()
    added = [line for line in after if line not in before]
    assert added == [f"    doi: {CITED}"]
    assert [line for line in after if line not in added] == before, "nothing else has changed"
    assert cited("deposit", "c258.yaml", "--wait", 30).code == 0
    [work] = cited("references", "258", "--json").json["works"]
    one = work["references"][0]
    assert (one["state"], one["doi"], one["asserted_by"], one["agency"]) == ("matched", CITED, "publisher", "Crossref")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("258", "--accept", "1"), "is not a number and a DOI"),
        (("258", "--accept", "1=not a doi"), "DOI"),
        (("258", "--accept", f"99={CITED}"), "has no reference 99"),
        (("258", "--accept", "1=10.48251/SADF.ISSN.2406-5617.C999"), "no agency has the DOI"),
        (("258", "--accept", f"2={CITED}"), "clearly a different work"),
        (("--accept", f"1={CITED}"), "about one record"),
        (("258", "--ask", "--accept", f"1={CITED}"), "about one record"),
        (("258", "--ask"), "nobody is there to answer"),
    ],
)
def test_what_cannot_be_accepted_changes_nothing(cited: Desk, arguments: tuple[str, ...], words: str) -> None:
    before = (cited.folder / "c258.yaml").read_bytes()
    result = cited("references", *arguments)
    assert result.code == 2, result.out
    assert words in result.err
    assert (cited.folder / "c258.yaml").read_bytes() == before


def test_a_work_that_is_plainly_another_one_is_accepted_with_a_word(cited: Desk) -> None:
    result = cited("references", "258", "--accept", f"2={CITED}", "--anyway")
    assert result.code == 0, result.err
    assert "the title is “Kishida pledges" in result.err
    assert cited("deposit", "c258.yaml", "--wait", 30).code == 0
    told = cited("references", "258")
    assert told.code == 1
    assert f"2  wrong  {CITED} (yours, at Crossref)" in told.out


def test_a_record_that_was_changed_since_keeps_the_doi_with_its_words(cited: Desk) -> None:
    path = cited.folder / "c258.yaml"
    head, _, listed = path.read_text(encoding="utf-8").partition("references:\n")
    path.write_text(f"{head}references:\n  - text: A new one before the others.\n{listed}", encoding="utf-8")
    assert cited("references", "258", "--accept", f"1={CITED}").code == 0
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[lines.index(f"    doi: {CITED}") - 1].strip().startswith("url: https://www.asahi.com")
    path.write_text(f"{head}references:\n  - text: Everything is new.\n", encoding="utf-8")
    refused = cited("references", "c258.yaml", "--accept", f"1={CITED}")
    assert refused.code == 2
    assert "in c258.yaml differs from the registered one" in refused.err


def test_references_in_a_file_of_their_own_are_named_by_line(desk: Desk) -> None:
    desk.write("cited.bib", "@article{gray,\n title={On rivers},\n author={Gray, A.},\n year={2001}\n}\n")
    desk.write("c100.yaml", f"{RECORD}references_file: cited.bib\n")
    assert desk("deposit", "c100.yaml", "--wait", 30).code == 0
    refused = desk("references", "100", "--accept", f"1={DOI}", "--offline")
    assert refused.code == 2
    assert "cited.bib" in refused.err
    assert f"add the DOI there by hand: {DOI}" in refused.err


def test_a_header_gets_the_key_of_its_own_form(desk: Desk) -> None:
    head = RECORD.split("\n", 1)[1]
    entry = "references:\n  - id: gray # the first\n    title: On rivers\n    DOI: 10.5555/old\n"
    text = f"---\n{head}{entry}---\nText with [@gray].\n"
    path: Path = desk.write("c100.md", text)
    assert desk("deposit", path, "--wait", 30).code == 0
    done = desk("references", "c100.md", "--accept", f"1={DOI}", "--offline")
    assert done.code == 0, done.err
    assert path.read_text(encoding="utf-8") == text.replace("DOI: 10.5555/old", f"DOI: {DOI}")


def test_a_person_is_asked_and_the_one_that_fits_is_the_answer(cited: Desk) -> None:
    before = (cited.folder / "c258.yaml").read_text(encoding="utf-8")
    refused = on_terminal(["references", "258", "--ask"], cited.folder, typed=[("Which one", "none")])
    assert refused.code == 0, refused.text
    assert (cited.folder / "c258.yaml").read_text(encoding="utf-8") == before
    seen = on_terminal(["references", "258", "--ask"], cited.folder, typed=[("Which one", "")])
    assert seen.code == 0, seen.text
    assert "Which one (1, none) [1]:" in seen.text
    assert f"doi: {CITED.lower()}" in (cited.folder / "c258.yaml").read_text(encoding="utf-8")


def test_without_a_search_nothing_is_looked_for(cited: Desk) -> None:
    [work] = cited("references", "258", "--no-search", "--json").json["works"]
    assert work["references"][0]["candidates"] is None


def test_accepted_dois_go_out_as_references_alone(cited: Desk) -> None:
    sent = cited("references", "258", "--accept", f"1={CITED}", "--send", "--json")
    assert sent.code == 0, sent.err
    assert sent.json["accepted"][0]["number"] == 1
    assert [one["action"] for one in sent.json["records"]] == ["update"]
    cited("poll", "--all")
    [work] = cited("references", "258", "--json").json["works"]
    assert work["references"][0]["doi"] == CITED
    with open_path(cited.folder / "doideposit.toml") as depositor:
        xml = depositor.xml(DOI)
    assert xml is not None
    assert b"<doi_citations>" in xml
    assert b"posted_content" not in xml
    assert CITED.encode() in xml
    again = cited("references", "c258.yaml", "--send")
    assert again.code == 0, again.err
    assert "unchanged" in again.out
