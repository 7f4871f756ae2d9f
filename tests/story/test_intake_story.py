"""Crossref's mails and reports are hints to look, and nothing else: foreign, forged and broken ones do no harm."""

from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depositing import SERIES, Desk, commentary, sqlite_url, validator
from doideposit.config.schema import MailboxSection
from doideposit.errors import WorldError
from doideposit.job.crossref_mails import Hints
from doideposit.job.inbox.folders import Folders
from doideposit.job.mailbox import Mailbox, open_mailbox
from doideposit.job.run import Job, JobContext
from doideposit.records.models.series import Series
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox
from imap_server import ImapMails, changing, imap_server

DOI = str(commentary().doi)
LOG = """<?xml version="1.0" encoding="UTF-8"?>
<doi_batch_diagnostic status="completed" sp="a-cs1"><submission_id>1</submission_id><batch_id>{batch}</batch_id>
<record_diagnostic status="Success"><doi>{doi}</doi><msg>Successfully added</msg></record_diagnostic>
<batch_data><record_count>1</record_count><success_count>1</success_count><warning_count>0</warning_count>
<failure_count>0</failure_count></batch_data></doi_batch_diagnostic>"""


def mail(text: str, *, attachment: str = "", sender: str = "support@crossref.org") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "doi@example.org", "CrossRef submission"
    made.set_content(text)
    if attachment:
        made.add_attachment(attachment.encode(), maintype="application", subtype="xml", filename="log.xml")
    return made.as_bytes()


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none())
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox)) as one:
        yield one


def take(desk: Desk, raw: bytes) -> None:
    Hints.of_mail(raw).take(desk.depositor, desk.clock())


