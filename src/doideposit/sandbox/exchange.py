"""Requests and replies as values: what the sandbox takes and gives, in process and behind HTTP alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["Answer", "Dropped", "Reply", "Request", "RequestBody", "UploadedFile"]


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """Hold a file part of a multipart form: the form field's name, its ``filename=`` and its bytes."""

    part: str
    file_name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RequestBody:
    """Hold the body of a request: form fields, files, and the raw bytes where it was no form."""

    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: tuple[UploadedFile, ...] = ()
    raw: bytes = field(default=b"", repr=False)


# The body of every GET.
EMPTY = RequestBody()


def nothing() -> RequestBody:
    """Return the body of a request that has none."""
    return EMPTY


@dataclass(frozen=True, slots=True)
class Request:
    """Hold one request. `path` is percent-decoded; `read` gives the body and is not called before it is wanted.

    Query and form never print: they carry passwords. `remote` is the caller's address, `known` the ``If-None-Match``
    header: the mark of the answer that the caller has already.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    read: Callable[[], RequestBody] = field(default=nothing, repr=False)
    remote: str = "127.0.0.1"
    known: str = ""

    @classmethod
    def get(cls, path: str, **query: str) -> "Request":
        """Return a GET with its query."""
        return cls("GET", path, query)

    @classmethod
    def post(cls, path: str, fields: Mapping[str, str], *files: UploadedFile) -> "Request":
        """Return a POST of a form, with files when there are any."""
        content = RequestBody(fields, files)
        return cls("POST", path, {}, lambda: content)


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold one reply; `delay` is how many seconds the caller has to wait for it."""

    status: int
    body: bytes = field(repr=False)
    content_type: str = "text/html;charset=ISO-8859-1"
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0

    @property
    def text(self) -> str:
        """Return the body as text, for tests and messages."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Dropped:
    """Stand for no reply: the connection is closed. `received` says whether the body was read and kept first."""

    received: bool
    delay: float = 0.0


# What the sandbox does about a request.
Answer = Reply | Dropped
