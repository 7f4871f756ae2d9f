"""Documents that are broken, or made to fill memory and time, by their names; and one of them read in this process."""

import io
import json
import resource
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override '
    'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


def zipped(entries: dict[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


def word(document: str, **more: bytes | str) -> bytes:
    return zipped({"[Content_Types].xml": _TYPES, "_rels/.rels": _RELS, "word/document.xml": document, **more})


def body(inner: str) -> str:
    return f"<w:document {W}><w:body>{inner}</w:body></w:document>"


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def belied(entries: dict[str, bytes]) -> bytes:
    """An archive whose entries declare ten bytes each, whatever they unpack to."""
    data = bytearray(zipped(dict(entries)))
    for content in entries.values():
        size = len(content).to_bytes(4, "little")
        for at in [index for index in range(len(data) - 4) if data[index : index + 4] == size]:
            data[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(data)


def opendocument(inner: str) -> bytes:
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>{inner}</office:text></office:body></office:document-content>',
        }
    )


def e_book(pages: int, page: str) -> bytes:
    items = "".join(f'<item id="i{n}" href="{n}.xhtml"/>' for n in range(pages))
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(pages))
    package = (
        f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{spine}</spine></package>'
    )
    return zipped(
        {
            "META-INF/container.xml": '<container><rootfile full-path="a.opf"/></container>', "a.opf": package,
            **{f"{n}.xhtml": page for n in range(pages)},
        }
    )  # fmt: skip


def pdf(
    content: bytes = b"BT /F1 12 Tf 72 700 Td (COMMENT 300) Tj ET",
    *,
    pages: int = 1,
    count: int | None = None,
    kids: str = "",
    extra: bytes = b"",
) -> bytes:
    """A PDF of pages that share one content stream; `count` is how many pages it says it has."""
    packed = zlib.compress(content)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>" + extra,
        f"<< /Type /Pages /Count {pages if count is None else count} /Kids [{kids or ' '.join(f'{5 + n} 0 R' for n in range(pages))}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
    ]
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
    objects += [leaf] * pages
    data, places = bytearray(b"%PDF-1.5\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(data + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))


def with_form(content: bytes, form: bytes, more: bytes = b"", *, font: bytes = b"") -> bytes:
    """A PDF of one page that can draw a form by the name X; the font may name it as well."""
    packed = zlib.compress(form)
    head = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] %s /Length %d /Filter /FlateDecode >>" % (
        more,
        len(packed),
    )
    return (
        pdf(content)
        .replace(b"/Resources << ", b"/Resources << /XObject << /X 6 0 R >> ")
        .replace(b"/BaseFont /Helvetica", b"/BaseFont /Helvetica " + font)
        .replace(b"xref\n", b"6 0 obj\n%s\nstream\n%s\nendstream\nendobj\nxref\n" % (head, packed), 1)
    )


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
_LINES = b"BT /F1 12 Tf 72 700 Td (COMMENT 300 and a line of text that is long enough to be read) Tj ET"
_TEXT = "COMMENT 300\n\nSalt\n\nBy Ada Byron\n\n4 May 2021\n\n"


def utf_8(text: str) -> bytes:
    return text.encode()


