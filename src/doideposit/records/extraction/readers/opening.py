"""Any document: told by its content and name, bounded in size, and handed to the reader of its format."""

import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from doideposit.findings import Finding, Severity, Where
from doideposit.records.extraction.draft import Confidence, Leaf
from doideposit.records.extraction.manuscript import Manuscript
from doideposit.records.extraction.readers.archive import DocumentArchive
from doideposit.records.extraction.readers.bounds import TooMuch
from doideposit.records.extraction.readers.text import read_text
from doideposit.records.sources.files import Loaded

__all__ = ["open_document", "read_bytes", "read_page"]

# Formats that are not read: each told by its content or its name, with its name in words and the way to go instead.


class _UnsupportedFormat(NamedTuple):
    """Hold what a file is, as “an Excel table”, and what to do instead of handing it in."""

    what: str
    instead: str


# The words of Word's English menu, which Microsoft's own help uses.
_SAVE_AS: Final = "open it in Word and choose File, Save As, Word Document (.docx)"
_TABLE: Final = "one row for each commentary: `doideposit check` reads such a table"
# UTF-8 is said because Excel's plain CSV is in the code page of the machine, and loses names.
_EXCEL: Final = _UnsupportedFormat(
    "an Excel table",
    f"in Excel choose File, Save As, CSV UTF-8, {_TABLE}",
)
_CALC: Final = _UnsupportedFormat(
    "a table of LibreOffice",
    f"choose File, Save As, Text CSV, {_TABLE}",
)
_SLIDES: Final = _UnsupportedFormat("a presentation", "use the text of the commentary as a Word file")
_OLD_WORD: Final = _UnsupportedFormat("an old Word file", _SAVE_AS)
# A file with a password is an encrypted container, and looks like no Word file at all.
_LOCKED: Final = _UnsupportedFormat(
    "protected by a password",
    "in Word choose File, Info, Protect Document, Encrypt with Password, empty the password, and save it",
)
_MAIL: Final = _UnsupportedFormat("an e-mail", "save the attached file, and use that")
_REFERENCES: Final = (
    "it holds references, not a commentary; use the file of the commentary, and keep this one beside it"
)
_PICTURE: Final = _UnsupportedFormat(
    "a picture", "use the document that it shows, or run text recognition (OCR) on it first"
)
_UNPACK: Final = "unpack it, and use the document itself"
_AS_WORD: Final = "open it in its program, and export it as Word (.docx) or PDF"

