"""How long adopting 250 DOIs takes, against what Crossref's limits alone dictate; with memory.

Run with ``python -m benchmarks.adoption`` on a calm machine: the CPU time says what is ours. Each answer of the
simulated Crossref comes after a realistic wait, and the limits are those that its answers name: 10 questions in a
second, 3 at the same time, 3 lists in a second.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from threading import Lock
from urllib.parse import unquote, urlsplit

from doideposit.checks.checking import Checker
from doideposit.checks.values import DepositorName
from doideposit.crossref.http import HttpAnswer
from doideposit.crossref.politeness import PassingTime
from doideposit.crossref.registrar import Endpoint
from doideposit.crossref.rest_api import Registry
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.store import Ledger
from doideposit.records.models.series import Series
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.exchange import Reply, Request
from doideposit.sandbox.foreign import ForeignReport
from doideposit.sandbox.registrar import SandboxRegistrar
from doideposit.sandbox.simulation import Sandbox

DOIS = 250
FASTEST, SLOWEST = 0.15, 0.45
"""Seconds until an answer comes: what is usual for one record at Crossref, from Europe."""
RATE, AT_ONCE = 10, 3
MOST = 1.3
HERE = "http://localhost"
SERIES = Series.model_validate(
    {"name": "rivers", "title": "River Notes", "issn": "2049-3630", "prefix": "10.5555", "doi": "{prefix}/r{number}"}
)


class Slow:
    """A Crossref in this process whose every answer takes its time; counts the questions, their paths and waits."""

    def __init__(self, sandbox: Sandbox, speed: float = 1.0) -> None:
        self.sandbox = sandbox
        self.speed = speed
        self.waits: list[float] = []
        self.paths: list[str] = []
        self._random = Random(1)
        self._lock = Lock()

    def fetch(self, url: str, *, params: Mapping[str, str] | None = None, limit: int) -> HttpAnswer:
        with self._lock:
            wait = self._random.uniform(FASTEST, SLOWEST) / self.speed
            self.waits.append(wait)
            path = unquote(urlsplit(url).path)
            self.paths.append(path)
        started = time.monotonic()
        reply = self.sandbox.handle(Request.get(path, **(params or {})))
        assert isinstance(reply, Reply)
        # What the simulation itself takes is part of the wait, and none of ours.
        time.sleep(max(wait - (time.monotonic() - started), 0))
        return HttpAnswer(reply.status, reply.body[:limit], len(reply.body) > limit, dict(reply.headers))


def filled() -> Sandbox:
    """A sandbox with reports that another tool registered."""
    sandbox = Sandbox(clock=Clock.system_time, delays=Delays.none())
    reports = [ForeignReport(n, f"10.5555/r{n}", f"https://rivers.example.org/{n}") for n in range(1, DOIS + 1)]
    ForeignReport.register_all(sandbox, reports, title=SERIES.title, issn=str(SERIES.issn))
    return sandbox


def measured(work: Callable[[], object]) -> tuple[float, float, float]:
    """Seconds of wall time and of CPU time, and by how many MB the use of memory rose above what it was before."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, worked = time.monotonic(), time.process_time()
    work()
    seconds, cpu = time.monotonic() - started, time.process_time() - worked
    return seconds, cpu, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1_000


def main() -> int:
    sandbox = filled()
    slow = Slow(sandbox)
    name = DepositorName("River Forum", "doi@example.org", "River Forum")
    validator = Validator(SchemaStore.default(offline=True))
    # Compiling the schema is no part of what politeness has to do with.
    validator.validate(b"<doi_batch/>")
    checker = Checker(
        series={SERIES.name: SERIES}, validator=lambda: validator, depositor=name, clock=Clock.system_time
    )
    registry = Registry(
        Endpoint("sandbox", HERE, HERE, HERE), mailto=name.email, waiting=PassingTime(), fetch=slow.fetch
    )
    with tempfile.TemporaryDirectory() as folder, Depositor(
        registrar=SandboxRegistrar(sandbox), ledger=Ledger.open(f"sqlite:///{folder}/ledger.sqlite3"), checker=checker,
        clock=Clock.system_time, target="sandbox", head=name, registry=registry, read_first=True,
    ) as depositor:  # fmt: skip
        seconds, cpu, peak = measured(lambda: depositor.adopt(folder=Path(folder) / "records"))
        files = len(list((Path(folder) / "records").iterdir()))
        again, _, _ = measured(lambda: depositor.adopt(folder=Path(folder) / "records"))
    reads = slow.waits[: DOIS + 10]
    dictated = max(len(reads) / RATE, sum(reads) / AT_ONCE)
    reached = seconds <= MOST * dictated
    print(f"{DOIS} DOIs, {files} files, {len(slow.waits)} questions in two runs")
    print(f"first run {seconds:.1f} s, of them {cpu:.1f} s of CPU")
    print(f"the limits dictate {dictated:.1f} s: {seconds / dictated:.2f} times that")
    print(f"second run {again:.1f} s; memory rose by {peak:.1f} MB: {'reached' if reached else 'not reached'}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
