"""What was registered elsewhere is taken over: every DOI of the owner in the ledger, each with a record file."""

import itertools
import os
import re
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from depositing import DEPOSITOR, SERIES, Desk, checker, commentary, sqlite_url, validator
from doideposit.checks.checking import Checker
from doideposit.crossref.queries import RegisteredState
from doideposit.crossref.xml.batch import Built
from doideposit.deposits.adoption_report import Adoption
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.planning import Action
from doideposit.errors import RegistrarUnavailable, UnexpectedAnswer
from doideposit.findings import Finding
from doideposit.lifecycle import EventKind
from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series
from doideposit.records.sources.doi_list import dois_in_list
from doideposit.registered.comparison import compare
from doideposit.registered.reading import RegisteredRecord
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registrar import SandboxRegistrar
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.retention import SandboxRules
from doideposit.sandbox.simulation import Sandbox
from forked import fork, status_of
from retention import EACH

CC = "https://creativecommons.org/licenses/by/4.0/"
RICH: dict[str, Any] = {
    "authors": [{"given": "Siegfried", "family": "Wolf", "orcid": "0000-0002-1825-0097"}],
    "subtitle": "A view from Brussels",
    "abstracts": ["What is at stake, in a few words that say it all."],
    "licences": [CC],
    "references": [{"text": "Gray, A. (2023). Leaders meet."}],
    "pdf_url": "https://www.sadf.eu/comment-258.pdf",
}


def elsewhere(desk: Desk, *records: Commentary, timestamp: int = 20200301120000) -> None:
    """Register records as another tool does, past our ledger; each deposit has a timestamp of fourteen digits."""
    for place, one in enumerate(records):
        desk.sandbox.elsewhere.deposit(Built.of(DEPOSITOR.head("other", timestamp + place), [one]).xml)


def shown(desk: Desk, doi: object) -> RegisteredRecord:
    kept = desk.sandbox.record(str(doi))
    assert kept is not None
    found = RegisteredRecord.read(kept.record.encode(), kept.doi)
    assert found is not None
    return found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from opened(tmp_path)


def opened(tmp_path: Path, rules: SandboxRules | None = None) -> Iterator[Desk]:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none(), rules=rules)
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True, registry=SandboxRegistry(sandbox)) as one:
        yield one


def test_every_doi_of_the_owner_comes_into_the_ledger_with_a_file(desk: Desk, tmp_path: Path) -> None:
    elsewhere(desk, commentary(1), commentary(2, **RICH), commentary(3))
    report = desk.depositor.adopt(folder=tmp_path / "records")
    assert (report.listed, report.known, report.complete) == (3, 0, True)
    assert {one.outcome for one in report.results} == {Adoption.ADOPTED}
    assert sorted(path.name for path in (tmp_path / "records").iterdir()) == ["1.yaml", "2.yaml", "3.yaml"]
    status = desk.depositor.status(commentary(2).doi)
    assert status.registered
    assert not status.needs_person
    [told] = list(desk.depositor.history(commentary(2).doi))
    assert "registered elsewhere with the timestamp 20200301120001" in told.text
    [event] = [one for one in desk.depositor.events() if one.doi == commentary(2).doi.key]
    assert event.detail["owner"] == "10.48251"
    assert event.detail["url"] == "https://www.sadf.eu/comment-2/"
    assert event.detail["file"].endswith("2.yaml")
    assert "title: Prospects for NATO-Japan relations 2" in (tmp_path / "records" / "2.yaml").read_text()


def test_a_second_run_finds_nothing_new_and_a_deposit_of_the_files_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    elsewhere(desk, commentary(1), commentary(2, **RICH))
    desk.depositor.adopt(folder=tmp_path / "records")
    before = {path.name: path.read_bytes() for path in (tmp_path / "records").iterdir()}
    again = desk.depositor.adopt(folder=tmp_path / "records")
    assert (again.results, again.known) == ((), 2)
    assert {path.name: path.read_bytes() for path in (tmp_path / "records").iterdir()} == before
    plan = desk.depositor.plan(tmp_path / "records")
    assert [entry.action for entry in plan.entries] == [Action.UNCHANGED] * 2


