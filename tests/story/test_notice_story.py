"""A notice is followed until it shows on the work that it retracts, under every switch of the simulator."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from depositing import Desk, commentary, sqlite_url, validator
from doideposit.deposits.planning import Action
from doideposit.lifecycle import Milestone
from doideposit.records.models.commentary import Commentary
from doideposit.registered.drift_values import DriftKind
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.retention import SandboxRules
from doideposit.sandbox.simulation import Sandbox
from retention import EACH

DOI, NOTICE = str(commentary().doi), str(commentary(300).doi)
MARK = {"crossmark_policy": "10.48251/policy"}
DAY = 86_400
Shows = Literal["work", "list", "nowhere"]


def the_desk(folder: Path, rules: SandboxRules | None = None, shows: Shows = "work", rest: float = 0) -> Desk:
    clock = Clock()
    sandbox = Sandbox(
        clock=clock,
        validate=validator().validate,
        delays=replace(Delays.none(), rest=rest),
        rules=replace(rules or SandboxRules(), updated_by=shows),
    )
    return Desk(sqlite_url(folder), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox))


def notice() -> Commentary:
    update = {"type": "retraction", "doi": DOI, "date": "2026-01-10"}
    return commentary(300, "Retraction of number 258:", updates=[update], **MARK)


def deposited(desk: Desk, record: Commentary) -> None:
    plan = desk.depositor.plan(record)
    assert plan.ok, plan.entries[0].reason
    desk.depositor.deposit(plan)
    desk.settle()


# The first and the last go every time; each switch by itself before a release.
SWITCHES = [
    pytest.param(rules, id=str(place), marks=[] if place in {0, len(EACH) - 1} else [pytest.mark.acceptance])
    for place, rules in enumerate(EACH)
]


@pytest.mark.parametrize("rules", SWITCHES)
def test_the_notice_and_the_marked_work_are_as_intended_under_every_switch(tmp_path: Path, rules: Any) -> None:
    licence = {"licences": ["https://creativecommons.org/licenses/by/4.0/"]}
    with the_desk(tmp_path, rules) as desk:
        deposited(desk, commentary(**licence))
        deposited(desk, notice())
        # The mark comes with a policy that the series did not have before: the licence moves into Crossmark.
        deposited(desk, commentary(title="RETRACTED: Prospects", **licence, **MARK))
        for doi in (DOI, NOTICE):
            status = desk.depositor.verify(doi)
            assert status.milestones[Milestone.AS_INTENDED].at, status
            assert status.drift == ()
        kept = desk.sandbox.record(DOI)
        assert kept is not None
        assert (kept.record.count("license_ref"), "RETRACTED: " in kept.record) == (2, True)
        assert desk.depositor.plan(notice()).entries[0].action is Action.UNCHANGED


@pytest.mark.parametrize("shows", ["work", "list"])
def test_it_is_waited_for_until_the_rest_api_shows_it(tmp_path: Path, shows: Shows) -> None:
    with the_desk(tmp_path, shows=shows, rest=DAY) as desk:
        deposited(desk, commentary())
        desk.clock.advance(DAY)
        deposited(desk, notice())
        status = desk.depositor.verify(NOTICE)
        assert (status.milestones[Milestone.AS_INTENDED].at, status.drift) == (None, ())
        proof = status.milestones[Milestone.AS_INTENDED].text
        assert proof == f"not yet: Crossref does not show the retraction on {DOI}, which it updates"
        desk.clock.advance(DAY)
        assert desk.depositor.verify(NOTICE).milestones[Milestone.AS_INTENDED].at


def test_what_never_shows_needs_a_person(tmp_path: Path) -> None:
    with the_desk(tmp_path, shows="nowhere") as desk:
        deposited(desk, commentary())
        deposited(desk, notice())
        desk.clock.advance(3 * DAY)
        desk.depositor.watch(10)
        status = desk.depositor.status(NOTICE)
        assert status.needs_person
        assert [(one.kind, one.what) for one in status.drift] == [
            (DriftKind.UPDATE, f"Crossref does not show the retraction on {DOI}, which it updates")
        ]
        assert [one.doi for one in desk.depositor.statuses(attention=True)] == [commentary(300).doi]
        desk.depositor.accept(NOTICE, "Crossref support knows")
        assert not desk.depositor.status(NOTICE).needs_person
