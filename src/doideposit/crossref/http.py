"""One request and its answer, bounded in every direction: the only place that speaks HTTP.

Each exchange has its own connection and no cookies, follows no redirect, verifies TLS, takes no login from ``.netrc``,
and ends within a total time whatever the other side does. Proxies and ``REQUESTS_CA_BUNDLE`` of the environment work.

The libraries are imported with the first request: they take long, and a depositor is often opened without one.

When no answer comes, one question matters more than all others: can the file have arrived? `_Body` knows, because it
hands the bytes out itself: until its last byte was asked for, no server can have had the whole body.
"""

import contextlib
import logging
import os
import queue
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlencode, urlsplit

if TYPE_CHECKING:
    import requests
    from requests.adapters import HTTPAdapter

__all__ = ["Exchange", "Fetch", "HttpAnswer", "NoAnswer", "Timeouts"]

logger = logging.getLogger(__name__)

# Small enough that the limit is noticed soon after it is passed.
CHUNK = 16 * 1024
NOT_MODIFIED = 304
# The most seconds a server can make us wait by `Retry-After`; more would be a way to switch us off.
LONGEST_WAIT = 24 * 3600.0


# What is at fault where no answer comes, as far as that is known: the file with certificates that the environment
# names, a proxy, the name of the host, or its certificate and encryption.
Culprit = Literal["certificate file", "proxy", "name", "encryption", "unknown"]


