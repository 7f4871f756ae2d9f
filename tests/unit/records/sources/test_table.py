"""CSV and JSON Lines: what the columns mean, where a cell stands, and files that are no tables."""

import csv
import io
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doideposit.findings import Finding
from doideposit.records.origin import RawRecord
from doideposit.records.sources.reading import read_path


def read(path: Path, data: str | bytes) -> tuple[list[RawRecord], list[Finding]]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    found = list(read_path(path))
    return [each for each in found if isinstance(each, RawRecord)], [
        each for each in found if isinstance(each, Finding)
    ]


def row(tmp_path: Path, header: str, cells: str) -> dict[str, Any]:
    records, findings = read(tmp_path / "t.csv", f"{header}\n{cells}\n")
    assert findings == []
    (record,) = records
    assert record.findings == ()
    return dict(record.data)


@pytest.mark.parametrize(
    ("header", "cells", "data"),
    [
        ("number,title", "012,no", {"number": "012", "title": "no"}),
        ("Number;Title", "012;a, b", {"number": "012", "title": "a, b"}),
        ("number\ttitle", "012\ta;b", {"number": "012", "title": "a;b"}),
        ('"number","title"', '"1","a ""b"""', {"number": "1", "title": 'a "b"'}),
        ("number,title", "1,", {"number": "1"}),
        ("number,title,doi", "1", {"number": "1"}),
        ("title", "x", {"title": "x"}),
        (
            "authors",
            '"Wolf, Siegfried O.; Smith, J., Jr."',
            {"authors": [{"family": "Wolf", "given": "Siegfried O."}, {"family": "Smith", "given": "J.", "suffix": "Jr."}]},
        ),
        ("authors", '"Plato,"', {"authors": [{"family": "Plato"}]}),
        (
            "author_1_given,author_1_family,author_2_organisation,author_1_roles",
            "A,B,Team X,author; editor",
            {"authors": [{"given": "A", "family": "B", "roles": ["author", "editor"]}, {"organisation": "Team X"}]},
        ),
        (
            "authors,author_1_orcid,author_1_affiliations",
            '"Wolf, S.",https://orcid.org/0000-0002-1825-0097,SADF;VUB',
            {
                "authors": [
                    {
                        "family": "Wolf",
                        "given": "S.",
                        "orcid": "https://orcid.org/0000-0002-1825-0097",
                        "affiliations": ["SADF", "VUB"],
                    }
                ]
            },
        ),
        ("keywords,archives", "NATO; Japan ;,CLOCKSS", {"keywords": ["NATO", "Japan"], "archives": ["CLOCKSS"]}),
        ("references", '"One.\n\nTwo; three."', {"references": [{"text": "One."}, {"text": "Two; three."}]}),
        ("reference_1_text,reference_1_doi", "One.,10.1234/a", {"references": [{"text": "One.", "doi": "10.1234/a"}]}),
        ("references.1.text,references.2.text", "One.,Two.", {"references": [{"text": "One."}, {"text": "Two."}]}),
        ("abstracts", '"One; two."', {"abstracts": ["One; two."]}),
        ("abstract_1_text,abstract_1_language", "Un,fr", {"abstracts": [{"text": "Un", "language": "fr"}]}),
        ("original_title.text,original_title.language", "T,de", {"original_title": {"text": "T", "language": "de"}}),
        ("version,free_to_read,licences", "2,yes,https://a.org/by", {"version": "2", "free_to_read": "yes", "licences": ["https://a.org/by"]}),
        ("funding.1.name,funding.1.awards", "EU,1;2", {"funding": [{"name": "EU", "awards": ["1", "2"]}]}),
        ("author_1_family,author_1_affiliation_1_place", "W,Ghent; Rome", {"authors": [{"family": "W", "affiliations": [{"place": ["Ghent", "Rome"]}]}]}),
        ("author_1_affiliation_1_ror,author_1_family", "https://ror.org/02twcfp32,W", {"authors": [{"affiliations": [{"ror": "https://ror.org/02twcfp32"}], "family": "W"}]}),
    ],
)  # fmt: skip
def test_what_a_column_means(tmp_path: Path, header: str, cells: str, data: dict[str, Any]) -> None:
    assert row(tmp_path, header, cells) == data


def test_an_author_without_a_comma_is_an_organisation_and_a_warning(tmp_path: Path) -> None:
    (record,), _ = read(tmp_path / "t.csv", 'title,authors\nx,"Wolf, S.; Team X"\n')
    assert record.data["authors"] == [{"family": "Wolf", "given": "S."}, {"organisation": "Team X"}]
    (finding,) = record.findings
    assert (finding.code, finding.severity.value, finding.stops) == ("author-without-comma", "warning", False)
    assert (finding.where.line, finding.where.column) == (2, 3)


