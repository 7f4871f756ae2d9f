"""Make drafts of records: `draft_of` reads what a reader of any format found, `Draft.to_yaml` writes the draft.

What is written is YAML for a person to review.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from doideposit.findings import Finding, Loc, Severity, field_path, has_errors
from doideposit.records.extraction.authors import Authors
from doideposit.records.extraction.dates import PrintedDate
from doideposit.records.extraction.dois import PrintedDoi
from doideposit.records.extraction.draft import Confidence, Draft, Gap, Leaf, Node, Notes
from doideposit.records.extraction.front import Front
from doideposit.records.extraction.lines import Line
from doideposit.records.extraction.manuscript import Manuscript
from doideposit.records.extraction.references import PrintedReferences
from doideposit.records.extraction.sections import Document
from doideposit.records.extraction.series import series_field
from doideposit.records.extraction.supplements import supplement_fields
from doideposit.records.extraction.title_block import TaughtBlock
from doideposit.records.models.dates import PartialDate
from doideposit.records.models.series import Series

__all__ = ["draft_of"]

# Number, title and date of a record, as the title block of a document gives them.

# Some series end each title in their letter and number: “… relations – C 258”.
_NUMBER_IN_TITLE = re.compile(r"\s*(?:[-–—|,:]\s*|\()\s*[A-Z]{1,2}\.?\s?(?P<number>\d{1,5})\)?\s*$")
# Numbers of commentaries have few digits; more are dates, ISBNs or phone numbers.
_LONGEST_NUMBER = 8
# Patterns of series put the number last, often after a letter or a year.
_NUMBER_IN_DOI = re.compile(r"\.[A-Za-z]{0,3}(?P<number>(?:(?:19|20)\d\d\.)?\d{1,5})$")


def _missing_words(document: Document, what: str, notes: Notes) -> tuple[str, str]:
    """Return how to say that something was not found: the document may have it in lines that were not understood."""
    unread = sorted({printed.line.number for printed in document.front.unread})
    if not unread:
        return f"no {what} was found", ""
    lines = notes.between(unread[0], unread[-1])
    verb = "was" if len(unread) == 1 else "were"
    return f"no {what} was recognised; {lines} {verb} not understood", "compare with the document, which may have it; "


def _number_field(document: Document, series: Series | None, notes: Notes) -> Node:
    """Return the number: from the label, checked against the DOI; else from the end of the title, or of the DOI."""
    front, doi = document.front, document.doi
    by_pattern = _number_by_pattern(doi.text, series) if doi and series else None
    by_pattern = by_pattern if by_pattern and len(by_pattern) <= _LONGEST_NUMBER else None
    if by_pattern and doi and front.number is not None and _is_same_number(front.number.text, by_pattern):
        if by_pattern != front.number.text:
            notes.warn(
                "number-shape", f"the number is printed as “{front.number.text}” and stands as {by_pattern} in the DOI",
                "write it as your DOIs have it", line=front.number.line.number, field="number",
            )  # fmt: skip
        return Leaf(by_pattern, front.number.line.number, front.number.line.text, "label, confirmed by the DOI")
    in_doi = by_pattern or ((found := _NUMBER_IN_DOI.search(doi.text)) and found["number"] if doi else None)
    in_title = _NUMBER_IN_TITLE.search(front.title[-1].text) if front.title else None
    node = _printed_number(document, in_title, in_doi, notes)
    if not isinstance(node, Leaf):
        return node
    others = (
        (in_doi, doi.line if doi else None),
        (in_title and in_title["number"], front.title[-1].line if front.title else None),
    )
    for other, line in others:
        if (
            other
            and line is not None
            and not _is_same_number(node.text, other)
            and (by_pattern or other != in_doi or other.isdigit())
        ):
            notes.warn(
                "number-disagrees", f"the number is {node.text} on line {node.line} and {other} here",
                "find out which one is right", line=line.number, field="number",
            )  # fmt: skip
    return node


def _printed_number(document: Document, in_title: re.Match[str] | None, in_doi: str | None, notes: Notes) -> Node:
    front, doi = document.front, document.doi
    if front.number is not None:
        node = Leaf(front.number.text, front.number.line.number, front.number.line.text, "label with a number")
        if not re.fullmatch(r"\d+[a-z]?", node.text):
            # With a bar the second figure may be something else, a page or a year; what a slash or a dash joins is one.
            note = notes.warn if "|" in node.text else notes.tell
            note(
                "number-shape", f"the number is printed as “{node.text}”",
                "write it as it stands in your DOIs and addresses", line=node.line, field="number",
            )  # fmt: skip
        return node
    if in_title is not None:
        node = Leaf(in_title["number"], front.title[-1].line.number, front.title[-1].text, "end of the title")
        notes.tell(
            "number-assumed", f"there is no heading with a number; {node.text} was read from “{node.source}”",
            "compare with the document", line=node.line, field="number",
        )  # fmt: skip
        return node
    if in_doi is not None and doi is not None:
        node = Leaf(in_doi, doi.line.number, doi.line.text, "end of the DOI")
        notes.warn(
            "number-assumed", f"there is no heading with a number; {node.text} was read from “{node.source}”",
            "compare with the document", line=node.line, field="number",
        )  # fmt: skip
        return node
    message, hint = _missing_words(document, "number", notes)
    notes.warn("number-missing", message, f"{hint}write the number as printed", field="number")
    return Gap("…", "the number as printed")


def _number_by_pattern(doi: str, series: Series) -> str | None:
    """Return the number that the series' pattern finds in a DOI, or None when the DOI does not follow the pattern."""
    template = series.doi.replace("{prefix}", series.prefix).replace("{issn}", str(series.issn or ""))
    before, place, after = template.partition("{number}")
    match = re.fullmatch(f"{re.escape(before)}(.+?){re.escape(after)}", doi, re.IGNORECASE) if place else None
    return match[1] if match else None


