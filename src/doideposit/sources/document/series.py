"""Which configured series a document belongs to, told by the ISSN in its DOI, or else by the series word."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from doideposit.identifiers import InvalidIdentifier, Issn
from doideposit.models.series import Series
from doideposit.sources.document.front import Front, PrintedDoi
from doideposit.sources.document.lines import Line

__all__ = ["Found", "find_series", "labels_of", "printed_issn"]

_ISSN_IN_DOI = re.compile(r"(?<!\d)(\d{4}-?\d{3}[\dX])(?![\dX])", re.IGNORECASE)
_ISSN_LABELLED = re.compile(
    r"\b(?P<medium>[ep]-?)?ISSN\b(?:\s*\((?P<kind>[^)]*)\))?[:\s]*(?P<issn>\d{4}-?\d{3}[\dX])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Found:
    """The series of a document: its configuration, the line that tells, and how it was told."""

    series: Series
    line: Line
    how: str


@dataclass(frozen=True, slots=True)
class PrintedIssn:
    """An ISSN as printed; `medium_printed` says whether the document tells print from online."""

    issn: Issn
    line: Line
    medium_printed: bool


def labels_of(series: Mapping[str, Series]) -> list[str]:
    """The words by which the configured series are called in documents."""
    words = [word for known in series.values() for word in (known.title, *known.labels)]
    return words + [word.split()[-1] for word in words]


def printed_issn(doi: PrintedDoi | None, lines: Iterable[Line]) -> PrintedIssn | None:
    """The ISSN of the document: printed as such, or as a part of the DOI, with a right check digit."""
    for line in lines:
        match = _ISSN_LABELLED.search(line.text)
        issn = _issn(match["issn"]) if match and "10." not in line.text[: match.start()] else None
        if match and issn:
            return PrintedIssn(issn, line, bool(match["medium"] or match["kind"]))
    for match in _ISSN_IN_DOI.finditer(doi.text) if doi else ():
        issn = _issn(match[1])
        if issn and doi:
            return PrintedIssn(issn, doi.line, medium_printed=False)
    return None


def _issn(text: str) -> Issn | None:
    try:
        return Issn.parse(text)
    except InvalidIdentifier:
        return None


def find_series(
    front: Front, doi: PrintedDoi | None, issn: PrintedIssn | None, series: Mapping[str, Series]
) -> list[Found]:
    """Every configured series the document may belong to: one is certain, several are for a person to decide."""
    if issn is not None:
        found = [Found(known, issn.line, "issn") for known in series.values() if _has_issn(known, issn.issn)]
        if found:
            return _called(found, front)
    if front.word is None:
        return []
    line = front.word.line
    found = [Found(known, line, "word") for known in series.values() if _is_called(known, front.word.text)]
    return [one for one in found if doi is None or doi.text.startswith(f"{one.series.prefix}/")]


def _has_issn(series: Series, issn: Issn) -> bool:
    return any(known.issn == issn for known in series.issns)


def _called(found: list[Found], front: Front) -> list[Found]:
    """Among several series with one ISSN, those that are called by the printed word."""
    word = front.word
    called = [one for one in found if word is not None and _is_called(one.series, word.text)]
    return called if len(found) > 1 and called else found


def _is_called(series: Series, word: str) -> bool:
    names = {series.title.lower(), *(label.lower() for label in series.labels)}
    return word.lower() in names or word.lower() in {name.split()[-1] for name in names}
