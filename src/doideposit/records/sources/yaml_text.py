"""YAML, read as texts: no types are guessed, no objects are made, and nothing multiplies.

The events of PyYAML's parser (libyaml where it is there) are put together here, because its composer recurses without
limit and forgets keys that are given twice.
"""

import re
from bisect import bisect_right
from typing import Any, Final

import yaml
from yaml import events as ev

from doideposit.findings import Finding, Loc, Severity, Where
from doideposit.records.origin import Place
from doideposit.records.sources.interface import MAX_DEPTH, MAX_KEYS, MAX_VALUES, Read
from doideposit.records.sources.nodes import Node
from doideposit.records.sources.yaml_faults import Position, YamlSource

__all__ = ["read", "readable"]

# libyaml is many times faster; wheels without it exist, and the pure parser gives the same.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
# What YAML does not allow in a text at all. It is replaced for the parser and put back afterwards, so that one control
# character in a title is a finding about that title and does not hide all the others.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0\ufffe\uffff]")
_STAND_IN = "\ufdd0"
# YAML 1.1 also ends lines at these characters, and no editor does.
_FOREIGN_BREAKS = re.compile("[\x85\u2028\u2029]")

# A key of ours after spaces that only look like spaces: word processors and web pages put them there.
_STRANGE_INDENTATION = re.compile(
    "[\u00a0\u2000-\u200a\u202f\u3000][\u00a0\u2000-\u200a\u202f\u3000 ]*(?:- )?[a-z_]{3,}$"
)


# So many comments of a file are asked about: where there are more, somebody writes them so on purpose.
MOST_COMMENTS: Final = 200


class _UnreadableYaml(Exception):
    """Stop where the text cannot be read to its end; carry the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def read(text: str, *, file: str | None = None) -> Read:
    """Read every document of a YAML text; a syntax error is one finding, and then there are no records."""
    source = YamlSource(text, file, _position_function(text))
    builder = _Builder(source)
    try:
        for event in yaml.parse(readable(text), Loader=_LOADER):
            builder.handle_event(event)
    except yaml.YAMLError as error:
        return Read(findings=(source.syntax_finding(error),))
    except _UnreadableYaml as stop:
        return Read(findings=(stop.finding,))
    return Node.records_in(builder.roots, file=file, offered=lambda: _offered_keys(text))


_OFFERED: Final = re.compile(r"^# ?(?P<key>[a-z_]+): ", re.MULTILINE)


def _offered_keys(text: str) -> dict[Loc, Place]:
    """Return where a draft offers keys in comments, such as ``# url: https://…``."""
    starts = [0, *(match.end() for match in re.finditer("\r\n|\n|\r", text))]
    found: dict[Loc, Place] = {}
    for match in _OFFERED.finditer(text):
        start = match.start("key")
        line = bisect_right(starts, start)
        place = Place(line, start - starts[line - 1] + 1)
        found.setdefault((match["key"],), place)
    return found


def readable(text: str) -> str:
    """Return the text with a stand-in for each character that YAML does not allow."""
    return _UNPRINTABLE.sub(_STAND_IN, text)


def _position_function(text: str) -> Position:
    """Return how a mark of the parser becomes a line and a column as an editor counts them."""
    if not _FOREIGN_BREAKS.search(text):
        return lambda mark: (mark.line + 1, mark.column + 1)
    starts = [0, *(match.end() for match in re.finditer("\r\n|\n|\r", text))]

    def at(mark: Any) -> tuple[int, int]:
        line = bisect_right(starts, mark.index)
        return line, mark.index - starts[line - 1] + 1

    return at


