"""The API as a Flask application: who may use which address, the access log, and every fault as a JSON document."""

import hmac
import json
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from flask import Flask, g, request
from pydantic import SecretStr
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response

from doideposit.deposits.depositor import Depositor
from doideposit.errors import ApprovalMissing, DoiDepositError, UsageError
from doideposit.web.afterwards import Afterwards, Start
from doideposit.web.allowance import Allowance
from doideposit.web.answers import Refused, document
from doideposit.web.description import description
from doideposit.web.listing import DoiViews
from doideposit.web.operations import RecordViews
from doideposit.web.reading import MAX_BODY
from doideposit.web.service import Service
from doideposit.web.serving import Application
from doideposit.web.tokens import Holder, Tokens, TokenScope
from doideposit.web.views import Views
from doideposit.web.watching import JobWatch
from doideposit.wiring import system_clock

__all__ = ["application"]

LOG: Final = logging.getLogger("doideposit.web")

# Notifications at once, and in the long run; Crossref sends one for each submission.
BURST, PER_SECOND = 120, 2.0
# Addresses that need no token: none of them shows a record.
OPEN: Final = frozenset({"health", "notify", "openapi", "ready"})


def _quiet(_line: str) -> None:
    """Log nothing."""


def application(
    depositor: Depositor | Callable[[], Depositor],
    *,
    tokens: Mapping[str, SecretStr | str] | Tokens,
    notify_endpoints: Sequence[str] = (),
    log: Callable[[str], None] = _quiet,
    log_as_json: bool = False,
    clock: Callable[[], datetime] = system_clock,
    monotonic: Callable[[], float] = time.monotonic,
    start: Start = Afterwards.in_thread,
    job: JobWatch | None = None,
) -> Application:
    """Make the WSGI application over one depositor, or over a function that opens it when first needed.

    A function is the better choice under a server that forks. `tokens` are the secrets of those who may use the API, by
    name; with none nobody may. `notify_endpoints` are the names under which Crossref support set up notifications.
    `log` gets a line for every request, never with a query or a header; `log_as_json` makes each a JSON object. `clock`
    and `monotonic` tell the time and count seconds. `start` runs what an answer does not wait for, such as an upload to
    Crossref; as a rule in a thread. `job` says where the runs of the scheduled job are seen, and whether anybody may
    read the metrics. Raises `ConfigurationError` for tokens that cannot be used.
    """
    watch = job or JobWatch()
    known = tokens if isinstance(tokens, Tokens) else Tokens(tokens)
    service = Service(depositor, start)
    own, foreign = (Allowance(BURST, PER_SECOND, monotonic) for _ in range(2))
    notifications = _Notifications(notify_endpoints, own, foreign)
    app = Flask("doideposit.web", static_folder=None)
    # OPTIONS is not answered: browsers ask with it whether pages of other sites may call this API, and they may not.
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, PROVIDE_AUTOMATIC_OPTIONS=False)
    # A DOI may hold two slashes in a row, which would be merged by a redirect otherwise.
    app.url_map.merge_slashes = False
    access = _AccessLog(log, clock, monotonic, as_json=log_as_json)
    app.before_request(access.begin)
    app.before_request(lambda: _require_token(known, OPEN | {"metrics"} if watch.open_metrics else OPEN))
    # Flask calls these from the last to the first: the log has to see the answer as it leaves.
    app.after_request(access.end)
    app.after_request(_add_etag)
    RecordViews(service).add_to(app, "records", "/v1")
    DoiViews(service).add_to(app, "dois", "/v1")
    app.add_url_rule("/v1/health", "health", lambda: _health(service.depositor()))
    app.add_url_rule("/v1/ready", "ready", lambda: watch.ready(service.depositor(), clock()))
    app.add_url_rule("/metrics", "metrics", lambda: watch.metrics(service.depositor(), clock()))
    app.add_url_rule(
        "/v1/crossref/notify", "notify", lambda: notifications.receive(service.depositor), methods=["GET", "POST"]
    )
    app.add_url_rule("/openapi.json", "openapi", lambda: document(description(request.script_root)))
    _handle_errors(app)
    return Application(app, service.close)


