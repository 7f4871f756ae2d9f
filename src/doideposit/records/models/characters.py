"""The characters of a text: composed, parted by single spaces, and none that XML or a reader cannot show."""

import re
import unicodedata

from pydantic_core import PydanticCustomError

__all__ = ["normalise"]

# Metadata deposited in XML 1.0 cannot hold C0 controls; C1 controls can only be leftovers of a wrong encoding.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# In double quotes YAML and JSON read the beginning of \\theta as a tab, of \\rho and \\nabla as the end of a line. What
# may also begin a word after a tab or a line (au, ho, eq) counts only after a dollar sign.
_READ_ESCAPE = re.compile(
    "\t(?=(?:heta|imes|ilde|riangle|extit|extbf)\\b)|\r(?=ightarrow\\b)|\n(?=abla\\b)"
    "|(?<=[$])(?:\t(?=au\\b)|\r(?=ho\\b)|\n(?=(?:eq|u)\\b))"
)
_ESCAPES = {"\t": r"\t", "\r": r"\r", "\n": r"\n"}
# Zero-width space and word joiner, byte order mark, soft hyphen: nothing of a text is lost with them.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
# Emoji of several parts are joined by U+200D (Unicode TR 51), and fall apart without it.
_EMOJI = "\u200d\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"
_JOINERS = re.compile(f"\u200c|(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])")
# Arabic and the Indic scripts use joiners inside words; elsewhere they are leftovers of copy and paste.
_JOINING_SCRIPTS = re.compile("[\u0600-\u08ff\u0900-\u0dff]")
# Line breaks of a file are spaces of the text.
_SPACES = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Return text in NFC with single spaces and without invisible characters; raises on control characters.

    Crossref's schema keeps white space in most elements, so what is not normalised here becomes part of the record.
    """
    # Most texts are printable with single spaces. What is not printable includes every space but the plain one, and
    # everything invisible: nothing below would change such a text but NFC, which in turn makes no spaces.
    if text.isprintable() and "  " not in text:
        return (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()
    bad = _CONTROL.search(text)
    if bad is not None:
        raise PydanticCustomError(
            "control-character",
            "the text contains the control character U+{number}",
            {
                "number": f"{ord(bad[0]):04X}",
                "hint": "delete it: it usually comes from copying from a PDF, or from a wrong encoding",
                "position": bad.start(),
                "length": 1,
            },
        )
    read = _READ_ESCAPE.search(text)
    if read is not None:
        message = "the text was written with a backslash that the file format reads: “{shown}” became a blank"
        hint = "write two backslashes, or put the text into single quotes (YAML); better still, write it without TeX"
        shown = _ESCAPES[read[0]] + text[read.end() : read.end() + 8].split(maxsplit=1)[0]
        words = {"shown": shown, "hint": hint, "position": read.start(), "length": 1}
        raise PydanticCustomError("control-character", message, words)
    text = _INVISIBLE.sub("", text)
    if not _JOINING_SCRIPTS.search(text):
        text = _JOINERS.sub("", text)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
