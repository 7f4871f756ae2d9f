"""The charts' geometry: nothing leaves the canvas, and heights are in proportion to what they stand for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doideposit.reports.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Chart

KINDS = ("good", "odd", "bad")


def chart(bars: list[tuple[str, list[int]]]) -> Chart:
    return Chart.of_columns("Title", "Description", "month", KINDS, bars)


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (4, [0, 1, 2, 3, 4]),
        (5, [0, 2, 4, 6]),
        (9, [0, 5, 10]),
        (23, [0, 10, 20, 30]),
        (81, [0, 50, 100]),
        (10_000, [0, 5_000, 10_000]),
    ],
)
def test_the_axis_has_round_numbers_and_few_lines(highest: int, ticks: list[int]) -> None:
    assert [value for value, _ in chart([("a", [highest, 0, 0])]).ticks] == ticks


BARS = st.lists(
    st.tuples(st.text("Sep 2026", min_size=1, max_size=8), st.lists(st.integers(0, 10**6), min_size=3, max_size=3)),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=80)
@given(BARS)
def test_columns_stay_on_the_canvas_and_keep_their_proportions(bars: list[tuple[str, list[int]]]) -> None:
    drawn = chart(bars)
    top, _ = drawn.ticks[-1]
    assert drawn.total == sum(sum(values) for _, values in bars)
    for column, (label, values) in zip(drawn.columns, bars, strict=True):
        assert column.label == label
        assert [value for _, value, _, _ in column.parts] == [value for value in values if value]
        assert column.left >= LEFT - 0.1
        assert column.left + column.width <= WIDTH - RIGHT + 0.1
        for _, value, y, height in column.parts:
            assert y >= TOP - 0.1
            assert y + height <= HEIGHT - BOTTOM + 0.2
            assert height == pytest.approx(value / top * (HEIGHT - TOP - BOTTOM), abs=0.06)


def test_labels_that_would_touch_are_left_out_and_the_latest_is_kept() -> None:
    many = chart([(f"Sep {year}", [1, 0, 0]) for year in range(2015, 2027)])
    shown = [column.label for column in many.columns if column.shown]
    assert shown[-1] == "Sep 2026"
    assert 3 <= len(shown) < 12
    few = chart([("Aug", [1, 0, 0]), ("Sep", [1, 0, 0])])
    assert all(column.shown for column in few.columns)
