"""What is planned against a real ledger: versions of other tools, ready-made files, runs at once, and look-ups."""

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from depositing import DEPOSITOR, SERIES, Desk, commentary, sqlite_url
from doideposit.crossref.queries import RegisteredState
from doideposit.crossref.registrar import CrossrefMember, RegisteredWork, ResolvedHandle
from doideposit.crossref.xml.batch import Built
from doideposit.deposits.limits import Limits
from doideposit.deposits.planning import Action
from doideposit.deposits.values import Progress
from doideposit.errors import RegistrarUnavailable, UsageError
from doideposit.lifecycle import Milestone, Outcome, State
from doideposit.records.identifiers import Doi
from doideposit.records.models.series import Series
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.simulation import Sandbox

C258 = "10.48251/SADF.ISSN.2406-5617.C258"
PAGE = "https://www.sadf.eu/comment-258/"


class Elsewhere:
    """What Crossref and doi.org know, as a test sets it."""

    has_works = True
    has_handles = True

    def __init__(self) -> None:
        self.timestamps: dict[str, int] = {}
        self.urls: dict[str, str] = {}
        self.indexed: dict[str, str] = {}
        self.asked: list[Doi] = []
        self.away = False

    def registered(self, doi: Doi, email: str) -> RegisteredState | None:
        assert email == DEPOSITOR.email
        self.asked.append(doi)
        if self.away:
            raise RegistrarUnavailable("Crossref does not answer")
        timestamp = self.timestamps.get(doi.key)
        # The record of another tool: the same as ours, under another title.
        record = Built.of(DEPOSITOR.head("other", 1), [commentary(title="A title of another tool")]).xml
        return None if timestamp is None else RegisteredState(doi.printed, timestamp, has_record=True, answer=record)

    def deposit_timestamp(self, doi: Doi, email: str) -> int | None:
        state = self.registered(doi, email)
        return state.timestamp if state else None

    def transformed(self, doi: Doi) -> RegisteredState | None:
        return None

    def works(self, by: str, values: Sequence[str]) -> Iterator[RegisteredWork]:
        return iter(())

    def prefix(self, prefix: str) -> CrossrefMember | None:
        return CrossrefMember("7", "South Asia Democratic Forum", (prefix,))

    def member(self, number: str) -> CrossrefMember | None:
        return None

    def agencies(self, dois: Sequence[Doi]) -> dict[str, str]:
        return {doi.key: "Crossref" for doi in dois}

    def work(self, doi: Doi) -> RegisteredWork | None:
        url = self.indexed.get(doi.key)
        moment = datetime(2026, 9, 1, tzinfo=UTC)
        return None if url is None else RegisteredWork(str(doi), "report", url, moment, moment, moment)

    def handle(self, doi: Doi, *, authoritative: bool = False) -> ResolvedHandle | None:
        url = self.urls.get(doi.key)
        return None if url is None else ResolvedHandle(str(doi), (url,), None)


@pytest.fixture
def registry() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def desk(tmp_path: Path, registry: Elsewhere) -> Iterator[Desk]:
    with Desk(sqlite_url(tmp_path), registry=registry, seed=True) as one:
        yield one


# Timestamps.


def test_a_doi_another_tool_registered_is_an_update_above_its_timestamp(desk: Desk, registry: Elsewhere) -> None:
    registry.timestamps[C258.lower()] = 99990101000000000
    entry = desk.depositor.deposit(commentary()).entries[0]
    assert entry.action is Action.UPDATE
    assert entry.status.submission.timestamp == 99990101000001000
    assert not entry.status.registered, "only our own deposit's log can say so"


class Verbose(Elsewhere):
    """Answers with the record that was asked for, and a megabyte of what nobody reads."""

    def registered(self, doi: Doi, email: str) -> RegisteredState | None:
        number = doi.printed.rpartition("C")[2]
        record = Built.of(DEPOSITOR.head("other", 1), [commentary(number, title="Other words")]).xml
        answer = record.replace(b"<body>", b"<!--" + b" " * 1_000_000 + b"--><body>")
        return RegisteredState(doi.printed, 1, has_record=True, answer=answer)


