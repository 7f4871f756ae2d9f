"""Files and folders of records, as they are handed over."""

from pathlib import Path

import pytest

from doideposit.findings import Finding
from doideposit.records.origin import Origin, RawRecord
from doideposit.records.sources.reading import read_path


def write(folder: Path, name: str, text: str = "number: 1\n") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_folder_is_read_below_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("c.yaml", "a/2.yml", "a/1.yaml", "b.YAML", ".hidden/x.yaml", ".x.yaml", "notes.md", "doideposit.toml"):
        write(tmp_path, name)
    write(tmp_path, "d.csv", "number\n1\n2\n")
    write(tmp_path, "e.jsonl", '{"number": 1}\n')
    write(tmp_path, "f.json", "[]")
    found = list(read_path(tmp_path))
    labels = [each.origin.label if isinstance(each, RawRecord) else each.code for each in found]
    assert labels == [
        f"{tmp_path}/a/1.yaml",
        f"{tmp_path}/a/2.yml",
        f"{tmp_path}/b.YAML",
        f"{tmp_path}/c.yaml",
        f"{tmp_path}/d.csv:2",
        f"{tmp_path}/d.csv:3",
        f"{tmp_path}/e.jsonl:1",
        "no-record",
    ]


def test_a_link_to_the_folder_above_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "a/1.yaml")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert len(list(read_path(tmp_path))) == 1


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("x.yaml", b"", "file-empty"),
        ("x.yaml", b"a\0b", "file-binary"),
        ("x.json", b"caf\xe9", "file-encoding"),
        ("x.md", b"# Comment", "file-kind"),
        ("x.docx", b"PK", "file-kind"),
        ("missing.yaml", None, "file-missing"),
        ("missing.csv", None, "file-missing"),
        ("missing.jsonl", None, "file-missing"),
        ("nul\0.csv", None, "file-missing"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_finding(tmp_path: Path, name: str, data: bytes | None, code: str) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    (finding,) = read_path(path)
    assert isinstance(finding, Finding)
    assert (finding.code, finding.stops) == (code, True)
    assert finding.hint


def test_a_folder_without_records_says_so(tmp_path: Path) -> None:
    (finding,) = read_path(tmp_path)
    assert isinstance(finding, Finding)
    assert finding.code == "folder-empty"


def test_reading_is_lazy(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    write(tmp_path, "b.yaml", ": : :")
    assert isinstance(next(read_path(tmp_path)), RawRecord)


def test_data_from_python_is_taken_as_it_is() -> None:
    raw = RawRecord({"number": 1}, Origin("cms:1"))
    assert raw.data == {"number": 1}
    assert str(raw.origin.where(("number",))) == "cms:1 number"
