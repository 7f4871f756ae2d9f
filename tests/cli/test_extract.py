"""`extract` on the command line: folders, JSON, and how each value was found."""

import json

from desk import Desk
from extraction_scores import FOLDER
from finished_documents import blank_pdf, document

WORD = str(FOLDER / "own-suffix.docx")


def test_a_folder_becomes_a_folder_of_records_and_nothing_is_overwritten(desk: Desk) -> None:
    (desk.folder / "documents").mkdir()
    desk.write("documents/c300.md", document())
    (desk.folder / "documents" / "scan.pdf").write_bytes(blank_pdf(1))
    told = desk("extract", "documents", "-o", "records")
    assert told.code == 1
    assert "scanned" in told.err
    (desk.folder / "records" / "c300.yaml").write_text("mine", encoding="utf-8")
    desk("extract", "documents", "-o", "records")
    assert (desk.folder / "records" / "c300.yaml").read_text(encoding="utf-8") == "mine"


def test_a_folder_gives_one_json_with_every_document_and_needs_no_folder_for_records(desk: Desk) -> None:
    (desk.folder / "documents").mkdir()
    desk.write("documents/c300.md", document())
    (desk.folder / "documents" / "scan.pdf").write_bytes(blank_pdf(1))
    told = desk("extract", "documents", "--json")
    content = json.loads(told.out)
    assert (told.code, content["ok"]) == (1, False)
    assert [(one["ok"], one["record_file"]) for one in content["documents"]] == [(True, None), (False, None)]
    assert content["documents"][0]["record"]["number"]
    assert content["documents"][1]["findings"][0]["code"] == "pdf-scanned"
    written = json.loads(desk("extract", "documents", "-o", "records", "--json").out)["documents"][0]
    assert (desk.folder / written["record_file"]).is_file()
    again = json.loads(desk("extract", "documents", "-o", "records", "--json").out)["documents"][0]
    assert again == {**again, "left_alone": True, "ok": True}


def test_what_a_document_could_give_more_is_one_line_and_stays_in_json_and_draft(desk: Desk) -> None:
    desk.write("c300.md", document())
    told = desk("extract", "c300.md", "-o", "c300.yaml")
    assert [line for line in told.err.splitlines() if "more complete" in line] == [
        "c300.md  could be more complete: ORCID, abstract, licence"
    ]
    assert "orcid-missing" not in told.err
    assert "WARNING orcid-missing" in (desk.folder / "c300.yaml").read_text(encoding="utf-8")
    codes = [finding["code"] for finding in json.loads(desk("extract", "c300.md", "--json").out)["findings"]]
    assert {"orcid-missing", "abstract-missing", "licence-missing"} <= set(codes)


def test_keys_of_authors_are_what_the_site_says_of_them(desk: Desk) -> None:
    desk.write("authors.yml", "akeller:\n  name: Ana Keller\n  orcid: 0000-0002-1825-0097\n")
    header = "---\ntitle: A boat\nauthors: [akeller]\ndate: 2024-01-01\n---\n\nText.\n"
    (desk.folder / "blog").mkdir()
    desk.write("blog/boat.md", header)
    (author,) = json.loads(desk("extract", "blog/boat.md", "--json").out)["record"]["authors"]
    assert (author["given"], author["family"]) == ("Ana", "Keller")
    assert author["orcid"].endswith("0000-0002-1825-0097")


def test_json_has_origin_rule_and_confidence_of_each_value(desk: Desk) -> None:
    values = {value["field"]: value for value in json.loads(desk("extract", WORD, "--json").out)["values"]}
    assert values["title"]["rule"] == "heading"
    assert values["title"]["confidence"] == "certain"
    assert values["title"]["place"] == "paragraph 1"


def test_explain_shows_how_each_value_was_found(desk: Desk) -> None:
    told = " ".join(desk("extract", WORD, "--explain").err.split())
    assert "title: “Ferries stuck in ice, harbour master seeks help” from paragraph 1 (heading), certain" in told


def test_a_document_in_two_formats_becomes_two_records(desk: Desk) -> None:
    (desk.folder / "documents" / "a").mkdir(parents=True)
    for name in ("c300.md", "c300.txt", "a/c301.md"):
        desk.write(f"documents/{name}", document())
    told = desk("extract", "documents", "-o", "records")
    assert told.code == 0
    assert sorted(path.name for path in (desk.folder / "records").iterdir()) == [
        "a-c301.yaml",
        "c300-md.yaml",
        "c300-txt.yaml",
    ]
    assert "doubtful" in told.err.splitlines()[0]
