"""Pull the plug at every step of a life of deposits, start again, and see that everything ends as it should.

A life is what a publisher does: deposit two commentaries, then a third, correct the first, follow up until all is done. It is run
against the sandbox behind HTTP and a real SQLite file, in real processes. A run is killed with SIGKILL at its n-th step;
steps are found by running, not by listing: n grows until a life ends without reaching it.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from depositing import validator
from doideposit.deposits.ledger.store import Ledger
from doideposit.records.identifiers import Doi
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox

Content = Sequence[tuple[int, str, dict[str, Any]] | tuple[int, str]]
PHASES: tuple[Content, ...] = (
    ((1, "First words"), (2, "Rivers")),
    ((1, "First words"), (2, "Rivers"), (3, "Borders")),
    ((1, "Better words"), (2, "Rivers"), (3, "Borders")),
)
"""What the publisher has, phase by phase; each must be settled before the next begins."""
LICENCES = ("https://creativecommons.org/licenses/by/4.0/", "https://creativecommons.org/licenses/by-nc/4.0/")
IN_STEPS: tuple[Content, ...] = tuple(
    ((1, "First words", {"licences": [licence]}), (2, "Rivers", {"licences": [LICENCES[0]]})) for licence in LICENCES
)
"""A licence that is replaced by another: it is emptied first, in a deposit of its own."""
MOST_RUNS = 120


class Zygote:
    """The warm process that forks the runs."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("zygote.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def run(self, task: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        if self._process.stdout is not None:
            self._process.stdout.close()


@dataclass
class Figures:
    """What was done and what was found, for the report of the soak."""

    lives: int = 0
    runs: int = 0
    kills: int = 0
    faults: int = 0
    uploads: int = 0
    effective: int = 0
    lost: int = 0
    doubled: int = 0
    killed_at: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.lives} lives, {self.runs} runs, {self.kills} kills, {self.faults} faults, {self.uploads} uploads received, "
            f"{self.effective} effective deposits, lost {self.lost}, doubled {self.doubled}"
        )


@dataclass
class Life:
    """One ledger and one sandbox, from the first deposit to the last log."""

    zygote: Zygote
    folder: Path
    figures: Figures
    kill_at: Callable[[int], int | None]
    """Given the number of the run, at which of its steps it dies."""
    faults: Sequence[tuple[str, str | None]] = ()
    clock: Clock = field(default_factory=Clock)
    reached: bool = False
    phases: tuple[Content, ...] = PHASES
    check: "Callable[[Life, Sandbox], None] | None" = None
    url: str = ""
    watch: bool = False

    def live(self) -> None:
        """Live through every phase, then check everything."""
        with ExitStack() as stack:
            sandbox = stack.enter_context(Sandbox(clock=self.clock, validate=validator().validate, delays=Delays()))
            for name, value in self.faults:
                sandbox.faults.add(name, value)
            url = self.url = stack.enter_context(running(sandbox))
            runs = 0
            for content in self.phases:
                runs = self._settle(url, content, runs)
            (self.check or Life._check)(self, sandbox)
        self.figures.lives += 1
        self.figures.faults += len(self.faults)

    @property
    def ledger_url(self) -> str:
        return f"sqlite:///{self.folder / 'ledger.sqlite3'}"

    def _settle(self, url: str, content: Content, runs: int) -> int:
        for _ in range(MOST_RUNS):
            runs += 1
            result = self._run(url, content, runs)
            if result is None:
                self.clock.advance(30)  # whoever restarts it does so soon
                continue
            if result["open"] == 0 and not result["trouble"] and set(result["actions"]) == {"unchanged"}:
                return runs
            due = datetime.fromisoformat(result["due"]) if result["due"] else self.clock()
            self.clock.set(max(self.clock(), due) + timedelta(seconds=1))
        raise AssertionError(f"not settled after {MOST_RUNS} runs: {result}")

    def _run(self, url: str, content: Content, number: int) -> dict[str, Any] | None:
        kill_at = self.kill_at(number)
        task = {
            "kill_at": kill_at,
            "now": self.clock().isoformat(),
            "sandbox": url,
            "ledger": self.ledger_url,
            "content": content,
            "seed": number,
            "read_first": self.check is not None,
            "watch": self.watch,
        }
        answer = self.zygote.run(task)
        self.figures.runs += 1
        if answer["signal"]:
            self.figures.kills += 1
            self.reached = True
            return None
        assert answer["status"] == 0, "the run failed: see its traceback above"
        result: dict[str, Any] = answer["result"]
        return result

    def _check(self, sandbox: Sandbox) -> None:
        """Nothing lost, nothing effective twice, timestamps rise, and the ledger agrees with Crossref and with itself."""
        expected = dict(expected_versions())
        with Ledger.open(self.ledger_url) as ledger:
            assert ledger.check() == ()
            works = {work.doi.key: work for work in ledger.on("sandbox", Clock()).works.all()}
        for doi, titles in expected.items():
            history = sandbox.history(doi)
            found = [one.title for one in history]
            self.figures.effective += len(found)
            self.figures.lost += sum(title not in found for title in titles)
            self.figures.doubled += len(found) - len(set(found))
            assert found == titles, (doi, found)
            stamps = [one.timestamp for one in history]
            assert all(later >= earlier + 1000 for earlier, later in pairwise(stamps))
            work = works[Doi(doi).key]
            assert work.registered_at is not None
            assert not work.last_update_failed
            assert work.timestamp == stamps[-1]
        self.figures.uploads += len(sandbox.submissions)


