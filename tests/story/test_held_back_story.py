"""What the look before sending holds back: it alone, with its own reason, and it goes when that is settled."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from depositing import DEPOSITOR, Desk, commentary, sqlite_url, validator
from doideposit.crossref.queries import RegisteredState
from doideposit.crossref.xml.batch import Built
from doideposit.deposits.planning import Action
from doideposit.errors import UnexpectedAnswer
from doideposit.lifecycle import Milestone, Outcome, State
from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.processing import OUR_MEMBER
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.retention import SandboxRules
from doideposit.sandbox.simulation import Sandbox
from inboxes import Office, doi, yaml
from retention import EACH

LONG = "What is at stake, in a few words that say it all."


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(sqlite_url(tmp_path / "ledger"), seed=True) as one:
        one.registry = SandboxRegistry(one.sandbox)
        one.open()
        yield one


def registered(desk: Desk, *records: Commentary) -> None:
    desk.depositor.deposit(*records)
    desk.settle()


def states(desk: Desk, *numbers: int) -> list[Any]:
    return [(one.state, one.outcome) for one in map(desk.depositor.status, map(doi, numbers))]


class OnceOdd(SandboxRegistry):
    """A query service that answers with nonsense about one DOI, the first times that it is asked."""

    def __init__(self, sandbox: Sandbox, about: str) -> None:
        super().__init__(sandbox)
        self.about = [Doi(about)] * 2

    def registered(self, doi: Doi, email: str) -> RegisteredState | None:
        if doi in self.about:
            self.about.remove(doi)
            raise UnexpectedAnswer("the answer is no XML")
        return super().registered(doi, email)


REGISTERED, HELD = (State.DONE, Outcome.REGISTERED), (State.REFUSED, None)


def test_only_those_that_would_lose_something_are_held_each_with_its_reason(desk: Desk) -> None:
    registered(desk, *(commentary(number, subtitle="Old", abstracts=[LONG]) for number in range(1, 6)))
    desk.depositor.enqueue(
        commentary(1, subtitle="New", abstracts=[LONG]),
        commentary(2, abstracts=[LONG]),
        commentary(3, subtitle="Old"),
        commentary(4, abstracts=[LONG], title="Other"),
        commentary(5, subtitle="Newer", abstracts=[LONG]),
    )
    desk.settle()
    assert states(desk, 1, 2, 3, 4, 5) == [REGISTERED, HELD, HELD, HELD, REGISTERED]
    told = [desk.depositor.status(doi(number)) for number in (2, 3, 4)]
    assert ["subtitle" in one.message for one in told] == [True, False, True]
    assert ["abstract" in one.message for one in told] == [False, True, False]
    assert [one.next_action.rpartition(", or ")[2] for one in told] == [
        "--allow-loss subtitle; then deposit it again",
        "--allow-loss abstracts; then deposit it again",
        "--allow-loss subtitle; then deposit it again",
    ]
    assert [one.needs_person for one in told] == [True] * 3
    assert "subtitle" in desk.depositor.history(doi(2))[-1].text
    assert "abstract" in desk.depositor.history(doi(3))[-1].text
    assert desk.depositor.ledger.check() == ()


@pytest.mark.parametrize("way", ["allow", "remove", "field", "same"])
def test_what_was_held_back_goes_on_in_the_way_the_message_names(desk: Desk, way: str) -> None:
    registered(desk, commentary(subtitle="Old"))
    poor = commentary()
    desk.depositor.enqueue(poor)
    desk.depositor.send()
    assert "would delete" in desk.depositor.status(poor.doi).message
    # Without a word it is compared anew, and stopped for the same reason.
    [entry] = desk.depositor.plan(poor).entries
    assert [one.code for one in entry.findings if one.stops] == ["plan-loss"]
    again = {"remove": commentary(remove=["subtitle"]), "field": commentary(subtitle="Other")}.get(way, poor)
    if way == "same":
        # Another tool took it out at Crossref meanwhile, so that nothing is left to be lost.
        bare = Built.of(DEPOSITOR.head("other", 20260901130000000), [poor]).xml
        desk.sandbox.elsewhere.deposit(bare)
        desk.depositor.enqueue(again)
    else:
        desk.depositor.deposit(desk.depositor.plan(again, allow_loss=["subtitle"] if way == "allow" else []))
    desk.settle()
    assert states(desk, 258) == [REGISTERED]
    assert not desk.depositor.status(poor.doi).needs_person


def test_a_doi_that_came_back_to_its_owner_is_deposited_again(desk: Desk) -> None:
    registered(desk, commentary())
    desk.sandbox.elsewhere.transfer(doi(), "10.99999")
    changed = commentary(title="Corrected")
    desk.depositor.enqueue(changed)
    desk.depositor.send()
    assert "belongs to the owner of the prefix 10.99999" in desk.depositor.status(doi()).message
    desk.sandbox.elsewhere.transfer(doi(), "10.48251", OUR_MEMBER)
    desk.depositor.enqueue(changed)
    desk.settle()
    assert states(desk, 258) == [REGISTERED]


def test_a_ready_made_file_stays_whole(desk: Desk, tmp_path: Path) -> None:
    registered(desk, commentary(1, subtitle="Old"), commentary(2, subtitle="Old"))
    path = tmp_path / "both.xml"
    both = [commentary(1, subtitle="New"), commentary(2)]
    path.write_bytes(Built.of(DEPOSITOR.head("ready-made", 20260901130000000), both).xml)
    desk.depositor.enqueue(path)
    desk.settle()
    assert states(desk, 1, 2) == [HELD, HELD]
    told = desk.depositor.status(doi(1)).message
    assert told.startswith(f"its file also holds {doi(2)}, which cannot be sent now: this update would delete")


def test_one_answer_that_is_none_lets_the_others_go(desk: Desk) -> None:
    records = [commentary(number, subtitle="Old") for number in (1, 2, 3)]
    registered(desk, *records)
    desk.depositor.enqueue(*(commentary(number, subtitle="New") for number in (1, 2, 3)))
    desk.depositor.enqueue(commentary(4))
    desk.registry = OnceOdd(desk.sandbox, doi(2))
    desk.open()
    report = desk.depositor.send()
    assert report.error is None
    desk.clock.advance(60)
    desk.depositor.poll()
    found = states(desk, 1, 2, 3, 4)
    assert sorted(found, key=str) == sorted([REGISTERED] * 3 + [(State.PREPARED, None)], key=str)
    waiting = next(one for one in desk.depositor.statuses() if one.state is State.PREPARED)
    assert "the registered metadata could not be read" in waiting.next_action
    desk.settle()
    assert states(desk, 1, 2, 3, 4) == [REGISTERED] * 4


def test_the_inbox_follows_what_was_recorded_anew(desk: Desk, tmp_path: Path) -> None:
    office = Office(tmp_path, desk=desk)
    mark = '[{{type: isCommentOn, identifier: "https://example.org/{}", identifier_type: uri}}]'
    for number in (1, 2, 3):
        office.drop(f"{number}.yaml", yaml(number, subtitle="Old", relations=mark.format("a")))
    office.until_quiet()
    office.drop("one.yaml", yaml(1, subtitle="Old", relations=mark.format("b")))
    office.drop("two.yaml", yaml(2, relations=mark.format("a")))
    office.drop("three.yaml", yaml(3, subtitle="New", relations=mark.format("a")))
    office.until_quiet()
    assert office.names("done")[-2:] == ["one.yaml", "three.yaml"]
    assert office.names("rejected") == ["two.yaml"]
    assert "--allow-loss subtitle; then deposit it again" in " ".join(office.report("two.yaml").split())


def test_references_that_were_sent_alone_are_not_taken_out_unseen(desk: Desk) -> None:
    before, after = commentary(), commentary(references=[{"text": "Sen, B. (2022). Rivers."}])
    registered(desk, before)
    desk.depositor.deposit(desk.depositor.plan_references(after))
    desk.settle()
    assert [one.action for one in desk.depositor.plan(after).entries] == [Action.UNCHANGED]
    [entry] = desk.depositor.plan(before).entries
    assert (entry.action, [one.code for one in entry.findings if one.stops]) == (Action.BLOCKED, ["plan-loss"])
    assert "1 reference fewer: 1 → 0" in entry.reason
    desk.depositor.enqueue(before)
    desk.settle()
    assert "1 reference fewer: 1 → 0" in desk.depositor.status(before.doi).message
    registered(desk, commentary(remove=["references"]))
    kept = desk.sandbox.record(str(before.doi))
    assert kept is not None
    assert "Rivers" not in kept.record
    assert [one.action for one in desk.depositor.plan(commentary(remove=["references"])).entries] == [Action.UNCHANGED]


@pytest.mark.parametrize("timestamp", [20260901130000000, 202609011300000001])
def test_another_tool_with_a_higher_timestamp_while_it_waits(desk: Desk, timestamp: int) -> None:
    registered(desk, commentary())
    desk.depositor.enqueue(commentary(title="Corrected"))
    desk.sandbox.elsewhere.reset_timestamp(doi(), timestamp)
    desk.settle()
    if timestamp > 10**17:
        # Sent all the same, it would only be refused.
        assert states(desk, 258) == [HELD]
        assert "ask Crossref support to reset the timestamp" in desk.depositor.status(doi()).next_action
        desk.sandbox.elsewhere.reset_timestamp(doi(), 20260901130000000)
        desk.depositor.enqueue(commentary(title="Corrected"))
        desk.settle()
    assert states(desk, 258) == [REGISTERED]
    assert {one.outcome for one in desk.depositor.history(doi())} == {None, Outcome.REGISTERED}


def test_what_one_record_gives_up_is_no_leave_for_the_others_of_its_file(desk: Desk) -> None:
    registered(desk, commentary(1, subtitle="Old"), commentary(2, subtitle="Old"))
    desk.depositor.enqueue(commentary(1, remove=["subtitle"]), commentary(2))
    desk.settle()
    assert states(desk, 1, 2) == [REGISTERED, HELD]


def test_leave_that_comes_after_the_recording_says_how_it_can_still_be_given(desk: Desk) -> None:
    registered(desk, commentary(subtitle="Old"))
    changed = commentary(subtitle="New")
    desk.depositor.enqueue(changed)
    desk.sandbox.faults.add("status", "503", times=None, at="query")
    desk.depositor.send()
    [entry] = desk.depositor.plan(changed, unseen="away since Monday").entries
    [late] = [one for one in entry.findings if one.code == "plan-recorded-before"]
    assert f"doideposit abandon {doi()}" in late.hint
    desk.depositor.abandon(doi(), "sent unseen")
    desk.depositor.deposit(desk.depositor.plan(changed, unseen="away since Monday"))
    assert desk.depositor.status(doi()).state is State.QUEUED


@pytest.mark.parametrize("rules", [EACH[0], EACH[-1]], ids=["usual", "other"])
@pytest.mark.parametrize("timestamp", [202609011200000001, 2**63 + 1, 10**25])
def test_a_longer_timestamp_is_no_drift_and_frees_the_doi_as_often_as_it_is_reset(
    tmp_path: Path, timestamp: int, rules: SandboxRules
) -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none(), rules=rules)
    first, second = commentary(title="Corrected"), commentary(title="Again")
    sandbox.elsewhere.deposit(Built.of(DEPOSITOR.head("other", 20260801120000000), [commentary()]).xml)
    sandbox.elsewhere.reset_timestamp(doi(), timestamp)
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox)) as desk:
        desk.depositor.adopt(doi(), folder=tmp_path / "records")
        assert desk.depositor.verify(doi()).drift == ()
        for record in (first, second):
            assert [one.action for one in desk.depositor.plan(record).entries] == [Action.BLOCKED]
            desk.depositor.enqueue(record)
            desk.settle()
            assert states(desk, 258) == [HELD]
            assert "ask Crossref support to reset" in desk.depositor.status(doi()).next_action
            sandbox.elsewhere.reset_timestamp(doi(), 20260801120000000)
            desk.depositor.enqueue(record)
            desk.settle()
            seen = desk.depositor.verify(doi())
            assert (states(desk, 258), seen.drift) == ([REGISTERED], ())
            assert seen.milestones[Milestone.AS_INTENDED].at
            assert [one.action for one in desk.depositor.plan(record).entries] == [Action.UNCHANGED]
            sandbox.elsewhere.reset_timestamp(doi(), timestamp)
            assert "somebody else deposited it" in desk.depositor.verify(doi()).drift[0].what
