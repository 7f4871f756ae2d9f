"""Files opened for editing: read once, changed in memory, proved, and replaced only where nobody else changed them."""

import codecs
import json
import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from doideposit.files import disk_errors, read_input, write_atomic
from doideposit.findings import Finding, Severity, Where, field_path, has_errors
from doideposit.records.editing.edits import CannotEdit, Edit, Remove, Set, as_texts
from doideposit.records.sources.files import UTF_16_MARKS, Loaded
from doideposit.records.sources.front_matter import HeaderPart, Pair
from doideposit.records.sources.interface import MAX_FILE_SIZE

__all__ = ["Editable", "Edited"]

# JSON is edited as YAML, of which it is a part: the characters around a value stay.
_YAML: Final = (".yaml", ".yml", ".json")
# A row of a table has no place for lists and mappings.
_TABLES: Final = (".csv", ".tsv", ".jsonl", ".ndjson")


class _Form(NamedTuple):
    """Say how a part of a text is read as data, and how an edit of it is written."""

    read: Callable[[str], Any]
    edit: Callable[[str, Edit, str], str]


@dataclass(frozen=True, slots=True)
class Editable:
    """Hold a file as it was read: bytes, text without the byte order mark, and the part that can be edited."""

    path: Path
    data: bytes = field(repr=False)
    text: str = field(repr=False)
    header: HeaderPart | None = None

    def edit(self, *edits: Edit) -> "Edited | Finding":
        """Apply the edits in memory, and prove by reading again that nothing else changed.

        In headers, the first key is found in whatever case it is written. The finding says why an edit cannot be done.
        """
        start, end = (self.header.start, self.header.end) if self.header else (0, len(self.text))
        form = _choose_form(self.path, self.header)
        newline = _line_end(self.text)
        part = self.text[start:end]
        try:
            data = form.read(part)
            for edit in edits:
                spelt = _with_spelling(edit, data) if self.header else edit
                # What cannot be done to the data is refused here, before the text is looked at.
                expected = spelt.applied_to(data)
                part = form.edit(part, spelt, newline)
                data = form.read(part)
                # What was written is read again: a change that touches another field is never saved.
                if _without_empty_keys(data) != _without_empty_keys(expected):
                    raise CannotEdit(f"`{field_path(edit.loc)}` cannot be changed without touching something else")  # noqa: TRY301
        except (CannotEdit, ValueError) as error:
            return _finding(self.path, "edit-impossible", str(error), "edit the line by hand")
        return Edited(self, self.text[:start] + part + self.text[end:])

    @staticmethod
    def open(path: Path) -> "Editable | Finding":
        """Read a record file, a configuration, or a document with a header, to edit it; the finding says why not.

        YAML, JSON and TOML are edited as a whole, of other files the header. Raises `DiskError` when the disk fails.
        """
        suffix = path.suffix.lower()
        if suffix in _TABLES:
            message = f"{path} is a table, or has one record on each line, and doideposit does not edit such files"
            return _finding(path, "edit-impossible", message, "change the value in a spreadsheet or an editor")
        data = Loaded.read_bytes(path, limit=MAX_FILE_SIZE)
        if isinstance(data, Finding):
            return data
        decoded = Loaded.decode(data, file=str(path))
        if decoded.text is None:
            return decoded.findings[0]
        # Only what can be written back byte for byte is edited.
        if _encode_like(decoded.text, data) != data:
            message = f"{path} starts with several byte order marks, or has an encoding that cannot be written back"
            return _finding(path, "edit-impossible", message, "save the file as UTF-8")
        whole = suffix in {*_YAML, ".toml"}
        header = None if whole else HeaderPart.find(decoded.text)
        if not whole and header is None:
            message = f"{path} has no header to edit"
            return _finding(
                path,
                "edit-impossible",
                message,
                "start the file with two lines of ---, and write the keys between them",
            )
        fault = _fault(path, decoded.text, header)
        return fault or Editable(path, data, decoded.text, header)


