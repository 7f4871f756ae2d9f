"""Look-ups of a DOI: what each answer means, and that no digit of a timestamp is lost."""

from datetime import UTC, datetime

import pytest
import requests
import responses

from doideposit.crossref.registrar import Endpoint, RegisteredWork, ResolvedHandle
from doideposit.crossref.rest_api import Registry
from doideposit.errors import (
    ConfigurationError,
    DoiDepositError,
    RegistrarBusy,
    RegistrarUnavailable,
    SubmissionForbidden,
    UnexpectedAnswer,
)
from doideposit.records.identifiers import Doi

DOI = Doi("10.48251/SADF.ISSN.2406-5617.C(258)")
REST, HANDLES, QUERY = "https://api.example.org", "https://doi.example.org", "https://query.example.org"
WORK = f"{REST}/works/10.48251%2FSADF.ISSN.2406-5617.C%28258%29"
HANDLE = f"{HANDLES}/api/handles/10.48251/SADF.ISSN.2406-5617.C%28258%29"
SEARCH = f"{QUERY}/search/doi"


def registry(mailto: str | None = "doi@sadf.example.org") -> Registry:
    return Registry(Endpoint("production", QUERY, REST, HANDLES), mailto=mailto)


WORK_MESSAGE = {
    "DOI": "10.48251/sadf.issn.2406-5617.c(258)",
    "type": "report",
    "URL": "https://doi.org/10.48251/sadf.issn.2406-5617.c(258)",
    "resource": {"primary": {"URL": "https://sadf.example.org/258"}},
    "created": {"date-parts": [[2026, 11, 24]], "date-time": "2026-11-24T03:05:00Z", "timestamp": 1795489500000},
    "deposited": {"date-time": "2026-11-24T04:05:00Z"},
    "indexed": {"date-time": "2026-11-24T05:05:00.123456Z"},
}


@responses.activate
def test_a_work_is_read_with_the_address_it_was_registered_with() -> None:
    responses.add("GET", WORK, json={"status": "ok", "message": WORK_MESSAGE})
    assert registry().work(DOI) == RegisteredWork(
        doi="10.48251/sadf.issn.2406-5617.c(258)",
        type="report",
        landing_url="https://sadf.example.org/258",
        created=datetime(2026, 11, 24, 3, 5, tzinfo=UTC),
        deposited=datetime(2026, 11, 24, 4, 5, tzinfo=UTC),
        indexed=datetime(2026, 11, 24, 5, 5, 0, 123456, tzinfo=UTC),
    )
    request = responses.calls[0].request
    assert request.url == f"{WORK}?mailto=doi%40sadf.example.org"
    assert "(mailto:doi@sadf.example.org)" in request.headers["User-Agent"]


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"resource": None, "created": 1, "type": 5, "deposited": {"date-time": "soon"}},
        {"indexed": {"date-time": "2026-11-24"}},
    ],
)
@responses.activate
def test_what_a_work_does_not_say_is_none(message: dict[str, object]) -> None:
    responses.add("GET", WORK, json={"message": message})
    assert registry(None).work(DOI) == RegisteredWork(DOI.printed, None, None, None, None, None)


@responses.activate
def test_404_is_none_for_works_agencies_and_prefixes() -> None:
    responses.add("GET", WORK, status=404, body=b"Resource not found.")
    responses.add("GET", f"{WORK}/agency", status=404)
    responses.add("GET", f"{REST}/prefixes/10.48251", status=404)
    assert registry().work(DOI) is None
    assert registry().agency(DOI) is None
    assert registry().prefix("10.48251") is None


@responses.activate
def test_agency_and_prefix_are_read() -> None:
    responses.add(
        "GET", f"{WORK}/agency", json={"message": {"DOI": "x", "agency": {"id": "datacite", "label": "DataCite"}}}
    )
    responses.add("GET", f"{REST}/prefixes/10.48251", json={"message": {"name": "South Asia Democratic Forum"}})
    assert registry().agency(DOI) == "datacite"
    assert registry().prefix("10.48251") == "South Asia Democratic Forum"


