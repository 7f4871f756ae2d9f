"""What the world sees of a DOI: Crossref's public REST API, the handle resolver, and Crossref's query service.

Three facts that become true at different times: Crossref's log says registered, the handle resolves, the REST API has
the record. A 404 here, shortly after a success, is therefore None and no error. Sources: Crossref REST API
documentation; the DOI handbook's "REST API response format"; Crossref's "unixsd query output format".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Generic, NoReturn, TypeVar
from urllib.parse import quote

from pydantic import (
    BaseModel,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from doideposit.crossref.http import Exchange, HttpAnswer, NeverSent, Timeouts, check_address, default_user_agent
from doideposit.crossref.queries import RegisteredState, read_query
from doideposit.crossref.registrar import Endpoint, RegisteredWork, ResolvedHandle
from doideposit.errors import RegistrarBusy, RegistrarUnavailable, SubmissionForbidden, UnexpectedAnswer
from doideposit.records.identifiers import Doi

__all__ = ["RegisteredWork", "Registry", "ResolvedHandle"]

LIMIT = 8 * 1024 * 1024
"""Bytes of an answer: a work with thousands of references has some megabytes."""
TIMESTAMP_TYPE = "700050"
"""The type of handle value in which Crossref keeps the deposit's timestamp; seen, and not documented."""
OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TOO_MANY, SERVER_ERROR = 200, 401, 403, 404, 429, 500
HANDLE_FOUND, HANDLE_MISSING, VALUES_MISSING = 1, 100, 200


_T = TypeVar("_T")


