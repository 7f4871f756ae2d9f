"""What can only be seen across the records of one run: the same DOI, page, title or person twice."""

from collections.abc import Callable, Iterator, Sequence

from doideposit.checks.rules.registry import ERROR, INFO, WARNING, Match, Rules
from doideposit.pages import CONFLICTS, CONSTRUCTING_DOIS, DISPLAY, ORCID_CHECKS, PARTICIPATION, TROUBLE
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.contributors import Person
from doideposit.records.models.series import RecordType

__all__ = ["TOGETHER"]

Run = Sequence[Commentary]

TOGETHER: Rules[Run] = Rules("together")
rule = TOGETHER.rule


def _find_repeats(run: Run, key: Callable[[Commentary], object]) -> Iterator[tuple[int, int]]:
    """Yield the places of records that share a key with an earlier one, each with the place of that one."""
    seen: dict[object, int] = {}
    for index, commentary in enumerate(run):
        value = key(commentary)
        first = seen.setdefault(value, index) if value is not None else index
        if first != index:
            yield index, first


@rule(
    "doi-twice",
    ERROR,
    "The same DOI twice in one run",
    message="the DOI {doi} is also that of {place}{what}",
    hint="{todo}",
    why="A DOI names one work. Two records for it in one file fail at Crossref; in two, one replaces the other.",
    source=TROUBLE,
    bad="""
        - {number: 258, title: Prospects for NATO-Japan relations}
        - {number: 258, title: The Taliban's neighbours, url: https://www.sadf.eu/neighbours/}
        """,
    good="""
        - {number: 258, title: Prospects for NATO-Japan relations}
        - {number: 259, title: The Taliban's neighbours, url: https://www.sadf.eu/neighbours/}
        """,
    overridable=False,
)
def _find_repeated_doi(run: Run) -> Iterator[Match]:
    for index, first in _find_repeats(run, lambda commentary: commentary.doi.key):
        copied = run[index] == run[first]
        what = ": this record is a copy of that one" if copied else f", “{run[first].title.plain}”"
        todo = "take one of the two away" if copied else "keep one of the two records, or correct its number"
        yield Match.at("number", record=index, doi=run[index].doi, first=first, what=what, todo=todo)


@rule(
    "url-twice",
    WARNING,
    "Two records with one landing page",
    message="the landing page {url} is also that of number {other}",
    hint="give every commentary a page of its own",
    why="Each DOI leads to a page about its own work; a copied record keeps the address of the last one.",
    source=DISPLAY,
    bad="""
        - {number: 258, title: Prospects for NATO-Japan relations, url: https://www.sadf.eu/prospects/}
        - {number: 259, title: The Taliban's neighbours, url: https://www.sadf.eu/prospects/}
        """,
    good="""
        - {number: 258, title: Prospects for NATO-Japan relations, url: https://www.sadf.eu/prospects/}
        - {number: 259, title: The Taliban's neighbours, url: https://www.sadf.eu/neighbours/}
        """,
)
def _find_repeated_url(run: Run) -> Iterator[Match]:
    for index, first in _find_repeats(run, lambda commentary: commentary.url and commentary.url.rstrip("/")):
        if run[index].doi != run[first].doi:
            url = run[index].url or ""
            yield Match.at("url", record=index, length=len(url), url=url, other=_name_of(run[first]))


@rule(
    "number-leading-zeros",
    WARNING,
    "One number with and without zeros",
    message="the numbers {number} and {other} differ by zeros alone",
    hint="write the number as it is printed on the commentary, in one form throughout the series",
    why="258 and 0258 are two numbers here, and make two DOIs for one commentary.",
    source=CONSTRUCTING_DOIS,
    bad="""
        - {number: 258, title: Prospects for NATO-Japan relations}
        - {number: '0258', title: The Taliban's neighbours, url: https://www.sadf.eu/neighbours/}
        """,
    good="""
        - {number: '0258', title: Prospects for NATO-Japan relations}
        - {number: '0259', title: The Taliban's neighbours, url: https://www.sadf.eu/neighbours/}
        """,
)
def _find_leading_zeros(run: Run) -> Iterator[Match]:
    for index, first in _find_repeats(run, _number_without_zeros):
        number, other = run[index].number, run[first].number
        if number is not None and number != other:
            yield Match.at("number", record=index, length=len(number), number=number, other=other)


