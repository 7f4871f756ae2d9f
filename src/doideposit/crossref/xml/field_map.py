"""The way back from an element or attribute of a deposit file to the field of the record it was made from.

It is read from a table, only when something is wrong: building pays nothing for it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from lxml import etree

from doideposit.crossref.names import FUNDING, PREFIXES
from doideposit.crossref.xml.abstracts import Reduction
from doideposit.crossref.xml.people import People
from doideposit.crossref.xml.references import PARTS
from doideposit.crossref.xml.rights import Programs
from doideposit.findings import Loc, loc_of
from doideposit.records.models.commentary import Commentary
from doideposit.safe_xml import Element, ParsedXml, local_name

__all__ = ["locate"]


def locate(xml: bytes, commentaries: Sequence[Commentary], path: str) -> tuple[int, Loc] | None:
    """Find which of the commentaries, and which field of it; the nearest known element around the given one counts.

    `xml` is the file made of the commentaries; an attribute is named as in ``/doi_batch/body/journal/@language``.
    An empty field means the record as a whole. None for what belongs to no commentary.
    """
    steps, _, attribute = path.partition("/@")
    chain = _elements_to(_parse_built(xml), steps)
    if chain is None or len(chain) < _ITEM_DEPTH or local_name(chain[1]) != "body":
        return None
    place = chain[1].index(chain[2])
    commentary = commentaries[place]
    context = "item"
    loc: Loc = ()
    for element in chain[2:]:
        context, loc = _follow_row(context, local_name(element), element, commentary, loc)
    row = f"@{_local_part(attribute)}" if attribute else "text()"
    return place, _follow_row(context, row, chain[-1], commentary, loc)[1]


_ITEM_DEPTH: Final = 3  # doi_batch, body, item
# Steps of XPath as libxml2 writes them, with a prefix or a namespace in braces.
_PATH_STEP: Final = re.compile(
    r"/(?:\{(?P<namespace>[^}]*)\}|(?P<prefix>[^:/\[\]{}]+):)?(?P<name>[^:/\[\]{}]+)(?:\[(?P<number>\d+)\])?"
)
# The same without its names, since a group may have a name only once.
_PATH: Final = re.compile(rf"(?:{re.sub(r'[?]P<[a-z]+>', '', _PATH_STEP.pattern)})+")


@lru_cache(maxsize=2)
def _parse_built(xml: bytes) -> Element:
    root = ParsedXml.of(xml).root
    if root is None:
        raise RuntimeError("what was built is not XML")
    return root


def _local_part(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]


def _elements_to(root: Element, path: str) -> list[Element] | None:
    """Return the elements from the root down to the one at the path, or None when there is no such element."""
    if not _PATH.fullmatch(path):
        return None
    chain: list[Element] = []
    for step in _PATH_STEP.finditer(path):
        children = list(chain[-1]) if chain else [root]
        same = [child for child in children if _matches_step(child, step)]
        number = int(step["number"] or 1)
        if not 1 <= number <= len(same):
            return None
        chain.append(same[number - 1])
    return chain


def _matches_step(element: Element, step: re.Match[str]) -> bool:
    """Tell whether an element has the name of a step; a name without namespace and prefix fits every namespace."""
    name = etree.QName(element)
    namespace = step["namespace"] or PREFIXES.get(step["prefix"] or "")
    return step["name"] in {"*", name.localname} and namespace in {None, name.namespace}


# Gives the field of an element or attribute, from the field of what is around it.
FieldFinder = Callable[[Element, Commentary, Loc], Loc]


def _follow_row(context: str, row: str, element: Element, commentary: Commentary, loc: Loc) -> tuple[str, Loc]:
    """Apply one row of the table; an element without a row belongs to the field around it."""
    entry = _TABLE[context].get(row)
    if entry is None:
        return context, loc
    if not isinstance(entry, str):
        find_field, inner = entry if isinstance(entry, tuple) else (entry, "")
        return inner, find_field(element, commentary, loc)
    path, _, inner = entry.partition(" > ")
    field = path.replace("[*]", f"[{_sibling_index(element)}]").replace("[n]", f"[{_same_name_index(element)}]")
    if field.startswith("~"):
        return inner, _own_or_series(field[1:], commentary)
    return inner, (loc_of(field) if field.startswith("series.") else loc + loc_of(field))


def _sibling_index(element: Element) -> int:
    """Return the place among all siblings, from 0."""
    parent = element.getparent()
    return 0 if parent is None else parent.index(element)


def _same_name_index(element: Element) -> int:
    """Return the place among the siblings of the same name, from 0."""
    return sum(1 for _ in element.itersiblings(str(element.tag), preceding=True))


def _own_or_series(field: str, commentary: Commentary) -> Loc:
    """Return the field of the record, or that of the series if the record lacks it."""
    loc = loc_of(field)
    return loc if getattr(commentary, str(loc[0])) else ("series", *loc)


def _subtitle_field(element: Element, _commentary: Commentary, _loc: Loc) -> Loc:
    # Both subtitles have the same name: the one after the original title belongs to it.
    before = element.getprevious()
    is_original = before is not None and local_name(before) == "original_language_title"
    return ("original_title", "subtitle") if is_original else ("subtitle",)


def _abstract_field(element: Element, commentary: Commentary, _loc: Loc) -> Loc:
    """Find the field of an abstract; abstracts that became empty were not deposited, and do not count."""
    deposited = [place for place, abstract in enumerate(commentary.abstracts) if Reduction.of(abstract).blocks]
    return "abstracts", deposited[_same_name_index(element)]


def _abstract_language_field(_element: Element, commentary: Commentary, loc: Loc) -> Loc:
    if commentary.abstracts[int(loc[1])].language:
        return (*loc, "language")
    return _own_or_series("language", commentary)


def _role_field(element: Element, commentary: Commentary, loc: Loc) -> Loc:
    """Allow for a role of Crossref's own that leads the list without being in the record."""
    roles = commentary.authors[int(loc[1])].roles
    place = _same_name_index(element) - (len(People.role_list(roles)) - len(roles))
    return (*loc, "roles", place) if place >= 0 else (*loc, "roles")


