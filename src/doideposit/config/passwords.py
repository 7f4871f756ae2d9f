"""Passwords, fetched at the last moment from where the configuration says they are kept.

Nothing here logs, and no error says more about a password than where it was looked for.
"""

import errno
import io
import os
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from unicodedata import category

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from doideposit.config.password_command import run_secret_command
from doideposit.config.section import FilePath, Section
from doideposit.errors import ConfigurationError
from doideposit.files import current_user, open_input

__all__ = ["FOUR_WAYS", "PasswordReference"]

# Return the mode and the text of a file; raises `OSError`.
ReadFile = Callable[[Path], tuple[int, str]]
# Return what a program prints; raises `ConfigurationError`.
RunCommand = Callable[[Sequence[str]], str]
# Return the password of a service and a user name, or None; raises `ConfigurationError`.
Keyring = Callable[[str, str], str | None]


# In characters: keys and tokens of other services have hundreds.
LONGEST: Final = 10_000


def _read_secret_file(path: Path) -> tuple[int, str]:
    """Return the permission bits and the text of a file, from one opened file; raises `OSError`."""
    with io.TextIOWrapper(open_input(path), encoding="utf-8") as stream:
        # The opened file is checked, because the path could lead to another file by now.
        mode = os.fstat(stream.fileno()).st_mode
        # The advice for files, to remove the rights of others, would be wrong for a device that all programs share.
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            raise OSError(errno.ENODEV, "it is a device")
        # Passwords are short; a file of another kind must not fill the memory.
        text = stream.read(LONGEST + 1)
    if len(text) > LONGEST:
        raise OSError(errno.EFBIG, f"it has more than {LONGEST:,} characters, and a password is shorter")
    return stat.S_IMODE(mode), text


def _ask_keyring(service: str, username: str) -> str | None:
    """Ask the system's keyring; raises `ConfigurationError` when there is none."""
    try:
        import keyring  # noqa: PLC0415  (an optional library)
    except ImportError:
        hint = "install doideposit with the extra: pip install 'doideposit[keyring]'"
        raise ConfigurationError("the library for the system's keyring is not installed", hint=hint) from None
    failed = False
    password: str | None = None
    try:
        password = keyring.get_password(service, username)
    except Exception:  # noqa: BLE001  (each system's keyring has errors of its own; none may carry a secret out)
        failed = True
    # Raised outside of the handler, so that the foreign error, which may hold the secret, is not chained to it.
    if failed:
        hint = "unlock it, or keep the password elsewhere"
        raise ConfigurationError("the system's keyring cannot be read", hint=hint)
    return password


FOUR_WAYS = (
    'name where it is kept: { env = "VARIABLE" }, { file = "path" }, { command = ["program", "argument"] } '
    "or { keyring = true }"
)


def _check_variable_name(name: str) -> str:
    # Anyone who writes the password itself here is told so without seeing it again.
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        hint = "write the name of the variable, such as CROSSREF_PASSWORD, and put the password in that variable"
        raise PydanticCustomError("variable-name", "this cannot be the name of an environment variable", {"hint": hint})
    return name