def test_the_mail_about_a_file_makes_it_asked_about_now(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    batch = desk.depositor.status(DOI).submission.batch_id
    due = desk.depositor.next_due()
    assert due is not None
    assert due > desk.clock()
    take(desk, mail("Your submission", attachment=LOG.format(batch=batch, doi=DOI)))
    assert desk.depositor.next_due() == desk.clock()


def test_a_forged_log_registers_nothing(desk: Desk) -> None:
    desk.sandbox.faults.add("reject", "year: x is not a valid integer")
    desk.depositor.deposit(commentary())
    before = list(desk.depositor.history(DOI))
    batch = desk.depositor.status(DOI).submission.batch_id
    take(desk, mail(LOG.format(batch=batch, doi=DOI), sender="somebody@example.com"))
    assert list(desk.depositor.history(DOI)) == before
    desk.clock.advance(1)
    desk.depositor.poll()
    assert not desk.depositor.status(DOI).registered, "Crossref itself was asked"


OTHER = Series.model_validate(
    {**SERIES.model_dump(exclude_none=True), "name": "other", "title": "Other", "issn": "2049-3630",
     "doi": "{prefix}/OTHER.{number}", "url": "https://www.sadf.eu/other-{number}/"}
)  # fmt: skip
REPORT = "<conflict_report><conflict id='17'><doi>{0}</doi><doi>{1}</doi></conflict></conflict_report>"


def test_a_conflict_in_a_report_counts_when_crossref_has_both_records_alike(desk: Desk) -> None:
    same = {"title": "The harbour question", "authors": [{"given": "Maya", "family": "Gurung"}]}
    first, third = commentary(258, **same), commentary(300)
    second = commentary(259, **same).model_copy(update={"title": first.title})
    for one in (first, second, third):
        desk.depositor.deposit(one)
        desk.settle()
    assert list(desk.depositor.warnings.all()) == [], "other numbers are no conflict by the rule of the log"
    desk.clock.advance(3600)
    for _ in range(2):
        take(desk, mail("Conflicts", attachment=REPORT.format(first.doi, second.doi)))
        take(desk, mail("Conflicts", attachment=REPORT.format(first.doi, third.doi)))
        take(desk, mail("Conflicts", attachment=REPORT.format("10.9999/foreign", first.doi)))
    assert {(str(one.doi), one.others) for one in desk.depositor.warnings.all()} == {
        (str(first.doi), (str(second.doi),)),
        (str(second.doi), (str(first.doi),)),
    }


def test_a_depositor_report_and_a_dead_doi_make_records_be_read_again(desk: Desk) -> None:
    desk.depositor.deposit(commentary())
    desk.settle()
    desk.clock.advance(86_400)
    desk.depositor.watch(50, force=True)
    assert not desk.depositor.watch(50).read
    lines = f"Depositor report\r\nDOI prefix\r\n{DOI} 10.48251, 20260901120000, 2026-09-01, 0\r\n"
    assert [str(one) for one in Hints.of_report(lines.encode()).dois] == [DOI]
    take(desk, mail(f"A reader tells that https://doi.org/{DOI}. does not work"))
    assert [str(one) for one in desk.depositor.watch(50).read] == [DOI]


HOSTILE = [
    b"",
    b"\xff\xfe\x00",
    b"Content-Type: text/plain; charset=none\n\n10.48251/x",
    b"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x\n",
    b"Content-Transfer-Encoding: base64\n\n????",
    b"Subject: =?utf-8?b?////?=\n\nx",
    mail("<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>"),
    mail("<conflict>" * 5_000),
    mail("10.48251/" + "a" * 100_000),
    mail(LOG.format(batch="no-such-batch", doi="10.9999/foreign")),
    mail(LOG.format(batch="x" * 5000, doi=DOI)),
    mail(" ".join(f"10.9999/{number}" for number in range(5_000))),
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_broken_and_foreign_mails_do_nothing(desk: Desk, raw: bytes) -> None:
    desk.depositor.enqueue(commentary())
    before = (list(desk.depositor.events()), desk.depositor.next_due())
    take(desk, raw)
    assert (list(desk.depositor.events()), desk.depositor.next_due()) == before


@given(st.binary(max_size=400))
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    Hints.of_mail(raw)
    Hints.of_report(raw)
    list(Hints.failed_dois(raw.decode("utf-8", "replace")))


def maildir(folder: Path, *mails: bytes) -> Path:
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for number, each in enumerate(mails):
        (folder / ("new" if number % 2 else "cur") / f"{number:03}.host{'' if number % 2 else ':2,S'}").write_bytes(
            each
        )
    return folder


def test_the_job_reads_each_mail_of_a_maildir_once_and_changes_nothing_in_it(desk: Desk, tmp_path: Path) -> None:
    desk.depositor.deposit(commentary())
    batch = desk.depositor.status(DOI).submission.batch_id
    folder = maildir(tmp_path / "Maildir", *HOSTILE[:4], mail(LOG.format(batch=batch, doi=DOI)))
    before = sorted((path.name, path.read_bytes()) for path in folder.rglob("*") if path.is_file())
    read: list[str] = []

    def mails(known: Any) -> Any:
        for key, raw in open_mailbox(MailboxSection(maildir=str(folder)), {})(known):
            read.append(key)
            yield key, raw

    job = Job("sandbox", Folders(tmp_path / "inbox"), settle=timedelta(0), look_ups=0)
    doors = JobContext(desk.clock, desk.open, mailbox=mails)
    assert job.run(doors).exit_code == 0
    assert desk.open().status(DOI).registered, "it was asked about in the same pass"
    assert job.run(doors).exit_code == 0
    assert len(read) == len(set(read)) == 5
    assert sorted((path.name, path.read_bytes()) for path in folder.rglob("*") if path.is_file()) == before


def test_a_mailbox_that_is_away_leaves_the_rest_of_the_pass_as_it_is(desk: Desk, tmp_path: Path) -> None:
    desk.depositor.deposit(commentary())
    desk.clock.advance(60)
    doors = JobContext(desk.clock, desk.open, mailbox=open_mailbox(MailboxSection(maildir=str(tmp_path / "none")), {}))
    outcome = Job("sandbox", Folders(tmp_path / "inbox"), settle=timedelta(0), look_ups=0).run(doors)
    assert outcome.exit_code == 3
    assert "is not a Maildir" in str(outcome.document["errors"])
    assert desk.open().status(DOI).registered


def imap_folder(port: int, password: str, username: str = "doi", folder: str = "INBOX") -> Mailbox:
    server = {"host": "127.0.0.1", "port": port, "security": "none", "username": username, "folder": folder}
    section = MailboxSection.model_validate({**server, "password": {"env": "MAILBOX_PASSWORD"}})
    return open_mailbox(section, {"MAILBOX_PASSWORD": password})


@pytest.mark.network_loopback
def test_an_imap_folder_is_read_and_nothing_in_it_is_changed() -> None:
    with imap_server(ImapMails({3: mail("one"), 7: mail("two")})) as state:
        mails = imap_folder(state.port, "s3cret")
        found = dict(mails(()))
        assert list(found) == ["77.3", "77.7"]
        assert found["77.7"] == state.mails[7]
        assert [key for key, _ in mails(found)] == []
        assert changing(state.commands) == []
        with pytest.raises(WorldError) as caught:
            list(imap_folder(state.port, "wr0ng")(()))
        assert (
            "wr0ng" not in f"{caught.value}{caught.value.hint}{caught.value.__cause__}{caught.value.__context__!s:.0}"
        )
    with pytest.raises(WorldError):
        list(imap_folder(state.port, "x")(()))


@pytest.mark.network_loopback
@pytest.mark.parametrize(
    ("user", "password", "folder"),
    [("jörg", "s3cret", "INBOX"), ("doi", "pässe", "INBOX"), ("doi", "s3cret", "Entwürfe")],
)
def test_names_that_imap_cannot_carry_are_told_as_a_mailbox_that_cannot_be_read(
    user: str, password: str, folder: str
) -> None:
    with imap_server(ImapMails({3: mail("one")})) as state, pytest.raises(WorldError, match="could not be read"):
        list(imap_folder(state.port, password, username=user, folder=folder)(()))


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (f"DOI,Failures\n{DOI},12\n", [(2, DOI, 12)]),
        (f"12;{DOI}\n", [(1, DOI, 1)]),
        ("\ufeffnothing\n\n", []),
        (f'"{DOI}","x"\n\0{DOI}.,3\n', [(1, DOI, 1), (2, DOI, 3)]),
    ],
)
def test_a_table_of_failed_dois_is_read_whatever_its_columns(table: str, rows: list[tuple[int, str, int]]) -> None:
    assert list(Hints.failed_dois(table)) == rows
