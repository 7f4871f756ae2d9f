"""How `check` grows from 10,000 to 100,000 records, and a poll with what is outstanding."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import outstanding
from benchmarks.rows import Row
from benchmarks.samples import CONFIGURATION, csv_table, json_lines
from benchmarks.timing import memory_and_time

FLAT = 1.2
LINEAR = 1.2
WRITERS: dict[str, Callable[[Path, int], None]] = {"jsonl": json_lines, "csv": csv_table}


def rows(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Peak of memory and time of `check` on large files; then the cost of polling."""
    (folder / "doideposit.toml").write_text(CONFIGURATION, encoding="utf-8")
    small, large = (4_000, 20_000) if quick else (10_000, 100_000)
    for suffix in ("jsonl",) if quick else ("jsonl", "csv"):
        yield from _check(folder, suffix, small, large)
    yield from polling()


def _check(folder: Path, suffix: str, small: int, large: int) -> Iterator[Row]:
    peaks, times = {}, {}
    for count in (small, large):
        path = folder / f"{count}.{suffix}"
        WRITERS[suffix](path, count)
        command = [str(Path(sys.executable).parent / "doideposit"), "check", path.name]
        peaks[count], times[count] = memory_and_time(command, folder)
        path.unlink()
    growth = peaks[large] / peaks[small]
    what = f"`check` of {large:,} records in {suffix} | of {small:,}"
    yield Row(
        f"{what}: peak memory",
        f"{peaks[large]:,.1f} MB",
        f"{peaks[small]:,.1f} MB",
        f"{growth:.2f}×",
        f"≤ {FLAT}×",
        growth <= FLAT,
        {"large": peaks[large], "small": peaks[small]},
    )
    each = {count: seconds / count * 1000 for count, seconds in times.items()}
    yield Row(
        f"{what}: CPU time per record",
        f"{each[large]:.3f} ms",
        f"{each[small]:.3f} ms",
        f"{each[large] / each[small]:.2f}×",
        f"≤ {LINEAR}×",
        each[large] / each[small] <= LINEAR,
        {"large": times[large], "small": times[small]},
    )


def polling() -> Iterator[Row]:
    """The cost of passes over outstanding submissions, per size; see `benchmarks.outstanding`."""
    first: dict[str, tuple[float, float]] = {}
    for size, name, seconds, peak in outstanding.rows():
        base_seconds, base_peak = first.setdefault(name, (seconds, peak))
        yield Row(
            f"{size:,} outstanding: {name}",
            f"{seconds * 1000:,.1f} ms",
            f"{peak:.2f} MB peak",
            f"{seconds / base_seconds:.1f}×",
            "",
            None,
            {"seconds": seconds, "peak": peak, "first seconds": base_seconds, "first peak": base_peak},
        )
