"""What comes of comparing a record with what is registered: the differences, and whether an update may go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Literal

from doideposit.findings import Finding
from doideposit.records.origin import RawValue

__all__ = ["MOST", "Consent", "Difference", "Drift", "DriftKind", "Judgement"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Describe one field that differs. `loses` says that something registered would be gone.

    `field` is written as in a record file, from 0: ``authors[1].orcid``. `what` is a short phrase for people;
    `registered` and `desired` are the values themselves, None for one that is not there.
    """

    field: str
    what: str
    loses: bool = False
    registered: RawValue = None
    desired: RawValue = None

    @property
    def kind(self) -> Literal["added", "changed", "lost"]:
        """Return in one word what happens to the field."""
        if self.loses and not self.desired:
            return "lost"
        return "added" if self.desired and not self.registered else "changed"

    def falls_under(self, names: Sequence[str]) -> bool:
        """Tell whether one of the names is this field or holds it, such as ``authors`` or ``authors[1]``."""
        return any(self.field == name or self.field.startswith((f"{name}.", f"{name}[")) for name in names)


MOST: Final = 12
"""So many differences are told one by one."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Say what may be lost: the fields that the record removes, and those that a person allowed with `--allow-loss`."""

    removed: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return all of them."""
        return self.removed + self.allowed


@dataclass(frozen=True, slots=True)
class Judgement:
    """Hold an update compared with what is registered. It may go when there is no error among the findings.

    `lost` are the fields that are lost with consent, to be kept in the history. `clears` are the blocks that are
    emptied before, one set for each deposit that goes ahead of the last one.
    """

    differences: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()
    lost: tuple[str, ...] = field(default=())
    clears: tuple[frozenset[str], ...] = ()

    @property
    def summary(self) -> str:
        """Return the differences as one line for a plan."""
        told = [one.what for one in self.differences[:MOST]]
        more = len(self.differences) - len(told)
        return "; ".join([*told, f"and {more} more differences"] if more else told)


class DriftKind(StrEnum):
    """Name the ways in which a registered DOI stops being as our last deposit made it."""

    DEPOSIT = "foreign-deposit"
    CONTENT = "content"
    ADDRESS = "address"
    OWNER = "owner"
    ALIAS = "alias"


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
