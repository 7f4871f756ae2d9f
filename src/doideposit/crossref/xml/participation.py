"""What Crossref's Participation Report counts, read from the deposit XML of a work."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lxml import etree

from doideposit.records.identifiers import Doi
from doideposit.safe_xml import Element, ParsedXml

__all__ = ["Measure", "Measured"]


class Measure(StrEnum):
    """Name the eleven shares of the Participation Report (Crossref documentation, participation reports)."""

    REFERENCES = "references"
    ABSTRACTS = "abstracts"
    ORCIDS = "ORCID iDs"
    AFFILIATIONS = "affiliations"
    RORS = "ROR ids"
    FUNDERS = "funders"
    AWARDS = "award numbers"
    CROSSMARK = "Crossmark"
    TEXT_MINING = "full texts for text mining"
    LICENCES = "licences"
    SIMILARITY = "full texts for Similarity Check"


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold what one DOI of a deposit has, and whom to ask for more.

    `without_orcid` are the persons without an ORCID iD, `without_ror` the affiliations without a ROR id, each as
    printed and once. `authors` are in the order of the deposit, organisations among them, and `published` is a year, a
    year and month, or a date.
    """

    doi: Doi
    has: frozenset[Measure]
    without_orcid: tuple[str, ...] = ()
    without_ror: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: str = ""

    @staticmethod
    def read(xml: bytes) -> "tuple[Measured, ...]":
        """Measure every work of a deposit file, or of Crossref's answer about one, in order.

        Components are left out.
        """
        root = ParsedXml.of(xml).root
        if root is None:
            return ()
        return tuple(_measure(doi, holder) for doi, holder in _find_works(root))


def _find_works(root: Element) -> Iterator[tuple[Doi, Element]]:
    for data in root.iter("{*}doi_data"):
        # A record of a deposit without a DOI counts in no report.
        holder, doi = data.getparent(), Doi.parse_or_none(data.findtext("{*}doi"))
        if holder is not None and doi is not None and etree.QName(holder).localname != "component":
            yield doi, holder


def _has_any(*paths: str) -> Callable[[Element], bool]:
    return lambda holder: any(holder.find(path) is not None for path in paths)


def _has_text(path: str) -> Callable[[Element], bool]:
    return lambda holder: any((found.text or "").strip() for found in holder.iterfind(path))


def _has_assertion(*names: str) -> Callable[[Element], bool]:
    """Return a test for funding data: ``fr:assertion`` elements by name, at any depth (fundref.xsd)."""
    return lambda holder: any(
        element.get("name") in names for element in holder.iterfind(".//{*}program//{*}assertion")
    )


_PERSONS: Final = "{*}contributors/{*}person_name"
# Where each thing is below the element that holds doi_data. Titles and citations are never looked into, except
# for the references themselves; funding and licences may be inside crossmark/custom_metadata.
_TESTS: Final[Mapping[Measure, Callable[[Element], bool]]] = {
    Measure.REFERENCES: _has_any("{*}citation_list/{*}citation"),
    Measure.ABSTRACTS: _has_any("{*}abstract"),
    Measure.ORCIDS: _has_text(f"{_PERSONS}/{{*}}ORCID"),
    Measure.AFFILIATIONS: _has_any(f"{_PERSONS}/{{*}}affiliations/{{*}}institution", f"{_PERSONS}/{{*}}affiliation"),
    Measure.RORS: _has_text(f"{_PERSONS}/{{*}}affiliations/{{*}}institution/{{*}}institution_id[@type='ror']"),
    Measure.FUNDERS: _has_assertion("funder_name", "funder_identifier", "ror"),
    Measure.AWARDS: _has_assertion("award_number", "grant_doi"),
    Measure.CROSSMARK: _has_any("{*}crossmark/{*}crossmark_policy"),
    Measure.TEXT_MINING: _has_text("{*}doi_data/{*}collection[@property='text-mining']/{*}item/{*}resource"),
    Measure.LICENCES: _has_text(".//{*}program/{*}license_ref"),
    Measure.SIMILARITY: _has_text("{*}doi_data/{*}collection[@property='crawler-based']/{*}item/{*}resource"),
}


def _measure(doi: Doi, holder: Element) -> Measured:
    has = frozenset(measure for measure, holds in _TESTS.items() if holds(holder))
    return Measured(
        doi,
        has,
        _without_repeats(_without_orcid(holder)),
        _without_repeats(_without_ror(holder)),
        tuple(_authors(holder)),
        _publication_date(holder),
    )


def _authors(holder: Element) -> Iterator[str]:
    """Yield the names of the authors: editors, translators and the like are not among them."""
    for element in holder.iterfind("{*}contributors/*"):
        if element.get("contributor_role") == "author":
            parts = (element.findtext("{*}given_name"), element.findtext("{*}surname"), element.findtext("{*}suffix"))
            name = " ".join(" ".join(part.split()) for part in parts if part)
            if name or element.text:
                yield name or " ".join((element.text or "").split())


def _publication_date(holder: Element) -> str:
    found = holder.find("{*}publication_date")
    date = found if found is not None else holder.find("{*}posted_date")
    if date is None:
        return ""
    parts = [(date.findtext(f"{{*}}{name}") or "").strip() for name in ("year", "month", "day")]
    # Months from 21 on are seasons and parts of a year (schema annotation of `month`), and no part of a date here.
    month = parts[1].zfill(2) if parts[1].isdigit() and int(parts[1]) <= 12 else ""  # noqa: PLR2004 - December
    day = parts[2].zfill(2) if month and parts[2] else ""
    return "-".join(part for part in (parts[0], month, day) if part)


def _without_repeats(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _without_orcid(holder: Element) -> Iterator[str]:
    for person in holder.iterfind(_PERSONS):
        if not (person.findtext("{*}ORCID") or "").strip():
            parts = (person.findtext("{*}given_name"), person.findtext("{*}surname"))
            yield " ".join(" ".join(part.split()) for part in parts if part)


def _without_ror(holder: Element) -> Iterator[str]:
    for body in holder.iterfind(f"{_PERSONS}/{{*}}affiliations/{{*}}institution"):
        name = body.findtext("{*}institution_name")
        if name and body.find("{*}institution_id[@type='ror']") is None:
            yield " ".join(name.split())
