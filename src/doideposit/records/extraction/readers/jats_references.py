"""The reference list of a JATS article: the parts that the markup tells, and the entry as printed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from doideposit.records.doi_text import find_doi
from doideposit.records.extraction.draft import Leaf, Node
from doideposit.records.extraction.readers.jats_text import XLINK, leaf, said, texts
from doideposit.records.extraction.stated import doi_leaf

__all__ = ["read_reference_list"]

# The same thing through the versions of NLM and JATS, the richest one first.
_CITATIONS = ("mixed-citation", "element-citation", "nlm-citation", "citation")
_TYPES = {
    "journal": "journal_article", "book": "book", "chapter": "book_chapter", "book-chapter": "book_chapter",
    "confproc": "conference_paper", "conf-proc": "conference_paper", "thesis": "dissertation", "report": "report",
    "web": "web_resource", "webpage": "web_resource", "website": "web_resource", "data": "dataset",
    "dataset": "dataset", "software": "software", "preprint": "preprint", "standard": "standard", "patent": "patent",
    "newspaper": "web_resource", "blog": "blog_post",
}  # fmt: skip
# What stands before an address that has been taken away.
_OPEN_END = re.compile(
    r"(?:\b(?:doi|DOI|Available (?:at|from)|Retrieved from|URL|https?)\b\s*[:.]?\s*)+[\s.,;()\[\]]*$"
)
# Only of these is the source a journal; of a book it is the title itself.
_IN_SOURCE = frozenset({"journal_article", "preprint"})


def read_reference_list(article: Any) -> tuple[Node, ...]:
    """Return the entries of all reference lists of an article, in their order."""
    entries = (entry for entry in article.iterfind("back//ref-list/ref"))
    found = (fields for entry in entries for fields in _entry(entry))
    return tuple({"key": _key(index, fields), **fields} for index, fields in enumerate(found, 1))


def _key(index: int, fields: Mapping[str, Node]) -> Leaf:
    first = next(iter(fields.values()))
    return Leaf(f"ref{index}", first.line if isinstance(first, Leaf) else 1, "")


def _entry(entry: Any) -> Iterator[Mapping[str, Node]]:
    """Return the citations of an entry: several share one number in chemistry, and two forms of one stand together."""
    citations = list(entry.iter(*_CITATIONS))
    forms = {node.tag for node in citations}
    if {"mixed-citation", "element-citation"} <= forms:
        marked = [node for node in citations if node.tag == "element-citation"]
        printed = [node for node in citations if node.tag == "mixed-citation"]
        for index, node in enumerate(marked):
            yield _fields(node, printed[index] if index < len(printed) else node)
        return
    for node in citations:
        yield _fields(node, node)


def _fields(node: Any, printed: Any) -> Mapping[str, Node]:
    fields: dict[str, Node] = {}
    kind = _TYPES.get(node.get("publication-type") or node.get("citation-type") or "")
    if kind:
        fields["type"] = said(node, kind)
    text = _printed(printed) if printed.tag != "element-citation" else _composed(node)
    if text:
        fields["text"] = said(printed, text)
    doi, address = _doi(node), _address(node)
    if address is not None and (doi is None or "doi.org/" not in address.text):
        fields["url"] = address
    if doi is not None:
        fields["doi"] = doi
    return {**fields, **_parts(node, kind)} if fields else {"text": said(node, " ".join(texts(node).split()) or "…")}


def _printed(node: Any) -> str:
    """Return an entry as printed, without its number, and without addresses that have a field of their own."""
    text = " ".join(texts(node, skip=("label", "pub-id", "ext-link", "uri", "object-id")).split())
    text = _OPEN_END.sub("", text)
    text = re.sub(r"\s+([.,;:])", r"\1", text)
    return re.sub(r"([.,;])(?:[.,;])+", r"\1", text).strip()


def _composed(node: Any) -> str:
    """Return an entry put together from its parts, which print no text of their own."""
    names = [_name(each) for each in node.iter("name", "string-name", "collab")]
    year = (node.findtext("year") or "").strip()
    titles = [" ".join(texts(each).split()) for tag in ("article-title", "chapter-title", "data-title", "part-title")
              for each in node.iterfind(tag)]  # fmt: skip
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


def _name(node: Any) -> str:
    if node.tag == "collab":
        return " ".join(texts(node).split())
    family, given = (node.findtext("surname") or "").strip(), (node.findtext("given-names") or "").strip()
    return f"{family}, {given}" if family and given else family or " ".join(texts(node).split())


def _doi(node: Any) -> Leaf | None:
    for each in node.iter("pub-id", "ext-link", "uri", "object-id", "comment"):
        kind = each.get("pub-id-type") or each.get("ext-link-type") or ""
        for text in (each.get(XLINK) or "", " ".join(texts(each).split())):
            found = find_doi(text) if kind == "doi" or "doi" in text.lower() else None
            doi = doi_leaf(said(each, found)) if found else None
            if doi is not None:
                return doi
    return None


def _address(node: Any) -> Leaf | None:
    for each in node.iter("ext-link", "uri"):
        address = (each.get(XLINK) or " ".join(texts(each).split())).strip()
        if address.startswith(("http://", "https://")):
            return said(each, address)
    return None


def _parts(node: Any, kind: str | None) -> Mapping[str, Node]:
    author = next(node.iter("surname", "collab"), None)
    in_journal = kind in _IN_SOURCE
    found = {
        "author": leaf(author),
        "year": _year(node),
        "article_title": leaf(next(node.iter("article-title", "chapter-title"), None)),
        "journal_title": leaf(node.find("source")) if in_journal else None,
        "volume_title": leaf(node.find("source")) if kind and not in_journal and kind != "web_resource" else None,
        "volume": leaf(node.find("volume")),
        "issue": leaf(node.find("issue")),
        "first_page": leaf(node.find("fpage")),
        "elocation_id": leaf(node.find("elocation-id")),
    }
    return {key: value for key, value in found.items() if value is not None}


def _year(node: Any) -> Leaf | None:
    year = node.find("year")
    found = re.search(r"\d{4}", " ".join((year.text or "").split())) if year is not None else None
    return said(year, found[0]) if found else None
