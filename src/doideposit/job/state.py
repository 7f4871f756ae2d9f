"""What the job remembers from run to run, beside the ledger: none of it is needed for deposits to be right."""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from doideposit.errors import DiskError
from doideposit.files import disk_errors, read_input, write_atomic
from doideposit.job.inbox.folders import Arrival

__all__ = ["CLOCK_JUMP", "JobState"]

# A clock that is this far beyond the pass before may have jumped: a job that runs once a week stays below it. After a
# jump the clock is trusted again when it continued for as long without one.
CLOCK_JUMP: Final = timedelta(days=10)
# Anyone who was told about a matter two months ago may be told again; without a bound this would grow for ever.
KEEP_TOLD: Final = timedelta(days=60)
# How far ahead a look-up is planned at most; see `LONGEST_PAUSE` in `doideposit.job.run`.
FARTHEST_LOOK: Final = timedelta(days=1)
# Of a mailbox that holds more, the oldest mails are read again at times, which changes nothing.
KEEP_MAILS: Final = 20_000
# The time of this empty file says when the last mail went: it can be set even when the disk is full.
LAST_MAIL: Final = "last-unremembered-mail"
# Who writes a file slowly, or corrects it where it lies, does so within days; a look at each file costs time.
WATCH_PUT_AWAY: Final = timedelta(days=7)
KEEP_PUT_AWAY: Final = 1_000
Value = TypeVar("Value")


