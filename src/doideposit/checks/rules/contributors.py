"""Contributors: groups and persons, where they work, what they did, and their ORCID iDs."""

import re
from collections.abc import Iterable, Iterator

from doideposit.checks.rules import pages
from doideposit.checks.rules.names import GROUP, HONORIFIC
from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import ERROR, INFO, WARNING, Match, Rules, match_at
from doideposit.checks.rules.work import Work
from doideposit.records.models.contributors import Person, Role

__all__ = ["CONTRIBUTORS"]

CONTRIBUTORS: Rules[Work] = Rules("contributors")
rule = CONTRIBUTORS.rule

_LETTER = r"[^\W\d_]"
_PERSONAL = Pattern(
    rf"{_LETTER}+(?:\s{_LETTER}\.)+\s{_LETTER}[\w'’-]+"  # Siegfried O. Wolf
    rf"|(?:{_LETTER}\.\s?)+{_LETTER}[\w'’-]{{2,}}"  # S. O. Wolf
    rf"|[\w'’-]+,\s(?:[\w'’-]+|{_LETTER}\.)"  # Wolf, Siegfried
)
_STREETS = "Avenue|Street|Strasse|Straße|straat|Boulevard|Road|Rue|Platz|P\\.? ?O\\. ?Box"
_ADDRESS = Pattern(rf"(?<![\w-])[A-Z]{{0,2}}-?\d{{4,6}}(?!\w)|(?:{_STREETS})\b|@", re.IGNORECASE)
_FOUR_DIGITS = Pattern(r"\d{4}")
_STREET_WORDS = "avenue treet tra boulevard road rue platz box @".split()  # Without i and s, which have other forms.
_RANKS = "Senior|Junior|Research|Executive|Deputy|Managing|Visiting|Associate|Assistant"
_POSITIONS = (
    "Director|Professor|Researcher|Fellow|Head|Analyst|Lecturer|Chair|President|Member|Student|Candidate|Coordinator|"
    "Advisor|Adviser|Consultant"
)
_POSITION = Pattern(rf"(?:(?:{_RANKS}) )*(?:{_POSITIONS})\b(?: (?:of|at|for)\b|,| Research)")
_SEVERAL = Pattern(r";\s|\s/\s")
_WRITING = frozenset({Role.AUTHOR, Role.CORRESPONDING_AUTHOR, Role.WRITING_ORIGINAL_DRAFT, Role.EDITOR})


@rule(
    "person-is-organisation",
    WARNING,
    "A group entered as a person",
    message="“{name}” seems to be a group, not a person",
    hint="write `organisation: {name}`",
    why="Crossref has an element for groups; as a person its last word becomes a family name.",
    source=pages.AFFILIATION_OR_ORGANISATION,
    bad="authors: [{given: South Asia Democratic, family: Forum}]",
    good="authors: [{organisation: South Asia Democratic Forum}]",
)
def person_is_group(work: Work) -> Iterable[Match]:
    return [match_at(*loc, name=person.display) for loc, person in work.persons if GROUP.search(person.family)]


@rule(
    "organisation-is-person",
    WARNING,
    "A person entered as a group",
    message="“{name}” seems to be a person, not a group",
    hint="write `given` and `family` instead of `organisation`",
    why="A group has no ORCID iD, no affiliation and no family name to be cited by.",
    source=pages.AFFILIATION_OR_ORGANISATION,
    bad="authors: [{organisation: Siegfried O. Wolf}]",
    good="authors: [{given: Siegfried O., family: Wolf}]",
)
def group_is_person(work: Work) -> Iterator[Match]:
    for loc, group in work.organisations:
        name = group.organisation
        if (_PERSONAL.fullmatch(name) or HONORIFIC.match(name)) and not GROUP.search(name):
            yield match_at(*loc, "organisation", length=len(name), name=name)


