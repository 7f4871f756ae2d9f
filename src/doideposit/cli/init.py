"""`init`: a configuration file with explanations, from a few questions or from a preset."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import click
from pydantic import BaseModel, ValidationError

from doideposit.cli.invocation import Invocation
from doideposit.cli.terminal import Terminal
from doideposit.errors import UsageError
from doideposit.files import as_typed, write_output
from doideposit.records.models.faults import findings_of
from doideposit.records.models.series import RecordType, Series
from doideposit.records.origin import Origin
from doideposit.reports.findings import Span, Style

__all__ = ["PRESETS", "init"]


@dataclass(frozen=True, slots=True)
class _Answers:
    """Record what the questions ask for; everything else can be added to the file later."""

    depositor: str
    email: str
    title: str
    issn: str
    prefix: str
    doi: str
    url: str
    record_type: str
    language: str
    place: str
    acronym: str
    username: str

    @property
    def name(self) -> str:
        """Return the short name of the series, made from its title."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-") or "series"

    def configuration_text(self) -> str:
        """Return the configuration file for these answers, every line explained."""
        organisation = [f"name = {_toml_string(self.depositor)}"]
        publisher = organisation + ([f"place = {_toml_string(self.place)}"] if self.place else [])
        institution = organisation + ([f"acronym = {_toml_string(self.acronym)}"] if self.acronym else [])
        institution += [f"place = {_toml_string(self.place)}"] if self.place else []
        url = f"url = {_toml_string(self.url)}" if self.url else '# url = "https://www.example.org/comment-{number}/"'
        username = _toml_string(self.username or "name@example.org/role")
        comment = "" if self.username else "# "
        issn = [f"issn = {_toml_string(self.issn)}", 'issn_medium = "electronic"  # or "print"'] if self.issn else []
        lines = [
            "# How doideposit registers this publisher's DOIs. Every value can also come from the environment:",
            "# DOIDEPOSIT_TARGET, DOIDEPOSIT_LEDGER__URL and so on.",
            "",
            "# sandbox is a simulated Crossref: nothing leaves this machine; test and production are Crossref's own.",
            "# Production is never a default: set it here, or add --target production to a command.",
            'target = "sandbox"',
            "",
            "[depositor]  # named in the head of every deposit",
            f"name = {_toml_string(self.depositor)}",
            f"email = {_toml_string(self.email)}  # Crossref mails its result logs here",
            f"registrant = {_toml_string(self.depositor)}",
            "",
            "# The login of each target; test and production have separate passwords, which are never in this file:",
            (
                '# { env = "VARIABLE" }, { file = "path" } (readable by you alone), { command = [...] } '
                "or { keyring = true }."
            ),
            f"{comment}[credentials.production]",
            f"{comment}username = {username}",
            f'{comment}password = {{ env = "CROSSREF_PASSWORD" }}',
            "",
            "[ledger]  # what was submitted, and the results",
            'url = "sqlite:///doideposit.sqlite3"  # several machines share postgresql+psycopg://user@host/name',
            "",
            f"[series.{self.name}]  # records name it: `series: {self.name}`",
            f"title = {_toml_string(self.title)}",
            *issn,
            f"prefix = {_toml_string(self.prefix)}",
            f"doi = {_toml_string(self.doi)}",
            url,
            f"record_type = {_toml_string(self.record_type)}  # chosen once: Crossref does not change it later",
            f"language = {_toml_string(self.language)}"
            if self.language
            else '# language = "en"  # of records without one',
            f"publisher = {{ {', '.join(publisher)} }}",
            f"institution = {{ {', '.join(institution)} }}",
        ]
        return "\n".join(lines) + "\n"


PRESETS: dict[str, _Answers] = {
    "sadf-comment": _Answers(
        depositor="South Asia Democratic Forum",
        email="info@sadf.eu",
        title="SADF Comment",
        issn="2406-5617",
        prefix="10.48251",
        doi="{prefix}/SADF.ISSN.{issn}.C{number}",
        url="",
        record_type="report-series",
        language="en",
        place="Brussels",
        acronym="SADF",
        username="",
    ),
}
# An empty configuration still shows what a pattern looks like.
EMPTY = _Answers("", "", "", "", "", "{prefix}/{number}", "", "", "", "", "", "")


