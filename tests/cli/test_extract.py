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
