"""Record files as the pages read and write them: found by number, and never overwritten without having been read."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

from doideposit.errors import UsageError
from doideposit.files import disk_errors, read_input, write_atomic
from doideposit.findings import Finding, Loc, has_errors
from doideposit.records.editing import Edit, Remove, Set
from doideposit.records.editing.files import Editable
from doideposit.records.identifiers import InvalidIdentifier
from doideposit.records.models.series import Series
from doideposit.records.origin import RawRecord
from doideposit.records.sources.reading import read_path
from doideposit.records.sources.writing import record_yaml
from doideposit.web.desk.drafts import SavedDraft
from doideposit.web.desk.form import RecordForm

__all__ = ["RecordFile"]

_SUFFIXES = (".yaml", ".yml")
# Record files that are looked through for one number.
MOST_FILES = 20_000


class RecordFile(NamedTuple):
    """Hold the record file of a number, and what is in it."""

    path: Path
    data: dict[str, Any]

    @classmethod
    def find(cls, folder: Path, doi: str, series: Mapping[str, Series]) -> Self | None:
        """Return the record file in the folder that gives this DOI; None where there is none."""
        for path in _record_files(folder):
            data = cls.load(path)
            if data is not None and _doi(data, series).lower() == doi.lower():
                return cls(path, data)
        return None

    @staticmethod
    def load(path: Path) -> dict[str, Any] | None:
        """Return the one record of a file as texts, lists and mappings; None for a file with no record, or several.

        Raises `DiskError` when the disk fails.
        """
        records: list[RawRecord] = []
        for raw in read_path(path):
            if isinstance(raw, Finding) or has_errors(raw.findings):
                return None
            records.append(raw)
            if len(records) > 1:
                return None
        return _plain_value(records[0].data) if records else None

    @staticmethod
    def fingerprint(path: Path) -> str:
        """Return a fingerprint of a file's bytes, empty for a missing one: it shows whether somebody changed it."""
        try:
            return hashlib.sha256(read_input(path)).hexdigest()
        except FileNotFoundError:
            return ""

    @staticmethod
    def path_for(data: Mapping[str, Any], folder: Path) -> Path:
        """Return the file of a new record: named after its series and number, as far as a file name can hold them."""
        parts = (str(data.get(key) or "") for key in ("series", "number"))
        name = "-".join(filter(None, (re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.") for part in parts)))
        if not name:
            raise UsageError("a record needs a number before it can be saved as a file", hint="fill in the number")
        # A hundred characters leave room for the ending within the 255 bytes of a file name.
        return folder / f"{name[:100]}.yaml"

    @staticmethod
    def save(path: Path, data: Mapping[str, Any], *, seen: str, schema: str | None) -> str:
        """Write a record to its file and return its new fingerprint; `schema` is for YAML editors, in a new file.

        An existing file is edited: its comments and layout stay. Raises `UsageError` where the file is not what it was
        when it was read (`seen`), because somebody else wrote it, and `DiskError` when the disk fails.
        """
        if RecordFile.fingerprint(path) != seen:
            problem = (
                f"{path.name} was changed by somebody else" if seen else f"there is already a record file {path.name}"
            )
            raise UsageError(problem, hint="open that number from the list; what you typed stays in this draft")
        if not seen:
            with disk_errors(path.parent, "cannot be made"):
                path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            # Record files are for everybody who works in this folder, unlike drafts: editors mostly have the umask 022.
            write_atomic(path, record_yaml(data, schema=schema), mode=0o644)
            return RecordFile.fingerprint(path)
        _edit_file(path, data)
        return RecordFile.fingerprint(path)

    @classmethod
    def is_written(cls, draft: SavedDraft) -> bool:
        """Tell whether the record file of a draft equals the draft, and nobody else changed it."""
        path = Path(draft.record)
        return (
            bool(draft.record)
            and cls.fingerprint(path) == draft.seen
            and RecordForm.cleaned(RecordForm.opened(cls.load(path) or {})) == RecordForm.cleaned(draft.data)
        )


def _record_files(folder: Path) -> Iterator[Path]:
    try:
        # `adopt` makes a folder for each series; hidden files and folders are passed over everywhere.
        found = sorted(
            path
            for path in folder.rglob("*")
            if path.suffix.lower() in _SUFFIXES
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        )
    except OSError:
        return
    yield from found[:MOST_FILES]


def _doi(data: Mapping[str, Any], series: Mapping[str, Series]) -> str:
    """Return the DOI of a record: its own, else what the pattern of its series makes of the number."""
    if isinstance(data.get("doi"), str):
        return re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", data["doi"], flags=re.IGNORECASE)
    name = data.get("series") or (next(iter(series)) if len(series) == 1 else "")
    known = series.get(str(name))
    try:
        return str((known.doi_for(str(data.get("number") or "")) if known else None) or "")
    # A number that does not fit into the pattern of the series has no DOI.
    except InvalidIdentifier:
        return ""


def _plain_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain_value(part) for key, part in value.items()}
    return [_plain_value(part) for part in value] if isinstance(value, list | tuple) else value


def _edit_file(path: Path, data: Mapping[str, Any]) -> None:
    before = RecordFile.load(path) or {}
    editable = Editable.open(path)
    edited = (
        editable if isinstance(editable, Finding) else editable.edit(*_changes(before, RecordForm.opened(before), data))
    )
    problem = edited if isinstance(edited, Finding) else edited.save()
    if problem is not None:
        raise UsageError(problem.message, hint=problem.hint)


def _changes(raw: Any, before: Any, after: Any, loc: Loc = ()) -> Iterator[Edit]:
    """Yield the edits that make one record of another, as small as they can be.

    `raw` is what the file has, `before` the same with its short forms written out: what differs only in form stays.
    """
    if before == after:
        return
    if isinstance(raw, dict) and isinstance(before, dict) and isinstance(after, Mapping):
        for key in raw.keys() - after.keys():
            yield Remove((*loc, key))
        for key, value in after.items():
            if key in raw:
                yield from _changes(raw[key], before[key], value, (*loc, key))
            else:
                yield Set((*loc, key), value)
    elif isinstance(raw, list) and isinstance(after, list) and len(raw) == len(after):
        for index, value in enumerate(after):
            yield from _changes(raw[index], before[index], value, (*loc, index))
    else:
        yield Set(loc, after)
