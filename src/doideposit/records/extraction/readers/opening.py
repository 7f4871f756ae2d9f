"""Any document: told by its content and name, bounded in size, and handed to the reader of its format."""

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from doideposit.findings import Finding, Severity, Where
from doideposit.records.extraction.draft import Confidence, Leaf
from doideposit.records.extraction.manuscript import Manuscript
from doideposit.records.extraction.readers.archive import DocumentArchive
from doideposit.records.extraction.readers.bounds import TooMuch, too_large
from doideposit.records.extraction.readers.charsets import codec_of
from doideposit.records.extraction.readers.other_formats import (
    OtherFormat,
    other_container,
    other_entries,
    other_format,
    other_word,
    other_xml,
)
from doideposit.records.extraction.readers.text import read_text
from doideposit.records.sources.files import decode_text, load_bytes

__all__ = ["open_document", "read_bytes", "read_page"]

# The largest document that is read, in bytes; a PDF with pictures has a few million.
LIMIT = 50_000_000
# A text of five million characters is a thousand pages, and a tree of markup takes ten times its size in memory.
_TEXT_LIMIT = 5_000_000

# Read the bytes of a document; the text is the name of the file for findings.
Read = Callable[[bytes, str], Manuscript]


def open_document(path: Path) -> Manuscript:
    """Read a document of any format; what cannot be read becomes a finding. Raises `DiskError` when the disk fails."""
    loaded = load_bytes(path, limit=LIMIT)
    if loaded.data is None:
        return Manuscript(str(path), "unknown", findings=loaded.findings)
    manuscript = _read(loaded.data, str(path), path.suffix.lower(), None, near=path)
    return _with_bibliography(manuscript, path) if manuscript.properties.bibliography else manuscript


def _with_bibliography(manuscript: Manuscript, path: Path) -> Manuscript:
    """Return a document with the references of the files that its header names, of which it cites those by key."""
    from doideposit.records.sources.bibliography import citing, read_bibliography  # noqa: PLC0415

    named = manuscript.properties.bibliography
    # The lines as they stand in the file, so that a finding names the right one.
    rows = {line.number: line.source for line in manuscript.lines}
    text = "\n".join(rows.get(number, "") for number in range(1, max(rows, default=0) + 1))
    cites = citing(text, file=str(path), nocite=manuscript.properties.nocite)
    found = read_bibliography(path.parent / leaf.text for leaf in named).cited(cites)
    references = tuple(
        {
            key: replace(named[0], text=value, rule=f"{work.place.file}, line {work.place.line}")
            for key, value in work.fields.items()
        }
        for work in found.works
    )
    # A draft is reviewed: what a file of references lacks does not stop it.
    told = tuple(replace(one, severity=min(one.severity, Severity.WARNING, key=_weight)) for one in found.findings)
    properties = replace(manuscript.properties, references=references)
    return replace(manuscript, properties=properties, findings=(*manuscript.findings, *told))


def _weight(severity: Severity) -> int:
    return (Severity.INFO, Severity.WARNING, Severity.ERROR).index(severity)


# What servers call the formats that are not told by their content (RFC 7763 for Markdown).
_SUFFIX_OF = {"text/html": ".html", "application/xhtml+xml": ".html", "text/markdown": ".md", "text/plain": ".txt"}
# Parts of these types hold no text that could be read.
_PICTURES = ("image/", "video/", "audio/", "font/")


def read_page(data: bytes, *, url: str, media_type: str, charset: str | None) -> Manuscript:
    """Read what an address gave, by the format and the encoding that its server names.

    `url` is where the page stands: the address of the record, where the page itself names no other.
    """
    if media_type.startswith(_PICTURES):
        return _named(url, OtherFormat(f"of the kind {media_type}", "give the address of the commentary itself"))
    page = _read(data, url, _SUFFIX_OF.get(media_type) or _suffix(url), charset)
    if page.format != "web page" or page.properties.url is not None:
        return page
    where = Leaf(url, 1, url, "the address that it was fetched from", Confidence.LIKELY)
    return replace(page, properties=replace(page.properties, url=where))


