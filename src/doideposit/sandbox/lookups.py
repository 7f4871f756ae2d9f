"""What the outside world can ask afterwards: the REST API, the resolver.

Each answers from what it may show at a given moment, which lags behind the registration.
"""

from collections.abc import Mapping, Sequence
from json import dumps, loads

from doideposit.sandbox.entries import Registration
from doideposit.sandbox.exchange import Reply
from doideposit.sandbox.works import Json, updates_json, work_json

__all__ = [
    "agencies_reply",
    "agency_reply",
    "bad_request",
    "handle_reply",
    "matched_references",
    "member_reply",
    "prefix_reply",
    "resolver_reply",
    "work_reply",
    "works_reply",
]

# Numbers of members have five digits at most so far.
MEMBERS = {"99999": "Sandbox member"}


def work_reply(shown: Sequence[Registration], query: Mapping[str, str], notices: Sequence[Registration] = ()) -> Reply:
    """Answer ``/works/{doi}``: `shown` holds the versions that the REST API shows by now, oldest first.

    `notices` are the works that say that they update this one.
    """
    if not shown:
        return _missing(query)
    own = shown[-1].doi.lower()
    updates = [one for notice in notices for one in updates_json(notice, own)]
    return _message("work", work_json(shown) | ({"updated-by": updates} if updates else {}), query, "single")


def works_reply(
    works: Sequence[Sequence[Registration]],
    query: Mapping[str, str],
    *,
    total: int,
    rows: int,
    cursor: str | None,
    scores: Mapping[str, float] | None = None,
) -> Reply:
    """Answer ``/works``, ``/prefixes/{prefix}/works`` and ``/members/{id}/works``: one page, in no promised order.

    `scores` are those of a search, by the DOI in small letters.
    """
    items = [work_json(shown) for shown in works]
    for item in items if scores else ():
        item["score"] = (scores or {}).get(str(item["DOI"]))
    wanted = [name for name in query.get("select", "").split(",") if name]
    picked = [{name: item[name] for name in wanted if name in item} if wanted else item for item in items]
    message: Json = {"total-results": total, "items-per-page": rows, "items": picked, "facets": {}}
    return _message("work-list", message | ({"next-cursor": cursor} if cursor else {}), query, "array")


def bad_request(kind: str, value: str, words: str, query: Mapping[str, str]) -> Reply:
    """Refuse a parameter, as the REST API does."""
    message = [{"type": kind, "value": value, "message": words}]
    body: Json = {"status": "failed", "message-type": "validation-failure", "message": message}
    return _json(400, body, _limits(query, "array"))


def agency_reply(shown: Sequence[Registration], query: Mapping[str, str]) -> Reply:
    """Answer ``/works/{doi}/agency``."""
    if not shown:
        return _missing(query)
    message: Json = {"DOI": shown[-1].doi.lower(), "agency": {"id": "crossref", "label": "Crossref"}}
    return _message("work-agency", message, query, "single")


def prefix_reply(prefix: str, member: str | None, query: Mapping[str, str]) -> Reply:
    """Answer ``/prefixes/{prefix}``; `member` is None for a prefix that nobody owns."""
    message: Json = {
        "member": f"https://id.crossref.org/member/{member}",
        "name": MEMBERS.get(member or "", "Another member"),
        "prefix": f"https://id.crossref.org/prefix/{prefix}",
    }
    return _message("prefix", message, query, "single") if member else _missing(query)


def member_reply(member: str, prefixes: Sequence[str], query: Mapping[str, str]) -> Reply:
    """Answer ``/members/{id}``."""
    name = MEMBERS.get(member, "Another member")
    message: Json = {"id": int(member) if member.isdecimal() else 0, "primary-name": name, "prefixes": list(prefixes)}
    return _message("member", message, query, "single") if prefixes else _missing(query)


def agencies_reply(known: Mapping[str, str]) -> Reply:
    """Answer ``doi.org/ra/{doi},{doi}``: status 200 in every case; `known` has the agency of each, empty for none."""
    no = {"status": "DOI does not exist"}
    return _json(200, [{"DOI": doi, **({"RA": agency} if agency else no)} for doi, agency in known.items()])


def resolver_reply(shown: Sequence[Registration]) -> Reply:
    """Answer ``doi.org/{doi}`` itself: a redirect to the landing page, or 404."""
    if not shown:
        return Reply(404, b"<html><body>DOI Not Found</body></html>")
    # The resolver answers 302, so that the address stays the publisher's to change.
    return Reply(302, b"", headers=(("Location", shown[-1].url),))


def handle_reply(doi: str, shown: Sequence[Registration], query: Mapping[str, str]) -> Reply:
    """Answer ``/api/handles/{doi}``: response code 1 with its values, or 100 when the handle does not exist."""
    if not shown:
        # Code 100 of the handle proxy: no such handle.
        return _json(404, {"responseCode": 100, "handle": doi})
    last = shown[-1]
    stamp = last.applied.strftime("%Y-%m-%dT%H:%M:%SZ")
    values = [
        # A day is what the handle system keeps a value for.
        {"index": 1, "type": "URL", "data": {"format": "string", "value": last.url}, "ttl": 86400, "timestamp": stamp},
        {
            # Crossref keeps the timestamp of the deposit under this index of the handle.
            "index": 700050, "type": "700050", "data": {"format": "string", "value": str(last.timestamp)}, "ttl": 86400,
            "timestamp": stamp,
        },
    ]  # fmt: skip
    wanted = query.get("type")
    picked = [value for value in values if wanted in {None, value["type"]}]
    # Code 200 of the handle proxy: the handle exists, without values of the type that was asked for.
    return _json(200, {"responseCode": 1 if picked else 200, "handle": doi, "values": picked})


def matched_references(doi: str, current: Registration | None, matches: Mapping[str, Registration]) -> Reply:
    """Answer ``/getResolvedRefs``: references matched since; those deposited with a DOI are left out."""
    found = [{"key": key, "doi": work.doi, "type": work.record_type} for key, work in matches.items()]
    return _json(200, {"doi": current.doi if current else doi, "matched-references": found})


def _message(kind: str, message: Json, query: Mapping[str, str], shape: str) -> Reply:
    body: Json = {"status": "ok", "message-type": kind, "message-version": "1.0.0", "message": message}
    return _json(200, body, _limits(query, shape))


def _missing(query: Mapping[str, str]) -> Reply:
    # This one answer of the REST API is plain text, not JSON.
    return Reply(404, b"Resource not found.", "text/plain;charset=utf-8", _limits(query, "single"))


def _limits(query: Mapping[str, str], shape: str) -> tuple[tuple[str, str], ...]:
    """Return the limits in force since December 2025: 5 and 1 a second for the public, 10 and 3 for the polite."""
    polite = "mailto" in query
    # The limits that Crossref publishes: with an address first ten and three, without five and one.
    limit = {("single", False): 5, ("array", False): 1, ("single", True): 10, ("array", True): 3}[shape, polite]
    return (
        ("x-rate-limit-limit", str(limit)),
        ("x-rate-limit-interval", "1s"),
        ("x-concurrency-limit", "3" if polite else "1"),
        ("x-api-pool", f"{'polite' if polite else 'public'}-{shape}"),
    )


def _json(status: int, body: object, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    return Reply(status, dumps(body, ensure_ascii=False).encode(), "application/json;charset=utf-8", headers)


def read_json(raw: bytes) -> Json:
    """Return the JSON object in a body; an empty one when there is none."""
    try:
        found = loads(raw or b"{}")
    # The REST API takes an empty body for an empty question.
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
