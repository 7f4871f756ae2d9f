"""`--json` is one document on standard output, for every command that has it, whatever happens; and errors say four things."""

import io
import json
import re

import click
import pytest

from desk import DOI, Desk, Result
from doideposit.cli.main import cli
from doideposit.cli.terminal import Terminal

GOOD: dict[str, list[list[str]]] = {
    "check": [["c258.yaml"], ["bad.yaml"], ["none.yaml"], ["c258.yaml", "--verbose", "--each"]],
    "validate": [["c258.xml"], ["bad.yaml"]],
    "extract": [["document.md"], ["none.md"], ["c258.xml"]],
    "deposit": [["c258.yaml"], ["c258.yaml", "--dry-run"], ["bad.yaml"], ["c258.yaml", "bad.yaml", "--skip-invalid"]],
    "plan": [["c258.yaml", "-o", "plan.json"], ["bad.yaml", "-o", "plan.json"], ["c258.yaml"]],
    "approve": [["c258.yaml"], ["none.json"], ["c258.yaml", "--yes"]],
    "apply": [["c258.yaml"], ["none.json"], ["none.json", "--dry-run"]],
    "poll": [[], ["--all"]],
    "status": [[], [DOI], ["10.48251/never"], ["--attention"], ["--series", "none"]],
    "history": [[DOI], ["10.48251/never"], ["nonsense"]],
    "adopt": [[], [DOI], ["10.48251/never"], ["nonsense"], ["--csv", "none.csv"], ["--series", "none"]],
    "verify": [[], [DOI]],
    "drift accept": [[DOI, "--reason", "it is right"], [DOI]],
    "drift restore": [[DOI], ["10.48251/never"]],
    "correct": [["258", "--notice", "259", "--date", "2026-06-01"], ["258"]],
    "retract": [[DOI, "--notice", "none.yaml", "--date", "2026-06-01", "--dry-run"], ["258", "--date", "soon"]],
    "withdraw": [[DOI, "."], ["nonsense"]],
    "remove": [[DOI, ".", "--date", "2026-06-01"], ["nonsense"]],
    "audit": [[], ["--series", "none"], ["--csv", "none.csv"]],
    "references": [[], ["--offline"], ["10.48251/never"], ["--accept", "1=x"]],
    "pages": [[], ["nonsense"]],
    "warnings show": [["1"], ["none"]],
    "warnings dismiss": [["1", "--reason", "seen"], ["1"]],
    "warnings answer": [["1", "--both"], ["1"]],
    "acknowledge": [[DOI, "--reason", "seen"], [DOI]],
    "abandon": [[DOI, "--reason", "seen"], []],
    "run": [["--inbox", "inbox"]],
    "report": [[], ["-o", "-"]],
    "write-back": [["c258.yaml"], ["bad.yaml"], ["none.yaml"], ["258"]],
    "tags": [["c258.yaml"], ["bad.yaml"], ["none.yaml"]],
    "explain": [[], ["url-missing"], ["no-such-code"]],
    "schemas list": [[]],
    "schemas verify": [[]],
    "schemas install": [[]],
    "ledger check": [[]],
    "ledger backup": [["backup.sqlite3"]],
    "ledger restore": [["none.sqlite3"]],
    "ledger export": [["-o", "export.jsonl"]],
    "ledger import": [["none.jsonl"]],
    "doctor": [[]],
    "hooks": [[], ["--test", "none"]],
    "config show": [[], ["--origin"]],
    "support-bundle": [["--list"], ["-o", "bundle.tar.gz"]],
}
"""Ways in which each command that has --json ends well and badly."""


def commands() -> dict[str, click.Command]:
    context = click.Context(cli)
    found: dict[str, click.Command] = {}
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found |= {f"{name} {below}": command.commands[below] for below in command.list_commands(context)}
        else:
            found[name] = command
    return found


REPORTING = [name for name, command in commands().items() if any("--json" in each.opts for each in command.params)]


def test_every_command_that_reports_is_in_the_table() -> None:
    assert set(REPORTING) <= set(GOOD)
    assert {"check", "validate", "deposit", "poll", "status", "history", "report", "doctor", "explain"} <= set(
        REPORTING
    )


@pytest.fixture
def used(desk: Desk) -> Desk:
    desk.record()
    desk.write("bad.yaml", "series: none\ntitle: x\n")
    desk.write(
        "document.md", "# SADF Comment 258\n\n## Rivers that cross borders\n\nBy **Ana Keller**\n\n14 September 2023\n"
    )
    (desk.folder / "inbox").mkdir()
    assert desk("build", "c258.yaml", "-o", "c258.xml").code == 0
    return desk


@pytest.mark.parametrize("name", REPORTING)
def test_json_is_one_document_and_nothing_else(used: Desk, name: str) -> None:
    used("deposit", "c258.yaml", "--wait", "30")
    for arguments in [*GOOD[name], ["--no-such-option"]]:
        done: Result = used(*name.split(), *arguments, "--json")
        document = json.loads(done.out)
        assert isinstance(document, dict)
        assert document["ok"] is (done.code in {0, 4}) or done.code == 0, (arguments, done.code)
        assert done.code in {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("arguments", "said", "do"),
    [
        (["depost"], "there is no command “depost”", "did you mean “deposit”?"),
        (["deposit", "c258.yaml", "--wiat", "3"], "there is no option --wiat", "did you mean --wait?"),
        (["check"], "missing argument 'RECORD...'", "`doideposit check --help`"),
        (["deposit", "c258.yaml", "--wait", "x"], "'x' is not a valid float", "`doideposit deposit --help`"),
        (["status", "--target", "prod"], "'prod' is not one of", "`doideposit status --help`"),
        (["status", "nonsense"], "“nonsense” is not a DOI", "10.48251/"),
        (["explain", "url-mising"], "there is no code and no word “url-mising”", "did you mean url-missing"),
        (["ledger", "chek"], "chek", "`doideposit ledger --help`"),
    ],
)
def test_a_command_that_cannot_be_is_answered_with_what_to_do(
    used: Desk, arguments: list[str], said: str, do: str
) -> None:
    done = used(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert re.match(r"error: .+\n  hint: .+\n", done.err)
    assert said in done.err
    assert do in done.err


def test_plain_and_debug_may_stand_anywhere(used: Desk) -> None:
    assert used("status", "--plain").code == 0
    assert used("--plain", "status", "--debug").code == 0
    assert used("check", "c258.yaml", "--plain", "--json").json["ok"] is True


def test_the_version_names_the_schemas(used: Desk) -> None:
    told = used("--version")
    assert told.code == 0
    assert re.match(r"doideposit \d+\.\d+", told.out)
    assert "5.5.0" in told.out


ROWS = [{"doi": "10.5555/c9", "texts": ["two\nlines", "\u202eturned"], "none": {}}, {"doi": "10.5555/c10"}]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_list_written_as_it_grows_is_the_document_written_at_once(count: int) -> None:
    at_once, growing = io.StringIO(), io.StringIO()
    rest = {"ok": False, "inbox_waiting": {"files": 1}}
    Terminal(as_json=True, out=at_once).json({"records": ROWS[:count], **rest})
    with Terminal(as_json=True, out=growing).json_list("records", indent=2) as records:
        records.add(*ROWS[:count])
        records.close(**rest)
    assert growing.getvalue() == at_once.getvalue()
