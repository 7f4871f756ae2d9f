"""How long moving 1,000 addresses takes, against what politeness alone dictates; with memory.

Run with ``python -m benchmarks.moving`` on a calm machine: it takes twenty minutes, because a site is asked for one
page in a second. With ``--speed 8`` the simulated site and Crossref answer, and time passes, eight times as fast; what
is ours weighs eight times as much then. ``--pages N`` moves fewer.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from random import Random

from benchmarks.adoption import AT_ONCE, FASTEST, HERE, MOST, RATE, SERIES, SLOWEST, Slow, measured
from doideposit.checks.checking import Checker
from doideposit.checks.values import DepositorName
from doideposit.crossref.guarded_fetch import Page
from doideposit.crossref.politeness import PassingTime
from doideposit.crossref.registrar import Endpoint, Receipt
from doideposit.crossref.rest_api import Registry
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator
from doideposit.deposits.candidates import Approved
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.store import Ledger
from doideposit.health.moving import MoveProof, MoveTable, SiteMove
from doideposit.health.works import commentaries_in
from doideposit.records.models.batch import SealedBatch
from doideposit.records.sources.site_table import SiteRow
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registrar import SandboxRegistrar
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox

PAGES = 1_000
PAGES_IN_A_SECOND = 1
OLD, NEW = "https://rivers.example.org", "https://example.org/rivers"


class SlowRegistrar(SandboxRegistrar):
    """A Crossref in this process that takes its time over each file, and each question about one."""

    def __init__(self, sandbox: Sandbox, speed: float) -> None:
        super().__init__(sandbox)
        self._speed = speed

    def submit(self, batch: SealedBatch, file_name: str) -> Receipt:
        time.sleep(SLOWEST / self._speed)
        return super().submit(batch, file_name)

    def fetch_result(self, file_name: str) -> bytes:
        time.sleep(SLOWEST / self._speed)
        return super().fetch_result(file_name)


class NewSite:
    """The site at its new place: each page comes after a while, and shows its DOI."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._random = Random(2)
        self.waits: list[float] = []

    def __call__(self, url: str, *, limit: int = 0) -> Page:
        wait = self._random.uniform(FASTEST, SLOWEST)
        time.sleep(wait / self._speed)
        if url.endswith("robots.txt"):
            return Page(url, 404, b"")
        self.waits.append(wait)
        doi = f"10.5555/r{url.rpartition('/')[2]}"
        body = f'<h1>River</h1><a href="https://doi.org/{doi}">https://doi.org/{doi}</a>'.encode()
        return Page(url, 200, body[:limit], "text/html", "utf-8")


def write_records(folder: Path, count: int) -> None:
    for number in range(1, count + 1):
        folder.joinpath(f"r{number}.yaml").write_text(
            f"series: {SERIES.name}\nnumber: {number}\ntitle: River {number} and what became of it\n"
            f"authors: [{{family: Sen}}]\npublished: 2024\nurl: {OLD}/{number}\n",
            encoding="utf-8",
        )


class Move:
    """What the command does with a table, from the first page to the last proof."""

    def __init__(self, depositor: Depositor, folder: Path, site: NewSite, passing: PassingTime) -> None:
        self._depositor = depositor
        self._folder = folder
        self._site = site
        self._passing = passing
        self.proved = 0

    def run(self, count: int) -> None:
        depositor, table = self._depositor, self._folder / "urls.csv"
        there = commentaries_in([self._folder], depositor.series)
        known = {one.doi.key: (one, Path(str(at.file))) for one, at in there}
        registered = {one.doi.key: one.registered_landing_page or "" for one in depositor.works.all()}
        rows = [SiteRow(n + 1, str(n), new=f"{NEW}/{n}") for n in range(1, count + 1)]
        given = MoveTable(table)
        decided = list(given.decide(rows, known, registered))
        looked = list(given.look_at_pages(decided, self._site, self._passing))
        moves, plan = given.compare(looked, depositor)
        assert plan is not None, [one.finding for one in moves][:3]
        given.write_failed(moves)
        given.write_undo(moves)
        for one in moves:
            assert one.change_record() is None
        for part in (moves[:1], moves[1:]):
            depositor.deposit(Approved.part_of(plan, {one.key for one in part}))
            while depositor.outstanding():
                depositor.poll(force=True)
            self._prove(part)

    def _prove(self, part: Sequence[SiteMove]) -> None:
        ask, read = (partial(one, index=False) for one in (self._depositor.look_up, self._depositor.verify))
        proof = MoveProof.of(part, ask, read, self._passing, 600)
        self.proved += len(part) - len(proof.unseen)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--pages", type=int, default=PAGES)
    given = parser.parse_args()
    speed, count = given.speed, given.pages
    sandbox = Sandbox(clock=Clock.system_time, delays=Delays.none())
    slow, site = Slow(sandbox, speed), NewSite(speed)
    name = DepositorName("River Forum", "doi@example.org", "River Forum")
    validator = Validator(SchemaStore.default(offline=True))
    checker = Checker(
        series={SERIES.name: SERIES}, validator=lambda: validator, depositor=name, clock=Clock.system_time
    )
    passing = PassingTime(now=lambda: time.monotonic() * speed, sleep=lambda seconds: time.sleep(seconds / speed))
    polite = Registry(Endpoint("sandbox", HERE, HERE, HERE), mailto=name.email, waiting=passing, fetch=slow.fetch)

    def opened(folder: Path, registrar: SandboxRegistrar, registry: Registry) -> Depositor:
        return Depositor(
            registrar=registrar, ledger=Ledger.open(f"sqlite:///{folder}/ledger.sqlite3"), checker=checker,
            clock=Clock.system_time, target="sandbox", head=name, registry=registry, read_first=True,
        )  # fmt: skip

    with tempfile.TemporaryDirectory() as place:
        folder, records = Path(place), Path(place) / "records"
        records.mkdir()
        write_records(records, count)
        with opened(folder, SandboxRegistrar(sandbox), SandboxRegistry(sandbox)) as depositor:
            depositor.deposit(records)
            while depositor.outstanding():
                depositor.poll(force=True)
        with opened(folder, SlowRegistrar(sandbox, speed), polite) as depositor:
            move = Move(depositor, records, site, passing)
            seconds, cpu, peak = measured(lambda: move.run(count))
    # The pages come first, then each record is read, and after the deposit each handle is asked: none of them may
    # begin before the one before is over. Within each, the limits are those that the services name.
    pages = sum(max(1 / PAGES_IN_A_SECOND, wait) for wait in site.waits)
    each = sum(slow.waits) / len(slow.waits) * speed
    questions = max(count / RATE, count * each / AT_ONCE)
    dictated = pages + 2 * questions
    took = seconds * speed
    reached = took <= MOST * dictated and move.proved == count
    print(f"{count} addresses: {len(site.waits)} pages, {len(slow.waits)} questions, {move.proved} proved")
    print(f"{took:.1f} s, of them {cpu:.1f} s of CPU; the limits dictate {dictated:.1f} s: {took / dictated:.2f} times")
    print(f"memory rose by {peak:.1f} MB: {'reached' if reached else 'not reached'}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
