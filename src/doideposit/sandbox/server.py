"""The sandbox behind HTTP: a thin adapter between sockets and `Sandbox.handle`, on this machine only.

Below the base address: ``/servlet/deposit``, ``/servlet/submissionDownload``, ``/works``, ``/api/handles`` and more.
The request line is never logged, because queries may hold passwords.
"""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NoReturn
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from doideposit.errors import DoiDepositError, UsageError, WorldError
from doideposit.sandbox.clock import Clock
from doideposit.sandbox.exchange import Dropped, Reply, Request, RequestBody, UploadedFile
from doideposit.sandbox.simulation import Sandbox

__all__ = ["running", "serve"]

# Bytes: a file of 10 MB and its form.
LARGEST_REQUEST = 12_000_000
# Form fields are held in memory, unlike files, and those of a deposit are short.
LONGEST_FIELD = 100_000
# Only this machine may reach the sandbox, unless others are let in explicitly.
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})

Log = Callable[[str], None]
Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]


def _ignore_line(_: str) -> None:
    """Log nothing."""


def serve(
    sandbox: Sandbox,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    ready: Callable[[int], None] = lambda _: None,
    log: Log = _ignore_line,
    allow_remote: bool = False,
) -> None:
    """Serve until interrupted; `ready` is called with the port once connections are accepted.

    Raises `UsageError` for an address that others can reach, unless `allow_remote`, and `WorldError` for a port in use.
    """
    server = _make_server(sandbox, host, port, log=log, allow_remote=allow_remote)
    try:
        ready(_port_of(server))
        # Seconds: how long it takes at most until a request to stop is seen.
        server.serve_forever(poll_interval=0.1)
    finally:
        server.server_close()


@contextmanager
def running(sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0, *, log: Log = _ignore_line) -> Iterator[str]:
    """Serve on a thread while the block runs; gives the base address, without a slash at its end."""
    server = _make_server(sandbox, host, port, log=log, allow_remote=False)
    # Looks every 10 ms whether it should stop, so that a test does not wait for it.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="doideposit-sandbox", daemon=True)
    thread.start()
    try:
        yield f"http://{'[::1]' if host == '::1' else host}:{_port_of(server)}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(WSGIRequestHandler):
    """Handle requests without logging them or waiting for a silent client, by the sandbox's time of day."""

    timeout = 30
    clock: Callable[[], datetime] = staticmethod(Clock.system_time)

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Write nothing: the application logs, without queries."""

    def version_string(self) -> str:
        """Return the value of the header Server, as Crossref's servers send it."""
        return "Apache-Coyote/1.1"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the header Date, on the sandbox's clock."""
        return super().date_time_string(int(type(self).clock().timestamp() if timestamp is None else timestamp))


def _make_server(sandbox: Sandbox, host: str, port: int, *, log: Log, allow_remote: bool) -> BaseWSGIServer:
    if host not in LOOPBACK_HOSTS and not allow_remote:
        raise UsageError(
            f"the sandbox does not listen on {host}: others could reach it",
            hint="use 127.0.0.1, or say explicitly that others may use it",
        )
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        # So many connections may wait until they are accepted.
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise WorldError(
            f"the sandbox cannot listen on {host}:{port}: {error.strerror}", hint="choose another port, or 0 for any"
        ) from None
    return _from_listener(sandbox, host, listener, log)


def _port_of(server: BaseWSGIServer) -> int:
    return int(server.socket.getsockname()[1])


def _from_listener(sandbox: Sandbox, host: str, listener: socket.socket, log: Log) -> BaseWSGIServer:
    handler = type("Handler", (_Handler,), {"clock": staticmethod(sandbox.clock)})
    with listener:
        port = int(listener.getsockname()[1])
        return make_server(
            host,
            port,
            _application(sandbox, log, time.sleep),
            threaded=True,
            request_handler=handler,
            fd=listener.fileno(),
        )


def _application(sandbox: Sandbox, log: Log, sleep: Callable[[float], object]) -> Application:
    """Return a WSGI application; `sleep` serves the fault ``slow``, `log` gets method, path and status."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        http = HttpRequest(environ)
        http.max_content_length = LARGEST_REQUEST
        http.max_form_memory_size = LONGEST_FIELD
        try:
            reply = sandbox.handle(_make_request(http))
        # werkzeug refuses a body above the limits while it is read.
        except HTTPException as refused:
            return refused(environ, start_response)
        except DoiDepositError as error:
            log(f"{http.method} {http.path} failed: {error.message}")
            return Response(f"{error.message}\n", 500)(environ, start_response)
        if reply.delay:
            sleep(reply.delay)
        log(f"{http.method} {http.path} {'dropped' if isinstance(reply, Dropped) else reply.status}")
        # Files of the form are let go first, because the connection ends without a response.
        if isinstance(reply, Dropped):
            http.close()
            _hang_up(environ.get("werkzeug.socket"), reply)
        return _make_response(reply)(environ, start_response)

    return answer


def _make_request(http: HttpRequest) -> Request:
    """Return the request as a value; its body is read only when the sandbox asks for it."""

    def read() -> RequestBody:
        files = tuple(
            UploadedFile(part, file.filename or "", file.read()) for part, file in http.files.items(multi=True)
        )
        # Other bodies are forms, which were read as fields and files already.
        raw = http.get_data() if http.mimetype == "application/json" else b""
        return RequestBody(http.form.to_dict(), files, raw)

    known = http.headers.get("If-None-Match", "")
    return Request(http.method, http.path, http.args.to_dict(), read, http.remote_addr or "", known)


def _make_response(reply: Reply) -> Response:
    response = Response(reply.body, reply.status, content_type=reply.content_type)
    for name, value in reply.headers:
        response.headers.add(name, value)
    return response


def _hang_up(connection: socket.socket | None, dropped: Dropped) -> NoReturn:
    """Close the connection without an answer: normally after the body was read, with a reset otherwise."""
    if connection is not None:
        if not dropped.received:
            # Lingering for no time at all makes the system send a reset instead of an orderly end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError
