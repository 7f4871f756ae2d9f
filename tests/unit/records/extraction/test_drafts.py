"""The written draft: golden files of whole documents, and what holds for any text."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from doideposit.findings import Loc
from doideposit.records.extraction.draft import Draft, Leaf
from drafts import read
from finished_documents import SERIES, document

FOLDER = Path(__file__).parents[3] / "golden" / "documents"
DOCUMENTS = sorted(path for path in FOLDER.iterdir() if path.suffix in {".md", ".txt"})


def texts_of(node: yaml.Node | None, loc: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """Every scalar of a YAML document as text, as the reader of record files takes them."""
    match node:
        case yaml.ScalarNode():
            yield loc, node.value
        case yaml.SequenceNode():
            for index, part in enumerate(node.value):
                yield from texts_of(part, (*loc, index))
        case yaml.MappingNode():
            for key, part in node.value:
                yield from texts_of(part, (*loc, key.value))


def composed(draft: Draft) -> dict[Loc, str]:
    return dict(texts_of(yaml.compose(draft.to_yaml(schema=None), Loader=yaml.SafeLoader)))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_drafts_of_whole_documents(path: Path) -> None:
    draft = read(path.read_text(encoding="utf-8"), file=path.name, series=SERIES)
    written = draft.to_yaml(schema="../../../schemas/record.schema.json")
    golden = path.with_suffix(".yaml")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(written, encoding="utf-8")
    assert written == golden.read_text(encoding="utf-8")


def test_there_are_ten_documents() -> None:
    assert len(DOCUMENTS) >= 10


def test_the_header_says_what_the_file_is() -> None:
    draft = read(document(), file="c300.md", series=SERIES)
    lines = draft.to_yaml(schema="https://example.org/record.json").splitlines()
    assert lines[0] == "# yaml-language-server: $schema=https://example.org/record.json"
    assert "made from c300.md" in lines[1]
    assert not draft.to_yaml(schema=None).startswith("# yaml-language-server")


def test_every_finding_is_told_once_in_the_draft() -> None:
    draft = read(document(references="References\n\n- [a](#)\n- www.example.org/b c"), file="c300.md", series=SERIES)
    written = draft.to_yaml(schema=None)
    codes = [finding.code for finding in draft.findings]
    assert {code: written.count(f" {code}: ") for code in codes} == {code: codes.count(code) for code in codes}


def test_a_gap_becomes_a_field_when_its_mark_is_taken_away() -> None:
    written = read(document(), file="c300.md", series=SERIES).to_yaml(schema=None)
    (line,) = [line for line in written.splitlines() if line.startswith("# url: ")]
    filled = yaml.safe_load(written.replace(line, line.removeprefix("# ")))
    assert filled["url"] == "https://www.example.org/comment-300/"


SNIPPETS = st.sampled_from(
    ["COMMENT 12", "# ", "## ", "By ", "Dr. ", " and ", "\n", "\n\n", "- ", "1. ", "[a](#)", "<https://a.b/c_d>", "https://", ":",
     "References:", "(2020). ", "DOI: 10.48251/x", "10.48251/", "14 May 2020", "*", "_", "`", "[^1]: ", "|", "<b>", "&#12;", "\\",
     " is a fellow at SADF.", "Ada Byron", "Abstract: ", "Keywords: ", "\t", "\x0c", "\u2028", "\x85", "\ufeff", "ISSN 2406-5617",
     "www.a.b", "- C12", "---", "> ", "<!--", "-->", "```", "orcid.org/0000-0002-1825-0097", "\r", "\x00", "“", "'", '"', "#", "#a"]
)  # fmt: skip
TEXTS = st.lists(SNIPPETS | st.text(max_size=8), max_size=40).map("".join)


@settings(deadline=None, max_examples=150)
@given(TEXTS)
def test_any_text_gives_a_draft_whose_lines_exist_and_that_is_read_back(text: str) -> None:
    draft = read(text, file="any.md", series=SERIES)
    last = max(1, len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))
    assert all(1 <= leaf.line <= last for _, leaf in draft.leaves())
    assert all(finding.where.line is None or 1 <= finding.where.line <= last for finding in draft.findings)
    assert composed(draft) == {loc: leaf.text for loc, leaf in draft.leaves()}


@settings(deadline=None, max_examples=150)
@given(st.lists(st.text(), min_size=1, max_size=5), st.text(min_size=1, max_size=20))
def test_any_value_is_written_so_that_it_is_read_back(values: list[str], file: str) -> None:
    fields = {f"key{index}": Leaf(value, 1, "") for index, value in enumerate(values)}
    draft = Draft(file, {**fields, "list": tuple({"a": leaf} for leaf in fields.values()), "one": fields})
    assert composed(draft) == {loc: leaf.text for loc, leaf in draft.leaves()}


@pytest.mark.parametrize(
    "text", ["no", "null", "~", "012", "3.10", "a: b", "a #b", "- a", "'", '"', "\\", "é:", "a\u2028b", "=", "%a"]
)
def test_texts_that_yaml_would_take_for_something_else(text: str) -> None:
    assert composed(Draft("x", {"key": Leaf(text, 1, "")})) == {("key",): text}


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", ["[", "(", "<", "http:", "a)", "Abc ", "[a](", "Abc, D., ", "https://a ", "*a ", "`a"])
def test_hostile_text_takes_no_more_than_linear_time(unit: str) -> None:
    # Several of these once took quadratic time, which is minutes at this length.
    read(f"COMMENT 1\n\nReferences\n\n{unit * 50_000}", file="x")
