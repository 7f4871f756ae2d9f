"""A deposit file: items with their parts in the order of the schema, and head and body around them, as bytes."""

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final, cast

from lxml import etree

from doideposit.crossref.names import DEFAULT_SCHEMA_VERSION, PREFIXES, XSI
from doideposit.crossref.xml.elements import to_bytes
from doideposit.crossref.xml.markup import Markup, leaf
from doideposit.crossref.xml.parts import ItemParts
from doideposit.crossref.xml.schema_versions import Dialect
from doideposit.findings import Loc
from doideposit.records.models.batch import BatchHead
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import RecordType
from doideposit.safe_xml import parse_part

__all__ = ["ORDERS", "Built"]

# Makes one part of an item: an element, several, or None where the record has nothing for it.
Part = Callable[[ItemParts], "Markup | Iterable[Markup | None] | None"]


@dataclass(frozen=True)
class Built:
    """Hold a deposit file made of commentaries: its bytes, and the way back from its elements to their fields."""

    xml: bytes = field(repr=False)
    commentaries: tuple[Commentary, ...] = field(repr=False)
    schema_version: str
    # The child of `body` that each commentary became, in canonical form.
    items: tuple[bytes, ...] = field(repr=False)

    @cached_property
    def fingerprints(self) -> tuple[str, ...]:
        """Return the `fingerprint` of each commentary, the SHA-256 of its item."""
        # The plan keeps the same hash: interned, it is there once however many records there are.
        return tuple(sys.intern(hashlib.sha256(item).hexdigest()) for item in self.items)

    def locate(self, element_path: str) -> tuple[int, Loc] | None:
        """Find which commentary (by its place in the file) and which of its fields an element comes from.

        The path is written as in ``/doi_batch/body/report-paper[2]/report-paper_series_metadata/titles/title``, as
        libxml2 writes it (``/*/*[2]/*[1]``), or as lxml does. None for the head and for what is not in the file.
        """
        from doideposit.crossref.xml.field_map import locate  # noqa: PLC0415 - needed only when something is wrong

        return locate(self.xml, self.commentaries, element_path)

    @staticmethod
    def of(
        head: BatchHead,
        commentaries: Sequence[Commentary],
        *,
        schema_version: str = DEFAULT_SCHEMA_VERSION,
        indented: bool = True,
    ) -> "Built":
        """Make one deposit file; same input, same bytes.

        What the record type or the schema version cannot hold is left out: `losses` says what that is. Without
        `indented` the file says the same, for programs alone: it takes a third of the time. Raises RuntimeError for a
        version records are not built for, and when the commentaries do not belong in one file: none, several bodies
        (see `RecordType.body_element`) or several DOI prefixes.
        """
        _check_one_file(commentaries)
        schema = Dialect.of_version(schema_version)
        made = tuple(_build_item(schema, commentary).encode() for commentary in commentaries)
        xml = Built.assemble(head, made, schema_version=schema_version, indented=indented)
        return Built(xml, tuple(commentaries), schema_version, made)

    @staticmethod
    def fingerprint_of(commentary: Commentary, *, schema_version: str = DEFAULT_SCHEMA_VERSION) -> str:
        """Return the SHA-256 of the deposited content without the head: it is the same until something changes.

        It is that of the item's exclusive canonical XML, which is how items are written here; `canonical_hash` gives
        the same for the item of any file, however it is laid out.
        """
        return hashlib.sha256(_build_item(Dialect.of_version(schema_version), commentary).encode()).hexdigest()

    @staticmethod
    def assemble(head: BatchHead, made: Sequence[bytes], *, schema_version: str, indented: bool = True) -> bytes:
        """Return the deposit file of items that `of` made, which are of one kind of body and of one DOI prefix."""
        schema = Dialect.of_version(schema_version)
        compact = b"".join(
            (
                _start_tag(schema, located=indented),
                _build_head(schema, head).encode(),
                b"<body>",
                *made,
                b"</body></doi_batch>",
            )
        )
        return _indent_file(compact, schema.namespace) if indented else compact


