"""Requests and replies as values: what the sandbox takes and gives, in process and behind HTTP alike.

Literal sentences, statuses and the 144 bytes of SUCCESS are recorded facts (public cassettes and issue reports); the
rest of the pages is our own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from http import HTTPStatus
from json import dumps, loads
from typing import Self

__all__ = ["SUCCESS", "Answer", "Dropped", "Reply", "Request", "RequestBody", "UploadedFile"]

# The page as the servlet sends it, blank lines included.
SUCCESS = (
    b"\n\n\n\n<html>\n<head><title>SUCCESS</title>\n</head>\n<body>\n<h2>SUCCESS</h2>\n"
    b"<p>Your batch submission was successfully received.</p>\n</body>\n</html>\n"
)

# These are repetitions of a tag of three bytes, so that the answer is larger than a client should take.
HUGE = 12_000_000

_SENTENCES = {
    403: "You don't have permission to access this resource.",
    429: "You have sent too many requests in a given amount of time.",
    502: "The server returned an invalid or incomplete response.",
    503: "No server is available to handle this request.",
    504: "The server didn't respond in time.",
    200: "Scheduled maintenance. The system will be back in an hour.",
    302: "The document has moved.",
    400: "The request could not be understood.",
    404: "The page was not found.",
    413: "The request is larger than the server takes.",
}

# What Tomcat shows when too many requests of one login run at once.
_TOMCAT = """<!DOCTYPE html><html><head><title>Error report</title></head><body><h1>HTTP Status 500 - Request processing
failed; nested exception is org.crossref.qs.security.ExceededConcurrentRequests</h1><hr size="1">
<p><b>type</b> Exception report</p><p><b>description</b> The server encountered an internal error.</p></body></html>
"""


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """Hold a file part of a multipart form: the form field's name, its ``filename=`` and its bytes."""

    part: str
    file_name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RequestBody:
    """Hold the body of a request: form fields, files, and the raw bytes where it was not a form."""

    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: tuple[UploadedFile, ...] = ()
    raw: bytes = field(default=b"", repr=False)

    @property
    def json(self) -> dict[str, object]:
        """Return the JSON object in the body; an empty one when there is none."""
        try:
            found = loads(self.raw or b"{}")
        # A body that is not JSON asks for nothing.
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


# The body of every GET.
EMPTY = RequestBody()


@dataclass(frozen=True, slots=True)
class Request:
    """Hold one request. `path` is percent-decoded; `read` gives the body and is not called before it is wanted.

    Query and form never print: they carry passwords. `remote` is the caller's address, `known` the ``If-None-Match``
    header: the mark of the answer that the caller has already.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    read: Callable[[], RequestBody] = field(default=lambda: EMPTY, repr=False)
    remote: str = "127.0.0.1"
    known: str = ""

    @classmethod
    def get(cls, path: str, **query: str) -> "Request":
        """Return a GET with its query."""
        return cls("GET", path, query)

    @classmethod
    def post(cls, path: str, fields: Mapping[str, str], *files: UploadedFile) -> "Request":
        """Return a POST of a form, with files when there are any."""
        content = RequestBody(fields, files)
        return cls("POST", path, {}, lambda: content)


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold one reply; `delay` is how many seconds the caller has to wait for it."""

    status: int
    body: bytes = field(repr=False)
    content_type: str = "text/html;charset=ISO-8859-1"
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0

    @property
    def text(self) -> str:
        """Return the body as text, for tests and messages."""
        return self.body.decode("utf-8", "replace")

    @classmethod
    def success(cls, key: str, expires: str) -> Self:
        """Return the reply to an upload: "received", and no id of any kind. It sets the cookie of an admin session."""
        # It looks like a session id and is the same in every run.
        session = sha256(key.encode()).hexdigest()[:32].upper()
        headers = (
            ("Content-Language", "en-US"),
            ("Crossref-Deployment-Name", "sandbox-1"),
            ("Set-Cookie", f"CROSSREF-ADMIN={session}; Expires={expires}; Path=/"),
        )
        return cls(200, SUCCESS, headers=headers)

    @classmethod
    def error_page(cls, status: int, retry_after: float | None = None) -> Self:
        """Return a page of the load balancer, or Tomcat's for 500."""
        headers = () if retry_after is None else (("Retry-After", f"{retry_after:g}"),)
        title = f"{status} {HTTPStatus(status).phrase}"
        page = f"<html><body><h1>{title}</h1>\n{_SENTENCES.get(status, '')}\n</body></html>\n"
        return cls(status, (_TOMCAT if status == HTTPStatus.INTERNAL_SERVER_ERROR else page).encode(), headers=headers)

    @classmethod
    def login_page(cls, reason: str = "") -> Self:
        """Return the login page, sent with status 200 to anyone unknown, with `reason` in its red box."""
        notice = _NOTICE.format(reason=escape(reason)) if reason else ""
        page = _LOGIN_PAGE.format(style=_STYLE, links=_MENU, notice=notice)
        gone = ("Set-Cookie", 'CROSSREF-ADMIN=""; Expires=Thu, 01-Jan-1970 00:00:10 GMT; Path=/')
        # Crossref's servlets send Content-Language with their pages.
        return cls(200, page.encode(), headers=(("Content-Language", "en-US"), gone))

    @classmethod
    def unauthorized(cls) -> Self:
        """Return the 401 of later reports."""
        reason = "You need a valid user and password to access this content."
        return cls(401, f"<html><body><h1>401 Unauthorized</h1> {reason} </body></html>".encode())

    @classmethod
    def failure(cls, reason: str, status: int = 200) -> Self:
        """Return a page whose heading is not SUCCESS; its paragraph holds the reason."""
        page = (
            f"\n\n\n\n<html>\n<head><title>FAILURE</title>\n</head>\n<body>\n<h2>FAILURE</h2>\n<p>{escape(reason)}</p>\n"
            "</body>\n</html>\n"
        )
        return cls(status, page.encode())

    @classmethod
    def not_found(cls) -> Self:
        """Return the answer of a wrong host or route."""
        body = {
            "status": "error",
            "message-type": "route-not-found",
            "message-version": "1.0.0",
            "message": "Route not found",
        }
        return cls(404, dumps(body, separators=(",", ":")).encode(), "application/json;charset=utf-8")

    @classmethod
    def garbage(cls, kind: str) -> Self:
        """Return an answer to a poll that is not a log, of one of the kinds that the fault ``poll_garbage`` knows."""
        start = b'<?xml version="1.0" encoding="UTF-8"?>\n'
        bodies = {
            "truncated": start + b'<doi_batch_diagnostic status="completed" sp="x">\n   <submission_id>17421',
            "html": b"<html><body><h1>It works!</h1></body></html>",
            "empty": b"",
            # Bytes of every value, which are not XML.
            "binary": bytes(range(256)) * 4,
            "other_root": start + b"<doi_batch><head/></doi_batch>",
            "dtd": start
            + b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]>\n'
            + b'<doi_batch_diagnostic status="completed"><batch_id>&e;</batch_id></doi_batch_diagnostic>',
        }
        body = start + b"<x>" * HUGE if kind == "huge" else bodies[kind]
        return cls(200, body, "text/xml;charset=UTF-8")

    @classmethod
    def of_json(cls, status: int, body: object, headers: tuple[tuple[str, str], ...] = ()) -> Self:
        """Return a document as the REST API writes it."""
        return cls(status, dumps(body, ensure_ascii=False).encode(), "application/json;charset=utf-8", headers)


