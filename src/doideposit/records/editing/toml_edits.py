"""Edit TOML with tomlkit, which keeps every space and comment that it read."""

from collections.abc import Mapping
from typing import Any

from doideposit.findings import field_path
from doideposit.records.editing.edits import Append, CannotEdit, Edit, Remove, Set
from doideposit.records.sources.toml_places import toml_places

__all__ = ["edit_toml"]


def edit_toml(text: str, edit: Edit, *, newline: str) -> str:
    """Return the text with the edit done; `newline` ends lines that are new. Raises `CannotEdit`."""
    import tomlkit  # noqa: PLC0415  (only edits need it)
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        document = tomlkit.parse(text)
        if isinstance(edit, Set):
            inserted = _insert_key(text, document, edit, newline)
            if inserted is not None:
                return inserted
        _change_value(document, edit)
        written = tomlkit.dumps(document)
    # tomlkit raises errors of Python where a path leads through a value.
    except (TOMLKitError, KeyError, IndexError, TypeError) as error:
        raise CannotEdit(f"`{field_path(edit.loc)}` cannot be edited: {error}") from None
    # New lines end as those of other systems do; where the file mixes line ends, it stays mixed.
    only_crlf = newline == "\r\n" and text.count("\n") == text.count("\r\n")
    return written.replace("\r\n", "\n").replace("\n", "\r\n") if only_crlf else written


def _change_value(document: Any, edit: Edit) -> None:
    parent = document
    for step in edit.loc[:-1]:
        parent = parent[step]
    last: Any = edit.loc[-1]
    match edit:
        case Set(value=value):
            parent[last] = value
        case Append(value=value):
            if parent.get(last) is None:
                parent[last] = [value]
            else:
                parent[last].append(value)
        case Remove():
            del parent[last]


def _insert_key(text: str, document: Any, edit: Set, newline: str) -> str | None:
    """Return the text with a new key on a line of its own, after the last key of its table.

    tomlkit adds an empty line there, and takes a comment above the next table for one about the new key. None where
    the key is there already, or where no line of the table tells the place.
    """
    import tomlkit  # noqa: PLC0415
    from tomlkit.items import AoT, InlineTable, Table  # noqa: PLC0415

    parent = document
    for step in edit.loc[:-1]:
        parent = parent[step]
    last = edit.loc[-1]
    if isinstance(parent, list) or last in parent or isinstance(edit.value, Mapping):
        return None
    places = toml_places(text)
    # What is written below a header of its own has no value on a line of this table.
    own = [
        loc for key in parent if (loc := (*edit.loc[:-1], key)) in places and not isinstance(parent[key], AoT | Table)
    ]
    if isinstance(parent, InlineTable) or not own:
        return None
    lowest = max(own, key=lambda loc: (places[loc].line, places[loc].column))
    rows = text.splitlines(keepends=True)
    row = places[lowest].line - 1 + parent.item(lowest[-1]).as_string().count("\n")
    written = tomlkit.dumps({str(last): edit.value}).rstrip("\n")
    indentation = rows[places[lowest].line - 1][: (places[lowest].key_column or 1) - 1]
    if rows[row].endswith(("\n", "\r")):
        return "".join([*rows[: row + 1], f"{indentation}{written}{newline}", *rows[row + 1 :]])
    return f"{text}{newline}{indentation}{written}"
