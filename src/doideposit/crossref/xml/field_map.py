"""The way back from an element of a deposit file to the field of the record it was made from.

It is read from a table, only when something is wrong: building pays nothing for it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from lxml import etree

from doideposit.crossref.names import PREFIXES
from doideposit.crossref.xml import parts
from doideposit.crossref.xml.elements import Element
from doideposit.crossref.xml.references import PARTS
from doideposit.findings import Loc
from doideposit.records.models.commentary import Commentary

__all__ = ["locate"]


def locate(xml: bytes, commentaries: Sequence[Commentary], path: str) -> tuple[int, Loc] | None:
    """Which of the commentaries, and which field; the nearest known element around the given one counts.

    `xml` is what `build` made of the commentaries. An empty field means the record as a whole.
    """
    steps, _, attribute = path.partition("/@")
    chain = _chain(_tree(xml), steps)
    if chain is None or len(chain) < _ITEM_DEPTH or _local(chain[1]) != "body":
        return None
    place = chain[1].index(chain[2])
    commentary = commentaries[place]
    spot = _ITEM
    loc: Loc = ()
    for element in chain[2:]:
        inner = spot.inside.get(_local(element))
        if inner is not None:
            spot, loc = inner, loc + inner.way(element, commentary)
    return place, loc + _ATTRIBUTES.get(_bare(attribute), ())


_ITEM_DEPTH: Final = 3  # doi_batch, body, item
_STEP: Final = re.compile(
    r"/(?:\{(?P<namespace>[^}]*)\}|(?P<prefix>[^:/\[\]{}]+):)?(?P<name>[^:/\[\]{}]+)(?:\[(?P<number>\d+)\])?"
)
_PATH: Final = re.compile(rf"(?:{re.sub(r'[?]P<[a-z]+>', '', _STEP.pattern)})+")
_ATTRIBUTES: Final[Mapping[str, Loc]] = MappingProxyType({"language": ("language",), "lang": ("language",)})


@lru_cache(maxsize=2)
def _tree(xml: bytes) -> Element:
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))


def _local(element: Element) -> str:
    return etree.QName(element).localname


def _bare(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]


def _chain(root: Element, path: str) -> list[Element] | None:
    """The elements from the root down to the one at the path, or None when there is no such element."""
    if not _PATH.fullmatch(path):
        return None
    chain: list[Element] = []
    for step in _STEP.finditer(path):
        children = list(chain[-1]) if chain else [root]
        same = [child for child in children if _fits(child, step)]
        number = int(step["number"] or 1)
        if not 1 <= number <= len(same):
            return None
        chain.append(same[number - 1])
    return chain


def _fits(element: Element, step: re.Match[str]) -> bool:
    """Whether an element has the name of a step; a name without namespace and prefix fits every namespace."""
    name = etree.QName(element)
    namespace = step["namespace"] or PREFIXES.get(step["prefix"] or "")
    return step["name"] in {"*", name.localname} and namespace in {None, name.namespace}


Way = Callable[[Element, Commentary], Loc]


@dataclass(frozen=True, slots=True)
class _Spot:
    """What an element stands for, relative to what is around it, and what the elements within stand for."""

    way: Way = lambda _element, _commentary: ()
    inside: "Mapping[str, _Spot]" = field(default_factory=lambda: MappingProxyType({}))


def _at(*loc: str) -> Way:
    return lambda _element, _commentary: loc


def _place(element: Element) -> int:
    """The place among all siblings, from 0."""
    parent = element.getparent()
    return 0 if parent is None else parent.index(element)


def _nth(element: Element) -> int:
    """The place among the siblings of the same name, from 0."""
    return sum(1 for _ in element.itersiblings(str(element.tag), preceding=True))


def _listed(*loc: str) -> Way:
    return lambda element, _commentary: (*loc, _place(element))


def _numbered(*loc: str) -> Way:
    return lambda element, _commentary: (*loc, _nth(element))


def _own_or_series(name: str) -> Way:
    """A list the record has itself, or else the series."""

    def way(element: Element, commentary: Commentary) -> Loc:
        return (name, _nth(element)) if getattr(commentary, name) else ("series", name, _nth(element))

    return way


def _own_or_series_value(name: str) -> Way:
    return lambda _element, commentary: (name,) if getattr(commentary, name) else ("series", name)


def _subtitle(element: Element, _commentary: Commentary) -> Loc:
    before = element.getprevious()
    is_original = before is not None and _local(before) == "original_language_title"
    return ("original_title", "subtitle") if is_original else ("subtitle",)


def _issn(element: Element, _commentary: Commentary) -> Loc:
    place = _nth(element)
    return ("series", "other_issns", place - 1, "issn") if place else ("series", "issn")


def _relation(element: Element, commentary: Commentary) -> Loc:
    """The relations made for the series stand behind those of the record."""
    place = _place(element)
    return ("relations", place) if place < len(commentary.relations) else ("series",)


def _relation_part(name: str) -> Way:
    def way(element: Element, commentary: Commentary) -> Loc:
        parent = element.getparent()
        own = parent is not None and _place(parent) < len(commentary.relations)
        return (name,) if own else ("title",) if name == "description" else ("issn",)

    return way


def _file(element: Element, commentary: Commentary) -> Loc:
    """The PDF or one of the further files that an item of a collection was made from."""
    collection = element.getparent()
    mined = collection is not None and collection.get("property") == "text-mining"
    offered = (parts.full_texts if mined else parts.similarity_texts)(commentary)
    url = offered[_place(element)].url
    if url == commentary.pdf_url:
        return ("pdf_url",)
    return ("full_texts", [text.url for text in commentary.full_texts].index(url))


def _dated(element: Element, _commentary: Commentary) -> Loc:
    return ("published_print",) if element.get("media_type") == "print" else ("published",)


def _spots(**names: str) -> dict[str, _Spot]:
    return {element: _Spot(_at(name)) for element, name in names.items()}


def _identifier_field(element: Element, _commentary: Commentary) -> Loc:
    return (str(element.get("type")),)


_INSTITUTION: Final = {
    "institution_name": _Spot(_at("name")),
    "institution_id": _Spot(_identifier_field),
    "institution_acronym": _Spot(_at("acronym")),
    "institution_place": _Spot(_at("place")),
    "institution_department": _Spot(_at("department")),
}
_NAME: Final = _spots(given_name="given", surname="family", prefix="prefix", suffix="suffix")
_CONTRIBUTOR: Final = {
    **_NAME,
    "role": _Spot(_at("roles")),
    "ORCID": _Spot(_at("orcid")),
    "affiliations": _Spot(_at("affiliations"), {"institution": _Spot(lambda e, _: (_place(e),), _INSTITUTION)}),
    "alt-name": _Spot(
        _at("alt_names"),
        {"name": _Spot(lambda e, _: (_place(e),), _NAME), "string-name": _Spot(lambda e, _: (_place(e), "text"))},
    ),
}
_CITATION: Final = {name: _Spot(_at(part)) for name, part in PARTS} | _spots(unstructured_citation="text")
_RELATION: Final = {
    "description": _Spot(_relation_part("description")),
    "inter_work_relation": _Spot(_relation_part("identifier")),
    "intra_work_relation": _Spot(_relation_part("identifier")),
}
_FUNDING: Final = _Spot(_numbered("funding"))
_SERIES: Final = {"title": _Spot(_at("series", "title")), "issn": _Spot(_issn)}
_ITEM: Final = _Spot(
    inside={
        "series_metadata": _Spot(_at(), _SERIES),
        "journal_metadata": _Spot(_at(), _SERIES | {"full_title": _Spot(_at("series", "title"))}),
        "group_title": _Spot(_at("series", "title")),
        "title": _Spot(_at("title")),
        "subtitle": _Spot(_subtitle),
        "original_language_title": _Spot(_at("original_title", "text")),
        "abstract": _Spot(_numbered("abstracts"), {"p": _Spot(_at("text")), "sec": _Spot(_at("text"))}),
        "contributors": _Spot(
            _at("authors"),
            {
                kind: _Spot(lambda e, _: (_place(e),), inside)
                for kind, inside in (
                    ("person_name", _CONTRIBUTOR),
                    ("organization", {}),
                    ("anonymous", _CONTRIBUTOR),
                )
            },
        ),
        "volume": _Spot(_at("number")),
        "issue": _Spot(_at("number")),
        "item_number": _Spot(_at("number")),
        "identifier": _Spot(_at("report_number")),
        "edition_number": _Spot(_at("edition")),
        "publication_date": _Spot(_dated),
        "posted_date": _Spot(_at("published")),
        "approval_date": _Spot(_at("accepted")),
        "acceptance_date": _Spot(_at("accepted")),
        "publisher": _Spot(_at("series", "publisher"), _spots(publisher_name="name", publisher_place="place")),
        "institution": _Spot(_at("series", "institution"), _INSTITUTION),
        "crossmark_policy": _Spot(_own_or_series_value("crossmark_policy")),
        "update": _Spot(_listed("updates")),
        "assertion": _FUNDING,
        "free_to_read": _Spot(_own_or_series_value("free_to_read")),
        "license_ref": _Spot(_own_or_series("licences"), {}),
        "archive": _Spot(_listed("archives")),
        "version_info": _Spot(_at("version"), _spots(version="label", description="text")),
        "status": _Spot(_at("status"), _spots(description="text")),
        "doi_data": _Spot(
            _at(),
            {
                "doi": _Spot(_at("doi")),
                "resource": _Spot(_at("url")),
                "collection": _Spot(_at(), {"item": _Spot(_file)}),
            },
        ),
        "citation_list": _Spot(_at("references"), {"citation": _Spot(lambda e, _: (_place(e),), _CITATION)}),
        "related_item": _Spot(_relation, _RELATION),
    }
)