@dataclass(frozen=True, slots=True)
class Edited:
    """Hold the new text of a file beside the old one; nothing is written before `save`."""

    source: Editable
    text: str = field(repr=False)

    @property
    def changed(self) -> bool:
        """Tell whether the new text differs from the old one."""
        return self.text != self.source.text

    def save(self) -> Finding | None:
        """Replace the file, whole or not at all, with its permissions; return why not where it was changed meanwhile.

        A link stays a link: the file that it leads to is replaced. Raises `DiskError`.
        """
        path = self.source.path
        if not self.changed:
            return None
        with disk_errors(path, "cannot be read"):
            target = path.resolve(strict=True)
            state = target.stat()
            now = read_input(target)
        if now != self.source.data:
            text = f"{path} was saved by somebody else while the command ran"
            return _finding(path, "file-changed", text, "see that what they wrote is right, and run the command again")
        if not os.access(target, os.W_OK):
            return _finding(
                path, "file-read-only", f"this user has no permission to write {path}", "change its permissions"
            )
        # The permissions are kept, the file type is not a part of them.
        write_atomic(target, _encode_like(self.text, self.source.data), mode=state.st_mode & 0o7777)
        if hasattr(os, "chown") and (state.st_uid, state.st_gid) != (os.geteuid(), os.getegid()):
            _restore_owner(target, state)
        return None


def _restore_owner(path: Path, state: os.stat_result) -> None:
    """Give a file that an administrator edits back to its owner, if the system allows it."""
    try:
        os.chown(path, state.st_uid, state.st_gid)
    # Only root may give a file away; for everybody else the owner is the same already.
    except OSError:
        return


def _fault(path: Path, text: str, header: HeaderPart | None) -> Finding | None:
    """Return why a text cannot be read, which must be corrected before it can be edited."""
    part = text[header.start : header.end] if header else text
    try:
        _choose_form(path, header).read(part)
    # A file that cannot be read would be edited blindly.
    except CannotEdit as error:
        return _finding(path, "edit-impossible", str(error), "correct it first; `doideposit check` shows the line")
    return None


def _choose_form(path: Path, header: HeaderPart | None) -> _Form:
    whole = {".toml": "toml", ".json": "json"}.get(path.suffix.lower(), "yaml")
    kind = header.kind if header else whole
    if kind == "toml":
        return _Form(_read_toml, _edit_toml)
    if kind == "pairs":
        return _Form(_read_pairs, lambda text, edit, newline: _edit_pairs(text, edit, newline=newline))
    if kind == "title block":
        return _Form(_has_no_place, _edit_toml)
    if kind == "json":
        return _Form(_read_json, lambda text, edit, newline: _edit_yaml(text, edit, newline, as_json=True))
    return _Form(_read_yaml, _edit_yaml)


def _read_yaml(text: str) -> Any:
    from doideposit.records.sources import yaml_text  # noqa: PLC0415

    read = yaml_text.read(text)
    findings = [finding for finding in read.findings if finding.code != "no-record"]
    if has_errors(findings):
        raise CannotEdit(findings[0].message)
    listed = [dict(record.data) for record in read.records]
    return listed if any(record.origin.index is not None for record in read.records) else listed[0] if listed else {}


def _edit_yaml(text: str, edit: Edit, newline: str, *, as_json: bool = False) -> str:
    from doideposit.records.editing.yaml_edits import edit_yaml  # noqa: PLC0415

    return edit_yaml(text, edit, newline=newline, as_json=as_json)


def _read_json(text: str) -> Any:
    try:
        return as_texts(json.loads(text))
    # The parser of JSON names line and column itself.
    except ValueError as error:
        raise CannotEdit(f"this is not JSON: {error}") from None


