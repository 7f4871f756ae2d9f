"""Put registered DOIs back into the files that they were deposited from, one line in each and nothing else."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from doideposit.deposits.depositor import Depositor
from doideposit.findings import Finding, Loc, loc_of
from doideposit.records.editing import Edited, Set
from doideposit.records.editing.files import Editable
from doideposit.records.identifiers import Doi
from doideposit.records.origin import RawRecord
from doideposit.records.sources.interface import Reading
from doideposit.records.sources.parsing import ParsedRecord
from doideposit.records.sources.reading import read_path

__all__ = ["WriteBack"]

# What became of the DOI of one record: in its file now, there before, not registered, or refused.
_Done = Literal["written", "unchanged", "not-registered", "refused"]


@dataclass(frozen=True, slots=True)
class WriteBack:
    """Say what was done with one record; `lines` are those that change, with + and - in front."""

    file: str
    doi: Doi | None
    action: _Done
    lines: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the entry of the JSON document."""
        return {
            "file": self.file,
            "doi": str(self.doi) if self.doi else None,
            "action": self.action,
            "lines": list(self.lines),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    @staticmethod
    def in_files(
        depositor: Depositor,
        paths: Sequence[Path],
        *,
        reading: Reading,
        key: str = "doi",
        only: Doi | None = None,
        dry_run: bool = False,
    ) -> "Iterator[WriteBack]":
        """Write the DOI of every record in these files to its `key`, where it is registered and not there yet.

        With `only`, other records are passed over in silence. A DOI that is there already is never replaced by
        another: the record is checked as a deposit would be. Raises `DiskError` and `LedgerError`.
        """
        for path in paths:
            for raw in read_path(path, reading):
                if isinstance(raw, Finding):
                    if only is None:
                        yield _not_read_entry(raw, path)
                    continue
                done = _write_one(depositor, raw, loc_of(key), only, dry_run=dry_run)
                if done is not None:
                    yield done


def _not_read_entry(finding: Finding, path: Path) -> WriteBack:
    action: _Done = "refused" if finding.stops else "not-registered"
    return WriteBack(finding.where.file or str(path), None, action, findings=(finding,))


def _write_one(depositor: Depositor, raw: RawRecord, key: Loc, only: Doi | None, *, dry_run: bool) -> WriteBack | None:
    parsed = ParsedRecord.of(raw, series=depositor.series)
    label = raw.origin.label
    if parsed.record is None:
        return None if only else WriteBack(label, None, "refused", findings=parsed.findings)
    doi = parsed.record.commentary.doi
    if only is not None and only.key != doi.key:
        return None
    if "doi" in raw.data:
        return WriteBack(label, doi, "unchanged")
    if not depositor.status(doi).registered:
        return WriteBack(label, doi, "not-registered")
    index = () if raw.origin.index is None else (raw.origin.index,)
    return _edit_file(raw.origin.file or "", label, doi, (*index, *key), dry_run=dry_run)


def _edit_file(file: str, label: str, doi: Doi, loc: Loc, *, dry_run: bool) -> WriteBack:
    source = Editable.open(Path(file))
    if isinstance(source, Finding):
        return WriteBack(label, doi, "refused", findings=(source,))
    edited = source.edit(Set(loc, str(doi)))
    if isinstance(edited, Finding):
        return WriteBack(label, doi, "refused", findings=(edited,))
    fault = None if dry_run else edited.save()
    if fault is not None:
        return WriteBack(label, doi, "refused", findings=(fault,))
    return WriteBack(label, doi, "written", _changed_lines(edited))


def _changed_lines(edited: Edited) -> tuple[str, ...]:
    before, after = edited.source.text.splitlines(), edited.text.splitlines()
    # Lines around a change are left out: the file can be opened, and what matters is what was added.
    rows = difflib.unified_diff(before, after, n=0, lineterm="")
    return tuple(row for row in rows if row[:1] in "+-" and not row.startswith(("+++", "---")))
