"""How the cost of a pass over outstanding submissions grows: time and memory, on a real SQLite ledger.

Run with ``python -m benchmarks.outstanding``. Crossref's side costs nothing here, so that what is measured is ours.
"""

import hashlib
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, NoReturn

from doideposit.checks.checking import Checker
from doideposit.checks.values import DepositorName
from doideposit.crossref.registrar import Receipt
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.limits import Limits
from doideposit.records.models.batch import SealedBatch

LONG = 60.0
SIZES = (100, 1_000, 10_000)
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
QUEUED = b"""<?xml version="1.0"?>
<doi_batch_diagnostic status="queued"><submission_id>1</submission_id><batch_id/></doi_batch_diagnostic>"""


class Slow:
    """A Crossref that has everything in its queue, and answers at once."""

    def submit(self, batch: SealedBatch, file_name: str) -> Receipt:  # noqa: ARG002
        raise AssertionError(file_name)

    def fetch_result(self, file_name: str) -> bytes:  # noqa: ARG002
        return QUEUED


def fill(url: str, size: int) -> None:
    """Put `size` files of one DOI each at Crossref, straight into the tables: sending them is not what is measured."""
    from doideposit.deposits.ledger import tables

    numbers = range(1, size + 1)
    moments = {"created_at": NOW, "sent_at": NOW, "accepted_at": NOW, "next_poll_at": NOW}
    common = {"target": "sandbox", "series": "series", "container": "Series", "schema_version": "5.5.0"} | moments
    rows: dict[Any, list[dict[str, Any]]] = {table: [] for table in tables.METADATA.sorted_tables}
    for number in numbers:
        xml = f"<doi_batch>{number}</doi_batch>".encode()
        digest = hashlib.sha256(xml).hexdigest()
        key = {"doi": f"10.5555/c{number:06d}", "target": "sandbox"}
        item = key | {"printed": f"10.5555/C{number:06d}", "record_type": "report-series", "title": f"Comment {number}"}
        own = {"id": number, "batch_id": f"batch-{number}", "file_name": f"file-{number}.xml", "sha256": digest}
        rows[tables.submission].append(common | own | {"timestamp": 20260901120000000, "state": "queued"})
        rows[tables.content].append({"submission": number, "xml": xml})
        upload = {"submission": number, "file_name": f"file-{number}.xml", "sent_at": NOW, "status": "accepted"}
        rows[tables.attempt].append({"id": number} | upload)
        place = {"id": number, "submission": number, "position": 0, "fingerprint": digest, "open": True}
        rows[tables.item].append(item | place)
        rows[tables.work].append(item | {"item": number, "series": "series", "container": "Series"})
        happened = {"at": NOW, "target": "sandbox", "kind": "received", "submission": number, "detail": "{}"}
        rows[tables.event].append(happened)
    with Ledger.open(url) as ledger, ledger._database.writing() as connection:  # noqa: SLF001
        for table, some in rows.items():
            if some:
                connection.execute(table.insert(), some)


def unjudged() -> NoReturn:
    """Stand where the validator is made: nothing here is judged."""
    raise AssertionError("nothing here is judged")


def depositor(url: str, clock: Callable[[], datetime], limits: Limits) -> Depositor:
    name = DepositorName("Benchmark", "benchmark@example.org", "Benchmark")
    return Depositor(
        registrar=Slow(),
        ledger=Ledger.open(url),
        checker=Checker(series={}, validator=unjudged, depositor=name, clock=clock),
        clock=clock,
        target="sandbox",
        head=name,
        limits=limits,
        random=Random(1),
    )


def later() -> datetime:
    """An hour on: everything is due."""
    return NOW + timedelta(hours=1)


def measured(act: Callable[[], Any]) -> tuple[float, float]:
    """Seconds without, then the peak of memory in MB with, the tracing that slows everything down."""
    start = perf_counter()
    act()
    seconds = perf_counter() - start
    if seconds > LONG:
        return seconds, float("nan")
    tracemalloc.start()
    act()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return seconds, peak


def rows() -> Iterator[tuple[int, str, float, float]]:
    """Size, what was done, seconds, peak of memory."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'ledger.sqlite3'}"
            fill(url, size)
            for name, limits in (
                ("one pass of 100 questions", Limits(looks_per_pass=100)),
                ("all", Limits(looks_per_pass=10**6)),
            ):
                with closing(depositor(url, later, limits)) as one:
                    yield size, name, *measured(lambda: one.poll(force=True))
            with closing(depositor(url, later, Limits())) as one:
                yield size, "status of one", *measured(lambda: one.status("10.5555/c000042"))
                yield size, "statuses of all", *measured(lambda: sum(1 for _ in one.statuses(outstanding=True)))
                yield size, "next due", *measured(one.next_due)


def main() -> None:
    print(f"{'outstanding':>11}  {'what':<26} {'seconds':>9} {'peak MB':>8}")
    for size, name, seconds, peak in rows():
        print(f"{size:>11,}  {name:<26} {seconds:>9.4f} {peak:>8.2f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
