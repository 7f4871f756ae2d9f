"""The list of all numbers: read whole once, and then no more of it than may have changed."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from depositing import Desk, commentary, sqlite_url
from doideposit.web.desk.overview import FRESH, Overview


def test_what_is_registered_for_good_is_not_read_again_and_what_waits_is(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        desk.depositor.deposit(commentary(258))
        desk.depositor.poll(force=True)
        desk.depositor.enqueue(commentary(259))
        overview = Overview(desk.depositor, desk.clock)

        def titles() -> dict[str, str]:
            return {row.words: row.title for row in overview.rows()}

        before = titles()
        assert set(before) == {"registered", "waiting to be sent"}
        # A change that is in no history shows which rows are read.
        with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as ledger, ledger:
            ledger.execute("UPDATE work SET title = 'read again'")
        assert titles() == before
        desk.clock.advance(FRESH / timedelta(seconds=1))
        assert titles() == before | {"waiting to be sent": "read again"}
        desk.depositor.enqueue(commentary(260))
        desk.clock.advance(3 * 86_400)
        words = [row.words for row in overview.rows()]
        assert words == ["waiting to be sent, overdue"] * 2 + ["registered"]
        desk.depositor.send()
        desk.depositor.poll(force=True)
        assert set(titles()) == {"registered"}
