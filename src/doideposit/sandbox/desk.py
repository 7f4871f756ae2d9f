"""The depositors' desk: uploads, result logs, the synchronous route and the check of a login."""

from collections.abc import Mapping
from datetime import timedelta

from doideposit.sandbox import pages
from doideposit.sandbox.accounts import Login
from doideposit.sandbox.entries import ReceivedFile, Stage
from doideposit.sandbox.exchange import Answer, Dropped, Reply, Request
from doideposit.sandbox.faults import Door
from doideposit.sandbox.login import login_page, refusal
from doideposit.sandbox.logs import Diagnostic, Log, waiting
from doideposit.sandbox.queue import OPERATIONS, Queue

__all__ = ["Desk"]

# Bytes; Crossref staff name 10 MB as the limit of one file.
LARGEST_FILE = 10_000_000


class Desk:
    """Answer the requests that need a login, over one `Queue`."""

    def __init__(self, queue: Queue, most_pending: int) -> None:
        self._most_pending = most_pending
        self._queue = queue
        self._archive = queue.archive
        self._accounts = queue.accounts
        self._faults = queue.faults

    def _log_in(self, words: str, password: str, door: Door) -> Login | Reply:
        """Return the login, or the page that refuses it."""
        fault = self._faults.take("auth", door)
        if fault and fault.value == "401":
            return pages.unauthorized()
        login = None if fault else self._accounts.log_in(words, password)
        return login or refusal(words, known=self._accounts.knows(words))

    def deposit(self, request: Request) -> Answer:
        """Answer ``/servlet/deposit``: a login, an operation, and the first part that has a file name."""
        if request.method != "POST":
            return login_page()
        content = request.read()
        # The login may stand in the address or in the form; the form wins.
        fields = {**request.query, **content.fields}
        login = self._log_in(fields.get("login_id", ""), fields.get("login_passwd", ""), Door.UPLOAD)
        if isinstance(login, Reply):
            return login
        operation = fields.get("operation") or "doMDUpload"
        upload = next((file for file in content.files if file.file_name), None)
        refused = self._not_taken(login, operation, upload.content if upload else None)
        if refused or upload is None:
            return refused or pages.failure_page("No file was uploaded.")
        # From here on the file is kept, whatever becomes of the reply.
        number = self._queue.receive(login, upload.file_name, operation, upload.content)
        return self._received(number)

    def _not_taken(self, login: Login, operation: str, content: bytes | None) -> Reply | None:
        """Return why an upload is turned away at the door, where next to nothing is looked at."""
        full = self._faults.take("queue_full", Door.UPLOAD)
        page = self._faults.take("html_200", Door.UPLOAD)
        if full or self._pending(login) >= self._most_pending:
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
        with self._archive.snapshot():
            return self._archive.pending(login.words)

    def _received(self, number: int) -> Answer:
        if self._faults.take("drop_after_accept", Door.UPLOAD):
            return Dropped(received=True)
        after = self._faults.take("status_after_accept", Door.UPLOAD)
        if after:
            return pages.error_page(int(after.value or 500))
        # A request id of the synchronous route can be asked about for some minutes.
        expires = self._queue.clock() + timedelta(minutes=10)
        return pages.success(str(number), expires.strftime("%a, %d-%b-%Y %H:%M:%S GMT"))

    def download(self, request: Request) -> Answer:
        """Answer ``/servlet/submissionDownload``: the result log, or the file as it was stored."""
        fields = {**request.query, **request.read().fields}
        if self._faults.take("poll_login_page", Door.POLL):
            return login_page()
        garbage = self._faults.take("poll_garbage", Door.POLL)
        if garbage:
            return pages.garbage(garbage.value or "")
        login = self._log_in(fields.get("usr", ""), fields.get("pwd", ""), Door.POLL)
        if isinstance(login, Reply):
            return login
        kind = fields.get("type")
        if kind not in {"result", "contents"}:
            # Crossref names both values in its own documentation.
            return pages.failure_page("The parameter type must be result or contents.", 400)
        found = self._find(login, fields)
        if kind == "contents":
            return _xml(found.content) if found else _xml(waiting("unknown_submission", 0))
        return _xml(self._result(found, login)) if found else _xml(waiting("unknown_submission", 0))

    def _find(self, login: Login, fields: Mapping[str, str]) -> ReceivedFile | None:
        name, batch_id = fields.get("file_name"), fields.get("doi_batch_id")
        with self._archive.snapshot():
            if name:
                return self._archive.by_file_name(login.words, name)
            return self._archive.by_batch_id(login.words, batch_id) if batch_id else None

    def _result(self, found: ReceivedFile, login: Login) -> bytes:
        """Return what a poll is told of a submission: its log, or why there is none yet."""
        unknown = self._faults.take("unknown_for", Door.POLL)
        stuck = self._faults.take("stuck", Door.POLL) if found.log is None else None
        old = self._faults.take("old_log_first", Door.POLL)
        with self._archive.transaction():
            if unknown or stuck:
                polls = int(unknown.number) if unknown else 0
                self._archive.hold(found.id, stuck=stuck.value if stuck else None, unknown_polls=polls)
            now = self._archive.submission(found.id) or found
            self._archive.count_poll(found.id)
            return self._older_log(now, login) if old else self._told(now)

    def _told(self, found: ReceivedFile) -> bytes:
        stage = found.stage(self._queue.clock())
        if found.unknown_polls or stage is Stage.HIDDEN:
            return waiting("unknown_submission", 0)
        # Even with a log at hand the first polls are told to wait, as the delays say: no client may count on the first.
        if found.log is None or found.polls < self._queue.delays.unready_polls:
            return waiting("queued" if stage is Stage.QUEUED else "in_process", found.id)
        return found.log

    def _older_log(self, found: ReceivedFile, login: Login) -> bytes:
        """Return another submission's log: that of an earlier file, or one made up for the same DOIs."""
        older = self._archive.older_log(login.words, found.id)
        if older and older.log:
            return older.log
        record = Diagnostic("Success", (("10.5555/sandbox.older", "Successfully added"),))
        return Log(found.id - 1, "sandbox-older-batch", (record,)).to_bytes()

    def deposit_now(self, request: Request) -> Answer:
        """Answer ``/v2/deposits`` with the log, while the caller waits; references are put off."""
        if request.method != "POST":
            return pages.not_found()
        content = request.read()
        login = self._log_in(content.fields.get("usr", ""), content.fields.get("pwd", ""), Door.UPLOAD)
        if isinstance(login, Reply):
            return pages.unauthorized()
        upload = next((file for file in content.files if file.part == "mdFile"), None)
        if upload is None:
            return pages.failure_page("The file part mdFile is missing.", 400)
        log = self._queue.process_now(login, upload.file_name, upload.content)
        # A file that was refused as a whole gives status 403 there.
        return Reply(403 if log.refused else 200, log.to_bytes(), "text/xml;charset=UTF-8")

    def info(self, request: Request) -> Reply:
        """Answer ``/info?rtype=prefixes``: whether a login is right, and its prefixes."""
        words, _, password = request.query.get("pid", "").partition(":")
        login = self._log_in(words, password, Door.POLL)
        if isinstance(login, Reply):
            return pages.unauthorized()
        return Reply(200, "\n".join(sorted(login.prefixes)).encode(), "text/plain;charset=UTF-8")


def _xml(body: bytes) -> Reply:
    return Reply(200, body, "text/xml;charset=UTF-8")
