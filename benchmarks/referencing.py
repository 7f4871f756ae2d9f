"""How long asking about 1,000 references takes, against what Crossref's limits alone dictate; with memory.

Run with ``python -m benchmarks.referencing`` on a calm machine: it takes six minutes, because Crossref allows three
searches in a second. With ``--speed 4`` the simulated Crossref answers, and time passes, four times as fast; what is
ours weighs four times as much then.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.adoption import AT_ONCE, HERE, MOST, SERIES, Slow, measured
from doideposit.checks.checking import Checker
from doideposit.checks.values import DepositorName
from doideposit.crossref.politeness import PassingTime
from doideposit.crossref.registrar import Endpoint
from doideposit.crossref.rest_api import Registry
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.store import Ledger
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registrar import SandboxRegistrar
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox

WORKS, EACH = 50, 20
LISTS_IN_A_SECOND = 3


def record(number: int) -> dict[str, object]:
    """A record whose references nobody has a DOI for."""
    cited = [{"text": f"Sen, A. ({2000 + place}). Of river {number} and its bank {place}."} for place in range(EACH)]
    return {
        "number": str(number), "title": f"River {number} and what became of it", "authors": [{"family": "Sen"}],
        "published": "2024", "url": f"https://rivers.example.org/{number}", "references": cited,
    }  # fmt: skip


def deposited(depositor: Depositor) -> None:
    depositor.deposit(*map(record, range(1, WORKS + 1)))
    while depositor.outstanding():
        depositor.poll(force=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", type=float, default=1.0)
    speed = parser.parse_args().speed
    sandbox = Sandbox(clock=Clock.system_time, delays=Delays.none())
    slow = Slow(sandbox, speed)
    name = DepositorName("River Forum", "doi@example.org", "River Forum")
    validator = Validator(SchemaStore.default(offline=True))
    checker = Checker(
        series={SERIES.name: SERIES}, validator=lambda: validator, depositor=name, clock=Clock.system_time
    )
    passing = PassingTime(now=lambda: time.monotonic() * speed, sleep=lambda seconds: time.sleep(seconds / speed))
    registry = Registry(Endpoint("sandbox", HERE, HERE, HERE), mailto=name.email, waiting=passing, fetch=slow.fetch)

    def opened(folder: str, registry: Registry) -> Depositor:
        return Depositor(
            registrar=SandboxRegistrar(sandbox), ledger=Ledger.open(f"sqlite:///{folder}/ledger.sqlite3"),
            checker=checker, clock=Clock.system_time, target="sandbox", head=name, registry=registry, read_first=True,
        )  # fmt: skip

    with tempfile.TemporaryDirectory() as folder:
        with opened(folder, SandboxRegistry(sandbox)) as depositor:
            deposited(depositor)
        with opened(folder, registry) as depositor:
            dois = [one.doi for one in depositor.statuses()]
            seconds, cpu, peak = measured(lambda: depositor.references.of(*dois))
    kinds = Counter(Path(path).parts[1] for path in slow.paths)
    searches = [wait for path, wait in zip(slow.paths, slow.waits, strict=True) if path == "/works"]
    dictated = max(len(searches) / LISTS_IN_A_SECOND, sum(searches) * speed / AT_ONCE)
    took = seconds * speed
    reached = took <= MOST * dictated
    print(f"{WORKS * EACH} references of {WORKS} DOIs: {dict(kinds)}")
    print(f"{took:.1f} s, of them {cpu:.1f} s of CPU; the limits dictate {dictated:.1f} s: {took / dictated:.2f} times")
    print(f"memory rose by {peak:.1f} MB: {'reached' if reached else 'not reached'}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