def _read_toml(text: str) -> Any:
    try:
        return as_texts(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CannotEdit(f"this is not TOML: {error}") from None


def _edit_toml(text: str, edit: Edit, newline: str) -> str:
    from doideposit.records.editing.toml_edits import edit_toml  # noqa: PLC0415

    return edit_toml(text, edit, newline=newline)


def _has_no_place(text: str) -> Any:
    del text
    raise CannotEdit("a title block of % lines can hold only title, authors and date")


def _with_spelling(edit: Edit, data: Any) -> Edit:
    """Return the edit with its first key as the header writes it: DOI, Doi and doi are the same there."""
    first = edit.loc[0]
    names = [name for name in data if isinstance(first, str) and name.lower() == first.lower()]
    loc = (names[0], *edit.loc[1:]) if names else edit.loc
    return replace(edit, loc=loc)


def _without_empty_keys(data: Any) -> Any:
    """Return data without keys that have no value: they count as left out, and an emptied file has none."""
    if isinstance(data, dict):
        return {key: _without_empty_keys(value) for key, value in data.items() if value is not None}
    if isinstance(data, list):
        return [_without_empty_keys(value) for value in data]
    return data


def _line_end(text: str) -> str:
    """Return how the first line of the text ends: new lines end so, too."""
    place = text.find("\n")
    if place < 0:
        return "\r" if "\r" in text else "\n"
    return "\r\n" if text[place - 1 : place] == "\r" else "\n"


def _encode_like(text: str, original: bytes) -> bytes:
    """Return the bytes of a text in the encoding, and with the byte order mark, of the original."""
    for mark, encoding in zip((*UTF_16_MARKS, codecs.BOM_UTF8), ("utf-16-le", "utf-16-be", "utf-8"), strict=True):
        if original.startswith(mark):
            return mark + text.encode(encoding, "surrogatepass")
    return text.encode("utf-8")


def _finding(path: Path, code: str, message: str, hint: str) -> Finding:
    return Finding(code, Severity.ERROR, message, hint, Where(str(path)))


# Edit headers of “Key: value” lines, as numbered proposals have them.


def _read_pairs(text: str) -> dict[str, Any]:
    """Return the values of a header by their keys, in small letters."""
    return {key: pair.value for key, pair in Pair.all_of(text).items()}


def _edit_pairs(text: str, edit: Edit, *, newline: str) -> str:
    """Return the header with one value set or removed; a new key is written in the style of the last one.

    Raises `CannotEdit` for anything but one text on one line: these headers know nothing else.
    """
    value = str(edit.value) if isinstance(edit, Set) else ""
    name = edit.loc[0]
    if len(edit.loc) != 1 or not isinstance(name, str) or not isinstance(edit, Set | Remove) or "\n" in value:
        raise CannotEdit("a header of “Key: value” lines holds one text for each key, and no lists or mappings")
    pairs = Pair.all_of(text)
    rows = text.split("\n")
    found = pairs.get(name.lower())
    if isinstance(edit, Remove):
        if found is None:
            raise CannotEdit(f"there is no `{name}`")
        return "\n".join(rows[: found.line - 1] + rows[found.line - 1 + found.rows :])
    # The rows were split at line feeds, and keep the carriage return of their file.
    ending = "\r" if newline == "\r\n" else ""
    # A new key is written as the last one is, with its indentation and its spaces.
    model = found or max(pairs.values(), key=lambda pair: pair.line)
    row = rows[model.line - 1]
    lead, separator = row[: model.key_start], row[model.key_end : model.value_start] or ": "
    key = row[model.key_start : model.key_end] if found else _spell_key(name, row[model.key_start : model.key_end])
    written = f"{lead}{key}{separator}{'' if separator.endswith((' ', chr(9))) else ' '}{value}{ending}"
    if found is not None:
        return "\n".join([*rows[: found.line - 1], written, *rows[found.line - 1 + found.rows :]])
    place = model.line - 1 + model.rows
    rows[place - 1] = rows[place - 1].rstrip("\r") + ending
    last = place == len(rows)
    return "\n".join([*rows[:place], written.rstrip("\r") if last else written, *rows[place:]])


def _spell_key(name: str, model: str) -> str:
    """Write a key as the header writes its keys: doi becomes DOI beside Title, because it is an abbreviation."""
    if not re.match(r"[A-Z]", model):
        return name
    return name.upper() if name in {"doi", "url"} else name.capitalize()
