"""The sandbox: an in-memory Crossref, from request values to reply values.

It is as hard to get on with as the real one: an upload is answered with "received" and no id, the file is invisible
at first, then waits, then is processed, each on the injected clock; a first poll never finds it completed. Nothing
here sleeps, opens a socket or looks at the time by itself.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from json import dumps
from pathlib import Path
from typing import Self

from doideposit.errors import UsageError
from doideposit.sandbox.accounts import DEFAULT_ACCOUNT, Account, Accounts, Login
from doideposit.sandbox.archive import SandboxArchive
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.elsewhere import Elsewhere
from doideposit.sandbox.enquiries import Enquiries
from doideposit.sandbox.entries import ReceivedFile, Registration
from doideposit.sandbox.exchange import Answer, Dropped, Reply, Request
from doideposit.sandbox.faults import Fault, FaultPlace, Faults
from doideposit.sandbox.logs import Diagnostic, Log
from doideposit.sandbox.processing import RelationTargets, Validate
from doideposit.sandbox.queue import OPERATIONS, Queue
from doideposit.sandbox.retention import SandboxRules

__all__ = ["Sandbox"]

# The depositors' desk: uploads, result logs, the synchronous route and the check of a login.

# Bytes; Crossref staff name 10 MB as the limit of one file.
LARGEST_FILE = 10_000_000


def _refusal_page(words: str, *, known: bool) -> Reply:
    """Return the page after a login that failed: an unknown user is named, a wrong password is not."""
    wrong = "Wrong credentials. Incorrect username or password"
    return Reply.login_page(wrong if known else f"username: {words} does not seem to exist.")


def _waiting_answer(status: str, submission_id: int) -> bytes:
    """Return the answer while there is no log yet: the batch id stays empty, and the lines end as on Windows."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<doi_batch_diagnostic status="{status}">\r\n'
        f"  <submission_id>{submission_id}</submission_id>\r\n  <batch_id />\r\n</doi_batch_diagnostic>"
    ).encode()


