"""How much at once; apart from planning, so that reading the configuration needs nothing else of it."""

from dataclasses import dataclass
from typing import Final, Literal

from doideposit.crossref.names import MAX_FILE
from doideposit.errors import ConfigurationError, RegistrarBusy, RegistrarUnavailable, SubmissionForbidden

__all__ = ["NOBODY_ANSWERS", "PRODUCTION", "REHEARSAL", "SILENT", "Limits", "Target"]

# What says nothing of one DOI, and everything of the service: the next question will fare no better.
NOBODY_ANSWERS: Final = (RegistrarUnavailable, RegistrarBusy, SubmissionForbidden, ConfigurationError)
# So many questions without an answer in a row mean that nobody answers; the rest would only take time-outs.
SILENT: Final = 4

Target = Literal["sandbox", "test", "production"]
# The one target where a deposit lasts, costs money, and needs a yes.
PRODUCTION: Final = "production"
# The target of rehearsals, which register nothing.
REHEARSAL: Final = "sandbox"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limit how much goes at once: records and bytes per file, files pending at Crossref, questions a pass, threads.

    Crossref takes 10 MB a file and 10,000 pending files of one user; the defaults keep a margin.
    """

    records_per_submission: int = 100
    bytes_per_submission: int = MAX_FILE
    pending: int = 9_000
    looks_per_pass: int = 1_000
    workers: int = 1

    def __post_init__(self) -> None:
        numbers = (self.records_per_submission, self.bytes_per_submission, self.pending, self.looks_per_pass)
        if min(*numbers, self.workers) < 1:
            raise RuntimeError("every limit must be at least 1")
