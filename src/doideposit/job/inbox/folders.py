"""The folders of an inbox, and which of the files in it are complete."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from doideposit.errors import DiskError
from doideposit.files import disk_errors
from doideposit.records.sources.reading import DOCUMENTS

__all__ = ["REPORT_SUFFIX", "Arrival", "Folders"]

REPORT_SUFFIX: Final = ".report.txt"
# In bytes: a number and the name of the report have to fit after it, within the 255 that file systems take.
LONGEST_NAME: Final = 180
# What programs put at the end of the names of files they are still writing.
UNFINISHED: Final = (".part", ".partial", ".crdownload", ".tmp", ".temp", ".filepart", ".swp", "~")
# The folders of the job inside an inbox.
OWN: Final = frozenset({"working", "done", "rejected", ".doideposit", "outbox"})
# Files that Windows itself puts into folders.
STRAYS: Final = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Arrival:
    """Describe a file in the inbox; `changed` is its modification time in nanoseconds.

    `since` is when a pass saw it like this for the first time; None while no pass did.
    """

    name: str
    size: int
    changed: int
    since: datetime | None = None

    def age(self, now: datetime) -> float:
        """Return for how many seconds it has been unchanged, as far as is known.

        That is the time since its modification; where clocks differ, as on a network drive, it is the time since the
        pass that saw it like this first, if that is longer.
        """
        # `changed` is in nanoseconds.
        by_its_time = now.timestamp() - self.changed / 1e9
        return by_its_time if self.since is None else max(by_its_time, (now - self.since).total_seconds())


@dataclass(frozen=True, slots=True)
class Folders:
    """Name an inbox: people drop files into `root`; all else is in folders inside, on the same file system.

    `for_group` opens an inbox that is made to the group. `named` says that a person named the folder: then it may
    belong to anybody. `shown_as` is the address of `root` for people on other machines.
    """

    root: Path
    for_group: bool = False
    named: bool = False
    shown_as: str | None = None

    def shown(self, path: Path) -> str:
        """Return a path in the inbox as readers of mails and reports reach it."""
        if self.shown_as is None:
            return str(path)
        # The address of a Windows share has backslashes only, also where the server itself writes paths with slashes.
        between = "\\" if "\\" in self.shown_as else "/"
        return between.join((self.shown_as.rstrip("/\\"), *path.relative_to(self.root).parts))

    @property
    def last_run(self) -> Path:
        """Return the file in which the job says how its last run went."""
        return self.job / "last-run.json"

    @property
    def state(self) -> Path:
        """Return the file in which the job remembers things from run to run."""
        return self.job / "state.json"

    @property
    def working(self) -> Path:
        """Return the folder of files that were taken in and are not settled, each in a folder of its own."""
        return self.root / "working"

    @property
    def done(self) -> Path:
        """Return files of which every record is registered."""
        return self.root / "done"

    @property
    def rejected(self) -> Path:
        """Return files that a person has to look at."""
        return self.root / "rejected"

    @property
    def job(self) -> Path:
        """Return the folder of the job's own files: its lock, and what it mailed."""
        return self.root / ".doideposit"

    @property
    def outbox(self) -> Path:
        """Return the folder of notes that no mail told yet."""
        return self.job / "outbox"

    def make(self) -> None:
        """Make the folders that are missing, with modes that do not depend on the umask; raises `DiskError`.

        The folder above the inbox must be there: when a network drive is away, an empty inbox must not take its place.
        """
        if not self.root.parent.is_dir():
            hint = "create it, or check that the drive is connected; the folder is set as [inbox] folder"
            raise DiskError(f"there is no folder {self.root.parent} for the inbox", hint=hint)
        # Group rights let several people hand in files.
        _make_folder(self.root, 0o770 if self.for_group else 0o700)
        found = self.root.stat()
        for folder in (self.done, self.rejected):
            _make_folder(folder, found.st_mode & 0o777)
        for folder in (self.working, self.job, self.outbox):
            _make_folder(folder, 0o700)
        self._check_owners(found.st_uid)

    def own(self) -> tuple[Path, ...]:
        """Return the folders that the job makes inside the inbox."""
        return self.working, self.done, self.rejected, self.job, self.outbox

    def as_they_are(self) -> Callable[[], None]:
        """Return a check that the job's folders are still those that they are now; it raises `DiskError`.

        Anyone who may write into the inbox could put a link in the place of one, and have the job read and take away
        what lies elsewhere.
        """
        before = {folder: _identity(folder) for folder in self.own()}

        def require_same() -> None:
            for folder, identity in before.items():
                if _identity(folder) != identity:
                    message = f"{folder} was replaced during this run"
                    hint = f"put it back, and check who can write in {self.root}; nothing was changed in the new folder"
                    raise DiskError(message, hint=hint)

        return require_same

    @property
    def report_mode(self) -> int:
        """Return the permissions of a report: readable by those who may read the inbox."""
        # The bits for reading of group and others, as the folder has them.
        return 0o600 | (self.root.stat().st_mode & 0o044)

    @staticmethod
    def claimed_name(name: str) -> str:
        """Return the name a file has from now on: its own, unless it is no UTF-8 or leaves no room for a report."""
        text = os.fsencode(name).decode("utf-8", "replace").replace("�", "_")
        text = "".join(char if char.isprintable() else "_" for char in text)
        if len(text.encode()) <= LONGEST_NAME:
            return text
        stem, dot, suffix = text.rpartition(".")
        if not dot or len(suffix) > 10:  # noqa: PLR2004  (longer than the suffix of any file we read)
            stem, dot, suffix = text, "", ""
        # Twelve bytes are kept for the point and the suffix.
        return stem.encode()[: LONGEST_NAME - 12].decode("utf-8", "ignore") + dot + suffix

    @staticmethod
    def numbered_names(name: str) -> Iterator[str]:
        """Yield the name, and then numbered ones: ``c258.yaml``, ``c258-2.yaml``, ``c258-3.yaml``."""
        yield name
        stem, dot, suffix = name.rpartition(".")
        number = 2
        while True:
            yield f"{stem}-{number}.{suffix}" if dot and stem else f"{name}-{number}"
            number += 1

    @staticmethod
    def remove_claim(folder: Path) -> None:
        """Remove the folder of a claim without a file; raises `OSError`."""
        for left in folder.glob(".*"):
            left.unlink()
        folder.rmdir()

    def look(self) -> tuple[tuple[Arrival, ...], tuple[str, ...]]:
        """Return the files in the inbox, oldest first, and the names of what is never taken in; raises `DiskError`.

        Hidden and unfinished files are not mentioned; folders, links and reports are passed over by name.
        """
        arrivals: list[Arrival] = []
        passed_over: list[str] = []
        own = {"working", "done", "rejected"}
        with disk_errors(self.root, "cannot be read"), os.scandir(self.root) as entries:
            for entry in entries:
                if entry.name in own or _is_unfinished(entry.name):
                    continue
                found = _read_arrival(entry)
                if found is not None:
                    arrivals.append(found)
                elif os.path.lexists(entry.path):
                    # A name may hold a line break, and would forge a line of whatever shows it.
                    passed_over.append(self.claimed_name(entry.name))
        arrivals.sort(key=lambda arrival: (arrival.changed, arrival.name))
        # A file system lists names in any order.
        return tuple(arrivals), tuple(sorted(passed_over))

    def _check_owners(self, owner: int) -> None:
        """Refuse folders of another user: their files would be mistaken for the job's own."""
        if not hasattr(os, "geteuid"):
            return
        trusted = {0, os.geteuid()}
        if owner not in trusted and not self.named:
            hint = (
                "check the folder; if it is the right one, set it as [inbox] folder, or give it with `doideposit "
                "run --inbox`"
            )
            raise DiskError(f"the inbox {self.root} belongs to another user (number {owner})", hint=hint)
        for folder in self.own():
            user = folder.lstat().st_uid
            if user not in trusted | {owner}:
                hint = f"remove it: the job creates its folders in {self.root} itself"
                raise DiskError(f"{folder} belongs to another user (number {user})", hint=hint)