def _number_without_zeros(commentary: Commentary) -> object:
    number = commentary.number
    return (commentary.series.name, number.lstrip("0")) if number and number.isdigit() else None


@rule(
    "number-twice",
    WARNING,
    "One number with two DOIs",
    message="the number {number} is also that of {other_doi}",
    hint="correct the number or the DOI; a translation says its `language`, and a new version its `version`",
    why="A series without a pattern takes every DOI, so that a work that gets a second one is not noticed otherwise.",
    source=CONSTRUCTING_DOIS,
    bad="""
        - number: 258
          title: Prospects for NATO-Japan relations
          doi: 10.48251/k7q2
        - number: 258
          title: The Taliban's neighbours
          doi: 10.48251/m8r3
          url: https://www.sadf.eu/neighbours/
        """,
    good="""
        - number: 258
          title: Prospects for NATO-Japan relations
          doi: 10.48251/k7q2
        - number: 259
          title: The Taliban's neighbours
          doi: 10.48251/m8r3
          url: https://www.sadf.eu/neighbours/
        """,
    setting='doi = "{prefix}/{any}"',
    good_setting='doi = "{prefix}/{any}"',
)
def _find_repeated_number(run: Run) -> Iterator[Match]:
    for index, first in _find_repeats(run, _counted_as):
        number = run[index].number or ""
        if run[index].doi != run[first].doi:
            yield Match.at("number", record=index, length=len(number), number=number, other_doi=run[first].doi)


def _counted_as(commentary: Commentary) -> object:
    """Return what no other work of the series has; None where several have one number, as in the issue of a journal."""
    if commentary.number is None or commentary.series.record_type is RecordType.JOURNAL:
        return None
    version = commentary.version and commentary.version.label
    return (commentary.series.name, commentary.number, commentary.volume, commentary.effective_language, version)


@rule(
    "title-twice",
    WARNING,
    "Two records with one title",
    message="title, authors and date are also those of number {other}",
    hint="check that these are two commentaries; add a subtitle to tell them apart",
    why="Crossref reports a conflict when another DOI has the same title and author, and registers it with a warning.",
    source=CONFLICTS,
    bad="""
        - {number: 258, title: The year in review}
        - {number: 259, title: The year in review, url: https://www.sadf.eu/review/}
        """,
    good="""
        - {number: 258, title: The year in review, published: 2022-12-30}
        - {number: 259, title: The year in review, published: 2023-12-29, url: https://www.sadf.eu/review/}
        """,
)
def _find_repeated_title(run: Run) -> Iterator[Match]:
    # Serials and revisions keep their title; with the same authors and date it is most likely one work twice.
    for index, first in _find_repeats(run, _title_authors_and_date):
        if run[index].doi != run[first].doi:
            yield Match.at("title", record=index, length=len(run[index].title.source), other=_name_of(run[first]))


def _title_authors_and_date(commentary: Commentary) -> object:
    subtitle = commentary.subtitle.plain if commentary.subtitle else ""
    authors = tuple(author.display.casefold() for author in commentary.authors)
    return f"{commentary.title.plain}\n{subtitle}".casefold(), authors, commentary.published


