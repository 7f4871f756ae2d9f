"""The bad and the good example of every rule are tests: the bad one gives exactly its code, the good one does not."""

from datetime import date

import pytest

from doideposit.checks.rules.depositor import Head
from doideposit.checks.rules.evaluation import DEPOSITOR_RULES, RECORD_RULES, RUN_RULES, Evaluation
from doideposit.checks.rules.registry import Context, Rule
from doideposit.checks.rules.together import Run
from doideposit.checks.rules.work import Work
from doideposit.records.models.record import Record
from rule_examples import commentary, loaded

TODAY = date(2026, 9, 1)


def codes(fields: str, setting: str) -> set[str]:
    return {finding.code for finding in Evaluation(Context(TODAY)).check(Record(commentary(loaded(fields), setting)))}


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


def codes_of_run(records: str, setting: str) -> set[str]:
    run = [Record(commentary(fields, setting)) for fields in loaded(records)]
    return {
        finding.code for findings in Evaluation(Context(TODAY)).check_together(run).values() for finding in findings
    }


@pytest.mark.parametrize("rule", RUN_RULES, ids=lambda rule: rule.code)
def test_bad_run_gives_exactly_its_code(rule: Rule[Run]) -> None:
    assert codes_of_run(rule.bad, rule.setting) == {rule.code}


@pytest.mark.parametrize("rule", RUN_RULES, ids=lambda rule: rule.code)
def test_good_run_gives_nothing(rule: Rule[Run]) -> None:
    assert codes_of_run(rule.good, rule.good_setting) == set()


def codes_of_depositor(fields: str) -> set[str]:
    head = {"name": "SADF", "email": "info@sadf.eu", "registrant": "SADF"} | loaded(fields)
    return {finding.code for finding in Evaluation(Context(TODAY)).check_depositor(**head)}


@pytest.mark.parametrize("rule", DEPOSITOR_RULES, ids=lambda rule: rule.code)
def test_examples_of_depositors(rule: Rule[Head]) -> None:
    assert codes_of_depositor(rule.bad) == {rule.code}
    assert codes_of_depositor(rule.good) == set()
