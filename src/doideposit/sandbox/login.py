"""The login page, which Crossref sends with status 200 to anyone who it does not know.

The title, the sentences and the form are recorded facts; the rest of the page is our own.
"""

from html import escape

from doideposit.sandbox.exchange import Reply

__all__ = ["login_page"]


def login_page(reason: str = "") -> Reply:
    """Return the login page with `reason` in its red box."""
    notice = _NOTICE.format(reason=escape(reason)) if reason else ""
    page = _PAGE.format(style=_STYLE, links=_MENU, notice=notice)
    gone = ("Set-Cookie", 'CROSSREF-ADMIN=""; Expires=Thu, 01-Jan-1970 00:00:10 GMT; Path=/')
    # Crossref's servlets send Content-Language with their pages.
    return Reply(200, page.encode(), headers=(("Content-Language", "en-US"), gone))


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

_PAGE = """

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
