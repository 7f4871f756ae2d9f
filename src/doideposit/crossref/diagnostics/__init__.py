"""Crossref's result logs: from raw bytes to what became of each DOI that was sent.

`read` is pure and total: whatever bytes come in, it returns a `Reading` and raises nothing.
"""

from doideposit.crossref.diagnostics.log import CitationMatch, Counters
from doideposit.crossref.diagnostics.messages import MESSAGES, KnownMessage, MessageKind
from doideposit.crossref.diagnostics.outcomes import (
    BatchOutcome,
    Completed,
    DoiOutcome,
    ExtraRecord,
    NotKnown,
    Pending,
    Reading,
    Unknown,
    read,
)

__all__ = [
    "MESSAGES",
    "BatchOutcome",
    "CitationMatch",
    "Completed",
    "Counters",
    "DoiOutcome",
    "ExtraRecord",
    "KnownMessage",
    "MessageKind",
    "NotKnown",
    "Pending",
    "Reading",
    "Unknown",
    "read",
]
