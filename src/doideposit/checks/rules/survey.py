"""The survey of a record: one look at everything, which says what traits it has.

What makes a thing special stands beside the rules about it.
"""

from operator import itemgetter
from typing import Any, Final, get_args

from doideposit.checks.rules.abstracts import has_colon_or_rights, is_special_abstract, is_special_language
from doideposit.checks.rules.addresses import is_special_address, names_item
from doideposit.checks.rules.contributors import is_special_affiliation
from doideposit.checks.rules.dates import has_special_date
from doideposit.checks.rules.identity import is_special_doi, is_special_number, is_special_series
from doideposit.checks.rules.names import is_special_name
from doideposit.checks.rules.reference_parts import has_special_address, has_special_year
from doideposit.checks.rules.references import has_special_text
from doideposit.checks.rules.rights import has_special_licence
from doideposit.checks.rules.texts import may_lack_letter
from doideposit.checks.rules.titles import is_special_title
from doideposit.checks.rules.traits import Trait
from doideposit.checks.rules.work import Work
from doideposit.records.models.contributors import Role
from doideposit.records.models.references import CitationType

__all__ = ["TRAITS", "survey"]

TRAITS: Final[tuple[Trait, ...]] = get_args(Trait)
"""All traits, in the order in which `survey` answers."""

# Asking the class for a member takes longer than comparing with it.
_AUTHOR: Final = Role.AUTHOR
_ARTICLE: Final = CitationType.JOURNAL_ARTICLE
_FIELDS = itemgetter(*TRAITS[: TRAITS.index("references") + 1])
_PERSON = itemgetter("given", "family", "suffix", "alt_names", "orcid", "affiliations", "orcid_authenticated")
_NO_PERSONS: Final[tuple[tuple[Any, ...], ...]] = ((),) * 7
_PLACE = itemgetter("name", "place", "ror")
_NO_PLACES: Final[tuple[tuple[Any, ...], ...]] = ((),) * 3


def survey(work: Work) -> tuple[bool, ...]:
    """Which of `TRAITS` the record has, in their order."""
    commentary = work.commentary
    return (
        *map(bool, _FIELDS(vars(commentary))),
        not commentary.abstracts,
        not commentary.effective_licences,
        not commentary.references,
        commentary.effective_crossmark_policy is not None,
        is_special_language(work),
        has_special_licence(work),
        is_special_number(commentary.number),
        is_special_doi(work),
        is_special_series(commentary.series),
        has_special_date(work),
        _has_special_address(work),
        names_item(commentary.url or ""),
        is_special_title(work),
        ": " in work.title,
        *(_abstracts(work) if commentary.abstracts else _NO_ABSTRACTS),
        *_people(work),
        *(_references(work) if commentary.references else _NO_REFERENCES),
        *_characters(work),
    )


def _has_special_address(work: Work) -> bool:
    commentary = work.commentary
    if commentary.url is None or is_special_address(commentary.url):
        return True
    others = (commentary.pdf_url, *[item.url for item in commentary.full_texts])
    return any(map(is_special_address, filter(None, others)))


def _abstracts(work: Work) -> tuple[bool, ...]:
    special = [is_special_abstract(text, plain, work.title) for _, text, plain in work.bare_abstracts]
    colons = [has_colon_or_rights(text) for _, text in work.abstracts]
    return any(special), any(colons), len(special) > 1


_NO_ABSTRACTS: Final = (False,) * 3


def _people(work: Work) -> tuple[bool, ...]:
    authors, home = work.commentary.authors, work.commentary.series.institution
    persons = [_PERSON(vars(person)) for _, person in work.persons]
    places = [_PLACE(vars(place)) for _, place in work.affiliations]
    given, family, suffixes, alt_names, orcids, affiliations, confirmed = (
        zip(*persons, strict=True) if persons else _NO_PERSONS
    )
    names, towns, rors = zip(*places, strict=True) if places else _NO_PLACES
    return (
        len(authors) > 1,
        not authors or _AUTHOR not in authors[0].roles,
        bool(work.organisations),
        any(map(is_special_name, given, family)),
        any(suffixes),
        any(alt_names),
        not all(orcids),
        not all(affiliations),
        any(confirmed) and not all(orcids),
        any(map(is_special_affiliation, filter(None, names + towns))),
        not all(rors) or (home is not None and home.ror is None),
    )


def _references(work: Work) -> tuple[bool, ...]:
    columns = work.columns
    urls = list(filter(None, columns.urls))
    addresses = "\n".join(urls)
    return (
        *map(any, columns[1:7]),
        _ARTICLE in columns.types,
        not all(map(str.isalpha, filter(None, columns.authors))),
        has_special_year(work),
        has_special_text(work),
        "/" in work.cited and "10." in work.cited,
        bool(urls) and has_special_address(urls, addresses),
        "?" in addresses,
        "\\" in addresses or "&" in addresses or "%" in addresses,
    )


_NO_REFERENCES: Final = (False,) * 14


def _characters(work: Work) -> tuple[bool, ...]:
    text = work.everything
    is_ascii, backslash, backquote = text.isascii(), "\\" in text, "`" in text
    return (
        "&" in text,
        "<" in text,
        backslash,
        backquote and "``" in text,
        backslash or backquote or "#" in text or _has_double_mark(text),
        "?" in text and may_lack_letter(text),
        "-" in text and "- " in text,
        not is_ascii,
        not is_ascii and work.unusual,
    )


def _has_double_mark(text: str) -> bool:
    # Looking for one character is many times faster than for two.
    return ("*" in text and "**" in text) or ("_" in text and "__" in text) or ("]" in text and "](" in text)
