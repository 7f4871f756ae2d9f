"""Formats that are not read: each told by its content or its name, with its name in words and the way to go instead."""

from typing import Final, NamedTuple

__all__ = ["OtherFormat", "other_container", "other_entries", "other_format", "other_word", "other_xml"]


class OtherFormat(NamedTuple):
    """Hold what a file is, as “an Excel table”, and what to do instead of handing it in."""

    what: str
    instead: str


# The words of Word's English menu, which Microsoft's own help uses.
_SAVE_AS: Final = "open it in Word and choose File, Save As, Word Document (.docx)"
_TABLE: Final = "one row for each commentary: `doideposit check` reads such a table"
# UTF-8 is said because Excel's plain CSV is in the code page of the machine, and loses names.
_EXCEL: Final = OtherFormat(
    "an Excel table",
    f"in Excel choose File, Save As, CSV UTF-8, {_TABLE}",
)
_CALC: Final = OtherFormat(
    "a table of LibreOffice",
    f"choose File, Save As, Text CSV, {_TABLE}",
)
_SLIDES: Final = OtherFormat("a presentation", "hand in the text of the commentary as a Word file")
_OLD_WORD: Final = OtherFormat("an old Word file", _SAVE_AS)
# A file with a password is an encrypted container, and looks like no Word file at all.
_LOCKED: Final = OtherFormat(
    "protected by a password",
    "in Word choose File, Info, Protect Document, Encrypt with Password, empty the password, and save it",
)
_MAIL: Final = OtherFormat("an e-mail", "save what is attached to it, and hand in that file")
_REFERENCES: Final = "it holds references, not a commentary; hand in the commentary, and keep this file beside it"
_PICTURE: Final = OtherFormat(
    "a picture", "hand in the document that it shows, or let a text recognition (OCR) run over it first"
)
_UNPACK: Final = "unpack it, and hand in the document itself"
_AS_WORD: Final = "open it in its program, and export it as Word (.docx) or PDF"

# Names decide only where the content does not: many of these are plain ZIP or text inside.
_BY_NAME: Final = {
    ".xlsx": _EXCEL,
    ".xlsm": _EXCEL,
    ".xlsb": _EXCEL,
    ".xls": _EXCEL,
    ".ods": _CALC,
    ".numbers": OtherFormat("a table of Apple Numbers", f"choose File, Export To, CSV, {_TABLE}"),
    ".csv": OtherFormat("a table", "`doideposit check` reads it, with one row for each commentary"),
    ".tsv": OtherFormat("a table", "`doideposit check` reads it, with one row for each commentary"),
    ".doc": _OLD_WORD,
    ".dot": _OLD_WORD,
    ".wpd": OtherFormat("a WordPerfect file", _SAVE_AS),
    ".wps": OtherFormat("a file of Microsoft Works", _SAVE_AS),
    ".pages": OtherFormat("a document of Apple Pages", "choose File, Export To, Word"),
    ".gdoc": OtherFormat("a link to a Google document", "open it and choose File, Download, Microsoft Word (.docx)"),
    ".pptx": _SLIDES,
    ".ppt": _SLIDES,
    ".odp": _SLIDES,
    ".key": _SLIDES,
    ".indd": OtherFormat("an InDesign file", "choose File, Export, Adobe PDF"),
    ".idml": OtherFormat("an InDesign file", "choose File, Export, Adobe PDF"),
    ".qxp": OtherFormat("a QuarkXPress file", "choose File, Export, Layout as PDF"),
    ".tex": OtherFormat("a LaTeX file", "hand in the PDF made from it"),
    ".ltx": OtherFormat("a LaTeX file", "hand in the PDF made from it"),
    ".typ": OtherFormat("a Typst file", "hand in the PDF made from it"),
    ".ps": OtherFormat("a PostScript file", "make a PDF of it, as with ps2pdf"),
    ".eps": OtherFormat("a PostScript file", "make a PDF of it, as with ps2pdf"),
    ".djvu": OtherFormat("a DjVu file", "make a PDF with text of it"),
    ".xps": OtherFormat("an XPS file", "print it to a PDF"),
    ".mobi": OtherFormat("an e-book of Kindle", "hand in the document it was made from"),
    ".azw3": OtherFormat("an e-book of Kindle", "hand in the document it was made from"),
    ".bib": OtherFormat("a BibTeX file", _REFERENCES),
    ".ris": OtherFormat("a RIS file", _REFERENCES),
    ".enw": OtherFormat("an EndNote file", _REFERENCES),
    ".nbib": OtherFormat("a PubMed file", _REFERENCES),
    ".ipynb": OtherFormat("a Jupyter notebook", "choose File, Save and Export Notebook As, HTML"),
    ".yaml": OtherFormat("a YAML file", "if it is a record already, run `doideposit check` on it"),
    ".yml": OtherFormat("a YAML file", "if it is a record already, run `doideposit check` on it"),
    ".json": OtherFormat("a JSON file", "if it is a record already, run `doideposit check` on it"),
    ".toml": OtherFormat("a TOML file", "hand in the document"),
    ".eml": _MAIL,
    ".msg": _MAIL,
    ".mht": OtherFormat("a web archive", "save the page as “Web Page, HTML only”, or hand in its address"),
    ".mhtml": OtherFormat("a web archive", "save the page as “Web Page, HTML only”, or hand in its address"),
    ".webarchive": OtherFormat("a web archive of Safari", "save it as Page Source, or hand in its address"),
    ".url": OtherFormat("a link to a page", "hand in the address itself: doideposit extract https://…"),
    ".webloc": OtherFormat("a link to a page", "hand in the address itself: doideposit extract https://…"),
    ".adoc": OtherFormat("an AsciiDoc file", "hand in the page or the PDF made from it"),
    ".org": OtherFormat("an Org file", "export it as Markdown or HTML"),
}
# Scans arrive as pictures; their text is not in them.
_PICTURES: Final = frozenset(".png .jpg .jpeg .gif .tif .tiff .bmp .webp .heic .svg".split())
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
    (b"\x1f\x8b", OtherFormat("a compressed file", _UNPACK)),
    (b"BZh", OtherFormat("a compressed file", _UNPACK)),
    (b"\xfd7zXZ", OtherFormat("a compressed file", _UNPACK)),
    (b"7z\xbc\xaf", OtherFormat("a 7-Zip archive", _UNPACK)),
    (b"Rar!", OtherFormat("a RAR archive", _UNPACK)),
    (b"bplist", _BY_NAME[".webarchive"]),
    (b"\x06\x06\xed\xf5\xd8\x1d", _BY_NAME[".indd"]),
    (b"\xffWPC", _BY_NAME[".wpd"]),
    (b"SQLite format 3", OtherFormat("a database", "hand in the document")),
    (b"MIME-Version:", _BY_NAME[".mht"]),
)
_FEW: Final = 6  # two letters such as “BM” begin texts too; what follows in a picture is no text


