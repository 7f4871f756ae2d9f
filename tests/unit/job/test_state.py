"""What the job remembers, and what it forgets."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from doideposit.job.inbox.folders import Arrival
from doideposit.job.state import JobState

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)


def remembered_at(moment: datetime) -> JobState:
    return JobState(
        told={"trouble:credentials-refused": moment},
        seen={"c1.yaml": Arrival("c1.yaml", 10, 20, moment)},
        lookups={"10.5555/c1": (3, moment + timedelta(hours=20))},
        digest=moment.date(),
        put_away={"done/c1.yaml": ("10:20", moment)},
        last_success=moment,
    )


def test_what_was_remembered_comes_back(tmp_path: Path) -> None:
    state = remembered_at(NOW - timedelta(hours=1))
    state.save(tmp_path / "state.json", NOW)
    assert JobState.load(tmp_path / "state.json", NOW) == state


def test_moments_of_the_future_are_forgotten(tmp_path: Path) -> None:
    """One pass under a clock ten years ahead must not silence mail, digest and files for ten years."""
    ahead = NOW + timedelta(days=3_650)
    remembered_at(ahead).save(tmp_path / "state.json", ahead)
    assert JobState.load(tmp_path / "state.json", NOW) == JobState()


def test_what_cannot_be_read_is_forgotten_and_the_rest_is_kept(tmp_path: Path) -> None:
    data = {"told": {"a": NOW.isoformat(), "b": "soon", "c": "2026-09-14T09:30:00"}, "digest": "2026-09-14", "seen": 7}
    (tmp_path / "state.json").write_text(json.dumps(data), encoding="utf-8")
    assert JobState.load(tmp_path / "state.json", NOW) == JobState(told={"a": NOW}, digest=date(2026, 9, 14))


@pytest.mark.parametrize("text", ["[" * 100_000, "[1]", "", "\x00", '{"told": 5, "last_success": 1e400}', "\ud800"])
def test_a_memory_in_any_other_form_is_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert JobState.load(tmp_path / "state.json", NOW) == JobState()


def test_a_memory_of_the_version_before_is_read(tmp_path: Path) -> None:
    state = remembered_at(NOW - timedelta(hours=1))
    state.save(tmp_path / "state.json", NOW)
    data = json.loads((tmp_path / "state.json").read_text(encoding="utf-8"))
    data["looks"] = data.pop("lookups")
    (tmp_path / "state.json").write_text(json.dumps(data), encoding="utf-8")
    assert JobState.load(tmp_path / "state.json", NOW) == state
