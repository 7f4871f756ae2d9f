"""What the outside world sees afterwards, and when."""

import json

import pytest

from doideposit.sandbox.accounts import Account
from doideposit.sandbox.clock import Clock
from doideposit.sandbox.exchange import Reply, Request
from doideposit.sandbox.simulation import Sandbox
from sandbox_deposits import STAMP, Batch, Paper, get, settle, upload

DOI = "10.5555/C1"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    one = Sandbox(clock=clock, accounts=[Account.role("sandbox", "sandbox", ["10.5555", "10.7777"])])
    upload(one, Batch(papers=(Paper(doi=DOI, title="Rivers & “deltas”"),)).xml())
    settle(one, clock)
    return one


def body(reply: Reply) -> dict[str, object]:
    found = json.loads(reply.body)
    assert isinstance(found, dict)
    return found


def test_resolver_and_rest_api_lag_behind_the_log(sandbox: Sandbox, clock: Clock) -> None:
    seen = []
    for seconds in (0, 5, 20):
        clock.advance(seconds)
        seen.append((get(sandbox, f"/api/handles/{DOI}").status, get(sandbox, f"/works/{DOI}").status))
    assert seen == [(404, 404), (200, 404), (200, 200)]


def test_the_handle_answers_in_the_proxy_s_shape(sandbox: Sandbox, clock: Clock) -> None:
    missing = body(get(sandbox, "/api/handles/10.5555/none"))
    assert missing == {"responseCode": 100, "handle": "10.5555/none"}
    clock.advance(60)
    found = body(get(sandbox, f"/api/handles/{DOI}", type="URL"))
    assert found["responseCode"] == 1
    values = found["values"]
    assert isinstance(values, list)
    assert [(value["index"], value["type"], value["data"]["value"], value["ttl"]) for value in values] == [
        (1, "URL", "https://example.org/c1", 86400)
    ]
    every = body(get(sandbox, f"/api/handles/{DOI}"))["values"]
    assert isinstance(every, list)
    assert str(STAMP) in [value["data"]["value"] for value in every]
    assert body(get(sandbox, f"/api/handles/{DOI}", type="EMAIL"))["responseCode"] == 200


def test_works_in_json(sandbox: Sandbox, clock: Clock) -> None:
    clock.advance(60)
    reply = get(sandbox, "/works/10.5555/c1", mailto="a@example.org")
    message = body(reply)["message"]
    assert isinstance(message, dict)
    assert message["DOI"] == "10.5555/c1"
    assert message["title"] == ["Rivers & “deltas”"]
    assert message["resource"] == {"primary": {"URL": "https://example.org/c1"}}
    assert message["URL"] == "https://doi.org/10.5555/c1"
    assert message["type"] == "report"
    assert message["created"]["date-time"].endswith("Z")
    assert dict(reply.headers)["x-api-pool"] == "polite-single"
    assert dict(reply.headers)["x-rate-limit-limit"] == "10"


def test_an_update_shows_late_and_keeps_the_date_of_creation(sandbox: Sandbox, clock: Clock) -> None:
    clock.advance(60)
    before = body(get(sandbox, f"/works/{DOI}"))["message"]
    upload(sandbox, Batch(papers=(Paper(doi=DOI, url="https://example.org/2"),), timestamp=STAMP + 1).xml(), "b.xml")
    settle(sandbox, clock)
    assert body(get(sandbox, f"/works/{DOI}"))["message"] == before
    clock.advance(60)
    after = body(get(sandbox, f"/works/{DOI}"))["message"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert after["resource"] == {"primary": {"URL": "https://example.org/2"}}
    assert after["created"] == before["created"]
    assert after["deposited"]["timestamp"] > before["deposited"]["timestamp"]


def test_many_works_in_one_call(sandbox: Sandbox, clock: Clock) -> None:
    clock.advance(60)
    reply = get(sandbox, "/works", filter=f"doi:{DOI},doi:10.5555/none", select="DOI,resource")
    message = body(reply)["message"]
    assert isinstance(message, dict)
    assert message["total-results"] == 1
    assert message["items"] == [{"DOI": "10.5555/c1", "resource": {"primary": {"URL": "https://example.org/c1"}}}]
    assert dict(reply.headers)["x-api-pool"] == "public-array"


def test_agency_and_prefix(sandbox: Sandbox, clock: Clock) -> None:
    clock.advance(60)
    assert b'"id": "crossref"' in get(sandbox, f"/works/{DOI}/agency").body
    assert get(sandbox, "/works/10.5555/none/agency").status == 404
    statuses = [get(sandbox, f"/prefixes/{prefix}").status for prefix in ("10.5555", "10.7777", "10.9999")]
    assert statuses == [200, 200, 404]


@pytest.mark.parametrize(
    ("path", "query"),
    [("/search/doi", {"pid": "a@example.org", "doi": DOI}), ("/servlet/query", {"pid": "sandbox:sandbox", "id": DOI})],
)
def test_the_deposit_timestamp_can_be_read_back_at_once(sandbox: Sandbox, path: str, query: dict[str, str]) -> None:
    reply = get(sandbox, path, format="unixsd", **query)
    assert f'<crm-item name="deposit-timestamp" type="number">{STAMP}</crm-item>' in reply.text
    assert '<query status="resolved">' in reply.text


def test_an_unknown_doi_is_unresolved_and_a_stranger_is_refused(sandbox: Sandbox) -> None:
    reply = get(sandbox, "/search/doi", pid="a@example.org", doi="10.5555/<none>")
    assert '<query status="unresolved"><doi>10.5555/&lt;none&gt;</doi></query>' in reply.text
    assert get(sandbox, "/search/doi", pid="sandbox:wrong", doi=DOI).status == 401
    assert get(sandbox, "/search/doi", doi=DOI).status == 401


def test_a_login_can_be_checked_without_a_deposit(sandbox: Sandbox) -> None:
    good = get(sandbox, "/info", rtype="prefixes", pid="sandbox:sandbox")
    bad = get(sandbox, "/info", rtype="prefixes", pid="sandbox:wrong")
    assert (good.status, good.text.split(), bad.status) == (200, ["10.5555", "10.7777"], 401)


def test_references_are_matched_later(sandbox: Sandbox, clock: Clock) -> None:
    citations = (
        '<citation key="r1"><unstructured_citation>Sen (2024). The future delta.</unstructured_citation></citation>'
    )
    upload(sandbox, Batch(papers=(Paper(doi="10.5555/c2", number="2", citations=citations),)).xml(), "2.xml")
    settle(sandbox, clock)
    ask = {"doi": "10.5555/c2", "usr": "sandbox", "pwd": "sandbox"}
    assert body(get(sandbox, "/getResolvedRefs", **ask))["matched-references"] == []
    upload(sandbox, Batch(papers=(Paper(doi="10.5555/c3", number="3", title="The future delta"),)).xml(), "3.xml")
    settle(sandbox, clock)
    found = sandbox.handle(Request.post("/getResolvedRefs", ask))
    assert isinstance(found, Reply)
    assert body(found)["matched-references"] == [{"key": "r1", "doi": "10.5555/c3", "type": "report"}]
    assert get(sandbox, "/getResolvedRefs", **{**ask, "pwd": "no"}).status == 401
