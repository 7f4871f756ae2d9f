"""The shape of the house, read from its imports: arrows point down, siblings keep apart, libraries have one home."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "doideposit"

# Longest match wins. Rooms of one layer do not import each other unless they are the same room.
LAYERS: list[tuple[str, str, float]] = [
    # module prefix, room, layer
    ("doideposit.errors", "errors", 0.1),
    ("doideposit.findings", "findings", 0),
    ("doideposit.identifiers", "identifiers", 0),
    ("doideposit.lifecycle", "lifecycle", 0),
    ("doideposit.limits", "limits", 0),
    ("doideposit.secrecy", "secrecy", 0),
    ("doideposit.disk", "disk", 0.2),
    ("doideposit.models", "models", 1),
    ("doideposit.crossref.names", "names", 1),
    ("doideposit.ledger.entries", "entries", 1),
    ("doideposit.rules", "rules", 2.1),
    ("doideposit.planning", "planning", 2.1),
    ("doideposit.crossref.documents", "documents", 2.0),
    ("doideposit.crossref.registrar", "registrar", 2.0),
    ("doideposit.crossref.xml", "xml", 2.1),
    ("doideposit.crossref.diagnostics", "diagnostics", 2.1),
    ("doideposit.crossref.schemas", "schemas", 2.2),
    ("doideposit.crossref.validator", "validator", 2.3),
    ("doideposit.crossref.exchange", "exchange", 2.2),
    ("doideposit.crossref.client", "client", 2.3),
    ("doideposit.crossref.registry", "registry", 2.3),
    ("doideposit.crossref", "crossref", 1),
    ("doideposit.sources", "sources", 2.2),
    ("doideposit.config", "config", 2.3),
    ("doideposit.json_schemas", "json_schemas", 2.4),
    ("doideposit.ledger", "ledger", 2.3),
    ("doideposit.reports", "reports", 2.3),
    ("doideposit.sandbox", "sandbox", 2.4),
    ("doideposit.checking", "checking", 3.0),
    ("doideposit.workflow", "workflow", 3.1),
    ("doideposit.inbox", "inbox", 3.2),
    ("doideposit.standing", "standing", 3.2),
    ("doideposit.monitoring", "monitoring", 3.25),
    ("doideposit.notices", "notices", 3.25),
    ("doideposit.scheduled", "scheduled", 3.4),
    ("doideposit.wiring", "wiring", 3.3),
    ("doideposit.diagnosis", "diagnosis", 3.4),
    ("doideposit.landing", "landing", 2.1),
    ("doideposit.api", "webapi", 3.5),
    ("doideposit.cli", "cli", 4),
    ("doideposit.testing", "testing", 4),
    ("doideposit.__main__", "main", 4.1),
    ("doideposit", "api", 3.9),
]

HOMES: dict[str, tuple[str, ...]] = {
    "click": ("cli", "main"),
    "rich": ("cli", "reports"),
    "requests": ("exchange", "client", "registry", "schemas"),
    "sqlalchemy": ("ledger",),
    "alembic": ("ledger",),
    "lxml": ("names", "documents", "xml", "diagnostics", "schemas", "validator", "registry", "sandbox"),
    "elementpath": ("schemas", "validator"),
    "yaml": ("sources", "config"),
    "markdown_it": ("sources",),
    "jinja2": ("reports",),
    "werkzeug": ("sandbox", "webapi"),
    "waitress": ("webapi",),
    "stdnum": ("identifiers", "sandbox", "rules"),
    "pydantic": (
        "identifiers",
        "models",
        "registrar",
        "config",
        "sources",
        "json_schemas",
        "client",
        "registry",
        "sandbox",
        "ledger",
        "wiring",
        "notices",
        "webapi",
        "cli",
    ),
    "pytest": ("testing",),
    "platformdirs": ("schemas", "config", "wiring"),
}
DECLARED = set(HOMES) | {"pydantic_core", "urllib3", "psycopg", "keyring", "waitress", "annotated_types"}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(SOURCE.rglob("*.py")):
        parts = ("doideposit", *path.relative_to(SOURCE).with_suffix("").parts)
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def room_of(module: str) -> tuple[str, float]:
    matches = [row for row in LAYERS if module == row[0] or module.startswith(row[0] + ".")]
    assert matches, f"{module} has no room in the architecture"
    _, room, layer = max(matches, key=lambda row: len(row[0]))
    if room == "api" and module != "doideposit":
        pytest.fail(f"{module} has no room: give it one in LAYERS and in docs/explanation/architecture.md")
    return room, layer


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            assert node.level == 0, f"{path}:{node.lineno} relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                is_module = (SOURCE.parent / Path(*full.split("."))).is_dir() or (
                    SOURCE.parent / Path(*full.split("."))
                ).with_suffix(".py").is_file()
                yield (full if is_module else node.module), node.lineno


def test_imports_point_down_and_siblings_keep_apart() -> None:
    faults = []
    for module, path in modules():
        room, layer = room_of(module)
        for name, line in imports(path):
            if name != "doideposit" and not name.startswith("doideposit."):
                continue
            other, below = room_of(name)
            if other != room and below >= layer:
                faults.append(
                    f"{path.relative_to(SOURCE)}:{line}: {room} (layer {layer}) imports {other} (layer {below})"
                )
    assert not faults, "\n".join(faults)


def test_no_import_cycles() -> None:
    names = {module for module, _ in modules()}
    graph = {module: {name for name, _ in imports(path) if name in names} for module, path in modules()}
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        if module in trail:
            pytest.fail(" -> ".join((*trail[trail.index(module) :], module)))
        if module not in done:
            for name in sorted(graph[module] - {module}):
                # A package that re-exports from its own modules is no cycle by itself.
                if not (name == module or module.startswith(name + ".")):
                    visit(name, (*trail, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())


def test_every_library_stays_in_its_home() -> None:
    faults = []
    for module, path in modules():
        room, _ = room_of(module)
        for name, line in imports(path):
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or top == "doideposit":
                continue
            if top not in DECLARED:
                faults.append(f"{path.relative_to(SOURCE)}:{line}: {top} is not a declared dependency")
            elif top in HOMES and room not in HOMES[top]:
                faults.append(f"{path.relative_to(SOURCE)}:{line}: {top} has no home in {room}")
    assert not faults, "\n".join(faults)


def test_the_sandbox_shares_no_code_with_what_it_checks() -> None:
    forbidden = ("doideposit.crossref.xml", "doideposit.crossref.diagnostics", "doideposit.crossref.client")
    faults = [
        f"{path.relative_to(SOURCE)}:{line}: {name}"
        for module, path in modules()
        if module.startswith("doideposit.sandbox")
        for name, line in imports(path)
        if name.startswith(forbidden)
    ]
    assert not faults, "\n".join(faults)


def test_text_becomes_markup_in_one_place() -> None:
    """Mypy refuses a plain text where markup is wanted; what may declare a text to be markup is listed here."""
    makers = {
        module
        for module, path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"Markup", "cast"}
        if "Markup" in ast.unparse(node)
    }
    # A formula comes out of lxml's own canonical serializer.
    assert makers == {"doideposit.crossref.xml.markup", "doideposit.crossref.xml.richtext"}


def test_house_numbers() -> None:
    """No function over 50 lines, no module over 500 except data; ruff holds complexity at 8."""
    faults = []
    for _, path in modules():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 500:
            faults.append(f"{path.relative_to(SOURCE)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > 50:
                    faults.append(f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}: {size} lines")
    assert not faults, "\n".join(faults)


def test_names_say_what_they_are() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "stuff"}
    found = [module for module, _ in modules() if vague & set(module.split("."))]
    assert not found
