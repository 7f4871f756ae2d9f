"""The WSGI application: which address is which operation, who may use it, and every fault as a JSON document."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from wsgiref.types import StartResponse, WSGIEnvironment

from pydantic import SecretStr
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from doideposit.deposits.depositor import Depositor
from doideposit.errors import ApprovalMissing, DoiDepositError, UsageError
from doideposit.web.access import AccessLine, request_id
from doideposit.web.afterwards import Afterwards, Start, in_thread
from doideposit.web.allowance import Allowance
from doideposit.web.answers import Refused, document, unavailable
from doideposit.web.description import description
from doideposit.web.notifications import Notifications
from doideposit.web.operations import OPERATIONS, Caller
from doideposit.web.reading import MAX_BODY, bearer_token
from doideposit.web.tokens import Tokens
from doideposit.wiring import system_clock

__all__ = ["Application", "application"]

LOG: Final = logging.getLogger("doideposit.web")

# A DOI holds slashes, also two in a row. Nothing here redirects.
_ROUTES: Final = Map(
    [
        Rule("/v1/check", methods=["POST"], endpoint="check"),
        Rule("/v1/deposits", methods=["POST"], endpoint="deposit"),
        Rule("/v1/plans", methods=["POST"], endpoint="plan"),
        Rule("/v1/plans/approve", methods=["POST"], endpoint="approve"),
        Rule("/v1/plans/apply", methods=["POST"], endpoint="apply"),
        Rule("/v1/dois", methods=["GET"], endpoint="dois"),
        Rule("/v1/dois/<path:doi>", methods=["GET"], endpoint="status"),
        Rule("/v1/dois/<path:doi>/history", methods=["GET"], endpoint="history"),
        Rule("/v1/dois/<path:doi>/xml", methods=["GET"], endpoint="xml"),
        Rule("/v1/dois/<path:doi>/tags", methods=["GET"], endpoint="tags"),
        Rule("/v1/dois/<path:doi>/acknowledge", methods=["POST"], endpoint="acknowledge"),
        Rule("/v1/dois/<path:doi>/accept", methods=["POST"], endpoint="accept"),
        Rule("/v1/dois/<path:doi>/restore", methods=["POST"], endpoint="restore"),
        Rule("/v1/dois/<path:doi>/abandon", methods=["POST"], endpoint="abandon"),
        Rule("/v1/dois/<path:doi>/verify", methods=["POST"], endpoint="verify"),
        Rule("/v1/events", methods=["GET"], endpoint="events"),
        Rule("/v1/health", methods=["GET"], endpoint="health"),
        Rule("/v1/crossref/notify", methods=["GET", "POST"], endpoint="notify"),
        Rule("/openapi.json", methods=["GET"], endpoint="openapi"),
    ],
    merge_slashes=False,
    redirect_defaults=False,
)

# Notifications at once, and in the long run; Crossref sends one for each submission.
BURST, PER_SECOND = 120, 2.0

Log = Callable[[str], None]


def _quiet(_line: str) -> None:
    """Log nothing."""


def application(
    depositor: Depositor | Callable[[], Depositor],
    *,
    tokens: Mapping[str, SecretStr | str] | Tokens,
    notify_endpoints: Sequence[str] = (),
    log: Log = _quiet,
    log_as_json: bool = False,
    clock: Callable[[], datetime] = system_clock,
    monotonic: Callable[[], float] = time.monotonic,
    start: Start = in_thread,
) -> "Application":
    """Make the WSGI application over one depositor, given as it is or as a function that opens it at the first need.

    A function is the better choice under a server that forks. `tokens` are the secrets of those who may use the API, by
    name; with none nobody may. `notify_endpoints` are the names under which Crossref support set up notifications.
    `log` gets a line for every request (`AccessLine`), never with a query or a header; `log_as_json` makes each a JSON
    object. `clock` and `monotonic` tell the time and count seconds. `start` runs what an answer does not
    wait for, such as an upload to Crossref; as a rule in a thread. Raises `ConfigurationError` for tokens that cannot
    be used.
    """
    known = tokens if isinstance(tokens, Tokens) else Tokens(tokens)
    own, foreign = Allowance(BURST, PER_SECOND, monotonic), Allowance(BURST, PER_SECOND, monotonic)
    notifications = Notifications(notify_endpoints, own, foreign)
    access = _AccessLog(log, clock, monotonic, as_json=log_as_json)
    return Application(_Opened(depositor), known, notifications, access, start)


class _Opened:
    """Open a depositor once, when it is first needed, and close it only if it was opened here."""

    def __init__(self, depositor: Depositor | Callable[[], Depositor]) -> None:
        self._open = None if isinstance(depositor, Depositor) else depositor
        self._depositor = depositor if isinstance(depositor, Depositor) else None
        self._lock = threading.Lock()

    def __call__(self) -> Depositor:
        # Two first requests at the same moment must not open two depositors.
        with self._lock:
            if self._depositor is None:
                if self._open is None:
                    raise RuntimeError("this depositor was given as it is, and is still there")
                self._depositor = self._open()
            return self._depositor

    def close(self) -> None:
        with self._lock:
            if self._open is not None and self._depositor is not None:
                self._depositor.close()
                self._depositor = None


@dataclass
class _Answering:
    request_id: str
    status: int = 500
    holder: str = "-"


class _AccessLog:
    def __init__(
        self, log: Log, clock: Callable[[], datetime], monotonic: Callable[[], float], *, as_json: bool
    ) -> None:
        self._log, self._clock, self._monotonic, self._as_json = log, clock, monotonic, as_json

    @contextmanager
    def answering(self, request: Request) -> Iterator[_Answering]:
        begun, at = self._monotonic(), self._clock()
        line = _Answering(request_id(request.headers.get("X-Request-Id")))
        try:
            yield line
        finally:
            passed = round((self._monotonic() - begun) * 1000)
            path = _printable(request.path)
            told = AccessLine(at, line.holder, request.method, path, line.status, passed, line.request_id)
            self._log(told.as_json() if self._as_json else str(told))


class Application:
    """Describe a WSGI callable, safe from several threads; made by `application`."""

    def __init__(
        self, depositor: _Opened, tokens: Tokens, notifications: Notifications, log: "_AccessLog", start: Start
    ) -> None:
        self._depositor = depositor
        self._tokens = tokens
        self._notifications = notifications
        self._log = log
        self._sending = Afterwards(lambda: depositor().send().error, start)

    def close(self) -> None:
        """Wait for an upload under way, and close the depositor, if this application opened it."""
        self._sending.close()
        self._depositor.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.max_content_length = MAX_BODY
        with self._log.answering(request) as line:
            holder = self._tokens.holder(bearer_token(request))
            line.holder = holder or "-"
            response = self._answer(request, holder)
            line.status = response.status_code
        response.headers["X-Request-Id"] = line.request_id
        return response(environ, start_response)

    def _answer(self, request: Request, holder: str | None) -> Response:
        """Answer every request there can be: what goes wrong becomes a document, and never a traceback."""
        try:
            endpoint, arguments = _ROUTES.bind_to_environ(request.environ).match()
            return self._endpoint(str(endpoint), request, arguments, holder)
        except Refused as refused:
            return refused.response()
        except HTTPException as error:
            return _from_werkzeug(error, request).response()
        except Exception:
            # The caller learns nothing of the cause, which may hold paths and values; the log of the server has it.
            LOG.exception("%s %s failed", request.method, _printable(request.path))
            return _INTERNAL.response()

    def _endpoint(self, name: str, request: Request, arguments: Mapping[str, str], holder: str | None) -> Response:
        match name:
            case "openapi":
                return document(description(request.script_root))
            case "health" | "notify":
                return self._for_everyone(name, request)
        if holder is None:
            raise _unknown_holder(request)
        caller = Caller(holder, self._tokens.publisher(holder), self._sending.ask)
        try:
            return OPERATIONS[name](self._depositor(), request, caller, **arguments)
        except ApprovalMissing as error:
            raise Refused(403, error.code, error.message, hint=_PLANS, where="request") from None
        except UsageError as error:
            raise Refused(400, error.code, error.message, hint=error.hint, where="request") from None
        except DoiDepositError as error:
            LOG.warning("%s %s: %s", request.method, _printable(request.path), error.message)
            raise unavailable(error) from None

    def _for_everyone(self, name: str, request: Request) -> Response:
        """Return what needs no token, and therefore tells nothing about this machine."""
        try:
            if name == "notify":
                return self._notifications.receive(self._depositor, request)
            self._depositor().outstanding()
        except DoiDepositError as error:
            LOG.warning("%s %s: %s", request.method, _printable(request.path), error.message)
            message = "the service cannot do its work at the moment"
            away = Refused(503, "unavailable", message, hint=_LATER, where="server", headers={"Retry-After": "60"})
            raise away from None
        return document({"ok": True})


def _unknown_holder(request: Request) -> Refused:
    """Return the refusal of a request without a token, or with one that is not known."""
    is_given = bool(bearer_token(request))
    message = "this token is not known here" if is_given else "a token is needed"
    # RFC 6750, section 3.1: a request without a token gets the challenge without an error code.
    challenge = 'Bearer realm="doideposit"' + (', error="invalid_token"' if is_given else "")
    return Refused(
        401,
        "unauthorized",
        message,
        hint="send the header Authorization: Bearer and a token of the configuration's section [api.tokens]",
        where="header Authorization",
        headers={"WWW-Authenticate": challenge},
    )


_PLANS: Final = (
    "POST the records to /v1/plans, or for a DOI to restore add ?mode=plan; let the holder of another token POST that "
    "plan to /v1/plans/approve, then POST it to /v1/plans/apply"
)
_LATER: Final = "give the same request again later"
_INTERNAL: Final = Refused(
    500,
    "internal",
    "something went wrong that should not; it is in the log of the server",
    hint="look at the log of the server; the same request can be given again, a deposit is never made twice",
    where="server",
)


def _from_werkzeug(error: HTTPException, request: Request) -> Refused:
    """Say what routing and reading found wrong in our own words."""
    match error:
        case NotFound():
            return Refused(404, "not-found", "there is nothing here", hint="GET /openapi.json lists all", where="path")
        case MethodNotAllowed():
            allowed = ", ".join(sorted(error.valid_methods or ()))
            message = "this address is not for this method"
            # RFC 9110, section 15.5.6: an answer 405 names in Allow what the address does take.
            return Refused(405, "method", message, hint=f"use {allowed}", where="method", headers={"Allow": allowed})
        case RequestEntityTooLarge():
            message = f"the body is larger than {MAX_BODY:,} bytes"
            return Refused(413, "body-too-large", message, hint="send the records in several requests", where="body")
    LOG.info("%s refused by the HTTP library: %s", request.method, error.code)
    code = error.code if error.code is not None and 400 <= error.code < 500 else 400  # noqa: PLR2004 - HTTP
    return Refused(code, "bad-request", "the request cannot be read", hint="look at how it was made", where="request")


def _printable(path: str) -> str:
    """Return a path that cannot forge a line of the log."""
    return "".join(character if character.isprintable() else "?" for character in path[:300])
