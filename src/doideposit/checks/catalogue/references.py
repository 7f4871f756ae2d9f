"""Codes of the references of registered works: dead DOIs, and DOIs that a person accepts."""

from typing import Final

from doideposit.explanation import CodeOrigin, Explanation
from doideposit.findings import Severity

__all__ = ["REFERENCES"]

_plan = CodeOrigin.PLANNING.writer()

REFERENCES: Final[tuple[Explanation, ...]] = (
    _plan(
        "reference-doi-dead",
        "A reference with a DOI that does not exist",
        "The resolver knows no agency that has the DOI, and no address that it leads to. Crossref takes the reference "
        "all the same, and readers who follow the link find nothing.",
        "compare the DOI with the page of the cited work, or take it out: Crossref looks for the work by itself then",
        severity=Severity.WARNING,
    ),
    _plan(
        "reference-doi-unasked",
        "DOIs in references that could not be asked about",
        "The resolver did not answer. What is not known is not wrong, and keeps nothing back.",
        "nothing: the deposit goes ahead; `doideposit references` asks later",
        severity=Severity.INFO,
    ),
    _plan(
        "reference-no-record",
        "No record to write a DOI into",
        "A DOI is accepted for a reference of a record file, and this file holds no record of that work.",
        "name the record file in place of the DOI or number; `doideposit check` says why one cannot be read",
    ),
    _plan(
        "reference-changed",
        "A reference that has changed since it was registered",
        "What was shown is the reference as it is registered. In the record file another one stands there now, and the "
        "DOI could be that of the wrong work.",
        "deposit the record as it is now, and look at its references again",
    ),
)
