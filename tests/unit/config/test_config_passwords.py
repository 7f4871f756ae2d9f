"""Passwords come from where the configuration points, and from nowhere into an error."""

import os
import sys
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from doideposit.config.password_command import COMMAND_TIMEOUT, run_secret_command
from doideposit.config.passwords import PasswordReference
from doideposit.errors import ConfigurationError

SECRET = "geheim-4711"
REAL = object()


def never(*_: object) -> str:
    raise AssertionError("this door is not to be opened")


def resolved(reference: PasswordReference, **doors: Any) -> str:
    """Resolve it with every door closed but those that are given, or real ones that are named as `REAL`."""
    closed: dict[str, Any] = {"environ": {}, "read_file": never, "run_command": never, "keyring": never}
    opened = {name: door for name, door in (closed | doors).items() if door is not REAL}
    return reference.resolve(**opened).get_secret_value()


def refused(reference: PasswordReference, **doors: object) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        resolved(reference, **doors)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert SECRET not in caught.value.hint
    assert isinstance(caught.value.__context__, ImportError | None)
    return caught.value


def test_from_a_variable() -> None:
    reference = PasswordReference(env="CROSSREF_PASSWORD")
    assert resolved(reference, environ={"CROSSREF_PASSWORD": SECRET}) == SECRET
    assert "CROSSREF_PASSWORD" in refused(reference).message
    assert refused(reference, environ={"CROSSREF_PASSWORD": ""}).exit_code == 2


def test_from_a_file_that_only_its_owner_may_read(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\nsecond line\n")
    path.chmod(0o600)
    reference = PasswordReference(file=str(path))
    assert resolved(reference, read_file=REAL) == SECRET
    path.write_text(f"{SECRET}\r\n")
    assert resolved(reference, read_file=REAL) == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o610, 0o660, 0o666, 0o777])
def test_a_file_that_others_may_read_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    path.write_text(SECRET)
    path.chmod(mode)
    error = refused(PasswordReference(file=str(path)), read_file=REAL)
    assert f"{mode:04o}" in error.message
    assert error.hint == f"run: chmod 600 {path}"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError(), "does not exist"),
        (PermissionError(), "may not be read"),
        (IsADirectoryError(), "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(error: OSError, words: str) -> None:
    def read_file(_path: Path) -> tuple[int, str]:
        raise error

    assert words in refused(PasswordReference(file="secret"), read_file=read_file).message


def test_what_is_no_file_of_a_password_says_what_it_is(tmp_path: Path) -> None:
    """Nobody is told to take the rights on /dev/null away from all other programs, and nothing is cut to a password."""
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "long").write_text("x" * 10_001)
    (tmp_path / "long").chmod(0o600)
    for path, words in (
        (tmp_path / "pipe", "it is a pipe, and nobody writes to it"),
        (tmp_path / "long", "it has more than 10,000 characters"),
        (tmp_path, "Is a directory"),
        (Path("/dev/null"), "it is a device"),
        (Path("/dev/zero"), "it is a device"),
    ):
        error = refused(PasswordReference(file=str(path)), read_file=REAL)
        assert (words in error.message, "chmod" in error.hint) == (True, False), error


def test_an_empty_or_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.touch(0o600)
    reference = PasswordReference(file=str(path))
    assert "no password" in refused(reference, read_file=REAL).message
    path.write_bytes(b"\xff\xfe" + SECRET.encode())
    assert "cannot be read" in refused(reference, read_file=REAL).message


def test_from_the_first_line_a_command_prints() -> None:
    asked: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> str:
        asked.append(command)
        return f"{SECRET}\nlogin: x\n"

    assert resolved(PasswordReference(command=("pass", "show", "crossref")), run_command=run) == SECRET
    assert asked == [("pass", "show", "crossref")]


def python(code: str) -> PasswordReference:
    return PasswordReference(command=(sys.executable, "-c", code))


