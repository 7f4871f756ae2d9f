"""The port to a DOI registrar: hand over a sealed batch, ask later what became of it.

Two implementations exist: `doideposit.crossref.client` over HTTPS, and `doideposit.sandbox.registrar` in memory.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from doideposit.crossref.hosts import is_loopback
from doideposit.crossref.names import is_resources
from doideposit.errors import ConfigurationError
from doideposit.records.models.batch import SealedBatch

__all__ = [
    "Credentials",
    "CrossrefMember",
    "Endpoint",
    "FoundWork",
    "ListedBy",
    "Receipt",
    "RegisteredWork",
    "Registrar",
    "ResolvedHandle",
]


# By what the REST API lists works; `prefix` is the prefix of the owner, whatever prefix the DOI itself has. `updates`
# lists the notices that say of themselves that they update a DOI.
ListedBy = Literal["prefix", "member", "issn", "doi", "updates"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Hold the addresses of one target: ``sandbox``, ``test`` or ``production``.

    `url` is the base below which ``/servlet/deposit`` and ``/servlet/submissionDownload`` are found, without a
    slash at its end; `rest_url` is the public REST API, `handle_url` the resolver; None where the target has none.
    """

    target: str
    url: str
    rest_url: str | None = None
    handle_url: str | None = None

    @property
    def deposit_url(self) -> str:
        """Return the address where files are uploaded (Crossref documentation, HTTPS POST)."""
        return f"{self.url}/servlet/deposit"

    @property
    def result_url(self) -> str:
        """Return the address where result logs are fetched (Crossref documentation, using HTTPS to retrieve logs)."""
        return f"{self.url}/servlet/submissionDownload"

    @staticmethod
    def operation_of(schema_version: str) -> str:
        """Return the ``operation`` of an upload (Crossref documentation, HTTPS POST, and "resource-only deposit")."""
        return "doDOICitUpload" if is_resources(schema_version) else "doMDUpload"

    @staticmethod
    def check_address(url: str, what: str) -> str:
        """Return `url` without its last slash when a password may travel there; else raise `ConfigurationError`.

        That is https, or http to this very machine. `what` names the setting in the message.
        """
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        # A host that cannot be read is refused before anything is looked up.
        except ValueError:
            parts, host = urlsplit(""), None
        if not host or parts.scheme not in {"http", "https"}:
            raise ConfigurationError(f"{what} is not a web address", hint="write it as https://host, without a path")
        if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
            raise ConfigurationError(
                f"{what} must not contain a user name, a password, ? or #", hint="give the login in its own settings"
            )
        if parts.scheme == "http" and not is_loopback(host):
            raise ConfigurationError(
                f"{what} is http://{host}: the password would be sent unencrypted",
                hint="use https; http is allowed only for 127.0.0.1 and localhost",
            )
        return url.rstrip("/")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Hold a Crossref login: ``role`` or ``name@example.org/role``, and its password, which never prints."""

    username: str
    password: SecretStr


@dataclass(frozen=True, slots=True)
class Receipt:
    """Hold Crossref's word that a file was received: nothing in it has been read yet, let alone registered.

    The reply names no id; the file name is the key for everything that follows.
    """

    file_name: str
    answer: bytes


@dataclass(frozen=True, slots=True)
class RegisteredWork:
    """Hold a work as Crossref's REST API has it.

    `type` is the REST API's name (``report``, ``posted-content``), `landing_url` the address the DOI was registered
    with; `created`, `deposited` (the last change: a deposit, or one of Crossref's own) and `indexed` are aware.
    `owner_prefix` is the prefix of its owner, which need not be the one in the DOI; `member` the owner's number.
    `updated_by` are the DOIs of the notices that correct or retract it, in lower case, whoever said so; `container` is
    the title of its series or journal.
    """

    doi: str
    type: str | None
    landing_url: str | None
    created: datetime | None
    deposited: datetime | None
    indexed: datetime | None
    owner_prefix: str | None = None
    member: str | None = None
    updated_by: frozenset[str] = frozenset()
    container: str = ""


@dataclass(frozen=True, slots=True)
class FoundWork:
    """Hold what the REST API says of a work that somebody cites: enough to tell it from its near twins.

    `titles` are the title, the title with its subtitle, and the title in the original language, as far as they are
    there. `authors` are family names, or names of groups, of authors and editors. `years` are those of all its dates.
    `score` says how well it answers a search; scores of two searches cannot be compared.
    """

    doi: str
    titles: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    container: str = ""
    volume: str = ""
    issue: str = ""
    page: str = ""
    type: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class CrossrefMember:
    """Hold a member of Crossref: its number, its name, and the prefixes asked about, or all that it has."""

    id: str
    name: str
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResolvedHandle:
    """Hold a DOI as the handle system has it: where it leads, and the timestamp beside it, kept as text."""

    doi: str
    urls: tuple[str, ...]
    timestamp: str | None


class Registrar(Protocol):
    """Take deposits and give back result logs, as Crossref's two servlets do."""

    def submit(self, batch: SealedBatch, file_name: str) -> Receipt:
        """Upload the batch under a file name that is unique for ever.

        Raises `CredentialsRefused`, `RegistrarBusy` or `RegistrarUnavailable` (certainly not received),
        `SubmissionInDoubt` (perhaps received), `SubmissionForbidden` or `UnexpectedAnswer` (declined, as far as one can
        tell: it is asked about, and not sent again before a person says so).
        """

    def fetch_result(self, file_name: str) -> bytes:
        """Return the raw result of an upload, to be read by `doideposit.crossref.diagnostics`.

        Raises as `submit` does, except `SubmissionInDoubt`: asking twice is harmless, so a lost answer here is
        `RegistrarUnavailable`.
        """
