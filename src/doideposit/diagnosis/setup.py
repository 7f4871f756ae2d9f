"""Checks of what people set: configuration, target, login, series, mail, libraries, encoding."""

import shutil
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from doideposit.config.settings import Settings
from doideposit.diagnosis.surroundings import DiagnosisContext
from doideposit.diagnosis.values import Check
from doideposit.job.mail_server import MailServer
from doideposit.job.notices import MailWriter
from doideposit.records.identifiers import InvalidIdentifier
from doideposit.records.models.series import ANY, Series

__all__ = ["SetupChecks"]


# Origins that win over the configuration file, and are easily forgotten.
ABOVE_THE_FILE = ("environment", "flag")


@dataclass(frozen=True, slots=True)
class SetupChecks:
    """Look at what people set, each part alone; passwords are fetched, looked at and forgotten."""

    settings: Settings
    around: DiagnosisContext

    def configuration(self) -> Iterator[Check]:
        """Yield where the settings in force come from; that they are valid was settled when they were read."""
        above = [
            f"{name} ({origin})" for name, origin in self.settings.origins.items() if origin.startswith(ABOVE_THE_FILE)
        ]
        beside = f"; above it: {', '.join(above)}" if above else ""
        yield Check.ok("configuration", f"{self.settings.path or 'no file, only defaults'}{beside}")
        depositor = self.settings.depositor
        if depositor is None:
            hint = "add a section [depositor] with name, email and registrant; `doideposit init` writes one"
            yield Check.fail("depositor", "the configuration does not say who deposits", hint, in_configuration=True)
        elif not self.settings.publisher:
            yield Check.ok("depositor", f"{depositor.name}; Crossref mails its results to {depositor.email}")
        for name, other in self.settings.publishers.items():
            series = ", ".join(
                candidate.name for candidate in self.settings.series.values() if candidate.publisher_account == name
            )
            words = f"{other.depositor.name}; Crossref mails its results to {other.depositor.email}"
            if series:
                yield Check.ok(f"publisher {name}", f"{words}; it deposits {series}")
            else:
                hint = f'add publisher_account = "{name}" to its series'
                yield Check.warn(f"publisher {name}", f"{words}; no series belongs to it", hint)

    def target(self) -> Iterator[Check]:
        """Yield where deposits go."""
        if not self.settings.needs_login:
            yield Check.ok("target", f"{self.settings.target}, {MEANINGS['sandbox']}")
            return
        other = self.settings.targets.get(self.settings.target)
        address = self.settings.endpoint.url
        meaning = (
            f"not Crossref's own address, but {address}" if other and other.url else MEANINGS[self.settings.target]
        )
        if self.settings.target == "production" and other and other.url:
            hint = "delete [targets.production], unless this is a rehearsal"
            yield Check.warn("target", f"production, {meaning}", hint)
        else:
            yield Check.ok("target", f"{self.settings.target}, {meaning}")

    def login(self) -> Iterator[Check]:
        """Check that the login of the target is configured; its password is fetched, checked and forgotten."""
        if not self.settings.needs_login:
            yield Check.ok("login", "the embedded sandbox needs none")
            return
        for publisher in self.settings.of_each_publisher():
            yield from _check_login(
                publisher, self.around, f"login of {publisher.publisher}" if publisher.publisher else "login"
            )

    def other_secrets(self) -> Iterator[Check]:
        """Check that the password of the mailbox and the tokens of the JSON API, if there are any, can be fetched."""
        box = self.settings.mailbox
        if box is not None and box.password is not None:
            user = box.username or ""
            box.password.resolve(environ=self.around.environ, service="doideposit-mailbox", username=user)
            yield Check.ok("mailbox", f"{user} at {box.host}, with a password in {box.password.place}")
        for name, reference in self.settings.api.tokens.items():
            reference.resolve(environ=self.around.environ, service="doideposit-api", username=name)
        if self.settings.api.tokens:
            yield Check.ok(
                "api tokens",
                f"{len(self.settings.api.tokens)} can be fetched: {', '.join(sorted(self.settings.api.tokens))}",
            )

    def hooks(self) -> Iterator[Check]:
        """Check that the programs of the hooks exist, and that the secrets can be fetched; no hook is called."""
        for name, hook in self.settings.hooks.items():
            program = hook.command[0] if hook.command else ""
            if program and shutil.which(program) is None:
                hint = f"check the path and its permissions; [hooks.{name}] command names it"
                yield Check.fail("hooks", f"{name}: there is no program {program} that this user may run", hint)
            elif hook.secret is not None:
                hook.secret.resolve(environ=self.around.environ, service="doideposit-hook", username=name)
        if self.settings.hooks:
            names = ", ".join(self.settings.hooks)
            yield Check.ok("hooks", f"{names}: `doideposit hooks` says how they work, and tries one")

    def mail(self, *, send_test_mail: bool = False) -> Iterator[Check]:
        """Check connection, encryption and login of the mail server, or the program; send a mail if asked to."""
        mail = self.settings.mail
        if mail is None:
            if send_test_mail:
                hint = "add a section [mail] with host, sender and to"
                yield Check.fail("mail", "no mail is configured, so none can be sent", hint, in_configuration=True)
            return
        password = self.settings.mail_password(self.around.environ)
        if mail.sendmail is not None and not Path(mail.sendmail).is_file():
            hint = "install a mail program that includes it, or name the mail server with [mail] host"
            yield Check.fail("mail", f"there is no program {mail.sendmail}, which [mail] sendmail names", hint)
            return
        if send_test_mail:
            MailServer(mail, password).send(
                MailWriter(mail, socket.gethostname()).trial(self.settings.target, self.around.clock())
            )
            yield Check.ok("mail", f"a test mail is on its way to {', '.join(mail.to)}: check that it arrives")
            return
        MailServer(mail, password).greet()
        if mail.sendmail is not None:
            yield Check.ok("mail", f"{mail.sendmail} sends the mails; `doideposit doctor --send-test-mail` sends one")
        else:
            who = "" if mail.password is None else f" as {mail.username}, with a password in {mail.password.place}"
            yield Check.ok(
                "mail", f"{mail.host} can be reached{who}; `doideposit doctor --send-test-mail` sends a mail"
            )

    def libraries(self) -> Iterator[Check]:
        """Check whether the optional libraries are there that this configuration needs."""
        needed = {
            "postgres": ("psycopg", self.settings.ledger.url.startswith("postgresql")),
            "keyring": ("keyring", any(reference.keyring for reference, _, _ in self.settings.secrets())),
            "serve": ("waitress", bool(self.settings.api.tokens or self.settings.api.notify_endpoints)),
        }
        extras = [extra for extra, (_, wanted) in needed.items() if wanted]
        for extra in extras:
            library = needed[extra][0]
            if not self.around.has_library(library):
                hint = f"run: pip install 'doideposit[{extra}]'"
                yield Check.fail("libraries", f"the configuration needs {library}, which is not installed", hint)
                return
        if extras:
            yield Check.ok("libraries", f"the extras this configuration needs are installed: {', '.join(extras)}")

    def series(self) -> Iterator[Check]:
        """Check whether each series gives each commentary a DOI of its own, on its own prefix."""
        if not self.settings.series:
            hint = "add a section [series.NAME]; `doideposit init` writes one"
            yield Check.fail(
                "series", "no series is configured, and every record needs one", hint, in_configuration=True
            )
        for series in self.settings.series.values():
            faults = list(_series_faults(series)) or list(_shared_dois(series, self.settings.series.values()))
            yield from (
                Check.fail("series", f"{series.name}: {what}", hint, in_configuration=True) for what, hint in faults
            )
            if not faults:
                yield _series_check(series)


