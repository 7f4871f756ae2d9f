"""What every reader of a document gives: its lines, what it says about itself besides, and how places are named.

A header becomes properties, and properties become fields of a draft.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Self

from doideposit.findings import Finding, nearest
from doideposit.records.extraction.draft import Confidence, Leaf, Node
from doideposit.records.extraction.header_fields import header_fields
from doideposit.records.extraction.header_values import HeaderValue, Stated
from doideposit.records.extraction.lines import Line
from doideposit.records.identifiers import Orcid
from doideposit.records.models.relations import Licence
from doideposit.records.models.series import Series
from doideposit.records.sources.interface import Header

__all__ = ["Manuscript", "Properties"]


@dataclass(frozen=True, slots=True)
class Properties:
    """Hold what a document says about itself outside its text: a header, meta tags, document properties.

    `reliable` says that people wrote them to describe the document, as in front matter or citation_* tags; the
    properties of Word and PDF files are often left over from another document, and only fill gaps. `abstracts` and
    `references` are whole, with the languages and the parts that the markup tells; `label` is the title of the series
    as stated. `nocite` are the keys of works that the header cites without a place in the text.
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
    reliable: bool = True

    @classmethod
    def of_header(cls, header: Header, file: str) -> tuple[Self, tuple[Finding, ...]]:
        """Return the properties that a header gives, and the values that were not understood."""
        fields, noted = header_fields(header, file, strict=False)
        leaf = _Leaves(header)
        # Each name is that of a field with one value, and a mapping cannot tell the type of each.
        found: dict[str, Any] = {
            name: leaf.leaf_of(stated) for name in _SIMPLE if isinstance(stated := fields.get(name), HeaderValue)
        }
        if (doi := found.get("doi")) is not None:
            found["doi"] = doi.as_doi()
        if (number := found.get("number")) is not None and not re.fullmatch(r"\d{1,5}[a-z]?", number.text):
            found["number"] = None
        for name, inner in (("abstracts", "text"), ("licences", "url")):
            match fields.get(name):
                case (Mapping() as first, *_) if isinstance(stated := first[inner], HeaderValue):
                    one_line = stated.as_field(" ".join(stated.text.split()), sure=stated.sure)
                    found[name.removesuffix("s")] = leaf.leaf_of(one_line)
                case _:
                    pass
        issn = HeaderValue(header.data, ()).get("issn")
        if issn is not None and issn.text:
            found["issn"] = leaf.leaf_of(issn.as_field())
        files = next(
            (value for key in ("bibliography", "references_file") if (value := HeaderValue(header.data, ()).get(key))),
            None,
        )
        cited = HeaderValue(header.data, ()).get("nocite")
        nocite = " ".join(item.text for item in cited.items()) if cited else ""
        named = tuple(leaf.leaf_of(item.as_field()) for item in files.items() if item.text) if files else ()
        words = _entries(fields.get("keywords"))
        keywords = tuple(leaf.leaf_of(word) for word in words if isinstance(word, HeaderValue))
        authors = tuple(_with_orcid(leaf.node_of(entry)) for entry in _entries(fields.get("authors")))
        # How sure a name is, its confidence says already.
        told = tuple(finding for finding in noted if finding.code != "header-name")
        return cls(**found, keywords=keywords, authors=authors, bibliography=named, nocite=nocite), told

    def merge(
        self,
        fields: dict[str, Node],
        findings: Sequence[Finding],
        known: Mapping[str, Series],
    ) -> tuple[dict[str, Node], list[Finding]]:
        """Put stated values into the fields, and drop findings about the values found in the text.

        What is only left over from somewhere (`reliable` is not set) fills gaps and is doubtful.
        """
        told = _stated_fields(self, known)
        if not self.reliable:
            told = {key: _mark_doubtful(node) for key, node in told.items() if not _is_given(fields.get(key))}
        if self.reliable and self.title and "subtitle" not in told:
            fields.pop("subtitle", None)
        replaced = tuple(told)
        kept = [
            finding
            for finding in findings
            if not (finding.where.field or "").startswith(replaced) or _speaks_of_gap(finding, self)
        ]
        if self.reliable and self.title:
            kept = [
                finding
                for finding in kept
                if finding.code not in {"front-matter-unread", "subtitle-assumed", "title-doubtful"}
            ]
        return {**fields, **told}, kept


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