@dataclass(frozen=True, slots=True)
class Dropped:
    """Stand for no reply: the connection is closed. `received` says whether the body was read and kept first."""

    received: bool
    delay: float = 0.0


# What the sandbox does about a request.
Answer = Reply | Dropped

# The login page: its title, its sentences and its form are recorded facts; the rest is our own.

_CLASSES = {
    "title": (18, "333333"),
    "subtitle": (14, "333333"),
    "menu": (11, "004477"),
    "menuOver": (11, "cc6600"),
    "label": (12, "000000"),
    "field": (12, "000000"),
    "button": (12, "000000"),
    "notice": (11, "666666"),
    "footer": (10, "999999"),
    "breadcrumb": (10, "004477"),
    "tableHead": (12, "ffffff"),
    "tableCell": (12, "222222"),
}
_RULE = """        .{name} {{
            font-family: Verdana, Arial, Helvetica, sans-serif;
            font-size: {size}px;
            color: #{colour};
            padding: 2px;
        }}"""
_STYLE = "\n".join(_RULE.format(name=name, size=size, colour=colour) for name, (size, colour) in _CLASSES.items())

_ENTRIES = {
    "useragent?func=showHome": "Home",
    "useragent?func=showSubmissions": "Submissions",
    "submissionAdmin?sf=showQ": "Show system queue",
    "submissionUpload": "Upload submissions",
    "submissionDownload": "Download logs",
    "queryAdmin": "Queries",
    "metadataAdmin": "Metadata",
    "conflictAdmin": "Conflict management",
    "titleAdmin": "Titles",
    "reportAdmin": "Reports",
    "accountAdmin": "Account administration",
    "useragent?func=help": "Help",
}
_ENTRY = """            <tr>
                <td class="menu" bgcolor="#eeeeee">
                    <a class="menu" href="/servlet/{target}" title="{label}">{label}</a>
                </td>
            </tr>"""
_MENU = "\n".join(_ENTRY.format(target=escape(target), label=label) for target, label in _ENTRIES.items())

_NOTICE = """        <table border="1" bordercolor="#cc0000" cellpadding="4">
            <tr><td class="label" style="color: red">{reason}</td></tr>
        </table>"""

_LOGIN_PAGE = """

<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html>
<head>
    <title>Crossref Administration Home Page - sandbox</title>
    <meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1">
    <style type="text/css">
{style}
    </style>
    <script type="text/javascript">
        function focusOnLogin() {{ var form = document.forms['login']; if (form) {{ form.usr.focus(); }} }}
    </script>
</head>
<body bgcolor="#ffffff" onload="focusOnLogin()">
<table width="100%" border="0" cellspacing="0" cellpadding="4">
    <tr><td class="title" colspan="2">Crossref administration system</td></tr>
    <tr>
    <td valign="top" width="180">
        <table border="0" cellspacing="1" cellpadding="2" summary="menu">
{links}
        </table>
    </td>
    <td valign="top">
{notice}
        <p class="subtitle">Please supply a login and a password:</p>
        <form name="login" method="post" action="/servlet/useragent">
        <input type="hidden" name="func" value="doLogin">
        <table border="0" cellspacing="2" cellpadding="2" summary="login">
            <tr>
                <td class="label">Login:</td>
                <td><input class="field" type="text" name="usr" size="30" maxlength="120"></td>
            </tr>
            <tr>
                <td class="label">Password:</td>
                <td><input class="field" type="password" name="pwd" size="30" maxlength="120"></td>
            </tr>
            <tr><td></td><td><input class="button" type="submit" value="Login"></td></tr>
        </table>
        </form>
        <p class="notice">A login is a role, or name@example.org/role. Login and password are case-sensitive.</p>
    </td>
    </tr>
    <tr><td class="footer" colspan="2">Made by the sandbox of doideposit. This is not Crossref.</td></tr>
</table>
</body>
</html>
"""