@cache
def _start_tag(schema: Dialect, *, located: bool) -> bytes:
    """Return the XML declaration and the start tag of the root, which says where the schema lies for people alone."""
    names = f' xmlns="{schema.namespace}"' + (f' xmlns:xsi="{XSI}"' if located else "")
    location = f' xsi:schemaLocation="{schema.location}"' if located else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<doi_batch{names} version="{schema.version}"{location}>'.encode()


def _indent_file(compact: bytes, namespace: str) -> bytes:
    """Return the file as people like to read it: indented, and with every prefix declared once, at the root."""
    root = parse_part(compact, bare=False, huge=True)
    prefixes = dict([(None, namespace), *PREFIXES.items()])
    etree.cleanup_namespaces(root, top_nsmap=cast("dict[str, str]", prefixes))  # lxml's stubs know no default namespace
    return to_bytes(root, laid_out=namespace)


def _check_one_file(commentaries: Sequence[Commentary]) -> None:
    kinds = {(commentary.series.record_type.body_element, commentary.doi.prefix) for commentary in commentaries}
    if len(kinds) != 1:
        raise RuntimeError(
            "a deposit file needs at least one commentary, and all of them the same kind of body and DOI prefix, "
            # In one order, so that the message is the same each time.
            f"not {sorted(kinds)}"
        )


def _build_head(schema: Dialect, head: BatchHead) -> Markup:
    make = schema.make
    return make(
        "head",
        leaf("doi_batch_id", head.batch_id),
        leaf("timestamp", str(head.timestamp)),
        make("depositor", leaf("depositor_name", head.depositor_name), leaf("email_address", head.email)),
        leaf("registrant", head.registrant),
    )


def _build_item(schema: Dialect, commentary: Commentary) -> Markup:
    """Return the item, ``report-paper``, ``journal`` or ``posted_content``, which declares Crossref's namespace."""
    parts = ItemParts(schema, commentary)
    match commentary.series.record_type:
        case RecordType.REPORT_SERIES:
            return _build_report(parts, "report-paper_series_metadata", REPORT_SERIES)
        case RecordType.REPORT_SINGLE:
            return _build_report(parts, "report-paper_metadata", REPORT_SINGLE)
        case RecordType.JOURNAL:
            return _build_journal(parts)
        # Posted content is an item of its own: it has no wrapper such as `report-paper` or `journal` around it.
        case RecordType.POSTED:
            return schema.make.outer(
                "posted_content",
                *_assemble(parts, POSTED),
                type=commentary.series.posted_type,
                language=schema.language_code(commentary.effective_language),
            )


def _build_report(parts: ItemParts, name: str, order: "tuple[tuple[str, Part], ...]") -> Markup:
    make, language = parts.schema.make, parts.schema.language_code(parts.commentary.effective_language)
    # The attribute `publication_type` is on the wrapper of a report, and on the article itself in a journal.
    return make.outer(
        "report-paper", make(name, *_assemble(parts, order), language=language), publication_type="full_text"
    )


def _build_journal(parts: ItemParts) -> Markup:
    make, language = parts.schema.make, parts.schema.language_code(parts.commentary.effective_language)
    article = make(
        "journal_article", *_assemble(parts, JOURNAL_ARTICLE), publication_type="full_text", language=language
    )
    return make.outer("journal", parts.journal_metadata(), parts.journal_issue(), article)


def _assemble(parts: ItemParts, order: "tuple[tuple[str, Part], ...]") -> Iterator[Markup]:
    for _, part in order:
        made = part(parts)
        if made is None:
            continue
        if isinstance(made, str):
            yield made
        else:
            yield from (markup for markup in made if markup is not None)


