"""Writes the pages of the reference that describe code, from the code itself: the pages cannot drift from it.

`conf.py` calls `write` at every build; the pages lie in ``reference/generated/``, which git ignores.
"""

import inspect
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter

import doideposit
from doideposit import errors, lifecycle
from doideposit.checks.catalogue.entries import CATALOGUE, HEADINGS
from doideposit.cli.glossary import WORDS
from doideposit.cli.main import EPILOG, cli
from doideposit.config.durations import PATTERN, duration_text
from doideposit.explanation import CodeOrigin, Explanation
from doideposit.json_schemas import JsonSchema
from doideposit.sandbox.faults import FAULTS
from doideposit.web.description import description

Schema = Mapping[str, Any]
FEW = 6
"""So many values of an enumeration are written out where it is used; longer ones have a section."""
LOCK = Path(__file__).parents[1] / "schemas" / "lock.toml"


def write(folder: Path) -> None:
    """Write every page; one that is already as it should be keeps its time, so that builds stay quick."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in PAGES.items():
        text = "\n".join(lines()) + "\n"
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A Markdown table; a bar inside a cell would end it."""
    titles = list(head)
    yield "| " + " | ".join(titles) + " |"
    yield "|" + "---|" * len(titles)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    yield ""


# The command line.


def command_line() -> Iterator[str]:
    """Every command with its arguments and options, as `--help` has them."""
    yield "# Command line\n"
    yield "Options of `doideposit` itself stand before the command; `doideposit COMMAND --help` prints the same.\n"
    yield from _command(cli, "doideposit", click.Context(cli, info_name="doideposit"), 2)


def _command(command: click.Command, path: str, context: click.Context, level: int) -> Iterator[str]:
    yield f"({path.replace(' ', '-')})="
    yield f"{'#' * level} `{path}`\n"
    yield _prose(inspect.cleandoc(command.help or "")) + "\n"
    yield f"```text\n{command.get_usage(context).removeprefix('Usage: ')}\n```\n"
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    records = [record for each in options if (record := each.get_help_record(context))]
    if records:
        yield from table(("option", "meaning"), ((f"`{names}`", _cell(words)) for names, words in records))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                below = click.Context(inner, info_name=name, parent=context)
                yield from _command(inner, f"{path} {name}", below, level + (path != "doideposit"))


def _prose(text: str) -> str:
    return text.replace("\b\n", "").replace("<", "&lt;")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("<", "&lt;").replace("*", "\\*")


def words() -> Iterator[str]:
    """Every word that `doideposit explain` knows."""
    yield "# Words\n"
    yield "`doideposit explain WORD` says the same.\n"
    rows = ((f"**{name}**", ", ".join(word.also), _cell(word.meaning)) for name, word in WORDS.items())
    yield from table(("word", "also", "meaning"), rows)


# The configuration and the record, from their JSON Schemas.


def configuration() -> Iterator[str]:
    """Every section of doideposit.toml with its keys."""
    schema = JsonSchema.CONFIGURATION.make()
    yield "# Configuration\n"
    yield CONFIGURATION_ABOUT
    yield "## Top level\n"
    scalars = {name: each for name, each in schema["properties"].items() if _section(name, each) is None}
    yield from _fields({**schema, "properties": scalars}, schema["$defs"])
    shared: dict[str, None] = {}
    yield from _sections(schema, schema["$defs"], "", shared)
    yield "## Values with parts\n"
    yield 'Values with several keys are written in braces, on one line: `publisher = { name = "…", place = "…" }`.\n'
    for name in _closure(shared, schema["$defs"]):
        yield from _definition(name, schema["$defs"], "configuration", 3)


CONFIGURATION_ABOUT = """\
The file is called `doideposit.toml`. doideposit looks for it in the working directory and then in the folders above;
`--config` or the variable `DOIDEPOSIT_CONFIG` can name another one. `doideposit init` writes one with explanations,
`doideposit config show` prints every value in use and, with `--origin`, where each comes from.

Every value can also come from the environment. The name is `DOIDEPOSIT_`, the section, two underscores, the key, in
capitals; an underscore also stands for a hyphen: `DOIDEPOSIT_TARGET`, `DOIDEPOSIT_LEDGER__URL`,
`DOIDEPOSIT_SERIES__SADF_COMMENT__URL`. Values in braces or brackets are JSON. The environment takes
precedence over the file, and an option of the command line over both.

Keys that are not listed here are refused, with a suggestion. Durations are a number and `s`, `m`, `h` or
`d`, such as `90s` or `3d`.
Relative paths start from the folder of the file. A password is never in the file: see
[where a password is kept](#configuration-passwordreference).
"""