def _identity(folder: Path) -> tuple[int, int]:
    """Return what tells a folder from every other one on this machine; raise `DiskError` for a link."""
    with disk_errors(folder, "cannot be used"):
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "it is a link or not a folder")
    return found.st_dev, found.st_ino


def _make_folder(folder: Path, mode: int) -> None:
    """Make a folder with this mode, unless it is there; raises `DiskError`."""
    with disk_errors(folder, "cannot be made"):
        # Anyone who may drop files here could lead the job elsewhere, and have it write there with its own rights.
        if folder.is_symlink() and folder.name in OWN:
            hint = f"delete the link: the job creates its folders in {folder.parent} itself"
            raise DiskError(f"{folder} is a link, and the job follows no links in its inbox", hint=hint)
        if folder.is_dir():
            return
        if folder.exists():
            raise DiskError(
                f"{folder} is a file, not a folder", hint="move the file away: the job needs a folder there"
            )
        # No `chmod` afterwards: it would take away the group that a shared folder hands down, and a service manager
        # may forbid to set that bit again. Nothing else runs yet that could make files in the meantime.
        before = os.umask(0)
        try:
            folder.mkdir(mode)
        finally:
            os.umask(before)


def _is_unfinished(name: str) -> bool:
    lower = name.lower()
    return lower.startswith((".", "~")) or lower.endswith(UNFINISHED) or lower in STRAYS


def _read_arrival(entry: "os.DirEntry[str]") -> Arrival | None:
    """Return the file; None for anything but a plain file, for a report of ours, and for a missing file.

    Documents stay, too: they belong to a site, which is read in place.
    """
    try:
        found = entry.stat(follow_symlinks=False)
    # The file may have been moved away since the folder was listed.
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode) or entry.name.endswith(REPORT_SUFFIX):
        return None
    if os.path.splitext(entry.name)[1].lower() in DOCUMENTS:  # noqa: PTH122  (names need not be UTF-8)
        return None
    return Arrival(entry.name, found.st_size, found.st_mtime_ns)
