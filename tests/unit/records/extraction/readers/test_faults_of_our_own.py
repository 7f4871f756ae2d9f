"""A fault in a reader of ours is not told as one of the file."""

import pytest

from doideposit.records.extraction.manuscript import Manuscript
from doideposit.records.extraction.readers import opening


def raised_in_a_line_of_ours(error: Exception) -> Exception:
    namespace = {"__name__": "doideposit.records.extraction.readers.invented", "error": error}
    try:
        exec("raise error", namespace)
    except Exception as found:  # noqa: BLE001
        return found
    raise AssertionError


@pytest.mark.parametrize("error", [TypeError("ours"), AttributeError("ours"), KeyError("ours")])
def test_a_fault_of_ours_is_no_fault_of_the_file(error: Exception) -> None:
    assert not opening._is_fault_of_file(raised_in_a_line_of_ours(error))


@pytest.mark.parametrize("error", [TypeError("theirs"), AttributeError("theirs"), KeyError("theirs")])
def test_what_a_library_raises_is_about_the_file(error: Exception) -> None:
    def read(_data: bytes, _file: str) -> Manuscript:
        raise error

    (finding,) = opening._read_guarded(read, b"", "a.docx").findings
    assert finding.code == "document-broken"


@pytest.mark.parametrize("error", [MemoryError(), ImportError("a library is missing")])
def test_what_the_machine_lacks_is_raised(error: Exception) -> None:
    def read(_data: bytes, _file: str) -> Manuscript:
        raise error

    with pytest.raises(type(error)):
        opening._read_guarded(read, b"", "a.docx")
