"""The promises of the Python interface: cheap to import, complete, frozen, and sparing with transactions and requests."""

import dataclasses
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import doideposit
from depositing import DEPOSITOR, Desk, commentary, sqlite_url
from doideposit.crossref.registrar import CrossrefMember, Receipt
from doideposit.errors import RegistrarUnavailable
from doideposit.lifecycle import State
from doideposit.records.identifiers import Doi
from doideposit.records.models.batch import SealedBatch

HEAVY = (
    "pydantic lxml sqlalchemy alembic requests click rich werkzeug jinja2 yaml elementpath markdown_it stdnum".split()
)


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_it_imports_nothing_heavy_and_starts_nothing() -> None:
    code = (
        "import sys, threading, logging; before = set(sys.modules); import doideposit\n"
        "new = set(sys.modules) - before\n"
        f"print(sorted(name for name in new if name.split('.')[0] in {HEAVY}),"
        " sorted(name for name in new if name.startswith('doideposit.')),"
        " threading.active_count(), logging.root.handlers, logging.getLogger('doideposit').handlers)"
    )
    assert run(code) == "[] [] 1 [] []"


def test_importing_it_reads_no_file_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "doideposit.toml").write_text("this is no TOML")
    code = (
        f"import os, sys; os.chdir({str(tmp_path)!r}); opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' else None)\n"
        "import doideposit; doideposit.Doi, doideposit.Commentary, doideposit.Depositor\n"
        f"print([name for name in opened if {str(tmp_path)!r} in name or 'doideposit.toml' in name])"
    )
    assert run(code) == "[]"


@pytest.mark.parametrize("name", doideposit.__all__)
def test_every_name_is_there_and_documented(name: str) -> None:
    value = getattr(doideposit, name)
    assert name in dir(doideposit)
    if name not in {"__version__", "Input"}:
        assert value.__doc__
        assert getattr(value, "__module__", "doideposit.").startswith("doideposit.")


