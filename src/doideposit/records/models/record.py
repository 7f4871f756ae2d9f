"""A commentary together with where it was written."""

from dataclasses import dataclass, field

from doideposit.records.models.commentary import Commentary
from doideposit.records.origin import Origin

__all__ = ["Record"]


@dataclass(frozen=True, slots=True)
class Record:
    """Hold a commentary and its origin."""

    commentary: Commentary
    origin: Origin = field(default_factory=Origin)