class _Question(NamedTuple):
    """Record one question: its words, why it is asked, what `?` explains, and whether it must be answered."""

    words: str
    why: str
    help: str
    needed: bool = False


# The questions in the order in which they are asked: the ISSN before what depends on it.
QUESTIONS = {
    "depositor": _Question(
        "Name of the publisher",
        "It is named in every deposit as depositor, registrant and publisher.",
        "Write it as on your own pages. Readers see it in the citation.",
        needed=True,
    ),
    "email": _Question(
        "E-mail address",
        "Crossref mails its result logs there; use an address that someone reads.",
        "An address of the office is better than one of a person: people leave.",
        needed=True,
    ),
    "title": _Question(
        "Title of the series",
        "Exactly as registered with the ISSN: the first deposit locks it at Crossref.",
        "Look it up at https://portal.issn.org/ by the ISSN. Without an ISSN: as it is printed.",
        needed=True,
    ),
    "issn": _Question(
        "ISSN of the series",
        "Leave it empty only for a series without one.",
        "Eight characters such as 2406-5617, given by the national ISSN centre; it is printed in the imprint. The last "
        "one is a check digit, and is verified here. A series without an ISSN can be registered too.",
    ),
    "record_type": _Question(
        "Are they 1 reports or papers, 2 articles of a journal, 3 posts",
        "The record type at Crossref. It is chosen once: Crossref does not change it later.",
        "1: numbered commentaries, policy briefs, working papers. 2: only where the series is a journal, with volumes "
        "or issues. 3: blog posts, letters, preprints, which belong to no series. When in doubt: 1.",
        needed=True,
    ),
    "prefix": _Question(
        "DOI prefix",
        "Crossref gave it to the publisher when it joined; it looks like 10.48251.",
        "It is in the welcome mail from Crossref, and in front of the slash in every DOI you have.",
        needed=True,
    ),
    "doi": _Question(
        "Pattern of a DOI",
        "Use {prefix}, {issn} and {number}; keep it short, it can never be changed.",
        "{number} is replaced by the number of each commentary. If you have DOIs already, write the pattern they have; "
        "{any} stands for a part that differs.",
        needed=True,
    ),
    "url": _Question(
        "Pattern of a landing page, or empty",
        "Such as https://www.example.org/comment-{number}/; a `url` in a record takes precedence.",
        "The page that the DOI leads to, not the PDF. Leave it empty when addresses do not follow from the number.",
    ),
    "language": _Question(
        "Language of the commentaries, or empty",
        "Such as en, fr, de; empty when they differ: then each record names its own.",
        "Two letters of ISO 639: en English, fr French, de German, es Spanish, nl Dutch. A wrong one is deposited too.",
    ),
    "place": _Question(
        "City of the publisher, or empty",
        "Shown beside the publisher's name.",
        "Such as Brussels, without the country.",
    ),
    "acronym": _Question(
        "Acronym of the institution, or empty",
        "Such as SADF; it also recognises affiliations in documents.",
        "Only one that readers know.",
    ),
    "username": _Question(
        "Crossref login, or empty",
        "As Crossref gave it: a role such as abcd, or name@example.org/abcd. The password is never in this file.",
        "You need it for Crossref itself, not for rehearsals: leave it empty for now if you do not know it.",
    ),
}


@click.command()
@click.option("--preset", type=click.Choice(sorted(PRESETS)), help="Use these answers instead of asking.")
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
        answers = _ask_all(terminal)
    else:
        raise UsageError(
            "there is nobody to answer questions here",
            hint=f"run it on a terminal, or take a preset: doideposit init --preset {min(PRESETS)}",
        )
    write_output(output, _modeline() + answers.configuration_text(), mode=0o644)
    _show_next_steps(terminal, output)


