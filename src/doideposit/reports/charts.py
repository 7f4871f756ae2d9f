"""The geometry of the report's charts: numbers in, places on a small canvas out. The template draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, Self

__all__ = ["Chart", "ChartColumn", "Segment", "Tick"]

# In units of the drawing, which the page scales to its own width.
WIDTH: Final = 400
HEIGHT: Final = 190
# Room for the numbers of the axis and for the labels below the columns, in units of the canvas.
LEFT, RIGHT, TOP, BOTTOM = 34, 6, 12, 26
# About how wide a letter of a label is.
LETTER: Final = 6.3


@dataclass(frozen=True, slots=True)
class Segment:
    """Describe a part of a column: which kind it is, how many, and its rectangle."""

    kind: str
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """Describe one column: its label, where that is, whether there is room to show it, and its parts from below."""

    label: str
    x: float
    shown: bool
    values: tuple[int, ...]
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """Describe a line of the axis with its number."""

    value: int
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Describe a chart of stacked columns on a canvas of `width` × `height`; `kinds` names the parts from below."""

    title: str
    description: str
    kinds: tuple[str, ...]
    columns: tuple[ChartColumn, ...]
    ticks: tuple[Tick, ...]
    unit: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT

    @property
    def right(self) -> int:
        """Return the x coordinate where the lines of the axis end."""
        return self.width - RIGHT

    @property
    def baseline(self) -> int:
        """Return the y coordinate of the labels."""
        return self.height - BOTTOM

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
        top = ticks[-1].value
        slot = (WIDTH - LEFT - RIGHT) / max(len(bars), 1)
        every = ceil((max((len(label) for label, _ in bars), default=0) * LETTER) / slot) or 1
        laid = tuple(
            ChartColumn(
                label=label,
                x=round(LEFT + slot * (place + 0.5), 1),
                # Counted from the end, so that the latest period always has its label.
                shown=(len(bars) - 1 - place) % every == 0,
                values=tuple(values),
                segments=_stack_segments(kinds, values, LEFT + slot * place, slot, top),
            )
            for place, (label, values) in enumerate(bars)
        )
        return cls(title, description, tuple(kinds), laid, ticks, unit)


def _stack_segments(
    kinds: Sequence[str], values: Sequence[int], x: float, slot: float, top: int
) -> tuple[Segment, ...]:
    # A gap stays between columns, and few columns do not become broad blocks.
    width = min(slot * 0.7, 40.0)
    left = round(x + (slot - width) / 2, 1)
    floor, segments = float(HEIGHT - BOTTOM), []
    for kind, value in zip(kinds, values, strict=True):
        height = value * _points_per_unit(top)
        if value:
            floor -= height
            segments.append(Segment(kind, value, left, round(floor, 1), round(width, 1), round(height, 1)))
    return tuple(segments)


def _points_per_unit(top: int) -> float:
    return (HEIGHT - TOP - BOTTOM) / top


def _axis_ticks(highest: int) -> tuple[Tick, ...]:
    """Return ticks from zero to a round number that is at least the highest, in two to five steps."""
    step = _round_step(highest)
    count = max(-(-highest // step), 1)
    return tuple(
        Tick(step * n, round(HEIGHT - BOTTOM - step * n * _points_per_unit(step * count), 1)) for n in range(count + 1)
    )


def _round_step(highest: int) -> int:
    step = 1
    while True:
        for factor in (1, 2, 5):
            # Steps of 1, 2 or 5 times a power of ten are easy to read, and numbers of DOIs are whole.
            if highest <= step * factor * 4:
                return step * factor
        step *= 10