# What a web server or a CMS gave a request as its name is kept, so that the logs of both can be joined.
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class _AccessLog:
    """Log a line for each request: `begin` is called before it is answered, and `end` with the answer.

    Query, headers and body, which may hold secrets, are left out. The holder is the name of the token in the
    configuration, "-" for a request without a known one.
    """

    def __init__(
        self,
        log: Callable[[str], None],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        *,
        as_json: bool,
    ) -> None:
        self._log, self._clock, self._monotonic, self._as_json = log, clock, monotonic, as_json

    def begin(self) -> None:
        """Note when the request came, and the name to find it by."""
        given = request.headers.get("X-Request-Id", "")
        # A name that could forge a line of a log is replaced.
        name = given if _NAME.fullmatch(given) else secrets.token_hex(6)
        g.begun = (self._monotonic(), self._clock(), name)

    def end(self, response: Response) -> Response:
        """Log the line, and put the name into the answer."""
        began, at, name = g.begun
        # In milliseconds.
        passed = round((self._monotonic() - began) * 1000)
        holder = g.holder.name if g.get("holder") else "-"
        said = {
            "at": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}",
            "holder": holder,
            "method": request.method,
            "path": _printable(request.path),
            "status": response.status_code,
            "milliseconds": passed,
            "request_id": name,
        }
        # For people: the same in the same order, to the second.
        words = {**said, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "milliseconds": f"{passed}ms"}
        self._log(json.dumps(said, ensure_ascii=False) if self._as_json else " ".join(map(str, words.values())))
        response.headers["X-Request-Id"] = name
        return response


def _printable(path: str) -> str:
    """Return a path that cannot forge a line of the log."""
    # Three hundred characters are enough to recognize a request.
    return "".join(character if character.isprintable() else "?" for character in path[:300])


def _require_token(tokens: Tokens, free: frozenset[str]) -> None:
    """Raise `Refused` unless the request has a token of the right scope, or its address needs none."""
    token = _bearer_token()
    g.holder = tokens.holder(token)
    if request.endpoint is None or request.endpoint in free:
        return
    if g.holder is not None:
        _require_scope(g.holder)
        return
    message = "this token is unknown" if token else "a token is needed"
    # RFC 6750, section 3.1: a request without a token gets the challenge without an error code.
    challenge = 'Bearer realm="doideposit"' + (', error="invalid_token"' if token else "")
    raise Refused(
        # 401 asks for a login, and names the scheme of it (RFC 9110, section 15.5.2).
        401,
        "unauthorized",
        message,
        hint="send the header Authorization: Bearer, with a token from [api.tokens] in the configuration",
        where="header Authorization",
        headers={"WWW-Authenticate": challenge},
    )


def _bearer_token() -> str:
    """Return the token of ``Authorization: Bearer …``; empty when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    # The scheme is case-insensitive in HTTP (RFC 9110, section 11.1).
    return token.strip() if scheme.lower() == "bearer" else ""


def _require_scope(holder: Holder) -> None:
    """Raise `Refused` where the token lacks the scope that the address needs."""
    wanted = Views.needed(TokenScope.READ)
    if wanted in holder.scopes:
        return
    # RFC 6750, section 3.1: the challenge names the scope that is missing.
    challenge = f'Bearer realm="doideposit", error="insufficient_scope", scope="{wanted}"'
    raise Refused(
        403,
        "scope-missing",
        f"this token allows {', '.join(sorted(holder.scopes))}, but this request needs {wanted}",
        hint=f'use another token, or add "{wanted}" to the scopes of this one in the configuration',
        where="header Authorization",
        headers={"WWW-Authenticate": challenge},
    )


def _add_etag(response: Response) -> Response:
    """Add an ETag to an answer, and answer 304 without a body where the caller has it already."""
    if request.method in {"GET", "HEAD"} and response.status_code == 200 and g.get("holder") is not None:  # noqa: PLR2004 - HTTP
        response.add_etag()
        # Only the caller may keep it, and has to ask each time whether it is still so.
        response.headers["Cache-Control"] = "private, no-cache"
        response.make_conditional(request)
    return response


def _handle_errors(app: Flask) -> None:
    """Answer each exception with a JSON document, and never with a traceback."""
    app.register_error_handler(Refused, Refused.response)
    app.register_error_handler(DoiDepositError, _answer_our_error)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(Exception, _answer_unforeseen_error)


def _answer_our_error(error: DoiDepositError) -> Response:
    """Answer one of our own errors: the caller's mistake, a missing approval, or something outside that failed."""
    is_open = request.endpoint in OPEN
    match error:
        case ApprovalMissing() if not is_open:
            return Refused(403, error.code, error.message, hint=_PLANS, where="request").response()
        case UsageError() if not is_open:
            return Refused(400, error.code, error.message, hint=error.hint, where="request").response()
    LOG.warning("%s %s: %s", request.method, _printable(request.path), error.message)
    if not is_open:
        return Refused.unavailable(error).response()
    message = "the service cannot do its work at the moment"
    hint = "repeat the request later"
    return Refused(503, "unavailable", message, hint=hint, where="server", headers={"Retry-After": "60"}).response()


