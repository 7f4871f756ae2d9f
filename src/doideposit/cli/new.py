"""`new`: a record to fill in, with every key that there is, and title, date and authors asked for on a terminal."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.invocation import Invocation
from doideposit.cli.terminal import Terminal
from doideposit.cli.works import SERIES
from doideposit.errors import ConfigurationError, DoiDepositError, UsageError
from doideposit.files import as_typed
from doideposit.records.identifiers import InvalidIdentifier
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.descriptions import descriptions
from doideposit.reports.findings import Span, Style

if TYPE_CHECKING:
    from doideposit.config.settings import Settings
    from doideposit.records.identifiers import Doi
    from doideposit.records.models.series import Series

__all__ = ["EXAMPLES", "new"]

# An example for each key that is left out of a new record, as it can be after the key.
EXAMPLES = {
    "doi": "10.5555/258",
    "subtitle": "Who counts the water?",
    "language": "en",
    "original_title": "{text: Flüsse ohne Grenzen, language: de}",
    "translated_titles": "[{text: Fleuves sans frontières, language: fr}]",
    "abstracts": "[{text: Two or three sentences that say what it is about.}]",
    "published_print": "2026-03",
    "accepted": "2026-02-14",
    "licences": "[https://creativecommons.org/licenses/by/4.0/]",
    "free_to_read": "true",
    "funding": "[{name: River Fund, awards: [RF-2025-17]}]",
    "relations": "[{type: isTranslationOf, identifier: 10.5555/257}]",
    "updates": "[{doi: 10.5555/257, type: correction, date: 2026-03-02}]",
    "crossmark_policy": "10.5555/crossmark-policy",
    "status": "{type: withdrawn, date: 2026-04-01, text: It will appear as a book.}",
    "version": '{label: "2", text: A map was added}',
    "volume": "12",
    "pages": "12-18",
    "article_number": "e258",
    "edition": "2",
    "report_number": "Comment 258",
    "isbns": "[978-3-16-148410-0]",
    "identifiers": "[{type: pii, identifier: S0317-8471(26)00258-X}]",
    "institutions": "[South Asia Democratic Forum, Heidelberg University]",
    "assertions": "[{name: received, text: 2 January 2026}]",
    "pdf_url": "https://www.example.org/comment-258.pdf",
    "full_texts": "[{url: https://www.example.org/comment-258.xml, mime_type: text/xml}]",
    "archives": "[Internet Archive]",
    "keywords": "[rivers, borders]",
    "record_type": "report-single",
    "posted_type": "blog",
    "publisher": "{name: Another Press, place: Brussels}",
    "without": "[licences]",
    "remove": "[abstracts]",
    "references": "[{text: 'Carberry, J. (2024). Gauges and grievances.', doi: 10.5555/gauges}]",
}
AUTHOR = """\
  - given: {given}
    family: {family}
    # orcid: https://orcid.org/0000-0002-1825-0097     # as the author gave it; never from a search by name
    # affiliations: [{{name: South Asia Democratic Forum, ror: "https://ror.org/…"}}]     # at the time of writing