def value(kind: str, text: object) -> dict[str, object]:
    return {"index": 1, "type": kind, "data": {"format": "string", "value": text}, "ttl": 86400}


@responses.activate
def test_a_handle_says_where_the_doi_leads_and_keeps_every_digit_beside_it() -> None:
    values = [
        value("URL", "https://sadf.example.org/258"),
        value("700050", "20261124030500123"),
        value("HS_ADMIN", {"a": 1}),
    ]
    responses.add("GET", HANDLE, json={"responseCode": 1, "handle": DOI.printed, "values": values})
    assert registry().handle(DOI) == ResolvedHandle(DOI.printed, ("https://sadf.example.org/258",), "20261124030500123")
    assert registry().handle(DOI, authoritative=True) is not None
    assert [call.request.url for call in responses.calls] == [HANDLE, f"{HANDLE}?auth=true"]


@pytest.mark.parametrize(
    ("status", "document", "expected"),
    [
        (404, {"responseCode": 100, "handle": DOI.printed}, None),
        (200, {"responseCode": 100, "handle": DOI.printed}, None),
        (200, {"responseCode": 200, "handle": DOI.printed}, ResolvedHandle(DOI.printed, (), None)),
        (200, {"responseCode": 1, "handle": DOI.printed, "values": 7}, ResolvedHandle(DOI.printed, (), None)),
    ],
)
@responses.activate
def test_handle_codes(status: int, document: dict[str, object], expected: ResolvedHandle | None) -> None:
    responses.add("GET", HANDLE, status=status, json=document)
    assert registry().handle(DOI) == expected


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, b"<html>not found</html>", UnexpectedAnswer),
        (500, b'{"responseCode": 2, "handle": "x"}', RegistrarUnavailable),
        (200, b'{"responseCode": 3, "handle": "10.48251/sadf.issn.2406-5617.c(258)"}', UnexpectedAnswer),
        (200, b'{"responseCode": 1, "handle": "10.48251/other"}', UnexpectedAnswer),
        (302, b"", UnexpectedAnswer),
    ],
)
@responses.activate
def test_what_is_no_answer_about_a_handle_says_nothing_about_it(
    status: int, body: bytes, error: type[DoiDepositError]
) -> None:
    responses.add("GET", HANDLE, status=status, body=body)
    with pytest.raises(error):
        registry().handle(DOI)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (429, b"", RegistrarBusy),
        (403, b"", SubmissionForbidden),
        (500, b"", RegistrarUnavailable),
        (503, b"", RegistrarUnavailable),
        (301, b"", UnexpectedAnswer),
        (200, b"", UnexpectedAnswer),
        (200, b"<html>", UnexpectedAnswer),
        (200, b"[]", UnexpectedAnswer),
        (200, b'{"message": []}', UnexpectedAnswer),
        (200, b"[" * 100_000, UnexpectedAnswer),
        (200, b'{"message": {"a": ' + b"9" * 5_000 + b"}}", UnexpectedAnswer),
        (200, b'{"message": {"a": "\xff"}}', UnexpectedAnswer),
    ],
)
@responses.activate
def test_every_other_answer_is_one_class_of_error(status: int, body: bytes, error: type[DoiDepositError]) -> None:
    responses.add("GET", WORK, status=status, body=body, headers={"Retry-After": "9"})
    with pytest.raises(DoiDepositError) as caught:
        registry().work(DOI)
    assert type(caught.value) is error
    assert "api.example.org" in caught.value.message
    assert getattr(caught.value, "retry_after", 9.0) == 9.0


@responses.activate
def test_no_connection_is_unavailable_without_the_librarys_words() -> None:
    responses.add("GET", WORK, body=requests.ConnectionError("https://me:secret@proxy"))
    with pytest.raises(RegistrarUnavailable) as caught:
        registry().work(DOI)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def unixsd(items: str, status: str = "resolved", doi: str = DOI.printed, namespace: str = "3.0") -> bytes:
    return (
        f'\n<?xml version="1.0" encoding="UTF-8"?>\n<crossref_result xmlns="http://www.crossref.org/qrschema/{namespace}" '
        f'version="{namespace}"><query_result><head><doi_batch_id>none</doi_batch_id></head><body>'
        f'<query status="{status}"><doi type="report-paper_title">{doi}</doi>{items}</query></body></query_result>'
        "</crossref_result>"
    ).encode()


