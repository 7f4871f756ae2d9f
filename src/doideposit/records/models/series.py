"""A series: the container with its ISSN, and what all its commentaries share."""

import re
from enum import StrEnum
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from doideposit.records.identifiers import Doi, Issn
from doideposit.records.models.contributors import Institution, Publisher
from doideposit.records.models.relations import FreeToRead, Licence
from doideposit.records.models.text import ONE_TEXT, Language, PlainText, Value

__all__ = ["IssnMedium", "PostedType", "RecordType", "Series", "SeriesIssn"]

# Places that a pattern may name in braces.
PLACES = frozenset({"prefix", "issn", "number"})
# Stands in a pattern for a part of the DOI that follows from nothing, and that only the record can say.
ANY = "{any}"


class RecordType(StrEnum):
    """How a series is registered; chosen once, because Crossref does not change the type of a registered DOI."""

    REPORT_SERIES = "report-series"
    REPORT_SINGLE = "report-single"
    JOURNAL = "journal"
    POSTED = "posted"

    @property
    def body_element(self) -> str:
        """Return the child of ``body`` it becomes: only those of one kind share a file (crossref5.5.0.xsd: body)."""
        elements = {RecordType.JOURNAL: "journal", RecordType.POSTED: "posted_content"}
        # Both ways to register a report have the same element around them.
        return elements.get(self, "report-paper")


# The types of posted content in crossref5.5.0.xsd (attribute type of posted_content).
PostedType = Literal["blog", "letter", "other", "poster", "preprint", "review"]


class IssnMedium(StrEnum):
    """Print or online, in the words of Crossref's schema (crossref5.5.0.xsd: issn/@media_type)."""

    ELECTRONIC = "electronic"
    PRINT = "print"


class SeriesIssn(Value):
    """A further ISSN of the series, such as that of the printed edition."""

    issn: Issn
    """The ISSN."""
    medium: IssnMedium = IssnMedium.ELECTRONIC
    """Which edition it names."""


def _known_places(template: str, known: frozenset[str] = PLACES) -> str:
    try:
        parts = list(Formatter().parse(template))
    # `Formatter` raises for a brace that is opened twice or never closed.
    except ValueError:
        raise PydanticCustomError(
            "template-braces",
            "a brace in this pattern is never closed",
            {"hint": "write {number}, {issn}, {prefix}"},
        ) from None
    # Sorted, so that the message is the same each time.
    unknown = sorted({name for _, name, _, _ in parts if name is not None} - known)
    if unknown:
        listed = ", ".join("{" + name + "}" for name in sorted(known))
        raise PydanticCustomError(
            "template-place",
            "this pattern has an unknown place {place}",
            {"place": "{" + unknown[0] + "}", "hint": f"use only {listed}"},
        )
    return template


def _doi_pattern(template: str) -> str:
    """Check the places of a DOI pattern, and the characters between them."""
    _known_places(template, PLACES | {"any"})
    between = "".join(text for text, _, _, _ in Formatter().parse(template))
    # Old DOIs may hold other signs; new ones may not (Crossref documentation, constructing your DOIs).
    bad = _NOT_IN_NEW.search(between)
    if bad is not None:
        message = "this pattern contains “{character}”, which a new DOI may not contain"
        hint = "only letters A-Z, digits and - . _ ; ( ) / are allowed between the places in braces"
        raise PydanticCustomError("template-character", message, {"character": bad[0], "hint": hint})
    return template


def _regular_expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        message = "this is not a regular expression: {why}"
        hint = r"write one that matches every whole number, such as \d+ or \d{4}\.\d+"
        raise PydanticCustomError("pattern-shape", message, {"why": str(error), "hint": hint}) from None
    return text


# The same signs as `Doi.check_new` lets pass: a pattern makes new DOIs.
_NOT_IN_NEW = re.compile(r"[^A-Za-z0-9\-._;()/]")
Template = Annotated[PlainText, AfterValidator(_known_places)]
DoiTemplate = Annotated[PlainText, AfterValidator(_doi_pattern)]


