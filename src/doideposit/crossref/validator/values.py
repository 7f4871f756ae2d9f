"""Rules about attribute values that are checked beside libxml2: ID and IDREF, and long enumerations.

libxml2 does not compare an IDREF with the IDs there are (XSD 1.1 part 1, 3.17.5.2), and it goes through an enumeration
of 8,107 languages one by one, which took five sixths of the time of a verdict. The module ``beside`` does the checking.
"""

from typing import Literal, NamedTuple

from lxml import etree

__all__ = ["Fault", "Identity", "Kind", "Lookup"]

Kind = Literal["ID", "IDREF", "IDREFS"]


class Lookup(NamedTuple):
    """The values that one attribute may have on some elements; whitespace is collapsed first where `collapsed`."""

    attribute: str
    tags: frozenset[str]
    values: frozenset[str]
    collapsed: bool


class Identity(NamedTuple):
    """An attribute that is an ID, or refers to IDs, on some elements."""

    attribute: str
    kind: Kind
    tags: frozenset[str]


class Fault(NamedTuple):
    """A value that is wrong: `problem` is ``not-listed``, ``duplicate-id`` or ``unknown-idref``."""

    element: etree._Element
    attribute: str
    value: str
    problem: Literal["not-listed", "duplicate-id", "unknown-idref"]
    allowed: frozenset[str] = frozenset()
