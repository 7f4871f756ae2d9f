"""Reading an uploaded file as Crossref's worker does: bytes, well-formedness, then the items that carry a DOI."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from lxml import etree

from doideposit.findings import Finding
from doideposit.safe_xml import Element, local_name
from doideposit.sandbox.entries import TitleRecord
from doideposit.sandbox.logs import Citation

__all__ = ["Deposit", "DepositedItem", "DepositedResource", "texts"]

# The DOI in these elements is that of the whole journal or series, and in the next ones that of an issue or volume.
TITLE_LEVEL = frozenset({"journal_metadata", "series_metadata", "set_metadata", "proceedings_series_metadata"})
ISSUE_LEVEL = frozenset({"journal_issue", "journal_volume"})
TYPES = {
    "journal_article": "journal-article", "journal_metadata": "journal", "journal_issue": "journal-issue",
    "report-paper_metadata": "report", "report-paper_series_metadata": "report", "series_metadata": "report-series",
    "posted_content": "posted-content", "book_metadata": "book", "conference_paper": "proceedings-article",
    "dissertation": "dissertation", "dataset": "dataset", "component": "component", "peer_review": "peer-review",
    "standard_metadata": "standard", "content_item": "report-component",
}  # fmt: skip
NAMES = {
    "journal_article": "Journal Article", "posted_content": "Posted Content", "report-paper_metadata": "Report-Paper",
    "report-paper_series_metadata": "Report-Paper", "content_item": "Content Item",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DepositedItem:
    """Hold something with a DOI of its own. `level` is ``item``, ``title`` (a journal or series) or ``issue``.

    `version` is the timestamp in force for this DOI. `signature` is what two records share that describe the same
    work: title, first author, year and number. `kind` is the name of `holder`, the element with ``doi_data`` in it.
    """

    doi: str
    url: str
    version: int
    level: str
    kind: str
    title: str
    year: str
    signature: str
    orcids: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    references: tuple[Citation, ...] = ()
    holder: Element | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """Return the DOI in lower case, for comparison."""
        return self.doi.casefold()

    @property
    def prefix(self) -> str:
        """Return the part before the slash."""
        return self.doi.partition("/")[0]

    @property
    def record_type(self) -> str:
        """Return the record type by its name in the REST API."""
        return TYPES.get(self.kind, "other")

    @property
    def kind_name(self) -> str:
        """Return the record type by its name in ORCID messages."""
        return NAMES.get(self.kind, self.kind.replace("_", " ").title())


@dataclass(frozen=True, slots=True)
class DepositedResource:
    """Hold one element of a resource-only deposit: its name, its DOI, and its block, empty where there is none."""

    kind: str
    doi: str
    block: str = ""


@dataclass(frozen=True, slots=True)
class Deposit:
    """Hold an uploaded file after reading. `version` is the timestamp of its head, None when there is none.

    `titles` has one entry for each ISSN of a container. `refusal` says why the whole file is refused, in Crossref's
    words, and is empty for a file that can be processed; `batch_id` is empty where it could not be read.
    """

    batch_id: str = ""
    version: int | None = None
    items: tuple[DepositedItem, ...] = ()
    titles: tuple[TitleRecord, ...] = ()
    resources: tuple[DepositedResource, ...] = ()
    refusal: str = ""

    @classmethod
    def not_valid(cls, findings: Sequence[Finding]) -> Self:
        """Return the refusal of a file that is not valid: its first fault alone, as the real parser stops there."""
        if not findings:
            return cls(refusal="Error: cvc-elt.1: The document is not valid.")
        finding = findings[0]
        return cls(refusal=f"Error: {_as_xerces(finding.original or finding.message)}")

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Read the bytes; the first thing that makes them unreadable is the refusal."""
        fault = _encoding_fault(content)
        if fault:
            return cls(refusal=fault)
        # An upload is foreign input: no entity, DTD or address in it may make the parser read anything else.
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(content, parser)
        # The log has the words of Xerces, the Java parser, in place of those of libxml2.
        except etree.XMLSyntaxError as error:
            words = _xerces_message(error.msg or "")
            return cls(refusal=f"org.jdom.input.JDOMParseException: Error on line {error.lineno or 1}: {words}")
        return cls._of_root(root)

    @classmethod
    def _of_root(cls, root: Element) -> Self:
        if local_name(root) != "doi_batch":
            return cls(refusal=f"Error: cvc-elt.1: Cannot find the declaration of element '{local_name(root)}'.")
        batch_id = _first_text(root, "head/doi_batch_id")
        stamp = _first_text(root, "head/timestamp")
        version = int(stamp) if stamp.isdecimal() else None
        fault = _resources_fault(root) if "doi_resources_schema" in str(root.tag) else None
        if fault:
            return cls(batch_id, refusal=fault)
        return cls(
            batch_id,
            version,
            tuple(_read_items(root, version or 0)),
            tuple(_read_titles(root)),
            tuple(_read_resources(root)),
        )


