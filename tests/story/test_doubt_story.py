"""Doubt, crashes and outages: nothing is lost, nothing is sent again blindly, and every wait is in the ledger."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from depositing import SERIES, Desk, commentary, sqlite_url, validator
from doideposit.cli.dialog import DepositDialog
from doideposit.cli.terminal import Terminal
from doideposit.crossref.registrar import Receipt
from doideposit.deposits.limits import Limits
from doideposit.deposits.planning import Action
from doideposit.deposits.values import Progress
from doideposit.errors import (
    CredentialsRefused,
    RegistrarUnavailable,
    SubmissionForbidden,
    SubmissionInDoubt,
    UnexpectedAnswer,
    UsageError,
    WorldError,
)
from doideposit.lifecycle import EventKind, Milestone, Outcome, State
from doideposit.records.identifiers import Doi
from doideposit.records.models.batch import SealedBatch
from doideposit.reports.attention import AttentionKind
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.registrar import SandboxRegistrar
from doideposit.sandbox.simulation import Sandbox

C258 = "10.48251/SADF.ISSN.2406-5617.C258"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(sqlite_url(tmp_path)) as one:
        yield one


def state(desk: Desk) -> State | None:
    return desk.depositor.status(C258).state


def test_an_upload_whose_answer_is_lost_is_asked_about_and_never_sent_twice(desk: Desk) -> None:
    desk.sandbox.faults.add("drop_after_accept")
    report = desk.depositor.deposit(commentary())
    assert isinstance(report.error, SubmissionInDoubt)
    assert report.entries[0].status.state is State.SENDING
    assert "not known whether Crossref has the file" in report.entries[0].status.next_action
    assert desk.depositor.poll().looked == 0, "it is not due yet"
    desk.settle()
    assert desk.depositor.status(C258).registered
    assert len(desk.sandbox.submissions) == 1


@pytest.mark.parametrize("fault", ["drop_before_body", "status=500", "status=502", "status=504"])
def test_a_file_still_unknown_after_the_grace_period_goes_out_again_with_the_same_bytes(desk: Desk, fault: str) -> None:
    name, _, value = fault.partition("=")
    desk.sandbox.faults.add(name, value or None, at="upload")
    desk.depositor.deposit(commentary())
    first = desk.depositor.status(C258).submission
    desk.clock.advance(14 * 60)
    desk.depositor.poll()
    assert state(desk) is State.SENDING, "the grace period is not over"
    desk.settle()
    status = desk.depositor.status(C258)
    assert status.registered
    assert status.submission.file_name != first.file_name
    assert status.submission.timestamp == first.timestamp
    (received,) = desk.sandbox.submissions
    assert received.content == desk.depositor.xml(C258)
    names = {entry.file_name for entry in desk.depositor.history(C258) if entry.kind == "sending"}
    assert names == {first.file_name, status.submission.file_name}


class Post:
    """A registrar whose first uploads reach Crossref only when the test delivers them."""

    def __init__(self, sandbox: Sandbox, held: int) -> None:
        self.inner = SandboxRegistrar(sandbox)
        self.held = held
        self.bag: list[tuple[SealedBatch, str]] = []

    def submit(self, batch: SealedBatch, file_name: str) -> Receipt:
        if self.held:
            self.held -= 1
            self.bag.append((batch, file_name))
            raise SubmissionInDoubt("no answer came")
        return self.inner.submit(batch, file_name)

    def fetch_result(self, file_name: str) -> bytes:
        return self.inner.fetch_result(file_name)

    def deliver(self) -> None:
        for batch, file_name in self.bag:
            self.inner.submit(batch, file_name)
        self.bag = []


def late_desk(tmp_path: Path, held: int = 1) -> Desk:
    desk = Desk(sqlite_url(tmp_path))
    desk.registrar = Post(desk.sandbox, held)
    desk.depositor.close()
    desk.open()
    return desk


def test_a_first_copy_that_arrives_after_the_second_does_no_harm(tmp_path: Path) -> None:
    with late_desk(tmp_path) as desk:
        desk.depositor.deposit(commentary())
        desk.clock.advance(16 * 60)
        desk.depositor.poll()
        assert state(desk) is State.QUEUED
        desk.registrar.deliver()
        desk.settle()
        status = desk.depositor.status(C258)
        assert (status.outcome, status.registered) == (Outcome.REGISTERED, True)
        assert len(desk.sandbox.submissions) == 2
        assert len(desk.sandbox.history(C258)) == 1


def test_a_first_copy_that_overtakes_the_second_counts_by_equal_timestamps(tmp_path: Path) -> None:
    with late_desk(tmp_path) as desk:
        desk.depositor.deposit(commentary())
        desk.clock.advance(16 * 60)
        desk.registrar.held = 1
        desk.depositor.poll()  # thought lost, and sent again: that copy is held too
        first, second = desk.registrar.bag
        desk.registrar.inner.submit(*first)
        desk.registrar.inner.submit(*second)
        desk.settle()
        assert desk.depositor.status(C258).registered
        assert len(desk.sandbox.history(C258)) == 1


def test_the_second_copy_alone_shows_that_the_first_was_applied(tmp_path: Path) -> None:
    """Crossref rejects the second for its timestamp and names ours; the first copy is never seen again."""
    with late_desk(tmp_path) as desk:
        desk.depositor.deposit(commentary())
        batch, _ = desk.registrar.bag[0]
        desk.registrar.inner.submit(batch, "another-name.xml")
        desk.sandbox.process()
        desk.settle()
        status = desk.depositor.status(C258)
        assert (status.outcome, status.registered) == (Outcome.REGISTERED, True)
        assert "which is ours" in status.registration.proof
        assert len(desk.sandbox.history(C258)) == 1


def test_a_lost_copy_that_turns_up_before_it_is_sent_again_is_taken(tmp_path: Path) -> None:
    with late_desk(tmp_path) as desk:
        desk.depositor.deposit(commentary())
        desk.clock.advance(16 * 60)
        desk.sandbox.faults.add("status", "503", at="upload")
        desk.depositor.poll()
        assert state(desk) is State.PREPARED
        desk.registrar.deliver()
        desk.settle()
        assert desk.depositor.status(C258).registered
        assert len(desk.sandbox.submissions) == 1
        assert [entry.kind for entry in desk.depositor.history(C258)][-3:] == ["received", "processed", "registered"]


def test_a_late_log_of_a_lost_copy_registers_after_all(tmp_path: Path) -> None:
    with late_desk(tmp_path) as desk:
        desk.sandbox.faults.add("zero_records")
        desk.depositor.deposit(commentary())
        desk.clock.advance(16 * 60)
        desk.depositor.poll()
        desk.clock.advance(60)
        desk.depositor.poll()
        assert desk.depositor.status(C258).outcome is Outcome.MISSING
        assert not desk.depositor.status(C258).registered
        desk.registrar.deliver()
        desk.clock.advance(3600)
        report = desk.depositor.poll()
        assert [status.registered for status in report.changed] == [True]
        assert desk.depositor.status(C258).outcome is Outcome.REGISTERED
        assert desk.depositor.ledger.check() == ()


def test_a_lost_copy_is_not_asked_about_for_ever(tmp_path: Path) -> None:
    with late_desk(tmp_path) as desk:
        desk.sandbox.faults.add("zero_records")
        desk.depositor.deposit(commentary())
        for _ in range(400):
            due = desk.depositor.next_due()
            if due is None:
                break
            desk.clock.set(max(due, desk.clock()) + timedelta(seconds=1))
            desk.depositor.poll()
        assert desk.depositor.next_due() is None


def test_an_outage_pauses_and_the_pause_survives_a_restart(desk: Desk) -> None:
    desk.sandbox.faults.add("status", "503", times=3, at="upload")
    report = desk.depositor.deposit(commentary())
    assert isinstance(report.error, RegistrarUnavailable)
    waits = []
    for _ in range(3):
        status = desk.depositor.status(C258)
        assert status.state is State.PREPARED
        desk.depositor.close()
        desk.open()
        assert desk.depositor.send().entries == (), "the pause is kept by the ledger"
        waits.append((desk.depositor.next_due() - desk.clock()).total_seconds())
        desk.clock.set(desk.depositor.next_due())
        desk.depositor.poll()
    assert waits[0] < waits[1] < waits[2] <= 900
    assert state(desk) is State.QUEUED
    assert len({entry.file_name for entry in desk.depositor.history(C258) if entry.kind == "sending"}) == 4


def test_failures_in_a_row_are_those_of_all_files(desk: Desk) -> None:
    desk.depositor.deposit(commentary(257))
    desk.settle()
    desk.sandbox.faults.add("drop_after_accept", None, at="upload")
    desk.depositor.deposit(commentary(258))
    desk.sandbox.faults.add("status", "503", at="upload")
    desk.depositor.enqueue(commentary(259))
    desk.clock.set(desk.depositor.next_due())
    assert isinstance(desk.depositor.send().error, RegistrarUnavailable)
    # The first pause is five seconds, the second ten, each give or take a quarter.
    assert (desk.depositor.next_due() - desk.clock()).total_seconds() >= 7.5


def test_retry_after_is_honoured(desk: Desk) -> None:
    desk.sandbox.faults.add("retry_after", "120")
    desk.depositor.deposit(commentary())
    assert (desk.depositor.next_due() - desk.clock()).total_seconds() == 120


@pytest.mark.parametrize("status", ["200", "302", "500"])
def test_any_answer_that_asks_to_wait_is_given_that_time(desk: Desk, status: str) -> None:
    # A page with 200 instead of a result log is judged by what stands in it, as every log is.
    doors = ("upload",) if status == "200" else ("upload", "poll")
    for at in doors:
        desk.sandbox.faults.add("status", status, at=at)
        desk.sandbox.faults.add("retry_after", "1200", at=at)
    desk.depositor.deposit(commentary())
    for _ in doors:
        desk.clock.advance(1190)
        assert desk.depositor.poll().looked == 0
        desk.clock.advance(11)
        assert desk.depositor.poll().looked == 1
    desk.settle()
    assert desk.depositor.status(C258).registered
    assert len(desk.sandbox.history(C258)) == 1


def test_refused_credentials_stop_the_run_and_mark_nothing_failed(desk: Desk) -> None:
    desk.sandbox.faults.add("auth", times=2)
    with pytest.raises(CredentialsRefused):
        desk.depositor.deposit(commentary(), commentary(259))
    assert [status.state for status in desk.depositor.statuses()] == [State.PREPARED] * 2
    with pytest.raises(CredentialsRefused):
        desk.depositor.poll()
    desk.settle()
    assert all(status.registered for status in desk.depositor.statuses())


@pytest.mark.parametrize("status", ["403", "413", pytest.param("400", marks=pytest.mark.acceptance)])
def test_what_crossref_declines_is_asked_about_and_not_sent_again_before_a_person_says_so(
    desk: Desk, status: str
) -> None:
    desk.sandbox.faults.add("status", status, at="upload")
    report = desk.depositor.deposit(commentary())
    assert isinstance(report.error, SubmissionForbidden if status == "403" else UnexpectedAnswer)
    assert desk.depositor.status(C258).state is State.SENDING
    desk.settle()
    ended = desk.depositor.status(C258)
    assert (ended.state, ended.needs_person) == (State.REFUSED, True)
    assert (ended.next_action, ended.message) == (report.error.hint, report.error.message)
    assert [one.doi for one in desk.depositor.statuses(attention=True)] == [ended.doi]
    assert "correct the record" not in ended.next_action
    again = desk.depositor.deposit(commentary()).entries[0]
    assert (again.action, again.findings[-1].code) == (Action.BLOCKED, "plan-failed-before")
    assert "rejected the same content" not in again.findings[-1].message
    assert len(desk.sandbox.submissions) == 0
    desk.clock.advance(600)
    assert desk.depositor.deposit(commentary(), retry=True).entries[0].action is Action.REGISTER
    desk.settle()
    assert desk.depositor.status(C258).registered


@pytest.mark.parametrize("status", ["200", "302", "400", "403", "404", "413", "500"])
def test_what_crossref_took_whatever_it_answered_is_found_and_registered(desk: Desk, status: str) -> None:
    desk.sandbox.faults.add("status_after_accept", status)
    assert desk.depositor.deposit(commentary()).error is not None
    desk.settle()
    assert desk.depositor.status(C258).registered
    assert len(desk.sandbox.submissions) == 1, "it was asked for, and not sent again"


@pytest.mark.parametrize("status", ["200", "302", "404"])
def test_a_page_that_is_no_answer_says_nothing_about_the_record(desk: Desk, status: str) -> None:
    """It may have been received: only when Crossref does not know it after the grace period is it sent again."""
    desk.sandbox.faults.add("status", status, at="upload")
    report = desk.depositor.deposit(commentary())
    assert isinstance(report.error, SubmissionInDoubt)
    assert not desk.depositor.status(C258).needs_person
    desk.settle()
    assert desk.depositor.status(C258).registered


def test_an_hour_of_a_maintenance_page_in_front_of_ten_files_ends_with_ten_registered_dois(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    desk.settle()
    desk.sandbox.faults.add("status", "200", times=None)
    for number in range(1, 11):
        desk.depositor.enqueue(commentary(number))
    begun = desk.clock()
    while desk.clock() - begun < timedelta(hours=1):
        desk.depositor.poll()
        desk.clock.advance(300)
    page = [one for one in desk.depositor.history("10.48251/SADF.ISSN.2406-5617.C1") if one.answer]
    assert page
    assert "Scheduled maintenance" in page[0].text
    assert "<h1>" in (page[0].answer or "")
    desk.sandbox.faults.clear()
    desk.settle()
    assert sum(status.registered for status in desk.depositor.statuses()) == 11
    assert not any(status.needs_person for status in desk.depositor.statuses())
    assert all(len(desk.sandbox.history(str(status.doi))) == 1 for status in desk.depositor.statuses())


def test_a_maintenance_page_is_not_shown_to_one_file_after_the_other(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    desk.settle()
    desk.sandbox.faults.add("html_200", times=None)
    for number in range(1, 5):
        desk.depositor.deposit(commentary(number))
    states = [desk.depositor.status(f"10.48251/SADF.ISSN.2406-5617.C{number}").state for number in range(1, 5)]
    assert states == [State.SENDING] + [State.PREPARED] * 3


def test_a_refusal_that_was_none_is_noticed_when_the_log_turns_up(desk: Desk) -> None:
    """The first upload got no answer and shows up late; the copy sent after the grace period is declined."""
    desk.sandbox.faults.add("drop_after_accept")
    desk.sandbox.faults.add("unknown_for", "12")
    desk.depositor.deposit(commentary())
    desk.clock.advance(16 * 60)
    desk.sandbox.faults.add("status", "403", at="upload", times=None)
    for _ in range(40):
        desk.depositor.poll()
        desk.clock.advance(120)
        if desk.depositor.status(C258).state is State.REFUSED:
            break
    assert desk.depositor.status(C258).state is State.REFUSED
    for _ in range(80):
        desk.clock.advance(1800)
        desk.depositor.poll()
    assert desk.depositor.status(C258).registered
    assert desk.depositor.ledger.check() == ()


@pytest.mark.parametrize("fault", ["poll_garbage=html", "poll_garbage=empty"])
def test_waiting_goes_on_after_an_odd_answer_about_one_file(tmp_path: Path, fault: str) -> None:
    said: list[str] = []
    with Desk(sqlite_url(tmp_path), limits=Limits(records_per_submission=1)) as desk:
        desk.depositor.deposit(commentary(1))
        desk.settle()
        desk.depositor.deposit(commentary(2), commentary(3))
        desk.sandbox.faults.add(*fault.split("="))
        dois = [commentary(number).doi for number in (2, 3)]
        error = _wait(desk, 30, dois, lambda progress: said.append(progress.kind))
        assert error is None
        assert "odd" in said
        assert all(desk.depositor.status(doi).registered for doi in dois)


def _wait(
    desk: Desk, seconds: float, dois: list[Doi], tell: Callable[[Progress], None] = lambda _: None
) -> WorldError | None:
    return DepositDialog(Terminal(), desk.depositor).poll_until_done(seconds, dois, tell, eager=True)


def test_waiting_is_for_the_dois_of_this_deposit_alone(desk: Desk) -> None:
    desk.depositor.deposit(commentary(1))
    desk.settle()
    desk.sandbox.faults.add("stuck", "queued")
    desk.depositor.deposit(commentary(2))
    desk.depositor.deposit(commentary(3))
    begun = time.monotonic()
    assert _wait(desk, 120, [commentary(3).doi]) is None
    assert time.monotonic() - begun < 100
    assert desk.depositor.status(commentary(3).doi).registered
    assert not desk.depositor.status(commentary(2).doi).registered


def test_waiting_ends_when_crossref_is_away(desk: Desk) -> None:
    desk.depositor.deposit(commentary(1))
    desk.sandbox.faults.add("status", "503", at="poll", times=None)
    error = _wait(desk, 60, [commentary(1).doi])
    assert isinstance(error, RegistrarUnavailable)


def test_an_odd_answer_to_a_question_is_said_at_once(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    desk.sandbox.faults.add("poll_garbage", "html", times=None)
    desk.clock.advance(60)
    report = desk.depositor.poll()
    assert isinstance(report.error, UnexpectedAnswer)
    assert "the sandbox gave no result log" in report.error.message
    status = desk.depositor.status(C258)
    assert "still reading" not in status.next_action
    assert "did not mention the file" in status.next_action
    assert "it answered with a web page: “" in status.next_action
    # In a word in every list: of the terminal, of the report and of the pages for staff.
    assert AttentionKind.of(status)[0] == "at Crossref, answer unclear"
    for _ in range(5):
        desk.clock.advance(1800)
        desk.depositor.poll()
    odd = [one for one in desk.depositor.history(C258) if one.kind == "odd-answer"]
    assert len(odd) == 1, "the same answer is written down once"
    desk.sandbox.faults.clear()
    desk.settle()
    assert desk.depositor.status(C258).registered
    assert AttentionKind.of(desk.depositor.status(C258))[0] == "registered"


def test_a_file_that_is_lost_again_and_again_is_sent_less_and_less_often(desk: Desk) -> None:
    desk.sandbox.faults.add("drop_before_body", times=None, at="upload")
    desk.depositor.deposit(commentary())
    begun = desk.clock()
    while desk.clock() - begun < timedelta(days=2):
        desk.clock.advance(1800)
        desk.depositor.poll()
    sent = [one for one in desk.depositor.history(C258) if one.kind == "sending"]
    assert 6 < len(sent) < 24, "every half hour it would be 96 times"
    desk.sandbox.faults.clear()
    desk.settle()
    assert desk.depositor.status(C258).registered


class Crash(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("where", ["submit: begin", "submit: answered"])
def test_a_run_that_dies_while_sending_leaves_the_rest_to_the_next(tmp_path: Path, where: str) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        dead = False

        def step(name: str) -> None:
            nonlocal dead
            dead = dead or name == where
            if dead:
                raise Crash

        desk.step = step
        desk.depositor.close()
        victim = desk.open()
        with pytest.raises(Crash):
            victim.deposit(commentary())
        desk.step = lambda _name: None
        desk.open()
        assert state(desk) is State.SENDING
        assert desk.depositor.poll().looked == 0, "the dead run's lease has not ended"
        assert "if that run was killed" in desk.depositor.status(C258).next_action
        desk.settle()
        assert desk.depositor.status(C258).registered
        assert len(desk.sandbox.submissions) == 1
        victim.close()


def test_an_interrupt_while_sending_is_a_doubt_at_once(desk: Desk) -> None:
    class Interrupted:
        def submit(self, batch: SealedBatch, file_name: str) -> Receipt:
            SandboxRegistrar(desk.sandbox).submit(batch, file_name)
            raise KeyboardInterrupt

        def fetch_result(self, file_name: str) -> bytes:
            return SandboxRegistrar(desk.sandbox).fetch_result(file_name)

    desk.registrar = Interrupted()
    desk.depositor.close()
    desk.open()
    with pytest.raises(KeyboardInterrupt):
        desk.depositor.deposit(commentary())
    assert "not known whether" in desk.depositor.status(C258).next_action
    desk.clock.advance(30)
    desk.depositor.poll()
    assert desk.depositor.status(C258).registered


@pytest.mark.parametrize(
    "moment",
    [
        "ledger start: committed", "submit: begin", "submit: answered", "ledger mark accepted: begin",
        "ledger mark accepted: commit", "ledger mark accepted: committed",
    ],
)  # fmt: skip
def test_whoever_goes_on_after_an_interrupt_waits_for_no_lease(desk: Desk, moment: str) -> None:
    def interrupt(at: str) -> None:
        if at == moment:
            raise KeyboardInterrupt

    with Desk(desk.url, clock=desk.clock, sandbox=desk.sandbox, step=interrupt) as stopped:
        with pytest.raises(KeyboardInterrupt):
            stopped.depositor.deposit(commentary())
        desk.clock.advance(60)
        desk.depositor.deposit(commentary())
        desk.settle()
    assert desk.depositor.status(C258).registered
    assert len(desk.sandbox.submissions) == 1


@pytest.mark.parametrize("garbage", ["truncated", "html", "empty", "binary", "other_root", "dtd"])
def test_an_answer_that_is_no_log_is_neither_success_nor_failure(desk: Desk, garbage: str) -> None:
    desk.depositor.deposit(commentary())
    desk.sandbox.faults.add("poll_garbage", garbage, times=2)
    desk.settle()
    assert desk.depositor.status(C258).registered


def test_garbage_instead_of_an_answer_never_sends_a_file_in_doubt_again(desk: Desk) -> None:
    desk.sandbox.faults.add("drop_after_accept")
    desk.depositor.deposit(commentary())
    desk.sandbox.faults.add("poll_garbage", "html", times=None)
    for _ in range(10):
        desk.clock.advance(1800)
        desk.depositor.poll()
    assert state(desk) is State.SENDING
    desk.sandbox.faults.clear()
    desk.settle()
    assert len(desk.sandbox.submissions) == 1
    assert desk.depositor.status(C258).registered


def test_an_outage_while_asking_pauses_everything_without_counting_a_question(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    desk.clock.advance(60)
    desk.sandbox.faults.add("status", "503", at="poll")
    report = desk.depositor.poll()
    assert isinstance(report.error, RegistrarUnavailable)
    assert desk.depositor.poll().looked == 0
    assert desk.depositor.poll(force=True).looked == 1
    assert desk.depositor.status(C258).registered


def test_a_login_page_while_asking_stops_the_run_and_changes_nothing(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    desk.clock.advance(60)
    desk.sandbox.faults.add("poll_login_page")
    with pytest.raises(CredentialsRefused):
        desk.depositor.poll()
    assert state(desk) is State.QUEUED
    assert desk.depositor.poll().looked == 1


def test_a_file_that_crossref_never_finishes_is_overdue_and_never_failed(desk: Desk) -> None:
    desk.sandbox.faults.add("stuck", "queued", at="upload")
    desk.depositor.deposit(commentary())
    desk.clock.advance(25 * 3600)
    desk.depositor.poll()
    status = desk.depositor.status(C258)
    assert status.overdue is not None
    assert (status.state, status.overdue.milestone, status.needs_person) == (State.QUEUED, Milestone.PROCESSED, True)
    assert "ask Crossref support" in status.next_action
    assert f'doideposit abandon {C258} --reason "lost at Crossref"' in status.next_action
    desk.clock.advance(48 * 3600)
    desk.depositor.poll()
    kinds = [entry.kind for entry in desk.depositor.history(C258)]
    assert kinds.count(EventKind.OVERDUE) == 1
    with pytest.raises(UsageError):
        desk.depositor.abandon(C258, " ")
    desk.depositor.abandon(C258, "support says that it is lost")
    assert desk.depositor.deposit(commentary()).entries[0].action is Action.REGISTER
    desk.settle()
    assert desk.depositor.status(C258).registered


def test_the_questions_follow_the_schedule(tmp_path: Path) -> None:
    from doideposit.sandbox.clock import Clock

    clock = Clock()
    slow = Sandbox(clock=clock, validate=validator().validate, delays=Delays(queued=7200))
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=slow) as desk:
        desk.depositor.deposit(commentary())
        waits = []
        for _ in range(9):
            due = desk.depositor.next_due()
            waits.append(round((due - clock()).total_seconds()))
            clock.set(due)
            desk.depositor.poll()
        for wait, wanted in zip(waits, [20, 40, 80, 150, 300, 600, 900, 1800, 1800], strict=True):
            assert 0.89 * wanted <= wait <= 1.11 * wanted


def test_warnings_are_kept_shown_and_acknowledged(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    desk.settle()
    twin = commentary(series=SERIES.model_copy(update={"name": "other", "doi": "{prefix}/twin.{number}"}))
    desk.depositor.deposit(twin)
    desk.settle()
    status = desk.depositor.status(twin.doi)
    assert (status.outcome, status.registered, status.needs_person) == (Outcome.REGISTERED_WITH_WARNING, True, True)
    assert status.finding.code == "crossref-conflict"
    done = desk.depositor.acknowledge(twin.doi, "the twin is a translation")
    assert (done.needs_person, done.acknowledged) == (False, "the twin is a translation")
    assert done.finding == status.finding
    assert desk.depositor.history(twin.doi)[-1].text == "acknowledged by a person: the twin is a translation"
    with pytest.raises(UsageError):
        desk.depositor.acknowledge(C258, "nothing is wrong here")


def test_a_run_that_died_under_a_clock_years_ahead_holds_nothing_up(tmp_path: Path) -> None:
    dying: list[str] = []

    def step(name: str) -> None:
        if name in dying:
            raise SystemExit("the plug is pulled")

    with Desk(sqlite_url(tmp_path), step=step) as desk:
        right = desk.clock()
        desk.clock.advance(10 * 365 * 86_400)
        dying.append("submit: begin")
        # Everything that would tidy up fails too, as it does in a process that is killed.
        dying.extend(["ledger mark doubtful: begin"])
        with pytest.raises(SystemExit):
            desk.depositor.deposit(commentary())
        dying.clear()
        desk.clock.set(right)
        desk.open()
        said: list[str] = []
        desk.depositor.poll(on_event=lambda one: said.append(one.text))
        assert any("the clock was days ahead" in text for text in said)
        desk.settle()
        assert desk.depositor.status(C258).registered
        assert desk.depositor.ledger.check() == ()
        assert len(desk.sandbox.history(C258)) == 1
        assert desk.clock() - right < timedelta(hours=1)


@pytest.mark.parametrize("fault", [("status", "503", "upload"), ("status", "503", "poll"), ("unknown_for", "1", None)])
def test_a_pause_made_under_a_clock_years_ahead_ends_when_the_clock_is_right(
    desk: Desk, fault: tuple[str, str, str | None]
) -> None:
    right = desk.clock()
    desk.sandbox.faults.add(fault[0], fault[1], at=fault[2])
    desk.clock.advance(10 * 365 * 86_400)
    desk.depositor.deposit(commentary())
    desk.depositor.poll(force=True)
    desk.clock.set(right)
    desk.depositor.poll()
    desk.depositor.poll()
    desk.settle()
    assert desk.depositor.status(C258).registered
    assert desk.clock() - right < timedelta(hours=1)


@pytest.mark.parametrize("fault", ["drop_after_accept", "status=500", "status=302", "status=403", "html_200=empty"])
def test_a_repeated_deposit_says_that_the_first_one_is_in_doubt(desk: Desk, fault: str) -> None:
    name, _, value = fault.partition("=")
    desk.sandbox.faults.add(name, value or None, at="upload")
    desk.depositor.deposit(commentary())
    (planned,) = desk.depositor.plan(commentary()).entries
    assert planned.reason.startswith("sent before, but it is not known yet whether Crossref received it: ")
    assert isinstance(desk.depositor.plan(commentary()).error, SubmissionInDoubt), "and so does a plan of it"
    again = desk.depositor.deposit(commentary())
    assert isinstance(again.error, SubmissionInDoubt), "it ends with 3, as the first one did"
    assert desk.depositor.status(C258).submission.file_name in again.error.message
    assert len(desk.sandbox.submissions) <= 1
    desk.settle()
    assert desk.depositor.plan(commentary()).error is None
    assert desk.depositor.deposit(commentary(), retry=True).error is None


def test_what_is_registered_is_all_right_whatever_became_of_other_content(desk: Desk) -> None:
    """Somebody gives up an update that Crossref rejected, and deposits the registered record again."""
    desk.depositor.deposit(commentary())
    desk.settle()
    desk.sandbox.faults.add("reject", "something of the content")
    desk.depositor.deposit(commentary(title="Another title"))
    desk.settle()
    assert desk.depositor.deposit(commentary(title="Another title")).ok is False
    again = desk.depositor.deposit(commentary())
    assert (again.ok, len(desk.sandbox.submissions)) == (True, 2)
    # The failure is still there for a person, with the way to set it aside.
    (status,) = desk.depositor.statuses(attention=True)
    assert f'`doideposit acknowledge {C258} --reason "…"`' in status.next_action
    assert desk.depositor.acknowledge(C258, "the earlier title stays").next_action == "the earlier registration remains"
    assert list(desk.depositor.statuses(attention=True)) == []
