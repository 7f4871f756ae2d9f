"""References with feedback: what matched, what is dead or wrong, what it may be, and how an accepted DOI goes out."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from depositing import DEPOSITOR, Desk, commentary, sqlite_url, validator
from doideposit.crossref.xml.batch import Built
from doideposit.deposits.references import ReferenceFeedback, ReferencesReport, ReferenceState
from doideposit.lifecycle import EventKind
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series
from doideposit.sandbox.accounts import Account
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.faults import Fault
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox

DOI = str(commentary().doi)
RIVERS = Series.model_validate(
    {"name": "rivers", "title": "River Papers", "issn": "2049-3630", "prefix": "10.5555", "doi": "{prefix}/r{number}", "publisher": {"name": "R"},
     "url": "https://rivers.example.org/{number}", "institution": {"name": "River Institute"}}
)  # fmt: skip
CITED = {
    "right": {"number": "1", "title": "Upland rivers and the law", "published": "2019", "authors": [{"family": "Sen"}]},
    "twin": {"number": "2", "title": "Upland rivers and the law", "published": "2009", "authors": [{"family": "Sen"}]},
    "other": {"number": "3", "title": "A grammar of old Norse", "published": "1999", "authors": [{"family": "Berg"}]},
    "part": {
        "number": "4",
        "title": "Deltas and their people. Part II",
        "published": "2015",
        "authors": [{"family": "Roy"}],
    },
}
REFERENCES = [
    {"key": "r1", "text": "Sen, A. (2019). Upland rivers and the law. River Papers.", "doi": "10.5555/r1"},
    {"key": "r2", "text": "Data of the survey (2020).", "doi": "10.7777/data"},
    {"key": "r3", "text": "Gray, B. (2001). Nobody has this.", "doi": "10.7777/nobody"},
    {"key": "r4", "text": "Sen, A. (2019). Upland rivers and the law. River Papers.", "doi": "10.5555/r3"},
    {"key": "r5", "text": "Roy, C. (2015). Deltas and their people. Part II."},
    {"key": "r6", "text": "A newspaper article of which nobody has a DOI (2022)."},
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = Clock()
    accounts = [Account.role("sandbox", "sandbox", ["10.48251", "10.5555"])]
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none(), accounts=accounts)
    for place, one in enumerate(CITED.values()):
        cited = Commentary.model_validate({"series": RIVERS, **one})
        xml = Built.of(DEPOSITOR.head("other", 20200301120000 + place), [cited]).xml
        sandbox.elsewhere.deposit(xml)
    sandbox.elsewhere.other_agency("10.7777/data")
    registry = SandboxRegistry(sandbox)
    with Desk(
        sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True, registry=registry, target="production"
    ) as one:
        yield one


def deposited(desk: Desk, references: list[dict[str, Any]] = REFERENCES) -> None:
    desk.depositor.deposit(commentary(references=references))
    desk.settle()
    desk.clock.advance(60)


def by_key(report: ReferencesReport) -> dict[str, ReferenceFeedback]:
    [listed] = report.lists
    return {one.key: one for one in listed.references}


def test_each_reference_is_matched_dead_wrong_or_not_matched(desk: Desk) -> None:
    deposited(desk)
    report = desk.depositor.references.of(DOI)
    found = by_key(report)
    assert report.error is None
    assert {key: (one.state, one.agency) for key, one in found.items()} == {
        "r1": (ReferenceState.MATCHED, "Crossref"),
        "r2": (ReferenceState.MATCHED, "DataCite"),
        "r3": (ReferenceState.DEAD, None),
        "r4": (ReferenceState.WRONG, "Crossref"),
        "r5": (ReferenceState.MATCHED, "Crossref"),
        "r6": (ReferenceState.UNMATCHED, None),
    }
    assert {key: one.asserted_by for key, one in found.items()} == {
        **dict.fromkeys(("r1", "r2", "r3", "r4"), "publisher"),
        "r5": "crossref",
        "r6": "",
    }
    assert not report.ok
    assert "the title is “A grammar of old Norse" in found["r4"].doubts[0].what


def test_a_doi_that_is_named_twice_is_asked_about_once(desk: Desk) -> None:
    deposited(desk)
    once, twice = desk.depositor.references.of(DOI), desk.depositor.references.of(DOI, DOI)
    assert twice.lists == once.lists


def test_candidates_have_their_doubts_and_a_near_twin_is_never_chosen(desk: Desk) -> None:
    # Crossref's log matches whatever has the title in it: without that, everything is left to the search.
    references = [
        {"key": "fits", "text": "Sen (2019): Upland rivers & the law."},
        {"key": "year", "text": "Sen (2014): Upland rivers & the law."},
        {"key": "part", "text": "Roy (2015): Deltas & their people, part I."},
        {"key": "author", "text": "Gray (2019): Upland rivers & the law."},
        {"key": "parts", "author": "Sen", "year": "2019", "article_title": "Upland rivers and law", "volume": "1"},
        {"key": "none", "text": "Nothing that anybody would find, anywhere."},
    ]
    deposited(desk, references)
    found = by_key(desk.depositor.references.of(DOI))
    best = {key: one.best.work.doi if one.best else None for key, one in found.items()}
    assert best == dict.fromkeys(best) | {"fits": "10.5555/r1", "parts": "10.5555/r1"}
    first = {key: [each.field for each in one.candidates[0].doubts] for key, one in found.items() if one.candidates}
    assert first == {"fits": [], "year": ["year"], "part": ["title", "part"], "author": ["author"], "parts": []}
    assert found["none"].candidates == ()
    assert [each.work.doi for each in found["fits"].candidates or ()] == ["10.5555/r1", "10.5555/r2"]
    assert (found["fits"].candidates or ())[1].doubts[0].what == "it is of 2009"


def test_two_works_that_fit_equally_well_are_both_doubtful(desk: Desk) -> None:
    again = Commentary.model_validate({"series": RIVERS, **CITED["right"], "number": "9"})
    desk.sandbox.elsewhere.deposit(Built.of(DEPOSITOR.head("other", 20200301120009), [again]).xml)
    deposited(desk, [{"key": "r", "text": "Sen (2019): Upland rivers & the law."}])
    [one] = by_key(desk.depositor.references.of(DOI)).values()
    assert one.best is None
    assert [[each.field for each in candidate.doubts] for candidate in one.candidates or ()][:2] == [["twin"], ["twin"]]


def test_offline_nobody_is_asked_and_what_was_asked_before_is_known(desk: Desk) -> None:
    deposited(desk)
    desk.depositor.references.of(DOI)
    asked: list[str] = []
    handle = desk.sandbox.handle
    desk.sandbox.handle = lambda request: asked.append(request.path) or handle(request)  # type: ignore[method-assign, func-returns-value]
    offline = desk.depositor.references.of(DOI, offline=True)
    assert not asked
    assert by_key(offline)["r3"].state is ReferenceState.DEAD
    assert by_key(offline)["r4"].state is ReferenceState.MATCHED, "what it leads to is not kept"
    assert by_key(offline)["r6"].candidates is None
    desk.depositor.references.of(DOI)
    assert not [path for path in asked if path.startswith("/ra/") and "nobody" not in path], "agencies are kept"


def test_a_dead_doi_is_a_warning_on_its_line_before_anything_is_sent(desk: Desk, tmp_path: Path) -> None:
    record = tmp_path / "258.yaml"
    record.write_text(
        "series: sadf-comment\nnumber: '258'\ntitle: On rivers\nauthors: [{family: Sen}]\npublished: 2023\n"
        "references:\n  - text: Data.\n    doi: 10.7777/data\n  - text: Gray.\n    doi: 10.7777/nobody\n"
    )
    [entry] = desk.depositor.plan(record).entries
    [finding] = [one for one in entry.findings if one.code == "reference-doi-dead"]
    assert (finding.where.line, finding.stops) == (10, False)
    assert entry.action.sends
    assert not desk.depositor.ledger.is_there, "a look makes no ledger"
    assert desk.depositor.deposit(record).ok
    desk.settle()
    # Changed elsewhere, the references are not asked about again.
    record.write_text(record.read_text().replace("On rivers", "On the rivers"))
    [entry] = desk.depositor.plan(record).entries
    assert not [one for one in entry.findings if one.code == "reference-doi-dead"]


def test_references_of_ready_made_files_and_those_sent_alone_are_asked_about_too(desk: Desk, tmp_path: Path) -> None:
    made = Built.of(DEPOSITOR.head("made", 20260901120000), [commentary(references=REFERENCES)]).xml
    path = tmp_path / "made.xml"
    path.write_bytes(made.replace(b"<citation ", b"\n<citation "))
    [entry] = desk.depositor.plan(path).entries
    [finding] = [one for one in entry.findings if one.code == "reference-doi-dead"]
    line = path.read_bytes().splitlines()[(finding.where.line or 0) - 1]
    assert b"10.7777/nobody" in line
    deposited(desk, REFERENCES[:2])
    [entry] = desk.depositor.plan_references(commentary(references=REFERENCES[:3])).entries
    assert [one.message for one in entry.findings if one.code == "reference-doi-dead"] == [
        "the DOI 10.7777/nobody in a reference is registered at no agency"
    ]


@pytest.mark.parametrize(
    "fault",
    [
        *(f"status@rest={status}:*" for status in (503, 429, 200, 403)),
        "drop_before_body@rest:*",
        "retry_after@rest=9999:*",
    ],
)
def test_services_that_are_away_say_nothing_of_a_reference(desk: Desk, fault: str) -> None:
    desk.sandbox.faults.arm([Fault.parse(fault), Fault.parse(fault.replace("rest", "handle"))])
    plan = desk.depositor.plan(commentary(references=REFERENCES))
    assert plan.ok
    [told] = [one for one in plan.entries[0].findings if one.code == "reference-doi-unasked"]
    assert not told.stops
    deposited(desk)
    report = desk.depositor.references.of(DOI)
    found = by_key(report)
    assert report.error is not None
    assert {one.state for one in found.values()} == {ReferenceState.MATCHED, ReferenceState.UNMATCHED}
    assert found["r3"].agency is None
    desk.sandbox.faults.clear()
    assert by_key(desk.depositor.references.of(DOI))["r3"].state is ReferenceState.DEAD


DAY = 86_400


def test_references_that_match_after_three_days_are_seen_without_anybody_asking(tmp_path: Path) -> None:
    clock = Clock()
    accounts = [Account.role("sandbox", "sandbox", ["10.48251", "10.5555"])]
    delays = replace(Delays.none(), matching=2.5 * DAY)
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=delays, accounts=accounts)
    registry = SandboxRegistry(sandbox)
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox, seed=True, registry=registry) as desk:
        references = [
            {"key": "r1", "text": "Roy, C. (2015). Deltas and their people. Part II."},
            {"key": "r2", "text": "A newspaper article of which nobody has a DOI (2022)."},
        ]
        deposited(desk, references)
        begun = clock()
        cited = Commentary.model_validate({"series": RIVERS, **CITED["part"]})
        sandbox.elsewhere.deposit(Built.of(DEPOSITOR.head("other", 20200301120000), [cited]).xml)
        seen: dict[int, tuple[str, ...]] = {}
        read: list[int] = []
        for hour in range(0, 60 * 24, 6):
            # What the scheduled job does of it, four times a day.
            if desk.depositor.watch(50).read:
                read.append(round((clock() - begun).total_seconds() / DAY))
            seen[hour // 24] = tuple(desk.depositor.status(DOI).result.matched_references)
            clock.advance(6 * 3600)
        assert seen[2] == ()
        assert seen[4] == ("r1",)
        assert [day for day in read if day < 30] == [0, 1, 3, 7, 14, 21, 28], "then it is read once a week, as all are"
        [told] = [one.text for one in desk.depositor.history(DOI) if one.kind is EventKind.MATCHED]
        assert told == "Crossref found DOIs for references: r1 → 10.5555/r4"
        found = by_key(desk.depositor.references.of(DOI))
        assert (found["r1"].state, found["r1"].asserted_by) == (ReferenceState.MATCHED, "crossref")
        [listed] = desk.depositor.references.of(DOI, offline=True).lists
        assert listed.asked_again_at is None, "after four weeks nothing more is expected"
        assert not desk.depositor.status(DOI).needs_person