"""


@click.command()
@click.argument("number")
@click.option("--series", "series_name", type=SERIES, help="Its series; needed where there are several.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The record to write [default: NUMBER.yaml].",
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.pass_obj
def new(invocation: Invocation, number: str, series_name: str | None, output: Path | None, force: bool) -> None:
    """Write a record for the commentary NUMBER, with every key that a record can have, to be filled in.

    On a terminal it asks for title, date and authors; a question that you answer with Enter stays open in the file.
    """
    terminal = invocation.terminal()
    settings = invocation.settings()
    series = _find_series(settings.series, series_name)
    place = output or Path(f"{re.sub(r'[^A-Za-z0-9.-]', '-', number)}.yaml")
    if place.exists() and not force:
        raise UsageError(f"{place} exists already", hint="edit it, choose another name with -o, or add --force")
    _tell_if_registered(terminal, settings, number, series)
    answers = _ask_required(terminal, number, series) if terminal.interactive else {}
    terminal.write_product(_record_text(number, series, answers).encode(), place)
    terminal.say(f"{place}: fill in what is open, then run `doideposit check {as_typed(place)}`")


def _tell_if_registered(terminal: Terminal, settings: "Settings", number: str, series: "Series") -> None:
    """Warn that the number was given already: a record of it would change what is registered."""
    try:
        doi = series.doi_for(number)
    except InvalidIdentifier as error:
        raise UsageError(f"{number}: {error.message}", hint=error.hint) from None
    title = None if doi is None else _registered_title(settings, doi)
    if title is not None:
        terminal.note(
            f"note: {doi} is registered on {settings.target} already, as “{title}”. A record with this number "
            "changes it; to correct it, edit its record file instead."
        )


def _registered_title(settings: "Settings", doi: "Doi") -> str | None:
    """Return the title under which a DOI is registered; None if it is not, or if nobody can be asked now."""
    from doideposit.deposits.ledger.inspection import Condition
    from doideposit.wiring import open_depositor

    try:
        if not Condition.of_ledger(settings.ledger_url).is_current:
            return None  # There is no ledger yet, and looking makes none.
        with open_depositor(settings) as depositor:
            status = depositor.status(doi)
    except DoiDepositError:
        return None  # A record can be written while the ledger is out of reach.
    return (status.registered_title or status.title) if status.registered else None


def _find_series(known: "Mapping[str, Series]", name: str | None) -> "Series":
    """Return the series of that name, or the only one; raises `UsageError`."""
    if not known:
        raise ConfigurationError("the configuration describes no series", hint="add a section [series.NAME]")
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if name is None or name not in known:
        problem = "there are several series" if name is None else f"there is no series “{name}”"
        raise UsageError(problem, hint=f"name one with --series: {', '.join(known)}")
    return known[name]


def _ask_required(terminal: Terminal, number: str, series: "Series") -> dict[str, str]:
    """Ask for what every record needs; an answer that is left out stays open in the file."""
    doi = series.doi_for(number)
    terminal.say(f"{series.title} {number}{f', DOI {doi}' if doi else ''}. Enter leaves a question open.\n")
    answers = {"title": _ask_question("Title, as printed")}
    while answers.setdefault("published", _ask_question("Date of publication, such as 2026-03-02")):
        if re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", answers["published"]) and _is_date(answers["published"]):
            break
        terminal.line((Span("not yet: ", Style.ERROR), Span("write year, month and day with hyphens: 2026-03-02")))
        del answers["published"]
    answers["authors"] = _ask_question("Authors, as in “Siegfried O. Wolf; Anna Müller” (family name last)")
    if series.url is None:
        answers["url"] = _ask_question("Address of its page")
    return answers


def _ask_question(question: str) -> str:
    return str(click.prompt(question, default="", show_default=False, value_proc=str.strip))


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    # A year and a month alone are dates as well: they were completed to a day for this check.
    except ValueError:
        return False
    return True


def _record_text(number: str, series: "Series", answers: Mapping[str, str]) -> str:
    """Return the record as YAML; every key without an answer is a comment with what it means and an example."""
    return "".join(_record_lines(number, series, answers))


def _record_lines(number: str, series: "Series", answers: Mapping[str, str]) -> Iterator[str]:
    from doideposit.json_schemas import JsonSchema

    location = JsonSchema.RECORD.location()
    if location:
        yield f"# yaml-language-server: $schema={location}\n"
    yield f"# {series.title} {number}. A line that begins with # is not read: remove the # where you fill one in.\n"
    yield f"series: {series.name}\nnumber: {_yaml_scalar(number)}\n"
    yield (
        f"title: {_yaml_scalar(answers.get('title') or '')}".rstrip() + "     # as printed, without series and number\n"
    )
    yield f"published: {answers.get('published') or ''}".rstrip() + "     # a day, or a month such as 2026-03\n"
    yield "authors:     # in the order of the byline, without titles such as Dr.\n"
    for given, family in _split_names(answers.get("authors") or ""):
        yield (
            AUTHOR.format(given=given, family=family)
            .replace("given: \n", "given:\n")
            .replace("family: \n", "family:\n")
        )
    url = series.url_for(number)
    if url:
        yield f"# url: {url}     # made by the pattern of the series; write the address here if it is a different one\n"
    else:
        yield f"url: {answers.get('url') or ''}".rstrip() + "     # the page about this commentary, not the PDF\n"
    meanings = descriptions(Commentary)
    for key, example in EXAMPLES.items():
        # A meaning may be wrapped in the model, and the second line of a comment needs a # of its own.
        yield f"\n# {' '.join(meanings[key].split())}\n# {key}: {example}\n"


def _split_names(text: str) -> Iterator[tuple[str, str]]:
    """Return given and family name of each author, from “Given Family” or “Family, Given”."""
    for name in filter(None, (part.strip() for part in text.split(";"))):
        family, comma, given = name.partition(",")
        if not comma:
            given, _, family = name.rpartition(" ")
        yield _yaml_scalar(given.strip()), _yaml_scalar(family.strip())
    if not text.strip(" ;"):
        yield "", ""


def _yaml_scalar(text: str) -> str:
    """Write a text as YAML, so that it is read back unchanged."""
    plain = re.fullmatch(r"[^\W\d_][\w .,'’“”?!()-]{4,}", text)
    return text if plain or re.fullmatch(r"[1-9]\d*|", text) else json.dumps(text, ensure_ascii=False)
