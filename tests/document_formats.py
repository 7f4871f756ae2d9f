"""The same document in other formats: from Markdown or plain text to HTML, Word, OpenDocument, Rich Text and e-book.

Made by means that the readers under test do not share: markdown-it writes the page, and from the page python-docx and
the short writers below make the rest.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml import html as lxml_html
from markdown_it import MarkdownIt


@dataclass(frozen=True)
class Run:
    """A piece of a paragraph in one face; `target` is set for a link, `text` is a line feed for a break."""

    text: str
    bold: bool = False
    italic: bool = False
    target: str = ""


BULLET = "• "


def page_of(text: str, *, name: str) -> str:
    """The body of a web page: Markdown by its reader, plain text with its paragraphs and their lines."""
    if name.endswith(".txt"):
        # Without empty lines every line is a paragraph, as Word saves its text.
        blocks = [block for block in re.split(r"\n\s*\n" if "\n\n" in text.strip() else r"\n", text) if block.strip()]
        return "\n".join(f"<p>{escape(block.strip(), quote=False)}</p>".replace("\n", "<br/>\n") for block in blocks)
    text = re.sub(r"(?m)^\[\^(\w+)\]:\s*", r"\n[\1] ", text)
    return MarkdownIt("commonmark").render(text)


def paragraphs_of(page: str) -> Iterator[tuple[int, list[Run]]]:
    """Every paragraph of a page with the level of its heading, 0 for none."""
    root = lxml_html.fragment_fromstring(page, create_parent="div")
    for node in root.iter("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "pre"):
        if node.tag == "li" and any(child.tag in {"p", "ul", "ol"} for child in node):
            continue
        runs = list(runs_of(node))
        item = node if node.tag == "li" else node.getparent()
        if item is not None and item.tag == "li" and item.getparent().tag == "ol":
            index = list(item.getparent()).index(item) + int(item.getparent().get("start", "1"))
            runs.insert(0, Run(f"{index}. "))
        if item is not None and item.tag == "li" and item.getparent().tag == "ul":
            runs.insert(0, Run(BULLET))
        yield (int(node.tag[1]) if node.tag[0] == "h" else 0), runs


def runs_of(node: Any, *, bold: bool = False, italic: bool = False, target: str = "") -> Iterator[Run]:
    if node.text:
        yield Run(" ".join(f"·{node.text}·".split())[1:-1], bold, italic, target)
    for child in node:
        if child.tag == "br":
            yield Run("\n")
        elif child.tag not in {"p", "ul", "ol"}:
            yield from runs_of(
                child, bold=bold or child.tag in {"strong", "b"}, italic=italic or child.tag in {"em", "i"},
                target=child.get("href") or target,
            )  # fmt: skip
        if child.tail:
            yield Run(" ".join(f"·{child.tail}·".split())[1:-1], bold, italic, target)


def html_of(page: str) -> bytes:
    return f"<!DOCTYPE html>\n<html><head><meta charset='utf-8'><title>A site</title></head><body>\n{page}\n</body></html>".encode()


def docx_of(page: str) -> bytes:
    document = docx.Document()
    for level, runs in paragraphs_of(page):
        bulleted = bool(runs) and runs[0].text == BULLET
        style = "List Bullet" if bulleted else None
        paragraph = document.add_heading("", level) if level else document.add_paragraph("", style)
        for run in runs[bulleted:]:
            if run.target:
                _word_link(paragraph, run)
                continue
            added = paragraph.add_run("" if run.text == "\n" else run.text)
            if run.text == "\n":
                added.add_break()
            added.bold, added.italic = run.bold or None, run.italic or None
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _word_link(paragraph: Any, run: Run) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(run.target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    inner, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = run.text
    inner.append(text)
    link.append(inner)
    paragraph._p.append(link)


_ODT = """<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"><office:automatic-styles>
<style:style style:name="T1" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="T2" style:family="text"><style:text-properties fo:font-style="italic"/></style:style>
</office:automatic-styles><office:body><office:text>{body}</office:text></office:body></office:document-content>"""


def odt_of(page: str) -> bytes:
    body = "".join(
        f'<text:h text:outline-level="{level}">{_odt_runs(runs)}</text:h>'
        if level
        else f"<text:p>{_odt_runs(runs)}</text:p>"
        for level, runs in paragraphs_of(page)
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": _ODT.format(body=body)})


def _odt_runs(runs: list[Run]) -> str:
    parts = []
    for run in runs:
        text = "<text:line-break/>" if run.text == "\n" else escape(run.text, quote=False)
        if run.target:
            text = f'<text:a xlink:type="simple" xlink:href="{escape(run.target)}">{text}</text:a>'
        elif run.bold or run.italic:
            text = f'<text:span text:style-name="{"T1" if run.bold else "T2"}">{text}</text:span>'
        parts.append(text)
    return "".join(parts)


def rtf_of(page: str) -> bytes:
    """As Word writes it: numbers for letters beyond ASCII, fields for links, styles for headings."""
    styles = "".join(rf"{{\s{level}\outlinelevel{level - 1} heading {level};}}" for level in range(1, 7))
    rows = [
        rf"\pard\plain \s{level}\outlinelevel{level - 1} " * bool(level)
        + r"\pard\plain " * (not level)
        + _rtf_runs(runs)
        + "\\par\r\n"
        for level, runs in paragraphs_of(page)
    ]
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset0 Calibri;}}{\colortbl ;\red0\green0\blue255;}"
    return (
        head + rf"{{\stylesheet{{\s0 Normal;}}{styles}}}{{\info{{\title Left over}}}}" + "\r\n" + "".join(rows) + "}"
    ).encode("ascii")


def _rtf_runs(runs: list[Run]) -> str:
    parts = []
    for run in runs:
        text = r"\line " if run.text == "\n" else _rtf_text(run.text)
        if run.target:
            field = rf'{{\field{{\*\fldinst{{HYPERLINK "{run.target}"}}}}{{\fldrslt{{\ul {text}}}}}}}'
            parts.append(field)
        else:
            parts.append(rf"{{\b {text}}}" if run.bold else rf"{{\i {text}}}" if run.italic else text)
    return "".join(parts)


def _rtf_text(text: str) -> str:
    escaped = re.sub(r"([\\{}])", r"\\\1", text)
    return "".join(one if ord(one) < 128 else rf"\u{ord(one) - 0x10000 * (ord(one) > 0x7FFF)}?" for one in escaped)


_OPF = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="c1" href="text/c%201.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="nav"/><itemref idref="c1"/></spine></package>"""


def epub_of(page: str, *, metadata: str = "") -> bytes:
    xhtml = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{}</body></html>'
    container = '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    return zipped(
        {
            "mimetype": "application/epub+zip", "META-INF/container.xml": container, "OPS/book.opf": _OPF.format(metadata=metadata),
            "OPS/nav.xhtml": xhtml.format("<h1>Contents</h1><p>By Nobody At All</p>"), "OPS/text/c 1.xhtml": xhtml.format(page),
        }
    )  # fmt: skip


def zipped(entries: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


FORMATS: dict[str, Callable[[str], bytes]] = {
    ".html": html_of, ".docx": docx_of, ".odt": odt_of, ".rtf": rtf_of, ".epub": epub_of,
}  # fmt: skip
