"""Names of people: their parts, and what does not belong into them."""

import re
from collections.abc import Callable, Iterator
from operator import attrgetter

from doideposit.checks.rules.name_patterns import BYLINE_WORD, GROUP, HONORIFIC
from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.program_words import is_program_word
from doideposit.checks.rules.registry import ERROR, INFO, WARNING, Match, Rules
from doideposit.checks.rules.work import Each, Text, Work
from doideposit.findings import Loc
from doideposit.pages import AUTHORS
from doideposit.records.models.contributors import NameStyle

__all__ = ["NAMES"]

NAMES: Rules[Work] = Rules("names")
rule = NAMES.rule

# Particles that are written small before a family name, in several languages.
_PARTICLE = r"(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|bin|ibn|al|el|ter|ten|zu|af|av)"
# Initials with their points, with or without a space or a hyphen: J.-L., S. O.
_INITIALS = Pattern(r"(?:[^\W\d_]\.[\s-]?)+")
# Van Gogh and bin Salman are family names of their own.
_PARTICLE_FIRST = Pattern(rf"{_PARTICLE}\s+(?:{_PARTICLE}\s+)*[^\W\d_]{{2,}}")
# Portuguese and Spanish custom gives da, de, dos and y to either name (ABNT NBR 6023), so they are not among these.
_PARTICLE_AT_END = r"(?:van|von|vom|zu|zur|der|den|ter|ten|bin|ibn|al|el|av|af)"
# More than one may follow: “van der”, “de la”.
_PARTICLE_LAST = Pattern(rf".+\s({_PARTICLE_AT_END}(?:\s{_PARTICLE_AT_END})*)")
# Degrees that no initials look like.
_DEGREES = r"Ph\.?\s?D\.?|D\.?Phil\.?|M\.?Phil\.?|M\.?Sc\.?|B\.?Sc\.?|LL\.?[BMD]\.?|MBA|MPA|MPP|Ed\.?D\.?"
# M.A., B.A., M.D. and J.D. are initials as well: they are degrees only after a comma or a whole name.
_INITIALS_TOO = r"(?:M\.?A|B\.?A|M\.?D|J\.?D)\.?"
_DEGREE = Pattern(rf"(?:^|[\s,(])({_DEGREES}|(?<=,\s){_INITIALS_TOO}|(?<=[^\W\d_]{{3}}\s){_INITIALS_TOO})(?=$|[\s,)])")
# What Crossref's element `suffix` is for: Jr., III, 2nd.
_GENERATIONS = r"(?:Jr|Sr|Jnr|Snr|jun|sen)\.?|Junior|Senior|II|III|IV|VI{1,3}|IX|[2-5](?:nd|rd|th)"
# In Portuguese Neto, Filho, Sobrinho and Júnior do the same, and so do fils, hijo, d. J. and ml. elsewhere.
_SUFFIX = Pattern(
    rf"{_GENERATIONS}|I|V|X|Net[oa]|Filh[oa]|Sobrinho|J[uú]nior|fils|père|hijo|d\. ?[ÄJ]\.|ml\.|st\.", re.IGNORECASE
)
# Not I, V and X, which are initials as well (Ajay V Rao).
# Sen is an Indian family name and Jun a Korean given one, and Junior ends Portuguese names.
_SUFFIX_AT_END = Pattern(
    r".*?[^\W\d_]{2}.*?(?:,\s*|\s)\(?((?:[JjSs]r|[JjSs]nr)\.?|[Jj]un\.|[Ss]en\.|junior|senior|II|III|IV|VI{1,3}|[23](?:nd|rd))\)?\.?"
    r"|(Jr|Jnr)\.?\s.+"
)
# “And others” in several languages, and “et al.” with its frequent misprints.
_ET_AL = Pattern(
    r"\bet\s?\.?\s?al\b\.?|\b(?:and|und|y|e|et) (?:others|andere|otros|outros|autres|colleagues)\b|\bu\. ?a\.$",
    re.IGNORECASE,
)
# What forms and systems fill in where no author was named.
_NOBODY = Pattern(
    r"\W*(?:anonymous|anonym|anonyme|anónimo|anônimo|unknown author|n\.n|n\. n|no author|admin|administrator|webmaster|"
    r"editor|author|staff)\W*",
    re.IGNORECASE,
)
# These are family names too: beside a given name they say nothing, unless that is a word of a site.
_ALSO_NAMES = Pattern(r"(?:author|editor|staff)", re.IGNORECASE)
_OF_A_SITE = Pattern(r"(?:site|web|the|guest|admin|editorial|our|news)\b", re.IGNORECASE)
# What footnotes, addresses and lost letters leave in names. A hyphen, an apostrophe and a point belong there.
# In brackets stands a nickname, or the acronym or name of where somebody works.
_ODD = Pattern(
    r"[0-9?@#$%&+=/\\|~^{}!<>;:]|https?:|www\.|\((?:[^\W\d_a-z]{3,}\)|[^)]*\b(?:Univ|Inst|Forum|Cent)"
    # What somebody did, as title pages print it.
    r"|(?:[Ee]ds?|[Hh]gs?|[Hh]rsg|[Oo]rgs?|[Cc]oords?|[Dd]irs?|[Rr]ed|[Tt]rans|[Tt]rad|[Üü]bers|[Cc]omp)\.?\))"
)
# An entity that was not decoded; another rule names it.
_ENTITY_AT_END = Pattern(r"&\w+;$")
# Commas separated names, and daggers and stars pointed to footnotes.
_MARK = Pattern(r"^[,;.*†‡§¹²³-]|[,;*†‡§¹²³]$")
# One y or e between single words is one family name (Ortega y Gasset), and so is von und zu.
_SEVERAL = Pattern(
    r"(?<!von)\s(?:and|und|et|&|with|mit|avec)\s|;\s|;(?=[A-Z])|[、；，]|[^\W\d_]{2,}\s[^\W\d_]{2,}\s(?:y|e)\s[^\W\d_]{2,}\s[^\W\d_]{2,}"
    # The end of the first of two names that a program cut in two: “Ana Keller and”, “Ben Roy”.
    r"|\s(?:and|und|et|&)$",
    re.IGNORECASE,
)
_SECOND = Pattern(r"\s[ye]\s([^\W\d_]{3,})\s[^\W\d_]{2,}")
# Crossref asks for initials as the author writes them; APA and Chicago put a space between them.
_UNSPACED_INITIALS = Pattern(r"(?:.*\s)?(?:[^\W\d_]\.){2,}")
# NG, WU and LI may be printed so, or be initials.
SHORTEST_CAPS = 4
# Lee Lee and Hong Hong are names; a longer word twice is more likely a mistake of copying.
SHORTEST_REPEATED = 5


