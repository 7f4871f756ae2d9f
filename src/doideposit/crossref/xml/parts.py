"""The smaller parts of an item: titles, dates, numbers, archives, version, status, and where the DOI leads."""

from collections.abc import Iterable, Iterator

from doideposit.crossref.xml.markup import XML_LANG, Markup, leaf
from doideposit.crossref.xml.richtext import rich
from doideposit.crossref.xml.schema_versions import Dialect
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.relations import FullText
from doideposit.records.models.series import RecordType, Series
from doideposit.records.models.text import PartialDate

__all__ = [
    "archive_locations",
    "date",
    "doi_data",
    "full_texts",
    "further_titles",
    "isbns",
    "issns",
    "item_numbers",
    "language_attribute",
    "long_number",
    "pages",
    "publisher_item",
    "report_number",
    "series_titles",
    "short_number",
    "similarity_texts",
    "status",
    "titles",
    "version_info",
]

REPORT_NUMBER_LIMIT = 255  # crossref5.5.0.xsd: identifier
# Characters of a volume, an issue and an item number (common5.5.0.xsd: volume, issue; crossref5.5.0.xsd).
NUMBER_LIMIT = 32


def language_attribute(schema: Dialect, tag: str | None) -> str | None:
    """Return the value of a ``language`` attribute; None where there is none or the schema has no code for it."""
    return None if tag is None else schema.language(tag).code


def titles(schema: Dialect, commentary: Commentary) -> Markup:
    """Return ``titles``: title, subtitle, and for a translation the original title behind them."""
    make = schema.make
    original = commentary.original_title
    return make(
        "titles",
        rich(make, "title", commentary.title),
        rich(make, "subtitle", commentary.subtitle) if commentary.subtitle else None,
        *(
            (
                rich(
                    make,
                    "original_language_title",
                    original.text,
                    language=language_attribute(schema, original.language),
                ),
                rich(make, "subtitle", original.subtitle) if original.subtitle else None,
            )
            if original
            else ()
        ),
    )


def series_titles(schema: Dialect, series: Series) -> Markup:
    """Return ``titles`` of the series."""
    return schema.make("titles", leaf("title", series.title))


def issns(schema: Dialect, series: Series) -> Iterator[Markup]:
    """Yield every ISSN of the series with its medium, which would be print if it were left out."""
    for one in series.issns:
        # The default of the schema is `print` (common5.5.0.xsd: issn/@media_type), which is wrong for what is read
        # online.
        yield schema.make.text("issn", str(one.issn), media_type=one.medium)


def date(schema: Dialect, name: str, day: PartialDate, medium: str = "online") -> Markup:
    """Return a date as month, day, year, with two digits each for month and day, and always with its medium."""
    make = schema.make
    return make(
        name,
        # The order is month, day, year (crossref5.5.0.xsd: date_t), and the year is the only part that must be there.
        leaf("month", f"{day.month:02d}") if day.month is not None else None,
        leaf("day", f"{day.day:02d}") if day.day is not None else None,
        leaf("year", str(day.year)),
        media_type=medium,
    )


def further_titles(schema: Dialect, commentary: Commentary) -> Iterator[Markup]:
    """Yield one ``titles`` for each further language: only articles of journals can repeat it."""
    make = schema.make
    for one in commentary.translated_titles:
        subtitle = rich(make, "subtitle", one.subtitle) if one.subtitle else None
        yield make("titles", rich(make, "title", one.text), subtitle)


def pages(schema: Dialect, commentary: Commentary) -> Markup | None:
    """Return ``pages`` of a printed issue."""
    known = commentary.pages
    if known is None:
        return None
    parts = (("first_page", known.first), ("last_page", known.last), ("other_pages", known.other))
    return schema.make("pages", *(leaf(name, text) for name, text in parts))


def isbns(schema: Dialect, commentary: Commentary) -> Iterator[Markup]:
    """Yield every ISBN of the commentary with its medium, which would be print if it were left out."""
    for one in commentary.isbns:
        # As with the ISSN, the default of the schema is `print` (common5.5.0.xsd: isbn/@media_type).
        yield schema.make.text("isbn", str(one.isbn), media_type=one.medium)


def short_number(commentary: Commentary) -> str | None:
    """Return the number where Crossref has room for it as a volume, an issue or an item number."""
    # The limit is the same in all three places; a UUID has 36 characters, and does not fit.
    number = commentary.number
    return number if number is not None and len(number) <= NUMBER_LIMIT else None


def long_number(commentary: Commentary) -> str | None:
    """Return the number where only an identifier has room for it, such as a UUID."""
    return commentary.number if short_number(commentary) is None else None


def item_numbers(schema: Dialect, commentary: Commentary, kind: str | None) -> Iterator[Markup]:
    """Yield ``item_number``: the printed number, which Zotero shows as the number of a report, and an article number.

    `kind` says what the number counts; None where an issue has it already, so that it is written once.
    """
    number, article = short_number(commentary), commentary.article_number
    if number is not None and kind is not None:
        yield schema.make.text("item_number", number, item_number_type=kind)
    if article is not None:
        yield schema.make.text("item_number", article, item_number_type="article-number")


