"""Files opened without waiting for ever, written whole or not at all, and moved without taking another's place."""

import errno
import io
import os
import re
import select
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from doideposit.errors import DiskError

__all__ = [
    "NO_FILE",
    "NO_FOLLOW",
    "as_typed",
    "disk_errors",
    "from_here",
    "move_noclobber",
    "open_folder",
    "open_input",
    "read_input",
    "write_atomic",
    "write_new",
    "write_output",
]


# Errors of a pipe without a writer, a socket, a device that is not there, a folder, and links in a circle: the disk is
# not at fault, since no regular file was named.
NO_FILE = frozenset({errno.ETIMEDOUT, errno.ENXIO, errno.ENODEV, errno.EOPNOTSUPP, errno.EISDIR, errno.ELOOP})


@contextmanager
def disk_errors(path: Path, what: str) -> Iterator[None]:
    """Turn an `OSError` about `path` into a `DiskError`; `what` is such as "cannot be written"."""
    try:
        yield
    except OSError as error:
        disk = "check free space, permissions, and that the disk is connected"
        hint = "name a file" if error.errno in NO_FILE else disk
        raise DiskError(f"{path} {what}: {error.strerror or error}", hint=hint) from None


def current_user() -> str:
    """Return the name of the user that this process runs as, its number where it has no name, as in some containers."""
    try:
        import pwd  # noqa: PLC0415 - Windows has no such module, and few runs need it

        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
    except ImportError:
        return os.environ.get("USERNAME", "this user")


# Seconds in which somebody must have opened the other end of a pipe: a shell starts both of its ends at once.
WRITER_WITHIN = 1.0
# Seconds for which anyone who writes to a pipe may be silent.
SILENCE = 10.0


def open_input(path: Path, *, writer_within: float = WRITER_WITHIN, silence: float = SILENCE) -> io.BufferedReader:
    """Open a file for reading, whatever kind of file has that name; raises `OSError`.

    A folder or a socket is refused at once. A pipe or a terminal is read as long as somebody writes to it, and raises
    `TimeoutError`, here or while it is read, where nobody does: a plain ``open`` would wait without end.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
    handle = os.open(path, flags)
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode) or not hasattr(select, "poll"):
        return os.fdopen(handle, "rb")
    if stat.S_ISDIR(mode):
        os.close(handle)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    return io.BufferedReader(_Pipe(handle, writer_within, silence))


def read_input(path: Path, *, most: int = 100_000_000) -> bytes:
    """Return the content of a file of at most `most` bytes; raises `OSError`, also for a larger one.

    For small files, of which some lie where others may write: a link to a device must not fill the memory.
    """
    with open_input(path) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data


class _Pipe(io.RawIOBase):
    """Read from what gives its bytes one after the other, and wait for them with a patience that ends."""

    def __init__(self, handle: int, writer_within: float, silence: float) -> None:
        self._handle = handle
        self._writer_within = writer_within
        self._silence = silence
        # A pipe that nobody has opened yet looks like one that was written and closed: both give no bytes.
        self._had_writer = not stat.S_ISFIFO(os.fstat(handle).st_mode)

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._handle

    def close(self) -> None:
        if not self.closed:
            os.close(self._handle)
        super().close()

    def readinto(self, buffer: Any) -> int:
        count = self._read_available(buffer)
        if count == 0 and not self._had_writer:
            self._had_writer = self._wait_until_ready(self._writer_within)
            count = self._read_available(buffer)
            if not self._had_writer:
                raise TimeoutError(errno.ETIMEDOUT, "it is a pipe, and nobody writes to it")
        return count

    def _read_available(self, buffer: Any) -> int:
        while True:
            try:
                count = os.readv(self._handle, [buffer])
            except BlockingIOError:
                # Somebody has the other end open and has written nothing yet.
                self._had_writer = True
                if not self._wait_until_ready(self._silence):
                    raise TimeoutError(errno.ETIMEDOUT, f"nothing came from it for {self._silence:g} s") from None
            else:
                self._had_writer = self._had_writer or count > 0
                return count

    def _wait_until_ready(self, seconds: float) -> bool:
        waiting = select.poll()
        waiting.register(self._handle, select.POLLIN)
        return bool(waiting.poll(seconds * 1000))


# Refuse a link where a file of our own is opened: anyone who may write beside it could point it anywhere.
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


def write_atomic(path: Path, content: str | bytes, *, mode: int = 0o600, durable: bool = True) -> None:
    """Write a file so that a reader, or a run after a crash, finds the old one or the new one and nothing between.

    Without `durable` nothing waits for the disk, and a crash of the whole machine may leave it empty. The file gets the
    permissions of `mode`, whatever the umask says. Raises `DiskError`, also for a device or a pipe: a file in its place
    would take it from every program of the machine.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise DiskError(f"{path} cannot be written: it is not a file", hint="name a file")
    # A hundred characters leave room for the rest within the 255 bytes of a file name.
    beside = path.with_name(f".{path.name[:100]}.{os.getpid()}.tmp")
    with disk_errors(path, "cannot be written"):
        try:
            # What is there is from a process of the same number that died, or from somebody who lays a trap.
            beside.unlink(missing_ok=True)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_FOLLOW, mode)
            data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
            with os.fdopen(handle, "wb") as stream:
                # The umask takes bits from the mode given to `open`, and not every system has `fchmod`.
                if hasattr(os, "fchmod"):
                    os.fchmod(stream.fileno(), mode)
                stream.write(data)
                stream.flush()
                if durable:
                    # Without this a crash of the machine could leave the new name on an empty file.
                    os.fsync(stream.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def write_output(path: Path, content: str | bytes, *, mode: int = 0o600) -> None:
    """Write a file that a person named, atomically; keep its permissions and a link to it.

    Into a pipe or a device, such as ``/dev/stdout``, it is written. Raises `DiskError`, also for a pipe that nobody
    reads.
    """
    if not path.exists() or path.is_file():
        kept = stat.S_IMODE(path.stat().st_mode) if path.exists() else mode
        with disk_errors(path, "cannot be written"):
            place = path.resolve()
        write_atomic(place, content, mode=kept)
        return
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    with disk_errors(path, "cannot be written"):
        # Without this flag, opening a pipe waits until somebody reads from it.
        handle = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
        with os.fdopen(handle, "wb") as stream:
            os.set_blocking(handle, True)
            stream.write(data)


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


@contextmanager
def open_folder(path: Path) -> Iterator[int | None]:
    """Open a folder that is not a link; None if the operating system cannot open folders. Raises `OSError`.

    What is done by the handle is done in this very folder, whatever somebody puts under its name in the meantime.
    """
    if os.link not in os.supports_dir_fd:
        yield None
        return
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | NO_FOLLOW)
    except NotADirectoryError:
        raise NotADirectoryError(errno.ENOTDIR, f"{path} is a link or not a folder") from None
    try:
        yield handle
    finally:
        os.close(handle)


