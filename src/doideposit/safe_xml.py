"""The one way from bytes to an XML tree in this project, for bytes that nobody can vouch for.

No document type declaration, so no entities of its own; no network and no other file; bounded in bytes, in markup and
in depth. Deposit files need none of what is refused here: Crossref takes files up to 10 MB, and its schema has no DTD.
"""

import re
from typing import Final, NamedTuple, cast

from lxml import etree

from doideposit.findings import Finding, Severity, Where

__all__ = [
    "LIBXML2_VERSION",
    "LIMITS",
    "Element",
    "ParsedXml",
    "XmlLimits",
    "local_name",
    "parse_part",
]


# One element of a tree: lxml publishes no other name for the type, which its documentation calls by this one too.
Element = etree._Element  # noqa: SLF001

# The version of libxml2 that gives the verdicts.
LIBXML2_VERSION: Final = ".".join(str(part) for part in etree.LIBXML_VERSION)


class XmlLimits(NamedTuple):
    """Hold the most a document may have: bytes, and ``<`` and ``=`` characters, which stand for nodes in memory.

    `attributes` is the most that one element may have, namespaces among them: libxml2 looks through all of them again
    for each one, and the largest element of Crossref's schema has fewer than forty. `namespaces` is the most that are
    declared in all, and `children` the most in one element, which libxml2 counts again for the place of each fault.

    libxml2 adds its own bounds: 256 levels of depth and 10 million characters in one text.
    """

    size: int = 32 * 1024 * 1024
    markup: int = 1_000_000
    attributes: int = 500
    namespaces: int = 100_000
    children: int = 20_000


LIMITS: Final = XmlLimits()


class ParsedXml(NamedTuple):
    """Hold the root element, or the findings that say why there is none; exactly one of the two."""

    root: Element | None
    findings: tuple[Finding, ...] = ()

    @staticmethod
    def of(xml: bytes, *, file: str | None = None, limits: XmlLimits = LIMITS) -> "ParsedXml":
        """Parse bytes that may be hostile; whatever is wrong with them comes back as one finding."""
        refusal = _find_refusal(xml, limits)
        if refusal:
            return ParsedXml(None, (refusal.at(Where(file=file, line=refusal.where.line)),))
        try:
            root = parse_part(xml, bare=False)
        # The parser stops at the first fault, and says where it is.
        except etree.XMLSyntaxError as error:
            return ParsedXml(None, (_not_well_formed_finding(error, xml, file),))
        # The look at the prolog ends after 64 KiB of comments; what comes after them is found here.
        if root.getroottree().docinfo.internalDTD is not None:
            return ParsedXml(None, (_doctype_finding(1).at(Where(file=file)),))
        # A file shorter than the limit cannot hold so many elements.
        large = len(xml) > limits.children and xml.count(b"<") > limits.children
        if large and (full := _find_overfull(root, limits)) is not None:
            return ParsedXml(None, (full.at(Where(file=file, line=full.where.line)),))
        return ParsedXml(root)


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace; empty for comments and processing instructions."""
    tag: object = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def parse_part(
    xml: bytes | str,
    *,
    bare: bool = True,
    huge: bool = False,
    named_characters: bool = False,
    resolver: etree.Resolver | None = None,
    base_url: str = "",
) -> Element:
    """Parse XML that is a part of something: an abstract, a formula, a schema, a file in an archive; return its root.

    Entities are not put in, and nothing is fetched but what `resolver` gives. `bare` leaves comments and processing
    instructions out; `huge` lifts libxml2's bounds, for XML that was built here. With
    `named_characters`, those of HTML are read too, such as ``&nbsp;``, which XML knows only by a declaration. Raises
    `etree.XMLSyntaxError`.
    """
    if named_characters:
        xml = _NAMED.sub(_number_of_character, xml.encode() if isinstance(xml, str) else xml)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=huge, remove_comments=bare, remove_pis=bare
    )
    if resolver is not None:
        parser.resolvers.add(resolver)
    return etree.fromstring(xml, parser, base_url=base_url)


# XML knows five characters by name; the others of HTML would need a declaration from outside.
_NAMED: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31};)")


def _number_of_character(found: re.Match[bytes]) -> bytes:
    from html.entities import html5  # noqa: PLC0415 - the table is long, and few texts have an entity

    meant = html5.get(found[1].decode("ascii"), "")
    return "".join(f"&#{ord(character)};" for character in meant).encode("ascii") or found[0]


def _find_overfull(root: Element, limits: XmlLimits) -> Finding | None:
    """Find an element with more children than any deposit needs."""
    full = next((element for element in root.iter("*") if len(element) > limits.children), None)
    if full is None:
        return None
    name = etree.QName(full).localname
    message = f"<{name}> has {len(full):,} elements; at most {limits.children:,} are read"
    return _error_finding("xml-too-large", message, "split the file").at(Where(line=cast(int | None, full.sourceline)))


# A start tag that is long enough for hundreds of attributes; a `>` within a value ends it early.
_LONG_TAG = re.compile(rb"<[^<>!?/][^<>]{2000,}")
# How nearly every file starts: in UTF-8, and with its root element at once, so without a DOCTYPE.
_USUAL = re.compile(rb"""<\?xml version=["']1\.0["'] encoding=["']UTF-8["']\?>\s*<[A-Za-z_]""")
# White space, instructions and comments may be before the root element.
_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
# The encoding in the XML declaration (XML 1.0, section 4.3.3).
_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._\-]+)["']""")
# A byte order mark, or the first character of a document in UTF-16 without one (XML 1.0, appendix F).
_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}
# UTF-32 is not an encoding that XML parsers have to know, and libxml2 does not.
_UTF_32 = {b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"<\x00\x00\x00", b"\x00\x00\x00<"}
# The encodings that every one of the parsers used here reads.
_ENCODINGS = re.compile(
    r"utf-?8|utf-?16([bl]e)?|us-ascii|ascii|(iso-?8859-|latin-?)\d+|windows-125\d|cp125\d", re.IGNORECASE
)
# So much is searched for the declaration; a prolog of comments alone can be of any length.
_PROLOG_SIZE = 64 * 1024
_AS_UTF_8 = 'save it as UTF-8, with encoding="UTF-8" in its first line'


