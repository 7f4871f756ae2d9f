"""A plan is written into a file, read by another person, and applied as it is or refused."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from depositing import DEPOSITOR, Desk, commentary, sqlite_url, validator
from doideposit.crossref.xml.batch import Built
from doideposit.deposits.planning import Action
from doideposit.deposits.plans.document import PlanFile
from doideposit.deposits.values import DepositReport
from doideposit.errors import PlanUnusable, UsageError
from doideposit.records.identifiers import Doi
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registrar import SandboxRegistrar
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox

RECORD = {
    "series": "sadf-comment",
    "number": "258",
    "title": "What was approved",
    "published": "2023-09-14",
    "authors": [{"given": "Siegfried", "family": "Wolf"}],
}
C258 = "10.48251/SADF.ISSN.2406-5617.C258"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk at which what is registered is read before it is changed."""
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none())
    registry: Any = SandboxRegistry(sandbox)
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox, registry=registry, seed=True) as one:
        yield one


def written(folder: Path, number: str = "258", **changes: Any) -> Path:
    path = folder / f"c{number}.json"
    path.write_text(json.dumps(RECORD | {"number": number} | changes), encoding="utf-8")
    return path


def planned(desk: Desk, *items: Any, **how: Any) -> Path:
    path = Path(desk.url.removeprefix("sqlite:///")).parent / "plan.json"
    desk.depositor.plans.write(desk.depositor.plan(*items, **how), path, by="Anna")
    return path


def applied(desk: Desk, path: Path, **how: Any) -> DepositReport:
    report = desk.depositor.plans.apply(path, by="Bert", **how)
    desk.settle()
    return report


def codes(report: DepositReport) -> list[list[str]]:
    return [[finding.code for finding in entry.findings if finding.stops] for entry in report.entries]


def sent(desk: Desk) -> list[str]:
    return [one.content.decode() for one in desk.sandbox.submissions]


# Written and applied.


def test_a_plan_file_says_what_is_sent_and_what_that_means(desk: Desk, tmp_path: Path) -> None:
    path = planned(desk, written(tmp_path), commentary(7))
    said = json.loads(path.read_text(encoding="utf-8"))["plan"]
    assert said["made_by"] == "Anna"
    assert said["consequences"] == [
        f"2 new DOIs will be registered at the sandbox: {C258}, 10.48251/SADF.ISSN.2406-5617.C7"
    ]
    assert said["fees"] == {"due": 0, "each": None, "total": None}
    first = said["records"][0]
    assert (first["doi"], first["action"], first["title"]) == (C258, "register", "What was approved")
    for record in said["records"]:
        assert record["doi"] in said["contents"][record["sending"]["sha256"]]["xml"]


def test_what_the_plan_holds_is_what_crossref_gets(desk: Desk, tmp_path: Path) -> None:
    path = planned(desk, written(tmp_path), commentary(7))
    report = applied(desk, path)
    assert [entry.action for entry in report.entries] == [Action.REGISTER, Action.REGISTER]
    for held in PlanFile.read(path).plan.contents.values():
        assert held.xml is not None
        desired = desk.depositor.xml(C258 if "C258" in held.xml else "10.48251/SADF.ISSN.2406-5617.C7")
        assert desired is not None
        title = "What was approved" if "C258" in held.xml else "Prospects"
        assert title.encode() in desired
    assert all(status.registered for status in desk.depositor.statuses())


