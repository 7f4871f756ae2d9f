"""Files of references: what an entry says, what a text cites of them, and what is broken."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doideposit.findings import Severity
from doideposit.records.extraction.drafting import draft_of
from doideposit.records.extraction.readers.opening import open_document
from doideposit.records.models.references import Reference
from doideposit.records.origin import Place, RawRecord
from doideposit.records.sources.bibliography import Bibliography
from doideposit.records.sources.reading import read_path

BIB = r"""
@string{jox = "Journal of X"}
@comment{nothing}

@article{garcia2020,
  author = {Garc{\'\i}a M{\'a}rquez, Gabriel and {Island Institute} and Ludwig van der Berg},
  title = {On {NATO} \& 100\% \"Uber---ein Wort},
  journal = jox, year = 2020, volume = 3, number = {2}, pages = {12--19},
  doi = {https://doi.org/10.1000/a\_b},
  url = {https://example.org/a%20b}
}

@techreport{isl19, author = {{Island Institute}}, title = {Boats}, institution = {Ministry}, year = {2019}, series =
{Papers}, edition = {2nd}, isbn = {978-3-16-148410-0}}
@incollection{ch1, author={Keller, Ana}, title={A chapter}, booktitle={The Book}, date={2018-05-01}, publisher={Press}}
@misc{web, title = {A page}, howpublished = {\url{https://example.org/x_y#z}}, note = {accessed}}
@misc{arx, title = {Preprint}, eprint = {1706.03762}, archivePrefix = {arXiv}, year = 2017, author = {V. Ashish and
others}}
"""
RIS = """TY  - JOUR
AU  - Keller, Ana
AU  - Müller, Zoë
TI  - Boats & lists
T2  - Journal of Boats
VL  - 3
IS  - 2
SP  - 10
EP  - 20
PY  - 2020/05/
DO  - doi:10.1000/x
UR  - https://example.org/x
ER  -

TY  - RPRT
A1  - Island Institute
T1  - A report
Y1  - 2019
PB  - NIST
ER  -
"""
CSL = [
    {
        "id": "wolf", "type": "article-journal", "title": "Rivers", "container-title": "J Rivers", "volume": 4,
        "page": "7-9", "DOI": "10.1000/R", "author": [{"family": "Wolf", "given": "Siegfried O.", "non-dropping-particle": "von"}],
        "issued": {"date-parts": [[2021, 3]]},
    },
    {"id": "nist", "type": "webpage", "title": "A page", "URL": "https://doi.org/10.1000/page", "author": [{"literal": "NIST"}]},
]  # fmt: skip


def read(folder: Path, name: str, text: str) -> Bibliography:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return Bibliography.read([path])


def test_bibtex_with_accents_names_and_addresses(tmp_path: Path) -> None:
    found = read(tmp_path, "a.bib", BIB)
    assert not found.findings
    by_key = {work.key: dict(work.fields) for work in found.works}
    assert by_key["garcia2020"] == {
        "key": "garcia2020",
        "type": "journal_article",
        "author": "García Márquez",
        "article_title": "On NATO & 100% Über—ein Wort",
        "journal_title": "Journal of X",
        "year": "2020",
        "volume": "3",
        "issue": "2",
        "first_page": "12",
        "doi": "10.1000/a_b",
        "url": "https://example.org/a%20b",
        "text": "García Márquez, G., Island Institute, & van der Berg, L. (2020). On NATO & 100% Über—ein Wort. "
        "Journal of X, 3(2), 12–19.",
    }
    assert (by_key["isl19"]["author"], by_key["isl19"]["volume_title"], by_key["isl19"]["edition"]) == (
        "Island Institute", "Boats", "2",
    )  # fmt: skip
    assert (by_key["ch1"]["article_title"], by_key["ch1"]["volume_title"], by_key["ch1"]["year"]) == (
        "A chapter", "The Book", "2018",
    )  # fmt: skip
    assert by_key["web"]["url"] == "https://example.org/x_y#z"
    assert (by_key["arx"]["url"], by_key["arx"]["author"]) == ("https://arxiv.org/abs/1706.03762", "Ashish")
    assert [work.place.line for work in found.works] == [5, 13, 15, 16, 17]


def test_ris(tmp_path: Path) -> None:
    found = read(tmp_path, "a.ris", RIS)
    first, second = (dict(work.fields) for work in found.works)
    assert (first["doi"], first["author"], first["first_page"], first["year"], first["journal_title"]) == (
        "10.1000/x", "Keller", "10", "2020", "Journal of Boats",
    )  # fmt: skip
    assert (second["type"], second["volume_title"], second["author"]) == ("report", "A report", "Island Institute")
    assert [work.place.line for work in found.works] == [1, 15]


@pytest.mark.parametrize("wrapped", [False, True])
def test_json_of_csl(tmp_path: Path, wrapped: bool) -> None:
    found = read(tmp_path, "a.json", json.dumps({"references": CSL} if wrapped else CSL, indent=1))
    first, second = (dict(work.fields) for work in found.works)
    assert (first["author"], first["year"], first["volume"], first["doi"]) == ("von Wolf", "2021", "4", "10.1000/R")
    assert second == {"key": "nist", "type": "web_resource", "doi": "10.1000/page", "author": "NIST",
                      "article_title": "A page", "text": "NIST. A page."}  # fmt: skip
    assert found.works[1].place.line > found.works[0].place.line


@pytest.mark.parametrize(
    ("name", "text", "code", "line"),
    [
        ("a.bib", "@article{a, title = {x}}\n\n@misc{b, title = {No end\n", "bibliography-syntax", 3),
        ("a.bib", "@misc{a, title={x}, title={y}}\n", "bibliography-syntax", 1),
        ("a.bib", "@misc{a, title={x}}\n@misc{a, title={y}}\n", "bibliography-key", 2),
        ("a.ris", "TY  - JOUR\nTI  - x\n\nTY  - BOOK\nTI  - y\nER  - \n", "bibliography-syntax", 1),
        ("a.json", '[{"title": "x"},\n]', "json-syntax", 2),
        ("a.json", '{"name": "package", "version": "1"}', "bibliography-kind", 1),
        ("a.txt", "x", "bibliography-kind", None),
        ("a.bib", "", "file-empty", None),
    ],
)
def test_what_is_broken_is_said_at_its_line(tmp_path: Path, name: str, text: str, code: str, line: int | None) -> None:
    found = read(tmp_path, name, text)
    assert [(each.code, each.where.line) for each in found.findings] == [(code, line)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("As [@a] and [see @b, p. 3; -@c] say.", ["a", "b", "c"]),
        ("@a says so, and @b [p. 3] too.", ["a", "b"]),
        ("Braces [@{https://x.org/a}] and ends [@a.].", ["https://x.org/a", "a"]),
        ("mail ana@example.org and `[@code]`\n\n```\n[@block]\n```\n<!-- [@comment] -->", []),
        ("See @fig-one and @tbl-two, @sec-x.", []),
        (r"As \cite{a,b} and \citep[p. 3]{c}.", ["a", "b", "c"]),
        ("Twice [@a; @a].", ["a"]),
    ],
)
def test_what_a_text_cites(text: str, keys: list[str]) -> None:
    entries = [
        ({"id": key, "title": key}, Place(1, 1))
        for key in dict.fromkeys(["x", *keys, "code", "block", "comment", "fig-one", "tbl-two", "sec-x", "example.org"])
    ]
    found = Bibliography.of_csl(entries).cited_in(text, file="a.md")
    # A text that cites nothing by key has all entries, and a finding says so.
    assert [finding.code for finding in found.findings] == ([] if keys else ["bibliography-whole"])
    assert not keys or [work.key for work in found.works] == keys


PAGE = (
    "---\ntitle: A\nauthor: Ana Keller\ndate: 2024-01-01\nseries: s\nnumber: 7\nbibliography: refs.bib\n{}---\n\n{}\n"
)


def header_record(folder: Path, body: str, more: str = "") -> RawRecord:
    (folder / "refs.bib").write_text(BIB, encoding="utf-8")
    path = folder / "a.md"
    path.write_text(PAGE.format(more, body), encoding="utf-8")
    (raw,) = read_path(path)
    assert isinstance(raw, RawRecord)
    return raw


def keys_of(raw: RawRecord) -> list[str]:
    references: Any = raw.data["references"]
    return [each["key"] for each in references]


def test_a_header_takes_what_its_text_cites_in_its_order(tmp_path: Path) -> None:
    raw = header_record(tmp_path, "First [@web], then [@garcia2020], and [@nobody].")
    assert keys_of(raw) == ["web", "garcia2020"]
    assert [(each.code, each.where.line) for each in raw.findings] == [("citation-unknown", 10)]
    where = raw.origin.where(("references", 1, "doi"))
    assert (Path(where.file or "").name, where.line) == ("refs.bib", 5)


def test_without_keys_all_are_taken_with_a_word(tmp_path: Path) -> None:
    raw = header_record(tmp_path, "Nothing is cited.")
    assert len(keys_of(raw)) == 5
    assert [(each.code, each.severity) for each in raw.findings] == [("bibliography-whole", Severity.INFO)]
    assert len(keys_of(header_record(tmp_path, "Only [@web].", "nocite: '@*'\n"))) == 5
    assert keys_of(header_record(tmp_path, "Only [@web].", "nocite: '@isl19'\n")) == ["web", "isl19"]


def test_references_within_the_header(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "---\ntitle: A\nauthor: Ana Keller\ndate: 2024-01-01\nseries: s\nnumber: 7\nreferences:\n- id: wolf\n  type: book\n  title: Rivers\n  author:\n  - family: Wolf\n---\n\nSee [@wolf].\n"
    )
    (raw,) = read_path(path)
    assert isinstance(raw, RawRecord)
    assert raw.data["references"] == [
        {"key": "wolf", "type": "book", "text": "Wolf. Rivers.", "author": "Wolf", "volume_title": "Rivers"}
    ]
    assert raw.origin.where(("references", 0)).line == 8


def test_a_record_file_names_its_references(tmp_path: Path) -> None:
    (tmp_path / "refs.ris").write_text(RIS, encoding="utf-8")
    path = tmp_path / "r.yaml"
    path.write_text("title: A\nreferences_file: refs.ris\n", encoding="utf-8")
    (raw,) = read_path(path)
    assert isinstance(raw, RawRecord)
    assert "references_file" not in raw.data
    assert len(raw.data["references"]) == 2  # type: ignore[arg-type]
    path.write_text("title: A\nreferences_file: [none.bib]\nreferences: []\n", encoding="utf-8")
    (raw,) = read_path(path)
    assert isinstance(raw, RawRecord)
    assert [each.code for each in raw.findings] == ["file-missing"]
    path.write_text("title: A\nreferences_file: refs.ris\nreferences: [{text: x}]\n", encoding="utf-8")
    (raw,) = read_path(path)
    assert isinstance(raw, RawRecord)
    assert [(each.code, each.where.line) for each in raw.findings] == [("references-both", 2)]


def test_a_draft_has_them_too(tmp_path: Path) -> None:
    header_record(tmp_path, "As [@garcia2020] says.")
    draft = draft_of(open_document(tmp_path / "a.md"))
    assert draft.data["references"][0]["doi"] == "10.1000/a_b"
    assert "references-missing" not in {each.code for each in draft.findings}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["family", "given", "literal", "date-parts", "raw"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "id",
                "type",
                "title",
                "author",
                "editor",
                "issued",
                "DOI",
                "URL",
                "page",
                "ISBN",
                "ISSN",
                "edition",
                "volume",
            ]
        ),
        JSON,
        max_size=8,
    )
)
def test_any_entry_gives_texts_and_never_fails(item: dict[str, Any]) -> None:
    for work in Bibliography.of_csl([(item, Place(1, 1))]).works:
        assert all(isinstance(value, str) and value for value in work.fields.values())
        assert work.fields.keys() <= Reference.model_fields.keys()