# Names decide only where the content does not: many of these are plain ZIP or text inside.
_BY_NAME: Final = {
    ".xlsx": _EXCEL,
    ".xlsm": _EXCEL,
    ".xlsb": _EXCEL,
    ".xls": _EXCEL,
    ".ods": _CALC,
    ".numbers": _UnsupportedFormat("a table of Apple Numbers", f"choose File, Export To, CSV, {_TABLE}"),
    ".csv": _UnsupportedFormat("a table", "`doideposit check` reads it, with one row for each commentary"),
    ".tsv": _UnsupportedFormat("a table", "`doideposit check` reads it, with one row for each commentary"),
    ".doc": _OLD_WORD,
    ".dot": _OLD_WORD,
    ".wpd": _UnsupportedFormat("a WordPerfect file", _SAVE_AS),
    ".wps": _UnsupportedFormat("a file of Microsoft Works", _SAVE_AS),
    ".pages": _UnsupportedFormat("a document of Apple Pages", "choose File, Export To, Word"),
    ".gdoc": _UnsupportedFormat(
        "a link to a Google document", "open it and choose File, Download, Microsoft Word (.docx)"
    ),
    ".pptx": _SLIDES,
    ".ppt": _SLIDES,
    ".odp": _SLIDES,
    ".key": _SLIDES,
    ".indd": _UnsupportedFormat("an InDesign file", "choose File, Export, Adobe PDF"),
    ".idml": _UnsupportedFormat("an InDesign file", "choose File, Export, Adobe PDF"),
    ".qxp": _UnsupportedFormat("a QuarkXPress file", "choose File, Export, Layout as PDF"),
    ".tex": _UnsupportedFormat("a LaTeX file", "use the PDF made from it"),
    ".ltx": _UnsupportedFormat("a LaTeX file", "use the PDF made from it"),
    ".typ": _UnsupportedFormat("a Typst file", "use the PDF made from it"),
    ".ps": _UnsupportedFormat("a PostScript file", "make a PDF of it, for example with ps2pdf"),
    ".eps": _UnsupportedFormat("a PostScript file", "make a PDF of it, for example with ps2pdf"),
    ".djvu": _UnsupportedFormat("a DjVu file", "make a PDF with text of it"),
    ".xps": _UnsupportedFormat("an XPS file", "print it to a PDF"),
    ".mobi": _UnsupportedFormat("an e-book of Kindle", "use the document it was made from"),
    ".azw3": _UnsupportedFormat("an e-book of Kindle", "use the document it was made from"),
    ".bib": _UnsupportedFormat("a BibTeX file", _REFERENCES),
    ".ris": _UnsupportedFormat("a RIS file", _REFERENCES),
    ".enw": _UnsupportedFormat("an EndNote file", _REFERENCES),
    ".nbib": _UnsupportedFormat("a PubMed file", _REFERENCES),
    ".ipynb": _UnsupportedFormat("a Jupyter notebook", "choose File, Save and Export Notebook As, HTML"),
    ".yaml": _UnsupportedFormat("a YAML file", "if it is a record already, run `doideposit check` on it"),
    ".yml": _UnsupportedFormat("a YAML file", "if it is a record already, run `doideposit check` on it"),
    ".json": _UnsupportedFormat("a JSON file", "if it is a record already, run `doideposit check` on it"),
    ".toml": _UnsupportedFormat("a TOML file", "use the document"),
    ".eml": _MAIL,
    ".msg": _MAIL,
    ".mht": _UnsupportedFormat("a web archive", "save the page as “Web Page, HTML only”, or give its address"),
    ".mhtml": _UnsupportedFormat("a web archive", "save the page as “Web Page, HTML only”, or give its address"),
    ".webarchive": _UnsupportedFormat("a web archive of Safari", "save it as Page Source, or give its address"),
    ".url": _UnsupportedFormat("a link to a page", "give the address itself: doideposit extract https://…"),
    ".webloc": _UnsupportedFormat("a link to a page", "give the address itself: doideposit extract https://…"),
    ".adoc": _UnsupportedFormat("an AsciiDoc file", "use the web page or the PDF made from it"),
    ".org": _UnsupportedFormat("an Org file", "export it as Markdown or HTML"),
}
# Scans arrive as pictures; their text is not in them.
_OTHER_FORMAT_PICTURES: Final = frozenset(".png .jpg .jpeg .gif .tif .tiff .bmp .webp .heic .svg".split())
_AUDIO_AND_VIDEO: Final = frozenset(".mp3 .mp4 .m4a .wav .mov .avi .mkv .webm".split())

# The bytes by which formats begin (their specifications; the list of file(1) has them all).
_BY_CONTENT: Final = (
    (b"\x89PNG\r\n", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"II*\x00", _PICTURE),
    (b"MM\x00*", _PICTURE),
    (b"BM", _PICTURE),
    (b"%!PS", _BY_NAME[".ps"]),
    (b"AT&TFORM", _BY_NAME[".djvu"]),
    (b"\x1f\x8b", _UnsupportedFormat("a compressed file", _UNPACK)),
    (b"BZh", _UnsupportedFormat("a compressed file", _UNPACK)),
    (b"\xfd7zXZ", _UnsupportedFormat("a compressed file", _UNPACK)),
    (b"7z\xbc\xaf", _UnsupportedFormat("a 7-Zip archive", _UNPACK)),
    (b"Rar!", _UnsupportedFormat("a RAR archive", _UNPACK)),
    (b"bplist", _BY_NAME[".webarchive"]),
    (b"\x06\x06\xed\xf5\xd8\x1d", _BY_NAME[".indd"]),
    (b"\xffWPC", _BY_NAME[".wpd"]),
    (b"SQLite format 3", _UnsupportedFormat("a database", "use the document")),
    (b"MIME-Version:", _BY_NAME[".mht"]),
)
_FEW: Final = 6  # two letters such as “BM” begin texts too; what follows in a picture is not text


