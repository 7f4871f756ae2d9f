"""Hostile files of a megabyte: each gets an answer soon, and no more findings than a person can read."""

import time

import pytest

from doideposit.records.models.series import Series
from doideposit.records.sources.parsing import parse
from doideposit.records.sources.structured import read

SERIES = {"x": Series.model_validate({"name": "x", "title": "T", "issn": "2406-5617", "prefix": "10.48251"})}
HEAD = "series: x\nnumber: 1\ntitle: T\npublished: 2023\n"
ONE = HEAD + "authors: [{family: W}]\n"
HOSTILE = {
    "unknown keys": (ONE + "".join(f"k{number}: 1\n" for number in range(50_000)), "faults-not-listed"),
    "authors": (HEAD + "authors: [" + "{family: W}, " * 60_000 + "]\n", "list-too-long"),
    "references by an alias": (ONE + "references: [&a {text: A. (2020). B.}, " + "*a, " * 60_000 + "]\n", "list-too-long"),
    "comments": (ONE + "keywords:\n" + "".join(f" - a #b{number}\n" for number in range(50_000)), "yaml-comment"),
    "a title": (ONE.replace("title: T", "title: " + "a b " * 2_000_000), "text-too-long"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "code"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_answered_soon_and_in_few_words(text: str, code: str) -> None:
    begun = time.perf_counter()
    found = read(text, file="c.yaml")
    findings = [*found.findings, *(each for raw in found.records for each in parse(raw, series=SERIES).findings)]
    assert time.perf_counter() - begun < 10
    assert code in {finding.code for finding in findings}
    assert len(findings) <= 501
