"""Print figures about the shape of the code: `make figures`. Each is defined by one sentence beside it.

`--json` prints them as JSON; `--source FOLDER` measures another checkout, for a comparison of before and after.
"""

import argparse
import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

VERBS: Final = frozenset(
    "abandon accept acknowledge act add adopt advance allow answer append apply ask assert assign begin bind "
    "bring build call carry cast change check choose claim clean clear close collect combine come compare "
    "compile complete compute configure connect consume contain continue convert copy correct count create cut "
    "decide declare decode define delete deliver deposit describe detect discard display divide download draft "
    "draw drop encode end enter escape establish evaluate examine exit expand explain export express extract "
    "fail fetch fill filter find finish fit fix flush follow forget form format gather generate get give go "
    "group guess handle hash hold ignore import indicate initialise initialize insert install invoke iterate "
    "join judge keep know lay lease leave let lift list load locate lock look lookup make map mark mask match "
    "measure merge migrate modify mount move name normalise normalize note notify obtain offer open order "
    "parse pass pause perform pick place plan point poll prepare present print process produce prove provide "
    "put quote raise read recognise record recover redact reduce refuse register reject release remember "
    "remove rename render repeat replace report represent request require reset resolve restore resume retract "
    "retry return reveal rewrite run save say scan score seal search see select send separate serialise "
    "serialize serve set settle show shorten simulate skip sleep sort split standardise start state step stop "
    "store stream strip suggest supply take tell test tidy track translate trim truncate try turn undo unite "
    "unlock update upload use validate verify wait walk warn watch withdraw work wrap write yield".split()
)

ENTERED: Final = """
import os, sys, threading
package, *arguments = sys.argv[1:]
entered = set()
def profile(frame, event, argument):
    code = frame.f_code
    if event == "call" and code.co_filename.startswith(package) and not code.co_name.startswith("<"):
        entered.add(code)
threading.setprofile(profile)
sys.setprofile(profile)
from doideposit.__main__ import main
sys.argv = ["doideposit", *arguments]
try:
    main()
finally:
    sys.setprofile(None)
    functions = sum(bool(code.co_flags & 2) for code in entered)
    open("entered.txt", "w").write(f"{len(entered)} {functions}")
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, the sentence that defines it, and what it should be."""

    name: str
    value: float
    aim: str
    definition: str


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the package: its dotted name, its text and its syntax tree."""

    name: str
    text: str
    tree: ast.Module

    @property
    def imports(self) -> set[tuple[str, str]]:
        """Return what it imports anywhere in it, as pairs of a module or package and a name in it."""
        nodes = [node for node in ast.walk(self.tree) if isinstance(node, ast.ImportFrom) and node.module]
        return {(node.module or "", each.name) for node in nodes for each in node.names}

    @property
    def definitions(self) -> list[Definition]:
        """Return every function, method and class in it."""
        return [node for node in ast.walk(self.tree) if isinstance(node, Definition)]


def read_modules(source: Path) -> dict[str, Module]:
    """Read the package; migrations are history and do not count."""
    paths = [path for path in sorted(source.rglob("*.py")) if "migrations" not in path.parts]
    found = {}
    for path in paths:
        name = ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")
        text = path.read_text(encoding="utf-8")
        found[name] = Module(name, text, ast.parse(text))
    return found


def longest_chain(modules: Mapping[str, Module]) -> list[str]:
    """Return the modules of the longest chain of imports inside the package, from the top down.

    Every import statement counts, those inside functions and those for types alone too: whoever reads a module has to
    know what it names. Raises ValueError where imports form a circle.
    """
    graph = {name: _imported(each, modules) - {name} for name, each in modules.items()}
    chains: dict[str, list[str]] = {}

    def chain(name: str, trail: tuple[str, ...]) -> list[str]:
        if name in trail:
            raise ValueError(f"imports form a circle: {' -> '.join((*trail[trail.index(name) :], name))}")
        if name not in chains:
            below = (chain(other, (*trail, name)) for other in sorted(graph[name]))
            chains[name] = [name, *max(below, key=len, default=[])]
        return chains[name]

    return max((chain(name, ()) for name in sorted(graph)), key=len)


def _imported(module: Module, modules: Mapping[str, Module]) -> set[str]:
    """Return the modules of the package that a module imports; a room too, from which something is imported."""
    homes = {home for home, _ in module.imports}
    return (homes | {f"{home}.{name}" for home, name in module.imports}) & modules.keys()


def public_names(modules: Mapping[str, Module]) -> list[str]:
    """Return the functions and classes at the top of modules whose names do not begin with an underscore."""
    return [
        f"{each.name}.{node.name}"
        for each in modules.values()
        for node in each.tree.body
        if isinstance(node, Definition) and not node.name.startswith("_")
    ]


def entered_functions(source: Path) -> tuple[int, int]:
    """Deposit the bundled example into the sandbox, and count what of the package was entered.

    Returns the number of functions, methods and class bodies, and that of functions and methods alone.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "PYTHONPATH": str(source), "DOIDEPOSIT_SCHEMAS": str(ROOT / "schemas")}

        def python(*arguments: str) -> None:
            command = [sys.executable, *arguments]
            subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, timeout=300)

        python("-m", "doideposit", "init", "--preset", "sadf-comment")
        shutil.copy(source / "doideposit" / "cli" / "example" / "comment-258.yaml", folder / "c258.yaml")
        python("-c", ENTERED, str(source / "doideposit"), "deposit", "c258.yaml", "--wait", "60")
        everything, functions = (folder / "entered.txt").read_text().split()
        return int(everything), int(functions)


