"""The one way from bytes to an XML tree in this project, for bytes that nobody can vouch for.

No document type declaration, so no entities of its own; no network and no other file; bounded in bytes, in markup and
in depth. Deposit files need none of what is refused here: Crossref takes files up to 10 MB, and its schema has no DTD.
"""

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from doideposit.findings import Finding, Severity, Where

__all__ = ["LIMITS", "Limits", "Parsed", "parse_document"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may have at most: bytes, and ``<`` and ``=`` characters, which stand for nodes in memory.

    libxml2 adds its own bounds: 256 levels of depth and 10 million characters in one text.
    """

    size: int = 32 * 1024 * 1024
    markup: int = 2_000_000


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Parsed:
    """The root element, or the findings that say why there is none; exactly one of the two."""

    root: etree._Element | None
    findings: tuple[Finding, ...] = ()


def parse_document(xml: bytes, *, file: str | None = None, limits: Limits = LIMITS) -> Parsed:
    """Parse bytes that may be hostile; whatever is wrong with them comes back as one finding."""
    refusal = _refusal(xml, limits)
    if refusal:
        return Parsed(None, (refusal.at(Where(file=file, line=refusal.where.line)),))
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        return Parsed(None, (_not_well_formed(error, file),))
    if root.getroottree().docinfo.internalDTD is not None:
        return Parsed(None, (_doctype(1).at(Where(file=file)),))
    return Parsed(root)


_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._\-]+)["']""")
_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}
_ENCODINGS = re.compile(r"utf-?8|utf-?16([bl]e)?|us-ascii|ascii|(iso-?8859-|latin-?)\d+|windows-125\d|cp125\d", re.I)
_PROLOG_SIZE = 64 * 1024


def _refusal(xml: bytes, limits: Limits) -> Finding | None:
    """What can be said without parsing: too large, an unknown encoding, a document type declaration."""
    if len(xml) > limits.size:
        return _error(
            "xml-too-large",
            f"the file has {len(xml):,} bytes; at most {limits.size:,} are read",
            "split it: Crossref takes files up to 10 MB",
        )
    if xml.count(b"<") > limits.markup or xml.count(b"=") > limits.markup:
        return _error(
            "xml-too-large",
            f"the file has more than {limits.markup:,} elements or attributes",
            "split it: Crossref takes files up to 10 MB",
        )
    return _refused_prolog(_prolog(xml))


def _prolog(xml: bytes) -> bytes:
    """The start of the document in an encoding that has ASCII as a part, which is enough to read its markup."""
    start = xml[:_PROLOG_SIZE]
    wide = _WIDE.get(start[:2])
    if wide:
        return start.decode(wide, "replace").encode("utf-8", "replace").removeprefix(b"\xef\xbb\xbf")
    return start.removeprefix(b"\xef\xbb\xbf")


def _refused_prolog(prolog: bytes) -> Finding | None:
    declared = _DECLARED.match(prolog)
    if declared and not _ENCODINGS.fullmatch(declared[1].decode("ascii")):
        return _error(
            "xml-encoding",
            f"the file says it is encoded in {declared[1].decode('ascii')}, which is not read here",
            'save it as UTF-8, with encoding="UTF-8" in its first line',
        ).at(Where(line=1))
    misc = _PROLOG.match(prolog)
    end = misc.end() if misc else 0
    return _doctype(prolog.count(b"\n", 0, end) + 1) if prolog.startswith(b"<!DOCTYPE", end) else None


def _doctype(line: int) -> Finding:
    return _error(
        "xml-doctype",
        "the file has a document type declaration (<!DOCTYPE ...>), which a deposit must not have",
        "remove it, and write characters instead of entities",
    ).at(Where(line=line))


def _error(code: str, message: str, hint: str) -> Finding:
    return Finding(code, Severity.ERROR, message, hint)


_DEPTH = "excessive depth"
_ENCODING_ERRORS = frozenset(
    {
        etree.ErrorTypes.ERR_INVALID_ENCODING,
        etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING,
        etree.ErrorTypes.ERR_UNKNOWN_ENCODING,
        etree.ErrorTypes.I18N_CONV_FAILED,
    }
)


def _not_well_formed(error: etree.XMLSyntaxError, file: str | None) -> Finding:
    line, column = error.position
    text = (error.msg or "").strip()
    where = Where(file=file, line=line or None, column=column or None)
    return Finding(
        "xml-not-well-formed", Severity.ERROR, f"this is not well-formed XML: {text}", where=where, original=text
    )
