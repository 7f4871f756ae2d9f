"""Draw mutants of the core and see which of them the tests kill: `make mutants`.

The core is the rules, planning, the table of states, the reading of result logs and the ledger. cosmic-ray finds every
mutation; of each place in the code one is kept, and of these `--count` are drawn with a fixed seed. Each runs in a copy
of the project against the tests that enter its line, as coverage.py tells, or its module where the line runs when the
module is imported: 150 of them first, those that go where few others go, and where it survives these, more. Mutants
that change nothing are listed with their reason in `equivalent_mutants.toml`.
"""

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results" / "mutants.json"
EQUIVALENT: Final = ROOT / "benchmarks" / "equivalent_mutants.toml"
SEED: Final = 20260914
TIMEOUT: Final = 180.0
"""Seconds; a mutant that makes its tests hang counts as killed."""

PARTS: Final[dict[str, str]] = {
    "rules": "checks/rules/*.py",
    "planning": "deposits/planning.py",
    "lifecycle": "lifecycle.py",
    "result logs": "crossref/diagnostics/*.py",
    "ledger": "deposits/ledger/*.py",
}
"""Each part of the core: its modules below src/doideposit."""
TESTS: Final = """
tests/unit/checks tests/unit/crossref/diagnostics tests/unit/deposits tests/unit/test_lifecycle.py
tests/contract/test_frozen_values.py tests/cli/test_every_rule.py tests/cli/test_ledger_commands.py
tests/story/test_adopt_story.py tests/story/test_as_intended_story.py tests/story/test_deposit_story.py
tests/story/test_doubt_story.py tests/story/test_drift_story.py tests/story/test_planning_story.py
tests/story/test_state_machine.py tests/story/test_two_steps_story.py
""".split()
"""Where the tests are that should kill the mutants of these parts."""
VALUES: Final = (
    "tests/contract/test_frozen_values.py",
    "tests/unit/deposits/ledger/test_opening.py::test_the_revisions_make_the_very_tables_of_the_code",
)
"""What holds of every value and table of the core. These tests enter no line of theirs: classes and tables are made
when they are imported."""
ROUNDS: Final = ((150, 0.02), (1500, 0.08))
"""At most so many tests, and of the time that all tests take so much at most: for each mutant, then for those that
survive: most are killed by the first ones, and collecting many tests takes longer than running a few."""
ANNOTATIONS: Final = "core/ReplaceBinaryOperator_BitOr_"
"""In this code `|` stands nearly always in an annotation, where a mutant says nothing about the tests."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one place, and what the tests said."""

    part: str
    module: str
    line: int
    operator: str
    occurrence: int
    outcome: str = "not run"
    diff: str = ""


def found(part: str, folder: Path) -> Iterator[Mutant]:
    """Yield one mutant for each place of the part that can be changed."""
    from cosmic_ray.commands import init
    from cosmic_ray.work_db import use_db

    modules = sorted((ROOT / "src" / "doideposit").glob(PARTS[part]))
    with use_db(str(folder / f"{part}.sqlite")) as database:
        init([path.relative_to(ROOT) for path in modules], database, {})
        places: dict[tuple[str, tuple[int, int]], list[Mutant]] = {}
        for item in database.work_items:
            [spec] = item.mutations
            if not spec.operator_name.startswith(ANNOTATIONS):
                one = Mutant(part, str(spec.module_path), spec.start_pos[0], spec.operator_name, spec.occurrence)
                places.setdefault((one.module, spec.start_pos), []).append(one)
    chooser = random.Random(SEED)
    for _, several in sorted(places.items()):
        yield chooser.choice(sorted(several, key=lambda each: (each.operator, each.occurrence)))


