"""The findings for a document that is not valid, in the order of its lines."""

from collections.abc import Sequence

from lxml import etree

from doideposit.crossref.validator.beside import Violation
from doideposit.crossref.validator.compiling import CompiledSchema, LogEntry
from doideposit.crossref.validator.places import Places
from doideposit.crossref.validator.recovery import all_complaints
from doideposit.crossref.validator.values import Fault
from doideposit.crossref.validator.violations import assertion_finding, complaint_findings, fault_finding
from doideposit.findings import Finding, Severity, Where

__all__ = ["describe"]

MOST = 2_000
"""Problems of one kind beyond this number are counted and not described: a hostile file cannot flood anything."""


def describe(
    schema: CompiledSchema,
    root: etree._Element,
    log: Sequence[LogEntry],
    broken: Sequence[Violation],
    faults: Sequence[Fault],
    file: str | None,
) -> tuple[Finding, ...]:
    """Put into words what libxml2 said, which assertions are broken, and which attribute values are wrong."""
    places = Places(file)
    complaints = all_complaints(schema, root, log)
    # One value is one finding, even where libxml2 has something against it as well.
    said = {(complaint.element, complaint.attribute) for complaint in complaints}
    faults = [fault for fault in faults if (fault.element, fault.attribute) not in said]
    findings = complaint_findings(complaints[:MOST], places)
    findings += [assertion_finding(element, rule, places) for element, rule in broken[:MOST]]
    findings += [fault_finding(fault, places) for fault in faults[:MOST]]
    findings.sort(key=lambda finding: finding.where.line or 0)
    left = sum(max(0, len(found) - MOST) for found in (complaints, broken, faults))
    return (*findings, _more(left, file)) if left else tuple(findings)


def _more(left: int, file: str | None) -> Finding:
    message = f"there are {left:,} more problems in the file"
    return Finding("xsd-more", Severity.ERROR, message, "correct the first ones, then check again", Where(file=file))
