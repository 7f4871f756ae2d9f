"""The statuses of some DOIs are asked for together."""

from pathlib import Path

import pytest

from depositing import Desk, commentary, sqlite_url
from doideposit.errors import UsageError


def test_some_dois_are_asked_for_together_in_any_spelling(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        desk.depositor.deposit(*(commentary(number) for number in range(258, 262)))
        known = [status.doi for status in desk.depositor.statuses()]
        asked = [str(known[2]).lower(), f"https://doi.org/{known[0]}", known[0], "10.5555/never-seen"]
        assert [status.doi for status in desk.depositor.statuses(dois=asked)] == [known[0], known[2]]
        assert list(desk.depositor.statuses(dois=[])) == []
        assert list(desk.depositor.statuses(dois=known, series="another")) == []
        with pytest.raises(UsageError):
            list(desk.depositor.statuses(dois=["no DOI"]))


def test_more_than_one_statement_can_hold_come_in_order(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        desk.depositor.deposit(commentary(258))
        (known,) = [status.doi for status in desk.depositor.statuses()]
        asked = [f"10.5555/{number}" for number in range(3000)]
        assert [status.doi for status in desk.depositor.statuses(dois=[*asked, known])] == [known]
