"""The parts of an item: titles, people, dates, numbers, rights, relations, archives, and where the DOI leads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from doideposit.crossref.xml.abstracts import Reduction
from doideposit.crossref.xml.markup import XML_LANG, Markup, leaf
from doideposit.crossref.xml.people import People
from doideposit.crossref.xml.references import citation_list
from doideposit.crossref.xml.richtext import rich
from doideposit.crossref.xml.rights import Programs
from doideposit.crossref.xml.schema_versions import Dialect
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.dates import PartialDate
from doideposit.records.models.relations import FullText
from doideposit.records.models.series import RecordType

__all__ = ["ItemParts"]


@dataclass(frozen=True, slots=True)
class ItemParts:
    """Write the parts of one item, each as the schema wants it: an element, several, or None where there is nothing."""

    schema: Dialect
    commentary: Commentary

    def series_metadata(self) -> Markup:
        """Return ``series_metadata`` without doi_data, or each item would update the DOI of the series itself."""
        make = self.schema.make
        return make("series_metadata", make("titles", leaf("title", self.commentary.series.title)), *self._issns())

    def _issns(self) -> Iterator[Markup]:
        """Yield every ISSN of the series with its medium, which would be print if it were left out."""
        for issn in self.commentary.series.issns:
            # The default of the schema is `print` (common5.5.0.xsd: issn/@media_type), which is wrong for what is read
            # online.
            yield self.schema.make.text("issn", str(issn.issn), media_type=issn.medium)

    def journal_metadata(self) -> Markup:
        """Return ``journal_metadata``: the titles of the journal and its ISSNs."""
        series = self.commentary.series
        return self.schema.make(
            "journal_metadata",
            # Crossref finds the journal by title and ISSN together, so that both go out with every article.
            leaf("full_title", series.title),
            leaf("abbrev_title", series.abbreviated_title),
            *self._issns(),
            language=self.schema.language_code(series.language),
        )

    def journal_issue(self) -> Markup | None:
        """Return the issue, or None for an article that appeared in no volume and no issue."""
        issue, volume = leaf("issue", self.commentary.short_number), leaf("volume", self.commentary.volume)
        if issue is None and volume is None:
            return None
        # In crossref5.5.0.xsd the dates of an issue come first, then its volume, then its number.
        within = None if volume is None else self.schema.make("journal_volume", volume)
        return self.schema.make("journal_issue", *self.publication_dates(), within, issue)

    def group_title(self) -> Markup:
        """Return ``group_title``, the series of posted content."""
        return self.schema.make.text("group_title", self.commentary.series.title)

    def contributors(self) -> Markup | None:
        """Return ``contributors``; affiliations that name the institution of the series are completed from it."""
        return People(self.schema, self.commentary.series.institution).contributors(self.commentary.authors)

    def titles(self) -> Markup:
        """Return ``titles``: title, subtitle, and for a translation the original title after them."""
        make = self.schema.make
        original = self.commentary.original_title
        return make(
            "titles",
            rich(make, "title", self.commentary.title),
            rich(make, "subtitle", self.commentary.subtitle) if self.commentary.subtitle else None,
            *(
                (
                    rich(
                        make,
                        "original_language_title",
                        original.text,
                        language=self.schema.language_code(original.language),
                    ),
                    rich(make, "subtitle", original.subtitle) if original.subtitle else None,
                )
                if original
                else ()
            ),
        )

    def _further_titles(self) -> Iterator[Markup]:
        """Yield one ``titles`` for each further language: only articles of journals can repeat it."""
        make = self.schema.make
        for title in self.commentary.translated_titles:
            subtitle = rich(make, "subtitle", title.subtitle) if title.subtitle else None
            yield make("titles", rich(make, "title", title.text), subtitle)

    def all_titles(self) -> tuple[Markup, ...]:
        """Return ``titles``, and one more for each further language."""
        return (self.titles(), *self._further_titles())

    def abstracts(self) -> Iterator[Markup | None]:
        """Yield the abstracts; JATS is the same in every version."""
        # An abstract that names no language of its own has that of the commentary.
        return (
            Reduction.element(abstract, self.commentary.effective_language) for abstract in self.commentary.abstracts
        )

    def volume(self) -> Markup | None:
        """Return the volume of a series, which is the number itself where numbers are not counted within volumes."""
        return leaf("volume", self.commentary.volume or self.commentary.short_number)

    def edition(self) -> Markup | None:
        """Return ``edition_number``, where there is one."""
        return leaf("edition_number", self.commentary.edition)

    def publication_dates(self) -> Iterator[Markup]:
        """Yield the dates on which the work appeared, online and in print."""
        if not self.commentary.only_in_print:
            yield self._date("publication_date", self.commentary.published)
        if self.commentary.published_print is not None:
            yield self._date("publication_date", self.commentary.published_print, "print")

    def posted_date(self) -> Markup:
        """Return ``posted_date``."""
        return self._date("posted_date", self.commentary.published)

    def approval_date(self) -> Markup | None:
        """Return ``approval_date`` of a report, where it is known."""
        return self._date("approval_date", self.commentary.accepted) if self.commentary.accepted else None

    def acceptance_date(self) -> Markup | None:
        """Return ``acceptance_date``, where it is known."""
        return self._date("acceptance_date", self.commentary.accepted) if self.commentary.accepted else None

    def _date(self, name: str, day: PartialDate, medium: str = "online") -> Markup:
        """Return a date as month, day, year, with two digits each for month and day, and always with its medium."""
        make = self.schema.make
        return make(
            name,
            # The order is month, day, year (crossref5.5.0.xsd: date_t), and the year is the only part that must be
            # there.
            leaf("month", f"{day.month:02d}") if day.month is not None else None,
            leaf("day", f"{day.day:02d}") if day.day is not None else None,
            leaf("year", str(day.year)),
            media_type=medium,
        )

    def pages(self) -> Markup | None:
        """Return ``pages`` of a printed issue."""
        known = self.commentary.pages
        if known is None:
            return None
        parts = (("first_page", known.first), ("last_page", known.last), ("other_pages", known.other))
        return self.schema.make("pages", *(leaf(name, text) for name, text in parts))

    def isbns(self) -> Iterator[Markup]:
        """Yield every ISBN of the commentary with its medium, which would be print if it were left out."""
        for isbn in self.commentary.isbns:
            # As with the ISSN, the default of the schema is `print` (common5.5.0.xsd: isbn/@media_type).
            yield self.schema.make.text("isbn", str(isbn.isbn), media_type=isbn.medium)

    def publisher(self) -> Markup | None:
        """Return ``publisher``: name and place."""
        who = self.commentary.series.publisher
        if who is None:
            return None
        return self.schema.make("publisher", leaf("publisher_name", who.name), leaf("publisher_place", who.place))

    def institutions(self) -> Iterator[Markup]:
        """Yield the issuing bodies."""
        home = self.commentary.series.institution
        people = People(self.schema, home)
        return (
            people.institution(institution.completed(home)) for institution in self.commentary.effective_institutions
        )

    def series_number(self) -> Iterator[Markup]:
        """Yield the number as that of a series."""
        return self._item_numbers("series-number")

    def _item_numbers(self, kind: str | None) -> Iterator[Markup]:
        """Yield ``item_number``: the printed number, which Zotero shows as that of a report, and an article number.

        `kind` says what the number counts; None where an issue has it already, so that it is written once.
        """
        number, article = self.commentary.short_number, self.commentary.article_number
        if number is not None and kind is not None:
            yield self.schema.make.text("item_number", number, item_number_type=kind)
        if article is not None:
            yield self.schema.make.text("item_number", article, item_number_type="article-number")

    def publisher_item(self) -> Markup | None:
        """Return ``publisher_item``: item numbers, then identifiers; None where there are neither."""
        make = self.schema.make
        report = self.commentary.series.record_type is not RecordType.JOURNAL
        # The number of a journal's issue has always been given as its article number too, where it has no other.
        kind = "series-number" if report else None if self.commentary.article_number else "article-number"
        number, long = self.commentary.effective_report_number if report else None, self.commentary.long_number
        return make.listed(
            "publisher_item",
            [
                *self._item_numbers(kind),
                *([make.text("identifier", number, id_type="report-number")] if number else ()),
                *([make.text("identifier", long, id_type="other")] if long else ()),
                *(
                    make.text("identifier", identifier.identifier, id_type=identifier.type)
                    for identifier in self.commentary.identifiers
                ),
            ],
        )

    def rights(self) -> list[Markup]:
        """Return Crossmark with funding and licences inside, or these two alone."""
        return Programs(self.schema, self.commentary).rights()

    def series_rights(self) -> list[Markup] | None:
        """Return the rights; before 5.5.0 the report of a series had neither licence, funding nor Crossmark."""
        return self.rights() if self.schema.series_rights else None

    def plain_rights(self) -> tuple[Markup | None, ...]:
        """Return funding and licences alone: posted content has no Crossmark."""
        programs = Programs(self.schema, self.commentary)
        return (
            programs.funding() or programs.emptied("funding"),
            programs.access() or programs.emptied("licences"),
        )

    def relations(self) -> Markup | None:
        """Return ``rel:program`` with the relations of the record."""
        programs = Programs(self.schema, self.commentary)
        return programs.relations(self.commentary.relations) or programs.emptied("relations")

    def relations_and_series(self) -> Markup | None:
        """Return ``rel:program`` with the relations of the record, and with its series."""
        # A report alone and posted content have no place for the ISSN of a series: a relation carries it.
        relations = (*self.commentary.relations, *Programs.membership_relations(self.commentary))
        programs = Programs(self.schema, self.commentary)
        return programs.relations(relations) or programs.emptied("relations")

    def archive_locations(self) -> Markup | None:
        """Return ``archive_locations``, as far as the version of the schema knows the archives."""
        # The list of archives is closed in each version of the schema, and longer in later ones.
        known = (archive for archive in self.commentary.archives if archive in self.schema.archives)
        return self.schema.make.listed(
            "archive_locations", (self.schema.make("archive", name=archive) for archive in known)
        )

    def posted_archives(self) -> Markup | None:
        """Return ``archive_locations`` of posted content, in the versions that have them."""
        return self.archive_locations() if self.schema.posted_archives else None

    def version_info(self) -> Markup | None:
        """Return ``version_info``: the version and the description of its changes."""
        version = self.commentary.version
        if version is None or not self.schema.versions:
            return None
        make = self.schema.make
        language = {XML_LANG: version.language}
        text = rich(make, "description", version.text, **language) if version.text else None
        return make("version_info", leaf("version", version.label), text)

    def status(self) -> Markup | None:
        """Return ``status`` of posted content: withdrawn or removed, when and why."""
        state = self.commentary.status
        if state is None or not self.schema.statuses:
            return None
        text = rich(self.schema.make, "description", state.text)
        return self.schema.make("status", text, type=state.type, date=state.date.isoformat())

    def doi_data(self) -> Markup:
        """Return ``doi_data``: the DOI, the landing page, and the files for Similarity Check and for text mining."""
        make = self.schema.make
        return make(
            "doi_data",
            leaf("doi", self.commentary.doi.printed),
            # This is the address that doi.org leads to. It may be changed at any time, unlike the DOI.
            leaf("resource", self.commentary.url),
            self._collection(
                "crawler-based", (self._crawled_resource(text) for text in self.commentary.texts_for_similarity)
            )
            or self._empty_collection("crawler-based"),
            self._collection("text-mining", (self._mined_resource(text) for text in self.commentary.texts_for_mining))
            or self._empty_collection("text-mining"),
        )

    def _empty_collection(self, kind: str) -> Markup | None:
        """Return an empty collection, which removes the registered one, if the record says so."""
        removed = {"pdf_url", "full_texts"}.intersection(self.commentary.remove)
        return self.schema.make("collection", property=kind) if removed else None

    def _collection(self, kind: str, resources: Iterable[Markup]) -> Markup | None:
        items = [
            self.schema.make("item", resource, **({"crawler": "iParadigms"} if kind == "crawler-based" else {}))
            for resource in resources
        ]
        return self.schema.make("collection", *items, property=kind) if items else None

    def _crawled_resource(self, text: FullText) -> Markup:
        return self.schema.make.text("resource", text.url)

    def _mined_resource(self, text: FullText) -> Markup:
        return self.schema.make.text(
            "resource", text.url, mime_type=text.mime_type, content_version=text.content_version
        )

    def citations(self) -> Markup | None:
        """Return ``citation_list``, an empty one where the record takes the registered references away."""
        listed = citation_list(self.schema, self.commentary.references)
        return (
            self.schema.make("citation_list") if listed is None and "references" in self.commentary.remove else listed
        )
