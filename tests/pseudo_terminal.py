"""The command line as a person meets it: on a terminal of a given width, with somebody who types."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")
CTRL_C = "\x03"
LONGEST = 60.0
"""Seconds after which a command is given up."""
PATIENCE = 10.0
"""Seconds after which Ctrl-C is pressed again, where nobody can tell whether the command does something."""
IDLE = 8
"""So often in a row, a tenth of a second apart, a command does nothing before Ctrl-C is pressed again."""


@dataclass(frozen=True)
class Seen:
    """What a command left on the terminal."""

    code: int
    raw: str
    out: str
    """Standard output, where it was a pipe."""

    @property
    def text(self) -> str:
        """Without what steers the terminal."""
        return ANSI.sub("", self.raw).replace("\r\n", "\n")

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


def on_terminal(
    arguments: Sequence[object],
    folder: Path,
    *,
    columns: int = 80,
    typed: Sequence[tuple[str, str]] = (),
    out_is_pipe: bool = False,
    **environ: str,
) -> Seen:
    """Run a command on a terminal. `typed` are pairs: when the first appears, the second is typed.

    CTRL_C is an interrupt, as the keyboard sends it; everything else ends with Enter.
    """
    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    kept = {name: text for name, text in os.environ.items() if name not in {"CI", "NO_COLOR", "COLUMNS", "LINES"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "doideposit", *map(str, arguments)],
        cwd=folder,
        env=kept | {"TERM": "xterm-256color"} | environ,
        stdin=other,
        stdout=subprocess.PIPE if out_is_pipe else other,
        stderr=other,
        start_new_session=True,
    )
    os.close(other)
    raw = _talk(process, main, list(typed))
    out = process.stdout.read().decode() if process.stdout else ""
    if process.stdout:
        process.stdout.close()
    os.close(main)
    return Seen(process.wait(), raw, out)


def _talk(process: "subprocess.Popen[bytes]", main: int, waiting: list[tuple[str, str]]) -> str:
    seen, begin, read, idle = b"", time.monotonic(), 0, 0
    interrupted = float("inf")
    while time.monotonic() - begin < LONGEST:
        ready, _, _ = select.select([main], [], [], 0.1)
        if ready:
            try:
                piece = os.read(main, 65536)
            except OSError:
                piece = b""
            if not piece:
                break
            seen += piece
        elif process.poll() is not None:
            break
        if waiting and waiting[0][0].encode() in seen[read:]:
            read, (_, text) = len(seen), waiting.pop(0)
            interrupted = time.monotonic() if text == CTRL_C else interrupted
            _press(process, main, text)
            idle = 0
        # Between the words of a question and the wait for its answer, Python keeps an interrupt to itself until
        # something is typed. A person would press again, and not while the command is busy with its end.
        idle = idle + 1 if interrupted < float("inf") and _is_asleep(process) else 0
        if idle >= IDLE or time.monotonic() - interrupted > PATIENCE:
            interrupted, idle = time.monotonic(), 0
            _press(process, main, CTRL_C)
    else:
        process.kill()
        raise AssertionError(f"still running, after it said\n{seen.decode(errors='replace')}")
    assert not waiting, f"never saw {waiting[0][0]!r} in\n{seen.decode(errors='replace')}"
    return seen.decode(errors="replace")


def _is_asleep(process: "subprocess.Popen[bytes]") -> bool:
    """Whether the command waits for something; on a busy machine it may also wait for its turn, which is no sleep."""
    try:
        # The third field of proc(5), behind the name in brackets.
        return Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "S"
    except OSError:
        return False


def _press(process: "subprocess.Popen[bytes]", main: int, text: str) -> None:
    if text == CTRL_C:
        process.send_signal(signal.SIGINT)
    else:
        os.write(main, f"{text}\n".encode())
