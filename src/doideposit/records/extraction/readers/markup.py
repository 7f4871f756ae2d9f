"""Markup within documents: the encoding it says it has, and XML parsed without anything from outside."""

from typing import Any

from doideposit.records.extraction.readers.bounds import TooMuch
from doideposit.safe_xml import parse_part

__all__ = ["codec_of", "parse_markup"]


def parse_markup(data: bytes) -> Any:
    """Parse an XML document, and return its root; raises `etree.XMLSyntaxError` and `TooMuch`.

    Exchange formats carry a document type declaration; nothing it names is fetched, and none of its entities is put in.
    The characters that HTML has names for, such as &nbsp;, are read, although the declaration that has them is not.
    """
    TooMuch.check_markup(data)
    return parse_part(data, named_characters=True)


def codec_of(name: str) -> str:
    """Return the codec for an encoding: what calls itself Latin-1 is read as Windows-1252 (encoding standard, 4.2)."""
    return "cp1252" if name.strip().lower() in {"iso-8859-1", "latin-1", "latin1", "us-ascii"} else name