@rule(
    "prefixes-mixed",
    INFO,
    "Several prefixes in one run",
    message="the DOI {doi} has another prefix than the first record, {other}",
    hint="nothing to do: each prefix is sent in a file of its own; check only that it is meant",
    why="Crossref rejects a file with DOIs of more than one prefix.",
    source=TROUBLE,
    bad="""
        - {number: 258, title: Prospects for NATO-Japan relations}
        - number: 1
          title: The Taliban's neighbours
          url: https://www.sadf.eu/neighbours/
          series: {prefix: "10.12345"}
        """,
    good="""
        - {number: 258, title: Prospects for NATO-Japan relations}
        - {number: 259, title: The Taliban's neighbours, url: https://www.sadf.eu/neighbours/}
        """,
)
def _find_mixed_prefixes(run: Run) -> Iterator[Match]:
    first = run[0].doi.prefix
    seen = {first}
    for index, commentary in enumerate(run):
        if commentary.doi.prefix not in seen:
            seen.add(commentary.doi.prefix)
            yield Match.at("series", record=index, doi=commentary.doi, other=first)


@rule(
    "orcid-two-people",
    WARNING,
    "One ORCID iD, two people",
    message="the ORCID iD {orcid} is that of {who} here, and of {other} in number {number}",
    hint="check which of the two it belongs to, or write the name the same way in both",
    why="An ORCID iD names one person. Copied to the wrong author, it moves a publication into another's list.",
    source=ORCID_CHECKS,
    bad="""
        - number: 258
          title: Prospects for NATO-Japan relations
          authors: [{given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097}]
        - number: 259
          title: The Taliban's neighbours
          url: https://www.sadf.eu/neighbours/
          authors: [{given: Jane, family: Doe, orcid: 0000-0002-1825-0097}]
        """,
    good="""
        - number: 258
          title: Prospects for NATO-Japan relations
          authors: [{given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097}]
        - number: 259
          title: The Taliban's neighbours
          url: https://www.sadf.eu/neighbours/
          authors: [{given: S. O., family: Wolf, orcid: 0000-0002-1825-0097}]
        """,
)
def _find_orcid_of_two_people(run: Run) -> Iterator[Match]:
    seen: dict[object, tuple[int, Person]] = {}
    for index, commentary in enumerate(run):
        for place, author in enumerate(commentary.authors):
            if not isinstance(author, Person) or author.orcid is None:
                continue
            first, other = seen.setdefault(author.orcid, (index, author))
            if other.family.casefold() != author.family.casefold() and first != index:
                yield _shared_orcid(author, other, _name_of(run[first]), index, place)


def _shared_orcid(author: Person, other: Person, number: str, index: int, place: int) -> Match:
    loc = ("authors", place, "orcid")
    return Match.at(*loc, record=index, orcid=author.orcid, who=author.display, other=other.display, number=number)


@rule(
    "orcid-not-everywhere",
    INFO,
    "A known ORCID iD is missing here",
    message="{who} has no ORCID iD here, and {orcid} in number {number}",
    hint="add the iD if it is the same person",
    why="The iD is what links the works of one author; with it the work enters the author's list by itself.",
    source=PARTICIPATION,
    bad="""
        - number: 258
          title: Prospects for NATO-Japan relations
          authors: [{given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097}]
        - number: 259
          title: The Taliban's neighbours
          url: https://www.sadf.eu/neighbours/
          authors: [{given: Siegfried O., family: Wolf}]
        """,
    good="""
        - number: 258
          title: Prospects for NATO-Japan relations
          authors: [{given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097}]
        - number: 259
          title: The Taliban's neighbours
          url: https://www.sadf.eu/neighbours/
          authors: [{given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097}]
        """,
)
def _find_missing_orcid(run: Run) -> Iterator[Match]:
    known = {
        author.display.casefold(): (author.orcid, _name_of(commentary))
        for commentary in run
        for author in commentary.authors
        if isinstance(author, Person) and author.orcid is not None
    }
    for index, commentary in enumerate(run):
        for place, author in enumerate(commentary.authors):
            found = known.get(author.display.casefold())
            if found and isinstance(author, Person) and author.orcid is None:
                yield Match.at("authors", place, record=index, who=author.display, orcid=found[0], number=found[1])


def _name_of(commentary: Commentary) -> str:
    """Return a name for a record in a message: its number, or its DOI if it has none."""
    return commentary.number or str(commentary.doi)