def shape(modules: Mapping[str, Module]) -> Iterator[Figure]:
    """Yield what the text of the package shows."""
    lines = sum(each.text.count("\n") for each in modules.values())
    comments = sum(_has_comment(line) for each in modules.values() for line in each.text.splitlines())
    classes = Counter(node.name.lstrip("_") for node in _definitions(modules) if isinstance(node, ast.ClassDef))
    documented = [text for node in _definitions(modules) if (text := ast.get_docstring(node))]
    verbs = sum(_begins_with_a_verb(text) for text in documented)
    yield Figure("lines", lines, "", "Lines of Python in the package, migrations left out.")
    yield Figure("modules", len(modules), "", "Files of Python in the package, migrations left out.")
    yield Figure(
        "longest import chain",
        len(longest_chain(modules)),
        "<= 18",
        "Modules in the longest chain of imports in the package, imports in functions and for types counted.",
    )
    yield Figure(
        "public names",
        len(public_names(modules)),
        "<= 750",
        "Functions and classes at the top of modules whose names do not begin with an underscore.",
    )
    yield Figure(
        "class names with two meanings",
        sum(count > 1 for count in classes.values()),
        "<= 5",
        "Class names that more than one class of the package has, a leading underscore left out.",
    )
    yield Figure(
        "comments per 100 lines",
        round(100 * comments / lines, 1),
        "4 to 8",
        "Lines with a comment, for each 100 lines.",
    )
    yield Figure(
        "docstrings with a verb, %",
        round(100 * verbs / len(documented)),
        ">= 45",
        "Docstrings of functions, methods and classes whose first word is a verb in the imperative.",
    )


def _definitions(modules: Mapping[str, Module]) -> Iterator[Definition]:
    for each in modules.values():
        yield from each.definitions


def _has_comment(line: str) -> bool:
    return line.lstrip().startswith("#") or "  # " in line


def _begins_with_a_verb(text: str) -> bool:
    return text.split(maxsplit=1)[0].rstrip(".,:;").lower() in VERBS


def figures(source: Path) -> list[Figure]:
    """Measure everything."""
    everything, functions = entered_functions(source)
    return [
        *shape(read_modules(source)),
        Figure(
            "entered by one deposit", everything, "<= 700",
            "Different functions, methods and class bodies of the package that `deposit c258.yaml --wait 60` enters.",
        ),
        Figure(
            "of these functions", functions, "", "The same without class bodies, which run when a module is imported."
        ),
    ]  # fmt: skip


def main() -> None:
    """Print the figures as a table, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, default=ROOT / "src", help="the folder that holds the package")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    measured = figures(arguments.source.resolve())
    if arguments.json:
        print(json.dumps([asdict(each) for each in measured], indent=1))
        return
    for each in measured:
        print(f"{each.name:<32} {each.value:>8g}  {each.aim:<8}  {each.definition}")


if __name__ == "__main__":
    main()
