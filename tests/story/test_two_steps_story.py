"""Updates of what Crossref may add up go in steps by themselves: emptied first, whatever happens between."""

from pathlib import Path
from typing import Any

import pytest

from depositing import Desk, commentary, sqlite_url, validator
from doideposit.deposits.planning import Action
from doideposit.lifecycle import State
from doideposit.records.models.commentary import Commentary
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.retention import SandboxRules
from doideposit.sandbox.simulation import Sandbox
from retention import EACH

BY, NC = "https://creativecommons.org/licenses/by/4.0/", "https://creativecommons.org/licenses/by-nc/4.0/"
FULL: dict[str, Any] = {
    "subtitle": "A view from Brussels",
    "abstracts": ["What is at stake, in a few words that say it all."],
    "licences": [BY],
    "funding": [{"name": "A Foundation", "awards": ["A-1"]}],
    "relations": [{"type": "isCommentOn", "identifier": "https://example.org/treaty", "identifier_type": "uri"}],
    "references": [{"text": "Gray, A. (2023). Leaders meet."}],
    "pdf_url": "https://www.sadf.eu/comment-258.pdf",
}
MARK: dict[str, Any] = {"crossmark_policy": "10.48251/policy"}
CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "licence": ({}, {"licences": [NC]}, "licenses/by/4.0", "licenses/by-nc/4.0"),
    "funder": ({}, {"funding": [{"name": "Another Fund"}]}, "A Foundation", "Another Fund"),
    "relation": (
        {},
        {"relations": [{"type": "isReplyTo", "identifier": "https://example.org/letter", "identifier_type": "uri"}]},
        "example.org/treaty",
        "example.org/letter",
    ),
    "file": ({}, {"pdf_url": "https://www.sadf.eu/second.pdf"}, "comment-258.pdf", "second.pdf"),
    "licence inside of Crossmark": (MARK, {**MARK, "licences": [NC]}, "licenses/by/4.0", "licenses/by-nc/4.0"),
    "policy of Crossmark": (MARK, {"crossmark_policy": "10.48251/other"}, "10.48251/policy", "10.48251/other"),
    "everything": (
        {},
        {"licences": [NC], "funding": [{"name": "Another Fund"}], "pdf_url": "https://www.sadf.eu/second.pdf"},
        "A Foundation",
        "second.pdf",
    ),
}


def the_desk(folder: Path, rules: SandboxRules) -> Desk:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none(), rules=rules)
    return Desk(sqlite_url(folder), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox))


@pytest.fixture(params=EACH, ids=[str(place) for place in range(len(EACH))])
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    with the_desk(tmp_path, request.param) as one:
        yield one


@pytest.fixture
def calm(tmp_path: Path) -> Any:
    with the_desk(tmp_path, SandboxRules()) as one:
        yield one


def record_of(desk: Desk, number: int = 258) -> str:
    kept = desk.sandbox.record(str(commentary(number).doi))
    assert kept is not None
    return kept.record


def registered(desk: Desk, record: Commentary, **allowed: Any) -> str:
    plan = desk.depositor.plan(record, **allowed)
    assert plan.ok, plan.entries[0].reason
    desk.depositor.deposit(plan)
    desk.settle()
    assert desk.depositor.ledger.check() == ()
    return record_of(desk)


@pytest.mark.parametrize("change", CHANGES)
def test_the_registered_record_is_as_wanted_under_every_rule(desk: Desk, change: str) -> None:
    before, after, gone, come = CHANGES[change]
    assert gone in registered(desk, commentary(**{**FULL, **before}))
    wanted = {**FULL, **before, **after}
    [entry] = desk.depositor.plan(commentary(**wanted)).entries
    assert entry.action is Action.UPDATE, entry.reason
    assert "plan-two-steps" in {finding.code for finding in entry.findings}
    record = registered(desk, commentary(**wanted))
    assert come in record
    assert gone not in record
    # Nothing else went with it.
    for words in ("A view from Brussels", "at stake", "Gray", "license_ref", "related_item"):
        assert words in record
    assert desk.depositor.deposit(commentary(**wanted)).entries[0].action is Action.UNCHANGED
    assert not desk.depositor.status(commentary().doi).needs_person


