"""A document as lines without markup, each with its number, its links and its block, whatever format it came in."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

__all__ = ["Line", "Link"]

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
_LONGEST_IMPRINT = 200


@dataclass(frozen=True, slots=True)
class Link:
    """Hold a link: what is printed, and where it leads."""

    label: str
    target: str


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one line of the document.

    `number` counts from 1. `text` is without markup; `rich` keeps italics, subscripts and superscripts as tags;
    `bare` is `text` without the addresses. `source` is the line as it is in the file. `block` numbers headings,
    paragraphs and list items; `level` is that of a heading, or 0; `marker` is the bullet or number of a list item on
    its first line; `item` numbers list items, 0 outside lists. `bold` says that all of it is bold, `note` that it is
    the text of a footnote or an endnote, `marginal` that other pages print it at their edge too.
    """

    number: int
    text: str
    rich: str
    bare: str
    links: tuple[Link, ...]
    source: str
    block: int
    level: int = 0
    marker: str = ""
    item: int = 0
    bold: bool = False
    note: bool = False
    marginal: bool = False

    @property
    def printed(self) -> str:
        """Return the text with the number that Markdown takes for a list's, as in “14. September 2023”."""
        return f"{self.marker} {self.text}" if self.marker[:1].isdigit() else self.text

    @property
    def indented(self) -> bool:
        """Return whether the line is set in."""
        return self.source[:1] in {" ", "\t"}

    @property
    def is_imprint(self) -> bool:
        """Tell whether it prints an address, a telephone number, an ISSN, rights, or the publisher with its acronym."""
        text = self.text
        if len(text) > _LONGEST_IMPRINT or _REFERENCE_YEAR.search(text):
            return False
        if _IMPRINT.search(text) or any("creativecommons.org" in link.target for link in self.links):
            return True
        return bool(_BODY_WITH_ACRONYM.fullmatch(text) or (_POSTCODE.search(text) and not text.endswith(".")))

    @classmethod
    def blocks(cls, lines: Iterable[Self]) -> Iterator[list[Self]]:
        """Yield lines block by block."""
        block: list[Self] = []
        for line in lines:
            if block and block[-1].block != line.block:
                yield block
                block = []
            block.append(line)
        if block:
            yield block
