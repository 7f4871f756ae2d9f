"""Drafts of records as `extract` writes and shows them, of one document or of many."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doideposit.cli.check import write_product
from doideposit.findings import Finding, has_errors
from doideposit.records.models.series import Series

if TYPE_CHECKING:
    from doideposit.records.extraction.draft import Draft
    from doideposit.records.extraction.manuscript import Manuscript

__all__ = ["draft_document", "draft_from", "lacks", "read_document_file", "write_draft"]


def read_document_file(path: Path) -> "Manuscript":
    """Read a document of any format; what cannot be read becomes a finding. Raises `DiskError`."""
    from doideposit.records.extraction.readers.opening import open_document

    return open_document(path)


def draft_from(manuscript: "Manuscript", series: Mapping[str, Series]) -> "Draft":
    """Make the draft of a record from what a reader found."""
    from doideposit.records.extraction.drafting import draft_of

    return draft_of(manuscript, series=series)


def write_draft(draft: "Draft", output: Path | None) -> None:
    """Write a draft as YAML to a file, or to standard output; raises `DiskError`."""
    from doideposit.json_schemas import schema_location
    from doideposit.records.extraction.rendering import render

    write_product(render(draft, schema=schema_location("record")).encode(), output)


def draft_document(draft: "Draft") -> dict[str, Any]:
    """Return the JSON of a draft: the record, its values with their places in the document, and the findings."""
    return {
        "ok": not has_errors(draft.findings),
        "file": draft.file,
        "record": draft.data,
        "values": draft.values(),
        "findings": [finding.to_dict() for finding in draft.findings],
    }


def lacks(finding: Finding) -> bool:
    """Tell whether a finding only says what the document could give more: each of them is marked in the draft."""
    return finding.category == "completeness" and not finding.stops
