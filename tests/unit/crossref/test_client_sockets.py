"""The client against servers that misbehave on a real connection: before the file, after it, slowly, without end."""

import contextlib
import logging
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from doideposit.crossref.client import CrossrefClient
from doideposit.crossref.http import Exchange, Timeouts
from doideposit.crossref.registrar import Credentials, Endpoint
from doideposit.errors import DoiDepositError, RegistrarUnavailable, SubmissionInDoubt, UnexpectedAnswer
from doideposit.records.identifiers import Doi
from doideposit.records.models import batch as models_batch
from doideposit.records.models.batch import SealedBatch

pytestmark = pytest.mark.network_loopback

PASSWORD = "correct-horse-battery"
NAME = "sadf-20261124t030500123-0123abcd.xml"
SUCCESS = b"<h2>SUCCESS</h2>\n<p>Your batch submission was successfully received.</p>"
PAGE = b"<html><head><title>SUCCESS</title></head><body>\n" + SUCCESS + b"\n</body></html>\n"
LOG = b'<doi_batch_diagnostic status="queued"><submission_id>1</submission_id><batch_id/></doi_batch_diagnostic>'
Behaviour = Callable[[socket.socket], None]


class Server:
    """A listening socket; each connection gets the behaviour, in a thread of its own."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.connections = 0
        self._behaviour = behaviour
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            self._behaviour(connection)

    def wait_for(self, connections: int) -> None:
        """Wait until so many came: a client that gives up early may be gone before this thread sees it."""
        end = time.monotonic() + 60
        while self.connections < connections and time.monotonic() < end:
            time.sleep(0.01)

    def close(self) -> None:
        self._listener.close()


Serve = Callable[[Behaviour], Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def start(behaviour: Behaviour) -> Server:
        servers.append(Server(behaviour))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def client(url: str, **timeouts: float) -> CrossrefClient:
    limits = Timeouts(**{"connect": 30.0, "read": 30.0, "total": 60.0, **timeouts})
    return CrossrefClient(Endpoint("sandbox", url), lambda: Credentials("sadf", SecretStr(PASSWORD)), timeouts=limits)


def sealed(size: int = 100) -> SealedBatch:
    return SealedBatch(b"x" * size, "5.5.0", "batch-1", 1, (Doi("10.48251/x"),), models_batch.SEAL)


def read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        chunk = connection.recv(65536)
        assert chunk
        body += chunk
    return head + b"\r\n\r\n" + body


def reply(body: bytes, status: str = "200 OK", headers: str = "", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {size}\r\n\r\n".encode() + body


def answering(answer: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)

    return behave


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def drop_at_once(connection: socket.socket) -> None:
    reset(connection)


def drop_in_the_middle(connection: socket.socket) -> None:
    connection.recv(1000)
    reset(connection)


def drop_after_the_file(connection: socket.socket) -> None:
    read_request(connection)


def reset_after_the_file(connection: socket.socket) -> None:
    read_request(connection)
    reset(connection)


def silent_after_the_file(connection: socket.socket) -> None:
    read_request(connection)
    connection.recv(1)  # Until the client hangs up.


def breaks_off(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(reply(SUCCESS[:30], length=len(SUCCESS)))


def drip_body(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(reply(b"", length=100_000))
    for _ in range(1_000):
        connection.sendall(b"x")
        time.sleep(0.1)


def drip_head(connection: socket.socket) -> None:
    read_request(connection)
    for _ in range(1_000):
        connection.sendall(b"H")
        time.sleep(0.1)


def garbage(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"\x00\xff SSH-2.0 hello\r\n\r\n")


def test_a_file_arrives_whole_and_is_confirmed(serve: Serve) -> None:
    received: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.sendall(reply(SUCCESS))

    server = serve(behave)
    receipt = client(server.url).submit(sealed(3_000_000), NAME)
    assert receipt.file_name == NAME
    head, _, body = received[0].partition(b"\r\n\r\n")
    assert body.count(b"x" * 3_000_000) == 1
    assert PASSWORD.encode() in body
    assert PASSWORD.encode() not in head
    assert head.startswith(b"POST /servlet/deposit HTTP/1.1\r\n")
    assert b"transfer-encoding" not in head.lower()


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(RegistrarUnavailable, match="refused"):
        client(url).submit(sealed(), NAME)


def test_tls_with_something_that_does_not_speak_it(serve: Serve) -> None:
    server = serve(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    with pytest.raises(RegistrarUnavailable, match="encrypted"):
        client(server.url.replace("http:", "https:")).submit(sealed(), NAME)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_a_certificate_nobody_vouches_for_is_refused_before_anything_is_sent(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    received: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            received.append(read_request(secure))
            secure.sendall(reply(SUCCESS))

    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    url = serve(behave).url.replace("http:", "https:")
    with pytest.raises(RegistrarUnavailable, match="certificate"):
        client(url).submit(sealed(), NAME)
    assert received == []
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert client(url).submit(sealed(), NAME).answer == SUCCESS
    assert len(received) == 1


@pytest.mark.parametrize("behaviour", [drop_at_once, drop_in_the_middle])
def test_a_connection_lost_before_the_end_of_the_file_is_safe_to_repeat(serve: Serve, behaviour: Behaviour) -> None:
    server = serve(behaviour)
    with pytest.raises(RegistrarUnavailable):
        client(server.url).submit(sealed(9_000_000), NAME)
    assert server.connections == 1


@pytest.mark.parametrize(
    "behaviour",
    [drop_after_the_file, reset_after_the_file, silent_after_the_file, breaks_off, garbage],
    ids=lambda behaviour: behaviour.__name__,
)
@pytest.mark.parametrize("size", [100, 3_000_000])
def test_no_answer_after_the_file_is_in_doubt_and_never_repeated(serve: Serve, behaviour: Behaviour, size: int) -> None:
    server = serve(behaviour)
    read = 0.5 if behaviour is silent_after_the_file else 30
    with pytest.raises(SubmissionInDoubt):
        client(server.url, read=read).submit(sealed(size), NAME)
    with pytest.raises(RegistrarUnavailable):
        client(server.url, read=read).fetch_result(NAME)
    server.wait_for(2)
    assert server.connections == 2


@pytest.mark.parametrize("behaviour", [drip_body, drip_head], ids=["body", "head"])
def test_an_answer_that_drips_ends_with_the_budget(serve: Serve, behaviour: Behaviour) -> None:
    server = serve(behaviour)
    started = time.monotonic()
    with pytest.raises(SubmissionInDoubt):
        client(server.url, total=2.0).submit(sealed(), NAME)
    # The answer would take a hundred seconds.
    assert time.monotonic() - started < 60


def test_a_body_that_drips_leaves_no_thread_behind(serve: Serve) -> None:
    server = serve(drip_body)
    before = set(threading.enumerate())
    with pytest.raises(SubmissionInDoubt):
        client(server.url, total=2.0).submit(sealed(), NAME)
    for thread in set(threading.enumerate()) - before:
        if thread.name == "doideposit-exchange":
            thread.join(timeout=60)
            assert not thread.is_alive()


def test_an_answer_is_cut_at_the_limit_exactly(serve: Serve) -> None:
    server = serve(answering(reply(b"0123456789")))
    cases = {9: (b"012345678", True), 10: (b"0123456789", False), 11: (b"0123456789", False)}
    for limit, expected in cases.items():
        answer = Exchange().post(server.url, {"a": "b"}, limit=limit)
        assert (answer.body, answer.truncated) == expected


def test_a_server_that_does_not_take_the_file_ends_with_the_budget_and_never_has_it(serve: Serve) -> None:
    taken = threading.Event()

    def behave(connection: socket.socket) -> None:
        connection.recv(100)
        taken.wait(60)
        with pytest.raises((AssertionError, OSError)):
            read_request(connection)

    server = serve(behave)
    with pytest.raises(RegistrarUnavailable):
        client(server.url, connect=30.0, total=0.5).submit(sealed(9_400_000), NAME)
    taken.set()


def test_a_giant_answer_is_cut_and_never_held_in_memory(serve: Serve) -> None:
    def behave(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(reply(b"", length=10**12))
        while True:
            connection.sendall(b"<p>" * 100_000)

    server = serve(behave)
    with pytest.raises(SubmissionInDoubt) as caught:
        client(server.url).submit(sealed(), NAME)
    assert len(caught.value.excerpt) <= 2_000


def test_a_result_without_end_is_refused(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doideposit.crossref.client.MAX_RESULT", 100_000)
    server = serve(answering(reply(b"<a>" * 50_000)))
    with pytest.raises(UnexpectedAnswer, match="more than"):
        client(server.url).fetch_result(NAME)


def test_a_compressed_bomb_is_cut(serve: Serve) -> None:
    import gzip

    bomb = gzip.compress(b"\0" * 50_000_000)
    server = serve(answering(reply(bomb, headers="Content-Encoding: gzip\r\n")))
    with pytest.raises(SubmissionInDoubt):
        client(server.url).submit(sealed(), NAME)


def test_a_body_that_is_not_as_compressed_as_it_says_is_in_doubt(serve: Serve) -> None:
    server = serve(answering(reply(SUCCESS, headers="Content-Encoding: gzip\r\n")))
    with pytest.raises(SubmissionInDoubt):
        client(server.url).submit(sealed(), NAME)


def packed(content: bytes, cut: int) -> bytes:
    import gzip

    whole = gzip.compress(content)
    return reply(whole[: len(whole) - cut], headers="Content-Encoding: gzip\r\n")


@pytest.mark.parametrize("cut", [0, 1, 8, 20, 60])
def test_a_packed_answer_counts_only_with_its_end(serve: Serve, cut: int) -> None:
    """A decoder hands out what it has so far: the sentence may be whole in an answer that is not."""
    upload, poll = serve(answering(packed(PAGE, cut))), serve(answering(packed(LOG, cut)))
    if not cut:
        assert client(upload.url).submit(sealed(), NAME).answer == PAGE
        assert client(poll.url).fetch_result(NAME) == LOG
        return
    with pytest.raises(SubmissionInDoubt):
        client(upload.url).submit(sealed(), NAME)
    with pytest.raises(RegistrarUnavailable, match="gave no whole answer: the connection was interrupted"):
        client(poll.url).fetch_result(NAME)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (CHUNKED + b"%x\r\n%s\r\n" % (len(PAGE), PAGE), "interrupted"),
        (CHUNKED + b"%x\r\n%s" % (len(PAGE), PAGE[:-9]), "interrupted"),
        (CHUNKED + b"zz\r\n" + PAGE, "interrupted"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "interrupted"),
        (PAGE, "damaged"),
        (reply(PAGE, headers=f"X: {'x' * 70_000}\r\n"), "damaged"),
        (reply(PAGE, headers="Content-Encoding: deflate\r\n"), "damaged"),
    ],
    ids=["no last chunk", "half a chunk", "no chunk", "continue alone", "no head", "endless head", "packed wrongly"],
)
def test_an_answer_that_is_not_whole_is_in_doubt_and_was_not_out_of_reach(
    serve: Serve, answer: bytes, words: str
) -> None:
    server = serve(answering(answer))
    with pytest.raises(SubmissionInDoubt, match=words):
        client(server.url).submit(sealed(), NAME)
    with pytest.raises(RegistrarUnavailable, match=f"gave no whole answer.*{words}"):
        client(server.url).fetch_result(NAME)


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("socks5://127.0.0.1:1", "HTTPS_PROXY names cannot be used"),
        ("foo://127.0.0.1:1", "HTTPS_PROXY names cannot be used"),
        ("http://[::1", "HTTPS_PROXY names cannot be used"),
        ("http://", "HTTPS_PROXY names cannot be used"),
        ("http://127.0.0.1:1", "proxy of this network"),
        ("http://no-such-host.invalid:3128", "proxy of this network"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_as_the_cause(
    proxy: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(RegistrarUnavailable, match=words):
        client("https://doi.example.org").submit(sealed(), NAME)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(serve: Serve, status: str) -> None:
    elsewhere = serve(answering(reply(SUCCESS)))
    server = serve(answering(reply(SUCCESS, status, f"Location: {elsewhere.url}/servlet/deposit?pwd={PASSWORD}\r\n")))
    with pytest.raises(SubmissionInDoubt, match="not followed") as caught:
        client(server.url).submit(sealed(), NAME)
    assert elsewhere.connections == 0
    assert PASSWORD not in str(caught.value)
    assert client(server.url).check_login()[0] is None


def test_cookies_and_netrc_are_left_alone(serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    heads: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        heads.append(read_request(connection).partition(b"\r\n\r\n")[0].lower())
        connection.sendall(reply(LOG, headers="Set-Cookie: CROSSREF-ADMIN=abc; Path=/\r\n"))

    crossref = client(serve(behave).url)
    crossref.fetch_result(NAME)
    crossref.fetch_result(NAME)
    assert len(heads) == 2
    assert not any(b"cookie" in head or b"authorization" in head for head in heads)


def test_the_proxy_of_the_environment_is_used_for_https_and_its_password_stays_out_of_errors(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        heads.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")

    proxy = serve(behave)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("http://", f"http://me:{PASSWORD}@"))
    monkeypatch.setenv("https_proxy", proxy.url.replace("http://", f"http://me:{PASSWORD}@"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(RegistrarUnavailable, match="proxy") as caught:
        client("https://doi.example.org").submit(sealed(), NAME)
    assert heads[0].startswith(b"CONNECT doi.example.org:443")
    assert PASSWORD not in str(caught.value)


def test_no_log_at_any_level_holds_the_password(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in [*logging.root.manager.loggerDict, "urllib3.connectionpool", "requests"]:
        caplog.set_level(logging.DEBUG, logger=name)
    behaviours = [answering(reply(SUCCESS)), answering(reply(b"", "500 Error")), drop_after_the_file, garbage]
    for behaviour in behaviours:
        crossref = client(serve(behaviour).url)
        for act in (lambda c: c.submit(sealed(), NAME), lambda c: c.fetch_result(NAME), lambda c: c.check_login()):
            with contextlib.suppress(DoiDepositError):
                act(crossref)
    assert "/servlet/deposit" in caplog.text
    assert "urllib3" in caplog.text
    assert PASSWORD not in caplog.text