def _find_refusal(xml: bytes, limits: XmlLimits) -> Finding | None:
    """Find what can be said without parsing: too large, an unknown encoding, a document type declaration."""
    if len(xml) > limits.size:
        return _error_finding(
            "xml-too-large",
            f"the file has {len(xml):,} bytes; at most {limits.size:,} are read",
            "split it: Crossref takes files up to 10 MB",
        )
    # A file shorter than the limit cannot hold so many of them; counting bytes takes next to no time.
    if len(xml) > limits.markup and (xml.count(b"<") > limits.markup or xml.count(b"=") > limits.markup):
        return _error_finding(
            "xml-too-large",
            f"the file has more than {limits.markup:,} elements or attributes",
            "split it: Crossref takes files up to 10 MB",
        )
    if len(xml) > limits.markup and xml.count(b"xmlns") > limits.namespaces:
        message = f"the file declares more than {limits.namespaces:,} namespaces"
        return _error_finding("xml-too-many-attributes", message, "declare each once, in the root element")
    # libxml2 compares each attribute with all others of its element, so that their number counts twice. A small file
    # has not so many in all.
    tags = _LONG_TAG.finditer(xml) if xml.count(b"=") > limits.attributes else ()
    crowded = next((tag for tag in tags if tag[0].count(b"=") > limits.attributes), None)
    if crowded is not None:
        line = xml.count(b"\n", 0, crowded.start()) + 1
        return _error_finding(
            "xml-too-many-attributes",
            f"an element has more than {limits.attributes:,} attributes and namespaces",
            "no element of a deposit has so many: check the file",
        ).at(Where(line=line))
    return None if _USUAL.match(xml) else _find_false_encoding(xml) or _prolog_finding(_start_of_document(xml))


def _find_false_encoding(xml: bytes) -> Finding | None:
    """Find a file that says in single bytes that it has two for each character."""
    declared = _DECLARED.match(xml.removeprefix(b"\xef\xbb\xbf"))
    if not declared or not declared[1].lower().startswith((b"utf-16", b"utf16")):
        return None
    message = f"the file says it is encoded in {declared[1].decode('ascii')}, but it is not"
    return _error_finding("xml-encoding", message, _AS_UTF_8).at(Where(line=1))


