"""Abstracts and languages: what is shown with the title, and in which tongue."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from operator import attrgetter

from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import INFO, WARNING, Match, Rules
from doideposit.checks.rules.work import Each, Text, Work, at
from doideposit.pages import ABSTRACTS as ABSTRACTS_PAGE
from doideposit.pages import SCHEMA

__all__ = ["ABSTRACTS"]

ABSTRACTS: Rules[Work] = Rules("abstracts and languages")
rule = ABSTRACTS.rule

# Headings that are printed above an abstract, in the languages of most deposits.
_WORDS = "abstract|summary|executive summary|zusammenfassung|résumé|resumen"
# A heading ends with a mark, a tag or a line: “Abstract ideas” begins a sentence.
_HEADING = Pattern(rf"(?:\s|<[^<>]*>)*(?P<word>{_WORDS})\s*(?:</[^<>]*>|[:.–—]|\n)", re.IGNORECASE)
# Only with a capital: “abstract” and “resumen” are words of running text as well.
_SECOND_WORDS = "Abstract Zusammenfassung Résumé Resumen Samenvatting Riassunto".split()
# Only where it begins a line or a paragraph: within a sentence it is an ordinary word.
_SECOND = Pattern(rf"(?:^|\n|<p>|<h\d>|</p>)\s*(?:{'|'.join(_SECOND_WORDS)})\s*[:.\n<]")
# What WordPress, Drupal and feeds put where they cut a text.
_CUT = Pattern(
    r"(?:\.\.\.|…|\[…\]|\[\.\.\.\]|(?:read|continue) (?:more|reading)\W*)\s*(?:</[^<>]*>\s*)*$", re.IGNORECASE
)
# With a colon after it: an abstract may speak of keywords.
_KEYWORDS = Pattern(r"(?:^|[\n.>]\s*)(?:key ?words?|tags|schlagw[oö]rter|mots[- ]cl[eé]s)\s*:", re.IGNORECASE)
# Points of a list after another line: a dash or an o stands for a bullet that did not survive the copying.
_POINT = Pattern(r"(?<=[^\n]\n)[ \t]*(?:[•·▪●◦‣*–-]|o)[ \t]+\S[^\n]{0,30}")
# “Copyright” counts only with a year or (c) after it: an abstract may be about copyright.
_RIGHTS = Pattern(r"©|\ball rights reserved\b|\bcopyright (?:\(c\)|\d{4})", re.IGNORECASE)
_KEYWORD_WORDS = ("keyword", "key word", "tags", "schlagw", "mots")
_RIGHTS_WORDS = ("©", "copyright", "rights reserved")
# ISO 639-2: undetermined, multiple, no linguistic content, uncoded. Crossref takes them.
_SAYS_NOTHING = frozenset({"und", "mul", "zxx", "mis"})
# The shortest abstracts of real journals have one sentence; of the longest, hardly any passes a page and a half.
SHORTEST, LONGEST = 60, 6000
# Characters at the end of a text in which `_CUT` looks: “continue reading” with its tags fits in.
LONGEST_ENDING = 80
# Languages that are written in Latin letters alone; Serbian, Uzbek and others are not.
LATIN_LANGUAGES = frozenset("en de fr nl es it pt da sv no nb nn fi pl cs hu ro eng deu fra nld spa ita por".split())


# Made once: rules that look at the same places, by the same function, go through them together.
_ABSTRACTS = attrgetter("abstracts")


def _in_abstracts(look: Callable[[str], object]) -> Each[str]:
    return Each(_ABSTRACTS, look)


def _bare_abstracts(work: Work) -> list[Text]:
    """Return the abstracts without their tags."""
    return [(loc, plain) for loc, _, plain in work.bare_abstracts]


def _holds_any(text: str, words: Iterable[str]) -> bool:
    # A look for fixed words is many times faster than the pattern, and most abstracts have none of them.
    return any(map(text.lower().__contains__, words))


def _ending_cut_off(text: str) -> object:
    # Patterns that end in `$` are tried at every place of a text; only its ending can match.
    ending = text[-LONGEST_ENDING:]
    return _holds_any(ending, ("...", "…", "read", "more")) and _CUT.search(text, max(0, len(text) - LONGEST_ENDING))


def _can_be_several(text: str) -> bool:
    return ("\n" in text or "<" in text) and any(map(text.__contains__, _SECOND_WORDS))


def _is_title(plain: str, title: str) -> bool:
    # Folding never makes a text shorter, and no character becomes more than three.
    if len(plain.rstrip(".")) > len(title) * 3:
        return False
    return plain.casefold().rstrip(".") == title.casefold()


rule(
    "abstract-heading",
    WARNING,
    "The abstract begins with a heading",
    message="the abstract begins with the heading “{word}”",
    hint="delete the heading",
    why="Whoever shows the abstract puts a heading above it.",
    source=ABSTRACTS_PAGE,
    bad='abstracts: ["Abstract: The author examines the prospects for closer relations between NATO and Japan."]',
    good="abstracts: ['Abstract ideas aside, the author examines the prospects for relations between NATO and Japan.']",
)(_in_abstracts(_HEADING.match))


@rule(
    "abstract-short",
    WARNING,
    "A very short abstract",
    message="the abstract has only {length} characters",
    hint="give the whole abstract, or leave it out",
    why="So short a text says no more than the title. An abstract is not to be invented.",
    source=ABSTRACTS_PAGE,
    bad="abstracts: [On NATO and Japan.]",
    good="abstracts: [The author examines the prospects for closer relations between NATO and Japan after 2023.]",
)
def _find_short_abstract(work: Work) -> Iterable[Match]:
    return [
        Match(loc, {"length": len(plain)}, len(text))
        for loc, text, plain in work.bare_abstracts
        if plain and _width(plain) < SHORTEST and not _is_title(plain, work.title)
    ]


def _width(text: str) -> int:
    """Return how long a text is in letters of an alphabet: a Chinese character says about as much as three."""
    # The scripts of East Asia begin at U+2E80 (CJK Radicals Supplement).
    return len(text) if text.isascii() else sum(3 if character >= "\u2e80" else 1 for character in text)


rule(
    "abstract-list",
    WARNING,
    "A list in the abstract",
    message="the abstract has a list that begins with “{found}”, and its points run together in one paragraph",
    hint="leave an empty line before each point, or write the points as a sentence",
    why="Crossref's abstracts have paragraphs and no lists: points on lines of their own become one run-on text.",
    source=ABSTRACTS_PAGE,
    bad='abstracts: ["The author shows what NATO and Japan share:\\n• trade in goods\\n• water of the sea"]',
    good='abstracts: ["The author shows what NATO and Japan share:\\n\\n• trade in goods\\n\\n• water of the sea"]',
)(_in_abstracts(lambda text: "\n" in text and len(points := _POINT.findall(text)) > 1 and {"found": points[0]}))


@rule(
    "abstract-is-title",
    WARNING,
    "The abstract is the title",
    message="the abstract only repeats the title",
    hint="give the abstract, or leave it out",
    why="It adds nothing, and counts as an abstract in every index.",
    source=ABSTRACTS_PAGE,
    bad="abstracts: [Prospects for NATO-Japan relations]",
    good="abstracts: [The author examines the prospects for closer relations between NATO and Japan after 2023.]",
)
def _find_abstract_that_is_title(work: Work) -> Iterable[Match]:
    return [
        Match.at(*loc, length=len(text)) for loc, text, plain in work.bare_abstracts if _is_title(plain, work.title)
    ]


rule(
    "abstract-cut-off",
    WARNING,
    "The abstract was cut off",
    message="the abstract ends in “{found}”",
    hint="give the whole abstract",
    why="Content management systems cut texts for lists; what was cut is lost in the record.",
    source=ABSTRACTS_PAGE,
    bad="abstracts: ['The author examines the prospects for closer relations between NATO and Japan after the…']",
    good="abstracts: [The author examines the prospects for closer relations between NATO and Japan after 2023.]",
)(_in_abstracts(_ending_cut_off))


rule(
    "abstract-several",
    WARNING,
    "Several abstracts in one",
    message="a second abstract begins within this one: “{found}”",
    hint="give each language an entry of its own in `abstracts`, with its `language`",
    why="Each abstract is deposited by itself with its language; two in one are shown to the readers of neither.",
    source=ABSTRACTS_PAGE,
    bad="""
        abstracts:
          - |-
            The author examines the prospects for closer relations between NATO and Japan.

            Zusammenfassung: Der Autor untersucht die Aussichten.
        """,
    good="""
        abstracts:
          - The author examines the prospects for closer relations between NATO and Japan after 2023.
          - text: Der Autor untersucht die Aussichten für engere Beziehungen zwischen der NATO und Japan.
            language: de
        """,
)(_in_abstracts(lambda text: _can_be_several(text) and _SECOND.search(text, 1)))


rule(
    "abstract-keywords",
    WARNING,
    "Keywords in the abstract",
    message="the abstract holds the keywords",
    hint="move them to `keywords`",
    why="An abstract is running text. Crossref has no place for keywords.",
    source=ABSTRACTS_PAGE,
    bad="abstracts: ['The author examines the prospects for relations between NATO and Japan. Keywords: NATO, Japan']",
    good="""
        abstracts: [The author examines the prospects for closer relations between NATO and Japan after 2023.]
        """,
)(_in_abstracts(lambda text: ":" in text and _holds_any(text, _KEYWORD_WORDS) and _KEYWORDS.search(text)))


rule(
    "abstract-rights",
    WARNING,
    "A copyright notice in the abstract",
    message="the abstract holds “{found}”",
    hint="delete it; the licence is deposited in `licences`",
    why="Rights are a field of their own, which machines can read.",
    source=ABSTRACTS_PAGE,
    bad="abstracts: ['The author examines the prospects for relations between NATO and Japan. © 2023 SADF']",
    good="abstracts: [The author examines the prospects for closer relations between NATO and Japan after 2023.]",
)(_in_abstracts(lambda text: _holds_any(text, _RIGHTS_WORDS) and _RIGHTS.search(text)))


rule(
    "abstract-long",
    WARNING,
    "A very long abstract",
    message="the abstract has {length} characters",
    hint="check whether the whole text slipped into it",
    why=f"Hardly any abstract is longer than {LONGEST} characters.",
    source=ABSTRACTS_PAGE,
    bad="abstracts: ["
    + "The author examines the prospects for closer relations between NATO and Japan after 2023. " * 70
    + "]",
    good="abstracts: [The author examines the prospects for closer relations between NATO and Japan after 2023.]",
)(Each(_bare_abstracts, lambda plain: len(plain) > LONGEST and {"length": len(plain)}))


@rule(
    "abstract-language-twice",
    WARNING,
    "Two abstracts in one language",
    message="two abstracts are in {language}",
    hint="give the second its own `language`, or its `kind`",
    why="There is one abstract for each language and kind.",
    source=ABSTRACTS_PAGE,
    bad="""
        abstracts:
          - The author examines the prospects for closer relations between NATO and Japan after 2023.
          - A second abstract of the same commentary, which says the same in words for other readers.
        """,
    good="""
        abstracts:
          - The author examines the prospects for closer relations between NATO and Japan after 2023.
          - text: Der Autor untersucht die Aussichten für engere Beziehungen zwischen der NATO und Japan.
            language: de
        """,
)
def _find_repeated_language(work: Work) -> Iterable[Match]:
    seen: set[tuple[str | None, str | None]] = set()
    for index, item in enumerate(work.commentary.abstracts):
        language = item.language or work.commentary.effective_language
        if (language, item.kind) in seen:
            yield Match.at("abstracts", index, language=language or "no stated language")
        seen.add((language, item.kind))


rule(
    "language-undetermined",
    INFO,
    "A language code that says nothing",
    message="the language {language} says only that it is not known, or that there are several",
    hint="give the language of the text; abstracts have a language of their own",
    why="Crossref accepts und, mul and zxx; no index can do anything with them.",
    source=SCHEMA,
    bad="language: und",
    good="language: en",
)(at("language", lambda record: record.effective_language in _SAYS_NOTHING and {"language": record.effective_language}))


@rule(
    "language-script",
    WARNING,
    "The title is in another script than the language",
    message="the language is {language}, and the title is written in {script} letters",
    hint="correct `language`, or give the translated title as `title` and this one as `original_title`",
    why="The language belongs to the text and its title; a title in the original script has a field of its own.",
    source=SCHEMA,
    bad="title: नाटो और जापान के संबंध",
    good="""
        title: Relations between NATO and Japan
        original_title: {text: नाटो और जापान के संबंध, language: hi}
        """,
)
def _find_language_in_other_script(work: Work) -> Iterable[Match]:
    if work.title.isascii() or work.commentary.effective_language not in LATIN_LANGUAGES:
        return ()
    names = [unicodedata.name(character, "").split(" ")[0] for character in work.title if character.isalpha()]
    other = [name for name in names if name != "LATIN"]
    if len(other) * 2 <= len(names):
        return ()
    language, script = work.commentary.effective_language, other[0].capitalize()
    return (Match.at("title", length=len(work.title), language=language, script=script),)
