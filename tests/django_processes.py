"""The Django example in processes of its own: a program that forks one for each piece of work, and kills it at a step.

A step is a place before or after a write: any statement that changes the database of Django or the ledger, commits
included. Started by `story/test_django_kills.py`; reads one JSON line for each process and answers with another.
"""

import json
import os
import re
import signal
import sys
from collections.abc import Callable
from functools import partial
from html import unescape
from io import StringIO
from typing import Any

import django
from django.db.backends.signals import connection_created
from sqlalchemy import Engine, event

from forked import fork, status_of

LIST = "/admin/commentaries/commentary/"
WRITES = {"INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE"}


class Steps:
    """Count the places before and after each write, and die at one of them as if the plug were pulled."""

    def __init__(self, kill_at: int | None) -> None:
        self._kill_at = kill_at
        self.passed: list[str] = []
        self._written = False
        connection_created.connect(lambda connection, **_: self._watch(connection.connection), weak=False)
        event.listen(Engine, "connect", lambda connection, _: self._watch(connection))

    def _watch(self, connection: Any) -> None:
        open_writes = False

        def before(statement: str) -> None:
            nonlocal open_writes
            if self._written:
                self.reach("after it")
            words = statement.split(maxsplit=3)
            # A transaction that only read has nothing to lose at its end.
            self._written = words[0] in WRITES or (words[0] == "COMMIT" and open_writes)
            open_writes = words[0] != "COMMIT" and (open_writes or self._written)
            if self._written:
                self.reach(" ".join(words[:3]))

        # SQLite itself calls it before each statement, whoever gave that.
        connection.set_trace_callback(before)

    def reach(self, place: str) -> None:
        self.passed.append(place)
        if len(self.passed) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def write(number: str, title: str) -> None:
    from commentaries.models import Author, Commentary

    one, _ = Commentary.objects.update_or_create(
        number=number, defaults={"title": title, "published": "2023-09-14", "text": "…"}
    )
    Author.objects.get_or_create(commentary=one, given="Siegfried O.", family="Wolf")


def prepare() -> None:
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    User.objects.create_superuser("staff", "staff@example.org", "irrelevant")


def editor() -> Any:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.get())
    return client


def press(client: Any, steps: Steps) -> list[str]:
    """Press "Register DOI" for everything in the list; return what the page then says."""
    from commentaries.models import Commentary

    chosen = list(Commentary.objects.values_list("pk", flat=True))
    page = client.post(LIST, {"action": "register_doi", "_selected_action": chosen}, follow=True)
    steps.reach("the page is written")
    listed = re.search(r'<ul class="messagelist">(.*?)</ul>', page.content.decode(), re.DOTALL)
    assert listed is not None, page.content.decode()
    return [unescape(text) for text in re.findall(r"<li[^>]*>(.*?)</li>", listed[1], re.DOTALL)]


def columns(client: Any) -> list[str]:
    page = client.get(LIST).content.decode()
    cells = re.findall(r'<td class="field-doi_standing">(.*?)</td>', page)
    return [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in cells]


def follow() -> str:
    from django.core.management import call_command

    said = StringIO()
    call_command("follow_dois", "--all", stdout=said)
    return said.getvalue()


def run(task: dict[str, Any], wait: Callable[[], object]) -> dict[str, Any]:
    if task["work"] == ["prepare"]:
        prepare()
    client = editor()
    for number, title in task["content"].items():
        write(number, title)
    steps = Steps(task["kill_at"])
    from django.db import connections

    # It is opened anew, and counted from here on.
    connections.close_all()
    told: dict[str, list[Any]] = {"press": [], "follow": [], "columns": []}
    work: dict[str, Callable[[], Any]] = {
        "press": lambda: press(client, steps),
        "follow": follow,
        "columns": lambda: columns(client),
    }
    wait()
    for one in task["work"]:
        if one in work:
            told[one].append(work[one]())
    return {**told, "steps": steps.passed}


def answers(task: dict[str, Any]) -> list[dict[str, Any]]:
    """Do the same in as many processes at once as are asked for; return how each ended, and what it told."""
    # Each of them waits for the end of this pipe, so that all begin at the same moment.
    gate, opened = os.pipe()
    begun: list[tuple[int, int]] = []
    for _ in range(task["processes"]):
        reading, writing = os.pipe()

        def work(writing: int = writing) -> None:
            os.close(opened)
            os.write(writing, json.dumps(run(task, partial(os.read, gate, 1))).encode())

        begun.append((fork(work), reading))
        os.close(writing)
    os.close(opened)
    os.close(gate)
    ended = []
    for child, reading in begun:
        with os.fdopen(reading, "rb") as pipe:
            data = pipe.read()
        status = status_of(child)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        ended.append({"killed": killed, "status": status, "told": json.loads(data) if data else None})
    return ended


def main() -> None:
    django.setup()
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(answers(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