@pytest.mark.parametrize(
    ("header", "code", "column", "hint"),
    [
        ("number,titel", "unknown-column", 8, "`title`"),
        ("number,title,Number", "duplicate-key", 14, "keep one"),
        ("author_1_famly", "unknown-column", 1, "`family`"),
        ("author_1_given_name", "unknown-column", 1, ""),
        ("funding.name.x", "unknown-column", 1, ""),
    ],
)
def test_a_header_with_a_fault_is_one_finding_and_no_rows(
    tmp_path: Path, header: str, code: str, column: int, hint: str
) -> None:
    records, (finding,) = read(tmp_path / "t.csv", header + "\na,b,c\n" * 3)
    assert records == []
    assert (finding.code, finding.where.line, finding.where.column) == (code, 1, column)
    assert hint in finding.hint
    assert "nothing below" in finding.hint


@pytest.mark.parametrize(
    ("header", "cells", "code"),
    [
        ("number,title", "1,a,b", "csv-cells"),
        ("keywords,keyword_1", "a,b", "csv-columns"),
        ("author_1_family,author_3_family", "a,b", "csv-columns"),
    ],
)
def test_a_row_with_a_fault_is_stopped_by_a_finding(tmp_path: Path, header: str, cells: str, code: str) -> None:
    (record,), _ = read(tmp_path / "t.csv", f"{header}\n{cells}\n")
    assert [(finding.code, finding.stops, finding.where.line) for finding in record.findings] == [(code, True, 2)]


def test_cells_know_their_place_also_behind_cells_of_several_lines(tmp_path: Path) -> None:
    text = '\ufeffnumber,title,references,doi\r\n1,"a ""b""","One.\r\nTwo.",10.1/a\r\n\r\n2,c,,"10.1/b"\r\n'
    first, second = read(tmp_path / "t.csv", text)[0]
    places = first.origin.places
    assert [(places[loc,].line, places[loc,].column) for loc in first.data] == [(2, 1), (2, 3), (2, 13), (3, 7)]
    assert [places[loc,].text_column for loc in first.data] == [1, None, None, 7]
    assert (places["title",].key_line, places["title",].key_column) == (1, 8)
    assert [(second.origin.places[loc,].line, second.origin.places[loc,].text_column) for loc in second.data] == [
        (5, 1),
        (5, 3),
        (5, 7),
    ]
    assert (second.origin.index, second.origin.places[()].line) == (1, 5)


@pytest.mark.parametrize(
    ("data", "records", "code", "line", "column"),
    [
        ("", 0, "file-empty", None, None),
        ("\n\n", 0, "no-record", 1, None),
        ("number,title\n", 0, "no-record", 1, None),
        ("number,title\n,\n", 0, "no-record", 1, None),
        ('number,title\n1,a\n2,"b\n3,c\n', 1, "csv-syntax", 3, None),
        ('number,title\n1,"a"b\n', 0, "csv-syntax", 2, None),
        ('number,title\n1,"' + "x\n" * 100_000, 0, "csv-syntax", 2, None),
        (b"number,title\n1,a\n2,caf\xe9\n3,c\n", 1, "file-encoding", 3, 6),
        (b"%PDF-1.7\n", 0, "file-binary", None, None),
        (b"number\n" + b"x" * 2_000_001, 0, "line-too-long", 2, None),
    ],
)
def test_a_file_that_is_no_table_says_why(
    tmp_path: Path, data: str | bytes, records: int, code: str, line: int | None, column: int | None
) -> None:
    found, (finding,) = read(tmp_path / "t.csv", data)
    assert len(found) == records
    assert (finding.code, finding.where.line, finding.where.column) == (code, line, column)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\ufeff"), max_size=12)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5), st.sampled_from(",;\t"), st.sampled_from("\n\r")
)
def test_what_a_spreadsheet_writes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], delimiter: str, end: str
) -> None:
    end = "\n" if end == "\n" else "\r\n"
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end)
    names = ("number", "title", "subtitle")
    writer.writerows([names, *rows])
    found, findings = read(tmp_path_factory.getbasetemp() / "round.csv", stream.getvalue())
    expected = [{name: cell for name, cell in zip(names, each, strict=True) if cell.strip()} for each in rows]
    assert [dict(record.data) for record in found] == [each for each in expected if each]
    assert [finding.code for finding in findings] == ([] if found else ["no-record"])
    lines = stream.getvalue().replace("\r\n", "\n").split("\n")
    for record in found:
        for name, cell in record.data.items():
            place = record.origin.places[name,]
            if place.text_column is not None:
                assert lines[place.line - 1][place.text_column - 1 :].startswith(str(cell))


