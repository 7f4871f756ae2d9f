"""The folder in which adopted records are written: one file each, and never over another."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from doideposit.checks.values import Checked, Input
from doideposit.crossref.queries import RegisteredState
from doideposit.deposits.ledger.entries import AdoptedWork
from doideposit.files import disk_errors, read_input, write_new
from doideposit.findings import Finding, Severity
from doideposit.records.identifiers import Doi
from doideposit.records.models.series import Series
from doideposit.records.origin import RawValue
from doideposit.registered.comparison import compare
from doideposit.registered.reading import RegisteredRecord
from doideposit.registered.record_file import AdoptableRecord
from doideposit.registered.values import Difference

__all__ = ["RecordFolder"]

# So many findings of a record are told in its file; `doideposit check` tells all of them.
TOLD: Final = 6


class RecordFolder:
    """Write record files into a folder: ``258.yaml``, below the name of the series where there are `several`.

    `check` judges records and files, and has to let every DOI stand: what is written is registered.
    """

    def __init__(
        self,
        folder: Path,
        check: Callable[[Iterable[Input]], Iterable[Checked]],
        *,
        several: bool,
        schema: str | None = None,
    ) -> None:
        self._folder = folder
        self._check = check
        self._several = several
        self._schema = schema

    def write(
        self, new: AdoptedWork, record: RegisteredRecord, series: Series, state: RegisteredState
    ) -> tuple[AdoptedWork, tuple[Finding, ...]]:
        """Write the file of a record, or find the one that is there; raises `DiskError`.

        Returns what is entered in the ledger with the file, its title, and a fingerprint where a deposit of it would
        change nothing; and what a person should know of it.
        """
        adopted = AdoptableRecord(record, series)
        fields = adopted.fields(named=self._several)
        [checked] = self._check([{**fields, "series": series.name}])
        changes = _pending_changes(record, checked)
        is_whole = not changes and not record.leftovers and checked.ok
        heading = _file_heading(series, state, is_whole=is_whole)
        text = adopted.text(fields, _file_notes(record, changes, checked), heading=heading, schema=self._schema)
        path, is_ours = self._choose_path(record, fields, series, text)
        findings = (
            *_incomplete_findings(record, changes, checked),
            *(() if is_ours else (_file_exists_finding(path, record),)),
        )
        title = checked.items[0].title if checked.items else re.sub(r"<[^>]*>", "", str(fields.get("title") or ""))
        fingerprint = checked.items[0].fingerprint if is_whole and is_ours else None
        return replace(new, file=str(path), title=title, fingerprint=fingerprint), findings

    def _choose_path(
        self, record: RegisteredRecord, fields: Mapping[str, RawValue], series: Series, text: str
    ) -> tuple[Path, bool]:
        """Return the path for a record; False if the file of somebody else is there."""
        folder = self._folder / series.name if self._several else self._folder
        suffix = record.doi.partition("/")[2]
        number = str(fields.get("number") or "")
        # The shortest name that is free: a number for people, and the whole DOI where even that is taken.
        wanted = (number, suffix, f"{number}-{suffix}", record.doi)
        names = dict.fromkeys(filter(None, map(_slug, wanted)))
        with disk_errors(folder, "cannot be made"):
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        path = folder
        for name in names:
            path = folder / f"{name}.yaml"
            # A run that was killed is repeated, and finds its own files: those count as written.
            if write_new(path, text) or _read_text(path) == text:
                return path, True
            if self._is_about(path, record.doi):
                return path, False
        return path, False

    def _is_about(self, path: Path, doi: str) -> bool:
        """Tell whether a file is about this DOI, written by somebody or edited after an earlier run."""
        found = [item.doi for checked in self._check([path]) for item in checked.items]
        return Doi(doi) in found


def _read_text(path: Path) -> str:
    with disk_errors(path, "cannot be read"):
        return read_input(path).decode("utf-8", errors="replace")


def _slug(text: str) -> str:
    # File systems take 255 bytes for a name, and a suffix of a DOI may be longer than anybody wants to read.
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")[:100]


def _file_heading(series: Series, state: RegisteredState, *, is_whole: bool) -> str:
    # Crossref writes `created` as a date with a time; old records have none.
    since = f", first on {state.created[:10]}" if state.created[:4].isdigit() else ""
    words = " A deposit of this file would change nothing." if is_whole else ""
    return f"{series.title}: adopted from Crossref, where it is registered as {state.doi}{since}.{words}"


def _pending_changes(record: RegisteredRecord, checked: Checked) -> tuple[Difference, ...]:
    """Return the changes that a deposit of the unchanged record file would make at Crossref."""
    again = None if checked.xml is None else RegisteredRecord.read(checked.xml, record.doi)
    left = {leftover.name for leftover in record.leftovers}
    return (
        ()
        if again is None
        else tuple(difference for difference in compare(record, again) if difference.field not in left)
    )


def _file_notes(record: RegisteredRecord, changes: tuple[Difference, ...], checked: Checked) -> list[str]:
    notes = [f"A deposit would change this: {change.what}." for change in changes]
    errors = [finding for finding in checked.findings if finding.stops]
    notes += [
        f"Correct before the next deposit: {error.message}. {error.hint or ''}".strip() for error in errors[:TOLD]
    ]
    if len(errors) > TOLD:
        notes.append(f"{len(errors) - TOLD} more errors: `doideposit check` on this file lists them.")
    if record.matched:
        keys = ", ".join(record.matched)
        notes.append(f"Crossref itself found the DOIs of these references, so they are not in the file: {keys}.")
    if record.only_volume:
        volume = record.fields["number"]
        notes.append(
            f"Crossref has “{volume}” as the volume, and no number. If it is not the number, call it `volume`."
        )
    return notes


def _incomplete_findings(
    record: RegisteredRecord, changes: tuple[Difference, ...], checked: Checked
) -> tuple[Finding, ...]:
    errors = [finding for finding in checked.findings if finding.stops]
    found: list[Finding] = []
    if errors:
        message = f"the record of {record.doi} cannot be deposited as it is: {errors[0].message}"
        hint = "comments in its file say what to correct before the next deposit"
        found.append(Finding("adopt-incomplete", Severity.WARNING, message, hint))
    if record.leftovers or changes:
        told = [*(leftover.name for leftover in record.leftovers), *(change.what for change in changes)]
        message = f"the record file of {record.doi} cannot hold everything that is registered: {'; '.join(told[:TOLD])}"
        hint = "an update would list it, and asks before anything is deleted; the ledger keeps all of it"
        found.append(Finding("adopt-differs", Severity.WARNING, message, hint))
    return tuple(found)


def _file_exists_finding(path: Path, record: RegisteredRecord) -> Finding:
    message = f"{path} is there already and was not changed; it contains {record.doi}"
    return Finding("adopt-file-exists", Severity.INFO, message, "nothing, if that file is right")
