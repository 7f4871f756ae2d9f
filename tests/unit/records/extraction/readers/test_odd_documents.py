"""Documents whose parts are not what they should be: an answer, and never a traceback."""

import pytest

from doideposit.records.extraction.readers.opening import read_bytes
from hostile_documents import HOSTILE

SMALL = (
    "pdf-whose-kids-are-a-number", "pdf-without-a-catalogue", "pdf-whose-catalogue-is-nothing", "links-that-are-none",
    "links-in-a-number", "cell-over-many-columns", "half-a-word-file", "half-a-pdf", "deep-tables",
)  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_an_odd_document_has_an_answer(name: str) -> None:
    file, make, codes = HOSTILE[name]
    found = {one.code for one in read_bytes(make(), file=file).findings if one.stops}
    assert found <= codes


def test_an_entry_that_lies_outside_of_its_archive_is_told() -> None:
    file, make, _ = HOSTILE["cell-over-many-columns"]
    data = bytearray(make())
    at = data.rfind(b"PK\x01\x02")
    data[at + 42 : at + 46] = b"\xff\xff\xff\x7f"  # where the last entry begins
    (finding,) = read_bytes(bytes(data), file=file).findings
    assert finding.code in {"document-broken", "document-format"}
