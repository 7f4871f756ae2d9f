"""The reference list of a document: where it is, where each entry begins, and what an entry says."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from doideposit.records.doi_text import FoundDoi
from doideposit.records.extraction.apa import Parts
from doideposit.records.extraction.dates import PrintedDate
from doideposit.records.extraction.draft import Leaf, Node, Notes
from doideposit.records.extraction.lines import Line, Link
from doideposit.records.identifiers import Doi, InvalidIdentifier

__all__ = []

# Signs that a reference is misprinted. They are reported and never corrected: the record keeps what is printed.

# The lengths of the groups of a UUID (RFC 9562, section 4).
_UUID_GROUPS = (8, 4, 4, 4, 12)
# An id of five groups as news sites give to articles; with a group of another length its address leads nowhere.
_UUID_LIKE = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]+(?:-[0-9a-f]+){4}(?![0-9A-Za-z])", re.IGNORECASE)
# With so many groups of the right length it is a UUID that was damaged; with fewer, something else.
_ENOUGH_GROUPS = 3

# Cities that references give with a region, and the abbreviation of the region each is in.
_REGIONS = {
    "Washington": "DC", "New York": "NY", "Boston": "MA", "Cambridge": "MA", "Chicago": "IL", "Los Angeles": "CA",
    "San Francisco": "CA", "Santa Monica": "CA", "Stanford": "CA", "Berkeley": "CA", "Philadelphia": "PA",
    "Princeton": "NJ", "New Haven": "CT", "Ithaca": "NY", "Baltimore": "MD", "Arlington": "VA", "Honolulu": "HI",
    "Seattle": "WA", "Atlanta": "GA", "Houston": "TX", "Lanham": "MD", "Boulder": "CO", "Thousand Oaks": "CA",
}  # fmt: skip
# A state before one of these is not a misprint.
_COUNTRIES = frozenset({"US", "UK", "USA"})
# Place and country, as the imprint of a book prints them: a doubled one is a slip of the pen.
_IMPRINT = re.compile(rf"\b({'|'.join(_REGIONS)}),\s*((?:[A-Z]\.\s?){{1,3}}|[A-Z]{{2,3}})(?=\s*[:;])")


class PrintedReferences(NamedTuple):
    """Hold the lines of a list of references."""

    lines: Sequence[Line]

    def read(self, notes: Notes, *, published: str | None) -> tuple[Node, ...]:
        """Read the entries of a reference list; `published` is the date of the document, for comparison."""
        entries = [entry for entry in _split_entries(self.lines) if entry.text or any(entry.links)]
        nodes = tuple(_reference_fields(index, entry, notes, published) for index, entry in enumerate(entries))
        without = sum("doi" not in node for node in nodes)
        if without:
            notes.tell(
                "references-without-doi",
                f"without a DOI: {without} of {len(nodes)} references",
                "add the DOIs you know; news items have none",
                field="references",
            )
        return nodes

    @staticmethod
    def in_notes(lines: Sequence[Line]) -> list[Line]:
        """Return notes numbered from 1 at the end of a document without a heading, or nothing.

        Only lines that hold an address or a year are notes; a numbered list of demands is none.
        """
        starts = [(index, int(match["number"])) for index, line in enumerate(lines) if (match := _number_of(line))]
        for at in range(len(starts) - 1, -1, -1):
            index, number = starts[at]
            if number != 1:
                continue
            following = [found for _, found in starts[at:]]
            rising = following == list(range(1, len(following) + 1))
            notes = _lines_before_imprint(lines[index:])
            cites = [line for line in notes if line.links or re.search(r"\b(?:1[5-9]|20)\d\d\b|10\.\d{4}", line.text)]
            if rising and len(following) >= _FEWEST_NOTES and len(cites) >= len(following) - 1:
                return notes
            return []
        return []

    @staticmethod
    def is_entry(line: Line) -> bool:
        """Tell whether a line outside of a list looks like an entry of one: an address or a year after names."""
        return bool(_AUTHOR_YEAR.match(line.text) or _NAME_AND_YEAR.match(line.text)) or (
            bool(line.links) and bool(re.search(r"\b(?:19|20)\d\d\b", line.text)) and not line.is_imprint
        )

    @staticmethod
    def text_doubts(text: str, *, published: str | None = None) -> Iterator[tuple[str, str]]:
        """Yield what looks wrong in the text of a reference, each as a message and the words concerned.

        `published` is the date of the citing document: what it cites is not younger.
        """
        for match in _IMPRINT.finditer(text):
            given, right = re.sub(r"[.\s]", "", match[2]), _REGIONS[match[1]]
            # Cambridge is in Massachusetts and in England.
            if given not in {right, *_COUNTRIES} and not (match[1] == "Cambridge" and given == "UK"):
                yield f"“{match[0].rstrip(':; ')}” looks like a misprint: {match[1]} is in {right}", match[0]
        if "\ufffd" in text:
            yield "a character of this entry was lost, and appears as �", "\ufffd"
        for opening, closing in ("()", "[]"):
            if text.count(opening) != text.count(closing):
                yield f"a bracket “{opening}” or “{closing}” is missing in this entry", opening
        year = re.search(r"\((?P<year>(?:19|20)\d\d)\b", text)
        # A document may cite what is to appear in the following year.
        if year and published and int(year["year"]) > int(published[:4]) + 1:
            yield f"the year {year['year']} is later than the document itself", year["year"]

    @staticmethod
    def url_doubts(url: str) -> Iterator[str]:
        """Yield what looks wrong in an address, each as a sentence."""
        if re.match(r"[a-z]+:/+(?:www\.)?(?:https?|http)\b[:/]", url, re.IGNORECASE):
            yield "the address starts with http twice"
        elif not re.match(r"(?:https?|ftp)://", url, re.IGNORECASE):
            yield "the address does not start with https:// or http://"
        else:
            yield from _host_doubts(url)
        if re.search(r"\s", url):
            yield "there is a space in the address"
        if re.search(r"(?:…|\.\.\.)$", url):
            yield "the address was cut off: it ends in dots"
        if "\\" in url:
            yield "there is a backslash in the address"
        yield from _uuid_doubts(url)


def _host_doubts(url: str) -> Iterator[str]:
    try:
        host = urlsplit(url).hostname or ""
    # `urlsplit` raises for brackets without a partner, as in “https://[www.example.org”.
    except ValueError:
        yield "the address has a broken host name"
        return
    if not host:
        yield "the address has no host name"
    elif "." not in host.strip("."):
        yield f"“{host}” is not the name of a public host"
    elif ".." in host:
        yield "there are two dots in a row in the host name"


def _uuid_doubts(url: str) -> Iterator[str]:
    for match in _UUID_LIKE.finditer(url):
        lengths = tuple(len(group) for group in match[0].split("-"))
        pairs = list(zip(lengths, _UUID_GROUPS, strict=True))
        wrong = [(number, length, due) for number, (length, due) in enumerate(pairs, 1) if length != due]
        if wrong and len(pairs) - len(wrong) >= _ENOUGH_GROUPS:
            number, length, due = wrong[0]
            yield (
                f"the identifier at the end of the address is damaged: its group {number} has {length} "
                f"characters instead of {due}"
            )


# A number, a bullet or a dash before an entry belongs to the list, not to the reference.
_LABEL = re.compile(r"(?:\[\^?[^\]\s]{1,40}\]:?|\(\d{1,3}\)|\d{1,3}[.)]|[•‣▪●·*–—-])\s+")
# Numbers in brackets or with a point, as the mark of a note prints them.
_NUMBERED = re.compile(r"\[?\^?(?P<number>\d{1,3})(?:\]:?|[.)])?\s+(?=\S)")
# Author and year in brackets begin an entry of APA and Harvard.
_AUTHOR_YEAR = re.compile(r"[^\W\d_][^()]{1,200}\((?:(?:1[5-9]|20)\d\d[a-z]?|n\.\s?d\.)[^()]{0,30}\)")
# Footnotes that thank somebody cite nothing.
_NO_ENTRY = re.compile(
    r"[*†]?\s*(?:the\s+)?authors?\b.{0,40}\b(?:thanks?|grateful|acknowledge)\b|[*†]\s.*\bthank", re.IGNORECASE
)
# DOIs are kept apart from other addresses, since Crossref has an element for them.
_DOI_ADDRESS = re.compile(r"(?:https?://)?(?:dx\.)?doi\.org/(10\.\d{4,9}/\S+)", re.IGNORECASE)
# Addresses without a scheme; the last character must not be a mark of the sentence.
_WWW = re.compile(r"(?<![\w/.@])www\.[^\s<>\"]+\.[^\s<>\"]*[^\s<>\".,;:)]")
# Schemes as they are misprinted in real lists; the address is found, and its scheme reported.
_BROKEN_SCHEME = re.compile(r"(?<!\w)(?:h?ttps?|hhtps?|htps?|htttps?|https?)(?::?/{1,3}|:)(?=[\w.-]+\.\w)[^\s<>\"]+")
# An entry begins so in APA; two hundred characters hold a dozen authors.
_APA_START = re.compile(r"[^()]{2,200}\((?:(?:19|20)\d\d|n\.\s?d\.)")
# A year in brackets, or “n. d.”: an entry with a date.
_DATED = re.compile(r"\((?:1[5-9]|20)\d\d\b|\(n\.\s?d\.")
# Taking an address away leaves its brackets empty.
_EMPTY_BRACKETS = re.compile(r"\s*(?:\(\s*[,;.]?\s*\)|\[\s*\]|<\s*>)")
# The rest of an address in the next line holds at least one sign that words do not have.
_ADDRESS_TAIL = re.compile(r"[^\s]*[/\-_=?&.%][^\s]*")


# One footnote alone is a remark rather than a list.
_FEWEST_NOTES = 2


def _lines_before_imprint(lines: Sequence[Line]) -> list[Line]:
    kept = list(lines)
    while kept and kept[-1].is_imprint and not _number_of(kept[-1]):
        kept.pop()
    return kept


def _number_of(line: Line) -> re.Match[str] | None:
    return _NUMBERED.match(line.printed) if not line.level else None


def _closed_up(text: str) -> str:
    """Return a text without the brackets and stops that an address taken out of it leaves behind."""
    text = re.sub(r"\s+", " ", _EMPTY_BRACKETS.sub(" ", text))
    text = re.sub(r"([.,;:])\s+[.,;](?=\s|$)", r"\1", text)
    return re.sub(r"\s+([,;.])(?=\s|$)", r"\1", text).strip()


@dataclass(slots=True)
class _ReferenceLines:
    """Hold the lines of one entry; `numbered` says that it begins with its number and no stop: “1 Doe, …”."""

    lines: list[Line]
    numbered: bool = False

    @property
    def text(self) -> str:
        """Return the entry as printed, on one line, without its addresses."""
        parts = [self.lines[0].bare, *(line.bare for line in self.lines[1:])]
        label = _NUMBERED if self.numbered and _NUMBERED.match(parts[0]) else _LABEL
        parts[0] = label.sub("", parts[0], count=1) if label.match(parts[0]) else parts[0]
        text = " ".join(part for part in parts if part)
        return _closed_up(text) if any(line.bare != line.text for line in self.lines) else text

    @property
    def links(self) -> Iterator[tuple[Link, Line]]:
        """Return every link of the entry with its line."""
        return ((link, line) for line in self.lines for link in line.links)


def _split_entries(lines: Sequence[Line]) -> list[_ReferenceLines]:
    lines = [line for line in lines if not _NO_ENTRY.match(line.source.strip()) and not _is_date(line)]
    hanging = _hanging_blocks(lines)
    one_each = _blocks_of_whole_entries(lines)
    numbers = _numbered_lines(lines)
    entries: list[_ReferenceLines] = []
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else None
        begins = (
            line.number in numbers
            if numbers
            else line.block in one_each or _begins_entry(line, before, line.block in hanging)
        )
        if not entries or begins:
            entries.append(_ReferenceLines([line], bool(numbers)))
        else:
            entries[-1].lines.append(line)
    return entries


def _is_date(line: Line) -> bool:
    """Return whether a line is a date and nothing else, as it closes some documents."""
    date = PrintedDate.find(line.printed)
    return date is not None and len(line.printed) - len(date.printed) <= 1


def _blocks_of_whole_entries(lines: Sequence[Line]) -> frozenset[int]:
    """Return the blocks in which every line is an entry of its own: each begins with authors and a year."""
    blocks: dict[int, list[Line]] = {}
    for line in lines:
        blocks.setdefault(line.block, []).append(line)
    return frozenset(
        block for block, rows in blocks.items() if len(rows) > 1 and all(_AUTHOR_YEAR.match(row.text) for row in rows)
    )


def _numbered_lines(lines: Sequence[Line]) -> frozenset[int]:
    """Return the lines that begin entries numbered 1, 2, 3 and so on without a gap.

    Nothing where the list is not numbered so.
    """
    found: list[int] = []
    before = ""
    for line in lines:
        match = _number_of(line)
        if match and int(match["number"]) == len(found) + 1 and not _NUMBER_FOLLOWS.search(before):
            found.append(line.number)
        before = line.bare
    whole = len(found) > 1 and lines[0].number == found[0] and not any(line.marker for line in lines)
    return frozenset(found) if whole else frozenset()


# What a figure in the next line belongs to, which is then no number of an entry: “pp. 117–”, “№”.
_NUMBER_FOLLOWS = re.compile(
    r"(?:\d[-–]|№|(?<!\w)(?<!\d\s)(?:no|nr|num|vol|bd|jg|pp?|ss?|т|с|вып)\.?)\s*$", re.IGNORECASE
)


def _hanging_blocks(lines: Sequence[Line]) -> set[int]:
    """Return the blocks in which only some lines are set in: there, the others begin the entries."""
    inside = {line.block for line in lines if line.indented}
    return inside & {line.block for line in lines if not line.indented}


def _begins_entry(line: Line, before: Line | None, hanging: bool) -> bool:
    """Return whether a line begins a new entry."""
    if before is None or line.marker:
        return True
    if not line.bare or (line.item and line.item == before.item):
        return False
    if line.block != before.block:
        return not _continues_entry(line, before)
    labelled = bool(_LABEL.match(line.text)) and not (line.text[:1].isdigit() and _NUMBER_FOLLOWS.search(before.bare))
    return labelled or (not line.indented if hanging else _begins_in_block(line, before))


def _continues_entry(line: Line, before: Line) -> bool:
    """Return whether a paragraph continues the entry before it: lower case after an open end."""
    return line.text[:1].islower() and before.bare[-1:] not in {".", "?", "!", ""}


def _begins_in_block(line: Line, before: Line) -> bool:
    addressed = bool(before.links) and before.text.endswith(before.links[-1].label)
    end = "" if addressed else before.bare[-1:]
    closed = end in {".", "?", "!", ")", "”", ""} or (bool(before.links) and not before.bare.endswith(","))
    if _NAME_AND_YEAR.match(line.text) and end not in {",", "&", ";", ":"}:
        return True
    starts = line.text[:1].isupper() and not _LOWER_CONTINUATION.match(line.text)
    return closed and starts and (bool(_APA_START.match(line.text)) or not before.bare or bool(before.links))


# An entry that begins so needs no stop before it: “Okoye, N. and Brandt, H. (2022)”, “Harbour Office (2021) List”.
_NAME_AND_YEAR = re.compile(
    r"[^\W\d_a-z][\w'’-]+,\s(?:[^\W\d_a-z]\.[\s-]?){1,3}[^()]{0,120}\((?:19|20)\d\d[a-z]?\b|"
    r"(?:[^\W\d_a-z][\w'’-]+\s){1,4}\((?:19|20)\d\d[a-z]?\)[.,:]?\s[^\W\d_a-z“'‘\"]"
)
# A line that begins so continues the entry above.
_LOWER_CONTINUATION = re.compile(r"(?:Retrieved|Accessed|Available|Last accessed|URL|DOI|Link)\b", re.IGNORECASE)


def _reference_fields(index: int, entry: _ReferenceLines, notes: Notes, published: str | None) -> Mapping[str, Node]:
    place = f"references[{index}]"
    first = entry.lines[0]
    text = entry.text
    address, text = _take_address(entry, text, notes, place)
    doi = _find_doi(entry, address, notes, place)
    parts = Parts.of_entry(text, has_url=address is not None)
    if doi is not None and address is not None and _DOI_ADDRESS.fullmatch(address.text):
        address = None  # A DOI has a field of its own, where it is matched for certain.
    fields: dict[str, Node] = {"key": Leaf(f"ref{index + 1}", first.number, first.text)}
    if parts is not None and parts.type:
        fields["type"] = Leaf(parts.type, first.number, first.text)
    if text:
        fields["text"] = Leaf(text, first.number, first.source.strip())
    if address is not None:
        fields["url"] = address
    if doi is not None:
        fields["doi"] = doi
    fields |= _part_fields(parts, first)
    _text_findings(text, first, notes, place, published, structured=parts is not None)
    return fields


def _part_fields(parts: Parts | None, line: Line) -> dict[str, Node]:
    names = ("author", "year", "article_title", "journal_title", "volume_title", "volume", "issue", "first_page")
    values = ((name, getattr(parts, name)) for name in names) if parts is not None else ()
    return {name: Leaf(value, line.number, line.text) for name, value in values if value}


def _text_findings(text: str, line: Line, notes: Notes, place: str, published: str | None, *, structured: bool) -> None:
    if not text:
        notes.warn(
            "reference-only-url", "this entry is only an address", "write in `text` who published what, and when",
            line=line.number, field=place,
        )  # fmt: skip
    for message, _ in PrintedReferences.text_doubts(text, published=published):
        notes.warn(
            "reference-text-suspicious", message, "compare with the source; it is deposited as printed",
            line=line.number, field=f"{place}.text",
        )  # fmt: skip
    if not structured and _DATED.search(text):
        notes.tell(
            "reference-not-split",
            "this entry is kept as text, because its parts could not be separated safely",
            "add author, year and title if you wish; the text alone is enough for Crossref",
            line=line.number, field=f"{place}.text",
        )  # fmt: skip


def _take_address(entry: _ReferenceLines, text: str, notes: Notes, place: str) -> tuple[Leaf | None, str]:
    """Return the address of an entry, and the text without an address that is not a link."""
    found = [(link, line) for link, line in entry.links if not link.target.startswith("mailto:")]
    dead = [line for link, line in found if link.target.startswith("#") or not link.target]
    alive = [(link.target, line) for link, line in found if not link.target.startswith("#") and link.target]
    if not alive:
        return _unlinked_address(entry, text, notes, place, dead)
    url, line = alive[0]
    joined = _join_address(url, line, entry)
    if joined is not None:
        url, rest = joined
        text = text.removesuffix(rest).rstrip()
        notes.warn(
            "reference-url-joined", "the address was split over two lines, and was joined again", "open it to check",
            line=line.number, field=f"{place}.url",
        )  # fmt: skip
    others = {target for target, _ in alive[1:]} - {url}
    if others:
        notes.warn(
            "reference-urls-several", f"this entry prints {len(others) + 1} addresses; the first one is used",
            # In one order each time, so that two runs over one document say the same.
            f"the other: {', '.join(sorted(others))}", line=line.number, field=f"{place}.url",
        )  # fmt: skip
    return _check_address(url, line, notes, place), text


def _join_address(url: str, line: Line, entry: _ReferenceLines) -> tuple[str, str] | None:
    """Put an address together that was broken after a hyphen or a slash, with the rest on a line of its own."""
    index = entry.lines.index(line) + 1
    if index >= len(entry.lines) or not line.text.endswith(url) or url[-1] not in "-/_=":
        return None
    rest = entry.lines[index].text
    return (url + rest, rest) if _ADDRESS_TAIL.fullmatch(rest) and not rest.endswith(".") else None


def _unlinked_address(
    entry: _ReferenceLines, text: str, notes: Notes, place: str, dead: Sequence[Line]
) -> tuple[Leaf | None, str]:
    """Find an address that lacks its scheme, or has a broken one."""
    for line in entry.lines:
        match = _WWW.search(line.text) or _BROKEN_SCHEME.search(line.text)
        if match is None:
            continue
        url = match[0].rstrip(".,;")
        return _check_address(url, line, notes, place), _closed_up(text.replace(url, "", 1))
    if dead:
        notes.warn(
            "reference-url-missing", "the link of this entry is broken", "add the `url` from the original",
            line=dead[0].number, field=f"{place}.text",
        )  # fmt: skip
    return None, text


def _check_address(url: str, line: Line, notes: Notes, place: str) -> Leaf:
    usable = re.fullmatch(r"(?:https?|ftp)://\S+", url, re.IGNORECASE)
    hint = "open the address; it is deposited as printed" if usable else "write the whole address"
    for message in PrintedReferences.url_doubts(url):
        notes.warn("reference-url-suspicious", message, hint, line=line.number, field=f"{place}.url")
    return Leaf(url, line.number, line.text)


def _find_doi(entry: _ReferenceLines, address: Leaf | None, notes: Notes, place: str) -> Leaf | None:
    candidates = [(address.text, address.line)] if address else []
    candidates += [(line.text, line.number) for line in entry.lines]
    candidates += [(link.target, line.number) for link, line in entry.links]
    cut: tuple[str, int] | None = None
    for text, number in candidates:
        found = next(
            (
                found_doi
                for found_doi in FoundDoi.all_in(text)
                if found_doi.address or _is_labelled(text, found_doi.start)
            ),
            None,
        )
        if found is None:
            continue
        if not found.whole:
            # The text of an address may be cut where the link after it is whole.
            cut = cut or (found.text, number)
            continue
        try:
            return Leaf(str(Doi.parse(found.text)), number, text, "DOI of the entry")
        # A DOI with a misprint is told, and stays in the text of the reference.
        except InvalidIdentifier as error:
            notes.warn(error.code, error.message, error.hint, line=number, field=f"{place}.text")
            return None
    if cut is not None:
        hint = "write the whole DOI in `doi`: half of a DOI names another work, or none"
        message = f"the DOI of this entry is incomplete: {cut[0]}"
        notes.warn("reference-doi-cut", message, hint, line=cut[1], field=f"{place}.text")
    return None


def _is_labelled(text: str, start: int) -> bool:
    """Return whether a DOI follows “doi:”, or is at the beginning."""
    return start == 0 or bool(re.search(r"doi[:/]?\s*$", text[:start], re.IGNORECASE))
