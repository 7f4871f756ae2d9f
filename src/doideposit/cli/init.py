"""`init`: a configuration file with explanations, from a few questions or from a preset."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

import click
from pydantic import BaseModel, ValidationError

from doideposit.cli.invocation import Invocation
from doideposit.cli.terminal import Terminal
from doideposit.errors import DiskError, UsageError
from doideposit.records.models.faults import findings_of
from doideposit.records.models.record import Origin
from doideposit.records.models.series import Series
from doideposit.reports.findings import Span, Style

__all__ = ["PRESETS", "Answers", "configuration_text", "init"]


@dataclass(frozen=True, slots=True)
class Answers:
    """What the questions ask for; everything else can be added to the file later."""

    depositor: str
    email: str
    title: str
    issn: str
    prefix: str
    doi: str
    url: str
    record_type: str
    place: str
    acronym: str
    username: str

    @property
    def name(self) -> str:
        """The short name of the series, made from its title."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-") or "series"


PRESETS: dict[str, Answers] = {
    "sadf-comment": Answers(
        depositor="South Asia Democratic Forum",
        email="info@sadf.eu",
        title="SADF Comment",
        issn="2406-5617",
        prefix="10.48251",
        doi="{prefix}/SADF.ISSN.{issn}.C{number}",
        url="",
        record_type="report-series",
        place="Brussels",
        acronym="SADF",
        username="",
    ),
}
EMPTY = Answers("", "", "", "", "", "{prefix}/{number}", "", "report-series", "", "", "")

QUESTIONS: dict[str, tuple[str, str, bool]] = {
    # answer: (question, why it is asked, whether it must be answered)
    "depositor": ("Name of the publisher", "It stands in every deposit as depositor, registrant and publisher.", True),
    "email": ("E-mail address", "Crossref mails its result logs there; use an address that someone reads.", True),
    "title": (
        "Title of the series",
        "Exactly as registered with the ISSN: the first deposit locks it at Crossref.",
        True,
    ),
    "issn": ("ISSN of the series", "The check digit is verified. Leave it empty only for a series without one.", False),
    "prefix": ("DOI prefix", "Crossref gave it to the publisher when it joined; it looks like 10.48251.", True),
    "doi": ("Pattern of a DOI", "Use {prefix}, {issn} and {number}; keep it short, it can never be changed.", True),
    "url": (
        "Pattern of a landing page, or empty",
        "Such as https://www.example.org/comment-{number}/; a record's own url wins.",
        False,
    ),
    "record_type": (
        "Record type",
        "report-series with an ISSN, else report-single; or journal, or posted. Crossref does not change it later.",
        True,
    ),
    "place": ("City of the publisher, or empty", "Shown beside the publisher's name.", False),
    "acronym": (
        "Acronym of the institution, or empty",
        "Such as SADF; it also recognises affiliations in documents.",
        False,
    ),
    "username": (
        "Crossref login, or empty",
        "role, or name@example.org/role. The password is never written into this file.",
        False,
    ),
}


