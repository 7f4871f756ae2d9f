"""Files written whole or not at all, and moved without ever taking another file's place."""

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doideposit.errors import DiskError

__all__ = ["NO_FOLLOW", "disk_errors", "from_here", "move_noclobber", "typed", "write_atomic", "write_new"]


@contextmanager
def disk_errors(path: Path, what: str) -> Iterator[None]:
    """Turn an `OSError` about `path` into a `DiskError`; `what` is such as "cannot be written"."""
    try:
        yield
    except OSError as error:
        hint = "look at free space, permissions and whether the disk is there"
        raise DiskError(f"{path} {what}: {error.strerror or error}", hint=hint) from None


# Refuse a link where a file of our own is opened: whoever may write beside it could point it anywhere.
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


def write_atomic(path: Path, content: str | bytes, *, mode: int = 0o600) -> None:
    """Write a file so that a reader, or a run after a crash, finds the old one or the new one and nothing between.

    The file gets the permissions of `mode`, whatever the umask says. Raises `DiskError`.
    """
    # A hundred characters leave room for the rest within the 255 bytes of a file name.
    beside = path.with_name(f".{path.name[:100]}.{os.getpid()}.tmp")
    with disk_errors(path, "cannot be written"):
        try:
            # What lies there is from a process of the same number that died, or from somebody who lays a trap.
            beside.unlink(missing_ok=True)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_FOLLOW, mode)
            data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
            with os.fdopen(handle, "wb") as stream:
                # The umask takes bits from the mode given to `open`, and not every system has `fchmod`.
                if hasattr(os, "fchmod"):
                    os.fchmod(stream.fileno(), mode)
                stream.write(data)
                stream.flush()
                # Without this a crash of the machine could leave the new name on an empty file.
                os.fsync(stream.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def write_new(path: Path, text: str, *, mode: int = 0o644) -> bool:
    """Write a text whole to a file that is not there yet; False where there is one, which is left alone.

    Raises `DiskError`.
    """
    if os.path.lexists(path):
        return False
    beside = path.with_name(f".{path.name[:100]}.{os.getpid()}.new")
    write_atomic(beside, text, mode=mode)
    with disk_errors(path, "cannot be written"):
        try:
            return move_noclobber(beside, path)
        finally:
            beside.unlink(missing_ok=True)


def move_noclobber(source: Path, target: Path) -> bool:
    """Move a file to a name that is free; False when another file has it, which is left alone. Raises `OSError`.

    A second name is made first and the old one then taken away: unlike a rename, that cannot overwrite. A run that
    died between the two left both names of one file, which is finished here.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        if not os.path.samestat(source.lstat(), target.lstat()):
            return False
    except (OSError, NotImplementedError):
        # Some file and operating systems have no second names; nobody but the holder of the lock moves files here.
        if os.path.lexists(target):
            return False
        source.rename(target)
        return True
    source.unlink()
    return True


def from_here(path: Path) -> Path:
    """Return a path as people see it from the folder they are in: relative where it lies in or below that folder."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


# Letters of any language need no quotes in a shell; a backslash separates folders on Windows and is special elsewhere.
_PLAIN = re.compile(r"[\w@%+=:,./\\-]+" if os.name == "nt" else r"[\w@%+=:,./-]+")
# Signs that a shell acts on even between quotation marks; Windows leaves the backslash alone.
_SPECIAL = frozenset('"$`!' if os.name == "nt" else '"$`!\\')


def typed(*words: object) -> str:
    """Return words as they are typed on a command line.

    Double quotes, which the shells of every system know, stand around what needs quotes; single ones, which only
    POSIX shells know, where a character would be special inside double quotes.
    """
    texts = map(str, words)
    return " ".join(
        text if _PLAIN.fullmatch(text) else shlex.quote(text) if _SPECIAL & set(text) or not text else f'"{text}"'
        for text in texts
    )