def _start_of_document(xml: bytes) -> bytes:
    """Return the start of the document in an encoding with ASCII as a part, which is enough to read its markup."""
    start = xml[:_PROLOG_SIZE]
    # These four bytes also begin with a mark of UTF-16, so that they are looked at first.
    if start[:4] in _UTF_32:
        return b'<?xml version="1.0" encoding="UTF-32"?>'
    wide = _WIDE.get(start[:2])
    if wide:
        return start.decode(wide, "replace").encode("utf-8", "replace").removeprefix(b"\xef\xbb\xbf")
    return start.removeprefix(b"\xef\xbb\xbf")


def _prolog_finding(prolog: bytes) -> Finding | None:
    declared = _DECLARED.match(prolog)
    # What declares an encoding that has other bytes for ASCII could hide a declaration from the look below.
    if declared and not _ENCODINGS.fullmatch(declared[1].decode("ascii")):
        return _error_finding(
            "xml-encoding",
            f"the file says it is encoded in {declared[1].decode('ascii')}, which is not read here",
            _AS_UTF_8,
        ).at(Where(line=1))
    misc = _PROLOG.match(prolog)
    end = misc.end() if misc else 0
    return _doctype_finding(prolog.count(b"\n", 0, end) + 1) if prolog.startswith(b"<!DOCTYPE", end) else None


def _doctype_finding(line: int) -> Finding:
    return _error_finding(
        "xml-doctype",
        "the file has a document type declaration (<!DOCTYPE ...>), which a deposit must not have",
        "remove it, and write characters instead of entities",
    ).at(Where(line=line))


def _error_finding(code: str, message: str, hint: str) -> Finding:
    return Finding(code, Severity.ERROR, message, hint)


def _not_well_formed_finding(error: etree.XMLSyntaxError, xml: bytes, file: str | None) -> Finding:
    """Return one finding for the first thing that stopped the parser; the rest would only follow from it."""
    line, column = error.position
    text = " ".join((error.msg or "").partition(", line ")[0].split())
    number = getattr(error, "code", None) or 0
    code, message, hint = _CUT_OFF if _is_at_end(number, line, xml) else _explain(number, text)
    return Finding(
        code,
        Severity.ERROR,
        message,
        hint,
        Where(file=file, line=line or None, column=column or None),
        original=error.msg,
    )


# What the parser says when it waits for more, which it also says in the middle of a file.
_UNFINISHED = frozenset(
    {
        etree.ErrorTypes.ERR_ATTRIBUTE_NOT_STARTED,
        etree.ErrorTypes.ERR_ATTRIBUTE_NOT_FINISHED,
        etree.ErrorTypes.ERR_ATTRIBUTE_WITHOUT_VALUE,
        etree.ErrorTypes.ERR_COMMENT_NOT_FINISHED,
        etree.ErrorTypes.ERR_ENTITYREF_SEMICOL_MISSING,
        etree.ErrorTypes.ERR_GT_REQUIRED,
        etree.ErrorTypes.ERR_NAME_REQUIRED,
        etree.ErrorTypes.NS_ERR_QNAME,
        etree.ErrorTypes.ERR_SPACE_REQUIRED,
        etree.ErrorTypes.ERR_XMLDECL_NOT_FINISHED,
    }
)


def _is_at_end(number: int, line: int, xml: bytes) -> bool:
    """Tell whether the parser stopped because the file does: in its last line, which no tag ends."""
    return number in _UNFINISHED and not xml.rstrip().endswith(b">") and line > xml.rstrip().count(b"\n")


