"""What a token is good for: scopes and series; what a caller may keep; and events that can be joined with records."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from api_client import DOI, RECORD, Cms
from depositing import SERIES, Desk, sqlite_url
from doideposit.web import Tokens, application

SECRETS = {name: f"token-of-{name}-0123456789-0123456789" for name in ("read", "deposit", "decide", "one", "all")}
TOKENS = Tokens(
    SECRETS,
    scopes={"read": ["read"], "deposit": ["read", "deposit"], "decide": ["decide"]},
    series={"one": ["another-series"]},
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(sqlite_url(tmp_path)) as one:
        yield one


class Asking:
    """Requests in the name of one holder after the other."""

    def __init__(self, desk: Desk) -> None:
        self.client = Client(application(desk.depositor, tokens=TOKENS, start=lambda work: work()))

    def __call__(self, holder: str, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        given = {"Authorization": f"Bearer {SECRETS[holder]}", **headers}
        return self.client.open(path, method=method, json=json, headers=given)


REASON = {"reason": "somebody decided so"}
WANTED = [
    ("GET", "/v1/dois", None, "read"),
    ("GET", f"/v1/dois/{DOI}", None, "read"),
    ("GET", f"/v1/dois/{DOI}/history", None, "read"),
    ("GET", f"/v1/dois/{DOI}/xml", None, "read"),
    ("GET", "/v1/events", None, "read"),
    ("POST", "/v1/check", RECORD, "read"),
    ("POST", "/v1/deposits", RECORD, "deposit"),
    ("POST", "/v1/plans", RECORD, "deposit"),
    ("POST", "/v1/plans/apply", {}, "deposit"),
    ("POST", f"/v1/dois/{DOI}/restore", {}, "deposit"),
    ("POST", f"/v1/dois/{DOI}/verify", None, "deposit"),
    ("POST", "/v1/plans/approve", {}, "decide"),
    ("POST", f"/v1/dois/{DOI}/acknowledge", REASON, "decide"),
    ("POST", f"/v1/dois/{DOI}/accept", REASON, "decide"),
    ("POST", f"/v1/dois/{DOI}/abandon", REASON, "decide"),
]
MAY = {"read": {"read"}, "deposit": {"read", "deposit"}, "decide": {"decide"}, "all": {"read", "deposit", "decide"}}


@pytest.mark.parametrize(("method", "path", "body", "wanted"), WANTED)
def test_a_token_does_what_its_scopes_say(desk: Desk, method: str, path: str, body: Any, wanted: str) -> None:
    ask = Asking(desk)
    for holder, scopes in MAY.items():
        answer = ask(holder, method, path, body)
        refused = answer.status_code == 403 and answer.get_json()["error"]["code"] == "scope-missing"
        assert refused == (wanted not in scopes), holder
        if refused:
            assert answer.headers["WWW-Authenticate"].endswith(f'error="insufficient_scope", scope="{wanted}"')


def test_a_token_of_a_series_reaches_that_series_alone(desk: Desk) -> None:
    ask = Asking(desk)
    assert ask("all", "POST", "/v1/deposits", RECORD).status_code == 202
    for method, path, body, _ in WANTED:
        answer = ask("one", method, path, body)
        assert answer.status_code in {200, 400, 403, 404}, path
        assert DOI not in answer.text or answer.status_code == 404, path
    for path in ("/v1/check", "/v1/deposits", "/v1/plans"):
        assert ask("one", "POST", path, RECORD).get_json()["error"]["code"] == "other-series"
    plan = ask("all", "POST", "/v1/plans", {**RECORD, "number": "300"}).get_json()
    for path in ("/v1/plans/approve", "/v1/plans/apply"):
        assert ask("one", "POST", path, plan).get_json()["error"]["code"] == "other-publisher"
    assert ask("one", "GET", "/v1/dois").get_json()["records"] == []
    assert ask("one", "GET", "/v1/events").get_json()["events"] == []
    assert len(ask("all", "GET", "/v1/events").get_json()["events"]) > 2


def test_a_token_of_the_series_sees_and_deposits_it(desk: Desk) -> None:
    name = SERIES.name
    tokens = Tokens({"own": SECRETS["one"]}, series={"own": [name]})
    client = Client(application(desk.depositor, tokens=tokens, start=lambda work: work()))
    own = {"Authorization": f"Bearer {SECRETS['one']}"}
    assert client.post("/v1/deposits", json=RECORD, headers=own).status_code == 202
    assert client.get(f"/v1/dois/{DOI}", headers=own).status_code == 200
    kinds = [event["kind"] for event in client.get("/v1/events", headers=own).get_json()["events"]]
    assert kinds == ["prepared", "sending", "received"]
    plan = client.post("/v1/plans", json={**RECORD, "number": "300"}, headers=own).get_json()
    assert client.post("/v1/plans/apply", json=plan, headers=own).status_code == 202


def test_a_scope_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="write"):
        Tokens({"cms": SECRETS["one"]}, scopes={"cms": ["write"]})


# What a caller may keep.


@pytest.mark.parametrize("path", [f"/v1/dois/{DOI}", "/v1/dois", "/v1/events", f"/v1/dois/{DOI}/xml"])
def test_what_has_not_changed_is_not_sent_again(desk: Desk, path: str) -> None:
    cms = Cms(desk)
    cms.post("/v1/deposits", RECORD)
    first = cms.open(path)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = cms.open(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert cms.open(path, headers={"If-None-Match": '"another"'}).data == first.data
    cms.token = ""
    assert cms.open(path, headers={"If-None-Match": tag}).status_code == 401
    assert " 304 " in cms.log[-3]


def test_a_change_gives_another_etag(desk: Desk) -> None:
    cms = Cms(desk)
    cms.post("/v1/deposits", RECORD)
    tag = cms.open(f"/v1/dois/{DOI}").headers["ETag"]
    desk.settle()
    assert cms.open(f"/v1/dois/{DOI}", headers={"If-None-Match": tag}).status_code == 200
    assert "ETag" not in cms.open("/v1/dois/10.5555/never").headers
    assert "ETag" not in cms.post("/v1/check", RECORD).headers


# Events.


def test_events_name_the_doi_as_it_was_deposited_and_the_file(desk: Desk) -> None:
    cms = Cms(desk)
    cms.post("/v1/deposits", RECORD)
    desk.settle()
    events = cms.open("/v1/events").get_json()["events"]
    (status,) = cms.open(f"/v1/dois/{DOI}").get_json()["records"]
    assert {event["batch_id"] for event in events} == {status["submission"]["batch_id"]}
    assert {event["doi"] for event in events} == {None, DOI}
