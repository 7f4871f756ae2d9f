"""Set-ups as administrators leave them: each broken one has its line, whose advice mends it, and right ones have none."""

import json
import os
import shutil
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest

from desk import FAST
from doideposit.cli.init import PRESETS
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.deposits.ledger.store import Ledger
from doideposit.diagnosis.examination import Diagnosis
from doideposit.diagnosis.surroundings import DiagnosisContext
from doideposit.diagnosis.values import CheckStatus
from doideposit.sandbox.accounts import Account
from doideposit.sandbox.clock import Clock
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox
from doideposit.wiring import load_settings
from forked import fork, status_of

GOOD = PRESETS["sadf-comment"].configuration_text() + FAST
LOGIN = '\n[credentials.test]\nusername = "sadf"\npassword = { file = "password" }\n'
MAIL = '\n[mail]\nhost = "127.0.0.1"\nsecurity = "none"\nsender = "doi@example.org"\nto = ["it@example.org"]\n'
# Root may do everything: as root, the set-ups are looked at as this user, who is nobody on every system.
NOBODY = 65534

Lines = dict[str, tuple[str, str, str]]


def lines(folder: Path, environ: Mapping[str, str], *, target: str | None, online: bool, ahead: timedelta) -> Lines:
    """Return what is not well, by the name of the check: verdict, message and hint."""
    around = DiagnosisContext(
        environ=environ,
        clock=lambda: datetime.now(UTC) + ahead,
        free_bytes=lambda _: 10**12,
        encodings=lambda: {"standard output": "UTF-8"},
    )
    file = folder / "doideposit.toml"
    found = Diagnosis.make(lambda: load_settings(file, target=target, environ=environ), online=online, around=around)
    return {
        one.name: (one.verdict.value, one.message, one.hint)
        for one in found.checks
        if one.verdict is not CheckStatus.OK
    }


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder that every user can reach, unlike pytest's own."""
    made = Path(mkdtemp(prefix="doideposit-set-up-"))
    made.chmod(0o755)
    yield made
    for path in (made, *made.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o700)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def schemas() -> Iterator[Path]:
    """Yield a folder with the schema where every user can read it: a checkout, or a home folder, may be closed to them."""
    source = SchemaStore.default(offline=True).location("5.5.0")
    assert source is not None
    made = Path(mkdtemp(prefix="doideposit-schemas-"))
    shutil.copytree(source, made / "5.5.0")
    for path in (made, *made.rglob("*")):
        path.chmod(0o755)
    yield made
    shutil.rmtree(made)


def seen_without_rights(folder: Path, look: Callable[[], Lines]) -> Lines:
    """Return the lines as a user sees them who is not root."""
    if os.geteuid() != 0:
        return look()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    # What is imported when it is needed may lie where only root can read: here it is loaded before.
    look()
    answer = folder / "answer.json"
    answer.touch()
    answer.chmod(0o666)

    def work() -> None:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        answer.write_text(json.dumps(look()))

    assert status_of(fork(work)) == 0
    found = json.loads(answer.read_text())
    answer.unlink()
    return {name: tuple(line) for name, line in found.items()}


@dataclass(frozen=True)
class SetUp:
    """A set-up: what is added to a good configuration, what is done to the folder, the line, and how it is mended."""

    name: str
    check: str
    said: str
    advice: str
    added: str = ""
    prepare: Callable[[Path], object] = lambda _folder: None
    mend: Callable[[Path], object] = lambda _folder: None
    environ: Mapping[str, str] = field(default_factory=dict)
    verdict: str = "fail"
    target: str | None = None
    replaced: tuple[str, str] = ("", "")


def password(mode: int, text: str = "geheim") -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        (folder / "password").write_text(text)
        (folder / "password").chmod(mode)

    return write


def ledger(folder: Path) -> Path:
    """Make a ledger, as a first deposit does."""
    path = folder / "doideposit.sqlite3"
    with Ledger.open(f"sqlite:///{path}") as made:
        made.on("sandbox", lambda: datetime.now(UTC)).hooks.lease("none")
    return path


def made(name: str, mode: int = 0o755) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name).chmod(mode)

    return make


def closed_ledger(mode: int) -> Callable[[Path], object]:
    return lambda folder: ledger(folder).chmod(mode)


def given_back(folder: Path) -> None:
    # SQLite's files beside the ledger have the mode of the ledger.
    for path in folder.glob("doideposit.sqlite3*"):
        path.chmod(0o600)