def _is_all_caps(name: str) -> bool:
    return name.isupper() and sum(map(str.isalpha, name)) >= SHORTEST_CAPS and not _INITIALS.fullmatch(name)


def _odd_names(work: Work) -> list[Text]:
    """Return the names that hold anything but letters: most faults show in a blank, a digit or a mark."""
    return [(loc, name) for loc, name in work.names if not name.isalpha()]


# Made once: rules that look at the same places, by the same function, go through them together.
_NAMES = attrgetter("names")


def _in_names(look: Callable[[str], object]) -> Each[str]:
    """Make the function of a rule about each part of a personal name."""
    return Each(_NAMES, look, called="name")


def _in_odd_names(look: Callable[[str], object]) -> Each[str]:
    """Make the function of a rule about something that is never found among letters alone."""
    return Each(_odd_names, look, called="name")


def _has_mark(name: str) -> bool:
    # The semicolon of an HTML entity is not a mark of its own.
    return bool(_MARK.search(name) and not _ENTITY_AT_END.search(name) and any(map(str.isalpha, name)))


def _names_several(name: str) -> bool:
    several = _SEVERAL.search(name) or _second_person(name)
    return bool(several and not GROUP.search(name) and not _ET_AL.search(name))


def _second_person(name: str) -> bool:
    """Tell whether a given name and another word follow “y” or “e”: García y Luis Pérez, unlike Ortega y Gasset."""
    found = _SECOND.search(name)
    if found is None:
        return False
    # The lists of names are long, and hardly any name needs them.
    from doideposit.records.extraction.name_words import NameWord  # noqa: PLC0415

    return NameWord(found[1]).is_given


def _odd_character(name: str) -> dict[str, str]:
    found = _ODD.search(name)
    if not found or _SEVERAL.search(name) or _SUFFIX_AT_END.fullmatch(name) or is_program_word(name):
        return {}
    return {"found": found[0]}


