"""A DOI is written at its reference and nothing else is touched; a kill leaves the old file or the new one."""

import os
import signal
import sys
from pathlib import Path

import pytest

from depositing import SERIES
from doideposit.findings import Finding, Where
from doideposit.health.accepting import AcceptedReference
from doideposit.records.identifiers import Doi

OF = Doi.parse("10.48251/SADF.ISSN.2406-5617.C258")
FOUND = Doi.parse("10.5555/found")
HEAD = """series: sadf-comment
number: 258   # as printed
title: On rivers
authors: [{family: Sen}]
published: 2023
url: https://www.sadf.eu/comment-258/
"""
ONE = AcceptedReference(2, "Gray, B. (2001). On small islands. https://example.org/gray", FOUND)
FORMS = {
    "block": (
        "references:\n- text: Sen. # first\n\n- text: 'Gray, B. (2001). On small islands.'\n  url: https://example.org/gray # here\n",
        "  url: https://example.org/gray # here\n",
        "  url: https://example.org/gray # here\n  doi: 10.5555/found\n",
    ),
    "flow": (
        "references: [{text: Sen.}, {text: 'Gray, B. (2001). On small islands.', url: https://example.org/gray}] # all\n",
        "url: https://example.org/gray}",
        "url: https://example.org/gray, doi: 10.5555/found}",
    ),
    "replaced": (
        "references:\n  - text: Sen.\n  - doi: 10.5555/dead   # copied\n    text: Gray, B. (2001). On small islands. https://example.org/gray\n",
        "doi: 10.5555/dead   # copied",
        "doi: 10.5555/found   # copied",
    ),
}


def accept(path: Path, one: AcceptedReference = ONE) -> tuple[Where, ...] | Finding:
    return AcceptedReference.write_all(path, OF, [one], {SERIES.name: SERIES})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_nothing_but_the_doi_changes(tmp_path: Path, form: str, newline: str) -> None:
    listed, old, new = FORMS[form]
    path = tmp_path / "c258.yaml"
    path.write_text(HEAD + listed, newline=newline)
    written = accept(path)
    assert not isinstance(written, Finding), written
    expected = (HEAD + listed.replace(old, new)).replace("\n", newline)
    assert path.read_bytes() == expected.encode()
    again = accept(path)
    assert not isinstance(again, Finding)
    assert path.read_bytes() == expected.encode(), "a second time changes nothing"


def test_the_record_of_a_list_is_found_by_its_doi(tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    other = HEAD.replace("258", "7")
    path.write_text(f"{other}---\n{HEAD}{FORMS['block'][0]}")
    assert not isinstance(accept(path), Finding)
    assert path.read_text() == f"{other}---\n{HEAD}{FORMS['block'][0].replace(*FORMS['block'][1:])}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEAD, "reference-changed"),
        (HEAD + "references: [{text: Other}, {text: Another}]\n", "reference-changed"),
        (HEAD.replace("258", "7"), "reference-no-record"),
        ("series: [", "reference-no-record"),
        # The same words twice, and neither at the number: nobody can say which is meant.
        (HEAD + "references: [{text: A}, {text: B}, " + ", ".join(["{text: '" + ONE.text + "'}"] * 2) + "]\n", "reference-changed"),
        (HEAD + "references: [{text: A}, &gray {text: '" + ONE.text + "'}, *gray]\n", ""),
    ],
)  # fmt: skip
def test_where_it_is_not_certain_the_file_stays(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "c258.yaml"
    path.write_text(text)
    refused = accept(path)
    assert isinstance(refused, Finding)
    assert not code or refused.code == code
    assert path.read_text() == text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the run that is killed is a fork of this one")
def test_a_kill_at_any_step_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    listed, old, new = FORMS["block"]
    before, after = (HEAD + listed).encode(), (HEAD + listed.replace(old, new)).encode()
    path = tmp_path / "c258.yaml"
    accept(path)  # What is imported on first use is imported by now.
    seen = set()
    for at in range(1, 200):
        path.write_bytes(before)
        child = os.fork()
        if child == 0:
            left = at

            def count(event: str, _arguments: object) -> None:
                nonlocal left
                if event.startswith(("open", "os.", "tempfile.", "shutil.")):
                    left -= 1
                    if left == 0:
                        os.kill(os.getpid(), signal.SIGKILL)

            try:
                sys.addaudithook(count)
                accept(path)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        seen.add(path.read_bytes())
        assert path.read_bytes() in {before, after}
        if not os.WIFSIGNALED(status):
            assert path.read_bytes() == after
            break
    assert seen == {before, after}
    assert at > 5
