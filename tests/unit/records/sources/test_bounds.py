"""Hostile files of a megabyte: each gets an answer soon, and no more findings than a person can read."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from doideposit.records.models.series import Series
from doideposit.records.sources.parsing import ParsedRecord
from doideposit.records.sources.reading import read_text

SERIES = {"x": Series.model_validate({"name": "x", "title": "T", "issn": "2406-5617", "prefix": "10.48251"})}
HEAD = "series: x\nnumber: 1\ntitle: T\npublished: 2023\n"
ONE = HEAD + "authors: [{family: W}]\n"
HOSTILE = {
    "unknown keys": (ONE + "".join(f"k{number}: 1\n" for number in range(900)), "faults-not-listed"),
    "keys without end": (ONE + "".join(f"k{number}: 1\n" for number in range(50_000)), "too-many-values"),
    "authors": (HEAD + "authors: [" + "{family: W}, " * 60_000 + "]\n", "list-too-long"),
    "references by an alias": (ONE + "references: [&a {text: A. (2020). B.}, " + "*a, " * 60_000 + "]\n", "list-too-long"),
    "comments": (ONE + "keywords:\n" + "".join(f" - a #b{number}\n" for number in range(50_000)), "yaml-comment"),
    "a title": (ONE.replace("title: T", "title: " + "a b " * 2_000_000), "text-too-long"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "code"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_answered_soon_and_in_few_words(text: str, code: str) -> None:
    begun = time.process_time()
    found = read_text(text, file="c.yaml")
    findings = [
        *found.findings,
        *(each for raw in found.records for each in ParsedRecord.of(raw, series=SERIES).findings),
    ]
    assert time.process_time() - begun < 10
    assert code in {finding.code for finding in findings}
    assert len(findings) <= 501


TEN_MB = 10_000_000
RECORD = '{"series": "x", "number": "1", "title": "T", "published": "2023", "authors": [{"family": "W"}]'
BIG = {
    "keys.yaml": lambda: (ONE, (f"key{number}: x\n" for number in range(TEN_MB))),
    "keys.json": lambda: (RECORD, (f', "key{number}": "x"' for number in range(TEN_MB))),
    "lists.json": lambda: (RECORD + ', "x": [[]', (", []" for _ in range(TEN_MB))),
    "entries.yaml": lambda: (ONE + "references:\n", ("  - {text: A. (2020). B.}\n" for _ in range(TEN_MB))),
    "aliases.yaml": lambda: (ONE + "references:\n  - &r {text: A.}\n", ("  - *r\n" for _ in range(TEN_MB))),
    "twice.yaml": lambda: (ONE, ("title: x\n" for _ in range(TEN_MB))),
    "records.yaml": lambda: ("", (f"- {{series: x, number: {number}, title: T}}\n" for number in range(TEN_MB))),
    "columns.csv": lambda: ("series,number,title", (f",column{number}" for number in range(TEN_MB))),
    "title.yaml": lambda: (HEAD.replace("title: T", "title: T"), ("  and more\n" for _ in range(TEN_MB))),
    "deep.yaml": lambda: (ONE + "x: ", ("[" for _ in range(TEN_MB))),
}
ENDS = {"keys.json": "}", "lists.json": "]}"}
READ = """
import resource, sys
from pathlib import Path
from doideposit.records.models.series import Series
from doideposit.records.sources.reading import read_path
from doideposit.records.sources.parsing import ParsedRecord
series = {"x": Series.model_validate({"name": "x", "title": "T", "issn": "2406-5617", "prefix": "10.48251"})}
before = resource.getrusage(resource.RUSAGE_SELF)
found = 0
for one in read_path(Path(sys.argv[1])):
    found += len(ParsedRecord.of(one, series=series).findings) if hasattr(one, "data") else 1
after = resource.getrusage(resource.RUSAGE_SELF)
# `ru_maxrss` counts what the parent had when this was started; VmHWM is of this program alone.
status = Path("/proc/self/status")
rows = status.read_text().splitlines() if status.exists() else []
most = next((int(row.split()[1]) for row in rows if row.startswith("VmHWM")), after.ru_maxrss)
print(found, after.ru_utime - before.ru_utime, most // 1024)
"""


def filled(name: str) -> Iterator[str]:
    """Yield a text of ten megabytes."""
    head, parts = BIG[name]()
    yield head
    size = len(head)
    for part in parts:
        if size + len(part) > TEN_MB:
            break
        size += len(part)
        yield part
    yield ENDS.get(name, "")


@pytest.mark.slow
@pytest.mark.acceptance
@pytest.mark.skipif(sys.platform == "win32", reason="the operating system does not tell the memory")
@pytest.mark.parametrize("name", BIG)
def test_ten_megabytes_cost_ten_seconds_and_300_megabytes_at_most(tmp_path: Path, name: str) -> None:
    """In a process of its own, because memory is given back to no other way; processor time, because others work too."""
    path = tmp_path / name
    path.write_text("".join(filled(name)), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found, seconds, megabytes = done.stdout.split()
    assert 0 < int(found) <= 501
    assert float(seconds) < 10
    assert int(megabytes) < 300
