"""What the command line says: proper plurals, advice that goes to the same target, tables and lines of every width."""

import ast
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from desk import DOI, Desk
from doideposit.cli.drawing import Drawing
from doideposit.cli.receipt import StatusList
from doideposit.deposits.lateness import Overdue
from doideposit.deposits.values import Proof, WorkStatus
from doideposit.lifecycle import Milestone, Outcome, State
from doideposit.records.identifiers import Doi
from doideposit.reports.findings import Line, Span, Style, with_target
from made_up_reports import warning

SOURCE = Path(__file__).parents[2] / "src" / "doideposit"
MOMENT = Proof(datetime(2026, 9, 1, 12, tzinfo=UTC), "proof")
LATE = Overdue(Milestone.PROCESSED, datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 2, tzinfo=UTC))
WORDS = st.lists(st.text("ab日 \u0301“.", min_size=1, max_size=12), min_size=1, max_size=30).map(" ".join)


def drawn(line: Line, width: int | None, *, coloured: bool = False) -> list[str]:
    """Return the lines of a terminal of this width on which a line was drawn."""
    out = io.StringIO()
    Drawing(out, width=width, coloured=coloured).line(line, width)
    return out.getvalue().removesuffix("\n").split("\n")


@settings(deadline=None)
@given(
    st.lists(st.builds(Span, WORDS, st.sampled_from(Style)), min_size=1, max_size=5).map(tuple), st.integers(20, 130)
)
def test_breaking_a_line_loses_nothing_and_keeps_to_the_width(line: Line, width: int) -> None:
    broken = drawn(line, width)
    assert "".join(broken).replace(" ", "") == "".join(span.text for span in line).replace(" ", "")
    for piece in broken:
        *others, last = piece.split() or [""]
        assert cell_len(piece) <= width or not others or cell_len(last) > width // 2


@pytest.mark.parametrize("width", range(48, 81, 8))
def test_a_command_that_is_to_be_copied_stays_whole_where_it_fits(width: int) -> None:
    command = "`doideposit new 259 --force`"
    line = (Span("next       ", Style.HINT), Span(f"this was a rehearsal; for real, one day: {command}, then again"))
    assert any(command in piece for piece in drawn(line, width))
    long = (Span(f"run `doideposit deposit {'one-record.yaml ' * 8}`"),)
    assert all(cell_len(piece) <= width for piece in drawn(long, width))


def test_styles_survive_the_breaking() -> None:
    line = (Span("       hint: ", Style.HINT), Span("one two three four five six seven eight nine ten"))
    first, *rest = drawn(line, 40, coloured=True)
    assert first.startswith("\x1b[32m       hint: \x1b[0m")
    assert first.count("\x1b") == 2
    assert all(piece.startswith(" " * 13) for piece in rest)
    assert not any("\x1b" in piece for piece in rest)


def status(doi: str = DOI, **changes: object) -> WorkStatus:
    given: dict[str, Any] = {
        "state": State.DONE,
        "outcome": Outcome.REGISTERED,
        "registered": True,
        "title": "Title " * 30,
    }
    reached = {
        one: MOMENT if one is Milestone.REGISTERED and "overdue" not in changes else Proof() for one in Milestone
    }
    return WorkStatus(Doi(doi), "sandbox", **{**given, "milestones": reached, **changes})


STATES = [
    status(),
    status(state=State.QUEUED, outcome=None, registered=False, milestones=dict.fromkeys(Milestone, Proof())),
    status(outcome=Outcome.REGISTERED_WITH_WARNING, needs_person=True, warnings=(warning(),)),
    status("10.48251/" + "long-" * 20),
    status(state=State.QUEUED, outcome=None, overdue=LATE, needs_person=True, title="日本" * 40),
]


def table_lines(statuses: list[WorkStatus], width: int | None) -> list[str]:
    return [piece for line in StatusList(statuses).table(width) for piece in drawn(line, width)]


@pytest.mark.parametrize("width", [None, 200, 120, 100, 80, 60, 40])
@pytest.mark.parametrize("rows", [STATES[:1], STATES[:3], STATES], ids=["one", "short", "long"])
def test_a_doi_is_whole_at_every_width(rows: list[WorkStatus], width: int | None) -> None:
    lines = table_lines(rows, width)
    for row in rows:
        assert any(line.split()[:1] == [str(row.doi)] for line in lines)
    longest = max(len(str(row.doi)) for row in rows)
    assert width is None or all(cell_len(line) <= max(width, longest) for line in lines)


