"""No secret anywhere: every command, every fault, and everything written is searched for the password.

The password of these tests has every kind of character that somebody spells differently, and one piece, ``w0rd``, that
every spelling but base64 leaves alone: a half of it left behind is found as well as a whole.
"""

import base64
import html
import http.client
import json
import logging
import os
import pty
import re
import select
import signal
import socketserver
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import click
import pytest
from pydantic import SecretStr

from desk import DOI, FAST, Desk
from doideposit.cli.init import PRESETS
from doideposit.cli.main import cli
from doideposit.crossref.client import CrossrefClient
from doideposit.crossref.registrar import Credentials, Endpoint
from doideposit.errors import ConfigurationError
from doideposit.records.identifiers import Doi
from doideposit.records.models.batch import SEAL, SealedBatch
from doideposit.sandbox.accounts import Account
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.faults import FAULTS, Fault
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox

pytestmark = pytest.mark.network_loopback

SECRET = "p&ss%w0rd/ü+ \"q'"
PIECE = b"w0rd"


TOKEN = "t0k-w0rd_" * 4
"""A token as the API asks for it."""


def needles() -> frozenset[bytes]:
    """The piece, and what base64 makes of the password wherever it begins within three bytes."""
    raw = SECRET.encode()
    shifted = (base64.b64encode(b"." * begin + raw)[4 if begin else 0 : -4] for begin in range(3))
    return frozenset({PIECE, *shifted})


NEEDLES = needles()


def test_every_spelling_is_found() -> None:
    spelled = [
        SECRET,
        quote(SECRET, safe=""),
        quote_plus(SECRET).lower(),
        urlencode({"login_passwd": SECRET}),
        html.escape(SECRET),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        repr(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"sadf:{SECRET}".encode()).decode(),
        base64.b64encode(f"login{SECRET} and more".encode()).decode(),
    ]
    assert [text for text in spelled if not found_in(text.encode())] == []


def found_in(content: bytes) -> list[bytes]:
    """What of the password is in there, with a little around it."""
    return [
        content[max(0, place - 60) : place + 60] for needle in NEEDLES for place in [content.find(needle)] if place >= 0
    ]


# Where things are written.


@dataclass
class Scene:
    """A publisher's desk whose login is at a simulated Crossref, and everything that is written there."""

    desk: Desk
    url: str
    logged: StringIO
    secret_files: set[Path] = field(default_factory=set)
    heard: list[bytes] = field(default_factory=list)

    def __call__(self, *arguments: object) -> int:
        """Run a command with tracebacks on, and keep what it says."""
        result = self.desk("--debug", *arguments)
        self.heard.append(f"$ {arguments}\n{result.out}\n{result.err}".encode())
        return result.code

    def everything(self) -> Iterator[tuple[str, bytes]]:
        """Every place something was written to, with what is there."""
        yield "output", b"\n".join(self.heard)
        yield "logs", self.logged.getvalue().encode()
        for path in sorted(self.desk.folder.rglob("*")):
            if path.is_file() and path not in self.secret_files:
                name = str(path.relative_to(self.desk.folder))
                yield name, unpacked(path) if name.endswith((".tar.gz", ".zip")) else path.read_bytes()

    def leaks(self) -> list[str]:
        """Where the password was found."""
        return [f"{place}: {around!r}" for place, content in self.everything() for around in found_in(content)]


def unpacked(path: Path) -> bytes:
    """The files of an archive, one after the other."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return b"\n".join(archive.read(name) for name in archive.namelist())
    with tarfile.open(path) as packed:
        return b"\n".join(packed.extractfile(entry).read() for entry in packed)  # type: ignore[union-attr]


def configuration(url: str, password: str) -> str:
    """The configuration of the SADF, with its login at the address."""
    addresses = "".join(f'{name} = "{url}"\n' for name in ("url", "rest_url", "handle_url"))
    return (
        PRESETS["sadf-comment"].configuration_text().replace('target = "sandbox"', 'target = "test"')
        + f'\n[credentials.test]\nusername = "sadf-login"\n{password}[targets.test]\n{addresses}'
        + FAST
    )


OTHERS = """
[publishers.other-house]
depositor = { name = "The Other House", email = "doi@other.example", registrant = "Other House" }
credentials.test = { username = "other-login", password = { env = "CROSSREF_PASSWORD" } }
tokens = { cms = { env = "API_TOKEN" } }
[api.tokens]
wordpress = { env = "API_TOKEN" }
[inbox]
settle = "0s"
[mail]
host = "127.0.0.1"
port = 1
security = "none"
sender = "job@example.org"
to = ["desk@example.org"]
username = "job"
password = { env = "API_TOKEN" }
"""
"""Other places where a secret is used: another publisher, the API's tokens, and a mail server that is away."""


