"""The command line in a process of its own, with the processor time and the memory that it took."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

__all__ = ["Measured", "measured"]

# `ru_maxrss` counts what the parent had when it was started, as long as that was more; VmHWM begins anew.
_PROGRAM = """
import json, resource, sys
from pathlib import Path
from doideposit.__main__ import main
try:
    main()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    status = Path("/proc/self/status")
    rows = status.read_text().splitlines() if status.exists() else []
    most = next((int(row.split()[1]) for row in rows if row.startswith("VmHWM")), used.ru_maxrss // 1024)
    Path("measured.json").write_text(json.dumps([used.ru_utime + used.ru_stime, most / 1024]))
"""


class Measured(NamedTuple):
    """What a command said and took: seconds of processor time, and megabytes at most."""

    code: int
    said: str
    seconds: float
    megabytes: float


def measured(folder: Path, *arguments: str) -> Measured:
    """Run a command in the folder."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
    )  # fmt: skip
    seconds, megabytes = json.loads((folder / "measured.json").read_text())
    return Measured(done.returncode, done.stdout, seconds, megabytes)
