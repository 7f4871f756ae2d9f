"""A depositor in threads, in an event loop and in forked processes, and what it says when it is used wrongly."""

import asyncio
import os
import re
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import doideposit
from depositing import Desk, commentary, sqlite_url
from doideposit import Doi
from doideposit.cli.init import PRESETS
from forked import fork, status_of

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "workers.md"


def record(number: int) -> dict[str, Any]:
    return {
        "series": "sadf-comment",
        "number": str(number),
        "title": f"Title {number}",
        "published": "2023-09-14",
        "authors": [{"given": "Ana", "family": "Keller"}],
        "url": f"https://www.example.org/comment-{number}/",
    }


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "doideposit.toml").write_text(PRESETS["sadf-comment"].configuration_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def example(name: str) -> dict[str, Any]:
    """What a block of the guide defines."""
    (block,) = [text for text in re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL) if name in text[:40]]
    found: dict[str, Any] = {}
    exec(compile(block, name, "exec"), found)
    return found


def test_the_task_of_the_guide_deposits_and_may_run_twice(configured: Path) -> None:
    tasks = example("tasks.py")
    assert tasks["register"](record(1))["doi"] == "10.48251/SADF.ISSN.2406-5617.C1"
    assert tasks["register"](record(1))["action"] == "unchanged"
    assert tasks["follow"]() in {0, 1}


def test_an_event_loop_shares_one_depositor(tmp_path: Path) -> None:
    register = example("asynchronous")["register"]

    async def all_at_once(depositor: doideposit.Depositor) -> list[doideposit.DepositReport]:
        return await asyncio.gather(*(register(depositor, commentary(number)) for number in range(1, 9)))

    with Desk(sqlite_url(tmp_path)) as desk:
        reports = asyncio.run(all_at_once(desk.depositor))
        assert all(report.error is None for report in reports)
        assert len(list(desk.depositor.statuses())) == 8
        assert desk.depositor.ledger.check() == ()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_workers_open_their_own(configured: Path) -> None:
    with doideposit.open() as depositor:
        depositor.enqueue(record(1))

        def work(number: int) -> None:
            with doideposit.open() as other:
                other.enqueue(record(number))

        workers = [fork(partial(work, number)) for number in (2, 3)]
        assert [os.waitstatus_to_exitcode(status_of(each)) for each in workers] == [0, 0]
        assert len(list(depositor.statuses())) == 3


def test_after_it_was_closed_a_depositor_says_so(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        depositor = desk.depositor
        depositor.enqueue(commentary(1))
        depositor.close()
        with pytest.raises(doideposit.UsageError, match="is closed, and so is its depositor"):
            depositor.status(commentary(1).doi)
        with pytest.raises(doideposit.UsageError, match="is closed, and so is its depositor"):
            depositor.enqueue(commentary(2))


NO_RECORDS = [(None, "but None"), ([1], "type list"), ((1, 2), "type tuple"), (7, "type int"), (Decimal(7), "Decimal")]


@pytest.mark.parametrize(("given", "said"), NO_RECORDS)
def test_what_is_no_record_is_answered_in_words(tmp_path: Path, given: Any, said: str) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        for use in (desk.depositor.check, desk.depositor.deposit, desk.depositor.plan):
            with pytest.raises(doideposit.UsageError, match=said) as caught:
                use(given)
            assert re.search("a Commentary|each record by itself", caught.value.hint)
        with pytest.raises(doideposit.UsageError, match="this is not a DOI"):
            desk.depositor.status(given)


@pytest.mark.parametrize("given", ["10.48251/sadf.1", Doi("10.48251/sadf.1"), 7])
def test_a_single_doi_in_the_place_of_a_list_is_answered_in_words(tmp_path: Path, given: Any) -> None:
    with Desk(sqlite_url(tmp_path)) as desk, pytest.raises(doideposit.UsageError, match="a list of DOIs") as caught:
        list(desk.depositor.statuses(dois=given))
    assert caught.value.hint == "write dois=[DOI]"


def test_the_text_of_a_configuration_error_names_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(doideposit.ConfigurationError, match=r"none\.toml"):
        doideposit.open(tmp_path / "none.toml")
    (tmp_path / "doideposit.toml").write_text("taget = 1\n")
    with pytest.raises(doideposit.ConfigurationError, match="taget"):
        doideposit.open(tmp_path / "doideposit.toml")


def test_every_class_that_the_guides_name_is_public() -> None:
    pages = [*GUIDE.parent.glob("*.md"), *(GUIDE.parents[1] / "tutorials").glob("*.md")]
    used = {name for page in pages for name in re.findall(r"\bdoideposit\.([A-Z][a-z]\w+)", page.read_text())}
    assert {"Depositor", "DepositReport"} <= used
    assert used <= set(doideposit.__all__)