# The codes that are an answer; an empty one says that the document is read, within the same bounds.
HOSTILE: dict[str, tuple[str, Callable[[], bytes], set[str]]] = {
    "nothing": ("a.docx", lambda: b"", {"file-empty"}),
    "spaces": ("a.html", lambda: b" " * 1000, {"file-empty"}),
    "beginning-of-an-archive": ("a.docx", lambda: b"PK\x03\x04", {"document-broken"}),
    "half-a-word-file": ("a.docx", lambda: word(body(paragraph("x" * 9999)))[:500], {"document-broken"}),
    "attributes-of-a-page": ("a.html", lambda: b"<html><body><p " + b" ".join(b"a%d=1" % n for n in range(490_000)) + b">x", {"document-too-large"}),
    "attributes-between-quotes": ("a.html", lambda: b"<html><body><p z='>' a=x'y " + b"/".join(b"a%d" % n for n in range(490_000)) + b" c=z'>x", {"document-too-large"}),
    "list-of-a-page": ("a.html", lambda: b"<html><body><ol start=3>" + b"<li>a" * 140_000, {"document-too-large"}),
    "half-a-pdf": ("a.pdf", lambda: pdf(pages=20)[:1500], {"document-broken", ""}),
    "zip-bomb": ("a.docx", lambda: word("0" * 130_000_000), {"document-too-large"}),
    "zip-bomb-of-entries": ("a.docx", lambda: word(body(""), **{f"word/{n}.bin": b"0" * 20_000 for n in range(4_000)}), {"document-too-large"}),
    "zip-of-many-entries": ("a.zip", lambda: zipped({f"{n}": "" for n in range(30_000)}), {"document-too-large"}),
    "zip-bomb-that-lies": ("a.docx", lambda: belied({"word/document.xml": b"0" * 70_000_000}), {"document-broken"}),
    "picture-in-a-word-file": ("a.docx", lambda: word(body(paragraph("COMMENT 300")), **{"word/media/a.png": b"\0" * 40_000_000}), {""}),
    "many-paragraphs": ("a.docx", lambda: word(body(paragraph("x") * 150_000)), {"document-too-large"}),
    "many-runs": ("a.docx", lambda: word(body("<w:p>" + "<w:r><w:t>x</w:t></w:r>" * 250_000 + "</w:p>")), {"document-too-large"}),
    "deep-word-file": ("a.docx", lambda: word(body("<w:sdt>" * 5000 + "</w:sdt>" * 5000)), {"document-broken"}),
    "deep-tables": ("a.docx", lambda: word(body("<w:tbl><w:tr><w:tc>" * 60 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 60)), {"", "document-broken", "document-unrecognised"}),
    "laughs-in-a-word-file": ("a.docx", lambda: word(f"<!DOCTYPE d [{_LAUGHS}]>" + body(paragraph("&l9;"))), {"", "document-broken"}),
    "laughs-in-an-article": ("a.xml", lambda: utf_8(f"<?xml version='1.0'?><!DOCTYPE d [{_LAUGHS}]><article><front><article-meta><abstract><p>&l9;</p></abstract></article-meta></front></article>"), {"", "document-broken"}),
    "outside-in-an-article": ("a.xml", lambda: b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///dev/zero"><!ENTITY % y SYSTEM "http://192.0.2.1/a.dtd"> %y;]><article><front><article-meta/></front><body>&x;</body></article>', {"", "document-unrecognised", "document-broken"}),
    "many-references": ("a.xml", lambda: b"<?xml version='1.0'?><article><front><article-meta/></front><back><ref-list>" + b"<ref><mixed-citation>A</mixed-citation></ref>" * 90_000 + b"</ref-list></back></article>", {"document-too-large"}),
    "deep-article": ("a.xml", lambda: b"<?xml version='1.0'?><article>" + b"<sec>" * 100_000, {"document-broken"}),
    "deep-opendocument": ("a.odt", lambda: opendocument("<text:section>" * 240 + "</text:section>" * 240), {"", "document-broken", "document-unrecognised"}),
    "many-opendocument": ("a.odt", lambda: opendocument("<text:p>x</text:p>" * 300_000), {"document-too-large"}),
    "many-pages-of-an-e-book": ("a.epub", lambda: e_book(150, "<html><body>" + "<p>x</p>" * 40_000 + "</body></html>"), {"document-too-large"}),
    "large-page": ("a.html", lambda: b"<html><body>" + b"<p>x</p>" * 1_000_000, {"document-too-large"}),
    "deep-page": ("a.html", lambda: b"<html><body>" + b"<div>" * 200_000 + b"x", {"", "document-broken", "document-unrecognised"}),
    "broad-page": ("a.html", lambda: b"<html><body><article>" + b"<article>" * 30_000 + b"x", {"", "document-broken", "document-unrecognised"}),
    "page-of-breaks": ("a.html", lambda: b"<html><body><p>" + b"x<br>" * 500_000, {"document-too-large"}),
    "page-of-metas": ("a.html", lambda: b"<html><head>" + b"<meta name=citation_author content='A B'>" * 60_000, {"document-too-large"}),
    "deep-rich-text": ("a.rtf", lambda: b"{\\rtf1 " + b"{" * 1_000_000, {"document-broken"}),
    "many-words-of-rich-text": ("a.rtf", lambda: b"{\\rtf1 " + b"\\b x" * 1_000_000 + b"}", {"document-too-large"}),
    "bin-of-rich-text": ("a.rtf", lambda: b"{\\rtf1 \\bin999999999 x}", {"", "document-unrecognised"}),
    "text-of-brackets": ("a.md", lambda: utf_8(_TEXT + "[" * 400_000), {"", "document-too-large"}),
    "text-of-stars": ("a.md", lambda: utf_8(_TEXT + "*a_ " * 200_000), {"", "document-too-large"}),
    "text-of-quotes": ("a.md", lambda: utf_8(_TEXT + ">" * 50_000 + "x"), {"", "document-too-large"}),
    "text-of-lists": ("a.md", lambda: utf_8(_TEXT + "- " * 20_000 + "x"), {"", "document-too-large"}),
    "text-of-links": ("a.md", lambda: utf_8(_TEXT + "[a](" * 100_000), {"", "document-too-large"}),
    "text-of-backticks": ("a.md", lambda: utf_8(_TEXT + "".join("`" * n + "e" for n in range(900))), {"", "document-too-large"}),
    "text-in-one-line": ("a.txt", lambda: utf_8("COMMENT 300 " + "Alpha Beta (2020), 10.5555/a http://x.y " * 20_000), {"", "document-too-large", "document-unrecognised"}),
    "text-of-capitals": ("a.txt", lambda: utf_8("By " + "Ada Byron, " * 60_000), {"", "document-too-large"}),
    "text-of-numbers": ("a.txt", lambda: utf_8(_TEXT + "1. a 2020\n" * 60_000), {"", "document-too-large"}),
    "text-of-brackets-in-a-title": ("a.txt", lambda: utf_8("COMMENT 300\n\n" + "(" * 50_000 + ")" * 50_000 + "\n\nBy Ada Byron"), {"", "document-too-large"}),
    "lines-of-many-words": ("a.txt", lambda: utf_8("COMMENT 300\n\n" + ("Alpha Beta-Gamma " * 1_000 + "\n\n") * 55), {"", "document-unrecognised"}),
    "lines-of-brackets": ("a.txt", lambda: utf_8("COMMENT 300\n\n" + ("(a " * 6_000 + "\n\n") * 50), {"", "document-unrecognised"}),
    "lines-of-figures": ("a.txt", lambda: utf_8("COMMENT 300\n\n" + ("10.5 2020 1/2 " * 1_300 + "\n\n") * 50), {"", "document-unrecognised"}),
    "lines-of-spaces": ("a.txt", lambda: utf_8("COMMENT 300\n\n" + ("a" + " " * 19_000 + "b\n\n") * 50), {"", "document-unrecognised"}),
    "lines-of-names": ("a.txt", lambda: utf_8("COMMENT 300\n\nSalt\n\n" + "\n\n".join(["By " + "Ada Byron, " * 300] * 4) + "\n\nAda Byron is a fellow at the Institute.\n" * 2_500), {"", "document-unrecognised"}),
    "references-of-one-letter": ("a.txt", lambda: utf_8(_TEXT + "References\n\n" + "A (2020). b.\n\n" * 4_500), {""}),
    "header-of-anchors": ("a.md", lambda: utf_8("---\na: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)) + "title: x\n---\ntext"), {"too-many-values", "document-unrecognised"}),
    "deep-header": ("a.md", lambda: utf_8("---\ntitle: x\na: " + "[" * 3_000 + "\n---\ntext"), {"too-deep", "document-unrecognised"}),
    "ten-thousand-pages": ("a.pdf", lambda: pdf(pages=10_000), {"pdf-pages"}),
    "ten-thousand-pages-that-lie": ("a.pdf", lambda: pdf(pages=10_000, count=1), {"", "pdf-pages"}),
    "a-billion-pages": ("a.pdf", lambda: pdf(count=1_000_000_000), {"pdf-scanned"}),
    "pages-within-themselves": ("a.pdf", lambda: pdf(kids="2 0 R 5 0 R"), {"", "document-broken", "pdf-scanned"}),
    "pdf-bomb": ("a.pdf", lambda: pdf(b"q " * 200_000_000), {"document-too-large"}),
    "large-page-of-a-pdf": ("a.pdf", lambda: pdf(b"BT /F1 12 Tf " + b"1 0 0 1 72 700 Tm (x) Tj " * 1_000_000), {"document-too-large"}),
    "pages-of-one-large-stream": ("a.pdf", lambda: pdf(b"BT /F1 12 Tf " + b"1 0 0 1 72 700 Tm (x) Tj " * 10_000, pages=300), {"document-too-large"}),
    "pdf-without-anything": ("a.pdf", lambda: b"%PDF-1.7\n" + b"x" * 1_000_000, {"document-broken"}),
    "pdf-of-objects": ("a.pdf", lambda: b"%PDF-1.7\n" + b"1 0 obj << /A 1 0 R >> endobj\n" * 200_000, {"document-broken", "document-too-large"}),
    "pdf-whose-kids-are-a-number": ("a.pdf", lambda: pdf().replace(b"/Kids [5 0 R]", b"/Kids 5      "), {"document-broken"}),
    "pdf-without-a-catalogue": ("a.pdf", lambda: pdf().replace(b"/Root 1 0 R", b"/Root 3 0 R"), {"document-broken", "pdf-scanned"}),
    "pdf-whose-catalogue-is-nothing": ("a.pdf", lambda: pdf().replace(b"/Pages 2 0 R", b"/Pages null "), {"document-broken", "pdf-scanned"}),
    "links-that-are-none": ("a.pdf", lambda: pdf(_LINES).replace(b"/Parent 2 0 R", b"/Annots [5 (x) << /A 3 /Rect [0 0] >> << /A << /URI (http://x) >> /Rect [(a) 0 0 0] >>] /Parent 2 0 R"), {"", "document-unrecognised", "document-broken"}),
    "links-in-a-number": ("a.pdf", lambda: pdf(_LINES).replace(b"/Parent 2 0 R", b"/Annots 5 /Parent 2 0 R"), {"", "document-unrecognised", "document-broken"}),
    "pdf-whose-title-is-the-file": ("a.pdf", lambda: pdf(_LINES).replace(b"/Root 1 0 R", b"/Root 1 0 R /Info << /Title (" + b"a b " * 2_000_000 + b") >>"), {"", "document-unrecognised"}),
    "pdf-in-letters": ("a.pdf", lambda: pdf(b"z" * 8_000_000).replace(b"/FlateDecode", b"[/FlateDecode /ASCII85Decode]"), {"document-too-large"}),
    "table-of-many-cells": ("a.docx", lambda: word(body("<w:tbl>" + ("<w:tr>" + "<w:tc><w:p/></w:tc>" * 200 + "</w:tr>") * 200 + "</w:tbl>")), {"document-too-large"}),
    "cell-over-many-columns": ("a.docx", lambda: word(body("<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='99999999'/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>")), {"document-too-large"}),
    "empty-paragraphs": ("a.docx", lambda: word(body("<w:p/>" * 290_000)), {"document-too-large"}),
    "cells-that-go-on": ("a.docx", lambda: word(body("<w:tbl>" + "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc></w:tr>" * 9_900 + "</w:tbl>")), {"document-too-large"}),
    "forms-drawn-often": ("a.pdf", lambda: with_form(b"/X Do " * 200, b"BT /F1 12 Tf " + b"1 0 0 1 72 700 Tm (x) Tj " * 100_000), {"document-too-large"}),
    "form-within-itself": ("a.pdf", lambda: with_form(b"/X Do", b"/X Do /#58 Do", b"/Resources << /XObject << /X 6 0 R >> >>"), {"pdf-scanned"}),
    "letters-of-a-font": ("a.pdf", lambda: with_form(b"BT /F1 12 Tf (x) Tj ET", b"begincmap 1 beginbfchar " + b"<0041> <00410041>\n" * 1_000_000, font=b"/ToUnicode 6 0 R"), {"document-too-large"}),
    "fonts-of-a-page": ("a.pdf", lambda: pdf().replace(b"/F1 3 0 R", b"".join(b"/F%d 3 0 R " % n for n in range(20_000))), {"document-too-large", "document-broken"}),
    "names-and-lines": ("a.txt", lambda: utf_8("COMMENT 300\n\nSalt\n\n" + "\n".join(["Ada Blue Byron"] * 40) + "\n\n4 May 2021\n\n" + "Keller Byron, Zda and others wrote\n" * 9_000), {""}),
    "zeros": ("a.pdf", lambda: b"\0" * 10_000_000, {"file-binary", "file-too-large"}),
}  # fmt: skip


def measured(name: str) -> dict[str, object]:
    """Read one of them in this process: seconds, kilobytes at most, and the codes of its errors."""
    from doideposit.findings import Severity
    from doideposit.records.extraction.drafting import draft_of
    from doideposit.records.extraction.readers.opening import read_bytes

    file, make, _ = HOSTILE[name]
    folder = Path(sys.argv[2])
    path = folder / name
    data = path.read_bytes() if path.exists() else make()
    read_bytes(b"# warm", file="a.md")
    started = time.perf_counter()
    manuscript = read_bytes(data, file=file)
    findings = list(manuscript.findings)
    if manuscript.lines or not findings:
        findings += draft_of(manuscript).findings
    seconds = time.perf_counter() - started
    codes = sorted({one.code for one in findings if one.severity is Severity.ERROR}) or [""]
    return {"seconds": round(seconds, 2), "kilobytes": _most_memory(), "codes": codes}


def _most_memory() -> int:
    """Kilobytes of this program alone: `ru_maxrss` counts what its parent had when it was started."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(next(row.split()[1] for row in status.read_text().splitlines() if row.startswith("VmHWM")))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def prepare(folder: Path) -> Iterator[str]:
    """Write all of them into a folder, so that making them does not count."""
    for name, (_, make, _) in HOSTILE.items():
        (folder / name).write_bytes(make())
        yield name


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(sys.argv[1])))
