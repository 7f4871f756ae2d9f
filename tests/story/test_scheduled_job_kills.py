"""Pull the plug between any two steps of a pass: no file is lost, none overwritten, nothing is deposited twice."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from depositing import Desk, sqlite_url
from doideposit.deposits.ledger.store import Ledger
from doideposit.job.inbox.folders import Folders
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.simulation import Sandbox
from inboxes import Office, doi, yaml

FILES = {
    "good.yaml": yaml(1),
    "bad.yaml": yaml(2, published="2023-13-01"),
    "table.csv": 'series,number,title,published,authors\nsadf-comment,3,A,2023,"Wolf, S"\nsadf-comment,4,B,x,"Wolf, S"\n',
    "letter.docx": "not a record",
}
EXPECTED = {"good.yaml": "done", "bad.yaml": "rejected", "table.csv": "rejected", "letter.docx": "rejected"}
SECOND = {"good.yaml": yaml(5), "again.yaml": yaml(1)}
"""What comes while the first files are under way: an old name with a new record, and an old record under a new name."""


class Killed(BaseException):
    """The plug is pulled."""


class Plug:
    """Counts the steps of a life, and pulls at one of them."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.steps = 0
        self.pulled = False

    def __call__(self, _name: str) -> None:
        self.steps += 1
        if self.steps == self.at:
            self.pulled = True
            raise Killed


def live(home: Path, at: int) -> tuple[Office, Plug]:
    """Two batches of files and the passes over them, with the plug pulled once at step `at`."""
    home.mkdir()
    plug = Plug(-1)
    office = Office(home, desk=Desk(sqlite_url(home), step=plug))
    plug.at, plug.steps = at, 0
    for files in (FILES, SECOND):
        for name, text in files.items():
            office.drop(name, text)
        for _ in range(2):
            try:
                office.run(step=plug)
            except Killed:
                office.seen = {}
                office.desk.open()
    plug.at = -1
    office.until_quiet(20)
    return office, plug


def check(office: Office) -> None:
    contents = Counter(
        path.read_text()
        for folder in ("done", "rejected")
        for path in (office.folders.root / folder).iterdir()
        if not path.name.endswith(".report.txt")
    )
    assert contents == Counter([*FILES.values(), *SECOND.values()])
    for name, folder in EXPECTED.items():
        assert name in office.names(folder)
    for folder in ("done", "rejected"):
        for name in office.names(folder):
            assert (office.folders.root / folder / f"{name}.report.txt").read_text()
    assert list(office.folders.working.iterdir()) == []
    registered = [each for each in (1, 3, 5) if office.desk.depositor.status(doi(each)).registered]
    assert registered == [1, 3, 5]
    uploads = Counter(one.operation for one in office.desk.sandbox.submissions)
    assert uploads["doMDUpload"] in {2, 3}, "a DOI was deposited twice"
    versions = Counter(event.doi for event in office.desk.depositor.events() if event.kind == "registered")
    assert set(versions.values()) == {1}
    assert len(list(office.folders.outbox.iterdir())) == 3


def test_a_life_without_accident_is_the_measure(tmp_path: Path) -> None:
    office, plug = live(tmp_path / "life", at=-1)
    with office.desk:
        check(office)
    assert plug.steps > 60


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_the_plug_may_be_pulled_at_any_step(tmp_path: Path, part: int) -> None:
    at = 3 * part + 1
    while True:
        office, plug = live(tmp_path / str(at), at)
        with office.desk:
            check(office)
        if not plug.pulled:
            return
        at += 24


RUNNER = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from depositing import Desk, sqlite_url
from doideposit.job.inbox.folders import Folders
from doideposit.job.run import JobContext, Job
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.simulation import Sandbox
from datetime import datetime, UTC

home, at, moment = Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
steps = 0
def step(name):
    global steps
    steps += 1
    if steps == at:
        os.kill(os.getpid(), signal.SIGKILL)

from depositing import validator
clock = Clock(datetime.fromtimestamp(moment, UTC))
sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none(), state=home / "sandbox.sqlite3")
desk = Desk(sqlite_url(home), clock=clock, sandbox=sandbox, step=step)
outcome = Job("sandbox", Folders(home / "inbox")).run(JobContext(clock, lambda: desk.depositor, step=step))
print(outcome.summary)
print(steps)
sys.exit(outcome.exit_code)
"""


@pytest.mark.slow
def test_real_processes_are_killed_and_the_next_one_goes_on(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "inbox")
    folders.make()
    script = tmp_path / "runner.py"
    script.write_text(RUNNER, encoding="utf-8")
    for name, text in FILES.items():
        (folders.root / name).write_text(text, encoding="utf-8")
    moment = 1.8e9

    def run(at: int) -> subprocess.CompletedProcess[str]:
        nonlocal moment
        moment += 1200
        tests = str(Path(__file__).parents[1])
        command = [sys.executable, str(script), tests, str(tmp_path), str(at), str(moment)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    for at in (2, 5, 9, 14, 20, 27, 33, 40):
        done = run(at)
        assert done.returncode in {-signal.SIGKILL, 0, 1}, done.stderr
    for _ in range(6):
        last = run(-1)
        assert last.returncode in {0, 1}, last.stderr
    assert list(folders.working.iterdir()) == []
    for name, folder in EXPECTED.items():
        assert (folders.root / folder / name).read_text() == FILES[name]
        assert (folders.root / folder / f"{name}.report.txt").exists()
    with Ledger.open(sqlite_url(tmp_path)) as ledger:
        kinds = Counter((event.kind, event.doi) for event in ledger.on("sandbox", Clock()).works.events())
        assert kinds["registered", doi(1).lower()] == kinds["registered", doi(3).lower()] == 1
    with Sandbox(clock=Clock(), delays=Delays.none(), state=tmp_path / "sandbox.sqlite3") as sandbox:
        assert len(sandbox.submissions) <= 2
    assert json.loads((folders.job / "state.json").read_text())