_BROKEN = "xml-not-well-formed"
_CUT_OFF = (_BROKEN, "the file ends before all its elements are closed: it is cut off", "copy or export it again")
_ESCAPES = "in XML, & is written &amp; and < is written &lt;"
# What to say for an error of libxml2's parser: code, message, hint.
_MESSAGES: dict[int, tuple[str, str, str]] = {
    etree.ErrorTypes.ERR_DOCUMENT_EMPTY: (_BROKEN, "the file is empty, or is not XML", "give an XML file"),
    etree.ErrorTypes.ERR_DOCUMENT_END: (
        _BROKEN,
        "there is something after the end of the root element",
        "remove it: a file has one root element",
    ),
    etree.ErrorTypes.ERR_NAME_REQUIRED: (_BROKEN, "there is an unescaped & or <", _ESCAPES),
    etree.ErrorTypes.ERR_ENTITYREF_SEMICOL_MISSING: (_BROKEN, "there is an unescaped &", _ESCAPES),
    etree.ErrorTypes.ERR_LT_IN_ATTRIBUTE: (_BROKEN, "there is a < in the value of an attribute", _ESCAPES),
    etree.ErrorTypes.ERR_INVALID_CHAR: (
        _BROKEN,
        "there is a control character, which XML does not allow",
        "remove it; it often comes from a word processor or a PDF",
    ),
    etree.ErrorTypes.ERR_INVALID_CHARREF: (
        _BROKEN,
        "there is a reference to a character that XML does not allow",
        "remove it",
    ),
    etree.ErrorTypes.ERR_ATTRIBUTE_NOT_STARTED: (
        _BROKEN,
        "the value of an attribute is not in quotes",
        "put it in quotes",
    ),
    etree.ErrorTypes.ERR_ATTRIBUTE_NOT_FINISHED: (
        _BROKEN,
        "the value of an attribute has no closing quote",
        "close it",
    ),
    etree.ErrorTypes.ERR_ATTRIBUTE_WITHOUT_VALUE: (
        _BROKEN,
        "an attribute has no value",
        'write ="…" after its name',
    ),
    etree.ErrorTypes.ERR_SPACE_REQUIRED: (_BROKEN, "a space is missing here", "write one, as between two attributes"),
    etree.ErrorTypes.ERR_GT_REQUIRED: (_BROKEN, "a tag is not closed", "write > at its end"),
    etree.ErrorTypes.ERR_COMMENT_NOT_FINISHED: (_BROKEN, "a comment is not closed", "write --> at its end"),
    etree.ErrorTypes.ERR_TAG_NOT_FINISHED: _CUT_OFF,
    etree.ErrorTypes.ERR_INVALID_ENCODING: (
        "xml-encoding",
        "the bytes here are not in the encoding of the file, which is UTF-8 unless its first line says otherwise",
        "save the file as UTF-8",
    ),
    etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING: (
        "xml-encoding",
        "the encoding of the file is unknown",
        "save it as UTF-8",
    ),
    etree.ErrorTypes.ERR_UNKNOWN_VERSION: (
        _BROKEN,
        "the file has another version of XML",
        'write <?xml version="1.0"?>',
    ),
    etree.ErrorTypes.ERR_RESERVED_XML_NAME: (
        _BROKEN,
        "the XML declaration is not at the very start of the file",
        "remove everything before <?xml",
    ),
}


def _explain(number: int, text: str) -> tuple[str, str, str]:
    if number == etree.ErrorTypes.ERR_RESOURCE_LIMIT or "XML_PARSE_HUGE" in text:
        return _limit_finding(text)
    quoted = re.search(r"mismatch: (\S+) line (\d+) and (\S+)", text)
    if quoted:
        message = f"<{quoted[1]}> of line {quoted[2]} is closed by </{quoted[3]}>"
        return _BROKEN, message, f"close <{quoted[1]}> first, or correct the name"
    entity = re.search(r"Entity '(\w+)' not defined", text)
    if entity:
        import html  # noqa: PLC0415 - its table of names is long, and few files have an entity

        character = html.unescape(f"&{entity[1]};")
        written = character if character.isprintable() else "".join(f"&#{ord(sign)};" for sign in character)
        known = f"write {written} instead" if not character.startswith("&") else _ESCAPES
        return _BROKEN, f"XML does not know &{entity[1]};", known
    prefix = re.search(r"Namespace prefix (\S+)", text)
    if prefix:
        return _BROKEN, f"the prefix {prefix[1]}: is not declared", f'add xmlns:{prefix[1]}="..." to the root element'
    redefined = re.search(r"Attribute (\S+) redefined", text)
    if redefined:
        return _BROKEN, f"an element has the attribute {redefined[1]} twice", "remove one"
    return _MESSAGES.get(number, (_BROKEN, "this is not well-formed XML", "--verbose shows the words of the parser"))


def _limit_finding(text: str) -> tuple[str, str, str]:
    if "depth" in text:
        return (
            "xml-too-deep",
            "elements are nested deeper than 256 levels",
            "no deposit is nested like this: check the file",
        )
    return (
        "xml-too-large",
        "a text, name or value is longer than 10 million characters",
        "no deposit has one: check the file",
    )