def test_the_answers_about_many_dois_take_no_memory(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path), registry=Verbose(), seed=True) as desk:
        records = [commentary(number) for number in range(40)]
        desk.depositor.plan(*records[:2])
        tracemalloc.start()
        try:
            plan = desk.depositor.plan(*records)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert [len(entry.changes) for entry in plan.entries] == [1] * len(records)
    # The answers alone are 40 MB, of which at most 8 wait in memory for the disk.
    assert peak < 25_000_000


def test_crossref_is_asked_about_what_would_be_sent_and_nothing_else(desk: Desk, registry: Elsewhere) -> None:
    desk.depositor.deposit(commentary())
    desk.settle()
    desk.depositor.deposit(commentary())
    assert registry.asked == [Doi(C258)]
    desk.depositor.deposit(commentary(title="Other words"))
    assert registry.asked == [Doi(C258), Doi(C258)]


@pytest.mark.parametrize("registered", [202609011200000000, 2026090112000000000, 99999999999999999])
def test_a_registered_timestamp_beyond_ours_is_refused_in_plain_words(
    desk: Desk, registry: Elsewhere, registered: int
) -> None:
    registry.timestamps[C258.lower()] = registered
    entry = desk.depositor.deposit(commentary(), retry=True).entries[0]
    assert (entry.action, entry.status) == (Action.BLOCKED, None)
    finding = entry.findings[-1]
    assert finding.code == "plan-timestamp-digits"
    assert str(registered) in finding.message
    assert "ask Crossref support" in finding.hint
    assert desk.sandbox.submissions == ()


def test_shorter_timestamps_of_other_tools_are_no_obstacle(desk: Desk, registry: Elsewhere) -> None:
    registry.timestamps[C258.lower()] = 20230914101500
    desk.depositor.deposit(commentary())
    desk.settle()
    assert desk.depositor.status(C258).registered


def test_when_the_timestamp_cannot_be_read_the_deposit_goes_ahead_and_says_so(desk: Desk, registry: Elsewhere) -> None:
    registry.away = True
    entry = desk.depositor.deposit(commentary()).entries[0]
    assert entry.action is Action.REGISTER
    assert entry.findings[-1].code == "plan-timestamp-unread"
    assert entry.ok


