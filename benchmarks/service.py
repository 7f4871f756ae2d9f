"""How fast the HTTP API, the scheduled job and a depositor are, and how they grow to 100,000 DOIs in the ledger.

Run with ``python -m benchmarks.service``, or with some of the names `api`, `opening`, `job` and `growth`; `--quick`
takes a tenth of the files and DOIs. Everything runs in processes of its own, as installed, with the embedded sandbox.
Wall times are what a user waits; on a busy machine, look at the CPU time beside them.
"""

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import quote

from benchmarks.samples import CONFIGURATION, json_lines, record
from benchmarks.timing import memory_and_time
from benchmarks.watching import registered

PROGRAM = str(Path(sys.executable).parent / "doideposit")
TOKEN = "the-token-of-the-benchmark-0123456789"
API = '\n[api.tokens.cms]\nenv = "BENCH_TOKEN"\n'
# Nothing is waited for in the sandbox: what is measured is ours.
FAST = "\n[sandbox.delays]\nhidden = 0\nqueued = 0\nin_process = 0\nunready_polls = 0\nrest = 0\nhandle = 0\n"
CHECKS = 480


class Client:
    """A connection to the service that is kept, as a program keeps it."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def __call__(self, method: str, path: str, body: str | None = None, kind: str = "application/json") -> bytes:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status not in {200, 207}:
            raise SystemExit(f"{method} {path[:60]}: {answer.status} {content[:300]!r}")
        return content


class Service(NamedTuple):
    """A service that runs: its port, and the CPU seconds that its process has used."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Return user and system time so far; 0 where the system has no ``/proc``."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        # The 14th and 15th field of proc(5), of which two stand before the bracket, in ticks of the clock.
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def service(folder: Path) -> Iterator[Service]:
    """Run `doideposit serve` on a free port."""
    environment = {**os.environ, "BENCH_TOKEN": TOKEN}
    arguments = [PROGRAM, "serve", "--port", "0"]
    with subprocess.Popen(arguments, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", first)
        if found is None:
            raise SystemExit(f"the service did not start: {first}{process.stderr.read()}")
        # The access log is read and thrown away, as a service manager reads it.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        try:
            yield Service(int(found[1]), process.pid)
        finally:
            process.terminate()


def tell(what: str, seconds: float, cpu: float, target: str = "", more: str = "") -> None:
    """Print one line of the table."""
    print(f"{what:<58} {seconds * 1000:>10,.1f} ms {cpu * 1000:>10,.1f} ms  {target:<22} {more}", flush=True)


def prepared(folder: Path, dois: int = 0) -> Path:
    """Return a folder with a configuration, and with so many registered DOIs in its ledger."""
    (folder / "doideposit.toml").write_text(CONFIGURATION + API + FAST, encoding="utf-8")
    if dois:
        registered(f"sqlite:///{folder / 'doideposit.sqlite3'}", dois)
    return folder


# The API.


def api(folder: Path, *, quick: bool) -> None:
    """Checks, a question about a hundred DOIs, and a thousand records in one request."""
    prepared(folder)
    with service(folder) as running:
        for clients in (1, 4, 16):
            _checks(running, clients)
        records = 100 if quick else 1_000
        lines = folder / "records.jsonl"
        json_lines(lines, records)
        ask = Client(running.port)
        body = lines.read_text(encoding="utf-8")
        seconds, cpu, answer = _asked(running, lambda: ask("POST", "/v1/deposits?mode=enqueue", body, LINES))
        accepted = sum(json.loads(line)["status"] == 202 for line in answer.splitlines())
        tell(f"{records:,} records enqueued in one request", seconds, cpu, "< 5 s", f"{accepted:,} accepted")
        path = "/v1/dois?" + "&".join(f"doi={quote(f'10.48251/notes.{number}')}" for number in range(1, 101))
        rounds = [_asked(running, lambda: ask("GET", path)) for _ in range(21)]
        seconds = statistics.median(each[0] for each in rounds)
        cpu = sum(each[1] for each in rounds) / len(rounds)
        tell("status of 100 DOIs in one request", seconds, cpu, "< 20 ms", f"{len(rounds[0][2]):,} bytes")


LINES = "application/x-ndjson"


def _asked(running: Service, ask: Callable[[], bytes]) -> tuple[float, float, bytes]:
    cpu, start = running.cpu(), perf_counter()
    answer = ask()
    return perf_counter() - start, running.cpu() - cpu, answer


def _checks(running: Service, clients: int) -> None:
    body = json.dumps(record(1))
    share = CHECKS // clients
    times: list[float] = []

    def work(ask: Client) -> None:
        for _ in range(share):
            start = perf_counter()
            ask("POST", "/v1/check", body)
            times.append(perf_counter() - start)

    askers = [Client(running.port) for _ in range(clients)]
    for ask in askers:
        ask("POST", "/v1/check", body)
    cpu, start = running.cpu(), perf_counter()
    threads = [threading.Thread(target=work, args=(ask,)) for ask in askers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = perf_counter() - start
    each = (running.cpu() - cpu) / len(times)
    rate = f"{len(times) / seconds:,.0f} a second, longest {max(times) * 1000:.0f} ms"
    tell(
        f"check, {clients} clients: median, CPU of the service", statistics.median(times), each, "≥ 200 a second", rate
    )


# Opening, and the job.

_OPENING = """
import time
cpu, wall = time.process_time(), time.perf_counter()
import doideposit
depositor = doideposit.open({path!r})
print(time.process_time() - cpu, time.perf_counter() - wall)
"""


def opening(folder: Path, *, quick: bool) -> None:
    """Import the library and open a depositor, in a new process each time."""
    path = str(prepared(folder, 10) / "doideposit.toml")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    taken = []
    for _ in range(5 if quick else 15):
        arguments = [sys.executable, "-c", _OPENING.format(path=path)]
        done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=True)
        taken.append(tuple(map(float, done.stdout.split())))
    cpu, wall = (statistics.median(each) for each in zip(*taken, strict=True))
    tell("import doideposit, and open a depositor", wall, cpu, "< 250 ms", f"best {min(t[1] for t in taken):.3f} s")


def job(folder: Path, *, quick: bool) -> None:
    """Let passes of `run` take in files of one record, send them, and put them away."""
    prepared(folder)
    with (folder / "doideposit.toml").open("a", encoding="utf-8") as stream:
        stream.write('\n[inbox]\nsettle = "0s"\nlook_ups = 0\n')
    files = 1_000 if quick else 10_000
    inbox = folder / "inbox"
    inbox.mkdir()
    # The first deposit of a series goes alone, so that it must be over before many files can go in one pass.
    (inbox / "first.json").write_text(json.dumps(record(0)), encoding="utf-8")
    for arguments in (["run"], ["poll", "--all"], ["run"]):
        memory_and_time([PROGRAM, *arguments], folder)
    for number in range(1, files + 1):
        (inbox / f"c{number}.json").write_text(json.dumps(record(number)), encoding="utf-8")
    for name in ("takes in and sends", "follows and puts away"):
        if name.startswith("follows"):
            memory_and_time([PROGRAM, "poll", "--all"], folder)
        start = perf_counter()
        peak, cpu = memory_and_time([PROGRAM, "run"], folder)
        lying = f"{sum(1 for _ in (inbox / 'done').glob('*.json')):,} done"
        target = f"< {40 * files // 10_000} s, 150 MB"
        tell(f"a pass that {name} {files:,} files", perf_counter() - start, cpu, target, f"{peak:,.0f} MB, {lying}")


# Growth.


def growth(folder: Path, *, quick: bool) -> None:
    """Commands over ledgers of registered DOIs, each in a new process."""
    for dois in (100, 1_000, 10_000) if quick else (1_000, 10_000, 100_000):
        home = folder / str(dois)
        home.mkdir()
        prepared(home, dois)
        commands: dict[str, Sequence[str]] = {
            "status of one DOI": ["status", "10.5555/c000042"],
            "status of all": ["status"],
            "status of all, as JSON": ["status", "--json"],
            "poll, with nothing outstanding": ["poll"],
            "report": ["report", "-o", "report.html"],
            "the first pass of the job, which lists all": ["run"],
            "a pass of the job": ["run"],
        }
        for name, arguments in commands.items():
            start = perf_counter()
            peak, cpu = memory_and_time([PROGRAM, *arguments], home)
            tell(f"{dois:>7,} DOIs: {name}", perf_counter() - start, cpu, "", f"{peak:,.0f} MB")


PARTS: dict[str, Callable[..., Any]] = {"api": api, "opening": opening, "job": job, "growth": growth}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="what to measure; everything when left out")
    parser.add_argument("--quick", action="store_true", help="a tenth of the files and DOIs")
    arguments = parser.parse_args()
    print(f"load {' '.join(f'{one:.1f}' for one in os.getloadavg())} on {os.cpu_count()} cores")
    print(f"{'what':<58} {'wall':>13} {'CPU':>13}  {'to reach':<22}")
    for name in arguments.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            PARTS[name](Path(folder), quick=arguments.quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
