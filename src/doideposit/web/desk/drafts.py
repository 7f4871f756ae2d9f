"""What is being written: every draft in a folder of its own, so that a crash, a restart or a lost line loses nothing.

Each version of a draft is one file whose number is in its name. A version is written only where its number is free:
two tabs, two people or two servers that save at the same moment cannot overwrite each other.
"""

import json
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from doideposit.errors import UsageError
from doideposit.files import disk_errors, move_noclobber, read_input, write_atomic

__all__ = ["MARKED", "Drafts", "Overtaken", "SavedDraft"]

# Versions of one draft; older ones are deleted.
KEPT: Final = 20
# What is kept of each value that was found in a document.
MARKED: Final = ("place", "rule", "confidence")


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """Hold one version of a draft: the record as it is typed, and what the page knows of where it came from.

    `record` is the record file that it is about, and `seen` that file's fingerprint when it was read, so that a change
    by somebody else is noticed; `meant` is the digest of what is being written to it, until that is known to be done.
    `marks` says of each field where its value was found in the document, by which rule, and how sure that is;
    `lines` is the text of the document with the place of each line, and `digest` the SHA-256 of its bytes, by which the
    same document is known again.
    """

    name: str
    version: int
    data: dict[str, Any]
    by: str
    at: str
    document: str = ""
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    lines: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    record: str = ""
    seen: str = ""
    digest: str = ""
    meant: str = ""


class Overtaken(Exception):
    """Tell that somebody saved the draft in the meantime; `current` is what they saved."""

    def __init__(self, current: SavedDraft) -> None:
        super().__init__("somebody else saved this draft in the meantime")
        self.current = current


class Drafts:
    """Keep drafts in a folder that only this user may read; `clock` gives the time of each version."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock

    def begin(self, data: dict[str, Any], by: str, **more: Any) -> SavedDraft:
        """Keep a new draft; raises `DiskError`."""
        # Unguessable, although each address needs a login as well: nobody comes upon another's draft by counting.
        draft = SavedDraft(
            # Letters and digits only, as `_place` expects.
            secrets.token_urlsafe(9).replace("_", "A").replace("-", "B"),
            1,
            data,
            by,
            self._now(),
            **more,
        )
        with disk_errors(self._folder, "cannot be written"):
            # For one user alone: drafts are not published yet.
            self._folder_of(draft.name).mkdir(mode=0o700, parents=True)
        self._write(draft)
        return draft

    def one(self, name: str) -> SavedDraft | None:
        """Return the newest version of a draft; None where there is no such draft, or where it cannot be read."""
        versions = self._versions(name)
        # From the newest on: the first that can be read is shown.
        for version in reversed(versions):
            found = self._read(name, version)
            if found is not None:
                return found
        return None

    def save(self, draft: SavedDraft, data: dict[str, Any], by: str, **more: Any) -> SavedDraft:
        """Keep the next version after `draft`; raises `Overtaken` where there is one already, and `DiskError`."""
        current = self.one(draft.name)
        if current is not None and current.version != draft.version:
            raise Overtaken(current)
        following = replace(draft, version=draft.version + 1, data=data, by=by, at=self._now(), **more)
        if not self._write(following):
            now = self.one(draft.name)
            raise Overtaken(now or following)
        for version in self._versions(draft.name)[:-KEPT]:
            self._version_path(draft.name, version).unlink(missing_ok=True)
        return following

    def kept_file(self, draft: SavedDraft, name: str) -> Path:
        """Return the path of a file that is kept with a draft, and deleted with it."""
        return self._folder_of(draft.name) / name

    def discard(self, name: str) -> None:
        """Delete a draft, with all its versions; a missing one is not an error."""
        if self._versions(name):
            shutil.rmtree(self._folder_of(name), ignore_errors=True)

    def all(self) -> Iterator[SavedDraft]:
        """Yield the newest version of every draft, the latest saved first."""
        try:
            names = [path.name for path in self._folder.iterdir()]
        # Without the folder there are no drafts yet.
        except OSError:
            return
        found = (self.one(name) for name in names)
        # The draft that somebody touched last comes first: it is most likely the one that is looked for.
        yield from sorted((draft for draft in found if draft is not None), key=lambda draft: draft.at, reverse=True)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    def _folder_of(self, name: str) -> Path:
        """Return the folder of a draft; raise `UsageError` for what cannot be a draft's name."""
        if not re.fullmatch(r"[A-Za-z0-9]{8,16}", name):
            raise UsageError("there is no such draft", hint="open it from the first page")
        return self._folder / name

    def _version_path(self, name: str, version: int) -> Path:
        return self._folder_of(name) / f"{version:06d}.json"

    def _versions(self, name: str) -> list[int]:
        try:
            place = self._folder_of(name)
            return sorted(int(path.stem) for path in place.glob("*.json") if path.stem.isdigit())
        except (OSError, UsageError):
            return []

    def _write(self, draft: SavedDraft) -> bool:
        """Write a version under its number; False where that number is taken."""
        place = self._version_path(draft.name, draft.version)
        # A random name, so that two browsers that save at once do not write into one file.
        beside = place.with_suffix(f".{secrets.token_hex(4)}")
        write_atomic(beside, json.dumps(asdict(draft), ensure_ascii=False))
        with disk_errors(place, "cannot be written"):
            written = move_noclobber(beside, place)
            if not written:
                beside.unlink(missing_ok=True)
        return written

    def _read(self, name: str, version: int) -> SavedDraft | None:
        try:
            stored = json.loads(read_input(self._version_path(name, version)))
            marks = {path: {key: mark[key] for key in MARKED} for path, mark in stored.pop("marks").items()}
            lines = tuple((place, text) for place, text in stored.pop("lines"))
            return SavedDraft(**stored | {"marks": marks, "lines": lines, "notes": tuple(stored["notes"])})
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            # A version that a crash of the machine left damaged: the one before it counts.
            return None
