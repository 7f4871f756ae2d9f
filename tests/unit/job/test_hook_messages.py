"""Calling a hook: a program with the message on standard input, or an address with a signed message."""

import base64
import hashlib
import hmac
import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from doideposit.errors import ConfigurationError, WorldError
from doideposit.job.hook_messages import HookMessage

MESSAGE = HookMessage("sandbox-7-0", "registered", datetime(2026, 9, 9, 12, tzinfo=UTC), "sandbox")


def program(folder: Path, script: str) -> tuple[str, ...]:
    path = folder / "hook"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return (str(path), "an argument")


def test_a_program_gets_the_message_on_standard_input(tmp_path: Path) -> None:
    command = program(tmp_path, f'cat > {tmp_path}/got; echo "$1 $DOIDEPOSIT_EVENT" > {tmp_path}/said')
    MESSAGE.pass_to(command, timeout=60, environ=os.environ)
    assert json.loads((tmp_path / "got").read_bytes()) == {
        "format": 1,
        "id": "sandbox-7-0",
        "event": "registered",
        "at": "2026-09-09T12:00:00.000Z",
        "target": "sandbox",
        "doi": None,
        "record": None,
    }
    assert (tmp_path / "said").read_text() == "an argument registered\n"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo first; echo it is shut >&2; exit 4", "ended with status 4: it is shut"),
        ("exit 1", r"ended with status 1$"),
        # Fifty megabytes, the last line of which is quoted.
        ("head -c 50000000 /dev/zero | tr '\\\\0' x; echo; echo the end; exit 7", "ended with status 7: the end"),
        ("sleep 120", "took longer than 0.3 seconds"),
        ("sleep 120 & sleep 120 & wait", "took longer than 0.3 seconds"),
        ("kill -9 $$", "ended with status -9"),
    ],
)
def test_a_program_that_fails_or_hangs_is_named(tmp_path: Path, script: str, words: str) -> None:
    begun = time.monotonic()
    with pytest.raises(WorldError, match=words):
        MESSAGE.pass_to(program(tmp_path, script), timeout=0.3 if "sleep" in script else 60, environ=os.environ)
    assert time.monotonic() - begun < 100


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="cannot be run"):
        MESSAGE.pass_to((str(tmp_path / "none"),), timeout=1, environ={})


class Receiver:
    """A receiver of webhooks that keeps what came, and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        self.length = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Location", "https://elsewhere.example.org/")
                self.send_header("Content-Length", str(receiver.length))
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/s3cret-path"


@pytest.fixture
def receiver(socket_enabled: None) -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize("secret", ["a plain secret", "whsec_" + base64.b64encode(b"k" * 32).decode()])
def test_a_message_is_signed_as_standard_webhooks_has_it(receiver: Receiver, secret: str) -> None:
    MESSAGE.post(receiver.url, secret=SecretStr(secret), now=1_700_000_000.9, timeout=60)
    ((headers, body),) = receiver.got
    assert body == MESSAGE.body()
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("sandbox-7-0", "1700000000")
    key = b"k" * 32 if secret.startswith("whsec_") else secret.encode()
    expected = hmac.new(key, b"sandbox-7-0.1700000000." + body, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [302, 404, 410, 500])
def test_any_answer_but_success_is_a_failure_that_shows_no_address(receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(WorldError, match=f"127.0.0.1 answered with status {status}") as caught:
        MESSAGE.post(receiver.url, secret=SecretStr("x" * 20), now=0, timeout=60)
    assert "s3cret" not in str(caught.value) + caught.value.hint


def test_a_message_that_was_taken_is_not_sent_again_because_the_rest_of_the_answer_breaks_off(
    receiver: Receiver,
) -> None:
    receiver.status, receiver.length = 200, 5_000
    MESSAGE.post(receiver.url, secret=SecretStr("x" * 20), now=0, timeout=60)
    assert len(receiver.got) == 1


def test_a_receiver_that_is_away(socket_enabled: None, free_port: int) -> None:
    with pytest.raises(WorldError, match="gave no answer"):
        MESSAGE.post(f"http://127.0.0.1:{free_port}/", secret=SecretStr("x" * 20), now=0, timeout=60)


def test_a_secret_that_is_no_base64_is_named(receiver: Receiver) -> None:
    with pytest.raises(ConfigurationError, match="whsec_"):
        MESSAGE.post(receiver.url, secret=SecretStr("whsec_é"), now=0, timeout=60)
