"""Puts lines together for the readers of formats that know paragraphs, runs and links."""

import re
from collections.abc import Iterable, Iterator
from html import escape

from doideposit.records.extraction.lines import Line, Link
from doideposit.records.extraction.readers.bounds import MOST_LINES, TooMuch
from doideposit.records.models.characters import normalise

__all__ = ["LineBuilder"]

# Angle brackets within old DOIs (SICI) belong to the address when digits or a stop follow the closing one.
_ADDRESS = re.compile(r"https?://(?:[^\s<>\"“”|]|<[^<>\s\"]{1,60}>(?=[\d.;]))+(?<![.,;:!?’”*\]])", re.IGNORECASE)
# XML 1.0 forbids these characters, but for U+007F to U+009F, which are left of a wrong encoding.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def _addresses_in(text: str) -> Iterator[str]:
    """Return the addresses in a text, each without a bracket that closes the text around it."""
    for found in _ADDRESS.finditer(text):
        address = found[0]
        while address.endswith(")") and address.count("(") < address.count(")"):
            address = address[:-1].rstrip(".,;:")
        yield address


class LineBuilder:
    """Collect lines; each paragraph is a block, and gets the next number unless one is given."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.places: dict[int, str] = {}
        self.block = 0

    def paragraph(
        self, text: str, *, links: Iterable[Link] = (), level: int = 0, bold: bool = False, note: bool = False,
        italics: Iterable[str] = (), place: str = "", new_block: bool = True,
        marginal: bool = False, marker: str = "",
    ) -> None:  # fmt: skip
        """Add a paragraph, one line for each of its line breaks; addresses in its text count as links.

        Raises `TooMuch` when there are more lines, or longer ones, than a document has.
        """
        self.block += new_block
        if len(self.lines) > MOST_LINES:
            raise TooMuch
        TooMuch.check_text(text)
        known = list(links)
        for row in text.split("\n"):
            plain = normalise(_CONTROL.sub(" ", row))
            if not plain:
                continue
            own = [link for link in known if link.label and link.label in plain]
            own += [
                Link(address, address)
                for address in _addresses_in(plain)
                if all(address not in link.label for link in own)
            ]
            bare = plain
            for link in own:
                if link.label.startswith(("http", "www.", "doi.org")) or link.label == link.target:
                    bare = bare.replace(link.label, "", 1)
            rich = escape(plain, quote=False) if "<" in plain else plain
            for part in italics:
                rich = rich.replace(part, f"<i>{part}</i>", 1) if part.strip() and rich == plain else rich
            number = len(self.lines) + 1
            self.places[number] = place or f"paragraph {self.block}"
            self.lines.append(
                Line(
                    number,
                    plain,
                    plain if not level else rich,
                    normalise(bare),
                    tuple(own),
                    plain,
                    self.block,
                    level,
                    marker,
                    0,
                    bold,
                    note,
                    marginal,
                )
            )