@contextmanager
def listening() -> Iterator[StringIO]:
    """Every library at its most talkative."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s %(args)s"))
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    loggers = ["", "urllib3", "requests", "sqlalchemy", "sqlalchemy.engine", "alembic", "werkzeug", "doideposit"]
    levels = {name: logging.getLogger(name).level for name in loggers}
    for name in loggers:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        root.setLevel(before)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("DOIDEPOSIT_") and name != "DOIDEPOSIT_SCHEMAS"]:
        monkeypatch.delenv(name)
    return Desk(tmp_path, capsys)


@pytest.fixture
def scene(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Scene]]:
    """Makes the scene for a Crossref at an address; home and temporary folders are part of it."""
    for name, variable in (("home", "HOME"), ("temporary", "TMPDIR"), ("data", "XDG_DATA_HOME")):
        (desk.folder / name).mkdir()
        monkeypatch.setenv(variable, str(desk.folder / name))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("CROSSREF_PASSWORD", SECRET)
    monkeypatch.setenv("API_TOKEN", TOKEN)
    with listening() as logged:

        def make(url: str) -> Scene:
            kept = 'password = { env = "CROSSREF_PASSWORD" }\n'
            desk.write("doideposit.toml", configuration(url, kept) + OTHERS)
            desk.record()
            desk.record("c260.yaml", number='number: "260"', title="title: A third one", doi="# no doi")
            (desk.folder / "inbox").mkdir()
            desk.record("inbox/c259.yaml", number='number: "259"', title="title: Another one", doi="# no doi")
            (desk.folder / "inbox" / "broken.yaml").write_text("title: [")
            return Scene(desk, url, logged)

        yield make


# What every command is called with; None: tried in its own way below.

OUT = "out"
NETWORK: dict[str, list[list[str]]] = {
    "deposit": [["deposit", "c258.yaml", "--wait", "0"], ["deposit", "c258.yaml", "--retry", "--json"]],
    "plan": [["plan", "c260.yaml", "-o", "plan.json"], ["plan", "c260.yaml", "-o", "plan.json", "--json"]],
    "approve": [["approve", "plan.json", "--by", "Second", "--yes"]],
    "apply": [["apply", "plan.json", "--wait", "0"], ["apply", "plan.json", "--json"]],
    "poll": [["poll", "--all"], ["poll", "--all", "--json"]],
    "run": [["run", "--json"]],
    "hooks": [["hooks"], ["hooks", "--json"], ["hooks", "--test", "none"]],
    "doctor": [["doctor", "--online"], ["doctor", "--online", "--json"], ["doctor", "--send-test-mail"]],
    "status": [["status"], ["status", DOI], ["status", "--json"]],
    "history": [["history", DOI], ["history", DOI, "--json"]],
    "adopt": [["adopt"], ["adopt", DOI, "--json"], ["adopt", "--csv", "none.csv"]],
    "verify": [["verify"], ["verify", DOI, "--json"]],
    "drift accept": [["drift"], ["drift", "--all", "--json"], ["drift", "accept", DOI, "--reason", "it is right"]],
    "drift restore": [["drift", "restore", DOI], ["drift", "restore", DOI, "--json"]],
    "audit": [["audit"], ["audit", "--json"], ["audit", "--csv", "none.csv"]],
    "correct": [
        ["correct", DOI, ".", "--notice", "c259.yaml", "--date", "2026-06-01", "--wait", "0"],
        ["correct", DOI, "--wait", "0", "--json"],
    ],
    "retract": [["retract", DOI, ".", "--notice", "c259.yaml", "--date", "2026-06-01", "--wait", "0", "--json"]],
    "withdraw": [["withdraw", DOI, ".", "--wait", "0"]],
    "remove": [["remove", DOI, ".", "--wait", "0", "--json"]],
    "move": [["move", "none.csv"], ["move", "c258.yaml"]],
    "references": [
        ["references"],
        ["references", "258", "--json"],
        ["references", "258", "--accept", "1=10.1234/x"],
        ["references", "c258.yaml", "--send", "--yes"],
    ],
    "pages": [["pages"], ["pages", DOI, "--json"]],
    "warnings": [["warnings"], ["warnings", "--json"]],
    "warnings show": [["warnings", "show", "1"], ["warnings", "show", "1", "--json"]],
    "warnings dismiss": [["warnings", "dismiss", "1", "--reason", "seen"]],
    "warnings answer": [["warnings", "answer", "1", "--both", "-o", "answer.txt"]],
    "acknowledge": [["acknowledge", DOI, "--reason", "seen"], ["acknowledge", DOI, "--reason", "", "--json"]],
    "report": [["report", "-o", "report.html"], ["report", "-o", "report2.html", "--json"]],
    "ledger check": [["ledger", "check", "--json"]],
    "ledger backup": [["ledger", "backup", "backup.sqlite3"]],
    "ledger export": [["ledger", "export"]],
    "config show": [["config", "show", "--origin"], ["config", "show", "--json"]],
    "support-bundle": [["support-bundle", "-o", "bundle.tar.gz"], ["support-bundle", "--list", "--json"]],
}
"""What asks Crossref, or tells what came of asking: run after every fault."""
ALONE: dict[str, list[list[str]] | None] = {
    "init": [["init", "--preset", "sadf-comment", "-o", "new.toml"], ["init", "--preset", "sadf-comment"]],
    "extract": [["extract", "c258.md", "-o", "draft.yaml"], ["extract", "none.md"]],
    "check": [["check", "c258.yaml", "--json"], ["check", "doideposit.toml", "none.yaml", "--verbose"]],
    "build": [["build", "c258.yaml", "-o", "c258.xml"], ["build", "c258.yaml"]],
    "validate": [["validate", "c258.xml", "--json", "--verbose"], ["validate", "doideposit.toml"]],
    "explain": [["explain"], ["explain", "password-in-file"], ["explain", "--json"]],
    "schemas list": [["schemas", "list", "--json"]],
    "schemas verify": [["schemas", "verify"]],
    "schemas install": [["schemas", "install", "--quiet"]],
    "abandon": [["abandon", DOI, "--reason", "sent by hand"], ["abandon", DOI, "--reason", "", "--json"]],
    "ledger import": [["ledger", "import", "c258.yaml"], ["ledger", "import", "none.jsonl", "--json"]],
    "ledger restore": [["ledger", "restore", "backup.sqlite3"], ["ledger", "restore", "none.sqlite3", "--json"]],
    "new": [["new", "260"], ["new", "260", "--series", "none"]],
    "tags": [["tags", "c258.yaml"], ["tags", "none.yaml", "--json"]],
    "write-back": [["write-back", "c258.yaml", "--dry-run"], ["write-back", "none.yaml", "--json"]],
    "demo": [["demo", "--keep", "demo"]],
    "completion": [["completion", "bash"], ["completion", "tcsh"]],
    "sandbox": None,
    "serve": None,
    "desk": None,
}
"""What knows nothing of a login, or serves others."""


def leaf_commands() -> set[str]:
    """Every command that does something, as it is typed."""
    context = click.Context(cli)
    names = set()
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        inner = command.list_commands(context) if isinstance(command, click.Group) else []
        names |= {f"{name} {each}" for each in inner} or {name}
    return names


def test_every_command_is_tried() -> None:
    """A new command must be added to one of the tables above, with arguments that make it work and fail."""
    missing = leaf_commands() - set(NETWORK) - set(ALONE)
    assert not missing, f"say with which arguments to try: {sorted(missing)}"


def is_there(name: str) -> bool:
    return name in leaf_commands()


# Every fault of the simulated Crossref.


def every_fault() -> Iterator[Fault]:
    for kind in FAULTS.values():
        texts = {("N",): ["1"], ("TEXT",): ["\u009b31mIt is \u202ered"]}
        for value in texts.get(kind.choices, list(kind.choices)) or [None]:
            yield Fault(kind.name, value, times=None)


# Each runs every command, which takes many seconds: `make acceptance` tries the other faults and servers.
QUICK = {"auth=200page"}


def fault_case(fault: Fault) -> Any:
    name = f"{fault.name}={fault.value}" if fault.value else fault.name
    marks = () if name in QUICK else (pytest.mark.slow, pytest.mark.acceptance)
    return pytest.param(fault, id=re.sub(r"[^\w=]+", "-", name.encode("ascii", "replace").decode()), marks=marks)


@pytest.mark.parametrize("fault", [fault_case(fault) for fault in every_fault()])
def test_after_every_fault_the_password_is_nowhere(scene: Callable[[str], Scene], fault: Fault) -> None:
    login = Account.role("sadf-login", SECRET)
    state = Path.cwd() / "crossref.sqlite3"
    with (
        Sandbox(accounts=[login], delays=Delays.none(), state=state, faults=[fault]) as sandbox,
        running(sandbox) as url,
    ):
        here = scene(url)
        struck = [here(*arguments) for name, calls in NETWORK.items() if is_there(name) for arguments in calls]
        assert sandbox.faults.fired[fault.name] > 0
        assert len(struck) > 10
        steered = [content[:99] for content in here.heard if b"\xc2\x9b" in content or b"\xe2\x80\xae" in content]
    assert here.leaks() == []
    assert steered == [], "a message of Crossref's reached the terminal as it was"


# A server that says everything back.


@dataclass(frozen=True)
class Echo:
    """How a server repeats what it was sent: `page` makes the body of the answer from the body of the request."""

    name: str
    status: int
    page: Callable[[bytes], bytes]
    header: tuple[str, str] | None = None


def log_of(body: bytes) -> bytes:
    """A completed result log, whose messages hold the password, for the batch of an earlier upload."""
    batch = Echoing.batch
    text = html.escape(SECRET)
    record = f'<record_diagnostic status="Failure"><doi>{batch[1]}</doi><msg>{text} of {text}</msg></record_diagnostic>'
    counts = "<batch_data><record_count>1</record_count><failure_count>1</failure_count></batch_data>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<doi_batch_diagnostic status="completed" sp="{text}">'
        f"<submission_id>17</submission_id><batch_id>{batch[0]}</batch_id>{record}{counts}</doi_batch_diagnostic>"
    ).encode()


SUCCESS = b"<html><h2>SUCCESS</h2><p>Your batch submission was successfully received.</p>%s</html>"
ECHOES = [
    Echo("form-as-it-came", 200, lambda body: b"<pre>" + body + b"</pre>"),
    Echo("form-as-it-came-500", 500, lambda body: body),
    Echo("form-as-it-came-403", 403, lambda body: body),
    Echo("form-as-it-came-401", 401, lambda body: body),
    Echo("form-as-it-came-404", 404, lambda body: body),
    Echo("html", 200, lambda body: html.escape(SECRET).encode() * 50),
    Echo("html-400", 400, lambda body: html.escape(SECRET, quote=False).encode() * 500),
    Echo("json", 200, lambda body: json.dumps({"login_passwd": SECRET, "more": [SECRET]}).encode()),
    Echo("json-utf8", 400, lambda body: json.dumps({"pwd": SECRET}, ensure_ascii=False).encode()),
    Echo("percent", 400, lambda body: quote(SECRET, safe="").encode() + b" " + quote_plus(SECRET).lower().encode()),
    Echo("latin-1", 400, lambda body: SECRET.encode("latin-1")),
    Echo("base64", 400, lambda body: base64.b64encode(SECRET.encode())),
    Echo("redirect", 302, lambda body: b"", ("Location", f"http://127.0.0.1/?pwd={quote(SECRET)}")),
    Echo("redirect-to-the-password", 302, lambda body: b"", ("Location", f"https://{quote(SECRET)}@example.org")),
    Echo("cookie", 400, lambda body: b"", ("Set-Cookie", f"password={quote(SECRET)}")),
    Echo("success", 200, lambda body: SUCCESS % html.escape(SECRET).encode()),
    Echo("log", 200, lambda body: log_of(body) if b"submissionDownload" in body else SUCCESS % body),
]


SELDOM = (pytest.mark.slow, pytest.mark.acceptance)
ECHO_MARKS: dict[str, Any] = {"log": ()}


class Echoing(BaseHTTPRequestHandler):
    """Answers whatever it is asked with what it was told."""

    echo: Echo
    batch = ("none", DOI)
    """The last batch that was uploaded to any of them, and a DOI of it."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = re.search(rb"<doi_batch_id>(.*?)</doi_batch_id>.*?<doi>(.*?)</doi>", body, re.DOTALL)
        if found:
            Echoing.batch = (found[1].decode(), found[2].decode())
        echo = type(self).echo
        page = echo.page(body + self.path.encode())
        self.send_response(echo.status)
        if echo.header:
            self.send_header(*echo.header)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(page)

    do_GET = do_POST  # noqa: N815 - the name the standard library looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "echo",
    [pytest.param(echo, id=echo.name, marks=ECHO_MARKS.get(echo.name, SELDOM)) for echo in ECHOES],
)
def test_a_server_that_says_everything_back(scene: Callable[[str], Scene], echo: Echo) -> None:
    with serving(type("Handler", (Echoing,), {"echo": echo})) as url:
        here = scene(url)
        for name, calls in NETWORK.items():
            for arguments in calls if is_there(name) else ():
                here(*arguments)
    if echo.name == "log":
        assert b"[redacted]" in b"".join(here.heard)
    assert here.leaks() == []


