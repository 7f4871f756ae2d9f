"""A warm process that forks several hosts at once, each with a turn of its own over one ledger; any may kill itself.

Started by `test_five_hosts_story`. It reads one JSON line for each round, with a task for every host, and writes one
with how each of them ended: its exit status, or the number of the signal below zero.
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

from doideposit.crossref.xml.batch import Built

sys.path.insert(0, str(Path(__file__).parent))

from functools import partial

from pydantic import SecretStr

from depositing import DEPOSITOR, checker, commentary, validator
from doideposit.crossref.client import CrossrefClient
from doideposit.crossref.registrar import Credentials, Endpoint
from doideposit.crossref.rest_api import Registry
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.limits import Limits
from doideposit.job.inbox.folders import Folders
from doideposit.job.inbox.run import InboxPass
from forked import fork, status_of
from inboxes import OLD, yaml


def dying_at(number: int) -> Callable[[str], None]:
    """Count the steps of a host, and pull its plug at one of them; at none for 0."""
    left = number

    def step(_name: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def take_turn(task: dict[str, Any]) -> None:
    """Do everything that a host does, in an order of its own."""
    begun, base, random = monotonic(), datetime.fromisoformat(task["now"]).astimezone(UTC), Random(task["seed"])
    step, url = dying_at(task["die_at"]), task["sandbox"]

    def clock() -> datetime:
        return base + timedelta(seconds=monotonic() - begun)

    with Depositor(
        registrar=CrossrefClient(Endpoint("sandbox", url), lambda: Credentials("sandbox", SecretStr("sandbox"))),
        ledger=Ledger.open(task["ledger"], step=step),
        checker=checker(clock),
        clock=clock,
        target="sandbox",
        head=DEPOSITOR,
        registry=Registry(Endpoint("sandbox", url, rest_url=url, handle_url=url), mailto=None),
        read_first=True,
        limits=Limits(records_per_submission=2),
        random=random,
        step=step,
    ) as depositor:
        Path(task["folder"]).mkdir(exist_ok=True)
        folders = Folders(Path(task["folder"]) / "inbox")
        folders.make()
        title = f"Version {task['version']}"
        # Each host has a commentary of its own in its inbox; a newer file takes the place of one that still lies there.
        dropped = folders.root / "own.yaml"
        dropped.write_text(yaml(task["own"], title), encoding="utf-8")
        os.utime(dropped, (OLD, OLD))
        job = InboxPass(
            depositor,
            folders,
            clock=clock,
            settle_time=timedelta(0),
            seen={},
            notes=True,
            stop=lambda: False,
            step=step,
        )
        turns: list[Callable[[], object]] = [
            lambda: depositor.deposit(*(commentary(number, title) for number in task["deposits"])),
            lambda: depositor.enqueue(*(commentary(number, title) for number in task["queued"])),
            lambda: depositor.poll(force=True),
            lambda: depositor.watch(50),
            lambda: depositor.adopt(folder=Path(task["folder"]) / "records"),
            job.run,
        ]
        random.shuffle(turns)
        for turn in turns:
            turn()


def main() -> None:
    # What is compiled here once is there in every child.
    validator().validate(Built.of(DEPOSITOR.head("warm-up", 20260101000000000), [commentary()]).xml)
    print("ready", flush=True)
    for line in sys.stdin:
        children = [fork(partial(take_turn, task)) for task in json.loads(line)]
        ends = [os.waitstatus_to_exitcode(status_of(child)) for child in children]
        print(json.dumps(ends), flush=True)


if __name__ == "__main__":
    main()