@dataclass(slots=True)
class JobState:
    """Remember what was told and when, how unfinished files looked, when DOIs were looked up, and the last good run.

    `deposited` names the targets whose ledger held something: a ledger that is empty again is another one.
    `digest` is the day of the last digest, and `digests` that of publishers with recipients of their own.
    `seen` are the files that the last pass left in the inbox, by name. `put_away` says of the files that went to
    ``done/`` or ``rejected/`` in the last days, by folder and name, how they looked when they were checked (see
    `Claim.stamp_of`), and when they went.
    `waiting` says since when each file waits for a person, `mails` which mails of the mailbox were read.
    `latest` is the moment of the last pass, `steady_since` since when the clock continued without a jump, and
    `archived` the day on which ``done/`` was last looked through for old months.
    `forgetful` is the file whose time has to do as a memory, where the state cannot be written.
    """

    told: dict[str, datetime] = field(default_factory=dict)
    seen: Mapping[str, Arrival] = field(default_factory=dict)
    lookups: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    digest: date | None = None
    digests: dict[str, date] = field(default_factory=dict)
    last_success: datetime | None = None
    deposited: set[str] = field(default_factory=set)
    put_away: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    waiting: dict[str, datetime] = field(default_factory=dict)
    mails: dict[str, datetime] = field(default_factory=dict)
    latest: datetime | None = None
    steady_since: datetime | None = None
    archived: date | None = None
    forgetful: Path | None = field(default=None, compare=False)

    @classmethod
    def load(cls, path: Path, now: datetime) -> "JobState":
        """Load the state; an unreadable value is dropped, because at worst a mail is sent twice.

        So is what is in the future: a clock that was ahead once must not keep mails and files back until it is
        caught up with.
        """
        try:
            data = json.loads(read_input(path))
        # The decoder follows brackets by calling itself.
        except (OSError, ValueError, RecursionError):
            return cls()
        if not isinstance(data, dict):
            return cls()
        past = _Past(now)
        latest_look = _Past(now + FARTHEST_LOOK)
        digest, success = data.get("digest"), data.get("last_success")
        return cls(
            told=_read_mapping(data.get("told"), past.moment),
            seen=_read_arrivals(data.get("seen"), past),
            lookups=_read_mapping(
                data.get("lookups", data.get("looks")), lambda row: (int(row[0]), latest_look.moment(row[1]))
            ),
            digests=_read_mapping(data.get("digests"), past.day),
            digest=_read_mapping({"": digest}, past.day).get(""),
            last_success=_read_mapping({"": success}, past.moment).get(""),
            put_away=_read_mapping(data.get("put_away"), lambda row: (str(row[0]), past.moment(row[1]))),
            waiting=_read_mapping(data.get("waiting"), past.moment),
            mails=_read_mapping(data.get("mails"), past.moment),
            latest=_read_mapping({"": data.get("latest")}, past.moment).get(""),
            steady_since=_read_mapping({"": data.get("steady_since")}, past.moment).get(""),
            archived=_read_mapping({"": data.get("archived")}, past.day).get(""),
            deposited={str(target) for target in data.get("deposited") or ()},
        )

    def note_put_away(self, stamps: Mapping[str, str], now: datetime) -> None:
        """Note how files looked that went to ``done/`` or ``rejected/``, by folder and name."""
        for name, stamp in stamps.items():
            # Put at the end, where the newest are: a new file may have the name of an older one.
            self.put_away.pop(name, None)
            self.put_away[name] = (stamp, now)

    def note_clock(self, now: datetime) -> None:
        """Note the time of a pass; after a jump of the clock, `is_steady` is False for a while.

        A clock that was set back leapt as well: the last pass is in the future then, and `load` has forgotten it.
        """
        if self.latest is None or self.steady_since is None or now - self.latest > CLOCK_JUMP:
            self.steady_since = now
        self.latest = now

    def is_steady(self, now: datetime) -> bool:
        """Tell whether the clock continued without a jump for so long that the age of a file may be believed."""
        return self.steady_since is not None and now - self.steady_since > CLOCK_JUMP

    def may_mail(self, path: Path, now: datetime, repeat_after: timedelta) -> bool:
        """Tell whether a mail may be sent: always if that can be saved, else one in `repeat_after`.

        On a full disk every pass would take the same matter for new, and mail it.
        """
        self.forgetful = None
        try:
            self.save(path, now)
        except DiskError:
            last = path.with_name(LAST_MAIL)
            try:
                before = last.stat().st_mtime
                # Set to what it is, which proves that it can be set, before a mail goes out that could not be noted.
                os.utime(last, (before, before))
            # Where the mail could not be noted, none is sent: every pass would send it again.
            except OSError:
                return False
            self.forgetful = last
            return not 0 <= now.timestamp() - before < repeat_after.total_seconds()
        return True

    def mailed(self, now: datetime) -> None:
        """Note that a mail was sent, if the state itself cannot be written; see `may_mail`."""
        if self.forgetful is not None:
            with suppress(OSError):
                os.utime(self.forgetful, (now.timestamp(), now.timestamp()))

    def save(self, path: Path, now: datetime) -> None:
        """Write it down; raise `DiskError` where that fails."""
        data = {
            "told": {key: at.isoformat() for key, at in self.told.items() if now - at < KEEP_TOLD},
            "seen": {
                name: (arrival.size, arrival.changed, arrival.since.isoformat())
                for name, arrival in self.seen.items()
                if arrival.since is not None
            },
            "lookups": {doi: (tries, at.isoformat()) for doi, (tries, at) in self.lookups.items()},
            "digest": self.digest.isoformat() if self.digest else None,
            "digests": {name: day.isoformat() for name, day in self.digests.items()},
            "latest": self.latest.isoformat() if self.latest else None,
            "steady_since": self.steady_since.isoformat() if self.steady_since else None,
            "archived": self.archived.isoformat() if self.archived else None,
            "last_success": self.last_success.isoformat() if self.last_success else None,
            # Sorted, so that an unchanged state is an unchanged file.
            "deposited": sorted(self.deposited),
            "mails": {key: at.isoformat() for key, at in list(self.mails.items())[-KEEP_MAILS:]},
            "put_away": {
                name: (stamp, at.isoformat())
                for name, (stamp, at) in list(self.put_away.items())[-KEEP_PUT_AWAY:]
                if now - at < WATCH_PUT_AWAY
            },
            "waiting": {name: at.isoformat() for name, at in self.waiting.items()},
        }
        write_atomic(path, json.dumps(data))
        _prepare_mail_file(path.with_name(LAST_MAIL))


def _prepare_mail_file(last_mail: Path) -> None:
    """Make the file of the last mail while there is room, and set it back after times without."""
    with disk_errors(last_mail, "cannot be written"):
        last_mail.touch(0o600)
        os.utime(last_mail, (0, 0))


class _Past:
    """Read moments and days that lie no later than `now`; raises `ValueError` for others."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def moment(self, text: Any) -> datetime:
        """Read a moment with its offset."""
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or moment > self._now:
            raise ValueError("not a time with an offset, or a time in the future")
        return moment

    def day(self, text: Any) -> date:
        """Read a day."""
        day = date.fromisoformat(text)
        if day > self._now.date():
            raise ValueError("a date in the future")
        return day


def _read_arrivals(data: Any, past: _Past) -> dict[str, Arrival]:
    rows = _read_mapping(data, lambda row: (int(row[0]), int(row[1]), past.moment(row[2])))
    return {name: Arrival(name, size, changed, since) for name, (size, changed, since) in rows.items()}


def _read_mapping(data: Any, read: Callable[[Any], Value]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key, value in data.items() if isinstance(data, dict) else ():
        try:
            found[key] = read(value)
        # A value that cannot be read is left out, and the others are kept.
        except (TypeError, ValueError, IndexError, KeyError):
            continue
    return found