@pytest.mark.parametrize("rules", EACH, ids=[str(place) for place in range(len(EACH))])
def test_adopted_and_deposited_unchanged_it_is_registered_as_before(tmp_path: Path, rules: SandboxRules) -> None:
    for desk in opened(tmp_path, rules):
        one = commentary(
            7, **RICH, without=["report_number"], record_type="report-single", doi="10.48251/SADF.ISSN.2406-5617.C7"
        )
        elsewhere(desk, one)
        before = shown(desk, one.doi)
        desk.depositor.adopt(folder=tmp_path / "records")
        plan = desk.depositor.plan(tmp_path / "records", retry=True)
        assert [entry.action for entry in plan.entries] == [Action.UPDATE], plan.entries
        desk.depositor.deposit(plan)
        desk.settle()
        after = shown(desk, one.doi)
        assert compare(before, after) == ()
        assert desk.sandbox.record(str(one.doi)).timestamp > 20200301120000  # type: ignore[union-attr]


def test_a_doi_that_no_list_shows_is_found_by_its_number(desk: Desk, tmp_path: Path) -> None:
    elsewhere(desk, *(commentary(number) for number in range(1, 12)))
    # A whole batch of the newest is missing, which is what lists lack most.
    for number in (2, *range(5, 12)):
        desk.sandbox.elsewhere.hide(str(commentary(number).doi))
    report = desk.depositor.adopt(folder=tmp_path / "records")
    assert report.listed == 3
    assert {str(one.doi) for one in report.of(Adoption.ADOPTED)} == {
        str(commentary(number).doi) for number in range(1, 12)
    }


def test_numbers_with_a_year_in_them_have_no_gaps(desk: Desk, tmp_path: Path) -> None:
    elsewhere(desk, commentary(20230001), commentary(20240001), commentary(20240003))
    desk.registry = OddRegistry(desk.sandbox, "none", None)
    report = desk.open().adopt(folder=tmp_path / "records")
    assert len(report.of(Adoption.ADOPTED)) == 3
    # Three that are listed, and three behind the last.
    assert len(desk.registry.asked) == 6


def test_a_table_of_the_site_names_what_is_not_registered(desk: Desk, tmp_path: Path) -> None:
    odd = commentary(3, doi="10.48251/SADF.ISSN.2406-5617.C3")
    elsewhere(desk, odd)
    desk.sandbox.elsewhere.hide(str(odd.doi))
    table = tmp_path / "site.csv"
    table.write_text(
        "page;doi\n/3;https://doi.org/10.48251/sadf.issn.2406-5617.c3\n/9;10.48251/SADF.ISSN.2406-5617.C9\n"
        "/9 again;10.48251/SADF.ISSN.2406-5617.C9\n/about;\n",
        encoding="utf-8",
    )
    listed = dois_in_list(table)
    assert not isinstance(listed, Finding)
    report = desk.depositor.adopt(folder=tmp_path / "records", also=listed)
    told = {str(one.doi): (one.outcome, [each.code for each in one.findings]) for one in report.results}
    assert told == {
        "10.48251/SADF.ISSN.2406-5617.C3": (Adoption.ADOPTED, []),
        "10.48251/SADF.ISSN.2406-5617.C9": (Adoption.LEFT_ALONE, ["adopt-not-registered"]),
    }