def test_numbers_stand_in_the_order_in_which_people_count() -> None:
    dois = ["10.48251/C10", "10.48251/C9", "10.48251/9a", "10.48251/C10b", "10.5555/C1", "10.48251/C"]
    found = [str(one.doi) for one in sorted((status(doi) for doi in dois), key=lambda one: one.doi.order)]
    assert found == ["10.5555/C1", "10.48251/9a", "10.48251/C", "10.48251/C9", "10.48251/C10", "10.48251/C10b"]


def test_what_needs_a_person_is_marked_without_colour() -> None:
    lines = table_lines(STATES[:3], 120)
    assert [" ! " in line for line in lines] == [False, False, False, True]
    assert len(StatusList(STATES[:3]).counts()) == 3


def test_advice_goes_where_the_command_went() -> None:
    advice = "`doideposit poll` asks; run `doideposit abandon DOI`, or see `doideposit explain x`"
    assert with_target(advice, None) == advice
    assert with_target(advice, "test") == (
        "`doideposit poll --target test` asks; run `doideposit abandon --target test DOI`, or see `doideposit explain x`"
    )


def test_a_deposit_that_is_not_finished_says_when_to_look_with_which_command(desk: Desk) -> None:
    desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text().replace("hidden = 0", "hidden = 60"))
    sent = desk("deposit", desk.record(), "--target", "sandbox")
    assert sent.code == 0
    last = sent.out.splitlines()[-1]
    assert re.fullmatch(
        r"1 DOI is not finished at the sandbox: look again after [\d :-]{19} [A-Z]+ with `doideposit poll --target sandbox`",
        last,
    )
    assert "look again after" in desk("status").out


def test_one_and_many(desk: Desk) -> None:
    record = desk.record()
    other = desk.record("c259.yaml", number="number: 259", doi="# no doi", url="url: https://www.sadf.eu/c259/")
    assert "  1 new DOI (no fee here)\n" in desk("deposit", record, "--dry-run").out
    assert "  2 new DOIs (no fee here)\n" in desk("deposit", record, other, "--wait", 30).out
    again = desk("deposit", record, other)
    assert "  2 unchanged: nothing to send\n" in again.out
    story = desk("history", DOI).out
    assert "Recorded in a file of 2 DOIs under the timestamp" in story
    assert "Received: the sandbox answered that it received" in story
    assert "2 DOIs on sandbox: 2 registered" in desk("status").out


def test_many_records_are_told_in_short(desk: Desk) -> None:
    for number in range(300, 340):
        text = f"number: {number}"
        page = f"url: https://www.sadf.eu/c{number}/"
        desk.record(
            f"c{number}.yaml", number=text, doi="# no doi", url=page, title=f"title: Comment {number} on rivers"
        )
    told = desk("deposit", desk.folder, "--wait", 60)
    names = [line for line in told.out.splitlines() if line.startswith("  register  ")]
    assert len(names) == 30
    assert "  … and 10 more to register: --verbose shows all\n" in told.out
    assert told.code == 0
    assert told.out.count("https://doi.org/") == 0
    assert len([line for line in told.out.splitlines() if line.startswith("10.48251/")]) == 40


def strings(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_no_text_leaves_the_plural_to_the_reader() -> None:
    found = [
        f"{path.name}: {text}"
        for path in SOURCE.rglob("*.py")
        for text in strings(path)
        if re.search(r"\w\(e?s\)", text)
    ]
    allowed = [each for each in found if "sandbox" in each or "/" in each]
    assert [each for each in found if each not in allowed] == []


def test_an_update_under_way_is_not_counted_beside_its_registration(desk: Desk) -> None:
    desk("deposit", desk.record(), "--wait", 30)
    desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text().replace("hidden = 0", "hidden = 60"))
    desk("deposit", desk.record(title="title: Prospects for relations of NATO and Japan"))
    desk("deposit", desk.record("c259.yaml", number="number: 259", doi="", url="url: https://www.sadf.eu/c259/"))
    assert "2 DOIs on sandbox: 1 registered, 1 outstanding, 1 update under way, " in desk("status").out