class NoAnswer(Exception):
    """Report that no complete answer came back; `reason` is in words, and free of secrets.

    `may_have_arrived` is False where the request cannot have arrived whole: sending it again does no harm then.
    """

    def __init__(self, reason: str, culprit: Culprit = "unknown", *, may_have_arrived: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.culprit: Culprit = culprit
        self.may_have_arrived = may_have_arrived

    def about(self, host: str) -> str:
        """Return one sentence about a request to `host` that can be repeated without harm."""
        return f"{host} {'gave no whole answer' if self.may_have_arrived else 'could not be reached'}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Hold the seconds to wait for a connection, for the next bytes of an answer, and for everything together."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 180.0


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Hold what came back: at most the number of bytes asked for, `truncated` when there was more.

    `headers` has lower-case keys. `date` is the server's clock, `retry_after` the seconds it asks to wait.
    """

    status: int
    body: bytes = field(repr=False)
    truncated: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def date(self) -> datetime | None:
        """Return the ``Date`` header, aware and in UTC."""
        return _http_date(self.headers.get("date", ""))

    @property
    def retry_after(self) -> float | None:
        """Return the ``Retry-After`` header in seconds, from 0 to a day; None when it is absent or odd."""
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            # Nine digits are thirty years; longer ones would not fit into a number.
            return min(float(text[:9]), LONGEST_WAIT)
        until, now = _http_date(text), self.date
        return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT) if until and now else None


# What fetches an address, as `Exchange.get` does: handed to anyone who needs pages of the web. It takes the address,
# and by name `params`, if any, and `limit`; raises `NoAnswer`.
Fetch = Callable[..., HttpAnswer]

# Compressed answers could be far larger than they look, and no connection is used twice.
_PLAIN = {"Accept-Encoding": "identity", "Connection": "close"}


class Exchange:
    """Send single requests. The log has what `shown` leaves of an address; `adapter` makes each connection.

    `accept` is the media type that is asked for, `contact` a mail address for those who run the other side.

    Nothing is kept between them but the last `remember` answers that came with an ``ETag``: where the server says that
    one still holds (304), it is given again.
    """

    def __init__(
        self,
        timeouts: Timeouts | None = None,
        *,
        contact: str | None = None,
        shown: Callable[[str], str] | None = None,
        adapter: "Callable[[], HTTPAdapter] | None" = None,
        remember: int = 0,
        accept: str = "*/*",
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        # In the form that Crossref asks for (REST API documentation, "Etiquette").
        self._user_agent = Exchange.program() + (f" (mailto:{quote(contact, safe='@+')})" if contact else "")
        # Up to its question mark: a query may hold a login.
        self._shown = shown or (lambda url: url.partition("?")[0])
        self._adapter = adapter
        self._remember = remember
        self._accept = accept
        self._remembered: dict[str, HttpAnswer] = {}

    def get(self, url: str, *, params: Mapping[str, str] | None = None, limit: int) -> HttpAnswer:
        """Fetch at most `limit` bytes; raises `NoAnswer`."""
        key = f"{url}?{urlencode(params or {})}"
        before = self._remembered.get(key)
        condition = {} if before is None else {"If-None-Match": before.headers["etag"]}
        answer = self._send_within_time(
            "GET", url, limit, params=params, headers={**self._default_headers(), **condition}
        )
        if answer.status == NOT_MODIFIED and before is not None:
            return before
        if self._remember and "etag" in answer.headers and not answer.truncated:
            self._remember_answer(key, answer)
        return answer

    def _remember_answer(self, key: str, answer: HttpAnswer) -> None:
        # Several threads may be here: what one of them takes away first is not a fault of the other.
        while len(self._remembered) >= self._remember:
            self._remembered.pop(next(iter(self._remembered)), None)
        self._remembered[key] = answer

    def post(
        self,
        url: str,
        fields: Mapping[str, str],
        *,
        xml_files: Mapping[str, tuple[str, bytes]] | None = None,
        limit: int,
    ) -> HttpAnswer:
        """Post a form, with files as multipart: each by its field, as file name and content; raises `NoAnswer`."""
        files = {field: (*file, "application/xml") for field, file in xml_files.items()} if xml_files else None
        return self._send_within_time("POST", url, limit, data=fields, files=files, headers=self._default_headers())

    def send(self, url: str, content: bytes, headers: Mapping[str, str], *, limit: int) -> HttpAnswer:
        """Post bytes with these headers; raises `NoAnswer`."""
        return self._send_within_time("POST", url, limit, data=content, headers={**self._default_headers(), **headers})

    def _default_headers(self) -> dict[str, str]:
        return {"User-Agent": self._user_agent, "Accept": self._accept, **_PLAIN}

    def _send_within_time(self, method: str, url: str, limit: int, **parts: Any) -> HttpAnswer:
        prepared = _prepare(method, url, parts)
        body = _Body(prepared.body)
        if prepared.body is not None:
            prepared.body = body  # type: ignore[assignment]  # requests' stubs know only text and bytes
        started = time.monotonic()
        deadline = started + self._timeouts.total
        answer = _run_within(self._timeouts.total, lambda: self._send_request(prepared, body, limit, deadline), body)
        logger.debug(
            "%s %s: %d, %d bytes in %.2f s",
            prepared.method,
            self._shown(prepared.url or ""),
            answer.status,
            len(answer.body),
            time.monotonic() - started,
        )
        return answer

    def _send_request(
        self, prepared: "requests.PreparedRequest", body: "_Body", limit: int, deadline: float
    ) -> HttpAnswer:
        from requests.adapters import HTTPAdapter  # noqa: PLC0415 - see the top of the module
        from requests.utils import get_environ_proxies  # noqa: PLC0415
        from urllib3.exceptions import HTTPError  # noqa: PLC0415

        url = prepared.url or ""
        # An adapter tries nothing twice: whether a deposit may be sent again is decided elsewhere.
        adapter = (self._adapter or HTTPAdapter)()
        try:
            response = adapter.send(
                prepared,
                stream=True,
                timeout=(self._timeouts.connect, self._timeouts.read),
                verify=os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True,
                # A proxy would see what goes to this machine in the open, and could not reach it anyway.
                proxies={} if url.startswith("http:") else get_environ_proxies(url),
            )
            with contextlib.closing(response):
                content, truncated = _read_body(response, limit, deadline)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return HttpAnswer(response.status_code, content, truncated, headers)
        # requests and urllib3 raise their own errors, the sockets below them those of the system.
        except (OSError, HTTPError, zlib.error) as error:
            may_have_arrived = body.stop() and not _was_never_connected(error)
            failure = NoAnswer(*_explain(error, self._timeouts), may_have_arrived=may_have_arrived)
        finally:
            adapter.close()
        # Raised out here, or the library's error, which may quote what the server said, would hang on behind ours.
        raise failure

    @staticmethod
    def host_alone(url: str) -> str:
        """Return the host of an address, for a log if the path is a secret."""
        return urlsplit(url).hostname or ""

    @staticmethod
    @cache
    def program() -> str:
        """Return who we say we are: the program and its version."""
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

        try:
            return f"doideposit/{version('doideposit')}"
        # Run from a checkout that was never installed, there is no version.
        except PackageNotFoundError:
            return "doideposit"


class _Body:
    """Hand out a request's body, know whether all of it was handed out, and let it be stopped for ever."""

    def __init__(self, content: object) -> None:
        self._content = content if isinstance(content, bytes) else str(content or "").encode()
        self._position = 0
        self._stopped = False
        self._lock = threading.Lock()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; raises `TimeoutError` once stopped."""
        with self._lock:
            if self._stopped:
                raise TimeoutError("the request was cancelled")
            end = len(self._content) if size < 0 else self._position + size
            chunk = self._content[self._position : end]
            self._position += len(chunk)
            return chunk

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(CHUNK), b"")

    def stop(self) -> bool:
        """Hand out nothing more; say whether everything had been handed out before."""
        with self._lock:
            self._stopped = True
            return self._position >= len(self._content)


def _prepare(method: str, url: str, parts: Mapping[str, Any]) -> "requests.PreparedRequest":
    import requests  # noqa: PLC0415 - see the top of the module

    with contextlib.suppress(requests.RequestException, UnicodeError):
        return requests.Request(method, url, **parts).prepare()
    raise NoAnswer("its address, or the data to send, cannot be encoded", may_have_arrived=False)


def _run_within(seconds: float, work: Callable[[], HttpAnswer], body: _Body) -> HttpAnswer:
    """Run `work` in a thread of its own, and leave it behind when it takes longer than `seconds`.

    Socket time-outs start again with every byte, and looking up a name has none: a thread is what bounds the whole.
    """
    results: queue.SimpleQueue[HttpAnswer | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put(work())
        except Exception as error:  # noqa: BLE001  (it is raised again, in the thread that waits)
            results.put(error)

    threading.Thread(target=run, name="doideposit-exchange", daemon=True).start()
    # A server that sends one byte a minute never runs into the timeout between two bytes.
    try:
        result = results.get(timeout=seconds)
    except queue.Empty:
        raise NoAnswer(f"no complete answer within {seconds:g} s", may_have_arrived=body.stop()) from None
    if isinstance(result, Exception):
        raise result
    return result


# Forms in which a proxy may pack an answer, although none was asked for.
PACKED = {"gzip", "x-gzip", "deflate"}
# The window size by which zlib recognizes both forms itself.
EITHER_FORM = 32 + zlib.MAX_WBITS


def _read_body(response: "requests.Response", limit: int, deadline: float) -> tuple[bytes, bool]:
    """Read at most `limit` bytes as they arrive, and return whether there were more.

    With a limit of 0 nothing is read: where the status alone counts, it does no harm if the rest breaks off. Raises
    `ConnectionError` where a packed answer ends before its end: urllib3 would hand out the first part as if it were the
    whole.
    """
    if not limit:
        return b"", False
    packed = response.headers.get("Content-Encoding", "").strip().lower() in PACKED
    unpack = zlib.decompressobj(EITHER_FORM) if packed else None
    parts: list[bytes] = []
    size = 0
    while size <= limit and (chunk := response.raw.read1(CHUNK, decode_content=False)):
        # Never more than one byte over the limit, however small the packed bytes are.
        part = unpack.decompress(chunk, limit + 1 - size) if unpack else chunk
        parts.append(part)
        size += len(part)
        # A server that sends a byte now and then never runs into the time-out of the socket.
        if time.monotonic() > deadline:
            raise TimeoutError("the answer arrives too slowly")
    if unpack is not None and parts and size <= limit and not unpack.eof:
        raise ConnectionError("the packed answer breaks off")
    return b"".join(parts)[:limit], size > limit


def _explain(error: BaseException, timeouts: Timeouts) -> tuple[str, Culprit]:
    """Return the cause in our own words: texts of libraries can hold addresses and passwords of proxies."""
    from http.client import HTTPException, IncompleteRead, RemoteDisconnected  # noqa: PLC0415 - see the top of the module

    from requests import exceptions  # noqa: PLC0415
    from urllib3.exceptions import (  # noqa: PLC0415 - what requests lets through
        InvalidChunkLength,
        NameResolutionError,
        NewConnectionError,
    )

    causes = list(_causes_of(error))
    table: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str, Culprit], ...] = (
        # First, because the name that cannot be looked up is the proxy's then.
        (exceptions.ProxyError, "the proxy of this network did not let the connection through", "proxy"),
        (NameResolutionError, "its name could not be looked up", "name"),
        (
            exceptions.SSLError,
            "the encrypted connection failed, or its certificate could not be verified",
            "encryption",
        ),
        (exceptions.ConnectTimeout, f"no connection within {timeouts.connect:g} s", "unknown"),
        (NewConnectionError, "no connection: refused, or no route to the host", "unknown"),
        (exceptions.ReadTimeout, f"no data arrived for {timeouts.read:g} s", "unknown"),
        # While something is sent, it is the time for connecting that counts for each part of it.
        (TimeoutError, "the connection was idle for too long", "unknown"),
        ((RemoteDisconnected, IncompleteRead), "the connection was interrupted", "unknown"),
        (
            (HTTPException, InvalidChunkLength, zlib.error),
            "the answer is damaged, and cannot be read as HTTP",
            "unknown",
        ),
        ((exceptions.InvalidURL, exceptions.InvalidSchema), "the proxy that HTTPS_PROXY names cannot be used", "proxy"),
    )
    # requests says so with a bare `OSError`, before it connects.
    if any(isinstance(cause, OSError) and "TLS CA certificate bundle" in str(cause) for cause in causes):
        words = "the file with certificates that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names does not exist"
        return words, "certificate file"
    for kinds, words, culprit in table:
        if any(isinstance(cause, kinds) for cause in causes):
            return words, culprit
    return "the connection was interrupted", "unknown"


def _was_never_connected(error: BaseException) -> bool:
    """Tell whether the error arises only before there is a connection to send anything on."""
    from requests import exceptions  # noqa: PLC0415 - see the top of the module
    from urllib3.exceptions import NameResolutionError, NewConnectionError  # noqa: PLC0415

    kinds = (exceptions.ConnectTimeout, exceptions.ProxyError, NewConnectionError, NameResolutionError)
    return any(isinstance(cause, kinds) for cause in _causes_of(error))


def _causes_of(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and everything it wraps: as an argument, as a reason, or as the exception it followed."""
    waiting, seen = [error], set[int]()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = (*current.args, getattr(current, "reason", None), current.__cause__, current.__context__)
        waiting.extend(cause for cause in inner if isinstance(cause, BaseException))


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        # The last hours of the year 9999 lie beyond the calendar in UTC, and a server may say anything.
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
