"""Terminal, page, mail, metrics, JSON and API say the same of every DOI: how far it is, what is overdue, who must act."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

import desk as command_line
from api_client import Cms
from depositing import Desk
from doideposit.config.schema import MailSection
from doideposit.deposits.lateness import Deadlines
from doideposit.deposits.values import WorkStatus
from doideposit.job.inbox.folders import Folders
from doideposit.job.inbox.summary import PassReport
from doideposit.job.inbox.waiting import Waiting
from doideposit.job.mail import JobMails
from doideposit.job.monitoring import Run, prometheus_text
from doideposit.job.state import JobState
from doideposit.lifecycle import Milestone, Outcome, State
from doideposit.reports.standing import Standing
from mixed_ledger import mixed_desk

NEVER = timedelta(days=9_999)
TABLES = {
    "as they are": Deadlines(),
    "nothing is ever late": Deadlines(NEVER, NEVER, NEVER, NEVER, NEVER, NEVER),
    "only the link counts": Deadlines(NEVER, NEVER, NEVER, timedelta(hours=1), NEVER, NEVER),
}
CONFIGURATION = """\
[depositor]
name = "South Asia Democratic Forum"
email = "info@sadf.eu"
registrant = "South Asia Democratic Forum"

[ledger]
url = "{url}"