def move_noclobber(source: Path, target: Path, *, folder: int | None = None) -> bool:
    """Move a file to a name that is free; False when another file has it, which is left alone. Raises `OSError`.

    `folder` is the opened folder of `target`, where others could put a link in its place.

    A second name is made first and the old one then taken away: unlike a rename, that cannot overwrite. A run that
    died between the two left both names of one file, which is finished here.
    """
    there = target if folder is None else Path(target.name)
    try:
        os.link(source, there, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        if not os.path.samestat(source.lstat(), os.stat(there, dir_fd=folder, follow_symlinks=False)):
            return False
    except (OSError, NotImplementedError):
        # Some file and operating systems have no second names; nobody but the holder of the lock moves files here.
        if folder is not None:
            _require_same_folder(target.parent, folder)
        if os.path.lexists(target):
            return False
        os.rename(source, there, dst_dir_fd=folder)
        return True
    source.unlink()
    return True


def _require_same_folder(path: Path, folder: int) -> None:
    """Raise `OSError` where another folder, or a link, has the name of one that is open."""
    if not os.path.samestat(path.lstat(), os.fstat(folder)):
        raise OSError(errno.ELOOP, "it is no longer the folder that was opened", str(path))


def from_here(path: Path) -> Path:
    """Return a path as people see it from the working directory: relative if it is below that."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


# Letters of any language need no quotes in a shell; a backslash separates folders on Windows and is special elsewhere.
_PLAIN = re.compile(r"[\w@%+=:,./\\-]+" if os.name == "nt" else r"[\w@%+=:,./-]+")
# Signs that a shell acts on even between quotation marks; Windows leaves the backslash alone.
_SPECIAL = frozenset('"$`!' if os.name == "nt" else '"$`!\\')


def as_typed(*words: object) -> str:
    """Return words quoted for a command line.

    Double quotes, which the shells of every system know, are around what needs quotes; single ones, which only
    POSIX shells know, where a character would be special inside double quotes.
    """
    texts = map(str, words)
    return " ".join(
        text if _PLAIN.fullmatch(text) else shlex.quote(text) if _SPECIAL & set(text) or not text else f'"{text}"'
        for text in texts
    )
