"""Rich Text files (.rtf): paragraphs, headings, links, footnotes and bold text.

Read here and not by a library: the one that is kept (striprtf) runs several links of a line together and leaves
footnotes out, which hold the references of a commentary. The control words are those of
Microsoft's specification 1.9.1.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from doideposit.records.extraction.draft import Leaf
from doideposit.records.extraction.lines import Link
from doideposit.records.extraction.manuscript import Manuscript, Properties
from doideposit.records.extraction.readers.bounds import TooMuch
from doideposit.records.extraction.readers.building import LineBuilder

__all__ = ["read_rtf"]

# Control words have up to 32 letters and a number (RTF Specification 1.9.1, syntax).
_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,9})?[ ]?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])|"
    r"(?P<brace>[{}])|(?P<break>[\r\n]+)|(?P<text>[^\\{}\r\n]+)|(?P<odd>\\)",
    re.DOTALL,
)
# Groups with these destinations hold no text of the document.
_SKIPPED = frozenset(
    "colortbl pict object header headerl headerr headerf footer footerl footerr footerf ftnsep ftnsepc ftncn aftnsep "
    "aftnsepc aftncn annotation atnid atnauthor bkmkstart bkmkend xe tc rxe private nonshppict comment "
    "operator revtbl nesttableprops listtable listoverridetable rsidtbl generator themedata latentstyles datastore "
    "filetbl pgptbl keywords subject author company doccomm".split()
)
# Control words that stand for one character.
_CHARACTERS = {
    "tab": " ",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "line": "\n",
}
# Control symbols: a hard space, a hard hyphen, an optional hyphen, and the three signs of the syntax itself.
_SIGNS = {"~": " ", "_": "-", "-": "", "\\": "\\", "{": "{", "}": "}"}
# Words after which a new line begins.
_ENDS = frozenset({"par", "cell", "row", "sect", "page", "nestcell"})
# Character sets of fonts by their numbers (specification, \fcharset); all others are that of the document.
_CHARSETS = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "cp936",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
_MOST_TOKENS = 150_000  # a document of ten pages has 20,000, as Word writes it
_DEEPEST = 200  # groups within groups; a document has about ten


@dataclass(slots=True, frozen=True)
class _RtfGroup:
    """Hold what is in force within a pair of braces."""

    into: str = "text"
    bold: bool = False
    italic: bool = False
    skip: int = 1
    font: int = -1


@dataclass(slots=True)
class _RtfParagraph:
    """Hold a paragraph while it is put together."""

    text: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    italics: list[str] = field(default_factory=list)
    light: int = 0
    level: int = 0

    @property
    def whole(self) -> str:
        # Word writes a letter beyond the first 65,536 as the two halves that UTF-16 has for it.
        return "".join(self.text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


class _RtfReader:
    """Walk through the tokens of a file; what it finds is in `body` and `notes`."""

    def __init__(self) -> None:
        self.body: list[_RtfParagraph] = [_RtfParagraph()]
        self.notes: list[_RtfParagraph] = []
        self.title: list[str] = []
        self.group = _RtfGroup()
        self.around: list[_RtfGroup] = []
        self.codec = "cp1252"
        self.fonts: dict[int, str] = {}
        self.styles: dict[int, int] = {}
        self.entry = ""
        self.style = 0
        self.address = ""
        self.label_start = 0
        self.pending = bytearray()
        self.left = 0
        self.starred = False

    def read(self, text: str) -> None:
        position = tokens = 0
        while position < len(text):
            found = _TOKEN.match(text, position)
            if found is None:
                break
            position = found.end()
            tokens += 1
            if tokens > _MOST_TOKENS:
                raise TooMuch
            if found["hex"] is None:
                self._flush_bytes()
            if found["word"] == "bin":
                position += max(0, int(found["number"] or 0))
            self._read_token(found)
        self._flush_bytes()

    def _read_token(self, found: re.Match[str]) -> None:
        if found["brace"]:
            self._read_brace(found["brace"])
        elif found["word"]:
            self._read_control_word(found["word"], int(found["number"]) if found["number"] else None)
        elif found["hex"]:
            # `\'hh` is a byte in the code page of the font.
            self._add_byte(int(found["hex"], 16))
        elif found["sign"]:
            self._read_control_sign(found["sign"])
        elif found["text"]:
            skipped = min(self.left, len(found["text"]))
            self.left -= skipped
            # Eight bits may be unescaped in old files, in the encoding of the document.
            self._add_text(
                found["text"][skipped:].encode("latin-1", "replace").decode(self._current_encoding(), "replace")
            )

    def _read_brace(self, brace: str) -> None:
        self.left = 0
        if brace == "{":
            if len(self.around) >= _DEEPEST:
                raise ValueError("groups are nested too deeply")
            self.around.append(self.group)
            self.starred = False
        elif self.around:
            ended, self.group = self.group, self.around.pop()
            if ended.into != self.group.into:
                self._end_group(ended.into)

    def _end_group(self, into: str) -> None:
        if into == "label":
            label = self._current_paragraph().whole[self.label_start :].strip()
            if self.address and label:
                self._current_paragraph().links.append(Link(label, self.address))
            self.address = ""

    def _read_control_word(self, word: str, number: int | None) -> None:
        if self.group.into == "skipped":
            return
        if word in _CHARACTERS:
            self._add_text(_CHARACTERS[word])
        elif word == "u" and number is not None:
            # `\u` numbers are signed 16 bits, so that those above 32,767 are written as negative ones.
            self._add_text(chr(number % 0x10000))
            self.left = self.group.skip
        elif word in _ENDS:
            self._end_paragraph()
        elif not self._enter_destination(word):
            self._read_property(word, number)
        self.starred = False

    def _enter_destination(self, word: str) -> bool:
        """Enter another kind of text if a control word opens one; tell whether it does."""
        if word == "footnote":
            self.notes.append(_RtfParagraph())
            self.group = replace(self.group, into="note", bold=False)
        elif word == "fldinst":
            self.address = ""
            self.group = replace(self.group, into="address")
        elif word == "fldrslt":
            found = re.search(r'HYPERLINK\s+"?([^"\s]+)', self.address)
            self.address = found[1] if found else ""
            self.label_start = len(self._current_paragraph().whole)
            self.group = replace(self.group, into="label")
        elif word in {"fonttbl", "stylesheet", "title"} and self.group.into == "text":
            self.group, self.entry = replace(self.group, into=word), ""
        elif word == "info":
            return True
        elif word in _SKIPPED or self.starred:
            self.group = replace(self.group, into="skipped")
        else:
            return False
        return True

    def _read_property(self, word: str, number: int | None) -> None:
        on = number != 0
        if word in {"b", "i"}:
            self.group = replace(self.group, bold=on) if word == "b" else replace(self.group, italic=on)
        elif word == "plain":
            self.group = replace(self.group, bold=False, italic=False)
        elif word == "uc":
            self.group = replace(self.group, skip=number or 0)
        elif word == "f" and number is not None:
            self.group = replace(self.group, font=number)
        elif word == "fcharset" and self.group.into == "fonttbl":
            self.fonts[self.group.font] = _CHARSETS.get(number or 0, self.codec)
        elif word == "ansicpg" and number:
            self.codec = _known_codec(f"cp{number}")
        elif word in {"mac", "pc", "pca"}:
            self.codec = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
        else:
            self._read_paragraph_property(word, number)

    def _read_paragraph_property(self, word: str, number: int | None) -> None:
        if word == "s" and number is not None and self.group.into == "stylesheet":
            self.style = number
        elif self.group.into not in {"text", "label"}:
            return
        elif word == "pard":
            self._current_paragraph().level = 0
        elif word == "s" and number is not None:
            self._current_paragraph().level = self.styles.get(number, 0)
        elif word == "outlinelevel" and number is not None and number < 6:  # noqa: PLR2004  (9 is text of the body)
            self._current_paragraph().level = number + 1

    def _read_control_sign(self, sign: str) -> None:
        if sign == "*":
            self.starred = True
        elif sign in "\r\n":
            self._end_paragraph()
        else:
            self._add_text(_SIGNS.get(sign, ""))

    def _add_byte(self, byte: int) -> None:
        if self.left:
            self.left -= 1
        else:
            self.pending.append(byte)

    def _flush_bytes(self) -> None:
        """Decode consecutive bytes together: two of them make one character in Chinese and Japanese files."""
        if self.pending:
            data, self.pending = bytes(self.pending), bytearray()
            self._add_text(data.decode(self._current_encoding(), "replace"))

    def _current_encoding(self) -> str:
        return self.fonts.get(self.group.font, self.codec)

    def _current_paragraph(self) -> _RtfParagraph:
        notes = any(group.into == "note" for group in (*self.around, self.group))
        return self.notes[-1] if notes and self.notes else self.body[-1]

    def _end_paragraph(self) -> None:
        if self.group.into in {"text", "label"} and self._current_paragraph() is self.body[-1]:
            self.body.append(_RtfParagraph(level=self.body[-1].level))
        elif self.group.into == "note":
            self._add_text(" ")

    def _add_text(self, text: str) -> None:
        into = self.group.into
        if into == "address":
            self.address += text
        elif into == "title":
            self.title.append(text)
        elif into == "stylesheet":
            self._read_style_name(text)
        elif into in {"text", "note", "label"}:
            here = self._current_paragraph()
            here.text.append(text)
            here.light += 0 if self.group.bold else len(text.strip(" :"))
            here.italics += [text.strip()] if self.group.italic and text.strip() else []

    def _read_style_name(self, text: str) -> None:
        self.entry += text
        if ";" not in text:
            return
        name = self.entry.partition(";")[0].strip().lower()
        found = re.match(r"(?:heading|überschrift|titre|título|titolo|kop)\s*(\d)", name)
        self.styles[self.style] = int(found[1]) if found else {"title": 1, "subtitle": 2}.get(name, 0)
        self.entry = ""


def _known_codec(codec: str) -> str:
    try:
        return codecs.lookup(codec).name
    # Code pages that Python does not know are rare; Windows' western one reads most of their text.
    except LookupError:
        return "utf-8" if codec == "cp65001" else "cp1252"


def read_rtf(data: bytes, *, file: str) -> Manuscript:
    """Read a Rich Text file; raises `ValueError` when it is broken."""
    reader = _RtfReader()
    reader.read(data.decode("latin-1"))
    builder = LineBuilder()
    for paragraph in reader.body:
        _add_paragraph(paragraph, builder)
    for number, note in enumerate((note for note in reader.notes if note.whole.strip()), 1):
        _add_paragraph(note, builder, f"footnote {number}")
    title = " ".join("".join(reader.title).split())
    stated = Properties(title=Leaf(title, 1, title, "document properties") if title else None, reliable=False)
    return Manuscript(file, "Rich Text document", tuple(builder.lines), stated, builder.places)


def _add_paragraph(paragraph: _RtfParagraph, builder: LineBuilder, note: str = "") -> None:
    text = paragraph.whole
    bold = bool(text.strip()) and not paragraph.light
    builder.paragraph(
        text, links=paragraph.links, level=0 if note else paragraph.level, bold=bold, note=bool(note),
        italics=_whole_words(paragraph.italics), place=note,
    )  # fmt: skip


def _whole_words(parts: list[str]) -> Iterator[str]:
    return (part for part in parts if len(part) > 1)
