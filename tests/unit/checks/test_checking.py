"""Records are checked one after the other, in order, and none is asked for before its turn."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from lxml import etree

from depositing import DEPOSITOR, SERIES, commentary, validator
from doideposit.checks.checking import MOST_FAULTY, Checker
from doideposit.checks.values import Checked, Input
from doideposit.crossref.validator.validator import Validator
from doideposit.crossref.xml.batch import Built
from doideposit.findings import Finding, Severity, Where
from doideposit.records.identifiers import Doi


def checker(instead: object = None, *, without_schema: bool = False) -> Checker:
    def missing() -> Validator:
        raise RuntimeError("there is no schema")

    def other() -> Validator:
        return cast(Validator, instead)

    return Checker(
        series={SERIES.name: SERIES},
        validator=missing if without_schema else other if instead else validator,
        depositor=DEPOSITOR,
        clock=lambda: datetime(2026, 9, 1, tzinfo=UTC),
    )


def record(number: int, **changes: Any) -> dict[str, Any]:
    fields = {"series": SERIES.name, "number": str(number), "title": f"The tide of day {number} and what it left"}
    return fields | {"published": "2023-09-14", "authors": [{"given": "Ada", "family": "Mariner"}]} | changes


def test_a_doi_that_is_registered_keeps_its_old_characters() -> None:
    series = SERIES.model_copy(update={"doi": "{prefix}/{any}"})
    old = "10.48251/SADF(2003)12:1<12:T>2.0.CO;2"
    own = Checker(series={series.name: series}, validator=validator, depositor=DEPOSITOR)
    fields = record(12, doi=old, url="https://www.sadf.eu/12/")
    [new] = own.read([fields])
    assert "doi-suffix-character" in {one.code for one in new.findings}
    [known] = own.knowing(lambda doi, _number: doi.printed == old).read([fields])
    assert "doi-suffix-character" not in {one.code for one in known.findings}
    assert known.ok


def test_the_rest_of_a_file_with_errors_throughout_is_not_looked_at(tmp_path: Path) -> None:
    faulty, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    faulty.write_text("{}\n" * (MOST_FAULTY + 5), encoding="utf-8")
    other.write_text("{}\n", encoding="utf-8")
    *told, last, of_the_other = checker().read([tmp_path])
    assert len(told) == MOST_FAULTY
    assert [(one.code, one.where.file) for one in last.findings] == [("file-faulty-throughout", str(faulty))]
    assert of_the_other.findings[0].where.file == str(other)


def test_of_a_device_no_more_is_read_than_of_a_file(tmp_path: Path) -> None:
    endless = tmp_path / "a.xml"
    endless.symlink_to("/dev/zero")
    found = Checker.load_deposit_file(endless, limit=1_000)
    assert isinstance(found, Finding)
    assert found.code == "file-too-large"


def until_it_fails(results: Iterable[Checked]) -> tuple[list[Checked], Exception]:
    before: list[Checked] = []
    with pytest.raises((OSError, RuntimeError)) as failed:  # noqa: PT012
        for one in results:
            before.append(one)  # noqa: PERF402 (the list must have what came before the failure)
    return before, failed.value


def numbers(results: Iterable[Checked]) -> list[str]:
    return [one.record.commentary.number if one.record else "-" for one in results]


def test_a_mapping_that_is_filled_anew_for_each_record_is_read_in_time() -> None:
    def same() -> Iterator[Input]:
        fields = record(0)
        for number in range(5):
            fields["number"] = str(number)
            yield fields

    assert numbers(checker().read(same())) == [str(number) for number in range(5)]


def test_a_file_of_xml_that_is_gone_afterwards_is_read_in_time(tmp_path: Path) -> None:
    path = tmp_path / "one.xml"

    def passing() -> Iterator[Input]:
        for number in (1, 2):
            yield record(number)
            path.write_bytes(Built.of(DEPOSITOR.head("batch", 20230914000000000), [commentary(number)]).xml)
            yield path
            path.unlink()

    found = list(checker().read(passing()))
    assert [one.ok for one in found] == [True] * 4
    assert [str(one.items[0].doi)[-1] for one in found] == ["1", "1", "2", "2"]


@pytest.mark.parametrize("failing", [0, 1, 5])
def test_what_came_before_a_failure_comes_out_first(failing: int) -> None:
    def breaking() -> Iterator[Input]:
        yield from map(record, range(failing))
        raise OSError("the disk is gone")

    before, failure = until_it_fails(checker().read(breaking()))
    assert numbers(before) == [str(number) for number in range(failing)]
    assert str(failure) == "the disk is gone"


def test_without_a_schema_the_records_before_the_first_verdict_come_out() -> None:
    wrong = {"title": "—"}
    given = [record(1, **wrong), {}, record(2, **wrong), record(3), record(4, **wrong)]
    before, failure = until_it_fails(checker(without_schema=True).read(given))
    assert numbers(before) == ["1", "-", "2"]
    assert str(failure) == "there is no schema"


@pytest.mark.parametrize("depth", [99, 100, 101, 250, 1_000, 100_000])
def test_no_depth_of_markup_stops_a_run(depth: int) -> None:
    deep = "<i>" * depth + "x" + "</i>" * depth
    given = [
        record(1),
        record(2, title=deep),
        record(3, subtitle=deep),
        record(4, references=[{"text": deep}]),
        record(5),
    ]
    found = list(checker().read(given))
    fits = depth <= 100
    assert [one.ok for one in found] == [True, fits, fits, fits, True]


def test_no_more_is_asked_for_than_is_checked() -> None:
    asked = []

    def given() -> Iterator[Input]:
        for number in range(3):
            asked.append(number)
            yield record(number)

    results = checker().read(given())
    assert not asked
    next(results)
    assert asked == [0]


class FindsFaultWithEverything:
    """A validator that has something against every element and attribute of a file."""

    def seal_item(self, xml: bytes, _doi: Doi, _fingerprint: str, _version: str) -> tuple[None, tuple[Finding, ...]]:
        root = etree.fromstring(xml)
        found = []
        for element in root.iter("*"):
            path = f"/doi_batch/{root.getroottree().getelementpath(element)}"
            found.append((path, element.text or ""))
            found += [(f"{path}/@{etree.QName(name).localname}", str(value)) for name, value in element.items()]
        findings = (Finding("made-up", Severity.ERROR, value, where=Where(element=path)) for path, value in found)
        return None, tuple(findings)


LINES = """\
series: sadf-comment
number: "258"
title: Tides and what they leave behind
language: fr
published: 2023-09-14
edition: "7"
url: https://www.sadf.eu/landing/
pdf_url: https://www.sadf.eu/the.pdf
authors:
  - given: Ada
    family: Mariner
    suffix: Jr.
    name_style: eastern
    language: de
    orcid: 0000-0002-1825-0097
    orcid_authenticated: true
    affiliations:
      - name: House of Tides
        ror: https://ror.org/02twcfp32
        place: Ghent
    alt_names:
      - text: Morskaja
        language: ru
