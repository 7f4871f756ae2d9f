"""Join the items that were judged into the file that is sent."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple, Self

from lxml import etree

from doideposit.crossref.validator.validator import Validator
from doideposit.crossref.xml.batch import Built
from doideposit.crossref.xml.deposit_file import DepositFile
from doideposit.crossref.xml.existing import DepositItem
from doideposit.records.identifiers import Doi
from doideposit.records.models.batch import SEAL, BatchHead, SealedBatch, SealedFile, SealedItem
from doideposit.safe_xml import ParsedXml

__all__ = ["FoundItem", "join", "recorded_batch", "restamped"]


class FoundItem(NamedTuple):
    """Hold what the bytes of an item say of themselves: its DOI and title, and the child of ``body`` that it is."""

    item: DepositItem
    kind: str
    landing_page: str | None

    @classmethod
    def find(cls, head: BatchHead, xml: bytes, *, schema_version: str) -> Self | None:
        """Read the bytes of an item that was kept; None for bytes that are not one item in our own form."""
        root = ParsedXml.of(Built.assemble(head, [xml], schema_version=schema_version, indented=False)).root
        children = [] if root is None else root.findall("{*}body/{*}*")
        found = DepositItem.read_all(root) if root is not None and len(children) == 1 else ()
        # The fingerprint of an item is the hash of its canonical form, which is how items are written here.
        if len(found) != 1 or found[0].fingerprint != hashlib.sha256(xml).hexdigest():
            return None
        kind = etree.QName(children[0]).localname
        return cls(found[0], kind, children[0].findtext(".//{*}doi_data/{*}resource"))

    def seal(self, validator: Validator, head: BatchHead, xml: bytes, version: str) -> SealedItem | None:
        """Judge the bytes of an item that was kept outside of this process, and seal it; raises as `validate` does."""
        whole = Built.assemble(head, [xml], schema_version=version, indented=False)
        return validator.seal_item(whole, self.item.doi, self.item.fingerprint, version)[0]


def join(head: BatchHead, items: Sequence[SealedItem], contents: Sequence[bytes]) -> SealedBatch:
    """Return the sealed deposit file of these items, whose bytes are `contents`, in the same order.

    No second verdict is needed: an item declares its own namespace, ``body`` takes any number of items of one kind
    (crossref5.5.0.xsd: body), and no key of the schema reaches beyond an item. The head differs from the one that was
    judged in its batch id and timestamp alone. Raises RuntimeError for bytes that are not those that were judged.
    """
    if any(hashlib.sha256(xml).hexdigest() != item.sha256 for item, xml in zip(items, contents, strict=True)):
        raise RuntimeError("an item differs from the one that was validated")
    [version] = {item.schema_version for item in items}
    xml = Built.assemble(head, contents, schema_version=version)
    return SealedBatch(xml, version, head.batch_id, head.timestamp, tuple(item.doi for item in items), SEAL)


def restamped(sealed: SealedFile, xml: bytes, batch_id: str, timestamp: int) -> SealedBatch:
    """Return the sealed batch of a file that was judged, with another batch id and timestamp in its head.

    No second verdict is needed: the schema wants one of each in the head, and takes these (common5.5.0.xsd:
    doi_batch_id, timestamp). Raises RuntimeError for bytes that are not those that were judged.
    """
    if hashlib.sha256(xml).hexdigest() != sealed.sha256:
        raise RuntimeError("the file differs from the one that was validated")
    own = DepositFile(xml).restamp(batch_id, timestamp).xml
    return SealedBatch(own, sealed.schema_version, batch_id, timestamp, sealed.dois, SEAL)


def recorded_batch(
    xml: bytes, *, sha256: str, batch_id: str, timestamp: int, schema_version: str, dois: Sequence[Doi]
) -> SealedBatch | None:
    """Return a batch that was sealed and recorded earlier; None if the bytes were changed.

    Only a `SealedBatch` is ever written down, with its SHA-256: the same bytes need no second verdict.
    """
    if hashlib.sha256(xml).hexdigest() != sha256:
        return None
    return SealedBatch(xml, schema_version, batch_id, timestamp, tuple(dois), SEAL)