def _suffix(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).suffix.lower()


def read_bytes(data: bytes, *, file: str) -> Manuscript:
    """Read the bytes of a document; `file` is its name, whose end counts where the content does not tell."""
    return _read(data, file, Path(file).suffix.lower(), None)


_PDF_WITHIN = 1024  # Readers of PDF look for its mark in so many bytes at the beginning (PDF 1.7, annex H.3).


def _read(data: bytes, file: str, suffix: str, charset: str | None, near: Path | None = None) -> Manuscript:
    # Word files are ZIP archives, and so are those of Excel, LibreOffice and e-books: the entries tell them apart.
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, file, suffix)
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # the container of old Office files, and of new ones with a password
        return _named(file, other_container(data, suffix))
    if b"%PDF-" in data[:_PDF_WITHIN] and not data[:_PDF_WITHIN].lstrip().startswith(b"<"):
        return _guarded(_pdf, data, file)
    head = _head(data)
    if head.startswith(b"{\\rtf"):
        return _too_large(file) if len(data) > _TEXT_LIMIT else _guarded(_rtf, data, file)
    if _is_page(head, suffix) and data.strip():
        return _too_large(file) if len(data) > _TEXT_LIMIT else _guarded(_html(charset), data, file)
    if head.startswith((b"<?xml", b"<!doctype")) or (suffix == ".xml" and head.startswith(b"<")):
        return _too_large(file) if len(data) > _TEXT_LIMIT else _guarded(_xml, data, file)
    unread = other_format(data, suffix)
    return _text(_in_utf_8(data, charset), file, near) if unread is None else _named(file, unread)


def _head(data: bytes) -> bytes:
    # Declarations and doctypes stand in the first lines.
    return data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()


def _is_page(head: bytes, suffix: str) -> bool:
    # XHTML may begin with an XML declaration too, and is read as a web page.
    begins = head.startswith((b"<!doctype html", b"<html")) or (head.startswith(b"<?xml") and b"<html" in head)
    return begins or (suffix in {".html", ".htm", ".xhtml"} and not head.startswith(b"bplist"))


def _in_utf_8(data: bytes, charset: str | None) -> bytes:
    """Return a text in UTF-8 that its server says is in another encoding; as it is, where that is not true."""
    if charset is None:
        return data
    try:
        return data.decode(codec_of(charset)).encode()
    # An unknown or wrong charset leaves the bytes as they are; the reader tells what it cannot decode.
    except (LookupError, UnicodeError):
        return data


def _text(data: bytes, file: str, near: Path | None) -> Manuscript:
    if len(data) > _TEXT_LIMIT:
        message = f"{file} is a text of more than {_TEXT_LIMIT / 1_000_000:.0f} MB"
        return _finding(file, "file-too-large", message, "look whether it is the right file")
    loaded = decode_text(data, file=file)
    if loaded.text is None:
        return Manuscript(file, "text", findings=loaded.findings)
    return read_text(loaded.text, file=file, near=near)


