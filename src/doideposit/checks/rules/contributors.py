"""Contributors: groups and persons, where they work, what they did, and their ORCID iDs."""

import re
from collections.abc import Iterator
from functools import lru_cache

from doideposit.checks.rules.name_patterns import BEFORE_GROUP, GROUP, HONORIFIC, LAST_OF_GROUP
from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import ERROR, INFO, WARNING, Match, Rules
from doideposit.checks.rules.work import Each, Text, Work, at
from doideposit.pages import AFFILIATION_OR_ORGANISATION, AUTHORS, ORCID_CHECKS, ORCID_STRUCTURE, SCHEMA
from doideposit.records.identifiers import Orcid
from doideposit.records.models.contributors import Organisation, Person
from doideposit.records.models.roles import Role
from doideposit.records.sources.bylines import names_people

__all__ = ["CONTRIBUTORS"]

CONTRIBUTORS: Rules[Work] = Rules("contributors")
rule = CONTRIBUTORS.rule

# A letter of any script: a word character that is neither a digit nor an underscore.
_LETTER = r"[^\W\d_]"
# A name of a person has initials between two words, before one, or a comma after the family name.
_PERSONAL = Pattern(
    rf"{_LETTER}+(?:\s{_LETTER}\.)+\s{_LETTER}[\w'’-]+"  # Siegfried O. Wolf
    rf"|(?:{_LETTER}\.\s?)+{_LETTER}[\w'’-]{{2,}}"  # S. O. Wolf
    rf"|[\w'’-]+,\s(?:[\w'’-]+|{_LETTER}\.)"  # Wolf, Siegfried
)
# CEPS, Brussels.
_ACRONYM_AND_PLACE = Pattern(r"[A-Z]{3,8},\s.+")
# English puts the number before the street, other languages after it; St. is a saint but at the end.
_NUMBERED_STREET = r"(?:Avenue|Av\.|Street|Boulevard|Blvd|Road|Drive|Lane|Rue|(?:St|Rd|Ave)\.?(?=,|$))"
_STREET = r"(?:Avenue|Stra(?:ss|ß)e|Straat|Boulevard|Rue|Platz|Calle|Rua)"
# A street has a number before or after it: the Belt and Road Institute has none.
_ADDRESS = Pattern(
    rf"\b\d{{1,4}}[a-z]?,?\s(?:[\w'’.-]+\s){{0,3}}{_NUMBERED_STREET}|\b{_STREET}\s(?:[\w'’.-]+\s){{0,4}}\d{{1,3}}\b"
    r"|\b\w+(?:stra(?:ss|ß)e|straat|weg|gasse|platz|laan)\s\d+|P\.? ?O\.? ?Box|\S@\S+\.\S"
    # A postcode of five or six digits, or of four after a comma (Horizon 2020 is a programme), and with its country.
    r"|(?<![\w-])\d{5,6}(?!\w)|,\s*\d{4}\s[^\W\d_]|(?<![\w-])[A-Z]{1,2}-\d{4,6}(?!\w)",
    re.IGNORECASE,
)
# Units of the French CNRS and Inserm have numbers just as long.
_UNIT = Pattern(r"\b(?:UMR|UPR|UMS|USR|UAR|IRL|ERL|FRE|GDR|EA|UR|IFR|CIC)(?:[_ -]?\w)?[ _-]?\d{3,5}\b|\bU\d{3,4}\b")
# “Director” alone can be a part of a name of an office; with of, at or a comma after it, it is a position.
_RANKS = "Senior|Junior|Research|Executive|Deputy|Managing|Visiting|Associate|Assistant"
_POSITIONS = (
    "Director|Professor|Researcher|Fellow|Head|Analyst|Lecturer|President|Member|Student|Candidate|Coordinator|"
    "Advisor|Adviser|Consultant"
)
# Only with a preposition, a comma or “Research” after it: the “Director General’s Office” is an institution.
_POSITION = Pattern(rf"(?:(?:{_RANKS}) )*(?:{_POSITIONS})\b(?: (?:of|at|for)\b|,| Research)")
# A slash counts only between spaces: A/S and I/O are parts of names.
_PARTS = Pattern(r";\s|\s/\s")
# A department, its university and a city may be in one text; two of these are two institutions.
_ACRONYM = Pattern(r"(?!USA|UAE|UK\b|PRC)[A-Z]{3,}")
# Words of which an institution has one in its name; two of them are two institutions.
_HOUSE = Pattern(r"\b(?:Universi\w+|\w*hochschule|Ministry|Stiftung|GmbH|Corporation)\b", re.IGNORECASE)
_LISTED = Pattern(r"\s*[,;]\s*")
# Words that begin the names of groups, and no given name.
_OF_GROUPS = Pattern(
    r"(?:United|European?|World|Global|International|National|Royal|Federal|Amnesty|African|Asian|American|British|German"
    r"|French|Indian|Chinese|Human|Democratic|Public|Central|Open|Max Planck|[A-Z]{3,})\b(?!\.)"
)
# The South Asia Democratic Forum cut in two has four words; few people have that many.
GROUP_WORDS = 4
# Roles whose bearers are cited; translators and reviewers are not.
_WRITING = frozenset({Role.AUTHOR, Role.CORRESPONDING_AUTHOR, Role.WRITING_ORIGINAL_DRAFT, Role.EDITOR})


