"""`support-bundle`: what someone who helps needs to see, in one archive, without secrets and without the works.

Three nets keep secrets out: nothing is gathered that holds one; every password this machine can name is taken out of
all members, in every spelling; and what looks like a login is shortened. Titles and DOIs stay, because a question about
a deposit is a question about them.
"""

import io
import json
import os
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.terminal import Terminal
from doideposit.crossref.redaction import redact
from doideposit.errors import DiskError, DoiDepositError, UsageError
from doideposit.reports.findings import Span, Style

if TYPE_CHECKING:
    from doideposit.config.schema import PasswordReference
    from doideposit.config.settings import Settings
    from doideposit.deposits.depositor import Depositor

__all__ = ["support_bundle"]

# How many result logs go along.
LOGS = 20
# How many statuses and events go along.
MOST_LINES = 20_000
# Characters of a secret from which its text is taken out; shorter ones occur in any text by chance.
SHORTEST = 6


@dataclass(frozen=True, slots=True)
class _Member:
    """Record a file of the archive, and in a few words what it is."""

    name: str
    meaning: str
    content: bytes = field(repr=False)


@click.command("support-bundle")
@target_option
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A new file, .zip or .tar.gz [default: doideposit-support-DATE.zip].",
)
@click.option("--list", "only_list", is_flag=True, help="List what would be in it, and write nothing.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before writing.")
@json_option
@click.pass_obj
def support_bundle(
    invocation: Invocation, target: str | None, output: Path | None, only_list: bool, yes: bool, as_json: bool
) -> None:
    """Pack an archive for support: versions, diagnosis, settings, states, events and Crossref's answers.

    No password is in it, no token and no deposited file; mail addresses and logins are shortened. What is inside is
    listed before anything is written.
    """
    terminal = invocation.terminal(as_json=as_json)
    place = output or Path(f"doideposit-support-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip")
    pack = _packer_for(place)
    members = list(_clean_members(invocation, target))
    _show_members(terminal, members)
    if only_list:
        terminal.say("Nothing was written.")
    else:
        if terminal.interactive and not yes and not click.confirm(f"Write {place}?", default=True, err=True):
            raise click.Abort
        _write_archive(place, pack(members))
        terminal.say(f"{place} is written, and only you can read it. Look through it before you pass it on.")
    if as_json:
        names = [{"name": member.name, "bytes": len(member.content), "meaning": member.meaning} for member in members]
        terminal.json({"ok": True, "file": None if only_list else str(place), "members": names})


def _show_members(terminal: Terminal, members: Iterable[_Member]) -> None:
    for member in members:
        size = Span(f"{len(member.content):>10,}  ", Style.DIM)
        terminal.line((size, Span(f"{member.name:<24}", Style.PLACE), Span(f" {member.meaning}")))


# What goes in.


def _clean_members(invocation: Invocation, target: str | None) -> Iterator[_Member]:
    """Return every member, with the secrets taken out of it."""
    settings, reason = _load_settings(invocation, target)
    cleaner = _Cleaner(settings, os.environ)
    for member in _gather_members(invocation, target, settings, reason):
        yield _Member(cleaner.text(member.name), member.meaning, cleaner(member.content))


def _load_settings(invocation: Invocation, target: str | None) -> "tuple[Settings | None, str]":
    try:
        return invocation.settings(target=target), ""
    # An archive is also needed where the configuration itself is the problem.
    except DoiDepositError as error:
        return None, error.message