def _unsupported_format(data: bytes, suffix: str) -> _UnsupportedFormat | None:
    """Return the name of a format that is not read; None if it may be. `suffix` is the end of the file name."""
    for magic, known in _BY_CONTENT:
        # Short marks are words of English too; a zero byte nearby shows that the file is not text.
        if data.startswith(magic) and (len(magic) >= _FEW - 2 or b"\0" in data[:64]):
            return known
    if suffix in _OTHER_FORMAT_PICTURES:
        return _PICTURE
    if suffix in _AUDIO_AND_VIDEO:
        return _UnsupportedFormat("a recording", "use the text of the commentary")
    return _BY_NAME.get(suffix)


def _unsupported_container(data: bytes, suffix: str) -> _UnsupportedFormat:
    """Return the format of a file in the container of old Office programs, or of one with a password."""
    streams = (
        ("EncryptedPackage", _LOCKED),
        ("WordDocument", _OLD_WORD),
        ("Workbook", _EXCEL),
        ("PowerPoint Document", _SLIDES),
        ("__substg1.0", _MAIL),
    )
    for name, known in streams:
        if name.encode("utf-16-le") in data:
            return known
    return _LOCKED if suffix in {".docx", ".docm"} else _BY_NAME.get(suffix, _OLD_WORD)


def _unsupported_word_format(types: bytes, document: bytes) -> _UnsupportedFormat | None:
    """Return the kind of a Word file that python-docx does not read; `types` are the content types of its parts."""
    if b"macroEnabled" in types:
        return _UnsupportedFormat("a Word file with macros", _SAVE_AS)
    if b"wordprocessingml.template" in types:
        return _UnsupportedFormat("a template of Word", _SAVE_AS)
    # ISO/IEC 29500 Strict has other names for everything; Word offers it as “Strict Open XML Document”.
    return _UnsupportedFormat("a Strict Open XML Document", _SAVE_AS) if b"purl.oclc.org/ooxml" in document else None


def _unsupported_archive(names: frozenset[str], suffix: str) -> _UnsupportedFormat:
    """Return the format of a ZIP archive without readable text, by the names of its entries."""
    for entry, known in (
        ("xl/workbook.xml", _EXCEL),
        ("xl/workbook.bin", _EXCEL),
        ("ppt/presentation.xml", _SLIDES),
        ("designmap.xml", _BY_NAME[".idml"]),
        ("FixedDocSeq.fdseq", _BY_NAME[".xps"]),
    ):
        if entry in names:
            return known
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names):
        return _BY_NAME.get(suffix, _BY_NAME[".pages"])
    return _BY_NAME.get(suffix, _UnsupportedFormat("a ZIP archive", _UNPACK))


# The root element tells the kind of an XML file.
_ROOTS: Final = {
    "doi_batch": _UnsupportedFormat("a deposit file for Crossref", "run `doideposit validate` on it"),
    "TEI": _UnsupportedFormat("a TEI document", "use its web page or its PDF"),
    "teiCorpus": _UnsupportedFormat("a TEI document", "use its web page or its PDF"),
    "book": _UnsupportedFormat("a book in XML", "use the document of this commentary only"),
    "rss": _UnsupportedFormat("a news feed", "use the page of the commentary"),
    "feed": _UnsupportedFormat("a news feed", "use the page of the commentary"),
    "RDF": _UnsupportedFormat("metadata in RDF", "use the document, or its web page"),
    "urlset": _UnsupportedFormat("a sitemap", "use the page of the commentary"),
    "mods": _UnsupportedFormat("metadata in MODS", "use the document, or its web page"),
    "OAI-PMH": _UnsupportedFormat("an answer of an OAI-PMH server", "use the document, or its web page"),
    "svg": _PICTURE,
    "ONIXMessage": _UnsupportedFormat("metadata in ONIX", "use the document, or its web page"),
    "wordDocument": _UnsupportedFormat("a Word file in the XML of 2003", _SAVE_AS),
    "package": _UnsupportedFormat("a Word file in one piece of XML", _SAVE_AS),
    "document": _UnsupportedFormat("a document in XML", _AS_WORD),
}


