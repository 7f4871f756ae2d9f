"""The geometry of the report's charts: numbers in, places on a small canvas out. The template draws them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, Self

__all__ = ["Chart"]

# In units of the drawing, which the page scales to its own width.
WIDTH: Final = 400
HEIGHT: Final = 190
# Room for the numbers of the axis and for the labels below the columns, in units of the canvas.
LEFT, RIGHT, TOP, BOTTOM = 34, 6, 12, 26
# About how wide a letter of a label is.
LETTER: Final = 6.3


@dataclass(frozen=True, slots=True)
class _ChartColumn:
    """Describe one column: its label, whether there is room to show it, and its parts from below.

    `middle` is the x coordinate of the label, `left` that of the column. A part is its kind, how many it stands for,
    the y coordinate of its upper edge, and its height.
    """

    label: str
    middle: float
    left: float
    width: float
    shown: bool
    values: tuple[int, ...]
    parts: tuple[tuple[str, int, float, float], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Describe a chart of stacked columns on a canvas of `width` × `height`; `kinds` names the parts from below.

    `ticks` are the lines of the axis: the number of each, and its y coordinate.
    """

    title: str
    description: str
    kinds: tuple[str, ...]
    columns: tuple[_ChartColumn, ...]
    ticks: tuple[tuple[int, float], ...]
    unit: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT

    @property
    def right(self) -> int:
        """Return the x coordinate where the lines of the axis end."""
        return self.width - RIGHT

    @property
    def total(self) -> int:
        """Return everything counted."""
        return sum(sum(column.values) for column in self.columns)

    @classmethod
    def of_columns(
        cls, title: str, description: str, unit: str, kinds: Sequence[str], bars: Sequence[tuple[str, Sequence[int]]]
    ) -> Self:
        """Lay out stacked columns: each bar has a label and one number for each kind."""
        highest = max((sum(values) for _, values in bars), default=0)
        ticks = _axis_ticks(highest)
        top, _ = ticks[-1]
        slot = (WIDTH - LEFT - RIGHT) / max(len(bars), 1)
        every = ceil((max((len(label) for label, _ in bars), default=0) * LETTER) / slot) or 1
        # A gap stays between columns, and few columns do not become broad blocks.
        width = min(slot * 0.7, 40.0)
        laid = tuple(
            _ChartColumn(
                label=label,
                middle=round(LEFT + slot * (place + 0.5), 1),
                left=round(LEFT + slot * place + (slot - width) / 2, 1),
                width=round(width, 1),
                # Counted from the end, so that the latest period always has its label.
                shown=(len(bars) - 1 - place) % every == 0,
                values=tuple(values),
                parts=tuple(_stacked_parts(kinds, values, top)),
            )
            for place, (label, values) in enumerate(bars)
        )
        return cls(title, description, tuple(kinds), laid, ticks, unit)


def _stacked_parts(kinds: Sequence[str], values: Sequence[int], top: int) -> Iterator[tuple[str, int, float, float]]:
    floor = float(HEIGHT - BOTTOM)
    for kind, value in zip(kinds, values, strict=True):
        height = value * _points_per_unit(top)
        if value:
            floor -= height
            yield kind, value, round(floor, 1), round(height, 1)


def _points_per_unit(top: int) -> float:
    return (HEIGHT - TOP - BOTTOM) / top


def _axis_ticks(highest: int) -> tuple[tuple[int, float], ...]:
    """Return ticks from zero to a round number that is at least the highest, in two to five steps."""
    step = _round_step(highest)
    count = max(-(-highest // step), 1)
    per_unit = _points_per_unit(step * count)
    return tuple((step * n, round(HEIGHT - BOTTOM - step * n * per_unit, 1)) for n in range(count + 1))


def _round_step(highest: int) -> int:
    step = 1
    while True:
        for factor in (1, 2, 5):
            # Steps of 1, 2 or 5 times a power of ten are easy to read, and numbers of DOIs are whole.
            if highest <= step * factor * 4:
                return step * factor
        step *= 10
