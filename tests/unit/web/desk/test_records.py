"""Record files of the pages: edited as small as possible, and never written over what somebody else wrote."""

from pathlib import Path
from typing import Any

import pytest

from doideposit.errors import UsageError
from doideposit.web.desk.form import RecordForm
from doideposit.web.desk.records import RecordFile
from finished_documents import SERIES

RECORD = """\
# Comment 300, proofread by Ada
series: sadf-comment
number: 300
title: "Salt and silence"    # as printed
published: 2021-05-04
authors:
  - {given: Ada, family: Byron, affiliations: [Forum]}   # first
  - organisation: River Group
abstracts: |
  What it is about.
references:
  - One.
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "c300.yaml"
    made.write_text(RECORD, "utf-8")
    return made


def data_of(path: Path) -> dict[str, Any]:
    found = RecordFile.load(path)
    assert found is not None
    return RecordForm.opened(found)


def test_a_changed_title_changes_one_line(path: Path) -> None:
    data = data_of(path) | {"title": "Salt, silence and rain"}
    RecordFile.save(path, data, seen=RecordFile.fingerprint(path), schema=None)
    before, after = RECORD.splitlines(), path.read_text("utf-8").splitlines()
    assert [line for line in after if line not in before] == ['title: "Salt, silence and rain"    # as printed']
    assert len(before) == len(after)


def test_an_unchanged_record_leaves_every_byte(path: Path) -> None:
    RecordFile.save(path, data_of(path), seen=RecordFile.fingerprint(path), schema=None)
    assert path.read_text("utf-8") == RECORD


@pytest.mark.parametrize("action", ["authors.add", "authors[0].down", "authors[1].remove", "references.add"])
def test_what_was_changed_is_read_again(path: Path, action: str) -> None:
    data = RecordForm(data_of(path)).apply(action)
    data["authors"] = [each or {"family": "Hopper"} for each in data["authors"]]
    data["references"] = [each or {"text": "Two."} for each in data["references"]]
    RecordFile.save(path, data, seen=RecordFile.fingerprint(path), schema=None)
    assert data_of(path) == data
    assert path.read_text("utf-8").startswith("# Comment 300, proofread by Ada\n")


def test_what_somebody_else_wrote_is_not_written_over(path: Path) -> None:
    seen = RecordFile.fingerprint(path)
    path.write_text(RECORD + "# more\n", "utf-8")
    with pytest.raises(UsageError, match="changed by somebody else"):
        RecordFile.save(path, {"title": "Mine"}, seen=seen, schema=None)
    with pytest.raises(UsageError, match="already"):
        RecordFile.save(path, {"title": "Mine"}, seen="", schema=None)
    assert path.read_text("utf-8") == RECORD + "# more\n"


def test_a_record_is_found_by_its_doi_whether_it_names_it_or_not(path: Path, tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("series: sadf-comment\nnumber: 1\ndoi: https://doi.org/10.48251/OTHER\n", "utf-8")
    (tmp_path / "broken.yaml").write_text("title: [", "utf-8")
    assert (RecordFile.find(tmp_path, "10.48251/sadf.issn.2406-5617.c300", SERIES) or (None,))[0] == path
    assert (RecordFile.find(tmp_path, "10.48251/other", SERIES) or (None,))[0] == tmp_path / "b.yaml"
    assert RecordFile.find(tmp_path, "10.48251/none", SERIES) is None
    assert RecordFile.find(tmp_path / "absent", "10.48251/none", SERIES) is None


@pytest.mark.parametrize(
    ("number", "name"), [("258", "s-258.yaml"), ("../../etc", "s-etc.yaml"), ("12/3 ü", "s-12-3.yaml")]
)
def test_names_of_new_files(number: str, name: str) -> None:
    assert RecordFile.path_for({"series": "s", "number": number}, Path("records")) == Path("records") / name


def test_a_record_without_a_number_has_no_file() -> None:
    with pytest.raises(UsageError, match="needs a number"):
        RecordFile.path_for({"number": "../"}, Path("records"))
