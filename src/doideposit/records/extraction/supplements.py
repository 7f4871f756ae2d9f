"""What a document may add to its record: landing page, abstract, keywords and licence."""

import re
from collections.abc import Sequence
from itertools import takewhile

from doideposit.records.extraction.draft import Confidence, Gap, Leaf, Node, Notes
from doideposit.records.extraction.lines import Line
from doideposit.records.extraction.sections import Document
from doideposit.records.extraction.vocabulary import (
    ABSTRACT,
    KEYWORDS,
    LICENCE,
    OTHER_SECTIONS,
    REFERENCES,
    heading_pattern,
)
from doideposit.records.models.relations import Licence
from doideposit.records.models.series import Series

__all__ = ["supplement_fields"]


def supplement_fields(document: Document, number: Node, series: Series | None, notes: Notes) -> dict[str, Node]:
    """Return the landing page, the abstract, the keywords and the licence, as far as the document has them."""
    url = _url_field(number, series, notes)
    abstract = _abstract_field(document, notes)
    return {"url": url, **abstract, "licences": _licence_field(document, series, notes)}


def _url_field(number: Node, series: Series | None, notes: Notes) -> Node:
    """Return the landing page, which no document prints: a gap, with a warning if the series has no pattern."""
    if series is not None and series.url is not None and isinstance(number, Leaf):
        return Gap(series.url_for(number.text) or "", "left out, the series' pattern gives this address")
    notes.warn(
        "url-missing", "the document does not say where its landing page is",
        "write the address of the page with title, authors, DOI and the way to the text", field="url",
    )  # fmt: skip
    example = f"https://www.example.org/comment-{number.text if isinstance(number, Leaf) else 'number'}/"
    return Gap(example, "the landing page, not the PDF; nothing is deposited without it")


# The abstract may follow its label in the same line.
_ABSTRACT = re.compile(rf"(?:{'|'.join(ABSTRACT)})(?!\w)\s*(?P<mark>[:：.–—-]?)\s*(?P<text>.*)", re.IGNORECASE)
# Keywords follow a colon; without one, the word is a part of a sentence.
_KEYWORDS = re.compile(rf"(?:{'|'.join(KEYWORDS)})\s*[:：]\s*(?P<words>.+)", re.IGNORECASE)
_KEYWORDS_HEADING = heading_pattern(KEYWORDS)


_HEADED = heading_pattern(ABSTRACT)
# A page that is set without wider gaps gives one block, in which the next heading is a line like the others.
_NEXT = heading_pattern((*OTHER_SECTIONS, *REFERENCES))


def _abstract_field(document: Document, notes: Notes) -> dict[str, Node]:
    """Return the abstract, where one is headed so, and the keywords."""
    fields: dict[str, Node] = {}
    abstract = _find_abstract([*document.body])
    if abstract is None:
        headed = next((line for line in document.body if _HEADED.fullmatch(line.text.strip(" *_"))), None)
        hint = "add it if there is one; never write it for the author"
        if headed is None:
            notes.wish("abstract-missing", "the document has no abstract", hint, field="abstracts")
        else:
            message = f"the abstract below “{headed.text}” was not recognised"
            notes.warn("abstract-missing", message, hint, line=headed.number, field="abstracts")
        fields["abstracts"] = Gap("[{text: …, language: en}]", "as published, without the heading")
    else:
        fields["abstracts"] = ({"text": abstract},)
    keywords = _find_keywords([*document.head, *document.body])
    return {**fields, "keywords": keywords} if keywords else fields


def _find_keywords(lines: Sequence[Line]) -> tuple[Leaf, ...]:
    """Return the keywords after “Keywords:”, or below a heading that says so."""
    for index, line in enumerate(lines):
        match = _KEYWORDS.fullmatch(line.text)
        text = match["words"] if match else ""
        if not text and _KEYWORDS_HEADING.fullmatch(line.text) and index + 1 < len(lines):
            line = lines[index + 1]  # noqa: PLW2901  (the words stand below their heading)
            text = line.text
        if text:
            words = [word.strip(" .") for word in re.split(r"[;,；、，·|]", text)]
            return tuple(Leaf(word, line.number, line.text, "keywords") for word in words if word)
    return ()


def _find_abstract(body: Sequence[Line]) -> Leaf | None:
    blocks = list(Line.blocks(body))
    for index, block in enumerate(blocks):
        match = _ABSTRACT.fullmatch(block[0].text)
        if match is None or (match["text"] and match["mark"] not in {":", "：", "."}):
            continue
        text = takewhile(lambda line: not _NEXT.fullmatch(line.text), block[1:])
        lines = [line for line in text if not _KEYWORDS.fullmatch(line.text)]
        texts = [text for text in (match["text"], *(line.text for line in lines)) if text]
        if texts:
            return Leaf(" ".join(texts), block[0].number, block[0].text, "heading")
        if index + 1 < len(blocks) and not blocks[index + 1][0].level and not _is_list(blocks[index + 1]):
            following = list(takewhile(lambda line: not _NEXT.fullmatch(line.text), blocks[index + 1]))
            if not following:
                return None
            return Leaf(" ".join(line.text for line in following), following[0].number, following[0].text, "heading")
    return None


def _is_list(block: Sequence[Line]) -> bool:
    """Return whether a block is a list of points, which a person has to write as a text."""
    return bool(block[0].marker) or block[0].text[:1] in "•›▪‣·●○■◦–"


# Addresses of Creative Commons with a version; anything after it is kept, since deeds name a language there.
_LICENCE = re.compile(
    r"https?://creativecommons\.org/(?:licenses|publicdomain)/[\w.-]+/\d\.\d/?[^\s)>]*", re.IGNORECASE
)


# A line that speaks of a licence, without an address that could be taken.
_LABELLED = re.compile(rf"(?:{'|'.join(LICENCE)})\b", re.IGNORECASE)


def _licence_field(document: Document, series: Series | None, notes: Notes) -> Node:
    """Return the licence if the document prints its address, or its name with a version; never assume one."""
    lines = (*document.head, *document.prose)
    for line in lines:
        for text in (line.text, *(link.target for link in line.links)):
            match = _LICENCE.search(text)
            if match is not None:
                return ({"url": Leaf(match[0], line.number, line.text, "address of the licence")},)
    for line in lines:
        url = Licence.address_in(line.text)
        if url is not None:
            return ({"url": Leaf(url, line.number, line.text, "short name of the licence", Confidence.LIKELY)},)
    if series is None or not series.licences:
        labelled = next((line for line in lines if _LABELLED.match(line.text)), None)
        if labelled is not None:
            notes.warn(
                # Eighty characters show which line is meant.
                "licence-missing", f"the licence was not recognised: “{labelled.text[:80]}”", "write its address",
                line=labelled.number, field="licences",
            )  # fmt: skip
        else:
            notes.wish(
                "licence-missing", "the document names no licence", "add its address if there is one; none is assumed",
                field="licences",
            )  # fmt: skip
    return Gap("[{url: https://creativecommons.org/licenses/by/4.0/}]", "only a licence that the document really has")