def _sections(schema: Schema, definitions: Schema, above: str, shared: dict[str, None]) -> Iterator[str]:
    """The sections below one, each with its heading in brackets as the file has it."""
    for name, each in schema.get("properties", {}).items():
        found = _section(name, each)
        if found is None:
            shared.update(dict.fromkeys(_referred(each)))
            continue
        key, target = found
        path = f"{above}{key}"
        yield f"(configuration-section-{path.replace('.', '-').lower()})="
        # A list of tables has two pairs of brackets.
        yield f"## `[[{path}]]`\n" if "items" in each else f"## `[{path}]`\n"
        yield definitions[target]["description"] + "\n"
        own = definitions[target]
        inner = {key: one for key, one in own["properties"].items() if _section(key, one) is None}
        if inner:
            yield from _fields({**own, "properties": inner}, definitions)
        yield from _sections(own, definitions, f"{path}.", shared)


def _section(name: str, schema: Schema) -> tuple[str, str] | None:
    """The key of a table of its own in the file, and its definition; None for other keys."""
    if (target := _target(schema)) and target.endswith(("Section", "Settings")):
        return name, target
    inner = schema.get("additionalProperties")
    if isinstance(inner, Mapping) and (target := _target(inner)) and target not in {"PasswordReference", "Severity"}:
        return f"{name}.{'TARGET' if 'enum' in schema.get('propertyNames', {}) else 'NAME'}", target
    if (target := _target(schema.get("items", {}))) and target.endswith("Section"):
        return name, target
    return None


def record() -> Iterator[str]:
    """Every key of a record."""
    schema = JsonSchema.RECORD.make()
    definitions = schema["$defs"]
    yield "# Record\n"
    yield RECORD_ABOUT
    yield from _fields(definitions["Commentary"], definitions, "record")
    for name in _closure(_referred(definitions["Commentary"]), definitions):
        yield from _definition(name, definitions, "record", 2)


RECORD_ABOUT = """\
A record is one commentary, as YAML or JSON; a file holds one record or a list of records. JSON Lines holds one record
a line, CSV one a row ([how](../../how-to/tables.md)). Every field in use is shown by
[Write a record](../../how-to/write-a-record.md).
Keys in **bold** are required; keys that are not listed are errors, with a suggestion.

Texts are normalised: Unicode NFC, a single space in place of any white space, no invisible characters. Titles,
subtitles and reference texts may have face markup (`<i>`, `<b>`, `<sub>`, `<sup>` and so on) and MathML.
"""


def _definition(name: str, definitions: Schema, page: str, level: int) -> Iterator[str]:
    own = definitions[name]
    full = next((each for each in own.get("anyOf", ()) if "properties" in each), own)
    yield f"({page}-{name.lower()})="
    yield f"{'#' * level} {name}\n"
    yield (own.get("description") or full.get("description", "")) + "\n"
    if full is not own:
        yield "A text alone is enough if only the first key is given.\n"
    if "enum" in own:
        yield ", ".join(f"`{each}`" for each in own["enum"]) + "\n"
    else:
        yield from _fields(full, definitions, page)


def _fields(schema: Schema, definitions: Schema, page: str = "configuration") -> Iterator[str]:
    needed = set(schema.get("required", ()))
    rows = (
        (
            f"**`{name}`**" if name in needed else f"`{name}`",
            _kind(each, definitions, page) + _default(each),
            _cell(each.get("description", "")),
        )
        for name, each in schema["properties"].items()
    )
    yield from table(("key", "value", "meaning"), rows)


def _kind(schema: Schema, definitions: Schema, page: str) -> str:
    if target := _target(schema):
        values = definitions[target].get("enum")
        return _words(values) if values and len(values) <= FEW else f"[{target}](#{page}-{target.lower()})"
    if "const" in schema:
        return "`true`"
    if "enum" in schema:
        return _words(schema["enum"])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(_kind(each, definitions, page) for each in choices))
    return _plain(schema, definitions, page)


