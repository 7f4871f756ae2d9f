"""What libxml2's XSD engine complains of, in plain words: which element, what was expected, what was found."""

from collections.abc import Iterable

from lxml import etree

from doideposit.findings import Finding, Severity, Where

__all__ = ["assertion_finding", "schema_findings", "value_finding"]


def schema_findings(log: Iterable[etree._LogEntry], root: etree._Element, file: str | None) -> list[Finding]:
    """One finding for each entry of libxml2's log."""
    del root
    return [
        Finding(
            "xsd-violation",
            Severity.ERROR,
            entry.message,
            where=Where(file=file, line=entry.line),
            original=entry.message,
        )
        for entry in log
    ]


def assertion_finding(element: etree._Element, test: str, file: str | None) -> Finding:
    """The finding for an element that breaks an assertion of the schema."""
    name = etree.QName(element).localname
    return Finding(
        f"xsd-assert-{name}",
        Severity.ERROR,
        f"<{name}> breaks a rule of the schema",
        where=Where(file=file, line=element.sourceline),
        original=f"assert {test}",
    )


def value_finding(element: etree._Element, attribute: str, value: str, problem: str, file: str | None) -> Finding:
    """The finding for an attribute value that is not listed, an ID that occurs twice, or a reference to no ID."""
    name = etree.QName(element).localname
    return Finding(
        "xsd-value",
        Severity.ERROR,
        f"{attribute} of <{name}>: {value!r} {problem}",
        where=Where(file=file, line=element.sourceline),
    )
