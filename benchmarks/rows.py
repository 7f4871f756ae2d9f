"""One line of the table of results."""

from dataclasses import dataclass, field

from benchmarks.timing import Timing

__all__ = ["Row", "at_least", "at_most"]


@dataclass(frozen=True, slots=True)
class Row:
    """What was compared, the two figures and their ratio as they are shown, the target, and whether it is reached.

    `reached` is None where there is nothing to reach. `details` are the timings behind the figures.
    """

    what: str
    ours: str
    theirs: str
    ratio: str
    target: str
    reached: bool | None
    details: dict[str, Timing | float] = field(default_factory=dict)


def milliseconds(timing: Timing) -> str:
    """A median of CPU time, readable."""
    return f"{timing.cpu * 1000:,.2f} ms"


def at_least(what: str, ours: Timing, theirs: Timing, *, times: float | None = None) -> Row:
    """A row where we should be so many times faster than the other."""
    ratio = theirs.cpu / ours.cpu
    target = f"≥ {times:g}×" if times else ""
    reached = ratio >= times if times else None
    details: dict[str, Timing | float] = {"ours": ours, "theirs": theirs, "ratio": ratio}
    return Row(what, milliseconds(ours), milliseconds(theirs), f"{ratio:.1f}×", target, reached, details)


def at_most(what: str, ours: Timing, theirs: Timing, *, times: float | None) -> Row:
    """A row where we may take so many times as long as the other."""
    ratio = ours.cpu / theirs.cpu
    target = f"≤ {times:g}×" if times else ""
    reached = ratio <= times if times else None
    details: dict[str, Timing | float] = {"ours": ours, "theirs": theirs, "ratio": ratio}
    return Row(what, milliseconds(ours), milliseconds(theirs), f"{ratio:.2f}×", target, reached, details)