def _unsupported_xml(root: str) -> _UnsupportedFormat:
    """Return the format of an XML file that is not read, by the local name of its root element."""
    return _ROOTS.get(
        root, _UnsupportedFormat(f"an XML file (<{root}>)", "use the document it was made from, or its web page")
    )


# The largest document that is read, in bytes; a PDF with pictures has a few million.
LIMIT = 50_000_000
# A text of five million characters is a thousand pages, and a tree of markup takes ten times its size in memory.
_TEXT_LIMIT = 5_000_000

# Read the bytes of a document; the text is the name of the file for findings.
Read = Callable[[bytes, str], Manuscript]


def open_document(path: Path) -> Manuscript:
    """Read a document of any format; what cannot be read becomes a finding. Raises `DiskError` when the disk fails."""
    data = Loaded.read_bytes(path, limit=LIMIT)
    if isinstance(data, Finding):
        return Manuscript(str(path), "unknown", findings=(data,))
    manuscript = _read_by_content(data, str(path), path.suffix.lower(), None, near=path)
    return _with_bibliography(manuscript, path) if manuscript.properties.bibliography else manuscript


def _with_bibliography(manuscript: Manuscript, path: Path) -> Manuscript:
    """Return a document with the references of the files that its header names, of which it cites those by key."""
    from doideposit.records.sources.bibliography import Bibliography  # noqa: PLC0415

    named = manuscript.properties.bibliography
    # The lines as they are in the file, so that a finding names the right one.
    rows = {line.number: line.source for line in manuscript.lines}
    text = "\n".join(rows.get(number, "") for number in range(1, max(rows, default=0) + 1))
    whole = Bibliography.read(path.parent / leaf.text for leaf in named)
    found = whole.cited_in(text, file=str(path), nocite=manuscript.properties.nocite)
    references = tuple(
        {
            key: replace(named[0], text=value, rule=f"{work.place.file}, line {work.place.line}")
            for key, value in work.fields.items()
        }
        for work in found.works
    )
    # A draft is reviewed: what a file of references lacks does not stop it.
    rank = (Severity.INFO, Severity.WARNING, Severity.ERROR).index
    told = tuple(replace(said, severity=min(said.severity, Severity.WARNING, key=rank)) for said in found.findings)
    properties = replace(manuscript.properties, references=references)
    return replace(manuscript, properties=properties, findings=(*manuscript.findings, *told))


# What servers call the formats that are not told by their content (RFC 7763 for Markdown).
_SUFFIX_OF = {"text/html": ".html", "application/xhtml+xml": ".html", "text/markdown": ".md", "text/plain": ".txt"}
# Parts of these types hold no text that could be read.
_PICTURES = ("image/", "video/", "audio/", "font/")


def read_page(data: bytes, *, url: str, media_type: str, charset: str | None) -> Manuscript:
    """Read the content of an address, by the format and the encoding that its server names.

    `url` is where the page is: the address of the record, where the page itself names no other.
    """
    if media_type.startswith(_PICTURES):
        return _refusal(url, _UnsupportedFormat(f"of type {media_type}", "give the address of the commentary itself"))
    page = _read_by_content(data, url, _SUFFIX_OF.get(media_type) or _suffix_of(url), charset)
    if page.format != "web page" or page.properties.url is not None:
        return page
    where = Leaf(url, 1, url, "the address that it was downloaded from", Confidence.LIKELY)
    return replace(page, properties=replace(page.properties, url=where))


def _suffix_of(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).suffix.lower()


def read_bytes(data: bytes, *, file: str) -> Manuscript:
    """Read the bytes of a document; the end of the name `file` counts if the content does not tell the format."""
    return _read_by_content(data, file, Path(file).suffix.lower(), None)


_PDF_WITHIN = 1024  # Readers of PDF look for its mark in so many bytes at the beginning (PDF 1.7, annex H.3).