def old_schemas(folder: Path) -> None:
    source = SchemaStore.default(offline=True).location("5.4.0")
    assert source is not None
    shutil.copytree(source, folder / "old" / "5.4.0")


def one_after_another(*steps: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda folder: [step(folder) for step in steps]


BROKEN = (
    SetUp("password file missing", "login", "does not exist", "check the path", LOGIN, mend=password(0o600), target="test"),
    SetUp(
        "password file of another user", "login", "may not be read by this user", "as root, run: chown", LOGIN,
        password(0o000), lambda folder: (folder / "password").chmod(0o400), target="test",
    ),
    SetUp(
        "password file open to the group", "login", "can be read by others (mode 0640)", "chmod 600", LOGIN,
        password(0o640), lambda folder: (folder / "password").chmod(0o600), target="test",
    ),
    SetUp("password file is a folder", "login", "Is a directory", "check the path", LOGIN, made("password"), target="test"),
    SetUp("password file empty", "login", "there is no password in", "put it there", LOGIN, password(0o600, "\n"), password(0o600), target="test"),
    SetUp("~ where nobody is at home", "configuration", "", "", '\n[inbox]\nfolder = "~nobody-of-this-name/inbox"\n'),
    SetUp("folder of the ledger missing", "ledger", "there is no folder", "its disk or network drive", replaced=("sqlite:///", "sqlite:///away/"), mend=made("away")),
    SetUp("folder of the ledger closed", "ledger", "is read-only", "user to write there", replaced=("sqlite:///", "sqlite:///away/"), prepare=made("away", 0o555), mend=made("away", 0o755)),
    SetUp("folder of the ledger of another user", "ledger", "Permission denied", "enter the folders above it", replaced=("sqlite:///", "sqlite:///away/"), prepare=made("away", 0o000), mend=made("away", 0o755)),
    SetUp("ledger that may be read", "ledger", "this user may not write", "as root: chown", prepare=closed_ledger(0o444), mend=given_back),
    SetUp("ledger that may not be read", "ledger", "this user may not write", "as root: chown", prepare=closed_ledger(0o000), mend=given_back),
    SetUp("inbox without rights", "inbox", "cannot be moved", "user to write there", '\n[inbox]\nfolder = "drop"\n', made("drop", 0o555), made("drop", 0o755)),
    SetUp("inbox is a file", "inbox", "is a file, not a folder", "move it away", '\n[inbox]\nfolder = "drop"\n', lambda folder: (folder / "drop").touch(), lambda folder: (folder / "drop").unlink()),
    SetUp("done/ of another user", "inbox", "its own folders", "as root: chown", prepare=made("inbox/done", 0o555), mend=made("inbox/done", 0o755)),
    SetUp("inbox below a folder that is away", "inbox", "no folder", "that the drive is connected", '\n[inbox]\nfolder = "away/drop"\n', mend=made("away")),
    SetUp("inbox below a closed folder", "inbox", "Permission denied", "enter the folders above it", '\n[inbox]\nfolder = "away/below/drop"\n', one_after_another(made("away/below"), made("away", 0o000)), made("away", 0o755)),
    SetUp("folder of the metrics missing", "monitoring", "there is no folder", "make it", '\n[monitoring]\nprometheus_file = "m/doi.prom"\n', mend=made("m")),
    SetUp("folder of the metrics closed", "monitoring", "cannot be written by this user", "ReadWritePaths=", '\n[monitoring]\nprometheus_file = "m/doi.prom"\n', made("m", 0o555), made("m", 0o755)),
    SetUp("program of a hook not runnable", "hooks", "that this user may run", "its permissions", '\n[hooks.cms]\ncommand = ["./tell"]\n', lambda folder: (folder / "tell").write_text("#!/bin/sh\n"), lambda folder: (folder / "tell").chmod(0o755)),
    SetUp("sendmail missing", "mail", "there is no program", "install a mail program", MAIL.replace('host = "127.0.0.1"', 'sendmail = "/nosuch/sendmail"')),
    SetUp("certificates of the mail server missing", "mail", "contains no certificates or does not exist", "correct the path", MAIL + 'ca_file = "gone.pem"\n'),
    SetUp("certificates that are none", "mail", "contains no certificates or does not exist", "correct the path", MAIL + 'ca_file = "ca.pem"\n', lambda folder: (folder / "ca.pem").write_text("none\n")),
)  # fmt: skip


@pytest.mark.parametrize("one", BROKEN, ids=lambda one: one.name)
def test_a_broken_set_up_has_its_line_and_the_advice_mends_it(
    folder: Path, schemas: Path, monkeypatch: pytest.MonkeyPatch, one: SetUp
) -> None:
    monkeypatch.setenv("DOIDEPOSIT_SCHEMAS", str(schemas))
    (folder / "doideposit.toml").write_text(GOOD.replace(*one.replaced, 1) + one.added)
    one.prepare(folder)

    def look() -> Lines:
        return lines(folder, one.environ, target=one.target, online=False, ahead=timedelta(0))

    found = seen_without_rights(folder, look)
    assert list(found) == [one.check], found
    verdict, message, hint = found[one.check]
    assert (verdict, one.said in message, one.advice in hint) == (one.verdict, True, True), found
    if one.mend is not SetUp.mend:
        one.mend(folder)
        assert seen_without_rights(folder, look) == {}


def test_schemas_where_the_environment_points_nowhere_or_at_an_old_version(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "doideposit.toml").write_text(GOOD)
    old_schemas(folder)
    for named in ("nowhere", "old"):
        monkeypatch.setenv("DOIDEPOSIT_SCHEMAS", str(folder / named))
        verdict, message, hint = lines(folder, {}, target=None, online=False, ahead=timedelta(0))["schemas"]
        assert verdict == "warn"
        assert f"DOIDEPOSIT_SCHEMAS names {folder / named}, which does not contain Crossref's schema 5.5.0" in message
        assert "correct DOIDEPOSIT_SCHEMAS" in hint
    monkeypatch.delenv("DOIDEPOSIT_SCHEMAS")
    assert lines(folder, {}, target=None, online=False, ahead=timedelta(0)) == {}


@pytest.mark.parametrize("folder_name", ["credentials", "kubernetes"])
def test_files_that_a_service_manager_hands_out_may_have_its_mode(
    folder: Path, monkeypatch: pytest.MonkeyPatch, folder_name: str
) -> None:
    """Systemd hands credentials out as 0440, Kubernetes secrets as 0644, behind a link: nobody can change that."""
    place = folder / folder_name
    place.mkdir()
    if folder_name == "credentials":
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(place))
        (place / "crossref").write_text("geheim")
        (place / "crossref").chmod(0o440)
    else:
        (place / "..2026").mkdir()
        (place / "..2026" / "crossref").write_text("geheim")
        (place / "..2026" / "crossref").chmod(0o644)
        (place / "..data").symlink_to("..2026")
        (place / "crossref").symlink_to("..data/crossref")
    login = LOGIN.replace('"password"', f'"{folder_name}/crossref"')
    (folder / "doideposit.toml").write_text(GOOD + login)
    assert lines(folder, {}, target="test", online=False, ahead=timedelta(0)) == {}


