"""Edit headers of “Key: value” lines, as numbered proposals have them."""

import re
from typing import Any

from doideposit.records.editing.edits import CannotEdit, Edit, Remove, Set
from doideposit.records.sources.front_matter import pairs_of

__all__ = ["edit_pairs", "read_pairs"]


def read_pairs(text: str) -> dict[str, Any]:
    """Return the values of a header by their keys, in small letters."""
    return {key: pair.value for key, pair in pairs_of(text).items()}


def edit_pairs(text: str, edit: Edit, *, newline: str) -> str:
    """Return the header with one value set or removed; a new key is written in the style of the last one.

    Raises `CannotEdit` for anything but one text on one line: these headers know nothing else.
    """
    value = str(edit.value) if isinstance(edit, Set) else ""
    name = edit.loc[0]
    if len(edit.loc) != 1 or not isinstance(name, str) or not isinstance(edit, Set | Remove) or "\n" in value:
        raise CannotEdit("a header of “Key: value” lines holds one text for each key, and nothing within it")
    pairs = pairs_of(text)
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
    lead, behind = row[: model.key_start], row[model.key_end : model.value_start] or ": "
    key = row[model.key_start : model.key_end] if found else _spell_key(name, row[model.key_start : model.key_end])
    written = f"{lead}{key}{behind}{'' if behind.endswith((' ', chr(9))) else ' '}{value}{ending}"
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