def _is_same_number(one: str, other: str) -> bool:
    """Tell whether two numbers differ only in signs, zeros and the order of the year: 3/2022, 2022.3."""
    plain = [re.sub(r"[\W_]", "", text).lstrip("0").lower() for text in (one, other)]
    # Zeros before a number and the order of its parts differ between print and DOI: 05/2023 and 2023.5 are one.
    parts = [sorted(part.lstrip("0") for part in re.findall(r"\d+", text)) for text in (one, other)]
    return plain[0] == plain[1] or (len(parts[0]) > 1 and parts[0] == parts[1])


def _title_fields(document: Document, notes: Notes) -> dict[str, Node]:
    """Return the title and, if there is one below it, the subtitle."""
    front = document.front
    title = _without_number(_without_decoration(" ".join(part.text for part in front.title)), document, notes)
    if front.subtitle and title.endswith((":", "：")):
        title = title[:-1].rstrip()
    subtitle = _subtitle(front, notes)
    for printed in front.unread:
        notes.tell("front-matter-unread", f"“{printed.text}” was not understood and left out", line=printed.line.number)
    if not title:
        message, hint = _missing_words(document, "title", notes)
        notes.warn("title-missing", message, f"{hint}write the title in its printed case", field="title")
        return {"title": Gap("…", "the title in its printed case, without series and number")}
    line = front.title[0].line
    _doubt_title(title, front, notes)
    sure = bool(line.level or line.bold or front.number)
    rule = "heading" if line.level else "first line that has no other meaning"
    return {
        "title": Leaf(title, line.number, line.text, rule, Confidence.CERTAIN if sure else Confidence.LIKELY),
        **subtitle,
    }


# Each of these was found where a template or an export had failed; the title is kept, and a person looks.
_SUSPICIOUS = (
    (re.compile(r"^(?:---|\+\+\+|<[!?a-z]|@\w+\{|%|\w[\w-]{1,20}:\s*[\"'])", re.IGNORECASE), "looks like markup"),
    (
        re.compile(r"^(?:title|author|date|layout|by|abstract|summary)\b\s*:", re.IGNORECASE),
        "starts with the name of a field",
    ),
    (re.compile(r"\s\|\s"), "contains a vertical bar"),
    (re.compile(r"https?://|\bISSN\b|\bDOI\b|\b10\.\d{4,}/"), "contains an address or a number"),
    (re.compile(r"^(?:by|von|par|por|di|door)\s+[A-Z]\w+\s+[A-Z]", re.IGNORECASE), "looks like a byline"),
)


