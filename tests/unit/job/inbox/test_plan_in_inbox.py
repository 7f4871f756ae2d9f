"""Plan files in the inbox: they wait for an approval, are applied then, and nothing else is taken in meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from depositing import Desk, commentary, sqlite_url
from doideposit.deposits.plans.approvals import ApprovalRules
from inboxes import Office, doi, yaml


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    desk = Desk(sqlite_url(tmp_path), target="production", approvals=ApprovalRules(1))
    with desk:
        yield Office(tmp_path, desk=desk)


def dropped(office: Office, *numbers: int) -> Path:
    """A plan that Anna made, in the inbox; her own copy is beside it."""
    own = office.home / "plan.json"
    depositor = office.desk.depositor
    depositor.plans.write(depositor.plan(*map(commentary, numbers)), own, by="Anna")
    office.drop("plan.json", own.read_bytes())
    return own


def report(office: Office, folder: str, name: str) -> str:
    return (office.folders.root / folder / f"{name}.report.txt").read_text(encoding="utf-8")


def test_a_plan_waits_for_its_approval_and_is_applied_then(office: Office) -> None:
    own = dropped(office, 1, 2)
    for _ in range(3):
        office.run()
    assert office.desk.sandbox.submissions == ()
    assert office.names("done") == office.names("rejected") == []
    office.desk.depositor.plans.approve(own, by="Bert")
    office.until_quiet()
    assert office.names("done") == ["plan.json"]
    assert [status.registered for status in office.desk.depositor.statuses()] == [True, True]
    told = [entry.text for entry in office.desk.depositor.history(doi(1))]
    assert any("the scheduled job applied the plan" in one and "approved by Bert" in one for one in told)


def test_a_record_is_not_taken_in_and_its_report_says_what_to_do(office: Office) -> None:
    office.drop("c258.yaml", yaml())
    office.until_quiet()
    assert office.names("rejected") == ["c258.yaml"]
    assert "doideposit plan" in report(office, "rejected", "c258.yaml")
    assert office.desk.sandbox.submissions == ()


def test_a_plan_that_is_outdated_is_rejected_with_the_reason(office: Office) -> None:
    own = dropped(office, 1)
    office.desk.depositor.plans.approve(own, by="Bert")
    other = office.home / "other.json"
    depositor = office.desk.depositor
    depositor.plans.write(depositor.plan(commentary(1, title="Another")), other, by="Anna")
    depositor.plans.approve(other, by="Bert")
    depositor.plans.apply(other, by="Anna")
    office.desk.settle()
    office.until_quiet()
    assert office.names("rejected") == ["plan.json"]
    assert "since the plan was made" in report(office, "rejected", "plan.json")
    assert len(office.desk.sandbox.submissions) == 1


def test_a_damaged_plan_is_rejected_in_a_sentence(office: Office) -> None:
    own = dropped(office, 1)
    office.run()
    office.drop("edited.json", own.read_text().replace("Anna", "Hanna"))
    office.run()
    assert office.names("rejected") == ["edited.json"]
    said = report(office, "rejected", "edited.json")
    assert "edited.json was changed after it was made" in said
    assert "working" not in said


def test_without_approvals_a_plan_is_applied_beside_records(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        office = Office(tmp_path, desk=desk)
        dropped(office, 1)
        office.drop("c2.yaml", yaml(2))
        office.until_quiet()
        assert office.names("done") == ["c2.yaml", "plan.json"]


def test_a_plan_killed_between_any_two_steps_is_applied_once(tmp_path: Path) -> None:
    class Killed(BaseException):
        """The plug is pulled."""

    for at in range(1, 40):
        home = tmp_path / str(at)
        home.mkdir()
        with Desk(sqlite_url(home)) as desk:
            office = Office(home, desk=desk)
            dropped(office, 1, 2)
            left = [at]

            def step(_name: str, left: list[int] = left) -> None:
                left[0] -= 1
                if left[0] == 0:
                    raise Killed

            try:
                office.run(step=step)
            except Killed:
                office.seen = {}
                desk.open()
            else:
                assert at > 5
                return
            office.until_quiet()
            assert office.names("done") == ["plan.json"]
            assert len(desk.sandbox.submissions) == 1
    pytest.fail("the pass never came to its end")