def other_format(data: bytes, suffix: str) -> OtherFormat | None:
    """Return what a file is that is not read; None for one that may be. `suffix` is the end of its name."""
    for magic, known in _BY_CONTENT:
        # Short marks are words of English too; a zero byte nearby shows that the file is no text.
        if data.startswith(magic) and (len(magic) >= _FEW - 2 or b"\0" in data[:64]):
            return known
    if suffix in _PICTURES:
        return _PICTURE
    if suffix in _AUDIO_AND_VIDEO:
        return OtherFormat("a recording", "hand in the text of the commentary")
    return _BY_NAME.get(suffix)


def other_container(data: bytes, suffix: str) -> OtherFormat:
    """Return what a file is in the container of old Office programs, where new ones with a password lie too."""
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


def other_word(types: bytes, document: bytes) -> OtherFormat | None:
    """Return what a Word file is that python-docx does not take; `types` are the content types of its parts."""
    if b"macroEnabled" in types:
        return OtherFormat("a Word file with macros", _SAVE_AS)
    if b"wordprocessingml.template" in types:
        return OtherFormat("a template of Word", _SAVE_AS)
    # ISO/IEC 29500 Strict has other names for everything; Word offers it as “Strict Open XML Document”.
    return OtherFormat("a Strict Open XML Document", _SAVE_AS) if b"purl.oclc.org/ooxml" in document else None


def other_entries(names: frozenset[str], suffix: str) -> OtherFormat:
    """Return what a ZIP archive is that holds no text which is read, by the names of its entries."""
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
    return _BY_NAME.get(suffix, OtherFormat("a ZIP archive", _UNPACK))


# The root element tells the kind of an XML file.
_ROOTS: Final = {
    "doi_batch": OtherFormat("a deposit file for Crossref", "run `doideposit validate` on it"),
    "TEI": OtherFormat("a TEI document", "hand in its web page or its PDF"),
    "teiCorpus": OtherFormat("a TEI document", "hand in its web page or its PDF"),
    "book": OtherFormat("a book in XML", "hand in the document of the commentary alone"),
    "rss": OtherFormat("a news feed", "hand in the page of the commentary"),
    "feed": OtherFormat("a news feed", "hand in the page of the commentary"),
    "RDF": OtherFormat("metadata in RDF", "hand in the document, or its web page"),
    "urlset": OtherFormat("a map of a site", "hand in the page of the commentary"),
    "mods": OtherFormat("metadata in MODS", "hand in the document, or its web page"),
    "OAI-PMH": OtherFormat("an answer of an OAI-PMH server", "hand in the document, or its web page"),
    "svg": _PICTURE,
    "ONIXMessage": OtherFormat("metadata in ONIX", "hand in the document, or its web page"),
    "wordDocument": OtherFormat("a Word file in the XML of 2003", _SAVE_AS),
    "package": OtherFormat("a Word file in one piece of XML", _SAVE_AS),
    "document": OtherFormat("a document in XML", _AS_WORD),
}


def other_xml(root: str) -> OtherFormat:
    """Return what an XML file is that is not read, by the local name of its root element."""
    return _ROOTS.get(
        root, OtherFormat(f"an XML file (<{root}>)", "hand in the document it was made from, or its page")
    )
