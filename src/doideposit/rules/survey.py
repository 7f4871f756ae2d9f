"""The survey of a record: one look at everything, which says what traits it has."""

from operator import itemgetter
from typing import Final, get_args

from doideposit.models.contributors import Person
from doideposit.models.references import CitationType
from doideposit.rules.patterns import Pattern
from doideposit.rules.traits import Trait
from doideposit.rules.work import Work

__all__ = ["TRAITS", "survey"]

TRAITS: Final[tuple[Trait, ...]] = get_args(Trait)
"""All traits, in the order in which `survey` answers."""

_FIELDS = itemgetter(*TRAITS[: TRAITS.index("references") + 1])
_CREATIVE_COMMONS = Pattern(r"https://creativecommons\.org/licenses/by(?:-nc)?(?:-nd|-sa)?/4\.0/")
# An address with a host of several words and a path, the ending ``.lan`` of a network at home left out.
_ADDRESS = Pattern(r"https://(?:[a-z0-9-]+\.)+(?!lan(?:/|$))[a-z]{2,3}(?:/[A-Za-z0-9/_.~%-]*(?<!\.))?")
_DOUBTFUL_WORDS = (
    "example your placeholder todo xxx lorem draft preview staging wp-admin //dev. doi.org crossref.org handle.net"
).split()
# A text that may be an address, a heading, a pointer to another entry, or begin with its number.
_BEGINNING = Pattern(
    r"\n(?i:https?://|www\.|references?\b|bibliography|sources|literature|works cited|endnotes|notes|ibid|op\. ?cit"
    r"|loc\. ?cit|idem|id\.|see (?:above|note)|\[\d|\(\d|\d{1,3}[.)])"
)
SHORT_TEXT = 15
_YEARS = Pattern(r"(?:(?:1[4-9]|20|21)[0-9][0-9]\n)*")


def survey(work: Work) -> tuple[bool, ...]:
    """Which of `TRAITS` the record has, in their order."""
    commentary = work.commentary
    number = commentary.number
    return (
        *map(bool, _FIELDS(vars(commentary))),
        number[0] == "0" or not number.isdigit(),
        any(map(_is_special, _addresses(work))),
        _has_special_licence(work),
        *_people(work),
        *(_references(work) if commentary.references else _NO_REFERENCES),
        *_characters(work),
    )


def _addresses(work: Work) -> list[str]:
    commentary = work.commentary
    found = [commentary.url, commentary.pdf_url, *[item.url for item in commentary.full_texts]]
    return [url for url in found if url]


def _is_special(url: str) -> bool:
    return not _ADDRESS.fullmatch(url) or any(map(url.lower().__contains__, _DOUBTFUL_WORDS))


def _has_special_licence(work: Work) -> bool:
    licences = work.commentary.effective_licences
    if len(licences) != 1:
        return bool(licences)
    (licence,) = licences
    return (
        licence.start_date is not None
        or licence.url == work.commentary.url
        or not _CREATIVE_COMMONS.fullmatch(licence.url)
    )


def _people(work: Work) -> tuple[bool, ...]:
    persons = [person for _, person in work.persons]
    return (
        len(work.commentary.authors) > 1,
        bool(work.organisations),
        bool(work.affiliations),
        any([person.alt_names for person in persons]),
        any([person.suffix for person in persons]),
        any([_is_special_name(person.family) or _is_special_name(person.given or person.family) for person in persons]),
    )


def _is_special_name(name: str) -> bool:
    return not (name.isalpha() and name.istitle()) or name.isupper()


def _references(work: Work) -> tuple[bool, ...]:
    columns = work.columns
    return (
        *map(any, columns[1:7]),
        CitationType.JOURNAL_ARTICLE in columns.types,
        any(columns.years),
        not all(map(str.isalpha, filter(None, columns.authors))),
        _has_special_year(work),
        min([len(text) for _, _, text in work.references]) < SHORT_TEXT or _BEGINNING.search(work.cited) is not None,
    )


_NO_REFERENCES: Final = (False,) * 11


def _has_special_year(work: Work) -> bool:
    years = [year for year in work.columns.years if year]
    if not years:
        return False
    latest = work.commentary.published.year + 1
    return max(years) > str(latest) or not _YEARS.fullmatch("\n".join([*years, ""]))


_DOUBLE_MARKS: Final = ("**", "__", "](")  # Looking for one character is many times faster than for two.


def _characters(work: Work) -> tuple[bool, ...]:
    text = work.everything
    is_ascii, backslash, backquote = text.isascii(), "\\" in text, "`" in text
    return (
        "&" in text,
        "<" in text,
        backslash,
        backquote and "``" in text,
        backslash or backquote or "#" in text or any(mark in text for mark in _DOUBLE_MARKS if mark[0] in text),
        "?" in text,
        "-" in text and "- " in text,
        not is_ascii,
        not is_ascii and work.unusual,
    )
