"""Tells the lines of an imprint, which print addresses, numbers and rights."""

import re

from doideposit.records.extraction.lines import Line

__all__ = ["is_imprint"]

# Registers of companies and tax numbers of Belgium, France and Germany mark an imprint, as rights and phones do.
_IMPRINT = re.compile(
    r"[\w.+-]+@[\w-]+\.\w|\b(?:tel|phone|fax|e-?mail|web(?:site)?)\b\.?\s*:|\b(?:RPM|BTW|TVA|VAT)\b|"
    r"\b\d{4}\.\d{3}\.\d{3}\b|^©|\bcopyright\b|all rights reserved|\b[ep]?-?ISSN\b|\bISBN\b|^(?:https?://)?www\.[\w.-]+/?$|"
    r"^DOI\b|\bCC BY\b",
    re.IGNORECASE,
)
# A body with its acronym in brackets is printed at the end of many commentaries, above the address.
_BODY_WITH_ACRONYM = re.compile(r"[A-Z][\w -]+ \([A-Z]{2,8}\)")
# A postcode and a town, with the country before it as in Belgium and Germany.
_POSTCODE = re.compile(r"\b(?:[A-Z]{1,2}-)?\d{4,6}\s+[A-Z][\w-]+")
# A year in brackets is that of a reference, which may also hold an address.
_REFERENCE_YEAR = re.compile(r"\((?:19|20)\d\d")
# Lines of an imprint are short; a longer line with an address is running text.
_LONGEST = 200


def is_imprint(line: Line) -> bool:
    """Tell whether a line prints an address, a telephone number, an ISSN, rights, or the publisher with its acronym."""
    text = line.text
    if len(text) > _LONGEST or _REFERENCE_YEAR.search(text):
        return False
    if _IMPRINT.search(text) or any("creativecommons.org" in link.target for link in line.links):
        return True
    return bool(_BODY_WITH_ACRONYM.fullmatch(text) or (_POSTCODE.search(text) and not text.endswith(".")))