def test_a_ready_made_file_is_applied_with_all_its_dois(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "deposit.xml"
    path.write_bytes(Built.of(DEPOSITOR.head("elsewhere", 20230101000000000), [commentary(1), commentary(2)]).xml)
    report = applied(desk, planned(desk, path))
    assert [entry.action for entry in report.entries] == [Action.REGISTER, Action.REGISTER]
    assert len(sent(desk)) == 1
    assert all(status.registered for status in desk.depositor.statuses())


def test_a_plan_that_was_applied_has_nothing_left_to_do(desk: Desk, tmp_path: Path) -> None:
    path = planned(desk, written(tmp_path))
    applied(desk, path)
    report = applied(desk, path)
    assert [entry.action for entry in report.entries] == [Action.UNCHANGED]
    assert report.ok
    assert len(sent(desk)) == 1
    told = [entry.text for entry in desk.depositor.history(C258)]
    assert sum("applied the plan" in one for one in told) == 1
    assert told[0].startswith("Bert applied the plan ")
    assert told[0].endswith("made by Anna")


def test_a_plan_is_applied_by_another_process_without_the_files(desk: Desk, tmp_path: Path) -> None:
    record = written(tmp_path)
    path = planned(desk, record)
    record.unlink()
    refused = desk.open().plans.apply(path, by="Bert")
    assert codes(refused) == [["plan-file-changed"]]
    assert "--without-files" in refused.entries[0].findings[-1].hint
    assert desk.depositor.plans.apply(path, by="Bert", without_files=True).ok


# Something moved.


def test_a_changed_file_is_refused_with_the_new_difference(desk: Desk, tmp_path: Path) -> None:
    path = planned(desk, written(tmp_path))
    written(tmp_path, title="What nobody saw", subtitle="New")
    report = applied(desk, path)
    assert codes(report) == [["plan-file-changed"]]
    assert "title: “What was approved” → “What nobody saw”" in report.entries[0].reason
    assert "subtitle: “New” is added" in report.entries[0].reason
    assert sent(desk) == []
    assert not desk.depositor.history(C258)


def test_a_changed_file_that_no_longer_holds_the_record_says_so(desk: Desk, tmp_path: Path) -> None:
    record = written(tmp_path)
    path = planned(desk, record)
    record.write_text(json.dumps(RECORD | {"number": "999"}), encoding="utf-8")
    assert f"no longer contains a record of {C258}" in applied(desk, path).entries[0].reason
    record.write_text("{", encoding="utf-8")
    assert codes(applied(desk, path)) == [["plan-file-changed"]]
    assert sent(desk) == []


def test_one_record_that_moved_holds_all(desk: Desk, tmp_path: Path) -> None:
    path = planned(desk, written(tmp_path, "1"), written(tmp_path, "2"))
    written(tmp_path, "2", title="Another")
    report = applied(desk, path)
    assert codes(report) == [["plan-outdated"], ["plan-file-changed"]]
    assert sent(desk) == []


def test_a_deposit_of_another_run_is_noticed(desk: Desk, tmp_path: Path) -> None:
    path = planned(desk, written(tmp_path))
    desk.open().deposit(commentary(title="By somebody else"))
    desk.settle()
    report = applied(desk, path)
    assert codes(report)[0][0] in {"plan-registered-changed", "plan-outdated"}
    assert len(sent(desk)) == 1


def test_what_another_tool_registered_meanwhile_is_noticed_and_shown(desk: Desk, tmp_path: Path) -> None:
    desk.depositor.deposit(written(tmp_path))
    desk.settle()
    path = planned(desk, written(tmp_path, title="Our correction"))
    foreign = Built.of(DEPOSITOR.head("elsewhere", 20990101000000000), [commentary(258, title="Theirs")]).xml
    elsewhere(desk, foreign)
    report = applied(desk, path)
    assert codes(report) == [["plan-registered-changed"]]
    assert "title: “Theirs 258” → “Our correction”" in report.entries[0].reason
    assert len(sent(desk)) == 2


def elsewhere(desk: Desk, xml: bytes) -> None:
    """Another tool of the publisher deposits a file."""
    batch = validator().seal(xml).batch
    assert batch is not None
    SandboxRegistrar(desk.sandbox).submit(batch, "elsewhere.xml")
    desk.clock.advance(60)


def test_the_same_content_from_elsewhere_needs_nothing(desk: Desk, tmp_path: Path) -> None:
    path = planned(desk, written(tmp_path))
    desk.open().deposit(written(tmp_path))
    desk.settle()
    assert [entry.action for entry in applied(desk, path).entries] == [Action.UNCHANGED]


def test_another_depositor_in_the_configuration_is_noticed(desk: Desk, tmp_path: Path) -> None:
    path = planned(desk, written(tmp_path))
    other = DEPOSITOR.__class__("Another House", DEPOSITOR.email, DEPOSITOR.registrant)
    desk.depositor._context = replace(desk.depositor._context, depositor=other)
    report = desk.depositor.plans.apply(path, by="Bert")
    assert codes(report) == [["plan-configuration-changed"]]
    assert "depositor.name" in report.entries[0].reason


def test_a_loss_that_was_allowed_is_said_and_done(desk: Desk, tmp_path: Path) -> None:
    desk.depositor.deposit(written(tmp_path, subtitle="It goes"))
    desk.settle()
    path = planned(desk, written(tmp_path), allow_loss=["subtitle"])
    said = PlanFile.read(path).plan.consequences
    assert f"{C258} will lose registered metadata: subtitle “It goes” is lost" in said
    assert applied(desk, path).ok


# Harmed and hostile files.


def edited(path: Path, edit: Callable[[Any], Any], *, rehash: bool) -> Path:
    """The plan after somebody edited it, with a hash that fits where they took the trouble."""
    document = json.loads(path.read_text(encoding="utf-8"))
    edit(document["plan"])
    if rehash:
        canonical = json.dumps(document["plan"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        document["sha256"] = hashlib.sha256(canonical.encode()).hexdigest()
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def swap_title(plan: Any) -> None:
    [content] = plan["contents"].values()
    content["xml"] = content["xml"].replace("What was approved", "What nobody saw")


EDITS: dict[str, Callable[[Any], Any]] = {
    "another title is sent": swap_title,
    "another title is shown": lambda plan: plan["records"][0].update(title="Harmless"),
    "another sentence": lambda plan: plan.update(consequences=["nothing happens"]),
    "no fee": lambda plan: plan["fees"].update(due=0, total="0 USD"),
    "another DOI": lambda plan: plan["records"][0].update(doi="10.48251/other"),
    "no DOI": lambda plan: plan["records"][0].update(doi=None),
    "nonsense for a DOI": lambda plan: plan["records"][0].update(doi="x"),
    "as if nothing were done": lambda plan: plan["records"][0].update(action="unchanged"),
    "nothing held": lambda plan: plan.update(contents={}),
    "another type": lambda plan: plan["records"][0]["sending"].update(record_type="journal"),
    "an unknown version": lambda plan: plan["records"][0]["sending"].update(schema_version="9.9.9"),
    "nothing sent": lambda plan: plan["records"][0].update(sending=None),
    "another series": lambda plan: plan["records"][0]["sending"].update(series="other"),
    "another title of the series": lambda plan: plan["records"][0]["sending"].update(container="Other"),
    "another page": lambda plan: plan["records"][0]["sending"].update(landing_page="https://www.sadf.eu/other/"),
    "files that are not compared": lambda plan: plan.update(sources=[]),
    "a moment without a zone": lambda plan: plan.update(made_at="2026-01-01T00:00:00"),
    "the last moment": lambda plan: plan.update(made_at="9999-12-31T23:59:59-14:00"),
}


@pytest.mark.parametrize("rehash", [False, True], ids=["by hand", "with a new hash"])
def test_an_edited_plan_sends_nothing(desk: Desk, tmp_path: Path, rehash: bool) -> None:
    path = planned(desk, written(tmp_path))
    text = path.read_text(encoding="utf-8")
    for name, edit in EDITS.items():
        path.write_text(text, encoding="utf-8")
        with pytest.raises(PlanUnusable) as caught:
            desk.depositor.plans.apply(edited(path, edit, rehash=rehash), by="Bert")
        assert caught.value.hint, name
    assert desk.sandbox.submissions == ()
    assert next(desk.depositor.events(), None) is None


def test_a_ready_made_file_is_not_sent_once_for_each_doi(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "deposit.xml"
    path.write_bytes(Built.of(DEPOSITOR.head("elsewhere", 20230101000000000), [commentary(1), commentary(2)]).xml)

    def part(plan: Any) -> None:
        plan["records"][1]["sending"]["group"] = 7

    with pytest.raises(PlanUnusable, match="does not list"):
        desk.depositor.plans.apply(edited(planned(desk, path), part, rehash=True), by="Bert")
    assert desk.sandbox.submissions == ()


@pytest.mark.parametrize("name", ["x" * 300, "/dev/zero", "/proc/1/mem/none", "a\0b", "."])
def test_names_that_are_none_of_files_are_said_to_be_none(desk: Desk, tmp_path: Path, name: str) -> None:
    path = planned(desk, written(tmp_path))

    def rename(plan: Any) -> None:
        plan["sources"][0]["path"] = plan["records"][0]["sending"]["file"] = name

    edited(path, rename, rehash=True)
    assert codes(desk.depositor.plans.apply(path, by="Bert")) == [["plan-file-changed"]]
    assert applied(desk, path, without_files=True).ok


def test_a_plan_of_another_version_is_read_or_told_so(desk: Desk, tmp_path: Path) -> None:
    path = planned(desk, written(tmp_path))
    older = edited(path, lambda plan: plan["configuration"].pop("doideposit"), rehash=True)
    assert desk.depositor.plans.compare(older).ok, "a version is no reason by itself"
    edited(path, lambda plan: plan["configuration"].update({"series.sadf-comment": "0" * 64}), rehash=True)
    [entry] = desk.depositor.plans.compare(path).entries
    assert entry.reason.startswith("another version of doideposit made the plan")


def test_what_is_in_doubt_is_counted_by_its_code_and_in_older_plans_by_its_sentence(desk: Desk, tmp_path: Path) -> None:
    path = written(tmp_path)
    desk.sandbox.faults.add("drop_after_accept", None, at="upload")
    desk.depositor.deposit(path)
    plan = planned(desk, path)
    text = plan.read_text(encoding="utf-8")
    said = ("1 record was sent before, but it is not known yet whether Crossref received it",)
    assert PlanFile.read(plan).plan.consequences == said

    def without_code(plan: Any) -> None:
        plan["records"][0].pop("reason_code")

    def in_other_words(plan: Any) -> None:
        plan["records"][0].update(reason="another version says this otherwise")

    for edit in (without_code, in_other_words):
        plan.write_text(text, encoding="utf-8")
        [entry] = desk.depositor.plans.compare(edited(plan, edit, rehash=True)).entries
        assert (entry.in_doubt, entry.in_force) == (True, False)
    assert desk.depositor.plan(path).entries[0].in_doubt


def test_a_plan_of_another_ledger_says_so(desk: Desk, tmp_path: Path) -> None:
    desk.depositor.deposit(written(tmp_path))
    desk.settle()
    path = planned(desk, written(tmp_path, title="Corrected"))
    second = Desk(
        sqlite_url(tmp_path / "second"), clock=desk.clock, sandbox=desk.sandbox, registry=desk.registry, seed=True
    )
    with second:
        [entry] = second.depositor.plans.apply(path, by="Bert").entries
    assert entry.reason.startswith("the plan was made with another ledger")


def test_leave_to_lose_something_is_leave_for_what_the_plan_showed(desk: Desk, tmp_path: Path) -> None:
    desk.depositor.deposit(written(tmp_path, subtitle="It goes"), commentary(7))
    desk.settle()
    path = planned(desk, written(tmp_path), commentary(7, title="Other"), allow_loss=["subtitle"])
    assert desk.depositor.plans.apply(path, by="Bert", send=False).ok
    # Between the recording and the sending a colleague gives the other record a subtitle.
    xml = desk.depositor.xml(commentary(7).doi)
    assert xml is not None
    foreign = Built.of(DEPOSITOR.head("colleague", 20260901120000500), [commentary(7, subtitle="Of a colleague")]).xml
    desk.sandbox.elsewhere.deposit(foreign)
    desk.clock.advance(3600)
    desk.settle()
    assert "Of a colleague" in desk.depositor.status(commentary(7).doi).message
    kept = desk.sandbox.record(str(commentary(7).doi))
    assert kept is not None
    assert "Of a colleague" in kept.record
    gone = desk.sandbox.record(C258)
    assert gone is not None
    assert "It goes" not in gone.record


def test_a_doi_that_is_not_shown_is_not_sent(desk: Desk, tmp_path: Path) -> None:
    """A ready-made file is put into a plan whose records do not name all of its DOIs."""
    path = tmp_path / "deposit.xml"
    path.write_bytes(Built.of(DEPOSITOR.head("elsewhere", 20230101000000000), [commentary(1), commentary(2)]).xml)

    def hide(plan: Any) -> None:
        plan["records"].pop()
        plan["consequences"] = ["1 new DOI will be registered at the sandbox: 10.48251/SADF.ISSN.2406-5617.C1"]

    with pytest.raises(PlanUnusable, match="does not list"):
        desk.depositor.plans.apply(edited(planned(desk, path), hide, rehash=True), by="Bert")
    assert desk.sandbox.submissions == ()


HOSTILE = {
    "empty": b"",
    "no JSON": b"plan",
    "no plan": b"{}",
    "a list": b"[1]",
    "a record": json.dumps(RECORD).encode(),
    "deep": b"[" * 100_000,
    "deep inside": b'{"format": "doideposit-plan/1", "plan": ' + b'{"a":' * 100_000,
    "twice": b'{"format": "doideposit-plan/1", "format": "doideposit-plan/1"}',
    "a later version": b'{"format": "doideposit-plan/9", "sha256": "", "plan": {}}',
    "no text": b"\xff\xfe{",
    "half a character": b'{"format": "doideposit-plan/1", "sha256": "\\ud800", "plan": {}}',
    "not a number": b'{"format": "doideposit-plan/1", "sha256": NaN, "plan": {}}',
    "a long number": b'{"format": "doideposit-plan/1", "sha256": ' + b"9" * 5_000 + b', "plan": {}}',
    "nothing inside": b'{"format": "doideposit-plan/1", "sha256": "0", "plan": null}',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_plan_is_refused_in_a_sentence(desk: Desk, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(PlanUnusable) as caught:
        desk.depositor.plans.apply(path, by="Bert")
    assert len(caught.value.message) < 500
    assert caught.value.hint


def test_a_plan_cut_anywhere_is_refused(desk: Desk, tmp_path: Path) -> None:
    path = planned(desk, written(tmp_path))
    whole = path.read_bytes()
    for end in range(0, len(whole) - 2, max(1, len(whole) // 60)):
        path.write_bytes(whole[:end])
        with pytest.raises(PlanUnusable):
            desk.depositor.plans.apply(path, by="Bert")


def test_a_plan_that_is_not_there_is_named(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(PlanUnusable, match="there is no plan"):
        desk.depositor.plans.apply(tmp_path / "none.json", by="Bert")


def test_a_plan_for_another_target_is_refused(desk: Desk, tmp_path: Path) -> None:
    path = planned(desk, written(tmp_path))
    other = Desk(desk.url, clock=desk.clock, sandbox=desk.sandbox, target="test")
    with other, pytest.raises(UsageError, match="for sandbox"):
        other.depositor.plans.apply(path, by="Bert")


def test_library_and_doi_agree(desk: Desk, tmp_path: Path) -> None:
    file = desk.depositor.plans.write(desk.depositor.plan(written(tmp_path)), tmp_path / "plan.json", by=" Anna  Bell ")
    assert file.plan.made_by == "Anna Bell"
    assert [Doi.parse(one.doi or "") for one in file.sending] == [Doi.parse(C258)]
    assert [entry.action for entry in desk.depositor.plans.compare(file).entries] == [Action.REGISTER]
    assert desk.sandbox.submissions == ()
