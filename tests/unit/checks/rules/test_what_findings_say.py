"""What a finding names and where it points, beside its code; and that no rule goes missing."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from doideposit.checks.rules.evaluation import ALL_RULES, Evaluation
from doideposit.checks.rules.registry import Context
from doideposit.findings import Finding
from doideposit.records.models.record import Record
from rule_examples import commentary, loaded

CODES = Path(__file__).parents[3] / "golden" / "rule_codes.txt"
CONTEXT = Context(date(2026, 9, 1), live=True)


def found(fields: str | dict[str, Any], code: str) -> list[Finding]:
    data = loaded(fields) if isinstance(fields, str) else fields
    return [one for one in Evaluation(CONTEXT).check(Record(commentary(data))) if one.code == code]


def test_no_rule_that_was_promised_goes_missing() -> None:
    """A code is a promise: one that goes is refused in people's settings. New ones are added to the file."""
    assert set(CODES.read_text(encoding="utf-8").split()) <= {rule.code for rule in ALL_RULES}


@pytest.mark.parametrize(
    ("fields", "code", "field", "words"),
    [
        ({"published": "2023"}, "date-imprecise", "published", "to the year"),
        ({"published": "2023-09"}, "date-imprecise", "published", "to the month"),
        (
            {"updates": [{"type": "correction", "doi": "10.48251/SADF.ISSN.2406-5617.C1-", "date": "2023-09-14"}]},
            "doi-trailing-punctuation",
            "updates[0].doi",
            "ends in “-”",
        ),
        ({"url": "https://www.sadf.eu/comment-258/."}, "url-trailing-punctuation", "url", "“.”"),
        ({"title": "“NATO and Japan”"}, "title-quoted", "title", ""),
    ],
)
def test_says_what_it_found_and_where(fields: dict[str, Any], code: str, field: str, words: str) -> None:
    [finding] = found(fields, code)
    assert finding.where.field == field
    assert words in finding.message


def test_a_title_that_begins_and_ends_with_different_quotations_is_not_marked() -> None:
    assert found({"title": "“Act East” and “Look West”"}, "title-quoted") == []


def test_two_abstracts_are_named_by_their_language() -> None:
    text = "The author examines the prospects for closer relations between NATO and Japan."
    both = [{"text": text, "language": "en"}, {"text": f"{text} Again.", "language": "en"}]
    [finding] = found({"abstracts": both}, "abstract-language-twice")
    assert finding.message == "two abstracts are in en"
