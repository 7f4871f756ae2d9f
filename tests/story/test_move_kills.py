"""SIGKILL at every commit and every file of a move: given again it ends in the same state, and moves each DOI once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import FAST, Desk
from doideposit.cli.init import PRESETS
from doideposit.cli.main import run
from forked import fork, status_of
from killed_commands import Lives
from moved_site import PREFIX, moved_site, moving_house

pytestmark = [
    pytest.mark.network_loopback,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the run that is killed is a fork of this one"),
]
NUMBERS = (258, 259)
MOVE = ("move", "urls.csv")


@pytest.fixture
def site() -> Iterator[str]:
    with moved_site() as address:
        yield address


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], site: str) -> Desk:
    """A house that is copied for each life."""
    folder = tmp_path / "house"
    folder.mkdir()
    monkeypatch.chdir(folder)
    desk = Desk(folder, capsys)
    desk.write("doideposit.toml", PRESETS["sadf-comment"].configuration_text() + FAST)
    house = moving_house(desk, *NUMBERS)
    house.write("urls.csv", "number,new\n" + "".join(f"{number},{site}/new/{number}\n" for number in NUMBERS))
    return house


def check(house: Desk, site: str) -> None:
    """Hold the end of a move against what it should be, however it came there."""
    for number in NUMBERS:
        record = (house.folder / "records" / f"c{number}.yaml").read_text("utf-8")
        assert f"url: '{site}/new/{number}'   # the old site" in record
        events = house("history", number, "--json").json["history"]
        assert sum(one["kind"] == "prepared" for one in events) == 2, events
    undo = (house.folder / "urls-undo.csv").read_text("utf-8").splitlines()
    assert undo == ["doi,new", *(f"{PREFIX}{number},https://www.sadf.eu/comment-{number}/" for number in NUMBERS)]
    assert "2 unchanged" in house("deposit", "records", "--dry-run").out
    again = house(*MOVE)
    assert (again.code, "2 there already" in again.out, "2 DOIs proved" in again.out) == (0, True, True), again.out
    assert house("ledger", "check").code == 0


def test_a_killed_move_goes_on(template: Desk, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # After the first record file was changed.
    assert Lives(template, monkeypatch, MOVE, lambda house: check(house, site)).life(2)


@pytest.mark.acceptance
@pytest.mark.timeout(900)
def test_a_move_killed_at_any_step_goes_on(template: Desk, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Lives(template, monkeypatch, MOVE, lambda house: check(house, site)).walk(every=2) > 6


@pytest.mark.acceptance
def test_two_people_at_once_move_everything_once(template: Desk, site: str) -> None:
    children = [fork(lambda: run([*MOVE])) for _ in range(2)]
    codes = [os.waitstatus_to_exitcode(status_of(child)) for child in children]
    # Who was second may have been told to run the command again, also because a record file changed meanwhile (2).
    assert 0 in codes, codes
    assert set(codes) <= {0, 1, 2, 4}, codes
    result = template(*MOVE)
    assert result.code == 0, result.out + result.err
    check(template, site)
