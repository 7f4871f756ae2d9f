"""Two people approve over HTTP, each with a token; and tokens of two publishers, each for its own series alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from api_client import DOI, RECORD, TOKEN, Cms
from depositing import DEPOSITOR, SERIES, Desk, checker, commentary, sqlite_url
from doideposit.checks.values import DepositorName
from doideposit.deposits.accounts import PublisherAccount
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.plans.approvals import ApprovalRules
from doideposit.records.models.series import Series
from doideposit.web import application
from doideposit.web.tokens import Tokens

SECOND = "another-token-0123456789-0123456789"


@pytest.fixture
def cms(tmp_path: Path) -> Iterator[Cms]:
    with Desk(sqlite_url(tmp_path), target="production", approvals=ApprovalRules(1)) as desk:
        yield Cms(desk)


def by_second(cms: Cms, path: str, body: Any) -> Any:
    return cms.post(path, body, headers={"Authorization": f"Bearer {SECOND}"})


def test_the_way_of_four_eyes_over_http(cms: Cms) -> None:
    refused = cms.post("/v1/deposits", RECORD)
    assert refused.status_code == 403
    assert refused.get_json()["error"]["code"] == "approval-missing"
    assert "/v1/plans" in refused.get_json()["error"]["hint"]
    assert cms.post("/v1/deposits?mode=enqueue", RECORD).status_code == 403
    made = cms.post("/v1/plans", RECORD)
    assert made.status_code == 200
    plan = made.get_json()
    assert plan["plan"]["made_by"] == "cms"
    assert cms.post("/v1/plans/apply", plan).status_code == 403, "nobody has approved it"
    own = cms.post("/v1/plans/approve", plan)
    assert (own.status_code, "cannot approve it" in own.get_json()["error"]["message"]) == (400, True)
    approved = by_second(cms, "/v1/plans/approve", plan)
    assert approved.get_json()["approved_by"] == ["other"]
    assert approved.get_json()["missing"] == 0
    applied = cms.post("/v1/plans/apply", plan)
    assert applied.status_code == 202
    cms.desk.settle()
    assert cms.open(f"/v1/dois/{DOI}").get_json()["records"][0]["registered"] is True
    again = cms.post("/v1/plans/apply", plan)
    assert again.status_code == 200
    assert [record["action"] for record in again.get_json()["records"]] == ["unchanged"]
    kinds = [entry["kind"] for entry in cms.open(f"/v1/dois/{DOI}/history").get_json()["history"]]
    assert kinds[:2] == ["approved", "applied"]


def test_a_plan_is_the_same_file_through_every_door(cms: Cms, tmp_path: Path) -> None:
    """Made over HTTP, approved over HTTP and applied from a file; and made as a file, approved and applied over HTTP."""
    plans = cms.desk.depositor.plans
    made = cms.post("/v1/plans", RECORD)
    by_second(cms, "/v1/plans/approve", made.get_json())
    (tmp_path / "plan.json").write_bytes(made.data)
    assert [one.action for one in plans.apply(tmp_path / "plan.json", by="Anna").entries] == ["register"]
    record = {**RECORD, "number": 902}
    plans.write(cms.desk.depositor.plan(record), tmp_path / "next.json", by="Anna")
    plans.approve(tmp_path / "next.json", by="Bert")
    body = json.loads((tmp_path / "next.json").read_text())
    assert cms.post("/v1/plans/apply", body).status_code == 202
    cms.desk.settle()
    assert len(cms.desk.sandbox.records) == 2


def test_an_edited_plan_is_refused_over_http(cms: Cms) -> None:
    plan = cms.post("/v1/plans", RECORD).get_json()
    by_second(cms, "/v1/plans/approve", plan)
    plan["plan"]["records"][0]["title"] = "Harmless"
    for path in ("/v1/plans/approve", "/v1/plans/apply"):
        answer = cms.post(path, plan)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "plan-unusable")
    assert cms.desk.sandbox.submissions == ()


@pytest.mark.parametrize("body", [[], {}, "text", {"format": "doideposit-plan/1"}, [RECORD]])
def test_what_is_no_plan_is_refused_over_http(cms: Cms, body: Any) -> None:
    assert cms.post("/v1/plans/apply", body).status_code == 400


def test_a_plan_of_a_record_with_errors_is_refused(cms: Cms) -> None:
    answer = cms.post("/v1/plans", {**RECORD, "authors": []})
    assert answer.status_code == 422
    assert answer.get_json()["error"]["code"] == "record-blocked"


def test_a_plan_that_is_outdated_is_refused_with_the_difference(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        cms = Cms(desk)
        plan = cms.post("/v1/plans", RECORD).get_json()
        desk.open().deposit(commentary(258, title="By somebody else"))
        desk.settle()
        answer = cms.post("/v1/plans/apply", plan)
        assert answer.status_code == 422
        assert "since the plan was made" in answer.get_json()["records"][0]["reason"]


# Two publishers.

OTHER_TOKEN = "the-token-of-the-other-house-0123456789"
NOTE = {
    "series": "other-notes",
    "number": "7",
    "title": "A note of the other house",
    "published": "2024-02-03",
    "url": "https://other.example/7/",
    "authors": [{"given": "Mirjam", "family": "Okafor"}],
}
NOTE_DOI = "10.55555/notes.7"
OTHER_SERIES = Series.model_validate(
    {
        "name": "other-notes",
        "title": "Other Notes",
        "issn": "0317-8471",
        "prefix": "10.55555",
        "doi": "{prefix}/notes.{number}",
        "language": "en",
        "publisher": {"name": "The Other House", "place": "Ghent"},
        "publisher_account": "other-house",
    }
)


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[tuple[Desk, Client]]:
    with Desk(sqlite_url(tmp_path)) as desk:
        judge = checker(desk.clock)
        judge.series = {SERIES.name: SERIES, OTHER_SERIES.name: OTHER_SERIES}
        other = PublisherAccount(
            "other-house", DepositorName("The Other House", "doi@other.example", "Other"), desk.registrar
        )
        depositor = Depositor(
            registrar=desk.registrar,
            ledger=Ledger.open(desk.url),
            checker=judge,
            clock=desk.clock,
            target=desk.target,
            head=DEPOSITOR,
            others=[other],
        )
        desk.depositor = depositor
        desk.opened.append(depositor)
        tokens = Tokens({"cms": TOKEN, "other-house/cms": OTHER_TOKEN}, {"other-house/cms": "other-house"})
        yield desk, Client(application(depositor, tokens=tokens))


def ask(client: Client, token: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return client.get(path, headers=headers) if body is None else client.post(path, json=body, headers=headers)


def test_a_token_reaches_the_series_of_its_publisher_alone(shared: tuple[Desk, Client]) -> None:
    desk, client = shared
    for path in ("/v1/check", "/v1/deposits", "/v1/plans"):
        assert ask(client, TOKEN, path, NOTE).get_json()["error"]["code"] == "other-publisher"
        assert ask(client, OTHER_TOKEN, path, [NOTE, RECORD]).status_code == 403
    assert desk.sandbox.submissions == ()
    assert ask(client, TOKEN, "/v1/deposits", RECORD).status_code == 202
    assert ask(client, OTHER_TOKEN, "/v1/deposits", NOTE).status_code == 202
    desk.settle()
    for token, own, foreign in ((TOKEN, DOI, NOTE_DOI), (OTHER_TOKEN, NOTE_DOI, DOI)):
        assert ask(client, token, f"/v1/dois/{own}").get_json()["records"][0]["registered"] is True
        assert ask(client, token, f"/v1/dois/{foreign}").status_code == 404
        assert ask(client, token, f"/v1/dois/{foreign}/history").status_code == 404
        events = ask(client, token, "/v1/events").get_json()["events"]
        assert len(events) == 5
        assert {one["doi"] for one in events if one["doi"]} == {own}
    heads = sorted("The Other House" in one.content.decode() for one in desk.sandbox.submissions)
    assert heads == [False, True]


def test_a_plan_of_another_publisher_is_neither_approved_nor_applied(shared: tuple[Desk, Client]) -> None:
    desk, client = shared
    plan = ask(client, OTHER_TOKEN, "/v1/plans", NOTE).get_json()
    for path in ("/v1/plans/approve", "/v1/plans/apply"):
        assert ask(client, TOKEN, path, plan).get_json()["error"]["code"] == "other-publisher"
    assert desk.sandbox.submissions == ()
    assert ask(client, OTHER_TOKEN, "/v1/plans/apply", plan).status_code == 202