# Names of what a template of the title block may expect.
BLOCK_PLACES = frozenset({"number", "title", "subtitle", "authors", "affiliation", "date", "doi", "any"})
BlockLine = Annotated[PlainText, AfterValidator(lambda text: _known_places(text, BLOCK_PLACES))]


class Series(Value):
    """A series of numbered commentaries, as the configuration describes it."""

    # It becomes part of file names and of keys in the configuration, so it holds nothing that needs quotes.
    name: Annotated[PlainText, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
    """The short name that records use, such as sadf-comment."""
    # The limit is that of `full_title` and of the titles of series (crossref5.5.0.xsd).
    title: Annotated[PlainText, Field(max_length=255)]
    """The title as registered at the ISSN centre; the first deposit locks it at Crossref."""
    abbreviated_title: Annotated[PlainText, Field(max_length=150)] | None = None
    """The title as references shorten it, such as Isl. Notes; only for journals."""
    issn: Issn | None = None
    """The ISSN; needed for the record types report-series and journal."""
    issn_medium: IssnMedium | None = None
    """Print or electronic; if left out, electronic is assumed, with a warning."""
    other_issns: tuple[SeriesIssn, ...] = ()
    """Further ISSNs of the same series."""
    prefix: Annotated[PlainText, Field(pattern=r"^10\.[0-9]{4,9}$", examples=["10.48251"])]
    """The DOI prefix of the publisher."""
    doi: DoiTemplate = "{prefix}/{number}"
    """The pattern of a DOI, made of {prefix}, {issn} and {number}; {any} stands for a part that only the record gives.
    Without a pattern here, a record may also have any DOI of its own."""
    number_pattern: Annotated[str, AfterValidator(_regular_expression)] | None = None
    """A regular expression that every number must match; it can also allow numbers such as 258.0 or Jan-58."""
    url: Template | None = None
    """The pattern of the address of a landing page; a `url` in the record takes precedence."""
    record_type: RecordType = RecordType.REPORT_SERIES
    """How the series is registered."""
    posted_type: PostedType = "other"
    """The kind of posted content, for the record type posted."""
    language: Language | None = None
    """The language of every record that names none; it is never assumed."""
    publisher: Publisher | None = None
    """Who publishes the series."""
    institution: Institution | None = None
    """The institution that issues it."""
    publisher_account: PlainText | None = None
    """The publisher that deposits the series, by its name below `publishers`, if several publishers are configured."""
    other_institutions: Annotated[tuple[Institution, ...], ONE_TEXT, Field(max_length=4)] = ()
    """Further institutions that issue it together with the first."""
    labels: Annotated[tuple[PlainText, ...], ONE_TEXT] = ()
    """Words by which documents name the series, such as COMMENT."""
    title_block: Annotated[tuple[BlockLine, ...], ONE_TEXT, Field(max_length=20)] = ()
    """How documents of the series begin, line by line, with {number}, {title}, {subtitle}, {authors}, {affiliation},
    {date}, {doi} and {any} in their places. A line that ends in ? may be absent; ... stands for any lines."""
    licences: Annotated[tuple[Licence, ...], ONE_TEXT] = ()
    """Licences of every record that names none."""
    free_to_read: FreeToRead | None = None
    """Says that the whole series can be read without paying."""
    crossmark_policy: Doi | None = None
    """DOI of the page that explains how the publisher corrects and retracts."""

    @field_validator("free_to_read", mode="before")
    @classmethod
    def _accept_plain_yes(cls, value: Any) -> Any:
        return FreeToRead.from_input(value)

    @field_validator("title_block")
    @classmethod
    def _check_title_block(cls, block: tuple[str, ...]) -> tuple[str, ...]:
        places = [name for line in block for _, name, _, _ in Formatter().parse(line) if name and name != "any"]
        twice = sorted({name for name in places if places.count(name) > 1})
        if block and (twice or "title" not in places):
            why = f"{{{twice[0]}}} is in it twice" if twice else "{title} is not in it"
            hint = "write each place once, and {title} on a line of its own"
            raise PydanticCustomError(
                "title-block", "the title block cannot be used: {why}", {"why": why, "hint": hint}
            )
        return block

    @model_validator(mode="after")
    def _require_issn(self) -> "Series":
        if self.issn is None and ("{issn}" in self.doi or "{issn}" in (self.url or "")):
            raise PydanticCustomError(
                "series-issn-missing", "the pattern uses the ISSN, but the series has none", {"hint": "add `issn`"}
            )
        # Crossref knows these two kinds of series by their ISSN; the other record types have no place for one.
        if self.issn is None and self.record_type in {RecordType.REPORT_SERIES, RecordType.JOURNAL}:
            raise PydanticCustomError(
                "series-issn-missing",
                "a series registered as {type} needs an ISSN",
                {"type": self.record_type.value, "hint": "add `issn`, or choose record_type report-single or posted"},
            )
        return self

    @property
    def issns(self) -> tuple[SeriesIssn, ...]:
        """Return every ISSN of the series with its medium, the main one first."""
        if self.issn is None:
            return self.other_issns
        medium = self.issn_medium or IssnMedium.ELECTRONIC
        # Both values are checked already, and every record of the series asks for them.
        return (SeriesIssn.model_construct(issn=self.issn, medium=medium), *self.other_issns)

    @property
    def institutions(self) -> tuple[Institution, ...]:
        """Return every body that issues the series, the main one first."""
        return (() if self.institution is None else (self.institution,)) + self.other_institutions

    @property
    def house_names(self) -> tuple[str, ...]:
        """Return the names and acronyms of its institutions and its publisher, acronyms first."""
        acronyms = (acronym for institution in self.institutions for acronym in institution.acronym)
        names = (body.name for body in (*self.institutions, self.publisher) if body and body.name)
        return tuple(dict.fromkeys((*acronyms, *names)))

    @property
    def has_pattern(self) -> bool:
        """Tell whether the series says itself how its DOIs are made; else they may be made so, or in any other way."""
        return "doi" in self.model_fields_set

    @property
    def makes_every_doi(self) -> bool:
        """Tell whether series and number alone give the DOI, so that a record can only repeat it."""
        return self.has_pattern and ANY not in self.doi

    def doi_for(self, number: str) -> Doi | None:
        """Return the DOI of that number, or None if the pattern leaves a part of it to the record.

        Raises `InvalidIdentifier` when the number cannot be in a new DOI.
        """
        if ANY in self.doi:
            return None
        # A number can hold signs that no new DOI may have, such as a blank or an umlaut.
        doi = Doi.parse(self._fill_template(self.doi, number))
        doi.check_new()
        return doi

    def number_in(self, doi: Doi) -> str | None:
        """Return the number from which the pattern makes this DOI; None where it does not, or names no number."""
        if "{number}" not in self.doi:
            return None
        # Two signs that no DOI holds stand for what is looked for, so that everything else can be escaped.
        text = self._fill_template(self.doi.replace(ANY, "\1"), "\0")
        pattern = re.escape(text).replace(re.escape("\1"), ".+").replace(re.escape("\0"), "(.+)", 1)
        found = re.fullmatch(pattern, doi.printed, re.IGNORECASE)
        return found[1] if found else None

    def admits(self, doi: Doi, number: str | None) -> bool:
        """Tell whether a DOI can belong to that number: always without a pattern, else if the pattern fits."""
        if not self.has_pattern:
            return True
        parts = (re.escape(self._fill_template(part, number or "")) for part in self.doi.split(ANY))
        return re.fullmatch(".+".join(parts), doi.printed, re.IGNORECASE) is not None

    def url_for(self, number: str | None) -> str | None:
        """Return the landing page the pattern gives for that number, or None without a pattern or a number for it."""
        if self.url is None or (number is None and "{number}" in self.url):
            return None
        return self._fill_template(self.url, number or "")

    def _fill_template(self, template: str, number: str) -> str:
        return template.format(prefix=self.prefix, issn=str(self.issn), number=number)
