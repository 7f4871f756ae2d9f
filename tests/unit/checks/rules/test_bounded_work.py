"""No text makes the rules work for long: every rule over a text of ninety thousand letters of the kinds that trip patterns."""

import time
from contextlib import suppress
from datetime import date

import pytest
from pydantic import ValidationError

from doideposit.checks.rules.evaluation import Evaluation
from doideposit.checks.rules.registry import Context
from doideposit.records.models.record import Record
from rule_examples import commentary

LONG = 90_000
CONTEXT = Context(date(2026, 9, 1))
PIECES = [
    "a",
    "A ",
    "<",
    "<a ",
    "&",
    "&lt;a",
    "\\",
    "$a_",
    "$",
    ".",
    "a- ",
    "[",
    "](",
    "a?",
    "{",
    "_",
    "*",
    "`",
    "a, ",
    "Ã ",
]
PIECES += [
    "10.1234/",
    "http://",
    "1-",
    "a and ",
    "<!--",
    "<math>",
    "<?",
    "(",
    "abcdef-",
    "Dr. ",
    "aa Jr ",
    " by",
    "<a b=",
    "{\\a",
]


def seconds(fields: dict[str, object]) -> float:
    begun = time.process_time()
    with suppress(ValidationError):  # To refuse it is an answer as well.
        Evaluation(CONTEXT).check(Record(commentary(fields)))
    return time.process_time() - begun


@pytest.mark.parametrize("piece", PIECES)
def test_long_texts(piece: str) -> None:
    text = piece * (LONG // len(piece))
    assert seconds({"title": text}) < 2
    assert seconds({"references": [{"text": text, "author": text}]}) < 2
    assert seconds({"abstracts": [{"text": text}]}) < 2
    assert seconds({"url": "https://a.net/" + text[:2000].replace(" ", "")}) < 2


def test_many_people_and_references() -> None:
    person = {
        "given": "Dr. Ann and Bob, Jr",
        "family": "Keller et al.",
        "affiliations": ["Av. 12, 1210 Nowhere; University"],
    }
    assert seconds({"authors": [person] * 1_000}) < 5
    reference = {
        "text": "Keller, A. (2019). Rivers. " * 10,
        "url": "https://a.net/?a=http://b.net/1-2-3-4-5",
        "year": "2019",
    }
    assert seconds({"references": [reference] * 2_000}) < 5


@pytest.mark.parametrize("letters", [100_001, 9_000_000])
def test_a_title_of_millions_of_letters_is_refused_at_once(letters: int) -> None:
    begun = time.process_time()
    with pytest.raises(ValidationError, match="the limit is 100,000"):
        commentary({"title": "a" * letters})
    assert time.process_time() - begun < 1
