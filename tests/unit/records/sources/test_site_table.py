"""Tables of a website: whatever office programs make of them is read, and every fault has its line."""

from pathlib import Path

import pytest

from doideposit.findings import Finding
from doideposit.records.sources.site_table import SiteRow


def read(tmp_path: Path, text: str | bytes) -> list[SiteRow | Finding]:
    path = tmp_path / "site.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(SiteRow.read_table(path))


@pytest.mark.parametrize(
    "text",
    [
        "number,doi,url\n5,10.5555/C5,https://example.org/5\n",
        "\ufeffNo;DOI;Link\r\n5;https://doi.org/10.5555/C5;https://example.org/5\r\n;;\r\n",
        "Nr.\tDOI\tURL\n5\tdoi:10.5555/C5\thttps://example.org/5",
        "title,number,doi,url\nA,5,10.5555/C5,https://example.org/5",
    ],
)
def test_tables_of_every_office_program(tmp_path: Path, text: str) -> None:
    (row,) = read(tmp_path, text)
    assert isinstance(row, SiteRow)
    assert (row.number, row.doi, row.address) == ("5", "10.5555/C5", "https://example.org/5")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("title,date\nA,2024", 1, "no column"),
        ("doi,DOI\n10.5555/C5,10.5555/C6", 1, "two columns"),
        ("number,doi\n5,10.5555/C5\n6,not a doi", 3, "is not a DOI"),
        ("number,doi\n5,10.5555/C5\n6,10.5555/c5", 3, "line 2 already"),
        ("number,doi,url\n,,https://example.org", 2, "neither number nor DOI"),
        ("number,old\n5,https://example.org/5", 1, "no column “new”"),
        ("number,new,New URL\n5,https://example.org/5,", 1, "two columns hold the new address"),
        ("number,new\n5,https://example.org/5,6", 2, "3 cells, and the first line has 2"),
        ("", None, "is empty"),
        (b"number\n\xff\xfe\xfa", 2, "UTF-8"),
    ],
)
def test_every_fault_has_its_line(tmp_path: Path, text: str | bytes, line: int | None, words: str) -> None:
    faults = (row if isinstance(row, Finding) else row.fault for row in read(tmp_path, text))
    problems = [fault for fault in faults if fault is not None]
    assert words in problems[0].message
    assert problems[0].where.line == line
