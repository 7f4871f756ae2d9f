"""Put whole months of ``done/`` into archives, which stay there: no file goes that was not read back from one before.

A clock that is ahead makes every file look old, so that the age of a file alone must move nothing. Four things guard
against it: a pass that follows a jump of the clock archives nothing (`JobState.note_clock`), nor does one that met an
error, as every talk with Crossref by TLS is one under a wrong date; a month waits for `CLOCK_JUMP` longer than it is
asked to, which covers the jumps that are too small to notice; and no file is older than the ledger says its DOIs are.
"""

import os
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import BinaryIO, Final, Self

from doideposit.deposits.depositor import Depositor
from doideposit.files import NO_FOLLOW, disk_errors, move_noclobber, open_folder
from doideposit.job.inbox.folders import REPORT_SUFFIX, Folders
from doideposit.job.state import CLOCK_JUMP
from doideposit.records.identifiers import Doi

__all__ = ["DoneFiles"]

# Bytes of a report that are read: one of 5,000 records, with remarks about each, has some millions.
LONGEST_REPORT: Final = 20_000_000
# Bytes of a file that are copied and compared at once.
AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class DoneFiles:
    """Name what is in ``done/`` outside of archives: files of a target by their months, and all `others`."""

    months: Mapping[str, tuple[str, ...]]
    others: tuple[str, ...]

    @classmethod
    def find(cls, folders: Folders, target: str) -> Self:
        """Return what is in ``done/`` outside of archives; raises `DiskError`."""
        with _opened_done(folders) as done:
            months = {finished.name: finished.month for finished in done.finished() if finished.target == target}
            others = (
                name for name in done.names() if not name.endswith((REPORT_SUFFIX, ".zip")) and name not in months
            )
            by_month = {
                month: tuple(name for name in months if months[name] == month) for month in sorted({*months.values()})
            }
            return cls(by_month, tuple(others))

    @staticmethod
    def due_on(month: str, keep: timedelta) -> datetime:
        """Return when a month such as ``2026-05`` is archived if files stay for `keep`."""
        year, number = map(int, month.split("-"))
        end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
        return end + keep + CLOCK_JUMP

    @staticmethod
    def archive(
        folders: Folders,
        depositor: Depositor,
        keep: timedelta,
        now: datetime,
        *,
        stop: Callable[[], bool],
        step: Callable[[str], None],
    ) -> int:
        """Put the months that ended more than `keep` ago into archives in ``done/``; returns how many files went.

        A file goes when a report of the job is beside it, when the ledger knows each DOI of it as registered, and when
        report, ledger and file itself all say that it is that old. Anything else stays. Raises `DiskError` and
        `LedgerError`.
        """
        gone, before = 0, now - keep
        with _opened_done(folders) as done:
            months: dict[str, list[_Finished]] = {}
            for finished in done.finished():
                if DoneFiles.due_on(finished.month, keep) <= now and finished.target == depositor.target:
                    months.setdefault(finished.month, []).append(finished)
            # A pass that is killed leaves whole months behind, and the oldest are the first to go.
            for month, files in sorted(months.items()):
                settled = [
                    finished_file
                    for finished_file in _registered(files, depositor, before)
                    if done.is_older(finished_file.name, before)
                ]
                if settled and not stop():
                    step("month due")
                    gone += done.archive(month, settled, step)
        return gone


# The line of a record in order, and two lines of the head, as `FileReport` writes them.
_IN_ORDER: Final = re.compile(r"(\S+)(?: \((?:record|line) \d+ of the file\))?  (?:registered|unchanged)")
_SETTLED: Final = re.compile(r"Settled +(\d{4}-\d\d-\d\d \d\d:\d\d) UTC")
_TARGET: Final = re.compile(r"Target +(\w+)")