# What the client itself gives back and raises.


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what caused it and what it followed, also where a traceback would not show it."""
    waiting, seen = [error], set[int]()
    while waiting:
        current = waiting.pop()
        if id(current) not in seen:
            seen.add(id(current))
            yield current
            inner = (current.__cause__, current.__context__, *current.args)
            waiting += [each for each in inner if isinstance(each, BaseException)]


def words_of(error: BaseException) -> bytes:
    texts = [f"{each!r} {each} {each.args!r} {getattr(each, '__dict__', {})!r}" for each in chain(error)]
    return "\n".join(texts).encode("utf-8", "backslashreplace")


class Rude(socketserver.BaseRequestHandler):
    """Sends something that is no HTTP, with what it was sent in it, and goes away."""

    def handle(self) -> None:
        with suppress(OSError):
            self.request.sendall(b"HTTP/1.1 2OO " + SECRET.encode() + b"\r\n" + SECRET.encode() + b"\r\n\r\n")


@pytest.fixture(params=[*(echo.name for echo in ECHOES), "rude", "nobody", "not-a-host"])
def address(request: pytest.FixtureRequest, free_port: int) -> Iterator[str]:
    echo = next((echo for echo in ECHOES if echo.name == request.param), None)
    if echo is not None:
        with serving(type("Handler", (Echoing,), {"echo": echo})) as url:
            yield url
    elif request.param == "rude":
        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Rude) as server:
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            yield f"http://127.0.0.1:{server.server_address[1]}"
            server.shutdown()
    else:
        yield f"http://127.0.0.1:{free_port}" if request.param == "nobody" else "https://nowhere.invalid"


def said_to(client: CrossrefClient, word: str) -> tuple[object, Exception | None]:
    """What a call gives back, or raises."""
    batch = SealedBatch(b"<doi_batch/>", "5.5.0", "batch-1", 20261124030500123, (Doi(DOI),), SEAL)
    calls: dict[str, Callable[[], object]] = {
        "submit": lambda: client.submit(batch, "a.xml"),
        "fetch_result": lambda: client.fetch_result("a.xml"),
        "check_login": client.check_login,
    }
    try:
        return calls[word](), None
    except Exception as error:  # noqa: BLE001 - whatever it is, it is looked through
        return None, error


@pytest.mark.parametrize("word", ["submit", "fetch_result", "check_login"])
def test_neither_answers_nor_errors_hold_it(address: str, word: str) -> None:
    login = Credentials("sadf-login", SecretStr(SECRET))
    client = CrossrefClient(Endpoint("test", address), lambda: login)
    assert not found_in(f"{login!r} {login} {client!r} {vars(client)!r}".encode())
    with listening() as logged:
        answer, error = said_to(client, word)
    assert not found_in(repr(answer).encode())
    assert error is None or not found_in(words_of(error)), words_of(error)
    assert not found_in(logged.getvalue().encode())


# What asks nobody.


@pytest.mark.slow
def test_commands_that_ask_nobody(scene: Callable[[str], Scene]) -> None:
    here = scene("http://127.0.0.1:1")
    here.desk.write("c258.md", "# A title\n\nSADF COMMENT 258\n\nEva Wolf\n")
    codes = {name: [here(*arguments) for arguments in calls] for name, calls in ALONE.items() if calls}
    assert codes["build"][0] == codes["validate"][0] == codes["demo"][0] == 0
    assert here.leaks() == []


def test_nothing_is_worth_searching_that_finds_nothing(scene: Callable[[str], Scene]) -> None:
    """The search itself: a password on each of the ways would be seen."""
    here = scene("http://127.0.0.1:1")
    assert here.leaks() == []
    logging.getLogger("urllib3").debug("pwd=%s", quote_plus(SECRET))
    assert len(here.leaks()) == 1
    here.desk.write("report.html", html.escape(SECRET))
    assert len(here.leaks()) == 2
    with zipfile.ZipFile(here.desk.folder / "bundle.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("logs/a.xml", SECRET * 100)
    assert len(here.leaks()) == 3
    here.heard.append(json.dumps(SECRET).encode())
    assert len(here.leaks()) == 4


# Servers, as processes of their own.


def started(arguments: list[str], folder: Path, ready: str) -> tuple[subprocess.Popen[bytes], str]:
    """A command that keeps running, and the line by which it said that it is ready."""
    command = [sys.executable, "-m", "doideposit", "--debug", *arguments]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    said = b""
    while ready.encode() not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return process, said.decode()


def asked(method: str, place: str, path: str, form: str, token: str) -> bytes:
    """What a server answers to a form, sent as the body of a POST or as the query of a GET."""
    connection = http.client.HTTPConnection(place, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request(method, path if method == "POST" else f"{path}?{form}", form, headers)
        answer = connection.getresponse()
        return str(answer.headers).encode() + answer.read()
    finally:
        connection.close()


def stopped(process: subprocess.Popen[bytes]) -> bytes:
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    return out


@pytest.mark.slow
def test_servers_do_not_tell_what_they_are_sent(scene: Callable[[str], Scene]) -> None:
    here = scene("http://127.0.0.1:1")
    for arguments in (
        ["sandbox", "--port", "0", "--state", "crossref.sqlite3"],
        ["serve", "--port", "0"],
        ["desk", "--no-browser"],
    ):
        process, said = started(arguments, here.desk.folder, "http://127.0.0.1:")
        try:
            url = re.search(r"http://(127\.0\.0\.1:\d+)", said)
            assert url is not None
            form = urlencode({"login_id": "sandbox", "login_passwd": SECRET, "usr": "sandbox", "pwd": SECRET})
            for path in ("/servlet/deposit", "/servlet/submissionDownload", "/status", "/v1/deposits", "/notify"):
                for token in (TOKEN, f"{TOKEN}x"):
                    here.heard += [asked("POST", url[1], path, form, token), asked("GET", url[1], path, form, token)]
        finally:
            here.heard += [said.encode(), stopped(process)]
    assert here.leaks() == []


# Where passwords come from.


def kept_in_file(folder: Path) -> tuple[str, set[Path]]:
    path = folder / "kept"
    path.touch(mode=0o600)
    path.write_text(f"{SECRET}\n", encoding="utf-8")
    return 'password = { file = "kept" }\n', {path}


def kept_in_the_environment(_: Path) -> tuple[str, set[Path]]:
    return 'password = { env = "CROSSREF_PASSWORD" }\n', set()


def kept_by_a_command(folder: Path) -> tuple[str, set[Path]]:
    _, paths = kept_in_file(folder)
    return f'password = {{ command = ["cat", "{folder / "kept"}"] }}\n', paths


def asked_for(_: Path) -> tuple[str, set[Path]]:
    return "", set()


def command_lines() -> bytes:
    """The command line of every process of this machine, as `ps` shows them."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            lines.append(path.read_bytes())
    return b"\n".join(lines)