def _gather_members(
    invocation: Invocation, target: str | None, settings: "Settings | None", reason: str
) -> Iterator[_Member]:
    from doideposit.cli.about import version_text
    from doideposit.cli.doctor import diagnosis_lines
    from doideposit.diagnosis.examination import Diagnosis

    yield _Member("README.txt", "what this archive is", README.encode())
    yield _text_member(
        "versions.txt", "the program, its libraries, the schemas", f"{version_text()}\n{_library_versions()}\n"
    )
    diagnosis = Diagnosis.make(lambda: invocation.settings(target=target))
    # A fixed width: the archive is read on another machine than this one.
    lines = ("".join(span.text for span in line) for line in diagnosis_lines(diagnosis, width=100))
    yield _text_member("doctor.txt", "the diagnosis", "\n".join(lines) + "\n")
    yield _json_member("doctor.json", "the same for programs", diagnosis.to_dict())
    yield _json_member("environment.json", "variables by name, encodings; no values", _describe_environment(os.environ))
    if settings is None:
        yield _text_member("missing.txt", "why settings and ledger are missing", f"{reason}\n")
        return
    yield _configuration_member(settings)
    yield from _ledger_members(settings)


def _configuration_member(settings: "Settings") -> _Member:
    from doideposit.cli.config import values_of

    values = [value.to_dict() for value in values_of(settings)]
    return _json_member("configuration.json", "every setting and where it comes from", values)


def _ledger_members(settings: "Settings") -> Iterator[_Member]:
    from doideposit.deposits.ledger.inspection import Condition
    from doideposit.wiring import open_depositor

    try:
        condition = Condition.of_ledger(settings.ledger.url, settings.ledger_password(os.environ))
        if condition.revision is None:
            yield _text_member(
                "missing.txt", "why states and events are missing", f"no ledger yet in {condition.place}\n"
            )
        elif not condition.is_current:
            yield _text_member("missing.txt", "why states and events are missing", f"revision {condition.revision}\n")
        else:
            with open_depositor(settings) as depositor:
                yield from _history_members(depositor)
    except DoiDepositError as error:
        yield _text_member("missing.txt", "why states or events are missing", f"{error.message}\n")


def _history_members(depositor: "Depositor") -> Iterator[_Member]:
    findings = [finding.to_dict() for finding in depositor.ledger.check()]
    yield _json_member("ledger-check.json", "whether the ledger is consistent", findings)
    states = (status.to_dict() for status in depositor.statuses())
    yield _json_lines_member("statuses.jsonl", f"the state of each DOI on {depositor.target}", states)
    events = (
        {"id": event.id, "at": event.at.isoformat(), "kind": event.kind, "doi": event.doi, "detail": dict(event.detail)}
        for event in depositor.events()
    )
    yield _json_lines_member("events.jsonl", f"what happened on {depositor.target}", events)
    for name, answer in depositor.works.result_logs(LOGS):
        yield _Member(f"logs/{name}", "what Crossref answered", answer)


def _describe_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    from doideposit.diagnosis.surroundings import DiagnosisContext

    proxies = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
    return {
        # Names of variables say what is set; values may be secrets.
        "settings": sorted(name for name in environ if name.startswith("DOIDEPOSIT_")),
        "network": sorted(name for name in environ if name.upper() in proxies),
        "encodings": dict(DiagnosisContext().encodings()),
        "user": "root" if hasattr(os, "geteuid") and os.geteuid() == 0 else "not root",
    }


def _library_versions() -> str:
    from importlib.metadata import PackageNotFoundError, requires, version

    lines = []
    for requirement in sorted(requires("doideposit") or ()):
        name = re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0]
        try:
            lines.append(f"{name} {version(name)}")
        # An optional library is missing on most machines.
        except PackageNotFoundError:
            lines.append(f"{name} is not installed")
    return "\n".join(lines)


def _text_member(name: str, meaning: str, text: str) -> _Member:
    return _Member(name, meaning, text.encode("utf-8", "backslashreplace"))


