"""What the world sees of a DOI: Crossref's public REST API, the handle resolver, and Crossref's query service.

Three facts that become true at different times: Crossref's log says registered, the handle resolves, the REST API has
the record. A 404 here, shortly after a success, is therefore None and no error. The REST API is for lists and cheap
hints: it can miss a DOI for weeks, and it loses part of every record; the query service has the whole. Sources:
Crossref REST API documentation; the DOI handbook's "REST API response format"; Crossref's "unixsd query output format".
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Final, Literal, NoReturn, TypeVar
from urllib.parse import quote, urlsplit

from doideposit.crossref.http import Exchange, Fetch, HttpAnswer, NoAnswer, Timeouts
from doideposit.crossref.politeness import Pace, PassingTime
from doideposit.crossref.queries import RegisteredState
from doideposit.crossref.registrar import (
    CrossrefMember,
    Endpoint,
    FoundWork,
    ListedBy,
    RegisteredWork,
    ResolvedHandle,
)
from doideposit.crossref.rest_answers import AGENCIES, FOUND, HANDLE, LIST, MEMBER, PREFIX, WORK, Shape, read_answer
from doideposit.errors import (
    ConfigurationError,
    RegistrarBusy,
    RegistrarUnavailable,
    SubmissionForbidden,
    UnexpectedAnswer,
)
from doideposit.records.identifiers import Doi

__all__ = ["Registry"]

XmlForm = Literal["unixsd", "unixref"]

# Bytes of an answer: a work with thousands of references has some megabytes.
LIMIT = 8 * 1024 * 1024
# Bytes of a page of a list: a thousand works, each with its references.
LIST_LIMIT = 256 * 1024 * 1024
# Works on one page, the most that the REST API gives.
ROWS: Final = 1_000
# DOIs in one question: the limit is the length of an address.
# Without the references of each work an answer stays small; "edition-number" cannot be selected.
FOUND_FIELDS: Final = (
    "DOI,type,title,subtitle,original-title,author,editor,issued,published-online,published-print,"
    "container-title,volume,issue,page,score"
)
# Crossref's filter takes many DOIs at once; fifty keep the address below 8,000 characters.
DOIS_AT_ONCE: Final = 50
# Each page has hundreds of works: a series with so many pages would be an endless list.
MOST_PAGES: Final = 1_000
# How often a question is asked that is answered with "wait" (429).
TRIES: Final = 3
# Seconds that are waited for that; who asks for more gets it from the next run.
PATIENCE: Final = 60.0
# The type of handle value in which Crossref keeps the deposit's timestamp; seen, and not documented.
TIMESTAMP_TYPE = "700050"
OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TOO_MANY, SERVER_ERROR = 200, 401, 403, 404, 429, 500
# The response codes of the handle proxy's JSON interface: found, no such handle, no such values.
HANDLE_FOUND, HANDLE_MISSING, VALUES_MISSING = 1, 100, 200
# A run asks for the same works a few times within seconds.
REMEMBERED: Final = 64

_T = TypeVar("_T")


class Registry:
    """Look up what needs no password; `mailto` gets us into the REST API's polite pool.

    Every look-up raises `RegistrarUnavailable`, `RegistrarBusy` (429), `SubmissionForbidden` (403: Crossref blocks this
    machine) or `UnexpectedAnswer`; and `RuntimeError` where the target has no such service, which `has_works` and
    `has_handles` tell before. With `waiting` the questions keep the pace that Crossref allows, and wait where an answer
    asks for it; without, nothing here waits. `fetch` takes the place of HTTP. Raises `ConfigurationError` for an
    address that is neither https nor on this machine.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        mailto: str | None,
        timeouts: Timeouts | None = None,
        waiting: PassingTime | None = None,
        fetch: Fetch | None = None,
    ) -> None:
        self._query = Endpoint.check_address(endpoint.url, f"the address of target {endpoint.target}")
        self._rest = endpoint.rest_url and Endpoint.check_address(endpoint.rest_url, "rest_url")
        self._handles = endpoint.handle_url and Endpoint.check_address(endpoint.handle_url, "handle_url")
        self._mailto = {"mailto": mailto} if mailto else {}
        self._fetch = (
            fetch
            or Exchange(
                timeouts or Timeouts(connect=10.0, read=30.0, total=60.0),
                contact=mailto,
                remember=REMEMBERED,
            ).get
        )
        self._paces = {} if waiting is None else _paces(waiting, polite=bool(mailto))
        # The name under which the query service takes an address: the test system has been seen to want another.
        self._login_key = "pid"

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
        # A DOI may hold slashes and brackets, all of which the path has to escape.
        path = f"/works/{quote(doi.printed, safe='')}"
        found = self._message(path, WORK)
        if found is not None and found.doi and found.doi.lower() != doi.key:
            raise self._is_of_other_agency(str(doi))
        return None if found is None else found.value(doi.printed)

    def works(self, by: ListedBy, values: Sequence[str]) -> Iterator[RegisteredWork]:
        """Yield every work that the REST API lists, page by page: of owner prefixes, members, ISSNs, or these DOIs.

        It can miss works for weeks, and gives DOIs in lower case. A work without a DOI is passed over.
        """
        # A comma in a DOI would end it in the middle: it separates the filters, and one such DOI spoils the question.
        values = [value for value in values if "," not in value]
        for start in range(0, len(values), DOIS_AT_ONCE):
            # Values of one filter that are repeated count as "or" (REST API documentation, filters).
            part = values[start : start + DOIS_AT_ONCE]
            chosen = ",".join(f"{by}:{value}" for value in part)
            query = {"filter": chosen, "rows": str(ROWS), **self._mailto}
            yield from self._read_pages(query, partial(_is_asked_for, by, {value.lower() for value in part}))

    def _read_pages(
        self, query: Mapping[str, str], is_wanted: Callable[[RegisteredWork], bool]
    ) -> Iterator[RegisteredWork]:
        url, cursor, seen = _require_address(self._rest, "a REST API") + "/works", "*", set[str]()
        for _ in range(MOST_PAGES):
            answer = self._fetch_politely(url, {**query, "cursor": cursor}, "list")
            found = read_answer(LIST, answer) if answer.status == OK else None
            if found is None:
                self._raise_refusal(answer, url)
            page = [item.value("") for item in found.message.items if item is not None and item.doi]
            if page and not any(map(is_wanted, page)):
                raise self._is_of_other_agency(query["filter"])
            page = [work for work in page if is_wanted(work)]
            new = [work for work in page if work.doi.lower() not in seen]
            yield from new
            seen.update(work.doi.lower() for work in new)
            # A cursor continues for ever; the end is a page that is not full, or one that brings nothing new.
            if len(found.message.items) < ROWS or not new or not found.message.next_cursor:
                return
            cursor = found.message.next_cursor

    def described(self, dois: Sequence[Doi]) -> dict[str, FoundWork]:
        """Return the works as the REST API describes them, by `Doi.key`; unknown ones are left out."""
        found = dict[str, FoundWork]()
        for start in range(0, len(dois), DOIS_AT_ONCE):
            part = dois[start : start + DOIS_AT_ONCE]
            # A comma in a DOI would end it in the middle: it separates the filters.
            chosen = ",".join(f"doi:{doi.key}" for doi in part if "," not in doi.key)
            works = self._search_works({"filter": chosen, "rows": str(len(part))}) if chosen else []
            found |= {work.doi.lower(): work for work in works}
        return found

    def search(self, words: str, most: int = 5) -> list[FoundWork]:
        """Return the works that match a printed reference best, in the order of the REST API."""
        return self._search_works({"query.bibliographic": words, "rows": str(most)})

    def _search_works(self, query: Mapping[str, str]) -> list[FoundWork]:
        url = _require_address(self._rest, "a REST API") + "/works"
        answer = self._fetch_politely(url, {**query, "select": FOUND_FIELDS, **self._mailto}, "list")
        found = read_answer(FOUND, answer) if answer.status == OK else None
        if found is None:
            self._raise_refusal(answer, url)
        return [item.value() for item in found.message.items if item is not None and item.doi]

    def prefix(self, prefix: str) -> CrossrefMember | None:
        """Return the member that a DOI prefix belongs to; None when Crossref does not know the prefix."""
        found = self._message(f"/prefixes/{quote(prefix, safe='')}", PREFIX)
        if found is None:
            return None
        if found.prefix and found.prefix.rpartition("/")[2] != prefix:
            raise self._is_of_other_agency(f"the prefix {prefix}")
        return CrossrefMember((found.member or "").rpartition("/")[2], found.name or "", (prefix,))

    def member(self, number: str) -> CrossrefMember | None:
        """Return a member by its number, with all of its prefixes; None when there is none."""
        found = self._message(f"/members/{quote(number, safe='')}", MEMBER)
        if found is not None and found.id and found.id != number:
            raise self._is_of_other_agency(f"the member {number}")
        return None if found is None else CrossrefMember(number, found.name or "", found.prefixes or ())

    def agencies(self, dois: Sequence[Doi]) -> dict[str, str]:
        """Return the registration agency of each DOI, such as ``Crossref`` or ``DataCite``, by `Doi.key`.

        A DOI that no agency has is there with an empty name; one of which the resolver knows nothing is left out.
        """
        base, found = _require_address(self._handles, "a resolver"), dict[str, str]()
        for start in range(0, len(dois), DOIS_AT_ONCE):
            url = f"{base}/ra/{','.join(quote(doi.printed, safe='/') for doi in dois[start : start + DOIS_AT_ONCE])}"
            answer = self._fetch_politely(url, {}, "handle")
            entries = read_answer(AGENCIES, answer) if answer.status == OK else None
            if entries is None:
                self._raise_refusal(answer, url)
            found |= {entry.doi.lower(): entry.agency or "" for entry in entries if entry.agency or entry.is_missing}
        return found

    def handle(self, doi: Doi, *, authoritative: bool = False) -> ResolvedHandle | None:
        """Return where a DOI leads, or None when it is not registered.

        `authoritative` asks the primary server: caches may serve an old address for a day.
        """
        base = _require_address(self._handles, "a resolver")
        url = f"{base}/api/handles/{quote(doi.printed, safe='/')}"
        answer = self._fetch_politely(url, {"auth": "true"} if authoritative else {}, "handle")
        # The resolver answers 404 for "not registered" too, and says so in its body.
        found = read_answer(HANDLE, answer)
        if found is None or found.handle.lower() != doi.key:
            self._raise_refusal(answer, url)
        if found.code == HANDLE_MISSING:
            return None
        if found.code not in {HANDLE_FOUND, VALUES_MISSING}:
            self._raise_refusal(answer, url)
        return ResolvedHandle(doi.printed, found.texts("URL"), next(iter(found.texts(TIMESTAMP_TYPE)), None))

    def registered(self, doi: Doi, email: str) -> RegisteredState | None:
        """Return what Crossref has of a DOI, with its whole record; None when it does not know the DOI.

        `email` is the contact that Crossref's query service asks for; it is not a login. Raises `ConfigurationError`
        when the service does not take it.
        """
        other = "usr" if self._login_key == "pid" else "pid"
        try:
            return self._query_doi(doi, self._login_key, email)
        except ConfigurationError:
            # Crossref's systems differ in the name of the parameter: the one that works is kept.
            found = self._query_doi(doi, other, email)
            self._login_key = other
            return found

    def _query_doi(self, doi: Doi, key: str, email: str) -> RegisteredState | None:
        url = f"{self._query}/search/doi"
        answer = self._fetch_politely(url, {key: email, "format": "unixsd", "doi": doi.printed}, "query")
        # An address that is not taken for a login has been answered with 200 and with 401.
        return self._read_state(answer, url, doi, {OK, UNAUTHORIZED})

    def transformed(self, doi: Doi, form: XmlForm = "unixsd") -> RegisteredState | None:
        """Return the same as `registered` by way of the REST API, which wants no address; it may lag like the REST API.

        In the form ``unixref`` nothing but the record comes: no timestamp (0), and nothing of an alias.
        """
        url = (
            _require_address(self._rest, "a REST API")
            + f"/works/{quote(doi.printed, safe='')}/transform/application/vnd.crossref.{form}+xml"
        )
        return self._read_state(self._fetch_politely(url, self._mailto, "single"), url, doi, {OK})

    def _read_state(self, answer: HttpAnswer, url: str, doi: Doi, taken: set[int]) -> RegisteredState | None:
        if _is_not_found(answer):
            return None
        if answer.truncated or answer.status not in taken:
            self._raise_refusal(answer, url, f" about {doi}")
        return RegisteredState.read(answer.body, doi, _host(url))

    def deposit_timestamp(self, doi: Doi, email: str) -> int | None:
        """Return the timestamp a DOI is registered with, exact to its last digit; None as `registered`."""
        state = self.registered(doi, email)
        return None if state is None else state.timestamp

    def _message(self, path: str, shape: "Shape[_T]") -> _T | None:
        """Return the ``message`` of a REST answer; None for 404."""
        url = _require_address(self._rest, "a REST API") + path
        answer = self._fetch_politely(url, self._mailto, "single")
        if _is_not_found(answer):
            return None
        document = read_answer(shape, answer) if answer.status == OK else None
        if document is None:
            self._raise_refusal(answer, url)
        return document.message

    def _is_of_other_agency(self, asked: str) -> UnexpectedAnswer:
        return UnexpectedAnswer(f"{_host(self._rest or '')} was asked about {asked}, but answered about another")

    def _fetch_politely(self, url: str, params: Mapping[str, str], kind: str) -> HttpAnswer:
        pace = self._paces.get(kind)
        turn: AbstractContextManager[None]
        for attempt in range(TRIES):
            turn = nullcontext() if pace is None else pace.turn()
            with turn:
                answer = self._fetch_once(url, params, LIST_LIMIT if kind == "list" else LIMIT)
            if pace is None:
                break
            pace.learn(answer.headers)
            # Without a word how long, a little longer each time.
            wait = answer.retry_after if answer.retry_after is not None else float(2**attempt)
            if answer.status != TOO_MANY or wait > PATIENCE:
                break
            pace.hold(wait)
        return answer

    def _fetch_once(self, url: str, params: Mapping[str, str], limit: int) -> HttpAnswer:
        try:
            return self._fetch(url, params=params, limit=limit)
        # Which of the services was not reached tells what can be done in the meantime.
        except NoAnswer as failure:
            raise RegistrarUnavailable(failure.about(_host(url))) from None

    def _raise_refusal(self, answer: HttpAnswer, url: str, about: str = "") -> NoReturn:
        host = _host(url)
        if answer.status == TOO_MANY:
            raise RegistrarBusy(f"{host} asks to wait (429)", retry_after=answer.retry_after)
        if answer.status == FORBIDDEN:
            raise SubmissionForbidden(
                f"{host} has blocked this address (403)",
                hint="wait, send fewer requests, and set an e-mail address as contact",
                retry_after=answer.retry_after,
            )
        if answer.status >= SERVER_ERROR:
            raise RegistrarUnavailable(f"{host} answered {answer.status}", retry_after=answer.retry_after)
        if answer.truncated:
            message = f"{host} gave an answer{about} that is too large"
            raise UnexpectedAnswer(message, retry_after=answer.retry_after)
        # Nothing of the answer is quoted: a look-up knows no login, so that it could not take a password out of it.
        what = RegisteredState.describe_no_answer(answer.body) or "gave an unknown answer"
        raise UnexpectedAnswer(f"{host} {what}{about} ({answer.status})", retry_after=answer.retry_after)


