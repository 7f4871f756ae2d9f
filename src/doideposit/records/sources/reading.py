"""Read record files, tables and headers of documents, a file or a whole folder at a time; the name says how."""

from collections.abc import Iterator
from pathlib import Path

from doideposit.files import as_typed
from doideposit.findings import Finding, Severity, Where
from doideposit.records.origin import RawRecord
from doideposit.records.sources.files import Loaded
from doideposit.records.sources.interface import MAX_FILE_SIZE, REFERENCES_FILE, Read, Reading

__all__ = ["DOCUMENTS", "SUFFIXES", "read_files", "read_path", "read_text"]

# The names of record files end in one of these.
SUFFIXES = frozenset({".yaml", ".yml", ".json", ".jsonl", ".ndjson", ".csv", ".tsv"})

# The names of documents whose header can be a record end in one of these.
DOCUMENTS = frozenset({".md", ".markdown", ".mdx", ".qmd", ".rmd", ".rst", ".mediawiki", ".wiki"})


def read_path(path: Path, reading: Reading | None = None) -> Iterator[RawRecord | Finding]:
    """Read the records of a file, or of every record file in a folder and below it, in the order of their names.

    Of documents such as Markdown files, the header is the record. Hidden files and folders are passed over. JSON Lines
    and CSV are read row by row, so that memory does not grow with their length. What cannot be read becomes a finding
    in its place. Raises `DiskError` when the disk fails.
    """
    for records in read_files(path, reading):
        yield from records


def read_files(path: Path, reading: Reading | None = None) -> Iterator[Iterator[RawRecord | Finding]]:
    """Yield the records of each file apart, as `read_path` reads them, so that one may be left before its end."""
    if path.is_dir():
        yield from _read_folder(path, reading)
    else:
        yield _read_file(path, reading, named=True)


def _read_folder(folder: Path, reading: Reading | None) -> Iterator[Iterator[RawRecord | Finding]]:
    empty = True

    def noted(records: Iterator[RawRecord | Finding]) -> Iterator[RawRecord | Finding]:
        nonlocal empty
        for record in records:
            empty = False
            yield record

    for path in _record_files(folder):
        yield noted(iter([path]) if isinstance(path, Finding) else _read_file(path, reading, named=False))
    if empty:
        hint = (
            f"the names of record files end in {', '.join(sorted(SUFFIXES))}; a document of a site is a record where "
        )
        hint += "its header names `series` and `number`"
        yield iter(
            [Finding("folder-empty", Severity.ERROR, f"there is no record file in {folder}", hint, Where(str(folder)))]
        )


def _record_files(folder: Path) -> Iterator[Path | Finding]:
    # Sorted, so that two runs over one folder give the same plan, whatever the file system says.
    try:
        entries = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        message = f"the folder {folder} cannot be read: {error.strerror or 'unknown reason'}"
        yield Finding("file-unreadable", Severity.ERROR, message, "change its permissions", Where(str(folder)))
        return
    for path in entries:
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _record_files(path)
        elif path.suffix.lower() in SUFFIXES | DOCUMENTS:
            yield path


def _read_file(path: Path, reading: Reading | None, *, named: bool) -> Iterator[RawRecord | Finding]:
    match path.suffix.lower():
        case ".jsonl" | ".ndjson" | ".csv" | ".tsv":
            from doideposit.records.sources.table import read_table  # noqa: PLC0415  (imported where it is used)

            return read_table(path)
        case ".yaml" | ".yml" | ".json" | "":
            return _read_structured(path)
        case suffix if suffix in DOCUMENTS:
            from doideposit.records.sources.documents import read_document  # noqa: PLC0415

            return read_document(path, reading or Reading(), named=named)
        case suffix:
            hint = (
                f"to draft a record from a finished document, run `doideposit extract {as_typed(path)} -o "
                "NUMBER.yaml`; "
            )
            hint += f"record files end in {', '.join(sorted(SUFFIXES))}"
            message = f"{path} is not a record file: its name ends in {suffix}"
            return iter([Finding("file-kind", Severity.ERROR, message, hint, Where(str(path)))])


def read_text(text: str, *, file: str | None = None) -> Read:
    """Read one record, or a list of them, from YAML or JSON; `file` is the name findings point at.

    The end of the name decides between the two; without a telling name, a text that starts with a bracket or a brace
    is JSON. A syntax error leaves no record of the whole text: what follows it could mean anything.
    """
    if _is_json(text, (file or "").lower()):
        from doideposit.records.sources import json_text  # noqa: PLC0415  (a run needs one of the two readers)

        return json_text.read(text, file=file)
    from doideposit.records.sources import yaml_text  # noqa: PLC0415

    return yaml_text.read(text, file=file)


def _is_json(text: str, name: str) -> bool:
    if name.endswith((".yaml", ".yml")):
        return False
    return name.endswith(".json") or text.lstrip()[:1] in {"{", "["}


def _read_structured(path: Path) -> Iterator[RawRecord | Finding]:
    """Read a YAML or JSON file of at most `MAX_FILE_SIZE` bytes."""
    loaded = Loaded.read(path, limit=MAX_FILE_SIZE)
    yield from loaded.findings
    if loaded.text is not None:
        found = read_text(loaded.text, file=str(path))
        yield from found.findings
        for raw in found.records:
            if REFERENCES_FILE not in raw.data:
                yield raw
                continue
            from doideposit.records.sources.bibliography import Bibliography  # noqa: PLC0415

            yield Bibliography.put_into(raw, path)
