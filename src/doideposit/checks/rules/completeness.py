"""Name what is not wrong but missing: the shares of Crossref's Participation Report, and what citations need.

Such wishes are information, never more: a record is right without them. They carry their category, so that anyone who
shows findings can fold them into one line.
"""

from collections.abc import Iterable, Iterator

from doideposit.checks.rules.registry import INFO, Match, Rules
from doideposit.checks.rules.work import Each, Work, at
from doideposit.pages import CROSSMARK, PARTICIPATION, RECOMMENDATIONS, REFERENCES, REPORTS, SCHEMA, SIMILARITY
from doideposit.records.models.contributors import Institution
from doideposit.records.models.series import RecordType

__all__ = ["COMPLETENESS"]

COMPLETENESS: Rules[Work] = Rules("completeness")
rule = COMPLETENESS.rule

_REPORTS = frozenset({RecordType.REPORT_SERIES, RecordType.REPORT_SINGLE})
_WOLF = "authors: [{given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097, affiliations: [%s]}]"


rule(
    "abstract-missing",
    INFO,
    "No abstract",
    message="there is no abstract",
    hint="add `abstracts` if the commentary has one; do not invent one",
    why="Abstracts are one of the eleven shares of the Participation Report, and what most readers find a text by.",
    source=PARTICIPATION,
    bad="number: 258",
    good="abstracts: [The author examines the prospects for closer relations between NATO and Japan after 2023.]",
)(at("abstracts", lambda record: not (record.abstracts)))


rule(
    "licence-missing",
    INFO,
    "No licence",
    message="there is no licence",
    hint="add `licences`, here or in the series, if the commentary has one; never assume one",
    why="Without one nobody knows what may be done with the text. Licences are a share of the Participation Report.",
    source=PARTICIPATION,
    bad="number: 258",
    good="licences: ['https://creativecommons.org/licenses/by/4.0/']",
)(at("licences", lambda record: not (record.effective_licences)))


rule(
    "authors-none",
    INFO,
    "A work that names nobody",
    message="the record says that nobody is named as an author",
    hint="name the authors where the work does; one who must not be named is `anonymous: true`",
    why="Crossref takes a work without contributors, but nobody finds it by a name or in an ORCID record.",
    source=PARTICIPATION,
    bad="{authors: '', without: [authors]}",
    good="authors: [{given: Siegfried O., family: Wolf}]",
)(at("without", lambda record: not record.authors))


rule(
    "orcid-missing",
    INFO,
    "An author without an ORCID iD",
    message="{who} has no ORCID iD",
    hint="ask the author for it; never look it up by name alone",
    why="The iD tells people of the same name apart. ORCID iDs are a share of the Participation Report.",
    source=PARTICIPATION,
    bad="authors: [{given: Siegfried O., family: Wolf}]",
    good="authors: [{given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097}]",
)(Each(Work.each_person, lambda person: person.orcid is None and {"who": person.display}))


rule(
    "affiliation-missing",
    INFO,
    "An author without an affiliation",
    message="{who} has no affiliation",
    hint="add `affiliations`, as the commentary names them",
    why="Institutions find their people's work by it. Affiliations are a share of the Participation Report.",
    source=PARTICIPATION,
    bad="authors: [{given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097}]",
    good=_WOLF % "South Asia Democratic Forum",
)(Each(Work.each_person, lambda person: not person.affiliations and {"who": person.display}))


@rule(
    "ror-missing",
    INFO,
    "An institution without a ROR id",
    message="{name} has no ROR id",
    hint="look it up at ror.org, and add `ror` here, or to the series' institution if it is that one",
    why="Names are written in many ways, the id in one. ROR ids are a share of the Participation Report.",
    source=PARTICIPATION,
    bad=_WOLF % "Heidelberg University",
    good=_WOLF % "{name: Heidelberg University, ror: 038t36y30}",
)
def _find_missing_ror(work: Work) -> Iterator[Match]:
    home = work.commentary.series.institution
    told: set[str] = set()
    for loc, place in work.affiliations:
        name = place.name or "this institution"
        if place.ror is None and not _is_known(place, home) and name.casefold() not in told:
            told.add(name.casefold())
            yield Match.at(*loc, length=len(place.name or "") or None, name=name)
    if home is not None and home.ror is None and (home.name or "").casefold() not in told:
        yield Match.at("series", name=home.name or "the institution of the series")


def _is_known(place: Institution, home: Institution | None) -> bool:
    """Return whether the XML completes the affiliation from the series' institution, which has a ROR id."""
    if home is None or home.ror is None or place.name is None:
        return False
    return place.name.casefold() in {name.casefold() for name in (home.name, *home.acronym) if name}


rule(
    "funding-missing",
    INFO,
    "No funding",
    message="nothing says who paid for the work",
    hint="add `funding` if it was funded; leave it as it is otherwise",
    why="Funders and award numbers are two shares of the Participation Report.",
    source=PARTICIPATION,
    bad="number: 258",
    good="funding: [{ror: 00k4n6c32, awards: ['101004509']}]",
)(at("funding", lambda record: not (record.funding)))


