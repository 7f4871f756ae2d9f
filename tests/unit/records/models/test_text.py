"""Text, titles with face markup, and dates that are never completed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from doideposit.records.models.characters import normalise
from doideposit.records.models.dates import PartialDate
from doideposit.records.models.text import Face, Math, RichText

RICH = TypeAdapter(RichText)
DATE = TypeAdapter(PartialDate)


def code_of(adapter: TypeAdapter[object], value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    return caught.value.errors()[0]["type"]


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  two\u00a0 words\n", "two words"),
        ("soft\u00adhyphen and \u200bzero width\ufeff", "softhyphen and zero width"),
        ("e\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("latin\u200cjoiner", "latinjoiner"),
        ("thin\u2009space\u202fhere", "thin space here"),
    ],
)
def test_normalising(raw: str, clean: str) -> None:
    assert normalise(raw) == clean


@pytest.mark.parametrize("bad", ["a\x0bb", "a\x00b", "a\x85b", "a\x9fb", "a\ud800b", "a\ufffeb"])
def test_control_characters_are_refused_with_their_place(bad: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RICH.validate_python(bad)
    error = caught.value.errors()[0]
    assert error["type"] == "control-character"
    assert error["ctx"]["position"] == 1


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        *(
            ("On \theta functions", True),
            ("The $\tau$ of rivers", True),
            ("The $\rho$", True),
            ("\nabla and \times", True),
        ),
        *(
            ("Rivers\tand tides", False),
            ("Rivers\nequal", False),
            ("Rivers\r\ntides", False),
            ("Rivers\tau Japon", False),
        ),
    ],
)
def test_a_backslash_that_the_file_format_read_is_told(text: str, refused: bool) -> None:
    if refused:
        assert code_of(TypeAdapter(RichText), text) == "control-character"
    else:
        assert "  " not in normalise(text)


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    try:
        once = RICH.validate_python(text).source
    except ValidationError:
        return
    assert RICH.validate_python(once).source == once


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ("Fish & chips < 3", ("Fish & chips < 3",)),
        ("H<sub>2</sub>O", ("H", Face("sub", ("2",)), "O")),
        ("<i>A <b>b</b></i>", (Face("i", ("A ", Face("b", ("b",)))),)),
        ("a <3 b> c", ("a <3 b> c",)),
        ("<I>x</I>", (Face("i", ("x",)),)),
        ("<\u0131>x</\u0131> <\u017fub>", ("<\u0131>x</\u0131> <\u017fub>",)),  # Other forms of i and s.
        ("x <mml:math><mml:mi>y</mml:mi></mml:math>", ("x ", Math("<mml:math><mml:mi>y</mml:mi></mml:math>"))),
        ("&amp; stays as typed", ("&amp; stays as typed",)),
    ],
)
def test_face_markup(source: str, nodes: tuple[object, ...]) -> None:
    assert RICH.validate_python(source).nodes == nodes


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("a <p>paragraph</p>", "markup-not-allowed"),
        ("a <br/> break", "markup-not-allowed"),
        ("<i>never closed", "markup-unbalanced"),
        ("closed too early</i>", "markup-unbalanced"),
        ("<i><b>crossed</i></b>", "markup-unbalanced"),
        ("<i>" * 101 + "x" + "</i>" * 101, "markup-unbalanced"),
        ("<i>" * 30_000, "markup-unbalanced"),
        ("<i>" * 100_000, "text-too-long"),
        ("  \u200b ", "empty-text"),
        (None, "text-expected"),
        (["x"], "text-expected"),
    ],
)
def test_wrong_markup(source: object, code: str) -> None:
    assert code_of(RICH, source) == code


def test_plain_text_leaves_the_markup_out() -> None:
    assert RICH.validate_python("<i>E. coli</i> & H<sub>2</sub>O").plain == "E. coli & H2O"


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("2023", (2023, None, None)),
        ("2023-09", (2023, 9, None)),
        ("2023-09-14", (2023, 9, 14)),
        ("2023-22", (2023, 22, None)),
        ("2024-02-29", (2024, 2, 29)),
        (2023, (2023, None, None)),
        (date(2023, 9, 14), (2023, 9, 14)),
    ],
)
def test_dates_stay_as_precise_as_they_are(value: object, parts: tuple[int | None, ...]) -> None:
    found = DATE.validate_python(value)
    assert (found.year, found.month, found.day) == parts
    if isinstance(value, str):
        assert str(found) == value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2023-02-31", "date-impossible"),
        ("2023-13", "date-impossible"),
        ("2023-22-01", "date-impossible"),
        ("2023-00", "date-impossible"),
        ("1399", "date-impossible"),
        ("2201", "date-impossible"),
        ("14 September 2023", "date-shape"),
        ("2023/09/14", "date-shape"),
        ("23-09-14", "date-shape"),
        ("2023-9-14", "date-shape"),
        (True, "date-shape"),
        (None, "date-shape"),
    ],
)
def test_dates_that_are_none(value: object, code: str) -> None:
    assert code_of(DATE, value) == code


@given(st.dates(min_value=date(1400, 1, 1), max_value=date(2200, 12, 31)))
def test_every_day_of_the_calendar_is_a_date(day: date) -> None:
    assert PartialDate.parse(day.isoformat()).first_day == day