class _Desk:
    """Answer the requests that need a login, over one `Queue`."""

    def __init__(self, queue: Queue, most_pending: int) -> None:
        self._most_pending = most_pending
        self._queue = queue
        self._archive = queue.archive
        self._accounts = queue.accounts
        self._faults = queue.faults

    def _require_login(self, words: str, password: str, place: FaultPlace) -> Login | Reply:
        """Return the login, or the page that refuses it."""
        fault = self._faults.take("auth", place)
        if fault and fault.value == "401":
            return Reply.unauthorized()
        login = None if fault else self._accounts.log_in(words, password)
        return login or _refusal_page(words, known=self._accounts.knows(words))

    def deposit(self, request: Request) -> Answer:
        """Answer ``/servlet/deposit``: a login, an operation, and the first part that has a file name."""
        if request.method != "POST":
            return Reply.login_page()
        content = request.read()
        # The login may be in the address or in the form; the form wins.
        fields = {**request.query, **content.fields}
        login = self._require_login(fields.get("login_id", ""), fields.get("login_passwd", ""), "upload")
        if isinstance(login, Reply):
            return login
        operation = fields.get("operation") or "doMDUpload"
        upload = next((file for file in content.files if file.file_name), None)
        refused = self._refuse_upload(login, operation, upload.content if upload else None)
        if refused or upload is None:
            return refused or Reply.failure("No file was uploaded.")
        # From here on the file is kept, even where the answer gets lost.
        number = self._queue.receive(login, upload.file_name, operation, upload.content)
        return self._received_answer(number)

    def _refuse_upload(self, login: Login, operation: str, content: bytes | None) -> Reply | None:
        """Return why an upload is refused at once, before it is processed."""
        full = self._faults.take("queue_full", "upload")
        page = self._faults.take("html_200", "upload")
        if full or self._count_pending(login) >= self._most_pending:
            return Reply.error_page(int(full.value or 429) if full else 429)
        if page:
            reason = "The submission could not be stored. Please contact support."
            return Reply.failure(reason) if page.value == "failure" else Reply(200, b"")
        if content is not None and len(content) > LARGEST_FILE:
            return Reply.failure("The file is larger than 10 MB.", 413)
        if operation not in OPERATIONS:
            return Reply.failure(f"The sandbox knows no operation {operation}.")
        return None

    def _count_pending(self, login: Login) -> int:
        with self._archive.snapshot():
            return self._archive.pending(login.words)

    def _received_answer(self, number: int) -> Answer:
        if self._faults.take("drop_after_accept", "upload"):
            return Dropped(received=True)
        after = self._faults.take("status_after_accept", "upload")
        if after:
            return Reply.error_page(int(after.value or 500))
        # When the cookie of the session ends.
        expires = self._queue.clock() + timedelta(minutes=10)
        return Reply.success(str(number), expires.strftime("%a, %d-%b-%Y %H:%M:%S GMT"))

    def download(self, request: Request) -> Answer:
        """Answer ``/servlet/submissionDownload``: the result log, or the stored file."""
        fields = {**request.query, **request.read().fields}
        if self._faults.take("poll_login_page", "poll"):
            return Reply.login_page()
        garbage = self._faults.take("poll_garbage", "poll")
        if garbage:
            return Reply.garbage(garbage.value or "")
        login = self._require_login(fields.get("usr", ""), fields.get("pwd", ""), "poll")
        if isinstance(login, Reply):
            return login
        kind = fields.get("type")
        if kind not in {"result", "contents"}:
            return Reply.failure("The parameter type must be result or contents.", 400)
        found = self._find_submission(login, fields)
        if kind == "contents":
            return _xml_reply(found.content) if found else _xml_reply(_waiting_answer("unknown_submission", 0))
        return (
            _xml_reply(self._result_reply(found, login))
            if found
            else _xml_reply(_waiting_answer("unknown_submission", 0))
        )

    def _find_submission(self, login: Login, fields: Mapping[str, str]) -> ReceivedFile | None:
        name, batch_id = fields.get("file_name"), fields.get("doi_batch_id")
        with self._archive.snapshot():
            if name:
                return self._archive.by_file_name(login.words, name)
            return self._archive.by_batch_id(login.words, batch_id) if batch_id else None

    def _result_reply(self, found: ReceivedFile, login: Login) -> bytes:
        """Return the answer to a poll of a submission: its log, or why there is none yet."""
        unknown = self._faults.take("unknown_for", "poll")
        stuck = self._faults.take("stuck", "poll") if found.log is None else None
        old = self._faults.take("old_log_first", "poll")
        with self._archive.transaction():
            if unknown or stuck:
                polls = int(unknown.number) if unknown else 0
                self._archive.hold(found.id, stuck=stuck.value if stuck else None, unknown_polls=polls)
            now = self._archive.submission(found.id) or found
            self._archive.count_poll(found.id)
            return self._older_log_reply(now, login) if old else self._log_reply(now)

    def _log_reply(self, found: ReceivedFile) -> bytes:
        stage = found.stage(self._queue.clock())
        if found.unknown_polls or stage == "hidden":
            return _waiting_answer("unknown_submission", 0)
        # The first polls are told to wait even where the log is ready: no client may count on an answer at once.
        if found.log is None or found.polls < self._queue.delays.unready_polls:
            return _waiting_answer("queued" if stage == "queued" else "in_process", found.id)
        return found.log

    def _older_log_reply(self, found: ReceivedFile, login: Login) -> bytes:
        """Return another submission's log: that of an earlier file, or one made up for the same DOIs."""
        older = self._archive.older_log(login.words, found.id)
        if older and older.log:
            return older.log
        record = Diagnostic("Success", (("10.5555/sandbox.older", "Successfully added"),))
        return Log(found.id - 1, "sandbox-older-batch", (record,)).to_bytes()

    def deposit_now(self, request: Request) -> Answer:
        """Answer ``/v2/deposits`` with the log, while the caller waits; references are put off."""
        if request.method != "POST":
            return Reply.not_found()
        content = request.read()
        login = self._require_login(content.fields.get("usr", ""), content.fields.get("pwd", ""), "upload")
        if isinstance(login, Reply):
            return Reply.unauthorized()
        upload = next((file for file in content.files if file.part == "mdFile"), None)
        if upload is None:
            return Reply.failure("The file part mdFile is missing.", 400)
        log = self._queue.process_now(login, upload.file_name, upload.content)
        # Crossref's synchronous route answers 403 where processing failed.
        return Reply(403 if log.refused else 200, log.to_bytes(), "text/xml;charset=UTF-8")

    def info(self, request: Request) -> Reply:
        """Answer ``/info?rtype=prefixes``: whether a login is right, and its prefixes."""
        words, _, password = request.query.get("pid", "").partition(":")
        login = self._require_login(words, password, "poll")
        if isinstance(login, Reply):
            return Reply.unauthorized()
        return Reply(200, "\n".join(sorted(login.prefixes)).encode(), "text/plain;charset=UTF-8")


def _xml_reply(body: bytes) -> Reply:
    return Reply(200, body, "text/xml;charset=UTF-8")


Routes = dict[str, Callable[[Request], Answer]]
# The last one is how a socket that serves both families writes 127.0.0.1.
LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


