"""Resource-only deposits: parts of a record that is registered, sent in the ledger's order and read back."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from depositing import DEPOSITOR, Desk, commentary, sqlite_url, validator
from doideposit.crossref.xml.batch import Built
from doideposit.deposits.planning import Action
from doideposit.lifecycle import EventKind, Milestone, State
from doideposit.records.models.commentary import Commentary
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.retention import SandboxRules
from doideposit.sandbox.simulation import Sandbox
from retention import EACH

DOI = str(commentary().doi)
BY, NC = "https://creativecommons.org/licenses/by/4.0/", "https://creativecommons.org/licenses/by-nc/4.0/"
FULL: dict[str, Any] = {
    "subtitle": "A view from Brussels",
    "abstracts": ["What is at stake, in a few words that say it all."],
    "licences": [BY],
    "references": [{"text": "Gray, A. (2023). Leaders meet."}],
    "pdf_url": "https://www.sadf.eu/comment-258.pdf",
}
REFERENCES = (
    "<doi_citations><doi>{doi}</doi><citation_list>"
    '<citation key="ref1"><unstructured_citation>Gray, A. (2023). Leaders meet.</unstructured_citation></citation>'
    '<citation key="ref2"><doi>10.48251/x2</doi><unstructured_citation>Roy, B. Maps.</unstructured_citation></citation>'
    "</citation_list></doi_citations>"
)
LICENCE = (
    '<lic_ref_data><doi>{doi}</doi><ai:program xmlns:ai="http://www.crossref.org/AccessIndicators.xsd" '
    f'name="AccessIndicators"><ai:license_ref>{NC}</ai:license_ref></ai:program></lic_ref_data>'
)
NO_LICENCE = (
    '<lic_ref_data><doi>{doi}</doi><ai:program xmlns:ai="http://www.crossref.org/AccessIndicators.xsd" '
    'name="AccessIndicators"/></lic_ref_data>'
)


def the_desk(folder: Path, rules: SandboxRules) -> Desk:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none(), rules=rules)
    return Desk(sqlite_url(folder), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox))


# The switches that parts of records depend on, and all of them at once.
@pytest.fixture(params=[EACH[place] for place in (0, 2, 5, 8, 9)], ids=["0", "2", "5", "8", "9"])
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    with the_desk(tmp_path, request.param) as one:
        yield one


@pytest.fixture
def calm(tmp_path: Path) -> Any:
    with the_desk(tmp_path, SandboxRules()) as one:
        yield one


def file_of(folder: Path, *parts: str, doi: str = DOI, name: str = "parts.xml") -> Path:
    path = folder / name
    path.write_text(
        '<doi_batch version="5.4.0" xmlns="http://www.crossref.org/doi_resources_schema/5.4.0"><head>'
        "<doi_batch_id>parts-0001</doi_batch_id><depositor><depositor_name>South Asia Democratic Forum"
        "</depositor_name><email_address>info@example.org</email_address></depositor></head><body>"
        + "".join(parts).replace("{doi}", doi)
        + "</body></doi_batch>"
    )
    return path


def record_of(desk: Desk) -> str:
    kept = desk.sandbox.record(DOI)
    assert kept is not None
    return kept.record


def deposited(desk: Desk, *items: Commentary | Path) -> None:
    plan = desk.depositor.plan(*items)
    assert plan.ok, plan.entries[0].reason
    desk.depositor.deposit(plan)
    desk.settle()
    assert desk.depositor.ledger.check() == ()


def test_references_are_added_alone_and_seen_as_intended(desk: Desk, tmp_path: Path) -> None:
    deposited(desk, commentary(**FULL))
    before = desk.depositor.status(DOI)
    deposited(desk, file_of(tmp_path, REFERENCES))
    record = record_of(desk)
    assert ("Roy, B. Maps." in record, "A view from Brussels" in record, BY in record) == (True, True, True)
    assert record.count("Leaders meet.") == 1
    after = desk.depositor.verify(DOI)
    assert (after.registered, after.title, after.record_type) == (True, before.title, before.record_type)
    assert after.milestones[Milestone.AS_INTENDED].at
    assert after.drift == ()
    again = desk.depositor.plan(file_of(tmp_path, REFERENCES))
    assert [one.action for one in again.entries] == [Action.UNCHANGED]


def test_a_licence_is_replaced_in_two_steps(desk: Desk, tmp_path: Path) -> None:
    deposited(desk, commentary(**FULL))
    plan = desk.depositor.plan(file_of(tmp_path, LICENCE), allow_loss=("licences",))
    desk.depositor.deposit(plan)
    desk.settle()
    record = record_of(desk)
    assert (NC in record, f">{BY}<" in record, "Leaders meet." in record) == (True, False, True)
    assert desk.depositor.status(DOI).submission is not None
    kinds = [one.kind for one in desk.depositor.history(DOI)]
    assert kinds.count(EventKind.PREPARED) == 3
    assert desk.depositor.verify(DOI).drift == ()


def test_an_empty_part_takes_away_and_nothing_else_goes(desk: Desk, tmp_path: Path) -> None:
    deposited(desk, commentary(**FULL))
    deposited(desk, file_of(tmp_path, NO_LICENCE))
    record = record_of(desk)
    assert (BY in record, "comment-258.pdf" in record) == (False, True)
    assert desk.depositor.verify(DOI).milestones[Milestone.AS_INTENDED].at


def test_a_part_that_would_destroy_something_is_kept_back(calm: Desk, tmp_path: Path) -> None:
    three = [{"text": text} for text in ("Gray, A. (2023). Leaders meet.", "Roy, B. Maps.", "Ito, C. Seas.")]
    deposited(calm, commentary(**FULL | {"references": three}))
    plan = calm.depositor.plan(file_of(tmp_path, REFERENCES))
    assert [finding.code for finding in plan.entries[0].findings if finding.stops] == ["plan-loss"]


def test_a_doi_nobody_registered_is_refused(calm: Desk, tmp_path: Path) -> None:
    plan = calm.depositor.plan(file_of(tmp_path, REFERENCES))
    [entry] = plan.entries
    assert entry.action is Action.BLOCKED
    [stops] = [one for one in entry.findings if one.stops]
    assert stops.code == "plan-resources-unregistered"
    assert f"doideposit adopt {DOI}" in (stops.hint or "")


def test_one_is_in_flight_at_a_time_and_they_go_in_order(calm: Desk, tmp_path: Path) -> None:
    deposited(calm, commentary(**FULL))
    calm.depositor.enqueue(file_of(tmp_path, NO_LICENCE))
    calm.depositor.enqueue(file_of(tmp_path, REFERENCES, name="second.xml"))
    calm.depositor.send()
    states = [one.state for one in calm.depositor.statuses()]
    assert states == [State.PREPARED]
    assert calm.depositor.outstanding() == 1
    calm.settle()
    record = record_of(calm)
    assert (BY in record, "Roy, B. Maps." in record) == (False, True)


def test_what_crossref_does_not_show_yet_is_no_drift_and_is_not_sent_again(tmp_path: Path) -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=replace(Delays.none(), query=7200))
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox)) as desk:
        deposited(desk, commentary(**FULL))
        clock.advance(10_000)
        assert desk.depositor.verify(DOI).milestones[Milestone.AS_INTENDED].at
        deposited(desk, file_of(tmp_path, REFERENCES))
        status = desk.depositor.verify(DOI)
        assert (status.milestones[Milestone.AS_INTENDED].at, status.drift) == (None, ())
        # What was sent counts as registered until it is shown: a licence can follow at once.
        both = [*FULL["references"], {"text": "Roy, B. Maps.", "doi": "10.48251/x2"}]
        assert desk.depositor.plan(commentary(**FULL | {"references": both})).entries[0].action is Action.UNCHANGED
        assert desk.depositor.plan(commentary(**FULL)).entries[0].action is Action.BLOCKED
        clock.advance(10_000)
        assert desk.depositor.verify(DOI).milestones[Milestone.AS_INTENDED].at


def test_a_whole_record_that_lacks_what_was_added_is_kept_back(calm: Desk, tmp_path: Path) -> None:
    deposited(calm, commentary(**FULL))
    deposited(calm, file_of(tmp_path, REFERENCES))
    [entry] = calm.depositor.plan(commentary(**FULL | {"subtitle": "Another view"})).entries
    assert entry.action is Action.BLOCKED
    assert "references" in entry.reason


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((), "deposit-without-doi"),
        ((REFERENCES, REFERENCES), "deposit-part-twice"),
        ((LICENCE, REFERENCES), "xsd-"),
        ((REFERENCES, LICENCE.replace("{doi}", "10.5555/other")), "deposit-prefixes-mixed"),
        ((REFERENCES.replace("{doi}", "no doi"),), "doi"),
    ],
)
def test_files_with_faults(calm: Desk, tmp_path: Path, parts: tuple[str, ...], code: str) -> None:
    findings = calm.depositor.check(file_of(tmp_path, *parts))
    assert [one for one in findings if one.code.startswith(code) and one.stops], findings


def test_the_references_of_a_record_go_alone(calm: Desk) -> None:
    deposited(calm, commentary(**FULL))
    texts = ["Gray, A. (2023). Leaders meet.", "Roy, B. <i>Maps</i> & more."]
    changed = commentary(**FULL | {"references": [{"text": text} for text in texts], "subtitle": "Not sent"})
    calm.depositor.deposit(calm.depositor.plan_references(changed))
    calm.settle()
    record = record_of(calm)
    assert ("Maps" in record, "Not sent" in record, record.count("Leaders meet.")) == (True, False, 1)
    sent = calm.depositor.xml(DOI) or b""
    assert (b"doi_resources_schema/5.4.0" in sent, b"<timestamp>" in sent) == (True, False)
    assert calm.depositor.verify(DOI).milestones[Milestone.AS_INTENDED].at
    again = calm.depositor.plan_references(changed, commentary(259))
    assert [one.action for one in again.entries] == [Action.UNCHANGED, Action.UNCHANGED]
    # What was sent alone is registered with the rest: only what differs besides makes an update.
    [entry] = calm.depositor.plan(changed).entries
    assert (entry.action, [one.what for one in entry.changes]) == (
        Action.UPDATE,
        ["subtitle: “A view from Brussels” → “Not sent”"],
    )
    rest = commentary(**FULL | {"references": [{"text": text} for text in texts]})
    [entry] = calm.depositor.plan(rest).entries
    assert (entry.action, entry.reason) == (
        Action.UNCHANGED,
        "registered with the same content, some of it in a resource-only deposit",
    )
    [entry] = calm.depositor.plan(rest, offline=True).entries
    assert entry.action is Action.UNCHANGED
    # Whoever asks for it sends it all the same.
    assert calm.depositor.plan(rest, retry=True).entries[0].action is Action.UPDATE


def test_an_adopted_record_whose_references_went_alone_is_as_registered(calm: Desk, tmp_path: Path) -> None:
    calm.sandbox.elsewhere.deposit(Built.of(DEPOSITOR.head("other", 20200301120000), [commentary(**FULL)]).xml)
    calm.depositor.adopt(folder=tmp_path)
    more = commentary(**FULL | {"references": [{"text": "Gray, A. (2023). Leaders meet."}, {"text": "Roy, B. Maps."}]})
    calm.depositor.deposit(calm.depositor.plan_references(more))
    calm.settle()
    assert [one.action for one in calm.depositor.plan(more).entries] == [Action.UNCHANGED]
