"""A warm process that forks one run of doideposit after the other; each run may kill itself at a step.

Started by `killing.Zygote`. It reads one JSON line for each run from standard input, forks, and writes one JSON line
with how the child ended. A fork keeps the compiled schema, so that a kill costs milliseconds and not seconds; the
child opens its own ledger and its own connections, as any new process does.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from pydantic import SecretStr

from depositing import DEPOSITOR, checker, commentary, validator
from doideposit.crossref.client import CrossrefClient
from doideposit.crossref.registrar import Credentials, Endpoint
from doideposit.crossref.rest_api import Registry
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.limits import Limits
from doideposit.errors import WorldError
from forked import fork, status_of


class Steps:
    """Counts steps, and dies at one of them as if the plug were pulled."""

    def __init__(self, kill_at: int | None) -> None:
        self.kill_at = kill_at
        self.names: list[str] = []

    def __call__(self, name: str) -> None:
        self.names.append(name)
        if self.kill_at is not None and len(self.names) == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def clock_from(start: str) -> Callable[[], datetime]:
    begun, base = monotonic(), datetime.fromisoformat(start).astimezone(UTC)
    return lambda: base + timedelta(seconds=monotonic() - begun)


def run(task: dict[str, Any]) -> dict[str, Any]:
    """One run of the scheduled job: deposit what there is, then one pass of questions."""
    steps, clock = Steps(task["kill_at"]), clock_from(task["now"])
    url = task["sandbox"]
    client = CrossrefClient(Endpoint("sandbox", url), lambda: Credentials("sandbox", SecretStr("sandbox")))
    trouble: list[str] = []
    with Depositor(
        registrar=client,
        ledger=Ledger.open(task["ledger"], step=steps),
        checker=checker(clock),
        clock=clock,
        target="sandbox",
        head=DEPOSITOR,
        registry=Registry(Endpoint("sandbox", url, rest_url=url, handle_url=url), mailto=None)
        if task["read_first"]
        else None,
        read_first=task["read_first"],
        limits=Limits(records_per_submission=2),
        random=Random(task["seed"]),
        step=steps,
    ) as depositor:
        try:
            report = depositor.deposit(*(commentary(*one[:2], **one[2] if one[2:] else {}) for one in task["content"]))
            actions = [entry.action.value for entry in report.entries if entry.action]
            polled = depositor.poll()
            watched = depositor.watch(50) if task["watch"] else None
            trouble = [one.code for one in (report.error, polled.error, watched and watched.error) if one is not None]
        except WorldError as error:
            actions, trouble = [], [error.code]
        due = depositor.next_due()
        return {
            "steps": steps.names,
            "actions": actions,
            "trouble": trouble,
            "open": depositor.outstanding(),
            "due": due.isoformat() if due else None,
        }


def main() -> None:
    validator().seal(b"<doi_batch/>")
    from doideposit.crossref.xml.batch import Built

    validator().validate(Built.of(DEPOSITOR.head("warm-up", 20260101000000000), [commentary()]).xml)
    print("ready", flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        reading, writing = os.pipe()

        def answer(task: dict[str, Any] = task, writing: int = writing) -> None:
            os.write(writing, json.dumps(run(task)).encode())

        pid = fork(answer)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            data = pipe.read()
        status = status_of(pid)
        signal_number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        result = json.loads(data) if data else None
        print(json.dumps({"signal": signal_number, "status": status, "result": result}), flush=True)


if __name__ == "__main__":
    main()
