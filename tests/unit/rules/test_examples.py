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
from doideposit.rules import (
    DEPOSITOR_RULES,
    RECORD_RULES,
    RUN_RULES,
    Context,
    Rule,
    check,
    check_depositor,
    check_together,
)
from doideposit.rules.depositor import Head
from doideposit.rules.together import Run
from doideposit.rules.work import Work

SERIES: dict[str, Any] = {
    "name": "sadf-comment",
    "title": "SADF Comment",
    "labels": ("COMMENT", "Comment"),
    "issn": "2406-5617",
    "issn_medium": "electronic",
    "prefix": "10.48251",
    "language": "en",
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
    return yaml.load(textwrap.dedent(fields), yaml.BaseLoader) or {}


def commentary(fields: dict[str, Any], setting: str = "") -> Commentary:
    data = loaded(BASE) | fields
    described = SERIES | data.get("series", {}) | tomllib.loads(setting)
    data["series"] = Series.model_validate({key: value if value != "" else None for key, value in described.items()})
    return Commentary.model_validate({key: value for key, value in data.items() if value not in ("null", "")})


def codes(fields: str, setting: str) -> set[str]:
    return {finding.code for finding in check(Record(commentary(loaded(fields), setting)), Context(TODAY))}


# What is merely missing is missing in most examples, which are kept short.
MISSING = {rule.code for rule in RECORD_RULES if rule.category == "completeness"}


@pytest.mark.parametrize("rule", RECORD_RULES, ids=lambda rule: rule.code)
def test_bad_example_gives_exactly_its_code(rule: Rule[Work]) -> None:
    found = codes(rule.bad, rule.setting)
    assert rule.code in found
    assert found - MISSING <= {rule.code}


@pytest.mark.parametrize("rule", RECORD_RULES, ids=lambda rule: rule.code)
def test_good_example_gives_nothing(rule: Rule[Work]) -> None:
    found = codes(rule.good, rule.good_setting)
    assert found - MISSING == set()
    assert rule.code not in found


def codes_of_run(records: str) -> set[str]:
    run = [Record(commentary(fields)) for fields in loaded(records)]
    return {finding.code for findings in check_together(run, Context(TODAY)).values() for finding in findings}


@pytest.mark.parametrize("rule", RUN_RULES, ids=lambda rule: rule.code)
def test_bad_run_gives_exactly_its_code(rule: Rule[Run]) -> None:
    assert codes_of_run(rule.bad) == {rule.code}


@pytest.mark.parametrize("rule", RUN_RULES, ids=lambda rule: rule.code)
def test_good_run_gives_nothing(rule: Rule[Run]) -> None:
    assert codes_of_run(rule.good) == set()


def codes_of_depositor(fields: str) -> set[str]:
    head = {"name": "SADF", "email": "info@sadf.eu", "registrant": "SADF"} | loaded(fields)
    return {finding.code for finding in check_depositor(**head, context=Context(TODAY))}


@pytest.mark.parametrize("rule", DEPOSITOR_RULES, ids=lambda rule: rule.code)
def test_examples_of_depositors(rule: Rule[Head]) -> None:
    assert codes_of_depositor(rule.bad) == {rule.code}
    assert codes_of_depositor(rule.good) == set()
