"""What one pass over an inbox did."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from doideposit.deposits.values import WorkStatus
from doideposit.errors import DoiDepositError

__all__ = ["PassReport", "Settled"]


@dataclass(frozen=True, slots=True)
class Settled:
    """Describe a file that has its end: where it lies now, and what became of its records.

    `stamp` is how it looked when it was checked, as `Claim.stamp_of` says it.
    """

    name: str
    path: Path
    headline: str
    stamp: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether nothing of it was rejected."""
        # Read from the folder that the file went to, so that report and folder cannot contradict each other.
        return self.path.parent.name == "done"


@dataclass(slots=True)
class PassReport:
    """Describe what one pass did; filled while it runs, so that it tells the truth even when it ends early.

    `in_files` are the DOIs that files of the inbox brought: their failures are told with their file. `site_blocked`
    tells the documents of a site that have errors. `archived` counts files that left ``done/`` for an archive.
    `next_due` is when the next pass makes sense.
    """

    target: str
    taken_in: int = 0
    settled: list[Settled] = field(default_factory=list)
    changed: list[WorkStatus] = field(default_factory=list)
    sent: int = 0
    looked: int = 0
    working: int = 0
    unfinished: int = 0
    passed_over: tuple[str, ...] = ()
    errors: list[DoiDepositError] = field(default_factory=list)
    interrupted: bool = False
    in_files: set[str] = field(default_factory=set)
    site_blocked: list[str] = field(default_factory=list)
    archived: int = 0
    next_due: datetime | None = None

    @property
    def done(self) -> int:
        """Return files put into ``done/``."""
        return sum(settled.ok for settled in self.settled)

    @property
    def rejected(self) -> int:
        """Return files put into ``rejected/``."""
        return len(self.settled) - self.done

    @property
    def failed(self) -> tuple[WorkStatus, ...]:
        """Return DOIs of which the pass learned that Crossref did not register them."""
        return tuple(status for status in self.changed if status.failed)

    @property
    def contradicted(self) -> tuple[WorkStatus, ...]:
        """Return DOIs of which a look-up of the pass showed that they do not lead where they should."""
        return tuple(status for status in self.changed if status.contradicted and status.needs_person)

    def add_error(self, error: DoiDepositError) -> bool:
        """Note that something outside failed; False when it was noted before."""
        # One outage fails for every file of a pass in the same way, and is reported once.
        if any((other.code, other.message) == (error.code, error.message) for other in self.errors):
            return False
        self.errors.append(error)
        return True
