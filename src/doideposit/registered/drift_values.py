"""What others changed of a registered DOI at Crossref, one value for each change."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["Drift", "DriftKind"]


class DriftKind(StrEnum):
    """Name the ways in which a registered DOI stops being as our last deposit made it.

    `UPDATE` is a notice that does not show on the work that it corrects or retracts.
    """

    DEPOSIT = "foreign-deposit"
    CONTENT = "content"
    ADDRESS = "address"
    OWNER = "owner"
    ALIAS = "alias"
    UPDATE = "update-not-shown"


@dataclass(frozen=True, slots=True)
class Drift:
    """Describe one thing that others changed at Crossref, or that it did not take as it was sent.

    `before` is what our last deposit said, `after` what is there now. `what` is one sentence for people, `fields` are
    the changed fields of the record, each as a short phrase. `mark` is the same as long as nothing else changes: with
    it a person's word that all is well holds for this and for no other change.
    """

    kind: DriftKind
    what: str
    before: str
    after: str
    mark: str
    fields: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "kind": self.kind.value,
            "what": self.what,
            "before": self.before,
            "after": self.after,
            "fields": list(self.fields),
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Drift":
        """Return it from the JSON that the ledger keeps, which has `mark` too."""
        texts = {name: str(data[name]) for name in ("what", "before", "after", "mark")}
        return cls(DriftKind(data["kind"]), **texts, fields=tuple(map(str, data["fields"])))