@dataclass(frozen=True, slots=True)
class _Finished:
    """Describe a file of which every record had a good end, as the report beside it tells: when, where, and its DOIs.

    Somebody may have taken the file itself away.
    """

    name: str
    settled: datetime
    target: str
    dois: tuple[Doi, ...]

    @classmethod
    def of_report(cls, name: str, text: str) -> Self | None:
        """Return what a report says of its file; None where it is no report of ours, or where a record needs somebody.

        The first line counts the records. A report that names fewer DOIs was cut or changed by somebody.
        """
        lines = text.splitlines() or [""]
        settled, target = (next(filter(None, map(pattern.match, lines[:8])), None) for pattern in (_SETTLED, _TARGET))
        counts = {word: int(count) for count, word in re.findall(r"(\d+) (\w+)", lines[0].rpartition(": ")[2])}
        named = [found[1] for found in map(_IN_ORDER.fullmatch, lines) if found]
        if settled is None or target is None or not named or counts.keys() - {"registered", "unchanged"}:
            return None
        try:
            dois = tuple(map(Doi.parse, named))
            moment = datetime.strptime(settled[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        # `InvalidIdentifier` is a ValueError, as an impossible date is one.
        except ValueError:
            return None
        return cls(name, moment, target[1], dois) if len(dois) == sum(counts.values()) else None

    @property
    def report(self) -> str:
        """Return the name of the report."""
        return self.name + REPORT_SUFFIX

    @property
    def month(self) -> str:
        return f"{self.settled:%Y-%m}"


def _registered(files: Iterable[_Finished], depositor: Depositor, before: datetime) -> Iterator[_Finished]:
    """Yield the files of which every DOI was registered before this moment, and none is on its way again."""
    asked = tuple(files)
    known = {
        status.doi.key: status
        for status in depositor.statuses(dois=(doi for finished in asked for doi in finished.dois))
    }
    for finished_file in asked:
        found = [known.get(doi.key) for doi in finished_file.dois]
        # A DOI that was adopted is registered, and the ledger does not say since when.
        if all(
            status is not None
            and status.registered
            and not status.is_open
            and (status.registration.at is None or status.registration.at < before)
            for status in found
        ):
            yield finished_file


@contextmanager
def _opened_done(folders: Folders) -> Iterator["_OpenedDone"]:
    with disk_errors(folders.done, "cannot be tidied"), open_folder(folders.done) as handle:
        yield _OpenedDone(folders, handle)


# What tells one state of a file from the next.
_Stamp = tuple[int, int, int, int]


def _file_identity(found: os.stat_result) -> _Stamp:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


class _OpenedDone:
    """Read and tidy ``done/`` by its handle: no link is followed, also where somebody swaps one in in the meantime.

    The handle is None where the system opens no folders. Every method raises `OSError`.
    """

    def __init__(self, folders: Folders, handle: int | None) -> None:
        self._folders = folders
        self._handle = handle

    def names(self) -> list[str]:
        """Return the names of everything that is not hidden."""
        # A path has no way to list a folder by its handle.
        found = os.listdir(self._folders.done if self._handle is None else self._handle)  # noqa: PTH208
        return sorted(name for name in found if not name.startswith("."))

    def finished(self) -> Iterator[_Finished]:
        """Yield each file that the job itself put here, by the report about it."""
        for report in self.names():
            stream = self._open(report) if report.endswith(REPORT_SUFFIX) else None
            if stream is not None:
                with stream:
                    text = stream.read(LONGEST_REPORT).decode("utf-8", "replace")
                finished = _Finished.of_report(report.removesuffix(REPORT_SUFFIX), text)
                if finished is not None:
                    yield finished

    def is_older(self, name: str, moment: datetime) -> bool:
        """Tell whether a file was not written since this moment; True for one that is gone."""
        try:
            return (
                os.stat(self._path_of(name), dir_fd=self._handle, follow_symlinks=False).st_mtime < moment.timestamp()
            )
        except FileNotFoundError:
            return True

    def archive(self, month: str, files: Iterable[_Finished], step: Callable[[str], None]) -> int:
        """Put files and reports into an archive, and remove those that can be read back; return their number."""
        # The report goes last: while it lies here, a run that follows a crash finds what is still to be done.
        pairs = [(file.name, file.report) for file in files if self._is_plain(file.name)]
        with self._archives(month) as archives:
            missing = [name for pair in pairs for name in pair if not self._is_in(archives, name)]
        if missing:
            self._write(month, missing, step)
            step("archive placed")
        with self._archives(month) as archives:
            return sum(self._take_away(archives, pair, step) for pair in pairs)

    def _is_plain(self, name: str) -> bool:
        """Tell whether a file can be read, or is gone: a link in its place is nothing that an archive could hold."""
        stream = self._open(name)
        if stream is not None:
            stream.close()
        return stream is not None or not self._is_there(name)

    def _is_there(self, name: str) -> bool:
        try:
            os.stat(self._path_of(name), dir_fd=self._handle, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def _take_away(
        self, archives: Iterable[zipfile.ZipFile], pair: tuple[str, str], step: Callable[[str], None]
    ) -> bool:
        stamps = [self._is_in(archives, name) for name in pair]
        if not all(stamps):
            return False
        for name, seen in zip(pair, stamps, strict=True):
            # What was written to since it was compared stays, and so does its report.
            if isinstance(seen, tuple) and not self._remove_file(name, seen):
                return False
            step("archived file removed")
        return True

    def _remove_file(self, name: str, seen: _Stamp) -> bool:
        found = os.stat(self._path_of(name), dir_fd=self._handle, follow_symlinks=False)
        if _file_identity(found) != seen:
            return False
        os.unlink(self._path_of(name), dir_fd=self._handle)
        return True

    @contextmanager
    def _archives(self, month: str) -> Iterator[tuple[zipfile.ZipFile, ...]]:
        """Open the archives of a month that can be read; one that cannot is not a reason to stop."""
        with ExitStack() as opened:
            archives = []
            here = set(self.names())
            for name in takewhile(here.__contains__, Folders.numbered_names(f"{month}.zip")):
                stream = self._open(name)
                try:
                    if stream is not None:
                        archives.append(opened.enter_context(zipfile.ZipFile(opened.enter_context(stream))))
                except zipfile.BadZipFile:
                    continue
            yield tuple(archives)

    def _is_in(self, archives: Iterable[zipfile.ZipFile], name: str) -> _Stamp | bool:
        """Return the stamp of a file that an archive holds byte by byte; True for one that is gone from here."""
        stream = self._open(name)
        if stream is None:
            return not self._is_there(name)
        with stream:
            seen = _file_identity(os.fstat(stream.fileno()))
            return seen if any(_holds(archive, name, stream) for archive in archives) else False

    def _write(self, month: str, wanted: Iterable[str], step: Callable[[str], None]) -> None:
        """Write an archive in a private folder, and move it to a free name."""
        made = self._folders.job / "archive.zip"
        made.unlink(missing_ok=True)
        mode = self._folders.report_mode
        handle = os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL | NO_FOLLOW | getattr(os, "O_BINARY", 0), mode)
        with os.fdopen(handle, "w+b") as target:
            if hasattr(os, "fchmod"):
                os.fchmod(target.fileno(), mode)
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
                for name in wanted:
                    self._add_file(archive, name)
            target.flush()
            # The files are taken away soon: what is in the archive must be on the disk by then.
            os.fsync(target.fileno())
        step("archive written")
        free = (self._folders.done / name for name in Folders.numbered_names(f"{month}.zip"))
        next(path for path in free if move_noclobber(made, path, folder=self._handle))

    def _add_file(self, archive: zipfile.ZipFile, name: str) -> None:
        stream = self._open(name)
        # Somebody took it away since the folder was listed.
        if stream is None:
            return
        with stream:
            found = os.fstat(stream.fileno())
            # A ZIP file knows the moments from 1980 to 2107, and no zone.
            changed = datetime.fromtimestamp(min(max(found.st_mtime, 315_619_200), 4_354_732_800), UTC)
            entry = zipfile.ZipInfo(name, changed.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = stat.S_IMODE(found.st_mode) << 16
            with archive.open(entry, "w", force_zip64=True) as copy:
                shutil.copyfileobj(stream, copy, AT_ONCE)

    def _path_of(self, name: str) -> str:
        return name if self._handle is not None else str(self._folders.done / name)

    def _open(self, name: str) -> BinaryIO | None:
        """Open a plain file; None for a link, another kind of file, and a missing one."""
        flags = os.O_RDONLY | NO_FOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            handle = os.open(self._path_of(name), flags, dir_fd=self._handle)
        # A file that nobody may read stays where it is, like a link.
        except OSError:
            return None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            return None
        return os.fdopen(handle, "rb")


def _holds(archive: zipfile.ZipFile, name: str, stream: BinaryIO) -> bool:
    """Tell whether an archive has this very content under this name: a name and a checksum could be made to fit."""
    stream.seek(0)
    try:
        with archive.open(name) as copy:
            while part := stream.read(AT_ONCE):
                if copy.read(len(part)) != part:
                    return False
            return not copy.read(1)
    # What is not there, or cannot be read back, is in no archive. zipfile raises RuntimeError for an entry with a
    # password, and NotImplementedError for one that is compressed in a way that it does not know.
    except (KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        return False
