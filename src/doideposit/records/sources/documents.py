"""Documents of a site, read where they stand: the header of each says whether it is a record, and which."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from doideposit.files import as_typed
from doideposit.findings import Finding, Severity, Where, has_errors
from doideposit.records.extraction.header_fields import OWN
from doideposit.records.extraction.header_records import header_record
from doideposit.records.extraction.publication import why_unpublished
from doideposit.records.models.resemblance import did_you_mean
from doideposit.records.origin import Place, RawRecord
from doideposit.records.sources.bibliography import Bibliography, CitedWork, Citing
from doideposit.records.sources.csl import reference_fields
from doideposit.records.sources.files import Loaded
from doideposit.records.sources.front_matter import split_header
from doideposit.records.sources.interface import MAX_FILE_SIZE, REFERENCES_FILE, Header, Reading
from doideposit.records.sources.reference_files import file_names, with_references
from doideposit.records.sources.site_authors import with_site_authors

__all__ = ["read_document"]


# A header without its closing line: the whole text would be read as data.
_UNCLOSED: Final = re.compile(r"(?:---|\+\+\+)[ \t]*\n(?=[\w\"'-]+\s*[:=])")


def read_document(path: Path, reading: Reading, *, named: bool) -> Iterator[RawRecord | Finding]:
    """Read the record in the header of a document.

    One that somebody `named` must have it, and must be published. In a folder, documents of other kinds are passed
    over, and of those that are not published a finding tells it; neither is an error. Raises `DiskError`.
    """
    found = _read_header_record(path, reading, named=named)
    for one in found:
        if named or isinstance(one, RawRecord):
            yield one
        else:
            severity = Severity.INFO if one.code == "document-unpublished" else Severity.WARNING
            yield replace(one, severity=severity, message=f"passed over: {one.message}")


def _read_header_record(path: Path, reading: Reading, *, named: bool) -> list[RawRecord | Finding]:
    loaded = Loaded.read(path, limit=MAX_FILE_SIZE)
    if loaded.text is None:
        return list(loaded.findings) if named else []
    # Line ends of all systems count as one, so that the lines of findings are those of an editor.
    text = loaded.text.replace("\r\n", "\n").replace("\r", "\n")
    header = split_header(text, file=str(path))
    if header is None:
        return [_missing_header_finding(path, text)] if named or _UNCLOSED.match(text) else []
    if not header.data and has_errors(header.findings):
        return [*header.findings]
    header = with_site_authors(header, path)
    strange = None if named else _other_kind(header, path, reading)
    if strange is not None:
        return [strange] if isinstance(strange, Finding) else []
    raw = header_record(header, str(path))
    if not {"series", "number"} & raw.data.keys():
        return [_missing_header_finding(path, text, header=True)]
    held = why_unpublished(header, str(path), now=reading.now)
    return [_with_references(raw, header, path, text) if held is None else held]


def _inline_references(items: Iterable[tuple[Mapping[str, Any], Place]]) -> Bibliography:
    """Return the entries that a header itself holds, below `references` as Pandoc has it."""
    works = (CitedWork(reference_fields(item), place) for item, place in items)
    return Bibliography(tuple(work for work in works if set(work.fields) - {"key", "type"}))


def _with_references(raw: RawRecord, header: Header, path: Path, text: str) -> RawRecord:
    """Return the record with what the header names as bibliography, or holds itself, and what of it the text cites."""
    names = file_names(
        header.data.get("bibliography") or header.data.get(REFERENCES_FILE) or raw.data.get(REFERENCES_FILE)
    )
    listed = header.data.get("references")
    inline = listed if isinstance(listed, list) else []
    if not names and not inline:
        return raw
    data = {key: value for key, value in raw.data.items() if key != REFERENCES_FILE}
    own = _inline_references(
        (item, header.places.get(("references", index), Place(1, 1)))
        for index, item in enumerate(inline)
        if isinstance(item, Mapping)
    )
    found = Bibliography.read(path.parent / name for name in names)
    # Empty lines stand in for the header: findings about the text keep their line numbers.
    body = "\n" * header.length + "\n".join(text.split("\n")[header.length :])
    cites = Citing.of_text(body, file=str(path), nocite=str(header.data.get("nocite", "")))
    both = Bibliography((*own.works, *found.works), found.findings)
    return with_references(replace(raw, data=data), both, cites)


def _other_kind(header: Header, path: Path, reading: Reading) -> Finding | bool | None:
    """Tell whether a document in a folder is no record; the finding where it was perhaps meant to be one."""
    # Whoever writes this key says that the document is a record.
    if OWN in header.data:
        return None
    raw = header_record(header, str(path))
    name = raw.data.get("series")
    if not isinstance(name, str):
        return True
    if name in reading.series or (not reading.series and "number" in raw.data):
        return None
    near = did_you_mean(name, reading.series)
    if not near or "number" not in raw.data:
        return True
    return Finding(
        "unknown-series", Severity.ERROR, f"there is no series `{name}`", near, raw.origin.where(("series",))
    )


def _missing_header_finding(path: Path, text: str, *, header: bool = False) -> Finding:
    hint = f"write both into its header, or draft a record with `doideposit extract {as_typed(path)}`"
    code, message = "header-missing", f"the header of {path} names neither `series` nor `number`"
    if _UNCLOSED.match(text) and not header:
        message, hint = f"the header of {path} has no end", "close it with the line it begins with"
    elif not header:
        code = "file-kind"
        message = f"{path} is no record file: it has no header that names `series` and `number`"
    return Finding(code, Severity.ERROR, message, hint, Where(str(path), 1))