class Sandbox:
    """Simulate a Crossref of one's own, for tests, demonstrations and first steps.

    `validate` gives the schema's verdict on a file, None leaves that step out. `state` is a file that several processes
    may share, so that what was uploaded is found later; None keeps everything in memory. `synchronous` opens the
    route ``/v2/deposits``. `relation_targets` says whether related DOIs must be registered: those of prefixes that the
    sandbox knows, all, or none. `most_pending` is how many unprocessed submissions an account may have (Crossref
    documentation, HTTPS POST: 10,000). `rules` say what it does where Crossref's documentation leaves that open.
    `elsewhere` is what others do to its records. Raises `DiskError` when the state file cannot be used.
    """

    def __init__(
        self,
        *,
        accounts: Iterable[Account] = (DEFAULT_ACCOUNT,),
        clock: Callable[[], datetime] = Clock.system_time,
        validate: Validate | None = None,
        delays: Delays | None = None,
        faults: Iterable[Fault] = (),
        seed: int = 0,
        state: Path | None = None,
        relation_targets: RelationTargets = "known",
        rules: SandboxRules | None = None,
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
            rules=rules or SandboxRules(),
            seed=seed,
        )
        self.rules = self._queue.rules
        self.elsewhere = Elsewhere(self._queue)
        enquiries = Enquiries(self._queue)
        desk = _Desk(self._queue, most_pending)
        self._routes, self._routes_below = self._route_table(desk, enquiries, synchronous=synchronous)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the state file."""
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
        """Process what is due; every request does this first."""
        self._queue.process()

    def settle(self) -> None:
        """Process what is due, and let the next poll of every file return its result."""
        self.process()
        with self._archive.transaction():
            self._archive.count_polls(self.delays.unready_polls)

    def unstick(self) -> None:
        """Release what the fault ``stuck`` holds."""
        with self._archive.transaction():
            self._archive.unstick()

    def handle(self, request: Request) -> Answer:
        """Answer one request, as Crossref would or as the armed faults say."""
        place = _place_of(request.path)
        # This fault comes before everything else: the request was not even read.
        if place and self.faults.take("drop_before_body", place):
            return Dropped(received=False)
        self.process()
        answer = (self._outage_reply(place) if place else None) or self._route_request(request)
        slow = self.faults.take("slow", place) if place else None
        return replace(answer, delay=slow.number) if slow else answer

    def _outage_reply(self, place: FaultPlace) -> Reply | None:
        status = self.faults.take("status", place)
        retry = self.faults.take("retry_after", place)
        if status or retry:
            return Reply.error_page(int(status.value or 0) if status else 429, retry.number if retry else None)
        return None

    def _route_request(self, request: Request) -> Answer:
        handler = self._routes.get(request.path)
        if handler is None:
            # Paths below these hold a DOI or an id, so that no table can list them.
            below = (route for start, route in self._routes_below.items() if request.path.startswith(start))
            handler = next(below, None)
        return handler(request) if handler else Reply.not_found()

    def _route_table(self, desk: _Desk, enquiries: Enquiries, *, synchronous: bool) -> tuple[Routes, Routes]:
        exact: Routes = {
            "/servlet/deposit": desk.deposit,
            "/servlet/submissionDownload": desk.download,
            "/servlet/useragent": lambda _: Reply.login_page(),
            "/servlet/query": enquiries.query,
            "/info": desk.info,
            "/getResolvedRefs": enquiries.resolved_references,
            "/search/doi": enquiries.query,
            "/openurl": enquiries.query,
            "/works": enquiries.public(enquiries.works),
            "/sandbox/faults": self._switch_faults,
            "/sandbox/state": self._state_reply,
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

    def _switch_faults(self, request: Request) -> Reply:
        """Answer ``POST /sandbox/faults`` of ``{"add": [...], "clear": true, "unstick": true}``, from this machine."""
        if request.remote not in LOOPBACK or request.method != "POST":
            return Reply.error_page(403)
        wanted = request.read().json
        added = wanted.get("add", [])
        try:
            new = [Fault.parse(str(text)) for text in added] if isinstance(added, list) else []
        except UsageError as error:
            return _json_reply(400, {"error": error.message, "hint": error.hint})
        if wanted.get("clear"):
            self.faults.clear()
        if wanted.get("unstick"):
            self.unstick()
        self.faults.arm(new)
        return _json_reply(200, {"faults": [str(fault) for fault in self.faults.armed]})

    def _state_reply(self, request: Request) -> Reply:
        """Answer ``GET /sandbox/state``: the contents, for debugging, without passwords and files."""
        if request.remote not in LOOPBACK:
            return Reply.error_page(403)
        now = self.clock()
        uploads = [_upload_as_json(submission, now) for submission in self.submissions]
        works = [
            {"doi": record.doi, "timestamp": str(record.timestamp), "url": record.url, "title": record.title}
            for record in self.records
        ]
        armed = [str(fault) for fault in self.faults.armed]
        fired = dict(self.faults.fired)
        return _json_reply(
            200, {"now": now.isoformat(), "submissions": uploads, "records": works, "faults": armed, "fired": fired}
        )


_PLACES: Mapping[str, FaultPlace] = {
    "/servlet/deposit": "upload",
    "/v2/deposits": "upload",
    "/servlet/submissionDownload": "poll",
    "/works": "rest",
    "/servlet/query": "query",
    "/search/doi": "query",
    "/openurl": "query",
}


def _place_of(path: str) -> FaultPlace | None:
    if path.startswith(("/works/", "/prefixes/", "/members/")):
        return "rest"
    return "handle" if path.startswith(("/api/handles/", "/ra/")) else _PLACES.get(path)


def _upload_as_json(received: ReceivedFile, now: datetime) -> dict[str, object]:
    return {
        "id": received.id,
        "file_name": received.file_name,
        "stage": received.stage(now),
        "batch_id": received.batch_id,
        "polls": received.polls,
        "received": received.received.isoformat(),
    }


def _json_reply(status: int, body: dict[str, object]) -> Reply:
    return Reply(status, dumps(body, indent=1).encode() + b"\n", "application/json;charset=utf-8")
