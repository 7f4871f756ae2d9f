"""The gate to the pages: sessions, roles, the ways in, and forms that were sent from elsewhere."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self
from urllib.parse import urlsplit

from flask import Flask, Request, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from doideposit.config.settings import Settings
from doideposit.web.desk.access import DeskAccount, DeskAccounts, DeskRole
from doideposit.web.desk.messages import message_page
from doideposit.web.views import Views, route

__all__ = ["Gate"]

# Nothing comes from another host, no script is in a page, and no other page may frame this one.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Headers of every page: no frames, no guessed types of content, no addresses of ours told to other sites.
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
# Seconds by which a clock may be set back before sessions end.
CLOCK_SET_BACK: Final = 600
# Names by which a browser on this computer reaches the pages.
THIS_COMPUTER: Final = ("127.0.0.1", "localhost")
# What may be asked without being signed in.
_OPEN: Final = frozenset({"static", "gate.sign_in_by_token", "gate.sign_in"})
_ASK: Final = "Ask the person who maintains the configuration; the roles are set in [desk.accounts]."


Answer = Response | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Gate(Views):
    """Let only known accounts in, for what they may do, and only with forms of our own pages.

    `local` is the account of the person at this computer, who comes in by the one-time address. `user_header` is the
    header in which a web server in front names who signed in there. `hosts` are the names of hosts under which the
    pages are opened, any if there is none; a session ends when it is not used for `idle`. With `https` the cookie of a
    session never leaves a browser unencrypted.
    """

    accounts: DeskAccounts
    local: DeskAccount | None = None
    user_header: str | None = None
    hosts: tuple[str, ...] = ()
    idle: timedelta = timedelta(hours=8)
    https: bool = False

    @classmethod
    def of_person(cls, user: str, settings: Settings) -> Self:
        """Return the gate for the person at this computer, who may do everything."""
        return cls(
            DeskAccounts({}),
            local=DeskAccount(user, frozenset(DeskRole)),
            # Another site that gets its own name to lead to this computer must not be answered (DNS rebinding).
            hosts=THIS_COMPUTER,
            idle=settings.desk.idle,
        )

    @classmethod
    def of_accounts(cls, settings: Settings, environ: Mapping[str, str]) -> Self | None:
        """Return the gate for the accounts of the configuration; None where it names none.

        Raises `ConfigurationError` for a password that cannot be fetched or used.
        """
        if not settings.desk.accounts:
            return None
        accounts = {}
        for name, account in settings.desk.accounts.items():
            password = None
            # An account without a password is one that the web server in front signs in.
            if account.password is not None:
                password = account.password.resolve(environ=environ, service="doideposit-desk", username=name)
            accounts[name] = (password, frozenset(map(DeskRole, account.roles)))
        return cls(
            DeskAccounts(accounts),
            user_header=settings.desk.user_header,
            hosts=(*THIS_COMPUTER, *settings.desk.hosts),
            idle=settings.desk.idle,
            https=bool(settings.desk.hosts),
        )

    def guard(self, app: Flask) -> None:
        """Ask before every request of an application, and add the ways in to it."""
        # A new key with every start: sessions end with it, and nothing that could sign one is on the disk.
        app.secret_key = secrets.token_bytes(32)
        app.config.update(
            SESSION_COOKIE_NAME="doideposit-desk",
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax",
            SESSION_COOKIE_SECURE=self.https,
            TRUSTED_HOSTS=list(self.hosts) or None,
        )
        app.before_request(self._require_access)
        app.after_request(_add_headers)
        self.add_to(app, "gate")

    def _require_access(self) -> Answer | None:
        """Find the account of the request, and answer here if it may not continue."""
        g.account = self._find_account()
        if request.method == "POST" and not _is_own_form(request):
            hint = "Go back, reload the page, and send the form again."
            return message_page(403, "This form was not sent from this page, or the program was restarted since.", hint)
        if request.endpoint in _OPEN or request.endpoint is None:
            return None
        if g.account is None:
            return self._answer_signed_out()
        wanted = self.needed(DeskRole.VIEW)
        if not g.account.may(wanted):
            return message_page(403, f"Your account is not allowed to do this: it needs the role “{wanted}”.", _ASK)
        session["seen"] = time.time()
        return None

    def _answer_signed_out(self) -> Answer:
        if request.method != "POST":
            return redirect(url_for("gate.sign_in"))
        return message_page(
            401,
            "You were signed out: the page was not used for a long time, or the program was restarted.",
            "Sign in again in another tab, then go back here and send the form once more. Saved work is kept.",
        )

    def _find_account(self) -> DeskAccount | None:
        """Return who asks: named by the web server in front, or signed in and not idle for too long."""
        if self.user_header is not None:
            # The header stands for a session; forms still need the token, which is in the cookie.
            session.setdefault("csrf", secrets.token_urlsafe(24))
            return self.accounts.named(request.headers.get(self.user_header, ""))
        name, seen = session.get("name"), session.get("seen", 0.0)
        age = time.time() - float(seen)
        # Clocks are set right by some seconds; one that was wrong by hours must not
        # make a session last that much longer.
        if not isinstance(name, str) or not -CLOCK_SET_BACK <= age <= self.idle.total_seconds():
            return None
        if self.local is not None and name == self.local.name:
            return self.local
        return self.accounts.named(name)

    @route("/enter/<token>")
    def sign_in_by_token(self, token: str) -> Answer:
        """Sign in the person at this computer by a one-time token."""
        if self.local is None or not self.accounts.use_token(token):
            hint = "Look for the tab that is open, or start `doideposit desk` again."
            return message_page(403, "This address was already used.", hint)
        return _start_session(self.local)

    @route("/sign-in", "GET", "POST")
    def sign_in(self) -> Answer:
        """Ask for name and password, where there are any."""
        accounts = self.accounts
        if self.user_header is not None:
            return message_page(
                403,
                "The web server in front of this page did not say who you are, or there is no account with that name.",
                _ASK,
            )
        if not accounts.have_passwords:
            return message_page(
                403, "You are not signed in.", "Start `doideposit desk` again and open the address that it prints."
            )
        if request.method == "GET":
            session.setdefault("csrf", secrets.token_urlsafe(24))
            return render_template("sign-in.html")
        account = accounts.sign_in(request.form.get("name", ""), request.form.get("password", ""))
        if account is None:
            wrong = "Name or password is wrong, or there were too many attempts: wait a minute and try again."
            return render_template("sign-in.html", wrong=wrong), 403
        return _start_session(account)

    @route("/sign-out", "POST")
    def sign_out(self) -> Answer:
        """End the session."""
        session.clear()
        return redirect(url_for("gate.sign_in"))


def _add_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _is_own_form(asked: Request) -> bool:
    """Tell whether a page of ours sent the form: the browser says where it comes from, and it has our token."""
    origin = asked.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != asked.host:
        return False
    if asked.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    known = session.get("csrf", "")
    given = asked.form.get("csrf", "")
    return bool(known) and secrets.compare_digest(known.encode(), given.encode("utf-8", "replace"))


def _start_session(account: DeskAccount) -> Response:
    # What the cookie held before belongs to another session, or was put there by somebody else.
    session.clear()
    # A new token with each sign-in: one that somebody saw before is of no use any more.
    session.update(name=account.name, seen=time.time(), csrf=secrets.token_urlsafe(24))
    return redirect(url_for("numbers.home"))
