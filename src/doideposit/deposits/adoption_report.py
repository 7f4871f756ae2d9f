"""What an adoption gives back: one result for each DOI that was new, and what could not be asked."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from doideposit.errors import WorldError
from doideposit.findings import Finding
from doideposit.records.identifiers import Doi

__all__ = ["Adoption", "AdoptionReport", "AdoptionResult"]


class Adoption(StrEnum):
    """Tell what became of one DOI."""

    ADOPTED = "adopted"
    ENTERED = "entered"
    LEFT_ALONE = "left-alone"
    OTHER_SERIES = "other-series"
    UNREAD = "unread"

    @property
    def meaning(self) -> str:
        """Return the outcome in words."""
        return _MEANINGS[self]


_MEANINGS: Final = {
    Adoption.ADOPTED: "in the ledger, with a record file",
    Adoption.ENTERED: "in the ledger, without a file",
    Adoption.LEFT_ALONE: "left alone",
    Adoption.OTHER_SERIES: "of another series than was asked for",
    Adoption.UNREAD: "not read yet",
}


@dataclass(frozen=True, slots=True)
class AdoptionResult:
    """Say what became of one DOI; `file` is its record file, and `findings` what a person should know of it."""

    doi: Doi
    outcome: Adoption
    message: str
    file: str = ""
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "doi": str(self.doi),
            "outcome": self.outcome.value,
            "message": self.message,
            "file": self.file or None,
            "findings": [finding.to_dict() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class AdoptionReport:
    """Hold the results, in the order in which they were found.

    `listed` is how many DOIs Crossref lists, `known` how many the ledger had already. `error` is why something could
    not be asked; the next run continues with it.
    """

    target: str
    results: tuple[AdoptionResult, ...] = ()
    listed: int = 0
    known: int = 0
    error: WorldError | None = None

    def of(self, outcome: Adoption) -> tuple[AdoptionResult, ...]:
        """Return the results of one kind."""
        return tuple(result for result in self.results if result.outcome is outcome)

    @property
    def complete(self) -> bool:
        """Tell whether every DOI was read, so that no other run is needed."""
        # An error without an unread DOI happens too: a list that could not be asked to its end.
        return self.error is None and not self.of(Adoption.UNREAD)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "target": self.target,
            "listed": self.listed,
            "known": self.known,
            "complete": self.complete,
            "counts": {adoption.value: len(self.of(adoption)) for adoption in Adoption},
            "results": [result.to_dict() for result in self.results],
            **WorldError.keys_of(self.error),
        }
