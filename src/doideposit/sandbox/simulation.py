"""The sandbox: an in-memory Crossref, from request values to reply values.

It is as hard to get on with as the real one: an upload is answered with "received" and no id, the file is invisible
at first, then waits, then is processed, each on the injected clock; a first poll never finds it completed. Nothing
here sleeps, opens a socket or looks at the time by itself.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from json import dumps
from pathlib import Path
from typing import Self

from doideposit.errors import UsageError
from doideposit.sandbox import lookups, pages
from doideposit.sandbox.accounts import DEFAULT_ACCOUNT, Account, Accounts, Login
from doideposit.sandbox.archive import Archive, Registration, Stage, Submission
from doideposit.sandbox.clock import Delays, system_time
from doideposit.sandbox.exchange import Dropped, Reply, Request
from doideposit.sandbox.faults import Door, Fault, Faults, parse_fault
from doideposit.sandbox.logs import Diagnostic, Log, waiting
from doideposit.sandbox.processing import RelationTargets, Validate
from doideposit.sandbox.queue import OPERATIONS, Queue

__all__ = ["Sandbox"]

LARGEST_FILE = 10_000_000
"""Bytes; Crossref staff name 10 MB as the limit of one file."""
MOST_PENDING = 10_000
"""Submissions of one user that may wait (Crossref documentation, HTTPS POST)."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})

Answer = Reply | Dropped


