"""PDF files, by pypdf: every printed line with its place on the page, its face and the addresses it links to."""

import io
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from doideposit.findings import Finding, Severity, Where
from doideposit.records.extraction.draft import Leaf
from doideposit.records.extraction.lines import Link
from doideposit.records.extraction.manuscript import Manuscript, Properties
from doideposit.records.extraction.readers.bounds import TooMuch
from doideposit.records.extraction.readers.building import LineBuilder
from doideposit.records.extraction.readers.pdf_layout import PrintedParagraph
from doideposit.records.extraction.readers.pdf_rows import PdfRow

__all__ = ["read_pdf"]

# A commentary has a dozen pages, a report a hundred.
_MOST_PAGES = 300
# Streams are compressed: a bomb of a few kilobytes unpacks to gigabytes.
_MOST_OF_A_STREAM = 20_000_000
# Every way of packing that pypdf bounds by a number of bytes.
_UNPACKING = tuple(
    f"{way}_maximum_output_length" for way in ("zlib", "lzw", "run_length", "brotli", "array_based_stream")
)
# Drawings and maps of a page are content too, and take long to read.
_MOST_CONTENT = 5_000_000
# With fewer characters than this in the whole file, its pages are pictures.
_LEAST_TEXT = 40


def read_pdf(data: bytes, *, file: str) -> Manuscript:
    """Read a PDF; raises `TooMuch`, and whatever pypdf raises when the file is broken."""
    from pypdf import PdfReader, apply_configuration  # noqa: PLC0415  (only PDF files need it)
    from pypdf.errors import LimitReachedError  # noqa: PLC0415

    # By default one stream may unpack to 75 MB, which is most of the memory that a document is given here.
    most: dict[str, Any] = dict.fromkeys(_UNPACKING, _MOST_OF_A_STREAM)
    with apply_configuration(None, **most):
        try:
            return _read_pages(PdfReader(io.BytesIO(data)), file)
        except LimitReachedError:
            raise TooMuch from None


def _read_pages(reader: Any, file: str) -> Manuscript:
    # Many files are encrypted only against changes: an empty password opens them.
    if reader.is_encrypted and not reader.decrypt(""):
        return _refusal(file, "pdf-encrypted", "the PDF is protected by a password", "save it without one")
    if _count_pages(reader) > _MOST_PAGES:
        message = f"the PDF has more than {_MOST_PAGES} pages, too many for a commentary"
        return _refusal(file, "pdf-pages", message, "save the pages of the commentary as a file of their own")
    read, drawings = _pages_to_read(reader.pages)
    pages = [PdfRow.of_page(page, number) for number, page in read]
    if sum(len(row.text) for rows in pages for row in rows) < _LEAST_TEXT:
        if drawings:
            raise TooMuch
        return _refusal(
            file, "pdf-scanned", "the PDF was scanned: it holds pictures of pages, and no text",
            "use the document it was printed from, or run text recognition (OCR) on it first",
        )  # fmt: skip
    builder = LineBuilder()
    for paragraph in PrintedParagraph.of_pages(pages):
        _add_paragraph(paragraph, builder)
    left_out = tuple(_left_out_finding(file, number) for number in drawings)
    return Manuscript(file, "PDF", tuple(builder.lines), _stated_title(reader), builder.places, left_out)


def _left_out_finding(file: str, page: int) -> Finding:
    return Finding(
        "pdf-drawing", Severity.WARNING, f"page {page} is one large drawing, and was not read",
        "check whether it has references that are missing in the draft", Where(file),
    )  # fmt: skip


def _refusal(file: str, code: str, message: str, hint: str) -> Manuscript:
    return Manuscript(file, "PDF", findings=(Finding(code, Severity.ERROR, message, hint, Where(file)),))


def _count_pages(reader: Any) -> int:
    """Count the pages, up to one more than is read: what the file says about it may not be true."""
    catalogue = _resolved(reader.trailer.get("/Root"))
    top = catalogue.get("/Pages") if isinstance(catalogue, Mapping) else None
    waiting, seen, count = [top], set[int](), 0
    while waiting and count <= _MOST_PAGES:
        node = _resolved(waiting.pop())
        if id(node) in seen or not isinstance(node, Mapping):
            continue
        seen.add(id(node))
        kids = node.get("/Kids")
        if not isinstance(kids, list):  # A page, or something that pypdf will find broken.
            count += 1
        elif len(kids) > _MOST_PAGES:
            return len(kids)
        else:
            waiting += list(kids)
    return count


def _pages_to_read(pages: Any) -> tuple[list[tuple[int, Any]], list[int]]:
    """Return the pages to read with their numbers, and the numbers of those that are one large drawing.

    Raises `TooMuch` when all of them together hold more than a document ever does.
    """
    total = 0
    read, drawings = [], []
    for number, page in enumerate(islice(pages, _MOST_PAGES), 1):
        size = _size_of_page(page)
        if size > MOST_OF_A_PAGE:
            drawings.append(number)
            continue
        total += size
        if total > _MOST_CONTENT:
            raise TooMuch
        read.append((number, page))
    return read, drawings