def _paces(waiting: PassingTime, *, polite: bool) -> dict[str, Pace]:
    """Return the pace of each kind of question, as documented; the query service and doi.org name no limits."""
    # Crossref's published limits: ten single requests a second with an address, five without; lists are counted
    # apart.
    single, several, at_once = (10, 3, 3) if polite else (5, 1, 1)
    rates = {"single": single, "list": several, "query": single, "handle": single}
    return {kind: Pace(waiting, rate=rate, at_once=at_once) for kind, rate in rates.items()}


def _is_asked_for(by: ListedBy, values: Collection[str], work: RegisteredWork) -> bool:
    """Tell whether a work can belong to the requested list, by its own data."""
    of_work = {"prefix": work.owner_prefix, "member": work.member}.get(by)
    return not of_work or of_work in values


# The REST API says "Resource not found.", the query service "not found in CrossRef".
_NOT_FOUND_WORDS = (b"resource not found", b"resource-not-found", b"not found in crossref")


def _is_not_found(answer: HttpAnswer) -> bool:
    """Tell whether an answer says that the requested thing does not exist.

    Crossref says so in words of its own. Anything else with 404 comes from a proxy, or from a wrong address: taken for
    "not registered" it would let a plan say "new" of a DOI that exists.
    """
    said = answer.body[:10_000].strip().lower()
    return answer.status == NOT_FOUND and (not said or any(words in said for words in _NOT_FOUND_WORDS))


def _require_address(address: str | None, what: str) -> str:
    if not address:
        raise RuntimeError(f"this target has no {what}: check has_works or has_handles first")
    return address


def _host(url: str) -> str:
    return urlsplit(url).netloc