def test_aliases_and_dois_of_others_are_named_and_left_alone(desk: Desk, tmp_path: Path) -> None:
    elsewhere(desk, *(commentary(number) for number in (1, 2, 3)))
    desk.sandbox.elsewhere.alias(str(commentary(2).doi), str(commentary(1).doi))
    desk.sandbox.elsewhere.transfer(str(commentary(3).doi), "10.99999")
    report = desk.depositor.adopt(folder=tmp_path / "records")
    left = {one.findings[0].code for one in report.of(Adoption.LEFT_ALONE)}
    assert left == {"adopt-alias", "adopt-other-owner"}
    assert [path.name for path in (tmp_path / "records").iterdir()] == ["1.yaml"]
    assert not desk.depositor.status(commentary(3).doi).registered
    # The other prefix may be ours too: then the person says so.
    more = desk.depositor.adopt(commentary(3).doi, prefixes=["10.99999"], folder=tmp_path / "records")
    assert commentary(3).doi in [one.doi for one in more.of(Adoption.ADOPTED)]
    # It stays so: neither a change by others, nor a reason to keep an update back.
    desk.clock.advance(86_400)
    desk.depositor.watch(50)
    assert not desk.depositor.status(commentary(3).doi).drift
    [entry] = desk.depositor.plan(commentary(3, title="A new title")).entries
    assert (entry.action, entry.reason) == (
        Action.UPDATE,
        "title: “Prospects for NATO-Japan relations 3” → “A new title 3”",
    )
    desk.sandbox.elsewhere.transfer(str(commentary(3).doi), "10.77777")
    desk.clock.advance(8 * 86_400)
    desk.depositor.watch(50)
    assert [one.kind.value for one in desk.depositor.status(commentary(3).doi).drift] == ["owner"]


DATASET = b"""<?xml version="1.0" encoding="UTF-8"?>
<doi_batch version="5.5.0" xmlns="http://www.crossref.org/schema/5.5.0"><head><doi_batch_id>other</doi_batch_id>
<timestamp>20200301120000</timestamp><depositor><depositor_name>Other</depositor_name>
<email_address>old@example.org</email_address></depositor><registrant>Other</registrant></head><body><database>
<database_metadata language="en"><titles><title>Policies</title></titles></database_metadata><dataset
dataset_type="other"><titles><title>Our policy</title></titles><doi_data><doi>10.48251/policy</doi>
<resource>https://www.sadf.eu/policy</resource></doi_data></dataset></database></body></doi_batch>"""


def test_a_doi_of_a_kind_that_no_record_can_be_is_entered_without_a_file(desk: Desk, tmp_path: Path) -> None:
    desk.sandbox.elsewhere.deposit(DATASET)
    report = desk.depositor.adopt(folder=tmp_path / "records")
    [result] = report.results
    assert (result.outcome, result.findings[0].code) == (Adoption.ENTERED, "adopt-no-record")
    assert desk.depositor.status("10.48251/policy").registered
    assert not (tmp_path / "records").exists()
    assert desk.depositor.adopt(folder=tmp_path / "records").results == ()


def test_no_file_is_ever_overwritten(desk: Desk, tmp_path: Path) -> None:
    elsewhere(desk, commentary(1), commentary(2))
    folder = tmp_path / "records"
    folder.mkdir()
    mine = "number: 1\ntitle: My own words\nauthors: [{family: Wolf}]\npublished: 2023\n"
    (folder / "1.yaml").write_text(mine, encoding="utf-8")
    (folder / "2.yaml").write_text("a note of somebody, and no record\n", encoding="utf-8")
    report = desk.depositor.adopt(folder=folder)
    by_doi = {str(one.doi): one for one in report.results}
    assert [each.code for each in by_doi[str(commentary(1).doi)].findings] == ["adopt-file-exists"]
    assert (folder / "1.yaml").read_text(encoding="utf-8") == mine
    assert (folder / "2.yaml").read_text(encoding="utf-8").startswith("a note")
    assert by_doi[str(commentary(2).doi)].file.endswith("SADF.ISSN.2406-5617.C2.yaml")


