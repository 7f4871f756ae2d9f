"""A deposit before and after it is checked: what goes into the XML's head, and bytes that may be sent."""

import hashlib
from dataclasses import dataclass, field
from typing import Final

from doideposit.records.identifiers import Doi

__all__ = ["BatchHead", "SealedBatch", "SealedFile", "SealedItem"]


@dataclass(frozen=True, slots=True)
class BatchHead:
    """Hold the head of a ``doi_batch`` (Crossref schema, common5.5.0.xsd: head).

    `batch_id` has 4 to 100 characters; `timestamp` is the version number of every DOI in the file, 17 digits UTC
    here; `depositor_name` at most 130, `email` 6 to 200 and `registrant` at most 255 characters.
    """

    batch_id: str
    timestamp: int
    depositor_name: str
    email: str
    registrant: str


# Held by `doideposit.crossref.validator` and `doideposit.crossref.sealing`, which alone may seal: the test of the
# architecture refuses any other import.
SEAL: Final = object()


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """Hold deposit bytes that passed the XSD of the schema version they declare, with their SHA-256.

    Made by `Validator.seal` and by `doideposit.crossref.sealing` alone: whatever takes a `SealedBatch` cannot be
    handed unchecked bytes. `sha256` is in lower-case hexadecimal. `dois` are the DOIs the file registers, in its order.
    A resource-only deposit has no timestamp in its bytes; `timestamp` is its place in the ledger's order then.
    """

    xml: bytes = field(repr=False)
    schema_version: str
    batch_id: str
    timestamp: int
    dois: tuple[Doi, ...]
    seal: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.seal is not SEAL:
            raise RuntimeError("a SealedBatch is made by Validator.seal(), which checks the bytes first")

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the bytes."""
        return hashlib.sha256(self.xml).hexdigest()

    @property
    def without_bytes(self) -> "SealedFile":
        """Return the proof that the file was judged, to be kept without its bytes."""
        return SealedFile(self.sha256, self.schema_version, self.dois, self.seal)


@dataclass(frozen=True, slots=True)
class SealedItem:
    """Hold the proof that one child of ``body`` passed the XSD of a schema version, without its bytes.

    `sha256` is that of the bytes, in lower-case hexadecimal; anyone who kept them elsewhere must show them again to
    `doideposit.crossref.sealing.join`, which alone makes a batch of such items.
    """

    doi: Doi
    sha256: str
    schema_version: str
    seal: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.seal is not SEAL:
            raise RuntimeError("a SealedItem is made by crossref.sealing, which checks the item first")


@dataclass(frozen=True, slots=True)
class SealedFile:
    """Hold the proof that a ready-made deposit file passed the XSD of a schema version, without its bytes.

    `sha256` is that of the bytes, in lower-case hexadecimal; anyone who kept them elsewhere must show them again to
    `doideposit.crossref.sealing.restamped`, which alone makes a batch of them.
    """

    sha256: str
    schema_version: str
    dois: tuple[Doi, ...]
    seal: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.seal is not SEAL:
            raise RuntimeError("a SealedFile is made by crossref.sealing of a SealedBatch")