def test_a_licence_that_moves_into_crossmark_is_registered_once(desk: Desk) -> None:
    registered(desk, commentary(**FULL))
    record = registered(desk, commentary(**FULL, **MARK))
    assert record.count(BY) == 1
    # And out again: the policy is lost, so somebody has to say so.
    record = registered(desk, commentary(**FULL, remove=["crossmark_policy"]))
    assert record.count(BY) == 1
    assert "10.48251/policy" not in record


def test_adding_needs_one_deposit(desk: Desk) -> None:
    registered(desk, commentary(**FULL))
    more = {**FULL, "licences": [BY, NC], "funding": [*FULL["funding"], {"name": "Another Fund"}]}
    plan = desk.depositor.plan(commentary(**more))
    assert "plan-two-steps" not in {finding.code for finding in plan.entries[0].findings}
    registered(desk, commentary(**more))
    assert len(desk.sandbox.submissions) == 2


def test_what_was_queued_without_a_look_goes_in_steps_by_itself(desk: Desk) -> None:
    registered(desk, commentary(**FULL))
    desk.depositor.enqueue(commentary(**{**FULL, "licences": [NC]}))
    desk.settle()
    assert desk.depositor.ledger.check() == ()
    assert NC in record_of(desk)
    assert BY not in record_of(desk)


def test_the_two_steps_wait_for_a_first_deposit_that_is_still_queued(calm: Desk) -> None:
    calm.depositor.deposit(commentary(**FULL))
    calm.depositor.deposit(commentary(**{**FULL, "licences": [NC]}))
    calm.depositor.enqueue(commentary(**{**FULL, "licences": [NC], "title": "Better words"}))
    calm.settle()
    assert "Better words" in record_of(calm)
    assert BY not in record_of(calm)
    assert calm.depositor.ledger.check() == ()


def test_references_that_crossref_adds_up_are_emptied_and_sent_again_after_a_look(desk: Desk) -> None:
    two = [{"key": "r1", "text": "Gray, A. (2023)."}, {"key": "r2", "text": "Sen, B. (2022)."}]
    registered(desk, commentary(**{**FULL, "references": two}))
    record = registered(desk, commentary(**{**FULL, "references": two[:1]}), allow_loss=["references"])
    assert ("Sen, B." in record) == (desk.sandbox.rules.references == "merge"), "one deposit is tried"
    for _ in range(2):
        desk.clock.advance(16 * 60)
        desk.depositor.watch(50)
        desk.settle()
    assert "Gray, A." in record_of(desk)
    assert "Sen, B." not in record_of(desk)
    status = desk.depositor.status(commentary().doi)
    assert status.as_intended
    assert not status.needs_person
    assert desk.depositor.ledger.check() == ()


# Never between the two without a word.


def test_plan_status_and_history_say_which_step_it_is_at(calm: Desk) -> None:
    registered(calm, commentary(**FULL))
    changed = commentary(**{**FULL, "licences": [NC]})
    [entry] = calm.depositor.plan(changed).entries
    [step] = [finding for finding in entry.findings if finding.code == "plan-two-steps"]
    assert "2 deposits" in step.message
    assert "licences" in step.message
    assert entry.changes[0].what == f"licences: “{BY}” → “{NC}”"
    calm.depositor.deposit(changed)
    status = calm.depositor.status(changed.doi)
    assert status.state is State.PREPARED
    assert "step 1 of 2" in status.next_action
    assert BY not in record_of(calm)
    assert status.to_dict()["step"] == {"number": 2, "of": 2, "emptied": ["licences"]}
    told = [one.text for one in calm.depositor.history(changed.doi)]
    assert any("(step 1 of 2: it empties licences)" in text for text in told)
    assert any("(step 2 of 2)" in text for text in told)