def _none_when_odd(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Take a value of another kind than documented for one that is not there: it is no part of what is asked."""
    try:
        return handler(value)
    except ValidationError:
        return None


_Odd = WrapValidator(_none_when_odd)
_Text = Annotated[str | None, Strict(), _Odd]


class _Timestamp(BaseModel):
    date_time: Annotated[datetime | None, _Odd] = Field(None, alias="date-time")


class _Primary(BaseModel):
    url: _Text = Field(None, alias="URL")


class _Resource(BaseModel):
    primary: Annotated[_Primary | None, _Odd] = None


class _WorkMessage(BaseModel):
    doi: _Text = Field(None, alias="DOI")
    type: _Text = None
    resource: Annotated[_Resource | None, _Odd] = None
    created: Annotated[_Timestamp | None, _Odd] = None
    deposited: Annotated[_Timestamp | None, _Odd] = None
    indexed: Annotated[_Timestamp | None, _Odd] = None


class _Named(BaseModel):
    id: _Text = None


class _Agency(BaseModel):
    agency: Annotated[_Named | None, _Odd] = None


class _Prefix(BaseModel):
    name: _Text = None


class _Envelope(BaseModel, Generic[_T]):
    message: _T


class _HandleValue(BaseModel):
    type: str
    data: Mapping[str, object]


class _Handle(BaseModel):
    handle: str
    code: int = Field(alias="responseCode")
    values: Annotated[tuple[Annotated[_HandleValue | None, _Odd], ...] | None, _Odd] = None

    def texts(self, kind: str) -> tuple[str, ...]:
        """Return the texts of one type of value."""
        found = (each.data.get("value") for each in self.values or () if each and each.type == kind)
        return tuple(text for text in found if isinstance(text, str) and text)


_WORK = TypeAdapter(_Envelope[_WorkMessage])
_AGENCY = TypeAdapter(_Envelope[_Agency])
_PREFIX = TypeAdapter(_Envelope[_Prefix])
_HANDLE = TypeAdapter(_Handle)


class Registry:
    """Look up what needs no password; `mailto` gets us into the REST API's polite pool.

    Every look-up raises `RegistrarUnavailable`, `RegistrarBusy` (429), `SubmissionForbidden` (403: Crossref blocks this
    machine) or `UnexpectedAnswer`; and `RuntimeError` where the target has no such service, which `has_works` and
    `has_handles` tell before. Raises `ConfigurationError` for an address that is neither https nor on this machine.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        mailto: str | None,
        timeouts: Timeouts | None = None,
        user_agent: str | None = None,
    ) -> None:
        self._query = check_address(endpoint.url, f"the address of target {endpoint.target}")
        self._rest = endpoint.rest_url and check_address(endpoint.rest_url, "rest_url")
        self._handles = endpoint.handle_url and check_address(endpoint.handle_url, "handle_url")
        self._mailto = {"mailto": mailto} if mailto else {}
        agent = user_agent or default_user_agent()
        self._exchange = Exchange(
            timeouts or Timeouts(connect=10.0, read=30.0, total=60.0),
            f"{agent} (mailto:{quote(mailto, safe='@+')})" if mailto else agent,
        )

    @property
    def has_works(self) -> bool:
        """Tell whether the target has a REST API: Crossref's test system has none."""
        return bool(self._rest)

    @property
    def has_handles(self) -> bool:
        """Tell whether the target has a resolver."""
        return bool(self._handles)

    def work(self, doi: Doi) -> RegisteredWork | None:
        """Return the record of a DOI, or None while the REST API has none."""
        found = self._message(f"/works/{quote(doi.printed, safe='')}", _WORK)
        if found is None:
            return None
        moments = [_aware(each) for each in (found.created, found.deposited, found.indexed)]
        primary = found.resource and found.resource.primary
        return RegisteredWork(found.doi or doi.printed, found.type or None, (primary and primary.url) or None, *moments)

    def agency(self, doi: Doi) -> str | None:
        """Return the registration agency of a DOI, such as ``crossref`` or ``datacite``; None when none knows it."""
        found = self._message(f"/works/{quote(doi.printed, safe='')}/agency", _AGENCY)
        return found.agency.id if found and found.agency else None

    def prefix(self, prefix: str) -> str | None:
        """Return the name of the member a DOI prefix belongs to; None when Crossref does not know the prefix."""
        found = self._message(f"/prefixes/{quote(prefix, safe='')}", _PREFIX)
        return found.name if found else None

    def handle(self, doi: Doi, *, authoritative: bool = False) -> ResolvedHandle | None:
        """Return where a DOI leads, or None when it is not registered.

        `authoritative` asks the primary server: caches may serve an old address for a day.
        """
        base = _required(self._handles, "a resolver")
        url = f"{base}/api/handles/{quote(doi.printed, safe='/')}"
        answer = self._get(url, {"auth": "true"} if authoritative else {})
        # The resolver answers 404 for "not registered" too, and says so in its body.
        found = _read(_HANDLE, answer)
        if found is None or found.handle.lower() != doi.key:
            self._refuse(answer, url)
        if found.code == HANDLE_MISSING:
            return None
        if found.code not in {HANDLE_FOUND, VALUES_MISSING}:
            self._refuse(answer, url)
        return ResolvedHandle(doi.printed, found.texts("URL"), next(iter(found.texts(TIMESTAMP_TYPE)), None))

    def registered(self, doi: Doi, email: str) -> RegisteredState | None:
        """Return what Crossref has of a DOI, with its whole record; None when it does not know the DOI.

        `email` is the contact that Crossref's query service asks for; it is no login. Raises `ConfigurationError` when
        the service does not take it.
        """
        url = f"{self._query}/search/doi"
        answer = self._get(url, {"pid": email, "format": "unixsd", "doi": doi.printed})
        if answer.status == NOT_FOUND:
            return None
        # An address that is not taken for a login has been answered with 200 and with 401.
        if answer.status not in {OK, UNAUTHORIZED} or answer.truncated:
            self._refuse(answer, url)
        return read_query(answer.body, doi, _host(url))

    def deposit_timestamp(self, doi: Doi, email: str) -> int | None:
        """Return the timestamp a DOI is registered with, exact to its last digit; None as `registered`."""
        state = self.registered(doi, email)
        return None if state is None else state.timestamp

    def _message(self, path: str, shape: "TypeAdapter[_Envelope[_T]]") -> _T | None:
        """Return the ``message`` of a REST answer; None for 404."""
        url = _required(self._rest, "a REST API") + path
        answer = self._get(url, self._mailto)
        if answer.status == NOT_FOUND:
            return None
        document = _read(shape, answer) if answer.status == OK else None
        if document is None:
            self._refuse(answer, url)
        return document.message

    def _get(self, url: str, params: Mapping[str, str]) -> HttpAnswer:
        try:
            return self._exchange.get(url, params=params, limit=LIMIT)
        except NeverSent as failure:
            raise RegistrarUnavailable(f"{_host(url)} could not be reached: {failure.reason}") from None

    def _refuse(self, answer: HttpAnswer, url: str) -> NoReturn:
        host = _host(url)
        if answer.status == TOO_MANY:
            raise RegistrarBusy(f"{host} asks to wait (429)", retry_after=answer.retry_after)
        if answer.status == FORBIDDEN:
            raise SubmissionForbidden(
                f"{host} has blocked this address (403)", hint="wait, send less, and set an e-mail address as contact"
            )
        if answer.status >= SERVER_ERROR:
            raise RegistrarUnavailable(f"{host} answered {answer.status}", retry_after=answer.retry_after)
        # Nothing of the answer is quoted: a look-up knows no login, so that it could not take a password out of it.
        raise UnexpectedAnswer(f"{host} gave an answer that is not known ({answer.status})")


def _required(address: str | None, what: str) -> str:
    if not address:
        raise RuntimeError(f"this target has not {what}: ask has_works or has_handles first")
    return address


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _read(shape: "TypeAdapter[_T]", answer: HttpAnswer) -> _T | None:
    """Return an answer in its shape; None when it has another. Deep nesting and endless numbers count as another."""
    try:
        return None if answer.truncated else shape.validate_json(answer.body)
    except ValidationError:
        return None


def _aware(found: _Timestamp | None) -> datetime | None:
    return found.date_time if found and found.date_time and found.date_time.tzinfo else None
