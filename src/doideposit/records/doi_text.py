"""The DOI in a text as people paste it: after an address or a label, percent-encoded, or in the middle of a sentence.

DOIs registered before 2008 may hold nearly every character, ``<``, ``;``, ``[`` and ``+`` among them (SICI, as in
``10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O``). Where one ends within a sentence is told from its
brackets and from the punctuation after it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final, Self
from urllib.parse import unquote

__all__ = ["FoundDoi"]

# The resolver's address and the labels that styles print: doi:, DOI, info:doi/, urn:doi:.
_LABEL: Final = re.compile(
    r"(?P<address><?(?:(?:https?:)?//)?(?:(?:(?:www|dx)\.)?doi\.org|hdl\.handle\.net(?=/10\.))/)"
    r"|(?:info:|urn:)?doi\s*[:/]?\s*(?=[^\s:/])",
    re.IGNORECASE,
)
# Soft hyphen, zero-width space, word joiner and byte order mark: copying from a page or a PDF brings them along.
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u2060\ufeff]")
# An escape as RFC 3986 defines it.
_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}")
# A percent sign that begins no escape belongs to an old DOI.
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
# White space, quotation marks and the bar end a DOI, and so do the marks and letters of scripts that write without
# spaces: Crossref's DOIs have none of them.
_OUTSIDE: Final = r"\s\"“”«»„|،؛؟।\u3000-\u9fff\uac00-\ud7af\uff00-\uffef"
# The schema takes 200 characters after the prefix (crossref5.5.0.xsd: doi); escapes make three of one.
_LONGEST: Final = 700
# The fewest characters that begin a DOI; what belongs to it is decided below. A longer run is looked at in pieces, so
# that the work stays proportional to the text.
_CANDIDATE: Final = re.compile(
    r"(?P<address>(?:https?://)?(?:(?:dx|www)\.)?doi\.org/)?(?:(?<![0-9A-Za-z_.])|(?<=doi))"
    rf"(?P<doi>10(?:\.|%2E)\d{{4,9}}(?:/|%2F)[^{_OUTSIDE}]{{1,{_LONGEST}}})",
    re.IGNORECASE,
)
# Entities of HTML, named or numbered, as web pages leave them in copied text.
_ENTITY: Final = re.compile(r"&(?:lt|gt|amp|quot|#\d{2,5}|#x[0-9a-f]{2,4});", re.IGNORECASE)
# Two DOIs that are only parted by a sign, and a tag or a further address after a DOI.
_ANOTHER: Final = re.compile(
    r"[,;](?:https?://|doi:|10\.\d{4,9}/)|</?[a-z][a-z0-9]*(?:/?>|$)|\]\(|https?://", re.IGNORECASE
)
# Marks that end a sentence, and the asterisks and underscores of Markdown.
_ENDS: Final = ".,;:!?'’›*_…–—"
# A closing bracket belongs to a DOI only where the DOI also holds the opening one.
_PAIRS: Final = {")": "(", "]": "[", ">": "<", "}": "{"}
# A DOI never ends so: it was cut by a line break, a column or an ellipsis.
_CUT: Final = ("-", "(", "/", "[", "<", "‐", "..", "…")


def _without_query(path: str) -> str:
    """Return what comes before ``?`` or ``#``: in an address a DOI with one of them has it escaped (RFC 3986)."""
    return re.split("[?#]", path, maxsplit=1)[0]


def _decode_percent(text: str) -> str:
    """Read percent-encoding where all of the text can be read so; a lone percent sign belongs to the DOI itself."""
    if not _ESCAPE.search(text) or _LONE_PERCENT.search(text):
        return text
    try:
        return unquote(text, errors="strict")
    # What is no UTF-8 after the escapes is taken as it is written.
    except UnicodeDecodeError:
        return text


@dataclass(frozen=True, slots=True)
class FoundDoi:
    """Hold a DOI in a text: it is printed from `start` to `end`, where `address` says that it has doi.org before it.

    `whole` is False for a DOI that breaks off, by a line end or an ellipsis: half of a DOI names another work or none.
    """

    text: str
    start: int
    end: int
    address: bool
    whole: bool

    @classmethod
    def all_in(cls, text: str) -> Iterator[Self]:
        """Yield every DOI of a text; the full stop of a sentence and a bracket around a DOI are left out."""
        at = 0
        while match := _CANDIDATE.search(text, at):
            printed = match["doi"]
            another = _ANOTHER.search(printed)
            printed = printed[: another.start()] if another else printed
            if match["address"]:
                printed = _without_query(printed)
            doi, whole = _without_ending(_read(printed))
            # What was after the DOI is as long in the text as when it is read: it holds no escapes.
            end = match.start("doi") + _length_in_print(printed, doi)
            whole = whole and len(printed) < _LONGEST
            yield cls(doi, match.start(), end, match["address"] is not None, whole)
            at = max(match.start("doi") + len(printed), end)

    @classmethod
    def first_whole(cls, text: str) -> str | None:
        """Return the first whole DOI that a text holds; None where it holds none, or only a part of one."""
        return next((found.text for found in cls.all_in(text) if found.whole), None)

    @classmethod
    def what_to_write(cls, text: str) -> str:
        """Return what to write for a text that is not a DOI; the address of a proxy or a page may hold one."""
        if found := cls.first_whole(text):
            return f"did you mean {found}?"
        return "write it as 10.<prefix>/<suffix>, for example 10.48251/SADF.ISSN.2406-5617.C258"

    @staticmethod
    def bare(text: str) -> str:
        """Return a DOI without the address or label before it, with its percent-encoding decoded.

        ``https://doi.org/10.1002/%28SICI%29`` and ``doi:10.1002/(SICI)`` both give ``10.1002/(SICI)``. What is not a
        DOI comes back without its label too.
        """
        bare = _INVISIBLE.sub("", text).strip()
        while label := _LABEL.match(bare):
            bare = bare[label.end() :].lstrip("/ ")
            if label["address"]:
                bare = _without_query(bare)
            if text.lstrip().startswith("<"):
                bare = bare.removesuffix(">")
        return _decode_percent(bare)


def _read(printed: str) -> str:
    """Return a DOI as it is meant: pages and addresses write some of its characters as entities or escapes."""
    return _decode_percent(unescape(printed) if _ENTITY.search(printed) else printed)


def _length_in_print(printed: str, doi: str) -> int:
    """Return how many of the printed characters say the DOI."""
    length = len(printed)
    while length and len(_read(printed[:length])) > len(doi):
        length -= 1
    return length


def _without_ending(doi: str) -> tuple[str, bool]:
    """Remove what follows a DOI; return also whether it is whole, without an open bracket."""
    while True:
        trimmed = doi.rstrip(_ENDS) if not doi.endswith(_CUT) else doi
        last = trimmed[-1:]
        if last in _PAIRS and trimmed.count(last) > trimmed.count(_PAIRS[last]):
            trimmed = trimmed[:-1]
        if trimmed == doi:
            break
        doi = trimmed
    # SICI has pairs of angle brackets, and old DOIs of several houses have square ones.
    closed = all(doi.count(first) == doi.count(last) for first, last in ("()", "[]", "<>"))
    return doi, closed and not doi.endswith(_CUT) and "/" in doi[:-1]
