"""Tells the lines of an imprint, which print addresses, numbers and rights."""

import re

from doideposit.records.extraction.lines import Line

__all__ = ["is_imprint"]

_IMPRINT = re.compile(
    r"[\w.+-]+@[\w-]+\.\w|\b(?:tel|phone|fax|e-?mail|web(?:site)?)\b\.?\s*:|\b(?:RPM|BTW|TVA|VAT)\b|"
    r"\b\d{4}\.\d{3}\.\d{3}\b|^©|\bcopyright\b|all rights reserved|\b[ep]?-?ISSN\b|\bISBN\b|^(?:https?://)?www\.[\w.-]+/?$|"
    r"^DOI\b|\bCC BY\b",
    re.IGNORECASE,
)
_BODY_WITH_ACRONYM = re.compile(r"[A-Z][\w -]+ \([A-Z]{2,8}\)")
_POSTCODE = re.compile(r"\b(?:[A-Z]{1,2}-)?\d{4,6}\s+[A-Z][\w-]+")
_REFERENCE_YEAR = re.compile(r"\((?:19|20)\d\d")
_LONGEST = 200


def is_imprint(line: Line) -> bool:
    """Tell whether a line prints an address, a telephone number, an ISSN, rights, or the publisher with its acronym."""
    text = line.text
    if len(text) > _LONGEST or _REFERENCE_YEAR.search(text):
        return False
    if _IMPRINT.search(text) or any("creativecommons.org" in link.target for link in line.links):
        return True
    return bool(_BODY_WITH_ACRONYM.fullmatch(text) or (_POSTCODE.search(text) and not text.endswith(".")))
