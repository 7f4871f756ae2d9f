"""Record files in YAML and JSON: one record or a list of records, every scalar a text with its line and column."""

from collections.abc import Iterator
from pathlib import Path

from doideposit.findings import Finding
from doideposit.records.origin import RawRecord
from doideposit.records.sources.files import Loaded
from doideposit.records.sources.interface import MAX_FILE_SIZE, REFERENCES_FILE, Read

__all__ = ["read", "read_file"]


def read(text: str, *, file: str | None = None) -> Read:
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


def read_file(path: Path) -> Iterator[RawRecord | Finding]:
    """Read a YAML or JSON file of at most `MAX_FILE_SIZE` bytes."""
    loaded = Loaded.read(path, limit=MAX_FILE_SIZE)
    yield from loaded.findings
    if loaded.text is not None:
        found = read(loaded.text, file=str(path))
        yield from found.findings
        for raw in found.records:
            if REFERENCES_FILE not in raw.data:
                yield raw
                continue
            from doideposit.records.sources.reference_files import with_reference_files  # noqa: PLC0415

            yield with_reference_files(raw, path)