# Mail servers, each by what it answers to a verb; None says nothing at all.
SERVERS: tuple[tuple[str, dict[str, str], str, str, str], ...] = (
    ("refuses to talk", {"": "554 go away"}, "", "it refused the connection (code 554)", "the mail server"),
    ("wants encryption", {"MAIL": "530 5.7.0 encrypt first"}, "", "only after encryption or a login", 'security = "starttls"'),
    ("knows no STARTTLS", {}, "starttls", "it offers no STARTTLS", 'security = "tls"'),
    ("speaks no TLS", {}, "tls", "its encrypted connection failed on port", '"starttls" with 587'),
    ("carries no mail elsewhere", {"RCPT": "554 relay denied"}, "", "does not accept the recipients", "only after a login"),
    ("knows no such sender", {"MAIL": "550 who are you"}, "", "does not accept the sender (code 550)", "[mail] sender"),
)  # fmt: skip


class _Answers(socketserver.StreamRequestHandler):
    answers: Mapping[str, str] = {}
    timeout = 60

    def handle(self) -> None:
        self.wfile.write(f"{self.answers.get('', '220 mail.test ESMTP')}\r\n".encode())
        # A client that begins to encrypt sends bytes that are no lines, and goes.
        for line in self.rfile:
            verb = line[:4].decode("latin-1").upper()
            self.wfile.write(f"{self.answers.get(verb, '221 bye' if verb == 'QUIT' else '250 ok')}\r\n".encode())
            if verb == "QUIT" or not verb.isalpha():
                return


@contextmanager
def mail_server(answers: Mapping[str, str]) -> Iterator[int]:
    handler = type("Handler", (_Answers,), {"answers": answers})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


