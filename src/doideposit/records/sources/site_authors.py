"""Authors that a header names by a key: the site keeps them in a list of its own, as Docusaurus and Jekyll do."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from doideposit.records.sources.files import Loaded
from doideposit.records.sources.interface import MAX_FILE_SIZE, Header

__all__ = ["with_site_authors"]

# Docusaurus keeps it beside the posts, Jekyll and Hugo in a data folder.
_LISTS: Final = tuple(f"{folder}authors.{ending}" for folder in ("", "_data/", "data/") for ending in ("yml", "yaml"))
# So many folders upwards are looked into: the list is at the top of a site, or beside the pages.
_FOLDERS: Final = 8
# A key in lists of authors: small letters, digits and the three joining signs.
_KEY: Final = re.compile(r"@?([a-z0-9]+(?:[._-][a-z0-9]+)*)")


def with_site_authors(header: Header, path: Path) -> Header:
    """Return a header in which keys of authors are what the nearest list of the site says of them.

    Keys that no list has stay as they are, and are told as such later. Raises `DiskError` when the disk fails.
    """
    for name in ("authors", "author"):
        value = header.data.get(name)
        entries = value if isinstance(value, list) else [value]
        if any(isinstance(entry, str) and _KEY.fullmatch(entry) for entry in entries):
            known = _listed_authors(path)
            found = [_resolve_author(entry, known) for entry in entries]
            return replace(header, data={**header.data, name: found if isinstance(value, list) else found[0]})
    return header


def _resolve_author(entry: Any, known: Mapping[str, Any]) -> Any:
    match = _KEY.fullmatch(entry) if isinstance(entry, str) else None
    return known.get(match[1], entry) if match else entry


def _listed_authors(path: Path) -> Mapping[str, Any]:
    """Return the authors of the nearest list: each has at least a name."""
    for place in _list_paths(path):
        if not place.is_file():
            continue
        text = Loaded.read(place, limit=MAX_FILE_SIZE).text
        from doideposit.records.sources import yaml_text  # noqa: PLC0415  (few headers name keys)

        records = yaml_text.read(text or "", file=str(place)).records
        listed = {str(key): one for record in records for key, one in record.data.items()}
        return {key: one for key, one in listed.items() if isinstance(one, Mapping) and one.get("name")}
    return {}


def _list_paths(path: Path) -> Iterator[Path]:
    folder = path.absolute().parent
    for around in (folder, *folder.parents[: _FOLDERS - 1]):
        yield from (around / name for name in _LISTS)
        # Nothing above the repository belongs to the site.
        if (around / ".git").exists():
            return
