"""The title block of a house, as the configuration teaches it: a template for each of its lines.

A template is a line with places in braces, such as “Policy Insight {number} | {date}”. A line that ends in “?” may be
absent, and “...” stands for lines that say nothing. What matches whole is certain; a document that does not begin so is
read as if nothing had been taught, and a finding names the line that differs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Self

from doideposit.records.extraction.dates import PrintedDate
from doideposit.records.extraction.dois import PrintedDoi
from doideposit.records.extraction.draft import Notes
from doideposit.records.extraction.front import Front, Printed
from doideposit.records.extraction.lines import Line
from doideposit.records.extraction.names import NameText
from doideposit.records.models.series import Series

__all__ = ["TaughtBlock"]

# What may be in the places of a template, no wider than print has it.
_PLACES = {
    "number": r"(?P<number>[^\W_][\w./|-]{0,19})",
    "date": r"(?P<date>.{4,40}?)",
    "doi": r"(?P<doi>\S*10\.\d{4,9}/\S+)",
    "title": r"(?P<title>.+?)",
    "subtitle": r"(?P<subtitle>.+?)",
    "authors": r"(?P<authors>.+?)",
    "affiliation": r"(?P<affiliation>.+?)",
    "any": r".*?",
}
# A title or a list of authors may continue over so many lines of its paragraph.
_MOST_LINES = 6
# Ten lines hold the logo, the address and a picture's caption above the block.
_MOST_SKIPPED = 10
_WITHIN = 45  # lines, about a page
_LONGEST = 500  # in characters; a line of a title block is shorter


@dataclass(frozen=True, slots=True)
class TaughtBlock:
    """Hold the series whose title block a document has, and what it prints in its places."""

    series: Series
    front: Front

    @classmethod
    def find(cls, lines: Sequence[Line], known: Mapping[str, Series]) -> Self | None:
        """Return the first series whose title block the document has."""
        for series in known.values():
            if series.title_block:
                match = _start_match(lines, series)
                found = _match_templates(match, 0, 0)
                if found is not None:
                    return cls(series, _make_front(found, lines, series))
        return None

    @staticmethod
    def tell_difference(lines: Sequence[Line], series: Series, notes: Notes) -> None:
        """Note where a document of the series does not begin as its title block is taught."""
        match = _start_match(lines, series)
        if _match_templates(match, 0, 0) is not None:
            return
        at, line = match.furthest
        where = match.lines[line] if line < len(match.lines) else None
        # Eighty characters show which line is meant.
        printed = f"“{where.printed[:80]}”" if where is not None else "the end of the document"
        notes.warn(
            "title-block-differs",
            f"{printed} is not “{match.templates[at].written}” of the title block of {series.title}, so the document "
            "was read without it",
            "compare the values with the document, or correct `title_block` of the series in the configuration",
            line=where.number if where is not None else None,
        )


@dataclass(slots=True)
class _Template:
    """Hold the template of one line: as written, as a pattern, and whether the line may be absent."""

    written: str
    pattern: re.Pattern[str]
    optional: bool
    skips: bool
    grows: bool


@dataclass(slots=True)
class _BlockMatch:
    """Hold how far a match has come, for the finding that names the line where it ended."""

    templates: Sequence[_Template]
    lines: Sequence[Line]
    failed: set[tuple[int, int]] = field(default_factory=set)
    furthest: tuple[int, int] = (0, 0)


# The lines of a match with what each of them gave, and the index of the first line after it.
_Found = list[tuple[Line, dict[str, str]]]


def _start_match(lines: Sequence[Line], series: Series) -> _BlockMatch:
    return _BlockMatch([_make_template(text) for text in series.title_block], lines[:_WITHIN])


def _make_template(written: str) -> _Template:
    text = written.strip()
    optional = text.endswith("?")
    text = text.removesuffix("?").rstrip()
    parts = [
        _literal_pattern(literal) + (_PLACES[name] if name else "") for literal, name, _, _ in Formatter().parse(text)
    ]
    # A line that is one place alone may be printed on several lines.
    grows = text in {"{title}", "{subtitle}", "{authors}"}
    return _Template(written, re.compile("".join(parts), re.IGNORECASE), optional, text == "...", grows)


def _literal_pattern(text: str) -> str:
    """Return a pattern for the text between places: any space for a space, any dash for a dash."""
    pattern = "".join(r"\s+" if part.isspace() else re.escape(part) for part in re.split(r"(\s+)", text) if part)
    return re.sub(r"(?:\\-|–|—)", "[-–—]", pattern)


def _match_templates(match: _BlockMatch, at: int, start: int) -> _Found | None:
    """Match the templates from `at` with the lines from `start`; of all ways the first one counts."""
    if at == len(match.templates):
        return []
    if (at, start) in match.failed:
        return None
    for taken, end in _ways_to_match(match, at, start):
        rest = _match_templates(match, at + 1, end)
        if rest is not None:
            return taken + rest
    match.failed.add((at, start))
    match.furthest = max(match.furthest, (at, start))
    return None


def _ways_to_match(match: _BlockMatch, at: int, start: int) -> Iterator[tuple[_Found, int]]:
    """Return the ways to match one template, each with the index of the line after it."""
    template, lines = match.templates[at], match.lines
    if template.skips:
        yield from (([], end) for end in range(start, min(start + _MOST_SKIPPED, len(lines)) + 1))
        return
    lengths = [1, *range(2, _MOST_LINES + 1)] if template.grows else [1]
    # What comes last takes all of its paragraph, and a list of authors all that are names.
    if at == len(match.templates) - 1 or template.written.startswith("{authors}"):
        lengths.reverse()
    for length in lengths:
        rows = lines[start : start + length]
        if len(rows) < length or any(row.block != rows[0].block for row in rows):
            continue
        found = [_match_line(template, row) for row in rows]
        if all(values is not None for values in found):
            yield [(row, values or {}) for row, values in zip(rows, found, strict=True)], start + length
    if template.optional:
        yield [], start


def _match_line(template: _Template, line: Line) -> dict[str, str] | None:
    """Return the texts in the places of a template; None if the line does not fit."""
    text = line.printed.strip(" *_")
    match = template.pattern.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    found = {name: value.strip() for name, value in match.groupdict().items() if value is not None}
    return found if all(_fits_place(name, value, line) for name, value in found.items()) else None


def _fits_place(name: str, value: str, line: Line) -> bool:
    """Tell whether a text can be what its place says: a date is one, and a byline consists of names."""
    if name == "date":
        date = PrintedDate.find(value)
        return date is not None and date.value is not None and len(value) - len(date.printed) <= 1
    if name == "doi":
        return PrintedDoi.split(value, line)[0] is not None
    if name == "authors":
        parts = NameText(re.sub(r"\([^)]*\)", "", value)).parts
        return bool(parts) and all(part.is_group or part.untitled.is_name for part in parts)
    return name != "number" or bool(re.search(r"\d", value))


def _make_front(found: _Found, lines: Sequence[Line], series: Series) -> Front:
    front = Front(taught=series.title)
    for line, values in found:
        for name, value in values.items():
            _put_in_front(front, name, value, line)
    last = max((line.number for line, _ in found), default=0)
    front.end = next((index for index, line in enumerate(lines) if line.number > last), len(lines))
    return front


def _put_in_front(front: Front, name: str, value: str, line: Line) -> None:
    printed = Printed(_with_italics(line, value), line)
    if name in {"title", "subtitle"}:
        getattr(front, name).append(printed)
    elif name == "authors":
        front.byline.append(Printed(value, line))
    elif name == "affiliation" and front.byline:
        front.roles.setdefault(front.byline[-1].line.number, []).append(Printed(value, line))
    elif name == "number":
        front.number = Printed(value, line)
    elif name == "date" and (date := PrintedDate.find(value)) is not None:
        front.dates.append((date, line))
    elif name == "doi":
        front.doi = PrintedDoi.split(value, line)[0]


def _with_italics(line: Line, value: str) -> str:
    """Return a text with its italics, where it fills the line."""
    return line.rich.strip() if value == line.text.strip() else value