WITH_TERMINAL = (
    "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); from doideposit.__main__ import main; main()"
)


def run_on_terminal(arguments: list[str], folder: Path) -> tuple[int, bytes, bytes]:
    """Run a command on a terminal of its own, type the password when asked; status, screen, and command lines seen."""
    outside, inside = pty.openpty()
    environ = {name: value for name, value in os.environ.items() if name not in {"CI", "CROSSREF_PASSWORD"}}
    process = subprocess.Popen(
        [sys.executable, "-c", WITH_TERMINAL, *arguments],
        cwd=folder,
        env=environ | {"TERM": "xterm"},
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    )
    os.close(inside)
    screen, lines, typed = b"", b"", False
    try:
        while True:
            if not select.select([outside], [], [], 60)[0]:
                raise AssertionError(f"nothing happens any more: {screen!r}")
            try:
                piece = os.read(outside, 4096)
            except OSError:
                break  # Linux says so when the last process has left the terminal.
            if not piece:
                break
            screen += piece
            lines += command_lines()
            if not typed and b"Crossref password of sadf-login on test" in screen:
                # What comes before the echo is switched off would be seen: a person is slower than this.
                time.sleep(0.3)
                os.write(outside, f"{SECRET}\n".encode())
                typed = True
    finally:
        os.close(outside)
    return process.wait(timeout=60), screen, lines


