"""What programs hand in as plain values: what is none of what is asked for is refused in words, and finds nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from depositing import Desk, commentary, sqlite_url
from doideposit.deposits.depositor import Depositor
from doideposit.errors import UsageError


@pytest.fixture(scope="module")
def depositor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Depositor]:
    with Desk(sqlite_url(Path(tmp_path_factory.mktemp("given")))) as desk:
        desk.depositor.deposit(desk.depositor.plan(commentary(1)))
        yield desk.depositor


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda one: one.events("x"), "events are counted in whole numbers, and this is 'x'"),
        (lambda one: one.events("1"), "and this is '1'"),
        (lambda one: one.events(None), "and this is None"),
        (lambda one: one.events(1.5), "and this is 1.5"),
        (lambda one: one.events(True), "and this is True"),
        (lambda one: one.events(commentary(1).doi), "and this is Doi"),
        (lambda one: one.statuses(state="done "), "there is no state 'done '"),
        (lambda one: one.statuses(dois=str(commentary(1).doi)), "a list of DOIs is expected here"),
        (lambda one: one.statuses(dois=["x"]), "“x” is not a DOI"),
        (lambda one: one.statuses(after="x"), "“x” is not a DOI"),
        (lambda one: one.history("x"), "“x” is not a DOI"),
        (lambda one: one.xml(None), "this is not a DOI, but None"),
        (lambda one: [one.acknowledge(commentary(1).doi, None)], "a reason is needed"),
        (lambda one: [one.abandon(commentary(1).doi, None)], "a reason is needed"),
        (lambda one: [one.abandon(commentary(1).doi, " ")], "a reason is needed"),
    ],
)
def test_a_value_that_can_find_nothing_is_refused(depositor: Depositor, ask: Callable[[Any], Any], said: str) -> None:
    with pytest.raises(UsageError, match=r".") as refused:
        list(ask(depositor))
    assert said in refused.value.message
    assert refused.value.hint


def test_what_is_right_finds_what_is_there(depositor: Depositor) -> None:
    assert list(depositor.events(0)) == list(depositor.events()) != []
    assert [status.doi for status in depositor.statuses(state="queued")] == [commentary(1).doi]
