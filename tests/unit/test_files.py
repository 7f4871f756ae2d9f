"""Files written whole, and moved without taking another's place."""

import os
from pathlib import Path

import pytest

from doideposit.errors import DiskError
from doideposit.files import move_apart, write_whole


def test_a_text_replaces_the_old_one_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for text in ("old\n", "neu ☃ \udce9\n"):
        write_whole(path, text)
    assert path.read_text(encoding="utf-8") == "neu ☃ \\udce9\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_text_that_cannot_be_written_is_trouble_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(DiskError, match="cannot be written"):
        write_whole(tmp_path / "a", "x")
    with pytest.raises(DiskError):
        write_whole(tmp_path / "missing" / "a", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("links", [True, False])
def test_moving_never_overwrites(tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not links:
        monkeypatch.setattr(os, "link", lambda *_, **__: (_ for _ in ()).throw(PermissionError("no second names here")))
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_text("mine")
    assert move_apart(source, target)
    assert (source.exists(), target.read_text()) == (False, "mine")
    source.write_text("another")
    assert not move_apart(source, target)
    assert (source.read_text(), target.read_text()) == ("another", "mine")


def test_a_move_that_died_half_way_is_finished(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_text("mine")
    os.link(source, target)
    assert move_apart(source, target)
    assert (source.exists(), target.read_text()) == (False, "mine")
