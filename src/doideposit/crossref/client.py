"""Crossref's two servlets over HTTPS: upload a file, ask later what became of it.

The login travels in the body of a POST and nowhere else. Every answer is put into one class of error, and
"perhaps received" is never mistaken for "not received". Sources: Crossref documentation, "HTTPS POST" and "Using HTTPS
to retrieve logs"; the shapes of failures are those seen in practice, as Crossref documents none.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn
from urllib.parse import urlsplit

from lxml import etree

from doideposit.crossref.diagnostics.outcomes import Unrecognized, read
from doideposit.crossref.http import Exchange, HttpAnswer, NoAnswer, Timeouts
from doideposit.crossref.names import MAX_FILE
from doideposit.crossref.redaction import redact
from doideposit.crossref.registrar import Credentials, Endpoint, Receipt
from doideposit.errors import (
    CredentialsRefused,
    RegistrarBusy,
    RegistrarUnavailable,
    SubmissionForbidden,
    SubmissionInDoubt,
    UnexpectedAnswer,
    UsageError,
)
from doideposit.records.models.batch import SealedBatch

__all__ = ["CrossrefClient", "Timeouts"]

# A receipt is a page of HTML of some kilobytes; more is not a receipt.
MAX_RECEIPT = 256 * 1024
# Bytes of a result log: some 600 for a record, more with references, for the ten thousand a file can hold.
MAX_RESULT = 64 * 1024 * 1024
# Own pending submissions from which a 503 means a full queue (Crossref's limit is 10,000).
BUSY_FROM = 9_000
# Characters of an answer that is not known, which are kept.
EXCERPT = 2_000
# Characters of a password from which its text is taken out of logs; shorter ones occur in any text by chance.
SHORTEST_REDACTED = 6

# The words of the page that Crossref shows for a received file, in small letters.
SUCCESS = {b"your batch submission was successfully received" + end for end in (b".", b"!")}
# With a wrong login the servlet answers 200 and a page to log in, so that the words must tell.
LOGIN_PAGE = (b"/servlet/useragent", b"supply a login", b"wrong credentials. incorrect username or password")
# A page that "does not seem to exist" is one of any web server; a user name is Crossref's.
_UNKNOWN_USER = re.compile(rb"user\s?name:?\s+\S+\s+does not seem to exist")
# What the load balancer in front of the servlets writes while none of them is up.
NO_SERVER = b"no server is available"
# The file name is the handle by which Crossref is asked later; other characters would need escapes there.
_FILE_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")


class CrossrefClient:
    """Talk to Crossref over HTTPS, as a `doideposit.crossref.registrar.Registrar`.

    `credentials` gives the login, and is asked when one is about to be sent: planning and reading need no password.
    `pending` tells how many submissions of this login are unfinished: it decides what an unexplained 503 means.
    Raises `ConfigurationError` when the endpoint is neither https nor on this machine.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Callable[[], Credentials],
        *,
        timeouts: Timeouts | None = None,
        pending: Callable[[], int] | None = None,
    ) -> None:
        url = Endpoint.check_address(endpoint.url, f"the address of target {endpoint.target}")
        self._endpoint = replace(endpoint, url=url)
        self._credentials = credentials
        self._exchange = Exchange(timeouts)
        self._pending = pending or (lambda: 0)

    def submit(self, batch: SealedBatch, file_name: str) -> Receipt:
        """Upload the batch; raises as `Registrar.submit` says, and `UsageError` for a file over 9.5 MB."""
        # Told here, before the bytes travel: Crossref would take them all, and refuse them afterwards.
        if len(batch.xml) > MAX_FILE:
            raise UsageError(
                f"the deposit file has {len(batch.xml):,} bytes; Crossref takes at most 10 MB",
                hint="deposit fewer records in one submission",
            )
        login = self._credentials()
        password = login.password.get_secret_value()
        # The names of the fields are those of the HTTPS POST documentation; result logs have other names for the login.
        operation = Endpoint.operation_of(batch.schema_version)
        fields = {"operation": operation, "login_id": login.username, "login_passwd": password}
        # The file name is the only key under which Crossref is asked later, because the answer to an upload names no
        # number.
        files = {"fname": (_require_file_name(file_name), batch.xml)}
        try:
            answer = self._exchange.post(self._endpoint.deposit_url, fields, xml_files=files, limit=MAX_RECEIPT)
        except NoAnswer as failure:
            if not failure.may_have_arrived:
                raise RegistrarUnavailable(failure.about(self._host)) from None
            # The bytes may have arrived: to call this a failure would invite a second deposit.
            raise SubmissionInDoubt(f"{self._host} did not confirm {file_name}: {failure.reason}") from None
        if not _is_success(answer, file_name):
            self._raise_upload_refusal(answer, file_name)
        return Receipt(file_name, self._redact(answer.body))

    def fetch_result(self, file_name: str) -> bytes:
        """Return the result of the upload with this file name; raises as `Registrar.fetch_result` does."""
        answer = self._request_result(_require_file_name(file_name))
        if answer.status != OK or _is_login_page(answer):
            self._raise_refusal(answer, f"asking for {file_name}")
        if answer.truncated:
            raise self._unexpected_error(answer, f"a result log of more than {MAX_RESULT:,} bytes")
        return self._redact(answer.body)

    def check_login(self) -> tuple[bool | None, str]:
        """Return whether Crossref accepts the login, None where its answer leaves it open, and in one sentence why.

        It is asked for a file that never existed; nothing is deposited.

        Crossref documents no answer for a wrong login here, so only its known refusals count as one, and only a
        result log counts as accepted. Raises `RegistrarUnavailable` or `RegistrarBusy` when nothing could be asked.
        """
        # A name that nobody ever used: what comes back can only be about the login.
        answer = self._request_result(f"doideposit-login-check-{secrets.token_hex(8)}.xml")
        if _is_refusal(answer):
            return (False, f"{self._host} does not accept user name, role or password")
        if answer.status == FORBIDDEN:
            return (False, f"{self._host} knows the login, but does not allow it here (403)")
        if answer.status == OK and not isinstance(read(answer.body, dois=(), batch_id=""), Unrecognized):
            return (True, f"{self._host} answered with a result log")
        if answer.status == TOO_MANY or answer.status >= SERVER_ERROR:
            self._raise_refusal(answer, "checking the login")
        return (None, f"{self._host} answered {answer.status}, in an unknown form")

    @property
    def _host(self) -> str:
        return urlsplit(self._endpoint.url).netloc

    def _request_result(self, file_name: str) -> HttpAnswer:
        login = self._credentials()
        password = login.password.get_secret_value()
        # These names differ from those of an upload, as Crossref's documentation has both.
        fields = {"usr": login.username, "pwd": password, "file_name": file_name, "type": "result"}
        try:
            return self._exchange.post(self._endpoint.result_url, fields, limit=MAX_RESULT)
        except NoAnswer as failure:
            raise RegistrarUnavailable(failure.about(self._host)) from None

    def _raise_upload_refusal(self, answer: HttpAnswer, file_name: str) -> NoReturn:
        """Raise for an upload that was not confirmed.

        Only the answers that Crossref is known to give before it takes a file say that it did not: a refused login,
        429, and 503 before the application or with a full queue. 400, 403 and 413 decline the file, as far as one can
        tell; any other answer leaves open whether the file arrived (Crossref documentation, HTTPS POST, names the
        success page alone).
        """
        if _is_refusal(answer) or answer.status in {FORBIDDEN, TOO_MANY}:
            self._raise_refusal(answer, f"uploading {file_name}")
        if answer.status in DECLINING:
            raise self._unexpected_error(answer, f"{answer.status} when uploading {file_name}")
        # These are the words of the load balancer, so the application never saw the file.
        if answer.status == UNAVAILABLE and NO_SERVER in answer.body.lower():
            message = f"{self._host} could not be reached: none of its servers is up"
            raise RegistrarUnavailable(message, retry_after=answer.retry_after)
        # A 503 has two causes that call for different patience, and only the number of pending files tells them apart.
        if answer.status == UNAVAILABLE and self._pending() > BUSY_FROM:
            raise RegistrarBusy(
                f"{self._host} accepts no more submissions: it is close to its limit of 10,000 pending ones",
                retry_after=answer.retry_after,
            )
        what = f"{self._host} answered {answer.status}{self._target_of(answer)} after {file_name} had been sent"
        raise SubmissionInDoubt(what, excerpt=self._excerpt_of(answer), retry_after=answer.retry_after)

    def _raise_refusal(self, answer: HttpAnswer, doing: str) -> NoReturn:
        """Raise the error for an answer without success to a request that is safe to repeat."""
        if _is_refusal(answer):
            raise CredentialsRefused(f"{self._host} does not accept the login {self._credentials().username}")
        if answer.status == FORBIDDEN:
            forbidden = f"{self._host} does not allow {doing} with the login {self._credentials().username} (403)"
            raise SubmissionForbidden(forbidden, excerpt=self._excerpt_of(answer), retry_after=answer.retry_after)
        if answer.status == TOO_MANY:
            raise RegistrarBusy(f"{self._host} asks to wait (429)", retry_after=answer.retry_after)
        if answer.status >= SERVER_ERROR:
            busy = f"{self._host} cannot process it now: it answered {answer.status}"
            raise RegistrarUnavailable(busy, excerpt=self._excerpt_of(answer), retry_after=answer.retry_after)
        raise self._unexpected_error(answer, f"{answer.status}{self._target_of(answer)} when {doing}")

    def _target_of(self, answer: HttpAnswer) -> str:
        return self._redact(_redirect_host(answer).encode(), shortest=1).decode()

    def _unexpected_error(self, answer: HttpAnswer, what: str) -> UnexpectedAnswer:
        message = f"{self._host} gave an unknown answer: {what}"
        return UnexpectedAnswer(message, excerpt=self._excerpt_of(answer), retry_after=answer.retry_after)

    def _excerpt_of(self, answer: HttpAnswer) -> str:
        # The password is taken out before the text is cut, or half of it could stay behind at the end.
        return self._redact(answer.body, shortest=1).decode("utf-8", "replace")[:EXCERPT]

    def _redact(self, content: bytes, shortest: int = SHORTEST_REDACTED) -> bytes:
        """Remove the password from an answer, in every spelling in which a server might repeat it."""
        password = self._credentials().password.get_secret_value()
        # A short password would also be cut out of innocent text, and a result log be spoilt.
        return content if len(password) < shortest else redact(content, [password])


