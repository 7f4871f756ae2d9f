"""Hooks over weeks: each is told everything in order, whatever hangs, fails or is away, and the deposits go on."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from depositing import Desk, sqlite_url
from doideposit.config.schema import MailSection
from doideposit.errors import WorldError
from doideposit.job.hook_messages import HookMessage
from doideposit.job.hooks import Hook
from doideposit.job.run import Job, JobContext, JobOutcome
from doideposit.sandbox.registry import SandboxRegistry
from inboxes import Office, doi, yaml

MAIL = MailSection(host="mail.example.org", sender="doi@example.org", to=("it@example.org",), digest="never")
EVERYTHING = frozenset({"registered", "failed", "drift"})


@dataclass
class Receiver:
    """What a hook was told; `fails` makes it refuse."""

    told: list[HookMessage] = field(default_factory=list)
    calls: int = 0
    fails: Callable[[HookMessage], bool] = lambda _message: False

    def __call__(self, message: HookMessage) -> None:
        self.calls += 1
        if self.fails(message):
            raise WorldError("the receiver is away")
        self.told.append(message)

    @property
    def said(self) -> list[tuple[str, str]]:
        return [(one.event, str(one.status and one.status.doi)) for one in self.told]


@dataclass
class Firm:
    """A scheduled job with hooks."""

    office: Office
    hooks: dict[str, Receiver] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)

    def run(self, *, wait: float = 900, stop: Callable[[], bool] = lambda: False) -> JobOutcome:
        desk = self.office.desk
        desk.clock.advance(wait)
        job = Job("sandbox", self.office.folders, mail=MAIL)
        hooks = [Hook(name, EVERYTHING, one) for name, one in self.hooks.items()]
        doors = JobContext(
            desk.clock, desk.open, lambda mail: self.mails.append(mail.get_content()), hooks=hooks, stop=stop
        )
        return job.run(doors)

    def register(self, number: int, **extra: str) -> None:
        self.office.drop(f"c{number}.yaml", yaml(number, **extra))
        self.run()
        self.run()


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    office = Office(tmp_path, desk=Desk(sqlite_url(tmp_path)))
    office.desk.registry = SandboxRegistry(office.desk.sandbox)
    office.desk.open()
    with office.desk:
        yield Firm(office)


def test_a_hook_hears_of_registration_failure_and_update_and_nothing_twice(firm: Firm) -> None:
    cms = firm.hooks["cms"] = Receiver()
    firm.register(258)
    firm.office.desk.sandbox.faults.add("reject", "Some words nobody knows")
    firm.register(259)
    firm.register(258, title="A better title")
    assert cms.said == [("registered", doi(258)), ("failed", doi(259)), ("registered", doi(258))]
    assert len({one.id for one in cms.told}) == 3
    record = json.loads(cms.told[1].body())["record"]
    assert (record["doi"], record["registered"]) == (doi(259), False)
    for _ in range(3):
        firm.run(wait=86_400)
    assert cms.calls == 3


def refused_file(firm: Firm, *numbers: int) -> None:
    """Let Crossref reject one file with these DOIs."""
    for number in numbers:
        firm.office.drop(f"c{number}.yaml", yaml(number))
    firm.office.desk.sandbox.faults.add("status", "403")
    firm.run()


def test_a_hook_that_fails_within_a_file_goes_on_with_the_next_doi_of_it(firm: Firm) -> None:
    firm.register(1)
    cms = firm.hooks["cms"] = Receiver(fails=lambda message: doi(4) in message.body().decode())
    firm.run()
    refused_file(firm, 2, 3, 4, 5)
    firm.run()
    assert cms.said == [("failed", doi(2)), ("failed", doi(3))]
    cms.fails = lambda _: False
    firm.run(wait=3600)
    assert cms.said[:4] == [("failed", doi(number)) for number in (2, 3, 4, 5)]
    assert len({one.id for one in cms.told}) == len(cms.told), "nothing comes twice"


def test_a_receiver_that_was_away_hears_of_a_failure_that_was_settled_meanwhile(firm: Firm) -> None:
    firm.register(1)
    cms = firm.hooks["cms"] = Receiver(fails=lambda _: True)
    firm.run()
    refused_file(firm, 2, 3)
    for number in (2, 3):
        firm.register(number, title="Sent again")
    assert firm.office.desk.open().status(doi(2)).registered
    cms.fails = lambda _: False
    firm.run(wait=86_400)
    assert cms.said[:2] == [("failed", doi(2)), ("failed", doi(3))]
    assert sorted(cms.said[2:]) == [("registered", doi(2)), ("registered", doi(3))]


def test_a_hook_hears_of_drift_with_the_values_before_and_now_and_of_nothing_twice(firm: Firm) -> None:
    cms, other = Receiver(), Receiver(fails=lambda _message: True)
    firm.hooks |= {"cms": cms, "other": other}
    firm.office.desk.seed = True
    firm.register(258)
    for _ in range(2):
        firm.run(wait=3600)
    firm.office.desk.sandbox.elsewhere.change_url(doi(258), "https://www.other.eu/here")
    for _ in range(3):
        firm.run(wait=86_400)
    # The address is seen before the record is read, and each is news of its own.
    assert {("registered", doi(258)), ("drift", doi(258))} == set(cms.said)
    assert (cms.said.count(("registered", doi(258))), len({one.id for one in cms.told})) == (1, len(cms.told))
    (drift, *_) = json.loads(cms.told[-1].body())["record"]["drift"]
    assert "https://www.sadf.eu/comment-258/" in drift["before"]
    assert "https://www.other.eu/here" in drift["after"]
    told = len(cms.told)
    other.fails = lambda _message: False
    firm.run(wait=86_400)
    assert len(cms.told) == told, "and no news is none"
    assert other.said == cms.said, "the ledger kept both for the one that was away"


def test_a_new_hook_is_not_told_of_the_past(firm: Firm) -> None:
    firm.register(258)
    late = firm.hooks["late"] = Receiver()
    firm.register(259)
    assert late.said == [("registered", doi(259))]


@pytest.mark.acceptance
def test_a_receiver_that_is_away_for_a_week_is_told_everything_in_order(firm: Firm) -> None:
    cms, other = Receiver(fails=lambda _: True), Receiver()
    firm.hooks |= {"cms": cms, "other": other}
    for number in range(1, 8):
        firm.register(number)
        for _ in range(24):
            assert firm.run(wait=3600).exit_code == 0, "the deposits are all right"
    assert cms.told == []
    assert cms.calls < 7 * 24 / 2, "it is asked ever less often"
    assert [text.count("the hook cms") for text in firm.mails] == [1] * len(firm.mails)
    assert 6 <= len(firm.mails) <= 8, "a mail a day"
    assert "called 1 time since" in firm.mails[0]
    cms.fails = lambda _: False
    for _ in range(4):
        firm.run(wait=3600)
    assert cms.said == other.said == [("registered", doi(number)) for number in range(1, 8)]


def test_one_message_that_is_never_taken_holds_the_others_up_for_two_weeks_and_no_longer(firm: Firm) -> None:
    cms = firm.hooks["cms"] = Receiver(fails=lambda message: doi(1) in message.body().decode())
    firm.register(1)
    firm.register(2)
    for _ in range(15):
        firm.run(wait=86_400)
    assert cms.said == [("registered", doi(2))]


def test_what_failed_says_so_in_status_and_metrics_and_works_again(firm: Firm) -> None:
    cms = firm.hooks["cms"] = Receiver(fails=lambda _: True)
    firm.register(258)
    assert firm.run(wait=60).document["hooks"] == {"cms": {"ok": False, "reason": "the receiver is away"}}
    cms.fails = lambda _: False
    assert firm.run(wait=3600).document["hooks"] == {"cms": {"ok": True, "reason": ""}}


def test_a_pass_that_is_stopped_or_dies_goes_on_where_it_was(firm: Firm) -> None:
    cms = firm.hooks["cms"] = Receiver()
    firm.run()
    for number in (1, 2, 3):
        firm.office.drop(f"c{number}.yaml", yaml(number))
    firm.run()

    def dies(message: HookMessage) -> bool:
        if doi(2) in message.body().decode():
            raise KeyboardInterrupt
        return False

    cms.fails = dies
    with pytest.raises(KeyboardInterrupt):
        firm.run()
    cms.fails = lambda _: False
    firm.run(wait=60)
    assert [name for _, name in cms.said] == [doi(1)], "it still belongs to the process that died"
    firm.run(wait=3600)
    assert [name for _, name in cms.said] == [doi(1), doi(2), doi(3)]


def test_a_clock_that_was_ahead_silences_no_hook(firm: Firm) -> None:
    cms = firm.hooks["cms"] = Receiver(fails=lambda _: True)
    firm.register(258)
    now = firm.office.desk.clock()
    firm.run(wait=timedelta(days=365).total_seconds())
    firm.office.desk.clock.set(now)
    cms.fails = lambda _: False
    firm.run()
    assert cms.said == [("registered", doi(258))]
