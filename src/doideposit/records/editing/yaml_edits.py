"""Edit YAML and JSON by replacing only the characters of the value: everything else stays, byte by byte.

PyYAML says where each value begins and ends. Libraries that write the whole file again keep comments, but not every
layout: indentation, quotation marks and spaces of other lines change, and so does what people compare before they
commit.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from doideposit.findings import Loc
from doideposit.records.editing.edits import Append, CannotEdit, Edit, Remove, Set
from doideposit.records.sources.yaml_text import readable

__all__ = ["edit_yaml"]

# libyaml is many times faster; wheels without it exist, and the pure parser gives the same.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
# YAML takes all three line breaks, also mixed in one file.
_END_OF_LINE: Final = re.compile(r"\r\n|\n|\r|\Z")
# JSON allows spaces before the colon, and so does YAML.
_COLON: Final = re.compile(r"[ \t]*:")


def edit_yaml(text: str, edit: Edit, *, newline: str, as_json: bool = False) -> str:
    """Return the text with the edit done; `newline` ends lines that are new.

    The text must be known to be readable. Of several documents, or a list, the first step of the way is the place of
    the record. Raises `CannotEdit`.
    """
    try:
        roots: list[Node] = list(yaml.compose_all(readable(text), Loader=_LOADER))
    except yaml.YAMLError:
        # Such as a reference to nothing, which the reader of records takes for a fault of one value.
        raise CannotEdit("an alias (*…) has no anchor (&…) above it") from None
    if not roots:
        # A text without a value, such as an empty header, is a mapping without keys.
        end = yaml.Mark("", len(text), 0, 0, None, 0)
        roots = [MappingNode("", [], end, end, flow_style=False)]
    return _Splice(text, newline, as_json=as_json).apply(roots, edit)


class _Splice:
    def __init__(self, text: str, newline: str, *, as_json: bool) -> None:
        self.text = text
        self.newline = newline
        self.as_json = as_json

    def apply(self, roots: list[Node], edit: Edit) -> str:
        parent, last = self._find_parent(roots, edit.loc)
        match edit:
            case Set(value=value):
                return self._set_value(parent, last, value)
            case Remove():
                return self._remove_entry(parent, last)
            case Append(value=value):
                return self._append_item(parent, last, value)

    def _find_parent(self, roots: list[Node], loc: Loc) -> tuple[Node, str | int]:
        several = len(roots) > 1 or isinstance(roots[0], SequenceNode)
        # A document without a value between two lines --- is not a record, for the reader either.
        filled = [root for root in roots if not isinstance(root, ScalarNode)]
        records = [record for root in filled for record in (root.value if isinstance(root, SequenceNode) else [root])]
        if not several and not records:
            raise CannotEdit("there is no record in this file")
        node: Node = records[int(loc[0])] if several else records[0]
        for step in loc[1:-1] if several else loc[:-1]:
            entry = _child_of(node, step)
            if entry is None:
                raise CannotEdit(f"there is no `{step}`")
            if _is_alias(entry, _key_end(node, step) or node.start_mark.index):
                raise CannotEdit(f"`{step}` is an alias (*…) of a value that other keys use too")
            node = entry
        return node, loc[-1]

    # Setting.

    def _set_value(self, parent: Any, last: str | int, value: Any) -> str:
        old = _child_of(parent, last)
        if old is None:
            return self._insert_key(parent, str(last), value)
        key_end = _key_end(parent, last)
        if _is_alias(old, parent.start_mark.index if key_end is None else key_end):
            raise CannotEdit(f"`{last}` is an alias (*…) of a value written elsewhere")
        empty = isinstance(old, ScalarNode) and old.start_mark.index == old.end_mark.index
        if empty and key_end is not None and _is_scalar(value):
            return self._fill_empty_value(key_end, value)
        if parent.flow_style or self._fits_in_place(old, value):
            written = self._flow_text(value, _quote_style(old))
            return self._replace_text(old.start_mark.index, _end_of_value(self.text, old), written)
        if key_end is None:
            return self._set_item(parent, int(last), value)
        key = _key_node(parent, last)
        return self._replace_text(
            key.start_mark.index,
            max(_end_of_value(self.text, old), self._end_of_colon(key_end)),
            self._block_text(key, value),
        )

    def _fill_empty_value(self, key_end: int, value: Any) -> str:
        place = self._end_of_colon(key_end)
        return self._replace_text(place, place, f" {self._flow_text(value)}")

    def _end_of_colon(self, key_end: int) -> int:
        colon = _COLON.match(self.text, key_end)
        return colon.end() if colon else key_end

    def _fits_in_place(self, old: Any, value: Any) -> bool:
        """Tell whether the new value fits exactly in the place of the old one."""
        if isinstance(old, ScalarNode):
            return old.style not in {"|", ">"} and _is_scalar(value)
        return bool(old.flow_style and old.value and value) and not _is_scalar(value)

    def _block_text(self, key: Node, value: Any) -> str:
        written = self._dump_yaml({key.value: value})
        _, _, after = written.partition(":")
        # The key stays as it is written.
        name = self.text[key.start_mark.index : key.end_mark.index]
        return self._indent_lines(f"{name}:{after}", key.start_mark.column)

    def _set_item(self, parent: Any, index: int, value: Any) -> str:
        item = parent.value[index]
        dash = self._dash_offset(parent, index)
        written = self._indent_lines(self._dump_yaml([value]), dash - self._line_start(dash))
        return self._replace_text(dash, max(_end_of_value(self.text, item), dash + 1), written)

    # Inserting.

    def _insert_key(self, mapping: Any, key: str, value: Any) -> str:
        if not isinstance(mapping, MappingNode):
            raise CannotEdit(f"`{key}` cannot be added here: this is not a mapping")
        if mapping.flow_style:
            if not mapping.value:
                entry = self._flow_text({key: value})
                return self._replace_text(mapping.start_mark.index, mapping.end_mark.index, entry)
            first = mapping.value[0][0].start_mark
            entry = self._flow_text({key: value}).strip()[1:-1].strip()
            return self._behind_in_flow(_end_of_value(self.text, mapping.value[-1][1]), first.index, entry, mapping)
        if not mapping.value:
            separator = "" if not self.text or self.text.endswith(("\n", "\r")) else self.newline
            return self.text + separator + self._indent_lines(self._dump_yaml({key: value}), 0) + self.newline
        name, last = mapping.value[-1]
        written = self._indent_lines(self._dump_yaml({key: value}), name.start_mark.column)
        return self._line_behind(
            max(_end_of_value(self.text, last), name.end_mark.index), name.start_mark.column, written
        )

    def _append_item(self, parent: Any, last: str | int, value: Any) -> str:
        listed = _child_of(parent, last)
        if listed is None or not listed.value:
            return self._set_value(parent, last, [value])
        if not isinstance(listed, SequenceNode):
            raise CannotEdit(f"`{last}` is not a list")
        if _is_alias(listed, _key_end(parent, last) or parent.start_mark.index):
            raise CannotEdit(f"`{last}` is an alias (*…) of a value that other keys use too")
        end = _end_of_value(self.text, listed.value[-1])
        if listed.flow_style:
            first = listed.value[0].start_mark.index
            return self._behind_in_flow(end, first, self._flow_text(value), listed)
        dash = self._dash_offset(listed, len(listed.value) - 1)
        column = dash - self._line_start(dash)
        return self._line_behind(max(end, dash + 1), column, self._indent_lines(self._dump_yaml([value]), column))

    def _line_behind(self, end: int, column: int, written: str) -> str:
        place = self._line_end(end)
        return self._replace_text(place, place, f"{self.newline}{' ' * column}{written}")

    def _behind_in_flow(self, end: int, first: int, written: str, around: Any) -> str:
        """Add an entry in brackets, on a line of its own if the first entry has one."""
        lead = self.text[around.start_mark.index + 1 : first]
        own_line = "\n" in lead or "\r" in lead
        column = first - self._line_start(first)
        return self._replace_text(end, end, "," + (f"{self.newline}{' ' * column}" if own_line else " ") + written)

    # Removing.

    def _remove_entry(self, parent: Any, last: str | int) -> str:
        old = _child_of(parent, last)
        if old is None:
            raise CannotEdit(f"there is no `{last}`")
        index = _entry_index(parent, last)
        mapping = isinstance(parent, MappingNode)
        if len(parent.value) == 1 or parent.flow_style:
            return self._remove_in_flow(parent, index)
        start = parent.value[index][0].start_mark.index if mapping else self._dash_offset(parent, index)
        end = max(_end_of_value(self.text, old), start + 1)
        line = self._line_start(start)
        if not self.text[line:start].strip(" "):
            line_end = _END_OF_LINE.search(self.text, end)
            return self._replace_text(line, line_end.end() if line_end else end, "")
        if index + 1 == len(parent.value):
            raise CannotEdit(f"`{last}` shares its line with something else")
        following = parent.value[index + 1][0].start_mark.index if mapping else self._dash_offset(parent, index + 1)
        return self._replace_text(start, following, "")

    def _remove_in_flow(self, parent: Any, index: int) -> str:
        entries = [entry[0] if isinstance(parent, MappingNode) else entry for entry in parent.value]
        values = [entry[1] if isinstance(parent, MappingNode) else entry for entry in parent.value]
        if len(entries) == 1:
            start = parent.start_mark.index if parent.flow_style else entries[0].start_mark.index
            if isinstance(parent, SequenceNode) and not parent.flow_style:
                start = self._dash_offset(parent, 0)
            empty = "{}" if isinstance(parent, MappingNode) else "[]"
            end = parent.end_mark.index if parent.flow_style else max(_end_of_value(self.text, values[0]), start + 1)
            return self._replace_text(start, end, empty)
        if index == 0:
            return self._replace_text(entries[0].start_mark.index, entries[1].start_mark.index, "")
        return self._replace_text(
            _end_of_value(self.text, values[index - 1]), _end_of_value(self.text, values[index]), ""
        )

    # Writing.

    def _replace_text(self, start: int, end: int, written: str) -> str:
        return self.text[:start] + written + self.text[end:]

    def _flow_text(self, value: Any, style: str | None = None) -> str:
        if self.as_json:
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, str) and style:
            return self._dump_yaml(value, default_style=style)
        if _is_scalar(value):
            return self._dump_yaml([value], default_flow_style=True)[1:-1]
        return self._dump_yaml(value, default_flow_style=True)

    def _dump_yaml(self, value: Any, **options: Any) -> str:
        # No line is folded: the value goes back into the line it came from.
        settings = {"default_flow_style": False, "sort_keys": False, "allow_unicode": True, "width": 10**9}
        dump: Callable[..., str] = yaml.dump
        written = dump(value, Dumper=_DUMPER, **(settings | options))
        return written.removesuffix("...\n").rstrip("\n")

    def _indent_lines(self, written: str, column: int) -> str:
        return written.replace("\n", f"{self.newline}{' ' * column}")

    def _line_start(self, place: int) -> int:
        return max(self.text.rfind("\n", 0, place), self.text.rfind("\r", 0, place)) + 1

    def _line_end(self, place: int) -> int:
        found = _END_OF_LINE.search(self.text, place)
        return found.start() if found else len(self.text)

    def _dash_offset(self, sequence: Node, index: int) -> int:
        """Return the place of the hyphen in front of an item."""
        start = sequence.value[index].start_mark.index
        dash = self.text.rfind("-", 0, max(start, sequence.start_mark.index + 1))
        return max(dash, 0)


def _child_of(node: Node, step: str | int) -> Node | None:
    index = _entry_index(node, step)
    if index < 0:
        return None
    found: Node = node.value[index][1] if isinstance(node, MappingNode) else node.value[index]
    return found


def _entry_index(node: Node, step: str | int) -> int:
    """Return the place of an entry; of keys that are given twice the first one counts, as for the reader."""
    if isinstance(node, MappingNode):
        return next((index for index, (key, _) in enumerate(node.value) if key.value == step), -1)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return step
    return -1


def _key_node(mapping: Any, step: str | int) -> Node:
    key: Node = mapping.value[_entry_index(mapping, step)][0]
    return key


def _key_end(parent: Any, step: str | int) -> int | None:
    return int(_key_node(parent, step).end_mark.index) if isinstance(parent, MappingNode) else None


def _is_alias(node: Node, key_end: int) -> bool:
    """Tell whether the value is an alias: its node is written before its key."""
    return bool(node.start_mark.index < key_end)


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _quote_style(node: Node) -> str | None:
    return node.style if isinstance(node, ScalarNode) and node.style in {"'", '"'} else None


def _end_of_value(text: str, node: Any) -> int:
    """Return the offset where a value ends. PyYAML ends lists, mappings and blocks at the next token."""
    if isinstance(node, ScalarNode):
        if node.style not in {"|", ">"}:
            return int(node.end_mark.index)
        written = text[node.start_mark.index : node.end_mark.index]
        head = written.partition("\n")[0]
        if "+" in head:
            # Every line end counts; the one of the last line belongs to what is inserted after.
            return int(node.end_mark.index) - (2 if written.endswith("\r\n") else 1)
        return int(node.start_mark.index) + len(written.rstrip())
    if node.flow_style:
        return int(node.end_mark.index)
    parts = [part for entry in node.value for part in (entry if isinstance(node, MappingNode) else (entry,))]
    own = [part for part in parts if part.start_mark.index >= node.start_mark.index]
    return max((_end_of_value(text, part) for part in own), default=int(node.start_mark.index))
