"""Judge what a record becomes once, and join what passed into the file that is sent."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from doideposit.crossref.validator.validator import Validator
from doideposit.crossref.xml.batch import Built, assemble
from doideposit.findings import Finding
from doideposit.records.identifiers import Doi
from doideposit.records.models.batch import SEAL, BatchHead, SealedBatch, SealedItem

__all__ = ["ItemVerdict", "join", "recorded", "seal_item"]


class ItemVerdict(NamedTuple):
    """Hold the seal of an item, or None where a finding is an error."""

    item: SealedItem | None
    findings: tuple[Finding, ...]


def seal_item(validator: Validator, built: Built) -> ItemVerdict:
    """Judge a file of one commentary and seal its item; raises as `Validator.validate` does."""
    verdict = validator.validate(built.xml)
    if not verdict.valid:
        return ItemVerdict(None, verdict.findings)
    [commentary], [fingerprint] = built.commentaries, built.fingerprints
    return ItemVerdict(SealedItem(commentary.doi, fingerprint, built.schema_version, SEAL), verdict.findings)


def join(head: BatchHead, items: Sequence[SealedItem], contents: Sequence[bytes]) -> SealedBatch:
    """Return the sealed deposit file of these items, whose bytes are `contents`, in the same order.

    No second verdict is needed: an item declares its own namespace, ``body`` takes any number of items of one kind
    (crossref5.5.0.xsd: body), and no key of the schema reaches beyond an item. The head differs from the one that was
    judged in its batch id and timestamp alone. Raises RuntimeError for bytes that are not those that were judged.
    """
    if any(hashlib.sha256(xml).hexdigest() != one.sha256 for one, xml in zip(items, contents, strict=True)):
        raise RuntimeError("an item is not the one that was judged")
    [version] = {one.schema_version for one in items}
    xml = assemble(head, contents, schema_version=version)
    return SealedBatch(xml, version, head.batch_id, head.timestamp, tuple(one.doi for one in items), SEAL)


def recorded(
    xml: bytes, *, sha256: str, batch_id: str, timestamp: int, schema_version: str, dois: Sequence[Doi]
) -> SealedBatch | None:
    """Return the batch that was sealed and written down earlier; None for bytes that are not those.

    Only a `SealedBatch` is ever written down, with its SHA-256: the same bytes need no second verdict.
    """
    if hashlib.sha256(xml).hexdigest() != sha256:
        return None
    return SealedBatch(xml, schema_version, batch_id, timestamp, tuple(dois), SEAL)
