"""Documents of every format: told by their content, and refused in a plain sentence where they cannot be read."""

import io
import zipfile
from pathlib import Path

import docx
import pytest

from doideposit.records.extraction.drafting import draft_of
from doideposit.records.extraction.readers.opening import open_document, read_bytes
from finished_documents import SERIES, blank_pdf


def code(data: bytes, name: str) -> str:
    manuscript = read_bytes(data, file=name)
    assert manuscript.lines == ()
    (finding,) = manuscript.findings
    assert finding.stops
    assert finding.hint
    return finding.code


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"", "a.docx", "file-empty"),
        (b"PK\x03\x04 broken", "a.docx", "document-broken"),
        (b"%PDF-1.7\nbroken", "a.pdf", "document-broken"),
        (zipped("xl/workbook.xml", b"<a/>"), "a.xlsx", "document-format"),
        (zipped("content.xml", b"<a/>"), "a.ods", "document-format"),
        (zipped("word/document.xml", b"<broken"), "a.docx", "document-broken"),
        (zipped("word/document.xml", b"0" * 130_000_000), "a.docx", "document-too-large"),
        (b"\xd0\xcf\x11\xe0 old", "a.doc", "document-format"),
        (b"\xd0\xcf\x11\xe0 encrypted", "a.docx", "document-format"),
        (rb"{\rtf1 " + b"{" * 300 + b"}", "a.rtf", "document-broken"),
        (b"@article{a, title={B}}", "a.bib", "document-format"),
        (b"<?xml version='1.0'?><article/>", "a.xml", "document-format"),
        (b"text " * 1_100_000, "a.txt", "file-too-large"),
        (b"a\x00b", "a.txt", "file-binary"),
        (blank_pdf(2), "scan.pdf", "pdf-scanned"),
        (blank_pdf(301), "long.pdf", "pdf-pages"),
        (blank_pdf(1, "secret"), "locked.pdf", "pdf-encrypted"),
    ],
)
@pytest.mark.timeout(20)
def test_what_cannot_be_read_is_said_plainly(data: bytes, name: str, expected: str) -> None:
    assert code(data, name) == expected


def test_a_word_file_with_a_footnote_keeps_its_notes_apart(tmp_path: Path) -> None:
    written = docx.Document()
    for text in ("COMMENT 300", "Salt and silence", "By Ada Byron", "4 May 2021"):
        written.add_paragraph(text)
    path = tmp_path / "c300.docx"
    written.save(str(path))
    draft = draft_of(open_document(path), series=SERIES)
    assert (draft.text("number"), draft.text("title")) == ("300", "Salt and silence")
    assert draft.place(1) == "paragraph 1"
    assert all(finding.where.line is None for finding in draft.findings)


@pytest.mark.parametrize("mark", ["draft: true", "published: false"])
def test_a_header_that_calls_the_document_unpublished_is_told(mark: str) -> None:
    text = f"---\ntitle: Salt\nauthor: Ada Byron\n{mark}\n---\n\nText.\n"
    (finding,) = read_bytes(text.encode(), file="a.md").findings
    assert (finding.code, finding.where.line) == ("document-draft", 4)


def test_breaks_within_a_paragraph_of_a_page_are_lines() -> None:
    page = "<html><body><p>COMMENT 300<br>Salt and silence<br>By Ada Byron</p></body></html>"
    assert [line.text for line in read_bytes(page.encode(), file="a.html").lines] == [
        "COMMENT 300", "Salt and silence", "By Ada Byron",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [b"image/png;base64", b"font/woff2;charset=utf-8;base64", b"image/svg+xml"])
def test_pictures_within_a_page_do_not_count(kind: bytes) -> None:
    picture = b'<img src="data:' + kind + b"," + b"iVBORw0KGgo%2F" * 450_000 + b'">'
    page = b"<html><head><title>Rivers</title></head><body><h1>Rivers</h1>" + picture + b"<p>Text.</p></body></html>"
    assert len(page) > 6_000_000
    found = read_bytes(page, file="page.html")
    assert found.findings == ()
    assert any(line.source == "Text." for line in found.lines)
    markdown = read_bytes(
        b"# Rivers\n\n![](data:" + kind + b"," + b"iVBORw0KGgo" * 500_000 + b")\n\nText.\n", file="a.md"
    )
    assert "file-too-large" not in [one.code for one in markdown.findings]
