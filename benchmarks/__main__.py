"""Run every comparison and show the ratios; `--quick` leaves out the largest files, `--only NAME` picks some.

Nothing fails on a time: what is reached and what is not stands in the table and in the JSON.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import commands, documents, growth, records, verdicts
from benchmarks.peers import Peers
from benchmarks.rows import Row

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Report:
    """All rows of one run, and what it ran on."""

    when: str
    machine: dict[str, str]
    peers: dict[str, str]
    rows: list[Row] = field(default_factory=list)


def rows(peers: Peers, folder: Path, *, quick: bool, only: list[str]) -> Iterator[Row]:
    """Every row, group by group."""
    groups = {
        "verdicts": lambda: verdicts.rows(peers),
        "records": lambda: records.rows(peers),
        "documents": documents.rows,
        "commands": lambda: commands.rows(folder),
        "growth": lambda: growth.rows(folder, quick=quick),
    }
    for name, group in groups.items():
        if not only or name in only:
            yield from group()


def machine() -> dict[str, str]:
    """What the figures were measured on; the load says how far to trust wall times."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "load": " ".join(f"{one:.1f}" for one in os.getloadavg()),
    }


def show(row: Row) -> None:
    """One line of the table."""
    verdict = {True: "reached", False: "not reached", None: ""}[row.reached]
    print(f"{row.what:<72} {row.ours:>16} {row.theirs:>18} {row.ratio:>10} {row.target:>10}  {verdict}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the file of 100,000 records")
    parser.add_argument("--only", action="append", default=[], choices=["verdicts", "records", "commands", "growth"])
    parser.add_argument("--output", type=Path, default=RESULTS / "latest.json", help="where the JSON goes")
    arguments = parser.parse_args()
    peers = Peers()
    report = Report(datetime.now(UTC).isoformat(timespec="seconds"), machine(), peers.versions)
    print(f"medians of CPU time, turn by turn; load {report.machine['load']} on {report.machine['cores']} cores")
    print(f"{'what':<72} {'doideposit':>16} {'the other':>18} {'ratio':>10} {'to reach':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(peers, Path(folder), quick=arguments.quick, only=arguments.only):
            report.rows.append(row)
            show(row)
    peers.close()
    arguments.output.parent.mkdir(exist_ok=True)
    arguments.output.write_text(json.dumps(asdict(report), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written to {arguments.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