def test_a_clock_set_back_by_years_still_gives_rising_timestamps(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    desk.settle()
    desk.clock.set(datetime(2001, 1, 1, tzinfo=UTC))
    desk.depositor.deposit(commentary(title="Other words"))
    desk.settle()
    first, second = desk.sandbox.history(C258)
    assert second.timestamp == first.timestamp + 1000


def test_a_timestamp_crossref_already_has_is_remembered_and_the_next_deposit_is_above_it(tmp_path: Path) -> None:
    """The same DOI from two machines with two ledgers: the second learns from the failure."""
    with Desk(sqlite_url(tmp_path / "a")) as ahead:
        ahead.clock.set(datetime(2031, 1, 1, tzinfo=UTC))
        ahead.depositor.deposit(commentary())
        ahead.settle()
        with Desk(sqlite_url(tmp_path / "b"), sandbox=ahead.sandbox) as behind:
            behind.clock.set(datetime(2026, 1, 1, tzinfo=UTC))
            behind.depositor.deposit(commentary(title="Other words"))
            behind.settle()
            status = behind.depositor.status(C258)
            assert (status.outcome, status.finding.code) == (Outcome.FAILED, "crossref-timestamp-too-old")
            assert not status.registered
            behind.depositor.deposit(commentary(title="Other words"))
            behind.settle()
            assert behind.depositor.status(C258).registered


# Ready-made files.


def ready_made(folder: Path, *numbers: int, title: str = "Ready made") -> Path:
    head = DEPOSITOR.head("somebody-elses-id", 20200101000000000)
    path = folder / "ready.xml"
    path.write_bytes(Built.of(head, [commentary(number, title) for number in numbers]).xml)
    return path


def test_a_ready_made_file_gets_our_own_timestamp_and_batch(tmp_path: Path, desk: Desk) -> None:
    report = desk.depositor.deposit(ready_made(tmp_path, 1, 2))
    assert [entry.action for entry in report.entries] == [Action.REGISTER] * 2
    desk.settle()
    assert all(status.registered for status in desk.depositor.statuses())
    assert desk.sandbox.submissions[0].batch_id != "somebody-elses-id"
    assert {record.timestamp for record in desk.sandbox.records} != {20200101000000000}
    again = desk.depositor.deposit(ready_made(tmp_path, 1, 2))
    assert [entry.action for entry in again.entries] == [Action.UNCHANGED] * 2
    both = desk.depositor.deposit(ready_made(tmp_path, 1, 2, 3))
    assert [entry.action for entry in both.entries] == [Action.UPDATE, Action.UPDATE, Action.REGISTER]


def test_a_ready_made_file_waits_for_each_of_its_dois(tmp_path: Path, desk: Desk) -> None:
    desk.depositor.deposit(commentary(2))
    report = desk.depositor.deposit(ready_made(tmp_path, 1, 2))
    assert [entry.action for entry in report.entries] == [Action.REGISTER] * 2
    assert desk.depositor.status("10.48251/SADF.ISSN.2406-5617.C1").state is State.PREPARED
    desk.settle()
    assert all(status.registered for status in desk.depositor.statuses())


# Plans, dry runs, files.


def test_a_plan_changes_nothing_and_counts_what_would_cost(desk: Desk) -> None:
    desk.depositor.deposit(commentary(1))
    desk.settle()
    before = list(desk.depositor.ledger.export_lines())
    inputs = (commentary(1), commentary(2), {"series": "sadf-comment", "number": "3"})
    plan = desk.depositor.plan(*inputs)
    assert [entry.action.value for entry in plan.entries] == ["unchanged", "register", "blocked"]
    assert (plan.new, plan.updates, plan.unchanged, plan.blocked, plan.ok) == (1, 0, 1, 1, False)
    report = desk.depositor.deposit(*inputs, dry_run=True)
    assert [entry.action for entry in report.entries] == [entry.action for entry in plan.entries]
    assert not report.ok
    assert list(desk.depositor.ledger.export_lines()) == before
    assert plan.to_dict()["records"][0]["action"] == "unchanged"


def test_what_is_blocked_does_not_hold_the_others(desk: Desk) -> None:
    report = desk.depositor.deposit({"series": "sadf-comment", "number": "3"}, commentary(4))
    assert [entry.action for entry in report.entries] == [Action.BLOCKED, Action.REGISTER]
    assert desk.depositor.outstanding() == 1


def test_files_are_split_by_size_and_one_record_too_large_stands_alone(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path), limits=Limits(bytes_per_submission=6_000)) as desk:
        long = commentary(9, keywords=("x",), abstracts=["word " * 2_000])
        report = desk.depositor.deposit(*(commentary(number) for number in range(1, 8)), long)
        actions = [entry.action for entry in report.entries]
        assert actions == [Action.REGISTER] * 7 + [Action.BLOCKED]
        assert report.entries[-1].findings[-1].code == "file-too-large"
        desk.settle()
        assert len(desk.sandbox.submissions) > 1
        assert all(len(one.content) <= 6_000 for one in desk.sandbox.submissions)
        assert sum(status.registered for status in desk.depositor.statuses()) == 7


def test_prefixes_and_kinds_of_body_never_share_a_file(desk: Desk) -> None:
    other = SERIES.model_copy(update={"name": "other", "prefix": "10.5555"})
    changes = {"name": "notes", "record_type": "posted", "issn": None, "doi": "{prefix}/n{number}"}
    posted = Series.model_validate(SERIES.model_dump(exclude_none=True) | changes)
    desk.depositor.deposit(commentary(1), commentary(1, series=other), commentary(2, series=posted))
    desk.settle()
    assert len(desk.sandbox.submissions) == 3
    assert all(status.registered for status in desk.depositor.statuses())


