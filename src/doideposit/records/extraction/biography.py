"""The biography of an author: where it is, and the present affiliation it names."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doideposit.records.extraction.lines import Line

__all__ = ["Affiliation", "Biography"]


@dataclass(frozen=True, slots=True)
class Biography:
    """Hold the paragraph about one author: its lines, its text after the name, and the titles before the name."""

    lines: tuple[Line, ...]
    text: str
    titles: tuple[str, ...]

    def affiliation(self, known: Sequence[str] = ()) -> "Affiliation | None":
        """Return the first present affiliation a biography names; past posts and degrees never count.

        `known` are names and acronyms of institutions that are recognised wherever they are in a clause.
        """
        for clause in _CLAUSE.split(self.text):
            present = _present_part(clause)
            for name in known:
                if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", present):
                    return Affiliation(name, clause.strip())
            match = _PLACE.search(present)
            if match is not None:
                acronym = re.match(r"\s*\(([A-Z][A-Za-z]{1,9})\)", present[match.end() :])
                return Affiliation(match["name"].rstrip("."), clause.strip(), acronym[1] if acronym else None)
        return None


@dataclass(frozen=True, slots=True)
class Affiliation:
    """Hold a present affiliation: the institution as printed, the clause that says so, and the acronym."""

    name: str
    clause: str
    acronym: str | None = None

    @staticmethod
    def full_name_of(acronym: str, lines: Iterable[Line]) -> tuple[str, Line] | None:
        """Find the full name of an acronym that the document explains, as in “South Asia Institute (SAI)”."""
        pattern = re.compile(rf"((?:{_NAME_WORDS}\s+(?:(?:of|for|and|the|&)\s+)*){{1,8}})\({re.escape(acronym)}\)")
        for line in lines:
            match = pattern.search(line.text)
            words = match[1].split() if match else []
            for start in range(len(words)):
                initials = "".join(word[0] for word in words[start:] if word[0].isupper())
                if initials == acronym and words[start][0].isupper():
                    return " ".join(words[start:]), line
        return None


# A point after a capital or a title ends no sentence: J. Smith, Dr. Smith.
_CLAUSE = re.compile(r";|(?<![A-Z])(?<!\bDr)(?<!\bProf)\.\s+(?=[A-Z])")
# What somebody was, or studied, is not an affiliation of today.
_PAST = re.compile(
    r"\b(?:former(?:ly)?|previous(?:ly)?|ex-|worked|served|was|were|used to|until|has been|had|retired|late|past|"
    r"educated|graduated|studied|received|earned|obtained|holds?|completed|trained|degree|ph\.?d|alumn\w+|"
    r"consult(?:ed|ant))\b",
    re.IGNORECASE,
)
# Only the present tense names the place where somebody works now.
_PRESENT = re.compile(r"\b(?:is|are|now|currently|presently|works|serves|teaches|heads|leads|directs)\b", re.IGNORECASE)
# Names of institutions begin with capitals; “the” and “of” are small between them.
_NAME_WORDS = r"(?:[^\W\d_a-z][\w.'’&-]*)"
# A place needs its preposition: without it, the name of a book or an award would be mistaken for one.
_PLACE = re.compile(
    rf"\b(?:at|with|(?:works|working|writes)\s+for)\s+(?P<article>[Tt]he\s+)?(?P<name>{_NAME_WORDS}(?:\s+(?:(?:of|for|and|the|de|des|on|in|&)\s+){{0,2}}{_NAME_WORDS})*)"
)


def _present_part(clause: str) -> str:
    """Return the part of a clause about the present: after a past post, only “is”, “now” and the like begin one."""
    kept: list[str] = []
    past = False
    for segment in clause.split(","):
        turn = _PAST.search(segment)
        if not past or _PRESENT.search(segment):
            kept.append(segment if turn is None else segment[: turn.start()])
            past = turn is not None
    return ",".join(kept)