def texts(element: Element, path: str) -> list[str]:
    """Return the text of every descendant at a path of local names, in any namespace."""
    steps = "/".join(f"{{*}}{step}" for step in path.split("/"))
    return [_collapsed_text(found) for found in element.iterfind(steps)]


def _collapsed_text(element: Element) -> str:
    return " ".join("".join(str(text) for text in element.itertext()).split())


def _encoding_fault(content: bytes) -> str | None:
    # Each of these puts something before the declaration, which the parser of the logs calls by this one message.
    if content.startswith(b"\xef\xbb\xbf") or re.match(rb"\s+<\?xml\s", content):
        return "[fatal error] :1:1: Content is not allowed in prolog."
    # A file that declares another encoding is not held to UTF-8 here; the parser decodes it.
    if re.match(rb"<\?xml[^>]*encoding=[\"'](?!utf-?8)", content, re.IGNORECASE):
        return None
    try:
        content.decode("utf-8")
    # The words of Java, as they are in Crossref's logs.
    except UnicodeDecodeError as error:
        return f"java.io.UTFDataFormatException: invalid byte 1 of 1-byte UTF-8 sequence (0x{content[error.start]:02x})"
    return None


# lxml reports the faults of libxml2; these patterns turn the frequent ones into the words of a Java parser.
_XERCES = (
    (r"EntityRef", "The entity name must immediately follow the '&' in the entity reference."),
    (r"Document is empty|Start tag expected", "Premature end of file."),
    (r"Opening and ending tag mismatch: (\S+)", r'The element type "\1" must be terminated by the matching end-tag.'),
    (r"Premature end of data", "XML document structures must start and end within the same entity."),
    (r"invalid xmlChar value|PCDATA invalid Char", "An invalid XML character was found in the document."),
)


def _xerces_message(message: str) -> str:
    for pattern, words in _XERCES:
        found = re.search(pattern, message)
        if found:
            return found.expand(words)
    return message


_RESOURCES = ("doi_citations", "doi_resources", "crossmark_data", "fundref_data", "lic_ref_data", "doi_relations",
              "clinicaltrial_data")  # fmt: skip


def _resources_fault(root: Element) -> str | None:
    """Return what violates the schema doi_resources5.4.0.xsd: another head, or another order of elements."""
    for name in ("timestamp", "registrant"):
        if root.find(f"{{*}}head/{{*}}{name}") is not None:
            return f"Error: cvc-complex-type.2.4.a: Invalid content was found starting with element '{name}'."
    # The body is a sequence in the schema, so that the order of its elements counts.
    places = [
        _RESOURCES.index(local_name(element))
        for element in root.iterfind("{*}body/*")
        if local_name(element) in _RESOURCES
    ]
    if places != sorted(places):
        return "Error: cvc-complex-type.2.4.a: The elements of body are not in the order of the schema."
    return None


def _read_resources(root: Element) -> Iterator[DepositedResource]:
    for element in root.iterfind("{*}body/*"):
        block = next((child for child in element if local_name(child) not in {"", "doi"}), None)
        for doi in texts(element, "doi"):
            xml = "" if block is None else etree.tostring(block, encoding="unicode", with_tail=False)
            yield DepositedResource(local_name(element), doi, xml)


def _read_items(root: Element, version: int) -> Iterator[DepositedItem]:
    for data in root.iter("{*}doi_data"):
        parent = data.getparent()
        if parent is None:
            continue
        # A timestamp of the item takes precedence over that of the head.
        own = _first_text(data, "timestamp")
        yield _read_item(parent, data, int(own) if own.isdecimal() else version)


def _read_item(parent: Element, data: Element, version: int) -> DepositedItem:
    kind = local_name(parent)
    title = _first_text(parent, "titles/title") or _first_text(parent, "full_title")
    year = next((found for path in _DATES for found in texts(parent, path)), "")
    people = [*texts(parent, "contributors/person_name/surname"), *texts(parent, "contributors/organization")]
    number = next((found for path in _NUMBERS for found in texts(parent, path)), "")
    level = "title" if kind in TITLE_LEVEL else "issue" if kind in ISSUE_LEVEL else "item"
    # Without a title or a person too little is known to call two works the same; containers are never compared.
    alike = [title, *people[:1], year, number] if title and people and level == "item" else []
    return DepositedItem(
        doi=_first_text(data, "doi"), url=_first_text(data, "resource"), version=version, level=level, kind=kind,
        title=title, year=year, signature="|".join(alike).casefold(),
        orcids=tuple(texts(parent, "contributors/person_name/ORCID")), targets=tuple(_related_dois(parent)),
        references=tuple(_read_references(parent)), holder=parent,
    )  # fmt: skip


