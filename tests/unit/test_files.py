"""Files opened without waiting for ever, written whole, and moved without taking another's place."""

import os
import shlex
import socket
import threading
from pathlib import Path

import pytest

from doideposit.errors import DiskError
from doideposit.files import as_typed, from_here, move_noclobber, open_input, read_input, write_atomic, write_output


def test_a_text_replaces_the_old_one_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for text in ("old\n", "neu ☃ \udce9\n"):
        write_atomic(path, text)
    assert path.read_text(encoding="utf-8") == "neu ☃ \\udce9\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(pipe: Path) -> None:
    with open_input(pipe, writer_within=0.01) as stream, pytest.raises(TimeoutError, match="nobody writes to it"):
        stream.read()


def test_a_pipe_whose_writer_is_silent_is_not_waited_for(pipe: Path) -> None:
    with open_input(pipe, silence=0.01) as stream:
        writer = os.open(pipe, os.O_WRONLY)
        os.write(writer, b"title: ")
        with pytest.raises(TimeoutError, match="nothing came from it"):
            stream.read()
        os.close(writer)


@pytest.mark.parametrize("data", [b"", b"a", b"0123456789" * 100_000])
def test_a_pipe_is_read_to_its_end(pipe: Path, data: bytes) -> None:
    writer = threading.Thread(target=lambda: pipe.write_bytes(data))
    with open_input(pipe) as stream:
        writer.start()
        assert stream.read() == data
    writer.join()


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "socket"))
        (tmp_path / "loop").symlink_to("loop")
        for name in ("", "socket", "loop", "missing"):
            with pytest.raises(OSError, match=r".+"):
                open_input(tmp_path / name)
    assert read_input(Path(os.devnull)) == b""
    if Path("/dev/zero").exists():
        with pytest.raises(OSError, match="File too large"):
            read_input(Path("/dev/zero"), most=1000)


def test_a_text_that_cannot_be_written_is_trouble_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(DiskError, match="cannot be written"):
        write_atomic(tmp_path / "a", "x")
    with pytest.raises(DiskError):
        write_atomic(tmp_path / "missing" / "a", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_device_or_a_pipe_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        with pytest.raises(DiskError, match="it is not a file"):
            write_atomic(tmp_path / name, "x")
        with pytest.raises(DiskError, match="cannot be written"):
            write_output(tmp_path / name, "x")
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()


def test_what_a_person_names_is_written_where_it_leads(tmp_path: Path, pipe: Path) -> None:
    with open_input(pipe) as stream:
        write_output(pipe, "into the pipe")
        assert stream.read() == b"into the pipe"
    (tmp_path / "link").symlink_to("page.html")
    write_output(tmp_path / "link", "one")
    (tmp_path / "page.html").chmod(0o640)
    write_output(tmp_path / "link", "two")
    assert (tmp_path / "page.html").read_text() == "two"
    assert (tmp_path / "page.html").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("links", [True, False])
def test_moving_never_overwrites(tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not links:
        monkeypatch.setattr(os, "link", lambda *_, **__: (_ for _ in ()).throw(PermissionError("no second names here")))
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_text("mine")
    assert move_noclobber(source, target)
    assert (source.exists(), target.read_text()) == (False, "mine")
    source.write_text("another")
    assert not move_noclobber(source, target)
    assert (source.read_text(), target.read_text()) == ("another", "mine")


def test_a_move_that_died_half_way_is_finished(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_text("mine")
    os.link(source, target)
    assert move_noclobber(source, target)
    assert (source.exists(), target.read_text()) == (False, "mine")


def test_a_link_laid_beside_a_file_is_not_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    (tmp_path / f".a.txt.{os.getpid()}.tmp").symlink_to(victim)
    write_atomic(tmp_path / "a.txt", "new")
    assert (victim.read_text(encoding="utf-8"), (tmp_path / "a.txt").read_text(encoding="utf-8")) == ("precious", "new")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_permissions_do_not_depend_on_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_atomic(tmp_path / "a.txt", "x", mode=mode)
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == mode


@pytest.mark.skipif(os.name == "nt", reason="a backslash separates folders there")
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["c258.yaml"], "c258.yaml"),
        (["Bücher/Überblick-ß.yaml", "c#1.yaml"], 'Bücher/Überblick-ß.yaml "c#1.yaml"'),
        (["my records/c 258.yaml"], '"my records/c 258.yaml"'),
        (["it's.yaml"], '"it\'s.yaml"'),
        (['say "a".yaml'], "'say \"a\".yaml'"),
        (["price $5.yaml", "a\\b"], "'price $5.yaml' 'a\\b'"),
        ([""], "''"),
    ],
)  # fmt: skip
def test_words_are_shown_so_that_a_shell_takes_them_back(words: list[str], shown: str) -> None:
    assert as_typed(*words) == shown
    assert shlex.split(shown) == words


def test_a_path_is_shown_from_the_folder_that_people_are_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert from_here(tmp_path / "records") == Path("records")
    assert from_here(tmp_path.parent / "else") == tmp_path.parent / "else"