def _add_paragraph(paragraph: PrintedParagraph, builder: LineBuilder) -> None:
    for index, row in enumerate(paragraph.rows):
        links = [Link(_link_label(target, row.text), target) for target in row.targets]
        builder.paragraph(
            row.text, links=links, level=paragraph.level, bold=row.bold, note=paragraph.note, italics=row.italics,
            place=f"page {row.page}", new_block=index == 0, marginal=row.marginal,
        )  # fmt: skip


def _link_label(target: str, text: str) -> str:
    """Return the label of a link annotation: its address, if the line prints it."""
    words = (word.strip("<>(").rstrip(".,;)>") for word in text.split())
    return next(
        # Twenty characters of a printed address are enough: a long one is broken at the end of its line.
        (word for word in words if word.startswith(("http", "www.", "doi.org", "10.")) and word[:20] in target),
        text.strip(),
    )


_LONGEST_TITLE = 5_000  # in characters; a title has a hundred


def _stated_title(reader: Any) -> Properties:
    """Return the title of the document properties, where it is one: many programs put the name of the file there."""
    information = reader.metadata
    # Cut before it is taken apart: a string of the file may be as long as the file.
    title = " ".join(str(getattr(information, "title", None) or "")[:_LONGEST_TITLE].split())
    if not title or re.search(
        r"\.\w{2,5}$|^(?:microsoft word|untitled|about:blank|document\d*$)", title, re.IGNORECASE
    ):
        return Properties(reliable=False)
    return Properties(title=Leaf(title, 1, title, "document properties"), reliable=False)


# The most that a page of a PDF may hold, its forms and fonts included: counted before any of its text is read.
# pypdf reads about two million bytes of content in a second, and keeps a hundred bytes for each while it does.

# In bytes, unpacked: a page of text has 10,000. What has more is a drawing or a map.
MOST_OF_A_PAGE: Final = 1_000_000
# In bytes. Read as text, a stream takes a hundred times its size in memory; no program writes a page so today.
_MOST_OF_ASCII: Final = 1_000_000
# A page of mathematics has some fifty; each is read before the first letter.
_MOST_FONTS: Final = 500
# In bytes, unpacked: a font with all characters of Unicode that it can have tells them in fewer.
_MOST_OF_A_MAP: Final = 2_000_000
# A form is drawn by its name (ISO 32000-1, 8.10); white space or a comment may be between the two.
_DRAWN: Final = re.compile(rb"/([^\s/<>\[\](){}%]*)(?:\s|%[^\r\n]*[\r\n])+Do\b")
# Any character of a name may be written by its number.
_NUMBERED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")


def _resolved(value: Any) -> Any:
    """Return an object of the file itself, where it is there as a reference to one, or as nothing."""
    return value.get_object() if value is not None else None


def _size_of_page(page: Any) -> int:
    """Return the bytes that reading the text of a page goes through: a form counts as often as it is drawn.

    The count ends above `MOST_OF_A_PAGE`. Raises `TooMuch` for fonts that no page has.
    """
    _check_ascii(page)
    content = page.get_contents()
    data = content.get_data() if content is not None else b""
    return _size_of_content(data, _mapping(page.get("/Resources")), {})


def _check_ascii(page: Any) -> None:
    """Raise `TooMuch` when the content of a page is written in letters (ASCII85) and larger than a page is."""
    contents = page.get("/Contents")
    for part in contents if isinstance(contents, list) else [contents]:
        stream = _resolved(part)
        if not isinstance(stream, Mapping) or "85" not in str(stream.get("/Filter")):
            continue
        size = stream.get("/Length")
        if not isinstance(size, int) or size > _MOST_OF_ASCII:
            raise TooMuch


def _mapping(value: Any) -> Mapping[str, Any]:
    found = _resolved(value)
    return found if isinstance(found, Mapping) else {}


def _size_of_content(data: bytes, resources: Mapping[str, Any], known: dict[int, int]) -> int:
    _check_fonts(_mapping(resources.get("/Font")))
    size, forms = len(data), _mapping(resources.get("/XObject"))
    for name in _DRAWN.findall(data) if forms else ():
        plain = _NUMBERED.sub(lambda found: bytes([int(found[1], 16)]), name)
        size += _size_of_form(_resolved(forms.get(f"/{plain.decode('latin-1')}")), resources, known)
        if size > MOST_OF_A_PAGE:
            break
    return size


def _size_of_form(form: Any, around: Mapping[str, Any], known: dict[int, int]) -> int:
    """Return the size of a form with the forms in it; nothing for a picture, and for a form within itself."""
    if not isinstance(form, Mapping) or form.get("/Subtype") != "/Form" or not hasattr(form, "get_data"):
        return 0
    if id(form) not in known:
        known[id(form)] = 0
        inside = _mapping(form.get("/Resources")) or around
        known[id(form)] = _size_of_content(form.get_data(), inside, known)
    return known[id(form)]


def _check_fonts(fonts: Mapping[str, Any]) -> None:
    """Raise `TooMuch` for more fonts than a page has, and for one that tells its letters at too great a length."""
    if len(fonts) > _MOST_FONTS:
        raise TooMuch
    for font in fonts.values():
        letters = _resolved(_mapping(font).get("/ToUnicode"))
        if hasattr(letters, "get_data") and len(letters.get_data()) > _MOST_OF_A_MAP:
            raise TooMuch