def _is_lower_case(name: str) -> bool:
    if not name.islower() or is_program_word(name):
        return False
    return not (_ET_AL.search(name) or _NOBODY.fullmatch(name) or _PARTICLE_FIRST.fullmatch(name))


def _names_and_groups(work: Work) -> list[Text]:
    return work.names + [((*loc, "organisation"), group.organisation) for loc, group in work.organisations]


def _nameless_families(work: Work) -> list[Text]:
    """Return the family names and the names of groups, without those that a given name shows to be a person's."""
    named = {
        (*loc, "family")
        for loc, person in work.persons
        if person.given and _ALSO_NAMES.fullmatch(person.family) and not _OF_A_SITE.match(person.given)
    }
    return [(loc, name) for loc, name in _names_and_groups(work) if loc[-1] != "given" and loc not in named]


@rule(
    "name-swapped",
    WARNING,
    "Given and family name seem to be swapped",
    message="“{given}” as given and “{family}” as family name seem to be swapped",
    hint="family names go into `family`, whatever the order in print",
    why="The schema accepts every order. Reversed names break search, citations and the link to ORCID.",
    source=AUTHORS,
    bad="authors: [{given: Wolf, family: S. O.}]",
    good="authors: [{given: S. O., family: Wolf}]",
)
def _find_swapped_names(work: Work) -> Iterator[Match]:
    for loc, person in work.persons:
        given = person.given or ""
        initials = _INITIALS.fullmatch(person.family) and sum(map(str.isalpha, given)) > sum(
            map(str.isalpha, person.family)
        )
        if given and (initials or (_PARTICLE_FIRST.fullmatch(given) and " " not in person.family)):
            yield Match.at(*loc, given=given, family=person.family)


@rule(
    "name-glued",
    WARNING,
    "Given and family name are glued together",
    message="“{name}” as a {field} name seems to hold given and family name",
    hint="split it into `given` and `family`; a name that cannot be split needs `name_style: given-only` or eastern",
    why="Only a name in its two parts is sorted and cited correctly. Someone with one name has it in `family` alone.",
    source=AUTHORS,
    bad="authors: [{family: Siegfried O. Wolf}]",
    good="authors: [{given: Siegfried O., family: Wolf}, {family: Sukarno}]",
)
def _find_joined_names(work: Work) -> Iterator[Match]:
    for loc, person in work.persons:
        if _comma_inside(person.family):
            yield _glued_match(loc, "family", person.family)
        elif person.given and _comma_inside(person.given):
            yield _glued_match(loc, "given", person.given)
        elif not person.given and person.name_style in {None, NameStyle.WESTERN} and _two_names(person.family):
            yield _glued_match(loc, "family", person.family)


def _glued_match(loc: Loc, field: str, name: str) -> Match:
    return Match.at(*loc, field, length=len(name), field=field, name=name)


def _comma_inside(name: str) -> bool:
    return "," in name[:-1] and not _DEGREE.search(name) and not _SUFFIX_AT_END.fullmatch(name)


def _two_names(family: str) -> bool:
    unclean = HONORIFIC.search(family) or _DEGREE.search(family) or _ET_AL.search(family) or _NOBODY.fullmatch(family)
    group = GROUP.search(family) or _SEVERAL.search(family) or _SUFFIX_AT_END.fullmatch(family)
    return " " in family and not unclean and not group and not _PARTICLE_FIRST.fullmatch(family)


@rule(
    "name-repeated",
    INFO,
    "The given name holds the family name",
    message="the given name “{given}” already holds the family name “{family}”",
    hint="write only the given names in `given`",
    why="Displayed together, the family name is read twice.",
    source=AUTHORS,
    bad="authors: [{given: Ana Keller, family: Keller}]",
    good="authors: [{given: David S., family: David}]",
)
def _find_repeated_family_name(work: Work) -> Iterator[Match]:
    for loc, person in work.persons:
        words = (person.given or "").split()
        # David S. David and Tsai Hong Hong are right: only a longer name at the end is likely to be there twice.
        if len(words) > 1 and words[-1] == person.family and len(person.family) >= SHORTEST_REPEATED:
            yield Match.at(*loc, "given", length=len(person.given or ""), given=person.given, family=person.family)


