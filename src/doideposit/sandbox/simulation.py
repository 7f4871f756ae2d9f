"""The sandbox: an in-memory Crossref, from request values to reply values.

It is as hard to get on with as the real one: an upload is answered with "received" and no id, the file is invisible
at first, then waits, then is processed, each on the injected clock; a first poll never finds it completed. Nothing
here sleeps, opens a socket or looks at the time by itself.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from json import dumps
from pathlib import Path
from typing import Self

from doideposit.errors import UsageError
from doideposit.sandbox import lookups, pages
from doideposit.sandbox.accounts import DEFAULT_ACCOUNT, Account, Accounts
from doideposit.sandbox.archive import SandboxArchive
from doideposit.sandbox.clock import Delays, system_time
from doideposit.sandbox.desk import Desk
from doideposit.sandbox.elsewhere import Elsewhere
from doideposit.sandbox.enquiries import AnswerRules, Enquiries
from doideposit.sandbox.entries import ReceivedFile, Registration
from doideposit.sandbox.exchange import Answer, Dropped, Reply, Request
from doideposit.sandbox.faults import Door, Fault, Faults, parse_fault
from doideposit.sandbox.login import login_page
from doideposit.sandbox.processing import RelationTargets, Validate
from doideposit.sandbox.queue import Queue
from doideposit.sandbox.retention import RetentionRules

__all__ = ["Sandbox"]

Routes = dict[str, Callable[[Request], Answer]]
# The last one is how a socket that serves both families writes 127.0.0.1.
LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


class Sandbox:
    """Simulate a Crossref of one's own, for tests, demonstrations and first steps.

    `validate` gives the schema's verdict on a file, None leaves that step out. `state` is a file that several processes
    may share, so that what was uploaded is found later; None keeps everything in memory. `synchronous` opens the
    route ``/v2/deposits``. `relation_targets` says whether related DOIs must be registered: those of prefixes that the
    sandbox knows, all, or none. `most_pending` is how many unprocessed submissions an account may have (Crossref
    documentation, HTTPS POST: 10,000). `rules` say what becomes of what a deposit leaves out, `answers` how it
    answers where that is open. `elsewhere` is what others do to its records. Raises `DiskError` when the state file
    cannot be used.
    """

    def __init__(
        self,
        *,
        accounts: Iterable[Account] = (DEFAULT_ACCOUNT,),
        clock: Callable[[], datetime] = system_time,
        validate: Validate | None = None,
        delays: Delays | None = None,
        faults: Iterable[Fault] = (),
        seed: int = 0,
        state: Path | None = None,
        relation_targets: RelationTargets = "known",
        rules: RetentionRules | None = None,
        answers: AnswerRules | None = None,
        synchronous: bool = False,
        most_pending: int = 10_000,
    ) -> None:
        self.faults = Faults(seed)
        self.faults.arm(faults)
        self.clock = clock
        self.delays = delays or Delays()
        self._archive = SandboxArchive(state)
        self._queue = Queue(
            self._archive,
            Accounts(accounts),
            self.faults,
            clock=clock,
            delays=self.delays,
            validate=validate,
            relation_targets=relation_targets,
            rules=rules or RetentionRules(),
            seed=seed,
        )
        self.rules = self._queue.rules
        self.elsewhere = Elsewhere(self._queue)
        enquiries = Enquiries(self._queue, answers or AnswerRules())
        desk = Desk(self._queue, most_pending)
        self._routes, self._routes_below = self._table(desk, enquiries, synchronous=synchronous)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the state file."""
        self._archive.close()

    @property
    def submissions(self) -> tuple[ReceivedFile, ...]:
        """Return every upload that was received, oldest first."""
        self.process()
        with self._archive.snapshot():
            return tuple(self._archive.submissions())

    @property
    def records(self) -> tuple[Registration, ...]:
        """Return the current version of every registered DOI, in the order of first registration."""
        self.process()
        with self._archive.snapshot():
            return tuple(self._archive.registrations())

    def record(self, doi: str) -> Registration | None:
        """Return the current version of one DOI, in any case of letters; None when it is not registered."""
        return next(reversed(self.history(doi)), None)

    def history(self, doi: str) -> tuple[Registration, ...]:
        """Return every version of a DOI that took effect, oldest first."""
        self.process()
        with self._archive.snapshot():
            return tuple(self._archive.history(doi))

    def process(self) -> None:
        """Process what is due by now; every request does this first."""
        self._queue.process()

    def settle(self) -> None:
        """Process what is due, and let the next poll of every file see what became of it."""
        self.process()
        with self._archive.transaction():
            self._archive.count_polls(self.delays.unready_polls)

    def unstick(self) -> None:
        """Let go of what the fault ``stuck`` holds."""
        with self._archive.transaction():
            self._archive.unstick()

    def handle(self, request: Request) -> Answer:
        """Answer one request, as Crossref would or as the armed faults say."""
        door = _door(request.path)
        # This fault comes before everything else: the request was not even read.
        if door and self.faults.take("drop_before_body", door):
            return Dropped(received=False)
        self.process()
        answer = (self._outage(door) if door else None) or self._route(request)
        slow = self.faults.take("slow", door) if door else None
        return replace(answer, delay=slow.number) if slow else answer

    def _outage(self, door: Door) -> Reply | None:
        status = self.faults.take("status", door)
        retry = self.faults.take("retry_after", door)
        if status or retry:
            return pages.error_page(int(status.value or 0) if status else 429, retry.number if retry else None)
        return None

    def _route(self, request: Request) -> Answer:
        handler = self._routes.get(request.path)
        if handler is None:
            # Paths below these hold a DOI or an id, so that no table can list them.
            below = (route for start, route in self._routes_below.items() if request.path.startswith(start))
            handler = next(below, None)
        return handler(request) if handler else pages.not_found()

    def _table(self, desk: Desk, enquiries: Enquiries, *, synchronous: bool) -> tuple[Routes, Routes]:
        exact: Routes = {
            "/servlet/deposit": desk.deposit,
            "/servlet/submissionDownload": desk.download,
            "/servlet/useragent": lambda _: login_page(),
            "/servlet/query": enquiries.query,
            "/info": desk.info,
            "/getResolvedRefs": enquiries.resolved_references,
            "/search/doi": enquiries.query,
            "/openurl": enquiries.query,
            "/works": enquiries.public(enquiries.works),
            "/sandbox/faults": self._switch,
            "/sandbox/state": self._state,
        }
        if synchronous:
            exact["/v2/deposits"] = desk.deposit_now
        below: Routes = {
            "/works/": enquiries.public(enquiries.work),
            "/prefixes/": enquiries.public(enquiries.prefix),
            "/members/": enquiries.public(enquiries.member),
            "/ra/": enquiries.agency,
            "/api/handles/": enquiries.handle,
            "/10.": enquiries.resolve,
        }
        return exact, below

    def _switch(self, request: Request) -> Reply:
        """Answer ``POST /sandbox/faults`` of ``{"add": [...], "clear": true, "unstick": true}``, from this machine."""
        if request.remote not in LOOPBACK or request.method != "POST":
            return pages.error_page(403)
        wanted = lookups.read_json(request.read().raw)
        added = wanted.get("add", [])
        try:
            new = [parse_fault(str(text)) for text in added] if isinstance(added, list) else []
        except UsageError as error:
            return _json(400, {"error": error.message, "hint": error.hint})
        if wanted.get("clear"):
            self.faults.clear()
        if wanted.get("unstick"):
            self.unstick()
        self.faults.arm(new)
        return _json(200, {"faults": [str(fault) for fault in self.faults.armed]})

    def _state(self, request: Request) -> Reply:
        """Answer ``GET /sandbox/state``: what is inside, for the eye; no password and no file is in it."""
        if request.remote not in LOOPBACK:
            return pages.error_page(403)
        now = self.clock()
        uploads = [_upload(one, now) for one in self.submissions]
        works = [
            {"doi": one.doi, "timestamp": str(one.timestamp), "url": one.url, "title": one.title}
            for one in self.records
        ]
        armed = [str(fault) for fault in self.faults.armed]
        fired = dict(self.faults.fired)
        return _json(
            200, {"now": now.isoformat(), "submissions": uploads, "records": works, "faults": armed, "fired": fired}
        )


_DOORS = {
    "/servlet/deposit": Door.UPLOAD,
    "/v2/deposits": Door.UPLOAD,
    "/servlet/submissionDownload": Door.POLL,
    "/works": Door.REST,
    "/servlet/query": Door.QUERY,
    "/search/doi": Door.QUERY,
    "/openurl": Door.QUERY,
}


def _door(path: str) -> Door | None:
    if path.startswith(("/works/", "/prefixes/", "/members/")):
        return Door.REST
    return Door.HANDLE if path.startswith(("/api/handles/", "/ra/")) else _DOORS.get(path)


def _upload(one: ReceivedFile, now: datetime) -> dict[str, object]:
    return {
        "id": one.id,
        "file_name": one.file_name,
        "stage": one.stage(now),
        "batch_id": one.batch_id,
        "polls": one.polls,
        "received": one.received.isoformat(),
    }


def _json(status: int, body: dict[str, object]) -> Reply:
    return Reply(status, dumps(body, indent=1).encode() + b"\n", "application/json;charset=utf-8")