class OddRegistry(SandboxRegistry):
    """Answers about one DOI as a bad day has it, by both ways."""

    def __init__(self, sandbox: Sandbox, doi: str, failure: Exception | None) -> None:
        super().__init__(sandbox)
        self.doi, self.failure = doi.lower(), failure
        self.asked: list[str] = []

    def registered(self, doi: Doi, email: str) -> RegisteredState | None:
        self.asked.append(doi.key)
        return self._odd(doi) if doi.key == self.doi else super().registered(doi, email)

    def transformed(self, doi: Doi, form: Any = "unixsd") -> RegisteredState | None:
        return self._odd(doi) if doi.key == self.doi else super().transformed(doi, form)

    def _odd(self, doi: Doi) -> None:
        if self.failure is not None:
            raise self.failure


BAD_DAYS = [
    None,
    UnexpectedAnswer("crossref gave an empty answer"),
    UnexpectedAnswer("crossref answered with a web page"),
    UnexpectedAnswer("an answer of more than 8,388,608 bytes"),
    RegistrarUnavailable("crossref answered 503"),
]


@pytest.mark.parametrize("failure", BAD_DAYS, ids=["404", "empty", "html", "huge", "503"])
def test_one_answer_of_many_that_is_none_is_named_and_read_by_the_next_run(
    desk: Desk, tmp_path: Path, failure: Exception | None
) -> None:
    elsewhere(desk, *(commentary(number) for number in range(1, 9)))
    odd = str(commentary(4).doi)
    desk.registry = OddRegistry(desk.sandbox, odd, failure)
    report = desk.open().adopt(folder=tmp_path / "records")
    assert not report.complete
    assert [(str(one.doi).lower(), one.findings[0].code) for one in report.of(Adoption.UNREAD)] == [
        (odd.lower(), "adopt-unread")
    ]
    assert len(report.of(Adoption.ADOPTED)) == 7
    desk.registry = OddRegistry(desk.sandbox, "none", None)
    again = desk.open().adopt(folder=tmp_path / "records")
    assert again.complete
    assert [str(one.doi) for one in again.results] == [odd]
    # What is known is not asked about again: only the gap and the numbers behind the last.
    assert len(desk.registry.asked) == 1 + 3


OTHER = {"title": "Fisheries and the law of the sea", "published": "2019-02-01",
         "authors": [{"given": "Ada", "family": "Mariner"}]}  # fmt: skip


def test_a_mistyped_number_does_not_replace_another_work(desk: Desk, tmp_path: Path) -> None:
    elsewhere(desk, commentary(1))
    desk.depositor.adopt(folder=tmp_path / "records")
    [entry] = desk.depositor.plan(commentary(1, **OTHER)).entries
    assert (entry.action, entry.findings[-1].code) == (Action.BLOCKED, "plan-other-work")
    # Corrections keep something of the work; and a person may know better.
    for one in OTHER:
        [entry] = desk.depositor.plan(commentary(1, **{key: OTHER[key] for key in OTHER if key != one})).entries
        assert entry.action is Action.UPDATE, entry.reason
    assert desk.depositor.plan(commentary(1, **OTHER), allow_loss=["title"]).ok
    desk.depositor.enqueue(commentary(1, **OTHER))
    desk.depositor.poll(force=True)
    assert desk.sandbox.submissions == ()


MORE = ("truncated", "empty", "binary", "other_root", "dtd", "huge", "login", "busy")
NO_ANSWERS = ["html", "other_doi", *(pytest.param(one, marks=pytest.mark.acceptance) for one in MORE)]


