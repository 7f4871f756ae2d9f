"""The front matter of a commentary: series word and number, title, byline, date and DOI."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from doideposit.records.extraction.dates import PrintedDate, find_date
from doideposit.records.extraction.dois import ANY_LABEL, EDGE, LABEL, PrintedDoi, split_doi
from doideposit.records.extraction.imprint import is_imprint
from doideposit.records.extraction.lines import Line
from doideposit.records.extraction.names import is_name, split_byline, without_titles

__all__ = ["Front", "Printed", "read_front"]


@dataclass(frozen=True, slots=True)
class Printed:
    """A text and the line it is printed on."""

    text: str
    line: Line


@dataclass(slots=True)
class Front:
    """What the front matter prints; whatever is not there is None or empty.

    `unread` are lines between the title and the last line of the front matter that are nothing known. `end` is the
    index of the first line after the front matter. `byline_assumed` is set when names stand there without “By”.
    """

    word: Printed | None = None
    number: Printed | None = None
    title: list[Printed] = field(default_factory=list)
    byline: list[Printed] = field(default_factory=list)
    dates: list[tuple[PrintedDate, Line]] = field(default_factory=list)
    doi: PrintedDoi | None = None
    unread: list[Printed] = field(default_factory=list)
    byline_assumed: bool = False
    end: int = 0


# The words by which series of think tanks call their numbers; a configured series adds its own.
_WORDS = (
    "comment", "commentary", "policy brief", "policy paper", "policy note", "working paper", "discussion paper",
    "research paper", "issue brief", "briefing", "brief", "focus", "paper", "report", "insight", "analysis", "note",
    "perspective", "viewpoint", "opinion",
)  # fmt: skip
_BY = re.compile(r"(?:(?:written\s+)?by|authors?)\b\s*:?\s*(?P<names>.*)", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"\b(?:(?:first\s+)?published(?:\s+(?:on|online))?|date(?:\s+of\s+publication)?|posted(?:\s+on)?|"
    r"(?:last\s+)?(?:updated|revised)(?:\s+on)?|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b\s*:?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"[(<\[]{0,3}(?:https?://|www\.)[^\s<>]*[^\s<>)\]][)>\]]*|\(?\bORCID(?:\s+iD)?\b:?\s*[\dXx-]*\)?", re.IGNORECASE
)
_BODY_LENGTH = 300
_MOST_LINES = 14
_FIRST_LINES = 40


def read_front(lines: Sequence[Line], labels: Iterable[str] = ()) -> Front:
    """Read the front matter; `labels` are further words by which a series is called."""
    front = Front()
    lengths: dict[int, int] = {}
    for line in lines:
        lengths[line.block] = lengths.get(line.block, 0) + len(line.text)
    start = _read_heading(lines, _heading_pattern(labels), front)
    _read_rest(lines, start, lengths, front)
    return front


def _heading_pattern(labels: Iterable[str]) -> re.Pattern[str]:
    words = sorted({*_WORDS, *(label.lower() for label in labels)}, key=len, reverse=True)
    return re.compile(
        rf"(?P<word>(?:[^\W\d_][\w.&’'-]*\s+){{0,4}}?(?:{'|'.join(re.escape(word) for word in words)}))[\s:–—-]*"
        rf"(?:\b(?:no|nr|number|issue)\b\.?\s*|[#№]\s*|n[°º]\s*)?(?P<number>\d{{1,5}}[a-z]?)(?![\w%])\s*(?P<rest>.*)",
        re.IGNORECASE,
    )


def _read_heading(lines: Sequence[Line], pattern: re.Pattern[str], front: Front) -> int:
    """Find the line with series word and number; returns the index where the title is to be looked for."""
    for index, line in enumerate(lines[:_FIRST_LINES]):
        match = pattern.fullmatch(line.printed)
        if match is None or _is_sentence(line, match):
            continue
        front.word, front.number = Printed(match["word"], line), Printed(match["number"], line)
        rest = match["rest"].strip(EDGE)
        if rest and not _take_known(rest, line, front):
            front.title.append(Printed(_rich_rest(line, rest), line))
        if not rest and index and _title_stands_before(lines, index):
            front.title.append(Printed(lines[index - 1].rich, lines[index - 1]))
        return index + 1
    return 0


def _is_sentence(line: Line, match: re.Match[str]) -> bool:
    """Whether “report 12 …” is running text: no heading, and a lower-case word in it or right behind it."""
    return not line.level and (not match["word"][:1].isupper() or match["rest"][:1].islower())


def _rich_rest(line: Line, rest: str) -> str:
    """The rest of a heading line with its italics, where they can be found again."""
    start = line.rich.find(rest[:10])
    return line.rich[start:].strip(EDGE) if start >= 0 and line.rich != line.text else rest


def _title_stands_before(lines: Sequence[Line], index: int) -> bool:
    """Whether the title stands above the number: right behind the number come byline, date or DOI."""
    following = lines[index + 1 : index + 2]
    known = any(_take_known(line.printed, line, Front()) for line in following)
    return known and not is_imprint(lines[index - 1])


def _read_rest(lines: Sequence[Line], start: int, lengths: dict[int, int], front: Front) -> None:
    front.end = start
    pending: list[Printed] = []
    open_end = ""
    for index in range(start, min(len(lines), start + _MOST_LINES)):
        line = lines[index]
        known = bool(open_end and _continue(open_end, line, front)) or _take_known(line.printed, line, front)
        open_end = _open_end(line, front) if known else ""
        if known:
            front.unread += pending
            pending = []
            front.end = index + 1
        elif _is_title(line, lines, index, front):
            front.title.append(Printed(line.rich if line.text == line.printed else line.printed, line))
            front.end = index + 1
        elif lengths[line.block] > _BODY_LENGTH:
            break
        else:
            pending.append(Printed(line.printed, line))
    if not front.byline:
        _byline_without_by(front)


def _is_title(line: Line, lines: Sequence[Line], index: int, front: Front) -> bool:
    """Whether a line is the title, or goes on with it: the first unknown line, and the rest of its block."""
    if front.byline or front.dates or (front.doi and not front.title):
        return not front.title and not front.byline and line.level > 0
    if not front.title and is_imprint(line):
        return False
    if not front.title:
        return line.level > 0 or front.number is not None or _front_follows(lines, index)
    return front.title[-1].line.block == line.block


def _front_follows(lines: Sequence[Line], index: int) -> bool:
    """Whether a byline, date or DOI comes soon after a line that may be the title of a document without heading."""
    return any(_take_known(line.printed, line, Front()) for line in lines[index + 1 : index + 5])


def _open_end(line: Line, front: Front) -> str:
    """What the next line has to bring: the DOI after “DOI:”, or names after “By”, “and” or a comma."""
    if front.doi is None and LABEL.search(line.text):
        return "doi"
    if (
        front.doi is not None
        and front.doi.line is line
        and front.doi.text[-1] in "/-."
        and line.text.endswith(front.doi.text)
    ):
        return "suffix"
    if (
        front.byline
        and front.byline[-1].line is line
        and re.search(r"(?:\band|&|,|^by:?)\s*$", line.text, re.IGNORECASE)
    ):
        return "names"
    return ""


def _continue(open_end: str, line: Line, front: Front) -> bool:
    if open_end == "suffix" and front.doi is not None and re.fullmatch(r"\S+", line.text):
        whole = front.doi
        front.doi = PrintedDoi(whole.text + line.text, whole.line, whole.shown_as_link, whole.target, joined=True)
        return True
    if open_end == "names" and all(is_name(part) for part in split_byline(line.text)):
        front.byline.append(Printed(line.text, line))
        return True
    return False


def _take_known(text: str, line: Line, front: Front) -> bool:
    """Take DOI, dates and byline from a line; False, and nothing taken, when something else stands there."""
    doi, rest = split_doi(text, line)
    label = (ANY_LABEL if doi else LABEL).search(rest)
    rest = f"{rest[: label.start()]} {rest[label.end() :]}" if label else rest
    dates, rest = _split_dates(rest)
    rest = _trimmed(_ADDRESS.sub("", _PUBLISHED.sub("", rest)))
    names = _BY.fullmatch(rest)
    if names is None and not (doi or dates or label):
        return front.byline != [] and _joins_byline(rest, line, front)
    if not _names_or_place(names["names"] if names else rest, is_byline=names is not None):
        return False
    front.doi = front.doi or doi
    front.dates += [(date, line) for date in dates]
    _take_names(front, line, names["names"] if names else rest, is_byline=names is not None)
    return True


def _trimmed(text: str) -> str:
    """A text without punctuation at its ends, and without a bracket that was left alone or holds everything."""
    text = re.sub(r"\(\s*\)", "", text).strip(EDGE.replace("(", "").replace(")", ""))
    if text.count("(") != text.count(")"):
        return text.strip(EDGE)
    return "" if re.fullmatch(r"\([^()]{0,40}\)", text) else text


def _split_dates(text: str) -> tuple[list[PrintedDate], str]:
    """Take every date out of a text; returns them and the rest."""
    dates: list[PrintedDate] = []
    while (date := find_date(text)) is not None:
        dates.append(date)
        text = f"{text[: date.start]} {text[date.end :]}"
    return dates, text


def _joins_byline(rest: str, line: Line, front: Front) -> bool:
    """A line that begins with “and” goes on with the byline just before it."""
    match = re.fullmatch(r"(?:and|&)\s+(.+)", rest, re.IGNORECASE)
    if match is None or front.byline[-1].line.number < line.number - 2 or not is_name(without_titles(match[1])[0]):
        return False
    front.byline.append(Printed(match[1], line))
    return True


def _names_or_place(rest: str, *, is_byline: bool) -> bool:
    """Whether what is left of a line may stand in the front matter: nothing, a place, or names."""
    if not rest or is_byline:
        return len(rest) < _BODY_LENGTH
    return all(is_name(part) for part in split_byline(rest)) and len(rest) < _BODY_LENGTH // 2


def _take_names(front: Front, line: Line, names: str, *, is_byline: bool) -> None:
    """Take the first names that come; a place before the date is a single word, or stands below a byline."""
    if front.byline:
        return
    if is_byline:
        front.byline.append(Printed(_trimmed(names), line))
    elif len(names.split()) > 1:
        front.byline.append(Printed(names, line))
        front.byline_assumed = True


def _byline_without_by(front: Front) -> None:
    """Take lines of names alone for the byline when the document has no “By”."""
    for printed in list(front.unread):
        parts = split_byline(printed.text)
        names = [without_titles(part)[0] for part in parts]
        if names and all(is_name(name) and " " in name for name in names):
            front.byline.append(printed)
            front.byline_assumed = True
            front.unread.remove(printed)
            return
