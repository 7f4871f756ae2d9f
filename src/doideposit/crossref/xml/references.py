"""The reference list: the parts of each entry in the schema's order, and the entry as printed with its address."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Final

from doideposit.crossref.names import RESOURCES_NAMESPACE, RESOURCES_VERSION
from doideposit.crossref.xml.elements import to_bytes
from doideposit.crossref.xml.markup import Maker, Markup, leaf, leaves
from doideposit.crossref.xml.richtext import rich
from doideposit.crossref.xml.schema_versions import Dialect
from doideposit.records.identifiers import Doi
from doideposit.records.models.batch import BatchHead
from doideposit.records.models.references import Reference
from doideposit.safe_xml import parse_part

__all__ = ["PARTS", "citation_list", "references_alone"]

PARTS: Final = (
    # element, field of the reference: the order of citation_t in common5.5.0.xsd
    ("issn", "issn"),
    ("journal_title", "journal_title"),
    ("author", "author"),
    ("volume", "volume"),
    ("issue", "issue"),
    ("first_page", "first_page"),
    ("elocation_id", "elocation_id"),
    ("cYear", "year"),
    ("doi", "doi"),
    ("isbn", "isbn"),
    ("series_title", "series_title"),
    ("volume_title", "volume_title"),
    ("edition_number", "edition"),
    ("component_number", "component_number"),
    ("article_title", "article_title"),
    ("std_designator", "std_designator"),
)


def citation_list(schema: Dialect, references: Sequence[Reference]) -> Markup | None:
    """Return ``citation_list`` with every reference in order, or None without any."""
    keys = _citation_keys(references)
    return schema.make.listed(
        "citation_list",
        (_build_citation(schema, key, reference) for key, reference in zip(keys, references, strict=True)),
    )


def _citation_keys(references: Sequence[Reference]) -> tuple[str, ...]:
    """Return the key of each reference: its own, else ``ref`` and its place, made unique where that is taken."""
    taken = {reference.key for reference in references if reference.key}
    keys = []
    for place, reference in enumerate(references, start=1):
        # Crossref answers by these keys in its log, and a key must be the only one of its kind within a record.
        key = reference.key or f"ref{place}"
        while reference.key is None and key in taken:
            key += "a"
        keys.append(key)
    return tuple(keys)


_NAMES: Final = tuple(name for name, _ in PARTS)
_VALUES: Final = itemgetter(*(field for _, field in PARTS))


def _build_citation(schema: Dialect, key: str, reference: Reference) -> Markup:
    kind = reference.type if schema.citation_types else None
    structured = leaves(_NAMES, _VALUES(reference.__dict__))
    return schema.make("citation", structured, _as_printed(schema, reference), key=key, type=kind)


def _as_printed(schema: Dialect, reference: Reference) -> Markup | None:
    """Return ``unstructured_citation``: the only place an address has in the schema is after the text."""
    text, url = reference.text, reference.url
    if text is None:
        return leaf("unstructured_citation", url)
    plain = text.plain
    tail = f" {url}" if url is not None and url not in plain else ""
    if text.nodes == (plain,):
        return leaf("unstructured_citation", plain + tail)
    return rich(schema.make, "unstructured_citation", (*text.nodes, tail))


def references_alone(head: BatchHead, lists: Sequence[tuple[Doi, Sequence[Reference]]]) -> bytes:
    """Return a resource-only deposit of reference lists, by DOI; each replaces the registered list."""
    schema = Dialect.of_version(RESOURCES_VERSION.rpartition(" ")[2])
    # doi_resources5.4.0.xsd: targetNamespace.
    space = f"{RESOURCES_NAMESPACE}{schema.version}"
    make = Maker(space)
    depositor = make("depositor", leaf("depositor_name", head.depositor_name), leaf("email_address", head.email))
    body = (
        make("doi_citations", leaf("doi", doi.printed), citation_list(schema, listed) or make("citation_list"))
        for doi, listed in lists
    )
    compact = make.outer(
        "doi_batch",
        make("head", leaf("doi_batch_id", head.batch_id), depositor),
        make("body", *body),
        version=schema.version,
    )
    root = parse_part(compact.encode(), bare=False, huge=True)
    return to_bytes(root, laid_out=space)
