"""What a header cites without a place in the text, and whether it calls the document published."""

from pathlib import Path

import pytest

from doideposit.findings import Severity
from doideposit.records.extraction.readers.opening import open_document
from doideposit.records.extraction.readers.text import read_text

BIB = "".join(
    f"@book{{{key}, author={{Keller, Ana}}, title={{Salt {key}}}, year={{2020}}, publisher={{Quay}}}}\n"
    for key in "abc"
)


@pytest.mark.parametrize(
    ("nocite", "count"),
    [("", 1), ("nocite: '@b'\n", 2), ("nocite: |\n  @b, @c\n", 3), ("nocite: |\n  @*\n", 3), ("nocite: ['@c']\n", 2)],
)
def test_nocite_cites_too(tmp_path: Path, nocite: str, count: int) -> None:
    (tmp_path / "refs.bib").write_text(BIB, encoding="utf-8")
    text = f"---\ntitle: Salt\nauthor: Ana Keller\nbibliography: refs.bib\n{nocite}---\n\nSalt is old [@a].\n"
    (tmp_path / "a.qmd").write_text(text, encoding="utf-8")
    assert len(open_document(tmp_path / "a.qmd").properties.references) == count


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("draft: true", "a.md"), ("draft: yes", "a.md"), ("published: false", "a.md"), ("status: draft", "a.md"),
        ("visibility: private", "a.md"), ("build: {render: never}", "a.md"), ("layout: post", "_drafts/a.md"),
    ],
)  # fmt: skip
def test_a_draft_says_so(line: str, name: str) -> None:
    found = read_text(f"---\ntitle: Salt\n{line}\n---\n\nText.\n", file=name).findings
    assert [(one.code, one.severity) for one in found if one.code.startswith("document")] == [
        ("document-draft", Severity.WARNING)
    ]


@pytest.mark.parametrize("line", ["draft: false", "published: true", "published: 2023-09-14", "status: final"])
def test_what_is_published_is_not_called_a_draft(line: str) -> None:
    found = read_text(f"---\ntitle: Salt\n{line}\n---\n\nText.\n", file="a.md").findings
    assert not [one for one in found if one.code.startswith("document")]
