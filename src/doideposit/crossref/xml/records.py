"""The four record types: for each a table of its parts in the schema's order, assembled once."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from doideposit.crossref.xml import parts, people, rights
from doideposit.crossref.xml.abstracts import abstract
from doideposit.crossref.xml.markup import Markup, leaf
from doideposit.crossref.xml.references import citation_list
from doideposit.crossref.xml.schema_versions import Dialect
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import RecordType

__all__ = ["BODIES", "ORDERS", "body_kind", "item"]

# Makes one part of an item: an element, several, or None where the record has nothing for it.
Part = Callable[[Dialect, Commentary], "Markup | Iterable[Markup | None] | None"]

# The child of `body` each record type is; a file has one kind only (crossref5.5.0.xsd: body).
BODIES: Final = {
    RecordType.REPORT_SERIES: "report-paper",
    RecordType.REPORT_SINGLE: "report-paper",
    RecordType.JOURNAL: "journal",
    RecordType.POSTED: "posted_content",
}


def body_kind(commentary: Commentary) -> str:
    """Return the child of ``body`` that the commentary becomes: only those of one kind share a file."""
    return BODIES[commentary.series.record_type]


def item(schema: Dialect, commentary: Commentary) -> Markup:
    """Return the item, ``report-paper``, ``journal`` or ``posted_content``, which declares Crossref's namespace."""
    match commentary.series.record_type:
        case RecordType.REPORT_SERIES:
            return _build_report(schema, commentary, "report-paper_series_metadata", REPORT_SERIES)
        case RecordType.REPORT_SINGLE:
            return _build_report(schema, commentary, "report-paper_metadata", REPORT_SINGLE)
        case RecordType.JOURNAL:
            return _build_journal(schema, commentary)
        # Posted content is an item of its own: it has no wrapper such as `report-paper` or `journal` around it.
        case RecordType.POSTED:
            return schema.make.outer(
                "posted_content",
                *_assemble(schema, commentary, POSTED),
                type=commentary.series.posted_type,
                language=parts.language_attribute(schema, commentary.effective_language),
            )


def _build_report(schema: Dialect, commentary: Commentary, name: str, order: "tuple[tuple[str, Part], ...]") -> Markup:
    language = parts.language_attribute(schema, commentary.effective_language)
    # The attribute `publication_type` stands on the wrapper of a report, and on the article itself in a journal.
    metadata = schema.make(name, *_assemble(schema, commentary, order), language=language)
    return schema.make.outer("report-paper", metadata, publication_type="full_text")


def _build_journal(schema: Dialect, commentary: Commentary) -> Markup:
    article = schema.make(
        "journal_article",
        *_assemble(schema, commentary, JOURNAL_ARTICLE),
        publication_type="full_text",
        language=parts.language_attribute(schema, commentary.effective_language),
    )
    return schema.make.outer(
        "journal", _journal_metadata(schema, commentary), _journal_issue(schema, commentary), article
    )


def _assemble(schema: Dialect, commentary: Commentary, order: "tuple[tuple[str, Part], ...]") -> Iterator[Markup]:
    for _, part in order:
        made = part(schema, commentary)
        if made is None:
            continue
        if isinstance(made, str):
            yield made
        else:
            yield from (one for one in made if one is not None)


def _series_metadata(schema: Dialect, commentary: Commentary) -> Markup:
    """Return ``series_metadata`` without doi_data, or each item would update the DOI of the series itself."""
    series = commentary.series
    return schema.make("series_metadata", parts.series_titles(schema, series), *parts.issns(schema, series))


def _journal_metadata(schema: Dialect, commentary: Commentary) -> Markup:
    series = commentary.series
    return schema.make(
        "journal_metadata",
        # Crossref finds the journal by title and ISSN together, so that both go out with every article.
        leaf("full_title", series.title),
        leaf("abbrev_title", series.abbreviated_title),
        *parts.issns(schema, series),
        language=parts.language_attribute(schema, series.language),
    )