@rule(
    "affiliation-as-author",
    WARNING,
    "An employer entered as an author",
    message="“{name}” is an author here and also where {who} works",
    hint="leave it in `affiliations` alone, unless the byline names it as an author",
    why="An author's employer is an affiliation; as an author it would share the credit.",
    source=pages.AFFILIATION_OR_ORGANISATION,
    bad="""
        authors:
          - given: Siegfried O.
            family: Wolf
            affiliations: [South Asia Democratic Forum]
          - organisation: South Asia Democratic Forum
        """,
    good="""
        authors:
          - given: Siegfried O.
            family: Wolf
            affiliations: [South Asia Democratic Forum]
        """,
)
def affiliation_as_author(work: Work) -> Iterator[Match]:
    if not work.organisations:
        return
    places = {
        place.name.casefold(): person for _, person in work.persons for place in person.affiliations if place.name
    }
    for loc, group in work.organisations:
        person = places.get(group.organisation.casefold())
        if person is not None:
            name = group.organisation
            yield match_at(*loc, "organisation", length=len(name), name=name, who=person.display)


@rule(
    "affiliation-address",
    WARNING,
    "An address in an affiliation",
    message="the affiliation “{name}” holds a postal or e-mail address",
    hint="leave the name of the institution; the city goes into `place`",
    why="Only the city is deposited. An address keeps the name from being matched to an institution.",
    source=pages.AFFILIATION_OR_ORGANISATION,
    bad="authors: [{given: Siegfried, family: Wolf, affiliations: ['SADF, 19 Avenue des Arts, 1210 Brussels']}]",
    good="authors: [{given: Siegfried, family: Wolf, affiliations: [{name: SADF, place: Brussels}]}]",
)
def affiliation_address(work: Work) -> Iterable[Match]:
    return [
        match_at(*loc, field, length=len(text), name=text)
        for loc, place in work.affiliations
        for field, text in (("name", place.name), ("place", place.place))
        if text and _holds_address(text)
    ]


def _holds_address(text: str) -> bool:
    # Most names hold none of the words and no long number, and looking for those is many times faster.
    likely = any(map(text.lower().__contains__, _STREET_WORDS)) or _FOUR_DIGITS.search(text)
    return bool(likely and _ADDRESS.search(text))


@rule(
    "affiliation-position",
    WARNING,
    "A position in an affiliation",
    message="the affiliation “{name}” names a position",
    hint="leave only the name of the institution; positions and biographies are not deposited",
    why="An affiliation says where someone works, not as what.",
    source=pages.AFFILIATION_OR_ORGANISATION,
    bad="authors: [{given: Siegfried O., family: Wolf, affiliations: [Director of Research at SADF]}]",
    good="authors: [{given: Siegfried O., family: Wolf, affiliations: [South Asia Democratic Forum]}]",
)
def affiliation_position(work: Work) -> Iterable[Match]:
    return [
        match_at(*loc, "name", length=len(place.name), name=place.name)
        for loc, place in work.affiliations
        if place.name and _POSITION.match(place.name)
    ]


@rule(
    "affiliation-several",
    WARNING,
    "Several affiliations in one",
    message="the affiliation “{name}” seems to name several institutions",
    hint="give every institution an entry of its own",
    why="Each affiliation is matched to one institution and one ROR id.",
    source=pages.AFFILIATION_OR_ORGANISATION,
    bad="authors: [{given: Siegfried O., family: Wolf, affiliations: ['SADF; Heidelberg University']}]",
    good="authors: [{given: Siegfried O., family: Wolf, affiliations: [SADF, Heidelberg University]}]",
)
def affiliation_several(work: Work) -> Iterable[Match]:
    return [
        match_at(*loc, "name", length=len(place.name), name=place.name)
        for loc, place in work.affiliations
        if place.name and (";" in place.name or "/" in place.name) and _SEVERAL.search(place.name)
    ]


