"""Lists of DOIs that somebody has: a table of the site's own, or a report of Crossref's, with a DOI in each line."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from doideposit.findings import Finding, Severity, Where
from doideposit.records.doi_text import FoundDoi
from doideposit.records.identifiers import Doi
from doideposit.records.sources.files import Loaded
from doideposit.records.sources.interface import MAX_FILE_SIZE

__all__ = ["dois_in_list"]

# Crossref's reports are parted by commas and tabulators, tables of European offices by semicolons.
_SIGNS: Final = (",", ";", "\t")


def dois_in_list(path: Path) -> tuple[Doi, ...] | Finding:
    """Return the DOIs of a table, each once and in order; whatever else a line holds is passed over.

    In each line the first cell with a DOI counts, so that a column of cited DOIs beside it does no harm. Returns the
    finding that says why a file cannot be read.
    """
    loaded = Loaded.read(path, limit=MAX_FILE_SIZE)
    if loaded.text is None:
        return loaded.findings[0]
    lines = loaded.text.splitlines()
    # A hundred lines tell the sign that separates the cells.
    sign = max(_SIGNS, key=lambda mark: sum(mark in line for line in lines[:100]))
    found: dict[str, Doi] = {}
    for number, line in enumerate(lines, 1):
        # Line by line: a quotation mark that is not closed must not swallow the rest of the list.
        try:
            row = next(csv.reader([line], delimiter=sign), [])
        except csv.Error:
            # The reader of the standard library refuses a cell of more than 131,072 characters.
            message = "a cell of this line is too long to read"
            return Finding("csv-syntax", Severity.ERROR, message, "look at the line", Where(str(path), number))
        doi = next(_dois_in_row(row), None)
        if doi is not None:
            found.setdefault(doi.key, doi)
    return tuple(found.values())


def _dois_in_row(row: list[str]) -> Iterator[Doi]:
    for cell in row:
        text = FoundDoi.first_whole(cell)
        # Cells that hold no DOI are titles and dates.
        if (doi := Doi.parse_or_none(text)) is not None:
            yield doi
