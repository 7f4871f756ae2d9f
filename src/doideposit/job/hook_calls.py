"""Call a hook: a program with a message on standard input, or an address with a signed message."""

import base64
import hashlib
import hmac
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import IO, Final

from pydantic import SecretStr

from doideposit.config.passwords import resolve_password
from doideposit.config.schema import HookSection
from doideposit.config.settings import Settings
from doideposit.crossref.http import Exchange, NoAnswer, Timeouts, host_alone
from doideposit.errors import ConfigurationError, WorldError
from doideposit.job.hooks import Hook, HookMessage

__all__ = ["open_hooks", "post", "run_program"]

# Characters of the program's output that are quoted in a message.
QUOTED: Final = 200
# Seconds in which the end of a program's output is read after it ended; only a process it left behind takes longer.
LAST_WORDS_WITHIN: Final = 5.0
SUCCESS: Final = range(200, 300)
# How a secret of Standard Webhooks begins, whose rest is base64; any other text is the key itself.
MARK: Final = "whsec_"


def open_hooks(settings: Settings, *, environ: Mapping[str, str], clock: Callable[[], datetime]) -> tuple[Hook, ...]:
    """Return the hooks of the configuration, by name; a secret is fetched when its hook is called, and not before."""
    # A hook runs a foreign program, which must not get our passwords with the environment.
    hidden = {reference.env for reference, _, _ in settings.secrets()}
    variables = {name: value for name, value in environ.items() if name not in hidden}

    def call(name: str, section: HookSection, message: HookMessage) -> None:
        seconds = section.timeout.total_seconds()
        if section.command is not None:
            run_program(section.command, message, timeout=seconds, environ=variables)
        elif section.url is not None and section.secret is not None:
            secret = resolve_password(section.secret, environ=environ, service="doideposit-hook", username=name)
            post(section.url, message, secret=secret, now=clock().timestamp(), timeout=seconds)

    return tuple(Hook(name, frozenset(one.on), partial(call, name, one)) for name, one in settings.hooks.items())


def run_program(command: tuple[str, ...], message: HookMessage, *, timeout: float, environ: Mapping[str, str]) -> None:
    """Run a program with the message on standard input; raises `WorldError` unless it ends with 0 in time."""
    with _temporary_file() as given:
        # Through a pipe, a program that does not read its input could block the job.
        given.write(message.body())
        given.seek(0)
        variables = {**environ, "DOIDEPOSIT_EVENT": message.event, "DOIDEPOSIT_DOI": _doi_of(message)}
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


def _temporary_file() -> IO[bytes]:
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        hint = "check that the disk is not full, and that TMPDIR names a folder"
        raise WorldError(f"no temporary file can be made: {error.strerror or error}", hint=hint) from None


def _doi_of(message: HookMessage) -> str:
    return "" if message.status is None else str(message.status.doi)


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


def post(url: str, message: HookMessage, *, secret: SecretStr, now: float, timeout: float) -> None:
    """Post the message, signed as the specification Standard Webhooks 1.0 has it; raises `WorldError` unless 2xx comes.

    No error names more than the host: such addresses are often secrets of their own.
    """
    body, moment = message.body(), str(int(now))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{_sign_message(secret.get_secret_value(), message.id, moment, body)}",
    }
    exchange = Exchange(Timeouts(connect=min(10.0, timeout), read=timeout, total=timeout), shown=host_alone)
    problem = ""
    try:
        # Only the status counts: a redirect is not followed, because it would take the message elsewhere.
        answer = exchange.send(url, body, headers, limit=0)
        problem = "" if answer.status in SUCCESS else f"answered with status {answer.status}"
    except NoAnswer as error:
        problem = f"gave no answer: {error.reason}"
    if problem:
        raise WorldError(f"{host_alone(url)} {problem}", hint="check the receiver; its messages are kept")


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