@pytest.mark.parametrize("kind", NO_ANSWERS)
def test_an_adopted_record_is_neither_changed_nor_doubted_while_crossref_gives_no_answers(
    desk: Desk, tmp_path: Path, kind: str
) -> None:
    elsewhere(desk, commentary(1, **RICH))
    desk.depositor.adopt(folder=tmp_path / "records")
    desk.sandbox.faults.add("query_garbage", kind, times=None)
    poorer = commentary(1, **RICH | {"subtitle": None})
    [entry] = desk.depositor.plan(poorer).entries
    assert (entry.action, entry.findings[-1].code) == (Action.BLOCKED, "plan-unseen")
    # What a web request leaves in the ledger is compared by the pass that sends it, and waits as well.
    desk.depositor.enqueue(poorer)
    desk.depositor.poll(force=True)
    assert desk.sandbox.submissions == ()
    desk.clock.advance(8 * 86_400)
    desk.depositor.watch(50)
    assert not desk.depositor.status(poorer.doi).drift
    # The other way to the record is open; numbers that may not exist are no reason for a word.
    elsewhere(desk, commentary(5), timestamp=20210301120000)
    report = desk.depositor.adopt(folder=tmp_path / "records")
    assert [(one.doi.key, one.outcome) for one in report.results] == [(commentary(5).doi.key, Adoption.ADOPTED)]
    desk.sandbox.faults.clear()
    desk.clock.advance(3600)
    desk.depositor.poll(force=True)
    assert desk.sandbox.submissions == ()
    assert desk.depositor.status(poorer.doi).needs_person


def test_a_service_that_is_away_for_days_ends_the_run_soon_and_loses_nothing(desk: Desk, tmp_path: Path) -> None:
    elsewhere(desk, *(commentary(number) for number in range(1, 41)))
    desk.sandbox.faults.add("status", "503", times=None, at="query")
    desk.sandbox.faults.add("status", "503", times=None, at="rest")
    for _ in range(3):
        report = desk.depositor.adopt(folder=tmp_path / "records")
        assert report.error is not None
        assert report.results == ()
        desk.clock.advance(86_400)
    desk.sandbox.faults.clear()
    desk.sandbox.faults.add("status", "503", times=None, at="query")
    # One of the two ways is enough.
    assert len(desk.depositor.adopt(folder=tmp_path / "records").of(Adoption.ADOPTED)) == 40


NUMBER_8 = "10.48251/SADF.ISSN.2406-5617.C8"


def test_a_doi_that_reads_as_another_number_stays_with_the_number_it_is_registered_with(
    desk: Desk, tmp_path: Path
) -> None:
    # Somebody mistyped the DOI of number 7 when it was registered, and number 8 got another one.
    xml = Built.of(DEPOSITOR.head("other", 20200301120000), [commentary(7, **RICH)]).xml
    desk.sandbox.elsewhere.deposit(xml.replace(b"5617.C7<", b"5617.C8<"))
    folder = tmp_path / "records"
    assert [one.findings for one in desk.depositor.adopt(folder=folder).results] == [()]
    assert "number: '7'" in (folder / "7.yaml").read_text()
    [entry] = desk.depositor.plan(folder).entries
    assert (entry.action, str(entry.doi)) == (Action.UNCHANGED, NUMBER_8)
    (folder / "7.yaml").write_text((folder / "7.yaml").read_text().replace("Prospects", "New prospects"))
    plan = desk.depositor.plan(folder)
    assert [one.action for one in plan.entries] == [Action.UPDATE]
    desk.depositor.deposit(plan)
    desk.settle()
    assert str(shown(desk, NUMBER_8).fields["title"]).startswith("New prospects")
    assert [one.action for one in desk.depositor.plan(folder).entries] == [Action.UNCHANGED]
    # Under any other number it would overwrite that work, as a mistyped DOI does.
    (folder / "7.yaml").write_text((folder / "7.yaml").read_text().replace("'7'", "'9'"))
    [entry] = desk.depositor.plan(folder).entries
    assert [one.code for one in entry.findings if one.stops] == ["doi-disagrees"]