class PasswordReference(Section):
    """The source of a password: exactly one of the four. The password itself is never in the file."""

    env: Annotated[str, Field(min_length=1), AfterValidator(_check_variable_name)] | None = None
    """Name of an environment variable."""
    file: FilePath | None = None
    """Path of a file that only its owner may read, relative to the configuration file; its first line counts."""
    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """A program and its arguments; the first line of its output is the password. No shell is used."""
    keyring: Literal[True] | None = None
    """Ask the system's keyring (needs the extra `keyring`)."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_password_itself(cls, value: Any) -> Any:
        if isinstance(value, Mapping | PasswordReference):
            return value
        raise PydanticCustomError(
            "password-in-file", "a password must never be in the configuration itself", {"hint": FOUR_WAYS}
        )

    @model_validator(mode="after")
    def _require_one_way(self) -> "PasswordReference":
        if sum(way is not None for way in (self.env, self.file, self.command, self.keyring)) != 1:
            raise PydanticCustomError("password-reference", "a password needs exactly one source", {"hint": FOUR_WAYS})
        return self

    @property
    def place(self) -> str:
        """Return where a password is kept, in words; never the password."""
        if self.env is not None:
            return f"the environment variable {self.env}"
        if self.file is not None:
            return f"the file {self.file}"
        if self.command is not None:
            return f"the output of `{self.command[0]}`"
        return "the system's keyring"

    def resolve(
        self,
        *,
        environ: Mapping[str, str],
        service: str = "doideposit",
        username: str = "",
        read_file: ReadFile = _read_secret_file,
        run_command: RunCommand = run_secret_command,
        keyring: Keyring = _ask_keyring,
    ) -> SecretStr:
        """Fetch a password from where it is kept; raises `ConfigurationError`, which never holds the password.

        `service` and `username` are what the keyring is asked for. A file that others than its owner may read is
        refused. One line end after the password is not part of it.
        """
        if self.env is not None:
            text, place = environ.get(self.env, ""), f"the environment variable {self.env}"
        elif self.file is not None:
            text, place = _read_password_file(self.file, read_file), f"the file {self.file}"
        elif self.command is not None:
            text, place = run_command(self.command), f"the output of `{self.command[0]}`"
        else:
            text, place = keyring(service, username) or "", f"the keyring entry {service} of {username}"
        password = text.split("\n", 1)[0].rstrip("\r")
        if not password:
            hint = "put it there for whoever runs doideposit, the scheduled job included, or name another place"
            raise ConfigurationError(f"there is no password in {place}", hint=hint)
        if any(category(character) in {"Cc", "Cs"} for character in password):
            # Sent as it is, such a password fails deep inside a library, whose error would show it.
            hint = "write it there again, as UTF-8 text without control characters"
            raise ConfigurationError(f"the password in {place} is not plain text", hint=hint)
        return SecretStr(password)


def _is_service_credential(path: Path) -> bool:
    """Tell whether a service manager provides the file for this service alone, with a mode of its own.

    systemd makes credentials 0440 with an access list, Docker secrets 0444; Kubernetes links them through ``..data``.
    """
    folders = [Path("/run/secrets"), Path("/run/credentials")]
    if given := os.environ.get("CREDENTIALS_DIRECTORY"):
        folders.append(Path(given))
    return any(path.is_relative_to(folder) for folder in folders) or (path.parent / "..data").is_symlink()


def _advice_for_open_file(path: Path) -> str:
    """Return how to close a file to others: with `chmod` alone, a file of another user would be closed to this one."""
    try:
        is_mine = not hasattr(os, "geteuid") or os.geteuid() in {0, path.stat().st_uid}
    except OSError:
        is_mine = True
    return f"run: chmod 600 {path}" if is_mine else f"as root, run: chown {current_user()} {path} && chmod 600 {path}"


def _read_password_file(path: Path, read_file: ReadFile) -> str:
    problem, hint = "", "check the path in the configuration"
    mode, text = 0, ""
    try:
        mode, text = read_file(path)
    except FileNotFoundError:
        problem = "does not exist"
        if _is_service_credential(path):
            hint = "it exists only while the service that uses it runs: check the log of the service"
    except PermissionError:
        problem = "may not be read by this user"
        hint = f"as root, run: chown {current_user()} {path}; the folders above it must let that user in, too"
    except OSError as error:
        problem = f"cannot be read: {error.strerror or 'nothing came from it'}"
    # What is not text in UTF-8; the error would show a part of it.
    except ValueError:
        problem = "cannot be read: it is not text in UTF-8"
    if problem:
        raise ConfigurationError(f"the password file {path} {problem}", hint=hint)
    # Any right of the group or of others: then it is no secret on this machine.
    if mode & 0o077 and not _is_service_credential(path):
        message = f"the password file {path} can be read by others (mode {mode:04o})"
        raise ConfigurationError(message, hint=_advice_for_open_file(path))
    return text
