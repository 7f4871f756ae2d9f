"""What the sandbox keeps, as frozen values: submissions, versions of registered DOIs, title records."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

__all__ = ["ReceivedFile", "Registration", "TitleRecord"]


# Where a submission stands at a given moment; all but the first are words of Crossref's answers to a poll.
Stage = Literal["hidden", "queued", "in_process", "completed"]


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """Hold a received upload. `log` is None until it was processed, `batch_id` None until it was parsed."""

    id: int
    file_name: str
    operation: str
    login: str
    content: bytes = field(repr=False)
    received: datetime
    visible: datetime
    started: datetime
    due: datetime
    stuck: str | None = None
    polls: int = 0
    unknown_polls: int = 0
    batch_id: str | None = None
    log: bytes | None = field(default=None, repr=False)

    def stage(self, now: datetime) -> Stage:
        """Return the stage of processing at `now`."""
        if self.log is not None:
            return "completed"
        if now < self.visible:
            return "hidden"
        # A file that is stuck in the queue stays there, whatever the clock says.
        return "queued" if self.stuck == "queued" or now < self.started else "in_process"


@dataclass(frozen=True, slots=True)
class Registration:
    """Hold one version of a DOI that took effect, with the whole record as it is since.

    `rest`, `handle` and `query` are when the REST API, the resolver and the XML query service show it. `owner` is the
    prefix that may update it, `member` who owns that prefix; `alias_of` is the DOI it was made an alias of.
    """

    doi: str
    timestamp: int
    url: str
    login: str
    record_type: str
    title: str
    year: str
    signature: str
    reference_words: str
    submission_id: int
    applied: datetime
    rest: datetime
    handle: datetime
    query: datetime
    record: str = field(default="", repr=False)
    owner: str = ""
    member: str = ""
    alias_of: str = ""

    @property
    def prefix(self) -> str:
        """Return the part before the slash, which need not be the owner's prefix."""
        return self.doi.partition("/")[0]

    @property
    def agency(self) -> str:
        """Return the registration agency: members of Crossref have numbers, other agencies names."""
        # Registrations in a file of the first format have no member, and are all Crossref's.
        return "Crossref" if self.member.isdecimal() or not self.member else self.member


@dataclass(frozen=True, slots=True)
class TitleRecord:
    """Hold what Crossref keeps of a journal or series: later deposits with this ISSN must match it."""

    issn: str
    title: str
    kind: str
    owner: str
    doi: str