def test_the_same_doi_on_two_targets_is_two_works(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as sandbox:
        sandbox.depositor.deposit(commentary())
        sandbox.settle()
        with Desk(sqlite_url(tmp_path), target="test") as test:
            assert test.depositor.status(C258).state is None
            assert test.depositor.deposit(commentary()).entries[0].action is Action.REGISTER
            assert len(sandbox.sandbox.submissions) == 1
            assert sandbox.depositor.status(C258).state is State.DONE


def test_enqueue_records_and_send_posts(desk: Desk) -> None:
    report = desk.depositor.enqueue(commentary())
    assert report.entries[0].status.state is State.PREPARED
    assert desk.sandbox.submissions == ()
    (sent,) = desk.depositor.send().entries
    assert (sent.doi, sent.status.state) == (Doi(C258), State.QUEUED)


def test_whoever_watches_is_told_each_step(desk: Desk) -> None:
    seen: list[Progress] = []
    desk.depositor.deposit(commentary(), on_event=seen.append)
    desk.clock.advance(60)
    desk.depositor.poll(on_event=seen.append)
    assert [one.kind for one in seen] == ["prepared", "sending", "received", "finished"]


def test_nothing_is_sent_when_nothing_is_to_be_sent(desk: Desk) -> None:
    assert desk.depositor.poll().to_dict()["records"] == []
    assert desk.depositor.next_due() is None
    assert desk.depositor.send().ok


def test_filters(desk: Desk) -> None:
    desk.depositor.deposit(commentary(1))
    desk.settle()
    desk.depositor.deposit(commentary(2))
    assert [one.doi.suffix[-1] for one in desk.depositor.statuses()] == ["1", "2"]
    assert [one.doi.suffix[-1] for one in desk.depositor.statuses(outstanding=True)] == ["2"]
    assert [one.doi.suffix[-1] for one in desk.depositor.statuses(state=State.DONE)] == ["1"]
    assert list(desk.depositor.statuses(series="other")) == []
    assert list(desk.depositor.statuses(attention=True)) == []


@pytest.mark.parametrize("call", ["status", "history", "verify"])
def test_a_text_that_is_no_doi_is_a_usage_error(desk: Desk, call: str) -> None:
    with pytest.raises(UsageError):
        getattr(desk.depositor, call)("no doi")


# Look-ups.


def test_resolves_and_indexed_are_looked_up_each_with_its_proof(desk: Desk, registry: Elsewhere) -> None:
    desk.depositor.deposit(commentary())
    desk.settle()
    early = desk.depositor.verify(C258)
    assert (bool(early.resolves), bool(early.indexed)) == (False, False)
    registry.urls[C258.lower()] = PAGE
    later = desk.depositor.verify(C258)
    assert (bool(later.resolves), bool(later.indexed)) == (True, False)
    assert PAGE in later.resolves.proof
    registry.indexed[C258.lower()] = PAGE
    assert desk.depositor.verify(C258).indexed
    registry.urls[C258.lower()] = "https://elsewhere.example/"
    wrong = desk.depositor.verify(C258)
    assert not wrong.resolves
    assert f"instead of {PAGE}" in wrong.resolves.proof
    kinds = [entry.kind for entry in desk.depositor.history(C258)]
    assert kinds[-3:] == ["resolves", "indexed", "not-resolves"]


def test_a_doi_that_leads_elsewhere_needs_a_person_at_once(desk: Desk, registry: Elsewhere) -> None:
    desk.depositor.deposit(commentary())
    desk.settle()
    assert not desk.depositor.verify(C258).needs_person  # Nothing is there yet, which is normal.
    registry.urls[C258.lower()] = "https://elsewhere.example/"
    wrong = desk.depositor.verify(C258)
    assert (wrong.needs_person, wrong.contradicted, wrong.overdue) == (True, Milestone.RESOLVES, None)
    assert "https://elsewhere.example/" in wrong.next_action
    assert [one.doi for one in desk.depositor.statuses(attention=True)] == [wrong.doi]
    assert desk.depositor.history(C258)[-1].kind == "not-resolves"
    assert not desk.depositor.acknowledge(C258, "the page moved, and is redirected").needs_person
    assert not desk.depositor.verify(C258).needs_person
    # A third page is another matter than the one that was set aside.
    registry.urls[C258.lower()] = "https://stolen.example/"
    assert desk.depositor.verify(C258).needs_person
    registry.urls[C258.lower()] = PAGE
    right = desk.depositor.verify(C258)
    assert (right.needs_person, right.contradicted) == (False, None)
    registry.indexed[C258.lower()] = "https://elsewhere.example/"
    indexed = desk.depositor.verify(C258)
    assert (indexed.needs_person, indexed.contradicted) == (True, Milestone.INDEXED)


def test_after_an_update_the_former_page_is_only_late(desk: Desk, registry: Elsewhere) -> None:
    registry.urls[C258.lower()] = registry.indexed[C258.lower()] = PAGE
    desk.depositor.deposit(commentary())
    desk.settle()
    assert desk.depositor.verify(C258).resolves
    desk.clock.advance(3600)
    desk.depositor.deposit(commentary(url="https://www.sadf.eu/moved/"))
    desk.settle()
    lagging = desk.depositor.verify(C258)
    assert (lagging.needs_person, lagging.contradicted, bool(lagging.resolves)) == (False, None, False)
    desk.clock.advance(2 * 24 * 3600)
    assert desk.depositor.status(C258).contradicted is Milestone.RESOLVES


@pytest.mark.parametrize("same", [PAGE.replace("www", "WWW"), PAGE.replace("comment", "%63omment"), f" {PAGE} "])
def test_one_page_may_be_written_in_several_ways(desk: Desk, registry: Elsewhere, same: str) -> None:
    desk.depositor.deposit(commentary())
    desk.settle()
    registry.urls[C258.lower()] = same
    assert desk.depositor.verify(C258).resolves


def test_a_doi_never_deposited_cannot_be_verified(desk: Desk) -> None:
    with pytest.raises(UsageError):
        desk.depositor.verify(C258)


# At once.


def test_threads_that_deposit_the_same_doi_get_one_register_and_no_exception(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        with ThreadPoolExecutor(6) as pool:
            futures = [pool.submit(desk.depositor.deposit, commentary(title=f"Version {n % 2}")) for n in range(12)]
            actions = [future.result().entries[0].action for future in futures]
        assert Action.REGISTER in actions
        assert set(actions) <= {Action.REGISTER, Action.UPDATE, Action.UNCHANGED, Action.BLOCKED}
        desk.settle()
        versions = [one.timestamp for one in desk.sandbox.history(C258)]
        assert versions == sorted(set(versions)), "one after the other, however many there are"
        assert desk.depositor.ledger.check() == ()


def test_threads_that_deposit_overlapping_runs_lose_nothing(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path), limits=Limits(records_per_submission=3)) as desk:
        runs = [range(1, 7), range(4, 10), range(7, 13), range(1, 13)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda run: desk.depositor.deposit(*(commentary(n) for n in run)), runs))
        desk.settle()
        statuses = list(desk.depositor.statuses())
        assert len(statuses) == 12
        assert all(status.registered for status in statuses)
        assert {len(desk.sandbox.history(str(status.doi))) for status in statuses} == {1}


