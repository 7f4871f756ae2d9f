"""Several files of one pass about the same DOI: the same record twice is no conflict, and a broken one is no rival."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from doideposit.checks.values import is_deposit_xml
from doideposit.deposits.values import ReportEntry
from doideposit.files import read_input
from doideposit.findings import Finding
from doideposit.job.inbox.claims import Claim
from doideposit.records.models.series import Series
from doideposit.records.sources.parsing import parse
from doideposit.records.sources.reading import read_path

__all__ = ["TWICE", "uncontested"]

# What is said of a DOI that comes twice in one run.
TWICE: Final = frozenset({"doi-twice", "plan-duplicate-doi"})


def uncontested(
    claims: Sequence[Claim], made: Mapping[str, Sequence[ReportEntry]], series: Mapping[str, Series]
) -> set[str]:
    """Return files that were stopped only because another names the same DOI, though that one is the same or is broken.

    Where two files hold different records that could both go, none can be preferred: perhaps one has a wrong number.
    """
    rivals: dict[str, list[Claim]] = {}
    for claim in claims:
        for doi in _free_dois(made[claim.id]):
            rivals.setdefault(doi, []).append(claim)
    found = set()
    for claim in claims:
        stopped = {entry.doi.key for entry in made[claim.id] if entry.doi and _blocking_codes(entry) & TWICE}
        able = _free_dois(made[claim.id])
        if stopped and stopped <= able and all(_say_the_same(rivals[doi], doi, series) for doi in stopped):
            found.add(claim.id)
    return found


def _blocking_codes(entry: ReportEntry) -> frozenset[str]:
    return frozenset(finding.code for finding in entry.findings if finding.stops)


def _free_dois(entries: Sequence[ReportEntry]) -> set[str]:
    """Return DOIs that could be deposited if no other file named them."""
    return {entry.doi.key for entry in entries if entry.doi and _blocking_codes(entry) <= TWICE}


def _say_the_same(claims: Sequence[Claim], doi: str, series: Mapping[str, Series]) -> bool:
    first, *others = [_content_of(claim.file, doi, series) for claim in claims]
    return first is not None and all(other == first for other in others)


def _content_of(path: Path, doi: str, series: Mapping[str, Series]) -> object:
    """Return the content of a file for a DOI; None if it is ambiguous or cannot be compared."""
    if is_deposit_xml(path):
        return read_input(path)
    raws = [raw for raw in read_path(path) if not isinstance(raw, Finding)]
    records = [record for raw in raws if (record := parse(raw, series=series).record) is not None]
    mine = [record.commentary for record in records if record.commentary.doi.key == doi]
    return mine[0] if len(mine) == 1 else None
