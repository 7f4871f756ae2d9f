"""The scheduled job with its mails and its signs of life, over weeks."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from depositing import Desk, commentary, quiet, sqlite_url
from doideposit.config.schema import MailSection, MonitoringSection
from doideposit.errors import LedgerUnavailable, WorldError
from doideposit.job.inbox.archive import DoneFiles
from doideposit.job.inbox.folders import Folders
from doideposit.job.inbox.lock import FileLock
from doideposit.job.run import Job, JobContext, JobOutcome
from doideposit.sandbox.clock import Clock
from doideposit.sandbox.registry import SandboxRegistry
from inboxes import OLD, Office, doi, yaml

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
MAIL = MailSection(host="mail.example.org", sender="doi@example.org", to=("it@example.org", "desk@example.org"))


@dataclass
class Week:
    """A job over an inbox, with a letter box that can be closed."""

    home: Path
    office: Office = None  # type: ignore[assignment]
    mails: list[EmailMessage] = field(default_factory=list)
    pings: int = 0
    mail_fails: bool = False
    ping_fails: bool = False
    opening: Exception | None = None
    mail: MailSection | None = MAIL
    site: tuple[Path, ...] = ()
    keep_done: timedelta | None = None

    def __post_init__(self) -> None:
        desk = Desk(sqlite_url(self.home), clock=Clock(MONDAY - timedelta(days=3)))
        self.office = Office(self.home, desk=desk)
        desk.registry = SandboxRegistry(desk.sandbox)
        desk.open()
        self.monitoring = MonitoringSection.model_validate(
            {
                "status_file": str(self.home / "status.json"),
                "prometheus_file": str(self.home / "metrics.prom"),
                "heartbeat_file": str(self.home / "beat"),
                "ping_url": "https://ping.example.org/x",
            }
        )

    @property
    def desk(self) -> Desk:
        return self.office.desk

    def _send(self, message: EmailMessage) -> None:
        if self.mail_fails:
            raise WorldError("mail could not be sent")
        self.mails.append(message)

    def _ping(self) -> None:
        self.pings += 1
        if self.ping_fails:
            raise WorldError("no ping")

    def _open(self) -> object:
        if self.opening is not None:
            raise self.opening
        return self.desk.open()

    def run(
        self, *, wait: float = 900, stop: Callable[[], bool] = lambda: False, step: Callable[[str], None] = quiet
    ) -> JobOutcome:
        self.desk.clock.advance(wait)
        job = Job(
            "sandbox",
            self.office.folders,
            site=self.site,
            mail=self.mail,
            keep_done=self.keep_done,
            monitoring=self.monitoring,
            version="1",
        )
        doors = JobContext(self.desk.clock, self._open, self._send, self._ping, stop=stop, host="pub1", step=step)  # type: ignore[arg-type]
        return job.run(doors)

    def to_monday(self) -> None:
        self.desk.clock.set(MONDAY)

    @property
    def status(self) -> dict[str, object]:
        data: dict[str, object] = json.loads((self.home / "status.json").read_text())
        return data


@pytest.fixture
def week(tmp_path: Path) -> Iterator[Week]:
    made = Week(tmp_path)
    made.run()  # It sends the first digest, as every first run does.
    made.mails.clear()
    made.pings = 0
    with made.desk:
        yield made


def text(message: EmailMessage) -> str:
    return str(message.get_content())


def test_a_file_from_the_inbox_to_five_truths(week: Week) -> None:
    week.office.drop("c258.yaml")
    assert week.run().exit_code == 0
    done = week.run()
    assert (done.exit_code, done.document["inbox"]["done"]) == (0, 1)
    week.run()
    status = week.desk.open().status(doi())
    assert all((status.received, status.processed, status.registration, status.resolves, status.indexed))
    assert week.mails == []
    assert done.summary == "sandbox: no new files, 1 done; 1 DOI registered, 0 outstanding"


def test_a_doi_that_is_seen_to_lead_elsewhere_ends_the_pass_with_1_and_is_told_everywhere(week: Week) -> None:
    week.office.drop("c258.yaml")
    week.run()
    week.desk.sandbox.process()
    week.desk.sandbox.elsewhere.change_url(doi(), "https://other.example.org/page")
    done = week.run()
    assert done.exit_code == 1
    assert "1 in need of a person" in done.summary
    (record,) = [one for one in done.document["records"] if one["contradicted"]]
    assert (record["doi"], record["needs_person"]) == (doi(), True)
    (mail,) = week.mails
    assert mail["Subject"] == "doideposit: 1 DOI leads elsewhere (sandbox)"
    assert "other.example.org" in text(mail)
    assert 'doideposit_needs_person_dois{target="sandbox"} 1' in (week.home / "metrics.prom").read_text()
    assert week.run(wait=60).exit_code == 0, "nothing new was seen in this pass"


def test_a_page_of_the_site_with_errors_is_mailed_once(week: Week) -> None:
    page = week.home / "content" / "seven.md"
    page.parent.mkdir()
    page.write_text("---\ntitle: A\nauthor: Ana Keller\ndate: today\nseries: sadf-comment\nnumber: 7\n---\n")
    week.site = (page.parent,)
    assert week.run().exit_code == 1
    (mail,) = week.mails
    assert "seven.md: " in text(mail)
    assert "a new date each time the page is built" in text(mail)
    week.run()
    assert len(week.mails) == 1
    assert page.exists()


def test_a_rejected_file_is_mailed_once_with_what_to_do(week: Week) -> None:
    week.office.drop("bad.yaml", yaml(published="2023-13-01"))
    done = week.run()
    assert done.exit_code == 1
    (mail,) = week.mails
    assert mail["Subject"] == "doideposit: 1 rejected file (sandbox)"
    assert (mail["To"], mail["Auto-Submitted"]) == ("it@example.org, desk@example.org", "auto-generated")
    assert "bad.yaml: 1 rejected" in text(mail)
    assert "there is no month 13" in text(mail)
    assert f"What to do: read {week.office.folders.rejected / 'bad.yaml.report.txt'}" in text(mail)
    for _ in range(50):
        assert week.run(wait=3600 * 8).exit_code == 0
    assert [mail["Subject"] for mail in week.mails[1:] if "rejected" in mail["Subject"]] == []


def test_a_mail_names_every_mistake_of_a_record(week: Week) -> None:
    week.office.drop("bad.yaml", yaml(published="2023-02-30", title="''"))
    week.run()
    (mail,) = week.mails
    report = (week.office.folders.rejected / "bad.yaml.report.txt").read_text(encoding="utf-8")
    named = [
        line.strip() for line in report.splitlines() if line.strip().startswith("bad.yaml:") and "  " in line.strip()
    ]
    assert len(named) >= 2
    assert all(line in text(mail) for line in named)


def test_a_mail_about_very_many_mistakes_leads_to_the_report(week: Week) -> None:
    authors = "[" + ", ".join('{given: A, family: B, orcid: "0000-0002-1825-0098"}' for _ in range(60)) + "]"
    week.office.drop("bad.yaml", yaml(authors=authors))
    week.run()
    assert "and more, in the report" in text(week.mails[0])
    assert len(text(week.mails[0]).splitlines()) < 80


def test_a_mail_that_cannot_be_sent_is_sent_later(week: Week) -> None:
    week.mail_fails = True
    week.office.drop("bad.yaml", yaml(published="2023-13-01"))
    assert week.run().exit_code == 3
    assert week.run().exit_code == 3
    week.mail_fails = False
    assert week.run().exit_code == 0
    assert len(week.mails) == 1
    assert list(week.office.folders.outbox.iterdir()) == []


def test_ten_thousand_matters_make_one_mail_that_can_be_read(week: Week) -> None:
    for number in range(40):
        week.office.drop(f"bad{number}.yaml", yaml(number, published="x"))
    week.run()
    (mail,) = week.mails
    assert mail["Subject"] == "doideposit: 40 rejected files (sandbox)"
    assert "And 10 more" in text(mail)


def test_what_is_stuck_is_told_once_a_day(week: Week) -> None:
    week.desk.sandbox.faults.add("stuck", "queued", times=None)
    week.office.drop("c258.yaml")
    for _ in range(24):
        week.run(wait=3 * 3600)
    subjects = [mail["Subject"] for mail in week.mails]
    assert subjects.count("doideposit: 1 overdue DOI (sandbox)") in {2, 3}
    body = text(week.mails[0])
    assert f"\n{doi()}\n" in body
    assert "ago, but not processed yet" in body
    assert "What to do: Crossref takes longer than it should to read the file" in body
    assert week.status["standing"]["overdue_dois"][0]["milestone"] == "processed"  # type: ignore[index]


def test_an_outage_is_no_news_until_it_lasts(week: Week) -> None:
    week.desk.sandbox.faults.add("status", "503", times=None)
    week.office.drop("c258.yaml")
    assert week.run().exit_code == 3
    assert week.mails == []
    assert week.pings == 0
    for _ in range(9):
        week.run()
    (mail,) = week.mails
    assert mail["Subject"] == "doideposit: 1 overdue DOI (sandbox)"
    assert "recorded 2 hours ago, but not at Crossref yet" in text(mail)
    week.desk.sandbox.faults.clear()
    for _ in range(4):
        last = week.run()
    assert last.exit_code == 0
    assert week.office.names("done") == ["c258.yaml"]


def test_a_refused_login_is_told_at_once_and_daily(week: Week) -> None:
    week.desk.sandbox.faults.add("auth", times=None)
    week.office.drop("c258.yaml")
    assert week.run().exit_code == 3
    (mail,) = week.mails
    assert mail["Subject"] == "doideposit: it could not do its work (sandbox)"
    assert "What to do: check user name, role and password" in text(mail)
    week.run()
    assert len(week.mails) == 1


def test_a_ledger_that_is_away_is_told_too(week: Week) -> None:
    week.opening = LedgerUnavailable("the ledger cannot be opened", hint="look at the disk")
    assert week.run().exit_code == 3
    assert "the ledger cannot be opened" in text(week.mails[0])
    assert week.status["standing"] is None
    metrics = (week.home / "metrics.prom").read_text()
    assert "registered_dois" not in metrics
    assert "last_run_timestamp_seconds" in metrics


def test_a_doi_that_failed_without_a_file_is_told(week: Week) -> None:
    week.desk.sandbox.faults.add("reject", "Some words nobody knows")
    week.desk.open().enqueue(commentary(300))
    week.run()
    assert week.run().exit_code == 1
    (mail,) = week.mails
    assert mail["Subject"] == "doideposit: 1 rejected DOI (sandbox)"
    assert f"\n{doi(300)}\n" in text(mail)
    for _ in range(32):
        week.run(wait=3 * 3600)
    late = [text(mail) for mail in week.mails if "overdue" in mail["Subject"]]
    assert "ago, and nobody has dealt with it" in late[0]
    week.desk.open().acknowledge(doi(300), "the number was a mistake")
    count = len(late)
    for _ in range(16):
        week.run(wait=3 * 3600)
    assert len([mail for mail in week.mails if "overdue" in mail["Subject"]]) == count


def test_a_link_that_never_works_is_told(week: Week) -> None:
    week.desk.sandbox.faults.add("handle_lag", "9999999")
    week.office.drop("c258.yaml")
    for _ in range(30):
        week.run(wait=3600)
    (mail,) = [mail for mail in week.mails if "overdue" in mail["Subject"]]
    assert "and not yet confirmed to lead to its page" in text(mail)
    lookups = json.loads((week.office.folders.job / "state.json").read_text())["lookups"]
    assert 5 < lookups[doi().lower()][0] < 12


def test_the_weekly_digest_comes_on_its_day_also_when_all_is_well(week: Week) -> None:
    week.office.drop("c258.yaml")
    week.run()
    week.run()
    assert week.mails == []
    week.to_monday()
    week.run()
    (digest,) = week.mails
    assert digest["Subject"] == "doideposit: 1 DOI registered this week (sandbox)"
    assert f"\n{doi()}\n  A title" in text(digest)
    assert "Nothing needs to be done." in text(digest)
    for _ in range(6 * 3):
        week.run(wait=8 * 3600)
    assert len(week.mails) == 1
    for _ in range(3):
        week.run(wait=8 * 3600)
    assert [mail["Subject"] for mail in week.mails[1:]] == ["doideposit: 0 DOIs registered this week (sandbox)"]


def test_a_digest_missed_on_its_day_comes_on_the_next(week: Week) -> None:
    week.desk.clock.set(MONDAY + timedelta(days=2))
    week.run()
    assert len(week.mails) == 1


def test_the_signs_of_life(week: Week) -> None:
    week.office.drop("c258.yaml")
    week.run()
    status = week.status
    assert (status["format"], status["ok"], status["exit_code"]) == (1, True, 0)
    assert status["standing"]["by_state"] == {"prepared": 0, "sending": 0, "queued": 1}  # type: ignore[index]
    metrics = (week.home / "metrics.prom").read_text()
    assert 'doideposit_outstanding_dois{target="sandbox",state="queued"} 1\n' in metrics
    assert metrics.endswith("\n")
    assert (week.home / "beat").read_text().endswith(" 0\n")
    assert week.pings == 1
    assert [path.name for path in week.home.iterdir() if path.name.endswith(".tmp")] == []


def test_what_lies_in_the_place_of_the_jobs_folder_is_neither_mailed_nor_taken_away(week: Week) -> None:
    elsewhere = week.home / "elsewhere"
    (elsewhere / "outbox").mkdir(parents=True)
    letter = elsewhere / "outbox" / "letter.json"
    letter.write_text('{"key": "x", "title": "precious", "lines": [], "action": "keep it"}', encoding="utf-8")
    own = week.office.folders.job

    def exchange(step: str) -> None:
        if step == "hooks":
            own.rename(week.home / "taken")
            own.symlink_to(elsewhere)

    done = week.run(step=exchange)
    assert (done.exit_code, "is a link or not a folder" in done.summary) == (3, True)
    assert week.mails == []
    assert sorted(path.name for path in elsewhere.rglob("*") if path.is_file()) == ["letter.json"]


def test_a_ping_that_fails_is_only_a_warning(week: Week, caplog: pytest.LogCaptureFixture) -> None:
    week.ping_fails = True
    assert week.run().exit_code == 0
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [("WARNING", "no ping")]


def test_a_status_file_that_cannot_be_written_is_trouble(week: Week) -> None:
    (week.home / "status.json").unlink()
    (week.home / "status.json").mkdir()
    done = week.run()
    assert done.exit_code == 3
    assert "status.json" in done.summary


def test_a_second_run_has_nothing_to_do(week: Week) -> None:
    week.office.drop("c258.yaml")
    with FileLock(week.office.folders.job / "lock", week.desk.clock()) as lock:
        assert lock.held
        done = week.run()
    assert (done.exit_code, done.document["skipped"]) == (0, True)
    assert "another run is active (process " in done.summary
    assert week.office.uploads == 0
    assert week.run().document["inbox"]["taken_in"] == 1


def test_what_the_job_remembers_may_be_lost_or_damaged(week: Week) -> None:
    state = week.office.folders.job / "state.json"
    for damage in ("", "{", "[]", '{"told": 3, "seen": {"a": [1]}, "looks": {"x": ["y"]}, "digest": "x"}'):
        state.write_text(damage)
        assert week.run().exit_code == 0
    (week.office.folders.outbox / "x.json").write_text("{")
    assert week.run().exit_code == 0


def test_a_damaged_memory_of_a_claim_means_that_the_file_is_checked_again(week: Week) -> None:
    week.office.drop("c258.yaml")
    week.run()
    (memory,) = week.office.folders.working.rglob(".claim.json")
    memory.write_text('{"entries": [{"fate": "lost"}]}')
    week.run()
    week.run()
    assert (week.office.names("done"), week.office.uploads) == (["c258.yaml"], 1)


def test_a_matter_is_mailed_once_a_day_also_where_nothing_can_be_remembered(week: Week) -> None:
    week.desk.sandbox.faults.add("auth", times=None)
    week.office.drop("c258.yaml")
    memory = week.office.folders.job / "state.json"
    memory.unlink()
    memory.mkdir()  # As on a full disk, nothing can take its place.
    for _ in range(30):
        assert week.run(wait=900).exit_code == 3
    assert sum("could not do its work" in mail["Subject"] for mail in week.mails) == 1
    week.mail_fails = True
    week.run(wait=86_400)
    week.mail_fails = False
    for _ in range(3):
        week.run(wait=900)
    assert sum("could not do its work" in mail["Subject"] for mail in week.mails) == 2
    memory.rmdir()
    week.run()  # Now there is room: it is told once more, and remembered from here on.
    count = len(week.mails)
    week.run()
    assert len(week.mails) == count


def test_mails_and_reports_name_the_inbox_as_its_readers_reach_it(week: Week) -> None:
    week.office.folders = replace(week.office.folders, shown_as=r"\\server\doi")
    week.office.drop("bad.yaml", yaml(published="2023-13-01"))
    week.run()
    assert r"read \\server\doi\rejected\bad.yaml.report.txt, correct" in text(week.mails[0])
    assert str(week.home) not in text(week.mails[0])
    assert r"which is the folder \\server\doi" in week.office.report("bad.yaml")


def test_interrupted_runs_say_so_and_send_no_mail(week: Week) -> None:
    week.office.drop("bad.yaml", yaml(published="x"))
    done = week.run(stop=lambda: True)
    assert (done.exit_code, week.mails) == (130, [])
    assert week.run().exit_code == 1


def test_nothing_secret_or_odd_gets_into_a_mail(week: Week) -> None:
    week.office.drop("bad.yaml", yaml(title='"A\\u001b[31m title"', published="x"))
    week.run()
    body = week.mails[0].as_string()
    assert "\x1b" not in body
    assert all(line.isprintable() for line in text(week.mails[0]).splitlines())


def test_folders_are_made_below_the_inbox_only(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "inbox")
    folders.make()
    folders.make()
    assert sorted(path.name for path in folders.root.iterdir()) == [".doideposit", "done", "rejected", "working"]


def test_what_nobody_foresaw_is_told_and_the_pass_leaves_its_signs(week: Week) -> None:
    week.opening = ZeroDivisionError("a fault of our own")
    week.office.drop("c258.yaml")
    outcome = week.run()
    assert outcome.exit_code == 3
    assert "an unexpected error happened (ZeroDivisionError)" in outcome.summary
    (mail,) = week.mails
    assert "please report it, with the output of the same command" in text(mail)
    assert week.status["exit_code"] == 3
    assert week.pings == 0
    week.opening = None
    for _ in range(3):
        last = week.run()
    assert last.exit_code == 0


def test_a_clock_that_was_ahead_once_silences_nothing(week: Week) -> None:
    week.opening = LedgerUnavailable("the ledger cannot be opened")
    now = week.desk.clock()
    week.desk.clock.set(now.replace(year=now.year + 10))
    week.run()
    week.office.drop("c258.yaml", at=(now + timedelta(days=3650)).timestamp())
    week.run()
    week.mails.clear()
    week.desk.clock.set(now + timedelta(days=1))
    week.run()
    assert "the ledger cannot be opened" in text(week.mails[0])
    week.opening = None
    for _ in range(4):
        week.run()
    assert week.office.names("done") == ["c258.yaml"]


def test_a_clock_that_is_ahead_archives_nothing_before_its_time(week: Week) -> None:
    week.keep_done, few_days = timedelta(days=180), 4 * 86_400
    week.office.drop("c258.yaml")
    for _ in range(2):
        week.run()
    now = week.desk.clock()
    # Ahead for a week: the first pass under it leapt, and so did the first after it.
    week.desk.clock.set(now + timedelta(days=3650))
    for _ in range(3):
        week.run(wait=few_days)
    week.desk.clock.set(now)
    week.run()
    # A job that was off for half a year cannot know whether the clock is right; a week and a half later it can.
    week.desk.clock.set(DoneFiles.due_on("2026-09", week.keep_done) + timedelta(days=1))
    for _ in range(3):
        week.run(wait=few_days)
        assert week.office.names("done") == ["c258.yaml"]
    week.run(wait=few_days)
    assert week.office.names("done") == ["2026-09.zip"]


def test_finished_files_are_archived_once_their_month_is_old(week: Week) -> None:
    week.keep_done = timedelta(days=30)
    week.office.drop("c258.yaml")
    outcomes = [week.run(wait=9 * 86_400) for _ in range(8)]
    said = [one.summary for one in outcomes if "archived" in one.summary]
    assert said == ["sandbox: no new files, 1 old file archived; 1 DOI registered, 0 outstanding"]
    assert week.office.names("done") == ["2026-09.zip"]
    assert {one.exit_code for one in outcomes} == {0}


def test_an_empty_ledger_in_the_place_of_one_that_was_not_stops_the_job(week: Week, tmp_path: Path) -> None:
    week.office.drop("c258.yaml")
    assert week.run().exit_code == 0
    ledger = week.desk.depositor.ledger
    (tmp_path / "unmounted").mkdir()
    empty = Desk(sqlite_url(tmp_path / "unmounted"), clock=week.desk.clock, sandbox=week.desk.sandbox)
    week.office.desk = empty
    week.office.drop("c259.yaml", yaml(259))
    outcome = week.run()
    assert outcome.exit_code == 3
    assert "is empty, but this job has deposited with it before" in outcome.summary
    assert "c259.yaml" in {path.name for path in week.office.folders.root.iterdir()}
    assert "doideposit ledger restore" in text(week.mails[0])
    assert ledger.place != empty.depositor.ledger.place
    (week.office.folders.job / "state.json").unlink()
    assert week.run().exit_code == 0


def test_what_waits_for_a_person_is_told_until_somebody_acts(week: Week) -> None:
    week.office.drop("bad.yaml", yaml(300, published="2023-02-30"))
    (week.office.folders.root / "a-folder").mkdir()
    week.run()
    assert sorted(mail["Subject"] for mail in week.mails) == [
        "doideposit: 1 rejected file, files wait for a person (sandbox)"
    ]
    week.mails.clear()
    for _ in range(60):
        week.run(wait=3600)
    assert len(week.mails) == 2
    assert "1 file waits in rejected/: bad.yaml" in text(week.mails[-1])
    assert "a-folder" in text(week.mails[-1])
    assert week.status["waiting"] == {"rejected": 1, "working": 0, "passed_over": 1, "changed": 0}
    metrics = (week.home / "metrics.prom").read_text()
    assert 'doideposit_inbox_waiting{target="sandbox",folder="rejected"} 1\n' in metrics
    week.to_monday()
    week.mails.clear()
    week.run()
    digest = text(week.mails[-1])
    assert "Files waiting                   2" in digest
    assert "Nothing needs to be done" not in digest
    (week.office.folders.rejected / "bad.yaml").unlink()
    (week.office.folders.root / "a-folder").rmdir()
    week.mails.clear()
    for _ in range(30):
        week.run(wait=3600)
    assert week.mails == []


def test_a_file_that_is_written_after_it_was_put_away_is_named_until_it_comes_again(week: Week) -> None:
    week.office.drop("c258.yaml")
    week.office.drop("c9.yaml", yaml(9, published="x"))
    for _ in range(3):
        week.run()
    root = week.office.folders.root
    before = {"rejected": 1, "working": 0, "passed_over": 0, "changed": 0}
    assert week.status["waiting"] == before
    for name in ("done/c258.yaml", "rejected/c9.yaml"):
        with (root / name).open("a", encoding="utf-8") as file:
            file.write("subtitle: A view from Brussels\n")
    week.run()
    assert week.status["waiting"] == before | {"rejected": 0, "changed": 2}
    said = "2 files changed after the check by the job: done/c258.yaml, rejected/c9.yaml"
    assert [said in text(one) for one in week.mails][-1]
    # The advice is followed: what is registered is updated, and what was rejected is looked at again.
    for name in ("done/c258.yaml", "rejected/c9.yaml"):
        (root / name).rename(root / Path(name).name)
        os.utime(root / Path(name).name, (OLD, OLD))
    for _ in range(3):
        week.run()
    assert week.status["waiting"] == before
    kept = week.desk.sandbox.record(doi())
    assert kept is not None
    assert "A view from Brussels" in kept.record