def _plain(schema: Schema, definitions: Schema, page: str) -> str:
    kind = schema.get("type")
    if kind == "array":
        return "list of " + _kind(schema["items"], definitions, page)
    if kind == "object":
        inner = schema.get("additionalProperties")
        return "names, each with " + _kind(inner, definitions, page) if isinstance(inner, Mapping) else "table"
    names = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    if schema.get("pattern") == PATTERN:
        return "length of time"
    if schema.get("format") == "date":
        return "day"
    limit = f", at most {schema['maxLength']:,} characters" if "maxLength" in schema else ""
    return names[kind if isinstance(kind, str) else kind[0] if kind else "string"] + limit


def _words(values: Iterable[object]) -> str:
    return ", ".join(f"`{each}`" for each in values)


def _default(schema: Schema) -> str:
    value = schema.get("default")
    if value is None or value in ({}, [], ""):
        return ""
    if schema.get("pattern") == PATTERN:
        value = duration_text(TypeAdapter(timedelta).validate_python(value))
    if isinstance(value, bool):
        value = str(value).lower()
    return "" if isinstance(value, Mapping | list) else f"; by default `{value}`"


def _target(schema: Schema) -> str | None:
    reference = schema.get("$ref")
    return reference.rpartition("/")[2] if isinstance(reference, str) else None


