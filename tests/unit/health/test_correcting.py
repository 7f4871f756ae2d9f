"""A correction is decided for the record that was read, and for no other."""

from pathlib import Path

from depositing import SERIES
from doideposit.findings import Finding
from doideposit.health.correcting import NOTICE, SingleRecord
from doideposit.records.editing.edits import Append

KNOWN = {SERIES.name: SERIES}
RECORD = f"""series: {SERIES.name}
number: "300"
title: Retraction of what was said in number 258
published: 2026-01-10
authors:
- {{given: Maya, family: Gurung}}
"""
UPDATE = Append(("updates",), {"type": "retraction", "doi": "10.48251/sadf.c258", "date": "2026-01-10"})


def found(path: Path) -> SingleRecord:
    one = SingleRecord.find(str(path), [], KNOWN, what=NOTICE)
    assert isinstance(one, SingleRecord), one
    return one


def test_what_somebody_else_wrote_meanwhile_is_not_written_twice(tmp_path: Path) -> None:
    path = tmp_path / "c300.yaml"
    path.write_text(RECORD)
    mine, theirs = found(path), found(path)
    changed = theirs.changed([UPDATE], KNOWN)
    assert isinstance(changed, SingleRecord)
    assert changed.edited
    assert changed.edited.save() is None
    assert path.read_text().count("retraction") == 1
    (refused,) = mine.changed([UPDATE], KNOWN)
    assert isinstance(refused, Finding)
    assert (refused.code, refused.hint) == ("file-changed", "run the command again, which reads what it says now")


def test_the_record_as_it_was_found_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "c300.yaml"
    path.write_text(RECORD)
    changed = found(path).changed([UPDATE], KNOWN)
    assert isinstance(changed, SingleRecord)
    assert [str(one.doi) for one in changed.record.commentary.updates] == ["10.48251/sadf.c258"]
    assert path.read_text() == RECORD