def _read_by_content(data: bytes, file: str, suffix: str, charset: str | None, near: Path | None = None) -> Manuscript:
    # Word files are ZIP archives, and so are those of Excel, LibreOffice and e-books: the entries tell them apart.
    if data.startswith(b"PK\x03\x04"):
        return _read_zip(data, file, suffix)
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # the container of old Office files, and of new ones with a password
        return _refusal(file, _unsupported_container(data, suffix))
    if b"%PDF-" in data[:_PDF_WITHIN] and not data[:_PDF_WITHIN].lstrip().startswith(b"<"):
        return _read_guarded(_read_pdf, data, file)
    head = _head_of(data)
    if head.startswith(b"{\\rtf"):
        return _too_large(file) if len(data) > _TEXT_LIMIT else _read_guarded(_read_rtf, data, file)
    data = _without_pictures(data)
    if _is_page(head, suffix) and data.strip():
        read = partial(_read_html, charset=charset)
        return _too_large(file) if len(data) > _TEXT_LIMIT else _read_guarded(read, data, file)
    if head.startswith((b"<?xml", b"<!doctype")) or (suffix == ".xml" and head.startswith(b"<")):
        return _too_large(file) if len(data) > _TEXT_LIMIT else _read_guarded(_read_xml, data, file)
    unread = _unsupported_format(data, suffix)
    return _read_text_file(_in_utf_8(data, charset), file, near) if unread is None else _refusal(file, unread)


# A picture, font or style within the page, in Base64 or percent-encoded (RFC 2397).
_DATA_URL = re.compile(rb"(data:[a-zA-Z]{1,20}/[\w.+-]{1,80}(?:;[\w=.-]{1,40}){0,4},)[A-Za-z0-9+/=%]{100,}")


def _without_pictures(data: bytes) -> bytes:
    """Return a text without the pictures in its addresses: browsers save whole pages so, and they say nothing of it."""
    return _DATA_URL.sub(rb"\1", data) if len(data) > _TEXT_LIMIT else data


def _head_of(data: bytes) -> bytes:
    # Declarations and doctypes are in the first lines.
    return data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()


def _is_page(head: bytes, suffix: str) -> bool:
    # XHTML may begin with an XML declaration too, and is read as a web page.
    begins = head.startswith((b"<!doctype html", b"<html")) or (head.startswith(b"<?xml") and b"<html" in head)
    return begins or (suffix in {".html", ".htm", ".xhtml"} and not head.startswith(b"bplist"))


def _in_utf_8(data: bytes, charset: str | None) -> bytes:
    """Convert a text to UTF-8 from the encoding that its server names; unchanged if that is wrong."""
    if charset is None:
        return data
    from doideposit.records.extraction.readers.html import codec_of  # noqa: PLC0415  (only pages need it)

    try:
        return data.decode(codec_of(charset)).encode()
    # An unknown or wrong charset leaves the bytes as they are; the reader tells what it cannot decode.
    except (LookupError, UnicodeError):
        return data


def _read_text_file(data: bytes, file: str, near: Path | None) -> Manuscript:
    if len(data) > _TEXT_LIMIT:
        message = f"{file} is a text file of more than {_TEXT_LIMIT / 1_000_000:.0f} MB"
        return _finding(file, "file-too-large", message, "check whether it is the right file")
    loaded = Loaded.decode(data, file=file)
    if loaded.text is None:
        return Manuscript(file, "text", findings=loaded.findings)
    return read_text(loaded.text, file=file, near=near)


