"""Times that can be trusted a little: several rounds, contestants taking turns, medians, CPU time and wall time.

CPU time is what is compared: the machine may be busy with other things. Turns keep a slow minute from hitting only one.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Measure = Callable[[], tuple[float, float]]
"""Does the work once; gives seconds of CPU and of wall time."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians over the rounds, in seconds, and the spread of CPU time: the middle half over the median."""

    cpu: float
    wall: float
    spread: float
    rounds: int


def in_turns(contestants: Mapping[str, Measure], *, rounds: int) -> dict[str, Timing]:
    """Warm everything up once, then let each take its turn, `rounds` times."""
    for measure in contestants.values():
        measure()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, measure in contestants.items():
            taken[name].append(measure())
    return {name: _timing(times) for name, times in taken.items()}


def _timing(times: Sequence[tuple[float, float]]) -> Timing:
    cpu = sorted(each for each, _ in times)
    median = statistics.median(cpu)
    quarter = len(cpu) // 4
    spread = (cpu[-1 - quarter] - cpu[quarter]) / median if median else 0.0
    return Timing(median, statistics.median(wall for _, wall in times), spread, len(times))


def in_process(work: Callable[[], object], *, times: int = 1, count: int = 1) -> Measure:
    """Measure a call in this process: `times` calls make one measurement, and each does the work `count` times."""

    def measure() -> tuple[float, float]:
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(times):
            work()
        share = times * count
        return (time.process_time() - cpu) / share, (time.perf_counter() - wall) / share

    return measure


def command(arguments: Sequence[str], folder: Path) -> Measure:
    """Measure a whole new process, user and system time together; raises when it fails."""
    # Compiled modules are kept, as they are on any machine where a program is installed.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def measure() -> tuple[float, float]:
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, check=False)
        wall = time.perf_counter() - wall
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise RuntimeError(f"{arguments} failed: {(done.stderr or done.stdout)[-2000:].decode()}")
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall

    return measure


_ASIDE = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime]))
"""


def memory_and_time(arguments: Sequence[str], folder: Path) -> tuple[float, float]:
    """Peak memory in MB and CPU seconds of a new process; its output goes nowhere.

    A small process starts it: Linux counts the memory of the one that starts a process as the first of the new one's.
    """
    done = subprocess.run([sys.executable, "-c", _ASIDE, *arguments], cwd=folder, capture_output=True, check=True)
    status, peak, seconds = json.loads(done.stdout)
    if status:
        raise RuntimeError(f"{arguments} failed: {done.stderr[-2000:].decode()}")
    return peak, seconds
