"""An IMAP server on this machine with one folder of mails, which speaks as much as a reader needs."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["ImapMails", "imap_server"]


@dataclass
class ImapMails:
    """The mails by their numbers, the password that lets somebody in, and every command that came."""

    mails: dict[int, bytes]
    password: str = "s3cret"
    port: int = 0
    commands: list[str] = field(default_factory=list)


@contextmanager
def imap_server(state: ImapMails) -> Iterator[ImapMails]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            for line in self.rfile:
                tag, command, *rest = line.decode().strip().split(" ")
                state.commands.append(line.decode().strip())
                if not self._answer(tag, command.upper(), rest):
                    return

        def _answer(self, tag: str, command: str, rest: list[str]) -> bool:
            say = self.wfile.write
            if command == "CAPABILITY":
                say(b"* CAPABILITY IMAP4rev1\r\n")
            elif command == "LOGIN" and rest[1].strip('"') != state.password:
                say(f"{tag} NO wrong password {rest[1]}\r\n".encode())
                return True
            elif command in {"EXAMINE", "SELECT"}:
                say(b"* OK [UIDVALIDITY 77] valid\r\n")
                say(f"* {len(state.mails)} EXISTS\r\n".encode())
            elif command == "UID" and rest[0] == "SEARCH":
                say(b"* SEARCH " + b" ".join(str(one).encode() for one in state.mails) + b"\r\n")
            elif command == "UID" and rest[0] == "FETCH":
                number = int(rest[1])
                body = state.mails[number]
                say(f"* 1 FETCH (UID {number} BODY[]<0> {{{len(body)}}}\r\n".encode() + body + b")\r\n")
            say(f"{tag} OK done\r\n".encode())
            return command != "LOGOUT"

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()
        try:
            yield state
        finally:
            server.shutdown()


def changing(commands: list[str]) -> list[str]:
    """The commands that would change something in the mailbox."""
    return [one for one in commands if re.search(r"\b(SELECT|STORE|EXPUNGE|APPEND|COPY|MOVE|DELETE|BODY\[)", one)]