@rule(
    "name-honorific",
    WARNING,
    "A title such as Dr. in a name",
    message="“{found}” in the name of {who} is a title, not a name",
    hint="delete it; titles and positions are not deposited",
    why="Crossref asks for names without titles: they change, and they break the matching of authors.",
    source=AUTHORS,
    bad="authors: [{given: Dr. Siegfried O., family: Wolf}]",
    good="authors: [{given: Siegfried O., family: Wolf}]",
)
def _find_honorific_in_name(work: Work) -> Iterator[Match]:
    for loc, name in _odd_names(work):
        found = HONORIFIC.search(name)
        if found and found[1] != name:
            yield Match.at(*loc, length=len(found[1]) if found.start(1) == 0 else len(name), found=found[1], who=name)


rule(
    "name-byline",
    WARNING,
    "A word of the byline in a name",
    message="“{found}” before the name “{name}” belongs to the byline",
    hint="delete it",
    why="Bylines say “By”, “Por” or “Autor:” before the names; copied along, the word becomes a given name.",
    source=AUTHORS,
    bad="authors: [{given: By Siegfried O., family: Wolf}]",
    good="authors: [{given: Siegfried O., family: Wolf}]",
)(_in_odd_names(lambda name: (found := BYLINE_WORD.match(name)) and {"found": found[1], "name": name}))


@rule(
    "name-degree",
    WARNING,
    "An academic degree in a name",
    message="“{found}” is a degree, not a part of the name",
    hint="delete it; degrees are not deposited",
    why="Crossref asks for names without degrees.",
    source=AUTHORS,
    bad="authors: [{given: Siegfried O., family: Wolf PhD}]",
    good="authors: [{given: Siegfried O., family: Wolf}]",
)
def _find_degree_in_name(work: Work) -> Iterator[Match]:
    for loc, name in _odd_names(work):
        # A whole given name of three capitals (MPA, MBA) is somebody's initials.
        if (found := _DEGREE.search(name)) and found[1] != name:
            yield Match.at(*loc, length=len(name), found=found[1])
    for loc, person in work.persons:
        if person.suffix and _DEGREE.search(person.suffix):
            yield Match.at(*loc, "suffix", length=len(person.suffix), found=person.suffix)


rule(
    "name-blank",
    ERROR,
    "A name without a letter",
    message="“{name}” contains no letter",
    hint="write the name; someone with one name only has it in `family`, and `given` is left out",
    why="Forms that ask for two names are filled with dots and dashes. In the record they are read as the name.",
    source=AUTHORS,
    bad='authors: [{given: Ana, family: "—"}]',
    good="authors: [{family: Sukarno}]",
)(Each(_names_and_groups, lambda name: not any(map(str.isalpha, name)) and not is_program_word(name), called="name"))


rule(
    "name-suffix",
    WARNING,
    "Not a suffix of a name",
    message="“{suffix}” is not a suffix of a name",
    hint="only Jr., Sr., II, III, IV and the like; everything else is left out",
    why="The suffix distinguishes members of a family; titles, degrees and commas do not belong there.",
    source=AUTHORS,
    bad="authors: [{given: Donald, family: Eastlake, suffix: Esq.}]",
    good="authors: [{given: Donald, family: Eastlake, suffix: III}, {given: José, family: Almeida, suffix: Neto}]",
)(
    Each(
        Work.each_person,
        lambda person: (
            (suffix := person.suffix)
            and not _SUFFIX.fullmatch(suffix)
            and not _DEGREE.search(suffix)
            and {"suffix": suffix}
        ),
        "suffix",
    )
)


rule(
    "name-suffix-misplaced",
    WARNING,
    "A suffix within a name",
    message="“{name}” holds “{suffix}”, which has a field of its own",
    hint="write `suffix: {suffix}`, and delete it here",
    why="In a name of its own the suffix becomes a part of the name that people are sorted and cited by.",
    source=AUTHORS,
    bad="authors: [{given: Ana, family: Keller Jr.}]",
    good="authors: [{given: Ana, family: Keller, suffix: Jr.}, {given: José, family: Almeida Neto}]",
)(_in_odd_names(lambda name: (found := _SUFFIX_AT_END.fullmatch(name)) and {"suffix": found[1] or found[2]}))


rule(
    "name-et-al",
    ERROR,
    "“et al.” is not an author",
    message="“{found}” stands for authors who are not named",
    hint="name all authors, in the order of the byline",
    why="Crossref wants every author. Those left out are never linked to their work.",
    source=AUTHORS,
    bad="authors: [{given: Siegfried O., family: Wolf et al.}]",
    good="authors: [{given: Siegfried O., family: Wolf}, {given: Jane, family: Doe}]",
)(Each(_names_and_groups, _ET_AL.search))


