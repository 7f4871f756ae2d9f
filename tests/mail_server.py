"""A mail server on this machine that takes every mail and keeps it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

__all__ = ["Mailbox", "mailbox"]


@dataclass
class Mailbox:
    """The mails that came, oldest first, and the port they came by."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, str]:
        """The variables that lead the mails of doideposit here."""
        return {
            "DOIDEPOSIT_MAIL__HOST": "127.0.0.1",
            "DOIDEPOSIT_MAIL__PORT": str(self.port),
            "DOIDEPOSIT_MAIL__SECURITY": "none",
        }


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mail server for as long as the context lasts."""
    box = Mailbox()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            while line := self.rfile.readline():
                command = line.split(b" ")[0].strip().upper()
                if command == b"DATA":
                    self._say("354 go on")
                    box.mails.append(self._mail())
                    self._say("250 taken")
                elif command == b"QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 yes")

        def _say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

        def _mail(self) -> EmailMessage:
            lines = []
            while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                lines.append(line.removeprefix(b"."))
            message = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(message, EmailMessage)
            return message

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