licences:
  - url: https://creativecommons.org/licenses/by/4.0/
    applies_to: tdm
    start_date: 2023-09-15
funding:
  - name: Fund of Funds
    funder_id: 10.13039/100000001
    awards:
      - B-1
relations:
  - type: isCommentOn
    identifier: https://example.org/treaty
    identifier_type: uri
version:
  label: "1.1"
  language: pt
  text: Two words corrected
references:
  - key: mer2019
    type: journal_article
    text: Mer, A. (2019). On currents.
    year: "2019"
"""


def test_whatever_the_schema_finds_stands_on_the_line_that_says_it(tmp_path: Path) -> None:
    """Each of these values stands once in the file, and is found where the record has it, attributes included."""
    path = tmp_path / "one.yaml"
    path.write_text(LINES, encoding="utf-8")
    [checked] = checker(FindsFaultWithEverything()).read([path])
    lines: dict[str, set[int]] = {}
    for finding in checked.findings:
        if finding.code == "made-up":
            lines.setdefault(finding.message, set()).add(finding.where.line or 0)
    expected = {"fr": 4, "7": 6, "https://www.sadf.eu/landing/": 7, "Ada": 10, "Mariner": 11, "Jr.": 12, "eastern": 13}
    expected |= {"de": 14, "https://orcid.org/0000-0002-1825-0097": 15, "true": 16, "House of Tides": 18, "Ghent": 20}
    expected |= {"https://ror.org/02twcfp32": 19, "Morskaja": 22, "ru": 23, "tdm": 26, "2023-09-15": 27}
    expected |= {"https://creativecommons.org/licenses/by/4.0/": 25, "Fund of Funds": 29, "B-1": 32, "pt": 39}
    expected |= {"https://doi.org/10.13039/100000001": 30, "isCommentOn": 34, "https://example.org/treaty": 35}
    expected |= {"uri": 36, "1.1": 38, "Two words corrected": 40, "mer2019": 42, "journal_article": 43, "2019": 45}
    found = {value: lines.get(value) for value in expected}
    assert found == {value: {line} for value, line in expected.items()}


def test_nothing_is_found_in_what_stands_in_for_a_broken_field() -> None:
    references = [{"text": "Mariner, A. (2023). Gauges of the northern quay. Tidewater Press."}]
    (one,) = checker().read([record(7, published="2026-13-45", references=references)])
    assert "reference-from-the-future" not in {finding.code for finding in one.findings}
    assert {finding.where.field for finding in one.findings if finding.stops} == {"published"}


def test_what_is_found_in_the_fields_that_are_right_is_told_beside_a_broken_one() -> None:
    (one,) = checker().read([record(7, published="2026-13-45", title="Untitled document")])
    assert {"published", "title"} <= {finding.where.field for finding in one.findings if finding.stops}