OK, FORBIDDEN, UNAUTHORIZED, TOO_MANY, SERVER_ERROR, UNAVAILABLE = 200, 403, 401, 429, 500, 503
# Statuses by which a server declines a request as it is: sent again unchanged, it would be declined again.
DECLINING = {400, 413}


def _require_file_name(file_name: str) -> str:
    if not _FILE_NAME.fullmatch(file_name):
        raise RuntimeError(
            f"{file_name!r} cannot be the file name of a submission: only letters, digits, . _ and - are allowed"
        )
    return file_name


# The parts of a page that name it. Those of the success page, as it was recorded, say only that.
_HEADINGS = ("title", "h1", "h2", "h3", "h4", "h5", "h6")
_NAMED_FILE = re.compile(rb"[A-Za-z0-9._-]+\.xml\b")


def _is_success(answer: HttpAnswer, file_name: str) -> bool:
    """Tell whether this is the documented page, or its sentence alone: anything else leaves doubt, which is settled.

    A page that names a file, but not this one, may be what a cache kept of another upload.
    """
    if answer.status != OK or answer.truncated or _is_login_page(answer):
        return False
    page = answer.body.removeprefix(b"\xef\xbb\xbf").strip()
    named = _NAMED_FILE.findall(page)
    return (page.lower() in SUCCESS or _is_success_page(page)) and (not named or file_name.encode() in named)


