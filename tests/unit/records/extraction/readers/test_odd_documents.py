"""Documents whose parts are not what they should be: an answer, and never a traceback."""

import pytest

from doideposit.records.extraction.readers.opening import read_bytes
from hostile_documents import HOSTILE, body, with_form, word

SMALL = (
    "pdf-whose-kids-are-a-number", "pdf-without-a-catalogue", "pdf-whose-catalogue-is-nothing", "links-that-are-none",
    "links-in-a-number", "cell-over-many-columns", "half-a-word-file", "half-a-pdf", "deep-tables",
)  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_an_odd_document_has_an_answer(name: str) -> None:
    file, make, codes = HOSTILE[name]
    found = {one.code for one in read_bytes(make(), file=file).findings if one.stops}
    assert found <= codes


def test_an_entry_that_lies_outside_of_its_archive_is_told() -> None:
    file, make, _ = HOSTILE["cell-over-many-columns"]
    data = bytearray(make())
    at = data.rfind(b"PK\x01\x02")
    data[at + 42 : at + 46] = b"\xff\xff\xff\x7f"  # where the last entry begins
    (finding,) = read_bytes(bytes(data), file=file).findings
    assert finding.code in {"document-broken", "document-format"}


def test_forms_count_as_often_as_a_page_draws_them() -> None:
    """Each is read anew for every time that it is drawn: a small file with a large form takes minutes."""
    line = b"BT /F1 12 Tf 1 0 0 1 72 700 Tm (COMMENT 300 and a line that is long enough to be read) Tj ET "
    few, many = (read_bytes(with_form(b"/X Do\n" * times, line * 100), file="a.pdf") for times in (2, 200))
    assert "document-too-large" not in [found.code for found in few.findings]
    assert [found.code for found in many.findings] == ["document-too-large"]


@pytest.mark.parametrize(
    "inner", ["<w:p/>" * 10_001, "<w:tbl><w:tr><w:tc>" + "<w:vMerge/>" * 1_001 + "</w:tc></w:tr></w:tbl>"]
)
def test_paragraphs_and_merged_cells_are_counted_before_word_files_are_read(inner: str) -> None:
    (finding,) = read_bytes(word(body(inner)), file="a.docx").findings
    assert finding.code == "document-too-large"