@click.command()
@click.option("--preset", type=click.Choice(sorted(PRESETS)), help="Take these answers instead of asking.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("doideposit.toml"),
    show_default=True,
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.pass_obj
def init(invocation: Invocation, preset: str | None, output: Path, force: bool) -> None:
    """Write a configuration file, with explanations."""
    terminal = invocation.terminal()
    if output.exists() and not force:
        raise UsageError(f"{output} exists already", hint="edit it, choose another name with -o, or add --force")
    if preset is not None:
        answers = PRESETS[preset]
    elif terminal.interactive:
        answers = _interview(terminal)
    else:
        raise UsageError(
            "there is nobody to answer questions here",
            hint=f"run it on a terminal, or take a preset: doideposit init --preset {min(PRESETS)}",
        )
    try:
        output.write_text(_modeline() + configuration_text(answers), encoding="utf-8")
    except OSError as error:
        raise DiskError(f"{output} cannot be written: {error.strerror}", hint="choose another place with -o") from None
    _what_next(terminal, output)


def _modeline() -> str:
    """The first line, by which an editor finds the JSON Schema of the configuration."""
    from doideposit.json_schemas import schema_location

    location = schema_location("configuration")
    return f"#:schema {location}\n\n" if location else ""


def _what_next(terminal: Terminal, output: Path) -> None:
    command = "doideposit" if output.name == CONFIGURATION else f"doideposit --config {output}"
    terminal.say(f"{output} is written. What to do next:")
    terminal.say("  1. read it once: every line is explained")
    for number, (does, gives) in enumerate(NEXT, 2):
        step = f"  {number}. {f'{command} {does}':<48}  "
        if terminal.width is None or len(step) + len(gives) <= terminal.width:
            terminal.say(step + gives)
        else:
            terminal.say(f"{step.rstrip()}\n     {gives}")
    terminal.say("When that works, fill in [credentials.production] and deposit with --target production.")


CONFIGURATION = "doideposit.toml"
NEXT = (
    ("extract DOCUMENT.md -o RECORD.yaml", "a draft from a finished document"),
    ("check RECORD.yaml", "every problem at once, nothing is sent"),
    ("deposit RECORD.yaml --wait 60", "a rehearsal in the embedded sandbox"),
)


def _interview(terminal: Terminal) -> Answers:
    terminal.say(
        "A few questions for the configuration file. Press Enter to take what stands in brackets; Ctrl-C stops without "
        "writing anything, and everything can be changed in the file later.\n"
    )
    answers = EMPTY
    for name in (field.name for field in fields(Answers)):
        question, why, needed = QUESTIONS[name]
        terminal.say(why, Style.DIM)
        answers = replace(answers, **{name: _answer(terminal, name, question, answers, needed=needed)})
        terminal.say()
    return answers


def _answer(terminal: Terminal, name: str, question: str, answers: Answers, *, needed: bool) -> str:
    """Ask until the answer can be used; what cannot be used is explained."""
    default = getattr(answers, name)
    if name == "doi" and answers.issn:
        default = "{prefix}/{issn}.{number}"
    while True:
        text = click.prompt(question, default=default, show_default=bool(default), value_proc=str.strip)
        problem = _problem(replace(answers, **{name: text}), name) if text or needed else None
        if needed and not text:
            problem = "this one is needed"
        if problem is None:
            return str(text)
        terminal.line((Span("not yet: ", Style.ERROR), Span(problem)))


def _problem(answers: Answers, name: str) -> str | None:
    """What is wrong with one answer, by the same models that read the file later; in words, with what to do."""
    from doideposit.config.schema import DepositorSettings

    head = {"name": answers.depositor, "email": answers.email, "registrant": answers.depositor}
    if name == "doi" and "{number}" not in answers.doi:
        return "without {number} all commentaries would have the same DOI"
    if name == "url" and not answers.url.startswith(("https://", "http://")):
        return "the address of a page begins with https://"
    if name == "url" and "{number}" not in answers.url:
        return (
            "without {number} all commentaries would have the same page; leave it empty to name each page in its record"
        )
    own = {"depositor": "name", "place": "", "acronym": "", "username": ""}.get(name, name)
    return _complaint(DepositorSettings, head, own) or _complaint(Series, _series_of(answers), own)


def _complaint(model: type[BaseModel], data: Mapping[str, object], field: str) -> str | None:
    try:
        model.model_validate(data)
    except ValidationError as error:
        for found in findings_of(error, Origin(), model=model, data=data):
            if (found.where.field or "").partition(".")[0] == field:
                return f"{found.message}; {found.hint}" if found.hint else found.message
    return None


def _series_of(answers: Answers) -> dict[str, object]:
    filled = {
        "name": answers.name,
        "title": answers.title,
        "issn": answers.issn,
        "prefix": answers.prefix,
        "doi": answers.doi,
        "url": answers.url,
        "record_type": answers.record_type,
    }
    return {key: value for key, value in filled.items() if value}


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string.
    return json.dumps(text, ensure_ascii=False)


def configuration_text(answers: Answers) -> str:
    """The configuration file for these answers, every line explained."""
    organisation = [f"name = {_quoted(answers.depositor)}"]
    publisher = organisation + ([f"place = {_quoted(answers.place)}"] if answers.place else [])
    institution = organisation + ([f"acronym = {_quoted(answers.acronym)}"] if answers.acronym else [])
    institution += [f"place = {_quoted(answers.place)}"] if answers.place else []
    url = f"url = {_quoted(answers.url)}" if answers.url else '# url = "https://www.example.org/comment-{number}/"'
    username = _quoted(answers.username or "name@example.org/role")
    comment = "" if answers.username else "# "
    issn = (
        [f"issn = {_quoted(answers.issn)}", 'issn_medium = "electronic"            # or "print"']
        if answers.issn
        else []
    )
    lines = [
        "# How doideposit registers this publisher's DOIs. Every value can also come from the environment:",
        "# DOIDEPOSIT_TARGET, DOIDEPOSIT_LEDGER__URL and so on.",
        "",
        "# sandbox is an embedded Crossref: nothing leaves this machine; test and production are Crossref's own.",
        "# Production is never a default: set it here, or add --target production to a command.",
        'target = "sandbox"',
        "",
        "[depositor]                            # stands in the head of every deposit",
        f"name = {_quoted(answers.depositor)}",
        f"email = {_quoted(answers.email)}              # Crossref mails its result logs here",
        f"registrant = {_quoted(answers.depositor)}",
        "",
        "# The login of each target; test and production have separate passwords, which never stand in this file:",
        '# { env = "VARIABLE" }, { file = "path" } (readable by you alone), { command = [...] } or { keyring = true }.',
        f"{comment}[credentials.production]",
        f"{comment}username = {username}",
        f'{comment}password = {{ env = "CROSSREF_PASSWORD" }}',
        "",
        "[ledger]                               # the memory of what was submitted, and what became of it",
        'url = "sqlite:///doideposit.sqlite3"   # several machines share postgresql+psycopg://user@host/name',
        "",
        f"[series.{answers.name}]                # records name it: `series: {answers.name}`",
        f"title = {_quoted(answers.title)}",
        *issn,
        f"prefix = {_quoted(answers.prefix)}",
        f"doi = {_quoted(answers.doi)}",
        url,
        f"record_type = {_quoted(answers.record_type)}          # chosen once: Crossref does not change it later",
        'language = "en"',
        f"publisher = {{ {', '.join(publisher)} }}",
        f"institution = {{ {', '.join(institution)} }}",
    ]
    return "\n".join(lines) + "\n"
