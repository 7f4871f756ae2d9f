"""Who has which ORCID iD, and which organisation which ROR id: asked at orcid.org and ror.org when somebody wants it.

What is found is offered and never chosen: names are shared, and a wrong iD gives the work to somebody else. Sources:
the ORCID API 3.0 (expanded-search) and the ROR API 2 (organizations), both open to everybody.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from doideposit.crossref.http import Fetch, NoAnswer
from doideposit.errors import WorldError
from doideposit.records.identifiers import InvalidIdentifier, Orcid, Ror
from doideposit.web.allowance import Allowance

__all__ = ["Candidate", "LookUps"]

# The public API of ORCID, which needs no login for its search.
ORCID: Final = "https://pub.orcid.org/v3.0/expanded-search/"
# The second version of ROR’s API, whose answers name an organisation in several languages.
ROR: Final = "https://api.ror.org/v2/organizations"
# Candidates that are shown.
MOST: Final = 10
# Bytes of an answer: the records of large universities are long.
LIMIT: Final = 2_000_000
# Questions at once, and then one every eight seconds, for both services together: at most 47 in five minutes, since
# ROR may answer callers who gave no name fifty in that time.
BURST: Final = 10
PER_SECOND: Final = 1 / 8
# Answers that are kept, so that a page that is loaded again does not ask again.
REMEMBERED: Final = 200
OK, TOO_MANY = 200, 429


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold somebody, or an organisation, that may be meant: identifier as a link, name, and what tells it apart."""

    link: str
    name: str
    about: str = ""


class LookUps:
    """Ask for candidates; `fetch` makes the requests, `monotonic` counts seconds. Safe from several threads."""

    def __init__(self, fetch: Fetch, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._allowed = Allowance(BURST, PER_SECOND, monotonic)
        self._answers: dict[tuple[str, str], tuple[Candidate, ...]] = {}
        self._lock = threading.Lock()

    def people(self, given: str, family: str) -> tuple[Candidate, ...]:
        """Return people of that name; raises `WorldError` where orcid.org does not say."""
        parts = {"family-name": family, "given-names": given}
        query = " AND ".join(f'{field}:"{_quoted(text)}"' for field, text in parts.items() if text)
        return self._search("orcid.org", ORCID, {"q": query, "rows": str(MOST)}, _read_people)

    def organisations(self, name: str) -> tuple[Candidate, ...]:
        """Return organisations of that name; raises `WorldError` where ror.org does not say."""
        return self._search("ror.org", ROR, {"query": f'"{_quoted(name)}"'}, _read_organisations)

    def _search(
        self, host: str, url: str, params: Mapping[str, str], read: Callable[[Any], Iterator[Candidate]]
    ) -> tuple[Candidate, ...]:
        """Ask a service, or return what it answered before; raise `WorldError` where it gives no answer."""
        key = (url, json.dumps(params))
        with self._lock:
            if key in self._answers:
                return self._answers[key]
        if not self._allowed.take():
            raise WorldError(f"{host} was asked too often in the last minute", hint="wait a minute, then try again")
        try:
            answer = self._fetch(url, params=params, limit=LIMIT)
        except NoAnswer as error:
            hint = "try again when you are online, or type it as the author gave it"
            raise WorldError(f"{host} does not answer: {error.reason}", hint=hint) from None
        if answer.status != OK:
            why = "asks for fewer requests" if answer.status == TOO_MANY else f"answered with {answer.status}"
            raise WorldError(f"{host} {why}", hint="try again in some minutes, or type it as the author gave it")
        found = tuple(read(_json(answer.body)))[:MOST]
        with self._lock:
            while len(self._answers) >= REMEMBERED:
                self._answers.pop(next(iter(self._answers)))
            self._answers[key] = found
        return found


def _quoted(text: str) -> str:
    """Return a text quoted for a Lucene query, with its special characters escaped."""
    return re.sub(r'["\\]+', " ", text)[:200].strip()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _read_people(answer: Any) -> Iterator[Candidate]:
    for hit in _list(answer, "expanded-result"):
        link = _parse_id(Orcid, _text(hit, "orcid-id"))
        if link:
            name = _text(hit, "credit-name") or f"{_text(hit, 'given-names')} {_text(hit, 'family-names')}".strip()
            places = [place for place in _list(hit, "institution-name") if isinstance(place, str)]
            # Up to three institutions tell people of one name apart.
            yield Candidate(link, name or link, "; ".join(places[:3]))


def _read_organisations(answer: Any) -> Iterator[Candidate]:
    for hit in _list(answer, "items"):
        link = _parse_id(Ror, _text(hit, "id"))
        names = _list(hit, "names")
        if link and _text(hit, "status") in {"", "active"}:
            # ROR marks the name that it shows itself; a record without the mark is shown by its first name.
            shown = [name for name in names if "ror_display" in _list(name, "types")] or names
            where = [_member(place, "geonames_details") for place in _list(hit, "locations")]
            about = [f"{_text(place, 'name')}, {_text(place, 'country_name')}".strip(", ") for place in where]
            yield Candidate(link, _text(shown[0], "value") if shown else link, "; ".join(filter(None, about)))


def _parse_id(kind: type[Orcid | Ror], text: str) -> str:
    """Return an id as a link, or an empty text where it is none."""
    try:
        return kind.parse(text).url
    # What a service gives as an id is checked like one that was typed.
    except InvalidIdentifier:
        return ""


def _member(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None


def _text(data: Any, key: str) -> str:
    found = _member(data, key)
    # Three hundred characters hold any name; a longer one is a mistake of the service.
    return " ".join(found.split())[:300] if isinstance(found, str) else ""


def _list(data: Any, key: str) -> list[Any]:
    found = _member(data, key)
    return found if isinstance(found, list) else []