def _json_member(name: str, meaning: str, document: object) -> _Member:
    return _text_member(name, meaning, json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n")


def _json_lines_member(name: str, meaning: str, documents: Iterable[object]) -> _Member:
    texts = (json.dumps(document, ensure_ascii=False, default=str) for document in islice(documents, MOST_LINES))
    return _text_member(name, meaning, "".join(f"{text}\n" for text in texts))


README = """\
This archive was made by `doideposit support-bundle`, for those who help when something is stuck.

It contains no password, no token and no deposited file. Mail addresses and logins are shortened to their first
letter, the home folder to ~. Titles and DOIs of deposited works are in it, also those of unpublished works.
"""


# What stays out.

# The first letter and the domain are kept: a misspelt domain still shows, and the person does not.
EMAIL = re.compile(rb"([\w+-])[\w.+-]*@([\w-]+(?:\.[\w-]+)+)")


class _Cleaner:
    """Remove every secret that can be named from a text, and shorten logins, addresses and the home folder."""

    def __init__(self, settings: "Settings | None", environ: Mapping[str, str]) -> None:
        self._secrets = [secret for secret in _known_secrets(settings, environ) if len(secret) >= SHORTEST]
        self._logins = _secret_logins(settings)
        # It is "~" where this user has no home folder; `Path.home` would raise.
        home = os.path.expanduser("~")  # noqa: PTH111
        self._home = home.encode() if len(home) > len("/x") else b""

    def __call__(self, content: bytes) -> bytes:
        """Return the content without them."""
        content = redact(content, self._secrets)
        for login in self._logins:
            whole = re.compile(rb"(?<![\w-])" + re.escape(login.encode()) + rb"(?![\w-])")
            content = whole.sub(f"{login[0]}•••".encode(), content)
        content = EMAIL.sub(lambda found: found[1] + "•••@".encode() + found[2], content)
        return content.replace(self._home, b"~") if self._home else content

    def text(self, text: str) -> str:
        """Return the text without them."""
        return self(text.encode()).decode("utf-8", "replace")


def _secret_logins(settings: "Settings | None") -> tuple[str, ...]:
    """Return roles that are logins by themselves; those with an address in front are shortened as addresses."""
    logins = (
        [settings.credentials, *(publisher.credentials for publisher in settings.publishers.values())]
        if settings
        else []
    )
    names = {login.username for of_target in logins for login in of_target.values()}
    return tuple(sorted(name for name in names - {"sandbox", "test", "production"} if "@" not in name))


def _known_secrets(settings: "Settings | None", environ: Mapping[str, str]) -> Iterator[str]:
    """Return the secrets that are known here: those the configuration names, and variables named like one."""
    yield from (text for name, text in environ.items() if re.search("PASS|TOKEN|SECRET|_KEY", name, re.IGNORECASE))
    if settings is None:
        return
    if settings.monitoring.ping_url:
        yield settings.monitoring.ping_url
    for reference, service, username in settings.secrets():
        yield from _fetch_secret(reference, environ, service, username)


def _fetch_secret(
    reference: "PasswordReference", environ: Mapping[str, str], service: str, username: str
) -> Iterator[str]:
    """Return a secret, or None if it cannot be fetched: then this run did not use it either."""
    try:
        yield reference.resolve(environ=environ, service=service, username=username).get_secret_value()
    except DoiDepositError:
        return


# The archive itself.


def _packer_for(place: Path) -> Callable[[Iterable[_Member]], bytes]:
    """Return the function that packs this archive; raises `UsageError` for another suffix or an existing file."""
    if place.exists():
        raise UsageError(f"{place} exists already", hint="name a new file with -o")
    if place.name.endswith(".zip"):
        return _pack_zip
    if place.name.endswith((".tar.gz", ".tgz")):
        return _pack_tar
    raise UsageError(f"{place} is neither .zip nor .tar.gz", hint="choose one of these endings for -o")


def _pack_zip(members: Iterable[_Member]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.writestr(member.name, member.content)
    return stream.getvalue()


def _pack_tar(members: Iterable[_Member]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for member in members:
            entry = tarfile.TarInfo(member.name)
            # Only the owner may read what is unpacked.
            entry.size, entry.mode = len(member.content), 0o600
            archive.addfile(entry, io.BytesIO(member.content))
    return stream.getvalue()


def _write_archive(place: Path, content: bytes) -> None:
    try:
        # O_EXCL: an archive never takes the place of another file.
        handle = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
    except OSError as error:
        raise DiskError(f"{place} cannot be written: {error.strerror}", hint="choose another place with -o") from None
