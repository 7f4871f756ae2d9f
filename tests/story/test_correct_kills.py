"""SIGKILL at every commit and every file of a correction: given again it ends in the same state, and sends once."""

import os
from pathlib import Path

import pytest

from corrected_house import RETRACT, registered_house, texts, with_policy
from desk import FAST, Desk
from doideposit.cli.init import PRESETS
from doideposit.cli.main import run
from forked import fork, status_of
from killed_commands import Lives

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the run that is killed is a fork of this one")


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A house that is copied for each life."""
    folder = tmp_path / "house"
    folder.mkdir()
    monkeypatch.chdir(folder)
    desk = Desk(folder, capsys)
    desk.write("doideposit.toml", with_policy(PRESETS["sadf-comment"].configuration_text() + FAST))
    return registered_house(desk)


# What each command writes into the title of the work, and into the notice.
MARKS = {
    "retract": ("RETRACTED: ", "retraction"),
    "withdraw": ("WITHDRAWN: ", "withdrawal"),
    "remove": ("REMOVED: ", "removal"),
    "correct": ("", "correction"),
}


def check(house: Desk, before: tuple[str, str], word: str = "retract") -> None:
    """Hold the end of a correction against what it should be, however it came there."""
    original, notice = texts(house)
    mark, kind = MARKS[word]
    title = "What happened in place number 258"
    assert original == (before[0].replace(f"title: {title}", f"title: '{mark}{title}'") if mark else before[0])
    assert notice.startswith(before[1])
    assert notice.count(f"type: {kind}") == 1
    assert "2 unchanged" in house("deposit", "records", "--dry-run").out
    assert "Already done: it shows on" in house(word, *RETRACT[1:]).out
    for number, sent in (("258", 2 if mark else 1), ("300", 1)):
        events = house("history", number, "--json").json["history"]
        assert sum(one["kind"] == "prepared" for one in events) == sent, events
    assert house("ledger", "check").code == 0


@pytest.mark.parametrize("at", [2, 7])
def test_a_killed_retraction_goes_on(template: Desk, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    # After the record of the notice, and after its upload.
    before = texts(template)
    assert Lives(template, monkeypatch, RETRACT, lambda house: check(house, before)).life(at)


@pytest.mark.acceptance
@pytest.mark.timeout(900)
@pytest.mark.parametrize("word", ["retract", "withdraw", "remove", "correct"])
def test_a_correction_killed_at_any_step_goes_on(template: Desk, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    before = texts(template)
    lives = Lives(template, monkeypatch, [word, *RETRACT[1:]], lambda house: check(house, before, word))
    assert lives.walk(every=3) > 4


def test_two_people_at_once_send_everything_once(template: Desk) -> None:
    before = texts(template)
    children = [fork(lambda: run([*RETRACT])) for _ in range(2)]
    codes = [os.waitstatus_to_exitcode(status_of(child)) for child in children]
    # Who was second may have been told to run the command again; nobody broke.
    assert 0 in codes, codes
    result = template(*RETRACT)
    assert result.code == 0, result.out + result.err
    check(template, before)
