"""What Crossref said of a DOI beside the outcome: conflicts, notices, and what became of its references."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

__all__ = ["ResultDetails"]

# So many references are named one by one.
MOST_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class ResultDetails:
    """Hold what a result log says of one DOI beside the outcome, and the references that were matched since.

    `matched_references` are the DOIs that Crossref has for references, by their keys; `reference_errors` why it could
    not look for one. None of this touches the registration.
    """

    conflict_id: str = ""
    dois_in_conflict: tuple[str, ...] = ()
    resolved_conflicts: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    matched_references: Mapping[str, str] = field(default_factory=dict)
    reference_errors: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.to_dict().values())

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield a short name and a sentence for each detail of Crossref's result."""
        if self.dois_in_conflict or self.conflict_id:
            number = f" (conflict {self.conflict_id})" if self.conflict_id else ""
            yield "conflict", f"with {', '.join(self.dois_in_conflict) or 'another DOI'}{number}"
        if self.resolved_conflicts:
            yield "resolved", f"conflicts that are settled: {', '.join(self.resolved_conflicts)}"
        yield from (("notice", f"“{text}”") for text in self.notices)
        if self.matched_references:
            told = [f"{key} → {doi}" for key, doi in list(self.matched_references.items())[:MOST_TOLD]]
            more = len(self.matched_references) - len(told)
            words = "; ".join([*told, f"and {more} more"] if more else told)
            yield "references", f"{len(self.matched_references)} with a DOI at Crossref: {words}"
        for key, why in list(self.reference_errors.items())[:MOST_TOLD]:
            yield "reference", f"{key} could not be looked up: {why}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "conflict_id": self.conflict_id,
            "dois_in_conflict": list(self.dois_in_conflict),
            "resolved_conflicts": list(self.resolved_conflicts),
            "notices": list(self.notices),
            "matched_references": dict(self.matched_references),
            "reference_errors": dict(self.reference_errors),
        }

    @classmethod
    def read(cls, kept: Mapping[str, str], matched: Mapping[str, str] | None = None) -> Self:
        """Return the details of a result log from the ledger, with the references matched later."""
        return cls(
            conflict_id=kept.get("conflict_id", ""),
            dois_in_conflict=tuple(kept.get("dois_in_conflict", "").split()),
            resolved_conflicts=tuple(kept.get("resolved_conflicts", "").split()),
            notices=tuple(text for text in kept.get("notices", "").split(" | ") if text),
            matched_references=_parse_mapping(kept.get("matched_references")) | dict(matched or {}),
            reference_errors=_parse_mapping(kept.get("reference_errors")),
        )


def _parse_mapping(text: str | None) -> dict[str, str]:
    found = json.loads(text) if text else {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