def _doubt_title(title: str, front: Front, notes: Notes) -> None:
    """Doubt a title that holds what titles rarely hold: a label, the name of a field, a bar, a date."""
    if front.taught:
        return
    reasons = [why for pattern, why in _SUSPICIOUS if pattern.search(title)] + front.title_doubts
    if (date := PrintedDate.find(title)) is not None and date.value and len(date.value) > len("2023"):
        reasons.append(f"contains the date “{date.printed}”")
    if not re.search(r"[^\W\d_]", title) and not front.title[0].line.level:
        reasons.append("contains no letter")
    if title.endswith((".", "。")) and not (front.title[0].line.level or front.title[0].line.bold):
        reasons.append("ends as a sentence does")
    if not title[:1].isupper() and title[:1].isascii() and title[:1].isalpha() and not front.title[0].line.level:
        reasons.append("starts with a small letter")
    if reasons:
        notes.warn(
            "title-doubtful", f"the title {' and '.join(reasons)}", "compare it with the document",
            line=front.title[0].line.number, field="title",
        )  # fmt: skip


def _without_number(title: str, document: Document, notes: Notes) -> str:
    """Return a title without the number at its end, as in “… -C258”, where it is that of the document."""
    label = _NUMBER_IN_TITLE.search(title)
    if label is None or not _same_number(label["number"], document):
        return title
    notes.tell(
        "title-series-label-dropped", f"“{label[0].strip()}” after the title was left out: it is the number",
        line=document.front.title[-1].line.number, field="title",
    )  # fmt: skip
    return title[: label.start()].rstrip()


def _same_number(number: str, document: Document) -> bool:
    return document.front.number is None or document.front.number.text.lstrip("0") == number.lstrip("0")


def _without_decoration(title: str) -> str:
    """Return a title without italics or dashes around all of it, which are only decoration."""
    whole = re.fullmatch(r"<i>((?:(?!</?i>).)*)</i>", title)
    title = whole[1].strip() if whole else title.strip()
    dashed = re.fullmatch(r"[―—–]+\s*(.+?)\s*[―—–]+", title)
    return dashed[1] if dashed else title


def _subtitle(front: Front, notes: Notes) -> dict[str, Node]:
    """Return the subtitle; where nothing marks it as one, it is for a person to compare."""
    if not front.subtitle:
        return {}
    first = front.subtitle[0]
    text = _without_decoration(" ".join(part.text for part in front.subtitle))
    title = front.title[-1]
    marked = first.line.level > title.line.level > 0 or title.text.rstrip().endswith((":", "：")) or text != first.text
    followed = bool(front.byline) and first.line.number < front.byline[0].line.number
    note = notes.tell if marked or followed or front.taught else notes.warn
    note(
        "subtitle-assumed", "the text below the title was read as the subtitle",
        "delete it if it is something else", line=first.line.number, field="subtitle",
    )  # fmt: skip
    return {"subtitle": Leaf(text, first.line.number, first.line.text, "below the title")}


def _published_field(document: Document, notes: Notes) -> Node:
    """Return the first date of the title block, or a more precise one at the end of the text; no finer than printed."""
    front = document.front
    gap = Gap("…", "the printed date: a year, a year and month, or a day")
    found = _with_closing_date(document)
    found = found or _date_of_dateline(document)
    if not found:
        message, hint = _missing_words(document, "date of publication", notes)
        notes.warn("published-missing", message, f"{hint}write the printed date", field="published")
        return gap
    date, line = found[0]
    for other, place in front.dates[1:]:
        if other is not date and other.value != date.value:
            notes.warn(
                "date-several", f"there is a second date, “{other.printed}”; the first one is used",
                "find out which one is the date of publication", line=place.number, field="published",
            )  # fmt: skip
    if date.value is None:
        notes.warn(
            "date-ambiguous", f"“{date.printed}” can be read as two different days", "write it as year-month-day",
            line=line.number, field="published",
        )  # fmt: skip
        return gap
    if not _is_possible_date(date.value):
        notes.warn(
            "date-impossible", f"“{date.printed}” is not a date that exists", "find out the right date",
            line=line.number, field="published",
        )  # fmt: skip
        return gap
    if not front.dates:
        notes.tell(
            "date-assumed", f"the only date is at the end of the text: “{date.printed}”", "compare with the document",
            line=line.number, field="published",
        )  # fmt: skip
    return Leaf(date.value, line.number, line.text, "title block" if front.dates else "end of the text")