def prepare(below: str) -> None:
    """Copy what the tests need into a folder of this worker, and work there from now on."""
    folder = Path(below) / str(os.getpid())
    left_out = shutil.ignore_patterns(".venv*", ".git", "_build", "__pycache__", ".mypy_cache", ".hypothesis")
    shutil.copytree(ROOT, folder / "project", ignore=left_out)
    os.chdir(folder / "project")
    os.environ["PYTHONPATH"] = str(folder / "project" / "src")


@dataclass(frozen=True, slots=True)
class Tests:
    """Say which tests enter a line, or a module as its line 0, and how many seconds each test takes."""

    entering: Mapping[tuple[str, int], frozenset[str]]
    seconds: Mapping[str, float]

    def against(self, one: Mutant) -> list[list[str]]:
        """Return the tests to run against a mutant, round by round, those first that most likely see a difference.

        A rule is called for every record of every test. The tests that tell are those that go on to lines of the same
        function that few others enter, such as the line that reports a finding.
        """
        tests = self.entering.get((one.module, one.line))
        if not tests:  # It runs when its module is imported.
            of_values = {test for test in self.seconds if test.startswith(VALUES)}
            tests = of_values | (self.entering.get((one.module, 0)) or self.seconds.keys())
        near = [self.entering.get((one.module, line), frozenset()) & tests for line in around(one.module, one.line)]
        rarest = {test: min((len(line) for line in near if test in line), default=len(tests)) for test in tests}
        rarest |= {test: 0 for test in tests if test.startswith(VALUES)}
        ranked = sorted(tests, key=lambda test: (rarest[test], self.seconds[test], test))
        rounds = []
        for most, share in ROUNDS:
            rounds.append(self._within(ranked[:most], share))
            ranked = [test for test in ranked if test not in rounds[-1]]
        return [several for several in rounds if several]

    def _within(self, tests: Sequence[str], share: float) -> list[str]:
        left, several = share * sum(self.seconds.values()), list[str]()
        for test in tests:
            # A story that takes too long makes place for the tests behind it.
            if not several or self.seconds[test] <= left:
                several.append(test)
                left -= self.seconds[test]
        return several


def measured(folder: Path) -> Tests:
    """Run every test once, and see where each goes and how long it takes."""
    from coverage import CoverageData
    from lxml import etree

    data, settings, times = folder / "coverage", folder / "coveragerc", folder / "times.xml"
    modules = "\n ".join(str(ROOT / "src" / "doideposit" / pattern) for pattern in PARTS.values())
    settings.write_text(f"[run]\ninclude =\n {modules}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--cov", f"--cov-config={settings}", "--cov-context=test"]
    command += ["--cov-report=", f"--junitxml={times}", *TESTS]
    environment = {**os.environ, "COVERAGE_FILE": str(data)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    seconds = {
        f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}": float(case.get("time", "0"))
        for case in etree.parse(times).iter("testcase")
    }
    coverage = CoverageData(str(data))
    coverage.read()
    entering: dict[tuple[str, int], set[str]] = {}
    for file in coverage.measured_files():
        module = str(Path(file).relative_to(ROOT))
        for line, contexts in coverage.contexts_by_lineno(file).items():
            tests = {context.rpartition("|")[0] for context in contexts} & seconds.keys()
            entering.setdefault((module, line), set()).update(tests)
            entering.setdefault((module, 0), set()).update(tests)
    return Tests({place: frozenset(tests) for place, tests in entering.items()}, seconds)