def test_both_steps_are_recorded_before_the_first_leaves(calm: Desk) -> None:
    registered(calm, commentary(**FULL))
    calm.sandbox.faults.add("status", "503", at="upload", times=None)
    calm.depositor.deposit(commentary(**{**FULL, "licences": [NC]}))
    assert len(calm.sandbox.submissions) == 1
    prepared = [one for one in calm.depositor.events() if one.kind == "prepared"]
    assert [one.detail.get("step") for one in prepared] == [None, "step 1 of 2", "step 2 of 2"]
    calm.sandbox.faults.clear()
    calm.open()  # another process goes on
    calm.settle()
    assert NC in record_of(calm)


def test_the_second_step_stays_when_the_first_fails_and_a_person_hears_of_it(calm: Desk) -> None:
    registered(calm, commentary(**FULL))
    calm.sandbox.faults.add("reject", "Something is wrong")
    changed = commentary(**{**FULL, "licences": [NC]})
    calm.depositor.deposit(changed)
    calm.settle()
    status = calm.depositor.status(changed.doi)
    assert status.needs_person
    assert "step 1 of 2 did not take effect" in status.message
    assert BY in record_of(calm), "nothing was taken away"
    registered(calm, changed, retry=True)
    assert BY not in record_of(calm)


def test_what_another_tool_registers_between_the_steps_is_not_overwritten(calm: Desk) -> None:
    registered(calm, commentary(**FULL))
    changed = commentary(**{**FULL, "licences": [NC]})
    calm.depositor.deposit(changed)
    xml = calm.depositor.xml(changed.doi)
    assert xml is not None
    stamp = str(calm.depositor.status(changed.doi).submission.timestamp).encode()  # type: ignore[union-attr]
    other = xml.replace(stamp, str(int(stamp) + 77).encode()).replace(b"A view from Brussels", b"A view by a colleague")
    calm.sandbox.elsewhere.deposit(other)
    calm.clock.advance(3600)
    calm.settle()
    status = calm.depositor.status(changed.doi)
    assert "colleague" in record_of(calm)
    assert status.failed
    assert status.needs_person


def test_the_query_service_that_is_away_between_the_steps_leaves_nothing_half_done(calm: Desk) -> None:
    registered(calm, commentary(**FULL))
    calm.depositor.deposit(commentary(**{**FULL, "licences": [NC]}))
    calm.sandbox.faults.add("status", "503", times=None, at="query")
    calm.clock.advance(3600)
    calm.settle()
    assert NC in record_of(calm)


# Records with parts that no record file can say.

LEFTOVERS = {
    "component_list": (
        '<component_list><component parent_relation="isPartOf"><titles><title>Figure 1</title></titles><doi_data>'
        "<doi>10.48251/fig1</doi><resource>https://www.sadf.eu/fig1</resource></doi_data></component></component_list>"
    ),
    "scn_policies": "<scn_policies><scn_policy_set><scn_policy_ref>https://example.org/p</scn_policy_ref></scn_policy_set></scn_policies>",
}


@pytest.mark.parametrize("name", LEFTOVERS)
def test_a_record_with_parts_we_cannot_say_is_not_updated_without_consent(calm: Desk, name: str) -> None:
    record = commentary(**FULL)
    registered(calm, record)
    known = calm.sandbox.record(str(record.doi))
    assert known is not None
    calm.sandbox.elsewhere.add_block(str(record.doi), LEFTOVERS[name])
    changed = commentary(**{**FULL, "subtitle": "Another view"})
    [entry] = calm.depositor.plan(changed).entries
    assert entry.action is Action.BLOCKED
    assert name in entry.reason
    assert "Another view" in registered(calm, changed, allow_loss=[name])


def test_an_assertion_of_crossmark_is_not_lost_in_silence(calm: Desk) -> None:
    registered(calm, commentary(**FULL, **MARK))
    assertion = '<custom_metadata><assertion name="received">2020-01-01</assertion></custom_metadata>'
    calm.sandbox.elsewhere.add_block(str(commentary().doi), assertion, inside="crossmark")
    changed = commentary(**{**FULL, **MARK, "licences": [NC]})
    [entry] = calm.depositor.plan(changed).entries
    assert entry.action is Action.BLOCKED
    assert "assertions" in entry.reason
    record = registered(calm, changed, allow_loss=["assertions"])
    assert BY not in record
