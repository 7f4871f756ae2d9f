"""Look-ups of a DOI: what each answer means, and that no digit of a timestamp is lost."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
import requests
import responses

from doideposit.crossref.politeness import PassingTime
from doideposit.crossref.registrar import CrossrefMember, Endpoint, RegisteredWork, ResolvedHandle
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
def test_404_is_none_for_works_prefixes_members_and_records() -> None:
    responses.add("GET", WORK, status=404, body=b"Resource not found.")
    responses.add("GET", f"{REST}/prefixes/10.48251", status=404)
    responses.add("GET", f"{REST}/members/7", status=404)
    responses.add("GET", f"{WORK}/transform/application/vnd.crossref.unixsd+xml", status=404)
    assert registry().work(DOI) is None
    assert registry().prefix("10.48251") is None
    assert registry().member("7") is None
    assert registry().transformed(DOI) is None


@responses.activate
def test_prefixes_members_and_agencies_are_read() -> None:
    name = "South Asia Democratic Forum"
    message = {
        "member": "https://id.crossref.org/member/7",
        "name": name,
        "prefix": "https://id.crossref.org/prefix/10.48251",
    }
    responses.add("GET", f"{REST}/prefixes/10.48251", json={"message": message})
    responses.add(
        "GET", f"{REST}/members/7", json={"message": {"primary-name": name, "prefixes": ["10.48251", "10.1"]}}
    )
    agencies = [{"DOI": "10.48251/a", "RA": "Crossref"}, {"DOI": "10.5281/B", "RA": "DataCite"},
                {"DOI": "10.99999/x", "status": "DOI does not exist"}]  # fmt: skip
    responses.add("GET", f"{HANDLES}/ra/10.48251/a,10.5281/B,10.99999/x", json=agencies)
    assert registry().prefix("10.48251") == CrossrefMember("7", name, ("10.48251",))
    assert registry().member("7") == CrossrefMember("7", name, ("10.48251", "10.1"))
    asked = [Doi("10.48251/a"), Doi("10.5281/B"), Doi("10.99999/x")]
    assert registry().agencies(asked) == {"10.48251/a": "Crossref", "10.5281/b": "DataCite", "10.99999/x": ""}


def listed(dois: Sequence[str], cursor: str | None) -> dict[str, object]:
    return {"message": {"items": [{"DOI": doi, "prefix": "10.48251"} for doi in dois], "next-cursor": cursor}}


@responses.activate
def test_a_list_is_followed_by_its_cursor_until_a_page_is_not_full() -> None:
    pages = [[f"10.48251/{number}" for number in range(start, start + size)] for start, size in ((0, 1000), (1000, 3))]
    for page, cursor in zip(pages, ("a+b==", "end"), strict=True):
        responses.add("GET", f"{REST}/works", json=listed(page, cursor))
    found = list(registry().works("prefix", ["10.48251"]))
    assert [one.doi for one in found] == [doi for page in pages for doi in page]
    assert found[0].owner_prefix == "10.48251"
    asked = [call.request.params for call in responses.calls]
    assert [one["cursor"] for one in asked] == ["*", "a+b=="]
    assert {one["filter"] for one in asked} == {"prefix:10.48251"}


@responses.activate
def test_a_cursor_that_goes_round_in_circles_ends() -> None:
    responses.add("GET", f"{REST}/works", json=listed([f"10.48251/{number}" for number in range(1000)], "same"))
    assert len(list(registry().works("member", ["7"]))) == 1000
    assert len(responses.calls) == 2


@responses.activate
def test_many_dois_are_asked_in_parts() -> None:
    responses.add("GET", f"{REST}/works", json=listed([], None))
    assert list(registry().works("doi", [f"10.48251/{number}" for number in range(120)])) == []
    assert [call.request.params["filter"].count("doi:") for call in responses.calls] == [50, 50, 20]


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
    assert isinstance(caught.value, RegistrarBusy | RegistrarUnavailable | SubmissionForbidden | UnexpectedAnswer)
    assert type(caught.value) is error
    assert "api.example.org" in caught.value.message
    assert caught.value.retry_after == 9.0


WEB_PAGE = b"<!DOCTYPE html><html><body><h1>404 Not Found</h1></body></html>"
TRANSFORM = f"{WORK}/transform/application/vnd.crossref.unixsd+xml"
LOOK_UPS: list[tuple[str, Callable[[Registry], object]]] = [
    (SEARCH, lambda one: one.registered(DOI, "doi@sadf.example.org")),
    (TRANSFORM, lambda one: one.transformed(DOI)),
    (WORK, lambda one: one.work(DOI)),
    (f"{REST}/prefixes/10.48251", lambda one: one.prefix("10.48251")),
    (f"{REST}/members/7", lambda one: one.member("7")),
    (f"{REST}/works", lambda one: list(one.works("prefix", ["10.48251"]))),
    (f"{REST}/works", lambda one: one.described([DOI])),
    (HANDLE, lambda one: one.handle(DOI)),
    (f"{HANDLES}/ra/{DOI.printed}".replace("(", "%28").replace(")", "%29"), lambda one: one.agencies([DOI])),
]
NO_ANSWERS = [
    (200, b"", "empty answer"), (200, b"  \n", "empty answer"), (200, WEB_PAGE, "web page"), (404, WEB_PAGE, "web page"),
    (200, b'{"message": {"DOI"', ""), (200, b"<crossref_result><query", ""), (200, b"\x00\xff\x1f\x8b", ""),
    (200, b'{"message": "moved"}', ""), (200, b" " * (8 * 1024 * 1024 + 10), ""), (302, b"", ""),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(NO_ANSWERS)))
@pytest.mark.parametrize("look_up", range(len(LOOK_UPS)))
@responses.activate
def test_what_is_no_answer_is_none_at_every_look_up(look_up: int, place: int) -> None:
    address, ask = LOOK_UPS[look_up]
    status, body, words = NO_ANSWERS[place]
    responses.add("GET", address, status=status, body=body)
    with pytest.raises(UnexpectedAnswer) as caught:
        ask(registry())
    assert words in caught.value.message
    assert "example.org" in caught.value.message


@pytest.mark.parametrize(
    "body",
    [
        b'{"status":"error","message-type":"route-not-found","message":"Route not found"}',
        b'{"message":"no Route matched with those values"}',
        b"default backend - 404",
        b"<h1>404 Not Found</h1>",
        b"<Error><Code>NoSuchBucket</Code></Error>",
        b"Not here. Ask your network administrator.",
    ],
)
@pytest.mark.parametrize("look_up", range(len(LOOK_UPS)))
@responses.activate
def test_404_in_the_words_of_another_server_does_not_say_that_a_doi_is_unknown(look_up: int, body: bytes) -> None:
    address, ask = LOOK_UPS[look_up]
    responses.add("GET", address, status=404, body=body)
    with pytest.raises(UnexpectedAnswer):
        ask(registry())


@pytest.mark.parametrize("body", [b"<p>DOI not found in CrossRef</p>", b'{"message-type": "resource-not-found"}'])
@responses.activate
def test_404_in_the_words_of_crossref_says_it(body: bytes) -> None:
    for address, ask in LOOK_UPS[:5]:
        responses.add("GET", address, status=404, body=body)
        assert ask(registry()) is None


OTHERS: list[tuple[str, object, Callable[[Registry], object]]] = [
    (WORK, {"message": WORK_MESSAGE | {"DOI": "10.5555/other"}}, lambda one: one.work(DOI)),
    (f"{REST}/prefixes/10.48251", {"message": {"prefix": "https://id.crossref.org/prefix/10.5555", "name": "X"}},
     lambda one: one.prefix("10.48251")),
    (f"{REST}/members/7", {"message": {"id": 8, "primary-name": "X"}}, lambda one: one.member("7")),
    (f"{REST}/works", {"message": {"items": [{"DOI": "10.5555/a", "prefix": "10.5555"}]}},
     lambda one: list(one.works("prefix", ["10.48251"]))),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(OTHERS)))
@responses.activate
def test_an_answer_to_the_question_of_somebody_else_is_none(place: int) -> None:
    address, document, ask = OTHERS[place]
    responses.add("GET", address, json=document)
    with pytest.raises(UnexpectedAnswer, match="answered about another"):
        ask(registry())


@responses.activate
def test_a_list_with_works_of_others_in_it_gives_ours() -> None:
    items = [{"DOI": "10.5555/a", "prefix": "10.5555"}, {"DOI": "10.48251/b", "prefix": "10.48251"}, None,
             {"DOI": "10.48251/c"}]  # fmt: skip
    responses.add("GET", f"{REST}/works", json={"message": {"items": items}})
    assert [one.doi for one in registry().works("prefix", ["10.48251"])] == ["10.48251/b", "10.48251/c"]


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
        ("99999999999999999999999999", 99999999999999999999999999),
        # The schema takes a number with a point and an exponent; what comes next has to be above it.
        ("2.0261124030500123E16", 20261124030500123),
        ("20110425.5", 20110426),
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
        (unixsd(item("yesterday")), UnexpectedAnswer),
        (unixsd(item("-20110425")), UnexpectedAnswer),
        (unixsd(item("1E400")), UnexpectedAnswer),
        (unixsd(item("")), UnexpectedAnswer),
        (unixsd(item("٢٠٢٦")), UnexpectedAnswer),
        (unixsd(item("9" * 5_000)), UnexpectedAnswer),
        (unixsd(""), UnexpectedAnswer),
        (unixsd(item("20110425"), doi="10.5555/other"), UnexpectedAnswer),
        # Of another alias, and of nobody: as a proxy with an old answer gives it.
        (unixsd(item("20110425") + item("10.5555/prime", "prime-doi"), doi="10.5555/other"), UnexpectedAnswer),
        (unixsd(item("20110425")).replace(b"<doi ", b"<d ").replace(b"</doi>", b"</d>"), UnexpectedAnswer),
        (unixsd(item("20110425"), "multiresolved"), UnexpectedAnswer),
        (unixsd("", "malformed"), UnexpectedAnswer),
        (unixsd("", "system-too-busy"), RegistrarUnavailable),
        (unixsd("", "system-error"), RegistrarUnavailable),
        (b"", UnexpectedAnswer),
        (b"<html/>", UnexpectedAnswer),
        (b"Malformed DOI", UnexpectedAnswer),
        (b"Unable to parse or validate the xml query", UnexpectedAnswer),
        (unixsd(item("20110425"))[:-60], UnexpectedAnswer),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', UnexpectedAnswer),
    ],
)
@responses.activate
def test_a_timestamp_is_never_guessed(body: bytes, error: type[DoiDepositError]) -> None:
    responses.add("GET", SEARCH, body=body)
    with pytest.raises(error):
        registry().deposit_timestamp(DOI, "doi@sadf.example.org")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty answer"),
        (b"<!DOCTYPE html><html><body>Maintenance</body></html>", "a web page"),
        (unixsd(item("20110425"))[:-60], "is incomplete"),
        (b"Malformed DOI: 10.1/x", "does not accept"),
        (b"Unable to parse or validate the xml query", "does not understand"),
        (unixsd(item("1"), "multiresolved"), "several records"),
        (b"good morning", "no valid answer to a query"),
    ],
)
@responses.activate
def test_each_answer_that_is_none_is_named_as_what_it_looks_like(body: bytes, words: str) -> None:
    responses.add("GET", SEARCH, body=body)
    with pytest.raises(UnexpectedAnswer, match=words):
        registry().registered(DOI, "doi@sadf.example.org")


@pytest.mark.parametrize("body", [b"doi:10.1/x not found in CrossRef", unixsd("", "unresolved")])
@responses.activate
def test_an_unknown_doi_is_none_in_every_form(body: bytes) -> None:
    responses.add("GET", SEARCH, body=body)
    assert registry().registered(DOI, "doi@sadf.example.org") is None


UNIXREF = """<doi_records><doi_record owner="10.48251" timestamp="2026-09-01 12:00:05"><crossref><report-paper>
<report-paper_metadata><doi_data><doi>{doi}</doi></doi_data></report-paper_metadata></report-paper></crossref>
</doi_record></doi_records>"""


@responses.activate
def test_the_transform_route_gives_the_record_without_an_address() -> None:
    start = f"{WORK}/transform/application/vnd.crossref"
    responses.add("GET", f"{start}.unixsd+xml", body=unixsd(item("20110425") + item("10.48251", "owner-prefix")))
    responses.add("GET", f"{start}.unixref+xml", body=UNIXREF.format(doi=DOI.printed))
    whole, bare = registry(None).transformed(DOI), registry(None).transformed(DOI, "unixref")
    assert whole is not None
    assert bare is not None
    assert (whole.timestamp, whole.owner_prefix, bare.timestamp, bare.owner_prefix) == (
        20110425, "10.48251", 0, "10.48251",
    )  # fmt: skip
    assert bare.has_record


@pytest.mark.parametrize(
    ("body", "expected"),
    [("<doi_records><doi_record><crossref><error>doi:10.1/x</error></crossref></doi_record></doi_records>", None),
     ("<doi_records/>", None), (UNIXREF.format(doi="10.5555/other"), UnexpectedAnswer)],
)  # fmt: skip
@responses.activate
def test_unixref_says_no_in_its_own_way(body: str, expected: type[DoiDepositError] | None) -> None:
    responses.add("GET", f"{WORK}/transform/application/vnd.crossref.unixref+xml", body=body)
    if expected is None:
        assert registry().transformed(DOI, "unixref") is None
        return
    with pytest.raises(expected):
        registry().transformed(DOI, "unixref")


@responses.activate
def test_an_answer_about_an_alias_names_the_doi_it_stands_for() -> None:
    prime = item("10.48251/first", "prime-doi")
    responses.add("GET", SEARCH, body=unixsd(item("20110425") + prime, doi="10.48251/first"))
    state = registry().registered(DOI, "doi@sadf.example.org")
    assert state is not None
    assert state.alias_of == "10.48251/first"


@responses.activate
def test_an_address_goes_in_the_parameter_that_the_service_takes_and_stays_there() -> None:
    refused = b"The login you supplied is not recognized"
    responses.add("GET", SEARCH, body=refused, match=[responses.matchers.query_param_matcher({"pid": "a@b.org"}, strict_match=False)])  # fmt: skip
    responses.add("GET", SEARCH, body=unixsd(item("1")), match=[responses.matchers.query_param_matcher({"usr": "a@b.org"}, strict_match=False)])  # fmt: skip
    one = registry()
    for _ in range(2):
        assert one.registered(DOI, "a@b.org") is not None
    assert [("pid" in call.request.params, call.response.status_code) for call in responses.calls] == [
        (True, 200), (False, 200), (False, 200),
    ]  # fmt: skip


@responses.activate
def test_who_is_asked_to_wait_waits_and_asks_again_but_not_for_ever() -> None:
    slept: list[float] = []
    patient = Registry(
        Endpoint("production", QUERY, REST, HANDLES),
        mailto="a@b.org",
        waiting=PassingTime(lambda: sum(slept), slept.append),
    )
    responses.add("GET", WORK, status=429, headers={"Retry-After": "7"})
    responses.add("GET", WORK, json={"message": WORK_MESSAGE})
    assert patient.work(DOI) is not None
    assert sum(slept) >= 7
    responses.replace("GET", WORK, status=429, headers={"Retry-After": "3600"})
    before = sum(slept)
    with pytest.raises(RegistrarBusy):
        patient.work(DOI)
    assert sum(slept) - before < 60


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
