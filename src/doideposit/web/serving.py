"""The application behind a production WSGI server, on this machine or, when that is said explicitly, for others."""

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

from doideposit.crossref.hosts import is_loopback
from doideposit.errors import UsageError, WorldError
from doideposit.web.reading import MAX_BODY, MAX_LINES_BODY

__all__ = ["Application"]

# Seconds that requests under way may still take after a stop; longer than an upload to Crossref.
PATIENCE: Final = 120


@dataclass(frozen=True, slots=True)
class Application:
    """Describe a WSGI callable, safe from several threads, that lets go of what it opened when it is closed.

    With `pages`, it answers the API below /v1, its description and metrics itself, and leaves everything else to them.
    """

    app: Flask
    release: Callable[[], None]
    pages: "Application | None" = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        if self.pages is None or path.startswith("/v1/") or path in {"/openapi.json", "/metrics"}:
            return self.app(environ, start_response)
        return self.pages(environ, start_response)

    def close(self) -> None:
        """Close everything."""
        self.release()
        if self.pages is not None:
            self.pages.close()

    def serve(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        threads: int = 4,
        ready: Callable[[int], None] = lambda _port: None,
        allow_remote: bool = False,
        max_body: int | None = None,
    ) -> None:
        """Serve until SIGTERM or an interrupt; then requests under way are finished, and the application is closed.

        `ready` is called with the port once connections are accepted. Raises `UsageError` for an address that others
        can reach, unless `allow_remote`, and `WorldError` for a port in use. `max_body` is the size of a request in
        bytes.
        """
        if not is_loopback(host) and not allow_remote:
            told = "others could reach it, and everything would be sent unencrypted"
            hint = "use 127.0.0.1 behind a web server with https, or add --allow-remote"
            raise UsageError(f"doideposit does not listen on {host}: {told}", hint=hint)
        server = _make_server(self, host, port, threads, max_body or MAX_LINES_BODY + MAX_BODY)
        try:
            with _stopped_by_sigterm():
                ready(int(server.effective_port))
                server.run()
        finally:
            # The first shutdown, within `run`, waits only a few seconds.
            server.task_dispatcher.shutdown(timeout=PATIENCE)
            server.close()
            self.close()


def _make_server(application: Application, host: str, port: int, threads: int, max_body: int) -> Any:
    from waitress.server import create_server  # noqa: PLC0415 - only who serves needs it

    from doideposit.web.connections import MOST_CONNECTIONS, Connection  # noqa: PLC0415 - it needs waitress

    try:
        server = create_server(
            application,
            # localhost can stand for two addresses (IPv4 and IPv6), and one is enough.
            host="127.0.0.1" if host == "localhost" else host,
            port=port,
            threads=threads,
            # A little more than the application takes, so that it can say in its own words that a body is too large.
            max_request_body_size=max_body,
            max_request_header_size=32_768,
            # `Connection` closes waiting connections beyond its own bound; the rest is room for those that are being
            # answered.
            connection_limit=2 * MOST_CONNECTIONS,
            channel_timeout=60,
            # select() cannot watch file descriptors beyond 1,023, which a ledger and many connections can reach.
            asyncore_use_poll=True,
            ident=None,
            # Anybody can send X-Forwarded headers; no proxy in front is known here, so none of them is believed.
            clear_untrusted_proxy_headers=True,
        )
        server.channel_class = Connection
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no address of this machine"
        hint = "choose another address or port, or port 0 for any"
        raise WorldError(f"port {port} of {host} cannot be used: {reason}", hint=hint) from None
    if not hasattr(server, "effective_port"):
        server.close()
        raise WorldError(f"{host} is the name of several addresses", hint="listen on one of them")
    return server


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """Stop the server at SIGTERM as at an interrupt; signals reach the main thread only."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit

    # Python sets signal handlers from the main thread only; elsewhere anyone who runs the thread stops it.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