def _modeline() -> str:
    """Return the first line, by which an editor finds the JSON Schema of the configuration."""
    from doideposit.json_schemas import JsonSchema

    location = JsonSchema.CONFIGURATION.location()
    return f"#:schema {location}\n\n" if location else ""


def _show_next_steps(terminal: Terminal, output: Path) -> None:
    command = "doideposit" if output.name == CONFIGURATION else f"doideposit --config {as_typed(output)}"
    terminal.say(f"{output} is written. What to do next:")
    terminal.say("  1. read it once: every line is explained")
    for number, (does, gives) in enumerate(NEXT, 2):
        step = f"  {number}. {f'{command} {does}':<48}  "
        if terminal.width is None or len(step) + len(gives) <= terminal.width:
            terminal.say(step + gives)
        else:
            terminal.say(f"{step.rstrip()}\n     {gives}")
    terminal.say("When that works, fill in [credentials.production] and deposit with --target production.")
    terminal.say("The tutorial is docs/tutorials/staff.md in the folder of the source.", Style.DIM)


# The name that every command looks for, from the folder upwards.
CONFIGURATION = "doideposit.toml"
NEXT = (
    ("extract DOCUMENT.docx -o RECORD.yaml", "a draft from a finished document"),
    ("check RECORD.yaml", "every problem at once, nothing is sent"),
    ("deposit RECORD.yaml --wait 60", "a rehearsal in the embedded sandbox"),
)


def _ask_all(terminal: Terminal) -> _Answers:
    terminal.say(
        "A few questions for the configuration file. Enter accepts the answer in brackets, ? explains a question, "
        "Ctrl-C stops without writing anything. At the end you see everything and can change it.\n"
    )
    answers = EMPTY
    for name in QUESTIONS:
        answers = _ask_one(terminal, name, answers)
    while True:
        _show_answers(terminal, answers)
        chosen = click.prompt(
            "Is this right? Enter writes the file, a number changes an answer", default="", show_default=False
        )
        names = dict(zip(map(str, range(1, len(QUESTIONS) + 1)), QUESTIONS, strict=True))
        if not chosen.strip():
            # An answer that was changed can have made another one wrong, such as the ISSN the pattern.
            wrong = [name for name in QUESTIONS if getattr(answers, name) and _find_problem(answers, name)]
            if not wrong:
                return answers
            answers = _ask_one(terminal, wrong[0], answers)
        elif chosen.strip() in names:
            answers = _ask_one(terminal, names[chosen.strip()], answers)
        else:
            terminal.line(
                (Span("not yet: ", Style.ERROR), Span(f"write a number from 1 to {len(QUESTIONS)}, or Enter"))
            )


def _show_answers(terminal: Terminal, answers: _Answers) -> None:
    """Show all answers with their numbers, and what a commentary will get, before anything is permanent."""
    terminal.line((Span("Your answers", Style.HEADING),))
    for number, (name, question) in enumerate(QUESTIONS.items(), 1):
        words = LABELS.get(name, question.words.removesuffix(", or empty"))
        terminal.line((Span(f"  {number:>2}  {words:<30} ", Style.DIM), Span(getattr(answers, name) or "-")))
    series = Series.model_validate(_series_of(answers))
    page = series.url_for("7") or "named in each record"
    terminal.say()
    terminal.line(
        (Span("Number 7 will be  ", Style.HINT), Span(f"https://doi.org/{series.doi_for('7') or series.doi}"))
    )
    terminal.line((Span("and lead to       ", Style.HINT), Span(page)))
    terminal.say(
        "A DOI that is registered stays as it is: look at it once more. Nothing is registered by this command.",
        Style.DIM,
    )


LABELS = {"record_type": "Record type"}


def _ask_one(terminal: Terminal, name: str, answers: _Answers) -> _Answers:
    question = QUESTIONS[name]
    terminal.say(question.why, Style.DIM)
    answer = _answer(terminal, name, question, answers)
    if name == "record_type":
        answer = _record_type(terminal, answer, answers)
    terminal.say()
    return replace(answers, **{name: answer})