def _referred(schema: Any) -> Iterator[str]:
    """The definitions a schema refers to, in order."""
    if isinstance(schema, Mapping):
        if target := _target(schema):
            yield target
        for each in schema.values():
            yield from _referred(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _referred(each)


def _closure(first: Iterable[str], definitions: Schema) -> list[str]:
    """Definitions, and those they refer to, without the short enumerations that are written out in place."""
    found: list[str] = []
    waiting = list(first)
    while waiting:
        name = waiting.pop(0)
        if name not in found and not name.endswith(("Section", "Settings")) and name not in {"Series", "Commentary"}:
            found.append(name)
            waiting += list(_referred(definitions[name]))
    return [name for name in found if len(definitions[name].get("enum", range(FEW + 1))) > FEW]


# What the code says about itself.


def findings() -> Iterator[str]:
    """The catalogue of all codes: one section for each kind, one for each code."""
    yield "# Findings and errors\n"
    yield "Every code with its meaning; `doideposit explain CODE` prints the same.\n"
    for kind, heading in HEADINGS.items():
        items = [item for item in CATALOGUE.values() if item.kind is kind]
        if items:
            yield f"## {heading}\n"
            for item in items:
                yield from _section_lines(item)


def _section_lines(item: Explanation) -> Iterator[str]:
    yield f"({item.code})="
    yield f"### `{item.code}`: {item.title}\n"
    fixed = "; cannot be changed or ignored" if not item.overridable and item.kind is CodeOrigin.RULE else ""
    yield f"*{item.severity.value}{fixed}.* {item.why}\n"
    if item.message:
        yield f"- Message: {_escape_markdown(item.message)}"
    yield f"- What to do: {_escape_markdown(item.hint)}"
    if item.former:
        yield f"- Called `{item.former}` in the version before"
    if item.source:
        yield f"- Source: <{item.source}>"
    yield ""
    for label, snippet in (("Wrong", item.bad), ("Right", item.good)):
        if snippet:
            language = (
                "toml"
                if snippet.startswith("# doideposit.toml, in the series") and "# the record" not in snippet
                else "yaml"
            )
            yield f"{label}:\n\n```{language}\n{snippet}\n```\n"


def _escape_markdown(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")


def states() -> Iterator[str]:
    """States, moves, outcomes, milestones, retry classes and events."""
    yield "# States, milestones and events\n"
    yield "```{eval-rst}\n" + inspect.cleandoc(lifecycle.__doc__ or "") + "\n```\n"
    yield "## The table\n"
    yield "No other move is possible: if one were attempted, the program would stop without recording it.\n"
    rows = ((f"`{state}`", f"`{move}`", f"`{after}`") for (state, move), after in lifecycle.TABLE.items())
    yield from table(("state", "move", "state afterwards"), rows)
    yield "## Outcomes\n"
    yield "A submission that is `done` has one outcome for each of its DOIs.\n"
    yield from table(
        ("outcome", "registered", "what Crossref's log said"),
        ((f"`{each}`", "yes" if each.is_registered else "no", each.meaning) for each in lifecycle.Outcome),
    )
    yield "## Milestones\n"
    yield "Each is proved on its own. `[monitoring.deadlines]` in the configuration says how long each may take.\n"
    yield from table(("milestone", "meaning"), ((f"`{each}`", each.meaning) for each in lifecycle.Milestone))
    yield "## Retry classes\n"
    yield "For a failed deposit, `retry` says whether sending the same content again can help.\n"
    yield from table(("retry", "when to send it again"), ((f"`{each}`", each.meaning) for each in lifecycle.RetryClass))
    yield "## Events\n"
    yield "The history of the ledger and `GET /v1/events` have these kinds of events.\n"
    after = lifecycle.STATE_AFTER
    rows_of_events = (
        (f"`{kind}`", kind.meaning, f"`{after[kind]}`" if kind in after else "") for kind in lifecycle.EventKind
    )
    yield from table(("kind", "meaning", "state of the submission afterwards"), rows_of_events)


def exit_codes() -> Iterator[str]:
    """Exit codes, and the tree of errors that lead to them."""
    yield "# Exit codes and errors\n"
    yield from table(("exit code", "meaning"), _exit_codes())
    yield "A command with several problems ends with the code of the most serious one.\n"
    yield "## External failures\n"
    yield "Each has a stable code, which `--json` shows in `error.code`; in Python each is a class.\n"
    yield from table(("code", "exit code", "class", "meaning", "what to do"), _errors(errors.DoiDepositError))


def _exit_codes() -> Iterator[tuple[str, str]]:
    text = EPILOG.replace("\b", "").replace("\n", " ").strip().removeprefix("Exit codes: ").removesuffix(".")
    for each in text.split(";"):
        number, _, words = each.strip().partition(" ")
        yield f"`{number}`", words


def _errors(kind: type[errors.DoiDepositError]) -> Iterator[tuple[str, ...]]:
    for each in kind.__subclasses__():
        first = inspect.cleandoc(each.__doc__ or "").split("\n\n", maxsplit=1)[0].removeprefix("Say that ")
        first = first[:1].upper() + first[1:]
        if each.__module__ == "doideposit.errors":
            yield f"`{each.code}`", f"`{each.exit_code}`", f"`{each.__name__}`", _cell(first), _cell(each.default_hint)
            yield from _errors(each)


def faults() -> Iterator[str]:
    """The fault switches of the sandbox."""
    yield "# Sandbox faults\n"
    yield FAULTS_ABOUT
    rows = (
        (
            f"`{each.name}`",
            " · ".join({"N": "a number", "TEXT": "a text"}.get(one, f"`{one}`") for one in each.choices) or "—",
            ", ".join(sorted(each.places | each.more_places)),
            each.meaning,
        )
        for each in FAULTS.values()
    )
    yield from table(("name", "value", "where", "what happens"), rows)


FAULTS_ABOUT = """\
Every known fault of Crossref, and of the network, can be simulated by the sandbox: on the command
line with `doideposit sandbox --fault NAME=VALUE:TIMES`, in a test with `doideposit_sandbox.faults.add("NAME",
"VALUE", times=2)`. A fault of the command line without a number of times is permanent.
[Test against the sandbox](../../how-to/test-against-the-sandbox.md) shows both.
"""


def schemas() -> Iterator[str]:
    """The pinned schema bundles."""
    lock = tomllib.loads(LOCK.read_text(encoding="utf-8"))
    yield "# Schema bundles\n"
    yield SCHEMAS_ABOUT
    rows = (
        (name, f"`{each['namespace']}`", f"`{each['main']}`", str(len(each["files"])))
        for name, each in lock["bundles"].items()
    )
    yield from table(("version", "namespace", "main file", "files"), rows)
    yield "## Files\n"
    files = ((f"`{name}`", f"{each['size']:,}", f"`{each['sha256'][:16]}…`") for name, each in lock["files"].items())
    yield from table(("file", "bytes", "SHA-256"), files)


SCHEMAS_ABOUT = """\
Crossref publishes its deposit schema as XSD files. They are not part of doideposit: `doideposit schemas install`
fetches them, from Crossref or from a package on the Python package index that carries the same bytes. Each file is
compared with its SHA-256 each time it is read. The first check downloads missing files automatically.

`doideposit schemas list` shows which versions are installed and where, `doideposit schemas verify` checks all files.
"""


def http_api() -> Iterator[str]:
    """The operations of the JSON API."""
    document = description()
    yield "# JSON API\n"
    yield document["info"]["description"] + "\n"
    yield (
        "`doideposit serve` runs it, `doideposit.web.application` is the WSGI application. The OpenAPI description is "
        "served at `/openapi.json`. [How-to guides](../../how-to/index.md) says how to set it up.\n"
    )
    rows = (
        (f"`{method.upper()}`", f"`{path}`", _cell(each.get("summary") or each.get("operationId", "")), _statuses(each))
        for path, methods in document["paths"].items()
        for method, each in methods.items()
        if isinstance(each, Mapping) and "responses" in each
    )
    yield from table(("method", "path", "what it does", "answers"), rows)


def _statuses(operation: Schema) -> str:
    return ", ".join(sorted(operation["responses"]))


# The Python API, by autodoc.

_GROUPS = {
    "Entry": "open Depositor Input",
    "Results": (
        "Plan PlanEntry DepositReport ReportEntry PollReport Progress WorkStatus Proof Overdue SubmissionRef "
        "HistoryEntry LedgerEvent Action State Outcome Milestone RetryClass EventKind Finding Severity Where"
    ),
    "Adoption, drift, plan files": (
        "AdoptionReport AdoptionResult Adoption WatchReport Drift DriftKind PlanFiles PlanFile PlanBody ResultDetails "
        "ReferenceFeedback ReferenceList ReferencesReport ReferenceState "
        "UpdateStep Publishers WarningInbox CrossrefWarning WarningKind ConflictSide"
    ),
    "What is raised": (
        "DoiDepositError ConfigurationError UsageError WorldError SchemaError DiskError LedgerError LedgerUnavailable "
        "LedgerTooNew LedgerDamaged RegistrarError CredentialsRefused SubmissionForbidden RegistrarBusy "
        "RegistrarUnavailable SubmissionInDoubt UnexpectedAnswer PlanUnusable ApprovalMissing"
    ),
    "Identifiers": "Doi Orcid Ror Isni Issn Wikidata InvalidIdentifier",
    "A commentary and its parts": (
        "Commentary Series RecordType Person Organisation Anonymous Role Institution Publisher AltName OriginalTitle "
        "Abstract Reference CitationType Relation Update Licence FreeToRead Funding Version Status Archive FullText "
        "RichText PartialDate"
    ),
    "A depositor from its parts": "Checker DepositorName Registrar Credentials Endpoint Ledger Limits Deadlines",
}
_MODELS = set(_GROUPS["A commentary and its parts"].split())


def python_api() -> Iterator[str]:
    """Every public name, with what its docstring says."""
    listed = {name for names in _GROUPS.values() for name in names.split()}
    left_out = set(doideposit.__all__) - listed - {"__version__"}
    if left_out:
        raise RuntimeError(f"the reference of the Python API lacks {', '.join(sorted(left_out))}")
    yield "# Python API\n"
    yield "```{eval-rst}\n.. automodule:: doideposit\n   :no-members:\n```\n"
    for heading, names in _GROUPS.items():
        yield f"## {heading}\n"
        for name in names.split():
            yield from _autodoc(name)
    yield "## For your tests\n"
    members = ":members: SandboxForTests, SandboxServerForTests"
    yield f"```{{eval-rst}}\n.. automodule:: doideposit.testing\n   {members}\n```\n"
    yield "## For the landing page\n"
    yield "```{eval-rst}\n.. automodule:: doideposit.landing\n   :members:\n```\n"


def _autodoc(name: str) -> Iterator[str]:
    value = getattr(doideposit, name)
    kind = "class" if inspect.isclass(value) else "function"
    kind = "exception" if kind == "class" and issubclass(value, Exception) else kind
    # What may be handed in is no class, but one of several.
    kind = "data" if name == "Input" else kind
    options = [] if kind in {"function", "data"} else ["   :members:", "   :member-order: bysource"]
    if name in _MODELS and hasattr(value, "model_fields"):
        options += ["   :undoc-members:", "   :exclude-members: model_config, model_post_init", "   :no-index-entry:"]
    yield "\n".join(["```{eval-rst}", f".. auto{kind}:: doideposit.{name}", *options, "```", ""])


PAGES = {
    "command-line": command_line,
    "words": words,
    "configuration": configuration,
    "record": record,
    "findings": findings,
    "states": states,
    "exit-codes": exit_codes,
    "sandbox-faults": faults,
    "schemas": schemas,
    "json-api": http_api,
    "python-api": python_api,
}
