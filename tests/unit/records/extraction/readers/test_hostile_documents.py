"""Broken and hostile documents: a clear answer within two seconds and 200 MB, measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import hostile_documents
from hostile_documents import HOSTILE, prepare

# Twice and more of what is promised, because the machine that runs the tests does other things too.
SECONDS = 6.0
KILOBYTES = 260_000

pytestmark = [pytest.mark.slow, pytest.mark.acceptance]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile")
    assert list(prepare(path)) == list(HOSTILE)
    return path


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_the_answer_is_clear_and_bounded(name: str, folder: Path) -> None:
    script = Path(hostile_documents.__file__)
    child = subprocess.run(
        [sys.executable, script, name, folder], capture_output=True, text=True, timeout=60, check=False
    )
    assert child.returncode == 0, child.stderr[-2000:]
    found = json.loads(child.stdout)
    assert set(found["codes"]) <= HOSTILE[name][2]
    assert found["seconds"] < SECONDS
    assert found["kilobytes"] < KILOBYTES


def test_a_file_of_200_mb_is_told_by_its_size_alone(tmp_path: Path) -> None:
    from doideposit.records.extraction.readers.opening import open_document

    path = tmp_path / "large.docx"
    with path.open("wb") as stream:
        stream.truncate(200_000_000)
    (finding,) = open_document(path).findings
    assert finding.code == "file-too-large"
