"""Schema faults in the words that Crossref's validator uses: ``cvc-`` codes of the XML Schema recommendation."""

import re
from collections.abc import Sequence
from typing import Protocol

__all__ = ["FindingLike", "VerdictLike", "WhereLike", "first_fault"]


class WhereLike(Protocol):
    """Describe the place of a finding."""

    @property
    def line(self) -> int | None:
        """Return the line, counted from 1."""


class FindingLike(Protocol):
    """Describe what the sandbox reads of a validator's finding."""

    @property
    def message(self) -> str:
        """Return the fault in the validator's own words for people."""

    @property
    def original(self) -> str | None:
        """Return the fault in the words of the engine."""

    @property
    def where(self) -> WhereLike:
        """Return where it is."""


class VerdictLike(Protocol):
    """Describe what the sandbox reads of a validator's verdict, so that any validator will do."""

    @property
    def valid(self) -> bool | None:
        """Tell whether the document is valid; None where that is unknown."""

    @property
    def findings(self) -> Sequence[FindingLike]:
        """Return what is wrong, in the order of the document."""


# libxml2 names elements with their namespace in braces, Xerces without.
_ELEMENT = r"Element '(?:\{[^}]*\})?(?P<element>[^']*)'"
# libxml2 lists what it expected in brackets.
_EXPECTED = r"(?: Expected is (?:one of )?\( (?P<expected>.*?) \))?"
# The patterns are messages of libxml2; Crossref's logs have the codes that the XSD standard gives to its rules.
_RULES = {
    rf"{_ELEMENT}: This element is not expected\.{_EXPECTED}": (
        "cvc-complex-type.2.4.a: Invalid content was found starting with element '{element}'. "
        "One of '{{{expected}}}' is expected."
    ),
    rf"{_ELEMENT}: Missing child element\(s\)\.{_EXPECTED}": (
        "cvc-complex-type.2.4.b: The content of element '{element}' is not complete. "
        "One of '{{{expected}}}' is expected."
    ),
    rf"{_ELEMENT}.*\[facet '(?P<facet>pattern|min\w+|max\w+|length)'\] The value (?P<value>.*)": (
        "cvc-{facet}-valid: The value of element '{element}' is not facet-valid with respect to {facet}: it {value}"
    ),
    rf"{_ELEMENT}.*'enumeration'\] The value '(?P<value>.*?)' is not an element of the set \{{(?P<set>[^}}]*)": (
        "cvc-enumeration-valid: Value '{value}' is not facet-valid with respect to enumeration '[{set}]'. "
        "It must be a value from the enumeration."
    ),
    rf"{_ELEMENT}: The attribute '(?P<attribute>[^']*)' is required but missing": (
        "cvc-complex-type.4: Attribute '{attribute}' must appear on element '{element}'."
    ),
    rf"{_ELEMENT}, attribute '(?P<attribute>[^']*)': The attribute '[^']*' is not allowed": (
        "cvc-complex-type.3.2.2: Attribute '{attribute}' is not allowed to appear in element '{element}'."
    ),
    rf"{_ELEMENT}.*'(?P<value>[^']*)' is not a valid value of the [a-z ]+ type '(?P<type>[^']*)'": (
        "cvc-datatype-valid.1.2.1: '{value}' is not a valid value for '{type}'."
    ),
    rf"{_ELEMENT}: No matching global (?:element )?declaration available": (
        "cvc-elt.1: Cannot find the declaration of element '{element}'."
    ),
}
# Compiled once; the table is tried in its order, since some messages begin like others.
_COMPILED = [(re.compile(pattern, re.DOTALL), words) for pattern, words in _RULES.items()]
_NAMESPACE = re.compile(r"\{([^}]*)\}")


def first_fault(findings: Sequence[FindingLike]) -> str:
    """Return the message of a log for an invalid file: the first fault alone, as the real parser stops there."""
    if not findings:
        return "Error: cvc-elt.1: The document is not valid."
    finding = findings[0]
    return f"Error: {_translate(finding.original or finding.message)}"


def _translate(original: str) -> str:
    for pattern, words in _COMPILED:
        found = pattern.search(original)
        if found:
            # Logs write names without their namespaces.
            parts = {name: _NAMESPACE.sub("", value or "") for name, value in found.groupdict().items()}
            return words.format(**parts)
    return original if original.startswith("cvc-") else f"cvc-assertion: {original}"
