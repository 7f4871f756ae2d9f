"""The header of a document, in YAML, TOML or as “Key: value” lines, read as data with the line of every key.

The forms are those of Hugo, Jekyll, Quarto, Pandoc, JOSS, Docusaurus, and of numbered proposals such as EIPs and PEPs.
Authors that a header names by a key are read from the list of the site, as Docusaurus and Jekyll keep it.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from doideposit.findings import Finding, Loc, Severity, Where
from doideposit.records.origin import Place, RawRecord
from doideposit.records.sources.files import Loaded
from doideposit.records.sources.interface import MAX_FILE_SIZE, Header

__all__ = ["HeaderPart"]


# YAML is between lines of hyphens (three dots may close it, too), TOML between lines of plus signs.
_FENCES = {
    "---": ("yaml", re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)),
    "+++": ("toml", re.compile(r"^\+\+\+[ \t]*\r?$", re.MULTILINE)),
}
# “Key: value”, also as an item of a list, and with the key in bold or italics.
_PAIR = re.compile(
    r"(?P<indent>\s*)(?:[-*]\s+)?(?:\*\*|_)?(?P<key>[A-Za-z][A-Za-z -]{1,24})(?:\*\*|"
    r"_)?:(?:\*\*)?(?:\s+(?P<value>.*))?$"
)
# One of these keys tells metadata from a text that begins with a rule.
_TELLING = frozenset(
    "title author authors created date published doi abstract keywords bip pep eip erc rfc number start feature".split()
)
# Two lines with a colon may be a text; three that all have one are a header.
_FEWEST_PAIRS = 3
# Characters of a header: the longest have an abstract, two hundred authors and their affiliations.
MAX_HEADER: Final = 300_000
# The headers of real proposals have twenty rows at most.
_MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class HeaderPart:
    """Say where the keys of a header are in a text, and in which form: yaml, toml, json, pairs or title block.

    `start` and `end` are places of characters; fences are outside. `length` is the number of lines to pass over.
    """

    kind: str
    start: int
    end: int
    length: int

    @staticmethod
    def find(text: str) -> "HeaderPart | None":
        """Find the header of a text, or None; its values are not read yet."""
        for fence, (kind, closing) in _FENCES.items():
            opening = re.match(rf"{re.escape(fence)}[ \t]*\r?\n", text)
            if opening is None:
                continue
            end = closing.search(text, opening.end())
            if end is None:
                return None
            return HeaderPart(kind, opening.end(), end.start(), text.count("\n", 0, end.start()) + 1)
        if text.startswith("{"):
            return _find_json(text)
        # Pandoc's title block: title, authors and date after percent signs.
        if text.startswith("% "):
            rows = text.split("\n")
            length = next((index for index, row in enumerate(rows) if not row.startswith(("%", " "))), len(rows))
            return HeaderPart("title block", 0, len("\n".join(rows[:length])), length)
        pairs = _read_pairs(text)
        if pairs is None:
            return None
        rows = text.split("\n")
        last = max(pairs.lines.values(), default=1)
        # Indented lines continue with the value of the key above (RFC 822, folding).
        while last < pairs.length and rows[last].startswith(("  ", "\t")) and _PAIR.fullmatch(rows[last]) is None:
            last += 1
        return HeaderPart("pairs", 0, len("\n".join(rows[:last])), pairs.length)

    @staticmethod
    def read(text: str, *, file: str, near: Path | None = None) -> Header | None:
        """Return the header of a text, or None when it has none; a header that cannot be read is one finding.

        `near` is where the text is on the disk: keys of authors are looked up in the nearest list of the site, which
        raises `DiskError` when the disk fails.
        """
        part = HeaderPart.find(text)
        header = None if part is None else _read_part(part, text, file)
        return header if header is None or near is None else _with_site_authors(header, near)


def _read_part(part: HeaderPart, text: str, file: str) -> Header | None:
    inner = text[part.start : part.end]
    if len(inner) > MAX_HEADER:
        message = f"the header has {len(inner):,} characters; at most {MAX_HEADER:,} are read"
        hint = "check whether the line that closes the header is missing"
        return Header(
            {}, {}, part.length, (Finding("header-too-large", Severity.ERROR, message, hint, Where(file, 1)),)
        )
    match part.kind:
        case "yaml":
            return _read_yaml(inner, part.length, file)
        case "json":
            # The first line of a fenced header is the fence; here the object itself begins there.
            return _read_json(inner, part.length, file)
        case "toml":
            return _read_toml(inner, part.length, file)
        case "title block":
            return _read_percent_block(text)
    return _read_pairs(text)


def _find_json(text: str) -> HeaderPart | None:
    """Find a header in braces, which Hugo reads too: an object of JSON at the very beginning, and text after it."""
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    # Some text begins with a brace, and is not JSON.
    except (ValueError, RecursionError):
        return None
    behind = text[end:]
    return HeaderPart("json", 0, end, text.count("\n", 0, end) + 1) if behind.startswith(("\n", "\r\n")) else None


def _read_yaml(inner: str, length: int, file: str) -> Header | None:
    from doideposit.records.sources import yaml_text  # noqa: PLC0415  (only headers in YAML need it)

    read = yaml_text.read("\n" + inner, file=file)
    if not read.records:
        faults = tuple(finding for finding in read.findings if finding.code != "no-record")
        return Header({}, {}, length, faults) if faults or not inner.strip() else None
    return _header_of_record(read.records[0], length, inner, file)


def _read_json(inner: str, length: int, file: str) -> Header | None:
    from doideposit.records.sources import json_text  # noqa: PLC0415

    read = json_text.read(inner, file=file)
    if not read.records:
        return Header({}, {}, length, read.findings)
    return _header_of_record(read.records[0], length, "\n" + inner, file)


def _header_of_record(raw: RawRecord, length: int, inner: str, file: str) -> Header:
    data = {key.lower(): value for key, value in raw.data.items()}
    lines = {key.lower(): (raw.origin.where((key,)).line or 1) for key in raw.data}
    found = (*raw.findings, *(_cut_values(inner, file) if not raw.findings else ()))
    return _make_header(data, lines, length, inner, found, _lowercase_places(raw.origin.places))


def _lowercase_places(places: Mapping[Loc, Place], below: int = 0) -> dict[Loc, Place]:
    """Return places by keys in small letters, `below` lines further down."""
    return {
        (str(loc[0]).lower(), *loc[1:]) if loc else loc: replace(
            place, line=place.line + below, key_line=place.key_line + below if place.key_line else None
        )
        for loc, place in places.items()
    }


# A hash after a space begins a comment in YAML, and takes the rest of a title with it.
_SWALLOWED = re.compile(
    r"^(?P<key>[A-Za-z_-]+):[ \t]+(?P<value>[^\"'#\[\]{}|>\s][^\"'\n]*?)[ \t]+#(?P<rest>\S.*)$", re.MULTILINE
)


def _cut_values(inner: str, file: str) -> tuple[Finding, ...]:
    """Tell where “ #” cuts a value: YAML takes the rest of the line for a comment."""
    return tuple(
        Finding(
            "yaml-comment", Severity.WARNING,
            f"“#{match['rest'].strip()}” is a comment in YAML, and was cut off from `{match['key']}`",
            "put the whole value in quotes", Where(file, inner.count("\n", 0, match.start()) + 2, None, match["key"]),
        )
        for match in _SWALLOWED.finditer(inner)
    )  # fmt: skip