class _Frame:
    """Hold a list or mapping that is still open."""

    __slots__ = ("anchor", "key", "node", "skipping")

    def __init__(self, node: Node, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.key: tuple[str, Place] | None = None
        # An entry without a usable key is read over, so that the rest of the mapping still counts.
        self.skipping = False


class _Builder:
    """Put events together to nodes, with an explicit stack."""

    def __init__(self, source: YamlSource) -> None:
        self.source = source
        self.roots: list[Node] = []
        self.stack: list[_Frame] = []
        self.anchors: dict[str, Node] = {}
        self.unused: dict[str, tuple[Node, Any]] = {}
        self.values = 0
        self.has_hash = "#" in source.text
        self.comments = 0

    def handle_event(self, event: Any) -> None:
        match event:
            case ev.ScalarEvent():
                self._handle_scalar(event)
            case ev.MappingStartEvent():
                self._open_node(event, {})
            case ev.SequenceStartEvent():
                self._open_node(event, [])
            case ev.MappingEndEvent() | ev.SequenceEndEvent():
                self._close_node()
            case ev.AliasEvent():
                self._handle_alias(event)
            case ev.DocumentStartEvent():
                self.anchors.clear()
            case ev.DocumentEndEvent():
                self._name_unused_anchors()
            case _:
                pass

    def _handle_scalar(self, event: Any) -> None:
        if self._wants_key():
            self._handle_key(event)
            return
        text = self._restored_text(event)
        plain = not event.style
        node = Node(None if plain and text in _NOTHING else text, self._text_place(event))
        self._refuse_tag(node, event)
        if plain and self.has_hash:
            self._look_for_comment(node, event)
        if event.anchor:
            self.anchors[event.anchor] = node
            self.unused[event.anchor] = (node, event)
        self._add_node(node)

    def _name_unused_anchors(self) -> None:
        """Warn of anchors before a text that nothing refers to: the first word of the text was perhaps meant."""
        for name, (node, event) in self.unused.items():
            node.faults.append(self.source.unused_anchor(name, event))
        self.unused.clear()

    def _look_for_comment(self, node: Node, event: Any) -> None:
        """Warn where a comment after an unquoted text was perhaps meant as part of it."""
        frame = self.stack[-1] if self.stack else None
        key = frame.key[0] if frame is not None and frame.key is not None else ""
        if self.comments >= MOST_COMMENTS:
            return
        found = self.source.comment_finding(event, key)
        if found is not None:
            self.comments += 1
            node.faults.append(found)

    def _restored_text(self, event: Any) -> str:
        value: str = event.value
        if _STAND_IN not in value:
            return value
        originals = iter(_UNPRINTABLE.findall(self.source.text[event.start_mark.index : event.end_mark.index]))
        return re.sub(_STAND_IN, lambda stand_in: next(originals, stand_in[0]), value)

    def _text_place(self, event: Any) -> Place:
        line, column = self.source.position(event.start_mark)
        end_line, end_column = self.source.position(event.end_mark)
        if event.style in {"|", ">"}:
            return self._block_place(event)
        quotes = 2 if event.style in {"'", '"'} else 0
        literal = line == end_line and end_column - column - quotes == len(event.value)
        return Place(line, column, text_column=column + quotes // 2 if literal else None)

    def _block_place(self, event: Any) -> Place:
        """Return the first text below a ``|`` or ``>``, to which a person would point."""
        _, _, body = self.source.text[event.start_mark.index : event.end_mark.index].partition("\n")
        lead = len(body) - len(body.lstrip())
        if lead == len(body):
            return Place(*self.source.position(event.start_mark))
        line, _ = self.source.position(event.start_mark)
        begun = body[:lead]
        return Place(line + 1 + begun.count("\n"), lead - (begun.rfind("\n") + 1) + 1)

    def _wants_key(self) -> bool:
        if not self.stack:
            return False
        frame = self.stack[-1]
        return isinstance(frame.node.value, dict) and frame.key is None and not frame.skipping

    def _handle_key(self, event: Any) -> None:
        frame = self.stack[-1]
        line, column = self.source.position(event.start_mark)
        if event.value == "<<" and not event.style:
            message = "the merge key `<<` is not supported"
            frame.node.faults.append(
                self._yaml_finding("yaml-merge-key", message, "write the keys out", (line, column))
            )
            frame.skipping = True
        elif _STRANGE_INDENTATION.match(event.value):
            message = "there is a special space character at the start of this line"
            raise _UnreadableYaml(
                self._yaml_finding("yaml-syntax", message, "replace it with ordinary spaces", (line, column))
            )
        else:
            frame.key = (self._restored_text(event), Place(line, column))

    def _open_node(self, event: Any, value: Any) -> None:
        place = self.source.position(event.start_mark)
        if self._wants_key():
            self._refuse_key(place)
            # The key itself is a value to read over; its own value follows and is read over too.
        if len(self.stack) >= MAX_DEPTH:
            raise _UnreadableYaml(_too_deep_finding(self.source.file, place))
        node = Node(value, Place(*place))
        self._refuse_tag(node, event)
        self.stack.append(_Frame(node, event.anchor))

    def _refuse_key(self, place: tuple[int, int]) -> None:
        message = "there is a list or mapping where a key is expected"
        hint = "a key is a single word such as `title`; put a value with brackets or braces in quotes"
        raise _UnreadableYaml(self._yaml_finding("yaml-key-shape", message, hint, place))

    def _close_node(self) -> None:
        frame = self.stack.pop()
        node = frame.node
        node.close()
        self._check_size(node)
        if frame.anchor:
            self.anchors[frame.anchor] = node
        self._add_node(node)

    def _check_size(self, node: Node) -> None:
        place = (node.place.line, node.place.column)
        if node.size > MAX_VALUES:
            raise _UnreadableYaml(_too_many_values_finding(self.source.file, place))
        if node.depth + len(self.stack) > MAX_DEPTH:
            raise _UnreadableYaml(_too_deep_finding(self.source.file, place))

    def _handle_alias(self, event: Any) -> None:
        place = self.source.position(event.start_mark)
        if self._wants_key():
            self._refuse_key(place)
        node = self.anchors.get(event.anchor)
        self.unused.pop(event.anchor, None)
        if node is None:
            node = Node(None, Place(*place))
            inside = any(frame.anchor == event.anchor for frame in self.stack)
            message = f"*{event.anchor} " + (
                "is inside the value that it refers to" if inside else "refers to an anchor that is not above it"
            )
            hint = (
                f"put the value in quotes if it is meant to start with *, or write &{event.anchor} at the value meant"
            )
            node.faults.append(self._yaml_finding("yaml-alias", message, hint, place))
        self._add_node(node)

    def _add_node(self, node: Node) -> None:
        self.values += 1
        if self.values > MAX_VALUES:
            raise _UnreadableYaml(_too_many_values_finding(self.source.file, (node.place.line, node.place.column)))
        if not self.stack:
            self.roots.append(node)
            return
        frame = self.stack[-1]
        if isinstance(frame.node.value, list):
            frame.node.value.append(node)
        elif frame.key is not None:
            name, place = frame.key
            if isinstance(frame.node.value, dict) and len(frame.node.value) >= MAX_KEYS:
                raise _UnreadableYaml(_too_many_keys_finding(self.source.file, (place.line, place.column)))
            frame.node.add_entry(name, place, node, file=self.source.file)
            frame.key = None
        frame.skipping = False

    def _refuse_tag(self, node: Node, event: Any) -> None:
        if event.tag is not None:
            shown = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"the tag {shown} is not allowed"
            hint = "delete the tag, or put the value in quotes if it is meant to start with !"
            node.faults.append(self._yaml_finding("yaml-tag", message, hint, self.source.position(event.start_mark)))

    def _yaml_finding(self, code: str, message: str, hint: str, place: tuple[int, int]) -> Finding:
        return Finding(code, Severity.ERROR, message, hint, Where(self.source.file, *place))


def _too_deep_finding(file: str | None, place: tuple[int, int]) -> Finding:
    message = f"lists and mappings are nested more than {MAX_DEPTH} levels deep here"
    hint = "nothing in this file was read; a record needs no more than six"
    return Finding("too-deep", Severity.ERROR, message, hint, Where(file, *place))


def _too_many_keys_finding(file: str | None, place: tuple[int, int]) -> Finding:
    message = f"there are more than {MAX_KEYS:,} keys in one place"
    hint = "nothing in this file was read; a record needs fewer than a hundred"
    return Finding("too-many-values", Severity.ERROR, message, hint, Where(file, *place))


def _too_many_values_finding(file: str | None, place: tuple[int, int]) -> Finding:
    message = f"there are more than {MAX_VALUES:,} values in this file, aliases counted as often as they are used"
    hint = "nothing in it was read; split it, or use JSON Lines or CSV, which have no such limit"
    return Finding("too-many-values", Severity.ERROR, message, hint, Where(file, *place))