def test_a_doi_that_reads_as_another_number_is_asked_for_at_crossref(desk: Desk) -> None:
    xml = Built.of(DEPOSITOR.head("other", 20200301120000), [commentary(7)]).xml
    desk.sandbox.elsewhere.deposit(xml.replace(b"5617.C7<", b"5617.C8<"))
    again = {"series": "sadf-comment", "number": "7", "title": "Prospects for NATO-Japan relations 7",
             "authors": [{"given": "Siegfried", "family": "Wolf"}], "published": "2023-09-14", "doi": NUMBER_8,
             "url": "https://www.sadf.eu/comment-7/"}  # fmt: skip
    [entry] = desk.depositor.plan(again).entries
    assert [one.code for one in entry.findings if one.stops] == []
    [entry] = desk.depositor.plan(again | {"number": "6"}).entries
    assert [one.code for one in entry.findings if one.stops] == ["doi-disagrees"]


@pytest.mark.parametrize("kind", ["report-series", "report-single", "journal", "posted"])
def test_a_work_that_names_nobody_is_registered_again_as_it_is(tmp_path: Path, kind: str) -> None:
    for desk in opened(tmp_path):
        more = {} if kind == "report-series" else {"record_type": kind}
        elsewhere(desk, commentary(7, authors=[], without=["authors"], **more))
        before = shown(desk, commentary(7).doi)
        assert "authors" not in before.fields
        folder = tmp_path / "records"
        desk.depositor.adopt(folder=folder)
        assert "authors" in (folder / "7.yaml").read_text()
        plan = desk.depositor.plan(folder, retry=True)
        assert [one.action for one in plan.entries] == [Action.UPDATE], plan.entries
        desk.depositor.deposit(plan)
        desk.settle()
        assert compare(before, shown(desk, commentary(7).doi)) == ()


