"""What is written down of a file that was taken in, and read again after a crash or by the next version."""

import json
from dataclasses import replace
from pathlib import Path

from doideposit.job.inbox.claims import MEMORY, Claim, ClaimedEntry, EntryStatus


def claim(folder: Path) -> Claim:
    (folder / "c258.yaml").write_text("title: A title\n", encoding="utf-8")
    found = Claim.load(folder)
    assert found is not None
    entry = ClaimedEntry(place="", doi="10.5555/c258", status=EntryStatus.OPEN, batch_id="b1", remarks=("look",))
    return replace(found, target="test", going_to="done/c258.yaml", entries=(entry,))


def test_a_claim_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    folder = tmp_path / "20260914T093000-000001"
    folder.mkdir()
    saved = claim(folder)
    saved.save()
    assert Claim.load(folder) == saved
    assert not saved.settled


def test_a_claim_of_the_version_before_is_followed_on(tmp_path: Path) -> None:
    """It called the status of an entry its fate; forgetting it would check and send the file a second time."""
    folder = tmp_path / "20260914T093000-000001"
    folder.mkdir()
    saved = claim(folder)
    saved.save()
    data = json.loads((folder / MEMORY).read_text(encoding="utf-8"))
    data["entries"] = [{"fate": each.pop("status"), **each} for each in data["entries"]]
    (folder / MEMORY).write_text(json.dumps(data), encoding="utf-8")
    assert Claim.load(folder) == saved


def test_a_memory_that_leads_out_of_the_inbox_counts_as_not_written(tmp_path: Path) -> None:
    folder = tmp_path / "20260914T093000-000001"
    folder.mkdir()
    replace(claim(folder), going_to="done/c258.yaml").save()
    data = json.loads((folder / MEMORY).read_text(encoding="utf-8"))
    (folder / MEMORY).write_text(json.dumps({**data, "going_to": "../elsewhere.yaml"}), encoding="utf-8")
    found = Claim.load(folder)
    assert found is not None
    assert (found.entries, found.going_to) == (None, "")
