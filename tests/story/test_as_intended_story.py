"""The sixth truth: what is registered is as it was sent, said with a time and a proof, and "not yet known" before."""

from pathlib import Path
from typing import Any

import pytest

from depositing import Desk, commentary, sqlite_url, validator
from doideposit.deposits.values import WatchReport
from doideposit.lifecycle import Milestone
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.retention import SandboxRules
from doideposit.sandbox.simulation import Sandbox
from retention import EACH

MINUTE, HOUR, DAY = 60, 3600, 86_400
POLICIES = "<scn_policies><scn_policy_set><scn_policy_ref>https://example.org/p</scn_policy_ref></scn_policy_set></scn_policies>"
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
DOI = str(commentary().doi)


def the_desk(folder: Path, delays: Delays | None = None, rules: SandboxRules | None = None) -> Desk:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=delays or Delays.none(), rules=rules)
    return Desk(sqlite_url(folder), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox))


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    with the_desk(tmp_path) as one:
        yield one


def deposited(desk: Desk, **changes: Any) -> None:
    desk.depositor.deposit(desk.depositor.plan(commentary(**{**RICH, **changes})))
    desk.settle()


def watch(desk: Desk, *, after: float = 0, most: int = 50) -> WatchReport:
    """Let time pass, and make one pass as the scheduled job does."""
    if after:
        desk.clock.advance(after)
    return desk.depositor.watch(most)


@pytest.mark.parametrize("rules", EACH, ids=[str(place) for place in range(len(EACH))])
def test_a_deposit_is_seen_to_be_as_intended_under_every_rule(tmp_path: Path, rules: SandboxRules) -> None:
    with the_desk(tmp_path, rules=rules) as desk:
        deposited(desk)
        assert not desk.depositor.status(DOI).as_intended
        watch(desk, after=16 * MINUTE)
        status = desk.depositor.status(DOI)
        assert status.as_intended
        assert "everything is as it was sent" in status.as_intended.text
        # An update begins anew: what was seen before says nothing of it.
        deposited(desk, subtitle="Another view")
        assert not desk.depositor.status(DOI).as_intended
        watch(desk, after=16 * MINUTE)
        assert desk.depositor.status(DOI).as_intended
        assert [one.kind for one in desk.depositor.events()].count("as-intended") == 2


def test_it_is_asked_after_a_quarter_of_an_hour_one_two_six_and_twenty_four_hours(tmp_path: Path) -> None:
    with the_desk(tmp_path, Delays(0, 0, 0, 0, 0, 0, query=30 * HOUR)) as desk:
        deposited(desk)
        begun = desk.clock()
        asked = [
            round((desk.clock() - begun).total_seconds() / HOUR, 1)
            for _ in range(int(26 * HOUR / (5 * MINUTE)))
            if watch(desk, after=5 * MINUTE).read
        ]
        assert asked == pytest.approx([0.3, 1, 2, 6, 24], abs=0.1)
        status = desk.depositor.status(DOI)
        assert not status.as_intended
        assert "does not show it yet" in status.as_intended.text
        assert not status.needs_person, "not yet known is no alarm before the deadline"
        watch(desk, after=DAY)
        assert desk.depositor.status(DOI).as_intended


def test_what_is_never_shown_is_overdue_after_the_deadline_and_needs_a_person(tmp_path: Path) -> None:
    with the_desk(tmp_path, Delays(0, 0, 0, 0, 0, 0, query=90 * DAY)) as desk:
        deposited(desk)
        desk.depositor.look_up(DOI)
        for _ in range(30):
            watch(desk, after=HOUR)
        status = desk.depositor.status(DOI)
        assert status.overdue is not None
        assert status.overdue.milestone is Milestone.AS_INTENDED
        assert status.needs_person
        assert "verify" in status.next_action


def test_lag_between_two_versions_is_neither_a_loss_nor_drift(tmp_path: Path) -> None:
    with the_desk(tmp_path, Delays(0, 0, 0, 0, 0, 0, query=2 * HOUR)) as desk:
        deposited(desk)
        watch(desk, after=3 * HOUR)
        assert desk.depositor.status(DOI).as_intended
        deposited(desk, subtitle="Second words", licences=["https://creativecommons.org/licenses/by-nc/4.0/"])
        for _ in range(10):
            watch(desk, after=10 * MINUTE)
            status = desk.depositor.status(DOI)
            assert not status.drift
            assert not status.needs_person
            # A third version is compared with the second, which nobody shows yet.
            [entry] = desk.depositor.plan(commentary(**{**RICH, "subtitle": "Third words"})).entries
            assert not any(change.loses for change in entry.changes)
        watch(desk, after=7 * HOUR)
        assert desk.depositor.status(DOI).as_intended


def test_what_crossref_adds_of_its_own_is_no_difference(desk: Desk) -> None:
    deposited(desk, references=[{"key": "ref1", "text": "Gray, A. (2023). Leaders meet."}])
    watch(desk, after=16 * MINUTE)
    desk.sandbox.elsewhere.match(DOI, "ref1", "10.5555/found")
    desk.sandbox.elsewhere.touch(DOI)
    watch(desk, after=8 * DAY)
    status = desk.depositor.status(DOI)
    assert status.as_intended
    assert not status.drift


def test_what_stays_because_the_deposit_did_not_mention_it_is_no_alarm_and_what_is_added_later_is(desk: Desk) -> None:
    deposited(desk)
    poor = {key: value for key, value in RICH.items() if key != "licences"}
    plan = desk.depositor.plan(commentary(**poor), allow_loss=["licences"])
    desk.depositor.deposit(plan)
    desk.settle()
    watch(desk, after=16 * MINUTE)
    status = desk.depositor.status(DOI)
    assert status.as_intended, status.as_intended.text
    desk.sandbox.elsewhere.add_block(DOI, '<program xmlns="http://www.crossref.org/relations.xsd" name="relations"/>')
    desk.sandbox.elsewhere.add_block(DOI, POLICIES)
    watch(desk, after=8 * DAY)
    status = desk.depositor.status(DOI)
    assert not status.as_intended
    assert [one.kind.value for one in status.drift] == ["content"]


def test_verify_reads_the_record_at_once(desk: Desk) -> None:
    deposited(desk)
    assert desk.depositor.verify(DOI).as_intended


def test_a_deposit_that_was_given_up_and_took_effect_is_nobody_elses(desk: Desk) -> None:
    deposited(desk)
    desk.sandbox.faults.add("unknown_for", "50")
    desk.sandbox.faults.add("drop_after_accept")
    desk.depositor.deposit(commentary(**{**RICH, "subtitle": "Second words"}))
    desk.depositor.abandon(DOI, "it takes too long")
    desk.sandbox.settle()
    watch(desk, after=8 * DAY)
    assert not desk.depositor.status(DOI).drift