_PLANS: Final = (
    "POST the records to /v1/plans, or for a DOI to restore add ?mode=plan; let the holder of another token POST "
    "that plan to /v1/plans/approve, then POST it to /v1/plans/apply"
)


def _answer_http_error(error: HTTPException) -> Response:
    """Answer an error of Flask's routing or reading with a message of ours."""
    match error:
        case NotFound():
            refused = Refused(
                404, "not-found", "there is no such address", hint="GET /openapi.json lists all addresses", where="path"
            )
        case MethodNotAllowed():
            allowed = ", ".join(sorted(error.valid_methods or ()))
            message = "this address does not support this method"
            # RFC 9110, section 15.5.6: an answer 405 names in Allow what the address does take.
            headers = {"Allow": allowed}
            refused = Refused(405, "method", message, hint=f"use {allowed}", where="method", headers=headers)
        case RequestEntityTooLarge():
            message = f"the body is larger than {request.max_content_length:,} bytes"
            refused = Refused(413, "body-too-large", message, hint="send the records in several requests", where="body")
        case _:
            LOG.info("%s refused by the HTTP library: %s", request.method, error.code)
            code = error.code if error.code is not None and 400 <= error.code < 500 else 400  # noqa: PLR2004 - HTTP
            hint = "check the program that sent it"
            refused = Refused(code, "bad-request", "the request cannot be read", hint=hint, where="request")
    return refused.response()


def _answer_unforeseen_error(error: Exception) -> Response:
    """Answer an exception that nothing else handles, and log it."""
    # The caller learns nothing of the cause, which may hold paths and values; the log of the server has it.
    LOG.error("%s %s failed", request.method, _printable(request.path), exc_info=error)
    return Refused(
        500,
        "internal",
        "unexpected error; details are in the log of the server",
        hint="check the log of the server; you can repeat the request, a deposit is never made twice",
        where="server",
    ).response()


# Crossref's notification callback: someone says that a submission is finished.
# Nothing in the request is proof (Crossref documentation, notification callback service: all data are in headers,
# and nothing is signed). It is checked for the registered endpoint name and a batch id of ours, and then only makes
# the next poll ask Crossref itself about that file. The address it offers for retrieving the log is never fetched.

ENDPOINT_HEADER = "CROSSREF-NOTIFY-ENDPOINT"
BATCH_HEADER = "CROSSREF-EXTERNAL-ID"
LONGEST_BATCH_ID = 100


class _Notifications:
    """Receive the callbacks for some endpoint names; with none of them there is no such address."""

    def __init__(self, endpoints: Sequence[str], own: Allowance, foreign: Allowance) -> None:
        self._endpoints = tuple(name.encode("utf-8") for name in endpoints)
        self._own = own
        self._foreign = foreign

    def receive(self, depositor: Callable[[], Depositor]) -> Response:
        """Handle one callback; a forged one is only told that it was refused."""
        if not self._endpoints:
            raise _refusal(404)
        name = request.headers.get(ENDPOINT_HEADER, "").encode("utf-8", "replace")
        right = any([hmac.compare_digest(name, known) for known in self._endpoints])  # noqa: C419 - compare with all
        # Forged calls have an allowance of their own: nobody can try names as fast as the network allows, and nobody
        # who tries them keeps Crossref's own calls out.
        if not (self._own if right else self._foreign).take():
            raise _refusal(429, {"Retry-After": "60"})
        if not right:
            raise _refusal(403)
        batch_id = request.headers.get(BATCH_HEADER, "").strip()
        ours = 0 < len(batch_id) <= LONGEST_BATCH_ID and batch_id.isascii() and batch_id.isprintable()
        if not (ours and depositor().hint(batch_id)):
            raise _refusal(404)
        return document({"ok": True})


_WORDS = {403: "forbidden", 404: "not-found", 429: "too-many-requests"}


def _refusal(status: int, headers: dict[str, str] | None = None) -> Refused:
    hint = "wait before the next request" if headers else "nothing: this address is for Crossref's notifications"
    return Refused(status, _WORDS[status], "refused", hint=hint, where="request", headers=headers)


def _health(depositor: Depositor) -> Response:
    """Answer 200 if the ledger can be read."""
    depositor.outstanding()
    # A ledger that a newer version upgraded in the meantime can still be read at times, and takes nothing.
    depositor.ledger.require_newest()
    return document({"ok": True})