# A dateline puts town and date before the first sentence of a text: “BRUSSELS, 14 September 2023 —”.
_DATELINE = re.compile(r"[^\W\d_][\w .'’-]{1,40}[,.(]\s*(?P<date>.{6,40}?)\)?\s*[—–:]")


def _date_of_dateline(document: Document) -> list[tuple[PrintedDate, Line]]:
    """Return the date with which the text begins, as news do: “Brussels, 9 November 2022 — …”."""
    first = document.body[0] if document.body else None
    match = _DATELINE.match(first.text) if first is not None and not first.level else None
    date = PrintedDate.find(match["date"]) if match is not None else None
    return [(date, first)] if date is not None and first is not None and date.value else []


def _with_closing_date(document: Document) -> list[tuple[PrintedDate, Line]]:
    """Return the dates of the title block; a date alone on one of the last lines may replace or complete them."""
    front = list(document.front.dates)
    closing = _closing_date([*document.body, *document.references, *document.tail])
    if closing is None or (front and not _is_finer(closing[0].value, front[0][0].value)):
        return front
    return [closing, *front]


def _closing_date(lines: Sequence[Line]) -> tuple[PrintedDate, Line] | None:
    """Return a date that fills a line near the end of the document."""
    # From the end: the last date before the text is that of publication, earlier ones are those of events.
    for line in reversed(lines):
        date = PrintedDate.find(line.printed)
        if (
            date is not None
            and date.value
            and len(date.value) > len("2023")
            and len(line.printed) - len(date.printed) < _FEW
        ):
            return date, line
    return None


# Fewer letters are an acronym or a number, and say nothing about a language.
_FEW = 4


def _is_finer(one: str | None, other: str | None) -> bool:
    return bool(one and other and len(one) > len(other) and one.startswith(other))


def _is_possible_date(value: str) -> bool:
    try:
        PartialDate.parse(value)
    # A text that only looks like a date, such as 2023-02-31, is none.
    except ValueError:
        return False
    return True


# A reader may be used without a configuration; then no series is known by its word.
_NO_SERIES: Mapping[str, Series] = MappingProxyType({})


# Warnings that do not say that a value may be wrong: about how the document shows a DOI, and about what a person
# decides for the whole series.
_NO_DOUBT = frozenset({"doi-display", "issn-medium-assumed"})


def _set_confidence(fields: Mapping[str, Node], findings: tuple[Finding, ...]) -> dict[str, Node]:
    """Return the fields with lower confidence for those with a warning."""
    warned = {
        found.where.field for found in findings if found.severity is not Severity.INFO and found.code not in _NO_DOUBT
    }
    assumed = {found.where.field for found in findings if found.code.endswith("-assumed")}
    return {key: _with_confidence(node, (key,), warned, assumed) for key, node in fields.items()}


def _with_confidence(node: Node, loc: Loc, warned: set[str | None], assumed: set[str | None]) -> Node:
    match node:
        case Leaf():
            # A finding about “authors[0]” or “authors” speaks about everything below it.
            about = {field_path(loc[:end]) for end in range(1, len(loc) + 1)}
            if about & warned:
                return replace(node, confidence=Confidence.DOUBTFUL)
            if about & assumed and node.confidence is Confidence.CERTAIN:
                return replace(node, confidence=Confidence.LIKELY)
            return node
        case tuple():
            return tuple(_with_confidence(part, (*loc, index), warned, assumed) for index, part in enumerate(node))
        case Mapping():
            return {key: _with_confidence(part, (*loc, key), warned, assumed) for key, part in node.items()}
        case Gap():
            return node


def _labels_of(series: Mapping[str, Series]) -> list[str]:
    """Return the words by which documents call the configured series."""
    words = [word for known in series.values() for word in (known.title, *known.labels)]
    return words + [word.split()[-1] for word in words]


def _publishers_of(series: Mapping[str, Series]) -> list[str]:
    """Return the names of the houses that publish the configured series: in a title block they are not a title."""
    return [name for known in series.values() for name in known.house_names]


