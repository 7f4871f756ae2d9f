"""Finished documents of ten pages, read into a draft, against the bare parse of the library that reads the format."""

import io
from collections.abc import Callable, Iterator
from functools import partial

import docx
import pypdf
from lxml import html

from benchmarks.rows import Row
from benchmarks.timing import Timing, in_process, in_turns
from doideposit.records.extraction.drafting import draft_of
from doideposit.records.extraction.readers.opening import read_bytes

PAGES = 10
SENTENCE = "Ferries are the quiet backbone of the archipelago and carry nurses and onions. "
HEAD = ("COMMENT 300", "Salt and silence", "By Ada Byron", "4 May 2021")
ALLOWED = 0.3
"""Seconds beside twice the time of the library."""


def paragraphs() -> list[str]:
    """Ten pages of text, with thirty references behind it."""
    entries = [
        f"Brandt, H. ({1990 + n}). Ferries {n}. Letters, 3(2), 1–9. https://doi.org/10.5555/f.{n}" for n in range(30)
    ]
    return [*HEAD, *[SENTENCE * 8] * 4 * PAGES, "References", *entries]


def word() -> bytes:
    """The document as Word saves it."""
    document, stream = docx.Document(), io.BytesIO()
    for text in paragraphs():
        document.add_paragraph(text)
    document.save(stream)
    return stream.getvalue()


def page() -> bytes:
    """The document as a page of a site."""
    body = "\n".join(f"<p>{text}</p>" for text in paragraphs())
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode()


def printed() -> bytes:
    """The document as a PDF of ten pages with forty lines each."""
    rows = [*HEAD, *[SENTENCE] * (40 * PAGES - len(HEAD))]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (PAGES, b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(PAGES))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number in range(PAGES):
        lines = rows[40 * number : 40 * number + 40]
        text = "BT /F1 10 Tf 72 760 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text.encode()))
    data, places = bytearray(b"%PDF-1.5\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(data + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))


def bare_word(data: bytes) -> int:
    """Every paragraph, by python-docx alone."""
    return sum(len(paragraph.text) for paragraph in docx.Document(io.BytesIO(data)).paragraphs)


def bare_page(data: bytes) -> int:
    """The tree of the page, by lxml alone."""
    return len(html.document_fromstring(data).text_content())


def bare_print(data: bytes) -> int:
    """The text of every page, by pypdf alone."""
    return sum(len(each.extract_text()) for each in pypdf.PdfReader(io.BytesIO(data)).pages)


def drafted(data: bytes, file: str) -> None:
    """The whole way from bytes to a draft; raises when it is none."""
    if draft_of(read_bytes(data, file=file)).text("number") != "300":
        raise RuntimeError(f"the draft of {file} is wrong")


def rows() -> Iterator[Row]:
    """One row for each format."""
    formats: tuple[tuple[str, bytes, Callable[[bytes], int]], ...] = (
        ("a.docx", word(), bare_word),
        ("a.html", page(), bare_page),
        ("a.pdf", printed(), bare_print),
    )
    for file, data, bare in formats:
        taken = in_turns(
            {
                "ours": in_process(partial(drafted, data, file)),
                "theirs": in_process(partial(bare, data)),
            },
            rounds=7,
        )
        yield row(file, taken["ours"], taken["theirs"])


def row(file: str, ours: Timing, theirs: Timing) -> Row:
    """What is allowed is twice the time of the library and a constant."""
    reached = ours.cpu <= 2 * theirs.cpu + ALLOWED
    what = f"a document of {PAGES} pages, {file.partition('.')[2]}, to a draft | bare parse"
    details: dict[str, Timing | float] = {"ours": ours, "theirs": theirs}
    shown = [f"{each.cpu * 1000:,.1f} ms" for each in (ours, theirs)]
    return Row(what, *shown, f"{ours.cpu / theirs.cpu:.1f}×", f"≤ 2× + {ALLOWED} s", reached, details)
