"""What goes into a check and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from doideposit.crossref.xml.existing import DepositItem
from doideposit.findings import Finding, has_errors
from doideposit.records.models.batch import BatchHead, SealedFile, SealedItem
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.record import Record

__all__ = ["Checked", "DepositorName", "Input", "is_deposit_xml"]


# What can be checked and deposited: a commentary, a record as a mapping, or the path of a file or folder.
Input = Commentary | Record | Mapping[str, object] | Path | str


@dataclass(frozen=True, slots=True)
class DepositorName:
    """Record who deposits: it is in the head of every file. Crossref mails its results to `email`.

    `member` is its number at Crossref, empty where the configuration does not say it; no file holds it.
    """

    name: str
    email: str
    registrant: str
    member: str = ""

    def head(self, batch_id: str, timestamp: int) -> BatchHead:
        """Return the head of one file."""
        return BatchHead(batch_id, timestamp, self.name, self.email, self.registrant)


@dataclass(frozen=True, slots=True)
class Checked:
    """Record one input after every check: what it would register, and everything found in it.

    `record` is None for ready-made deposit XML, whose bytes are `xml`, and for what could not be parsed; `items` are
    the DOIs it would register, none where it could not be read. `sealed` says that the XML of the record passed the
    schema, and `xml` holds the bytes of its item then; `sealed_file` says so of a ready-made file. `file` is the path
    of the record that deposit XML without a record was made of.
    """

    source: str
    findings: tuple[Finding, ...]
    record: Record | None = None
    xml: bytes | None = field(default=None, repr=False)
    items: tuple[DepositItem, ...] = ()
    sealed: SealedItem | None = None
    sealed_file: SealedFile | None = None
    file: str | None = None

    @property
    def ok(self) -> bool:
        """Return whether it may be deposited."""
        return bool(self.items) and not has_errors(self.findings)

    @property
    def passed_over(self) -> str | None:
        """Return why there is nothing to deposit and no error either, as with a draft in the folder of a site."""
        return None if self.items or has_errors(self.findings) else self.findings[0].message


def is_deposit_xml(item: Input) -> bool:
    """Return whether the input is the path of a ready-made deposit file."""
    return isinstance(item, Path | str) and str(item).lower().endswith(".xml")
