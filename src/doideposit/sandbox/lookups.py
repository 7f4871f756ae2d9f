"""What the outside world can ask afterwards: the REST API, the resolver.

Each answers from what it may show at a given moment, which lags behind the registration.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from lxml import etree

from doideposit.safe_xml import Element, local_name
from doideposit.sandbox.deposits import texts
from doideposit.sandbox.entries import Registration
from doideposit.sandbox.exchange import Reply
from doideposit.sandbox.retention import KeptRecord

__all__ = ["LookupReplies"]

# A registered record as the REST API shows it: JSON, with all that this form loses.

Json = dict[str, object]
# Roles that the REST API shows as lists of their own.
_KEYS: Final = ("author", "editor", "translator", "chair")
# Elements with a date, and the names that the REST API has for them.
_DATES: Final = {"posted_date": "posted", "approval_date": "approved", "acceptance_date": "accepted"}
# `crawler-based` is shown as what it is used for.
_APPLICATIONS: Final = {"text-mining": "text-mining", "crawler-based": "similarity-checking"}


def _work_json(shown: Sequence[Registration]) -> Json:
    """Return a work from the versions of it that are shown by now, oldest first."""
    first, last = shown[0], shown[-1]
    item = KeptRecord(last.record, last.doi).holder() if last.record else None
    year = {"date-parts": [[int(last.year)]] if last.year.isdecimal() else [[None]]}
    return {
        "DOI": last.doi.lower(),
        "URL": f"https://doi.org/{quote(last.doi.lower(), safe='/')}",
        "title": [last.title],
        "type": last.record_type,
        "prefix": last.owner or last.prefix,
        "member": last.member or "99999",
        "source": "Crossref",
        "publisher": "Sandbox member",
        "resource": {"primary": {"URL": last.url}},
        "issued": year,
        "created": _date_json(first.applied),
        "deposited": _date_json(last.applied),
        "indexed": {**_date_json(last.rest), "version": "3.55.0"},
        **({} if item is None else _details_json(item)),
    }


def _updates_json(notice: Registration, updated: str) -> Iterator[Json]:
    """Yield what the work that is updated shows of a notice, in ``updated-by``."""
    root = etree.fromstring(notice.record) if notice.record else None
    for element in () if root is None else root.iter("{*}update"):
        if (element.text or "").strip().lower() == updated:
            kind = element.get("type") or ""
            label = kind.replace("_", " ").capitalize()
            yield {"DOI": notice.doi.lower(), "type": kind, "label": label, "source": "publisher"}


def _date_json(moment: datetime) -> Json:
    """Return a moment in the three forms of the REST API."""
    return {
        "date-parts": [[moment.year, moment.month, moment.day]],
        "date-time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        # The REST API gives moments in milliseconds as well.
        "timestamp": int(moment.timestamp() * 1000),
    }


def _details_json(item: Element) -> Json:
    found: Json = {"subtitle": texts(item, "titles/subtitle"), **_people_json(item), **_dates_json(item)}
    around = item.getparent()
    container = texts(item, "series_metadata/titles/title")
    if around is not None:
        container += texts(around, "journal_metadata/full_title")
    issns = [
        issn for element in (item, around) if element is not None for issn in texts(element, "series_metadata/issn")
    ]
    issns += [] if around is None else texts(around, "journal_metadata/issn")
    optional: Json = {
        "container-title": container,
        "ISSN": issns,
        "group-title": next(iter(texts(item, "group_title")), None),
        "abstract": next(_abstract_texts(item), None),
        "license": [{"URL": (element.text or "").strip(), "content-version": element.get("applies_to") or "unspecified"}
                    for element in item.iter("{*}license_ref")],
        "funder": [{"name": _own_text(element)} for element in item.iter("{*}assertion")
                   if element.get("name") == "funder_name"],
        "link": list(_links_json(item)),
        "relation": _relations_json(item),
        "update-to": [
            {"DOI": (element.text or "").strip().lower(), "type": element.get("type"), "source": "publisher"}
            for element in item.iter("{*}update")
        ],
        "institution": [{"name": name} for name in texts(item, "institution/institution_name")],
        "volume": next(iter(_volumes_of(item, around)), None),
        "issue": None if around is None else next(iter(texts(around, "journal_issue/issue")), None),
        "page": "-".join(texts(item, "pages/first_page") + texts(item, "pages/last_page")),
        "reference": [_reference_json(element) for element in item.iterfind("{*}citation_list/{*}citation")],
        "references-count": len(item.findall("{*}citation_list/{*}citation")),
    }  # fmt: skip
    publisher = texts(item, "publisher/publisher_name")
    return {
        **found,
        **{key: value for key, value in optional.items() if value},
        **({"publisher": publisher[0]} if publisher else {}),
    }


def _reference_json(citation: Element) -> Json:
    doi = citation.find("{*}doi")
    by = "publisher" if doi is None else doi.get("provider") or "publisher"
    return {
        "key": citation.get("key") or "",
        "unstructured": " ".join(texts(citation, "unstructured_citation")),
        **({} if doi is None else {"DOI": (doi.text or "").lower(), "doi-asserted-by": by}),
    }


def _volumes_of(item: Element, around: Element | None) -> list[str]:
    found = texts(item, "volume")
    return found + ([] if around is None else texts(around, "journal_issue/journal_volume/volume"))


def _own_text(element: Element) -> str:
    return " ".join((element.text or "").split())


def _people_json(item: Element) -> Json:
    people: dict[str, list[Json]] = {}
    for element in item.iterfind("{*}contributors/{*}*"):
        key = element.get("contributor_role") or "author"
        if key not in _KEYS:
            continue
        names = {
            "given": texts(element, "given_name"),
            "family": texts(element, "surname"),
            "ORCID": texts(element, "ORCID"),
        }
        entry: Json = {name: values[0] for name, values in names.items() if values}
        if local_name(element) == "organization":
            entry = {"name": _own_text(element)}
        affiliations = [{"name": name} for name in texts(element, "affiliations/institution/institution_name")]
        people.setdefault(key, []).append({**entry, "sequence": element.get("sequence"), "affiliation": affiliations})
    return dict(people)


def _dates_json(item: Element) -> Json:
    found: Json = {}
    for element in item:
        name = local_name(element)
        medium = "online" if element.get("media_type") == "online" else "print"
        key = _DATES.get(name) or (f"published-{medium}" if name == "publication_date" else None)
        if key:
            parts = [int(text) for part in ("year", "month", "day") for text in texts(element, part)]
            found[key] = {"date-parts": [parts[:1] if len(parts) > 1 and parts[1] > 12 else parts]}  # noqa: PLR2004
    return found


def _abstract_texts(item: Element) -> Iterator[str]:
    for element in item.iterfind("{*}abstract"):
        inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
        yield re.sub(r' xmlns(:\w+)?="[^"]*"', "", inner)


def _links_json(item: Element) -> Iterator[Json]:
    for collection in item.iterfind("{*}doi_data/{*}collection"):
        application = _APPLICATIONS.get(collection.get("property") or "")
        for page in collection.iterfind("{*}item/{*}resource") if application else ():
            yield {
                "URL": _own_text(page),
                "content-type": page.get("mime_type") or "unspecified",
                "content-version": page.get("content_version") or "vor",
                "intended-application": application,
            }


def _relations_json(item: Element) -> Json:
    found: dict[str, list[Json]] = {}
    for relation in item.iterfind(".//{*}related_item/{*}*"):
        kind = relation.get("relationship-type")
        if kind:
            words = re.sub(r"(?<!^)(?=[A-Z])", "-", kind).lower()
            entry: Json = {
                "id-type": relation.get("identifier-type"),
                "id": _own_text(relation),
                "asserted-by": "subject",
            }
            found.setdefault(words, []).append(entry)
    return dict(found)


# The member that the accounts of the sandbox belong to; every other id is another member.
MEMBERS = {"99999": "Sandbox member"}


@dataclass(frozen=True, slots=True)
class LookupReplies:
    """Answer one request about registered DOIs; `query` holds its parameters."""

    query: Mapping[str, str]

    def work(self, shown: Sequence[Registration], notices: Sequence[Registration] = ()) -> Reply:
        """Answer ``/works/{doi}``: `shown` holds the versions that the REST API shows by now, oldest first.

        `notices` are the works that say that they update this one.
        """
        if not shown:
            return self._missing()
        own = shown[-1].doi.lower()
        updates = [update for notice in notices for update in _updates_json(notice, own)]
        return self._message("work", _work_json(shown) | ({"updated-by": updates} if updates else {}), "single")

    def works(
        self,
        works: Sequence[Sequence[Registration]],
        *,
        total: int,
        rows: int,
        cursor: str | None,
        scores: Mapping[str, float] | None = None,
    ) -> Reply:
        """Answer ``/works``, ``/prefixes/{prefix}/works`` and ``/members/{id}/works``: one page, in no promised order.

        `scores` are those of a search, by the DOI in small letters.
        """
        items = [_work_json(shown) for shown in works]
        for item in items if scores else ():
            item["score"] = (scores or {}).get(str(item["DOI"]))
        wanted = [name for name in self.query.get("select", "").split(",") if name]
        picked = [{name: item[name] for name in wanted if name in item} if wanted else item for item in items]
        message: Json = {"total-results": total, "items-per-page": rows, "items": picked, "facets": {}}
        return self._message("work-list", message | ({"next-cursor": cursor} if cursor else {}), "array")

    def bad_request(self, kind: str, value: str, words: str) -> Reply:
        """Return the answer of the REST API to a wrong parameter."""
        message = [{"type": kind, "value": value, "message": words}]
        body: Json = {"status": "failed", "message-type": "validation-failure", "message": message}
        return Reply.of_json(400, body, self._limit_headers("array"))

    def agency(self, shown: Sequence[Registration]) -> Reply:
        """Answer ``/works/{doi}/agency``."""
        if not shown:
            return self._missing()
        message: Json = {"DOI": shown[-1].doi.lower(), "agency": {"id": "crossref", "label": "Crossref"}}
        return self._message("work-agency", message, "single")

    def prefix(self, prefix: str, member: str | None) -> Reply:
        """Answer ``/prefixes/{prefix}``; `member` is None for an unknown prefix."""
        message: Json = {
            "member": f"https://id.crossref.org/member/{member}",
            "name": MEMBERS.get(member or "", "Another member"),
            "prefix": f"https://id.crossref.org/prefix/{prefix}",
        }
        return self._message("prefix", message, "single") if member else self._missing()

    def member(self, member: str, prefixes: Sequence[str]) -> Reply:
        """Answer ``/members/{id}``."""
        name = MEMBERS.get(member, "Another member")
        message: Json = {
            "id": int(member) if member.isdecimal() else 0,
            "primary-name": name,
            "prefixes": list(prefixes),
        }
        return self._message("member", message, "single") if prefixes else self._missing()

    @staticmethod
    def agencies(known: Mapping[str, str]) -> Reply:
        """Answer ``doi.org/ra/{doi},{doi}``: status 200 in every case.

        `known` has the agency of each, empty for none.
        """
        no = {"status": "DOI does not exist"}
        return Reply.of_json(200, [{"DOI": doi, **({"RA": agency} if agency else no)} for doi, agency in known.items()])

    @staticmethod
    def resolver(shown: Sequence[Registration]) -> Reply:
        """Answer ``doi.org/{doi}`` itself: a redirect to the landing page, or 404."""
        if not shown:
            return Reply(404, b"<html><body>DOI Not Found</body></html>")
        # The resolver answers 302, so that the address stays the publisher's to change.
        return Reply(302, b"", headers=(("Location", shown[-1].url),))

    def handle(self, doi: str, shown: Sequence[Registration]) -> Reply:
        """Answer ``/api/handles/{doi}``: response code 1 with its values, or 100 when the handle does not exist."""
        if not shown:
            # Code 100 of the handle proxy: no such handle.
            return Reply.of_json(404, {"responseCode": 100, "handle": doi})
        last = shown[-1]
        stamp = last.applied.strftime("%Y-%m-%dT%H:%M:%SZ")
        values = [
            # The usual time to live of a handle's value: a day, in seconds.
            {
                "index": 1,
                "type": "URL",
                "data": {"format": "string", "value": last.url},
                "ttl": 86400,
                "timestamp": stamp,
            },
            {
                # Handles of Crossref's DOIs have such a value; its number looks like the timestamp of the deposit.
                "index": 700050,
                "type": "700050",
                "data": {"format": "string", "value": str(last.timestamp)},
                "ttl": 86400,
                "timestamp": stamp,
            },
        ]
        wanted = self.query.get("type")
        picked = [value for value in values if wanted in {None, value["type"]}]
        # Code 200 of the handle proxy: the handle exists, without values of the type that was asked for.
        return Reply.of_json(200, {"responseCode": 1 if picked else 200, "handle": doi, "values": picked})

    @staticmethod
    def matched_references(doi: str, current: Registration | None, matches: Mapping[str, Registration]) -> Reply:
        """Answer ``/getResolvedRefs``: references matched since; those deposited with a DOI are left out."""
        found = [{"key": key, "doi": work.doi, "type": work.record_type} for key, work in matches.items()]
        return Reply.of_json(200, {"doi": current.doi if current else doi, "matched-references": found})

    def _message(self, kind: str, message: Json, shape: str) -> Reply:
        body: Json = {"status": "ok", "message-type": kind, "message-version": "1.0.0", "message": message}
        return Reply.of_json(200, body, self._limit_headers(shape))

    def _missing(self) -> Reply:
        # This one answer of the REST API is plain text, not JSON.
        return Reply(404, b"Resource not found.", "text/plain;charset=utf-8", self._limit_headers("single"))

    def _limit_headers(self, shape: str) -> tuple[tuple[str, str], ...]:
        """Return the limits in force since December 2025: 5 and 1 a second for the public, 10 and 3 for the polite."""
        polite = "mailto" in self.query
        limit = {("single", False): 5, ("array", False): 1, ("single", True): 10, ("array", True): 3}[shape, polite]
        return (
            ("x-rate-limit-limit", str(limit)),
            ("x-rate-limit-interval", "1s"),
            ("x-concurrency-limit", "3" if polite else "1"),
            ("x-api-pool", f"{'polite' if polite else 'public'}-{shape}"),
        )
