"""The title block of a commentary: series word and number, title, subtitle, byline, date and DOI.

Every line of the block is read by itself first (`Piece.read`), as the known things it prints and the rest. Which of the
rests is the title, the subtitle, or the names of the authors is told afterwards, from level, order and neighbours.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from doideposit.records.extraction.dates import PrintedDate
from doideposit.records.extraction.dois import PrintedDoi
from doideposit.records.extraction.lines import Line
from doideposit.records.extraction.names import NameText
from doideposit.records.extraction.pieces import Labels, LineKind, Piece
from doideposit.records.extraction.vocabulary import OPEN_TITLE, TITLE_START

__all__ = ["Front", "Printed"]


@dataclass(frozen=True, slots=True)
class Printed:
    """Hold a text and the line it is printed on."""

    text: str
    line: Line


@dataclass(slots=True)
class Front:
    """Hold what the title block prints; whatever is not there is None or empty.

    `roles` are lines about an author right below the name, by the number of the line with the name. `unread` are lines
    of the block that are nothing known. `title_doubts` say what speaks against the title. `end` is the index of the
    first line after the block. `byline_assumed` is set when names are there without “By” and nothing else confirms
    them, `byline_open` when one of them was told from the lines beside it alone. `taught` is
    the title of the series whose title block this is, where the configuration has it.
    """

    word: Printed | None = None
    number: Printed | None = None
    title: list[Printed] = field(default_factory=list)
    subtitle: list[Printed] = field(default_factory=list)
    byline: list[Printed] = field(default_factory=list)
    roles: dict[int, list[Printed]] = field(default_factory=dict)
    dates: list[tuple[PrintedDate, Line]] = field(default_factory=list)
    doi: PrintedDoi | None = None
    unread: list[Printed] = field(default_factory=list)
    title_doubts: list[str] = field(default_factory=list)
    byline_assumed: bool = False
    byline_open: bool = False
    taught: str = ""
    end: int = 0

    @property
    def lines(self) -> frozenset[int]:
        """Return the numbers of the lines from which something was taken."""
        taken = [
            *self.title,
            *self.subtitle,
            *self.byline,
            *(printed for printed in (self.word, self.number) if printed),
        ]
        numbers = {printed.line.number for printed in taken} | {line.number for _, line in self.dates}
        return frozenset(numbers | ({self.doi.line.number} if self.doi else set()))

    @staticmethod
    def read(lines: Sequence[Line], labels: Iterable[str] = (), publishers: Iterable[str] = ()) -> "Front":
        """Read the title block.

        `labels` are further words by which a series is called, `publishers` names of houses.
        """
        known = Labels.of(labels, publishers)
        blocks: dict[int, str] = {}
        for line in lines:
            blocks[line.block] = f"{blocks[line.block]} {line.text}" if line.block in blocks else line.text
        pieces = _read_block(lines, blocks, known)
        front = Front()
        _take_known(pieces, front)
        title = _find_title(pieces, front)
        if title is not None:
            _take_title(pieces, title, front)
        _take_byline(pieces, title, front)
        _take_subtitle(pieces, title, front)
        if not front.byline:
            _find_far_byline(lines, pieces, known, front)
        _note_unknown_lines(pieces, front)
        return front


_TITLE_LEVEL = 2  # deeper headings are subtitles or parts of the text, where a higher one is beside them
# In characters: a longer block is running text; from the second number on, one with the stops of a sentence is.
_BODY_LENGTH = 300
# A title rarely passes this; a line that does is the beginning of the text.
_SENTENCE_LENGTH = 90
# About a page: no title block continues for longer.
_MOST_LINES = 45
_FAR_BYLINE = 8  # so many lines after the block a byline may stand, after a standfirst


def _read_block(lines: Sequence[Line], blocks: dict[int, str], known: Labels) -> list[Piece]:
    """Read the lines of the title block: up to a heading that begins the text, or to running text after a title."""
    pieces: list[Piece] = []
    parted = [(index, part) for index, line in enumerate(lines[:_MOST_LINES]) for part in _split_line(line, known)]
    for index, line in parted:
        piece = Piece.read(line, known, pieces[-1] if pieces else None)
        piece.index = index
        if piece.kind is LineKind.SECTION:
            break
        running = len(blocks[line.block]) > _BODY_LENGTH or _is_sentence(line, blocks[line.block])
        if running and _is_title_of_dense_text(piece, pieces):
            running = False
        if running and piece.kind is LineKind.TEXT and not line.level:
            if any(part.kind is LineKind.TEXT or part.kind is LineKind.NAMES for part in pieces) or _is_last(
                lines, index
            ):
                break
            piece.kind = LineKind.SKIPPED
        pieces.append(piece)
    return pieces


# Bars, dots and dashes between spaces separate the parts of a line in many layouts.
_BETWEEN_PARTS = re.compile(r"\s+[|·•∙]\s+|\s+[–—]\s+")


def _split_line(line: Line, known: Labels) -> list[Line]:
    """Return the parts of a line that holds names beside a date or a label: “Nadia El-Khoury · March 2022”."""
    texts = _BETWEEN_PARTS.split(line.text)
    if len(texts) == 1 or line.level or len(line.text) > _BODY_LENGTH:
        return [line]
    parts = [replace(line, text=text, rich=text, bare=text) for text in texts if text]
    kinds = {Piece.read(part, known, None).kind for part in parts}
    return parts if LineKind.KNOWN in kinds and kinds & {LineKind.NAMES, LineKind.BYLINE} else [line]


def _is_title_of_dense_text(piece: Piece, before: Sequence[Piece]) -> bool:
    """Tell whether a line is the title of a text without empty lines: the first text below label and number."""
    above = before[-1] if before else None
    known = above is not None and above.kind is LineKind.KNOWN and above.line.block == piece.line.block
    return known and not any(part.kind is LineKind.TEXT for part in before) and not _ends_sentence(piece.line.text)


def _ends_sentence(text: str) -> bool:
    return text.rstrip().endswith((".", "。"))


def _is_last(lines: Sequence[Line], index: int) -> bool:
    return index + 1 >= len(lines)


def _is_sentence(line: Line, block: str) -> bool:
    """Tell whether a line is running text: a paragraph that ends with a full stop and has the length of a sentence."""
    if line.level or line.bold or len(block) <= _SENTENCE_LENGTH:
        return False
    whole = line.text if _is_stack_of_lines(line, block) else block
    text = whole.rstrip('”’")] ')
    return text.endswith((".", "。", ".]")) or ". " in text


_WRAPPED = 40  # in characters: where lines of a paragraph are shorter, each of them says something of its own


def _is_stack_of_lines(line: Line, block: str) -> bool:
    """Tell whether the lines of a block are separate parts, such as title, byline and date."""
    # Nine tenths: a line that fills the column was wrapped, a much shorter one ends by itself.
    return len(line.text) < _WRAPPED or len(line.text) > len(block) * 0.9


def _take_known(pieces: Sequence[Piece], front: Front) -> None:
    """Take label, number, dates and DOI from wherever they are; the first of each kind counts."""
    for piece in pieces:
        if piece.word and (front.word is None or (front.number is None and piece.number)):
            front.word = Printed(piece.word, piece.line)
        if piece.number and front.number is None:
            front.number = Printed(piece.number, piece.line)
        if piece.kind is not LineKind.TEXT or piece.number:
            front.dates += [(date, piece.line) for date in piece.dates]
        if front.doi is None and piece.doi is not None and not _is_about_another_work(piece):
            front.doi = piece.doi
    front.dates = _most_precise(front.dates)


# A name or a place has at most three words; more of them make a sentence or a title.
_FEW_WORDS = 3


def _is_about_another_work(piece: Piece) -> bool:
    """Tell whether a line of the block speaks of another work, whose DOI it then prints: “Review of: …”."""
    return piece.kind is LineKind.TEXT and len(piece.rest.split()) > _FEW_WORDS and not piece.number


def _most_precise(dates: list[tuple[PrintedDate, Line]]) -> list[tuple[PrintedDate, Line]]:
    """Leave out dates that say less than another one with the same beginning: 2023, beside 14 September 2023."""
    values = [date.value for date, _ in dates]
    return [
        (date, line)
        for index, (date, line) in enumerate(dates)
        if not any(
            other and date.value and other.startswith(date.value) and (other != date.value or at < index)
            for at, other in enumerate(values)
            if at != index
        )
    ]


def _find_title(pieces: Sequence[Piece], front: Front) -> int | None:
    """Return the index of the piece with the title: the first heading that is nothing else, or the first such line."""
    open_pieces = [
        (at, piece) for at, piece in enumerate(pieces) if piece.rest and piece.kind in {LineKind.TEXT, LineKind.NAMES}
    ]
    byline = next((at for at, piece in enumerate(pieces) if piece.kind is LineKind.BYLINE), None)
    headed = [at for at, piece in open_pieces if piece.line.level or (piece.number and piece.kind is LineKind.TEXT)]
    if headed:
        # Words after a label are the title, unless a heading of the first level follows.
        first = any(pieces[at].line.level == 1 for at in headed)
        return min(
            headed, key=lambda at: (pieces[at].line.level > _TITLE_LEVEL, first and not pieces[at].line.level, at)
        )
    # A heading may be a figure or a year and nothing else; where another line has the date, it is the title.
    figures = [at for at, piece in enumerate(pieces) if _is_figure(piece)]
    if figures:
        return figures[0]
    texts = [at for at, piece in open_pieces if not piece.institution and (byline is None or at < byline)]
    if not texts:
        texts = [at for at, piece in open_pieces if byline is None or at < byline]
    if not texts:
        return None
    if front.number is None and front.word is None and front.doi is None and front.dates == [] and byline is None:
        return _title_of_bare_text(pieces, texts)
    text_only = [at for at in texts if pieces[at].kind is LineKind.TEXT]
    if text_only and pieces[texts[0]].kind is LineKind.NAMES and _is_surely_byline(pieces, texts[0]):
        return text_only[0]
    return texts[0]


def _is_figure(piece: Piece) -> bool:
    known = piece.kind is LineKind.KNOWN and bool(piece.line.level)
    return known and not (piece.word or piece.doi) and bool(re.fullmatch(r"\d{1,4}", piece.line.text.strip()))


def _is_surely_byline(pieces: Sequence[Piece], at: int) -> bool:
    """Tell whether names that come before every other text are a byline anyway: with titles or “and”."""
    text = pieces[at].rest
    parts = NameText(text).parts
    return len(parts) > 1 or any(part.titles for part in parts)


def _title_of_bare_text(pieces: Sequence[Piece], texts: Sequence[int]) -> int | None:
    """Find the title of a text without label, number, date and DOI: only where names follow the first line."""
    first = texts[0]
    following = [piece for piece in pieces[first + 1 :] if piece.rest or piece.kind is LineKind.ROLE]
    return first if following and any(piece.kind is LineKind.NAMES for piece in following) else None


def _take_title(pieces: Sequence[Piece], at: int, front: Front) -> None:
    """Take the title with the other lines of its block; the rest of the block is the subtitle."""
    piece = pieces[at]
    piece.taken = True
    if piece.kind is LineKind.KNOWN:
        piece.rich, front.dates = piece.line.rich, [date for date in front.dates if date[1] is not piece.line]
        front.number = None if front.number is not None and front.number.line is piece.line else front.number
    front.title.append(Printed(piece.rich, piece.line))
    for following in pieces[at + 1 :]:
        if following.line.block != piece.line.block or following.kind not in {LineKind.TEXT, LineKind.NAMES}:
            break
        if following.kind is LineKind.NAMES and (
            _is_surely_byline(pieces, pieces.index(following)) or not _is_open_title(front.title[-1].text)
        ):
            break
        following.taken = True
        last = front.title[-1].text.rstrip()
        if front.subtitle or _begins_subtitle(last, following.rest):
            front.subtitle.append(Printed(following.rich, following.line))
        else:
            if _may_begin_subtitle(last, following.rest):
                front.title_doubts.append("is on two lines, and the second may be the subtitle")
            front.title.append(Printed(following.rich, following.line))


# In characters: a title that is broken because the line was full is longer.
_FULL_LINE = 45


def _begins_subtitle(last: str, line: str) -> bool:
    """Tell whether a line below the title, in the same block, is the subtitle: by a colon, its case, or its dashes."""
    return (
        last.endswith((":", "："))
        or _changes_case(last, line)
        or _is_between_dashes(line)
        or (line[:1].isupper() and not _is_open_title(last) and not line.isupper() and bool(TITLE_START.match(line)))
    )


def _may_begin_subtitle(last: str, line: str) -> bool:
    """Tell whether a line may begin the subtitle: the line above is short and closed."""
    return len(last) < _FULL_LINE and not _is_open_title(last) and line[:1].isupper()


def _is_open_title(text: str) -> bool:
    """Tell whether a title must continue in the next line, whatever that line looks like."""
    return bool(OPEN_TITLE.search(text))


def _changes_case(title: str, line: str) -> bool:
    """Return whether a title in capitals, or with capitals, is followed by a line in the case of a sentence."""
    if title.isupper():
        return any(letter.islower() for letter in line)
    words, following = [
        [element for element in re.findall(r"[^\W\d_]+", text) if len(element) > _LONG_WORD] for text in (title, line)
    ]
    capitals, small = sum(word[0].isupper() for word in words), sum(word[0].islower() for word in following)
    return (
        line[:1].isupper()
        and len(words) > 1
        and capitals == len(words)
        and small >= max(_FEW_SMALL, len(following) / 2)
    )


_LONG_WORD = 3  # in letters: shorter words are small in any title
# Two small words may be in a name; with more it is a phrase.
_FEW_SMALL = 2


def _is_between_dashes(text: str) -> bool:
    return text[:1] in "―—–" and text[-1:] in "―—–"


def _take_subtitle(pieces: Sequence[Piece], title: int | None, front: Front) -> None:
    """Take the text directly below the title if names, a date or the text follow it."""
    if title is None or front.subtitle:
        return
    for at in range(title + 1, len(pieces)):
        piece = pieces[at]
        if piece.taken and piece.kind is not LineKind.NAMES:
            continue
        if piece.kind not in {LineKind.TEXT, LineKind.NAMES} or piece.taken:
            return
        if piece.institution and not piece.line.level:
            return
        if _is_lede(piece) or (
            front.byline and front.byline[0].line.number < piece.line.number and not piece.line.level
        ):
            return
        block = [part for part in pieces[at:] if part.line.block == piece.line.block and part.kind is LineKind.TEXT]
        for text_piece in block:
            text_piece.taken = True
            front.subtitle.append(Printed(text_piece.rich, text_piece.line))
        return


# A lede is a sentence; fewer words are a label or a place.
_LEDE_WORDS = 8


def _is_lede(piece: Piece) -> bool:
    """Return whether a line is a sentence that leads into the text rather than a subtitle."""
    long = len(piece.rest.split()) > _LEDE_WORDS
    return not piece.line.level and long and piece.rest.rstrip().endswith((".", "。"))


def _take_byline(pieces: Sequence[Piece], title: int | None, front: Front) -> None:
    """Take the names after “By …”, else lines of names alone below the title or directly above it."""
    marked = [piece for piece in pieces if piece.kind is LineKind.BYLINE]
    if marked:
        for piece in marked:
            piece.taken = True
            if piece.rest:
                front.byline.append(Printed(piece.rest, piece.line))
        _names_below(pieces, marked[-1], front, only_open=bool(marked[-1].rest))
    else:
        _names_alone(pieces, title, front)
    _take_siblings(pieces, front)
    for printed in front.byline:
        _take_roles(pieces, printed.line, front)


def _take_siblings(pieces: Sequence[Piece], front: Front) -> None:
    """Take lines that begin with a name beside another author: “Amina Yusuf, Saltwatch”."""
    blocks = {printed.line.block for printed in front.byline}
    for piece in pieces:
        name, comma, role = piece.rest.partition(",")
        if piece.kind is not LineKind.TEXT or piece.taken or not comma or piece.line.block not in blocks:
            continue
        if " " in name and NameText(name).is_name and role and len(role) < _ROLE_LENGTH:
            front.byline_open |= not NameText(name).begins_with_given
            piece.kind, piece.rest, piece.role, piece.taken = LineKind.NAMES, name, role.strip(), True
            front.byline.append(Printed(name, piece.line))
    front.byline.sort(key=lambda printed: printed.line.number)


_ROLE_LENGTH = 80  # in characters


def _names_below(pieces: Sequence[Piece], last: Piece, front: Front, *, only_open: bool) -> None:
    """Take lines of names below “By”, or below names that end in a comma or “and”."""
    for piece in pieces[pieces.index(last) + 1 :]:
        if piece.kind not in {LineKind.NAMES, LineKind.ROLE}:
            return
        previous = front.byline[-1].line.text if front.byline else ""
        if piece.kind is LineKind.NAMES and (not only_open or piece.joins or _is_open(previous)):
            piece.taken = True
            front.byline.append(Printed(piece.rest, piece.line))
        elif piece.kind is LineKind.NAMES:
            return


def _is_open(text: str) -> bool:
    return text.rstrip().lower().endswith((",", "&", " and", " et", " und", " y", " e", ";"))


def _names_alone(pieces: Sequence[Piece], title: int | None, front: Front) -> None:
    start = 0 if title is None else title + 1
    runs = [piece for piece in pieces[start:] if piece.kind is LineKind.NAMES and not piece.taken]
    if not runs and title is not None:
        runs = [piece for piece in pieces[:title] if piece.kind is LineKind.NAMES and not piece.institution]
    if not runs:
        return
    first = pieces.index(runs[0])
    for piece in pieces[first:]:
        if piece.kind is LineKind.NAMES and not piece.taken:
            piece.taken = True
            front.byline.append(Printed(piece.rest, piece.line))
        elif piece.kind is LineKind.TEXT and not piece.institution:
            break
    front.byline_assumed = True


def _take_roles(pieces: Sequence[Piece], line: Line, front: Front) -> None:
    """Take the lines directly below a name with role and place, or the rest of the line itself."""
    for piece in pieces:
        if piece.line is line and piece.role:
            front.roles.setdefault(line.number, []).append(Printed(piece.role, line))
    at = next(index for index, piece in enumerate(pieces) if piece.line is line)
    # Position, department and institution of an author take three lines at most.
    for piece in pieces[at + 1 : at + 4]:
        about = piece.kind is LineKind.ROLE or (piece.kind is LineKind.TEXT and piece.institution and not piece.taken)
        if not about or piece.line.level:
            return
        piece.taken = True
        front.roles.setdefault(line.number, []).append(Printed(piece.rest, piece.line))


def _find_far_byline(lines: Sequence[Line], pieces: Sequence[Piece], known: Labels, front: Front) -> None:
    """Find names after a standfirst: one paragraph of text, then names alone or with an institution."""
    start = pieces[-1].index + 1 if pieces else 0
    if not front.title:
        return
    for index in range(start, min(len(lines), start + _FAR_BYLINE)):
        piece = Piece.read(lines[index], known, None)
        short = index + 1 >= len(lines) or lines[index].block != lines[index - 1].block
        if piece.kind is LineKind.SECTION or lines[index].level:
            return
        if short and piece.kind in {LineKind.NAMES, LineKind.BYLINE} and piece.rest and not piece.institution:
            front.byline.append(Printed(piece.rest, piece.line))
            front.dates += [(date, piece.line) for date in piece.dates if not front.dates]
            front.byline_assumed = piece.kind is LineKind.NAMES
            _role_after(lines, index, known, front)
            return


def _role_after(lines: Sequence[Line], index: int, known: Labels, front: Front) -> None:
    # A position takes one or two lines below the name.
    for line in lines[index + 1 : index + 3]:
        piece = Piece.read(line, known, None)
        if line.block != lines[index].block or not (piece.kind is LineKind.ROLE or piece.institution):
            return
        front.roles.setdefault(lines[index].number, []).append(Printed(piece.rest, line))


def _note_unknown_lines(pieces: Sequence[Piece], front: Front) -> None:
    """Note lines of the block that are not known; the block ends after the last known line."""
    last = -1
    for at, piece in enumerate(pieces):
        if piece.taken or (piece.kind not in {LineKind.TEXT, LineKind.NAMES, LineKind.SKIPPED}):
            last = at
    for piece in pieces[: last + 1]:
        if piece.kind in {LineKind.TEXT, LineKind.NAMES} and not piece.taken and not piece.institution:
            front.unread.append(Printed(piece.line.printed, piece.line))
    front.end = pieces[last].index + 1 if last >= 0 else 0
    if front.byline_assumed and _has_certain_byline(front):
        front.byline_assumed = False


def _has_certain_byline(front: Front) -> bool:
    """Tell whether names without “By” are surely a byline: bold, with a title or a role, or several with “and”."""
    return all(
        printed.line.bold or printed.line.number in front.roles or _has_evidence(printed.text)
        for printed in front.byline
    )


def _has_evidence(text: str) -> bool:
    parts = NameText(text).parts
    titled = any(part.titles for part in parts)
    initials = any("." in word for part in parts for word in part.split())
    return titled or initials or (len(parts) > 1 and all(part.untitled.is_name for part in parts))
