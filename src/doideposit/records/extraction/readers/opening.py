"""Any document: told by its content and name, bounded in size, and handed to the reader of its format."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from doideposit.findings import Finding, Severity, Where
from doideposit.records.extraction.draft import Confidence, Leaf
from doideposit.records.extraction.manuscript import Manuscript
from doideposit.records.extraction.readers.text import read_text
from doideposit.records.sources.files import decode_text, load_bytes

__all__ = ["open_document", "read_bytes", "read_page"]

LIMIT = 50_000_000
"""The largest document that is read, in bytes; a PDF with pictures has a few million."""
# Bytes of all entries of an archive together: a small one can be made that unpacks to fill the memory.
_UNPACKED = 120_000_000
_TEXT_LIMIT = 5_000_000

_BY_NAME = {
    ".xlsx": ("an Excel table", "save it as CSV, one row for each commentary: `doideposit check` reads such a table"),
    ".xls": ("an Excel table", "save it as CSV, one row for each commentary: `doideposit check` reads such a table"),
    ".ods": ("a table of LibreOffice", "save it as CSV, one row for each commentary: `doideposit check` reads it"),
    ".doc": ("an old Word file", "open it in Word and choose File, Save As, Word Document (.docx)"),
    ".rtf": ("a Rich Text file", "open it in Word and choose File, Save As, Word Document (.docx)"),
    ".odt": ("a LibreOffice document", "open it and choose File, Save As, Word 2007-365 (.docx)"),
    ".pages": ("a document of Apple Pages", "choose File, Export To, Word"),
    ".pptx": ("a PowerPoint file", "hand in the text of the commentary as a Word file"),
    ".epub": ("an e-book", "hand in the document it was made from, or its web page"),
    ".tex": ("a LaTeX file", "hand in the PDF made from it"),
    ".bib": ("a BibTeX file", "it holds references, not a commentary; hand in the commentary"),
    ".ris": ("a RIS file", "it holds references, not a commentary; hand in the commentary"),
}


def open_document(path: Path) -> Manuscript:
    """Read a document of any format; what cannot be read becomes a finding. Raises `DiskError` when the disk fails."""
    loaded = load_bytes(path, limit=LIMIT)
    if loaded.data is None:
        return Manuscript(str(path), "unknown", findings=loaded.findings)
    return read_bytes(loaded.data, file=str(path))


# What servers call the formats that are not told by their content (RFC 7763 for Markdown).
_SUFFIX_OF = {"text/html": ".html", "application/xhtml+xml": ".html", "text/markdown": ".md", "text/plain": ".txt"}
_PICTURES = ("image/", "video/", "audio/", "font/")


def read_page(data: bytes, *, url: str, media_type: str, charset: str | None) -> Manuscript:
    """Read what an address gave, by the format and the encoding that its server names.

    `url` is where the page stands: the address of the record, where the page itself names no other.
    """
    if media_type.startswith(_PICTURES):
        return _named(url, f"of the kind {media_type}", "give the address of the commentary itself")
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


def _read(data: bytes, file: str, suffix: str, charset: str | None) -> Manuscript:
    # Word files are ZIP archives, and so are those of Excel and LibreOffice: the entries tell them apart.
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, file, suffix)
    unread = _unread_format(data, suffix)
    if unread is not None:
        return _named(file, *unread)
    if data.startswith(b"%PDF-"):
        return _guarded("pdf", data, file)
    if data.strip() and (
        _head(data).startswith((b"<!doctype html", b"<html")) or suffix in {".html", ".htm", ".xhtml"}
    ):
        return _guarded("html", data, file, charset)
    return _text(_in_utf_8(data, charset), file)


def _in_utf_8(data: bytes, charset: str | None) -> bytes:
    """Return a text in UTF-8 that its server says is in another encoding; as it is, where that is not true."""
    if charset is None:
        return data
    try:
        return data.decode(charset).encode()
    except (LookupError, UnicodeError):
        return data


def _head(data: bytes) -> bytes:
    return data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()


def _unread_format(data: bytes, suffix: str) -> tuple[str, str] | None:
    """Return what a file is that is not read, and the way to go instead; None for a format that is read."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # the container of old Office files, and of new ones with a password
        return _BY_NAME.get(suffix, _BY_NAME[".doc"]) if suffix != ".docx" else _ENCRYPTED
    if _head(data).startswith(b"{\\rtf"):
        return _BY_NAME[".rtf"]
    # XHTML may begin with an XML declaration too, and is read as a web page.
    if _head(data).startswith(b"<?xml") and b"<html" not in _head(data):
        return "an XML file", "hand in the document it was made from, or its web page"
    return _BY_NAME.get(suffix)


_ENCRYPTED = ("a Word file with a password", "save it without one")


def _text(data: bytes, file: str) -> Manuscript:
    if len(data) > _TEXT_LIMIT:
        return _finding(
            file, "file-too-large", f"{file} is a text of more than 5 MB", "look whether it is the right file"
        )
    loaded = decode_text(data, file=file)
    if loaded.text is None:
        return Manuscript(file, "text", findings=loaded.findings)
    return read_text(loaded.text, file=file)


def _zipped(data: bytes, file: str, suffix: str) -> Manuscript:
    """Tell the formats apart that are ZIP archives, and refuse one that unpacks to far more than a document holds."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return _broken(file)
    if sum(entry.file_size for entry in entries) > _UNPACKED:
        return _finding(
            file,
            "document-too-large",
            "the file unpacks to more than a document ever holds",
            "look where it comes from",
        )
    if any(entry.filename == "word/document.xml" for entry in entries):
        return _guarded("docx", data, file)
    return _named(file, *_BY_NAME.get(suffix, ("a ZIP archive", "unpack it, and hand in the document itself")))


def _guarded(kind: str, data: bytes, file: str, charset: str | None = None) -> Manuscript:
    """Call the reader of a format; whatever a library raises on a broken file is a finding about the file."""
    try:
        if kind == "pdf":
            from doideposit.records.extraction.readers.pdf import read_pdf  # noqa: PLC0415  (a library is imported where it is used)

            return read_pdf(data, file=file)
        if kind == "docx":
            from doideposit.records.extraction.readers.docx import read_docx  # noqa: PLC0415

            return read_docx(data, file=file)
        from doideposit.records.extraction.readers.html import read_html  # noqa: PLC0415

        return read_html(data, file=file, charset=charset)
    # Too little memory is a fault of the machine and not of the file.
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  (the libraries document no common class for a file that is broken)
        return _broken(file)


def _broken(file: str) -> Manuscript:
    return _finding(
        file,
        "document-broken",
        f"{file} is broken: it cannot be read to its end",
        "open it in its own program and save it anew",
    )


def _named(file: str, what: str, hint: str) -> Manuscript:
    return _finding(file, "document-format", f"{file} is {what}, which is not read", hint)


def _finding(file: str, code: str, message: str, hint: str) -> Manuscript:
    return Manuscript(file, "unknown", findings=(Finding(code, Severity.ERROR, message, hint, Where(file)),))
