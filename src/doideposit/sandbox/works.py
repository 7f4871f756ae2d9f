"""A registered record as the REST API shows it: JSON, with all that this form loses.

No number and no language of a report, the first abstract alone, DOIs in lower case, the member's name as the publisher
where the record names none: a client that compares with this finds differences that are none.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote

from lxml import etree

from doideposit.safe_xml import Element
from doideposit.sandbox.deposits import local, texts
from doideposit.sandbox.entries import Registration
from doideposit.sandbox.retention import holder

__all__ = ["Json", "updates_json", "work_json"]

Json = dict[str, object]
# Roles that the REST API shows as lists of their own.
_KEYS: Final = ("author", "editor", "translator", "chair")
# Elements by the names that the REST API has for them.
_DATES: Final = {"posted_date": "posted", "approval_date": "approved", "acceptance_date": "accepted"}
# `crawler-based` is shown as what it is used for.
_APPLICATIONS: Final = {"text-mining": "text-mining", "crawler-based": "similarity-checking"}


def work_json(shown: Sequence[Registration]) -> Json:
    """Return a work from the versions of it that are shown by now, oldest first."""
    first, last = shown[0], shown[-1]
    item = holder(etree.fromstring(last.record), last.doi) if last.record else None
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
        "created": date_json(first.applied),
        "deposited": date_json(last.applied),
        "indexed": {**date_json(last.rest), "version": "3.55.0"},
        **({} if item is None else _details(item)),
    }


def updates_json(notice: Registration, updated: str) -> Iterator[Json]:
    """Yield what the work that is updated shows of a notice, in ``updated-by``."""
    root = etree.fromstring(notice.record) if notice.record else None
    for one in () if root is None else root.iter("{*}update"):
        if (one.text or "").strip().lower() == updated:
            kind = one.get("type") or ""
            label = kind.replace("_", " ").capitalize()
            yield {"DOI": notice.doi.lower(), "type": kind, "label": label, "source": "publisher"}


def date_json(moment: datetime) -> Json:
    """Return a moment in the three forms of the REST API."""
    return {
        "date-parts": [[moment.year, moment.month, moment.day]],
        "date-time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        # The REST API gives moments in milliseconds as well.
        "timestamp": int(moment.timestamp() * 1000),
    }


def _details(item: Element) -> Json:
    found: Json = {"subtitle": texts(item, "titles/subtitle"), **_people(item), **_dates(item)}
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
        "abstract": next(_abstracts(item), None),
        "license": [{"URL": (one.text or "").strip(), "content-version": one.get("applies_to") or "unspecified"}
                    for one in item.iter("{*}license_ref")],
        "funder": [{"name": _own_text(one)} for one in item.iter("{*}assertion") if one.get("name") == "funder_name"],
        "link": list(_links(item)),
        "relation": _relations(item),
        "update-to": [
            {"DOI": (one.text or "").strip().lower(), "type": one.get("type"), "source": "publisher"}
            for one in item.iter("{*}update")
        ],
        "institution": [{"name": name} for name in texts(item, "institution/institution_name")],
        "volume": next(iter(_volumes(item, around)), None),
        "issue": None if around is None else next(iter(texts(around, "journal_issue/issue")), None),
        "page": "-".join(texts(item, "pages/first_page") + texts(item, "pages/last_page")),
        "reference": [_reference(one) for one in item.iterfind("{*}citation_list/{*}citation")],
        "references-count": len(item.findall("{*}citation_list/{*}citation")),
    }  # fmt: skip
    publisher = texts(item, "publisher/publisher_name")
    return {
        **found,
        **{key: value for key, value in optional.items() if value},
        **({"publisher": publisher[0]} if publisher else {}),
    }


def _reference(citation: Element) -> Json:
    doi = citation.find("{*}doi")
    by = "publisher" if doi is None else doi.get("provider") or "publisher"
    return {
        "key": citation.get("key") or "",
        "unstructured": " ".join(texts(citation, "unstructured_citation")),
        **({} if doi is None else {"DOI": (doi.text or "").lower(), "doi-asserted-by": by}),
    }


def _volumes(item: Element, around: Element | None) -> list[str]:
    found = texts(item, "volume")
    return found + ([] if around is None else texts(around, "journal_issue/journal_volume/volume"))


def _own_text(element: Element) -> str:
    return " ".join((element.text or "").split())


def _people(item: Element) -> Json:
    people: dict[str, list[Json]] = {}
    for one in item.iterfind("{*}contributors/{*}*"):
        key = one.get("contributor_role") or "author"
        if key not in _KEYS:
            continue
        names = {"given": texts(one, "given_name"), "family": texts(one, "surname"), "ORCID": texts(one, "ORCID")}
        entry: Json = {name: values[0] for name, values in names.items() if values}
        if local(one) == "organization":
            entry = {"name": _own_text(one)}
        affiliations = [{"name": name} for name in texts(one, "affiliations/institution/institution_name")]
        people.setdefault(key, []).append({**entry, "sequence": one.get("sequence"), "affiliation": affiliations})
    return dict(people)


def _dates(item: Element) -> Json:
    found: Json = {}
    for one in item:
        name = local(one)
        medium = "online" if one.get("media_type") == "online" else "print"
        key = _DATES.get(name) or (f"published-{medium}" if name == "publication_date" else None)
        if key:
            parts = [int(text) for part in ("year", "month", "day") for text in texts(one, part)]
            found[key] = {"date-parts": [parts[:1] if len(parts) > 1 and parts[1] > 12 else parts]}  # noqa: PLR2004
    return found


def _abstracts(item: Element) -> Iterator[str]:
    for one in item.iterfind("{*}abstract"):
        inner = "".join(etree.tostring(child, encoding="unicode") for child in one)
        yield re.sub(r' xmlns(:\w+)?="[^"]*"', "", inner)


def _links(item: Element) -> Iterator[Json]:
    for collection in item.iterfind("{*}doi_data/{*}collection"):
        application = _APPLICATIONS.get(collection.get("property") or "")
        for page in collection.iterfind("{*}item/{*}resource") if application else ():
            yield {
                "URL": _own_text(page),
                "content-type": page.get("mime_type") or "unspecified",
                "content-version": page.get("content_version") or "vor",
                "intended-application": application,
            }


def _relations(item: Element) -> Json:
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