def item(text: str, name: str = "deposit-timestamp") -> str:
    return f'<crm-item name="{name}" type="number">{text}</crm-item>'


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("20261124030500123", 20261124030500123),
        ("20090322213814205", 20090322213814205),
        ("201104240144220739", 201104240144220739),
        ("9223372036854775807", 9223372036854775807),
        ("201501027", 201501027),
        (" 20110425\n", 20110425),
    ],
)
@responses.activate
def test_a_registered_timestamp_keeps_every_digit(text: str, number: int) -> None:
    responses.add("GET", SEARCH, body=unixsd(item("7", "citedby-count") + item(text)))
    assert registry().deposit_timestamp(DOI, "doi@sadf.example.org") == number
    assert responses.calls[0].request.params == {"pid": "doi@sadf.example.org", "format": "unixsd", "doi": DOI.printed}


@responses.activate
def test_the_case_of_the_doi_and_the_version_of_the_namespace_do_not_matter() -> None:
    responses.add("GET", SEARCH, body=unixsd(item("20110425"), doi=DOI.printed.lower(), namespace="2.0"))
    assert registry().deposit_timestamp(DOI, "doi@sadf.example.org") == 20110425


@pytest.mark.parametrize(("status", "body"), [(200, unixsd("", "unresolved")), (404, b"")])
@responses.activate
def test_a_doi_that_crossref_does_not_know_has_no_timestamp(status: int, body: bytes) -> None:
    responses.add("GET", SEARCH, status=status, body=body)
    assert registry().deposit_timestamp(DOI, "doi@sadf.example.org") is None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (unixsd(item("2.0261124030500123E16")), UnexpectedAnswer),
        (unixsd(item("")), UnexpectedAnswer),
        (unixsd(item("٢٠٢٦")), UnexpectedAnswer),
        (unixsd(item("9" * 5_000)), UnexpectedAnswer),
        (unixsd(""), UnexpectedAnswer),
        (unixsd(item("20110425"), doi="10.5555/other"), UnexpectedAnswer),
        (unixsd(item("20110425"), "multiresolved"), UnexpectedAnswer),
        (unixsd("", "malformed"), UnexpectedAnswer),
        (unixsd("", "system-too-busy"), RegistrarUnavailable),
        (unixsd("", "system-error"), RegistrarUnavailable),
        (b"", UnexpectedAnswer),
        (b"<html/>", UnexpectedAnswer),
        (b"Malformed DOI", UnexpectedAnswer),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', UnexpectedAnswer),
    ],
)
@responses.activate
def test_a_timestamp_is_never_guessed(body: bytes, error: type[DoiDepositError]) -> None:
    responses.add("GET", SEARCH, body=body)
    with pytest.raises(error):
        registry().deposit_timestamp(DOI, "doi@sadf.example.org")


def test_a_target_without_these_services_says_so() -> None:
    nothing = Registry(Endpoint("test", QUERY), mailto=None)
    assert (nothing.has_works, nothing.has_handles) == (False, False)
    assert (registry().has_works, registry().has_handles) == (True, True)
    with pytest.raises(RuntimeError, match="REST API"):
        nothing.work(DOI)
    with pytest.raises(RuntimeError, match="resolver"):
        nothing.handle(DOI)


@pytest.mark.parametrize(
    "endpoint",
    [
        Endpoint("x", "http://query.example.org"),
        Endpoint("x", QUERY, "http://api.example.org"),
        Endpoint("x", QUERY, REST, "http://doi.example.org"),
    ],
)
def test_addresses_in_the_open_are_refused(endpoint: Endpoint) -> None:
    with pytest.raises(ConfigurationError):
        Registry(endpoint, mailto=None)