def _value_at(commentary: Commentary, loc: Loc) -> Any:
    """Return what the record has at a field."""
    value: Any = commentary
    for step in loc:
        value = value[step] if isinstance(step, int) else getattr(value, step)
    return value


def _affiliation_field(name: str) -> FieldFinder:
    """Point at the series' own institution where it completed the affiliation, and at one of several texts."""

    def find_field(element: Element, commentary: Commentary, loc: Loc) -> Loc:
        field = name or str(element.get("type"))
        if loc[0] != "series" and not getattr(_value_at(commentary, loc), field):
            loc = ("series", "institution")
        # A single text is in a file as itself, without a list around it.
        value = _value_at(commentary, (*loc, field))
        several = isinstance(value, tuple) and len(value) > 1
        return (*loc, field, _same_name_index(element)) if several else (*loc, field)

    return find_field


def _issn_finder(part: str) -> FieldFinder:
    def find_field(element: Element, _commentary: Commentary, _loc: Loc) -> Loc:
        return _issn_field(_same_name_index(element), part)

    return find_field


def _issn_field(place: int, part: str) -> Loc:
    if place:
        return "series", "other_issns", place - 1, part
    return "series", "issn" if part == "issn" else "issn_medium"


def _relation_field(element: Element, commentary: Commentary, _loc: Loc) -> Loc:
    """Return the field of a relation; those made for the ISSNs of the series follow those of the record."""
    place = _sibling_index(element) - len(commentary.relations)
    if place < 0:
        return "relations", place + len(commentary.relations)
    issn = Programs.membership_relations(commentary)[place].identifier
    return _issn_field([str(known.issn) for known in commentary.series.issns].index(issn), "issn")


def _relation_part_finder(name: str) -> FieldFinder:
    def find_field(_element: Element, _commentary: Commentary, loc: Loc) -> Loc:
        return ("series", "title") if loc[0] == "series" and name == "description" else _field_within(loc, name)

    return find_field


def _field_within(loc: Loc, name: str) -> Loc:
    return loc if loc[0] == "series" else (*loc, name)


def _file_field(element: Element, commentary: Commentary, _loc: Loc) -> Loc:
    """Find the PDF or the further file that an item of a collection was made from."""
    collection = element.getparent()
    mined = collection is not None and collection.get("property") == "text-mining"
    offered = commentary.texts_for_mining if mined else commentary.texts_for_similarity
    url = offered[_sibling_index(element)].url
    # The PDF of a record has a key of its own, and comes first in both collections.
    if url == commentary.pdf_url:
        return ("pdf_url",)
    return ("full_texts", [text.url for text in commentary.full_texts].index(url))


def _file_part_finder(name: str) -> FieldFinder:
    return lambda _element, _commentary, loc: loc if loc == ("pdf_url",) else (*loc, name)


def _date_field(element: Element, _commentary: Commentary, _loc: Loc) -> Loc:
    # Every date is written with its medium, so that nothing else tells the two apart.
    return ("published_print",) if element.get("media_type") == "print" else ("published",)