@pytest.mark.slow
@pytest.mark.parametrize("keep", [kept_in_file, kept_in_the_environment, kept_by_a_command, asked_for])
def test_wherever_the_password_comes_from_a_deposit_works_and_nobody_sees_it(
    scene: Callable[[str], Scene], keep: Callable[[Path], tuple[str, set[Path]]]
) -> None:
    login = Account.role("sadf-login", SECRET)
    slow = Fault("slow", "0.5", times=None)
    with Sandbox(accounts=[login], delays=Delays.none(), faults=[slow]) as sandbox, running(sandbox) as url:
        here = scene(url)
        password, here.secret_files = keep(here.desk.folder)
        here.desk.write("doideposit.toml", configuration(url, password))
        arguments = ["--debug", "deposit", "c258.yaml", "--wait", "0"]
        if keep is asked_for:
            code, screen, lines = run_on_terminal(arguments, here.desk.folder)
        else:
            code, screen, lines = run_watched(arguments, here.desk.folder)
        here.heard += [screen, lines]
        assert sandbox.records, screen
        assert code == 0, screen
    assert b"doideposit" in lines
    assert here.leaks() == []


def run_watched(arguments: list[str], folder: Path) -> tuple[int, bytes, bytes]:
    command = [sys.executable, "-m", "doideposit", *arguments]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = b""
    while process.poll() is None:
        lines += command_lines()
        time.sleep(0.02)
    screen, _ = process.communicate()
    return process.returncode, screen, lines


