"""Writes a draft as a YAML record to review: every field with its line, every gap and every doubt as a comment."""

import json
import re
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from doideposit.findings import Finding, Loc, field_path
from doideposit.records.extraction.draft import Confidence, Draft, Gap, Leaf, Node

__all__ = ["render"]

# Lines of this length can be read side by side with the document.
_WIDTH = 112
# A plain scalar of YAML: nothing in it can be mistaken for structure or comment, whatever the reader makes of its type.
_PLAIN = re.compile(r"[^\W_](?:[\w .,/()&;'\"’“”–+%=?~-]|:(?=\S))*")
# What YAML would take for a number; a date is text in YAML 1.2, and in our own reader anyway.
_NUMBER = re.compile(r"(?!\d{4}-\d\d(?:-\d\d)?$)[\d.,:_xXoOeE+-]*")
_WORDS = frozenset("y n yes no on off true false null".split())  # YAML takes them for something else
# YAML writes these characters as escapes (YAML 1.2, section 5.1).
_ESCAPED = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
# In a comment of YAML no escape is possible, and a line break would end the comment.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]+")


def render(draft: Draft, *, schema: str | None) -> str:
    """Write the draft as YAML; `schema` is the address of the JSON Schema of records, for YAML editors."""
    told: set[int] = set()
    body = list(_mapping_lines(draft.fields, (), 0, _Findings(draft, told)))
    rest = [finding for index, finding in enumerate(draft.findings) if index not in told]
    return "\n".join([*_header_lines(draft, schema, rest), *body, ""])


class _Findings:
    """Hold the findings of a draft by field; remember which were told beside one."""

    def __init__(self, draft: Draft, told: set[int]) -> None:
        self._draft = draft
        self._told = told
        # By field: to look through all of them for each field takes minutes where thousands of references have one.
        self._by_field: defaultdict[str | None, list[tuple[int, Finding]]] = defaultdict(list)
        for index, finding in enumerate(draft.findings):
            self._by_field[finding.where.field].append((index, finding))

    def origin(self, leaf: Leaf) -> str:
        """Return where a value comes from, with its confidence where it is not certain: “line 3, likely”."""
        place = self._draft.place(leaf.line)
        return place if leaf.confidence is Confidence.CERTAIN else f"{place}, {leaf.confidence.value}"

    def unshown(self, loc: Loc) -> Iterator[Finding]:
        """Return the findings about a field that were not written yet."""
        for index, finding in self._by_field.pop(field_path(loc), ()):
            self._told.add(index)
            yield finding


def _header_lines(draft: Draft, schema: str | None, rest: Sequence[Finding]) -> Iterator[str]:
    if schema is not None:
        yield f"# yaml-language-server: $schema={_one_line(schema)}"
    yield from _comment_lines(f"Draft of a record, made from {draft.file}. Nothing has been registered.", 0)
    yield from _comment_lines(
        "Compare every field with the document (the comment beside it says where it comes from), fill in the fields "
        "that are commented out where you can, and correct what the notes name. Then run doideposit check on this "
        "file.",
        0,
    )
    for finding in rest:
        yield from _note_lines(finding, 0)
    yield ""


def _mapping_lines(fields: Mapping[str, Node], loc: Loc, depth: int, findings: _Findings) -> Iterator[str]:
    for key, node in fields.items():
        place = (*loc, key)
        for finding in findings.unshown(place):
            yield from _note_lines(finding, depth)
        yield from _field_lines(key, node, place, depth, findings)


def _field_lines(key: str, node: Node, loc: Loc, depth: int, findings: _Findings) -> Iterator[str]:
    indent = "  " * depth
    match node:
        case Leaf():
            plain = key == "number" and re.fullmatch(r"[1-9][0-9]*", node.text)
            yield f"{indent}{key}: {node.text if plain else _yaml_scalar(node.text)}  # {findings.origin(node)}"
        case Gap():
            yield f"{indent}# {key}: {_one_line(node.example)}  # {_one_line(node.hint)}"
        case tuple():
            yield f"{indent}{key}:"
            for index, part in enumerate(node):
                yield from _item_lines(part, (*loc, index), depth + 1, findings)
        case Mapping():
            yield f"{indent}{key}:"
            yield from _mapping_lines(node, loc, depth + 1, findings)


def _item_lines(node: Node, loc: Loc, depth: int, findings: _Findings) -> Iterator[str]:
    """Write one entry of a list; notes about it and about its first field come above its dash."""
    indent = "  " * depth
    for finding in findings.unshown(loc):
        yield from _note_lines(finding, depth)
    if isinstance(node, Leaf):
        yield f"{indent}- {_yaml_scalar(node.text)}  # {findings.origin(node)}"
        return
    if not isinstance(node, Mapping):
        raise RuntimeError("a list of a draft holds values and mappings only")  # noqa: TRY004  (a fault of the programmer)
    dashed = False
    for line in _mapping_lines(node, loc, depth + 1, findings):
        content = line.lstrip()
        if dashed:
            yield line
        else:
            dashed = not content.startswith("#")
            yield f"{indent}- {content}" if dashed else f"{indent}{content}"


def _note_lines(finding: Finding, depth: int) -> Iterator[str]:
    line = f"line {finding.where.line}: " if finding.where.line else ""
    hint = f" — {finding.hint}" if finding.hint else ""
    yield from _comment_lines(f"{finding.severity.value.upper()} {finding.code}: {line}{finding.message}{hint}", depth)


def _comment_lines(text: str, depth: int) -> Iterator[str]:
    indent = "  " * depth
    for row in textwrap.wrap(_one_line(text), _WIDTH - len(indent), break_long_words=False, break_on_hyphens=False):
        yield f"{indent}# {row}"


def _one_line(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text)


def _yaml_scalar(text: str) -> str:
    """Return a text as a YAML scalar that gives exactly this text back."""
    special = text.endswith((" ", ":")) or text.lower() in _WORDS or _NUMBER.fullmatch(text)
    if _PLAIN.fullmatch(text) and not special:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
