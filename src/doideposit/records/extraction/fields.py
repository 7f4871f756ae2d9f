"""Number, title and date of a record, as the front matter of a document gives them."""

import re

from doideposit.records.extraction.draft import Gap, Leaf, Node, Notes
from doideposit.records.extraction.front import Front
from doideposit.records.extraction.sections import Document
from doideposit.records.models.text import PartialDate

__all__ = ["number_field", "published_field", "title_fields"]

_NUMBER_IN_TITLE = re.compile(r"\s*(?:[-–—|,:]\s*|\()\s*[A-Z]{1,2}\.?\s?(?P<number>\d{1,5})\)?\s*$")
_NUMBER_IN_DOI = re.compile(r"\.[A-Za-z]{0,3}(?P<number>\d{1,5})$")


def number_field(document: Document, notes: Notes) -> Node:
    """The number: from the heading, else from the end of the title, else from the end of the DOI."""
    front, doi = document.front, document.doi
    in_doi = _NUMBER_IN_DOI.search(doi.text) if doi else None
    in_title = _NUMBER_IN_TITLE.search(front.title[-1].text) if front.title else None
    if front.number is not None:
        node = Leaf(front.number.text, front.number.line.number, front.number.line.text)
    elif in_title is not None:
        node = Leaf(in_title["number"], front.title[-1].line.number, front.title[-1].text)
    elif in_doi is not None and doi is not None:
        node = Leaf(in_doi["number"], doi.line.number, doi.line.text)
    else:
        notes.warn("number-missing", "no number was found", "write the number as printed", field="number")
        return Gap("…", "the number as printed")
    if front.number is None:
        notes.warn(
            "number-assumed", f"there is no heading with a number; {node.text} was read from “{node.source}”",
            "compare with the document", line=node.line, field="number",
        )  # fmt: skip
    for other, line in ((in_doi, doi.line if doi else None), (in_title, front.title[-1].line if front.title else None)):
        if other is not None and line is not None and other["number"].lstrip("0") != node.text.lstrip("0"):
            notes.warn(
                "number-disagrees", f"the number is {node.text} on line {node.line} and {other['number']} here",
                "find out which one is right", line=line.number, field="number",
            )  # fmt: skip
    return node


def title_fields(document: Document, notes: Notes) -> dict[str, Node]:
    """Title and, where a short line stands between title and byline, a subtitle."""
    front = document.front
    subtitle = _subtitle(front, notes)
    title = _without_number(_one_face(" ".join(part.text for part in front.title)), document, notes)
    if not title:
        notes.warn("title-missing", "no title was found", "write the title in its printed case", field="title")
        return {"title": Gap("…", "the title in its printed case, without series and number")}
    line = front.title[0].line
    return {"title": Leaf(title, line.number, line.text), **subtitle}


def _without_number(title: str, document: Document, notes: Notes) -> str:
    """A title without the number at its end, as in “… -C258”, where it is that of the document."""
    label = _NUMBER_IN_TITLE.search(title)
    if label is None or not _same_number(label["number"], document):
        return title
    notes.tell(
        "title-series-label-dropped", f"“{label[0].strip()}” behind the title was left out: it is the number",
        line=document.front.title[-1].line.number, field="title",
    )  # fmt: skip
    return title[: label.start()].rstrip()


def _same_number(number: str, document: Document) -> bool:
    return document.front.number is None or document.front.number.text.lstrip("0") == number.lstrip("0")


def _one_face(title: str) -> str:
    """A title without italics or brackets that stand around all of it: they are looks, not meaning."""
    whole = re.fullmatch(r"<i>((?:(?!</?i>).)*)</i>", title)
    return whole[1].strip() if whole else title.strip()


def _subtitle(front: Front, notes: Notes) -> dict[str, Node]:
    """Lines that are nothing known: a subtitle right after the title, everything else is told and left out."""
    fields: dict[str, Node] = {}
    first_byline = front.byline[0].line.number if front.byline else 0
    after_title = front.title[-1].line.number if front.title else 0
    for printed in front.unread:
        if not fields and after_title < printed.line.number < first_byline:
            fields["subtitle"] = Leaf(printed.text, printed.line.number, printed.line.text)
            notes.warn(
                "subtitle-assumed", "this line between title and byline was taken for the subtitle",
                "delete it if it is something else", line=printed.line.number, field="subtitle",
            )  # fmt: skip
        else:
            notes.tell(
                "front-matter-unread", f"“{printed.text}” was not understood and left out", line=printed.line.number
            )
    return fields


def published_field(front: Front, notes: Notes) -> Node:
    """The first date of the front matter, as precise as it is printed."""
    gap = Gap("…", "the printed date: a year, a year and month, or a day")
    if not front.dates:
        notes.warn("published-missing", "no date of publication was found", "write the printed date", field="published")
        return gap
    date, line = front.dates[0]
    for other, place in front.dates[1:]:
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
    if not _possible(date.value):
        notes.warn(
            "date-impossible", f"“{date.printed}” is not a day of the calendar", "find out the right date",
            line=line.number, field="published",
        )  # fmt: skip
        return gap
    return Leaf(date.value, line.number, line.text)


def _possible(value: str) -> bool:
    try:
        PartialDate.parse(value)
    except ValueError:
        return False
    return True