def _journal_issue(schema: Dialect, commentary: Commentary) -> Markup | None:
    """Return the issue, or None for an article that appeared in no volume and no issue."""
    issue, volume = leaf("issue", parts.short_number(commentary)), leaf("volume", commentary.volume)
    if issue is None and volume is None:
        return None
    # In crossref5.5.0.xsd the dates of an issue come first, then its volume, then its number.
    within = None if volume is None else schema.make("journal_volume", volume)
    return schema.make("journal_issue", *_publication_dates(schema, commentary), within, issue)


def _group_title(schema: Dialect, commentary: Commentary) -> Markup:
    del schema
    return leaf("group_title", commentary.series.title)


def _contributors(schema: Dialect, commentary: Commentary) -> Markup | None:
    return people.contributors(schema, commentary.authors, commentary.series.institution)


def _abstracts(schema: Dialect, commentary: Commentary) -> Iterator[Markup | None]:
    del schema  # JATS is the same in every version.
    # An abstract that names no language of its own has that of the commentary.
    return (abstract(one, commentary.effective_language) for one in commentary.abstracts)


def _titles(schema: Dialect, commentary: Commentary) -> tuple[Markup, ...]:
    return (parts.titles(schema, commentary), *parts.further_titles(schema, commentary))


def _volume(schema: Dialect, commentary: Commentary) -> Markup | None:
    """Return the volume of a series, which is the number itself where numbers are not counted within volumes."""
    del schema
    return leaf("volume", commentary.volume or parts.short_number(commentary))


def _edition(schema: Dialect, commentary: Commentary) -> Markup | None:
    del schema
    return leaf("edition_number", commentary.edition) if commentary.edition else None


def _publication_dates(schema: Dialect, commentary: Commentary) -> Iterator[Markup]:
    if not commentary.only_in_print:
        yield parts.date(schema, "publication_date", commentary.published)
    if commentary.published_print is not None:
        yield parts.date(schema, "publication_date", commentary.published_print, "print")


def _posted_date(schema: Dialect, commentary: Commentary) -> Markup:
    return parts.date(schema, "posted_date", commentary.published)


def _approval_date(schema: Dialect, commentary: Commentary) -> Markup | None:
    return parts.date(schema, "approval_date", commentary.accepted) if commentary.accepted else None


def _acceptance_date(schema: Dialect, commentary: Commentary) -> Markup | None:
    return parts.date(schema, "acceptance_date", commentary.accepted) if commentary.accepted else None


def _publisher(schema: Dialect, commentary: Commentary) -> Markup | None:
    who = commentary.series.publisher
    return people.publisher(schema, who) if who else None


def _institutions(schema: Dialect, commentary: Commentary) -> Iterator[Markup]:
    home = commentary.series.institution
    return (
        people.institution(schema, people.complete_affiliation(one, home)) for one in commentary.effective_institutions
    )


def _item_numbers(schema: Dialect, commentary: Commentary) -> Iterator[Markup]:
    return parts.item_numbers(schema, commentary, "series-number")


def _series_rights(schema: Dialect, commentary: Commentary) -> list[Markup] | None:
    """Return the rights; before 5.5.0 the report of a series had neither licence, funding nor Crossmark."""
    return rights.rights(schema, commentary) if schema.series_rights else None


def _plain_rights(schema: Dialect, commentary: Commentary) -> tuple[Markup | None, ...]:
    """Return funding and licences alone: posted content has no Crossmark."""
    del schema
    return (
        rights.funding_program(commentary) or rights.empty_element(commentary, "funding"),
        rights.access_program(commentary) or rights.empty_element(commentary, "licences"),
    )


def _relations(schema: Dialect, commentary: Commentary) -> Markup | None:
    del schema
    return rights.relations_program(commentary.relations) or rights.empty_element(commentary, "relations")


