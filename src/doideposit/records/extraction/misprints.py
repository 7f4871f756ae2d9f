"""Signs that a reference is misprinted. They are reported and never corrected: the record keeps what is printed."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

__all__ = ["text_doubts", "url_doubts"]

# The lengths of the groups of a UUID (RFC 9562, section 4).
_UUID_GROUPS = (8, 4, 4, 4, 12)
# An id of five groups as news sites give to articles; with a group of another length its address leads nowhere.
_UUID_LIKE = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]+(?:-[0-9a-f]+){4}(?![0-9A-Za-z])", re.IGNORECASE)
# With so many groups of the right length it is a UUID that was damaged; with fewer, something else.
_ENOUGH_GROUPS = 3

# Cities that references give with a region, and the abbreviation of the region each lies in.
_REGIONS = {
    "Washington": "DC", "New York": "NY", "Boston": "MA", "Cambridge": "MA", "Chicago": "IL", "Los Angeles": "CA",
    "San Francisco": "CA", "Santa Monica": "CA", "Stanford": "CA", "Berkeley": "CA", "Philadelphia": "PA",
    "Princeton": "NJ", "New Haven": "CT", "Ithaca": "NY", "Baltimore": "MD", "Arlington": "VA", "Honolulu": "HI",
    "Seattle": "WA", "Atlanta": "GA", "Houston": "TX", "Lanham": "MD", "Boulder": "CO", "Thousand Oaks": "CA",
}  # fmt: skip
# A state before one of these is no misprint.
_COUNTRIES = frozenset({"US", "UK", "USA"})
# Place and country, as the imprint of a book prints them: a doubled one is a slip of the pen.
_IMPRINT = re.compile(rf"\b({'|'.join(_REGIONS)}),\s*((?:[A-Z]\.\s?){{1,3}}|[A-Z]{{2,3}})(?=\s*[:;])")


def text_doubts(text: str, *, published: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield what looks wrong in the text of a reference, each as the message and the words it is about.

    `published` is the date of the citing document: what it cites is not younger.
    """
    for match in _IMPRINT.finditer(text):
        given, right = re.sub(r"[.\s]", "", match[2]), _REGIONS[match[1]]
        # Cambridge lies in Massachusetts and in England.
        if given not in {right, *_COUNTRIES} and not (match[1] == "Cambridge" and given == "UK"):
            yield f"“{match[0].rstrip(':; ')}” looks like a misprint: {match[1]} lies in {right}", match[0]
    if "\ufffd" in text:
        yield "a character of this entry was lost: it shows as �", "\ufffd"
    for opening, closing in ("()", "[]"):
        if text.count(opening) != text.count(closing):
            yield f"a bracket “{opening}” or “{closing}” is missing in this entry", opening
    year = re.search(r"\((?P<year>(?:19|20)\d\d)\b", text)
    # A document may cite what is to appear in the following year.
    if year and published and int(year["year"]) > int(published[:4]) + 1:
        yield f"the year {year['year']} is later than the document itself", year["year"]


def url_doubts(url: str) -> Iterator[str]:
    """Yield what looks wrong in an address, each as a sentence."""
    if re.match(r"[a-z]+:/+(?:www\.)?(?:https?|http)\b[:/]", url, re.IGNORECASE):
        yield "the address begins with http twice"
    elif not re.match(r"(?:https?|ftp)://", url, re.IGNORECASE):
        yield "the address does not begin with https:// or http://"
    else:
        yield from _host_doubts(url)
    if re.search(r"\s", url):
        yield "there is a space in the address"
    if re.search(r"(?:…|\.\.\.)$", url):
        yield "the address was cut off: it ends in dots"
    if "\\" in url:
        yield "there is a backslash in the address"
    yield from _uuid_doubts(url)


def _host_doubts(url: str) -> Iterator[str]:
    try:
        host = urlsplit(url).hostname or ""
    # `urlsplit` raises for brackets without a partner, as in “https://[www.example.org”.
    except ValueError:
        yield "the address has a broken host name"
        return
    if not host:
        yield "the address has no host name"
    elif "." not in host.strip("."):
        yield f"“{host}” is not the name of a public host"
    elif ".." in host:
        yield "there are two dots in a row in the host name"


def _uuid_doubts(url: str) -> Iterator[str]:
    for match in _UUID_LIKE.finditer(url):
        lengths = tuple(len(group) for group in match[0].split("-"))
        pairs = list(zip(lengths, _UUID_GROUPS, strict=True))
        wrong = [(number, length, due) for number, (length, due) in enumerate(pairs, 1) if length != due]
        if wrong and len(pairs) - len(wrong) >= _ENOUGH_GROUPS:
            number, length, due = wrong[0]
            yield (
                f"the identifier at the end of the address is damaged: its group {number} has {length} "
                f"characters instead of {due}"
            )
