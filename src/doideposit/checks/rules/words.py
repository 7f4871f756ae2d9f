"""Rules about what programs leave where a text or a name should be."""

from collections.abc import Iterator

from doideposit.checks.rules.program_words import is_program_word
from doideposit.checks.rules.registry import ERROR, WARNING, Rules
from doideposit.checks.rules.work import Each, Text, Work
from doideposit.pages import AUTHORS, RECOMMENDATIONS

__all__ = ["WORDS"]

WORDS: Rules[Work] = Rules("texts")
rule = WORDS.rule


def _prose_texts(work: Work) -> Iterator[Text]:
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


rule(
    "text-program-word",
    ERROR,
    "A word of a program in place of a text",
    message="“{found}” is what a program writes when there is nothing to write",
    hint="write the text that is meant, or leave the field out where it may be missing",
    why="Spreadsheets, databases and content management systems export such words, and DOIs cannot be deleted.",
    source=RECOMMENDATIONS,
    bad="title: '[object Object]'",
    good="title: None of the above",
)(Each(_prose_texts, is_program_word, called="found"))


rule(
    "name-program-word",
    WARNING,
    "A word of a program in a name",
    message="“{found}” as a name may be what a program writes when there is none",
    hint="check the name; Null, Nan and None are real names, and this finding may then be ignored",
    why="Spreadsheets and databases export such words for empty cells; as a name they become a person in every index.",
    source=AUTHORS,
    bad="authors: [{given: Ana, family: NaN}]",
    good="authors: [{given: Ana, family: Nanda}]",
)(Each(lambda work: work.names, lambda name: is_program_word(name) or name in {"FNU", "LNU"}, called="found"))
