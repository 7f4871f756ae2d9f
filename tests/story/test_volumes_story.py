"""Disks and network drives that come and go, between passes and during one: nothing is lost, doubled or rejected."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from depositing import Desk
from doideposit.errors import DoiDepositError
from doideposit.job.run import Job, JobContext, JobOutcome
from inboxes import Office, doi, yaml


class Drive:
    """A drive that holds a folder, and can be taken away and connected again."""

    def __init__(self, path: Path) -> None:
        self.path, self._hidden = path, path.with_name(f"{path.name}-away")
        path.mkdir()

    def take_away(self) -> None:
        self.path.rename(self._hidden)

    def connect(self) -> None:
        if self._hidden.exists():
            self._hidden.rename(self.path)


@pytest.fixture
def drives(tmp_path: Path) -> tuple[Drive, Drive]:
    return Drive(tmp_path / "share"), Drive(tmp_path / "data")


@pytest.fixture
def office(drives: tuple[Drive, Drive]) -> Iterator[Office]:
    share, data = drives
    with Desk(f"sqlite:///{data.path / 'ledger.sqlite3'}") as desk:
        yield Office(share.path, desk=desk)


def run(office: Office, step: Callable[[str], None] = lambda _: None) -> JobOutcome:
    office.desk.clock.advance(900)
    return Job("sandbox", office.folders).run(JobContext(office.desk.clock, office.desk.open, step=step))


def settled(office: Office) -> list[str]:
    """Run until nothing is on the way; return the files that are done."""
    for _ in range(6):
        run(office)
    assert office.names("working") == office.names("rejected") == []
    assert len(office.desk.sandbox.records) == len(office.names("done"))
    with office.desk.open() as depositor:
        assert depositor.ledger.check() == ()
    return office.names("done")


@pytest.mark.parametrize("which", [0, 1])
def test_a_drive_that_is_away_between_passes(office: Office, drives: tuple[Drive, Drive], which: int) -> None:
    office.drop("c1.yaml", yaml(1))
    run(office)
    office.drop("c2.yaml", yaml(2))
    drives[which].take_away()
    for _ in range(3):
        try:
            assert run(office).exit_code == 3
        except DoiDepositError as error:
            assert "there is no folder" in error.message  # noqa: PT017 - an inbox that is away is raised
    assert not drives[which].path.exists(), "nothing is made in its place"
    drives[which].connect()
    assert settled(office) == ["c1.yaml", "c2.yaml"]


@pytest.mark.parametrize("at", range(0, 12, 2))
def test_a_share_that_goes_away_at_any_step_of_a_pass(office: Office, drives: tuple[Drive, Drive], at: int) -> None:
    office.drop("c1.yaml", yaml(1))
    run(office)
    office.drop("c2.yaml", yaml(2))
    steps = iter(range(1_000_000))

    def step(_name: str) -> None:
        if next(steps) == at:
            drives[0].take_away()

    run(office, step)
    drives[0].connect()
    assert settled(office) == ["c1.yaml", "c2.yaml"]
    assert {str(one.doi).lower() for one in office.desk.sandbox.records} == {doi(1).lower(), doi(2).lower()}
