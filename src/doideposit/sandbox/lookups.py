"""What the outside world can ask afterwards: the REST API, the resolver, the XML query service.

Each answers from what it may show at a given moment, which lags behind the registration.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from json import dumps, loads
from urllib.parse import quote
from xml.sax.saxutils import escape

from doideposit.sandbox.entries import Registration
from doideposit.sandbox.exchange import Reply

__all__ = [
    "agency_reply",
    "handle_reply",
    "matched_references",
    "prefix_reply",
    "query_reply",
    "work_reply",
    "works_reply",
]

Json = dict[str, object]


def work_reply(shown: Sequence[Registration], query: Mapping[str, str]) -> Reply:
    """``/works/{doi}``: `shown` holds the versions that the REST API shows by now, oldest first."""
    return _message("work", _work(shown), query, "single") if shown else _missing(query)


def works_reply(works: Sequence[Sequence[Registration]], query: Mapping[str, str]) -> Reply:
    """``/works?filter=doi:…``: a list, in no promised order."""
    items = [_work(shown) for shown in works if shown]
    wanted = [name for name in query.get("select", "").split(",") if name]
    picked = [{name: item[name] for name in wanted if name in item} if wanted else item for item in items]
    message: Json = {"total-results": len(items), "items-per-page": 20, "items": picked, "facets": {}}
    return _message("work-list", message, query, "array")


def agency_reply(shown: Sequence[Registration], query: Mapping[str, str]) -> Reply:
    """``/works/{doi}/agency``."""
    if not shown:
        return _missing(query)
    message: Json = {"DOI": shown[-1].doi.lower(), "agency": {"id": "crossref", "label": "Crossref"}}
    return _message("work-agency", message, query, "single")


def prefix_reply(prefix: str, query: Mapping[str, str], *, known: bool) -> Reply:
    """``/prefixes/{prefix}``."""
    message: Json = {
        "member": "https://id.crossref.org/member/99999",
        "name": "Sandbox member",
        "prefix": f"https://id.crossref.org/prefix/{prefix}",
    }
    return _message("prefix", message, query, "single") if known else _missing(query)


def handle_reply(doi: str, shown: Sequence[Registration], query: Mapping[str, str]) -> Reply:
    """``/api/handles/{doi}``: response code 1 with its values, or 100 when the handle does not exist."""
    if not shown:
        return _json(404, {"responseCode": 100, "handle": doi})
    last = shown[-1]
    stamp = last.applied.strftime("%Y-%m-%dT%H:%M:%SZ")
    values = [
        {"index": 1, "type": "URL", "data": {"format": "string", "value": last.url}, "ttl": 86400, "timestamp": stamp},
        {
            "index": 700050, "type": "700050", "data": {"format": "string", "value": str(last.timestamp)}, "ttl": 86400,
            "timestamp": stamp,
        },
    ]  # fmt: skip
    wanted = query.get("type")
    picked = [value for value in values if wanted in {None, value["type"]}]
    return _json(200, {"responseCode": 1 if picked else 200, "handle": doi, "values": picked})


def query_reply(doi: str, versions: Sequence[Registration], title_id: str = "") -> Reply:
    """The XML query service in the format ``unixsd``, with the deposit timestamp and little else."""
    body = _resolved(versions, title_id) if versions else f'<query status="unresolved"><doi>{escape(doi)}</doi></query>'
    page = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<crossref_result xmlns="http://www.crossref.org/qrschema/3.0" version="3.0">\n<query_result>\n'
        "<head><doi_batch_id>none</doi_batch_id></head>\n"
        f"<body>\n{body}\n</body>\n</query_result>\n</crossref_result>\n"
    )
    return Reply(200, page.encode(), "application/vnd.crossref.unixsd+xml;charset=UTF-8")


def matched_references(doi: str, current: Registration | None, matches: Mapping[str, Registration]) -> Reply:
    """``/getResolvedRefs``: references matched since; those deposited with a DOI are left out."""
    found = [{"key": key, "doi": work.doi, "type": work.record_type} for key, work in matches.items()]
    return _json(200, {"doi": current.doi if current else doi, "matched-references": found})


def _resolved(versions: Sequence[Registration], title_id: str) -> str:
    first, last = versions[0], versions[-1]
    items = [
        ("publisher-name", "string", "Sandbox member"), ("prefix-name", "string", "Sandbox member"),
        ("member-id", "number", "99999"), ("citation-id", "number", str(last.submission_id)),
        *([("series-id", "number", title_id)] if title_id else []),
        ("deposit-timestamp", "number", str(last.timestamp)), ("owner-prefix", "string", last.prefix),
        ("last-update", "date", f"{last.applied:%Y-%m-%dT%H:%M:%SZ}"),
        ("created", "date", f"{first.applied:%Y-%m-%dT%H:%M:%SZ}"),
    ]  # fmt: skip
    lines = [f'<crm-item name="{name}" type="{kind}">{escape(text)}</crm-item>' for name, kind, text in items]
    doi = f'<doi type="{last.record_type.replace("-", "_")}">{escape(last.doi)}</doi>'
    return "\n".join(['<query status="resolved">', doi, *lines, "</query>"])


def _work(shown: Sequence[Registration]) -> Json:
    first, last = shown[0], shown[-1]
    references = [line.partition("\t") for line in last.reference_words.splitlines()]
    return {
        "DOI": last.doi.lower(),
        "URL": f"https://doi.org/{quote(last.doi.lower(), safe='/')}",
        "title": [last.title],
        "type": last.record_type,
        "prefix": last.prefix,
        "member": "99999",
        "source": "Crossref",
        "publisher": "Sandbox member",
        "resource": {"primary": {"URL": last.url}},
        "issued": {"date-parts": [[int(last.year)]] if last.year.isdecimal() else [[None]]},
        "created": _date(first.applied),
        "deposited": _date(last.applied),
        "indexed": _date(last.rest),
        "reference": [{"key": key, "unstructured": words} for key, _, words in references],
    }


def _date(moment: datetime) -> Json:
    return {
        "date-parts": [[moment.year, moment.month, moment.day]],
        "date-time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "timestamp": int(moment.timestamp() * 1000),
    }


def _message(kind: str, message: Json, query: Mapping[str, str], shape: str) -> Reply:
    body: Json = {"status": "ok", "message-type": kind, "message-version": "1.0.0", "message": message}
    return _json(200, body, _limits(query, shape))


def _missing(query: Mapping[str, str]) -> Reply:
    return Reply(404, b"Resource not found.", "text/plain;charset=utf-8", _limits(query, "single"))


def _limits(query: Mapping[str, str], shape: str) -> tuple[tuple[str, str], ...]:
    """The limits in force since December 2025: 5 and 1 a second for the public, 10 and 3 for the polite."""
    polite = "mailto" in query
    limit = {("single", False): 5, ("array", False): 1, ("single", True): 10, ("array", True): 3}[shape, polite]
    return (
        ("x-rate-limit-limit", str(limit)),
        ("x-rate-limit-interval", "1s"),
        ("x-concurrency-limit", "3" if polite else "1"),
        ("x-api-pool", f"{'polite' if polite else 'public'}-{shape}"),
    )


def _json(status: int, body: Json, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    return Reply(status, dumps(body, ensure_ascii=False).encode(), "application/json;charset=utf-8", headers)


def read_json(raw: bytes) -> Json:
    """The JSON object in a body; an empty one when there is none."""
    try:
        found = loads(raw or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