LACKING = {
    "title": (rb"<titles>\s*<title>Prospects.*?</titles>", "add `title`"),
    "date": (rb"<publication_date.*?</publication_date>", "add `published`"),
    "date and authors": (
        rb"<publication_date.*?</publication_date>|<contributors>.*?</contributors>", "add `published`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lacks", LACKING)
def test_a_record_without_what_every_record_needs_is_adopted_and_waits_for_a_person(
    desk: Desk, tmp_path: Path, lacks: str
) -> None:
    pattern, words = LACKING[lacks]
    xml = Built.of(DEPOSITOR.head("other", 20200301120000), [commentary(7, **RICH)]).xml
    desk.sandbox.elsewhere.deposit(re.sub(pattern, b"", xml, flags=re.DOTALL))
    folder = tmp_path / "records"
    [result] = desk.depositor.adopt(folder=folder).results
    assert (result.outcome, [one.code for one in result.findings]) == (Adoption.ADOPTED, ["adopt-incomplete"])
    text = (folder / "7.yaml").read_text()
    assert words in text
    assert "would change nothing" not in text
    assert [one.action for one in desk.depositor.plan(folder).entries] == [Action.BLOCKED]
    desk.clock.advance(86_400)
    desk.depositor.watch(50)
    assert not desk.depositor.status(commentary(7).doi).needs_person


STEPS = ("adopt: list", "adopt: ask", "adopt: write", "adopt: written", "adopt: entered")


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_it_goes_on(tmp_path: Path, step: str) -> None:
    state, folder = tmp_path / "sandbox.sqlite3", tmp_path / "records"
    clock = Clock()
    records = [commentary(number) for number in range(1, 8)]
    validator()

    def opened_again(die_at: int | None) -> Desk:
        passed = itertools.count(1)

        def killed(name: str) -> None:
            if name == step and next(passed) == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

        sandbox = Sandbox(clock=clock, state=state, delays=Delays.none())
        return Desk(
            sqlite_url(tmp_path),
            clock=clock,
            sandbox=sandbox,
            seed=True,
            registry=SandboxRegistry(sandbox),
            step=killed,
        )

    def fill() -> None:
        with opened_again(None) as desk:
            elsewhere(desk, *records)

    def adopt(die_at: int | None) -> None:
        with opened_again(die_at) as desk:
            desk.depositor.adopt(folder=folder)

    assert status_of(fork(fill)) == 0
    deaths = [os.WIFSIGNALED(status_of(fork(partial(adopt, die_at)))) for die_at in (1, 2, 2)]
    assert deaths == [True, step != "adopt: list", step != "adopt: list"]
    assert status_of(fork(partial(adopt, None))) == 0
    assert {path.name for path in folder.iterdir()} == {f"{number}.yaml" for number in range(1, 8)}
    with opened_again(None) as desk:
        assert all(desk.depositor.status(one.doi).registered for one in records)
        assert [one.action for one in desk.depositor.plan(folder).entries] == [Action.UNCHANGED] * 7
        entered = [event.doi for event in desk.depositor.events() if event.kind is EventKind.ADOPTED]
        assert sorted(str(one) for one in entered) == sorted(one.doi.key for one in records)
        assert desk.depositor.adopt(folder=folder).results == ()
        assert desk.depositor.ledger.check() == ()


GOLDEN = Path(__file__).parents[1] / "golden"
FIXTURES = [
    path
    for path in (*sorted((GOLDEN / "xml").glob("*-5.5.0.xml")), *sorted((GOLDEN / "deposits").glob("*-5.5.0.xml")))
    if "resources" not in path.name
]


def series_of_fixture(record: RegisteredRecord, **says: Any) -> Series:
    """A configuration in which the record belongs to a series, whatever else that series says of its commentaries."""
    known = record.series
    issns: Any = known.get("issns") or [{"issn": "2049-3630", "medium": "electronic"}]
    data = {
        "name": "back", "title": known.get("title") or "Reports", "prefix": record.doi.partition("/")[0],
        "doi": "{prefix}/never.{number}", "issn": issns[0]["issn"], "issn_medium": issns[0].get("medium"),
        "other_issns": issns[1:], "abbreviated_title": known.get("abbreviated_title"),
        "language": known.get("language"), **says,
    }  # fmt: skip
    return Series.model_validate({key: value for key, value in data.items() if value is not None})


@pytest.mark.parametrize("says", [{}, {"record_type": "report-series", "language": "en", "licences": [CC]}], ids=str)
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_record_of_others_is_registered_as_before_or_not_touched(
    tmp_path: Path, path: Path, says: dict[str, Any]
) -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none(), relation_targets="none")
    sandbox.elsewhere.deposit(path.read_bytes())
    before = {one.doi: one for one in sandbox.records}
    records = {doi: RegisteredRecord.read(one.record.encode(), doi) for doi, one in before.items()}
    found = next(one for one in records.values() if one is not None and one.record_type is not None)
    series = series_of_fixture(found, **{"record_type": found.record_type.value, **says} if found.record_type else says)
    checker = Checker(series={series.name: series}, validator=validator, depositor=DEPOSITOR, clock=clock)
    with Depositor(
        registrar=SandboxRegistrar(sandbox), ledger=Ledger.open(sqlite_url(tmp_path)), checker=checker, clock=clock,
        target="sandbox", head=DEPOSITOR, registry=SandboxRegistry(sandbox), read_first=True,
    ) as depositor:  # fmt: skip
        report = depositor.adopt(folder=tmp_path / "records")
        assert report.complete
        assert {one.doi.key for one in report.results} == {doi.lower() for doi in before}
        plan = depositor.plan(tmp_path / "records", retry=True)
        depositor.deposit(plan)
        for _ in range(5):
            clock.advance(3600)
            depositor.poll(force=True)
    for entry in plan.entries:
        assert entry.doi is not None, entry.findings
        doi = next(one for one in before if one.lower() == entry.doi.key)
        kept = sandbox.record(doi)
        assert kept is not None
        old, new = records[doi], RegisteredRecord.read(kept.record.encode(), doi)
        assert old is not None
        assert new is not None
        # What a record cannot say stops the update, by name; what is sent leaves everything as it was.
        stopped = entry.action is Action.BLOCKED
        assert stopped == bool(old.leftovers), entry
        changed = [one.what for one in compare(old, new) if one.field != "abstracts[0]"]
        assert changed == [], entry.reason
        assert (sandbox.record(doi).timestamp > before[doi].timestamp) is not stopped  # type: ignore[union-attr]


