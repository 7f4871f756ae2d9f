"""What is not wrong but missing: the shares of Crossref's Participation Report, record by record."""

from collections.abc import Iterable, Iterator

from doideposit.checks.rules import pages
from doideposit.checks.rules.registry import INFO, WARNING, Match, Rules, match_at
from doideposit.checks.rules.work import Work
from doideposit.records.models.contributors import Institution
from doideposit.records.models.series import RecordType

__all__ = ["COMPLETENESS"]

COMPLETENESS: Rules[Work] = Rules("completeness")
rule = COMPLETENESS.rule

_WOLF = "authors: [{given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097, affiliations: [%s]}]"


@rule(
    "abstract-missing",
    WARNING,
    "No abstract",
    message="there is no abstract",
    hint="add `abstracts` if the commentary has one; do not invent one",
    why="Abstracts are one of the eleven shares of the Participation Report, and what most readers find a text by.",
    source=pages.PARTICIPATION,
    bad="number: 258",
    good="abstracts: [The author examines the prospects for closer relations between NATO and Japan after 2023.]",
)
def abstract(work: Work) -> Iterable[Match]:
    return () if work.commentary.abstracts else (match_at("abstracts"),)


@rule(
    "licence-missing",
    WARNING,
    "No licence",
    message="there is no licence",
    hint="add `licences`, here or in the series, if the commentary has one; never assume one",
    why="Without one nobody knows what may be done with the text. Licences are a share of the Participation Report.",
    source=pages.PARTICIPATION,
    bad="number: 258",
    good="licences: ['https://creativecommons.org/licenses/by/4.0/']",
)
def licence(work: Work) -> Iterable[Match]:
    return () if work.commentary.effective_licences else (match_at("licences"),)


@rule(
    "orcid-missing",
    WARNING,
    "An author without an ORCID iD",
    message="{who} has no ORCID iD",
    hint="ask the author for it; never look it up by name alone",
    why="The iD tells people of the same name apart. ORCID iDs are a share of the Participation Report.",
    source=pages.PARTICIPATION,
    bad="authors: [{given: Siegfried O., family: Wolf}]",
    good="authors: [{given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097}]",
)
def orcid(work: Work) -> Iterable[Match]:
    return [match_at(*loc, who=person.display) for loc, person in work.persons if person.orcid is None]


@rule(
    "affiliation-missing",
    WARNING,
    "An author without an affiliation",
    message="{who} has no affiliation",
    hint="add `affiliations`, as the commentary names them",
    why="Institutions find their people's work by it. Affiliations are a share of the Participation Report.",
    source=pages.PARTICIPATION,
    bad="authors: [{given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097}]",
    good=_WOLF % "South Asia Democratic Forum",
)
def affiliation(work: Work) -> Iterable[Match]:
    return [match_at(*loc, who=person.display) for loc, person in work.persons if not person.affiliations]


@rule(
    "ror-missing",
    WARNING,
    "An institution without a ROR id",
    message="{name} has no ROR id",
    hint="look it up at ror.org, and add `ror` here, or to the series' institution if it is that one",
    why="Names are written in many ways, the id in one. ROR ids are a share of the Participation Report.",
    source=pages.PARTICIPATION,
    bad=_WOLF % "Heidelberg University",
    good=_WOLF % "{name: Heidelberg University, ror: 038t36y30}",
)
def ror(work: Work) -> Iterator[Match]:
    home = work.commentary.series.institution
    told: set[str] = set()
    for loc, place in work.affiliations:
        name = place.name or "this institution"
        if place.ror is None and not _is_known(place, home) and name.casefold() not in told:
            told.add(name.casefold())
            yield match_at(*loc, length=len(place.name or "") or None, name=name)
    if home is not None and home.ror is None and (home.name or "").casefold() not in told:
        yield match_at("series", name=home.name or "the institution of the series")


def _is_known(place: Institution, home: Institution | None) -> bool:
    """Whether the XML completes the affiliation from the series' institution, which has a ROR id."""
    if home is None or home.ror is None or place.name is None:
        return False
    return place.name.casefold() in {name.casefold() for name in (home.name, home.acronym) if name}


@rule(
    "funding-missing",
    INFO,
    "No funding",
    message="nothing says who paid for the work",
    hint="add `funding` if it was funded; leave it as it is otherwise",
    why="Funders and award numbers are two shares of the Participation Report.",
    source=pages.PARTICIPATION,
    bad="number: 258",
    good="funding: [{ror: 00k4n6c32, awards: ['101004509']}]",
)
def funding(work: Work) -> Iterable[Match]:
    return () if work.commentary.funding else (match_at("funding"),)


@rule(
    "references-missing",
    INFO,
    "No references",
    message="there are no references",
    hint="add `references` if the commentary has any, all of them and in their order",
    why="References make a text part of the network of citations. They are a share of the Participation Report.",
    source=pages.REFERENCES,
    bad="number: 258",
    good="references: [{text: 'Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.'}]",
)
def references(work: Work) -> Iterable[Match]:
    return () if work.commentary.references else (match_at("references"),)


@rule(
    "references-without-doi",
    INFO,
    "References without a DOI",
    message="without a DOI: {without} of {all} references",
    hint="add the DOIs you know; news items have none",
    why="References with a DOI are linked for certain; for the others Crossref searches by their words.",
    source=pages.REFERENCES,
    bad="references: [{text: 'Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.'}]",
    good="references: [{text: 'Crossref (2019). The works of Crossref.', doi: 10.13003/5jchdy}]",
)
def without_doi(work: Work) -> Iterable[Match]:
    without = sum([doi is None for doi in work.columns.dois])
    return (match_at("references", without=without, all=len(work.cited_texts)),) if without else ()


@rule(
    "full-text-missing",
    INFO,
    "No full text",
    message="no address of the full text is given",
    hint="add `pdf_url`, the address of the file itself",
    why="Text mining and Similarity Check read the file; their addresses are two shares of the Participation Report.",
    source=pages.SIMILARITY,
    bad="number: 258",
    good="pdf_url: https://www.sadf.eu/files/comment-258.pdf",
)
def full_text(work: Work) -> Iterable[Match]:
    given = work.commentary.pdf_url is not None or work.commentary.full_texts
    return () if given else (match_at("pdf_url"),)


@rule(
    "crossmark-missing",
    INFO,
    "No Crossmark",
    message="the series has no Crossmark policy",
    hint="register a page on how you correct and retract, and give its DOI as `crossmark_policy` of the series",
    why="Only with it can corrections be shown to readers. Crossmark is a share of the Participation Report.",
    source=pages.CROSSMARK,
    bad="number: 258",
    good="crossmark_policy: 10.48251/policy",
)
def crossmark(work: Work) -> Iterable[Match]:
    posted = work.commentary.series.record_type is RecordType.POSTED
    given = posted or work.commentary.effective_crossmark_policy is not None
    return () if given else (match_at("crossmark_policy"),)
