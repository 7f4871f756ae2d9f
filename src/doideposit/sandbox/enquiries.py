"""The enquiry desk: the REST API, the resolver and the query service, over what the archive may show by now."""

from collections.abc import Callable

from doideposit.sandbox import lookups, pages
from doideposit.sandbox.entries import Registration
from doideposit.sandbox.exchange import Reply, Request
from doideposit.sandbox.faults import Door
from doideposit.sandbox.processing import OUR_MEMBER
from doideposit.sandbox.queue import Queue
from doideposit.sandbox.xml_answers import UNKNOWN_LOGIN, inverse_relations, unixref_reply, unixsd_reply

__all__ = ["Enquiries"]

# Seconds, as in the documentation of the REST API.
CURSOR_LIFE = 300
_FILTERS = frozenset({"doi", "prefix", "member", "type", "issn", "updates", "from-deposit-date", "from-index-date"})


class Enquiries:
    """Answer who asks afterwards, over one `Queue`."""

    def __init__(self, queue: Queue) -> None:
        self._clock = queue.clock
        self._archive = queue.archive
        self._accounts = queue.accounts
        self._faults = queue.faults

    def query(self, request: Request) -> Reply:
        """Answer ``/search/doi``, ``/servlet/query`` and ``/openurl`` with ``unixsd`` or ``unixref``."""
        garbage = self._faults.take("query_garbage", Door.QUERY)
        if garbage:
            return _garbage(garbage.value or "")
        words, _, password = (request.query.get("pid") or request.query.get("usr", "")).partition(":")
        # An e-mail address alone is enough for the query service; only roles need a password.
        if "@" not in words and self._accounts.log_in(words, password) is None:
            return Reply(401, UNKNOWN_LOGIN, "text/plain;charset=UTF-8")
        doi = (request.query.get("doi") or request.query.get("id", "")).removeprefix("doi:")
        return self._xml(doi, request.query.get("format", "unixsd"))

    def _xml(self, doi: str, form: str) -> Reply:
        now = self._clock()
        with self._archive.snapshot():
            asked = self._archive.current(doi)
            # An alias is answered with the record of the DOI that it stands for.
            of = asked.alias_of if asked and asked.alias_of else doi
            shown = [one for one in self._archive.history(of) if one.query <= now]
            if form == "unixref":
                return unixref_reply(doi, shown)
            others = [one for one in self._archive.mentioning(of) if one.record and one.query <= now]
            return unixsd_reply(doi, shown, inverse_relations(of, others))

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
        return lookups.work_reply(self._shown(doi, "rest"), request.query)

    def works(self, request: Request) -> Reply:
        """Answer ``/works?filter=doi:A,doi:B``."""
        filters = [part.partition(":") for part in request.query.get("filter", "").split(",")]
        unknown = next((name for name, _, _ in filters if name and name not in _FILTERS), None)
        if unknown:
            words = f"Filter {unknown} specified but there is no such filter"
            return lookups.bad_request("filter-not-available", unknown, words, request.query)
        dois = [doi for name, _, doi in filters if name == "doi"]
        return lookups.works_reply([self._shown(doi, "rest") for doi in dois], request.query)

    def prefix(self, request: Request) -> Reply:
        """Answer ``/prefixes/{prefix}``, and the works whose owner's prefix it is."""
        prefix, listed, _ = request.path.removeprefix("/prefixes/").partition("/works")
        if listed:
            return self._list(request, lambda one: one.owner == prefix)
        with self._archive.snapshot():
            known = prefix in self._accounts.prefixes | self._archive.prefixes()
            member = self._archive.member_of(prefix) or (OUR_MEMBER if known else None)
        return lookups.prefix_reply(prefix, member, request.query)

    def member(self, request: Request) -> Reply:
        """Answer ``/members/{id}``, and its works over all of its prefixes."""
        member, listed, _ = request.path.removeprefix("/members/").partition("/works")
        if listed:
            return self._list(request, lambda one: one.member == member)
        with self._archive.snapshot():
            owned = {one.owner for one in self._archive.registrations() if one.member == member}
        own = self._accounts.prefixes if member == OUR_MEMBER else frozenset()
        return lookups.member_reply(member, sorted(owned | own), request.query)

    def _list(self, request: Request, belongs: Callable[[Registration], bool]) -> Reply:
        """Return one page; a cursor that nobody used for five minutes is dead (REST API documentation)."""
        query, now = request.query, self._clock()
        cursor = query.get("cursor", "*")
        # The cursor carries its own place and age, so that nothing about it is stored.
        start, _, issued = cursor.partition("-") if cursor != "*" else ("0", "", f"{now.timestamp():.0f}")
        if not (start.isdecimal() and issued.isdecimal()) or now.timestamp() - int(issued) > CURSOR_LIFE:
            return lookups.bad_request("cursor-not-valid", cursor, "Cursor string is not valid", query)
        with self._archive.snapshot():
            every = [one for one in self._archive.registrations() if belongs(one)]
        works = [shown for one in every if (shown := self._shown(one.doi, "rest"))]
        # The REST API gives 20 works unless told, and 1,000 at most.
        rows = min(int(query.get("rows", "20")), 1000)
        page = works[int(start) : int(start) + rows]
        return lookups.works_reply(page, query, f"{int(start) + len(page)}-{now.timestamp():.0f}")

    def agency(self, request: Request) -> Reply:
        """Answer ``/ra/{doi}`` of the resolver: which agency a DOI is from."""
        doi = request.path.removeprefix("/ra/")
        return lookups.agency_of_reply(doi, known=bool(self._shown(doi, "handle")))

    def handle(self, request: Request) -> Reply:
        """Answer ``/api/handles/{doi}``."""
        doi = request.path.removeprefix("/api/handles/")
        return lookups.handle_reply(doi, self._shown(doi, "handle"), request.query)


def _garbage(kind: str) -> Reply:
    """Give an answer to an XML query that is none, or that says the service cannot answer now."""
    if kind == "login":
        return Reply(200, UNKNOWN_LOGIN + b"\n", "text/plain;charset=UTF-8")
    if kind == "busy":
        query = '<query status="system-too-busy"/>'
        body = f'<crossref_result version="3.0"><query_result><body>{query}</body></query_result></crossref_result>'
        return Reply(200, body.encode(), "application/xml;charset=UTF-8")
    if kind == "other_doi":
        return unixsd_reply("10.5555/somebody-else", [])
    return pages.garbage(kind)