def report_number(commentary: Commentary) -> str | None:
    """Return the report number, or the series' title with the number; None without one, or when it is too long."""
    if "report_number" in commentary.without:
        return None
    # A bare "258" would say nothing in a list of reports, so the title of the series stands before it.
    made = f"{commentary.series.title} {commentary.number}" if commentary.number else None
    number = commentary.report_number or made
    return number if number and len(number) <= REPORT_NUMBER_LIMIT else None


def publisher_item(schema: Dialect, commentary: Commentary) -> Markup | None:
    """Return ``publisher_item``: item numbers, then identifiers; None where there are neither."""
    make = schema.make
    report = commentary.series.record_type is not RecordType.JOURNAL
    # The number of a journal's issue has always been given as its article number too, where it has no other.
    kind = "series-number" if report else None if commentary.article_number else "article-number"
    number, long = report_number(commentary) if report else None, long_number(commentary)
    return make.listed(
        "publisher_item",
        [
            *item_numbers(schema, commentary, kind),
            *([make.text("identifier", number, id_type="report-number")] if number else ()),
            *([make.text("identifier", long, id_type="other")] if long else ()),
            *(make.text("identifier", one.identifier, id_type=one.type) for one in commentary.identifiers),
        ],
    )


def archive_locations(schema: Dialect, commentary: Commentary) -> Markup | None:
    """Return ``archive_locations``, as far as the version of the schema knows the archives."""
    # The list of archives is closed in each version of the schema, and longer in later ones.
    known = (archive for archive in commentary.archives if archive in schema.archives)
    return schema.make.listed("archive_locations", (schema.make("archive", name=archive) for archive in known))


def version_info(schema: Dialect, commentary: Commentary) -> Markup | None:
    """Return ``version_info``: the version, and what changed."""
    version = commentary.version
    if version is None or not schema.versions:
        return None
    make = schema.make
    language = {XML_LANG: version.language}
    text = rich(make, "description", version.text, **language) if version.text else None
    return make("version_info", leaf("version", version.label), text)


def status(schema: Dialect, commentary: Commentary) -> Markup | None:
    """Return ``status`` of posted content: withdrawn or removed, when and why."""
    state = commentary.status
    if state is None or not schema.statuses:
        return None
    text = rich(schema.make, "description", state.text)
    return schema.make("status", text, type=state.type, date=state.date.isoformat())


def doi_data(schema: Dialect, commentary: Commentary) -> Markup:
    """Return ``doi_data``: the DOI, the landing page, and the files for Similarity Check and for text mining."""
    make = schema.make
    return make(
        "doi_data",
        leaf("doi", commentary.doi.printed),
        # This is the address that doi.org leads to. It may be changed at any time, unlike the DOI.
        leaf("resource", commentary.url),
        _collection(schema, "crawler-based", (_crawled_resource(schema, text) for text in similarity_texts(commentary)))
        or _empty_collection(schema, commentary, "crawler-based"),
        _collection(schema, "text-mining", (_mined_resource(schema, text) for text in full_texts(commentary)))
        or _empty_collection(schema, commentary, "text-mining"),
    )


def _empty_collection(schema: Dialect, commentary: Commentary, kind: str) -> Markup | None:
    """Return an empty collection, which removes the registered one, if the record says so."""
    removed = {"pdf_url", "full_texts"}.intersection(commentary.remove)
    return schema.make("collection", property=kind) if removed else None


def full_texts(commentary: Commentary) -> list[FullText]:
    """Return the files offered for text mining, the PDF first."""
    return [text for text in _full_texts(commentary) if text.text_mining]


def similarity_texts(commentary: Commentary) -> list[FullText]:
    """Return the files offered to Similarity Check, the PDF first."""
    return [text for text in _full_texts(commentary) if text.similarity_check]


def _full_texts(commentary: Commentary) -> Iterator[FullText]:
    if commentary.pdf_url is not None:
        yield FullText(url=commentary.pdf_url, similarity_check=True)
    # The PDF has been yielded already, and would be offered twice.
    yield from (text for text in commentary.full_texts if text.url != commentary.pdf_url)


def _collection(schema: Dialect, kind: str, resources: Iterable[Markup]) -> Markup | None:
    items = [
        schema.make("item", resource, **({"crawler": "iParadigms"} if kind == "crawler-based" else {}))
        for resource in resources
    ]
    return schema.make("collection", *items, property=kind) if items else None


def _crawled_resource(schema: Dialect, text: FullText) -> Markup:
    return schema.make.text("resource", text.url)


def _mined_resource(schema: Dialect, text: FullText) -> Markup:
    return schema.make.text("resource", text.url, mime_type=text.mime_type, content_version=text.content_version)
