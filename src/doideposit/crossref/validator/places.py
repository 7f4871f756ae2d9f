"""Where an element is: its line, and its path as people read it."""

from array import array
from collections import Counter, OrderedDict
from typing import NamedTuple, cast

from lxml import etree

from doideposit.findings import Where
from doideposit.safe_xml import Element

__all__ = ["Places"]


class Places:
    """Say where elements of one document stand: line, and path as people read it.

    The path is as in ``/doi_batch/body/report-paper[2]/titles``, with numbers only where there are several of a name.
    """

    def __init__(self, file: str | None, xml: bytes | None = None) -> None:
        self.file = file
        self._xml = xml
        self._positions: _Positions | None = None
        self._kept: dict[Element, int] | None = None
        self._children: OrderedDict[Element, dict[Element, _Child]] = OrderedDict()

    def where(self, element: Element, attribute: str | None = None, *, text: bool = False) -> Where:
        """Return the place of an element, of the `text` in it, or of one of its attributes, named in Clark notation.

        Columns are known when the bytes of the document are.
        """
        line = cast(int | None, element.sourceline) or None
        path = self._path_to(element)
        path = f"{path}/@{_local(attribute)}" if attribute else path
        found = self._position_of(element)
        if found is None:
            return Where(self.file, line, element=path)
        if text:
            return Where(self.file, found.text_line, found.text_column, element=path)
        return Where(self.file, found.line, found.column, element=path)

    def keep_positions(self, root: Element) -> None:
        """Find the positions of all elements now, before the document is changed."""
        self._kept = {element: index for index, element in enumerate(root.iter("*"))}

    def _position_of(self, element: Element) -> "_Position | None":
        if self._xml is None:
            return None
        if self._positions is None:
            # Both count the same elements in the same order, and comments not at all.
            self._positions = _Positions(self._xml)
        index = self._index(element) if self._kept is None else self._kept.get(element)
        return None if index is None else self._positions.at(index)

    def _index(self, element: Element) -> int:
        """Return the number of elements before this one in the document."""
        index = 0
        parent = element.getparent()
        while parent is not None:
            index += self._child_step(parent, element).offset
            element, parent = parent, parent.getparent()
        return index

    def _path_to(self, element: Element) -> str:
        steps: list[str] = []
        parent = element.getparent()
        while parent is not None:
            steps.append(self._child_step(parent, element).step)
            element, parent = parent, parent.getparent()
        return "/" + "/".join([_prefixed_name(element), *reversed(steps)])

    def _child_step(self, parent: Element, element: Element) -> "_Child":
        """Return step and offset of a child; only few parents are remembered, since each may have thousands."""
        if parent not in self._children:
            self._children[parent] = _number_children(parent)
            while len(self._children) > REMEMBERED:
                self._children.popitem(last=False)
        self._children.move_to_end(parent)
        return self._children[parent][element]


# Findings come mostly in the order of the document: the last places are the nearest.
REMEMBERED = 12


class _Position(NamedTuple):
    """Hold where an element starts, and where the text in it starts; lines and columns count from 1."""

    line: int
    column: int
    text_line: int
    text_column: int


class _Positions:
    """Hold the positions of all elements of a document, in its order; none where they cannot be found.

    libxml2 keeps no columns, and no lines beyond 65,535; expat of the standard library tells both. It is for a document
    that `ParsedXml.of` has taken: that has no document type declaration, and so nothing to expand.
    """

    def __init__(self, xml: bytes) -> None:
        from xml.parsers import expat  # noqa: PLC0415 - only what is wrong has to be found

        # Four numbers for each element, in one array: there may be a million, and objects take ten times the memory.
        self._numbers = array("L")
        self._waits_for_text = False
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begin_element
        self._parser.CharacterDataHandler = self._begin_text
        try:
            self._parser.Parse(xml, True)
        # expat takes fewer encodings than libxml2; without it, there are lines and no columns.
        except (expat.ExpatError, ValueError, LookupError):
            self._numbers = array("L")
        finally:
            # The parser knows this object, which would stay in memory with it until the next collection.
            del self._parser

    def at(self, index: int) -> _Position | None:
        """Return the position of the element of this number, counted from 0; None where it is not known."""
        numbers = self._numbers[4 * index : 4 * index + 4]
        return _Position(*numbers) if numbers else None

    def _begin_element(self, _name: str, _attributes: object) -> None:
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        # Its text begins where the element does, until there is some.
        self._numbers.extend((line, column, line, column))
        self._waits_for_text = True

    def _begin_text(self, text: str) -> None:
        if self._waits_for_text and not text.isspace():
            self._numbers[-2:] = array("L", (self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1))
            self._waits_for_text = False


class _Child(NamedTuple):
    """Hold the step of a child in paths, and how many elements stand from its parent's start to its own."""

    step: str
    offset: int


# Elements below count as well, and XPath counts them without a loop of ours.
_size = etree.XPath("count(descendant-or-self::*)")


def _number_children(parent: Element) -> dict[Element, _Child]:
    """Return the steps and offsets of all children at once, as a parent may have many."""
    children = list(parent.iterchildren("*"))
    total = Counter(child.tag for child in children)
    seen: Counter[str] = Counter()
    found = {}
    offset = 1
    for child in children:
        seen[child.tag] += 1
        step = f"{_prefixed_name(child)}[{seen[child.tag]}]" if total[child.tag] > 1 else _prefixed_name(child)
        found[child] = _Child(step, offset)
        offset += int(cast(float, _size(child))) if len(child) else 1
    return found


def _local(attribute: str) -> str:
    return attribute.rpartition("}")[2]


def _prefixed_name(element: Element) -> str:
    local = etree.QName(element).localname
    return f"{element.prefix}:{local}" if element.prefix else local