def _relations_and_series(schema: Dialect, commentary: Commentary) -> Markup | None:
    del schema
    # A report alone and posted content have no place for the ISSN of a series: a relation carries it.
    relations = (*commentary.relations, *rights.membership_relations(commentary))
    return rights.relations_program(relations) or rights.empty_element(commentary, "relations")


def _posted_archives(schema: Dialect, commentary: Commentary) -> Markup | None:
    return parts.archive_locations(schema, commentary) if schema.posted_archives else None


def _citations(schema: Dialect, commentary: Commentary) -> Markup | None:
    listed = citation_list(schema, commentary.references)
    return schema.make("citation_list") if listed is None and "references" in commentary.remove else listed


# crossref5.5.0.xsd: report-paper_series_metadata. Abstracts stand before the volume, relations at the very end.
REPORT_SERIES: Final[tuple[tuple[str, Part], ...]] = (
    ("series_metadata", _series_metadata),
    ("contributors", _contributors),
    ("titles", parts.titles),
    ("abstract", _abstracts),
    ("volume", _volume),
    ("edition_number", _edition),
    ("publication_date", _publication_dates),
    ("approval_date", _approval_date),
    ("isbn", parts.isbns),
    ("publisher", _publisher),
    ("institution", _institutions),
    ("publisher_item", parts.publisher_item),
    ("crossmark | fr:program, ai:program", _series_rights),
    ("archive_locations", parts.archive_locations),
    ("version_info", parts.version_info),
    ("doi_data", parts.doi_data),
    ("citation_list", _citations),
    ("rel:program", _relations),
)
# crossref5.5.0.xsd: report-paper_metadata. Abstracts stand after the edition, relations before the archives.
REPORT_SINGLE: Final[tuple[tuple[str, Part], ...]] = (
    ("contributors", _contributors),
    ("titles", parts.titles),
    ("edition_number", _edition),
    ("abstract", _abstracts),
    ("publication_date", _publication_dates),
    ("approval_date", _approval_date),
    ("isbn", parts.isbns),
    ("publisher", _publisher),
    ("institution", _institutions),
    ("publisher_item", parts.publisher_item),
    ("crossmark | fr:program, ai:program", rights.rights),
    ("rel:program", _relations_and_series),
    ("archive_locations", parts.archive_locations),
    ("version_info", parts.version_info),
    ("doi_data", parts.doi_data),
    ("citation_list", _citations),
)
# crossref5.5.0.xsd: journal_article. Here titles stand before contributors.
JOURNAL_ARTICLE: Final[tuple[tuple[str, Part], ...]] = (
    ("titles", _titles),
    ("contributors", _contributors),
    ("abstract", _abstracts),
    ("publication_date", _publication_dates),
    ("acceptance_date", _acceptance_date),
    ("pages", parts.pages),
    ("publisher_item", parts.publisher_item),
    ("crossmark | fr:program, ai:program", rights.rights),
    ("rel:program", _relations),
    ("archive_locations", parts.archive_locations),
    ("version_info", parts.version_info),
    ("doi_data", parts.doi_data),
    ("citation_list", _citations),
)
# crossref5.5.0.xsd: posted_content.
POSTED: Final[tuple[tuple[str, Part], ...]] = (
    ("group_title", _group_title),
    ("contributors", _contributors),
    ("titles", parts.titles),
    ("posted_date", _posted_date),
    ("acceptance_date", _acceptance_date),
    ("status", parts.status),
    ("institution", _institutions),
    ("item_number", _item_numbers),
    ("abstract", _abstracts),
    ("fr:program, ai:program", _plain_rights),
    ("rel:program", _relations_and_series),
    ("archive_locations", _posted_archives),
    ("version_info", parts.version_info),
    ("doi_data", parts.doi_data),
    ("citation_list", _citations),
)
# The order table of each record type.
ORDERS: Final = {
    RecordType.REPORT_SERIES: REPORT_SERIES,
    RecordType.REPORT_SINGLE: REPORT_SINGLE,
    RecordType.JOURNAL: JOURNAL_ARTICLE,
    RecordType.POSTED: POSTED,
}