@pytest.mark.parametrize(("answers", "security", "said", "advice"), [one[1:] for one in SERVERS], ids=[one[0] for one in SERVERS])  # fmt: skip
def test_each_refusal_of_a_mail_server_is_told_apart(
    folder: Path, socket_enabled: None, answers: Mapping[str, str], security: str, said: str, advice: str
) -> None:
    with mail_server(answers) as port:
        text = MAIL.replace('"none"', f'"{security}"') if security else MAIL
        (folder / "doideposit.toml").write_text(f"{GOOD}{text}port = {port}\n")
        verdict, message, hint = lines(folder, {}, target=None, online=False, ahead=timedelta(0))["mail"]
    assert (verdict, said in message, advice in hint) == ("fail", True, True), (message, hint)


def test_nobody_listens_and_no_server_of_this_name(folder: Path, free_port: int) -> None:
    (folder / "doideposit.toml").write_text(f"{GOOD}{MAIL}port = {free_port}\n")
    assert (
        f"nothing listens on its port {free_port}"
        in lines(folder, {}, target=None, online=False, ahead=timedelta(0))["mail"][1]
    )


# Online, with a simulated Crossref.


@dataclass(frozen=True)
class Online:
    """What is wrong in the world outside, and the line it has."""

    name: str
    check: str
    said: str
    advice: str
    user: str = "sadf"
    password: str = "geheim"
    prefix: str = "10.48251"
    ahead: timedelta = timedelta(0)


ONLINE = (
    Online("wrong password", "login online", "does not accept user name, role or password", "separate passwords", password="x"),
    Online("wrong user", "login online", "sdaf", "whether sdaf is the role", "sdaf"),
    Online("wrong role", "login online", "ana@example.org/fads", "whether that person has the role fads", "ana@example.org/fads"),
    Online("clock ahead", "clock", "s ahead of the server", "time server", ahead=timedelta(hours=2)),
    Online("clock behind", "clock", "s behind the server", "time server", ahead=timedelta(hours=-2)),
    Online("prefix of nobody", "prefix", "does not have the prefix 10.48252", "[series.…] prefix", prefix="10.48252"),
)  # fmt: skip


@pytest.mark.network_loopback
@pytest.mark.parametrize("one", ONLINE, ids=lambda one: one.name)
def test_online_each_fault_has_its_own_line(folder: Path, one: Online) -> None:
    sandbox = Sandbox(accounts=[Account.role("sadf", "geheim", ["10.48251"])], clock=Clock(datetime.now(UTC)))
    with sandbox, running(sandbox) as url:
        addresses = f'[targets.test]\nurl = "{url}"\nrest_url = "{url}"\nhandle_url = "{url}"\n'
        login = LOGIN.replace('"sadf"', f'"{one.user}"')
        (folder / "doideposit.toml").write_text(GOOD.replace("10.48251", one.prefix) + login + addresses)
        password(0o600, one.password)(folder)
        found = lines(folder, {}, target="test", online=True, ahead=one.ahead)
    assert list(found) == [one.check], found
    assert (one.said in found[one.check][1], one.advice in found[one.check][2]) == (True, True), found


@pytest.mark.network_loopback
@pytest.mark.parametrize(
    ("variable", "said", "advice"),
    [
        (("REQUESTS_CA_BUNDLE", "/nosuch/ca.pem"), "CURL_CA_BUNDLE names does not exist", "correct REQUESTS_CA_BUNDLE"),
        (("HTTPS_PROXY", "foo://127.0.0.1:1"), "HTTPS_PROXY names cannot be used", "check HTTPS_PROXY and NO_PROXY"),
        (("DOIDEPOSIT_TARGET", "test"), "no connection", "a firewall must let HTTPS to this host through"),
    ],
)
def test_online_what_keeps_the_connection_from_being_made_has_its_own_advice(
    folder: Path, monkeypatch: pytest.MonkeyPatch, free_port: int, variable: tuple[str, str], said: str, advice: str
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(*variable)
    addresses = f'[targets.test]\nurl = "https://127.0.0.1:{free_port}"\n'
    (folder / "doideposit.toml").write_text(GOOD + LOGIN + addresses)
    password(0o600)(folder)
    _, message, hint = lines(folder, {}, target="test", online=True, ahead=timedelta(0))["network"]
    assert said in message
    assert advice in hint


def test_a_password_that_cannot_be_fetched_is_told_once(folder: Path) -> None:
    (folder / "doideposit.toml").write_text(GOOD + LOGIN)
    found = lines(folder, {}, target="test", online=True, ahead=timedelta(0))
    assert "does not exist" in found["login"][1]
    assert "login online" not in found
