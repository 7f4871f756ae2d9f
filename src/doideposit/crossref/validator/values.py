"""Rules about attribute values that are checked beside libxml2: ID and IDREF, and long enumerations.

libxml2 does not compare an IDREF with the IDs there are (XSD 1.1 part 1, 3.17.5.2), and it goes through an enumeration
of 8,107 languages one by one, which took five sixths of the time of a verdict. The module ``beside`` does the checking.
"""

from dataclasses import dataclass
from typing import Literal

from lxml import etree

__all__ = ["Fault", "Identity", "Kind", "Lookup"]

Kind = Literal["ID", "IDREF", "IDREFS"]


@dataclass(frozen=True, slots=True)
class Lookup:
    """The values that one attribute may have on some elements; whitespace is collapsed first where `collapsed`."""

    attribute: str
    tags: frozenset[str]
    values: frozenset[str]
    collapsed: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """An attribute that is an ID, or refers to IDs, on some elements."""

    attribute: str
    kind: Kind
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that is wrong: `problem` is ``not-listed``, ``duplicate-id`` or ``unknown-idref``."""

    element: etree._Element
    attribute: str
    value: str
    problem: Literal["not-listed", "duplicate-id", "unknown-idref"]
    allowed: frozenset[str] = frozenset()