class Sandbox:
    """A Crossref of one's own, for tests, demonstrations and first steps.

    `validate` gives the schema's verdict on a file, None leaves that step out. `state` is a file that several processes
    may share, so that what was uploaded is found later; None keeps everything in memory. `synchronous` opens the
    route ``/v2/deposits``. `relation_targets` says whether related DOIs must be registered: those of prefixes the sandbox
    knows, all, or none. Raises `DiskError` when the state file cannot be used.
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
        synchronous: bool = False,
    ) -> None:
        self.faults = Faults(seed)
        self.faults.arm(faults)
        self.clock = clock
        self.delays = delays or Delays()
        self._accounts = Accounts(accounts)
        self._archive = Archive(state)
        self._synchronous = synchronous
        self._queue = Queue(
            self._archive, self._accounts, self.faults, clock=clock, delays=self.delays, validate=validate,
            relation_targets=relation_targets, seed=seed,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the state file."""
        self._archive.close()

    @property
    def submissions(self) -> tuple[Submission, ...]:
        """Every upload that was received, oldest first."""
        self.process()
        with self._archive.transaction():
            return tuple(self._archive.submissions())

    @property
    def records(self) -> tuple[Registration, ...]:
        """The current version of every registered DOI."""
        self.process()
        with self._archive.transaction():
            return tuple(self._archive.registrations())

    def record(self, doi: str) -> Registration | None:
        """The current version of one DOI, in any case of letters; None when it is not registered."""
        return next(reversed(self.history(doi)), None)

    def history(self, doi: str) -> tuple[Registration, ...]:
        """Every version of a DOI that took effect, oldest first."""
        self.process()
        with self._archive.transaction():
            return tuple(self._archive.history(doi))

    def process(self) -> None:
        """Process what is due by now; every request does this first."""
        self._queue.process()

    def unstick(self) -> None:
        """Let go of what the fault ``stuck`` holds."""
        with self._archive.transaction():
            self._archive.unstick()

    def handle(self, request: Request) -> Answer:
        """Answer one request, as Crossref would or as the armed faults say."""
        door = _door(request.path)
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
        exact = {
            "/servlet/deposit": self._deposit,
            "/servlet/submissionDownload": self._download,
            "/v2/deposits": self._deposit_now,
            "/info": self._info,
            "/getResolvedRefs": self._resolved_references,
            "/search/doi": self._query,
            "/servlet/query": self._query,
            "/servlet/useragent": lambda _: pages.login_page(),
            "/works": self._works,
            "/sandbox/faults": self._switch,
            "/sandbox/state": self._state,
        }
        below = {"/works/": self._work, "/prefixes/": self._prefix, "/api/handles/": self._handle}
        handler = exact.get(request.path)
        start = next((start for start in below if request.path.startswith(start)), None)
        if handler is None and start:
            handler = below[start]
        return handler(request) if handler else pages.not_found()

    def _log_in(self, words: str, password: str, door: Door) -> Login | Reply:
        """The login, or the page that refuses it."""
        fault = self.faults.take("auth", door)
        if fault:
            return (
                pages.unauthorized()
                if fault.value == "401"
                else pages.refusal(words, known=self._accounts.knows(words))
            )
        return self._accounts.log_in(words, password) or pages.refusal(words, known=self._accounts.knows(words))

    def _deposit(self, request: Request) -> Answer:
        if request.method != "POST":
            return pages.login_page()
        content = request.read()
        fields = {**request.query, **content.fields}
        login = self._log_in(fields.get("login_id", ""), fields.get("login_passwd", ""), Door.UPLOAD)
        if isinstance(login, Reply):
            return login
        operation = fields.get("operation") or "doMDUpload"
        upload = next((file for file in content.files if file.file_name), None)
        refused = self._not_taken(login, operation, upload.content if upload else None)
        if refused or upload is None:
            return refused or pages.failure_page("No file was uploaded.")
        number = self._queue.receive(login, upload.file_name, operation, upload.content)
        return self._received(number)

    def _not_taken(self, login: Login, operation: str, content: bytes | None) -> Reply | None:
        """Why an upload is turned away at the door, where next to nothing is looked at."""
        full = self.faults.take("queue_full", Door.UPLOAD)
        page = self.faults.take("html_200", Door.UPLOAD)
        if full or self._pending(login) >= MOST_PENDING:
            return pages.error_page(int(full.value or 429) if full else 429)
        if page:
            reason = "The submission could not be stored. Please contact support."
            return pages.failure_page(reason) if page.value == "failure" else Reply(200, b"")
        if content is not None and len(content) > LARGEST_FILE:
            return pages.failure_page("The file is larger than 10 MB.", 413)
        if operation not in OPERATIONS:
            return pages.failure_page(f"The sandbox knows no operation {operation}.")
        return None

    def _pending(self, login: Login) -> int:
        with self._archive.transaction():
            return self._archive.pending(login.words)

    def _received(self, number: int) -> Answer:
        if self.faults.take("drop_after_accept", Door.UPLOAD):
            return Dropped(received=True)
        after = self.faults.take("status_after_accept", Door.UPLOAD)
        if after:
            return pages.error_page(int(after.value or 500))
        expires = self.clock() + timedelta(minutes=10)
        return pages.success(str(number), expires.strftime("%a, %d-%b-%Y %H:%M:%S GMT"))

    def _download(self, request: Request) -> Answer:
        fields = {**request.query, **request.read().fields}
        if self.faults.take("poll_login_page", Door.POLL):
            return pages.login_page()
        garbage = self.faults.take("poll_garbage", Door.POLL)
        if garbage:
            return pages.garbage(garbage.value or "")
        login = self._log_in(fields.get("usr", ""), fields.get("pwd", ""), Door.POLL)
        if isinstance(login, Reply):
            return login
        kind = fields.get("type")
        if kind not in {"result", "contents"}:
            return pages.failure_page("The parameter type must be result or contents.", 400)
        found = self._find(login, fields)
        if kind == "contents":
            return _xml(found.content) if found else _xml(waiting("unknown_submission", 0))
        return _xml(self._result(found, login)) if found else _xml(waiting("unknown_submission", 0))

    def _find(self, login: Login, fields: dict[str, str]) -> Submission | None:
        name, batch_id = fields.get("file_name"), fields.get("doi_batch_id")
        with self._archive.transaction():
            if name:
                return self._archive.by_file_name(login.words, name)
            return self._archive.by_batch_id(login.words, batch_id) if batch_id else None

    def _result(self, found: Submission, login: Login) -> bytes:
        """What a poll is told of a submission: its log, or why there is none yet."""
        unknown = self.faults.take("unknown_for", Door.POLL)
        stuck = self.faults.take("stuck", Door.POLL) if found.log is None else None
        old = self.faults.take("old_log_first", Door.POLL)
        with self._archive.transaction():
            if unknown or stuck:
                polls = int(unknown.number) if unknown else 0
                self._archive.hold(found.id, stuck=stuck.value if stuck else None, unknown_polls=polls)
            now = self._archive.submission(found.id) or found
            self._archive.count_poll(found.id)
            return self._older_log(now, login) if old else self._told(now)

    def _told(self, found: Submission) -> bytes:
        stage = found.stage(self.clock())
        if found.unknown_polls or stage is Stage.HIDDEN:
            return waiting("unknown_submission", 0)
        if found.log is None or found.polls < self.delays.unready_polls:
            return waiting("queued" if stage is Stage.QUEUED else "in_process", found.id)
        return found.log

    def _older_log(self, found: Submission, login: Login) -> bytes:
        """Another submission's log: that of an earlier file, or one made up for the same DOIs."""
        older = self._archive.older_log(login.words, found.id)
        if older and older.log:
            return older.log
        record = Diagnostic("Success", (("10.5555/sandbox.older", "Successfully added"),))
        return Log(found.id - 1, "sandbox-older-batch", (record,)).to_bytes()

    def _deposit_now(self, request: Request) -> Answer:
        """The synchronous route: processed while the caller waits, with the log as the reply."""
        if not self._synchronous or request.method != "POST":
            return pages.not_found()
        content = request.read()
        login = self._log_in(content.fields.get("usr", ""), content.fields.get("pwd", ""), Door.UPLOAD)
        if isinstance(login, Reply):
            return pages.unauthorized()
        upload = next((file for file in content.files if file.part == "mdFile"), None)
        if upload is None:
            return pages.failure_page("The file part mdFile is missing.", 400)
        number = self._queue.receive(login, upload.file_name, "doMDUpload", upload.content, Delays.none())
        self.process()
        with self._archive.transaction():
            done = self._archive.submission(number)
        log = (done.log if done else None) or b""
        return Reply(403 if b"<doi />" in log else 200, log, "text/xml;charset=UTF-8")

    def _info(self, request: Request) -> Answer:
        words, _, password = request.query.get("pid", "").partition(":")
        login = self._log_in(words, password, Door.POLL)
        if isinstance(login, Reply):
            return pages.unauthorized()
        return Reply(200, "\n".join(sorted(login.prefixes)).encode(), "text/plain;charset=UTF-8")

    def _query(self, request: Request) -> Answer:
        words, _, password = request.query.get("pid", "").partition(":")
        if "@" not in words and self._accounts.log_in(words, password) is None:
            return pages.unauthorized()
        doi = request.query.get("doi") or request.query.get("id", "")
        with self._archive.transaction():
            return lookups.query_reply(doi, self._archive.history(doi))

    def _resolved_references(self, request: Request) -> Answer:
        fields = {**request.query, **request.read().fields}
        login = self._accounts.log_in(fields.get("usr", ""), fields.get("pwd", ""))
        if login is None:
            return pages.unauthorized()
        doi = fields.get("doi", "")
        with self._archive.transaction():
            current = self._archive.current(doi)
            words = [line.partition("\t")[::2] for line in (current.reference_words if current else "").splitlines()]
            matches = {key: match for key, text in words if (match := self._archive.titles_in(text))}
        if current and not login.may_add(current.prefix):
            return pages.unauthorized()
        return lookups.matched_references(doi, current, matches)

    def _shown(self, doi: str, lag: str) -> list[Registration]:
        """The versions of a DOI that the outside world sees by now."""
        now = self.clock()
        with self._archive.transaction():
            return [one for one in self._archive.history(doi) if (one.rest if lag == "rest" else one.handle) <= now]

    def _work(self, request: Request) -> Answer:
        doi = request.path.removeprefix("/works/")
        if doi.endswith("/agency"):
            return lookups.agency_reply(self._shown(doi.removesuffix("/agency"), "rest"), request.query)
        return lookups.work_reply(self._shown(doi, "rest"), request.query)

    def _works(self, request: Request) -> Answer:
        filters = [part.partition(":") for part in request.query.get("filter", "").split(",")]
        dois = [doi for name, _, doi in filters if name == "doi"]
        return lookups.works_reply([self._shown(doi, "rest") for doi in dois], request.query)

    def _prefix(self, request: Request) -> Answer:
        prefix = request.path.removeprefix("/prefixes/")
        with self._archive.transaction():
            known = prefix in self._accounts.prefixes | self._archive.prefixes()
        return lookups.prefix_reply(prefix, request.query, known=known)

    def _handle(self, request: Request) -> Answer:
        doi = request.path.removeprefix("/api/handles/")
        return lookups.handle_reply(doi, self._shown(doi, "handle"), request.query)

    def _switch(self, request: Request) -> Answer:
        """``POST /sandbox/faults`` with ``{"add": [...], "clear": true}``, from this machine alone."""
        if request.remote not in LOOPBACK or request.method != "POST":
            return pages.error_page(403)
        wanted = lookups.read_json(request.read().raw)
        texts = wanted.get("add", [])
        try:
            new = [parse_fault(str(text)) for text in texts] if isinstance(texts, list) else []
        except UsageError as error:
            return _json(400, {"error": error.message, "hint": error.hint})
        if wanted.get("clear"):
            self.faults.clear()
        if wanted.get("unstick"):
            self.unstick()
        self.faults.arm(new)
        return _json(200, {"faults": [str(fault) for fault in self.faults.armed]})

    def _state(self, request: Request) -> Answer:
        """``GET /sandbox/state``: what is inside, for the eye; no password and no file is in it."""
        if request.remote not in LOOPBACK:
            return pages.error_page(403)
        now = self.clock()
        uploads = [
            {
                "id": one.id,
                "file_name": one.file_name,
                "stage": one.stage(now),
                "batch_id": one.batch_id,
                "polls": one.polls,
            }
            for one in self.submissions
        ]
        works = [
            {"doi": one.doi, "timestamp": str(one.version), "url": one.url, "title": one.title} for one in self.records
        ]
        armed = [str(fault) for fault in self.faults.armed]
        return _json(200, {"now": now.isoformat(), "submissions": uploads, "records": works, "faults": armed})


_DOORS = {
    "/servlet/deposit": Door.UPLOAD,
    "/v2/deposits": Door.UPLOAD,
    "/servlet/submissionDownload": Door.POLL,
    "/works": Door.REST,
}


def _door(path: str) -> Door | None:
    if path.startswith(("/works/", "/prefixes/")):
        return Door.REST
    return Door.HANDLE if path.startswith("/api/handles/") else _DOORS.get(path)


def _xml(body: bytes) -> Reply:
    return Reply(200, body, "text/xml;charset=UTF-8")


def _json(status: int, body: dict[str, object]) -> Reply:
    return Reply(status, dumps(body, indent=1).encode() + b"\n", "application/json;charset=utf-8")