def _groups(work: Work) -> list[Text]:
    """Return the names of contributors that are entered as groups, and hold no word that only a group has."""
    names = [((*loc, "organisation"), group.organisation) for loc, group in work.organisations]
    return [(loc, name) for loc, name in names if not GROUP.search(name)]


def _affiliation_texts(work: Work) -> list[Text]:
    places = [text for loc, place in work.affiliations for text in Work.parts_of(place, loc, "place")]
    return [*_affiliation_names(work), *places]


def _affiliation_names(work: Work) -> list[Text]:
    return [((*loc, "name"), place.name) for loc, place in work.affiliations if place.name]


def _is_assigned(orcid: Orcid) -> bool:
    number = int(orcid.value[:-1].replace("-", ""))
    return number in _FIRST_ORCIDS or number in _LATER_ORCIDS


def _is_cut_group(person: Person) -> bool:
    if person.given and GROUP.search(person.given):
        return True
    if not GROUP.search(person.family):
        return bool(person.given and LAST_OF_GROUP.fullmatch(person.family) and _names_nobody(person.given))
    # Bureau, Board, Union and Desk are family names too; a group that was cut in two has more words.
    if not person.given or " " in person.family or len(person.display.split()) >= GROUP_WORDS:
        return True
    return BEFORE_GROUP.match(person.given) is not None or _names_nobody(person.given)


def _names_nobody(given: str) -> bool:
    """Tell whether what stands as a given name is a word of groups: United, European, Max Planck."""
    return _OF_GROUPS.match(given) is not None


@lru_cache(maxsize=1024)
def _holds_address(text: str) -> bool:
    # An address has a digit or an @, or is a P.O. Box; most names have none of these, and need no pattern.
    likely = "@" in text or "ox" in text or any(map(str.isdigit, text))
    return bool(likely and _ADDRESS.search(_UNIT.sub("", text)))


def _is_several(name: str) -> bool:
    # Most names have neither sign, and so one part.
    if ";" not in name and "/" not in name:
        return False
    parts = _PARTS.split(name)
    houses = sum(1 for part in parts if _HOUSE.search(part))
    return houses > 1 or (len(parts) > 1 and houses == 1 and any(map(_ACRONYM.fullmatch, parts)))


def _lists_people(name: str) -> bool:
    """Tell whether commas or semicolons part whole names, each of which begins with a known given name."""
    parts = [part.split() for part in _LISTED.split(name)]
    # Most names are of one part, and the lists of given names are long.
    if len(parts) == 1 or not all(1 < len(words) < GROUP_WORDS for words in parts):
        return False
    from doideposit.records.extraction.name_words import NameWord  # noqa: PLC0415

    return all(NameWord(words[0]).is_given for words in parts)


rule(
    "person-is-organisation",
    WARNING,
    "A group entered as a person",
    message="“{name}” seems to be a group, not a person",
    hint="write `organisation: {name}`",
    why="Crossref has an element for groups; as a person its last word becomes a family name.",
    source=AFFILIATION_OR_ORGANISATION,
    bad="authors: [{given: South Asia Democratic, family: Forum}]",
    good="authors: [{organisation: South Asia Democratic Forum}]",
)(Each(Work.each_person, lambda person: _is_cut_group(person) and {"name": person.display}))


rule(
    "organisation-is-person",
    WARNING,
    "A person entered as a group",
    message="“{name}” seems to be a person, not a group",
    hint="write `given` and `family` instead of `organisation`",
    why="A group has no ORCID iD, no affiliation and no family name to be cited by.",
    source=AFFILIATION_OR_ORGANISATION,
    bad="authors: [{organisation: Siegfried O. Wolf}]",
    good="authors: [{given: Siegfried O., family: Wolf}]",
)(
    Each(
        _groups,
        lambda name: (
            (_PERSONAL.fullmatch(name) or HONORIFIC.match(name))
            and not (_ACRONYM_AND_PLACE.fullmatch(name) or names_people(name))
        ),
        called="name",
    )
)


