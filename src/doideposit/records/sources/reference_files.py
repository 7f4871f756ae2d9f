"""References that stand in files beside a record, which names the files: their entries become its references."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from doideposit.findings import Finding, Loc, Severity
from doideposit.records.origin import Place, RawRecord
from doideposit.records.sources.bibliography import Bibliography, Citing
from doideposit.records.sources.interface import REFERENCES_FILE

__all__ = ["file_names", "with_reference_files", "with_references"]


def with_reference_files(raw: RawRecord, path: Path) -> RawRecord:
    """Return a record with the references of the files that it names in `references_file`.

    `path` is the file it was read from. Raises `DiskError` when the disk fails.
    """
    value = raw.data.get(REFERENCES_FILE)
    if value is None:
        return raw
    data = {key: part for key, part in raw.data.items() if key != REFERENCES_FILE}
    if data.get("references"):
        message = f"`references` and `{REFERENCES_FILE}` both say what is cited"
        both = Finding(
            "references-both", Severity.ERROR, message, "keep one of the two", raw.origin.where((REFERENCES_FILE,))
        )
        return replace(raw, data=data, findings=(*raw.findings, both))
    found = Bibliography.read(path.parent / name for name in file_names(value))
    return with_references(replace(raw, data=data), found)


def file_names(value: Any) -> list[str]:
    """Return the names in a text, or in a list of texts."""
    listed = value if isinstance(value, list) else [value]
    return [text.strip() for text in listed if isinstance(text, str) and text.strip()]


def with_references(raw: RawRecord, found: Bibliography, cites: Citing | None = None) -> RawRecord:
    """Return a record with these references, each with its place in its own file."""
    chosen = found if cites is None else found.cited(cites)
    places: dict[Loc, Place] = dict(raw.origin.places)
    for index, work in enumerate(chosen.works):
        places[("references", index)] = work.place
    data = {**raw.data}
    if chosen.works:
        data["references"] = [dict(work.fields) for work in chosen.works]
    origin = replace(raw.origin, places=places)
    return RawRecord(data, origin, (*raw.findings, *chosen.findings))
