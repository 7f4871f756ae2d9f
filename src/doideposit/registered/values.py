"""What comes of comparing a record with what is registered: the differences, and whether an update may go."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from doideposit.findings import Finding, counted
from doideposit.records.origin import RawValue

__all__ = ["FIELDS_OF", "MOST", "Consent", "Difference", "Judgement"]


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
        """Return the kind of the change in one word."""
        if self.loses and not self.desired:
            return "lost"
        return "added" if self.desired and not self.registered else "changed"

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as JSON."""
        values = {"registered": self.registered, "desired": self.desired}
        return {"field": self.field, "what": self.what, "loses": self.loses, "kind": self.kind, **values}

    def falls_under(self, names: Sequence[str]) -> bool:
        """Tell whether one of the names is this field or holds it, such as ``authors`` or ``authors[1]``."""
        return any(self.field == name or self.field.startswith((f"{name}.", f"{name}[")) for name in names)

    @staticmethod
    def plain_words(one: Mapping[str, RawValue]) -> str:
        """Return the text of an abstract without its markup."""
        return " ".join(re.sub(r"<[^<>]*>", " ", str(one.get("text") or "")).split())


# So many differences are told one by one.
MOST: Final = 12

# The blocks that Crossref may add up, each with the fields of a record file that it holds.
FIELDS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "licences": ("licences", "free_to_read"),
    "funding": ("funding",),
    "relations": ("relations",),
    "full_texts": ("pdf_url", "full_texts"),
    "crossmark": ("crossmark_policy", "updates", "assertions"),
    "references": ("references",),
}
# What is inside of a block too, and is gone with it.
GOES_WITH: Final = {"crossmark": ("licences", "free_to_read", "funding")}


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
        told = [difference.what for difference in self.differences[:MOST]]
        more = len(self.differences) - len(told)
        return "; ".join([*told, f"and {counted(more, 'more difference')}"] if more else told)

    @staticmethod
    def emptied_fields(blocks: Collection[str]) -> tuple[str, ...]:
        """Return the fields of a record file that are gone while these blocks are empty."""
        # In one order, so that the same update gives the same files.
        return tuple(
            name for block in sorted(blocks) for name in (*FIELDS_OF.get(block, ()), *GOES_WITH.get(block, ()))
        )