def _entries(stated: Stated | None) -> tuple[Stated, ...]:
    """Return the entries of a list; none of a single value."""
    return stated if isinstance(stated, tuple) else ()


# Properties that go into a field as they are.
_SIMPLE = ("title", "subtitle", "published", "number", "series", "doi", "url", "language")


class _Leaves:
    """Make the leaves of a draft of what was taken from a header."""

    def __init__(self, header: Header) -> None:
        self._header = header

    def leaf_of(self, value: HeaderValue) -> Leaf:
        key = str(value.loc[0]) if value.loc else ""
        way, place = nearest(self._header.places, value.loc) or ((), None)
        line = place.line if place and way else self._header.lines.get(key, 1)
        confidence = Confidence.CERTAIN if value.sure else Confidence.DOUBTFUL
        return Leaf(value.text, line, self._header.sources.get(key, ""), f"header, `{key}`", confidence)

    def node_of(self, stated: Stated) -> Node:
        match stated:
            case HeaderValue():
                return self.leaf_of(stated)
            case Mapping():
                return {key: self.node_of(part) for key, part in stated.items()}
            case _:
                return tuple(self.node_of(part) for part in stated)


def _with_orcid(author: Node) -> Node:
    """Return an author with the whole address of the ORCID iD, and without one that is none."""
    if not isinstance(author, Mapping) or not isinstance(orcid := author.get("orcid"), Leaf):
        return author
    if (right := Orcid.parse_or_none(orcid.text)) is not None:
        return {**author, "orcid": replace(orcid, text=right.url)}
    # A wrong iD costs an author nothing but the iD.
    return {key: part for key, part in author.items() if key != "orcid"}


def _stated_fields(stated: Properties, known: Mapping[str, Series]) -> dict[str, Node]:
    told: dict[str, Node] = {}
    for name in ("title", "subtitle", "published", "number", "doi", "url", "language"):
        if (leaf := getattr(stated, name)) is not None:
            told[name] = leaf
    if (series := _stated_series(stated, known)) is not None:
        told["series"] = series
    alone: tuple[Node, ...] = () if stated.abstract is None else ({"text": stated.abstract},)
    if abstracts := stated.abstracts or alone:
        told["abstracts"] = abstracts
    for name in ("authors", "references", "keywords"):
        if parts := getattr(stated, name):
            told[name] = parts
    if stated.licence is not None and (url := _licence_address(stated.licence.text)):
        told["licences"] = ({"url": replace(stated.licence, text=url)},)
    return told


def _stated_series(stated: Properties, known: Mapping[str, Series]) -> Leaf | None:
    """Return the configured series that is stated: by its short name, its ISSN, its title or one of its labels."""
    if stated.series is not None and stated.series.text in known:
        return stated.series
    for leaf, key in ((stated.issn, _issns_of), (stated.series, _titles_of), (stated.label, _titles_of)):
        names = [series.name for series in known.values() if leaf is not None and leaf.text.casefold() in key(series)]
        if leaf is not None and len(names) == 1:
            return replace(leaf, text=names[0])
    return None


def _issns_of(series: Series) -> set[str]:
    return {str(known.issn).casefold() for known in series.issns}


def _titles_of(series: Series) -> set[str]:
    return {series.title.casefold(), *(label.casefold() for label in series.labels)}


def _licence_address(text: str) -> str | None:
    return text if text.startswith("http") else Licence.address_in(text)


def _speaks_of_gap(finding: Finding, stated: Properties) -> bool:
    return finding.code == "licence-missing" and stated.licence is None


def _is_given(node: Node | None) -> bool:
    return isinstance(node, (Leaf, tuple)) and bool(node)


def _mark_doubtful(node: Node) -> Node:
    if isinstance(node, Leaf):
        return replace(node, confidence=Confidence.DOUBTFUL)
    if isinstance(node, tuple):
        return tuple(_mark_doubtful(part) for part in node)
    return {key: _mark_doubtful(part) for key, part in node.items()} if isinstance(node, Mapping) else node
