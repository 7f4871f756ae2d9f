"""Tables with DOIs in them: the site's own, and Crossref's reports."""

from pathlib import Path

import pytest

from doideposit.findings import Finding
from doideposit.records.sources.doi_list import dois_in_list

TABLES = {
    "with commas": "doi,title\n10.5555/a1,On rivers\n10.5555/A1,again\nhttps://doi.org/10.5555/b2,On lakes\n",
    "with semicolons": "Seite;DOI\n/1;doi:10.5555/a1\n/2;10.5555/b2\n",
    "with tabulators": "10.5555/a1\t12\n10.5555/b2\t3\n",
    # Crossref documentation, depositor report: two header lines, then DOI, owner prefix and more.
    "report of crossref": "Title J1\r\nDOI, owner\r\n10.5555/a1 10.5555, 20200101, 2020\r\n10.5555/b2 10.5555, 1, 2\r\n",
    "a plain list": "10.5555/a1\n\n10.5555/b2",
    "quoted": '"10.5555/a1","a ""quoted"" cell, with a comma"\n"10.5555/b2","x"\n',
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_each_doi_comes_once_and_in_order(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    found = dois_in_list(path)
    assert not isinstance(found, Finding)
    assert [str(one) for one in found] == ["10.5555/a1", "10.5555/b2"]


def test_a_cited_doi_beside_it_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("10.5555/a1,10.9999/cited\n", encoding="utf-8")
    assert [str(one) for one in dois_in_list(path)] == ["10.5555/a1"]  # type: ignore[union-attr]


@pytest.mark.parametrize("data", [b"no DOI here\n", b"10.5555\n"])
def test_a_table_without_a_doi_is_empty(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    assert dois_in_list(path) == ()


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"\x00" * 200)
    assert isinstance(dois_in_list(path), Finding)
    assert isinstance(dois_in_list(tmp_path / "none.csv"), Finding)
