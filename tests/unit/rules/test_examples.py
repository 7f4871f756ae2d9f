"""The bad and the good example of every rule are tests: the bad one gives exactly its code, the good one does not."""

import textwrap
import tomllib
from datetime import date
from typing import Any

import pytest
import yaml

from doideposit.models.commentary import Commentary
from doideposit.models.record import Record
from doideposit.models.series import Series
from doideposit.rules import RECORD_RULES, RUN_RULES, Context, Rule, check, check_together
from doideposit.rules.together import Run
from doideposit.rules.work import Work

SERIES: dict[str, Any] = {
    "name": "sadf-comment",
    "title": "SADF Comment",
    "labels": ("COMMENT", "Comment"),
    "issn": "2406-5617",
    "issn_medium": "electronic",
    "prefix": "10.48251",
    "doi": "{prefix}/SADF.ISSN.{issn}.C{number}",
    "publisher": {"name": "South Asia Democratic Forum", "place": "Brussels"},
    "institution": {"name": "South Asia Democratic Forum", "ror": "02twcfp32", "place": "Brussels"},
}
BASE = """
number: 258
title: Prospects for NATO-Japan relations
published: 2023-09-14
authors: [{given: Siegfried O., family: Wolf}]
url: https://www.sadf.eu/prospects-for-nato-japan-relations/
"""
TODAY = date(2026, 9, 1)


def loaded(fields: str) -> Any:
    return yaml.load(textwrap.dedent(fields), yaml.BaseLoader)


def commentary(fields: dict[str, Any], setting: str = "") -> Commentary:
    data = loaded(BASE) | fields
    described = SERIES | data.get("series", {}) | tomllib.loads(setting)
    data["series"] = Series.model_validate({key: value if value != "" else None for key, value in described.items()})
    return Commentary.model_validate({key: value for key, value in data.items() if value not in ("null", "")})


def codes(fields: str, setting: str) -> set[str]:
    findings = check(Record(commentary(loaded(fields), setting)), Context(TODAY))
    completeness = {rule.code for rule in RECORD_RULES if rule.category == "completeness"}
    return {finding.code for finding in findings} - completeness


@pytest.mark.parametrize("rule", RECORD_RULES, ids=lambda rule: rule.code)
def test_bad_example_gives_exactly_its_code(rule: Rule[Work]) -> None:
    assert codes(rule.bad, rule.setting) == {rule.code}


@pytest.mark.parametrize("rule", RECORD_RULES, ids=lambda rule: rule.code)
def test_good_example_gives_nothing(rule: Rule[Work]) -> None:
    assert codes(rule.good, rule.setting) == set()


def codes_of_run(records: str) -> set[str]:
    run = [Record(commentary(fields)) for fields in loaded(records)]
    return {finding.code for findings in check_together(run, Context(TODAY)).values() for finding in findings}


@pytest.mark.parametrize("rule", RUN_RULES, ids=lambda rule: rule.code)
def test_bad_run_gives_exactly_its_code(rule: Rule[Run]) -> None:
    assert codes_of_run(rule.bad) == {rule.code}


@pytest.mark.parametrize("rule", RUN_RULES, ids=lambda rule: rule.code)
def test_good_run_gives_nothing(rule: Rule[Run]) -> None:
    assert codes_of_run(rule.good) == set()
