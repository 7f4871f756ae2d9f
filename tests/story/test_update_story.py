"""Updates that lose nothing: what is registered is read before, shown as a difference, and kept unless somebody says."""

import json
from pathlib import Path
from typing import Any

import pytest

from depositing import Desk, commentary, sqlite_url, validator
from doideposit.deposits.planning import Action
from doideposit.records.models.commentary import Commentary
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registrar import SandboxRegistrar
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox
from retention import EACH

RICH: dict[str, Any] = {
    "authors": [{"given": "Siegfried", "family": "Wolf", "orcid": "0000-0002-1825-0097"}],
    "subtitle": "A view from Brussels",
    "abstracts": ["What is at stake, in a few words that say it all."],
    "licences": ["https://creativecommons.org/licenses/by/4.0/"],
    "funding": [{"name": "A Foundation", "awards": ["A-1"]}],
    "relations": [{"type": "isCommentOn", "identifier": "https://example.org/treaty", "identifier_type": "uri"}],
    "references": [{"text": "Gray, A. (2023). Leaders meet."}, {"text": "Sen, B. (2022). Rivers."}],
    "pdf_url": "https://www.sadf.eu/comment-258.pdf",
}


@pytest.fixture(params=EACH, ids=[str(place) for place in range(len(EACH))])
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none(), rules=request.param)
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True) as one:
        one.registry = SandboxRegistry(one.sandbox)
        one.open()
        yield one


def registered(desk: Desk, record: Commentary) -> str:
    desk.depositor.deposit(record)
    desk.settle()
    kept = desk.sandbox.record(str(record.doi))
    assert kept is not None
    return kept.record


def test_a_correction_says_what_it_changes(desk: Desk) -> None:
    registered(desk, commentary(**RICH))
    plan = desk.depositor.plan(commentary(**{**RICH, "subtitle": "A view from afar"}))
    [entry] = plan.entries
    assert entry.action is Action.UPDATE
    assert [change.what for change in entry.changes] == ["subtitle: “A view from Brussels” → “A view from afar”"]
    assert entry.reason == "subtitle: “A view from Brussels” → “A view from afar”"
    [change] = entry.to_dict()["changes"]
    values = {"registered": "A view from Brussels", "desired": "A view from afar"}
    assert change == {"field": "subtitle", "what": entry.reason, "loses": False, "kind": "changed", **values}


def test_a_loss_names_what_goes_and_an_addition_what_comes(desk: Desk) -> None:
    registered(desk, commentary(**RICH))
    changed = {**RICH, "subtitle": None, "version": "2"}
    [entry] = desk.depositor.plan(commentary(**changed)).entries
    told = {change["field"]: change for change in json.loads(json.dumps(entry.to_dict()))["changes"]}
    assert (told["subtitle"]["kind"], told["subtitle"]["registered"]) == ("lost", "A view from Brussels")
    assert told["subtitle"]["desired"] is None
    assert told["version"]["kind"] == "added"
    assert told["version"]["registered"] is None


def test_a_poorer_record_is_refused_field_by_field_and_goes_with_consent(desk: Desk) -> None:
    registered(desk, commentary(**RICH))
    poor = commentary(authors=[{"given": "Siegfried", "family": "Wolf"}])
    [entry] = desk.depositor.plan(poor).entries
    assert entry.action is Action.BLOCKED
    lost = {change.field.partition("[")[0] for change in entry.changes if change.loses}
    expected = {*RICH}
    assert lost == expected
    assert "author 1 (Siegfried Wolf) loses the ORCID iD" in entry.reason
    assert "--allow-loss abstracts" in (entry.findings[-1].hint or "")
    plan = desk.depositor.plan(poor, allow_loss=sorted(expected))
    assert plan.ok
    desk.depositor.deposit(plan)
    desk.settle()
    kept = desk.sandbox.record(str(poor.doi))
    assert kept is not None
    assert "at stake" not in kept.record
    # Consent to lose something is no order to remove it: where Crossref keeps what is left out, it is still there.
    assert ("license_ref" in kept.record) == (desk.sandbox.rules.omitted == "retain")
    detail = [event.detail for event in desk.depositor.events() if event.kind == "prepared"][-1]
    assert "abstracts" in detail["may_lose"]


def test_what_the_record_removes_is_emptied_at_crossref(desk: Desk) -> None:
    registered(desk, commentary(**RICH))
    gone = ["licences", "funding", "relations", "references", "pdf_url", "abstracts"]
    left = {key: value for key, value in RICH.items() if key not in gone}
    record = registered(desk, commentary(**left, remove=gone))
    for words in ("license_ref", "Foundation", "treaty", "Gray", "comment-258.pdf", "at stake"):
        assert words not in record
    assert "A view from Brussels" in record
    assert desk.depositor.status(commentary().doi).registered


