"""A commentary: one numbered publication of a series, as it will be registered."""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import (
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from doideposit.records.identifiers import Doi, InvalidIdentifier, IsRegistered
from doideposit.records.models.bibliography import (
    CrossmarkAssertion,
    FurtherIdentifier,
    Pages,
    PrintedIsbn,
    TranslatedTitle,
)
from doideposit.records.models.contributors import Contributor, Institution, Publisher
from doideposit.records.models.dates import PartialDate
from doideposit.records.models.numbers import PrintedNumber
from doideposit.records.models.references import Reference
from doideposit.records.models.relations import (
    Archive,
    FreeToRead,
    FullText,
    Funding,
    Licence,
    Relation,
    Status,
    Update,
    Version,
)
from doideposit.records.models.series import ANY, PostedType, RecordType, Series
from doideposit.records.models.text import ONE_TEXT, WORDS, Language, PlainText, RichText, Url, Value

__all__ = [
    "IS_REGISTERED",
    "NUMBER_LIMIT",
    "REPORT_NUMBER_LIMIT",
    "Abstract",
    "AbstractFormat",
    "Commentary",
    "OriginalTitle",
]

REPORT_NUMBER_LIMIT = 255  # crossref5.5.0.xsd: identifier
# Characters of a volume, an issue and an item number (common5.5.0.xsd: volume, issue; crossref5.5.0.xsd).
NUMBER_LIMIT = 32


class OriginalTitle(Value):
    """The title in the language of the original, when the commentary is a translation under the same DOI."""

    text: RichText
    """The original title."""
    language: Language
    """Its language."""
    subtitle: RichText | None = None
    """The original subtitle."""


class AbstractFormat(StrEnum):
    """The format of the text of an abstract."""

    TEXT = "text"
    HTML = "html"
    JATS = "jats"


class Abstract(Value):
    """A summary in one language; in plain text, blank lines separate the paragraphs."""

    text: Annotated[str, Field(min_length=1)]
    """The abstract itself."""
    format: AbstractFormat = AbstractFormat.TEXT
    """The format of the text: plain text, HTML or JATS; markup is reduced to what Crossref shows."""
    language: Language | None = None
    """Its language; the language of the commentary when left out."""
    kind: PlainText | None = None
    """Which kind of abstract, such as teaser (JATS: abstract-type)."""

    @model_validator(mode="before")
    @classmethod
    def _accept_text_alone(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


# Authors or references of one record. The largest collaborations have 6,000 authors; a file of 10 MB holds no more.
MOST_ENTRIES: Final = 20_000


# The key of the validation context under which such a function stands.
IS_REGISTERED: Final = "is_registered"


# Stands for the number of a registered work that has none: nothing a record could hold is taken for it.
_UNNUMBERED: Final = object()
# Stands for the authors of a work that says it has none.
_NOBODY: Final = object()


def _is_registered(doi: Doi, info: ValidationInfo, number: str | None = None) -> bool:
    tells: IsRegistered | None = (info.context or {}).get(IS_REGISTERED)
    return tells is not None and tells(doi, number)


def _is_named_in(words: Any, name: str) -> bool:
    """Tell whether a name is in a list of words, or in one text with commas between them."""
    listed = re.split("[,;]", words) if isinstance(words, str) else words
    return isinstance(listed, Sequence) and name in [one.strip() for one in listed if isinstance(one, str)]


# Fields of the series that a commentary may say otherwise, under the same names.
_OWN: Final = ("record_type", "posted_type", "publisher")


def _accept_absent_key(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """Allow a missing key if `Commentary` found a substitute: a printed edition, or the DOI."""
    return None if value is None else read(value)


def _accept_no_authors(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """Allow no authors if `without` says so: Crossref's schema needs no ``contributors``."""
    return () if value is _NOBODY else read(value)


# What a series gives each of its commentaries; `is_part_of` is the relation of a single report to its ISSN. Authors
# come from no series, and everybody else has to name them: a record without this word has only forgotten them.
Lacking = Literal[
    "authors",
    "language",
    "licences",
    "free_to_read",
    "crossmark_policy",
    "publisher",
    "institutions",
    "report_number",
    "is_part_of",
]


class Commentary(Value):
    """One numbered commentary. Series, number, title, authors and date are enough to make one.

    The DOI follows from the series and the number. One that is given must fit the pattern of the series, where it has
    one, since two spellings of the number would become two DOIs. Everything here is deposited except `keywords`.
    """

    series: Series
    """The series it appears in."""
    number: Annotated[
        Annotated[PlainText, Field(max_length=255, examples=["258"])] | None, WrapValidator(_accept_absent_key)
    ]
    """The number as printed; a text, so that 012 and 3.10 stay as they are. 258.0 from a spreadsheet is an error.
    A work without one needs `doi`."""
    title: RichText
    """The title in the printed case, without the series' name and without the number."""
    authors: Annotated[
        Annotated[tuple[Contributor, ...], Field(min_length=1, max_length=MOST_ENTRIES)],
        WrapValidator(_accept_no_authors),
    ]
    """All authors, in the order of the byline. For a work that names nobody, put `authors` into `without`."""
    published: Annotated[PartialDate, WrapValidator(_accept_absent_key)]
    """The date of publication online: a year, a year and month, or a day. Leave it out for a work only in print."""
    doi: Doi = Field(default=None, validate_default=False)  # type: ignore[assignment]
    """The DOI; made from the pattern of the series if left out. If the series has no pattern, any DOI can be given."""
    url: Url | None = None
    """The address of the landing page, not of the PDF; made from the pattern of the series if left out."""
    subtitle: RichText | None = None
    """The subtitle, without the colon."""
    language: Language | None = None
    """The language of the text; that of the series when left out."""
    original_title: OriginalTitle | None = None
    """The title in the original language of a translated text."""
    translated_titles: Annotated[tuple[TranslatedTitle, ...], ONE_TEXT, Field(max_length=19)] = ()
    """The title in further languages, as printed beside the main one; only for journals."""
    abstracts: Annotated[tuple[Abstract, ...], ONE_TEXT] = ()
    """Abstracts, one for each language or kind."""
    published_print: PartialDate | None = None
    """The date of the printed edition, if there is one; without `published`, it is the only edition."""
    accepted: PartialDate | None = None
    """The date on which it was accepted or approved."""
    licences: Annotated[tuple[Licence, ...], ONE_TEXT] = ()
    """Its licences; those of the series when left out."""
    free_to_read: FreeToRead | None = None
    """Says that the text can be read without paying, and perhaps from when until when."""
    funding: tuple[Funding, ...] = ()
    """Funders and award numbers."""
    relations: tuple[Relation, ...] = ()
    """Relations to other works."""
    updates: tuple[Update, ...] = ()
    """Works that this commentary corrects, retracts or replaces."""
    crossmark_policy: Doi | None = None
    """DOI of the Crossmark policy page; that of the series when left out."""
    status: Status | None = None
    """Withdrawn or removed: only for posted content."""
    version: Version | None = None
    """Which version this is."""
    volume: Annotated[PlainText, Field(max_length=32)] | None = None
    """The volume, where numbers are counted within volumes."""
    pages: Pages | None = None
    """The pages in a printed issue, such as 12-18; only for journals."""
    article_number: Annotated[PlainText, Field(max_length=32)] | None = None
    """The article number, if it differs from the number."""
    edition: Annotated[PlainText, Field(max_length=15, pattern=r"^\d+$")] | None = None
    """The edition, number only."""
    report_number: Annotated[PlainText, Field(max_length=255)] | None = None
    """The report number; series title and number when left out."""
    isbns: Annotated[tuple[PrintedIsbn, ...], ONE_TEXT, Field(max_length=100)] = ()
    """ISBNs of the commentary itself; only for reports."""
    identifiers: Annotated[tuple[FurtherIdentifier, ...], ONE_TEXT, Field(max_length=8)] = ()
    """Further identifiers of the commentary, such as a PII or the publisher's own."""
    institutions: Annotated[tuple[Institution, ...], ONE_TEXT, Field(max_length=5)] = ()
    """All institutions that issue this commentary together; those of the series if left out."""
    assertions: tuple[CrossmarkAssertion, ...] = ()
    """Facts that Crossmark shows, such as the date of receipt; they need a Crossmark policy."""
    pdf_url: Url | None = None
    """Address of the PDF: for text mining and for Similarity Check."""
    full_texts: tuple[FullText, ...] = ()
    """Further files with the whole text."""
    archives: Annotated[tuple[Archive, ...], WORDS] = ()
    """Archives that keep the text."""
    references: Annotated[tuple[Reference, ...], Field(max_length=MOST_ENTRIES)] = ()
    """Everything it cites, in order."""
    keywords: Annotated[tuple[PlainText, ...], WORDS] = ()
    """Keywords; they are not deposited, because Crossref has no place for them."""
    record_type: RecordType | None = None
    """The record type, if it differs from that of the series: Crossref does not change the type of a registered DOI."""
    posted_type: PostedType | None = None
    """The kind of posted content, if it differs from that of the series."""
    publisher: Publisher | None = None
    """The publisher, if it was not the publisher of the series."""
    without: Annotated[tuple[Lacking, ...], WORDS] = ()
    """Fields of the series that are not valid for this commentary, such as licences; or authors, if it
    names nobody."""
    remove: tuple[PlainText, ...] = ()
    """Registered fields that the next update deletes, such as abstracts or authors[1].orcid; others are kept."""

    @model_validator(mode="before")
    @classmethod
    def _default_required_keys(cls, value: Any, info: ValidationInfo) -> Any:
        """Mark required keys that may be missing: the date of a printed work, the number of a DOI."""
        if not isinstance(value, Mapping):
            return value
        given = {"published": value.get("published_print"), "number": value.get("doi")}
        found: dict[str, Any] = {name: None for name, other in given.items() if other and value.get(name) is None}
        if "number" in found and isinstance(value["doi"], str) and _is_registered(Doi.from_input(value["doi"]), info):
            found["number"] = _UNNUMBERED
        if not value.get("authors") and _is_named_in(value.get("without"), "authors"):
            found["authors"] = _NOBODY
        return {**value, **found}

    @field_validator("free_to_read", mode="before")
    @classmethod
    def _accept_plain_yes(cls, value: Any) -> Any:
        return FreeToRead.from_input(value)

    @field_validator("number", mode="before")
    @classmethod
    def _check_number(cls, value: Any, info: ValidationInfo) -> Any:
        if value is _UNNUMBERED:
            return None
        series = info.data.get("series")
        if value is not None:
            return PrintedNumber.accept(value, series.number_pattern if series else None)
        if series is not None and series.has_pattern and "{number}" in series.doi:
            hint = (
                "add `number`; a work without a number belongs in a series whose pattern leaves the DOI to the record"
            )
            message = "`number` is missing, and the series makes its DOIs from it"
            raise PydanticCustomError("missing-key", message, {"hint": hint})
        return value

    @field_validator("doi", mode="before")
    @classmethod
    def _check_pattern_characters(cls, value: Any, info: ValidationInfo) -> Any:
        """Check the number for the DOI pattern here already, so that all faults are reported at once."""
        series = info.data.get("series")
        if isinstance(value, str) and (series is None or series.makes_every_doi):
            doi = Doi.from_input(value)
            try:
                doi.check_new()
            except InvalidIdentifier as error:
                # DOIs of earlier years have characters that no new one may have.
                if _is_registered(doi, info):
                    return value
                raise error.for_pydantic(max(value.find(doi.printed), 0)) from None
        return value

    @model_validator(mode="after")
    def _fill_derived_fields(self, info: ValidationInfo) -> "Commentary":
        """Fill what follows from other fields; this model is frozen, and this is the end of its making."""
        object.__setattr__(self, "series", self._series_of_this_work())
        published: PartialDate | None = self.published
        if published is None:
            object.__setattr__(self, "published", self.published_print)
            self.model_fields_set.discard("published")
        if published is None and self.published_print is None:
            words = {"field": "published", "hint": "write the date of publication, as precisely as you know it"}
            raise PydanticCustomError("missing-key", "`published` has no value", words)
        if "doi" not in self.model_fields_set:
            object.__setattr__(self, "doi", self._derived_doi())
        elif not self.series.admits(self.doi, self.number) and not self._has_registered_doi(info):
            raise self._doi_disagreement()
        if self.url is None:
            object.__setattr__(self, "url", self.series.url_for(self.number))
        return self

    def _series_of_this_work(self) -> Series:
        """Return the series, with what this commentary says otherwise in place of it."""
        own = {name: value for name in _OWN if (value := getattr(self, name)) is not None}
        gone = [*self.without, *(("institution", "other_institutions") if "institutions" in self.without else ())]
        own |= {name: Series.model_fields[name].default for name in gone if name in Series.model_fields}
        if not own:
            return self.series
        series = self.series.model_copy(update=own)
        if series.issn is None and series.record_type in {RecordType.REPORT_SERIES, RecordType.JOURNAL}:
            words = {"type": series.record_type.value, "field": "record_type"}
            hint = "give the series its `issn`, or choose report-single or posted"
            message = "a work registered as {type} needs a series with an ISSN"
            raise PydanticCustomError("series-issn-missing", message, {**words, "hint": hint})
        return series

    def _has_registered_doi(self, info: ValidationInfo) -> bool:
        """Tell whether the DOI is registered: it stays then.

        Where the pattern reads another number in it, it has to be registered as the work of this one: else a mistyped
        number would overwrite the other work.
        """
        is_free = self.number is None or self.series.number_in(self.doi) is None
        return _is_registered(self.doi, info, None if is_free else self.number)

    def _derived_doi(self) -> Doi:
        if self.number is None and "{number}" in self.series.doi:
            words = {"field": "number", "hint": "write it; for a work without a number, write its whole DOI in `doi`"}
            raise PydanticCustomError("missing-key", "`number` has no value", words)
        try:
            # A record without a number has a DOI of its own: only a pattern without a place for it is filled.
            derived = self.series.doi_for(self.number or "")
        except InvalidIdentifier as error:
            # The number is at fault, and not the pattern of the series: the finding is on the number.
            raise PydanticCustomError(
                "number-not-in-doi",
                "the number “{number}” cannot be part of a DOI: {why}",
                {"number": self.number, "why": error.message, "field": "number", "hint": error.hint},
            ) from None
        if derived is None:
            raise PydanticCustomError(
                "doi-not-derived",
                "the pattern of the series, {pattern}, leaves a part of the DOI to the record",
                {"pattern": self.series.doi, "field": "doi", "hint": "add `doi` with the whole DOI"},
            )
        return derived

    def _doi_disagreement(self) -> PydanticCustomError:
        series = self.series
        return PydanticCustomError(
            "doi-disagrees",
            "the DOI {doi} disagrees with the series and number, which give {derived}",
            {
                "doi": str(self.doi),
                "derived": str(series.doi.replace(ANY, "…") if ANY in series.doi else self._derived_doi()),
                "field": "doi",
                "hint": "correct the number or the DOI, or leave the DOI out. If Crossref already has this "
                "commentary under the other DOI, keep that DOI, and run `doideposit adopt` with it",
            },
        )

    @property
    def only_in_print(self) -> bool:
        """Tell whether there is only a printed edition; `published` is its date then."""
        return "published" not in self.model_fields_set

    @property
    def effective_language(self) -> str | None:
        """Return the language of the text: its own, else that of the series."""
        return self.language or self.series.language

    @property
    def effective_institutions(self) -> tuple[Institution, ...]:
        """Return the issuing bodies of the commentary, else those of the series."""
        return self.institutions or self.series.institutions

    @property
    def effective_licences(self) -> tuple[Licence, ...]:
        """Return the licences of the commentary, else those of the series."""
        return self.licences or self.series.licences

    @property
    def effective_free_to_read(self) -> FreeToRead | None:
        """Return what the commentary says about free reading, else what the series says."""
        return self.free_to_read or self.series.free_to_read

    @property
    def effective_crossmark_policy(self) -> Doi | None:
        """Return the DOI of the Crossmark policy of the commentary, else that of the series."""
        return self.crossmark_policy or self.series.crossmark_policy

    @property
    def short_number(self) -> str | None:
        """Return the number where Crossref has room for it as a volume, an issue or an item number."""
        # The limit is the same in all three places; a UUID has 36 characters, and does not fit.
        number = self.number
        return number if number is not None and len(number) <= NUMBER_LIMIT else None

    @property
    def long_number(self) -> str | None:
        """Return the number where only an identifier has room for it, such as a UUID."""
        return self.number if self.short_number is None else None

    @property
    def effective_report_number(self) -> str | None:
        """Return the report number, or the series' title with the number; None without one, or when it is too long."""
        if "report_number" in self.without:
            return None
        # A bare "258" would say nothing in a list of reports, so the title of the series comes before it.
        made = f"{self.series.title} {self.number}" if self.number else None
        number = self.report_number or made
        return number if number and len(number) <= REPORT_NUMBER_LIMIT else None

    @property
    def texts_for_mining(self) -> list[FullText]:
        """Return the files offered for text mining, the PDF first."""
        return [text for text in self._offered_texts if text.text_mining]

    @property
    def texts_for_similarity(self) -> list[FullText]:
        """Return the files offered to Similarity Check, the PDF first."""
        return [text for text in self._offered_texts if text.similarity_check]

    @property
    def _offered_texts(self) -> Iterator[FullText]:
        if self.pdf_url is not None:
            yield FullText(url=self.pdf_url, similarity_check=True)
        # The PDF has been yielded already, and would be offered twice.
        yield from (text for text in self.full_texts if text.url != self.pdf_url)