def _read_toml(inner: str, length: int, file: str) -> Header:
    from doideposit.records.sources.toml_places import toml_places  # noqa: PLC0415

    try:
        data = {key.lower(): _as_texts(value) for key, value in tomllib.loads(inner.replace("\r\n", "\n")).items()}
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # `tomllib` tells the line only in its message.
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) + 1 if found else 1
        hint = "correct the line; in TOML, texts are in quotation marks"
        message = f"the header cannot be read: {_without_place(error)}"
        return Header({}, {}, length, (Finding("toml-syntax", Severity.ERROR, message, hint, Where(file, line)),))
    places = _lowercase_places(toml_places(inner.replace("\r\n", "\n")), 1)
    # Reversed, so that the first of two equal keys gives the line.
    lines = {str(loc[0]): place.key_line or place.line for loc, place in reversed(places.items()) if len(loc) == 1}
    return _make_header(data, lines, length, inner, (), places)


def _without_place(error: Exception) -> str:
    return re.sub(r"\s*\(at .*\)$", "", str(error))


def _as_texts(value: Any) -> Any:
    """Convert numbers, dates and truth values to texts, as the reader of YAML does."""
    if isinstance(value, Mapping):
        return {key: _as_texts(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_as_texts(part) for part in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _make_header(
    data: Mapping[str, Any],
    lines: Mapping[str, int],
    length: int,
    inner: str,
    findings: tuple[Finding, ...],
    places: Mapping[Loc, Place],
) -> Header:
    rows = inner.split("\n")
    sources = {key: rows[line - 2].strip() for key, line in lines.items() if 0 <= line - 2 < len(rows)}
    kept = tuple(
        finding for finding in findings if finding.code != "yaml-comment" or _may_be_cut(finding.where.field or "")
    )
    return Header(data, lines, length, kept, sources, places)


# Templates of journals and sites explain most of their keys after a hash sign: only texts can have lost their end.
_TEXTS = frozenset("title subtitle abstract summary series author authors name given family literal".split())


def _may_be_cut(field: str) -> bool:
    return re.sub(r"\[\d+\]$", "", field).rpartition(".")[2].lower() in _TEXTS


def _read_percent_block(text: str) -> Header | None:
    """Read Pandoc's title block: “% title”, “% authors”, “% date”."""
    rows = text.split("\n")
    if not rows[0].startswith("% "):
        return None
    length = next((index for index, row in enumerate(rows) if not row.startswith(("%", " "))), len(rows))
    values = [part.strip() for part in re.split(r"(?m)^%", "\n".join(rows[:length]))[1:]]
    data: dict[str, Any] = dict(zip(("title", "author", "date"), values, strict=False))
    if "author" in data:
        data["author"] = [name.strip() for name in re.split(r"[;\n]", data["author"]) if name.strip()]
    lines = {key: number for number, key in enumerate(data, 1)}
    # The value begins after the dashes of an entry.
    places: dict[Loc, Place] = {(key,): Place(line, 3) for key, line in lines.items()}
    return _make_header(data, lines, length, "\n".join(["", *rows]), (), places)


class Pair(NamedTuple):
    """Hold one “Key: value” of a header: its line from 1, how many rows it takes, and where key and value are."""

    value: str
    line: int
    rows: int
    key_start: int
    key_end: int
    value_start: int

    @classmethod
    def all_of(cls, text: str) -> "dict[str, Pair]":
        """Return the “Key: value” lines at the top by their keys in small letters, with the lines that continue them.

        They may be within a code block, a <pre>, or a list. Of keys that are given twice the first one counts.
        """
        rows = text.split("\n")[:_MOST_ROWS]
        start = next(
            (
                index
                for index, row in enumerate(rows)
                if row.strip() and not re.fullmatch(r"\s*(?:```\w*|<pre>)\s*", row)
            ),
            0,
        )
        found: dict[str, Pair] = {}
        key = ""
        for index in range(start, len(rows)):
            row = rows[index].rstrip("\r")
            match = _PAIR.fullmatch(row)
            if match is not None:
                key = match["key"].strip().lower()
                value_start = match.start("value") if match["value"] else len(row)
                span = match.span("key")
                found.setdefault(key, cls((match["value"] or "").strip(), index + 1, 1, *span, value_start))
            elif key and row.startswith(("  ", "\t")) and row.strip():
                pair = found[key]
                if pair.line + pair.rows == index + 1:
                    found[key] = pair._replace(value=f"{pair.value}\n{row.strip()}", rows=pair.rows + 1)
            else:
                break
        return found


def _read_pairs(text: str) -> Header | None:
    pairs = Pair.all_of(text)
    telling = _TELLING & {word for key in pairs for word in key.split()}
    if len(pairs) < _FEWEST_PAIRS or len(telling) < _FEWEST_PAIRS - 1:
        return None
    rows = text.split("\n")[:_MOST_ROWS]
    end = max(pair.line - 1 + pair.rows for pair in pairs.values())
    closing = end < len(rows) and bool(re.fullmatch(r"\s*(?:```|</pre>)\s*", rows[end]))
    places: dict[Loc, Place] = {(): Place(1, 1)}
    for key, pair in pairs.items():
        places[(key,)] = Place(pair.line, pair.value_start + 1, pair.line, pair.key_start + 1)
    lines = {key: pair.line for key, pair in pairs.items()}
    data = {key: pair.value for key, pair in pairs.items()}
    return _make_header(data, lines, end + closing, "\n".join(["", *rows]).partition("\n")[2], (), places)


# Docusaurus keeps it beside the posts, Jekyll and Hugo in a data folder.
_LISTS: Final = tuple(f"{folder}authors.{ending}" for folder in ("", "_data/", "data/") for ending in ("yml", "yaml"))
# So many folders upwards are looked into: the list is at the top of a site, or beside the pages.
_FOLDERS: Final = 8
# A key in lists of authors: small letters, digits and the three joining signs.
_KEY: Final = re.compile(r"@?([a-z0-9]+(?:[._-][a-z0-9]+)*)")


def _with_site_authors(header: Header, path: Path) -> Header:
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
        listed = {str(key): entry for record in records for key, entry in record.data.items()}
        return {key: entry for key, entry in listed.items() if isinstance(entry, Mapping) and entry.get("name")}
    return {}


def _list_paths(path: Path) -> Iterator[Path]:
    folder = path.absolute().parent
    for around in (folder, *folder.parents[: _FOLDERS - 1]):
        yield from (around / name for name in _LISTS)
        # Nothing above the repository belongs to the site.
        if (around / ".git").exists():
            return
