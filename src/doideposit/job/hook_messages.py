"""The message of a hook: given to a program on standard input, or posted to an address with a signature."""

import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

from pydantic import SecretStr

from doideposit.crossref.http import Exchange, NoAnswer, Timeouts
from doideposit.deposits.values import WorkStatus
from doideposit.errors import ConfigurationError, WorldError

__all__ = ["HookMessage"]

# Version of the messages; it rises when a key changes its meaning or goes away.
FORMAT: Final = 1
# Characters of the program's output that are quoted in a message.
QUOTED: Final = 200
# Seconds in which the end of a program's output is read after it ended; only a process it left behind takes longer.
LAST_WORDS_WITHIN: Final = 5.0
SUCCESS: Final = range(200, 300)
# How a secret of Standard Webhooks begins, whose rest is base64; any other text is the key itself.
MARK: Final = "whsec_"


@dataclass(frozen=True, slots=True)
class HookMessage:
    """Describe one thing that happened to one DOI; `event` is registered, failed, drift, or test."""

    id: str
    event: str
    at: datetime
    target: str
    status: WorkStatus | None = None

    def body(self) -> bytes:
        """Return the message as JSON: the event, and the status of the DOI now."""
        data: dict[str, Any] = {
            "format": FORMAT,
            "id": self.id,
            "event": self.event,
            "at": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "target": self.target,
            "doi": self._doi or None,
            "record": None if self.status is None else self.status.to_dict(),
        }
        return json.dumps(data, ensure_ascii=False).encode()

    def pass_to(self, command: tuple[str, ...], *, timeout: float, environ: Mapping[str, str]) -> None:
        """Run a program with the message on standard input; raises `WorldError` unless it ends with 0 in time."""
        with _temporary_file() as given:
            # Through a pipe, a program that does not read its input could block the job.
            given.write(self.body())
            given.seek(0)
            variables = {**environ, "DOIDEPOSIT_EVENT": self.event, "DOIDEPOSIT_DOI": self._doi}
            try:
                started = subprocess.Popen(
                    command,
                    stdin=given,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    env=variables,
                    start_new_session=True,
                )
            except OSError as error:
                hint = "check the path and its permissions; [hooks] names it in the configuration"
                raise WorldError(f"{command[0]} cannot be run: {error.strerror or error}", hint=hint) from None
            said = _LastWords(started.stdout)
            try:
                status = started.wait(timeout)
            except subprocess.TimeoutExpired:
                _kill_group(started)
                raise WorldError(f"{command[0]} took longer than {timeout:g} seconds, and was stopped") from None
            if status:
                raise WorldError(f"{command[0]} ended with status {status}{said.quoted()}")

    def post(self, url: str, *, secret: SecretStr, now: float, timeout: float) -> None:
        """Post the message to an address, signed as the specification Standard Webhooks 1.0 has it.

        Raises `WorldError` unless 2xx comes. No error names more than the host: such addresses are often secrets of
        their own.
        """
        body, moment = self.body(), str(int(now))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": self.id,
            "webhook-timestamp": moment,
            "webhook-signature": f"v1,{_sign_message(secret.get_secret_value(), self.id, moment, body)}",
        }
        exchange = Exchange(
            Timeouts(connect=min(10.0, timeout), read=timeout, total=timeout), shown=Exchange.host_alone
        )
        problem = ""
        try:
            # Only the status counts: a redirect is not followed, because it would take the message elsewhere.
            answer = exchange.send(url, body, headers, limit=0)
            problem = "" if answer.status in SUCCESS else f"answered with status {answer.status}"
        except NoAnswer as error:
            problem = f"gave no answer: {error.reason}"
        if problem:
            raise WorldError(f"{Exchange.host_alone(url)} {problem}", hint="check the receiver; its messages are kept")

    @property
    def _doi(self) -> str:
        return "" if self.status is None else str(self.status.doi)


def _temporary_file() -> IO[bytes]:
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        hint = "check that the disk is not full, and that TMPDIR names a folder"
        raise WorldError(f"no temporary file can be made: {error.strerror or error}", hint=hint) from None


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    """End a program with everything it started."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


class _LastWords:
    """Read what a program prints, however much that is, and keep the end of it: neither memory nor disk fills up."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._tail = b""
        # A daemon: a process that the program left behind may hold the pipe open for ever.
        self._reading = threading.Thread(target=self._read, args=(stream,), name="hook-output", daemon=True)
        self._reading.start()

    def _read(self, stream: IO[bytes] | None) -> None:
        if stream is None:
            return
        with stream:
            while part := os.read(stream.fileno(), 65_536):
                # A character has four bytes at most.
                self._tail = (self._tail + part)[-4 * QUOTED :]

    def quoted(self) -> str:
        """Return the last line after a colon, or an empty text."""
        # What a program printed before it ended is in the pipe already.
        self._reading.join(LAST_WORDS_WITHIN)
        lines = [line for line in self._tail.decode("utf-8", "replace").splitlines() if line.strip()]
        return f": {lines[-1].strip()[:QUOTED]}" if lines else ""


def _sign_message(secret: str, name: str, moment: str, body: bytes) -> str:
    key = secret.encode()
    if secret.startswith(MARK):
        try:
            key = base64.b64decode(secret.removeprefix(MARK), validate=True)
        except ValueError:
            hint = "write base64 after whsec_, or a secret that does not start with whsec_"
            raise ConfigurationError(
                "the secret of a hook starts with whsec_, but the rest is not base64", hint=hint
            ) from None
    signed = f"{name}.{moment}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