def _read_zip(data: bytes, file: str, suffix: str) -> Manuscript:
    """Tell the formats apart that are ZIP archives, and refuse one that unpacks to far more than a document holds."""
    try:
        archive = DocumentArchive(data)
    except TooMuch:
        return _too_large(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return _broken_document(file)
    if archive.encrypted or (b"encryption-data" in _start_of_parts(archive, "META-INF/manifest.xml")):
        return _refusal(file, _UnsupportedFormat("protected by a password", "save it without one"))
    if "word/document.xml" in archive.names:
        other = _unsupported_word_format(
            _start_of_parts(archive, "[Content_Types].xml"), _start_of_parts(archive, "word/document.xml")
        )
        return _read_guarded(_read_docx, data, file) if other is None else _refusal(file, other)
    if "META-INF/container.xml" in archive.names:
        return _read_guarded(_read_epub, data, file)
    if "content.xml" in archive.names and b"opendocument.text" in _start_of_parts(
        archive, "mimetype", "META-INF/manifest.xml"
    ):
        return _read_guarded(_read_odt, data, file)
    return _refusal(file, _unsupported_archive(archive.names, suffix))


def _start_of_parts(archive: DocumentArchive, *names: str) -> bytes:
    try:
        # So much of a part shows what kind of archive it is.
        return b"".join(archive.read(name)[:100_000] for name in names)
    # NotImplementedError is what zipfile raises for a compression that it does not know.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError):
        return b""


def _read_guarded(read: Read, data: bytes, file: str) -> Manuscript:
    """Call the reader of a format; turn exceptions of a library about a broken file into a finding.

    The libraries name no common class for it. So the place counts: what is raised in a library, or in one of its
    calls, is about the file; what is raised in a line of ours is a fault of ours, and continues as it is.
    """
    try:
        return read(data, file)
    except TooMuch:
        return _too_large(file)
    except MemoryError:  # a fault of the machine and not of the file
        raise
    except Exception as error:
        if not _is_fault_of_file(error):
            raise
        return _broken_document(file)


def _is_fault_of_file(error: Exception) -> bool:
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
def _read_pdf(data: bytes, file: str) -> Manuscript:
    from doideposit.records.extraction.readers.pdf import read_pdf  # noqa: PLC0415

    return read_pdf(data, file=file)


def _read_docx(data: bytes, file: str) -> Manuscript:
    from doideposit.records.extraction.readers.docx import read_docx  # noqa: PLC0415

    return read_docx(data, file=file)


def _read_odt(data: bytes, file: str) -> Manuscript:
    from doideposit.records.extraction.readers.odt import read_odt  # noqa: PLC0415

    return read_odt(data, file=file)


def _read_epub(data: bytes, file: str) -> Manuscript:
    from doideposit.records.extraction.readers.epub import read_epub  # noqa: PLC0415

    return read_epub(data, file=file)


def _read_rtf(data: bytes, file: str) -> Manuscript:
    from doideposit.records.extraction.readers.rtf import read_rtf  # noqa: PLC0415

    return read_rtf(data, file=file)


def _read_html(data: bytes, file: str, charset: str | None) -> Manuscript:
    from doideposit.records.extraction.readers.html import WebPage  # noqa: PLC0415

    return WebPage(data, charset=charset).manuscript(file)


def _read_xml(data: bytes, file: str) -> Manuscript:
    from doideposit.records.extraction.readers.jats import read_jats  # noqa: PLC0415
    from doideposit.safe_xml import parse_part  # noqa: PLC0415

    TooMuch.check_markup(data)
    root = parse_part(data, named_characters=True)
    name = str(root.tag).rpartition("}")[2]
    # Archives answer with articles inside elements of their own; an <article> of DocBook has none of this metadata.
    if next(root.iter("article-meta"), None) is not None and next(root.iter("article"), None) is not None:
        return read_jats(root, file=file)
    return _refusal(file, _unsupported_xml(name))


def _too_large(file: str) -> Manuscript:
    return Manuscript(file, "unknown", findings=(TooMuch.finding(file),))


def _broken_document(file: str) -> Manuscript:
    return _finding(
        file, "document-broken", f"{file} is damaged: it cannot be read to its end",
        "open it in the program that made it, and save it again",
    )  # fmt: skip


def _refusal(file: str, kind: _UnsupportedFormat) -> Manuscript:
    """Return an empty manuscript with a finding that says which format it is and what to do."""
    return _finding(file, "document-format", f"{file} is {kind.what}, which cannot be read", kind.instead)


def _finding(file: str, code: str, message: str, hint: str) -> Manuscript:
    return Manuscript(file, "unknown", findings=(Finding(code, Severity.ERROR, message, hint, Where(file)),))