def _funding_field(element: Element, _commentary: Commentary, loc: Loc) -> Loc:
    """Find the funder of a group, or the field of an assertion; the funder id is nested in the name (fundref.xsd)."""
    kind = element.get("name", "")
    if etree.QName(element).namespace != FUNDING:
        return "assertions", _same_name_index(element)
    if kind == "fundgroup":
        return "funding", _same_name_index(element)
    same = [node for node in element.itersiblings(str(element.tag), preceding=True) if node.get("name") == kind]
    field = {"ror": "ror", "funder_name": "name", "funder_identifier": "funder_id"}.get(kind)
    return (*loc[:2], field) if field else (*loc[:2], f"{kind.removesuffix('_number')}s", len(same))


def _assertion_field(name: str) -> FieldFinder:
    """Return the finder of one attribute of a Crossmark assertion; it leads to `name` where nothing else was given."""

    def find_field(_element: Element, commentary: Commentary, loc: Loc) -> Loc:
        if loc[0] != "assertions":
            return loc
        given = getattr(commentary.assertions[int(loc[1])], name) is not None
        return (*loc, name if given else "name")

    return find_field


def _institution_field(element: Element, commentary: Commentary, _loc: Loc) -> Loc:
    """Find the issuing body: that of the record, or the first or a further one of the series."""
    place = _same_name_index(element)
    if commentary.institutions:
        return "institutions", place
    place -= 0 if commentary.series.institution is None else 1
    return ("series", "institution") if place < 0 else ("series", "other_institutions", place)


def _titles_field(element: Element, _commentary: Commentary, _loc: Loc) -> Loc:
    """Find the titles of a further language; the first ones belong to the record itself."""
    place = _same_name_index(element)
    return ("translated_titles", place - 1) if place else ()


def _title_finder(name: str) -> FieldFinder:
    def find_field(element: Element, commentary: Commentary, loc: Loc) -> Loc:
        if loc:
            return (*loc, {"title": "text"}.get(name, name))
        return _subtitle_field(element, commentary, loc) if name == "subtitle" else (name,)

    return find_field


def _volume_field(element: Element, commentary: Commentary, _loc: Loc) -> Loc:
    del element
    return ("volume",) if commentary.volume else ("number",)


def _item_number_field(element: Element, commentary: Commentary, _loc: Loc) -> Loc:
    own = commentary.article_number is not None and element.get("item_number_type") == "article-number"
    return ("article_number",) if own else ("number",)


def _identifier_field(element: Element, commentary: Commentary, _loc: Loc) -> Loc:
    """Return the field of an identifier; the report number and a long number come before those of the record."""
    later = sum(1 for _ in element.itersiblings(str(element.tag)))
    further = len(commentary.identifiers) - 1 - later
    if further >= 0:
        return "identifiers", further
    own = element.get("id_type") == "report-number" and "report_number" in commentary.model_fields_set
    return ("report_number",) if own else ("number",)


def _identifier_part_finder(name: str) -> FieldFinder:
    return lambda _element, _commentary, loc: (*loc, name) if loc[0] == "identifiers" else loc


def _archive_field(element: Element, commentary: Commentary, _loc: Loc) -> Loc:
    return "archives", [archive.value for archive in commentary.archives].index(str(element.get("name")))


def _first_given_field(name: str, otherwise: str) -> FieldFinder:
    """Return a function for the field `name`, or `otherwise` if the record lacks it."""

    def find_field(_element: Element, commentary: Commentary, _loc: Loc) -> Loc:
        return (name,) if name in commentary.model_fields_set else (otherwise,)

    return find_field


def _reference_part_finder(name: str, otherwise: str = "") -> FieldFinder:
    def find_field(_element: Element, commentary: Commentary, loc: Loc) -> Loc:
        has = getattr(commentary.references[int(loc[1])], name) is not None
        return (*loc, name) if has else (*loc, otherwise) if otherwise else loc

    return find_field