def _zipped(data: bytes, file: str, suffix: str) -> Manuscript:
    """Tell the formats apart that are ZIP archives, and refuse one that unpacks to far more than a document holds."""
    try:
        archive = DocumentArchive(data)
    except TooMuch:
        return _too_large(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return _broken(file)
    if archive.encrypted or (b"encryption-data" in _start(archive, "META-INF/manifest.xml")):
        return _named(file, OtherFormat("protected by a password", "save it without one"))
    if "word/document.xml" in archive.names:
        other = other_word(_start(archive, "[Content_Types].xml"), _start(archive, "word/document.xml"))
        return _guarded(_docx, data, file) if other is None else _named(file, other)
    if "META-INF/container.xml" in archive.names:
        return _guarded(_epub, data, file)
    if "content.xml" in archive.names and b"opendocument.text" in _start(archive, "mimetype", "META-INF/manifest.xml"):
        return _guarded(_odt, data, file)
    return _named(file, other_entries(archive.names, suffix))


def _start(archive: DocumentArchive, *names: str) -> bytes:
    try:
        # So much of a part shows what kind of archive it is.
        return b"".join(archive.read(name)[:100_000] for name in names)
    # NotImplementedError is what zipfile raises for a compression that it does not know.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError):
        return b""


def _guarded(read: Read, data: bytes, file: str) -> Manuscript:
    """Call the reader of a format; what a library raises on a broken file is a finding about the file.

    The libraries name no common class for it. So the place counts: what is raised in a library, or in one of its
    calls, is about the file; what is raised in a line of ours is a fault of ours, and goes on as it is.
    """
    try:
        return read(data, file)
    except TooMuch:
        return _too_large(file)
    except MemoryError:  # a fault of the machine and not of the file
        raise
    except Exception as error:
        if not _is_of_the_file(error):
            raise
        return _broken(file)


def _is_of_the_file(error: Exception) -> bool:
    from lxml import etree  # noqa: PLC0415  (only a broken file needs it)

    # A library that lacks a name, or has taken one away, is a fault of this installation.
    if isinstance(error, ImportError) or type(error).__name__ == "DeprecationError":
        return False
    # Called from a line of ours, C code leaves no place of its own; and the depth of a file ends where ours is.
    known = (etree.LxmlError, zipfile.BadZipFile, zlib.error, RecursionError, ValueError)
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    raised_in = place.tb_frame.f_globals.get("__name__", "") if place is not None else ""
    return isinstance(error, known) or not str(raised_in).startswith("doideposit.")


# A library is imported where it is used: most commands need none of them.
def _pdf(data: bytes, file: str) -> Manuscript:
    from doideposit.records.extraction.readers.pdf import read_pdf  # noqa: PLC0415

    return read_pdf(data, file=file)


def _docx(data: bytes, file: str) -> Manuscript:
    from doideposit.records.extraction.readers.docx import read_docx  # noqa: PLC0415

    return read_docx(data, file=file)


def _odt(data: bytes, file: str) -> Manuscript:
    from doideposit.records.extraction.readers.odt import read_odt  # noqa: PLC0415

    return read_odt(data, file=file)


def _epub(data: bytes, file: str) -> Manuscript:
    from doideposit.records.extraction.readers.epub import read_epub  # noqa: PLC0415

    return read_epub(data, file=file)


def _rtf(data: bytes, file: str) -> Manuscript:
    from doideposit.records.extraction.readers.rtf import read_rtf  # noqa: PLC0415

    return read_rtf(data, file=file)


def _html(charset: str | None) -> Read:
    def read(data: bytes, file: str) -> Manuscript:
        from doideposit.records.extraction.readers.html import read_html  # noqa: PLC0415

        return read_html(data, file=file, charset=charset)

    return read


def _xml(data: bytes, file: str) -> Manuscript:
    from doideposit.records.extraction.readers.jats import read_jats  # noqa: PLC0415
    from doideposit.records.extraction.readers.markup import parse_markup  # noqa: PLC0415

    root = parse_markup(data)
    name = str(root.tag).rpartition("}")[2]
    # Archives answer with articles inside elements of their own; an <article> of DocBook has none of this metadata.
    if next(root.iter("article-meta"), None) is not None and next(root.iter("article"), None) is not None:
        return read_jats(root, file=file)
    return _named(file, other_xml(name))


def _too_large(file: str) -> Manuscript:
    return Manuscript(file, "unknown", findings=(too_large(file),))


def _broken(file: str) -> Manuscript:
    return _finding(
        file, "document-broken", f"{file} is broken: it cannot be read to its end",
        "open it in its own program and save it anew",
    )  # fmt: skip


def _named(file: str, other: OtherFormat) -> Manuscript:
    return _finding(file, "document-format", f"{file} is {other.what}, which is not read", other.instead)


def _finding(file: str, code: str, message: str, hint: str) -> Manuscript:
    return Manuscript(file, "unknown", findings=(Finding(code, Severity.ERROR, message, hint, Where(file)),))