def test_nobody_to_ask_is_said_before_anything_leaves(scene: Callable[[str], Scene]) -> None:
    with (
        Sandbox(accounts=[Account.role("sadf-login", SECRET)], delays=Delays.none()) as sandbox,
        running(sandbox) as url,
    ):
        here = scene(url)
        here.desk.write("doideposit.toml", configuration(url, ""))
        assert here("deposit", "c258.yaml") == 2
        assert b"no password is known for sadf-login on test" in here.heard[-1]
        # Nothing left this machine, and nothing waits to leave it.
        assert here.desk("status", "--json").json["records"] == []
        here.desk.write("doideposit.toml", configuration(url, 'password = { env = "CROSSREF_PASSWORD" }\n'))
        assert here("deposit", "c258.yaml") == 0
        assert here("poll", "--all") == 0
        assert len(sandbox.records) == 1


# Mistakes with passwords.


WRONG = [
    f"password = {json.dumps(SECRET)}\n",
    f"pasword = {json.dumps(SECRET)}\n",
    f"password = {{ env = {json.dumps(SECRET)} }}\n",
    f"password = {{ value = {json.dumps(SECRET)} }}\n",
    f"password = '{SECRET.replace(chr(39), '')}\n",
    f"password = {SECRET}\n",
    f"password =\n{SECRET}\n",
    f"password = [\n  {json.dumps(SECRET)},\n]\n",
    f"password = {{ keyring = {json.dumps(SECRET)} }}\n",
    'password = { command = ["no-such-program-anywhere"] }\n',
    'password = { command = ["sh", "-c", "cat kept; cat kept >&2; exit 3"] }\n',
]


