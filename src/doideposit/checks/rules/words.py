"""Words that programs leave where a text should be: NULL, nan, #NAME?, Auto Draft, Sans titre, {{title}}."""

import re
from collections.abc import Iterator
from functools import lru_cache

from doideposit import pages
from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import ERROR, WARNING, Match, Rules, match_at
from doideposit.checks.rules.work import Text, Work

__all__ = ["WORDS"]

WORDS: Rules[Work] = Rules("texts")
rule = WORDS.rule

# What databases, languages and spreadsheets write for nothing, and for what they could not compute.
_NOTHING = (
    r"null|none|nan|(?-i:NaT)|<na>|n\.?/?a\.?|undefined|\[object \w+\]|\\n|true|false"
    r"|#(?:ref|name|value|num|null|spill|calc|n/a|div/0)[!?]?|#{2,}|=[a-z]+[(\d].*"
)
# What editors and content management systems write until someone writes a title, in the languages of their menus.
_UNTITLED = (
    r"(?:auto[- ]?draft|untitled|no title|ohne titel|kein titel|unbenannt|sans[- ]titre|sin t[ií]tulo|sem t[ií]tulo|"
    r"senza titolo|zonder titel|naamloos|uten tittel|utan titel|uden titel|nimetön|bez tytułu|bez názvu|без названия|"
    r"без назви|без имени|başlıksız|بدون عنوان|无标题|未命名|無題|제목 없음)"
    r"(?:[- ]?(?:document|dokument|documento|post|\d+))?"
    r"|(?:new|neues|nouveau|nuevo|novo|nuovo) (?:document|dokument|documento|post|title)|document ?\d+|dokument ?\d+"
)
# What authors write until they know better.
_TO_COME = (
    r"t\.?b\.?[adc]\.?|to be (?:announced|added|confirmed|decided|determined|completed)|keine angabe|nicht verfügbar|"
    r"à compléter|à venir|non disponible|por definir|por confirmar|no disponible|a definir|não disponível|"
    r"da definire|nog te bepalen|not (?:available|applicable)|coming soon|待定|уточняется"
)
# A variable of a template that nobody filled in.
_TEMPLATE = r"\{\{.*\}\}|\$\{.*\}|%\w+%|\[\[?(?:title|titel|titre|name|author)\]?\]|<%.*%>"
_PROGRAM_WORD = Pattern(
    rf"[\s(\"'“„«*_-]*(?:{_NOTHING}|{_UNTITLED}|{_TO_COME}|{_TEMPLATE})[\s)\"'”“».*_!-]*", re.IGNORECASE
)
LONGEST = 60
"""No word of a program is longer, and most titles are."""


@lru_cache(maxsize=1024)
def is_program_word(text: str) -> bool:
    """Return whether a text is nothing but what a program writes for a text that is not there."""
    return len(text) <= LONGEST and _PROGRAM_WORD.fullmatch(text) is not None


@rule(
    "text-program-word",
    ERROR,
    "A word of a program in place of a text",
    message="“{found}” is what a program writes when there is nothing to write",
    hint="write the text that is meant, or leave the field out where it may be missing",
    why="Spreadsheets, databases and content management systems export such words, and DOIs cannot be deleted.",
    source=pages.RECOMMENDATIONS,
    bad="title: '[object Object]'",
    good="title: None of the above",
)
def program_word(work: Work) -> Iterator[Match]:
    for loc, text in _texts(work):
        if is_program_word(text):
            yield match_at(*loc, length=len(text), found=text)


def _texts(work: Work) -> Iterator[Text]:
    commentary = work.commentary
    yield ("title",), work.title
    if commentary.subtitle:
        yield ("subtitle",), work.subtitle
    if commentary.original_title:
        yield ("original_title", "text"), commentary.original_title.text.plain
    for loc, text in work.organisation_names:
        yield loc, text
    for loc, text in work.abstracts:
        yield loc, text


@rule(
    "name-program-word",
    WARNING,
    "A word of a program in a name",
    message="“{found}” as a name may be what a program writes when there is none",
    hint="check the name; Null, Nan and None are real names, and this finding may then be ignored",
    why="Spreadsheets and databases export such words for empty cells; as a name they become a person in every index.",
    source=pages.AUTHORS,
    bad="authors: [{given: Ana, family: NaN}]",
    good="authors: [{given: Ana, family: Nanda}]",
)
def program_name(work: Work) -> Iterator[Match]:
    for loc, name in work.names:
        if is_program_word(name) or name in {"FNU", "LNU"}:
            yield match_at(*loc, length=len(name), found=name)
