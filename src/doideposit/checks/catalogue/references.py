"""Codes of the references of registered works: dead DOIs, and DOIs that a person accepts."""

from typing import Final

from doideposit.explanation import CodeOrigin, Explanation
from doideposit.findings import Severity

__all__ = ["REFERENCES"]

_plan = CodeOrigin.PLANNING.writer()

REFERENCES: Final[tuple[Explanation, ...]] = (
    _plan(
        "reference-doi-dead",
        "A reference has a DOI that does not exist",
        "doi.org does not know it. Crossref accepts the reference, but readers who follow the link find nothing.",
        "compare the DOI with the page of the cited work, or delete it: Crossref then looks for the work itself",
        severity=Severity.WARNING,
    ),
    _plan(
        "reference-doi-unasked",
        "DOIs of references could not be looked up",
        "doi.org did not answer. The references are deposited as they are.",
        "nothing needs to be done; `doideposit references` looks them up later",
        severity=Severity.INFO,
    ),
    _plan(
        "reference-no-record",
        "There is no record file to write the DOI into",
        "An accepted DOI is written into the record file, and this file has no record of the work.",
        "give the name of the record file instead of the DOI or number; `doideposit check` says why a file cannot be "
        "read",
    ),
    _plan(
        "reference-changed",
        "The reference in the record file is not the registered one",
        "The DOI was proposed for the registered reference; for the one in the file it may be wrong.",
        "deposit the record as it is now, and then look at its references again",
    ),
)