def around(module: str, line: int) -> frozenset[int]:
    """Return the lines of the innermost function, class, table or call of a module that holds the line.

    Where that is a value with a name, the lines that use the name are what tests enter.
    """
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    blocks: list[ast.stmt] = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.ClassDef)]
    blocks += [one for one in tree.body if isinstance(one, ast.Assign | ast.AnnAssign | ast.Expr)]
    inner = min((one for one in blocks if line in lines_of(one)), key=lambda one: len(lines_of(one)), default=None)
    if inner is None:
        return frozenset({line})
    names = {one.id for one in ast.walk(inner) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    users = tree.body if names and inner in tree.body and not isinstance(inner, ast.FunctionDef) else []
    used = [one for one in users if names & {each.id for each in ast.walk(one) if isinstance(each, ast.Name)}]
    return frozenset(number for one in (inner, *used) for number in lines_of(one))


def lines_of(statement: ast.stmt) -> range:
    """Return the lines of a statement, with those of its decorators."""
    first = min([statement.lineno, *(one.lineno for one in getattr(statement, "decorator_list", ()))])
    return range(first, (statement.end_lineno or statement.lineno) + 1)


def run(one: Mutant, rounds: Sequence[Sequence[str]]) -> Mutant:
    """Run tests, named as for pytest, against the mutant, until some kill it."""
    from cosmic_ray.mutating import mutate_and_test
    from cosmic_ray.work_item import MutationSpec, TestOutcome

    spec = MutationSpec(Path(one.module), one.operator, one.occurrence, (one.line, 0), (one.line, 1))
    for tests in rounds:
        Path("tests-of-the-mutant.txt").write_text("\n".join(tests), encoding="utf-8")
        result = mutate_and_test([spec], f"{sys.executable} -m pytest -q -x @tests-of-the-mutant.txt", TIMEOUT)
        one = replace(one, outcome="killed", diff=result.diff or "")
        if result.test_outcome is TestOutcome.SURVIVED:
            one = replace(one, outcome="survived")
        else:
            break
    return one


def changed(one: Mutant) -> list[str]:
    """Return the lines that the mutation takes away and adds, without their indentation."""
    lines = [line for line in one.diff.splitlines() if line.startswith(("-", "+"))]
    return [f"{line[0]} {line[1:].strip()}" for line in lines if not line.startswith(("---", "+++"))]


def equivalents() -> dict[tuple[str, ...], str]:
    """Read which mutants change nothing, and why, from `equivalent_mutants.toml`."""
    if not EQUIVALENT.exists():
        return {}
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("mutant", [])
    return {(each["module"], *each["change"]): each["why"] for each in listed}


def report(mutants: list[Mutant]) -> None:
    """Print the share that was killed, by part, and every survivor; keep all of it as JSON."""
    known = equivalents()
    same = [one for one in mutants if (one.module, *changed(one)) in known]
    counted = [one for one in mutants if one not in same]
    for part in PARTS:
        outcomes = Counter(one.outcome for one in counted if one.part == part)
        print(f"{part:<12} {outcomes['killed']:>4} killed, {outcomes['survived']:>3} survived")
    killed = sum(one.outcome == "killed" for one in counted)
    print(f"{'all':<12} {killed:>4} of {len(counted)} killed: {100 * killed / max(1, len(counted)):.1f} %", end="")
    print(f"; {len(same)} equivalent mutants left out")
    for one in counted:
        if one.outcome == "survived":
            print(f"\n{one.module}:{one.line} {one.operator}", *changed(one), sep="\n  ")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(one) for one in mutants], indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Draw, run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part of the core; may be given again")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="doideposit-mutants-") as folder:
        every = [one for part in arguments.part or PARTS for one in found(part, Path(folder))]
        # The seed makes every run draw the same sample from the same code.
        drawn = random.Random(SEED).sample(every, min(arguments.count, len(every)))
        print(f"{len(drawn)} of {len(every)} places", flush=True)
        tests = measured(Path(folder))
        chosen = [tests.against(one) for one in drawn]
        with ProcessPoolExecutor(arguments.workers, initializer=prepare, initargs=(folder,)) as pool:
            done: list[Mutant] = []
            for one in pool.map(run, drawn, chosen):
                done.append(one)
                # A run takes half an hour and more: who breaks it off should know what there is.
                print(
                    f"{len(done):>4} {one.outcome:<9} {one.module}:{one.line} {' '.join(changed(one))[:200]}",
                    flush=True,
                )
            report(done)


if __name__ == "__main__":
    main()