def test_polling_with_several_threads_finishes_everything_once(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path), limits=Limits(records_per_submission=1, workers=4)) as desk:
        desk.depositor.deposit(commentary(1))
        desk.settle()
        desk.depositor.deposit(*(commentary(number) for number in range(2, 20)))
        desk.clock.advance(60)
        report = desk.depositor.poll()
        assert (report.looked, len(report.changed), report.outstanding) == (18, 18, 0)


@pytest.mark.parametrize("workers", [1, 4])
def test_many_that_are_not_done_are_asked_about_in_parts_and_come_due_later(tmp_path: Path, workers: int) -> None:
    clock = Clock()
    slow = Sandbox(clock=clock, validate=None, delays=Delays(queued=3600))
    limits = Limits(records_per_submission=1, workers=workers, looks_per_pass=5)
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=slow, limits=limits) as desk:
        desk.depositor.deposit(commentary(1))
        desk.settle()
        desk.depositor.deposit(*(commentary(number) for number in range(2, 10)))
        clock.advance(25)
        assert [desk.depositor.poll().looked for _ in range(3)] == [5, 3, 0]
        clock.advance(20)
        assert desk.depositor.poll().looked == 0
        assert desk.depositor.poll(force=True).looked == 5
        desk.settle()
        assert desk.depositor.ledger.check() == ()


def statements(work: Callable[[], object]) -> int:
    """How many statements the database gets while this works."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return len(seen)


def test_a_report_reads_the_ledger_as_often_for_many_records_as_for_few(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        records = [commentary(number) for number in range(1, 31)]
        desk.depositor.deposit(*records)
        few = statements(lambda: desk.depositor.deposit(*records[:3]))
        assert statements(lambda: desk.depositor.deposit(*records)) == few
        report = desk.depositor.deposit(*records, commentary(1))
        assert all(one.status is not None and one.status.doi == one.doi for one in report.entries)
