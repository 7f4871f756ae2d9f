"""The DOI of a document: found in all its spellings, and compared with its link and with the series."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from doideposit.records.extraction.draft import Gap, Leaf, Node, Notes
from doideposit.records.extraction.lines import Line
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.models.series import Series

__all__ = ["ANY_LABEL", "EDGE", "LABEL", "PrintedDoi", "doi_field", "find_doi", "split_doi"]


@dataclass(frozen=True, slots=True)
class PrintedDoi:
    """A DOI as printed; `shown_as_link` says that it is shown with https://doi.org/, `target` is where its link leads.

    `joined` is set when it was broken over two lines or by a space.
    """

    text: str
    line: Line
    shown_as_link: bool
    target: str | None = None
    joined: bool = False


_DOI = re.compile(
    r"(?P<address>(?:https?://)?(?:dx\.)?doi\.org/)?(?P<doi>10\.\d{4,9}/(?P<suffix>[^\s<>\"'“”]*))", re.IGNORECASE
)
LABEL = re.compile(r"\b(?:DOI|Digital Object Identifier)\b\s*:?\s*$", re.IGNORECASE)
ANY_LABEL = re.compile(r"\b(?:DOI|Digital Object Identifier)\b\s*:?", re.IGNORECASE)
EDGE = " \t-–—|,;:•·()[]"


def find_doi(lines: Iterable[Line]) -> PrintedDoi | None:
    """Find the DOI that a document prints as its own somewhere outside the front matter, such as in the imprint."""
    for line in lines:
        doi, rest = split_doi(line.printed, line)
        if doi is not None and (ANY_LABEL.search(rest) or not rest.strip(EDGE)):
            return doi
    return None


def split_doi(text: str, line: Line) -> tuple[PrintedDoi | None, str]:
    """Take a DOI out of a text; returns it and the text without it, with the label “DOI:” left for the caller."""
    match = _DOI.search(text)
    if match is None:
        return _linked_doi(text, line)
    end, doi, joined = match.end(), match["doi"], False
    if not match["suffix"]:
        following = re.match(r"\s+(\S+)", text[end:])
        if following:
            doi, end, joined = doi + following[1], end + following.end(), True
    trimmed = doi.rstrip(".,;:–—]*") if match["suffix"] or joined else doi
    if trimmed.count("(") < trimmed.count(")"):
        trimmed = trimmed.rstrip(")")
    target = next((link.target for link in line.links if "doi.org/" in link.target.lower()), None)
    printed = PrintedDoi(trimmed, line, bool(match["address"]), target, joined)
    return printed, (text[: match.start()].rstrip() + " " + text[end:].lstrip(" .,;")).rstrip()


def _linked_doi(text: str, line: Line) -> tuple[PrintedDoi | None, str]:
    """Take the DOI from a link whose label is just a word, such as “DOI”."""
    for link in line.links:
        match = _DOI.search(link.target)
        if match is not None and match["suffix"]:
            return PrintedDoi(match["doi"], line, shown_as_link=False, target=link.target), text.replace(
                link.label, "", 1
            )
    return None, text


def doi_field(doi: PrintedDoi | None, number: Node, series: Series | None, notes: Notes) -> Node:
    """The DOI as printed, with findings about how it is shown and whether it fits series and number."""
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
        derived = series.doi_for(number.text)
    except InvalidIdentifier:
        return None
    return None if derived is None else str(derived)


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
