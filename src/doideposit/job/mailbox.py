"""Read the mailbox that Crossref's mails go to, a Maildir or a folder on an IMAP server; nothing in it is changed."""

import imaplib
import re
import ssl
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from doideposit.errors import WorldError
from doideposit.files import disk_errors, open_input

__all__ = ["ImapServer", "Mailbox", "read_maildir"]

# Bytes of one mail that are read; those after are left out.
LARGEST: Final = 20_000_000
# Mails that are read in one pass, the oldest first; the next pass continues.
MOST: Final = 200
# Seconds that the server may take for each of its answers.
TIMEOUT: Final = 30.0
# 993 is the port for IMAP with TLS (RFC 8314, section 3.2); 143 begins without encryption.
PORTS: Final = {"tls": 993, "starttls": 143, "none": 143}


# Yields up to `MOST` mails, each with a key that stays the same, without those whose keys are given; it raises
# `WorldError`.
Mailbox = Callable[[Collection[str]], Iterator[tuple[str, bytes]]]


def read_maildir(folder: Path, known: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the mails of a Maildir, oldest first; what vanishes in the meantime is passed over.

    The files are read where they lie: `mailbox.Maildir` would move them about as a mail program does.
    """
    if not (folder / "cur").is_dir() and not (folder / "new").is_dir():
        hint = "set the folder that contains `cur` and `new` as [mailbox] maildir"
        raise WorldError(f"{folder} is not a Maildir", hint=hint)
    with disk_errors(folder, "cannot be read"):
        files = [path for part in ("cur", "new") if (folder / part).is_dir() for path in (folder / part).iterdir()]
    # The part before the colon is the mail's own name; after it stand flags, which change.
    keys = {path.name.partition(":")[0]: path for path in sorted(files, key=lambda path: path.name)}
    for key, path in [pair for pair in keys.items() if pair[0] not in known][:MOST]:
        try:
            with open_input(path) as file:
                yield key, file.read(LARGEST)
        # A mail program may move a mail, and thereby rename its file, at any time.
        except OSError:
            continue


@dataclass(frozen=True, slots=True)
class ImapServer:
    """Describe an IMAP server and the folder on it; the password is fetched elsewhere."""

    host: str
    username: str
    folder: str = "INBOX"
    port: int | None = None
    security: str = "tls"

    def read(self, password: SecretStr, known: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the mails of the folder, which is opened for reading alone, so that none gets marked."""
        try:
            yield from _read_folder(self, password, known)
        # imaplib raises the last four for names that are not ASCII, and for answers that are none of the protocol.
        except (imaplib.IMAP4.error, OSError, ValueError, TypeError, LookupError, AttributeError) as error:
            # What a server says can repeat the command, and with it the password.
            message = f"the mailbox at {self.host} could not be read ({type(error).__name__})"
            raise WorldError(message, hint="check [mailbox]: host, security, username, password") from None


def _read_folder(server: ImapServer, password: SecretStr, known: Collection[str]) -> Iterator[tuple[str, bytes]]:
    port = server.port or PORTS[server.security]
    if server.security == "tls":
        client: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            server.host, port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT
        )
    else:
        client = imaplib.IMAP4(server.host, port, timeout=TIMEOUT)
    with client:
        if server.security == "starttls":
            client.starttls(ssl.create_default_context())
        client.login(server.username, password.get_secret_value())
        client.select(f'"{server.folder}"', readonly=True)
        validity = _leading_number(client.response("UIDVALIDITY")[1])
        _, listed = client.uid("SEARCH", "ALL")
        numbers = (listed[0] or b"").split() if listed else []
        wanted = [(f"{validity}.{one.decode()}", one) for one in numbers if one.isdigit()]
        for key, number in [pair for pair in wanted if pair[0] not in known][:MOST]:
            _, answer = client.uid("FETCH", number.decode(), f"(BODY.PEEK[]<0.{LARGEST}>)")
            yield key, next((part[1] for part in answer if isinstance(part, tuple)), b"")


def _leading_number(answer: list[bytes | None]) -> str:
    found = re.search(rb"[0-9]+", answer[0] or b"") if answer else None
    return found[0].decode() if found else "0"
