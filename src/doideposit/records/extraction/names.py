"""Names as bylines print them, split into given and family name.

The family name is the last word with the particles before it (van, de, bin). That is right for most names and wrong
for some, so whoever uses it has to say that it was assumed.
"""

import re
from dataclasses import dataclass

__all__ = ["PrintedName", "is_name", "read_name", "split_byline", "without_titles"]

_TITLES = frozenset(
    "dr prof professor mr mrs ms miss mx amb ambassador sir dame lord lady gen general lt lieutenant col colonel maj "
    "capt captain brig brigadier adm admiral cdr rev hon shri smt he mep mp ing mag dipl-ing".split()
)
_DEGREES = frozenset("phd dphil md ma mba msc bsc ba llm llb mphil dlitt esq jd retd ret".split())
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_PARTICLES = frozenset(
    "van von der den de del della di da dos das do du la le el al bin ibn bint ben abu ter ten zu zur af av".split()
)
_GROUP_WORDS = re.compile(
    r"\b(?:team|staff|editors?|editorial|board|forum|institute|cent(?:re|er)|university|council|committee|foundation|"
    r"group|network|secretariat|department|desk|ministry|association|organi[sz]ation|society|bureau|programme?)\b",
    re.IGNORECASE,
)
_ROLE_WORDS = re.compile(
    r"\b(?:fellow|director|analyst|researcher|professor|lecturer|reader|coordinator|president|chair\w*|manager|head|"
    r"officer|advis[eo]r|assistant|associate|student|candidate|correspondent|journalist|expert|minister|visiting|senior)\b",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[*†‡§¹²³⁴⁵⁶⁷⁸⁹⁰]+|(?<=[^\W\d_])\d{1,2}(?=\s|,|;|$)")
_GLUED_TITLE = re.compile(r"\b(Dr|Prof|Mr|Mrs|Ms|Amb|Gen|Col)\.(?=[^\W\d_])")
_WORD = re.compile(r"[^\W\d_](?:[\w'’.\-])*|[^\W\d_]\.")
_BYLINE_PARTS = re.compile(r"\s*;\s*|\s*,?\s+(?:and|with)\s+|\s*,?\s*&\s*|\s*,\s*", re.IGNORECASE)
_LAST_AND = re.compile(r"[\s,]*(?:\band|&)?[\s,]*$")
_BOUND_PARTICLE = re.compile(r"[a-z]{1,3}[-'’][^\W\d_a-z]")
_ROUND = re.compile(r"\(([^)]*)\)")
_LONGEST = 6


@dataclass(frozen=True, slots=True)
class PrintedName:
    """A name in its parts; `titles` and `degrees` are what was left out.

    `group` is set for a body, which has no parts; `note` is what stands in brackets behind the name. `sure` says that
    there was only one way to split: one word, or one word and initials before the family name.
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

    @property
    def display(self) -> str:
        """The name without titles and degrees."""
        return self.group or " ".join(part for part in (self.given, self.family, self.suffix) if part)


def split_byline(text: str) -> list[str]:
    """Split a byline at commas, semicolons, “and” and “&”; degrees and Jr. stay with the name before them."""
    parts: list[str] = []
    for part in _BYLINE_PARTS.split(_LAST_AND.sub("", _MARKS.sub("", text).strip(" :"))):
        if parts and _key(part) in _DEGREES | _SUFFIXES:
            parts[-1] += f" {part}"
        elif part:
            parts.append(part)
    return _turned_round(parts)


def _turned_round(parts: list[str]) -> list[str]:
    """Take “Wolf, Siegfried O.” for one name: a single word before the only comma is a family name."""
    if len(parts) == 2 and len(parts[0].split()) == 1 and not _GROUP_WORDS.search(parts[1]) and parts[0][:1].isupper():  # noqa: PLR2004
        return [f"{parts[0]}, {parts[1]}"] if is_name(parts[0]) and not parts[0].isupper() else parts
    return parts


def is_name(text: str) -> bool:
    """Whether a text has the shape of a name: up to six capitalised words, initials and particles, no figures."""
    words = _words(text)
    if not 0 < len(words) <= _LONGEST or _ROLE_WORDS.search(text):
        return False
    return all(map(_is_name_word, words))


def _is_name_word(word: str) -> bool:
    """Whether a word may be part of a name: a capital, a script without capitals, or a particle such as “al-”."""
    shaped = _WORD.fullmatch(word) and not word[0].islower()
    return bool(shaped or _is_particle(word) or _BOUND_PARTICLE.match(word))


def is_group(text: str) -> bool:
    """Whether a text names a body rather than a person: “SADF Team”, or capitals alone."""
    return bool(_GROUP_WORDS.search(text)) or (" " not in text and len(text) > 1 and text.isupper())


def without_titles(text: str) -> tuple[str, tuple[str, ...]]:
    """Take Dr., Prof. and the like from the front of a text; returns the rest and what was taken."""
    text = _GLUED_TITLE.sub(r"\1. ", text.strip())
    taken: list[str] = []
    while True:
        first, _, rest = text.partition(" ")
        if not rest or _key(first) not in _TITLES:
            return text, tuple(taken)
        taken.append(first)
        text = rest.lstrip()


def read_name(text: str) -> PrintedName:
    """Read the name of a person in a byline."""
    plain, titles = without_titles(_ROUND.sub("", text))
    family_first, comma, given = plain.partition(",")
    words = (f"{given} {family_first}" if comma else plain).replace(",", " ").split()
    degrees = _take_last(words, _DEGREES)
    suffixes = _take_last(words, _SUFFIXES)
    if not words:
        return PrintedName(text, family=text.strip(), sure=False)
    start = _family_start(words)
    sure = start == 0 or comma == "," or (all(_is_initial(word) for word in words[1:start]) and start == len(words) - 1)
    return PrintedName(
        text,
        given=" ".join(words[:start]) or None,
        family=" ".join(words[start:]),
        suffix=" ".join(suffixes) or None,
        titles=titles,
        degrees=tuple(degrees),
        note=next((note for note in _ROUND.findall(text) if _key(note) not in _DEGREES), None),
        sure=sure,
    )


def _family_start(words: list[str]) -> int:
    start = len(words) - 1
    while start > 1 and _is_particle(words[start - 1]):
        start -= 1
    return start


def _take_last(words: list[str], known: frozenset[str]) -> list[str]:
    taken: list[str] = []
    while len(words) > 1 and _key(words[-1]) in known:
        taken.insert(0, words.pop())
    return taken


def _words(text: str) -> list[str]:
    return _ROUND.sub("", text).replace(",", " ").split()


def _is_particle(word: str) -> bool:
    return _key(word) in _PARTICLES


def _is_initial(word: str) -> bool:
    return bool(re.fullmatch(r"(?:[^\W\d_]\.?-?)+", word)) and ("." in word or len(word) == 1)


def _key(word: str) -> str:
    return re.sub(r"[.()\s]", "", word).lower()
