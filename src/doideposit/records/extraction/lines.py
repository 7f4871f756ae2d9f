"""A document as lines without markup, each with its number, its links and its block, whatever format it came in."""

from dataclasses import dataclass

__all__ = ["Line", "Link"]


@dataclass(frozen=True, slots=True)
class Link:
    """Hold a link: what is printed, and where it leads."""

    label: str
    target: str


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one line of the document.

    `number` counts from 1. `text` is without markup; `rich` keeps italics, subscripts and superscripts as tags;
    `bare` is `text` without the addresses. `source` is the line as it stands in the file. `block` numbers headings,
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
