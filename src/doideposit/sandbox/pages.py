"""The pages that are no logs: SUCCESS, the login page, and the error pages of the servers in between.

Literal sentences, statuses and the 144 bytes of SUCCESS are recorded facts (public cassettes and issue reports); the
rest of the pages is our own.
"""

from hashlib import sha256
from html import escape
from http import HTTPStatus
from json import dumps

from doideposit.sandbox.exchange import Reply

__all__ = [
    "SUCCESS",
    "error_page",
    "failure_page",
    "garbage",
    "login_page",
    "not_found",
    "refusal",
    "success",
    "unauthorized",
]

SUCCESS = (
    b"\n\n\n\n<html>\n<head><title>SUCCESS</title>\n</head>\n<body>\n<h2>SUCCESS</h2>\n"
    b"<p>Your batch submission was successfully received.</p>\n</body>\n</html>\n"
)

_SENTENCES = {
    403: "You don't have permission to access this resource.",
    429: "You have sent too many requests in a given amount of time.",
    502: "The server returned an invalid or incomplete response.",
    503: "No server is available to handle this request.",
    504: "The server didn't respond in time.",
}

_TOMCAT = """<!DOCTYPE html><html><head><title>Error report</title></head><body><h1>HTTP Status 500 - Request processing
failed; nested exception is org.crossref.qs.security.ExceededConcurrentRequests</h1><hr size="1"><p><b>type</b> Exception
report</p><p><b>description</b> The server encountered an internal error that prevented it from fulfilling this request.</p>
</body></html>
"""


def success(key: str, expires: str) -> Reply:
    """The reply to an upload: "received", and no id of any kind. It sets the cookie of an admin session."""
    session = sha256(key.encode()).hexdigest()[:32].upper()
    headers = (
        ("Content-Language", "en-US"),
        ("Crossref-Deployment-Name", "sandbox-1"),
        ("Set-Cookie", f"CROSSREF-ADMIN={session}; Expires={expires}; Path=/"),
    )
    return Reply(200, SUCCESS, headers=headers)


def error_page(status: int, retry_after: float | None = None) -> Reply:
    """A page of the load balancer, or Tomcat's for 500."""
    headers = () if retry_after is None else (("Retry-After", f"{retry_after:g}"),)
    title = f"{status} {HTTPStatus(status).phrase}"
    page = f"<html><body><h1>{title}</h1>\n{_SENTENCES.get(status, '')}\n</body></html>\n"
    return Reply(status, (_TOMCAT if status == HTTPStatus.INTERNAL_SERVER_ERROR else page).encode(), headers=headers)


def unauthorized() -> Reply:
    """The 401 of later reports."""
    body = "<html><body><h1>401 Unauthorized</h1> You need a valid user and password to access this content. </body></html>"
    return Reply(401, body.encode())


def failure_page(reason: str, status: int = 200) -> Reply:
    """A page whose heading is not SUCCESS; its paragraph holds the reason."""
    page = (
        f"\n\n\n\n<html>\n<head><title>FAILURE</title>\n</head>\n<body>\n<h2>FAILURE</h2>\n<p>{escape(reason)}</p>\n"
        "</body>\n</html>\n"
    )
    return Reply(status, page.encode())


def not_found() -> Reply:
    """What a wrong host or route answers."""
    body = {
        "status": "error",
        "message-type": "route-not-found",
        "message-version": "1.0.0",
        "message": "Route not found",
    }
    return Reply(404, dumps(body, separators=(",", ":")).encode(), "application/json;charset=utf-8")


def refusal(words: str, *, known: bool) -> Reply:
    """The login page after a login that failed, with status 200."""
    reason = (
        "Wrong credentials. Incorrect username or password" if known else f"username: {words} does not seem to exist."
    )
    return login_page(reason)