@rule(
    "contributor-twice",
    WARNING,
    "The same contributor twice",
    message="{who} is already author {first} of this commentary",
    hint="keep one entry, with all roles in `roles`",
    why="One person is one entry. Two give two authors in every index.",
    source=pages.AUTHORS,
    bad="authors: [{given: Siegfried O., family: Wolf}, {given: Siegfried O., family: Wolf}]",
    good="authors: [{given: Siegfried O., family: Wolf}, {given: Jane, family: Doe}]",
)
def twice(work: Work) -> Iterator[Match]:
    seen: dict[str, tuple[int, object]] = {}
    for index, author in enumerate(work.commentary.authors):
        orcid = author.orcid if isinstance(author, Person) else None
        first = seen.setdefault(author.display.casefold(), (index, orcid))
        if first[0] != index and author.display != "Anonymous" and (orcid is None or first[1] is None):
            yield match_at("authors", index, who=author.display, first=first[0] + 1)


@rule(
    "orcid-duplicate",
    ERROR,
    "Two contributors with the same ORCID iD",
    message="{who} has the ORCID iD of {other}",
    hint="an ORCID iD belongs to one person: look both up at orcid.org",
    why="Crossref refuses the whole file when two contributors of a work share an ORCID iD.",
    source=pages.ORCID_CHECKS,
    bad="""
        authors:
          - {given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097}
          - {given: Jane, family: Doe, orcid: 0000-0002-1825-0097}
        """,
    good="""
        authors:
          - {given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097}
          - {given: Jane, family: Doe, orcid: 0000-0001-5109-3700}
        """,
    overridable=False,
)
def orcid_duplicate(work: Work) -> Iterator[Match]:
    seen: dict[object, Person] = {}
    for loc, person in work.persons:
        if person.orcid is None:
            continue
        other = seen.setdefault(person.orcid, person)
        if other is not person:
            yield match_at(*loc, "orcid", who=person.display, other=other.display)


@rule(
    "orcid-authenticated",
    WARNING,
    "Authenticated, but without an ORCID iD",
    message="{who} is marked as signed in at ORCID, and has no ORCID iD here",
    hint="add the iD the person signed in with, or take `orcid_authenticated` away",
    why="The mark says that the person signed in at ORCID to confirm this very iD.",
    source=pages.AUTHORS,
    bad="authors: [{given: Siegfried O., family: Wolf, orcid_authenticated: true}]",
    good="authors: [{given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097, orcid_authenticated: true}]",
)
def orcid_authenticated(work: Work) -> Iterable[Match]:
    return [
        match_at(*loc, "orcid_authenticated", who=person.display)
        for loc, person in work.persons
        if person.orcid_authenticated and person.orcid is None
    ]


@rule(
    "author-role-missing",
    WARNING,
    "Nobody is an author",
    message="none of the contributors has the role author",
    hint="give those who wrote it the role author; CRediT roles can stand beside it",
    why="Citations are made from the authors; a work that has only editors or translators is cited without any.",
    source=pages.AUTHORS,
    bad="authors: [{given: Jane, family: Doe, roles: [translator]}]",
    good="authors: [{given: Siegfried O., family: Wolf}, {given: Jane, family: Doe, roles: [translator]}]",
)
def no_author(work: Work) -> Iterable[Match]:
    for author in work.commentary.authors:
        if not _WRITING.isdisjoint(author.roles):
            return ()
    return (match_at("authors"),)


@rule(
    "alt-name-same",
    INFO,
    "An alternative name that is no other name",
    message="the alternative name “{name}” is the name itself",
    hint="`alt_names` is for other forms, such as the original script; take it away",
    why="It adds nothing, and is deposited with every update.",
    source=pages.SCHEMA,
    bad="authors: [{given: Siegfried, family: Wolf, alt_names: [Siegfried Wolf]}]",
    good="authors: [{given: Shinzo, family: Abe, alt_names: [安倍 晋三]}]",
)
def alt_same(work: Work) -> Iterator[Match]:
    for loc, person in work.persons:
        for index, other in enumerate(person.alt_names):
            name = other.text or " ".join(part for part in (other.given, other.family) if part)
            if name == person.display:
                yield match_at(*loc, "alt_names", index, length=len(name), name=name)
