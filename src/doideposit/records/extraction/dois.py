"""The DOI of a document: found in all its spellings, and compared with its link and with the series."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from doideposit.records.doi_text import FoundDoi, dois_in, find_doi
from doideposit.records.extraction.draft import Gap, Leaf, Node, Notes
from doideposit.records.extraction.lines import Line
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.models.series import Series

__all__ = [
    "ANY_LABEL",
    "EDGE",
    "LABEL",
    "PrintedDoi",
    "cites_itself",
    "doi_field",
    "own_doi",
]


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
        found = next(dois_in(text), None) or _parted(text)
        if found is None:
            return _linked_doi(text, line)
        target = next((link.target for link in line.links if "doi.org/" in link.target.lower()), None)
        # A prefix has the rest of its DOI in the next line, and one in two pieces is printed longer than it is.
        joined = not found.text.endswith("/") and " " in text[found.start : found.end]
        printed = PrintedDoi(found.text, line, found.address, target, joined)
        return printed, (text[: found.start].rstrip() + " " + text[found.end :].lstrip(_BEHIND)).rstrip()


# A prefix before white space that the layout put into the DOI: the rest follows.
_PARTED = re.compile(
    r"(?P<address>(?:https?://)?(?:dx\.)?doi\.org/)?(?P<doi>10\.\d{4,9}/)(?:\s+(?P<rest>\S+)|$)", re.IGNORECASE
)
# A label behind which the line ends: the DOI follows on the next one.
LABEL = re.compile(r"\b(?:DOI|Digital Object Identifier)\b\s*:?\s*$", re.IGNORECASE)
ANY_LABEL = re.compile(r"\b(?:DOI|Digital Object Identifier)\b\s*:?", re.IGNORECASE)
# Signs that close what stands around a DOI.
_BEHIND = " .,;:)]>*_–—"
# Signs that surround a DOI in print, and are no part of it.
EDGE = " \t-–—|,;:•·()[]"


# Words and years in brackets that tell of another work, whose DOI then follows.
_OF_ANOTHER = re.compile(
    r"\((?:19|20)\d\d|\b(?:see|cf|answers?|earlier|cited|reply|response to|review of|vgl|voir)\b", re.IGNORECASE
)
# A line of an imprint is short; longer ones are paragraphs that mention a DOI.
_LONGEST_IMPRINT = 240


def own_doi(body: Sequence[Line], tail: Sequence[Line]) -> PrintedDoi | None:
    """Find the DOI that a document prints as its own outside the title block: alone on a line, or in the imprint.

    A DOI in running text, or beside a year in brackets, is that of another work. Of two DOIs in an imprint the one of
    the online edition counts; `others` of it names the rest.
    """
    before: Line | None = None
    for line in body[:_FIRST_LINES]:
        # In a narrow column a DOI of running text may fill a line of its own.
        if (doi := _doi_alone(line)) and not _continues_sentence(before, line):
            return doi
        before = line
    own = [doi for line in _own_citation([*body, *tail]) if (doi := PrintedDoi.split(line.printed, line)[0])]
    if own:
        return own[0]
    printed = [doi for line in tail if len(line.printed) < _LONGEST_IMPRINT and (doi := _doi_behind_label(line))]
    # Reversed, so that of several spellings the first one printed stays in the dictionary.
    unique = {doi.text.lower(): doi for doi in reversed(printed)}
    if not unique:
        return None
    online = [
        doi
        for doi in unique.values()
        if _ONLINE.search(doi.line.text)
        or any(_ONLINE.search(one.text) for one in tail if _is_line_above(one, doi.line))
    ]
    # Where nothing tells which DOI is that of the online edition, the first printed one counts.
    chosen = (online or list(reversed(unique.values())))[0]
    return replace(chosen, others=tuple(doi.text for doi in unique.values() if doi is not chosen))


# What a document says of itself, with a year in brackets as if of another work.
_CITE_AS = re.compile(
    r"\W*(?:(?:suggested |recommended |preferred |proposed )?citation|(?:please )?cite (?:this|as)|to cite|how to cite|"
    r"pour citer|citation (?:recommandée|suggérée)|référence (?:recommandée|suggérée)|"
    r"(?:empfohlene )?zitier(?:vorschlag|weise|empfehlung)|zitieren als|"
    r"(?:cómo|como|forma de) citar|cita (?:sugerida|recomendada)|citación|come citare|"
    r"citazione (?:consigliata|suggerita)|citação (?:sugerida|recomendada)|citeer(?: dit)? als|aanbevolen citatie|"
    r"sugerowane cytowanie|cytowanie|atıf|kaynak gösterim|(?:ссылка )?для цитирования|javasolt hivatkozás|"
    r"引用格式|引用方法|引用方式)(?!\w)",
    re.IGNORECASE,
)
# In so many lines below the title block a DOI alone on a line may be the document's own.
_FIRST_LINES = 20


def cites_itself(line: Line) -> bool:
    """Tell whether a line says how the document is cited, or is the heading above that: “Suggested citation: …”."""
    return bool(_CITE_AS.match(line.printed))


def _own_citation(lines: Sequence[Line]) -> list[Line]:
    """Return the lines in which a document says how to cite it."""
    at = next((index for index, line in enumerate(lines) if cites_itself(line)), None)
    if at is None:
        return []
    alone = _CITE_AS.sub("", lines[at].printed, count=1).strip(" :.*_") == ""
    last = lines[min(at + 1, len(lines) - 1)].block if alone else lines[at].block
    return [line for line in lines[at : at + _CITATION_LINES] if line.block in {lines[at].block, last}]


# A proposal of how to cite is a few lines long; what follows belongs to another section.
_CITATION_LINES = 8
# Of two DOIs, for print and online, the one of the online edition is deposited here.
_ONLINE = re.compile(r"\b(?:online|electronic|e-?ISSN|pdf)\b", re.IGNORECASE)
_RUNNING = 25  # in characters: a line above that is longer, and open at its end, is running text


def _continues_sentence(before: Line | None, line: Line) -> bool:
    """Tell whether a line is the rest of a sentence that the line above began."""
    if before is None or before.block != line.block:
        return False
    text = before.text.rstrip()
    return text.count("(") > text.count(")") or (
        len(text) > _RUNNING and text[-1] not in ".:;!?”" and "10." not in text
    )


def _is_line_above(line: Line, other: Line) -> bool:
    return line.block == other.block and line.number == other.number - 1 and "10." not in line.text


def _doi_alone(line: Line) -> PrintedDoi | None:
    """Return a DOI that fills its line, with or without “DOI:”."""
    doi, rest = PrintedDoi.split(line.printed, line)
    return doi if doi is not None and not ANY_LABEL.sub("", rest).strip(EDGE) else None


def _doi_behind_label(line: Line) -> PrintedDoi | None:
    """Return a DOI behind “DOI:” in a line that does not cite another work."""
    if _OF_ANOTHER.search(line.text) or line.note:
        return None
    doi, rest = PrintedDoi.split(line.printed, line)
    return doi if doi is not None and (ANY_LABEL.search(rest) or not rest.strip(EDGE)) else None


def _parted(text: str) -> FoundDoi | None:
    """Return a DOI with white space behind its prefix, put together; the prefix alone at the end of a line."""
    match = _PARTED.search(text)
    if match is None:
        return None
    whole = next(dois_in(match["doi"] + match["rest"]), None) if match["rest"] else None
    if match["rest"] and whole is None:
        return None
    doi = match["doi"] if whole is None else whole.text
    end = match.end() if whole is None else match.start("rest") + whole.end - len(match["doi"])
    return FoundDoi(doi, match.start(), end, match["address"] is not None, whole is not None)


def _linked_doi(text: str, line: Line) -> tuple[PrintedDoi | None, str]:
    """Return the DOI of a link whose label is only a word, such as “DOI”."""
    for link in line.links:
        doi = find_doi(link.target)
        if doi is not None:
            printed = PrintedDoi(doi, line, shown_as_link=False, target=link.target)
            return printed, text.replace(link.label, "", 1)
    return None, text


def doi_field(doi: PrintedDoi | None, number: Node, series: Series | None, notes: Notes) -> Node:
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
            "take it away if it is not the document's own", line=line, field="doi",
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