_STYLE = "\n".join(
    f".{name} {{ font-family: Verdana, Arial, Helvetica, sans-serif; font-size: {size}px; color: #{colour}; padding: 2px; }}"
    for name, size, colour in [
        ("title", 18, "333333"),
        ("subtitle", 14, "333333"),
        ("menu", 11, "004477"),
        ("menuOver", 11, "cc6600"),
        ("label", 12, "000000"),
        ("field", 12, "000000"),
        ("button", 12, "000000"),
        ("notice", 11, "666666"),
        ("footer", 10, "999999"),
        ("breadcrumb", 10, "004477"),
        ("tableHead", 12, "ffffff"),
        ("tableCell", 12, "222222"),
    ]
)

_LINKS = "\n".join(
    f'<tr><td class="menu" bgcolor="#eeeeee"><a class="menu" href="/servlet/{target}" title="{label}">{label}</a></td></tr>'
    for target, label in [
        ("useragent?func=showHome", "Home"),
        ("useragent?func=showSubmissions", "Submissions"),
        ("submissionAdmin?sf=showQ", "Show system queue"),
        ("submissionUpload", "Upload submissions"),
        ("submissionDownload", "Download logs"),
        ("queryAdmin", "Queries"),
        ("metadataAdmin", "Metadata"),
        ("conflictAdmin", "Conflict management"),
        ("titleAdmin", "Titles"),
        ("reportAdmin", "Reports"),
        ("accountAdmin", "Account administration"),
        ("useragent?func=help", "Help"),
    ]
)

_LOGIN = """

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
function openHelp(page) {{ window.open('/help/' + page, 'help', 'width=640,height=480,scrollbars=yes'); return false; }}
</script>
</head>
<body bgcolor="#ffffff" onload="focusOnLogin()">
<table width="100%" border="0" cellspacing="0" cellpadding="4">
<tr><td class="title" colspan="2">Crossref administration system</td></tr>
<tr><td valign="top" width="180">
<table border="0" cellspacing="1" cellpadding="2" summary="menu">
{links}
</table>
</td><td valign="top">
{notice}
<p class="subtitle">Please supply a login and a password:</p>
<form name="login" method="post" action="/servlet/useragent">
<input type="hidden" name="func" value="doLogin">
<table border="0" cellspacing="2" cellpadding="2" summary="login">
<tr><td class="label">Login:</td><td><input class="field" type="text" name="usr" size="30" maxlength="120"></td></tr>
<tr><td class="label">Password:</td><td><input class="field" type="password" name="pwd" size="30" maxlength="120"></td></tr>
<tr><td></td><td><input class="button" type="submit" value="Login"></td></tr>
</table>
</form>
<p class="notice">Logins are of the form role, or name@example.org/role. Both login and password are case-sensitive.</p>
</td></tr>
<tr><td class="footer" colspan="2">This page was made by the sandbox of doideposit. It is not Crossref.</td></tr>
</table>
</body>
</html>
"""


def login_page(reason: str = "") -> Reply:
    """The page that asks for a login, with status 200; `reason` stands in its red box."""
    box = f'<table border="1" bordercolor="#cc0000"><tr><td class="label" style="color: red">{escape(reason)}</td></tr></table>'
    page = _LOGIN.format(style=_STYLE, links=_LINKS, notice=box if reason else "")
    gone = ("Set-Cookie", 'CROSSREF-ADMIN=""; Expires=Thu, 01-Jan-1970 00:00:10 GMT; Path=/')
    return Reply(200, page.encode(), headers=(("Content-Language", "en-US"), gone))


def garbage(kind: str) -> Reply:
    """An answer to a poll that is no log, of one of the kinds that the fault ``poll_garbage`` knows."""
    start = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    bodies = {
        "truncated": start + b'<doi_batch_diagnostic status="completed" sp="x">\n   <submission_id>17421',
        "html": b"<html><body><h1>It works!</h1></body></html>",
        "empty": b"",
        "binary": bytes(range(256)) * 4,
        "other_root": start + b"<doi_batch><head/></doi_batch>",
        "dtd": start
        + b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]>\n'
        + b'<doi_batch_diagnostic status="completed"><batch_id>&e;</batch_id></doi_batch_diagnostic>',
        "huge": start + b"<doi_batch_diagnostic>" + b"<x>" * 20_000_000,
    }
    return Reply(200, bodies[kind], "text/xml;charset=UTF-8")
