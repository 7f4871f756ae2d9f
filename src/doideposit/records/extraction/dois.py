"""The DOI of a document: found in all its spellings, and compared with its link and with the series."""

import re
from dataclasses import dataclass

from doideposit.records.doi_text import FoundDoi
from doideposit.records.extraction.draft import Gap, Leaf, Node, Notes
from doideposit.records.extraction.lines import Line
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.models.series import Series

__all__ = ["ANY_LABEL", "EDGE", "LABEL", "PrintedDoi"]


@dataclass(frozen=True, slots=True)
class PrintedDoi:
    """Hold a DOI as printed; `shown_as_link`: it is shown with https://doi.org/; `target` is where its link leads.

    `joined` is set when it was broken over two lines or by a space; `others` are further DOIs that the document prints
    as its own.
    """

    text: str
    line: Line
    shown_as_link: bool
    target: str | None = None
    joined: bool = False
    others: tuple[str, ...] = ()

    @staticmethod
    def split(text: str, line: Line) -> "tuple[PrintedDoi | None, str]":
        """Split a DOI off a text; return it and the rest, in which a label “DOI:” stays."""
        found = next(FoundDoi.all_in(text), None) or _parted(text)
        if found is None:
            return _linked_doi(text, line)
        target = next((link.target for link in line.links if "doi.org/" in link.target.lower()), None)
        # A prefix has the rest of its DOI in the next line, and one in two pieces is printed longer than it is.
        joined = not found.text.endswith("/") and " " in text[found.start : found.end]
        printed = PrintedDoi(found.text, line, found.address, target, joined)
        return printed, (text[: found.start].rstrip() + " " + text[found.end :].lstrip(_BEHIND)).rstrip()

    @staticmethod
    def field(doi: "PrintedDoi | None", number: Node, series: Series | None, notes: Notes) -> Node:
        """Return the DOI as printed, with findings about how it is shown and whether it fits series and number."""
        derived = _derived_doi(number, series)
        if doi is None:
            notes.tell(
                "doi-missing", "the document prints no DOI", "print it in the document once it is known", field="doi"
            )
            return Gap(derived or "…", "left out, it follows from series and number")
        line = doi.line.number
        _display_findings(doi, notes)
        if doi.others:
            notes.warn(
                "doi-several", f"the document prints several DOIs of its own: {', '.join((doi.text, *doi.others))}",
                "take the one of the edition that is registered", line=line, field="doi",
            )  # fmt: skip
        if series is not None and not doi.text.startswith(f"{series.prefix}/"):
            notes.warn(
                "doi-of-another-work", f"the DOI {doi.text} has not the prefix of the series, {series.prefix}: that of "
                "another work?",
                "delete it if it is not the document's own", line=line, field="doi",
            )  # fmt: skip
        if derived is not None and derived.lower() != doi.text.lower():
            notes.warn(
                "doi-disagrees", f"the printed DOI {doi.text} disagrees with series and number, which give {derived}",
                "find out which one is right", line=line, field="doi",
            )  # fmt: skip
        try:
            return Leaf(str(Doi.parse(doi.text)), line, doi.line.text)
        # What is printed may be broken by the layout: it is told, and never repaired by guessing.
        except InvalidIdentifier as error:
            notes.warn(error.code, error.message, error.hint, line=line, field="doi")
            return Leaf(doi.text, line, doi.line.text)


# A prefix before white space that the layout put into the DOI: the rest follows.
_PARTED = re.compile(
    r"(?P<address>(?:https?://)?(?:dx\.)?doi\.org/)?(?P<doi>10\.\d{4,9}/)(?:\s+(?P<rest>\S+)|$)", re.IGNORECASE
)
# A label after which the line ends: the DOI follows on the next one.
LABEL = re.compile(r"\b(?:DOI|Digital Object Identifier)\b\s*:?\s*$", re.IGNORECASE)
ANY_LABEL = re.compile(r"\b(?:DOI|Digital Object Identifier)\b\s*:?", re.IGNORECASE)
# Signs that close what is around a DOI.
_BEHIND = " .,;:)]>*_–—"
# Signs that surround a DOI in print, and are not part of it.
EDGE = " \t-–—|,;:•·()[]"


def _parted(text: str) -> FoundDoi | None:
    """Return a DOI with white space after its prefix, put together; the prefix alone at the end of a line."""
    match = _PARTED.search(text)
    if match is None:
        return None
    whole = next(FoundDoi.all_in(match["doi"] + match["rest"]), None) if match["rest"] else None
    if match["rest"] and whole is None:
        return None
    doi = match["doi"] if whole is None else whole.text
    end = match.end() if whole is None else match.start("rest") + whole.end - len(match["doi"])
    return FoundDoi(doi, match.start(), end, match["address"] is not None, whole is not None)


def _linked_doi(text: str, line: Line) -> tuple[PrintedDoi | None, str]:
    """Return the DOI of a link whose label is only a word, such as “DOI”."""
    for link in line.links:
        doi = FoundDoi.first_whole(link.target)
        if doi is not None:
            printed = PrintedDoi(doi, line, shown_as_link=False, target=link.target)
            return printed, text.replace(link.label, "", 1)
    return None, text


def _derived_doi(number: Node, series: Series | None) -> str | None:
    if series is None or not isinstance(number, Leaf):
        return None
    try:
        derived = series.doi_for(number.text)
    # A number that the pattern of the series cannot take is told where the number is read.
    except InvalidIdentifier:
        return None
    return None if derived is None else str(derived)


def _display_findings(doi: PrintedDoi, notes: Notes) -> None:
    line = doi.line.number
    if not doi.shown_as_link:
        notes.warn(
            "doi-display", "the DOI is not shown as a link with https://doi.org/ in front",
            "show it in this form in the document and on the landing page (Crossref's display guidelines)",
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