# Elements of Crossref by the names that a record has for them.
_NAME: Final = {"given_name": "given", "surname": "family", "prefix": "prefix", "suffix": "suffix"}
_TABLE: Final[Mapping[str, Mapping[str, str | FieldFinder | tuple[FieldFinder, str]]]] = {
    "": {},
    # A row: the element, @attribute, or text() of the element itself; its field, and the table for what is inside.
    # [*] counts all siblings and [n] those of the same name; ~ is the record's own field, or else that of the series.
    "item": {
        "@language": "~language",
        "@type": "series.posted_type",
        "series_metadata": " > series",
        "journal_metadata": " > series",
        "group_title": "series.title",
        "titles": (_titles_field, "titles"),
        "abstract": (_abstract_field, "abstract"),
        "contributors": "authors > contributors",
        "volume": _volume_field,
        "issue": "number",
        "pages": "pages > pages",
        "isbn": "isbns[n] > isbn",
        "item_number": _item_number_field,
        "identifier": (_identifier_field, "identifier"),
        "edition_number": "edition",
        "publication_date": _date_field,
        "posted_date": "published",
        "approval_date": "accepted",
        "acceptance_date": "accepted",
        "publisher": "series.publisher > publisher",
        "institution": (_institution_field, "institution"),
        "crossmark_policy": "~crossmark_policy",
        "update": "updates[*] > update",
        "assertion": (_funding_field, "funding"),
        "free_to_read": "~free_to_read > free_to_read",
        "license_ref": "~licences[n] > licence",
        "archive": _archive_field,
        "version_info": "version > version",
        "status": "status > status",
        "doi": _first_given_field("doi", "number"),
        "resource": _first_given_field("url", "number"),
        "collection": " > files",
        "citation_list": "references > citations",
        "related_item": (_relation_field, "relation"),
    },
    "series": {
        "@language": "series.language",
        "title": "series.title",
        "full_title": "series.title",
        "abbrev_title": "series.abbreviated_title",
        "issn": " > issn",
    },
    "issn": {"text()": _issn_finder("issn"), "@media_type": _issn_finder("medium")},
    "titles": {
        "title": _title_finder("title"),
        "subtitle": _title_finder("subtitle"),
        "original_language_title": "original_title > original_title",
    },
    "pages": {"first_page": "first", "last_page": "last", "other_pages": "other"},
    "isbn": {"text()": "isbn", "@media_type": "medium"},
    "identifier": {"text()": _identifier_part_finder("identifier"), "@id_type": _identifier_part_finder("type")},
    "original_title": {"text()": "text", "@language": "language"},
    "abstract": {"@lang": _abstract_language_field, "@abstract-type": "kind", "p": "text", "sec": "text"},
    "contributors": {
        "person_name": "[*] > contributor",
        "anonymous": "[*] > contributor",
        "organization": "[*] > organisation",
    },
    "contributor": {
        **_NAME,
        "@contributor_role": "roles",
        "@name-style": "name_style",
        "@language": "language",
        "role": _role_field,
        "ORCID": " > orcid",
        "affiliations": "affiliations > affiliations",
        "alt-name": "alt_names > alt_names",
    },
    "organisation": {"text()": "organisation", "@contributor_role": "roles", "@language": "language"},
    "orcid": {"text()": "orcid", "@authenticated": "orcid_authenticated"},
    "alt_names": {"name": "[*] > alt_name", "string-name": "[*] > string_name"},
    "alt_name": {**_NAME, "@name-style": "style", "@language": "language"},
    "string_name": {"text()": "text", "@name-style": "style", "@language": "language"},
    "institution": {
        "institution_name": _affiliation_field("name"),
        "institution_id": _affiliation_field(""),
        "institution_acronym": _affiliation_field("acronym"),
        "institution_place": _affiliation_field("place"),
        "institution_department": _affiliation_field("department"),
    },
    "affiliations": {"institution": "[*] > institution"},
    "publisher": {"publisher_name": "name", "publisher_place": "place"},
    "funding": {
        "assertion": (_funding_field, "funding"),
        "text()": _assertion_field("text"),
        "@name": _assertion_field("name"),
        "@label": _assertion_field("label"),
        "@group_name": _assertion_field("group"),
        "@group_label": _assertion_field("group_label"),
        "@order": _assertion_field("order"),
        "@explanation": _assertion_field("explanation"),
        "@href": _assertion_field("url"),
    },
    "update": {"text()": "doi", "@type": "type", "@date": "date"},
    "free_to_read": {"@start_date": "start_date", "@end_date": "end_date"},
    "licence": {"text()": "url", "@applies_to": "applies_to", "@start_date": "start_date"},
    "version": {"version": "label", "description": "text > version_text"},
    "version_text": {"@lang": lambda _element, _commentary, _loc: ("version", "language")},
    "status": {"@type": "type", "@date": "date", "description": "text"},
    "files": {"item": (_file_field, "file")},
    "file": {
        "text()": _file_part_finder("url"),
        "@mime_type": _file_part_finder("mime_type"),
        "@content_version": _file_part_finder("content_version"),
    },
    "citations": {"citation": "[*] > citation"},
    "citation": {
        **dict(PARTS),
        "@key": _reference_part_finder("key"),
        "@type": _reference_part_finder("type"),
        "unstructured_citation": _reference_part_finder("text", "url"),
    },
    "relation": {
        "description": " > relation_text",
        "inter_work_relation": " > related",
        "intra_work_relation": " > related",
    },
    "relation_text": {"text()": _relation_part_finder("description"), "@language": _relation_part_finder("language")},
    "related": {
        "text()": _relation_part_finder("identifier"),
        "@relationship-type": _relation_part_finder("type"),
        "@identifier-type": _relation_part_finder("identifier_type"),
        "@namespace": _relation_part_finder("namespace"),
    },
}
