"""The server over real sockets: what is no request, and what never becomes one, keeps nobody else out."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
import requests

from api_client import TOKEN
from depositing import Desk, sqlite_url
from doideposit.web import application
from doideposit.web.connections import MOST_CONNECTIONS

pytestmark = pytest.mark.network_loopback


def nothing() -> Any:
    raise AssertionError("nothing is opened here")


@pytest.fixture(scope="module")
def port() -> int:
    found: list[int] = []
    ready = threading.Event()

    def listening(actual: int) -> None:
        found.append(actual)
        ready.set()

    app = application(nothing, tokens={})
    threading.Thread(target=lambda: app.serve(port=0, ready=listening), daemon=True).start()
    assert ready.wait(60)
    return found[0]


@pytest.fixture
def connections() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def answer_to(port: int, sent: bytes) -> tuple[int, str, dict[str, Any]]:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        with suppress(ConnectionError):
            connection.sendall(sent)
        received = b""
        with suppress(ConnectionError):
            while chunk := connection.recv(65_536):
                received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    return int(lines[0].split()[1]), head.decode("ascii"), json.loads(body)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GARBAGE\r\n\r\n", 400, "not-http"),
        (b"GET /v1/health HTTP/1.1\r\nBad Header: 1\r\n\r\n", 400, "not-http"),
        (b"GET /v1/health HTTP/1.1\r\nA: b\x00c\r\n\r\n", 400, "not-http"),
        (b"GET http://[/ HTTP/1.1\r\n\r\n", 400, "not-http"),
        (b"GET http://[::1]:x/%zz HTTP/1.0\r\n\r\n", 404, "not-found"),
        (b"POST /v1/check HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, "not-http"),
        (b"POST /v1/check HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400, "not-http"),
        (b"POST /v1/check HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413, "body-too-large"),
        (b"POST /v1/check HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n", 400, "not-http"),
        (b"POST /v1/check HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "not-http"),
        (b"GET /v1/health HTTP/1.1\r\nA: " + b"b" * 40_000 + b"\r\n\r\n", 431, "headers-too-large"),
    ],
)
def test_what_is_no_request_is_refused_as_promised(port: int, sent: bytes, status: int, code: str) -> None:
    got, head, body = answer_to(port, sent)
    assert (got, body["ok"], body["error"]["code"]) == (status, False, code)
    assert set(body["error"]) == {"code", "message", "hint", "where"}
    assert all(body["error"].values())
    assert "Content-Type: application/json" in head
    assert "waitress" not in head + json.dumps(body)


def test_connections_that_trickle_keep_nobody_out(port: int, connections: ExitStack) -> None:
    """Ever more connections begin a request and never end it; others are answered at once all the while."""
    open_ones = []
    for number in range(2 * MOST_CONNECTIONS + 40):
        one = connections.enter_context(socket.create_connection(("127.0.0.1", port), timeout=40))
        one.sendall(b"GET /v1/nothing HTTP/1.1\r\n")
        open_ones.append(one)
        if number % 20 == 0:
            for each in open_ones[-MOST_CONNECTIONS // 2 :]:
                each.sendall(b"X-Still: here\r\n")
        if number % 100 == 0:
            # Who waits for the others waits a minute, which is how long a silent connection is kept.
            assert requests.get(f"http://127.0.0.1:{port}/v1/nothing", timeout=40).status_code == 404
    first = open_ones[0]
    with suppress(ConnectionError):
        assert first.recv(1) == b"", "the one that waited longest was closed"
    open_ones[-1].sendall(b"\r\n")
    assert open_ones[-1].recv(100).startswith(b"HTTP/1.1 404")


def test_a_connection_that_is_used_again_and_again_is_kept(port: int, connections: ExitStack) -> None:
    with requests.Session() as session:
        session.get(f"http://127.0.0.1:{port}/v1/nothing", timeout=40)
        for _ in range(3):
            for _ in range(MOST_CONNECTIONS // 2):
                one = connections.enter_context(socket.create_connection(("127.0.0.1", port), timeout=40))
                one.sendall(b"GET")
            answer = session.get(f"http://127.0.0.1:{port}/v1/nothing", timeout=40)
            assert answer.status_code == 404


AS_CMS = b"Authorization: Bearer " + TOKEN.encode() + b"\r\n"
CHECK = b"POST /v1/check HTTP/1.1\r\n" + AS_CMS + b"Content-Type: application/json\r\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a service with a depositor, for whole requests."""
    ready, found = threading.Event(), []
    with Desk(sqlite_url(tmp_path_factory.mktemp("service"))) as desk:

        def listening(actual: int) -> None:
            found.append(actual)
            ready.set()

        app = application(desk.depositor, tokens={"cms": TOKEN})
        threading.Thread(target=lambda: app.serve(port=0, ready=listening), daemon=True).start()
        assert ready.wait(30)
        yield found[0]


@pytest.mark.parametrize(
    ("head", "body", "status", "code"),
    [
        # Nobody can tell which of two tokens is meant, or where a body with two lengths ends.
        (b"GET /v1/events HTTP/1.1\r\n" + AS_CMS + b"Authorization: Bearer x\r\n", b"", 401, "unauthorized"),
        (b"POST /v1/check HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n", 401, "unauthorized"),
        (b"TRACE /v1/health HTTP/1.1\r\n", b"", 405, "method"),
        (b"CONNECT elsewhere.example.org:443 HTTP/1.1\r\n", b"", 404, "not-found"),
        (b"GET /v1/../v1/dois HTTP/1.1\r\n", b"", 404, "not-found"),
        (b"GET /v1/dois/%00 HTTP/1.1\r\n" + AS_CMS, b"", 404, "doi-shape"),
        (b"GET /v1/dois/10.1/%ff%fe HTTP/1.1\r\n" + AS_CMS, b"", 404, "doi-shape"),
        (b"GET /v1/dois?doi=%ff HTTP/1.1\r\n" + AS_CMS, b"", 400, "query-parameter"),
        (b"GET /v1/dois?limit=%D9%A1 HTTP/1.1\r\n" + AS_CMS, b"", 400, "query-parameter"),
        (b"GET /v1/dois?limit=1&limit=2 HTTP/1.1\r\n" + AS_CMS, b"", 400, "query-parameter"),
        (b"GET /v1/events?since=9223372036854775808 HTTP/1.1\r\n" + AS_CMS, b"", 400, "query-parameter"),
        (CHECK + b"Content-Encoding: gzip\r\n", b"{}", 415, "content-encoding"),
        (CHECK, b"\xef\xbb\xbf", 400, "json-syntax"),
        (CHECK, b'{"a":NaN', 400, "json-syntax"),
        (CHECK, b"[]", 422, "no-record"),
        (CHECK + b"Expect: 200-maybe\r\n", b"[]", 422, "no-record"),
        (b"GET /v1/health HTTP/9.9\r\nRange: bytes=0-1\r\nHost: a\r\nHost: b\r\n", b"", 200, None),
    ],
)  # fmt: skip
def test_every_odd_request_has_its_answer_in_json(
    service: int, head: bytes, body: bytes, status: int, code: str | None
) -> None:
    length = f"Content-Length: {len(body)}\r\n".encode() if body and b"Content-Length" not in head else b""
    got, _, answer = answer_to(service, head + length + b"Connection: close\r\n\r\n" + body)
    assert (got, answer.get("error", {}).get("code")) == (status, code), answer
    # What a program sent is no file, and has no lines that somebody typed.
    assert "file" not in str(answer.get("error", {}).get("message"))
