"""The DOI in a text as people paste it: behind an address or a label, percent-encoded, or in the middle of a sentence.

DOIs registered before 2008 may hold nearly every character, ``<``, ``;``, ``[`` and ``+`` among them (SICI, as in
``10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O``). Where one ends within a sentence is told from its
brackets and from the punctuation behind it.
"""

import re
from html import unescape
from typing import Final
from urllib.parse import unquote

__all__ = ["bare_doi", "find_doi"]

# The resolver's address and the labels that styles print: doi:, DOI, info:doi/, urn:doi:.
_LABEL: Final = re.compile(
    r"<?(?:(?:https?:)?//)?(?:(?:www|dx)\.)?doi\.org/|(?:info:|urn:)?doi\s*[:/]?\s*(?=[^\s:/])", re.IGNORECASE
)
# Soft hyphen, zero-width space, word joiner and byte order mark: copying from a page or a PDF brings them along.
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u2060\ufeff]")
# An escape as RFC 3986 defines it.
_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}")
# A percent sign that begins no escape belongs to an old DOI.
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
# The fewest characters that begin a DOI; what belongs to it is decided below.
_CANDIDATE: Final = re.compile(
    r"(?P<address>doi\.org/)?(?<![\w.])(?P<doi>10(?:\.|%2E)\d{4,9}(?:/|%2F)[^\s\"“”«»„]+)", re.IGNORECASE
)
# Entities of HTML, named or numbered, as web pages leave them in copied text.
_ENTITY: Final = re.compile(r"&(?:lt|gt|amp|quot|#\d{2,5}|#x[0-9a-f]{2,4});", re.IGNORECASE)
# Two DOIs that are only parted by a sign, and a tag or a further address behind a DOI.
_ANOTHER: Final = re.compile(r"[,;|](?:https?://|doi:|10\.\d{4,9}/)|</?[a-z]+>|\]\(|https?://", re.IGNORECASE)
# Marks that end a sentence, and the asterisks and underscores of Markdown.
_ENDS: Final = ".,;:!?'’›*_…"
# A closing bracket belongs to a DOI only where the DOI also holds the opening one.
_PAIRS: Final = {")": "(", "]": "[", ">": "<", "}": "{"}
# A DOI never ends so: it was cut by a line break, a column or an ellipsis.
_CUT: Final = ("-", "(", "/", "[", "<", "‐", "..")


def bare_doi(text: str) -> str:
    """Return a text without what stands in front of a DOI, and with its percent-encoding read.

    ``https://doi.org/10.1002/%28SICI%29`` and ``doi:10.1002/(SICI)`` both give ``10.1002/(SICI)``. What is no DOI comes
    back without its label too.
    """
    bare = _INVISIBLE.sub("", text).strip()
    while label := _LABEL.match(bare):
        bare = bare[label.end() :].lstrip("/ ")
        if text.lstrip().startswith("<"):
            bare = bare.removesuffix(">")
    return _decoded(bare)


def _decoded(text: str) -> str:
    """Read percent-encoding where all of the text can be read so; a lone percent sign belongs to the DOI itself."""
    if not _ESCAPE.search(text) or _LONE_PERCENT.search(text):
        return text
    try:
        return unquote(text, errors="strict")
    # What is no UTF-8 behind the escapes is taken as it is written.
    except UnicodeDecodeError:
        return text


def find_doi(text: str) -> str | None:
    """Return the first whole DOI that a text holds; None where it holds none, or only a part of one.

    The full stop of a sentence and a bracket around the DOI are left out; a DOI that breaks off is not returned, since
    half of a DOI names another work or none.
    """
    for match in _CANDIDATE.finditer(text):
        doi = unescape(match["doi"]) if _ENTITY.search(match["doi"]) else match["doi"]
        doi = _decoded(doi)
        another = _ANOTHER.search(doi)
        doi = _ended(doi[: another.start()] if another else doi)
        if doi is not None:
            return doi
    return None


def _ended(doi: str) -> str | None:
    """Take off what stands behind a DOI; None where a bracket is open, so that the rest of the DOI is lost."""
    while True:
        trimmed = doi.rstrip(_ENDS) if not doi.endswith(_CUT) else doi
        last = trimmed[-1:]
        if last in _PAIRS and trimmed.count(last) > trimmed.count(_PAIRS[last]):
            trimmed = trimmed[:-1]
        if trimmed == doi:
            break
        doi = trimmed
    # An angle bracket that is never closed opens a tag or an address behind the DOI; SICI has both.
    if doi.count("<") != doi.count(">"):
        return None
    whole = doi.count("(") == doi.count(")") and not doi.endswith(_CUT)
    return doi if whole and "/" in doi[:-1] else None