[monitoring.deadlines]
{deadlines}
"""

Facts = dict[str, tuple[tuple[str, ...], str | None, bool]]
"""Of each DOI: the milestones that are reached, the one that is overdue, and whether it needs a person."""


@dataclass
class House:
    """A ledger with DOIs in every state, and everything that tells people of it."""

    desk: Desk
    run: command_line.Desk

    @property
    def facts(self) -> Facts:
        """What the library says."""
        return {str(one.doi): fact(one) for one in self.desk.depositor.statuses()}

    @property
    def late(self) -> set[str]:
        return {doi for doi, (_, overdue, _) in self.facts.items() if overdue}

    @property
    def wrong(self) -> set[str]:
        """What a look-up showed to lead elsewhere."""
        return {str(one.doi) for one in self.desk.depositor.statuses() if one.contradicted}

    @property
    def drifted(self) -> set[str]:
        return {str(one.doi) for one in self.desk.depositor.statuses() if one.drift}

    @property
    def warned(self) -> set[str]:
        """What Crossref warned about, so that a person has to act."""
        statuses = self.desk.depositor.statuses()
        return {str(one.doi) for one in statuses if any(each.wants_person for each in one.warnings)}

    @property
    def needing(self) -> set[str]:
        return {doi for doi, (*_, needs_person) in self.facts.items() if needs_person}

    def mails(self) -> list[EmailMessage]:
        """What the scheduled job would write now, with its weekly digest."""
        sent: list[EmailMessage] = []
        now = self.desk.clock()
        mail = MailSection.model_validate(
            {"host": "mail.example.org", "sender": "a@example.org", "to": ["b@example.org"]}
        )
        folders = Folders(self.run.folder / "inbox")
        folders.make()
        standing = Standing.take(self.desk.depositor, now=now)
        report = PassReport("sandbox")
        JobMails(mail, sent.append, folders, "pub1").send_due(report, standing, JobState(), now=now)
        return sent


def test_a_reminder_says_where_each_thing_that_waits_lies(tmp_path: Path) -> None:
    sent: list[EmailMessage] = []
    mail = MailSection.model_validate({"host": "mail.example.org", "sender": "a@example.org", "to": ["b@example.org"]})
    folders = Folders(tmp_path / "inbox")
    folders.make()
    for path in ("rejected/old.yaml", "working/note.txt"):
        (folders.root / path).write_text("x")
    (folders.root / "a folder").mkdir()
    waiting, state, now = Waiting.find(folders, "sandbox"), JobState(), datetime(2026, 11, 27, tzinfo=UTC)
    for moment in (now, now + timedelta(days=2)):
        mails = JobMails(mail, sent.append, folders, "pub1")
        mails.send_due(PassReport("sandbox"), None, state, now=moment, waiting=waiting)
    first, second = (one.get_content() for one in sent)
    assert "old.yaml" not in first, "its own mail told it when it was rejected"
    assert "1 file waits in rejected/: old.yaml" in second
    for body in (first, second):
        assert "1 entry waits in working/ that the job did not put there: note.txt" in body
        assert "1 entry waits in the inbox that cannot be taken in: a folder" in body


def fact(status: WorkStatus) -> tuple[tuple[str, ...], str | None, bool]:
    reached = tuple(milestone.value for milestone, proof in status.milestones.items() if proof)
    return reached, status.overdue.milestone.value if status.overdue else None, status.needs_person


def fact_of_json(record: dict[str, Any]) -> tuple[tuple[str, ...], str | None, bool]:
    reached = tuple(name for name, proof in record["milestones"].items() if proof["at"])
    overdue = record["overdue"]
    return reached, overdue["milestone"] if overdue else None, record["needs_person"]


@pytest.fixture(params=list(TABLES.values()), ids=list(TABLES))
def house(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[House]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")
    deadlines: Deadlines = request.param
    with mixed_desk(tmp_path, deadlines=deadlines) as desk:
        add_what_is_missing(desk)
        # The command line looks at the clock of this machine, so the others have to look at it too.
        desk.clock.set(datetime.now(UTC))
        read_again(desk)
        run = command_line.Desk(tmp_path, capsys)
        lines = (f'{one} = "{int(deadlines.of(one).total_seconds()) // 3600}h"' for one in Milestone)
        run.write("doideposit.toml", CONFIGURATION.format(url=desk.url, deadlines="\n".join(lines)))
        yield House(desk, run)


def add_what_is_missing(desk: Desk) -> None:
    """Give up a file, set a failure aside, and let a link lead elsewhere: the mixed ledger has none of them."""
    from mixed_ledger import work

    desk.depositor.enqueue(work(268))
    desk.depositor.abandon(work(268).doi, "it was a mistake")
    desk.depositor.acknowledge(work(261).doi, "Crossref is told")
    well = next(one.doi for one in desk.depositor.statuses() if one.resolves and not one.needs_person)
    proof = "it leads to https://elsewhere.example/ instead of its page"
    desk.depositor.works.prove(well, Milestone.RESOLVES, proof, holds=False, contrary=True)


def read_again(desk: Desk) -> None:
    """Read what is registered, some of which others changed."""
    desk.seed = True
    desk.open()
    desk.sandbox.elsewhere.change_url("10.48251/SADF.ISSN.2406-5617.C233", "https://www.other.eu/")
    desk.sandbox.elsewhere.transfer("10.48251/SADF.ISSN.2406-5617.C234", "10.99999")
    desk.depositor.watch(10)


@pytest.mark.slow
def test_the_ledger_has_dois_in_every_state(house: House) -> None:
    statuses = list(house.desk.depositor.statuses())
    assert {one.state for one in statuses} >= set(State) - {State.SENDING}
    assert {one.outcome for one in statuses} >= set(Outcome) - {Outcome.MISSING} | {None}
    assert any(one.acknowledged for one in statuses)
    assert any(one.contradicted and one.needs_person for one in statuses)
    assert any(one.as_intended for one in statuses)
    assert any(one.registered and not one.as_intended and not one.drift for one in statuses)
    assert len(house.drifted) == 2


@pytest.mark.slow
def test_what_the_ledger_picks_out_is_what_each_status_says(house: House) -> None:
    depositor, clock = house.desk.depositor, house.desk.clock
    for days in (0, 2, 60):
        clock.advance(days * 86_400)
        every = list(depositor.statuses())
        assert list(depositor.statuses(attention=True)) == [one for one in every if one.needs_person]
        assert list(depositor.unproved()) == [one.doi for one in every if depositor.is_unproved(one)]


def test_all_six_say_the_same(house: House) -> None:
    facts = house.facts
    records = house.run("status", "--json").json["records"]
    assert {one["doi"]: fact_of_json(one) for one in records} == facts
    assert from_terminal(house) == facts
    assert from_api(house) == facts
    assert from_page(house) == (facts, house.late, house.needing)
    assert from_mail(house) == (
        house.late | house.wrong | house.drifted | house.warned,
        len(house.late),
        len(house.needing),
    )
    assert from_metrics(house) == (len(house.late), len(house.needing), len(house.drifted))


def from_terminal(house: House) -> Facts:
    """Read the receipts that people read, and the table above which the marks stand."""
    found: Facts = {}
    marked = {line.split()[0] for line in house.run("status").out.splitlines() if re.match(r"10\.\S+ +! ", line)}
    for receipt in house.run("status", *house.facts).out.split("\n\n"):
        doi = re.search(r"10\.48251/\S+", receipt)
        if doi is not None:
            reached = re.findall(
                r"^  (received|processed|registered|resolves|indexed|intended) +\d{4}-", receipt, re.MULTILINE
            )
            overdue = re.search(r"^  overdue .*?  (\w[\w ]*) was expected by then", receipt, re.MULTILINE)
            named = {"intended": "as_intended", "as intended": "as_intended"}
            words = [named.get(one, one) for one in (*reached, overdue[1] if overdue else "")]
            found[doi[0]] = (tuple(words[:-1]), words[-1] or None, doi[0] in marked)
    summary = house.run("status").out
    assert (f", {len(house.late)} overdue" in summary) == bool(house.late)
    assert f", {len(house.needing)} {'needs' if len(house.needing) == 1 else 'need'} a person" in summary
    return found


def from_api(house: House) -> Facts:
    cms = Cms(house.desk)
    answers = {doi: cms.open(f"/v1/dois/{doi}").json for doi in house.facts}
    return {doi: fact_of_json(answer["records"][0]) for doi, answer in answers.items()}


def from_page(house: House) -> tuple[Facts, set[str], set[str]]:
    """Read the rows of the table for the milestones, and the JSON beside the page for what needs attention."""
    document = house.run("report", "-o", "page.html", "--json").json
    html = (house.run.folder / "page.html").read_text(encoding="utf-8")
    rows = html.split('id="table"')[1].split("</table>")[0].split("<tr")[2:]
    facts: Facts = {}
    told = house.facts
    for row in rows:
        doi = re.search(r"10\.48251/[^<\"]+", row)
        cells = re.findall(r"<td( class=\"y\")?(?: title=\"[^\"]*\")?>(?:\d{4}-\d\d-\d\d|not yet)", row)
        assert doi is not None
        assert len(cells) == len(Milestone), row
        reached = tuple(one.value for one, is_reached in zip(Milestone, cells, strict=True) if is_reached)
        facts[doi[0]] = (reached, *told[doi[0]][1:])
    attention = {doi for one in document["attention"] for doi in one["dois"]}
    assert attention == house.late | house.needing
    assert document["counts"]["overdue"] == len(house.late)
    assert document["counts"]["changed_by_others"] == len(house.drifted)
    assert document["counts"]["needs_person"] == len(house.needing)
    boxes = html.split('id="attention"')[1].split('id="all"')[0]
    shown = set(re.findall(r">(10\.48251/[^<]+)</(?:a|span)>", boxes))
    return facts, shown & house.late, shown & house.needing


def from_mail(house: House) -> tuple[set[str], int, int]:
    *attention, digest = house.mails()
    text = "".join(str(mail.get_content()) for mail in attention)
    numbers = str(digest.get_content())
    found = {
        name: int(re.search(rf"^{name} +([\d,]+)$", numbers, re.MULTILINE)[1]) for name in ("Overdue", "Need a person")
    }
    # A rehearsal names DOIs without the address of doi.org, where they do not exist.
    named = set(re.findall(r"^(?:https://doi\.org/)?(10\.48251/\S+)$", text, re.MULTILINE))
    return named, found["Overdue"], found["Need a person"]


def from_metrics(house: House) -> tuple[int, int, int]:
    now = house.desk.clock()
    run = Run("sandbox", now, now, 0, "", None, {})
    text = prometheus_text(run, Standing.take(house.desk.depositor, now=now))
    names = ("overdue_dois", "needs_person_dois", "drifted_dois")
    late, needing, drifted = (
        int(float(re.search(rf"^doideposit_{name}\{{.*\}} (.*)$", text, re.MULTILINE)[1])) for name in names
    )
    return late, needing, drifted


@pytest.mark.slow
def test_doctor_counts_them_too(house: House) -> None:
    checks = {one["name"]: one for one in json.loads(house.run("doctor", "--json").out)["checks"]}
    late = checks.get("overdue", {"message": "0"})["message"]
    assert int(re.match(r"\d+", late)[0]) == len(house.late)
    needing = checks.get("attention", {"message": "0"})["message"]
    assert int(re.match(r"\d+", needing)[0]) == len(house.needing)
