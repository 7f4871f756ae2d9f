"""Drafts of documents that tests write as text."""

from collections.abc import Mapping

from doideposit.records.extraction.draft import Draft
from doideposit.records.extraction.drafting import draft_of
from doideposit.records.extraction.readers.text import read_text
from doideposit.records.models.series import Series


def read(text: str, *, file: str, series: Mapping[str, Series] | None = None) -> Draft:
    """Read a commentary in Markdown or plain text into a draft of its record."""
    return draft_of(read_text(text, file=file), series=series or {})