rule(
    "references-missing",
    INFO,
    "No references",
    message="there are no references",
    hint="add `references` if the commentary has any, all of them and in their order",
    why="References make a text part of the network of citations. They are a share of the Participation Report.",
    source=REFERENCES,
    bad="number: 258",
    good="references: [{text: 'Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.'}]",
)(at("references", lambda record: not (record.references)))


rule(
    "references-without-doi",
    INFO,
    "References without a DOI",
    message="without a DOI: {without} of {all} references",
    hint="add the DOIs you know; news items have none",
    why="References with a DOI are linked for certain; for the others Crossref searches by their words.",
    source=REFERENCES,
    bad="references: [{text: 'Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.'}]",
    good="references: [{text: 'Crossref (2019). The works of Crossref.', doi: 10.13003/5jchdy}]",
)(
    at(
        "references",
        lambda record: (
            (without := len([reference for reference in record.references if reference.doi is None]))
            and {"without": without, "all": len(record.references)}
        ),
    )
)


rule(
    "full-text-missing",
    INFO,
    "No full text",
    message="no address of the full text is given",
    hint="add `pdf_url`, the address of the file itself",
    why="Text mining and Similarity Check read the file; their addresses are two shares of the Participation Report.",
    source=SIMILARITY,
    bad="number: 258",
    good="pdf_url: https://www.sadf.eu/files/comment-258.pdf",
)(at("pdf_url", lambda record: not (record.pdf_url or record.full_texts)))


# Crossref's schema has no Crossmark for posted content, which has `status` instead.
rule(
    "crossmark-missing",
    INFO,
    "No Crossmark",
    message="the series has no Crossmark policy",
    hint="register a page on how you correct and retract, and give its DOI as `crossmark_policy` of the series",
    why="Only with it can corrections be shown to readers. Crossmark is a share of the Participation Report.",
    source=CROSSMARK,
    bad="number: 258",
    good="crossmark_policy: 10.48251/policy",
)(
    at(
        "crossmark_policy",
        lambda record: record.series.record_type is not RecordType.POSTED and not record.effective_crossmark_policy,
    )
)


rule(
    "language-missing",
    INFO,
    "No language",
    message="the record does not say in which language the text is",
    hint="add `language`, here or in the series",
    why="Indexes sort, search and translate by it.",
    source=SCHEMA,
    bad="language: null",
    good="language: en",
    setting='language = ""',
    good_setting='language = ""',
)(at("language", lambda record: not (record.effective_language)))


rule(
    "publisher-missing",
    INFO,
    "A report without a publisher",
    message="the series names neither a publisher nor an institution",
    hint="add `publisher` with name and place to the series",
    why="Crossref asks for the publisher or the institution that issues a report; citations of reports need it.",
    source=REPORTS,
    bad="",
    good="",
    setting='publisher = ""\ninstitution = ""',
    good_setting='publisher = { name = "South Asia Democratic Forum", place = "Brussels" }',
)(
    at(
        "series",
        lambda record: (
            record.series.record_type in _REPORTS and not record.series.publisher and not record.series.institution
        ),
    )
)


rule(
    "date-imprecise",
    INFO,
    "A date without month or day",
    message="the date of publication is only known to the {precision}",
    hint="give the whole date if it is printed; leave it as it is otherwise",
    why="Crossref asks for the full date. Within a numbered series the year alone does not order anything.",
    source=RECOMMENDATIONS,
    bad="published: 2023",
    good="published: 2023-09-14",
)(
    at(
        "published",
        lambda record: record.published.day is None and {"precision": "month" if record.published.month else "year"},
    )
)


@rule(
    "reference-text-missing",
    INFO,
    "References without their text",
    message="with neither text nor DOI: {without} of {all} references",
    hint="add the entries as printed under `text`",
    why="Parts alone have no place for a publisher, a place or a second author; the text shows readers all of it.",
    source=REFERENCES,
    bad="references: [{author: Schultz, year: 2023, article_title: NATO in Indo-Pacific}]",
    good="references: [{author: Schultz, year: 2023, text: Schultz (2023). NATO in Indo-Pacific. Deutsche Welle.}]",
)
def _find_reference_without_text(work: Work) -> Iterable[Match]:
    bare = [index for index, reference, text in work.references if not text and reference.doi is None]
    return (Match.at("references", bare[0], without=len(bare), all=len(work.references)),) if bare else ()


rule(
    "funder-without-id",
    INFO,
    "A funder without an id",
    message="the funder {name} has no ROR id",
    hint="look the funder up at ror.org and add `ror`",
    why="Names of funders are written in many ways; with an id the work enters the funder's list.",
    source=PARTICIPATION,
    bad="funding: [{name: European Commission}]",
    good="funding: [{ror: 00k4n6c32, awards: ['101004509']}]",
)(Each(Work.each_funder, lambda funder: not funder.ror and not funder.funder_id and {"name": funder.name}, "name"))
