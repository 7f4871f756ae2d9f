"""Findings for people: the place, the code and the sentence; below them the line with a marker, and the hint.

One renderer serves findings of models, rules, the XSD and Crossref's result logs. It yields lines of styled spans
and knows no terminal: the command line turns styles into colours or leaves them out.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, Self

from doideposit.findings import Finding, Severity, counted

__all__ = [
    "GUTTER",
    "FindingList",
    "Line",
    "Span",
    "Style",
    "Tally",
    "safe",
    "sentence",
    "with_target",
]


class Style(StrEnum):
    """Describe what a span is; a terminal may show it in colour."""

    PLAIN = "plain"
    PLACE = "place"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    MARKER = "marker"
    HINT = "hint"
    DIM = "dim"
    GOOD = "good"
    HEADING = "heading"


class Span(NamedTuple):
    """Describe a stretch of text in one style."""

    text: str
    style: Style = Style.PLAIN


Line = tuple[Span, ...]
# Gives line n (from 1) of a file for display, or None where it cannot or should not be shown.
SourceLine = Callable[[str, int], str | None]

SEVERITY_STYLE = {Severity.ERROR: Style.ERROR, Severity.WARNING: Style.WARNING, Severity.INFO: Style.INFO}
# Columns for the number of the line and the bar before an excerpt.
GUTTER = 7
# A line of a record is shown whole up to this width; longer ones are cut around the fault.
WIDEST_EXCERPT = 110


def safe(text: str) -> str:
    """Show control characters instead of sending them: what comes from outside must not steer a terminal."""
    return "".join(char if char.isprintable() else _visible_character(char) for char in text)


def _visible_character(char: str) -> str:
    if char in "\t\n\r":
        return " "
    # Spaces of typography are harmless, although Python does not call them printable.
    return f"\\u{ord(char):04x}" if char not in "\u00a0\u2003\u2009\u202f" else char


def sentence(text: str) -> str:
    """Return a text with a full stop, and with a capital unless it begins with a file name."""
    text = text.strip()
    first = text.partition(" ")[0].rstrip(",:;.")
    begun = text[:1].upper() + text[1:] if first.replace("-", "").replace("'", "").isalpha() else text
    return begun + ("" if not text or text.endswith((".", "!", "?", ":", "”")) else ".")


class FindingList(tuple[Finding, ...]):
    """Put findings into an order for people, and show them."""

    __slots__ = ()

    def in_order(self) -> Self:
        """Return them as a person works through them: file by file, from the top down."""
        first: dict[str | None, int] = {}
        for finding in self:
            first.setdefault(finding.where.file, len(first))
        places = ((first[finding.where.file], finding.where.line or 0, finding.where.column or 0) for finding in self)
        ordered = sorted(zip(places, self, strict=True), key=lambda pair: pair[0])
        return type(self)(finding for _, finding in ordered)

    def by_weight(self) -> Self:
        """Sort them: errors first, info last; those of one severity from the top down."""
        # Errors first; within one severity the order of the files stays, since sorting is stable.
        return type(self)(sorted(self.in_order(), key=lambda finding: _rank_of((finding,))))

    # Up to so many records have a line each; of more records there is one line for all.
    def wishes(self, most: int = 10) -> Iterator[Line]:
        """Show in one line for each record what would make it richer, or in one line for all of many records.

        What several authors or institutions of a record lack is counted.
        """
        records: dict[tuple[str | None, str | None], Counter[str]] = defaultdict(Counter)
        for finding in self:
            # Of a table every row is a record; in a file of its own every line is about the same one.
            line = str(finding.where.line) if (finding.where.file or "").lower().endswith(".csv") else None
            word = finding.code.removesuffix("-missing").replace("-", " ")
            records[finding.where.file, line][WISHED.get(word, word)] += 1
        if len(records) <= most:
            for (file, line), lacking in records.items():
                place = ":".join(part for part in (file, line) if part is not None)
                words = (f"{word} ({times})" if times > 1 else word for word, times in lacking.items())
                yield (Span(f"{safe(place)}  ", Style.PLACE), Span(f"{RICHER} {', '.join(words)}", Style.DIM))
            return
        everywhere = Counter(word for lacking in records.values() for word in lacking)
        words = (f"{word} ({counted(count, 'record')})" for word, count in everywhere.most_common())
        yield (Span(f"{RICHER} {', '.join(words)}", Style.DIM),)

    def detailed(self, source_line: SourceLine, *, verbose: bool = False, width: int | None = None) -> Iterator[Line]:
        """Show each with its line and its hint; with `verbose` also the original message.

        Excerpts are cut to `width` columns, so that a marker stays under what it marks; None stands for no terminal.
        """
        for finding in self:
            yield _headline_of(finding)
            yield from _source_excerpt(finding, source_line, _line_room(width))
            yield from _advice_lines(finding, verbose=verbose)

    def annotations(self) -> Iterator[str]:
        """Yield commands of GitHub Actions (`::error file=…`), which show the findings beside the changed lines."""
        kinds = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
        for finding in self:
            where = finding.where
            places = {"file": where.file, "line": where.line, "col": where.column, "title": finding.code}
            properties = ",".join(
                f"{key}={_escape_property(str(value))}" for key, value in places.items() if value is not None
            )
            text = f"{finding.message} ({finding.hint})" if finding.hint else finding.message
            yield f"::{kinds[finding.severity]} {properties}::{_escape_message(safe(text))}"


WISHED = {"orcid": "ORCID", "ror": "ROR", "crossmark": "Crossmark", "references without doi": "DOIs of references"}
RICHER = "could be more complete:"


def _headline_of(finding: Finding) -> Line:
    where = finding.where
    place = ":".join(str(part) for part in (where.file, where.line, where.column) if part is not None)
    style = Style.DIM if finding.ignored_because else SEVERITY_STYLE[finding.severity]
    word = "ignored" if finding.ignored_because else finding.severity.value
    label = f"{finding.code} ({word})"
    spans = [
        Span(safe(place) or "-", Style.PLACE),
        Span("  "),
        Span(label, style),
        Span("  "),
        Span(safe(finding.message)),
    ]
    return tuple(spans)


def _line_room(width: int | None) -> int:
    """Return how many characters of a line fit; two columns are for the marks of a cut line."""
    # Less than twenty characters of a line would not show what is meant.
    return WIDEST_EXCERPT if width is None else max(20, min(WIDEST_EXCERPT, width - GUTTER - 3))


def _source_excerpt(finding: Finding, source_line: SourceLine, room: int) -> Iterator[Line]:
    where = finding.where
    if where.file is None or where.line is None:
        if where.field or where.element:
            yield (Span(" " * GUTTER + "in ", Style.DIM), Span(safe(where.field or where.element or "")))
        return
    text = source_line(where.file, where.line)
    if text is None:
        return
    # The line may be the whole of a large file: only what is shown of it is made safe.
    cut, column = _cut_around(text, where.column, room)
    shown = safe(cut)
    yield (Span(f"{where.line:>{GUTTER - 2}} | ", Style.DIM), Span(shown))
    if column is not None:
        length = max(1, min(finding.length or 1, len(shown) - column + 1))
        yield (Span(" " * (GUTTER - 2) + " | ", Style.DIM), Span(" " * (column - 1)), Span("^" * length, Style.MARKER))


def _cut_around(text: str, column: int | None, room: int) -> tuple[str, int | None]:
    """Cut a long line around the marked column, so that the marker stays on the screen."""
    text = text.rstrip()
    if len(text) <= room:
        return text, column
    start = max(0, (column or 1) - room // 2)
    piece = text[start : start + room]
    head, tail = "…" if start else "", "…" if start + room < len(text) else ""
    return head + piece + tail, None if column is None else column - start + len(head)


def _advice_lines(finding: Finding, *, verbose: bool) -> Iterator[Line]:
    indent = " " * GUTTER
    if finding.hint:
        yield (Span(indent + "hint: ", Style.HINT), Span(safe(finding.hint)))
    if finding.ignored_because:
        yield (Span(indent + "ignored because: ", Style.DIM), Span(safe(finding.ignored_because)))
    if verbose and finding.original:
        yield (Span(indent + "original: ", Style.DIM), Span(safe(finding.original), Style.DIM))


class Tally:
    """Count findings by kind, in bounded memory: examples are kept, and beyond `keep` only numbers.

    `seen` counts every finding that was added; `kept` holds the first of them.
    """

    # Memory stays bounded when a folder holds very many broken files.
    def __init__(self, keep: int = 5_000) -> None:
        self.kept: list[Finding] = []
        self.by_code: Counter[str] = Counter()
        self.by_weight: Counter[str] = Counter()
        self._keep = keep

    def add(self, findings: Iterable[Finding]) -> None:
        """Count these too."""
        for finding in findings:
            self.by_code[finding.code] += 1
            self.by_weight["ignored" if finding.ignored_because else finding.severity.value] += 1
            # Of each kind a few are kept even late in a long run, so that none is a mere number.
            if len(self.kept) < self._keep or self.by_code[finding.code] <= EXAMPLES:
                self.kept.append(finding)

    @property
    def seen(self) -> int:
        """Return how many findings were added."""
        return self.by_code.total()

    def grouped(self, source_line: SourceLine, *, width: int | None = None) -> Iterator[Line]:
        """Yield findings by kind, the most serious and most frequent first, with a few places of each.

        For runs over many records, where the same mistake made five hundred times is one problem, not five hundred.
        """
        kinds: dict[str, list[Finding]] = defaultdict(list)
        for finding in self.kept:
            kinds[finding.code].append(finding)
        # By severity, then by how often, then by code, so that two runs print the same.
        for kind in sorted(
            kinds.values(), key=lambda kind: (_rank_of(kind), -self.by_code[kind[0].code], kind[0].code)
        ):
            first, count = kind[0], self.by_code[kind[0].code]
            times = f"{count:,} times" if count > 1 else "once"
            yield (Span(first.code, SEVERITY_STYLE[first.severity]), Span(f"  {first.severity}, {times}", Style.DIM))
            if first.hint:
                yield (Span("  hint: ", Style.HINT), Span(safe(first.hint)))
            for finding in kind[:EXAMPLES]:
                for line in (_headline_of(finding), *_source_excerpt(finding, source_line, _line_room(width))):
                    yield (Span("  "), *line)
            if count > EXAMPLES:
                yield (Span(f"  … and {count - EXAMPLES:,} more", Style.DIM),)
            yield ()

    def summary(self, records: int, *, noun: str = "record") -> Line:
        """Return one line that counts: records, errors, warnings, info, and what was ignored."""
        counts = self.by_weight
        words = [
            counted(counts["error"], "error"),
            counted(counts["warning"], "warning"),
            f"{counts['info']:,} info",
        ]
        if counts["ignored"]:
            words.append(f"{counts['ignored']} ignored")
        style = Style.ERROR if counts["error"] else Style.GOOD
        return (Span(f"{counted(records, noun)} checked: ", style), Span(", ".join(words)))


# So many places are shown of each kind of finding; the others are counted.
EXAMPLES = 3


def _rank_of(kind: Sequence[Finding]) -> int:
    # There are three severities: what is ignored comes after everything that is not.
    return min(list(Severity).index(finding.severity) + (3 if finding.ignored_because else 0) for finding in kind)


def _escape_message(text: str) -> str:
    # The percent sign comes first, or it would spoil the escapes of the others.
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_message(text).replace(":", "%3A").replace(",", "%2C")


def with_target(text: str, target: str | None) -> str:
    """Return advice whose commands go to that target, whichever the configuration has: it can be copied as it is."""
    return _COMMANDS.sub(rf"\g<0> --target {target}", text) if target else text


# Every command that acts on a target, unless one is named there already.
_COMMANDS = re.compile(
    r"(?<=`)doideposit (?:abandon|acknowledge|adopt|apply|approve|audit|check|correct|deposit|desk|doctor"
    r"|drift (?:accept|restore)|drift|history|hooks|move|pages|plan|poll|references|remove|report|retract|run|serve"
    r"|status|tags|verify|warnings (?:answer|dismiss|show)|warnings|withdraw|write-back)\b(?![^`]* --target)"
)
