"""Documents of a site, read where they are: the header of each says whether it is a record, and which."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from doideposit.files import as_typed
from doideposit.findings import Finding, Loc, Severity, Where, has_errors, nearest
from doideposit.records.extraction.header_fields import OWN, header_fields
from doideposit.records.extraction.header_values import HeaderValue, Stated
from doideposit.records.extraction.publication import why_unpublished
from doideposit.records.models.resemblance import KnownWords
from doideposit.records.origin import Origin, Place, RawRecord, RawValue
from doideposit.records.sources.bibliography import Bibliography
from doideposit.records.sources.files import Loaded
from doideposit.records.sources.front_matter import HeaderPart
from doideposit.records.sources.interface import MAX_FILE_SIZE, REFERENCES_FILE, Header, Reading

__all__ = ["read_document"]


# A header without its closing line: the whole text would be read as data.
_UNCLOSED: Final = re.compile(r"(?:---|\+\+\+)[ \t]*\n(?=[\w\"'-]+\s*[:=])")


def read_document(path: Path, reading: Reading, *, named: bool) -> Iterator[RawRecord | Finding]:
    """Read the record in the header of a document.

    One that somebody `named` must have it, and must be published. In a folder, documents of other kinds are passed
    over, and of those that are not published a finding tells it; neither is an error. Raises `DiskError`.
    """
    found = _read_header_record(path, reading, named=named)
    for record in found:
        if named or isinstance(record, RawRecord):
            yield record
        else:
            severity = Severity.INFO if record.code == "document-unpublished" else Severity.WARNING
            yield replace(record, severity=severity, message=f"skipped: {record.message}")


def _read_header_record(path: Path, reading: Reading, *, named: bool) -> list[RawRecord | Finding]:
    loaded = Loaded.read(path, limit=MAX_FILE_SIZE)
    if loaded.text is None:
        return list(loaded.findings) if named else []
    # Line ends of all systems count as one, so that the lines of findings are those of an editor.
    text = loaded.text.replace("\r\n", "\n").replace("\r", "\n")
    header = HeaderPart.read(text, file=str(path), near=path)
    if header is None:
        return [_missing_header_finding(path, text)] if named or _UNCLOSED.match(text) else []
    if not header.data and has_errors(header.findings):
        return [*header.findings]
    strange = None if named else _other_kind(header, path, reading)
    if strange is not None:
        return [strange] if isinstance(strange, Finding) else []
    raw = _header_record(header, str(path))
    if not {"series", "number"} & raw.data.keys():
        return [_missing_header_finding(path, text, header=True)]
    held = why_unpublished(header, str(path), now=reading.now)
    return [_with_references(raw, header, path, text) if held is None else held]


def _with_references(raw: RawRecord, header: Header, path: Path, text: str) -> RawRecord:
    """Return the record with what the header names as bibliography, or holds itself, and what of it the text cites."""
    names = Bibliography.file_names(
        header.data.get("bibliography") or header.data.get(REFERENCES_FILE) or raw.data.get(REFERENCES_FILE)
    )
    listed = header.data.get("references")
    inline = listed if isinstance(listed, list) else []
    if not names and not inline:
        return raw
    data = {key: value for key, value in raw.data.items() if key != REFERENCES_FILE}
    # Pandoc has the entries that a header itself holds below `references`.
    own = Bibliography.of_csl(
        (item, header.places.get(("references", index), Place(1, 1)))
        for index, item in enumerate(inline)
        if isinstance(item, Mapping)
    )
    found = Bibliography.read(path.parent / name for name in names)
    # Empty lines stand in for the header: findings about the text keep their line numbers.
    body = "\n" * header.length + "\n".join(text.split("\n")[header.length :])
    both = Bibliography((*own.works, *found.works), found.findings)
    nocite = str(header.data.get("nocite", ""))
    return both.cited_in(body, file=str(path), nocite=nocite).added_to(replace(raw, data=data))


def _other_kind(header: Header, path: Path, reading: Reading) -> Finding | bool | None:
    """Tell whether a document in a folder is not a record; the finding where it was perhaps meant to be one."""
    # Anyone who writes this key says that the document is a record.
    if OWN in header.data:
        return None
    raw = _header_record(header, str(path))
    name = raw.data.get("series")
    if not isinstance(name, str):
        return True
    if name in reading.series or (not reading.series and "number" in raw.data):
        return None
    near = KnownWords(reading.series).did_you_mean(name)
    if not near or "number" not in raw.data:
        return True
    return Finding(
        "unknown-series", Severity.ERROR, f"there is no series `{name}`", near, raw.origin.where(("series",))
    )


def _missing_header_finding(path: Path, text: str, *, header: bool = False) -> Finding:
    hint = f"write both in its header, or draft a record with `doideposit extract {as_typed(path)}`"
    code, message = "header-missing", f"the header of {path} has neither `series` nor `number`"
    if _UNCLOSED.match(text) and not header:
        message, hint = f"the header of {path} has no end", "close it with the same line that opens it"
    elif not header:
        code = "file-kind"
        message = f"{path} is not a record file: it has no header with `series` and `number`"
    return Finding(code, Severity.ERROR, message, hint, Where(str(path), 1))


# Documents whose header says everything: the header is their record, and stays where it is.


def _header_record(header: Header, file: str) -> RawRecord:
    """Return the record that a header holds, with the place of every value in the file.

    What cannot be read in one way only is an error at its line: nothing of it is deposited by guessing.
    """
    fields, noted = header_fields(header, file, strict=True)
    own = HeaderValue(header.data, ()).get(OWN)
    given = dict(own.entries()) if own else {}
    top = {key: value for key, value in fields.items() if key not in given}
    places: dict[Loc, Place] = {(): Place(1, 1)}
    data: dict[str, RawValue] = {}
    for key, stated in top.items():
        data[key] = _record_data(stated, (key,), header, places)
    for key, value in given.items():
        data[key] = value.value
        places |= {(key, *loc[len(value.loc) :]): place for loc, place in _places_below(header, value.loc)}
    kept = [finding for finding in noted if (finding.where.field or "") not in given]
    return RawRecord(data, Origin(file, None, places), (*header.findings, *kept))


def _record_data(stated: Stated, loc: Loc, header: Header, places: dict[Loc, Place]) -> RawValue:
    match stated:
        case HeaderValue():
            place = _nearest_place(header, stated.loc)
            if place is not None:
                places[loc] = place
            return stated.text
        case Mapping():
            return {key: _record_data(part, (*loc, key), header, places) for key, part in stated.items()}
        case _:
            return [_record_data(part, (*loc, index), header, places) for index, part in enumerate(stated)]


def _nearest_place(header: Header, loc: Loc) -> Place | None:
    way, place = nearest(header.places, loc) or ((), None)
    if place is None or not way:
        return None
    # Inside the value, columns are known only where the text was taken over as a whole.
    return place if way == loc else replace(place, text_column=None)


def _places_below(header: Header, loc: Loc) -> Iterator[tuple[Loc, Place]]:
    return ((other, place) for other, place in header.places.items() if other[: len(loc)] == loc)
