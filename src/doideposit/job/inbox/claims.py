"""A file that was taken in: what was found in it, what became of each of its records, and where it is to go.

Everything is in a folder of its own below ``working/``: the file under its own name, and beside it what is known. Its
name begins with the moment it was taken in, so that files are worked through in the order in which they came.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from doideposit.deposits.planning import Action
from doideposit.deposits.values import ReportEntry
from doideposit.files import read_input, write_atomic
from doideposit.findings import Finding, Severity
from doideposit.lifecycle import RetryClass
from doideposit.records.sources.files import Loaded
from doideposit.reports.findings import FindingList, safe

__all__ = ["Claim", "ClaimedEntry", "EntryStatus"]

# Names with a leading point: these files of ours are hidden, and cannot be mistaken for the file that was handed in.
MEMORY: Final = ".claim.json"
REPORT: Final = ".report.txt"
# The form of moments in names of files: it sorts, and has no colon, which Windows refuses.
STAMP: Final = "%Y%m%dT%H%M%S"


class EntryStatus(StrEnum):
    """Describe where a record of the file stands."""

    # It cannot go yet; the next pass plans it again.
    WAITING = "waiting"
    # It is on its way, and its end is not known yet.
    OPEN = "open"
    REGISTERED = "registered"
    # It was registered before with the same content.
    UNCHANGED = "unchanged"
    # It has errors, or Crossref rejected it.
    REJECTED = "rejected"

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more is to come."""
        return self not in {EntryStatus.WAITING, EntryStatus.OPEN}


