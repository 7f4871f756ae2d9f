"""When the ledger plans to look again whether Crossref matched references."""

from datetime import UTC, datetime, timedelta

import pytest

from doideposit.deposits.ledger.entries import Observed
from doideposit.records.identifiers import Doi

SINCE = datetime(2026, 3, 1, 8, tzinfo=UTC)
SEEN = Observed(Doi("10.5555/C1"), SINCE)


@pytest.mark.parametrize(
    ("days", "after"), [(0, 1), (0.5, 1), (1, 3), (2, 3), (3, 7), (6.9, 7), (7, 14), (14, 28), (27.9, 28)]
)
def test_looks_come_ever_more_seldom(days: float, after: int) -> None:
    assert SEEN.next_look_for_matches(SINCE + timedelta(days=days)) == SINCE + timedelta(days=after)


def test_nobody_looks_after_four_weeks() -> None:
    assert SEEN.next_look_for_matches(SINCE + timedelta(days=28)) is None
