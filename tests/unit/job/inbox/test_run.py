"""One pass over an inbox: what goes where, with which report."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from depositing import Desk, commentary, sqlite_url
from doideposit.crossref.xml.batch import Built
from doideposit.errors import CredentialsRefused, DiskError
from doideposit.job.inbox.claims import Claim
from doideposit.job.inbox.folders import Folders
from doideposit.job.inbox.lock import FileLock
from doideposit.job.inbox.waiting import Waiting
from doideposit.lifecycle import State
from doideposit.records.models.batch import BatchHead
from inboxes import OLD, Office, doi, yaml


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    with made.desk:
        yield made


def deposit_xml(*numbers: int) -> bytes:
    head = BatchHead("theirs", 20240101000000000, "X", "x@example.org", "X")
    return Built.of(head, [commentary(number) for number in numbers]).xml


def test_a_good_file_goes_to_done_when_it_is_registered_and_not_before(office: Office) -> None:
    office.drop("c258.yaml", yaml(title="The tide and what it left."))
    first = office.run()
    assert (first.taken_in, first.sent, first.working, first.settled) == (1, 1, 1, [])
    assert office.names("working") == ["c258.yaml"]
    second = office.run()
    assert (second.done, second.working) == (1, 0)
    assert office.names("done") == ["c258.yaml"]
    report = office.report("c258.yaml")
    assert report.startswith("c258.yaml: 1 registered\n")
    assert f"\n{doi()}  registered" in report
    assert "Successfully added" in report
    assert "What to do" not in report
    assert "line 3: the title ends in “.” (title-trailing-stop)" in report
    assert "orcid-missing" not in report  # What is merely missing is no warning.


def test_a_bad_file_goes_to_rejected_at_once_with_what_to_do(office: Office) -> None:
    office.drop("bad.yaml", yaml(published="2023-13-01"))
    done = office.run()
    assert (done.rejected, done.working, office.uploads) == (1, 0, 0)
    report = office.report("bad.yaml")
    assert report.index("What to do now") < report.index("date-impossible")
    assert "bad.yaml:4:12  date-impossible (error)  there is no month 13" in report
    assert "4 | published: 2023-13-01" in report
    assert str(office.folders.working) not in report
    (note,) = [json.loads(path.read_text()) for path in office.folders.outbox.iterdir()]
    assert note["title"] == "bad.yaml: 1 rejected"
    assert str(office.folders.rejected / "bad.yaml.report.txt") in note["action"]


def test_records_of_one_file_travel_apart_and_the_file_waits_for_the_last(office: Office) -> None:
    rows = ["series,number,title,published,authors"]
    rows += [f'sadf-comment,{n},Title {n},2023-{m}-01,"Wolf, Siegfried"' for n, m in ((1, 10), (2, 13), (3, 12))]
    office.drop("table.csv", "\n".join(rows) + "\n")
    assert office.run().working == 1
    assert office.run().rejected == 1
    report = office.report("table.csv")
    assert report.startswith("table.csv: 2 registered, 1 rejected\n")
    assert "line 3 of the file" in report
    assert "registered records are not sent again" in report
    assert office.desk.depositor.status(doi(1)).registered
    assert office.desk.depositor.status(doi(3)).registered


def test_the_corrected_file_of_a_table_sends_only_what_is_new(office: Office) -> None:
    head = "series,number,title,published,authors\n"
    good, bad = 'sadf-comment,1,A,2023-10-01,"Wolf, S"\n', 'sadf-comment,2,B,2023-13-01,"Wolf, S"\n'
    office.drop("table.csv", head + good + bad)
    office.until_quiet()
    office.drop("table.csv", head + good + bad.replace("-13-", "-12-"))
    office.until_quiet()
    assert office.names("rejected") == ["table.csv"]
    text = (office.folders.done / "table.csv.report.txt").read_text()
    assert text.startswith("table.csv: 1 registered, 1 unchanged\n")
    assert office.uploads == 2


def test_ready_made_xml_works_too(office: Office) -> None:
    office.drop("ready.xml", deposit_xml(1, 2))
    office.drop("broken.xml", "<doi_batch/>")
    office.drop("CAPITALS.XML", deposit_xml(3))
    office.until_quiet()
    assert office.names("done") == ["CAPITALS.XML", "ready.xml"]
    assert office.names("rejected") == ["broken.xml"]
    assert office.report("ready.xml").startswith("ready.xml: 2 registered\n")


def test_what_crossref_rejects_is_rejected_with_its_reason(office: Office) -> None:
    office.desk.sandbox.faults.add("reject", "Some words of Crossref that nobody knows")
    office.drop("c258.yaml")
    office.run()
    assert office.run().rejected == 1
    text = office.report("c258.yaml")
    assert "Some words of Crossref that nobody knows" in text
    command = f"doideposit deposit --target sandbox --retry {office.folders.rejected / 'c258.yaml'}"
    assert command in [line.strip() for line in text.splitlines()]
    office.desk.sandbox.faults.clear()
    office.drop("c258.yaml")
    office.until_quiet()
    assert office.uploads == 1
    assert "rejected the same content" in (office.folders.rejected / "c258-2.yaml.report.txt").read_text()


def test_what_may_pass_is_sent_again_and_not_for_ever(office: Office) -> None:
    office.desk.sandbox.faults.add("reject", "java.lang.NullPointerException", times=1)
    office.drop("c258.yaml")
    office.until_quiet()
    assert (office.names("done"), office.uploads) == (["c258.yaml"], 2)
    office.desk.sandbox.faults.add("reject", "java.lang.NullPointerException", times=None)
    office.drop("c259.yaml", yaml(259))
    office.until_quiet()
    assert office.names("rejected") == ["c259.yaml"]
    assert office.uploads == 4


def test_the_same_name_again_never_overwrites(office: Office) -> None:
    for number in (1, 2, 3):
        office.drop("c.yaml", yaml(number))
        office.until_quiet()
        office.drop("c.yaml", yaml(number, published="x"))
        office.until_quiet()
    assert office.names("done") == ["c-2.yaml", "c-3.yaml", "c.yaml"]
    assert office.names("rejected") == ["c-2.yaml", "c-3.yaml", "c.yaml"]
    assert 'number: "3"' in (office.folders.done / "c-3.yaml").read_text()
    assert "c.yaml: 1 registered" in (office.folders.done / "c-3.yaml.report.txt").read_text()


def test_a_name_in_the_way_of_a_report_is_not_taken(office: Office) -> None:
    (office.folders.done / "c.yaml.report.txt").write_text("mine", encoding="utf-8")
    office.drop("c.yaml")
    office.until_quiet()
    assert (office.folders.done / "c.yaml.report.txt").read_text() == "mine"
    assert office.names("done") == ["c-2.yaml"]


def test_the_same_record_twice_is_no_conflict(office: Office) -> None:
    office.drop("a.yaml", yaml())
    office.drop("b.yaml", yaml() + "# another hand\n")
    office.until_quiet()
    assert (office.names("done"), office.uploads) == (["a.yaml", "b.yaml"], 1)


def test_two_different_records_of_one_doi_are_both_rejected(office: Office) -> None:
    office.drop("a.yaml", yaml(title="One"))
    office.drop("b.yaml", yaml(title="Another"))
    office.drop("c.yaml", yaml(259))
    office.until_quiet()
    assert (office.names("done"), office.names("rejected")) == (["c.yaml"], ["a.yaml", "b.yaml"])
    assert str(office.folders.working) not in office.report("a.yaml") + office.report("b.yaml")


def test_a_broken_record_is_no_rival_of_its_correction(office: Office) -> None:
    office.drop("a.yaml", yaml(published="2023-13-01"))
    office.drop("b.yaml", yaml())
    office.until_quiet()
    assert (office.names("done"), office.names("rejected")) == (["b.yaml"], ["a.yaml"])


def test_a_newer_version_waits_for_the_older_one_and_then_updates_it(office: Office) -> None:
    office.drop("v1.yaml", yaml(title="One"))
    office.run()
    office.drop("v2.yaml", yaml(title="Two"))
    office.desk.clock.advance(-899)
    waiting = office.run()
    assert (waiting.working, waiting.settled, office.uploads) == (2, [], 1)
    office.until_quiet()
    assert (office.names("done"), office.uploads) == (["v1.yaml", "v2.yaml"], 2)
    assert office.desk.depositor.status(doi()).title == "Two"


def test_a_settled_file_is_not_sent_again_over_what_someone_deposited_since(office: Office) -> None:
    office.drop("v1.yaml", yaml(title="One"))
    office.run()
    office.desk.settle()
    office.desk.depositor.deposit(commentary(258, "Newer, from the CMS"))
    office.desk.settle()
    office.until_quiet()
    assert office.names("done") == ["v1.yaml"]
    assert office.desk.depositor.status(doi()).title == "Newer, from the CMS 258"
    assert office.uploads == 2


def test_what_is_not_a_file_stays_where_it_is(office: Office, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text(yaml(), encoding="utf-8")
    (office.folders.root / "link.yaml").symlink_to(secret)
    (office.folders.root / "2023").mkdir()
    (office.folders.root / "2023" / "inside.yaml").write_text(yaml(), encoding="utf-8")
    os.mkfifo(office.folders.root / "pipe.yaml")
    for name in (".hidden.yaml", "~$c.yaml", "a.yaml~", "b.yaml.part", "c.tmp", "Thumbs.db", "x.yaml.crdownload"):
        office.drop(name)
    office.drop("old.yaml.report.txt")
    before = sorted(path.name for path in office.folders.root.iterdir())
    done = office.run()
    assert (done.taken_in, office.uploads) == (0, 0)
    assert done.passed_over == ("2023", "link.yaml", "old.yaml.report.txt", "pipe.yaml")
    assert sorted(path.name for path in office.folders.root.iterdir()) == before


@pytest.mark.parametrize("name", ["letter.docx", "noname", "c.pdf", "empty.yaml", "claim.json", "ümläut ☃.yaml"])
def test_every_other_file_gets_an_answer(office: Office, name: str) -> None:
    office.drop(name, "" if name == "empty.yaml" else "%PDF")
    assert office.run().rejected == 1
    assert office.report(name).startswith(f"{name}: 1 rejected")


def test_a_document_in_the_inbox_is_told_the_way_to_a_record(office: Office) -> None:
    office.drop("Kommentar 901.docx", "%PDF")
    office.run()
    report = office.report("Kommentar 901.docx")
    lines = [line.strip() for line in report.splitlines()]
    place = office.folders.root / "rejected" / "Kommentar 901.docx"
    assert f'doideposit extract "{place}" -o NUMBER.yaml' in lines
    assert "Put the record, not the document, in the inbox" in report
    assert "Correct Kommentar" not in report


def test_a_table_without_rows_is_rejected(office: Office) -> None:
    office.drop("table.csv", "series,number,title,published,authors\n")
    office.run()
    assert office.names("rejected") == ["table.csv"]
    assert "write one record on each row" in office.report("table.csv")


def test_names_that_no_report_could_stand_beside(office: Office) -> None:
    office.drop("x" * 240 + ".yaml")
    raw = os.fsencode(office.folders.root) + b"/caf\xe9\n.yaml"
    with open(raw, "w", encoding="utf-8") as stream:  # noqa: PTH123  (a name that is no text)
        stream.write(yaml(259))
    os.utime(raw, (OLD, OLD))
    office.until_quiet()
    assert sorted(len(name) for name in office.names("done")) == [10, 173]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_rejected(office: Office) -> None:
    office.drop("c.yaml").chmod(0)
    assert office.run().rejected == 1
    assert "file-unreadable" in office.report("c.yaml")


def test_a_file_that_vanishes_is_no_trouble(office: Office) -> None:
    path = office.drop("c.yaml")
    done = office.run(step=lambda name: path.unlink() if name == "folder made" else None)
    assert (done.taken_in, done.errors, office.names("working")) == (0, [], [])
    assert list(office.folders.working.iterdir()) == []


def test_a_file_exchanged_for_a_link_at_the_last_moment(office: Office, tmp_path: Path) -> None:
    path = office.drop("c.yaml")

    def exchange(name: str) -> None:
        if name == "folder made":
            path.unlink()
            path.symlink_to("/etc/hostname")

    assert office.run(step=exchange).rejected == 1
    assert "not a regular file" in office.report("c.yaml")
    assert (office.folders.rejected / "c.yaml").is_symlink()


def test_files_are_left_alone_until_nobody_writes_to_them(office: Office) -> None:
    now = office.desk.clock().timestamp()
    office.drop("new.yaml", at=now + 5)
    assert office.run(wait=10).unfinished == 1
    assert office.run(wait=4).unfinished == 1
    office.drop("new.yaml", yaml(title="Longer than before"), at=now + 16)
    assert office.run(wait=4).unfinished == 1
    assert office.run(wait=10).taken_in == 1


def test_a_clock_of_the_file_server_that_is_ahead_does_not_matter(office: Office) -> None:
    office.drop("c.yaml", at=office.desk.clock().timestamp() + 1e6)
    assert office.run(wait=1).unfinished == 1
    assert office.run(wait=9).unfinished == 1
    assert office.run(wait=2).taken_in == 1


def test_stop_ends_the_pass_between_steps_and_the_next_goes_on(office: Office) -> None:
    for number in range(5):
        office.drop(f"{number}.yaml", yaml(number))
    asked: list[bool] = []

    def stop() -> bool:
        return bool(asked)

    done = office.run(step=lambda name: asked.append(True) if name == "recorded" else None, stop=stop)
    assert done.interrupted
    assert office.uploads == 0
    office.until_quiet()
    assert len(office.names("done")) == 5


def test_refused_credentials_lose_nothing_and_go_on_when_mended(office: Office) -> None:
    office.desk.sandbox.faults.add("auth", times=1)
    office.drop("c.yaml")
    done = office.run()
    assert [type(error) for error in done.errors] == [CredentialsRefused]
    assert office.desk.depositor.status(doi()).state is State.PREPARED
    office.desk.sandbox.faults.clear()
    office.until_quiet()
    assert office.names("done") == ["c.yaml"]


def test_claims_of_another_target_are_left_alone(tmp_path: Path) -> None:
    office = Office(tmp_path)
    with office.desk:
        office.drop("c.yaml")
        office.run()
        other = Office(
            tmp_path, desk=Desk(office.desk.url, sandbox=office.desk.sandbox, clock=office.desk.clock, target="test")
        )
        with other.desk:
            assert other.run().working == 1
            assert other.names("working") == ["c.yaml"]
        office.until_quiet()
        assert office.names("done") == ["c.yaml"]


def test_one_file_that_brings_our_code_down_does_not_stop_the_others(office: Office) -> None:
    for number in (1, 2, 3):
        office.drop(f"{number}.yaml", yaml(number))
    poisoned = office.folders.root / "2.yaml"
    real = office.desk.depositor.enqueue

    def enqueue(*items: object, **options: object) -> object:
        if any(str(item).endswith("2.yaml") for item in items):
            raise KeyError("a fault of ours")
        return real(*items, **options)  # type: ignore[arg-type]

    office.desk.depositor.enqueue = enqueue  # type: ignore[method-assign,assignment]
    done = office.run()
    assert [type(error) for error in done.errors] == [DiskError]
    assert "bug in doideposit" in done.errors[0].hint
    office.run()
    office.run()
    assert (office.names("done"), office.names("working")) == (["1.yaml", "3.yaml"], ["2.yaml"])
    assert not poisoned.exists()
    office.desk.depositor.enqueue = real  # type: ignore[method-assign]
    office.until_quiet()
    assert len(office.names("done")) == 3


def test_a_drive_that_is_away_is_not_taken_for_an_empty_inbox(tmp_path: Path) -> None:
    with pytest.raises(DiskError, match="no folder"):
        Folders(tmp_path / "mnt" / "inbox").make()


def test_a_file_that_grows_after_it_was_taken_in_is_planned_again(office: Office) -> None:
    """A writer that pauses keeps writing to the file, wherever it was moved to meanwhile."""
    office.drop("table.yaml", f"- {inner(1)}\n")
    office.run()
    (claimed,) = office.folders.working.glob("*/table.yaml")
    with claimed.open("a", encoding="utf-8") as stream:
        stream.write(f"- {inner(2)}\n")
    office.until_quiet()
    assert office.names("done") == ["table.yaml"]
    assert [office.desk.depositor.status(doi(number)).registered for number in (1, 2)] == [True, True]
    assert "1 registered, 1 unchanged" in office.report("table.yaml")


def inner(number: int) -> str:
    return "{" + ", ".join(line for line in yaml(number).splitlines()) + "}"


def test_what_an_older_ledger_does_not_know_is_planned_again_and_not_rejected(office: Office, tmp_path: Path) -> None:
    """After a restore the files in working/ are newer than the ledger."""
    office.desk.sandbox.faults.add("stuck", "queued")
    office.drop("c258.yaml")
    office.run()
    assert office.uploads == 1
    (tmp_path / "older").mkdir()
    older = Desk(sqlite_url(tmp_path / "older"), clock=office.desk.clock, sandbox=office.desk.sandbox)
    office.desk = older
    office.desk.sandbox.faults.clear()
    office.until_quiet()
    assert (office.names("done"), office.names("rejected")) == (["c258.yaml"], [])
    assert older.depositor.status(doi()).registered


@pytest.mark.parametrize("name", ["done", "rejected", "working", ".doideposit"])
def test_no_folder_of_the_job_may_be_a_link(office: Office, tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = office.folders.root / name
    for inside in sorted(folder.rglob("*"), reverse=True):
        inside.rmdir() if inside.is_dir() else inside.unlink()
    folder.rmdir()
    folder.symlink_to(elsewhere)
    with pytest.raises(DiskError, match="is a link"):
        office.folders.make()
    assert list(elsewhere.iterdir()) == []


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Each of these for a test, and the former one afterwards."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(("for_group", "root", "report"), [(False, 0o700, 0o600), (True, 0o770, 0o640)])
def test_modes_of_the_inbox_do_not_depend_on_the_umask(tmp_path: Path, for_group: bool, root: int, report: int) -> None:
    folders = Folders(tmp_path / "new", for_group=for_group)
    folders.make()
    modes = {
        each.name: stat.S_IMODE(each.stat().st_mode) for each in (folders.root, *folders.root.iterdir(), folders.outbox)
    }
    private = dict.fromkeys(("working", ".doideposit", "outbox"), 0o700)
    assert modes == {"new": root, "done": root, "rejected": root} | private
    assert folders.report_mode == report


@pytest.mark.usefixtures("umask")
def test_who_may_read_in_an_inbox_that_is_there_may_read_its_reports(office: Office) -> None:
    office.folders.root.chmod(0o755)
    office.drop("broken.yaml", "number: 1")
    office.until_quiet()
    (report,) = office.folders.rejected.glob("*.report.txt")
    assert stat.S_IMODE(report.stat().st_mode) == 0o644


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("name", ["working", "done", "rejected", ".doideposit"])
def test_folders_that_somebody_else_prepared_are_refused(tmp_path: Path, name: str) -> None:
    root = tmp_path / "inbox"
    Folders(root).make()
    os.chown(root / name, 65534, 65534)
    with pytest.raises(DiskError, match=f"{name} belongs to another user"):
        Folders(root, named=True).make()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a folder away")
def test_an_inbox_of_somebody_else_has_to_be_named(tmp_path: Path) -> None:
    root = tmp_path / "inbox"
    root.mkdir()
    os.chown(root, 65534, 65534)
    with pytest.raises(DiskError, match="belongs to another user") as caught:
        Folders(root).make()
    assert "--inbox" in caught.value.hint
    Folders(root, named=True).make()


@pytest.mark.parametrize("going_to", ["../../etc/c.yaml", "done/../../c.yaml", "/etc/c.yaml", "done/", "done/..", 7])
def test_what_was_written_down_leads_nowhere_else(tmp_path: Path, going_to: object) -> None:
    (tmp_path / "c.yaml").write_text("number: 1")
    (tmp_path / ".claim.json").write_text(json.dumps({"name": "c.yaml", "going_to": going_to, "entries": []}))
    claim = Claim.load(tmp_path)
    assert claim is not None
    assert claim.going_to == ""


@pytest.mark.parametrize("name", ["done", "rejected"])
@pytest.mark.parametrize("moment", ["report written", "decided"])
def test_a_folder_exchanged_for_a_link_during_a_pass_leads_no_file_elsewhere(
    office: Office, tmp_path: Path, name: str, moment: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    office.drop("a.yaml", None if name == "done" else "title: x\n")
    folder = getattr(office.folders, name)

    def exchange(step: str) -> None:
        if step == moment and not folder.is_symlink():
            folder.rename(tmp_path / "taken")
            folder.symlink_to(elsewhere)

    for _ in range(3):
        last = office.run(step=exchange)
        office.desk.settle()
    assert "is a link or not a folder" in str(last.errors[0])
    assert list(elsewhere.iterdir()) == []
    folder.unlink()
    (tmp_path / "taken").rename(folder)
    office.run()
    assert [path.name for path in folder.iterdir() if path.suffix == ".yaml"] == ["a.yaml"]


@pytest.mark.parametrize(
    ("name", "how", "moment"),
    [
        ("working", "link", "poll"),
        ("working", "link", "taken in"),
        ("working", "link", "remembered"),
        ("working", "folder", "recorded"),
        ("working", "folder", "report written"),
        ("working", "gone", "send"),
        (".doideposit", "link", "poll"),
        (".doideposit", "folder", "report written"),
    ],
)
def test_what_stands_in_the_place_of_a_folder_during_a_pass_is_left_alone(
    office: Office, tmp_path: Path, name: str, how: str, moment: str
) -> None:
    """In what takes its place lies what a pass takes for leftovers of its own, and would take away."""
    office.drop("a.yaml")
    folder, elsewhere = office.folders.root / name, tmp_path / "elsewhere"
    for inside in ("20260901T120000-000001", "outbox"):
        (elsewhere / inside).mkdir(parents=True)
    kept = {elsewhere / "20260901T120000-000001" / ".precious", elsewhere / "outbox" / "letter.json"}
    for path in kept:
        path.write_text("precious", encoding="utf-8")

    def exchange(step: str) -> None:
        if step == moment and not (tmp_path / "taken").exists():
            folder.rename(tmp_path / "taken")
            folder.symlink_to(elsewhere) if how == "link" else elsewhere.rename(folder) if how == "folder" else None

    for _ in range(3):
        last = office.run(step=exchange)
        if (tmp_path / "taken").exists():
            break
        office.desk.settle()
    assert [str(error).partition("/inbox/")[2].split()[0] for error in last.errors] == [name] * len(last.errors) != []
    here = folder if how == "folder" else elsewhere
    found = {here / path.relative_to(elsewhere) for path in kept}
    assert {path for path in here.rglob("*") if path.is_file()} == found
    # Put back, everything goes on.
    if how != "gone":
        folder.unlink() if how == "link" else folder.rename(tmp_path / "away")
    (tmp_path / "taken").rename(folder)
    office.until_quiet()
    assert office.names("done") == ["a.yaml"]


def test_what_nobody_can_work_through_in_working_is_told(office: Office) -> None:
    (office.folders.working / "x.yaml").write_text(yaml(), encoding="utf-8")
    (office.folders.working / "link").symlink_to("/tmp")
    os.mkfifo(office.folders.working / "pipe\nforged")
    office.run()
    waiting = Waiting.find(office.folders, "sandbox")
    [(key, said, action)] = waiting.matters()
    assert (key, waiting.counts["working"]) == ("strays", 3)
    assert said == "3 entries wait in working/ that the job did not put there: link, pipe_forged, x.yaml"
    assert "move them out" in action


def test_the_name_of_a_link_forges_no_line(office: Office, tmp_path: Path) -> None:
    (office.folders.root / "x\nsandbox: 7 DOIs registered.yaml").symlink_to(tmp_path)
    report = office.run()
    assert report.passed_over == ("x_sandbox: 7 DOIs registered.yaml",)
    [(_, said, _)] = Waiting.find(office.folders, "sandbox").matters()
    assert "\n" not in said


def test_the_lock_is_not_written_through_a_link(office: Office, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    (office.folders.job / "lock").symlink_to(victim)
    with (
        pytest.raises(DiskError, match="lock cannot be opened"),
        FileLock(office.folders.job / "lock", office.desk.clock()),
    ):
        pass
    assert victim.read_text(encoding="utf-8") == "precious"
