"""A working directory as a publisher has it, and the command line run in this process."""

import json
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from doideposit.cli.main import run

FAST = "\n[sandbox.delays]\nhidden = 0\nqueued = 0\nin_process = 0\nunready_polls = 0\nrest = 0\nhandle = 0\n"
DOI = "10.48251/SADF.ISSN.2406-5617.C258"


@dataclass
class Result:
    """What a command left behind: its exit status and its two streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be exactly one JSON document."""
        return json.loads(self.out)


@dataclass
class Desk:
    """A publisher's working directory and the command line in it."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    calls: list[tuple[str, ...]] = field(default_factory=list)

    def __call__(self, *arguments: object) -> Result:
        self.calls.append(tuple(str(each) for each in arguments))
        self.capture.readouterr()
        code = run([str(each) for each in arguments])
        captured = self.capture.readouterr()
        return Result(code, captured.out, captured.err)

    def write(self, name: str, text: str) -> Path:
        """Put a file into the directory."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def record(self, name: str = "c258.yaml", **changes: str) -> Path:
        """The record of comment 258, with single lines replaced: ``title="title: New"``."""
        text = files("doideposit.cli.example").joinpath("comment-258.yaml").read_text(encoding="utf-8")
        lines = text.splitlines()
        for key, line in changes.items():
            lines = [line if each.startswith(f"{key}:") else each for each in lines]
        return self.write(name, "\n".join(lines) + "\n")
