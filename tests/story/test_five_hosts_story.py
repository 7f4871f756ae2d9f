"""Five hosts over one PostgreSQL: runs, adoption, drift and polls at once, with kills; nothing doubled, nothing lost."""

import json
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

import postgres
from depositing import DEPOSITOR, commentary, validator
from doideposit.crossref.xml.batch import Built
from doideposit.deposits.ledger.store import Ledger
from doideposit.lifecycle import EventKind
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox
from inboxes import doi

HOSTS, ROUNDS = 5, 5
DEPOSITED, QUEUED, FOREIGN = range(1, 7), range(7, 10), range(50, 60)
# A life of a host has about a hundred steps; it is killed at any of them, or lives on.
LIFE = 120


class Hosts:
    """The hosts of a publisher, and the round that they take together."""

    def __init__(self, process: "subprocess.Popen[str]", ledger: str, folder: Path, seed: int) -> None:
        self.process, self.ledger, self.folder = process, ledger, folder
        self.random = Random(seed)
        self.clock = Clock()
        self.deaths = 0

    def take_turns(self, url: str, version: int, *, kills: bool) -> None:
        tasks = [
            {
                "ledger": self.ledger, "sandbox": url, "now": self.clock().isoformat(), "version": version,
                "seed": self.random.random(), "die_at": self.random.randint(1, LIFE) if kills else 0,
                "folder": str(self.folder / f"host{place}"), "own": 100 + place,
                "deposits": list(DEPOSITED), "queued": list(QUEUED),
            }
            for place in range(HOSTS)
        ]  # fmt: skip
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(tasks) + "\n")
        self.process.stdin.flush()
        ends = json.loads(self.process.stdout.readline())
        assert set(ends) <= {0, -signal.SIGKILL}, "a host failed: see its traceback above"
        self.deaths += ends.count(-signal.SIGKILL)
        # Longer than any lease: whoever comes next takes over what a dead host held.
        self.clock.advance(1200)


@contextmanager
def hosts(ledger: str, folder: Path, seed: int) -> Iterator[Hosts]:
    script = Path(__file__).parents[1] / "hosts.py"
    with subprocess.Popen([sys.executable, str(script)], stdin=-1, stdout=-1, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Hosts(process, ledger, folder, seed)
        process.stdin.close()


def settle(house: Hosts, url: str, version: int) -> None:
    """Let everybody live until nothing is open any more."""
    for _ in range(20):
        house.take_turns(url, version, kills=False)
        with Ledger.open(house.ledger) as ledger:
            if not ledger.on("sandbox", house.clock).works.outstanding():
                return
    raise AssertionError("still open")


@pytest.mark.postgres
@pytest.mark.acceptance
@pytest.mark.network_loopback
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_five_hosts_share_one_ledger_and_die_where_they_stand(tmp_path: Path, seed: int) -> None:
    with postgres.running() as server, hosts(postgres.new_database(server, "ledger"), tmp_path, seed) as house:
        with (
            Sandbox(clock=house.clock, validate=validator().validate, delays=Delays.none()) as sandbox,
            running(sandbox) as url,
        ):
            for number in FOREIGN:
                xml = Built.of(DEPOSITOR.head("other", 20200301120000 + number), [commentary(number)]).xml
                sandbox.elsewhere.deposit(xml)
            for version in range(1, ROUNDS + 1):
                house.take_turns(url, version, kills=True)
            settle(house, url, ROUNDS + 1)
            sandbox.elsewhere.change_url(doi(FOREIGN[0]), "https://www.sadf.eu/elsewhere/")
            house.clock.advance(8 * 86_400)
            house.take_turns(url, ROUNDS + 1, kills=False)
            check(house, sandbox, ROUNDS + 1)
        assert house.deaths >= ROUNDS
        assert no_deadlock(server)


def check(house: Hosts, sandbox: Sandbox, last: int) -> None:
    batches = [re.search(rb"<doi_batch_id>(.*?)<", one.content) for one in sandbox.submissions]
    assert [text for text, times in Counter(one[1] for one in batches if one).items() if times > 1] == [], "doubled"
    with Ledger.open(house.ledger) as ledger:
        assert ledger.check() == ()
        works = {work.doi.key: work for work in ledger.on("sandbox", house.clock).works.all()}
        events = list(ledger.on("sandbox", house.clock).works.events())
    for number in (*DEPOSITED, *QUEUED, *(100 + place for place in range(HOSTS))):
        history = sandbox.history(doi(number))
        found = [int(match[1]) for one in history if (match := re.search(r"Version (\d+)", one.title))]
        assert all(one < other for one, other in pairwise(found)), f"{number}: a version went out twice, {found}"
        assert found[-1] == last, f"{number}: the last version is lost, {found}"
        assert works[doi(number).lower()].registered_at is not None
    for number in FOREIGN:
        assert works[doi(number).lower()].adopted_at is not None
        assert list(house.folder.rglob(f"records/{number}.yaml")), "adopted without a file"
    told: Counter[Any] = Counter(
        (one.kind, one.doi, json.dumps(one.detail, sort_keys=True))
        for one in events
        if one.kind in {EventKind.ADOPTED, EventKind.DRIFT}
    )
    assert set(told.values()) == {1}, "told twice"
    assert {one for kind, one, _ in told if kind is EventKind.DRIFT} == {doi(FOREIGN[0]).lower()}


def no_deadlock(server: str) -> bool:
    """Tell whether the server never had to break a deadlock, and nobody waits for a lock any more."""
    import psycopg

    folder = Path(server.partition("host=")[2])
    with psycopg.connect(f"host={folder} user=tests dbname=ledger") as connection:
        waiting = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
        idle = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
        ).fetchone()
    return (waiting, idle) == ((0,), (0,)) and "deadlock detected" not in (folder / "log").read_text(errors="replace")
