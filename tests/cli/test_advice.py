"""Every command that a message advises can be given as it stands: it exists, with its options and what it needs."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from doideposit.cli.main import COMMANDS, cli
from doideposit.reports.findings import with_target

SOURCES = Path(__file__).parents[2] / "src" / "doideposit"
ANNOUNCED = {"adopt", "drift", "move", "references", "correct", "retract", "withdraw", "pages", "audit", "write-back"}
ADVICE = re.compile(r"`(doideposit [a-z][^`]*)`")


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every text of a module, with a word in place of what is filled in; descriptions of code are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    described = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, holders) and is_described(node)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (str(part.value) if isinstance(part, ast.Constant) else "WORD" for part in node.values)
            yield node.lineno, "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described | inside:
            yield node.lineno, node.value


def is_described(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return bool(node.body) and isinstance(node.body[0], ast.Expr)


def advice() -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for path in sorted(SOURCES.rglob("*.py")):
        for line, text in texts(path):
            for command in ADVICE.findall(text):
                found.setdefault(command, f"{path.relative_to(SOURCES)}:{line}")
    return sorted(found.items())


def problem(command: str) -> str | None:
    """Return what is wrong with a command; it is read as the shell and click read it, and not run."""
    words = shlex.split(command.replace("…", "WORD").replace("{", "").replace("}", ""))[1:]
    if words[0].isupper() or words == ["--help"]:
        return None
    context = click.Context(cli)
    current: click.Command | None = cli.get_command(context, words[0])
    rest = words[1:]
    while isinstance(current, click.Group) and rest:
        if rest[0] == "WORD":
            return None
        current, rest = current.get_command(context, rest[0]), rest[1:]
    if current is None:
        return "there is no such command"
    known = {name: option for option in current.params for name in (*option.opts, *option.secondary_opts)}
    given = [word.split("=")[0] for word in rest if word.startswith("-") and not re.fullmatch(r"-\\d+|-", word)]
    unknown = [word for word in given if word not in {*known, "--help"}]
    if unknown:
        return f"it has no option {unknown}"
    needed = [each for each in current.params if isinstance(each, click.Option) and each.required]
    missing = [each.opts[0] for each in needed if not set(each.opts) & set(given)]
    return f"it lacks {missing}" if missing and given else None


def test_there_is_advice_to_try() -> None:
    assert len(advice()) > 40
    assert any(command.startswith("doideposit abandon") for command, _ in advice())
    assert problem("doideposit abandn X") == "there is no such command"
    assert problem("doideposit deposit X --retyr") == "it has no option ['--retyr']"
    assert set(COMMANDS) >= {"deposit", "status"}


@pytest.mark.parametrize(("command", "place"), [pytest.param(*each, id=each[0]) for each in advice()])
def test_what_is_advised_can_be_given(command: str, place: str) -> None:
    if command.split()[1] in ANNOUNCED - set(COMMANDS):
        pytest.skip("this command is announced for this version")
    assert problem(command) is None, place


def on_targets(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the commands that act on a target."""
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            inner = command.get_command(click.Context(command), name)
            yield from on_targets(inner, (*path, name)) if inner else ()
    if any("--target" in one.opts for one in command.params):
        yield " ".join(("doideposit", *path))


def test_advice_goes_to_the_target_that_it_is_about() -> None:
    found = sorted(on_targets(cli))
    assert {"doideposit poll", "doideposit warnings dismiss"} <= {*found}
    # `config show` acts on no DOI, and the bundle is for somebody else.
    for command in {*found} - {"doideposit config show", "doideposit support-bundle"}:
        assert (
            with_target(f"run `{command} X --all`, or not", "test") == f"run `{command} --target test X --all`, or not"
        )
    assert with_target("`doideposit run --target sandbox` finishes them", "test").count("--target") == 1
    assert with_target("`doideposit explain X` and `doideposit poll`", None).count("--target") == 0
    assert with_target("`doideposit ledger check`", "test") == "`doideposit ledger check`"
