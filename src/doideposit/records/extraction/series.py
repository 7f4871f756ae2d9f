"""Which configured series a document belongs to, told by the ISSN in its DOI, or else by the series word."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from doideposit.records.extraction.dois import PrintedDoi
from doideposit.records.extraction.draft import Gap, Leaf, Node, Notes
from doideposit.records.extraction.front import Front
from doideposit.records.extraction.lines import Line
from doideposit.records.extraction.sections import Document
from doideposit.records.extraction.vocabulary import folded
from doideposit.records.identifiers import InvalidIdentifier, Issn
from doideposit.records.models.series import Series

__all__ = ["series_field"]

# DOIs of series often hold the ISSN; the check digit at its end can be X.
_ISSN_IN_DOI = re.compile(r"(?:ISSN\W?|(?<![\dX]))(\d{4}-\d{3}[\dX])(?![\dX])", re.IGNORECASE)
# Print prints the medium before or after the word: eISSN, ISSN (online).
_ISSN_LABELLED = re.compile(
    r"\b(?P<medium>[ep]-?)?ISSN\b(?:\s*\((?P<kind>[^)]*)\))?[:\s]*(?P<issn>\d{4}-?\d{3}[\dX])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Found:
    """Hold the series of a document: its configuration, the line that tells, and how it was told."""

    series: Series
    line: Line
    how: str


@dataclass(frozen=True, slots=True)
class _PrintedIssn:
    """Hold an ISSN as printed; `medium_printed` says whether the document tells print from online."""

    issn: Issn
    line: Line
    medium_printed: bool


def _printed_issn(doi: PrintedDoi | None, lines: Iterable[Line], notes: Notes) -> _PrintedIssn | None:
    """Return the ISSN of the document: printed as such, or as a part of the DOI, with a right check digit."""
    for line in lines:
        match = _ISSN_LABELLED.search(line.text)
        issn = _parse_issn(match["issn"], line, notes) if match and "10." not in line.text[: match.start()] else None
        if match and issn:
            return _PrintedIssn(issn, line, bool(match["medium"] or match["kind"]))
    match = _ISSN_IN_DOI.search(doi.text) if doi else None
    issn = _parse_issn(match[1], doi.line, notes) if match and doi else None
    return _PrintedIssn(issn, doi.line, medium_printed=False) if issn and doi else None


def _parse_issn(text: str, line: Line, notes: Notes) -> Issn | None:
    try:
        return Issn.parse(text)
    # A misprinted ISSN does not tell the series, and the person who sees it can.
    except InvalidIdentifier as error:
        notes.warn(error.code, error.message, error.hint, line=line.number, field="series")
        return None


def _find_series(
    front: Front,
    doi: PrintedDoi | None,
    issn: _PrintedIssn | None,
    series: Mapping[str, Series],
    everything: Sequence[Line],
) -> list[_Found]:
    """Return every configured series the document may belong to: one is certain, of several a person decides."""
    if issn is not None:
        found = [_Found(known, issn.line, "issn") for known in series.values() if _has_issn(known, issn.issn)]
        if found:
            return _series_with_word(found, front)
    by_word: list[_Found] = []
    if front.word is not None:
        line = front.word.line
        by_word = [_Found(known, line, "word") for known in series.values() if _is_called(known, front.word.text)]
        by_word = _choose_closest(by_word, front.word.text, everything)
    if doi is None:
        return by_word
    fitting = [match for match in by_word if doi.text.startswith(f"{match.series.prefix}/")]
    prefixed = [
        _Found(known, doi.line, "prefix") for known in series.values() if doi.text.startswith(f"{known.prefix}/")
    ]
    if fitting or not prefixed:
        return fitting or by_word
    if len(prefixed) > 1:
        return prefixed if not by_word else [*by_word, *prefixed]
    # The words name one series and the DOI another: a person decides which of them is right.
    return [*by_word, *prefixed]


def _choose_closest(found: list[_Found], word: str, lines: Sequence[Line]) -> list[_Found]:
    """Choose among series with the same word: those whose house is named, else those with the exact word."""
    if len(found) < 2:  # noqa: PLR2004
        return found
    named = _named_in(found, lines)
    exact = [match for match in found if _is_exactly(match.series, word)]
    return [match for match in named if match in exact] or named or exact or found


def _named_in(found: list[_Found], lines: Sequence[Line]) -> list[_Found]:
    """Return the series whose acronym, such as ORF, or whose house the document prints."""
    text = " ".join(line.text for line in lines)
    kept = []
    for match in found:
        names = [match.series.title.split()[0]] if match.series.title.split()[0].isupper() else []
        names += [body.name for body in (match.series.publisher, match.series.institution) if body and body.name]
        if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names):
            kept.append(match)
    return kept


def _is_exactly(series: Series, word: str) -> bool:
    return folded(word) in {folded(series.title), *map(folded, series.labels)}


def _has_issn(series: Series, issn: Issn) -> bool:
    return any(known.issn == issn for known in series.issns)


def _series_with_word(found: list[_Found], front: Front) -> list[_Found]:
    """Return those of several series with one ISSN that have the printed word."""
    word = front.word
    called = [match for match in found if word is not None and _is_called(match.series, word.text)]
    return called if len(found) > 1 and called else found


def _is_called(series: Series, word: str) -> bool:
    names = {folded(series.title), *map(folded, series.labels)}
    return folded(word) in names or any(name.endswith(f" {folded(word)}") for name in names)


def series_field(
    document: Document, series: Mapping[str, Series], notes: Notes, *, taught: Series | None = None
) -> tuple[Node, Series | None]:
    """Return the series by ISSN, word, or DOI pattern; a gap if that gives none or several.

    `taught` is the series whose title block the document has, as the configuration describes it.
    """
    if taught is not None:
        return Leaf(taught.name, document.head[0].number, document.head[0].text), taught
    issn = _printed_issn(document.doi, [*document.head, *document.tail], notes)
    everything = (*document.head, *document.prose)
    found = _find_series(document.front, document.doi, issn, series, everything)
    if len(found) != 1 and (issn is None or not found):
        found = _choose_named(found or _every_series(document, series), document) or found
    chosen = found[0] if len(found) == 1 else None
    _issn_finding(issn, chosen, notes)
    if chosen is None:
        return _unknown_series(found, issn, notes), None
    if chosen.how != "issn":
        how = "its name only" if chosen.how == "word" else "the prefix of the DOI only"
        notes.tell(
            "series-assumed", f"the series was recognised by {how}: {chosen.series.title}", "compare with the text",
            line=chosen.line.number, field="series",
        )  # fmt: skip
    return Leaf(chosen.series.name, chosen.line.number, chosen.line.text), chosen.series


def _every_series(document: Document, series: Mapping[str, Series]) -> list[_Found]:
    lines = [*document.head, *document.tail]
    return [_Found(known, lines[0], "word") for known in series.values()] if lines and not document.front.word else []


def _choose_named(found: list[_Found], document: Document) -> list[_Found]:
    """Choose among series those whose whole name is printed, or whose acronym is, such as ORF."""
    lines = [*document.head, *document.tail]
    text = " ".join(line.text for line in lines)
    named = [match for match in found if " " in match.series.title and match.series.title.lower() in text.lower()]
    if named or document.front.word is None:
        return named
    first = [(match, match.series.title.split()[0]) for match in found]
    text += " ".join(line.text for line in document.prose)
    return [match for match, word in first if word.isupper() and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)]


def _issn_finding(issn: _PrintedIssn | None, chosen: _Found | None, notes: Notes) -> None:
    configured = chosen is not None and chosen.series.issn_medium is not None
    if issn is not None and not issn.medium_printed and not configured:
        notes.warn(
            "issn-medium-assumed",
            f"the document does not say whether the ISSN {issn.issn} is that of the print or the online edition; "
            "electronic is assumed",
            "set `issn_medium` for the series in the configuration", line=issn.line.number, field="series",
        )  # fmt: skip


def _unknown_series(found: Sequence[_Found], issn: _PrintedIssn | None, notes: Notes) -> Gap:
    names = ", ".join(match.series.name for match in found)
    what = f"the ISSN {issn.issn}" if issn else "the document"
    notes.warn(
        "series-ambiguous" if found else "series-unknown",
        f"{what} fits several configured series: {names}" if found else f"{what} fits no configured series",
        "write the short name of the series, as in the configuration",
        line=issn.line.number if issn else None, field="series",
    )  # fmt: skip
    return Gap(found[0].series.name if found else "name-of-the-series", "its short name in the configuration")