def in_steps(life: Life, sandbox: Sandbox) -> None:
    """Every step took effect once and in order, and what is registered is what the publisher has."""
    with Ledger.open(life.ledger_url) as ledger:
        assert ledger.check() == ()
        works = {work.doi.key: work for work in ledger.on("sandbox", Clock()).works.all()}
    for number, versions in ((1, 3), (2, 1)):
        history = sandbox.history(f"10.48251/SADF.ISSN.2406-5617.C{number}")
        life.figures.effective += len(history)
        life.figures.doubled += len(history) - versions
        assert len(history) == versions, [one.timestamp for one in history]
        work = works[Doi(f"10.48251/SADF.ISSN.2406-5617.C{number}").key]
        assert work.item is not None
        assert work.item.outcome is not None
        assert not work.last_update_failed
        assert work.timestamp == history[-1].timestamp
        shown = [licence in history[-1].record for licence in LICENCES]
        assert shown == ([False, True] if number == 1 else [True, False])


def watched(life: Life, sandbox: Sandbox) -> None:
    """Read everything again, see what others changed, and tell it once, however often a pass dies."""
    changed, left = (f"10.48251/SADF.ISSN.2406-5617.C{number}" for number in (1, 2))
    life.watch = True
    number = 0
    for change in (lambda: None, lambda: sandbox.elsewhere.change_url(changed, "https://www.other.eu/"), lambda: None):
        change()
        for _ in range(6):
            life.clock.advance(2 * 86_400)
            number += 1
            life._run(life.url, IN_STEPS[0], number)
    with Ledger.open(life.ledger_url) as ledger:
        assert ledger.check() == ()
        works = ledger.on("sandbox", Clock()).works
        seen = {work.doi.key: work.observed for work in works.all()}
        told = [one.doi for one in works.events() if one.kind == "drift"]
        intended = [one.doi for one in works.events() if one.kind == "as-intended"]
    assert [one.kind.value for one in seen[Doi(changed).key].drift] == ["content", "address"]
    assert told == [Doi(changed).key] * 2
    assert not seen[Doi(left).key].drift
    assert seen[Doi(left).key].intended_at is not None
    assert len(intended) == len(set(intended)) == 2


def expected_versions() -> Iterator[tuple[str, list[str]]]:
    """The titles each DOI has to have had in force, in order."""
    versions: dict[int, list[str]] = {}
    for content in PHASES:
        for number, title in content:
            titles = versions.setdefault(number, [])
            if f"{title} {number}" not in titles[-1:]:
                titles.append(f"{title} {number}")
    for number, titles in versions.items():
        yield f"10.48251/SADF.ISSN.2406-5617.C{number}", titles


def every_third_run(step: int) -> Callable[[int], int | None]:
    """Die in every third run, at that step; the two between get on once the dead run's leases have ended."""
    return lambda number: step if number % 3 == 1 else None