rule(
    "name-anonymous",
    ERROR,
    "A word in place of a name",
    message="“{name}” is not the name of anyone",
    hint="write `anonymous: true` for an author who is not named, or the group under `organisation`",
    why="Crossref has an element for anonymous authors; a word in the place of a name becomes a person in every index.",
    source=AUTHORS,
    bad="authors: [{family: Anonymous}]",
    good="authors: [{anonymous: true}]",
)(Each(_nameless_families, _NOBODY.fullmatch, called="name"))


rule(
    "name-character",
    WARNING,
    "A character that no name has",
    message="the name “{name}” contains “{found}”",
    hint="correct the name: it may be a footnote number, an address or a letter lost in copying",
    why="Older versions of the schema rejected digits and question marks in names; the present one takes them unseen.",
    source=AUTHORS,
    bad="authors: [{given: Siegfried O., family: Wolf1}]",
    good="authors: [{given: Siegfried O., family: Wolf}]",
)(_in_odd_names(_odd_character))


rule(
    "name-all-caps",
    WARNING,
    "A name in capitals",
    message="the name “{name}” is written in capitals",
    hint="write it as the author does: with one capital",
    why="Some bylines print family names in capitals; records and citations do not.",
    source=AUTHORS,
    bad="authors: [{given: Siegfried O., family: WOLF}]",
    good="authors: [{given: Siegfried O., family: Wolf}, {given: JS, family: NG}]",
)(_in_names(lambda name: _is_all_caps(name) and not is_program_word(name)))


rule(
    "name-lower-case",
    WARNING,
    "A name without a capital",
    message="the name “{name}” has no capital letter",
    hint="write it as the author does, or ignore this finding where the author writes it so",
    why="Names typed in a hurry, or taken from an e-mail address, lose their capitals.",
    source=AUTHORS,
    bad="authors: [{given: Siegfried, family: wolf}]",
    good="authors: [{given: Siegfried, family: de Wolf}]",
)(_in_names(_is_lower_case))


rule(
    "name-particle",
    WARNING,
    "A particle at the end of the given name",
    message="“{particle}” at the end of the given name usually belongs to the family name",
    hint="write `family: {particle} {family}`, unless the author writes it otherwise",
    why="Particles stay with the family name, so that the name is sorted and cited as its bearer wants.",
    source=AUTHORS,
    bad="authors: [{given: Ursula von der, family: Leyen}]",
    good="authors: [{given: Ursula, family: von der Leyen}]",
)(
    Each(
        Work.each_person,
        lambda person: (
            (found := _PARTICLE_LAST.fullmatch(person.given or "")) and {"particle": found[1], "family": person.family}
        ),
        "given",
    )
)


rule(
    "name-initials",
    INFO,
    "Initials without spaces",
    message="the initials “{given}” have no spaces between them",
    hint="write “S. O.” rather than “S.O.”, unless the author prefers otherwise",
    why="Initials keep their points and spaces, so that one person is not read as two.",
    source=AUTHORS,
    bad="authors: [{given: S.O., family: Wolf}]",
    good="authors: [{given: S. O., family: Wolf}]",
)(
    Each(
        Work.each_person,
        lambda person: (
            (given := person.given) and "." in given[:-1] and _UNSPACED_INITIALS.fullmatch(given) and {"given": given}
        ),
        "given",
    )
)


rule(
    "name-punctuation",
    WARNING,
    "A mark at the edge of a name",
    message="the name “{name}” begins or ends with a mark that is not part of it",
    hint="delete the mark: it separated names, or pointed to a footnote",
    why="Bylines put commas between names and footnote signs after them; both stick when they are copied.",
    source=AUTHORS,
    bad='authors: [{given: Siegfried O., family: "Wolf*"}]',
    good="authors: [{given: Siegfried O., family: Wolf}]",
)(_in_odd_names(_has_mark))


rule(
    "name-several",
    WARNING,
    "Two people in one name",
    message="“{name}” seems to name more than one person",
    hint="give every person an entry of its own in `authors`",
    why="Every author needs an entry, or nobody but the first is found.",
    source=AUTHORS,
    bad="authors: [{given: Siegfried, family: Wolf and Jane Doe}]",
    good="authors: [{given: Siegfried, family: Wolf}, {given: Jane, family: Doe}]",
)(_in_odd_names(_names_several))
