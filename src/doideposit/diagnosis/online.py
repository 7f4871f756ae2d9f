"""Checks that ask Crossref, or whatever stands in for it: the way there, the clock, the login, the prefixes.

Nothing is deposited: the login is tried by asking for a file that never existed.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final

from doideposit.config.settings import Settings
from doideposit.crossref.client import CrossrefClient
from doideposit.crossref.http import Culprit, Exchange, HttpAnswer, NoAnswer, Timeouts
from doideposit.crossref.registrar import Credentials, Endpoint
from doideposit.crossref.rest_api import Registry
from doideposit.diagnosis.surroundings import DiagnosisContext
from doideposit.diagnosis.values import Check
from doideposit.errors import ConfigurationError

__all__ = ["check_online"]

# Seconds by which a clock may be off before it is worth a warning, and before timestamps suffer.
SLOW, WRONG = 60.0, 600.0
PATIENCE = Timeouts(connect=10.0, read=20.0, total=40.0)
# Bytes of an answer that are read; its content does not matter.
ENOUGH = 64 * 1024
SERVER_ERROR = 500


def check_online(settings: Settings, around: DiagnosisContext) -> Iterator[Check]:
    """Yield everything that needs the network, each question once."""
    if not settings.needs_login:
        yield Check.ok("network", "nothing to ask: the embedded sandbox is on this machine")
        return
    endpoint = settings.endpoint
    host = endpoint.url.partition("://")[2]
    base = Endpoint.check_address(endpoint.url, f"the address of target {endpoint.target}")
    # Any answer shows that the host can be reached.
    try:
        answer = Exchange(PATIENCE).get(f"{base}/", limit=ENOUGH)
    except NoAnswer as failure:
        yield Check.fail("network", f"{host} cannot be reached: {failure.reason}", _network_advice(failure, base))
        return
    yield _network_check(host, answer)
    yield _clock_check(answer.date, around.clock())
    for publisher in settings.of_each_publisher():
        credentials = publisher.credentials.get(settings.target)
        if credentials is None or credentials.password is None:
            continue
        # Where the password cannot be fetched, the check of the login has said so already.
        with suppress(ConfigurationError):
            login = publisher.login(around.environ)
            what = f"login of {publisher.publisher} online" if publisher.publisher else "login online"
            yield from Check.examine(what, partial(_login_checks, endpoint, login, what))
    yield from _prefix_checks(settings, endpoint)


def _network_check(host: str, answer: HttpAnswer) -> Check:
    if answer.status >= SERVER_ERROR:
        message = f"{host} can be reached, but answers with an error (HTTP {answer.status})"
        return Check.warn("network", message, "try again later")
    return Check.ok("network", f"{host} can be reached")


ADVICE: Final[Mapping[Culprit, str]] = {
    "certificate file": "correct REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment, or delete it",
    "name": "check the network and the DNS of this machine, and the address in the configuration",
    "encryption": "if a proxy replaces certificates, set REQUESTS_CA_BUNDLE to the file with its own",
    "proxy": "check HTTPS_PROXY and NO_PROXY in the environment",
    "unknown": "check the network; a firewall must let HTTPS to this host through",
}


def _network_advice(failure: NoAnswer, base: str) -> str:
    if base.startswith("http:"):
        port = base.rpartition(":")[2]
        return f"start it again: doideposit sandbox --port {port if port.isdigit() else 80}"
    return ADVICE[failure.culprit]


def _clock_check(theirs: datetime | None, ours: datetime) -> Check:
    if theirs is None:
        return Check.warn(
            "clock", "the server does not say what time it is", "compare the clock of this machine by hand"
        )
    off = (ours - theirs).total_seconds()
    way = "ahead of" if off > 0 else "behind"
    message = f"the clock of this machine is {abs(off):,.0f} s {way} the server's"
    hint = "set it by a time server, for instance: timedatectl set-ntp true"
    if abs(off) > WRONG:
        return Check.fail("clock", message, f"{hint}; deposits have timestamps that must increase")
    return Check.warn("clock", message, hint) if abs(off) > SLOW else Check.ok("clock", "agrees with the server's")


def _login_checks(endpoint: Endpoint, login: Credentials, what: str) -> Iterator[Check]:
    accepted, detail = CrossrefClient(endpoint, lambda: login, timeouts=PATIENCE).check_login()
    if accepted:
        # Crossref compares role and prefix only when it processes a deposit.
        later = "only the first deposit shows whether its role may use the prefix"
        yield Check.ok(what, f"{login.username} is accepted on {endpoint.target}; nothing was deposited, and {later}")
    elif accepted is False:
        yield Check.fail(what, f"{login.username}: {detail}", _login_advice(login.username))
    else:
        hint = "try again later; if it continues, check the address of the target"
        yield Check.warn(what, f"{login.username} could not be checked: {detail}", hint)


def _login_advice(username: str) -> str:
    """Return what to check after a refused login: Crossref's answer is the same for a wrong name, role or password."""
    passwords = "test and production have separate passwords"
    person, slash, role = username.partition("/")
    if ":" in person and not slash:
        return "write a slash between user name and role, such as name@example.org/role"
    if "@" in person and not role:
        return f"write user name and role, such as {person}/role; a person's login needs both"
    if slash:
        return f"check the password of {person}, and whether that person has the role {role}; {passwords}"
    return f"check whether {username} is the role that Crossref gave the publisher, and its password; {passwords}"


def _prefix_checks(settings: Settings, endpoint: Endpoint) -> Iterator[Check]:
    # Sorted, so that two examinations can be compared line by line.
    prefixes = sorted({series.prefix for series in settings.series.values()})
    if endpoint.rest_url is None:
        yield Check.ok("prefix", f"not asked: {endpoint.target} has no REST API")
        return
    registry = Registry(endpoint, mailto=settings.depositor.email if settings.depositor else None, timeouts=PATIENCE)
    for prefix in prefixes:
        yield from Check.examine("prefix", partial(_prefix_check, registry, prefix))


def _prefix_check(registry: Registry, prefix: str) -> Iterator[Check]:
    owner = registry.prefix(prefix)
    if owner is None:
        hint = "compare it with the one Crossref gave the publisher; it is set in [series.…] prefix"
        yield Check.fail("prefix", f"Crossref does not have the prefix {prefix}", hint)
    else:
        yield Check.ok("prefix", f"{prefix} belongs to {owner.name}")
