"""Faults of web addresses that are seen in the address alone, on a landing page as in a reference."""

import re

from doideposit.checks.rules.patterns import Pattern

__all__ = ["ESCAPED", "TRUNCATED", "broken_uuid", "is_two_addresses"]

# Five groups of hexadecimal digits of nearly the right lengths: one digit was lost or doubled.
_UUID_LIKE = Pattern(
    r"(?<![0-9a-f])([0-9a-f]{6,10}-[0-9a-f]{3,5}-[0-9a-f]{3,5}-[0-9a-f]{3,5}-[0-9a-f]{9,15})(?![0-9a-f])", re.IGNORECASE
)
# Written out three times, the pattern begins with one character, which is found quickly.
_HEX_GROUPS = Pattern(r"-[0-9a-fA-F]{3,5}-[0-9a-fA-F]{3,5}-[0-9a-fA-F]{3,5}-")
# A UUID has four hyphens (RFC 9562, section 4); addresses with fewer need not be searched.
_HYPHENS = 4
_UUID_GROUPS = (8, 4, 4, 4, 12)  # RFC 9562
_UUID = Pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Services whose addresses hold the address of a page.
_ARCHIVED = Pattern(
    r"^https?://(?:web\.archive\.org|archive\.(?:org|ph|is|today)|webcache\.|translate\.|r\.jina\.ai)", re.IGNORECASE
)
# An address as the value of a parameter, as in links to share or to translate a page.
_EMBEDDED = Pattern(r"[?&=]https?(?::|%3a)//?", re.IGNORECASE)
# Markdown and HTML escape these in what is shown; %5C is a backslash that was encoded on top.
ESCAPED = Pattern(r"\\[_*~&#]|&amp;|%5C", re.IGNORECASE)
# Programs show long addresses with dots in the middle or at the end.
TRUNCATED = Pattern(r"\.\.\.|…|\[\.\.\.?\]")


def broken_uuid(url: str) -> str | None:
    """Return what is wrong with an id that looks like a UUID (RFC 9562), such as the Financial Times uses."""
    broken = _UUID_LIKE.search(url) if url.count("-") >= _HYPHENS and _HEX_GROUPS.search(url) else None
    if not broken or _UUID.fullmatch(broken[1]):
        return None
    groups = zip(broken[1].split("-"), _UUID_GROUPS, strict=True)
    group, wanted = next((group, wanted) for group, wanted in groups if len(group) != wanted)
    return f"an id whose part “{group}” has {len(group)} characters instead of {wanted}"


def is_two_addresses(url: str) -> bool:
    """Return whether an address holds a second one that no archive, translator or parameter put there."""
    return url.count("://") > 1 and not _ARCHIVED.match(url) and not _EMBEDDED.search(url)
