"""What a daily pass over what is registered costs: questions for lists, reads, time and memory, on a real ledger.

Run with ``python -m benchmarks.watching``. Crossref's side costs nothing here, so that what is measured is ours.
"""

import sys
import tempfile
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from benchmarks.outstanding import NOW, Slow, fill, unjudged
from doideposit.checks.checking import Checker
from doideposit.checks.values import DepositorName
from doideposit.crossref.queries import RegisteredState
from doideposit.crossref.registrar import RegisteredWork
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.store import Ledger
from doideposit.records.identifiers import Doi

SIZES = (500, 5_000)
STAMP = 20260901120000000


class Quiet:
    """A Crossref where nothing changes, and every list comes at once; it counts what it is asked."""

    has_works = has_handles = True

    def __init__(self, moved: int = 0) -> None:
        self.moved = moved
        self.lists = self.reads = 0

    def works(self, by: str, values: Sequence[str]) -> Iterator[RegisteredWork]:  # noqa: ARG002
        self.lists += 1
        for value in values:
            last = NOW + timedelta(days=int(value[-6:]) <= self.moved)
            yield RegisteredWork(value, "report", None, NOW, last, NOW)

    def registered(self, doi: Doi, email: str) -> RegisteredState | None:  # noqa: ARG002
        self.reads += 1
        return RegisteredState(str(doi), STAMP, owner_prefix="10.5555")

    def handle(self, doi: Doi, *, authoritative: bool = False) -> None:  # noqa: ARG002
        return None


def registered(url: str, size: int) -> None:
    """Let every DOI of the ledger be registered, straight in the tables."""
    from doideposit.deposits.ledger import tables

    fill(url, size)
    with Ledger.open(url) as ledger, ledger._database.writing() as connection:  # noqa: SLF001
        connection.execute(tables.submission.update().values(state="done", finished_at=NOW))
        connection.execute(tables.item.update().values(open=False, outcome="registered"))
        connection.execute(tables.work.update().values(registered_at=NOW, registered_timestamp=STAMP))


def depositor(url: str, now: datetime, registry: Any) -> Depositor:
    name = DepositorName("Benchmark", "benchmark@example.org", "Benchmark")
    return Depositor(
        registrar=Slow(),
        ledger=Ledger.open(url),
        checker=Checker(series={}, validator=unjudged, depositor=name, clock=lambda: now),
        clock=lambda: now,
        target="sandbox",
        head=name,
        registry=registry,
        read_first=True,
        random=Random(1),
    )


def rows() -> Iterator[tuple[int, str, int, int, float, float]]:
    """Size, what was done, questions for lists, records read, seconds, peak of memory in MB."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'ledger.sqlite3'}"
            registered(url, size)
            days: tuple[tuple[str, int, Quiet, int], ...] = (
                ("the first day: everything is read", 0, Quiet(), size),
                ("a day later, nothing changed", 1, Quiet(), size),
                ("another day, ten moved", 2, Quiet(moved=10), size),
            )
            for name, day, registry, most in days:
                now = datetime(2026, 9, 2, tzinfo=UTC) + timedelta(days=day, hours=day)
                with closing(depositor(url, now, registry)) as one:
                    tracemalloc.start()
                    start = perf_counter()
                    one.watch(most)
                    seconds, peak = perf_counter() - start, tracemalloc.get_traced_memory()[1] / 1e6
                    tracemalloc.stop()
                yield size, name, registry.lists, registry.reads, seconds, peak


def main() -> None:
    print(f"{'DOIs':>7}  {'what':<36} {'lists':>6} {'reads':>6} {'seconds':>9} {'peak MB':>8}")
    for size, name, lists, reads, seconds, peak in rows():
        print(f"{size:>7,}  {name:<36} {lists:>6,} {reads:>6,} {seconds:>9.2f} {peak:>8.2f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
