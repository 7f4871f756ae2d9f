"""All numbers of a target at once, for the lists: read whole one time, and kept in step by what happened since.

To read 5,000 DOIs takes about a second, which nobody wants to wait for with each page. The history of the ledger tells
which DOIs changed, so that a page reads those alone. What changes only by time, such as what is overdue, is at most a
few minutes old: it is read again then, without the DOIs that have reached everything, which are nearly all after some
years. The page of one DOI reads that one again.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.deposits.values import WorkStatus
from doideposit.lifecycle import Milestone
from doideposit.reports.attention import AttentionKind

__all__ = ["NumberRow", "Overview"]

# What changes only with the time, such as what is overdue, may be so old.
FRESH: Final = timedelta(minutes=5)
# Events that are read one by one; after more of them everything is read again, which costs less.
MOST_EVENTS: Final = 1_000
# So many DOIs fit into one question to the database.
_DOIS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class NumberRow:
    """Hold what a list shows of one DOI. `reached` has the day of each milestone, in their order, empty if not yet."""

    doi: str
    title: str
    series: str
    number: str
    publisher: str
    words: str
    kind: AttentionKind
    reached: tuple[str, ...]
    needs_person: bool
    is_open: bool
    registered: bool
    failed: bool
    changed_by_others: bool
    warned: bool
    conflicts: int
    matched: int
    registered_at: datetime | None
    order: tuple[tuple[int, int | str], ...]


class Overview:
    """Keep the rows of one target. Safe from several threads: one reads, and the others wait for what it read."""

    def __init__(self, depositor: Depositor, clock: Callable[[], datetime]) -> None:
        self._depositor = depositor
        self._clock = clock
        self._lock = threading.Lock()
        self._rows: dict[str, NumberRow] = {}
        self._sorted: tuple[NumberRow, ...] = ()
        self._seen = -1
        self._read_at: datetime | None = None

    def rows(self) -> Sequence[NumberRow]:
        """Return every DOI, the highest number first; raises `LedgerError`."""
        with self._lock:
            now, newest = self._clock(), self._depositor.works.last_event()
            # After the clock was set back, the last reading is in the future: it counts as old.
            old = self._read_at is None or not timedelta() <= now - self._read_at < FRESH
            if self._read_at is None or newest - self._seen > MOST_EVENTS:
                self._rows = {status.doi.key: self._build_row(status) for status in self._depositor.statuses()}
            elif old or newest != self._seen:
                changed = list(self._changed_dois())
                if old:
                    changed += [row.doi for row in self._rows.values() if not self._is_settled(row)]
                self._read_again(changed)
            else:
                return self._sorted
            self._read_at = now if old else self._read_at
            self._seen = newest
            self._sorted = tuple(sorted(self._rows.values(), key=lambda row: row.order, reverse=True))
            return self._sorted

    def _read_again(self, dois: Sequence[str]) -> None:
        for start in range(0, len(dois), _DOIS_AT_ONCE):
            found = self._depositor.statuses(dois=dois[start : start + _DOIS_AT_ONCE])
            self._rows |= {status.doi.key: self._build_row(status) for status in found}

    def _is_settled(self, row: NumberRow) -> bool:
        """Tell whether time alone changes nothing: all is well, and nothing is waited for."""
        seen = {Milestone.REGISTERED, *self._depositor.observable}
        reached = (day for milestone, day in zip(Milestone, row.reached, strict=True) if milestone in seen)
        return row.kind is AttentionKind.GOOD and all(reached)

    def _changed_dois(self) -> Iterator[str]:
        """Yield the DOIs that something happened to: to themselves, or to the file that they are in."""
        events: list[LedgerEvent] = list(self._depositor.events(self._seen))
        yield from {event.doi for event in events if event.doi is not None}
        files = sorted({event.submission for event in events if event.submission is not None})
        yield from (str(work.doi) for work in self._depositor.works.in_submissions(files))

    def _build_row(self, status: WorkStatus) -> NumberRow:
        words, kind = AttentionKind.of(status)
        series = self._depositor.series.get(status.series)
        publishers = self._depositor.publishers
        return NumberRow(
            doi=str(status.doi),
            title=status.title,
            series=status.series,
            number=(series.number_in(status.doi) if series else None) or "",
            publisher=publishers.of_series(status.series, status.doi) if publishers.further else "",
            words=words,
            kind=kind,
            reached=tuple(_day_of(status, milestone) for milestone in Milestone),
            needs_person=status.needs_person,
            is_open=status.is_open,
            registered=status.registered,
            failed=status.failed,
            changed_by_others=bool(status.drift),
            warned=bool(status.open_warnings),
            conflicts=len(status.result.dois_in_conflict),
            matched=len(status.result.matched_references),
            registered_at=status.registration.at,
            order=status.doi.order,
        )


def _day_of(status: WorkStatus, milestone: Milestone) -> str:
    proof = status.milestones[milestone]
    return proof.at.strftime("%Y-%m-%d") if proof and proof.at else ""
