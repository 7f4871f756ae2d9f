"""An inbox with a whole workflow behind it, on one clock."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from depositing import Desk, quiet, sqlite_url
from doideposit.job.inbox.folders import Arrival, Folders
from doideposit.job.inbox.run import InboxPass
from doideposit.job.inbox.summary import PassReport

OLD = 1_700_000_000
"""A modification time long before the clocks of tests."""


def yaml(number: object = 258, title: str = "A title", **extra: str) -> str:
    lines = {
        "series": "sadf-comment",
        "number": f'"{number}"',
        "title": title,
        "published": "2023-09-14",
        "authors": "[{given: Siegfried, family: Wolf}]",
    }
    return "".join(f"{key}: {value}\n" for key, value in (lines | extra).items())


def doi(number: object = 258) -> str:
    return f"10.48251/SADF.ISSN.2406-5617.C{number}"


@dataclass
class Office:
    """A desk, an inbox, and passes over it."""

    home: Path
    desk: Desk = None  # type: ignore[assignment]
    folders: Folders = None  # type: ignore[assignment]
    seen: dict[str, Arrival] = field(default_factory=dict)
    passes: list[PassReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk = self.desk or Desk(sqlite_url(self.home))
        self.folders = Folders(self.home / "inbox")
        self.folders.make()

    def drop(self, name: str, content: str | bytes | None = None, *, at: float = OLD) -> Path:
        path = self.folders.root / name
        data = yaml() if content is None else content
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        os.utime(path, (at, at))
        return path

    def run(
        self,
        *,
        step: Callable[[str], None] = quiet,
        stop: Callable[[], bool] = lambda: False,
        settle_time: float = 10,
        wait: float = 900,
    ) -> PassReport:
        """Let time go by, and do one pass, as another process would."""
        self.desk.clock.advance(wait)
        one = InboxPass(
            self.desk.depositor,
            self.folders,
            clock=self.desk.clock,
            settle_time=timedelta(seconds=settle_time),
            seen=self.seen,
            notes=True,
            stop=stop,
            step=step,
        )
        self.passes.append(one.report)
        one.run()
        self.seen = dict(one.seen)
        return one.report

    def until_quiet(self, most: int = 12) -> None:
        for _ in range(most):
            if not self.run().working and not any(path.is_file() for path in self.folders.root.iterdir()):
                return
        raise AssertionError(f"still at work: {self.passes[-1]}")

    def names(self, folder: str) -> list[str]:
        """The files in a folder, without reports."""
        found = (path.name for path in (self.folders.root / folder).rglob("*") if path.is_file())
        return sorted(name for name in found if not name.startswith(".") and not name.endswith(".report.txt"))

    def report(self, name: str) -> str:
        (path,) = self.folders.root.glob(f"*/{name}.report.txt")
        return path.read_text(encoding="utf-8")

    @property
    def uploads(self) -> int:
        return len(self.desk.sandbox.submissions)
