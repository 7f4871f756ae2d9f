"""Texts of JATS elements: as plain text, with the faces that a record keeps, and as values of a draft."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from doideposit.records.extraction.draft import Leaf
from doideposit.records.models.characters import normalise

__all__ = ["XLINK", "JatsText"]

# JATS writes addresses as attributes of XLink.
XLINK = "{http://www.w3.org/1999/xlink}href"
# Faces of JATS by the tags that a record knows.
_FACES = {"italic": "i", "bold": "b", "sub": "sub", "sup": "sup", "underline": "u"}
# Notes and their marks are within titles and names, and are not part of them.
_NOTES = ("fn", "xref", "inline-graphic", "tex-math")
# Parts of names stand without a space between them, because the program that shows an article adds the commas.
_NAMES = ("name", "string-name", "surname", "given-names", "suffix", "collab")


@dataclass(frozen=True, slots=True)
class JatsText:
    """Read the text of an element, or of none: plain, with its faces, or as a value of the draft."""

    node: Any

    def plain(self, *, skip: Iterable[str] = _NOTES) -> str:
        """Return the text of the element and of what it holds, without the elements named in `skip`."""
        left_out = tuple(skip)
        parts = [self.node.text or ""]
        for child in self.node:
            if isinstance(child.tag, str) and child.tag not in left_out:
                inner = " " if child.tag == "break" else JatsText(child).plain(skip=left_out)
                parts.append(f", {inner}" if child.tag in _NAMES and _is_glued(parts) else inner)
            parts.append(child.tail or "")
        return "".join(parts)

    @property
    def line(self) -> str:
        """Return the text on one line, with single spaces."""
        return " ".join(self.plain().split())

    @property
    def rich(self) -> str:
        """Return the text with italics, bold, subscripts and superscripts as tags, on one line."""
        return " ".join(_rich_text(self.node).split())

    def leaf_of(self, text: str | None = None) -> Leaf:
        """Return a value with the line and the element that say it; by default the text of the element."""
        value = normalise(text if text is not None else self.plain())
        # What people are shown as the place need not be the whole text.
        return Leaf(value, self.node.sourceline or 1, value[:200], f"<{self.node.tag}>")

    def leaf(self, *, rich: bool = False) -> Leaf | None:
        """Return the text as a value, None without any; with `rich`, keep the markup of titles."""
        if self.node is None:
            return None
        marked = rich and any(child.tag in _FACES for child in self.node.iter())
        found = self.leaf_of(self.rich if marked else self.line if rich else None)
        return found if found.text else None


def _is_glued(before: list[str]) -> bool:
    text = "".join(before)
    return bool(text) and (text[-1].isalnum() or text[-1] == ".")


def _rich_text(node: Any) -> str:
    parts = [_escape(node.text)]
    for child in node:
        if isinstance(child.tag, str) and child.tag not in _NOTES:
            face = _FACES.get(child.tag)
            inner = " " if child.tag == "break" else _rich_text(child)
            parts.append(f"<{face}>{inner}</{face}>" if face and inner.strip() else inner)
        parts.append(_escape(child.tail))
    return "".join(parts)


def _escape(text: str | None) -> str:
    return escape(text or "", quote=False)
