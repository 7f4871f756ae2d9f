"""The enquiry desk: the REST API, the resolver and the query service, over what the archive may show by now."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal

from doideposit.sandbox import lookups, pages
from doideposit.sandbox.entries import Registration
from doideposit.sandbox.exchange import Reply, Request
from doideposit.sandbox.faults import Door
from doideposit.sandbox.matching import with_matches
from doideposit.sandbox.processing import OUR_MEMBER
from doideposit.sandbox.queue import Queue
from doideposit.sandbox.xml_answers import UNKNOWN_LOGIN, inverse_relations, unixref_reply, unixsd_reply

__all__ = ["AnswerRules", "Enquiries"]

# Seconds, as in the documentation of the REST API.
CURSOR_LIFE = 300
OK = 200
# The most rows that Crossref's REST API gives at once.
MOST_ROWS = 1_000
# Below this a search does not name a work.
LEAST_SCORE = 30
# The filters there are; the REST API calls the owner's prefix the prefix of a work.
_FILTERS: Final[Mapping[str, Callable[[Registration, set[str]], bool]]] = {
    "doi": lambda one, wanted: one.doi.lower() in wanted,
    "prefix": lambda one, wanted: one.owner in wanted,
    "member": lambda one, wanted: one.member in wanted,
    "type": lambda one, wanted: one.record_type in wanted,
    # An ISSN is written with and without its hyphen.
    "issn": lambda one, wanted: any(
        re.search(rf">{issn[:4]}-?{issn[-4:]}<", one.record, re.IGNORECASE) for issn in wanted
    ),
    "updates": lambda one, wanted: any(f">{doi}</update>" in one.record.lower() for doi in wanted),
    "from-deposit-date": lambda one, wanted: f"{one.applied:%Y-%m-%d}" >= min(wanted),
    "from-index-date": lambda one, wanted: f"{one.rest:%Y-%m-%d}" >= min(wanted),
}


@dataclass(frozen=True, slots=True)
class AnswerRules:
    """Say how Crossref answers where its documentation is silent, or its systems differ.

    `address` is the parameter in which the query service takes an e-mail address. `names_limits` says whether answers
    name the limits in force, `marks` whether they carry an ``ETag``. `schema` is the namespace of records in answers
    of the query service, where old records come in 1.0. `updated_by` says where a notice shows: on what it updates and
    in the list of notices, in that list alone, or nowhere.
    """

    address: Literal["either", "pid", "usr"] = "either"
    names_limits: bool = True
    marks: bool = False
    schema: Literal["1.1", "1.0"] = "1.1"
    updated_by: Literal["work", "list", "nowhere"] = "work"


class Enquiries:
    """Answer who asks afterwards, over one `Queue`."""

    def __init__(self, queue: Queue, rules: AnswerRules) -> None:
        self._rules = rules
        self._matching = queue.delays.matching
        self._clock = queue.clock
        self._archive = queue.archive
        self._accounts = queue.accounts
        self._faults = queue.faults
        self._granted: set[str] = set()

    def public(self, answer: Callable[[Request], Reply]) -> Callable[[Request], Reply]:
        """Return an answer of the REST API as the rules have it: with or without limits and a mark."""

        def ruled(request: Request) -> Reply:
            reply = answer(request)
            named = [(name, text) for name, text in reply.headers if self._rules.names_limits or "limit" not in name]
            if not self._rules.marks or reply.status != OK:
                return replace(reply, headers=tuple(named))
            # An ETag only has to differ when the body does.
            mark = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"'
            headers = (*named, ("ETag", mark))
            if request.known == mark:
                # Without a body: the client has it already (RFC 9110, section 15.4.5).
                return Reply(304, b"", reply.content_type, headers)
            return replace(reply, headers=headers)

        return ruled

    def query(self, request: Request) -> Reply:
        """Answer ``/search/doi``, ``/servlet/query`` and ``/openurl`` with ``unixsd`` or ``unixref``."""
        garbage = self._faults.take("query_garbage", Door.QUERY)
        if garbage:
            return _garbage(garbage.value or "")
        keys = ("pid", "usr") if self._rules.address == "either" else (self._rules.address,)
        words, _, password = next((request.query[key] for key in keys if key in request.query), "").partition(":")
        # An e-mail address alone is enough for the query service; only roles need a password.
        if "@" not in words and self._accounts.log_in(words, password) is None:
            return Reply(401, UNKNOWN_LOGIN, "text/plain;charset=UTF-8")
        doi = (request.query.get("doi") or request.query.get("id", "")).removeprefix("doi:")
        return self._xml(doi, request.query.get("format", "unixsd"))

    def _xml(self, doi: str, form: str) -> Reply:
        reply = self._record(doi, form)
        return replace(reply, body=reply.body.replace(b"/xschema/1.1", f"/xschema/{self._rules.schema}".encode()))

    def _record(self, doi: str, form: str) -> Reply:
        now = self._clock()
        with self._archive.snapshot():
            asked = self._archive.current(doi)
            # An alias is answered with the record of the DOI that it stands for.
            of = asked.alias_of if asked and asked.alias_of else doi
            shown = self._matched([one for one in self._archive.history(of) if one.query <= now])
            if form == "unixref":
                return unixref_reply(doi, shown)
            others = [one for one in self._archive.mentioning(of) if one.record and one.query <= now]
            return unixsd_reply(doi, shown, inverse_relations(of, others))

    def _matched(self, shown: list[Registration]) -> list[Registration]:
        """Return versions with the references of the last one matched, where it is long enough registered."""
        after = self._matching
        last = shown[-1] if shown else None
        if after is None or last is None or self._clock() < last.applied + timedelta(seconds=after):
            return shown
        return [*shown[:-1], replace(last, record=with_matches(last.record, last.doi, self._archive.titles_in))]

    def resolved_references(self, request: Request) -> Reply:
        """Answer ``/getResolvedRefs``: references without a DOI that match a registered work by now."""
        fields = {**request.query, **request.read().fields}
        login = self._accounts.log_in(fields.get("usr", ""), fields.get("pwd", ""))
        if login is None:
            return pages.unauthorized()
        doi = fields.get("doi", "")
        with self._archive.snapshot():
            current = self._archive.current(doi)
            words = [line.partition("\t")[::2] for line in (current.reference_words if current else "").splitlines()]
            matches = {key: match for key, text in words if (match := self._archive.titles_in(text))}
        if current and not login.may_add(current.prefix):
            return pages.unauthorized()
        return lookups.matched_references(doi, current, matches)

    def _shown(self, doi: str, lag: str) -> list[Registration]:
        """Return the versions of a DOI that the outside world sees by now."""
        now = self._clock()
        with self._archive.snapshot():
            return [one for one in self._archive.history(doi) if (one.rest if lag == "rest" else one.handle) <= now]

    def work(self, request: Request) -> Reply:
        """Answer ``/works/{doi}``, its ``/agency``, and its XML below ``/transform``."""
        doi = request.path.removeprefix("/works/")
        doi, transform, media_type = doi.partition("/transform/")
        if transform:
            shown = bool(self._shown(doi, "rest"))
            form = "unixref" if "unixref" in media_type else "unixsd"
            return self._xml(doi, form) if shown else lookups.work_reply([], request.query)
        if doi.endswith("/agency"):
            return lookups.agency_reply(self._shown(doi.removesuffix("/agency"), "rest"), request.query)
        if "select" in request.query or "filter" in request.query:
            words = "This route does not support select or filter"
            return lookups.bad_request("parameter-not-allowed", "select", words, request.query)
        versions = self._shown(doi, "rest")
        with self._archive.snapshot():
            matched = self._matched(versions)
        return lookups.work_reply(matched, request.query, self._notices(doi))

    def _notices(self, doi: str) -> list[Registration]:
        """Return the works that say of themselves that they update a DOI, as far as the REST API shows them."""
        if self._rules.updated_by != "work":
            return []
        now = self._clock()
        with self._archive.snapshot():
            return [one for one in self._archive.mentioning(doi) if one.rest <= now]

    def works(self, request: Request) -> Reply:
        """Answer ``/works?filter=doi:A,doi:B``: the same filter twice means either, two filters mean both."""
        filters: dict[str, set[str]] = {}
        for part in request.query.get("filter", "").split(","):
            name, _, value = part.partition(":")
            if name and name not in _FILTERS:
                words = f"Filter {name} specified but there is no such filter"
                return lookups.bad_request("filter-not-available", name, words, request.query)
            if name:
                filters.setdefault(name, set()).add(value.lower())
        if self._rules.updated_by == "nowhere":
            filters = {name: {"none"} if name == "updates" else wanted for name, wanted in filters.items()}
        if "query.bibliographic" in request.query:
            return self._searched(request)
        return self._list(request, lambda one: all(_FILTERS[name](one, filters[name]) for name in filters))

    def _searched(self, request: Request) -> Reply:
        """Answer ``/works?query.bibliographic=…``: works that share most of the words of their titles with it."""
        rows = request.query.get("rows", "20")
        words = _words_of(request.query["query.bibliographic"])
        scored = [(_score_of(shown[-1], words), shown) for shown in self._every_shown(lambda _one: True)]
        found = sorted((one for one in scored if one[0] > LEAST_SCORE), key=lambda one: -one[0])
        # Twenty rows are Crossref's default.
        page = found[: int(rows) if rows.isdecimal() else 20]
        scores = {shown[-1].doi.lower(): score for score, shown in page}
        works = [shown for _, shown in page]
        return lookups.works_reply(works, request.query, total=len(found), rows=len(page), cursor=None, scores=scores)

    def prefix(self, request: Request) -> Reply:
        """Answer ``/prefixes/{prefix}``, and the works whose owner's prefix it is."""
        prefix, listed, _ = request.path.removeprefix("/prefixes/").partition("/works")
        if listed:
            return self._list(request, lambda one: one.owner == prefix)
        with self._archive.snapshot():
            known = self._accounts.has_any_prefix or prefix in self._accounts.prefixes | self._archive.prefixes()
        if known and self._accounts.has_any_prefix:
            # Whoever holds every prefix has the one that was asked about.
            self._granted.add(prefix)
        with self._archive.snapshot():
            member = self._archive.member_of(prefix) or (OUR_MEMBER if known else None)
        return lookups.prefix_reply(prefix, member, request.query)

    def member(self, request: Request) -> Reply:
        """Answer ``/members/{id}``, and its works over all of its prefixes."""
        member, listed, _ = request.path.removeprefix("/members/").partition("/works")
        if listed:
            return self._list(request, lambda one: one.member == member)
        with self._archive.snapshot():
            owned = {one.owner for one in self._archive.registrations() if one.member == member}
        own = self._accounts.prefixes | self._granted if member == OUR_MEMBER else frozenset()
        return lookups.member_reply(member, sorted(owned | own), request.query)

    def _list(self, request: Request, belongs: Callable[[Registration], bool]) -> Reply:
        """Return one page; a cursor that nobody used for five minutes is dead (REST API documentation)."""
        query, now = request.query, self._clock()
        cursor = query.get("cursor", "*")
        # The cursor carries its own place and age, so that nothing about it is stored.
        start, _, issued = cursor.partition("-") if cursor != "*" else ("0", "", f"{now.timestamp():.0f}")
        if not (start.isdecimal() and issued.isdecimal()) or now.timestamp() - int(issued) > CURSOR_LIFE:
            return lookups.bad_request("cursor-not-valid", cursor, "Cursor string is not valid", query)
        rows = query.get("rows", "20")
        # The REST API gives 20 works unless told, and 1,000 at most.
        if not rows.isdecimal() or int(rows) > MOST_ROWS:
            words = f"Integer specified as {rows} but must be a positive integer less than or equal to {MOST_ROWS}."
            return lookups.bad_request("integer-not-valid", rows, words, query)
        works = self._every_shown(belongs)
        page = works[int(start) : int(start) + int(rows)]
        following = f"{int(start) + len(page)}-{now.timestamp():.0f}" if "cursor" in query else None
        return lookups.works_reply(page, query, total=len(works), rows=int(rows), cursor=following)

    def _every_shown(self, belongs: Callable[[Registration], bool]) -> list[list[Registration]]:
        """Return the versions that the REST API shows by now, of each DOI that belongs to the list."""
        now, found = self._clock(), dict[str, list[Registration]]()
        with self._archive.snapshot():
            for one in self._archive.versions():
                if one.rest <= now:
                    found.setdefault(one.doi.casefold(), []).append(one)
        return [shown for shown in found.values() if belongs(shown[-1])]

    def agency(self, request: Request) -> Reply:
        """Answer ``/ra/{doi},{doi}`` of the resolver: which agency each DOI is from."""
        dois = request.path.removeprefix("/ra/").split(",")
        shown = {doi: self._shown(doi, "handle") for doi in dois}
        return lookups.agencies_reply({doi: found[-1].agency if found else "" for doi, found in shown.items()})

    def resolve(self, request: Request) -> Reply:
        """Answer ``/{doi}`` of the resolver: where it leads."""
        return lookups.resolver_reply(self._shown(request.path.removeprefix("/"), "handle"))

    def handle(self, request: Request) -> Reply:
        """Answer ``/api/handles/{doi}``."""
        doi = request.path.removeprefix("/api/handles/")
        return lookups.handle_reply(doi, self._shown(doi, "handle"), request.query)


def _words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _score_of(work: Registration, words: set[str]) -> float:
    """Return how well a work answers to these words; the scale is nobody's promise, at Crossref as here."""
    title = _words_of(work.title)
    share = len(title & words) / len(title) if title else 0.0
    # Crossref's scores are numbers around a hundred that mean nothing by themselves.
    return round(80 * share + (10 if work.year in words else 0), 2)


def _garbage(kind: str) -> Reply:
    """Give an answer to an XML query that is none, or that says the service cannot answer now."""
    if kind == "login":
        # The query service says so with status 200.
        return Reply(200, UNKNOWN_LOGIN + b"\n", "text/plain;charset=UTF-8")
    if kind == "busy":
        query = '<query status="system-too-busy"/>'
        body = f'<crossref_result version="3.0"><query_result><body>{query}</body></query_result></crossref_result>'
        return Reply(200, body.encode(), "application/xml;charset=UTF-8")
    if kind == "other_doi":
        return unixsd_reply("10.5555/somebody-else", [])
    return pages.garbage(kind)
