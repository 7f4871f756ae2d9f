"""What a document may add to its record: landing page, abstract, keywords and licence."""

import re
from collections.abc import Sequence

from doideposit.records.extraction.biography import blocks_of
from doideposit.records.extraction.draft import Gap, Leaf, Node, Notes
from doideposit.records.extraction.lines import Line
from doideposit.records.extraction.sections import Document
from doideposit.records.models.series import Series

__all__ = ["abstract_field", "licence_field", "tell_dead_links", "url_field"]


def url_field(number: Node, series: Series | None, notes: Notes) -> Node:
    """The landing page, which no document prints: a gap, and a warning where the series has no pattern for it."""
    if series is not None and series.url is not None and isinstance(number, Leaf):
        return Gap(series.url_for(number.text) or "", "left out, the series' pattern gives this address")
    notes.warn(
        "url-missing", "the document does not say where its landing page is",
        "write the address of the page with title, authors, DOI and the way to the text", field="url",
    )  # fmt: skip
    example = f"https://www.example.org/comment-{number.text if isinstance(number, Leaf) else 'number'}/"
    return Gap(example, "the landing page, not the PDF; nothing is deposited without it")


_ABSTRACT = re.compile(r"(?:abstract|summary|executive summary)\s*(?P<mark>[:.–—-]?)\s*(?P<text>.*)", re.IGNORECASE)
_KEYWORDS = re.compile(r"key\s?words?\s*:\s*(?P<words>.+)", re.IGNORECASE)


def abstract_field(document: Document, notes: Notes) -> dict[str, Node]:
    """The abstract, where one is headed so, and the keywords."""
    fields: dict[str, Node] = {}
    abstract = _abstract([*document.body])
    if abstract is None:
        notes.warn(
            "abstract-missing", "the document has no abstract", "add it if there is one; never write it for the author",
            field="abstracts",
        )  # fmt: skip
        fields["abstracts"] = Gap("[{text: …, language: en}]", "as published, without the heading")
    else:
        fields["abstracts"] = ({"text": abstract},)
    for line in document.body:
        match = _KEYWORDS.fullmatch(line.text)
        if match is not None:
            words = [word.strip(" .") for word in re.split(r"[;,]", match["words"])]
            fields["keywords"] = tuple(Leaf(word, line.number, line.text) for word in words if word)
    return fields


def _abstract(body: Sequence[Line]) -> Leaf | None:
    blocks = list(blocks_of(body))
    for index, block in enumerate(blocks):
        match = _ABSTRACT.fullmatch(block[0].text)
        if match is None or (match["text"] and match["mark"] not in {":", "."}):
            continue
        texts = [text for text in (match["text"], *(line.text for line in block[1:])) if text]
        if texts:
            return Leaf(" ".join(texts), block[0].number, block[0].text)
        if index + 1 < len(blocks):
            following = blocks[index + 1]
            return Leaf(" ".join(line.text for line in following), following[0].number, following[0].text)
    return None


_LICENCE = re.compile(
    r"https?://creativecommons\.org/(?:licenses|publicdomain)/[\w.-]+/\d\.\d/?[^\s)>]*", re.IGNORECASE
)


def licence_field(document: Document, series: Series | None, notes: Notes) -> Node:
    """The licence, where the document prints its address; none is ever assumed."""
    for line in (*document.head, *document.prose):
        for text in (line.text, *(link.target for link in line.links)):
            match = _LICENCE.search(text)
            if match is not None:
                return ({"url": Leaf(match[0], line.number, line.text)},)
    if series is None or not series.licences:
        notes.warn(
            "licence-missing", "the document names no licence", "add its address if there is one; none is assumed",
            field="licences",
        )  # fmt: skip
    return Gap("[{url: https://creativecommons.org/licenses/by/4.0/}]", "only a licence that the document really has")


def tell_dead_links(document: Document, notes: Notes) -> None:
    """Report links in the text that lead nowhere, usually lost when a PDF was converted."""
    dead = [line for line in document.prose for link in line.links if link.target in {"", "#"}]
    if dead:
        notes.tell(
            "body-links-dead", f"{len(dead)} links in the text lead nowhere",
            "only the reference list is deposited; add to it what the links were meant to cite", line=dead[0].number,
        )  # fmt: skip
