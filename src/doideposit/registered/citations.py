"""Compare a reference with the work that a DOI names: is it that work, its near twin, or something else?

Crossref's score says how well a text answers a search, and is not proof: other editions, other parts of the same title
and the same title of another year score as high. So title, year, author, volume and pages are compared one by one, as
far as both sides have them; what one side does not say is never held against the other.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Final

from doideposit.crossref.registrar import FoundWork
from doideposit.records.origin import RawValue

__all__ = ["CitationDoubt", "ComparedReference"]

# How alike two titles are, from 0 to 1, that differ by a misprint or an article at most.
ALIKE: Final = 0.92
# Below this two titles are plainly those of two works.
RELATED: Final = 0.6
# The share of the words of a title that a printed reference has to have, in any order.
COVERED: Final = 0.9
# Between a preprint, the online and the printed version lie up to two years.
PLAIN_YEARS: Final = 2

# Years of printed works; other numbers are volumes and pages.
_YEAR: Final = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
# Addresses hold words of their own, and say nothing of the title.
_URL: Final = re.compile(r"\b(?:https?://|www\.|doi:)\S+", re.IGNORECASE)
# "Part 2", "Vol. III" or "2nd edition": what tells a work from its near twins.
_PART: Final = re.compile(
    r"\b(?:part|pt|volume|vol|book|teil|band|bd|tome|parte|number|no|nr|edition|ed|auflage|aufl)\.?\s*(\d{1,4}|[ivx]{1,5})\b"
    r"|\b(\d{1,3})(?:st|nd|rd|th|\.)?\s*(?:revised\s+)?(?:edition|edn|ed\b|auflage|aufl)",
    re.IGNORECASE,
)
_ROMAN: Final = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9",
                 "x": "10", "xi": "11", "xii": "12"}  # fmt: skip
# Words that titles of all works share, in the languages of most references.
_SMALL: Final = frozenset(
    "a an the and of in on for to und der die das des ein eine von zu et le la les l un une de du des y el los las "
    "e il lo gli o os as".split()
)
# Forms that styles shorten, by what catalogues write.
_SHORT: Final = {"vol": "volume", "pt": "part", "ed": "edition", "edn": "edition", "bd": "band", "nr": "no"}
# Letters and digits of any script; signs are printed by some styles and not by others.
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class CitationDoubt:
    """Describe one thing in which a work is not what a reference says; `plain` where no two versions of it differ so.

    `field` is title, year, author, volume, issue, page or part.
    """

    field: str
    what: str
    plain: bool = False


class ComparedReference:
    """Hold the fields of a reference, in the forms in which it is compared with works."""

    def __init__(self, fields: Mapping[str, RawValue]) -> None:
        self.fields = fields

    def part(self, name: str) -> str:
        """Return a part that the reference gives on its own."""
        return _without_markup(_text_field(self.fields, name))

    @cached_property
    def words(self) -> list[str]:
        """Return the words of the whole reference, folded."""
        return _words_of(self.text)

    @cached_property
    def years(self) -> set[int]:
        """Return every year that it may be of."""
        return {int(element) for element in _YEAR.findall(self.part("year") or self.text)}

    @cached_property
    def titles(self) -> list[str]:
        """Return the titles that it gives on their own; any of them may be the one registered."""
        names = ("article_title", "volume_title", "series_title", "journal_title")
        # Without a title of its own, the first words of an entry are its authors.
        given = [self.part(name) for name in names[: 2 if self.part("article_title") else 4]]
        return [part for part in given if part]

    @cached_property
    def text(self) -> str:
        """Return what it says; not its address, which repeats parts of titles, and years."""
        return _URL.sub(" ", _without_markup(self.printed))

    @property
    def printed(self) -> str:
        """Return a reference as one line: as printed, or else its parts in the usual order."""
        fields = self.fields
        text = _text_field(fields, "text")
        if text:
            return " ".join(text.split())
        names = ("author", "year", "article_title", "volume_title", "series_title", "journal_title", "volume", "issue",
                 "first_page", "edition", "std_designator", "url")  # fmt: skip
        year = _text_field(fields, "year")
        parts = (f"({year})" if name == "year" and year else _text_field(fields, name) for name in names)
        return ". ".join(part for part in parts if part)

    def doubts(self, work: FoundWork) -> tuple[CitationDoubt, ...]:
        """Return everything in which a work is not what it says, the weightiest first; nothing when it fits."""
        found = (
            _title_doubt(self, work),
            _author_doubt(self, work),
            _year_doubt(self, work),
            *_place_doubts(self, work),
            _part_doubt(self, work),
        )
        return tuple(doubt for doubt in found if doubt is not None)

    def candidate_doubts(self, work: FoundWork) -> tuple[CitationDoubt, ...]:
        """Return what speaks against a work that a search found; that something cannot be compared speaks so too."""
        found = self.doubts(work)
        told = {doubt.field for doubt in found}
        unknown = (
            ("title", not _comparable_titles(self, work), "its title cannot be compared"),
            ("author", not _comparable_authors(self, work), "its authors cannot be compared"),
            ("year", not (work.years and self.years), "its year cannot be compared"),
        )
        return (*found, *(CitationDoubt(name, what) for name, holds, what in unknown if holds and name not in told))

    def is_plainly_other(self, work: FoundWork) -> bool:
        """Tell whether a work is plainly not the one that a reference describes.

        A title can be translated, or left out where physicists cite: so volume and page together outweigh it. Books
        are printed again for decades, so that another year alone is not proof there; of an article it is.
        """
        plain = {doubt.field for doubt in self.doubts(work) if doubt.plain}
        if _is_found_by_place(self, work):
            return False
        is_book = work.type.endswith("book") or work.type.startswith(("book", "monograph"))
        return "title" in plain or {"year", "author"} <= plain or ("year" in plain and bool(work.type) and not is_book)


def _title_doubt(cited: ComparedReference, work: FoundWork) -> CitationDoubt | None:
    titles = _comparable_titles(cited, work)
    if not titles:
        return None
    # The best of both ways: a reference may give its parts, and print more than they say.
    alike = max((_similarity(title, other) for title in titles for other in cited.titles), default=0.0)
    covered = max(_covered_share(title, cited.words) for title in titles)
    if alike >= ALIKE or covered >= COVERED:
        return None
    what = f"the title is “{_shorten(work.titles[0])}”"
    return CitationDoubt("title", what, plain=max(alike, covered) < RELATED)


def _comparable_titles(cited: ComparedReference, work: FoundWork) -> list[str]:
    """Return the titles of a work in the script of the reference."""
    titles = [_without_markup(title) for title in work.titles if _words_of(_without_markup(title))]
    return [title for title in titles if cited.words and _same_script(cited.text, title)]


def _comparable_authors(cited: ComparedReference, work: FoundWork) -> list[str]:
    names = [" ".join(_words_of(_without_markup(author))) for author in work.authors]
    return [name for name in names if name and _same_script(cited.text, name)]


def _author_doubt(cited: ComparedReference, work: FoundWork) -> CitationDoubt | None:
    names = _comparable_authors(cited, work)
    if not names:
        return None
    given = " ".join(_words_of(cited.part("author"))) or " ".join(cited.words)
    padded = f" {given} "
    if any(f" {name} " in padded or f" {given} " in f" {name} " for name in names):
        return None
    # A double name may be cited by one of its parts.
    if any(f" {part} " in padded for name in names for part in name.split() if len(part) > 3):  # noqa: PLR2004
        return None
    others = " and others" if len(work.authors) > 1 else ""
    return CitationDoubt("author", f"it is by {_shorten(work.authors[0])}{others}", plain=True)


def _year_doubt(cited: ComparedReference, work: FoundWork) -> CitationDoubt | None:
    given = cited.years
    if not given or not work.years or given & set(work.years):
        return None
    apart = min(abs(one - other) for one in given for other in work.years)
    years = " and ".join(map(str, work.years))
    return CitationDoubt("year", f"it is of {years}", plain=apart > PLAIN_YEARS)


def _place_doubts(cited: ComparedReference, work: FoundWork) -> Iterator[CitationDoubt]:
    """Yield what differs of volume, issue and first page: only what the reference gives on its own can be compared."""
    for name, field, found in (
        ("volume", "volume", work.volume),
        ("issue", "issue", work.issue),
        ("page", "first_page", _first_page(work.page)),
    ):
        given = cited.part(field)
        if given and found and _normal_number(given) != _normal_number(found):
            yield CitationDoubt(name, f"the {name} is {_shorten(found)}")


def _part_doubt(cited: ComparedReference, work: FoundWork) -> CitationDoubt | None:
    """Return a doubt where one of the two is a part, or an edition, and the other another one or none."""
    shown = " ".join([*work.titles, f"volume {work.volume}", f"no {work.issue}"])
    known = {_normal_number(word) for word in _words_of(_without_markup(shown))}
    named = {_normal_number(number) for text in [cited.text, *cited.titles] for number in _part_numbers(text)}
    edition = re.findall(r"\d+", cited.part("edition"))
    # After "ed." or "no." there may be the year, which is compared on its own.
    missing = sorted({*named, *map(_normal_number, edition)} - known - set(map(str, cited.years)))
    titled = {_normal_number(number) for title in work.titles for number in _part_numbers(_without_markup(title))}
    beyond = sorted(titled - {_normal_number(word) for word in cited.words})
    if missing:
        return CitationDoubt("part", f"the reference names part, volume or edition {', '.join(missing)}")
    if beyond:
        return CitationDoubt("part", f"it is part, volume or edition {', '.join(beyond)}")
    return None


def _is_found_by_place(cited: ComparedReference, work: FoundWork) -> bool:
    """Tell whether volume and first page both say that it is this work."""
    given = {_normal_number(one) for one in (cited.part("volume"), cited.part("first_page")) if one} or {
        _normal_number(word) for word in cited.words
    }
    place = {_normal_number(part) for part in (work.volume, _first_page(work.page)) if part}
    return len(place) > 1 and place <= given


def _part_numbers(text: str) -> Iterator[str]:
    for found in _PART.finditer(text):
        yield found[1] or found[2]


def _similarity(one: str, other: str) -> float:
    first, second = _title_words(one), _title_words(other)
    if {word for word in first if _is_number(word)} != {word for word in second if _is_number(word)}:
        # "Part I" and "Part II" differ by one letter.
        return min(ALIKE - 0.01, SequenceMatcher(None, " ".join(first), " ".join(second)).ratio())
    return SequenceMatcher(None, " ".join(first), " ".join(second)).ratio()


def _covered_share(title: str, words: list[str]) -> float:
    """Return the share of the words of a title that is among these; a missing number counts as a difference."""
    wanted = _title_words(title)
    there = {_SHORT.get(word) or _normal_number(word) for word in words}
    share = sum(word in there for word in wanted) / len(wanted)
    numbers = {_normal_number(word) for word in wanted if _is_number(word)}
    # Where a number differs, the words alone must not be enough.
    return share if numbers <= {_normal_number(word) for word in there} else min(share, COVERED - 0.01)


def _is_number(word: str) -> bool:
    return word.isdigit() or word in _ROMAN


def _normal_number(text: str) -> str:
    """Return a number in one form: 012, XII, 12th and 12 are the same."""
    folded = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", text.strip().casefold())
    return _ROMAN.get(folded) or (folded.lstrip("0") or "0" if folded.isdigit() else folded)


def _first_page(page: str) -> str:
    return re.split(r"[-\u2010-\u2015,;\s]", page.strip())[0]


def _words_of(text: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(letter for letter in letters if not unicodedata.combining(letter)))


def _title_words(text: str) -> list[str]:
    """Return the significant words of a title: people leave articles out, and write “&” for “and”."""
    words = [_SHORT.get(word) or _normal_number(word) for word in _words_of(text)]
    return [word for word in words if word not in _SMALL] or words


def _same_script(one: str, other: str) -> bool:
    """Tell whether both have Latin letters, or both have none: transliterated text cannot be compared."""
    return bool(re.search(r"[a-z]", _fold(one))) is bool(re.search(r"[a-z]", _fold(other)))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold())


def _without_markup(text: str) -> str:
    """Return a text without the face markup that the REST API keeps."""
    return " ".join(re.sub(r"</?[A-Za-z][^<>]*>", "", text).split())


def _text_field(fields: Mapping[str, RawValue], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


# Ninety characters of a title show which work it is.
def _shorten(text: str, most: int = 90) -> str:
    plain = _without_markup(text)
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
