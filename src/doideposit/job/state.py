"""What the job remembers from run to run, beside the ledger: none of it is needed for deposits to be right."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from doideposit.files import write_whole
from doideposit.job.inbox.folders import Sighting

__all__ = ["JobState"]

KEEP_TOLD: Final = timedelta(days=60)
Value = TypeVar("Value")


@dataclass(slots=True)
class JobState:
    """What was told and when, how unfinished files looked, when DOIs were looked up, and the last good run."""

    told: dict[str, datetime] = field(default_factory=dict)
    seen: Mapping[str, Sighting] = field(default_factory=dict)
    looks: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    digest: date | None = None
    last_success: datetime | None = None

    @classmethod
    def load(cls, path: Path) -> "JobState":
        """What was remembered; whatever cannot be read is forgotten, because at worst a mail comes twice."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return cls()
        if not isinstance(data, dict):
            return cls()
        digest, success = data.get("digest"), data.get("last_success")
        return cls(
            told=_mapping(data.get("told"), datetime.fromisoformat),
            seen=_mapping(data.get("seen"), lambda row: Sighting(int(row[0]), int(row[1]), _moment(row[2]))),
            looks=_mapping(data.get("looks"), lambda row: (int(row[0]), _moment(row[1]))),
            digest=_mapping({"": digest}, date.fromisoformat).get(""),
            last_success=_mapping({"": success}, _moment).get(""),
        )

    def save(self, path: Path, now: datetime) -> None:
        """Write it down; raises `DiskError`."""
        data = {
            "told": {key: at.isoformat() for key, at in self.told.items() if now - at < KEEP_TOLD},
            "seen": {name: (one.size, one.changed, one.since.isoformat()) for name, one in self.seen.items()},
            "looks": {doi: (tries, at.isoformat()) for doi, (tries, at) in self.looks.items()},
            "digest": self.digest.isoformat() if self.digest else None,
            "last_success": self.last_success.isoformat() if self.last_success else None,
        }
        write_whole(path, json.dumps(data))


def _moment(text: Any) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset")
    return moment


def _mapping(data: Any, read: Callable[[Any], Value]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key, value in data.items() if isinstance(data, dict) else ():
        try:
            found[key] = read(value)
        except (TypeError, ValueError, IndexError, KeyError):
            continue
    return found
