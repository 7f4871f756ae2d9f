"""The smaller parts of an item: titles, dates, numbers, archives, version, status, and where the DOI leads."""

from collections.abc import Iterable, Iterator

from doideposit.crossref.xml.markup import XML_LANG, Markup, leaf
from doideposit.crossref.xml.richtext import rich
from doideposit.crossref.xml.schema_versions import Dialect
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.relations import FullText
from doideposit.records.models.series import Series
from doideposit.records.models.text import PartialDate

__all__ = [
    "archive_locations",
    "date",
    "doi_data",
    "full_texts",
    "issns",
    "item_number",
    "language_attribute",
    "report_number",
    "report_numbers",
    "series_titles",
    "similarity_texts",
    "status",
    "titles",
    "version_info",
]

REPORT_NUMBER_LIMIT = 255  # crossref5.5.0.xsd: identifier


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
        yield schema.make.text("issn", str(one.issn), media_type=one.medium)


def date(schema: Dialect, name: str, day: PartialDate, medium: str = "online") -> Markup:
    """Return a date as month, day, year, with two digits each for month and day, and always with its medium."""
    make = schema.make
    return make(
        name,
        leaf("month", f"{day.month:02d}") if day.month is not None else None,
        leaf("day", f"{day.day:02d}") if day.day is not None else None,
        leaf("year", str(day.year)),
        media_type=medium,
    )


def item_number(schema: Dialect, commentary: Commentary, kind: str) -> Markup:
    """Return ``item_number``: the printed number, which Zotero shows as the number of a report."""
    return schema.make.text("item_number", commentary.number, item_number_type=kind)


def report_number(commentary: Commentary) -> str | None:
    """Return the report number, or the series' title with the number; None without one, or when it is too long."""
    if "report_number" in commentary.without:
        return None
    number = commentary.report_number or f"{commentary.series.title} {commentary.number}"
    return number if len(number) <= REPORT_NUMBER_LIMIT else None


def report_numbers(schema: Dialect, commentary: Commentary) -> Markup:
    """Return ``publisher_item`` of a report: its number in the series, and its report number."""
    make = schema.make
    number = report_number(commentary)
    return make(
        "publisher_item",
        item_number(schema, commentary, "series-number"),
        make.text("identifier", number, id_type="report-number") if number else None,
    )


def archive_locations(schema: Dialect, commentary: Commentary) -> Markup | None:
    """Return ``archive_locations``, as far as the version of the schema knows the archives."""
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
        leaf("resource", commentary.url),
        _collection(schema, "crawler-based", (_crawled(schema, text) for text in similarity_texts(commentary)))
        or _emptied(schema, commentary, "crawler-based"),
        _collection(schema, "text-mining", (_mined(schema, text) for text in full_texts(commentary)))
        or _emptied(schema, commentary, "text-mining"),
    )


def _emptied(schema: Dialect, commentary: Commentary, kind: str) -> Markup | None:
    """Return an empty collection, which takes the registered one away, where the record says so."""
    removed = {"pdf_url", "full_texts"}.intersection(commentary.remove)
    return schema.make("collection", property=kind) if removed else None


def full_texts(commentary: Commentary) -> list[FullText]:
    """Return the files offered for text mining, the PDF first."""
    return [text for text in _files(commentary) if text.text_mining]


def similarity_texts(commentary: Commentary) -> list[FullText]:
    """Return the files offered to Similarity Check, the PDF first."""
    return [text for text in _files(commentary) if text.similarity_check]


def _files(commentary: Commentary) -> Iterator[FullText]:
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


def _crawled(schema: Dialect, text: FullText) -> Markup:
    return schema.make.text("resource", text.url)


def _mined(schema: Dialect, text: FullText) -> Markup:
    return schema.make.text("resource", text.url, mime_type=text.mime_type, content_version=text.content_version)