# Where the year is, by the type of the record.
_DATES = ("publication_date/year", "posted_date/year", "approval_date/year")
# Elements whose number tells two works of one title apart, as in Crossref's search for conflicts.
_NUMBERS = ("pages/first_page", "publisher_item/item_number", "item_number", "volume")


def _related_dois(parent: Element) -> Iterator[str]:
    # Relations may be beside the bibliography or inside Crossmark.
    within = ("", "{*}crossmark/{*}custom_metadata/")
    for relation in (found for path in within for found in parent.iterfind(f"{path}{{*}}program/{{*}}related_item/*")):
        if relation.get("identifier-type") == "doi" and local_name(relation) in {
            "inter_work_relation",
            "intra_work_relation",
        }:
            yield _collapsed_text(relation)


def _read_references(parent: Element) -> Iterator[Citation]:
    for citation in parent.iterfind("{*}citation_list/{*}citation"):
        words = " ".join(_collapsed_text(part) for part in citation if local_name(part) in _MATCHABLE)
        yield Citation(citation.get("key") or "", words, _first_text(citation, "doi"))


_MATCHABLE = frozenset({"issn", "isbn", "journal_title", "article_title", "volume_title", "series_title",
                        "unstructured_citation"})  # fmt: skip


def _read_titles(root: Element) -> Iterator[TitleRecord]:
    for container in root.iter():
        if local_name(container) in TITLE_LEVEL:
            title = _first_text(container, "titles/title") or _first_text(container, "full_title")
            doi = _first_text(container, "doi_data/doi")
            for issn in texts(container, "issn"):
                # Whoever registers the title first becomes its owner.
                yield TitleRecord(issn.replace("-", "").upper(), title, local_name(container), "", doi)


def _first_text(element: Element, path: str) -> str:
    return next(iter(texts(element, path)), "")


# libxml2 names elements with their namespace in braces, Xerces without.
_ELEMENT = r"Element '(?:\{[^}]*\})?(?P<element>[^']*)'"


# libxml2 lists what it expected in brackets.
_EXPECTED = r"(?: Expected is (?:one of )?\( (?P<expected>.*?) \))?"


# By a pattern for the message of libxml2: the words of the log.
_RULES = {
    rf"{_ELEMENT}: This element is not expected\.{_EXPECTED}": (
        "cvc-complex-type.2.4.a: Invalid content was found starting with element '{element}'. "
        "One of '{{{expected}}}' is expected."
    ),
    rf"{_ELEMENT}: Missing child element\(s\)\.{_EXPECTED}": (
        "cvc-complex-type.2.4.b: The content of element '{element}' is not complete. "
        "One of '{{{expected}}}' is expected."
    ),
    rf"{_ELEMENT}.*\[facet '(?P<facet>pattern|min\w+|max\w+|length)'\] The value (?P<value>.*)": (
        "cvc-{facet}-valid: The value of element '{element}' is not facet-valid with respect to {facet}: it {value}"
    ),
    rf"{_ELEMENT}.*'enumeration'\] The value '(?P<value>.*?)' is not an element of the set \{{(?P<set>[^}}]*)": (
        "cvc-enumeration-valid: Value '{value}' is not facet-valid with respect to enumeration '[{set}]'. "
        "It must be a value from the enumeration."
    ),
    rf"{_ELEMENT}: The attribute '(?P<attribute>[^']*)' is required but missing": (
        "cvc-complex-type.4: Attribute '{attribute}' must appear on element '{element}'."
    ),
    rf"{_ELEMENT}, attribute '(?P<attribute>[^']*)': The attribute '[^']*' is not allowed": (
        "cvc-complex-type.3.2.2: Attribute '{attribute}' is not allowed to appear in element '{element}'."
    ),
    rf"{_ELEMENT}.*'(?P<value>[^']*)' is not a valid value of the [a-z ]+ type '(?P<type>[^']*)'": (
        "cvc-datatype-valid.1.2.1: '{value}' is not a valid value for '{type}'."
    ),
    rf"{_ELEMENT}: No matching global (?:element )?declaration available": (
        "cvc-elt.1: Cannot find the declaration of element '{element}'."
    ),
}


# Compiled once; the table is tried in its order, since some messages begin like others.
_COMPILED = [(re.compile(pattern, re.DOTALL), words) for pattern, words in _RULES.items()]


_NAMESPACE = re.compile(r"\{([^}]*)\}")


def _as_xerces(original: str) -> str:
    for pattern, words in _COMPILED:
        found = pattern.search(original)
        if found:
            # Logs write names without their namespaces.
            parts = {name: _NAMESPACE.sub("", value or "") for name, value in found.groupdict().items()}
            return words.format(**parts)
    return original if original.startswith("cvc-") else f"cvc-assertion: {original}"
