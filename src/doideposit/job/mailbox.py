"""Read the mailbox that Crossref's mails go to, a Maildir or a folder on an IMAP server; nothing in it is changed."""

import imaplib
import re
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from doideposit.config.schema import MailboxSection
from doideposit.errors import WorldError
from doideposit.files import disk_errors, open_input

__all__ = ["Mailbox", "open_mailbox"]

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


def open_mailbox(section: MailboxSection, environ: Mapping[str, str]) -> Mailbox:
    """Return what reads the mailbox of the configuration; its password is fetched only when it is called.

    A folder on a server is opened for reading alone, so that no mail in it gets marked.
    """
    if section.maildir is not None:
        return partial(_read_maildir, section.maildir)
    name, reference = section.username or "", section.password

    def read(known: Collection[str]) -> Iterator[tuple[str, bytes]]:
        if reference is None:
            raise RuntimeError("a mailbox on a server has a password")
        password = reference.resolve(environ=environ, service="doideposit-mailbox", username=name)
        try:
            yield from _read_folder(section, password, known)
        # imaplib raises the last four for names that are not ASCII, and for answers that are none of the protocol.
        except (imaplib.IMAP4.error, OSError, ValueError, TypeError, LookupError, AttributeError) as error:
            # What a server says can repeat the command, and with it the password.
            message = f"the mailbox at {section.host} could not be read ({type(error).__name__})"
            raise WorldError(message, hint="check [mailbox]: host, security, username, password") from None

    return read


def _read_maildir(folder: Path, known: Collection[str]) -> Iterator[tuple[str, bytes]]:
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


def _read_folder(section: MailboxSection, password: SecretStr, known: Collection[str]) -> Iterator[tuple[str, bytes]]:
    host = section.host or ""
    port = section.port or PORTS[section.security]
    if section.security == "tls":
        client: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT)
    else:
        client = imaplib.IMAP4(host, port, timeout=TIMEOUT)
    with client:
        if section.security == "starttls":
            client.starttls(ssl.create_default_context())
        client.login(section.username or "", password.get_secret_value())
        client.select(f'"{section.folder}"', readonly=True)
        validity = _leading_number(client.response("UIDVALIDITY")[1])
        _, listed = client.uid("SEARCH", "ALL")
        numbers = (listed[0] or b"").split() if listed else []
        wanted = [(f"{validity}.{number.decode()}", number) for number in numbers if number.isdigit()]
        for key, number in [pair for pair in wanted if pair[0] not in known][:MOST]:
            _, answer = client.uid("FETCH", number.decode(), f"(BODY.PEEK[]<0.{LARGEST}>)")
            yield key, next((part[1] for part in answer if isinstance(part, tuple)), b"")


def _leading_number(answer: list[bytes | None]) -> str:
    found = re.search(rb"[0-9]+", answer[0] or b"") if answer else None
    return found[0].decode() if found else "0"
