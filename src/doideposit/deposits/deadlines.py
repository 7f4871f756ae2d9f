"""How long each milestone of a deposit may take before a person should hear of it."""

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["Deadlines"]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The time each milestone may take; `[monitoring.deadlines]` in the configuration changes it."""

    received: timedelta = timedelta(hours=2)
    """From being recorded until Crossref has the file."""
    processed: timedelta = timedelta(days=1)
    """From there until Crossref has read it."""
    registered: timedelta = timedelta(days=3)
    """How long a deposit that failed may wait for a person."""
    resolves: timedelta = timedelta(days=1)
    """From the registration until the DOI leads to its page."""
    indexed: timedelta = timedelta(days=3)
    """From the registration until Crossref's REST API shows the record."""