def test_a_doi_that_another_tool_registered_is_an_update_and_never_a_fee(desk: Desk, tmp_path: Path) -> None:
    registered(desk, commentary(**RICH))
    with Desk(sqlite_url(tmp_path.joinpath("other").parent).replace("ledger", "second"), clock=desk.clock,
              sandbox=desk.sandbox, seed=True, registry=SandboxRegistry(desk.sandbox)) as second:  # fmt: skip
        plan = second.depositor.plan(commentary())
        assert (plan.new, plan.blocked) == (0, 1)
        assert second.depositor.plan(commentary(**{**RICH, "title": "Other words"})).updates == 1


def test_crossref_out_of_reach_means_no_update_unless_somebody_says_why(desk: Desk) -> None:
    registered(desk, commentary(**RICH))
    changed = commentary(**{**RICH, "subtitle": "Another"})
    desk.sandbox.faults.add("status", "503", times=None, at="query")
    [entry] = desk.depositor.plan(changed).entries
    assert (entry.action, [one.code for one in entry.findings if one.stops]) == (Action.BLOCKED, ["plan-unseen"])
    [advised] = [one for one in desk.depositor.plan(changed).without_options().entries[0].findings if one.stops]
    assert advised.hint == "try again later", "a command without the option does not advise it"
    for blank in (
        desk.depositor.plan(changed, unseen=" "),
        desk.depositor.plan_references(commentary(references=[{"text": "Sen, B. (2022). Rivers."}]), unseen=" "),
    ):
        assert not blank.ok, "white space is no reason"
    plan = desk.depositor.plan(changed, unseen="the service is away for days")
    assert plan.ok
    desk.depositor.deposit(plan)
    desk.settle()
    kept = desk.sandbox.record(str(changed.doi))
    assert kept is not None
    assert "Another" in kept.record


def test_a_queued_update_is_compared_when_it_is_sent(desk: Desk) -> None:
    registered(desk, commentary(**RICH))
    report = desk.depositor.enqueue(commentary(authors=[{"given": "Siegfried", "family": "Wolf"}]))
    assert report.ok
    desk.depositor.send()
    status = desk.depositor.status(commentary().doi)
    assert status.needs_person
    assert "would delete" in status.message
    kept = desk.sandbox.record(str(commentary().doi))
    assert kept is not None
    assert "at stake" in kept.record


def test_what_another_tool_adds_after_the_plan_is_not_overwritten(desk: Desk) -> None:
    registered(desk, commentary())
    plan = desk.depositor.plan(commentary(title="Corrected"))
    assert plan.ok
    desk.depositor.enqueue(plan)
    xml = desk.depositor.xml(commentary().doi)
    assert xml is not None
    foreign = xml.replace(b"</titles>", b"<subtitle>From a colleague</subtitle></titles>", 2)
    desk.sandbox.elsewhere.deposit(foreign)
    desk.clock.advance(3600)
    desk.depositor.send()
    assert desk.depositor.status(commentary().doi).needs_person


def test_lag_is_no_loss_and_no_difference(desk: Desk) -> None:
    desk.sandbox = Sandbox(clock=desk.clock, delays=Delays(0, 0, 0, 0, 0, 0, query=7200))
    desk.registrar, desk.registry = SandboxRegistrar(desk.sandbox), SandboxRegistry(desk.sandbox)
    desk.open()
    registered(desk, commentary(**RICH))
    registered(desk, commentary(**{**RICH, "subtitle": "Second words"}))
    [entry] = desk.depositor.plan(commentary(**{**RICH, "subtitle": "Third words"})).entries
    assert [change.what for change in entry.changes] == ["subtitle: “Second words” → “Third words”"]


def test_a_timestamp_that_support_reset_frees_the_doi(desk: Desk) -> None:
    registered(desk, commentary())
    desk.sandbox.elsewhere.reset_timestamp(str(commentary().doi), 202609011200000001)
    [blocked] = desk.depositor.plan(commentary(title="Corrected")).entries
    assert [one.code for one in blocked.findings if one.stops] == ["plan-timestamp-digits"]
    desk.sandbox.elsewhere.reset_timestamp(str(commentary().doi), 20260901120000000)
    record = registered(desk, commentary(title="Corrected"))
    assert "Corrected" in record


def test_an_alias_and_a_doi_of_another_owner_are_left_alone(desk: Desk) -> None:
    registered(desk, commentary(258))
    registered(desk, commentary(259))
    desk.sandbox.elsewhere.alias(str(commentary(259).doi), str(commentary(258).doi))
    desk.sandbox.elsewhere.transfer(str(commentary(258).doi), "10.99999")
    plan = desk.depositor.plan(commentary(258, title="New"), commentary(259, title="New"))
    assert [one.findings[-1].code for one in plan.entries] == ["plan-other-owner", "plan-alias"]
