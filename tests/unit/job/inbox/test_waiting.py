"""What waits in an inbox for a person, and what is said of it."""

from pathlib import Path

from depositing import Desk, commentary, sqlite_url
from doideposit.job.inbox.folders import Folders
from doideposit.job.inbox.waiting import Waiting
from inboxes import Office, yaml


def test_an_inbox_that_is_not_there_or_in_order_has_nothing(tmp_path: Path) -> None:
    assert Waiting.find(Folders(tmp_path / "none"), "sandbox") == Waiting()
    with Desk(sqlite_url(tmp_path)) as desk:
        office = Office(tmp_path, desk=desk)
        office.drop("c258.yaml")
        office.until_quiet()
        assert list(Waiting.find(office.folders, "sandbox").matters()) == []


def test_a_file_for_another_target_is_named_with_it(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        desk.sandbox.faults.add("stuck", "queued", times=None)
        office = Office(tmp_path, desk=desk)
        office.drop("c258.yaml")
        office.run()
    waiting = Waiting.find(office.folders, "test")
    assert waiting.other_targets == (("c258.yaml", "sandbox"),)
    ((key, said, action),) = waiting.matters()
    assert (key, said) == ("target-sandbox", "1 file waits for the target sandbox: c258.yaml")
    assert "`doideposit run --target sandbox`" in action
    assert Waiting.find(office.folders, "sandbox") == Waiting()


def test_what_nobody_asks_for_on_another_target_is_named_after_two_days(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path), target="test") as desk:
        desk.sandbox.faults.add("stuck", "queued", times=None)
        desk.depositor.deposit(desk.depositor.plan(commentary(1), commentary(2)))
        ledger, none = desk.depositor.ledger, Folders(tmp_path / "none")

        def told() -> list[tuple[str, str, str]]:
            return list(
                Waiting.find(none, "production", unattended=ledger.unattended("production", desk.clock)).matters()
            )

        desk.clock.advance(40 * 3600)
        # A job of its own for that target, which runs once a day, is nothing to speak of.
        assert told() == []
        desk.clock.advance(20 * 3600)
        assert ledger.unattended("test", desk.clock) == {}
        ((key, said, action),) = told()
        assert (key, said) == ("unattended-test", "2 DOIs outstanding on test, where nobody has asked for two days")
        assert "`doideposit poll --target test`" in action
        desk.depositor.poll(force=True)
        assert told() == []


def test_reports_and_hidden_files_do_not_wait_and_many_are_counted(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        office = Office(tmp_path, desk=desk)
        for number in range(8):
            office.drop(f"bad{number}.yaml", yaml(number, published="x"))
        office.run()
    waiting = Waiting.find(office.folders, "sandbox")
    assert waiting.counts == {"rejected": 8, "working": 0, "passed_over": 0, "changed": 0}
    ((_, said, _),) = waiting.matters()
    assert said.startswith("8 files wait in rejected/: bad0.yaml, bad1.yaml")
    assert said.endswith("and 3 more")