MEANINGS = {
    "sandbox": "the simulated Crossref: nothing leaves this machine",
    "test": "Crossref's test system: nothing is registered for readers",
    "production": "Crossref: what is registered stays registered",
}


def _check_login(settings: Settings, around: DiagnosisContext, what: str) -> Iterator[Check]:
    """Check the login of one publisher."""
    credentials = settings.credentials.get(settings.target)
    if credentials is None and settings.publisher:
        hint = f"add a section [publishers.{settings.publisher}.credentials.{settings.target}]"
        yield Check.fail(what, f"there is none for the target {settings.target}", hint, in_configuration=True)
        return
    if credentials is not None and credentials.password is None:
        hint = f"for the scheduled job, name where it is kept: password below [credentials.{settings.target}]"
        yield Check.warn(what, f"{credentials.username}; the password is asked for at the terminal each time", hint)
        return
    password = settings.login(around.environ).password
    if credentials is None or credentials.password is None:
        return
    place = credentials.password.place
    if _looks_mistyped(password.get_secret_value()):
        hint = "check whether they belong to the password; programs that read .env files often keep quotation marks"
        yield Check.warn(what, f"the password in {place} begins and ends with quotation marks or spaces", hint)
    else:
        yield Check.ok(what, f"{credentials.username}, with a password in {place}")


def _looks_mistyped(password: str) -> bool:
    quoted = len(password) > 1 and password[0] == password[-1] and password[0] in "'\""
    return quoted or password != password.strip()


def _series_faults(series: Series) -> Iterator[tuple[str, str]]:
    if "{number}" not in series.doi and ANY not in series.doi:
        yield f"every commentary would get the same DOI: {series.doi}", "write {number} into the pattern `doi`"
    try:
        example = series.doi_for("1")
    except InvalidIdentifier as error:
        yield f"its pattern gives no valid DOI: {error.message}", error.hint
        return
    if example is not None and example.prefix != series.prefix:
        message = f"its DOIs begin with {example.prefix}, and its prefix is {series.prefix}"
        yield message, "write {prefix} into the pattern `doi`"
    if series.url and not series.url.startswith(("https://", "http://")):
        yield f"its landing pages are not web addresses: {series.url}", "begin the pattern `url` with https://"


def _shared_dois(series: Series, others: Iterable[Series]) -> Iterator[tuple[str, str]]:
    for other in others:
        derived = series.doi_for("1") if other.name < series.name else None
        if derived is not None and derived == other.doi_for("1"):
            yield f"it gives the same DOIs as {other.name}", "make the pattern `doi` of one of them different"


def _series_check(series: Series) -> Check:
    issn = f"ISSN {series.issn}" if series.issn else "no ISSN"
    if series.url and "{number}" not in series.url:
        message = f"{series.name}: every commentary would lead to {series.url}"
        return Check.warn("series", message, "write {number} into the pattern `url`")
    if series.url and series.url.startswith("http://"):
        message = f"{series.name}: its landing pages are unencrypted: {series.url}"
        return Check.warn("series", message, "use https:// if the site supports it")
    derived = series.doi_for("1")
    example = f"number 1 is {derived}" if derived else "each record names its DOI"
    pages = "" if series.url else "; each record names its landing page"
    return Check.ok("series", f"{series.name}: {series.title}, {issn}, {series.record_type.value}; {example}{pages}")