def test_a_command_is_run_without_a_shell() -> None:
    reference = PasswordReference(command=(sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME; echo x"))
    assert resolved(reference, run_command=REAL) == "$HOME; echo x"


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (python(f"import sys; print('{SECRET}'); sys.exit('{SECRET}')"), "status 1"),
        (python("pass"), "no password"),
        (python("import sys; sys.stdout.buffer.write(b'\\xff')"), "not text in UTF-8"),
        (python("print()"), "no password"),
        (python(f"print(); print('{SECRET}')"), "no password"),
        (python(f"while True: print('{SECRET}' * 1000)"), "printed more than 10,000 characters"),
        (python(f"print('{SECRET}', end='x' * 10_000)"), "printed more than 10,000 characters"),
        (python("import os; os.kill(os.getpid(), 9)"), "was ended by signal 9"),
        (PasswordReference(command=("doideposit-no-such-program",)), "was not found"),
        (PasswordReference(command=("/",)), "could not be run"),
    ],
)
def test_a_command_that_fails_is_refused_without_what_it_printed(reference: PasswordReference, words: str) -> None:
    assert words in refused(reference, run_command=REAL).message


@pytest.mark.parametrize(
    "code",
    [
        "import time; print('geheim-4711', flush=True); time.sleep(600)",
        "import os, time; print('geheim-4711', flush=True); os.close(1); time.sleep(600)",
        "import os, time; os.fork() or time.sleep(600)",
    ],
    ids=["prints-and-hangs", "ends-its-output-and-hangs", "leaves-a-child-with-the-output"],
)
def test_a_command_cannot_hang_for_ever(code: str) -> None:
    error = refused(python(code), run_command=partial(run_secret_command, seconds=0.5))
    assert "took longer than 0.5 seconds" in error.message
    assert COMMAND_TIMEOUT <= 60


def test_a_command_gets_nothing_of_what_doideposit_reads() -> None:
    code = "import sys; print(len(sys.stdin.read()))"
    assert resolved(python(code), run_command=REAL) == "0"


def test_the_second_line_of_an_entry_and_its_standard_error_are_no_password() -> None:
    code = f"import sys; print('{SECRET}'); print('login: x' * 200); print('{SECRET}' * 100_000, file=sys.stderr)"
    assert resolved(python(code), run_command=REAL) == SECRET


def test_from_the_keyring() -> None:
    def keyring(service: str, username: str) -> str | None:
        return SECRET if (service, username) == ("doideposit production", "staff/role") else None

    reference = PasswordReference(keyring=True)
    assert resolved(reference, keyring=keyring, service="doideposit production", username="staff/role") == SECRET
    error = refused(reference, keyring=keyring, username="other")
    assert "doideposit" in error.message
    assert "other" in error.message


class LockedKeyring:
    """Stands in for the library: its errors carry what they should not."""

    @staticmethod
    def get_password(_service: str, _username: str) -> str:
        raise RuntimeError(SECRET)


def test_a_keyring_that_fails_says_nothing_of_what_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", LockedKeyring)
    assert "cannot be read" in refused(PasswordReference(keyring=True), keyring=REAL).message
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "doideposit[keyring]" in refused(PasswordReference(keyring=True), keyring=REAL).hint


def test_a_secret_never_prints(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(SECRET)
    path.chmod(0o600)
    secret = PasswordReference(file=str(path)).resolve(environ={})
    assert SECRET not in f"{secret!r} {secret}"


@pytest.mark.parametrize("manager", ["systemd", "kubernetes"])
def test_a_file_that_a_service_manager_handed_in_keeps_its_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manager: str
) -> None:
    path = tmp_path / "crossref"
    path.write_text(SECRET.get_secret_value() if hasattr(SECRET, "get_secret_value") else str(SECRET))
    path.chmod(0o440)
    assert "can be read by others" in refused(PasswordReference(file=str(path)), read_file=REAL).message
    if manager == "systemd":
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    else:
        (tmp_path / "..data").symlink_to(tmp_path)
    assert resolved(PasswordReference(file=str(path)), read_file=REAL) == SECRET


def test_secrets_of_docker_are_taken_with_the_mode_that_docker_gives_them() -> None:
    reference = PasswordReference(file="/run/secrets/crossref")
    assert resolved(reference, read_file=lambda _path: (0o444, "from docker\n")) == "from docker"
