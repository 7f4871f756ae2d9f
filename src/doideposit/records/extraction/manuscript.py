"""What every reader of a document gives: its lines, what it says about itself outside of them.

And how places are named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from doideposit.findings import Finding
from doideposit.records.extraction.draft import Leaf, Node
from doideposit.records.extraction.lines import Line

__all__ = ["Manuscript", "Properties"]


@dataclass(frozen=True, slots=True)
class Properties:
    """Hold what a document says about itself outside its text: a header, meta tags, document properties.

    `firm` says that people wrote them to describe the document, as in front matter or citation_* tags; the properties
    of Word and PDF files are often left over from another document, and only fill gaps. `abstracts` and `references`
    are whole, with the languages and the parts that the markup tells; `label` is the title of the series as stated.
    `nocite` are the keys of works that the header cites without a place in the text.
    """

    title: Leaf | None = None
    subtitle: Leaf | None = None
    published: Leaf | None = None
    number: Leaf | None = None
    series: Leaf | None = None
    label: Leaf | None = None
    doi: Leaf | None = None
    issn: Leaf | None = None
    url: Leaf | None = None
    abstract: Leaf | None = None
    abstracts: tuple[Node, ...] = ()
    language: Leaf | None = None
    licence: Leaf | None = None
    keywords: tuple[Leaf, ...] = ()
    authors: tuple[Node, ...] = ()
    references: tuple[Node, ...] = ()
    bibliography: tuple[Leaf, ...] = ()
    nocite: str = ""
    # Headers are the rule; readers of Word and PDF say otherwise.
    firm: bool = True


@dataclass(frozen=True, slots=True)
class Manuscript:
    """Hold a document as its reader found it.

    `places` names a line by its number in the words of the format, such as “paragraph 3”, where it is not a line of a
    text file. `findings` are about the file itself.
    """

    file: str
    format: str
    lines: tuple[Line, ...] = ()
    properties: Properties = field(default_factory=Properties)
    # Only formats without lines of their own have names for them.
    places: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Finding, ...] = ()
