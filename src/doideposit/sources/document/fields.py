"""The fields of a record, as the sections of a document give them."""

import re
from collections.abc import Mapping, Sequence

from doideposit.identifiers import Doi, InvalidIdentifier
from doideposit.models.series import Series
from doideposit.models.text import PartialDate
from doideposit.sources.document.biography import blocks_of
from doideposit.sources.document.draft import Gap, Leaf, Node, Notes
from doideposit.sources.document.front import Front, PrintedDoi
from doideposit.sources.document.lines import Line
from doideposit.sources.document.sections import Document
from doideposit.sources.document.series import Found, PrintedIssn, find_series, printed_issn

__all__ = [
    "abstract_field",
    "doi_field",
    "licence_field",
    "number_field",
    "published_field",
    "series_field",
    "title_fields",
    "url_field",
]


def series_field(document: Document, series: Mapping[str, Series], notes: Notes) -> tuple[Node, Series | None]:
    """The series, told by the ISSN or by its word; a gap when that leaves none or several."""
    issn = printed_issn(document.doi, [*document.head, *document.tail])
    found = find_series(document.front, document.doi, issn, series)
    chosen = found[0] if len(found) == 1 else None
    _issn_finding(issn, chosen, notes)
    if chosen is None:
        return _unknown_series(found, issn, notes), None
    if chosen.how == "word":
        notes.tell(
            "series-assumed", f"the series was told by its name alone: {chosen.series.title}", "compare with the text",
            line=chosen.line.number, field="series",
        )  # fmt: skip
    return Leaf(chosen.series.name, chosen.line.number, chosen.line.text), chosen.series


def _issn_finding(issn: PrintedIssn | None, chosen: Found | None, notes: Notes) -> None:
    configured = chosen is not None and chosen.series.issn_medium is not None
    if issn is not None and not issn.medium_printed and not configured:
        notes.warn(
            "issn-medium-assumed",
            f"the document does not say whether the ISSN {issn.issn} is that of the print or the online edition; "
            "electronic is assumed",
            "set `issn_medium` for the series in the configuration", line=issn.line.number, field="series",
        )  # fmt: skip


def _unknown_series(found: Sequence[Found], issn: PrintedIssn | None, notes: Notes) -> Gap:
    names = ", ".join(one.series.name for one in found)
    what = f"the ISSN {issn.issn}" if issn else "the document"
    notes.warn(
        "series-ambiguous" if found else "series-unknown",
        f"{what} fits several configured series: {names}" if found else f"{what} fits no configured series",
        "write the short name of the series, as the configuration has it",
        line=issn.line.number if issn else None, field="series",
    )  # fmt: skip
    return Gap(found[0].series.name if found else "name-of-the-series", "its short name in the configuration")


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
    if not front.title:
        notes.warn("title-missing", "no title was found", "write the title in its printed case", field="title")
        return {"title": Gap("…", "the title in its printed case, without series and number")}
    line = front.title[0].line
    title = _one_face(" ".join(part.text for part in front.title))
    label = _NUMBER_IN_TITLE.search(title)
    if label is not None and _same_number(label["number"], document):
        notes.tell(
            "title-series-label-dropped", f"“{label[0].strip()}” behind the title was left out: it is the number",
            line=front.title[-1].line.number, field="title",
        )  # fmt: skip
        title = title[: label.start()].rstrip()
    if not title:
        return {"title": Gap("…", "the title in its printed case, without series and number")}
    return {"title": Leaf(title, line.number, line.text), **subtitle}


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


def doi_field(document: Document, number: Node, series: Series | None, notes: Notes) -> Node:
    """The DOI as printed, with findings about how it is shown and whether it fits series and number."""
    doi = document.doi
    derived = _derived_doi(number, series)
    if doi is None:
        notes.tell(
            "doi-missing", "the document prints no DOI", "print it in the document once it is known", field="doi"
        )
        return Gap(derived or "…", "left out, it follows from series and number")
    line = doi.line.number
    _display_findings(doi, notes)
    if derived is not None and derived.lower() != doi.text.lower():
        notes.warn(
            "doi-disagrees", f"the printed DOI {doi.text} disagrees with series and number, which give {derived}",
            "find out which one is right", line=line, field="doi",
        )  # fmt: skip
    try:
        return Leaf(str(Doi.parse(doi.text)), line, doi.line.text)
    except InvalidIdentifier as error:
        notes.warn(error.code, error.message, error.hint, line=line, field="doi")
        return Leaf(doi.text, line, doi.line.text)


def _derived_doi(number: Node, series: Series | None) -> str | None:
    if series is None or not isinstance(number, Leaf):
        return None
    try:
        return str(series.doi_for(number.text))
    except InvalidIdentifier:
        return None