@dataclass(frozen=True, slots=True)
class ClaimedEntry:
    """Describe one record of a file, or one DOI of a ready-made deposit file.

    `place` is where it is in a list, ``:3`` for line 3. `batch_id` is the submission that is followed. `says` and
    `hint` are why it has this state and what to do; `lines` are the errors as people read them, `remarks` what is
    worth a look and stopped nothing.
    """

    place: str
    doi: str
    status: EntryStatus
    batch_id: str = ""
    title: str = ""
    says: str = ""
    hint: str = ""
    lines: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold one file that was taken in, and what is known of it.

    `entries` is None until it was checked; `going_to` is set once it is decided; `stamp` is how the file looked when it
    was checked.
    """

    folder: Path
    name: str
    target: str = ""
    entries: tuple[ClaimedEntry, ...] | None = None
    going_to: str = ""
    stamp: str = ""
    taken_in: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    @property
    def id(self) -> str:
        """Return its name among all claims."""
        return self.folder.name

    @property
    def file(self) -> Path:
        """Return the path of the file."""
        return self.folder / self.name

    @property
    def changed(self) -> bool:
        """Tell whether the file was written after it was checked."""
        return bool(self.stamp) and self.stamp != Claim.stamp_of(self.file)

    @property
    def report(self) -> Path:
        """Return the path of its report before it is moved."""
        return self.folder / REPORT

    @property
    def settled(self) -> bool:
        """Tell whether every record is final."""
        return self.entries is not None and all(entry.status.is_final for entry in self.entries)

    @property
    def waits(self) -> bool:
        """Tell whether a record cannot go yet, and is to be planned again."""
        return any(entry.status is EntryStatus.WAITING for entry in self.entries or ())

    @property
    def rejected(self) -> tuple[ClaimedEntry, ...]:
        """Return the records that a person has to look at."""
        return tuple(entry for entry in self.entries or () if entry.status is EntryStatus.REJECTED)

    def outcomes(self, made: Sequence[ReportEntry]) -> tuple[ClaimedEntry, ...]:
        """Return the records of a file after they were planned and recorded."""
        source_lines = _SourceLines(self)
        earlier = {(entry.place, entry.doi): entry for entry in self.entries or ()}
        found = []
        for reported in made:
            entry = _make_entry(reported, reported.source.removeprefix(str(self.file)), source_lines)
            before = earlier.get((entry.place, entry.doi))
            found.append(entry if before is None else replace(entry, tries=before.tries))
        return _hold_together(made, found)

    def save(self) -> None:
        """Save the claim; raises `DiskError`."""
        entries = None if self.entries is None else [asdict(entry) for entry in self.entries]
        data = {"name": self.name, "target": self.target, "going_to": self.going_to, "entries": entries}
        data["stamp"] = self.stamp
        # Until it is decided where the file goes, a memory that is lost costs another look at it; waiting for the disk
        # costs a pass over ten thousand files a minute.
        write_atomic(self.folder / MEMORY, json.dumps(data), durable=bool(self.going_to))

    @staticmethod
    def load(folder: Path) -> "Claim | None":
        """Return the claim in a folder, as far as it got; None for an empty folder, from a run that died at once.

        What was written down and cannot be read counts as not written: the file is checked again, which is safe.
        """
        data = _read_memory(folder / MEMORY)
        inside = [path.name for path in folder.iterdir() if not path.name.startswith(".")]
        if not isinstance(data.get("name", ""), str):
            data = {}
        if not inside and not (data and data.get("going_to")):
            return None
        claim = Claim(folder, inside[0] if inside else str(data["name"]), taken_in=_moment_of(folder.name))
        try:
            entries = data.get("entries")
            made = None if entries is None else tuple(_read_entry(entry) for entry in entries)
            return replace(
                claim,
                target=data.get("target", ""),
                going_to=_path_inside(data.get("going_to", "")),
                stamp=data.get("stamp", ""),
                entries=made,
            )
        # Written by another version or by hand: the file is planned again, which finds out where its records are.
        except (TypeError, ValueError, KeyError):
            return claim

    @staticmethod
    def new_id(now: datetime, number: int) -> str:
        """Return the name of the folder of a claim."""
        return f"{now.astimezone(UTC):{STAMP}}-{number:06d}"

    @staticmethod
    def stamp_of(file: Path) -> str:
        """Return size and time of change of a file, to see later whether it was written."""
        try:
            found = file.lstat()
        # A file that is gone has no content to compare.
        except OSError:
            return ""
        return f"{found.st_size}:{found.st_mtime_ns}"


def _read_memory(path: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(read_input(path))
    # Without a readable memory the file is planned again.
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _path_inside(going_to: Any) -> str:
    """Return the destination of a file; raise `ValueError` unless it is in ``done/`` or ``rejected/``."""
    if not isinstance(going_to, str):
        raise TypeError("a place must be a text")
    folder, _, name = going_to.partition("/")
    if going_to and (folder not in {"done", "rejected"} or name != Path(name).name or name in {"", ".."}):
        raise ValueError("a file can go only to done/ or rejected/")
    return going_to


def _read_entry(data: Mapping[str, Any]) -> ClaimedEntry:
    lists = {"lines": tuple(data["lines"]), "remarks": tuple(data["remarks"])}
    # Memories written by the version before call the status a fate.
    status = EntryStatus(data["status"] if "status" in data else data["fate"])
    kept = {key: value for key, value in data.items() if key != "fate"}
    return ClaimedEntry(**{**kept, "status": status, **lists})


def _moment_of(name: str) -> datetime:
    try:
        return datetime.strptime(name[:15], STAMP).replace(tzinfo=UTC)
    # A folder without a moment in its name counts as the oldest.
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _make_entry(made: ReportEntry, place: str, source_lines: "_SourceLines") -> ClaimedEntry:
    status = made.status
    reached, batch_id = _status_of(made)
    stopping = [finding for finding in made.findings if finding.stops]
    first = stopping[0] if stopping else None
    return ClaimedEntry(
        place=place,
        doi=str(made.doi or ""),
        status=reached,
        batch_id=batch_id,
        title=status.title if status else "",
        says=source_lines.plain(first.message) if first else made.reason,
        hint=source_lines.plain(first.hint) if first else "",
        lines=source_lines.rendered(stopping),
        remarks=source_lines.remarks(made.findings),
    )


def _status_of(made: ReportEntry) -> tuple[EntryStatus, str]:
    submission = made.status.submission if made.status else None
    batch_id = submission.batch_id if submission else ""
    match made.action:
        case Action.REGISTER | Action.UPDATE:
            return EntryStatus.OPEN, batch_id
        case Action.UNCHANGED if made.status is not None and made.status.is_open:
            return EntryStatus.OPEN, batch_id
        case Action.UNCHANGED:
            return EntryStatus.UNCHANGED, batch_id
        case _:
            return (EntryStatus.WAITING if _may_go_later(made) else EntryStatus.REJECTED), batch_id


def _may_go_later(made: ReportEntry) -> bool:
    """Tell whether a blocked record can be sent unchanged at another time."""
    codes = {finding.code for finding in made.findings if finding.stops}
    later = made.status is not None and made.status.retry is RetryClass.LATER
    return later and codes == {"plan-failed-before"}


def _hold_together(made: Sequence[ReportEntry], entries: Sequence[ClaimedEntry]) -> tuple[ClaimedEntry, ...]:
    """Let a record wait as long as another of its ready-made file waits."""
    held = [{finding.code for finding in entry.findings if finding.stops} == {"plan-batch-blocked"} for entry in made]
    moving = any(entry.status in {EntryStatus.WAITING, EntryStatus.OPEN} for entry in entries)
    pairs = zip(entries, held, strict=True)
    return tuple(replace(entry, status=EntryStatus.WAITING) if moved and moving else entry for entry, moved in pairs)


class _SourceLines:
    """Show findings of one file as people read them: under the name they know it by, with the lines they point at."""

    def __init__(self, claim: Claim) -> None:
        self._path = claim.file
        self._name = claim.name
        self._folders = re.compile(re.escape(f"{claim.folder.parent}/") + "[^/]+/")
        self._lines: tuple[str, ...] | None = None

    def plain(self, text: str) -> str:
        """Return the text with the names of files in place of where they are at the moment."""
        return self._folders.sub("", text)

    def rendered(self, findings: Sequence[Finding]) -> tuple[str, ...]:
        """Return every finding with the line it points at, and what to do."""
        named = FindingList(self._with_file_name(finding) for finding in FindingList(findings).in_order())
        lines = named.detailed(self._source_line)
        return tuple("".join(span.text for span in line).removeprefix("-  ").rstrip() for line in lines)

    def remarks(self, findings: Sequence[Finding]) -> tuple[str, ...]:
        """Return the warnings, in one line each."""
        warnings = [finding for finding in FindingList(findings).in_order() if finding.severity is Severity.WARNING]
        places = [f"line {warning.where.line}: " if warning.where.line else "" for warning in warnings]
        return tuple(
            safe(f"{place}{self.plain(finding.message)} ({finding.code})")
            for place, finding in zip(places, warnings, strict=True)
        )

    def _with_file_name(self, finding: Finding) -> Finding:
        file = self.plain(finding.where.file) if finding.where.file else None
        where = replace(finding.where, file=file)
        return replace(finding, where=where, message=self.plain(finding.message), hint=self.plain(finding.hint))

    def _source_line(self, file: str, number: int) -> str | None:
        if file != self._name:
            return None
        if self._lines is None:
            self._lines = Loaded.shown_lines(self._path) or ()
        return self._lines[number - 1] if 0 < number <= len(self._lines) else None
