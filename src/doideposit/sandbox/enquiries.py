"""The enquiry desk: the REST API, the resolver and the query service, over what the archive may show by now."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, Literal
from xml.sax.saxutils import escape

from lxml import etree

from doideposit.safe_xml import Element, local_name
from doideposit.sandbox.entries import Registration
from doideposit.sandbox.exchange import Reply, Request
from doideposit.sandbox.lookups import LookupReplies
from doideposit.sandbox.processing import OUR_MEMBER
from doideposit.sandbox.queue import Queue
from doideposit.sandbox.retention import KeptRecord

__all__ = ["Enquiries"]

# What Crossref's XML query service answers: ``unixsd`` with everything beside the record, ``unixref`` without names.

# The words of the query service, which answers 200 anyway.
UNKNOWN_LOGIN: Final = b"The login you supplied is not recognized"
# The query service answers in another way where the text is not a DOI.
_DOI: Final = re.compile(r"10\.\d{4,9}/\S+")
# crossref_query_output3.0.xsd: doi/@type. What is missing here is the name of the element itself.
_TYPES: Final = {
    "report-paper_series_metadata": "report-paper_series",
    "report-paper_metadata": "report-paper_title",
    "journal_metadata": "journal_title",
    "series_metadata": "report-paper_series",
}


def _is_doi(text: str) -> bool:
    """Tell whether the query service takes this for a DOI."""
    return _DOI.fullmatch(text) is not None


def _unixsd_reply(doi: str, versions: Sequence[Registration], relations: Iterable[tuple[str, str]] = ()) -> Reply:
    """Answer in ``unixsd``: `versions` are those shown by now, `relations` what other records say of this DOI."""
    if not _is_doi(doi):
        body = f'<query status="malformed"><doi>{escape(doi)}</doi><msg>Malformed DOI: {escape(doi)}</msg></query>'
    elif versions:
        body = _resolved_query(doi, versions, relations)
    else:
        body = f'<query status="unresolved"><doi>{escape(doi)}</doi></query>'
    page = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<crossref_result xmlns="http://www.crossref.org/qrschema/3.0" version="3.0">\n<query_result>\n'
        "<head><doi_batch_id>none</doi_batch_id></head>\n"
        f"<body>\n{body}\n</body>\n</query_result>\n</crossref_result>\n"
    )
    return Reply(200, page.encode(), "application/vnd.crossref.unixsd+xml;charset=UTF-8")


def _unixref_reply(doi: str, versions: Sequence[Registration]) -> Reply:
    """Answer in ``unixref``: the record without namespaces, and the date of its last change for a timestamp."""
    if not versions or not versions[-1].record:
        inside, head = f"<error>doi:{escape(doi)}</error>", ""
    else:
        last = versions[-1]
        inside = _without_namespaces(last.record)
        head = f' owner="{last.owner}" timestamp="{last.applied:%Y-%m-%d %H:%M:%S}"'
    page = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<doi_records>\n<doi_record{head}>\n<crossref>{inside}</crossref>\n</doi_record>\n</doi_records>\n"
    )
    return Reply(200, page.encode(), "application/vnd.crossref.unixref+xml;charset=UTF-8")


def _resolved_query(doi: str, versions: Sequence[Registration], relations: Iterable[tuple[str, str]]) -> str:
    first, last = versions[0], versions[-1]
    element = KeptRecord(last.record, last.doi).holder() if last.record else None
    name = "" if element is None else local_name(element)
    title = {"journal_article": "journal-id", "journal_metadata": "journal-id"}.get(name, "book-id")
    items = [
        ("publisher-name", "string", "Sandbox member"), ("prefix-name", "string", "Sandbox member"),
        ("member-id", "number", last.member), ("citation-id", "number", str(first.submission_id)),
        (title, "number", str(first.submission_id % 10_000_000)),
        ("deposit-timestamp", "number", str(last.timestamp)), ("owner-prefix", "string", last.owner),
        ("last-update", "date", f"{last.applied:%Y-%m-%dT%H:%M:%SZ}"),
        ("created", "date", f"{first.applied:%Y-%m-%dT%H:%M:%SZ}"), ("citedby-count", "number", "0"),
    ]  # fmt: skip
    if last.doi.casefold() != doi.casefold():
        items.append(("prime-doi", "doi", last.doi))
    lines = [f'<crm-item name="{key}" type="{kind}">{escape(text)}</crm-item>' for key, kind, text in items]
    lines += [
        f'<crm-item name="relation" type="doi" claim="{claim}">{escape(other)}</crm-item>' for claim, other in relations
    ]
    shown = last.doi if last.doi.casefold() == doi.casefold() else doi
    head = f'<doi type="{_TYPES.get(name, name or "unknown")}">{escape(shown)}</doi>'
    location = 'xmlns="http://www.crossref.org/xschema/1.1"'
    record = f"<doi_record><crossref {location}>{last.record}</crossref></doi_record>" if last.record else ""
    return "\n".join(['<query status="resolved">', head, *lines, record, "</query>"])


def _inverse_relations(doi: str, others: Iterable[Registration]) -> list[tuple[str, str]]:
    """Return the relations of other records to a DOI: type and DOI of each."""
    found: list[tuple[str, str]] = []
    for other in others:
        for element in etree.fromstring(other.record).iter():
            if (element.text or "").strip().casefold() == doi.casefold():
                claim = _claim_of(element)
                found += [(claim, other.doi)] if claim else []
    return found


def _claim_of(element: Element) -> str:
    """Return the type of the relation around a DOI; empty if there is none."""
    parent = element.getparent()
    match local_name(element):
        case "inter_work_relation" | "intra_work_relation":
            return element.get("relationship-type") or ""
        case "update":
            return element.get("type") or ""
        case "doi" if parent is not None and local_name(parent) == "citation":
            return "cites"
    return ""


def _without_namespaces(record: str) -> str:
    root = etree.fromstring(record)
    for element in root.iter():
        element.tag = local_name(element)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")


# Seconds, as in the documentation of the REST API.
CURSOR_LIFE = 300
OK = 200
# The most rows that Crossref's REST API gives at once.
MOST_ROWS = 1_000
# Below this a search does not name a work.
LEAST_SCORE = 30
# The filters there are; the REST API calls the owner's prefix the prefix of a work.
_FILTERS: Final[Mapping[str, Callable[[Registration, set[str]], bool]]] = {
    "doi": lambda registration, wanted: registration.doi.lower() in wanted,
    "prefix": lambda registration, wanted: registration.owner in wanted,
    "member": lambda registration, wanted: registration.member in wanted,
    "type": lambda registration, wanted: registration.record_type in wanted,
    # An ISSN is written with and without its hyphen.
    "issn": lambda registration, wanted: any(
        re.search(rf">{issn[:4]}-?{issn[-4:]}<", registration.record, re.IGNORECASE) for issn in wanted
    ),
    "updates": lambda registration, wanted: any(f">{doi}</update>" in registration.record.lower() for doi in wanted),
    "from-deposit-date": lambda registration, wanted: f"{registration.applied:%Y-%m-%d}" >= min(wanted),
    "from-index-date": lambda registration, wanted: f"{registration.rest:%Y-%m-%d}" >= min(wanted),
}


class Enquiries:
    """Answer who asks afterwards, over one `Queue`."""

    def __init__(self, queue: Queue) -> None:
        self._rules = queue.rules
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
        garbage = self._faults.take("query_garbage", "query")
        if garbage:
            return _garbage_reply(garbage.value or "")
        keys = ("pid", "usr") if self._rules.address == "either" else (self._rules.address,)
        words, _, password = next((request.query[key] for key in keys if key in request.query), "").partition(":")
        # An e-mail address alone is enough for the query service; only roles need a password.
        if "@" not in words and self._accounts.log_in(words, password) is None:
            return Reply(401, UNKNOWN_LOGIN, "text/plain;charset=UTF-8")
        doi = (request.query.get("doi") or request.query.get("id", "")).removeprefix("doi:")
        return self._xml_reply(doi, request.query.get("format", "unixsd"))

    def _xml_reply(self, doi: str, form: str) -> Reply:
        reply = self._record_reply(doi, form)
        return replace(reply, body=reply.body.replace(b"/xschema/1.1", f"/xschema/{self._rules.schema}".encode()))

    def _record_reply(self, doi: str, form: str) -> Reply:
        now = self._clock()
        with self._archive.snapshot():
            asked = self._archive.current(doi)
            # An alias is answered with the record of the DOI that it stands for.
            of = asked.alias_of if asked and asked.alias_of else doi
            shown = self._with_matched_references(
                [version for version in self._archive.history(of) if version.query <= now]
            )
            if form == "unixref":
                return _unixref_reply(doi, shown)
            # Every record is looked through for them, and of a DOI that nobody knows there is nothing to show.
            mentioning = self._archive.mentioning(of) if shown else []
            others = [registration for registration in mentioning if registration.record and registration.query <= now]
            return _unixsd_reply(doi, shown, _inverse_relations(of, others))

    def _with_matched_references(self, shown: list[Registration]) -> list[Registration]:
        """Return versions with the references of the last one matched, where it is long enough registered."""
        after = self._matching
        last = shown[-1] if shown else None
        if after is None or last is None or self._clock() < last.applied + timedelta(seconds=after):
            return shown
        return [
            *shown[:-1],
            replace(last, record=KeptRecord(last.record, last.doi).with_matches(self._archive.titles_in)),
        ]

    def resolved_references(self, request: Request) -> Reply:
        """Answer ``/getResolvedRefs``: references without a DOI that match a registered work by now."""
        fields = {**request.query, **request.read().fields}
        login = self._accounts.log_in(fields.get("usr", ""), fields.get("pwd", ""))
        if login is None:
            return Reply.unauthorized()
        doi = fields.get("doi", "")
        with self._archive.snapshot():
            current = self._archive.current(doi)
            words = [line.partition("\t")[::2] for line in (current.reference_words if current else "").splitlines()]
            matches = {key: match for key, text in words if (match := self._archive.titles_in(text))}
        if current and not login.may_add(current.prefix):
            return Reply.unauthorized()
        return LookupReplies.matched_references(doi, current, matches)

    def _shown_versions(self, doi: str, service: Literal["rest", "handle"]) -> list[Registration]:
        """Return the versions of a DOI that the REST API or the resolver, whose lags differ, shows by now."""
        now = self._clock()
        with self._archive.snapshot():
            history = self._archive.history(doi)
        return [version for version in history if (version.rest if service == "rest" else version.handle) <= now]

    def work(self, request: Request) -> Reply:
        """Answer ``/works/{doi}``, its ``/agency``, and its XML below ``/transform``."""
        doi = request.path.removeprefix("/works/")
        doi, transform, media_type = doi.partition("/transform/")
        if transform:
            shown = bool(self._shown_versions(doi, "rest"))
            form = "unixref" if "unixref" in media_type else "unixsd"
            return self._xml_reply(doi, form) if shown else LookupReplies(request.query).work([])
        if doi.endswith("/agency"):
            return LookupReplies(request.query).agency(self._shown_versions(doi.removesuffix("/agency"), "rest"))
        if "select" in request.query or "filter" in request.query:
            words = "This route does not support select or filter"
            return LookupReplies(request.query).bad_request("parameter-not-allowed", "select", words)
        versions = self._shown_versions(doi, "rest")
        with self._archive.snapshot():
            matched = self._with_matched_references(versions)
        return LookupReplies(request.query).work(matched, self._notices_of(doi) if matched else [])

    def _notices_of(self, doi: str) -> list[Registration]:
        """Return the works that say of themselves that they update a DOI, as far as the REST API shows them."""
        if self._rules.updated_by != "work":
            return []
        now = self._clock()
        with self._archive.snapshot():
            return [registration for registration in self._archive.mentioning(doi) if registration.rest <= now]

    def works(self, request: Request) -> Reply:
        """Answer ``/works?filter=doi:A,doi:B``: the same filter twice means either, two filters mean both."""
        filters: dict[str, set[str]] = {}
        for part in request.query.get("filter", "").split(","):
            name, _, value = part.partition(":")
            if name and name not in _FILTERS:
                words = f"Filter {name} specified but there is no such filter"
                return LookupReplies(request.query).bad_request("filter-not-available", name, words)
            if name:
                filters.setdefault(name, set()).add(value.lower())
        if self._rules.updated_by == "nowhere":
            filters = {name: {"none"} if name == "updates" else wanted for name, wanted in filters.items()}
        if "query.bibliographic" in request.query:
            return self._search(request)
        return self._list_reply(
            request, lambda registration: all(_FILTERS[name](registration, filters[name]) for name in filters)
        )

    def _search(self, request: Request) -> Reply:
        """Answer ``/works?query.bibliographic=…``: works that share most words of their titles with it."""
        rows = request.query.get("rows", "20")
        words = _search_words(request.query["query.bibliographic"])
        scored = [(_score_of(shown[-1], words), shown) for shown in self._every_shown(lambda _registration: True)]
        found = sorted((hit for hit in scored if hit[0] > LEAST_SCORE), key=lambda hit: -hit[0])
        # Twenty rows are Crossref's default.
        page = found[: int(rows) if rows.isdecimal() else 20]
        scores = {shown[-1].doi.lower(): score for score, shown in page}
        works = [shown for _, shown in page]
        return LookupReplies(request.query).works(works, total=len(found), rows=len(page), cursor=None, scores=scores)

    def prefix(self, request: Request) -> Reply:
        """Answer ``/prefixes/{prefix}``, and the works whose owner's prefix it is."""
        prefix, listed, _ = request.path.removeprefix("/prefixes/").partition("/works")
        if listed:
            return self._list_reply(request, lambda registration: registration.owner == prefix)
        with self._archive.snapshot():
            known = self._accounts.has_any_prefix or prefix in self._accounts.prefixes | self._archive.prefixes()
        if known and self._accounts.has_any_prefix:
            # Anyone who holds every prefix has the one that was asked about.
            self._granted.add(prefix)
        with self._archive.snapshot():
            member = self._archive.member_of(prefix) or (OUR_MEMBER if known else None)
        return LookupReplies(request.query).prefix(prefix, member)

    def member(self, request: Request) -> Reply:
        """Answer ``/members/{id}``, and its works over all of its prefixes."""
        member, listed, _ = request.path.removeprefix("/members/").partition("/works")
        if listed:
            return self._list_reply(request, lambda registration: registration.member == member)
        with self._archive.snapshot():
            owned = {
                registration.owner for registration in self._archive.registrations() if registration.member == member
            }
        own = self._accounts.prefixes | self._granted if member == OUR_MEMBER else frozenset()
        return LookupReplies(request.query).member(member, sorted(owned | own))

    def _list_reply(self, request: Request, belongs: Callable[[Registration], bool]) -> Reply:
        """Return one page; a cursor expires when unused for five minutes (REST API documentation)."""
        query, now = request.query, self._clock()
        cursor = query.get("cursor", "*")
        # The cursor carries its own place and age, so that nothing about it is stored.
        start, _, issued = cursor.partition("-") if cursor != "*" else ("0", "", f"{now.timestamp():.0f}")
        if not (start.isdecimal() and issued.isdecimal()) or now.timestamp() - int(issued) > CURSOR_LIFE:
            return LookupReplies(query).bad_request("cursor-not-valid", cursor, "Cursor string is not valid")
        rows = query.get("rows", "20")
        # The REST API gives 20 works unless told, and 1,000 at most.
        if not rows.isdecimal() or int(rows) > MOST_ROWS:
            words = f"Integer specified as {rows} but must be a positive integer less than or equal to {MOST_ROWS}."
            return LookupReplies(query).bad_request("integer-not-valid", rows, words)
        works = self._every_shown(belongs)
        page = works[int(start) : int(start) + int(rows)]
        following = f"{int(start) + len(page)}-{now.timestamp():.0f}" if "cursor" in query else None
        return LookupReplies(query).works(page, total=len(works), rows=int(rows), cursor=following)

    def _every_shown(self, belongs: Callable[[Registration], bool]) -> list[list[Registration]]:
        """Return the versions of each DOI in the list that the REST API shows by now."""
        now, found = self._clock(), dict[str, list[Registration]]()
        with self._archive.snapshot():
            for version in self._archive.versions():
                if version.rest <= now:
                    found.setdefault(version.doi.casefold(), []).append(version)
        return [shown for shown in found.values() if belongs(shown[-1])]

    def agency(self, request: Request) -> Reply:
        """Answer ``/ra/{doi},{doi}`` of the resolver: which agency each DOI is from."""
        dois = request.path.removeprefix("/ra/").split(",")
        shown = {doi: self._shown_versions(doi, "handle") for doi in dois}
        return LookupReplies.agencies({doi: found[-1].agency if found else "" for doi, found in shown.items()})

    def resolve(self, request: Request) -> Reply:
        """Answer ``/{doi}`` of the resolver: where it leads."""
        return LookupReplies.resolver(self._shown_versions(request.path.removeprefix("/"), "handle"))

    def handle(self, request: Request) -> Reply:
        """Answer ``/api/handles/{doi}``."""
        doi = request.path.removeprefix("/api/handles/")
        return LookupReplies(request.query).handle(doi, self._shown_versions(doi, "handle"))


def _search_words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _score_of(work: Registration, words: set[str]) -> float:
    """Return how well a work matches these words; the scale is not documented, at Crossref either."""
    title = _search_words(work.title)
    share = len(title & words) / len(title) if title else 0.0
    return round(80 * share + (10 if work.year in words else 0), 2)


def _garbage_reply(kind: str) -> Reply:
    """Return a malformed answer to an XML query, or one that says the service is unavailable."""
    if kind == "login":
        return Reply(200, UNKNOWN_LOGIN + b"\n", "text/plain;charset=UTF-8")
    if kind == "busy":
        query = '<query status="system-too-busy"/>'
        body = f'<crossref_result version="3.0"><query_result><body>{query}</body></query_result></crossref_result>'
        return Reply(200, body.encode(), "application/xml;charset=UTF-8")
    if kind == "other_doi":
        return _unixsd_reply("10.5555/somebody-else", [])
    return Reply.garbage(kind)