def draft_of(manuscript: Manuscript, *, series: Mapping[str, Series] = _NO_SERIES) -> Draft:
    """Make the draft of a record from a document that was read; without fields if it cannot be used."""
    if not manuscript.lines and has_errors(manuscript.findings):
        return Draft(manuscript.file, findings=manuscript.findings)
    notes = Notes(manuscript.file, manuscript.places)
    text = [line for line in manuscript.lines if not line.note]
    taught = TaughtBlock.find(text, series)
    document = Document.divide(
        manuscript.lines, _labels_of(series), _publishers_of(series), taught=taught.front if taught else None
    )
    stated = manuscript.properties
    said = stated.reliable and (stated.title or stated.authors)
    labelled = document.front.word is not None and bool(document.front.title)
    if not (document.front.number or document.front.byline or document.doi or said or labelled):
        notes.refuse(
            "document-unrecognised",
            "this does not look like a commentary: it starts without a number, a byline and a DOI",
            "check that this is the right file; you can also write a record by hand",
        )
    fields = _all_fields(document, series, notes, taught.series if taught else None)
    of_series = series.get(fields["series"].text) if isinstance(fields["series"], Leaf) else None
    if taught is None and of_series is not None and of_series.title_block and not (stated.reliable and stated.title):
        TaughtBlock.tell_difference(text, of_series, notes)
    fields, kept = stated.merge(fields, notes.all(), series)
    findings = (*manuscript.findings, *kept)
    return Draft(manuscript.file, MappingProxyType(_set_confidence(fields, findings)), findings, manuscript.places)


def _all_fields(
    document: Document, known: Mapping[str, Series], notes: Notes, taught: Series | None
) -> dict[str, Node]:
    front = document.front
    series_node, series = series_field(document, known, notes, taught=taught)
    number = _number_field(document, series, notes)
    title = _title_fields(document, notes)
    published = _published_field(document, notes)
    lines = (*document.head, *document.prose, *document.references)
    sections = (document.body, document.tail, document.references)
    authors = Authors.read(front, sections, lines, series, notes)
    fields: dict[str, Node] = {"series": series_node, "number": number, **title, "published": published}
    fields["authors"] = authors.nodes
    fields["doi"] = PrintedDoi.field(document.doi, number, series, notes)
    fields |= supplement_fields(document, number, series, notes)
    fields["references"] = _reference_fields(document, authors.biography_lines, published, notes)
    _tell_dead_links(document, notes)
    return fields if taught is None else {key: _with_taught_rule(key, node, front) for key, node in fields.items()}


# What a title block gives; the rest of a record is elsewhere.
_OF_THE_BLOCK = frozenset({"series", "number", "title", "subtitle", "published", "authors", "given", "family", "doi"})


def _with_taught_rule(key: str | int, node: Node, front: Front) -> Node:
    """Return a field with the rule `title block` if the configured title block gave it."""
    if key not in _OF_THE_BLOCK and not isinstance(key, int):
        return node
    match node:
        case Leaf() if node.line in front.lines and node.confidence is not Confidence.DOUBTFUL:
            rule = f"title block of {front.taught}, as configured"
            return replace(node, rule=rule, confidence=Confidence.CERTAIN)
        case tuple():
            return tuple(_with_taught_rule(index, part, front) for index, part in enumerate(node))
        case Mapping():
            return {name: _with_taught_rule(name, part, front) for name, part in node.items()}
        case _:
            return node


def _reference_fields(document: Document, biographies: frozenset[int], published: Node, notes: Notes) -> Node:
    lines = [line for line in document.references if line.number not in biographies]
    nodes = PrintedReferences(lines).read(notes, published=published.text if isinstance(published, Leaf) else None)
    if nodes:
        return nodes
    citing = [
        line.number for line in document.prose if line.number not in biographies and PrintedReferences.is_entry(line)
    ]
    # One address in a text is a link of it; several in a row are rather what it cites.
    found = (
        f"no list of references was recognised; {notes.between(citing[0], citing[-1])} cite something, but were not "
        "read"
        if len(citing) > 1
        else "no list of references was found"
    )
    notes.tell(
        "references-missing",
        found,
        "put a heading such as “References” above the list" if len(citing) > 1 else "",
        field="references",
    )
    return Gap('[{text: "…", url: https://…}]', "one entry for each reference, as printed")


def _tell_dead_links(document: Document, notes: Notes) -> None:
    """Report links in the text that lead nowhere, usually lost when a PDF was converted."""
    dead = [line for line in document.prose for link in line.links if link.target in {"", "#"}]
    if dead:
        notes.tell(
            "body-links-dead", f"{len(dead)} links in the text are broken",
            "only the reference list is deposited; add to it what these links were meant to cite", line=dead[0].number,
        )  # fmt: skip