@pytest.mark.parametrize("line", WRONG, ids=range(len(WRONG)))
@pytest.mark.parametrize("option", ["--json", "--verbose"])
def test_a_password_in_the_wrong_place_is_refused_without_being_repeated(
    scene: Callable[[str], Scene], line: str, option: str
) -> None:
    here = scene("http://127.0.0.1:1")
    _, here.secret_files = kept_in_file(here.desk.folder)
    here.secret_files.add(here.desk.write("doideposit.toml", configuration("http://127.0.0.1:1", line)))
    assert here("deposit", "c258.yaml", option) == 2
    here("doctor")
    here("doctor", "--json")
    here("config", "show", "--origin")
    here("support-bundle", "-o", "bundle.zip")
    assert here.leaks() == []


@pytest.mark.parametrize(
    ("old", "address"),
    [
        ("sqlite:///doideposit.sqlite3", "postgresql://sadf:{}@localhost/doi"),
        ("sqlite:///doideposit.sqlite3", "postgresql://localhost/doi?password={}"),
        ("http://127.0.0.1:1", "https://sadf:{}@doi.crossref.org"),
        ("http://127.0.0.1:1", "https://doi.crossref.org?pwd={}"),
        ("http://127.0.0.1:1", "https://doi.crossref.org#{}"),
    ],
)
def test_a_password_in_an_address_is_refused_without_being_repeated(
    scene: Callable[[str], Scene], old: str, address: str
) -> None:
    here = scene("http://127.0.0.1:1")
    whole = configuration("http://127.0.0.1:1", "")
    assert old in whole
    written = whole.replace(f'"{old}"', json.dumps(address.format(quote(SECRET, safe=""))))
    here.secret_files.add(here.desk.write("doideposit.toml", written))
    assert here("ledger", "check") == 2
    here("doctor")
    here("doctor", "--json")
    here("support-bundle", "-o", "bundle.zip")
    assert here.leaks() == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_password_file_that_others_can_read_is_refused(scene: Callable[[str], Scene], mode: int) -> None:
    here = scene("http://127.0.0.1:1")
    password, here.secret_files = kept_in_file(here.desk.folder)
    (here.desk.folder / "kept").chmod(mode)
    here.desk.write("doideposit.toml", configuration("http://127.0.0.1:1", password))
    assert here("deposit", "c258.yaml") == 2
    assert b"chmod 600" in here.heard[-1]
    assert here.leaks() == []