def test_all_names_are_listed_once_and_in_order() -> None:
    assert set(doideposit.__all__) == {*doideposit._WHERE, "__version__"} - {"Truth"}
    assert doideposit.__all__ == sorted(doideposit.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        doideposit.nothing  # noqa: B018


def test_what_methods_give_back_can_be_named() -> None:
    """Whatever a caller meets in an annotation of `Depositor` can be imported from the package."""
    from typing import get_args, get_type_hints

    def classes(annotation: Any) -> Iterator[type]:
        if isinstance(annotation, type):
            yield annotation
        for each in get_args(annotation):
            yield from classes(each)

    # Some names are imported for types alone: whoever reads an annotation finds them in the package.
    named = {name: getattr(doideposit, name) for name in doideposit.__all__}
    hints = [
        get_type_hints(each, localns=named)["return"]
        for name, each in vars(doideposit.Depositor).items()
        if not name.startswith("_") and callable(each)
    ]
    met = {each for hint in hints for each in classes(hint) if each.__module__.startswith("doideposit.")}
    for holder in list(met):
        met |= {
            each
            for hint in get_type_hints(holder).values()
            for each in classes(hint)
            if each.__module__.startswith("doideposit.")
        }
    assert {doideposit.WorkStatus, doideposit.Proof, doideposit.ReportEntry} <= met
    missing = {each.__name__ for each in met if each.__name__ not in doideposit.__all__}
    assert not missing


@pytest.mark.parametrize("name", doideposit.__all__)
def test_values_are_frozen(name: str) -> None:
    value = getattr(doideposit, name)
    if not isinstance(value, type) or issubclass(value, Exception):
        return
    if dataclasses.is_dataclass(value):
        assert value.__dataclass_params__.frozen  # type: ignore[attr-defined]
    elif issubclass(value, BaseModel):
        assert value.model_config["frozen"]


class CountingRegistrar:
    """A registrar that counts, and does nothing else."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def submit(self, batch: SealedBatch, file_name: str) -> Receipt:
        del batch
        self.calls.append("submit")
        return Receipt(file_name, b"received")

    def fetch_result(self, file_name: str) -> bytes:
        self.calls.append("fetch")
        raise RegistrarUnavailable(f"nobody is to be asked for {file_name}")


@pytest.fixture
def steps() -> list[str]:
    return []


@pytest.fixture
def desk(tmp_path: Path, steps: list[str]) -> Iterator[Desk]:
    with Desk(sqlite_url(tmp_path), registrar=CountingRegistrar(), step=steps.append) as one:
        steps.clear()
        yield one


def committed(steps: list[str]) -> list[str]:
    names = [step.split()[1].rstrip(":") for step in steps if step.endswith(": committed")]
    # The first one that writes makes the ledger itself.
    return [name for name in names if name != "migrate"]


def test_a_deposit_within_a_web_request_is_one_upload(desk: Desk, steps: list[str]) -> None:
    """One transaction records the file before the upload; what follows only notes how the upload went."""
    report = desk.depositor.deposit(commentary())
    assert report.ok
    assert desk.registrar.calls == ["submit"]
    assert committed(steps)[0] == "prepare"
    assert committed(steps).count("prepare") == 1
    assert len(committed(steps)) <= 5
    assert report.entries[0].status is not None
    assert report.entries[0].status.state is State.QUEUED


def test_many_records_within_a_request_are_one_transaction_and_one_upload(desk: Desk, steps: list[str]) -> None:
    desk.depositor.deposit(commentary(1))
    steps.clear()
    desk.registrar.calls.clear()
    desk.depositor.enqueue(*(commentary(number) for number in range(2, 20)))
    assert committed(steps) == ["prepare"]
    assert desk.registrar.calls == []


def test_to_enqueue_needs_no_network_and_one_transaction(desk: Desk, steps: list[str]) -> None:
    report = desk.depositor.enqueue(commentary())
    assert report.entries[0].status is not None
    assert report.entries[0].status.state is State.PREPARED
    assert desk.registrar.calls == []
    assert committed(steps) == ["prepare"]


class CountingRegistry:
    """What Crossref knows of DOIs, for a ledger that never saw them: nothing; it counts the questions."""

    has_works = has_handles = True

    def __init__(self) -> None:
        self.calls: list[str] = []

    def work(self, doi: Doi) -> None:
        self.calls.append(f"work {doi}")

    def handle(self, doi: Doi, *, authoritative: bool = False) -> None:
        self.calls.append(f"handle {doi} {authoritative}")

    def registered(self, doi: Doi, email: str) -> None:
        self.calls.append(f"registered {doi} {email}")

    def deposit_timestamp(self, doi: Doi, email: str) -> None:
        self.calls.append(f"timestamp {doi} {email}")

    def prefix(self, prefix: str) -> CrossrefMember:
        return CrossrefMember("7", "South Asia Democratic Forum", (prefix,))

    def member(self, number: str) -> None:
        return None

    def works(self, by: str, values: Sequence[str]) -> Iterator[Any]:
        return iter(())


def test_to_enqueue_asks_nobody_in_production_either(tmp_path: Path) -> None:
    registry = CountingRegistry()
    with Desk(sqlite_url(tmp_path), registrar=CountingRegistrar(), registry=registry, seed=True) as desk:
        assert desk.depositor.enqueue(commentary(1)).ok
        assert registry.calls == []
        desk.depositor.deposit(commentary(2))
        # Each is looked up once: what was planned now, and what was only recorded, when it is sent.
        assert registry.calls == [f"registered {commentary(number).doi} {DEPOSITOR.email}" for number in (2, 1)]
        assert desk.depositor.send().error is None
        assert "submit" in desk.registrar.calls


def test_to_look_changes_nothing(desk: Desk, steps: list[str]) -> None:
    depositor, one = desk.depositor, commentary()
    depositor.check(one)
    depositor.plan(one)
    depositor.deposit(one, dry_run=True)
    depositor.status(one.doi)
    depositor.history(one.doi)
    list(depositor.events())
    list(depositor.statuses())
    assert desk.registrar.calls == []
    assert committed(steps) == []


def test_a_depositor_prints_nothing(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    desk.depositor.deposit(commentary())
    desk.depositor.poll()
    assert capfd.readouterr() == ("", "")


def test_a_renamed_class_has_its_former_name_for_this_version() -> None:
    assert doideposit.Truth is doideposit.Proof
    assert doideposit.Proof(text="it leads to https://www.sadf.eu/").proof == "it leads to https://www.sadf.eu/"
