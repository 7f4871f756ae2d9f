"""The name of a person, split into given and family name, with what told the one from the other.

The family name is the last word with the particles before it (van, de, bin), unless the name shows that it stands
first or has two words: capitals, a script, a list of names, or another place of the document that prints “Family, G.”.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from doideposit.records.extraction.name_words import (
    CHINESE_COMPOUND,
    CHINESE_FAMILY,
    FAMILY_FIRST,
    KOREAN_FAMILY,
    NameWord,
)
from doideposit.records.extraction.names import DEGREES, SUFFIXES, NameText

__all__ = ["PrintedName"]

# “Zia ul Haq” is one name: the article joins the word before it with the one after it.
_JOINING = frozenset("ul ur ud us un".split())
# Portuguese, Italian, Spanish and Catalan join two family names with these.
_CONJUNCTIONS = frozenset("e y i".split())
# The first half of a name of two words: “Abd al-Rahman”, “Abdul Aziz”.
_SERVANT = frozenset("abd abdul abdel abdal abdur abdus".split())
# Given names that are Spanish and not Portuguese: two family names follow them more often than one.
_SPANISH = frozenset(
    "lucía maría andrés sofía martín sebastián joaquín ramón raúl rocío inés álvaro óscar mónica verónica adrián "
    "julián iván juan pablo javier alejandro alejandra carmen pilar consuelo enrique guillermo ignacio esteban jaime "
    "gonzalo santiago soledad jimena ximena luis juana gabriel josé carlos manuel miguel mercedes montserrat".split()
)
# Portuguese has two family names without any sign between them; a given name of the country tells that.
_PORTUGUESE = frozenset(
    "joão joana luís inês tiago rui paulo pedro ana antónio antônio beatriz catarina fernando rita nuno vasco marta "
    "teresa duarte thiago luiz márcia lúcia fábio".split()
)
# Written out they are Muhammad; so short they are as good as an initial.
_SHORTENED = frozenset("md mohd mhd moh".split())
# A nickname or a second script is in round brackets.
_ROUND = re.compile(r"\(([^)]*)\)")
# Characters of Chinese, Japanese and Korean: there the family name comes first and no space separates it.
_EAST_ASIAN = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
# Syllables of Pinyin: an initial that may be missing, and a final.
_SYLLABLE = (
    r"(?:[bpmfdtnlgkhjqxzcsryw]|zh|ch|sh)?(?:[iuü]?(?:ai|ao|ang|an|a|eng|en|ei|er|e|ong|ou|o)|i[un]|ing|ui|un|[iuü])"
)
# Two syllables written as one word are a Chinese given name, as in Xiaoping.
_PINYIN = re.compile(rf"{_SYLLABLE}{_SYLLABLE}", re.IGNORECASE)
# One syllable of a Chinese, Korean or Vietnamese given name, in the spellings that are used for them.
_ONE_SYLLABLE = re.compile(
    r"(?:[bcdfghjklmnpqrstvwxyz]|zh|ch|sh|ng|nh|ph|th|tr|kh|hy|ky|gy)?[aeiouy]{1,3}(?:ng|nh|n|m|p|t|k|ch?)?h?"
)
# The Arabic article, also in the forms it takes before a sun letter.
_ARTICLE = re.compile(r"(?:al|el|ad|ar|as|at|az)-\w", re.IGNORECASE)
# Numbers of words in a name, or of characters.
_TWO, _THREE, _FOUR = 2, 3, 4
_LONG_GIVEN = 5  # in letters: so long, two syllables of pinyin are hardly a name of another language


@dataclass(frozen=True, slots=True)
class PrintedName:
    """Hold a name in its parts; `titles` and `degrees` are what was left out.

    `group` is set for a body, which has no parts; `note` is what is in brackets after the name. `sure` says that
    there was only one way to split: one word, or one word and initials before the family name. `how` says what told.
    """

    printed: str
    given: str | None = None
    family: str | None = None
    suffix: str | None = None
    titles: tuple[str, ...] = ()
    degrees: tuple[str, ...] = ()
    group: str | None = None
    note: str | None = None
    sure: bool = True
    eastern: bool = False
    how: str = ""

    @property
    def display(self) -> str:
        """Return the name without titles and degrees."""
        return self.group or " ".join(part for part in (self.given, self.family, self.suffix) if part)

    @classmethod
    def read(cls, text: str, elsewhere: Sequence[str] = ()) -> Self:
        """Read the name of a person in a byline.

        `elsewhere` are lines of the document that may print it turned round.
        """
        outside = NameText(_ROUND.sub("", text))
        plain = outside.untitled
        family_first, comma, given = plain.partition(",")
        printed = f"{given} {family_first}" if comma else plain
        words = [NameWord(word) for word in printed.replace(",", " ").split()]
        degrees = _take_from_end(words, DEGREES)
        suffixes = _take_from_end(words, SUFFIXES)
        if not words:
            return cls(text, family=text.strip(), sure=False)
        if comma:
            start = len(words) - len(family_first.split())
            split = _Split(words[:start], words[start:], sure=True)
        else:
            split = _split_words(words, elsewhere)
        return cls(
            text,
            given=" ".join(split.given) or None,
            family=" ".join(split.family),
            suffix=" ".join(suffixes) or None,
            titles=outside.titles,
            degrees=tuple(degrees),
            note=next((note for note in _ROUND.findall(text) if NameWord(note).key not in DEGREES), None),
            sure=split.sure,
            eastern=split.eastern,
            how=split.how,
        )


@dataclass(frozen=True, slots=True)
class _Split:
    """Hold a way to split: the words of the given and of the family name."""

    given: Sequence[str]
    family: Sequence[str]
    sure: bool
    eastern: bool = False
    how: str = ""


def _split_words(words: Sequence[NameWord], elsewhere: Sequence[str]) -> _Split:
    """Split a name without a comma, by the first rule that applies."""
    found = (
        _split_by_script(words)
        or _split_by_capitals(words)
        or _split_by_turned_name(words, elsewhere)
        or _split_east_asian(words)
        or _split_hungarian(words)
    )
    if found is not None:
        return found
    start, sure = _split_point(words)
    return _Split(words[:start], words[start:], sure)


def _split_by_script(words: Sequence[NameWord]) -> _Split | None:
    """Split a name in Chinese, Japanese or Korean script: the family name is first, with or without a space."""
    if not all(_EAST_ASIAN.fullmatch(word) for word in words):
        return None
    if len(words) == _TWO:
        return _Split(words[1:], words[:1], sure=True, eastern=True)
    name = words[0]
    if len(words) > 1 or len(name) < _TWO:
        return None
    if name[:2] in CHINESE_COMPOUND and len(name) in {_THREE, _FOUR}:
        return _Split([name[2:]], [name[:2]], sure=True, eastern=True, how="a Chinese family name of two characters")
    if len(name) <= _THREE and (name[0] in CHINESE_FAMILY or name[0] in KOREAN_FAMILY):
        return _Split([name[1:]], [name[:1]], sure=True, eastern=True, how="a family name of one character")
    return None


def _is_initial(word: str) -> bool:
    """Tell whether a word is one letter or more with stops, as in “J.-P.”."""
    return bool(re.fullmatch(r"(?:[^\W\d_]\.?-?)+", word)) and ("." in word or len(word) == 1) and word[0].isupper()


def _split_by_capitals(words: Sequence[NameWord]) -> _Split | None:
    """Split where one end of the name is printed in capitals and the other is not: that is its family name."""
    loud = [len(word) > 1 and word.isupper() and not _is_initial(word) for word in words]
    first = next((at for at, is_loud in enumerate(loud) if not is_loud), len(words))
    # From the end, since capitals mark the family name in front or after: Siegfried O. WOLF and WOLF Siegfried.
    last = next((at for at, is_loud in enumerate(reversed(loud)) if not is_loud), len(words))
    quiet = [word for word, is_loud in zip(words, loud, strict=True) if not is_loud]
    if bool(first) == bool(last) or not any(letter.islower() for word in quiet for letter in word):
        return None
    how = "the family name is printed in capitals"
    if first:
        return _Split(
            words[first:], _in_normal_case(words[:first]), sure=_is_plain(words[:first]), eastern=True, how=how
        )
    start = len(words) - last
    while start > 1 and words[start - 1].is_particle and words[start - 1].islower():
        start -= 1
    return _Split(words[:start], _in_normal_case(words[start:]), sure=_is_plain(words[start:]), how=how)


def _in_normal_case(words: Sequence[NameWord]) -> list[str]:
    """Return a family name in normal case: “EL-KHOURY” becomes “El-Khoury”, “O’NEILL” “O’Neill”."""
    return [
        re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), word) if len(word) > 1 and word.isupper() else word
        for word in words
    ]


def _is_plain(words: Sequence[NameWord]) -> bool:
    """Tell whether capitals hide nothing: “MCDONALD” may be McDonald, and “DE” de or De."""
    return not any(word.startswith(("MC", "MAC", "FITZ")) or (word.isupper() and word.is_particle) for word in words)


def _split_by_turned_name(words: Sequence[NameWord], elsewhere: Sequence[str]) -> _Split | None:
    """Split as another line of the document prints the name turned round: “Benavides Quiroga, L.”."""
    for start in range(1, len(words) if elsewhere and len(words) > _TWO else 0):
        family = r"\s+".join(map(re.escape, words[start:]))
        turned = re.compile(
            rf"(?<!\w)(?<!{re.escape(words[start - 1])} ){family},\s+{re.escape(words[0][0])}(?!\w*\s*,\s*\d)"
        )
        if any(words[-1] in text and turned.search(text) for text in elsewhere):
            return _Split(words[:start], words[start:], sure=True, how="the document prints the family name first too")
    return None


def _split_east_asian(words: Sequence[NameWord]) -> _Split | None:
    """Split “Lim Wei Jie”, “Chen Xiaoming” and “Kim Jong-un”: a family name of East Asia, then syllables."""
    first, rest = words[0].folded, words[1:]
    how = "a family name that comes first"
    # Only East Asian given names are written with a hyphen and a small letter after it.
    if len(words) == _TWO and first in FAMILY_FIRST | {"lee"} and re.fullmatch(r"[^\W\d_]{2,6}-[a-z]{2,6}", words[1]):
        return _Split(rest, words[:1], sure=True, eastern=True, how=how)
    if any(map(_is_initial, words)) or any(word.is_given for word in rest) or words[0].is_given:
        return None
    last_is_family = words[-1].folded in FAMILY_FIRST
    if len(words) == _THREE and first in FAMILY_FIRST:
        sure = not last_is_family and all(_ONE_SYLLABLE.fullmatch(word.folded) for word in rest)
        return _Split(rest, words[:1], sure=sure, eastern=True, how=how)
    if len(words) == _THREE and last_is_family and all(_ONE_SYLLABLE.fullmatch(word.folded) for word in words[:2]):
        return _Split(words[:2], words[2:], sure=True)
    if len(words) != _TWO or first not in FAMILY_FIRST:
        return None
    return _split_two_words(words, last_is_family=last_is_family)


def _split_two_words(words: Sequence[NameWord], *, last_is_family: bool) -> _Split | None:
    """Split an East Asian family name and one more word: “Chen Xiaoming”; “Chen Wei” stays ambiguous."""
    given = words[1].folded
    if last_is_family:
        return _Split(words[:1], words[1:], sure=False)
    if not (_PINYIN.fullmatch(given) or _ONE_SYLLABLE.fullmatch(given)):
        return None
    sure = len(given) >= _LONG_GIVEN and bool(_PINYIN.fullmatch(given))
    return _Split(words[1:], words[:1], sure=sure, eastern=True, how="a family name that comes first")


def _split_hungarian(words: Sequence[NameWord]) -> _Split | None:
    """Split “Szabó Eszter”: the given name is the last word, and the first is none."""
    if len(words) != _TWO or words[0].may_begin or not words[1].is_hungarian or _is_initial(words[0]):
        return None
    # Without the accents of Hungarian the name may be German or English, and its order unusual.
    sure = not words[1].isascii() or not words[0].isascii() or not words[1].is_european
    return _Split(words[1:], words[:1], sure=sure, eastern=True, how="a Hungarian given name comes last")


def _split_point(words: Sequence[NameWord]) -> tuple[int, bool]:
    """Return the index where the family name begins, and whether that is certain."""
    start = _family_start(words)
    if start > 1 and words[start].key in _JOINING | _CONJUNCTIONS:
        return start - 1, start == _TWO
    if len(words) == _FOUR and start == _THREE and words[1].is_given and not words[2].is_given:
        return start - 1, False  # “José Luis Rodríguez Zapatero”: two given names are followed by two family names.
    iberian = _SPANISH if start == len(words) - 1 else _SPANISH | _PORTUGUESE
    if start == _TWO and words[0].lower() in iberian and not words[1].is_given:
        return start - 1, False  # “Lucía Benavides Quiroga”, “João Pereira dos Santos”
    particles = start < len(words) - 1
    # One given name, with initials or without, leaves no doubt; a second may be half of the family name.
    before = [word for word in words[:start] if not (_is_initial(word) or word.key in _SHORTENED)]
    if not before and words[start].key in _SERVANT:
        return start, False
    simple = len(before) <= 1 or all(word.is_given for word in before[1:]) or bool(_ARTICLE.match(words[-1]))
    turned = len(words) > 1 and not words[0].may_begin and not _is_initial(words[0]) and words[-1].is_european
    return start, start == 0 or (
        simple and not turned and (not particles or len(before) <= 1 or all(word.is_given for word in before))
    )


def _family_start(words: Sequence[NameWord]) -> int:
    start = len(words) - 1
    while start > 1 and (words[start - 1].is_particle or words[start - 1].key in _SERVANT):
        start -= 1
    return start


def _take_from_end(words: list[NameWord], known: frozenset[str]) -> list[str]:
    taken: list[str] = []
    while len(words) > 1 and words[-1].key in known:
        taken.insert(0, words.pop())
    return taken
