"""The header of a document, in YAML, TOML or as “Key: value” lines, read as data with the line of every key.

The forms are those of Hugo, Jekyll, Quarto, Pandoc, JOSS, Docusaurus, and of numbered proposals such as EIPs and PEPs.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from doideposit.findings import Finding, Severity, Where

__all__ = ["Header", "split_header"]


@dataclass(frozen=True, slots=True)
class Header:
    """Hold the data of a header with small keys, the lines of its keys, and the number of lines the header takes."""

    data: Mapping[str, Any]
    lines: Mapping[str, int]
    length: int
    findings: tuple[Finding, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)


# YAML stands between lines of hyphens (three dots may close it, too), TOML between lines of plus signs.
_FENCES = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE),
}
# “Key: value”, also as an item of a list, and with the key in bold or italics.
_PAIR = re.compile(
    r"(?P<indent>\s*)(?:[-*]\s+)?(?:\*\*|_)?(?P<key>[A-Za-z][A-Za-z -]{1,24})(?:\*\*|"
    r"_)?:(?:\*\*)?(?:\s+(?P<value>.*))?$"
)
_TELLING = frozenset(
    "title author authors created date published doi abstract keywords bip pep eip erc rfc number start feature".split()
)
_FEWEST_PAIRS = 3


def split_header(text: str, *, file: str) -> Header | None:
    """Return the header of a text, or None when it has none; a header that cannot be read is one finding."""
    for fence, closing in _FENCES.items():
        if re.match(rf"{re.escape(fence)}[ \t]*\n", text):
            end = closing.search(text, len(fence) + 1)
            if end is None:
                return None
            inner = text[: end.start()].partition("\n")[2]
            length = text.count("\n", 0, end.start()) + 1
            return _yaml(inner, length, file) if fence == "---" else _toml(inner, length, file)
    return _percent(text) or _pairs(text)


def _yaml(inner: str, length: int, file: str) -> Header | None:
    from doideposit.records.sources import yaml_text  # noqa: PLC0415  (only headers in YAML need it)

    read = yaml_text.read("\n" + inner, file=file)
    if not read.records:
        faults = tuple(finding for finding in read.findings if finding.code != "no-record")
        return Header({}, {}, length, faults) if faults or not inner.strip() else None
    raw = read.records[0]
    data = {key.lower(): value for key, value in raw.data.items()}
    lines = {key.lower(): (raw.origin.where((key,)).line or 1) for key in raw.data}
    return _header(data, lines, length, inner, tuple(raw.findings) + _swallowed(inner, file))


_SWALLOWED = re.compile(
    r"^(?P<key>[A-Za-z_-]+):[ \t]+(?P<value>[^\"'#\[\]{}|>\s][^\"'\n]*?)[ \t]+#(?P<rest>\S.*)$", re.MULTILINE
)


def _swallowed(inner: str, file: str) -> tuple[Finding, ...]:
    """Tell where “ #” cuts a value: YAML takes the rest of the line for a comment."""
    return tuple(
        Finding(
            "yaml-comment", Severity.WARNING,
            f"“#{match['rest'].strip()}” is a comment for YAML and was cut off from `{match['key']}`",
            "put the whole value into quotes", Where(file, inner.count("\n", 0, match.start()) + 2, None, match["key"]),
        )
        for match in _SWALLOWED.finditer(inner)
    )  # fmt: skip


def _toml(inner: str, length: int, file: str) -> Header:
    try:
        data = {key.lower(): _texts(value) for key, value in tomllib.loads(inner).items()}
    except tomllib.TOMLDecodeError as error:
        finding = Finding("toml-syntax", Severity.ERROR, f"the header cannot be read: {error}", "", Where(file, 1))
        return Header({}, {}, length, (finding,))
    lines = {key: number for key in data for number, row in enumerate(inner.split("\n"), 2) if _begins(row, key)}
    return _header(data, lines, length, inner, ())


def _begins(row: str, key: str) -> bool:
    return bool(re.match(rf"\s*(?:\[+)?\"?{re.escape(key)}\"?\s*(?:=|\]|\.)", row, re.IGNORECASE))


def _texts(value: Any) -> Any:
    """Take numbers, dates and truth values for texts, as the reader of YAML does."""
    if isinstance(value, Mapping):
        return {key: _texts(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_texts(part) for part in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _header(
    data: Mapping[str, Any], lines: Mapping[str, int], length: int, inner: str, findings: tuple[Finding, ...]
) -> Header:
    rows = inner.split("\n")
    sources = {key: rows[line - 2].strip() for key, line in lines.items() if 0 <= line - 2 < len(rows)}
    return Header(data, lines, length, findings, sources)


def _percent(text: str) -> Header | None:
    """Read Pandoc's title block: “% title”, “% authors”, “% date”."""
    rows = text.split("\n")
    if not rows[0].startswith("% "):
        return None
    length = next((index for index, row in enumerate(rows) if not row.startswith(("%", " "))), len(rows))
    values = [part.strip() for part in re.split(r"(?m)^%", "\n".join(rows[:length]))[1:]]
    data: dict[str, Any] = dict(zip(("title", "author", "date"), values, strict=False))
    if "author" in data:
        data["author"] = [name.strip() for name in re.split(r"[;\n]", data["author"]) if name.strip()]
    return _header(data, {key: number for number, key in enumerate(data, 1)}, length, "\n".join(["", *rows]), ())


def _pairs(text: str) -> Header | None:
    """Read “Key: value” lines at the top, also within a code block, a <pre>, or a list, with their continuations."""
    rows = text.split("\n")[:60]
    start = next(
        (index for index, row in enumerate(rows) if row.strip() and not re.fullmatch(r"\s*(?:```\w*|<pre>)\s*", row)), 0
    )
    data: dict[str, Any] = {}
    lines: dict[str, int] = {}
    key, index = "", start
    for index in range(start, len(rows)):
        match = _PAIR.fullmatch(rows[index])
        if match is not None:
            key = match["key"].strip().lower()
            data.setdefault(key, (match["value"] or "").strip())
            lines.setdefault(key, index + 1)
        elif key and rows[index].startswith(("  ", "\t")) and rows[index].strip():
            data[key] = f"{data[key]}\n{rows[index].strip()}"
        else:
            break
    if (
        len(data) < _FEWEST_PAIRS
        or len(_TELLING & {word for each in data for word in each.split()}) < _FEWEST_PAIRS - 1
    ):
        return None
    closing = index < len(rows) and bool(re.fullmatch(r"\s*(?:```|</pre>)\s*", rows[index]))
    return _header(data, lines, index + closing, "\n".join(["", *rows]).partition("\n")[2], ()) if data else None
