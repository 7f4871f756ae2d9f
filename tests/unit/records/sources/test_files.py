import os
from pathlib import Path

import pytest

from doideposit.errors import DiskError
from doideposit.records.sources.files import Loaded


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (b" \r\n\t\n", "file-empty"),
        (b"a\0b", "file-binary"),
        (b"%PDF-1.7\nabc", "file-binary"),
        (b"PK\x03\x04rest", "file-binary"),
        (b"caf\xe9", "file-encoding"),
        (b"x" * 101, "file-too-large"),
    ],
)
def test_a_file_that_is_no_text_gives_one_error(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "in.md"
    path.write_bytes(data)
    loaded = Loaded.read(path, limit=100)
    assert loaded.text is None
    assert [(finding.code, finding.stops, finding.where.file) for finding in loaded.findings] == [
        (code, True, str(path))
    ]


@pytest.mark.parametrize("data", [b"caf\xc3\xa9\r\nx", b"\xef\xbb\xbfcaf\xc3\xa9\r\nx"])
def test_utf_8_is_read_with_or_without_byte_order_mark(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "in.md"
    path.write_bytes(data)
    assert Loaded.read(path, limit=100).text == "café\r\nx"
    assert Loaded.read(path, limit=100).findings == ()


def test_a_wrong_byte_is_named_with_offset_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "in.md"
    path.write_bytes("été\nün".encode() + b"\xff")
    (finding,) = Loaded.read(path, limit=100).findings
    assert "byte 10 (0xFF)" in finding.message
    assert (finding.where.line, finding.where.column) == (2, 3)


def test_a_directory_and_a_missing_file(tmp_path: Path) -> None:
    assert Loaded.read(tmp_path, limit=9).findings[0].code == "file-is-directory"
    assert Loaded.read(tmp_path / "no", limit=9).findings[0].code == "file-missing"
    assert Loaded.read(Path("a\0b"), limit=9).findings[0].code == "file-missing"


def test_200_megabytes_are_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as stream:
        os.truncate(stream.fileno(), 200_000_000)
    (finding,) = Loaded.read(path, limit=5_000_000).findings
    assert finding.code == "file-too-large"
    assert "200 MB" in finding.message
    assert "5 MB" in finding.message


def test_an_endless_device_is_refused(tmp_path: Path) -> None:
    device = Path("/dev/zero")
    if not device.exists():
        pytest.skip("this system has no /dev/zero")
    assert Loaded.read(device, limit=1000).findings[0].code == "file-too-large"


def test_a_disk_that_fails_is_a_fault_of_the_world() -> None:
    failing = Path("/proc/self/mem")
    if not failing.exists():
        pytest.skip("only Linux has a file that cannot be read from its beginning")
    with pytest.raises(DiskError, match="could not be read"):
        Loaded.read(failing, limit=100)


def test_a_file_of_somebody_else(tmp_path: Path) -> None:
    path = tmp_path / "in.md"
    path.write_text("text")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert Loaded.read(path, limit=100).findings[0].code == "file-unreadable"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_where_its_mark_says_so(encoding: str) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    assert Loaded.decode(f"{mark}Zoë Müller\n".encode(encoding), file="c.yaml").text == "Zoë Müller\n"
    broken = f"{mark}Zoë".encode(encoding)[:-1]
    assert [one.code for one in Loaded.decode(broken, file="c.yaml").findings] == ["file-encoding"]


def test_a_file_in_the_encoding_of_windows_gets_the_way_out_in_three_programs() -> None:
    (found,) = Loaded.decode("title: Zoë Müller".encode("cp1252"), file="c.yaml").findings
    assert "“ë” in Windows-1252" in found.message
    assert all(program in found.hint for program in ("Excel", "Notepad", "Word"))
