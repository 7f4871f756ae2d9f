"""What others changed, over HTTP: listed, accepted with a reason, restored without waiting, or as a plan for two people."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api_client import DOI, Cms
from depositing import Desk, commentary, sqlite_url, validator
from doideposit.deposits.plans.approvals import ApprovalRules
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox
from doideposit.web.description import description

POLICIES = "<scn_policies><scn_policy_set><scn_policy_ref>https://example.org/p</scn_policy_ref></scn_policy_set></scn_policies>"
SUBTITLE = "A view from Brussels"


def conforms(name: str, value: Any) -> None:
    components = description()["components"]
    Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components}).validate(value)


def changed(folder: Path, *, target: str = "sandbox", rules: ApprovalRules | None = None) -> Desk:
    """A DOI of ours that a colleague deposited anew by hand."""
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none())
    registry = SandboxRegistry(sandbox)
    desk = Desk(sqlite_url(folder), clock=clock, sandbox=sandbox, seed=True, registry=registry, target=target)
    desk.depositor.deposit(commentary(subtitle=SUBTITLE))
    desk.settle()
    clock.advance(1_000)
    desk.depositor.watch(50)
    xml, sent = desk.depositor.xml(DOI), desk.depositor.status(DOI).submission
    assert xml is not None
    assert sent is not None
    stamp = str(sent.timestamp)
    later = str(int(stamp) + 5_000).encode()
    sandbox.elsewhere.deposit(xml.replace(b"from Brussels", b"from Ghent").replace(stamp.encode(), later))
    desk.depositor.watch(50, every=True)
    desk.approvals = rules
    desk.open()
    return desk


@pytest.fixture
def cms(tmp_path: Path) -> Any:
    with changed(tmp_path) as desk:
        yield Cms(desk)


def test_a_change_is_listed_and_accepted(cms: Cms) -> None:
    told = cms.open("/v1/dois?attention=true").get_json()
    conforms("ListResult", told)
    [record] = told["records"]
    assert (record["doi"], record["drift"][0]["kind"]) == (DOI, "foreign-deposit")
    accepted = cms.post(f"/v1/dois/{DOI}/accept", {"reason": "our university press did it"})
    assert accepted.status_code == 200
    conforms("StatusResult", accepted.get_json())
    assert cms.open("/v1/dois?attention=true").get_json()["records"] == []
    assert "our university press did it" in cms.open(f"/v1/dois/{DOI}/history").text
    again = cms.post(f"/v1/dois/{DOI}/accept", {"reason": "once more"})
    assert (again.status_code, again.get_json()["error"]["code"]) == (400, "usage")


def test_our_version_is_restored_and_the_answer_waits_for_nobody(cms: Cms) -> None:
    cms.desk.sandbox.faults.add("status", "503", times=1, at="query")
    taken = cms.post(f"/v1/dois/{DOI}/restore", {})
    assert taken.status_code == 202
    conforms("DepositResult", taken.get_json())
    cms.desk.clock.advance(3_600)
    cms.desk.settle()
    kept = cms.desk.sandbox.record(DOI)
    assert kept is not None
    assert SUBTITLE in kept.record


@pytest.mark.parametrize(("losses", "restored"), [([], False), (["scn_policies"], True)])
def test_what_they_added_is_lost_only_where_that_is_said(cms: Cms, losses: list[str], restored: bool) -> None:
    cms.desk.sandbox.elsewhere.add_block(DOI, POLICIES)
    assert cms.post(f"/v1/dois/{DOI}/restore", {"allow_loss": losses}).status_code == 202
    cms.desk.clock.advance(3_600)
    cms.desk.depositor.poll()
    status = cms.desk.depositor.status(DOI)
    assert status.needs_person is not restored
    kept = cms.desk.sandbox.record(DOI)
    assert kept is not None
    assert ("scn_policies" in kept.record, SUBTITLE in kept.record) == (not restored, restored)


def test_two_people_restore(tmp_path: Path) -> None:
    with changed(tmp_path, target="production", rules=ApprovalRules(1)) as desk:
        cms = Cms(desk)
        refused = cms.post(f"/v1/dois/{DOI}/restore", {})
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "approval-missing")
        assert "?mode=plan" in refused.get_json()["error"]["hint"]
        made = cms.post(f"/v1/dois/{DOI}/restore?mode=plan", {})
        assert made.status_code == 200, made.text
        plan = made.get_json()
        conforms("RestoreResult", plan)
        second = {"Authorization": "Bearer another-token-0123456789-0123456789"}
        assert cms.post("/v1/plans/approve", plan, headers=second).status_code == 200
        applied = cms.post("/v1/plans/apply", plan)
        assert applied.status_code == 202, applied.text
        desk.settle()
        kept = desk.sandbox.record(DOI)
        assert kept is not None
        assert SUBTITLE in kept.record
        status = desk.depositor.status(DOI)
        assert (status.series, status.registered) == ("sadf-comment", True)


BAD: dict[str, tuple[Callable[[Cms], Any], int]] = {
    "no reason": (lambda cms: cms.post(f"/v1/dois/{DOI}/accept", {}), 422),
    "an empty reason": (lambda cms: cms.post(f"/v1/dois/{DOI}/accept", {"reason": " "}), 422),
    "a reason that is no text": (lambda cms: cms.post(f"/v1/dois/{DOI}/accept", {"reason": 7}), 422),
    "a reason without end": (lambda cms: cms.post(f"/v1/dois/{DOI}/accept", {"reason": "x" * 2_001}), 422),
    "another field": (lambda cms: cms.post(f"/v1/dois/{DOI}/restore", {"loss": []}), 422),
    "no list": (lambda cms: cms.post(f"/v1/dois/{DOI}/restore", {"allow_loss": "abstracts"}), 422),
    "a list": (lambda cms: cms.post(f"/v1/dois/{DOI}/restore", []), 422),
    "no JSON": (
        lambda cms: cms.open(f"/v1/dois/{DOI}/restore", "POST", data="{", content_type="application/json"),
        400,
    ),
    "a form": (lambda cms: cms.open(f"/v1/dois/{DOI}/restore", "POST", data={"a": "b"}), 415),
    "an unknown mode": (lambda cms: cms.post(f"/v1/dois/{DOI}/restore?mode=now", {}), 400),
    "a DOI never seen": (lambda cms: cms.post("/v1/dois/10.5555/never/restore", {}), 404),
    "no token": (lambda cms: cms.post(f"/v1/dois/{DOI}/accept", {"reason": "x"}, headers={"Authorization": ""}), 401),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_meant_changes_nothing(cms: Cms, case: str) -> None:
    ask, status = BAD[case]
    before = cms.open(f"/v1/dois/{DOI}/history").text
    answer = ask(cms)
    assert answer.status_code == status, answer.text
    assert set(answer.get_json()["error"]) == {"code", "message", "hint", "where"}
    assert cms.open(f"/v1/dois/{DOI}/history").text == before
