"""What is known of the references of registered DOIs: matched, not matched, dead, or leading to something else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from doideposit.crossref.registrar import FoundWork
from doideposit.errors import WorldError
from doideposit.findings import counted
from doideposit.records.identifiers import Doi
from doideposit.registered.citations import CitationDoubt

__all__ = ["CitedCandidate", "ReferenceFeedback", "ReferenceList", "ReferenceState", "ReferencesReport"]


class ReferenceState(StrEnum):
    """Say what is known of one reference."""

    MATCHED = "matched"
    # Crossref found no DOI for it: many works have none, so that this is not a fault.
    UNMATCHED = "not-matched"
    DEAD = "dead"
    WRONG = "wrong"

    @property
    def is_fault(self) -> bool:
        """Tell whether somebody has to correct the reference; an unmatched one may have no DOI at all."""
        return self in {ReferenceState.DEAD, ReferenceState.WRONG}


def _iso_moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class CitedCandidate:
    """Hold a work that may be the one that a reference means, as Crossref's search found it.

    `doubts` are what makes it doubtful; a near twin has some, however high its score is.
    """

    work: FoundWork
    doubts: tuple[CitationDoubt, ...] = ()

    @property
    def fits(self) -> bool:
        """Tell whether nothing speaks against it."""
        return not self.doubts

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "doi": self.work.doi,
            "title": self.work.titles[0] if self.work.titles else "",
            "authors": list(self.work.authors),
            "year": self.work.years[0] if self.work.years else None,
            "container": self.work.container,
            "score": self.work.score,
            "fits": self.fits,
            "doubts": [{"field": doubt.field, "what": doubt.what} for doubt in self.doubts],
        }


@dataclass(frozen=True, slots=True)
class ReferenceFeedback:
    """Hold one reference of a registered DOI, and what is known of it. `number` counts from 1, as printed.

    `asserted_by` says whose word the DOI is. `agency` has it, None where that was not asked. `reason` is why Crossref
    could not look for it. `candidates` is None where nobody was asked for any.
    """

    number: int
    key: str
    text: str
    state: ReferenceState
    doi: str = ""
    asserted_by: Literal["publisher", "crossref", ""] = ""
    agency: str | None = None
    doubts: tuple[CitationDoubt, ...] = ()
    reason: str = ""
    candidates: tuple[CitedCandidate, ...] | None = None

    @property
    def best(self) -> CitedCandidate | None:
        """Return the only candidate without doubts; None if there is none, or several."""
        # Of two that fit, nobody can say by machine which one is cited.
        fitting = [candidate for candidate in self.candidates or () if candidate.fits]
        return fitting[0] if len(fitting) == 1 else None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "number": self.number,
            "key": self.key,
            "text": self.text,
            "state": self.state.value,
            "doi": self.doi or None,
            "asserted_by": self.asserted_by or None,
            "agency": self.agency,
            "doubts": [{"field": doubt.field, "what": doubt.what} for doubt in self.doubts],
            "reason": self.reason,
            "candidates": None if self.candidates is None else [candidate.to_dict() for candidate in self.candidates],
            "best": self.best.work.doi if self.best else None,
        }


@dataclass(frozen=True, slots=True)
class ReferenceList:
    """Hold the references of one registered DOI, as they were sent last.

    `read_at` is when the registered record was read last, `asked_again_at` when that happens next by itself to look for
    matches, None when no more is to be expected.
    """

    doi: Doi
    title: str
    references: tuple[ReferenceFeedback, ...]
    read_at: datetime | None = None
    asked_again_at: datetime | None = None

    def count(self, state: ReferenceState) -> int:
        """Return how many references are in that state."""
        return sum(reference.state is state for reference in self.references)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "doi": str(self.doi),
            "title": self.title,
            "read_at": _iso_moment(self.read_at),
            "asked_again_at": _iso_moment(self.asked_again_at),
            # Every state has its number, zeros included: a missing key would look like a state that is unknown.
            "counts": {state.value: self.count(state) for state in ReferenceState},
            "references": [reference.to_dict() for reference in self.references],
        }


@dataclass(frozen=True, slots=True)
class ReferencesReport:
    """Hold what one pass over references showed. `error` is why not everything could be asked."""

    target: str
    lists: Sequence[ReferenceList] = field(default_factory=tuple)
    error: WorldError | None = None

    @property
    def ok(self) -> bool:
        """Tell whether no reference has a DOI that is dead or leads to something else."""
        return not any(reference.state.is_fault for references in self.lists for reference in references.references)

    @property
    def summary(self) -> str:
        """Return the numbers in one line."""
        total = sum(len(references.references) for references in self.lists)
        numbers = {state: sum(references.count(state) for references in self.lists) for state in ReferenceState}
        # The value with its hyphen is for programs.
        words = {ReferenceState.UNMATCHED: "not matched"}
        told = [f"{number} {words.get(state, state.value)}" for state, number in numbers.items() if number]
        return f"{counted(total, 'reference')} of {counted(len(self.lists), 'DOI')}" + (
            f": {', '.join(told)}" if told else ""
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        found: dict[str, Any] = {
            "ok": self.ok,
            "target": self.target,
            "summary": self.summary,
            "works": [references.to_dict() for references in self.lists],
        }
        return found | ({"error": self.error.to_dict()} if self.error else {})
