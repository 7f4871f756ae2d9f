"""Real processes over one ledger and one sandbox server: exactly one deposit of each DOI."""

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import postgres
from depositing import commentary, sqlite_url, validator
from doideposit.deposits.ledger.store import Ledger
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox

JOB = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
sys.path.insert(0, sys.argv[4])
from pydantic import SecretStr
from depositing import DEPOSITOR, checker, commentary
from doideposit.crossref.client import CrossrefClient
from doideposit.crossref.registrar import Credentials, Endpoint
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.limits import Limits
from doideposit.deposits.depositor import Depositor
ledger, url, title, _ = sys.argv[1:]
clock = lambda: datetime.now(UTC)
client = CrossrefClient(Endpoint("sandbox", url), lambda: Credentials("sandbox", SecretStr("sandbox")))
with Depositor(registrar=client, ledger=Ledger.open(ledger), checker=checker(clock), clock=clock, target="sandbox",
               head=DEPOSITOR, limits=Limits(records_per_submission=2)) as depositor:
    print("ready", flush=True)
    sys.stdin.readline()
    report = depositor.deposit(*(commentary(number, title) for number in range(1, 7)))
    for _ in range(5):
        depositor.poll(force=True)
    print(json.dumps([entry.action.value for entry in report.entries]), flush=True)
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A ledger on one machine, and one that several machines share."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
        return
    with postgres.running() as server:
        yield postgres.new_database(server, "ledger")


@pytest.mark.slow
@pytest.mark.network_loopback
def test_processes_at_once_deposit_each_doi_once(ledger_url: str) -> None:
    sandbox = Sandbox(validate=validator().validate, delays=Delays.none())
    with sandbox, running(sandbox) as url:
        folder = str(Path(__file__).parents[1])
        runs = [
            subprocess.Popen(
                [sys.executable, "-c", JOB, ledger_url, url, f"Version {place % 2}", folder],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for place in range(5)
        ]
        for run in runs:
            assert run.stdout.readline() == "ready\n"
        for run in runs:
            run.stdin.write("\n")
            run.stdin.flush()
        answers = [json.loads(run.communicate(timeout=120)[0]) for run in runs]
        assert [run.returncode for run in runs] == [0] * len(runs)
        for place in range(6):
            actions = [answer[place] for answer in answers]
            assert "register" in actions, actions
            assert set(actions) <= {"register", "unchanged", "blocked", "update"}
        for number in range(1, 7):
            history = sandbox.history(str(commentary(number).doi))
            # Two versions came at once: each goes out in its turn, and no version goes out twice in a row.
            assert 1 <= len(history) <= len(runs)
            assert all(one.title != other.title for one, other in itertools.pairwise(history))
            assert all(one.timestamp < other.timestamp for one, other in itertools.pairwise(history))
        with Ledger.open(ledger_url) as ledger:
            assert ledger.check() == ()