rule(
    "organisation-several",
    ERROR,
    "Several people entered as a group",
    message="“{name}” names several people, and not a group",
    hint="give every person an entry of its own, with `given` and `family`; if it is the name of an organisation, set"
    " the finding aside with [[rules.ignore]]",
    why="As a group, none of the people is found under their own name, nor has an ORCID iD or an affiliation.",
    source=AFFILIATION_OR_ORGANISATION,
    bad="authors: [{organisation: Ana Keller and Zoë Müller}]",
    good="authors: [{organisation: Centers for Disease Control and Prevention}]",
)(Each(_groups, lambda name: names_people(name) or _lists_people(name), called="name"))


@rule(
    "affiliation-as-author",
    WARNING,
    "An employer entered as an author",
    message="“{name}” is an author here and also where {who} works",
    hint="keep it only in `affiliations`, unless the byline names it as an author",
    why="An author's employer is an affiliation; as an author it would share the credit.",
    source=AFFILIATION_OR_ORGANISATION,
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
def _find_affiliation_as_author(work: Work) -> Iterator[Match]:
    if not work.organisations:
        return
    places = {
        place.name.casefold(): person for _, person in work.persons for place in person.affiliations if place.name
    }
    for loc, group in work.organisations:
        person = places.get(group.organisation.casefold())
        if person is not None:
            name = group.organisation
            yield Match.at(*loc, "organisation", length=len(name), name=name, who=person.display)


rule(
    "affiliation-address",
    WARNING,
    "An address in an affiliation",
    message="the affiliation “{name}” holds a postal or e-mail address",
    hint="write only the name of the institution; the city goes into `place`",
    why="Only the city is deposited. An address keeps the name from being matched to an institution.",
    source=AFFILIATION_OR_ORGANISATION,
    bad="authors: [{given: Siegfried, family: Wolf, affiliations: ['SADF, 19 Avenue des Arts, 1210 Brussels']}]",
    good="authors: [{given: Siegfried, family: Wolf, affiliations: [{name: SADF, place: Brussels}]}]",
)(Each(_affiliation_texts, _holds_address, called="name"))


# A run has many records of few institutions.
rule(
    "affiliation-position",
    WARNING,
    "A position in an affiliation",
    message="the affiliation “{name}” names a position",
    hint="write only the name of the institution; positions and biographies are not deposited",
    why="An affiliation says where someone works, not as what.",
    source=AFFILIATION_OR_ORGANISATION,
    bad="authors: [{given: Siegfried O., family: Wolf, affiliations: [Director of Research at SADF]}]",
    good="authors: [{given: Siegfried O., family: Wolf, affiliations: [South Asia Democratic Forum]}]",
)(Each(_affiliation_names, _POSITION.match, called="name"))


rule(
    "affiliation-several",
    WARNING,
    "Several affiliations in one",
    message="the affiliation “{name}” seems to name several institutions",
    hint="give every institution an entry of its own",
    why="Each affiliation is matched to one institution and one ROR id.",
    source=AFFILIATION_OR_ORGANISATION,
    bad="authors: [{given: Ana, family: Keller, affiliations: ['University of Basel; Heidelberg University']}]",
    good="authors: [{given: Ana, family: Keller, affiliations: [South Asia Institute; Heidelberg University]}]",
)(Each(_affiliation_names, _is_several, called="name"))


@rule(
    "contributor-twice",
    WARNING,
    "The same contributor twice",
    message="{who} is already author {first} of this commentary",
    hint="keep one entry, with all roles in `roles`",
    why="One person is one entry. Two give two authors in every index.",
    source=AUTHORS,
    bad="authors: [{given: Siegfried O., family: Wolf}, {given: Siegfried O., family: Wolf}]",
    good="authors: [{given: Siegfried O., family: Wolf}, {given: Jane, family: Doe}]",
)
def _find_repeated_contributor(work: Work) -> Iterator[Match]:
    seen: dict[str, int] = {}
    authors = work.commentary.authors
    for index, author in enumerate(authors) if len(authors) > 1 else ():
        if isinstance(author, Organisation):
            # After a group its members may be listed, who can be authors of their own as well.
            seen = {name: place for name, place in seen.items() if isinstance(authors[place], Organisation)}
        first = seen.setdefault(author.display.casefold(), index)
        if first != index and author.display != "Anonymous" and _can_be_one(authors[first], author):
            yield Match.at("authors", index, who=author.display, first=first + 1)


def _can_be_one(first: object, second: object) -> bool:
    """Decide whether two contributors of one name can be one: iDs and affiliations tell people apart."""
    if not isinstance(first, Person) or not isinstance(second, Person):
        return True
    differ = first.affiliations and second.affiliations and first.affiliations != second.affiliations
    return not differ and (first.orcid is None or second.orcid is None)


@rule(
    "orcid-duplicate",
    ERROR,
    "Two contributors with the same ORCID iD",
    message="{who} has the ORCID iD of {other}",
    hint="an ORCID iD belongs to one person: look both up at orcid.org",
    why="Crossref rejects the whole file when two contributors of a work share an ORCID iD.",
    source=ORCID_CHECKS,
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
def _find_repeated_orcid(work: Work) -> Iterator[Match]:
    seen: dict[object, Person] = {}
    for loc, person in work.persons:
        if person.orcid is None:
            continue
        other = seen.setdefault(person.orcid, person)
        if other is not person:
            yield Match.at(*loc, "orcid", who=person.display, other=other.display)


# ORCID assigns iDs from two blocks of numbers (https://support.orcid.org, structure of the ORCID identifier); without
# their check digit.
_FIRST_ORCIDS, _LATER_ORCIDS = range(1_5000_000, 3_5000_001), range(9_0000_0000_000, 9_0010_0000_001)


rule(
    "orcid-unassigned",
    ERROR,
    "An ORCID iD that nobody has",
    message="ORCID has given the iD {orcid} to nobody",
    hint="ask the author for the iD; leave it out until you have it",
    why="Its check digit fits, but it lies outside of the two blocks that ORCID assigns iDs from: it was made up.",
    source=ORCID_STRUCTURE,
    bad="authors: [{given: Ana, family: Keller, orcid: 0000-0000-0000-0001}]",
    good="authors: [{given: Ana, family: Keller, orcid: 0009-0002-1825-0094}]",
)(
    Each(
        Work.each_person,
        lambda person: person.orcid and not _is_assigned(person.orcid) and {"orcid": person.orcid},
        "orcid",
    )
)


rule(
    "orcid-authenticated",
    WARNING,
    "Authenticated, but without an ORCID iD",
    message="{who} is marked as signed in at ORCID, and has no ORCID iD here",
    hint="add the iD the person signed in with, or delete `orcid_authenticated`",
    why="The mark says that the person signed in at ORCID to confirm this very iD.",
    source=AUTHORS,
    bad="authors: [{given: Siegfried O., family: Wolf, orcid_authenticated: true}]",
    good="authors: [{given: Siegfried O., family: Wolf, orcid: 0000-0002-1825-0097, orcid_authenticated: true}]",
)(
    Each(
        Work.each_person,
        lambda person: person.orcid_authenticated and person.orcid is None and {"who": person.display},
        "orcid_authenticated",
    )
)


rule(
    "author-role-missing",
    WARNING,
    "Nobody is an author",
    message="none of the contributors has the role author",
    hint="give those who wrote it the role author; CRediT roles can stand beside it",
    why="Citations are made from the authors; a work that has only editors or translators is cited without any.",
    source=AUTHORS,
    bad="authors: [{given: Jane, family: Doe, roles: [translator]}]",
    good="authors: [{given: Siegfried O., family: Wolf}, {given: Jane, family: Doe, roles: [translator]}]",
)(at("authors", lambda record: record.authors and all(_WRITING.isdisjoint(author.roles) for author in record.authors)))


@rule(
    "alt-name-same",
    INFO,
    "An alternative name that is no other name",
    message="the alternative name “{name}” is the name itself",
    hint="`alt_names` is for other forms, such as the original script; delete it",
    why="It adds nothing, and is deposited with every update.",
    source=SCHEMA,
    bad="authors: [{given: Siegfried, family: Wolf, alt_names: [Siegfried Wolf]}]",
    good="authors: [{given: Shinzo, family: Abe, alt_names: [安倍 晋三]}]",
)
def _find_repeated_alternative_name(work: Work) -> Iterator[Match]:
    for loc, person in work.persons:
        for index, other in enumerate(person.alt_names):
            name = other.text or " ".join(part for part in (other.given, other.family) if part)
            if name == person.display:
                yield Match.at(*loc, "alt_names", index, length=len(name), name=name)
