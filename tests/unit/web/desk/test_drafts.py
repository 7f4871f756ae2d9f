"""Drafts: nothing typed is lost, and nobody overwrites what somebody else saved."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doideposit.web.desk.drafts import Drafts, Overtaken


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path / "drafts", lambda: datetime(2026, 9, 1, 10, tzinfo=UTC))


def test_a_draft_is_there_again_after_a_restart(drafts: Drafts, tmp_path: Path) -> None:
    marks = {"title": {"place": "line 3", "rule": "heading", "confidence": "likely"}}
    made = drafts.begin({"title": "Rivers"}, "anna", document="c.docx", marks=marks, lines=(("line 1", "COMMENT"),))
    saved = drafts.save(made, {"title": "Rivers and borders"}, "anna")
    again = Drafts(tmp_path / "drafts", lambda: datetime(2027, 1, 1, tzinfo=UTC))
    assert again.one(made.name) == saved
    assert [each.name for each in again.all()] == [made.name]


def test_who_saves_an_old_version_is_told_what_somebody_else_saved(drafts: Drafts) -> None:
    first = drafts.begin({"title": "A"}, "anna")
    theirs = drafts.save(first, {"title": "B"}, "boris")
    with pytest.raises(Overtaken) as overtaken:
        drafts.save(first, {"title": "C"}, "anna")
    assert overtaken.value.current == theirs == drafts.one(first.name)


def test_of_many_who_save_at_the_same_moment_one_succeeds(drafts: Drafts) -> None:
    first = drafts.begin({}, "anna")
    results: list[str] = []
    together = threading.Barrier(8)

    def save(number: int) -> None:
        together.wait()
        try:
            results.append(f"saved {drafts.save(first, {'number': str(number)}, 'anna').data['number']}")
        except Overtaken:
            results.append("overtaken")

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won,) = [result for result in results if result.startswith("saved")]
    current = drafts.one(first.name)
    assert current is not None
    assert won == f"saved {current.data['number']}"
    assert results.count("overtaken") == 7


def test_a_damaged_version_leaves_the_one_before_it(drafts: Drafts, tmp_path: Path) -> None:
    first = drafts.begin({"title": "A"}, "anna")
    drafts.save(first, {"title": "B"}, "anna")
    (tmp_path / "drafts" / first.name / "000002.json").write_text('{"name": "tor', "utf-8")
    found = drafts.one(first.name)
    assert found is not None
    assert found.data == {"title": "A"}


@pytest.mark.parametrize("name", ["..", "../../etc", "", "a/b", "A" * 40, "ABCDEFGH"])
def test_no_draft_of_that_name(drafts: Drafts, name: str) -> None:
    assert drafts.one(name) is None
    drafts.discard(name)


def test_only_the_latest_versions_are_kept_and_only_for_this_user(drafts: Drafts, tmp_path: Path) -> None:
    draft = drafts.begin({}, "anna")
    for number in range(30):
        draft = drafts.save(draft, {"number": str(number)}, "anna")
    folder = tmp_path / "drafts" / draft.name
    assert len(list(folder.iterdir())) == 20
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}
