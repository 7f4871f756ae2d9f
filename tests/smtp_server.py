"""A very small SMTP server for tests, with a certificate of its own, on this machine."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass
class Letters:
    """What the server was given."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    in_the_open: list[str] = field(default_factory=list)
    refuse: str = ""


class _Handler(socketserver.StreamRequestHandler):
    server: "_Server"
    timeout = 60

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 mail.test ESMTP")
        encrypted = False
        while line := self.rfile.readline().decode().strip():
            verb, _, rest = line.partition(" ")
            if not encrypted and self.server.context is not None:
                self.server.letters.in_the_open.append(line)
            if verb.upper() == "STARTTLS" and self.server.context is not None:
                self.say("220 go ahead")
                self.request = self.server.context.wrap_socket(self.request, server_side=True)
                self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
                encrypted = True
            elif verb.upper() == "QUIT":
                self.say("221 bye")
                return
            else:
                self.answer(verb.upper(), rest, encrypted=encrypted)

    def answer(self, verb: str, rest: str, *, encrypted: bool) -> None:
        letters = self.server.letters
        if verb and verb == letters.refuse:
            self.say("535 no, said the server, not with hunter2" if verb == "AUTH" else "550 no")
        elif verb == "EHLO":
            offers = "AUTH PLAIN" if encrypted or self.server.context is None else "STARTTLS"
            self.say(f"250-mail.test\r\n250 {offers}")
        elif verb == "AUTH":
            _, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
            letters.logins.append((user, password))
            self.say("235 welcome")
        elif verb == "RCPT":
            letters.recipients.append(rest)
            self.say("250 ok")
        elif verb == "DATA":
            self.say("354 go on")
            self.take()
            self.say("250 taken")
        else:
            self.say("250 ok")

    def take(self) -> None:
        data = b""
        while (line := self.rfile.readline()) != b".\r\n":
            data += line.removeprefix(b".") if line.startswith(b"..") else line
        self.server.letters.messages.append(message_from_bytes(data, policy=policy.default))  # type: ignore[arg-type]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, letters: Letters, context: ssl.SSLContext | None) -> None:
        self.letters = letters
        self.context = context
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


@contextmanager
def mail_server(context: ssl.SSLContext | None = None) -> Iterator[Letters]:
    """Run a server, with STARTTLS when it has a certificate."""
    letters = Letters()
    with _Server(letters, context) as server:
        letters.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield letters
        finally:
            server.shutdown()
            thread.join(60)