def _answer(terminal: Terminal, name: str, question: _Question, answers: _Answers) -> str:
    """Ask until the answer can be used; ? is explained, and what cannot be used as well."""
    default = getattr(answers, name)
    if name == "doi" and answers.issn and default == EMPTY.doi:
        default = "{prefix}/{issn}.{number}"
    if name == "record_type":
        default = "1"
    while True:
        text = _tidy_prefix(
            name, click.prompt(question.words, default=default, show_default=bool(default), value_proc=str.strip)
        )
        problem = _find_problem(replace(answers, **{name: text}), name) if text or question.needed else None
        if question.needed and not text:
            problem = "this one is needed"
        if text == "?":
            terminal.line((Span("help: ", Style.HINT), Span(question.help)))
        elif problem is None:
            return text
        else:
            terminal.line((Span("not yet: ", Style.ERROR), Span(problem)))


def _tidy_prefix(name: str, text: str) -> str:
    """Remove the address before a prefix and the slash after it, which people copy with it."""
    return re.sub(r"^(https?://)?(dx\.)?doi\.org/", "", text).rstrip("/") if name == "prefix" else text


# Numbers are quicker to type than names, and cannot be misspelt.
TYPES = {"1": "report-series", "2": "journal", "3": "posted"}


def _record_type(terminal: Terminal, answer: str, answers: _Answers) -> str:
    """Return the record type of an answer; of reports the second question is whether they appear under the ISSN."""
    if answer != "1":
        return TYPES.get(answer, answer)
    if not answers.issn:
        terminal.say("Without an ISSN they are registered one by one (report-single).", Style.DIM)
        return "report-single"
    together = click.confirm("Do they all appear in the series with this ISSN?", default=True)
    return "report-series" if together else "report-single"


def _find_problem(answers: _Answers, name: str) -> str | None:
    """Return what is wrong with an answer and what to do, checked by the models that read the file later."""
    from doideposit.config.schema import DepositorSettings

    if name == "record_type" and answers.record_type not in {*TYPES, *RecordType}:
        return "write 1, 2 or 3; ? explains them"
    if name == "record_type" and answers.record_type in {"2", "journal"} and not answers.issn:
        return "a journal needs an ISSN: choose 1 or 3, or stop with Ctrl-C and begin with the ISSN"
    own = {"depositor": "name", "place": "", "acronym": "", "username": ""}.get(name, name)
    head = {"name": answers.depositor, "email": answers.email, "registrant": answers.depositor}
    as_typed = replace(answers, record_type=TYPES.get(answers.record_type, answers.record_type) or "report-single")
    complaint = _model_complaint(DepositorSettings, head, own) or _model_complaint(Series, _series_of(as_typed), own)
    if complaint is None and name == "url" and not answers.url.startswith(("https://", "http://")):
        complaint = "the address of a page begins with https://"
    if complaint is None and name == "url" and "{number}" not in answers.url:
        complaint = (
            "without {number} all commentaries would have the same page; leave it empty to name each page in its record"
        )
    if complaint is None and name == "doi" and "{number}" not in answers.doi:
        complaint = "without {number} all commentaries would have the same DOI"
    return complaint


def _model_complaint(model: type[BaseModel], data: Mapping[str, object], field: str) -> str | None:
    try:
        model.model_validate(data)
    except ValidationError as error:
        for found in findings_of(error, Origin(), model=model, data=data):
            if (found.where.field or "").partition(".")[0] == field:
                return f"{found.message}; {found.hint}" if found.hint else found.message
    return None


def _series_of(answers: _Answers) -> dict[str, object]:
    filled = {
        "name": answers.name,
        "title": answers.title,
        "issn": answers.issn,
        "prefix": answers.prefix,
        "doi": answers.doi,
        "url": answers.url,
        "record_type": answers.record_type,
        "language": answers.language,
    }
    return {key: value for key, value in filled.items() if value}


def _toml_string(text: str) -> str:
    # A JSON string is a TOML basic string.
    return json.dumps(text, ensure_ascii=False)