# crossref5.5.0.xsd: report-paper_series_metadata. Abstracts come before the volume, relations at the very end.
REPORT_SERIES: Final[tuple[tuple[str, Part], ...]] = (
    ("series_metadata", ItemParts.series_metadata),
    ("contributors", ItemParts.contributors),
    ("titles", ItemParts.titles),
    ("abstract", ItemParts.abstracts),
    ("volume", ItemParts.volume),
    ("edition_number", ItemParts.edition),
    ("publication_date", ItemParts.publication_dates),
    ("approval_date", ItemParts.approval_date),
    ("isbn", ItemParts.isbns),
    ("publisher", ItemParts.publisher),
    ("institution", ItemParts.institutions),
    ("publisher_item", ItemParts.publisher_item),
    ("crossmark | fr:program, ai:program", ItemParts.series_rights),
    ("archive_locations", ItemParts.archive_locations),
    ("version_info", ItemParts.version_info),
    ("doi_data", ItemParts.doi_data),
    ("citation_list", ItemParts.citations),
    ("rel:program", ItemParts.relations),
)
# crossref5.5.0.xsd: report-paper_metadata. Abstracts are after the edition, relations before the archives.
REPORT_SINGLE: Final[tuple[tuple[str, Part], ...]] = (
    ("contributors", ItemParts.contributors),
    ("titles", ItemParts.titles),
    ("edition_number", ItemParts.edition),
    ("abstract", ItemParts.abstracts),
    ("publication_date", ItemParts.publication_dates),
    ("approval_date", ItemParts.approval_date),
    ("isbn", ItemParts.isbns),
    ("publisher", ItemParts.publisher),
    ("institution", ItemParts.institutions),
    ("publisher_item", ItemParts.publisher_item),
    ("crossmark | fr:program, ai:program", ItemParts.rights),
    ("rel:program", ItemParts.relations_and_series),
    ("archive_locations", ItemParts.archive_locations),
    ("version_info", ItemParts.version_info),
    ("doi_data", ItemParts.doi_data),
    ("citation_list", ItemParts.citations),
)
# crossref5.5.0.xsd: journal_article. Here titles come before contributors.
JOURNAL_ARTICLE: Final[tuple[tuple[str, Part], ...]] = (
    ("titles", ItemParts.all_titles),
    ("contributors", ItemParts.contributors),
    ("abstract", ItemParts.abstracts),
    ("publication_date", ItemParts.publication_dates),
    ("acceptance_date", ItemParts.acceptance_date),
    ("pages", ItemParts.pages),
    ("publisher_item", ItemParts.publisher_item),
    ("crossmark | fr:program, ai:program", ItemParts.rights),
    ("rel:program", ItemParts.relations),
    ("archive_locations", ItemParts.archive_locations),
    ("version_info", ItemParts.version_info),
    ("doi_data", ItemParts.doi_data),
    ("citation_list", ItemParts.citations),
)
# crossref5.5.0.xsd: posted_content.
POSTED: Final[tuple[tuple[str, Part], ...]] = (
    ("group_title", ItemParts.group_title),
    ("contributors", ItemParts.contributors),
    ("titles", ItemParts.titles),
    ("posted_date", ItemParts.posted_date),
    ("acceptance_date", ItemParts.acceptance_date),
    ("status", ItemParts.status),
    ("institution", ItemParts.institutions),
    ("item_number", ItemParts.series_number),
    ("abstract", ItemParts.abstracts),
    ("fr:program, ai:program", ItemParts.plain_rights),
    ("rel:program", ItemParts.relations_and_series),
    ("archive_locations", ItemParts.posted_archives),
    ("version_info", ItemParts.version_info),
    ("doi_data", ItemParts.doi_data),
    ("citation_list", ItemParts.citations),
)
# The order table of each record type.
ORDERS: Final = {
    RecordType.REPORT_SERIES: REPORT_SERIES,
    RecordType.REPORT_SINGLE: REPORT_SINGLE,
    RecordType.JOURNAL: JOURNAL_ARTICLE,
    RecordType.POSTED: POSTED,
}
