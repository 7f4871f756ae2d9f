"""JATS articles, by lxml: title, contributors, dates, abstracts, permissions and references as the markup says them.

The elements are those of the JATS Archiving and Publishing tag sets (NISO Z39.96), which journals exchange. What the
markup says is certain: nothing in the text of the article is looked at for it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from doideposit.records.doi_text import FoundDoi
from doideposit.records.extraction.draft import Confidence, Leaf, Node
from doideposit.records.extraction.manuscript import Manuscript, Properties
from doideposit.records.extraction.readers.building import LineBuilder
from doideposit.records.extraction.readers.jats_text import XLINK, JatsText
from doideposit.records.identifiers import Orcid, Ror

__all__ = ["read_jats"]

# The reference list of a JATS article: the parts that the markup tells, and the entry as printed.

# The same thing through the versions of NLM and JATS, the richest one first.
_CITATIONS = ("mixed-citation", "element-citation", "nlm-citation", "citation")
_TYPES = {
    "journal": "journal_article", "book": "book", "chapter": "book_chapter", "book-chapter": "book_chapter",
    "confproc": "conference_paper", "conf-proc": "conference_paper", "thesis": "dissertation", "report": "report",
    "web": "web_resource", "webpage": "web_resource", "website": "web_resource", "data": "dataset",
    "dataset": "dataset", "software": "software", "preprint": "preprint", "standard": "standard", "patent": "patent",
    "newspaper": "web_resource", "blog": "blog_post",
}  # fmt: skip
# The words before an address that has been taken away.
_OPEN_END = re.compile(
    r"(?:\b(?:doi|DOI|Available (?:at|from)|Retrieved from|URL|https?)\b\s*[:.]?\s*)+[\s.,;()\[\]]*$"
)
# Only of these is the source a journal; of a book it is the title itself.
_IN_SOURCE = frozenset({"journal_article", "preprint"})


def _read_reference_list(article: Any) -> tuple[Node, ...]:
    """Return the entries of all reference lists of an article, in their order."""
    entries = (entry for entry in article.iterfind("back//ref-list/ref"))
    found = (fields for entry in entries for fields in _citations_of(entry))
    return tuple({"key": _reference_key(index, fields), **fields} for index, fields in enumerate(found, 1))


def _reference_key(index: int, fields: Mapping[str, Node]) -> Leaf:
    first = next(iter(fields.values()))
    return Leaf(f"ref{index}", first.line if isinstance(first, Leaf) else 1, "")


def _citations_of(entry: Any) -> Iterator[Mapping[str, Node]]:
    """Return the citations of an entry: several may share one number, or be forms of the same one."""
    citations = list(entry.iter(*_CITATIONS))
    forms = {node.tag for node in citations}
    if {"mixed-citation", "element-citation"} <= forms:
        marked = [node for node in citations if node.tag == "element-citation"]
        printed = [node for node in citations if node.tag == "mixed-citation"]
        for index, node in enumerate(marked):
            yield _reference_fields(node, printed[index] if index < len(printed) else node)
        return
    for node in citations:
        yield _reference_fields(node, node)


def _reference_fields(node: Any, printed: Any) -> Mapping[str, Node]:
    fields: dict[str, Node] = {}
    kind = _TYPES.get(node.get("publication-type") or node.get("citation-type") or "")
    if kind:
        fields["type"] = JatsText(node).leaf_of(kind)
    text = _printed_text(printed) if printed.tag != "element-citation" else _text_from_parts(node)
    if text:
        fields["text"] = JatsText(printed).leaf_of(text)
    doi, address = _doi_of(node), _address_of(node)
    if address is not None and (doi is None or "doi.org/" not in address.text):
        fields["url"] = address
    if doi is not None:
        fields["doi"] = doi
    return (
        {**fields, **_reference_parts(node, kind)}
        if fields
        else {"text": JatsText(node).leaf_of(JatsText(node).line or "…")}
    )


def _printed_text(node: Any) -> str:
    """Return an entry as printed, without its number, and without addresses that have a field of their own."""
    text = " ".join(JatsText(node).plain(skip=("label", "pub-id", "ext-link", "uri", "object-id")).split())
    text = _OPEN_END.sub("", text)
    text = re.sub(r"\s+([.,;:])", r"\1", text)
    return re.sub(r"([.,;])(?:[.,;])+", r"\1", text).strip()


def _text_from_parts(node: Any) -> str:
    """Return a reference as text, for an entry with only tagged parts (names, year, title) and no running text."""
    names = [_name_of(element) for element in node.iter("name", "string-name", "collab")]
    year = (node.findtext("year") or "").strip()
    titles = [JatsText(element).line for tag in ("article-title", "chapter-title", "data-title", "part-title")
              for element in node.iterfind(tag)]  # fmt: skip
    source = " ".join((node.findtext("source") or "").split())
    volume = " ".join((node.findtext("volume") or "").split())
    issue = " ".join((node.findtext("issue") or "").split())
    pages = "–".join(part for tag in ("fpage", "lpage") if (part := (node.findtext(tag) or "").strip()))
    where = (
        source + (f", {volume}" if volume else "") + (f"({issue})" if issue else "") + (f", {pages}" if pages else "")
    )
    publisher = (node.findtext("publisher-name") or "").strip()
    head = ", ".join(name for name in names if name) + (f" ({year})" if year else "")
    return ". ".join(part.rstrip(".") for part in (head, *titles, where, publisher) if part.strip()) + "."


def _name_of(node: Any) -> str:
    if node.tag == "collab":
        return JatsText(node).line
    family, given = (node.findtext("surname") or "").strip(), (node.findtext("given-names") or "").strip()
    return f"{family}, {given}" if family and given else family or JatsText(node).line


def _doi_of(node: Any) -> Leaf | None:
    for element in node.iter("pub-id", "ext-link", "uri", "object-id", "comment"):
        kind = element.get("pub-id-type") or element.get("ext-link-type") or ""
        for text in (element.get(XLINK) or "", JatsText(element).line):
            found = FoundDoi.first_whole(text) if kind == "doi" or "doi" in text.lower() else None
            doi = JatsText(element).leaf_of(found).as_doi() if found else None
            if doi is not None:
                return doi
    return None


def _address_of(node: Any) -> Leaf | None:
    for element in node.iter("ext-link", "uri"):
        address = (element.get(XLINK) or JatsText(element).line).strip()
        if address.startswith(("http://", "https://")):
            return JatsText(element).leaf_of(address)
    return None


def _reference_parts(node: Any, kind: str | None) -> Mapping[str, Node]:
    author = next(node.iter("surname", "collab"), None)
    in_journal = kind in _IN_SOURCE
    found = {
        "author": JatsText(author).leaf(),
        "year": _year_of(node),
        "article_title": JatsText(next(node.iter("article-title", "chapter-title"), None)).leaf(),
        "journal_title": JatsText(node.find("source")).leaf() if in_journal else None,
        "volume_title": JatsText(node.find("source")).leaf()
        if kind and not in_journal and kind != "web_resource"
        else None,
        "volume": JatsText(node.find("volume")).leaf(),
        "issue": JatsText(node.find("issue")).leaf(),
        "first_page": JatsText(node.find("fpage")).leaf(),
        "elocation_id": JatsText(node.find("elocation-id")).leaf(),
    }
    return {key: value for key, value in found.items() if value is not None}


def _year_of(node: Any) -> Leaf | None:
    year = node.find("year")
    found = re.search(r"\d{4}", " ".join((year.text or "").split())) if year is not None else None
    return JatsText(year).leaf_of(found[0]) if found else None


# `xml:lang` has a namespace that every XML parser knows without a declaration.
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# The address of a licence, as NISO recommends it for journals (ALI).
_ALI = "{http://www.niso.org/schemas/ali/1.0/}license_ref"


def read_jats(root: Any, *, file: str) -> Manuscript:
    """Read an article; `root` is its element, or one that holds it."""
    article = root if root.tag == "article" else next(root.iter("article"))
    meta = article.find("front/article-meta")
    meta = article if meta is None else meta
    properties = replace(
        _article_properties(article, meta),
        authors=tuple(_read_authors(article, meta)),
        references=_read_reference_list(article),
    )
    builder = LineBuilder()
    for node in article.iterfind("body//*"):
        if node.tag in {"title", "p"} and not any(part.tag in {"title", "p"} for part in node.iterdescendants()):
            level = 2 if node.tag == "title" else 0
            builder.paragraph(JatsText(node).line, level=level, place=f"line {node.sourceline}")
    return Manuscript(file, "JATS article", tuple(builder.lines), properties, builder.places)


def _article_properties(article: Any, meta: Any) -> Properties:
    journal = article.find("front/journal-meta")
    doi = next((JatsText(element).leaf_of() for element in meta.iterfind("article-id[@pub-id-type='doi']")), None)
    doi = doi.as_doi() if doi else None
    return Properties(
        title=JatsText(meta.find("title-group/article-title")).leaf(rich=True),
        subtitle=JatsText(meta.find("title-group/subtitle")).leaf(rich=True),
        published=_publication_date(meta),
        number=_series_number(meta, doi),
        issn=_first_leaf(journal, "issn[@pub-type='epub']", "issn[@publication-format='electronic']", "issn"),
        label=_first_leaf(meta, "series-title")
        or _first_leaf(journal, "journal-title-group/journal-title", "journal-title"),
        doi=doi,
        url=_landing_page_of(meta),
        abstracts=tuple(_read_abstracts(article, meta)),
        language=_language_of(article),
        licence=_licence_address(meta),
        keywords=_read_keywords(article, meta),
    )


def _first_leaf(node: Any, *paths: str) -> Leaf | None:
    found = (node.find(path) for path in paths) if node is not None else ()
    return next((JatsText(each).leaf() for each in found if each is not None and JatsText(each).leaf()), None)


def _language_of(article: Any) -> Leaf | None:
    code = article.get(_XML_LANG)
    return JatsText(article).leaf_of(code) if code else None


def _publication_date(meta: Any) -> Leaf | None:
    """Return the date of the online edition, the only one otherwise; that of the printed issue counts last."""
    # Dates come with their kind; the order says which of them is that of the online edition.
    dates = sorted(meta.iterfind("pub-date"), key=_date_priority)
    for date in dates:
        year = (date.findtext("year") or "").strip()
        if not re.fullmatch(r"\d{4}", year):
            continue
        parts = [year]
        for name in ("month", "day"):
            value = (date.findtext(name) or "").strip()
            if not re.fullmatch(r"\d{1,2}", value):
                break
            parts.append(f"{int(value):02d}")
        return JatsText(date).leaf_of("-".join(parts))
    return None


# Kinds of dates for the online edition, through the versions of JATS.
_ONLINE = ("epub", "pub", "electronic", "epub-ppub", "online")
# Dates of these kinds tell when something else happened to the article.
_NO_PUBLICATION = ("collection", "corrected", "retracted", "preprint", "pmc-release", "nihms-submitted")


def _date_priority(date: Any) -> int:
    kinds = {date.get("pub-type"), date.get("date-type"), date.get("publication-format")}
    if kinds & set(_NO_PUBLICATION):
        return 2
    return 0 if kinds & set(_ONLINE) and "print" not in kinds else 1


def _series_number(meta: Any, doi: Leaf | None) -> Leaf | None:
    """Return the number in the series; an issue number counts only if the DOI ends with it."""
    reported = _first_leaf(
        meta, "article-id[@pub-id-type='report-number']", "article-id[@pub-id-type='publisher-number']"
    )
    if reported is not None:
        return reported
    issue = _first_leaf(meta, "issue", "elocation-id")
    if issue is None or not re.fullmatch(r"\d{1,5}[a-z]?", issue.text):
        return None
    confirmed = doi is not None and re.search(rf"(?<!\d)0*{re.escape(issue.text)}$", doi.text)
    return issue if confirmed else replace(issue, confidence=Confidence.DOUBTFUL)


def _landing_page_of(meta: Any) -> Leaf | None:
    for node in meta.iterfind("self-uri"):
        address = (node.get(XLINK) or node.text or "").strip()
        kind = (node.get("content-type") or "").lower()
        if address.startswith("http") and "pdf" not in f"{kind} {address}".lower() and "doi.org/" not in address:
            return JatsText(node).leaf_of(address)
    return None


def _read_abstracts(article: Any, meta: Any) -> Iterator[Mapping[str, Node]]:
    for node in (*meta.iterfind("abstract"), *meta.iterfind("trans-abstract")):
        if node.get("abstract-type") not in {None, "abstract", "summary", "executive-summary"}:
            continue  # graphical ones, highlights, and those for other readers
        text = " ".join(_paragraph_texts(node))
        if text:
            code = node.get(_XML_LANG) or (article.get(_XML_LANG) if node.tag == "abstract" else None)
            language = {"language": JatsText(node).leaf_of(code)} if code else {}
            yield {"text": JatsText(node).leaf_of(text), **language}


def _paragraph_texts(node: Any) -> Iterator[str]:
    for part in node.iter("title", "p"):
        text = JatsText(part).rich
        heading = part.tag == "title" and part.getparent() is not node
        if text and (part.tag == "p" or heading):
            yield f"{text.rstrip(':.')}:" if heading else text


def _licence_address(meta: Any) -> Leaf | None:
    for node in meta.iterfind("permissions/license"):
        addresses = [node.get(XLINK), *(element.text for element in node.iter(_ALI))]
        addresses += [element.get(XLINK) for element in node.iter("ext-link", "uri")]
        address = next((text.strip() for text in addresses if text and text.strip().startswith("http")), None)
        if address:
            return JatsText(node).leaf_of(address)
    return None


def _read_keywords(article: Any, meta: Any) -> tuple[Leaf, ...]:
    groups = [node for node in meta.iterfind("kwd-group") if node.get("kwd-group-type") not in {"abbreviations", "JEL"}]
    own = [node for node in groups if node.get(_XML_LANG) in {None, article.get(_XML_LANG)}]
    # The first group has the keywords of the authors; further ones repeat them in other languages or vocabularies.
    return tuple(
        word for node in (own or groups)[:1] for element in node.iter("kwd") if (word := JatsText(element).leaf())
    )


def _read_authors(article: Any, meta: Any) -> Iterator[Node]:
    for contributor in meta.iterfind("contrib-group/contrib"):
        if contributor.get("contrib-type") not in {None, "author", "person", "collab", "group"}:
            continue
        node = _read_contributor(contributor)
        if node:
            places = () if "organisation" in node else tuple(_read_affiliations(contributor, article))
            yield {**node, **({"affiliations": places} if places else {})}


def _read_contributor(contributor: Any) -> Mapping[str, Node]:
    group = contributor.find("collab")
    if group is not None:
        name = " ".join((group.findtext("institution") or group.findtext("named-content") or group.text or "").split())
        return {"organisation": JatsText(group).leaf_of(name or JatsText(group).line)}
    if contributor.find("anonymous") is not None:
        return {"anonymous": JatsText(contributor).leaf_of("true")}
    named = next(contributor.iter("name"), None)
    if named is None:
        printed = JatsText(next(contributor.iter("string-name"), None)).leaf()
        return {**printed.as_person(printed.text), **_orcid_of(contributor)} if printed else {}
    parts = (("given", "given-names"), ("family", "surname"), ("suffix", "suffix"))
    fields: dict[str, Node] = {
        key: value for key, tag in parts if (value := JatsText(named.find(tag)).leaf()) is not None
    }
    if named.get("name-style") == "eastern":
        fields["name_style"] = JatsText(named).leaf_of("eastern")
    if "family" not in fields and "given" in fields:
        fields = {"family": fields["given"]}  # One name alone is the family name, as Crossref has it.
    return {**fields, **_orcid_of(contributor)} if fields else {}


def _orcid_of(contributor: Any) -> dict[str, Node]:
    for node in contributor.iter("contrib-id", "ext-link", "uri"):
        text = " ".join((node.text or node.get(XLINK) or "").split())
        is_named = node.get("contrib-id-type") == "orcid" or "orcid.org/" in text
        # A contributor may have several ids, and another one may be the ORCID iD.
        if is_named and (orcid := Orcid.parse_or_none(text)) is not None:
            return {"orcid": JatsText(node).leaf_of(orcid.url)}
    return {}


def _read_affiliations(contributor: Any, article: Any) -> Iterator[Mapping[str, Node]]:
    wanted = [name for ref in contributor.iterfind("xref[@ref-type='aff']") for name in (ref.get("rid") or "").split()]
    groups = contributor.getparent()
    places = [*contributor.iterfind("aff"), *contributor.iterfind("aff-alternatives/aff")]
    everywhere = {node.get("id"): node for node in article.iter("aff", "aff-alternatives")}
    places += [everywhere[name] for name in wanted if name in everywhere]
    if not places and len(groups.findall("aff")) == 1:
        places = groups.findall("aff")  # One for all who are named in the group.
    for place in places:
        place = next(place.iter("aff"), place)  # noqa: PLW2901  (of several forms of one institution the first counts)
        if (found := _read_institution(place)) is not None:
            yield found


# Departments as publishers mark them (JATS4R, affiliations; SciELO).
_DEPARTMENTS: Final = frozenset({"dept", "orgdiv1", "orgdiv2", "orgdiv3"})


def _read_institution(place: Any) -> Mapping[str, Node] | None:
    names = list(place.iter("institution"))
    kinds = {kind: node for node in names if (kind := node.get("content-type"))}
    whole = kinds.get("orgname") or kinds.get("normalized") or kinds.get("original")
    plain = [node for node in names if node.get("content-type") is None]
    chosen = whole if whole is not None else plain[-1] if plain else None
    name = JatsText(chosen).leaf() if chosen is not None else _plain_affiliation(place)
    if name is None:
        return None
    fields: dict[str, Node] = {"name": name}
    # Departments and towns that are beside a marked name would be lost with the rest of the text.
    towns = [*place.iter("city"), *place.iterfind(".//named-content[@content-type='city']")]
    towns = towns or place.findall(".//addr-line[@content-type='city']")
    departments = [node for node in names if node.get("content-type") in _DEPARTMENTS]
    for key, nodes in (("department", departments), ("place", towns if chosen is not None else [])):
        found = tuple(each for node in nodes if (each := JatsText(node).leaf()))
        if found:
            fields[key] = found[0] if len(found) == 1 else found
    for node in place.iter("institution-id"):
        # An id of another register is in the same element.
        if (ror := Ror.parse_or_none(node.text)) is not None:
            fields["ror"] = JatsText(node).leaf_of(ror.url)
    return fields


def _plain_affiliation(place: Any) -> Leaf | None:
    """Return an affiliation that is one text: without its label and the address of mail."""
    # What is left out is the mark of the affiliation, and ways to reach the author.
    text = " ".join(
        "".join(JatsText(place).plain(skip=("label", "sup", "email", "country", "addr-line", "fax", "phone"))).split()
    )
    name = re.sub(r"(?:\s*,\s*)+$", "", text).strip(" ,;.")
    return JatsText(place).leaf_of(name) if name else None
