"""Rules about what programs leave where a text or a name should be."""

from collections.abc import Iterator

from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.program_words import is_program_name, is_program_word
from doideposit.checks.rules.registry import ERROR, WARNING, Rules
from doideposit.checks.rules.work import REFERENCE_TEXTS, Each, Text, Work
from doideposit.findings import Loc
from doideposit.pages import AUTHORS, CONSTRUCTING_DOIS, RECOMMENDATIONS
from doideposit.records.models.numbers import PrintedNumber

__all__ = ["WORDS"]

WORDS: Rules[Work] = Rules("texts")
rule = WORDS.rule

# Magazines name their issues so: March 2019.
_ISSUE_OF_A_MONTH = Pattern(r"[^\W\d_]{3,}\.? \d{4}")


def _prose_texts(work: Work) -> Iterator[Text]:
    commentary = work.commentary
    yield ("title",), work.title
    if commentary.subtitle:
        yield ("subtitle",), work.subtitle
    if commentary.original_title:
        yield ("original_title", "text"), commentary.original_title.text.plain
    if commentary.version:
        yield ("version", "label"), commentary.version.label
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
)(Each(lambda work: work.names, is_program_name, called="found"))


# What programs write most, as the whole of a part: a reference has many parts, and each is looked up only.
_NOTHING = frozenset(
    "null none nan nat n/a undefined <na> (null) #ref! #name? #n/a #value! #div/0! #null! #num! [object] tbd tba "
    "unknown unbekannt keine ninguno ninguna nenhum nenhuma aucun aucune nessuna нет なし 無し 없음".split()
) | {"[object object]", "no funding", "keine förderung", "sin financiación", "sem financiamento", "none declared"}
_RICH_PARTS = frozenset({"version", "status", "relations", "assertions", "translated_titles"})


def _other_parts(work: Work) -> Iterator[Text]:
    """Yield the texts that are neither prose nor names: they may be left out, where nothing is known."""
    yield from work.labels
    for name in REFERENCE_TEXTS:
        yield from work.cited_parts.get(name, ())
    # Most records have none of these fields, and their texts need not be read then.
    if work.commentary.model_fields_set & _RICH_PARTS:
        yield from ((loc, text) for loc, text in work.shown if loc[0] in _RICH_PARTS)
    # What every text is searched for is said of a funder already.
    names = ((loc, funder.name) for loc, funder in work.each_funder())
    yield from (((*loc, "name"), name) for loc, name in names if name and not is_program_word(name))
    for place, identifier in enumerate(work.commentary.identifiers):
        yield ("identifiers", place, "identifier"), identifier.identifier
    for place, word in enumerate(work.commentary.keywords):
        yield ("keywords", place), word
    for index, reference, _ in work.references:
        if reference.doi is not None:
            yield ("references", index, "doi"), reference.doi.suffix.rpartition("/")[2]


rule(
    "part-program-word",
    WARNING,
    "A word of a program in a part of the record",
    message="“{found}” is what a program writes when there is nothing to write",
    hint="write what is meant, or leave this part out",
    why="Empty cells and variables become such words, and every index and reference list repeats them.",
    source=RECOMMENDATIONS,
    bad="references: [{text: 'Doe, J. (2020). A study. Journal of Studies 3, 12-20.', journal_title: 'NULL'}]",
    good="references: [{text: 'Doe, J. (2020). A study. Journal of Studies 3, 12-20.', journal_title: Nullius}]",
)(Each(_other_parts, lambda text: text.lower() in _NOTHING, called="found"))


# Funders print their numbers so (016.156.410 of the Dutch research council), and nothing of them is lost.
_IN_GROUPS = Pattern(r"\d{1,3}(?:[. ]\d{3})+")


def _printed_numbers(work: Work) -> Iterator[Text]:
    """Yield what is printed as a number beside that of the commentary, which is refused at once."""
    commentary = work.commentary
    own: list[tuple[Loc, str | None]] = [
        ((name,), getattr(commentary, name)) for name in ("volume", "article_number", "report_number")
    ]
    if pages := commentary.pages:
        own += [(("pages", name), getattr(pages, name)) for name in ("first", "last", "other")]
        # A range that a spreadsheet took for a day is in two parts here: 18 and Dec.
        own.append((("pages",), f"{pages.first}-{pages.last}"))
    yield from ((loc, text) for loc, text in own if text)
    for loc, funder in work.each_funder():
        yield from (((*loc, "awards", place), text) for place, text in enumerate(funder.awards))
    for name in ("volume", "issue", "first_page", "elocation_id"):
        yield from work.cited_parts.get(name, ())


def _find_change(text: str) -> dict[str, str] | None:
    made = (
        None if _ISSUE_OF_A_MONTH.fullmatch(text) or _IN_GROUPS.fullmatch(text) else PrintedNumber(text).made_by_program
    )
    return None if made is None else {"made": made}


rule(
    "number-changed",
    WARNING,
    "A number that a program changed",
    message="“{found}” is {made}",
    hint="write it as it is printed (in a spreadsheet: format the column as text), or leave it out",
    why="Spreadsheets turn pages 12-18 into 18-Dec and an award 2021554 into 2021554.0; searches then find neither.",
    source=CONSTRUCTING_DOIS,
    bad="funding: [{ror: 'https://ror.org/02twcfp32', awards: ['1.2E+12']}]",
    good="funding: [{ror: 'https://ror.org/02twcfp32', awards: [RF-2025-17]}]",
)(Each(_printed_numbers, _find_change, called="found"))


def _find_full_width(text: str) -> dict[str, str] | None:
    plain = PrintedNumber(text).in_ascii if any(character.isdecimal() for character in text) else None
    return None if plain is None else {"plain": plain}


rule(
    "number-full-width",
    WARNING,
    "A number in full-width characters",
    message="“{found}” is written in full-width characters",
    hint="write {plain}",
    why="East Asian input methods write such digits. Indexes compare volumes and pages as texts, and １２ is not 12.",
    source=RECOMMENDATIONS,
    bad="volume: '１２'",
    good="volume: '12'",
)(Each(_printed_numbers, _find_full_width, called="found"))