def _is_success_page(page: bytes) -> bool:
    """Tell whether this is a whole page that is called success, with the sentence as a paragraph of its own.

    The sentence in anything else, such as a comment, a script or a hidden part, was not said about this upload.
    """
    lower = page.lower()
    if not lower.startswith(b"<") or (b"<html" in lower and b"</html" not in lower):
        return False
    try:
        root = etree.fromstring(page, etree.HTMLParser(no_network=True, remove_comments=True, huge_tree=False))
    except etree.XMLSyntaxError:
        return False
    if root is None or {(heading.text or "").strip().lower() for heading in root.iter(*_HEADINGS)} != {"success"}:
        return False
    plain = (paragraph for paragraph in root.iterfind("body/p") if not paragraph.attrib and not len(paragraph))
    return any((paragraph.text or "").strip().lower().encode() in SUCCESS for paragraph in plain)


def _is_login_page(answer: HttpAnswer) -> bool:
    """Tell whether this is the page that asks for a login, which comes with status 200; a result log never is."""
    body = answer.body.lower()
    asks = any(mark in body for mark in LOGIN_PAGE) or _UNKNOWN_USER.search(body) is not None
    return asks and b"<doi_batch_diagnostic" not in body


def _is_refusal(answer: HttpAnswer) -> bool:
    return answer.status == UNAUTHORIZED or (answer.status == OK and _is_login_page(answer))


def _redirect_host(answer: HttpAnswer) -> str:
    """Name the host a redirect points to: an address with more in it could hold anything."""
    host = re.match(r"https?://([A-Za-z0-9.-]+)", answer.headers.get("location", ""))
    return f" (a redirect to {host[1]}, not followed)" if host else ""
