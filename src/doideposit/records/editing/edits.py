"""What can be done to a value: set it, delete it, or add one to a list."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doideposit.findings import Loc, field_path

__all__ = ["Append", "CannotEdit", "Edit", "Remove", "Set", "as_texts"]


class CannotEdit(Exception):
    """Say why a value cannot be changed without touching something else."""


@dataclass(frozen=True, slots=True)
class _EditOfValue(ABC):
    """Change the value at `loc`, which is the way to it from the top of the data."""

    loc: Loc

    def applied_to(self, data: Any) -> Any:
        """Return the data after the edit, with which the new text is compared when it is read back.

        Raises `CannotEdit`.
        """
        # The data before the edit are compared with the file once more, and must not change.
        root = copy.deepcopy(data)
        self._change(_find_parent(root, self.loc), self.loc[-1])
        return root

    @abstractmethod
    def _change(self, parent: Any, last: str | int) -> None:
        """Change what `parent`, a mapping or a list, holds at its key or place `last`."""


@dataclass(frozen=True, slots=True)
class Set(_EditOfValue):
    """Give the value at `loc` another content, or make it where it is missing."""

    value: Any

    def _change(self, parent: Any, last: str | int) -> None:
        _set_value(parent, last, as_texts(self.value), self.loc)


@dataclass(frozen=True, slots=True)
class Remove(_EditOfValue):
    """Take the value at `loc` away, with its key."""

    def _change(self, parent: Any, last: str | int) -> None:
        if not _has_step(parent, last):
            raise CannotEdit(f"there is no `{field_path(self.loc)}`")
        del parent[last]


@dataclass(frozen=True, slots=True)
class Append(_EditOfValue):
    """Add a value to the end of the list at `loc`, which is made where it is missing."""

    value: Any

    def _change(self, parent: Any, last: str | int) -> None:
        # A list that is not there is made with its first entry.
        listed = parent[last] if _has_step(parent, last) else None
        if listed is not None and not isinstance(listed, list):
            raise CannotEdit(f"`{field_path(self.loc)}` is not a list")
        _set_value(parent, last, [*(listed or []), as_texts(self.value)], self.loc)


Edit = Set | Remove | Append


def as_texts(value: Any) -> Any:
    """Return a value as the readers give it: every scalar a text, because no types are guessed."""
    if isinstance(value, Mapping):
        return {str(key): as_texts(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_texts(part) for part in value]
    # YAML, TOML and JSON write truth values in small letters, Python does not.
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _find_parent(root: Any, loc: Loc) -> Any:
    node = root
    # Counted from one, so that the message names the path up to the step that is missing.
    for end, step in enumerate(loc[:-1], 1):
        if not _has_step(node, step):
            raise CannotEdit(f"there is no `{field_path(loc[:end])}`")
        node = node[step]
    if not isinstance(node, dict | list):
        raise CannotEdit(f"`{field_path(loc[:-1])}` is neither a mapping nor a list")
    return node


def _has_step(node: Any, step: str | int) -> bool:
    match node, step:
        case dict(), str():
            return step in node
        case list(), int():
            return 0 <= step < len(node)
        case _:
            return False


def _set_value(parent: Any, last: str | int, value: Any, loc: Loc) -> None:
    # A number is a place in a list and nothing else, a text a key in a mapping.
    if isinstance(parent, dict) is isinstance(last, int) or (isinstance(last, int) and not _has_step(parent, last)):
        raise CannotEdit(f"there is no `{field_path(loc)}`")
    parent[last] = value
