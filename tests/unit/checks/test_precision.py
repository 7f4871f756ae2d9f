"""The rules are right on a corpus in which nothing is wrong, and find the faults that are planted in it."""

import pytest

from doideposit.checks.rules.evaluation import RECORD_RULES
from doideposit.findings import Severity
from rule_precision import Measured, measure

ERRORS = {rule.code for rule in RECORD_RULES if rule.severity is Severity.ERROR}


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure(records=400, times=2)


def test_no_error_is_false(measured: Measured) -> None:
    assert {code: count for code, count in measured.false.items() if code in ERRORS} == {}


def test_hardly_any_warning_is_false(measured: Measured) -> None:
    assert measured.precision() >= 0.97
    assert {code for code in measured.false if measured.precision([code]) < 0.8} == set()


def test_planted_faults_are_found(measured: Measured) -> None:
    assert measured.found >= 0.95
    assert len(measured.true) > 100
