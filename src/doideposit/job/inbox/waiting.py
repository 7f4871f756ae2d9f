"""Find the files of an inbox that wait for a person: nothing happens to them before somebody acts."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

from doideposit.deposits.ledger.store import Ledger
from doideposit.files import disk_errors
from doideposit.findings import counted
from doideposit.job.inbox.claims import Claim
from doideposit.job.inbox.folders import REPORT_SUFFIX, Folders
from doideposit.job.state import JobState

__all__ = ["Waiting"]

# So many names are shown; the folder has all.
MOST_NAMED = 5
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Waiting:
    """Name the files and folders of an inbox that wait for a person.

    `rejected` are in ``rejected/``; `other_targets` were taken in while another target was configured, each with its
    target; `strays` are in ``working/`` although the job did not put them there; `passed_over` are folders and links in
    the inbox, which are never taken in. `unattended` are DOIs of the ledger on other targets, where nobody asks.
    `changed` were written after they were checked, and lie in ``done/`` or ``rejected/`` now.
    """

    rejected: tuple[str, ...] = ()
    other_targets: tuple[tuple[str, str], ...] = ()
    strays: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    unattended: Mapping[str, int] = field(default_factory=dict)
    changed: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Return how many wait, by where they lie."""
        return {
            "rejected": len(self.rejected),
            "working": len(self.other_targets) + len(self.strays),
            "passed_over": len(self.passed_over),
            "changed": len(self.changed),
        }

    def matters(self) -> Iterator[tuple[str, str, str]]:
        """Yield each matter: its key, a sentence, and what to do."""
        if self.rejected:
            yield (
                "rejected",
                f"{_count_waiting(len(self.rejected))} in rejected/: {_name_files(self.rejected)}",
                "read the report beside each file, correct the file and put it in the inbox again, or delete it",
            )
        if self.changed:
            yield (
                "changed",
                f"{counted(len(self.changed), 'file')} changed after the check by the job: {_name_files(self.changed)}",
                "put it in the inbox again to have the rest deposited: what is registered already is not sent again",
            )
        # A set has no order, and two reports should be comparable.
        for target in sorted({target for _, target in self.other_targets}):
            names = tuple(name for name, its_target in self.other_targets if its_target == target)
            yield (
                f"target-{target}",
                f"{_count_waiting(len(names))} for the target {target}: {_name_files(names)}",
                f"run `doideposit run --target {target}` to finish them, or move them out of working/",
            )
        for target, count in self.unattended.items():
            yield (
                f"unattended-{target}",
                f"{counted(count, 'DOI')} outstanding on {target}, where nobody has asked for two days",
                f"run `doideposit poll --target {target}`; if the wrong target is configured, correct it",
            )
        if self.strays:
            said = f"{_count_waiting(len(self.strays), 'entry', 'entries')} in working/ that the job did not put there"
            yield (
                "strays",
                f"{said}: {_name_files(self.strays)}",
                "move them out of working/, which belongs to the job; put files in the inbox itself",
            )
        if self.passed_over:
            said = f"{_count_waiting(len(self.passed_over), 'entry', 'entries')} in the inbox that cannot be taken in"
            yield (
                "passed-over",
                f"{said}: {_name_files(self.passed_over)}",
                "put the files themselves in the inbox: the job takes no folders and no links",
            )

    @classmethod
    def gather(cls, folders: Folders, target: str, ledger: Ledger, clock: Callable[[], datetime]) -> Self:
        """Look through inbox, ledger and what the job remembers; raise `DiskError` or `LedgerError`."""
        put_away = JobState.load(folders.state, clock()).put_away
        return cls.find(folders, target, unattended=ledger.unattended(target, clock), put_away=put_away)

    @classmethod
    def find(
        cls,
        folders: Folders,
        target: str,
        *,
        unattended: Mapping[str, int] = NOTHING,
        put_away: Mapping[str, tuple[str, datetime]] = NOTHING,
    ) -> Self:
        """Look through an inbox; raise `DiskError` where it cannot be read. An inbox that is not there has nothing.

        `unattended` is what the ledger has of other targets, as `Ledger.unattended` returns it; `put_away` is what the
        job remembers of files that it put away.
        """
        if not folders.root.is_dir():
            return cls(unattended=unattended)
        changed = tuple(sorted(_changed(folders, put_away)))
        _, passed_over = folders.look()
        rejected = (name for name in _plain_files(folders.rejected) if f"{folders.rejected.name}/{name}" not in changed)
        return cls(
            rejected=tuple(rejected),
            other_targets=tuple(_other_targets(folders.working, target)),
            strays=tuple(_strays(folders.working)),
            passed_over=passed_over,
            unattended=unattended,
            changed=changed,
        )


def _count_waiting(number: int, one: str = "file", many: str = "files") -> str:
    return f"1 {one} waits" if number == 1 else f"{number:,} {many} wait"


def _name_files(names: tuple[str, ...]) -> str:
    rest = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")


def _plain_files(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        return
    with disk_errors(folder, "cannot be read"):
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False))
    yield from (name for name in names if not name.startswith(".") and not name.endswith(REPORT_SUFFIX))


def _changed(folders: Folders, put_away: Mapping[str, tuple[str, datetime]]) -> Iterator[str]:
    for name, (stamp, _) in put_away.items():
        # A file that is gone was taken away by a person, or is in an archive.
        if stamp and Claim.stamp_of(folders.root / name) not in {"", stamp}:
            yield name


def _strays(working: Path) -> Iterator[str]:
    """Yield what is in ``working/`` and no folder, so that no pass ever touches it: files, pipes, devices, links."""
    if not working.is_dir():
        return
    with disk_errors(working, "cannot be read"):
        names = sorted(entry.name for entry in os.scandir(working) if not entry.is_dir(follow_symlinks=False))
    yield from (Folders.claimed_name(name) for name in names if not name.startswith("."))


def _other_targets(working: Path, target: str) -> Iterator[tuple[str, str]]:
    if not working.is_dir():
        return
    with disk_errors(working, "cannot be read"):
        folders = sorted(entry for entry in working.iterdir() if entry.is_dir() and not entry.is_symlink())
        # One after the other: thousands of files may be on their way.
        claims = (Claim.load(folder) for folder in folders if not folder.name.startswith("."))
        found = [(claim.name, claim.target) for claim in claims if claim and claim.target not in {"", target}]
    yield from found
