"""Markup within documents: the encoding it says it has, and XML parsed without anything from outside."""

import html
import re
from typing import Any

from doideposit.records.extraction.readers.bounds import TooMuch
from doideposit.safe_xml import parse_part

__all__ = ["codec_of", "parse_markup"]

# XML knows five named entities; others, as of HTML, would need a DTD from outside, and are replaced before.
_NAMED = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31});")


def parse_markup(data: bytes) -> Any:
    """Parse an XML document, and return its root; raises `etree.XMLSyntaxError` and `TooMuch`.

    Exchange formats carry a document type declaration; nothing it names is fetched, and none of its entities is put in.
    The names of HTML, such as &nbsp;, are written out before, because the declaration that has them is not read.
    """
    TooMuch.check_markup(data)
    return parse_part(_NAMED.sub(_numeric_reference, data))


def _numeric_reference(found: re.Match[bytes]) -> bytes:
    written = found[0].decode("ascii")
    read = html.unescape(written)
    return found[0] if read == written else "".join(f"&#{ord(one)};" for one in read).encode("ascii")


def codec_of(name: str) -> str:
    """Return the codec for an encoding: what calls itself Latin-1 is read as Windows-1252 (encoding standard, 4.2)."""
    return "cp1252" if name.strip().lower() in {"iso-8859-1", "latin-1", "latin1", "us-ascii"} else name
