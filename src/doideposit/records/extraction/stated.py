"""What a document says about itself outside its text: a header becomes properties, and properties become fields."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from doideposit.findings import Finding
from doideposit.records.extraction.dates import find_date
from doideposit.records.extraction.draft import Confidence, Leaf, Node
from doideposit.records.extraction.manuscript import Properties
from doideposit.records.extraction.names import is_group, is_name, read_name, split_byline, without_titles
from doideposit.records.extraction.supplements import licence_address
from doideposit.records.identifiers import Doi, InvalidIdentifier, Orcid
from doideposit.records.models.series import Series
from doideposit.records.sources.front_matter import Header

__all__ = ["date_leaf", "doi_leaf", "merge", "person", "properties_of"]

_KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "titel", "titre", "título", "headline"),
    "subtitle": ("subtitle", "sub_title", "untertitel"),
    "published": (
        "date",
        "published",
        "publishdate",
        "pubdate",
        "date_published",
        "issued",
        "created",
        "start date",
        "datum",
        "fecha",
    ),
    "number": ("number", "issue", "nummer", "eip", "erc", "bip", "pep", "rfc", "xep"),
    "series": ("series",),
    "doi": ("doi",),
    "issn": ("issn",),
    "url": ("canonical_url", "canonical", "canonicalurl"),
    "abstract": ("abstract", "summary"),
    "language": ("language", "lang", "locale"),
    "licence": ("license", "licence"),
}
_AUTHORS = ("authors", "author", "autor", "auteur", "auteurs", "autoren")
_KEYWORDS = ("keywords", "tags", "categories")


def properties_of(header: Header) -> Properties:
    """Read the keys that describe a document, in the names that sites and journals use."""
    found = {name: _leaf(header, keys) for name, keys in _KEYS.items()}
    if (date := found["published"]) is not None:
        found["published"] = date_leaf(date)
    if (doi := found["doi"]) is not None:
        found["doi"] = doi_leaf(doi)
    if (number := found["number"]) is not None and not re.fullmatch(r"\d{1,5}[a-z]?", number.text):
        found["number"] = None
    return Properties(**found, keywords=_words(header), authors=_people(header))  # type: ignore[arg-type]


def _leaf(header: Header, keys: Sequence[str]) -> Leaf | None:
    for key in keys:
        value = header.data.get(key)
        if isinstance(value, Mapping):
            value = value.get("name") or value.get("id") or value.get("text")
        if isinstance(value, list) and key == "language":
            value = value[0] if value else None
        if isinstance(value, str) and value.strip():
            return Leaf(
                " ".join(value.split()), header.lines.get(key, 1), header.sources.get(key, ""), f"header, `{key}`"
            )
    return None


def date_leaf(leaf: Leaf) -> Leaf | None:
    """Return a stated date as a record has it, or None when it is none."""
    date = find_date(leaf.text)
    return replace(leaf, text=date.value) if date is not None and date.value else None


def doi_leaf(leaf: Leaf) -> Leaf | None:
    """Return a stated DOI without the address in front, or None when it is none."""
    try:
        return replace(leaf, text=str(Doi.parse(leaf.text)))
    except InvalidIdentifier:
        return None


def _words(header: Header) -> tuple[Leaf, ...]:
    for key in _KEYWORDS:
        value = header.data.get(key)
        words = re.split(r"[;,]", value) if isinstance(value, str) else value if isinstance(value, list) else []
        texts = [word.strip() for word in words if isinstance(word, str) and word.strip()]
        if texts:
            return tuple(
                Leaf(text, header.lines.get(key, 1), header.sources.get(key, ""), f"header, `{key}`") for text in texts
            )
    return ()


def _people(header: Header) -> tuple[Node, ...]:
    for key in _AUTHORS:
        value = header.data.get(key)
        if value is None:
            continue
        base = Leaf("", header.lines.get(key, 1), header.sources.get(key, ""), f"header, `{key}`")
        shared = _institutions(header)
        entries = value if isinstance(value, list) else [value]
        people = [one for entry in entries for one in _entry(entry, base, shared)]
        if people:
            return tuple(people)
    return ()


def _institutions(header: Header) -> dict[str, Any]:
    """Return the list of institutions that authors refer to by an index, as JOSS, or an id, as Quarto has it."""
    listed = header.data.get("affiliations")
    found: dict[str, Any] = {}
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, Mapping):
            found[str(entry.get("index") or entry.get("id") or entry.get("ref") or "")] = entry
    return found


def _entry(entry: Any, base: Leaf, shared: Mapping[str, Any]) -> list[Node]:
    if isinstance(entry, str):
        names = [entry] if _inverted(entry) else [part for row in entry.split("\n") for part in split_byline(row)]
        return [person(name, base) for name in names if is_name(without_titles(name)[0]) or is_group(name)]
    if not isinstance(entry, Mapping):
        return []
    name = entry.get("name") or entry
    if isinstance(name, Mapping):
        given = name.get("given") or name.get("given-names") or name.get("first") or name.get("firstname")
        family = name.get("family") or name.get("surname") or name.get("last") or name.get("lastname")
        text = f"{family}, {given}" if given and family else name.get("literal") or family
    else:
        text = name
    if not isinstance(text, str):
        return [] if len(entry) != 1 else _entry(next(iter(entry.values())), base, shared)
    node = dict(person(text, base))
    node |= _identity(entry, base)
    institutions = _of_author(entry, base, shared)
    return [{**node, "affiliations": institutions}] if institutions and "organisation" not in node else [node]


def _inverted(text: str) -> bool:
    """Tell whether one entry is “Family, Given”: a comma, names on both sides, the first of one word."""
    parts = [part.strip() for part in text.split(",")]
    return len(parts) == 2 and all(parts) and len(parts[0].split()) == 1 and is_name(text)  # noqa: PLR2004


def person(text: str, base: Leaf) -> Mapping[str, Node]:
    """Make an author of a name; `base` is where it is stated."""
    plain = re.sub(r"\s*[<(][^>)]*[>)]", "", text).strip()
    if is_group(plain):
        return {"organisation": replace(base, text=plain, confidence=Confidence.LIKELY)}
    name = read_name(plain)
    confidence = Confidence.CERTAIN if name.sure else Confidence.DOUBTFUL
    parts = (
        ("given", name.given),
        ("family", name.family),
        ("suffix", name.suffix),
        ("name_style", "eastern" if name.eastern else None),
    )
    return {key: replace(base, text=value, confidence=confidence) for key, value in parts if value}


def _identity(entry: Mapping[str, Any], base: Leaf) -> dict[str, Node]:
    orcid = entry.get("orcid")
    try:
        return {"orcid": replace(base, text=Orcid.parse(orcid).url)} if isinstance(orcid, str) else {}
    except InvalidIdentifier:
        return {}


def _of_author(entry: Mapping[str, Any], base: Leaf, shared: Mapping[str, Any]) -> tuple[Node, ...]:
    given = entry.get("affiliations") or entry.get("affiliation")
    items = given if isinstance(given, list) else [given] if given else []
    if len(items) == 1 and isinstance(items[0], str) and all(part.strip() in shared for part in items[0].split(",")):
        items = [part.strip() for part in items[0].split(",")]
    found = []
    for item in items:
        each = shared.get(item.get("ref", ""), item) if isinstance(item, Mapping) else shared.get(str(item), item)
        name = each.get("name") if isinstance(each, Mapping) else each
        if isinstance(name, str):
            ror = each.get("ror") if isinstance(each, Mapping) else None
            known = (
                {"ror": replace(base, text=f"https://ror.org/{ror.rpartition('/')[2]}")} if isinstance(ror, str) else {}
            )
            found.append({"name": replace(base, text=" ".join(name.split())), **known})
    return tuple(found)


def merge(
    stated: Properties,
    fields: dict[str, Node],
    findings: Sequence[Finding],
    known: Mapping[str, Series],
) -> tuple[dict[str, Node], list[Finding]]:
    """Put what is stated into the fields; findings about what the text alone gave for them fall away.

    What is only left over from somewhere (`firm` is not set) fills gaps and is doubtful.
    """
    told = _told(stated, known)
    if not stated.firm:
        told = {key: _doubtful(node) for key, node in told.items() if not _is_given(fields.get(key))}
    if stated.firm and stated.title and "subtitle" not in told:
        fields.pop("subtitle", None)
    replaced = tuple(told)
    kept = [one for one in findings if not (one.where.field or "").startswith(replaced) or _speaks_of_gap(one, stated)]
    if stated.firm and stated.title:
        kept = [one for one in kept if one.code not in {"front-matter-unread", "subtitle-assumed", "title-doubtful"}]
    return {**fields, **told}, kept


def _told(stated: Properties, known: Mapping[str, Series]) -> dict[str, Node]:
    told: dict[str, Node] = {}
    for name in ("title", "subtitle", "published", "number", "doi", "url", "language"):
        if (leaf := getattr(stated, name)) is not None:
            told[name] = leaf
    if (series := _series(stated, known)) is not None:
        told["series"] = series
    if stated.abstracts or stated.abstract is not None:
        told["abstracts"] = stated.abstracts or ({"text": stated.abstract},)  # type: ignore[dict-item]
    for name in ("authors", "references", "keywords"):
        if parts := getattr(stated, name):
            told[name] = parts
    if stated.licence is not None and (url := _licence(stated.licence.text)):
        told["licences"] = ({"url": replace(stated.licence, text=url)},)
    return told


def _series(stated: Properties, known: Mapping[str, Series]) -> Leaf | None:
    """Return the configured series that is stated: by its short name, its ISSN, its title or one of its labels."""
    if stated.series is not None and stated.series.text in known:
        return stated.series
    for leaf, key in ((stated.issn, _issns), (stated.series, _titles), (stated.label, _titles)):
        names = [one.name for one in known.values() if leaf is not None and leaf.text.casefold() in key(one)]
        if leaf is not None and len(names) == 1:
            return replace(leaf, text=names[0])
    return None


def _issns(series: Series) -> set[str]:
    return {str(known.issn).casefold() for known in series.issns}


def _titles(series: Series) -> set[str]:
    return {series.title.casefold(), *(label.casefold() for label in series.labels)}


def _licence(text: str) -> str | None:
    return text if text.startswith("http") else licence_address(text)


def _speaks_of_gap(finding: Finding, stated: Properties) -> bool:
    return finding.code == "licence-missing" and stated.licence is None


def _is_given(node: Node | None) -> bool:
    return isinstance(node, (Leaf, tuple)) and bool(node)


def _doubtful(node: Node) -> Node:
    if isinstance(node, Leaf):
        return replace(node, confidence=Confidence.DOUBTFUL)
    if isinstance(node, tuple):
        return tuple(_doubtful(part) for part in node)
    return {key: _doubtful(part) for key, part in node.items()} if isinstance(node, Mapping) else node