def test_dois_with_odd_characters_are_adopted_watched_and_deposited_like_any_other(desk: Desk, tmp_path: Path) -> None:
    odd = ["a,b", "a;b#c?d=e", "a<b>c&d'e\"f", "a/b//c[1]{2}", "CON", "a%zz\\b|c", "a%20b"]
    for number, suffix in enumerate(odd, 1):
        xml = Built.of(DEPOSITOR.head("other", 20200301120000 + number), [commentary(number)]).xml
        written = escape(f"10.48251/{suffix}").encode()
        desk.sandbox.elsewhere.deposit(xml.replace(str(commentary(number).doi).encode(), written))
    told: list[str] = []
    report = desk.depositor.adopt(folder=tmp_path / "records", on_event=lambda event: told.append(event.text))
    # What stands there for a space cannot be told from one, and a DOI has none.
    assert [text for text in told if "cannot be read as a DOI" in text and "a%20b" in text]
    assert {one.outcome for one in report.results} == {Adoption.ADOPTED}
    assert len(report.results) == len(odd) - 1
    assert {one.action for one in desk.depositor.plan(tmp_path / "records").entries} == {Action.UNCHANGED}
    # A comma separates the filters of a list: one such DOI must not spoil the question for the others.
    desk.clock.advance(86_400)
    seen = desk.depositor.watch(50)
    assert (seen.error, seen.lists, len(seen.read)) == (None, 1, len(odd) - 1)
    desk.depositor.deposit(desk.depositor.plan(tmp_path / "records", retry=True))
    desk.settle()
    assert [one.drift for one in desk.depositor.statuses()] == [()] * (len(odd) - 1)


def test_a_volume_that_may_be_the_number_is_named_and_becomes_one_when_the_note_is_followed(tmp_path: Path) -> None:
    series = SERIES.model_copy(update={"doi": "{prefix}/{any}"})
    said: dict[str, Any] = {
        "series": series,
        "volume": "5",
        "title": "Tides",
        "authors": [{"family": "Mer"}],
        "published": "2023",
    }
    said["url"] = "https://www.sadf.eu/tides/"
    sent, numbered = (
        Built.of(DEPOSITOR.head("other", 20200301120000), [Commentary.model_validate({**said, "doi": doi})]).xml
        for doi in ("10.48251/x7f3", "10.48251/paper-5")
    )
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none())
    for xml in (sent, numbered):
        sandbox.elsewhere.deposit(xml)
    with Depositor(
        registrar=SandboxRegistrar(sandbox), ledger=Ledger.open(sqlite_url(tmp_path)), checker=checker(clock, series),
        clock=clock, target="sandbox", head=DEPOSITOR, registry=SandboxRegistry(sandbox), read_first=True,
    ) as depositor:  # fmt: skip
        report = depositor.adopt(folder=tmp_path / "records")
        files = {str(one.doi): Path(one.file) for one in report.results}
        note = "Crossref has “5” as the volume, and no number. If it is not the number, call it `volume`."
        texts = {doi: re.sub("\n# *", " ", path.read_text()) for doi, path in files.items()}
        assert {doi: note in text for doi, text in texts.items()} == {"10.48251/x7f3": True, "10.48251/paper-5": False}
        opaque = files["10.48251/x7f3"]
        opaque.write_text(opaque.read_text().replace("\nnumber:", "\nvolume:"))
        depositor.deposit(depositor.plan(opaque, retry=True))
        clock.advance(3600)
        depositor.poll(force=True)
    kept = sandbox.record("10.48251/x7f3")
    assert kept is not None
    assert kept.timestamp > 20200301120000
    before, after = (RegisteredRecord.read(xml, kept.doi) for xml in (sent, kept.record.encode()))
    assert before is not None
    assert after is not None
    assert compare(before, after) == ()