def test_json_lines_are_read_line_by_line_and_a_broken_one_stops_no_other(tmp_path: Path) -> None:
    text = '\ufeff{"number": 012}\n{"number": 3.10}\n\n[1]\n"x"\n{"a": 1, "a": 2}\n{"b": \n{"c": {"d": "e"}}'
    records, findings = read(tmp_path / "t.jsonl", text)
    assert [dict(record.data) for record in records] == [{"number": "3.10"}, {"a": "1"}, {"c": {"d": "e"}}]
    assert [(finding.code, finding.where.line) for finding in findings] == [
        ("json-syntax", 1),
        ("record-shape", 4),
        ("record-shape", 5),
        ("json-syntax", 7),
    ]
    assert [finding.code for record in records for finding in record.findings] == ["duplicate-key"]
    assert [record.origin.index for record in records] == [1, 4, 6]
    place = records[2].origin.places["c", "d"]
    assert (place.line, place.column) == (8, 13)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60), st.sampled_from([".csv", ".jsonl", ".tsv"]), st.booleans())
def test_no_bytes_break_the_tables(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str, with_header: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / f"bytes{suffix}"
    path.write_bytes((b"number,title\n" if with_header else b"") + data)
    for each in read_path(path):
        if isinstance(each, Finding):
            assert each.where.file == str(path)
        else:
            assert () in each.origin.places


def peak(path: Path) -> int:
    tracemalloc.start()
    try:
        for each in read_path(path):
            assert isinstance(each, RawRecord)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_memory_does_not_grow_with_the_table(tmp_path: Path, suffix: str) -> None:
    line = '1,T,"Wolf, S."\n' if suffix == ".csv" else '{"number": 1, "title": "T", "authors": [{"family": "Wolf"}]}\n'
    peaks = []
    for count in (500, 10_000):
        path = tmp_path / f"{count}{suffix}"
        path.write_text(("number,title,authors\n" if suffix == ".csv" else "") + line * count)
        peak(path)
        peaks.append(peak(path))
    assert peaks[1] < 1.2 * peaks[0]


HEAD = "number,title"
TABLE = [{"number": "1", "title": "Zoë"}, {"number": "2", "title": "b"}]


@pytest.mark.parametrize(
    "data",
    [
        f"{HEAD}\n1,Zoë\n2,b\n".encode(),
        f"\ufeff{HEAD}\r\n1,Zoë\r\n2,b".encode(),
        f"{HEAD}\r1,Zoë\r2,b\r".encode(),
        f"sep=;\r\n{HEAD.replace(',', ';')}\r\n1;Zoë\r\n2;b\r\n".encode(),
        f"SEP=,\n{HEAD}\n1,Zoë\n2,b\n".encode(),
        f"{HEAD}\n1,Zoë\n2,b\n".encode("utf-16"),
        f"\ufeff{HEAD}\n1,Zoë\n2,b\n".replace(",", "\t").encode("utf-16-be"),
        f"{HEAD},,\n1,Zoë,,\n2,b,,\n,,,\n".encode(),
    ],
)
def test_tables_as_spreadsheets_save_them(tmp_path: Path, data: bytes) -> None:
    records, findings = read(tmp_path / "t.csv", data)
    assert findings == []
    assert [dict(record.data) for record in records] == TABLE
    assert [record.findings for record in records] == [(), ()]


def test_a_value_below_no_name_is_told_at_its_row(tmp_path: Path) -> None:
    records, findings = read(tmp_path / "t.csv", f"{HEAD},\n1,Zoë,\n2,b,lost\n")
    assert findings == []
    assert [[(one.code, one.where.line) for one in record.findings] for record in records] == [
        [],
        [("column-unnamed", 3)],
    ]


@pytest.mark.parametrize("data", ["a," * 300_000, ",".join(f"a{number}" for number in range(4_000))])
def test_a_table_with_any_number_of_columns_is_answered_at_once(tmp_path: Path, data: str) -> None:
    begun = time.process_time()
    _, findings = read(tmp_path / "t.csv", data + "\n1\n")
    assert time.process_time() - begun < 5
    assert 0 < len(findings) <= 50