@pytest.mark.parametrize("url", ["http://test.crossref.org", "http://192.168.1.7:8080", "http://127.0.0.1.example.org"])
def test_a_password_does_not_travel_in_the_open(scene: Callable[[str], Scene], url: str) -> None:
    here = scene(url)
    assert here("deposit", "c258.yaml") == 2
    assert b"address-unencrypted" in here.heard[-1]
    with pytest.raises(ConfigurationError, match="unencrypted"):
        CrossrefClient(Endpoint("test", url), lambda: Credentials("sadf-login", SecretStr(SECRET)))


def test_a_database_that_is_away_does_not_name_its_password(scene: Callable[[str], Scene]) -> None:
    pytest.importorskip("psycopg")
    here = scene("http://127.0.0.1:1")
    text = configuration("http://127.0.0.1:1", 'password = { env = "CROSSREF_PASSWORD" }\n')
    address = 'url = "postgresql://sadf@127.0.0.1:1/doi"\npassword = { env = "CROSSREF_PASSWORD" }'
    here.desk.write("doideposit.toml", text.replace('url = "sqlite:///doideposit.sqlite3"', address, 1))
    assert here("deposit", "c258.yaml") == 3
    assert here("ledger", "check", "--json") == 3
    here("doctor")
    here("support-bundle", "-o", "bundle.zip")
    assert here.leaks() == []
