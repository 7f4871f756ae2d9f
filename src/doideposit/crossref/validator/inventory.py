"""Which elements a document has: looked through once where they are few, and by name where they are many."""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from lxml import etree

__all__ = ["Inventory"]

FEW = 2_000
"""Up to so many elements it is quicker to look at each than to have lxml search for the names of hundreds."""


class Inventory:
    """The elements of one document, for questions about their names. Comments and the like are left out."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        few = list(itertools.islice(root.iter("*"), FEW))
        self._elements = few if len(few) < FEW else None
        self._tags = [element.tag for element in few] if len(few) < FEW else []
        self._names = frozenset(self._tags)

    def has_any(self, tags: Collection[str]) -> bool:
        """Whether an element has one of these tags."""
        if self._elements is None:
            return bool(tags) and next(self._root.iter(*tags), None) is not None
        return not self._names.isdisjoint(tags)

    def has_namespace(self, namespace: str) -> bool:
        """Whether an element is of this namespace."""
        return next(self._root.iter(f"{{{namespace}}}*"), None) is not None

    def among(
        self, tags: Collection[str], patterns: Callable[[], Sequence[str]]
    ) -> Iterable[tuple[etree._Element, str]]:
        """The elements with one of the tags, each with its tag, in the order of the document.

        `patterns` gives names as lxml searches for them, which find all of these elements and maybe others; it is asked
        for them only where there is much to search.
        """
        if self._elements is None:
            return self._searched(tags, patterns())
        return [found for found in zip(self._elements, self._tags, strict=True) if found[1] in tags]

    def _searched(self, tags: Collection[str], patterns: Sequence[str]) -> Iterator[tuple[etree._Element, str]]:
        for element in self._root.iter(*patterns) if patterns else ():
            tag = str(element.tag)
            if tag in tags:
                yield element, tag