def _display_findings(doi: PrintedDoi, notes: Notes) -> None:
    line = doi.line.number
    if not doi.shown_as_link:
        notes.warn(
            "doi-display", "the DOI is not shown as a link with https://doi.org/ in front",
            "show it so in the document and on the landing page (Crossref's display guidelines)",
            line=line, field="doi",
        )  # fmt: skip
    if doi.joined:
        notes.warn(
            "doi-joined", "the DOI is printed in two pieces and was put together", "compare it", line=line, field="doi"
        )
    _link_finding(doi, notes)


def _link_finding(doi: PrintedDoi, notes: Notes) -> None:
    target = re.sub(r"^.*?doi\.org/", "", doi.target or "", flags=re.IGNORECASE)
    if target and target.lower() != doi.text.lower():
        notes.warn(
            "doi-link-disagrees", f"the printed DOI is {doi.text}, but its link leads to {target}",
            "find out which one is right", line=doi.line.number, field="doi",
        )  # fmt: skip


def url_field(number: Node, series: Series | None, notes: Notes) -> Node:
    """The landing page, which no document prints: a gap, and a warning where the series has no pattern for it."""
    if series is not None and series.url is not None and isinstance(number, Leaf):
        return Gap(series.url_for(number.text) or "", "left out, the series' pattern gives this address")
    notes.warn(
        "url-missing", "the document does not say where its landing page is",
        "write the address of the page with title, authors, DOI and the way to the text", field="url",
    )  # fmt: skip
    example = f"https://www.example.org/comment-{number.text if isinstance(number, Leaf) else 'number'}/"
    return Gap(example, "the landing page, not the PDF; nothing is deposited without it")


_ABSTRACT = re.compile(r"(?:abstract|summary|executive summary)\s*(?P<mark>[:.–—-]?)\s*(?P<text>.*)", re.IGNORECASE)
_KEYWORDS = re.compile(r"key\s?words?\s*:\s*(?P<words>.+)", re.IGNORECASE)


def abstract_field(document: Document, notes: Notes) -> dict[str, Node]:
    """The abstract, where one is headed so, and the keywords."""
    fields: dict[str, Node] = {}
    abstract = _abstract([*document.body])
    if abstract is None:
        notes.warn(
            "abstract-missing", "the document has no abstract", "add it if there is one; never write it for the author",
            field="abstracts",
        )  # fmt: skip
        fields["abstracts"] = Gap("[{text: …, language: en}]", "as published, without the heading")
    else:
        fields["abstracts"] = ({"text": abstract},)
    for line in document.body:
        match = _KEYWORDS.fullmatch(line.text)
        if match is not None:
            words = [word.strip(" .") for word in re.split(r"[;,]", match["words"])]
            fields["keywords"] = tuple(Leaf(word, line.number, line.text) for word in words if word)
    return fields


def _abstract(body: Sequence[Line]) -> Leaf | None:
    blocks = list(blocks_of(body))
    for index, block in enumerate(blocks):
        match = _ABSTRACT.fullmatch(block[0].text)
        if match is None or (match["text"] and match["mark"] not in {":", "."}):
            continue
        texts = [text for text in (match["text"], *(line.text for line in block[1:])) if text]
        if texts:
            return Leaf(" ".join(texts), block[0].number, block[0].text)
        if index + 1 < len(blocks):
            following = blocks[index + 1]
            return Leaf(" ".join(line.text for line in following), following[0].number, following[0].text)
    return None


_LICENCE = re.compile(
    r"https?://creativecommons\.org/(?:licenses|publicdomain)/[\w.-]+/\d\.\d/?[^\s)>]*", re.IGNORECASE
)


def licence_field(document: Document, series: Series | None, notes: Notes) -> Node:
    """The licence, where the document prints its address; none is ever assumed."""
    for line in (*document.head, *document.prose):
        for text in (line.text, *(link.target for link in line.links)):
            match = _LICENCE.search(text)
            if match is not None:
                return ({"url": Leaf(match[0], line.number, line.text)},)
    if series is None or not series.licences:
        notes.warn(
            "licence-missing", "the document names no licence", "add its address if there is one; none is assumed",
            field="licences",
        )  # fmt: skip
    return Gap("[{url: https://creativecommons.org/licenses/by/4.0/}]", "only a licence that the document really has")


def tell_dead_links(document: Document, notes: Notes) -> None:
    """Report links in the text that lead nowhere, usually lost when a PDF was converted."""
    dead = [line for line in document.prose for link in line.links if link.target in {"", "#"}]
    if dead:
        notes.tell(
            "body-links-dead", f"{len(dead)} links in the text lead nowhere",
            "only the reference list is deposited; add to it what the links were meant to cite", line=dead[0].number,
        )  # fmt: skip
