"""Web pages, by lxml: citation_* and Dublin Core tags, JSON-LD, OpenGraph, and the article."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from doideposit.records.extraction.draft import Leaf, Node
from doideposit.records.extraction.lines import Link
from doideposit.records.extraction.manuscript import Manuscript, Properties
from doideposit.records.extraction.readers.building import LineBuilder
from doideposit.records.extraction.stated import date_leaf, doi_leaf, person

__all__ = ["read_html"]

_BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 li blockquote td th dd dt figcaption pre address".split())
_DROPPED = ("script", "style", "nav", "footer", "aside", "form", "noscript", "template", "svg", "button", "iframe")
_ARTICLE_TYPES = frozenset(
    "Article ScholarlyArticle NewsArticle Report BlogPosting TechArticle OpinionNewsArticle CreativeWork".split()
)


_BREAK = "\ue000"  # a character of private use, which stands for <br> while a block is read


def read_html(data: bytes, *, file: str) -> Manuscript:
    """Read a page; `data` is decoded as the page declares, UTF-8 otherwise."""
    root: Any = lxml_html.document_fromstring(
        data, parser=lxml_html.HTMLParser(encoding=None, no_network=True, huge_tree=False)
    )
    properties = _properties(root)
    for name in _DROPPED:
        for node in list(root.iter(name)):
            node.drop_tree()
    builder = LineBuilder()
    articles = root.xpath("//article") or root.xpath("//main") or root.xpath("//body") or [root]
    _walk(max(articles, key=lambda node: len(node.text_content())), builder)
    return Manuscript(file, "web page", tuple(builder.lines), properties, builder.places)


def _walk(node: Any, builder: LineBuilder) -> None:
    if not isinstance(node.tag, str):
        return
    if node.tag in _BLOCKS and not any(child.tag in _BLOCKS for child in node.iterdescendants(etree.Element)):
        _block(node, builder)
        return
    if not len(node) or all(
        child.tag not in _BLOCKS and child.tag not in {"div", "section", "ul", "ol", "table"} for child in node.iter()
    ):
        _block(node, builder)
        return
    if node.text and node.text.strip():
        builder.paragraph(" ".join(node.text.split()))
    for child in node:
        _walk(child, builder)
        if child.tail and child.tail.strip():
            builder.paragraph(" ".join(child.tail.split()))


def _block(node: Any, builder: LineBuilder) -> None:
    for br in node.iter("br"):
        br.tail = _BREAK + (br.tail or "")
    text = "\n".join(" ".join(row.split()) for row in node.text_content().split(_BREAK))
    links = [Link(" ".join(a.text_content().split()), a.get("href") or "") for a in node.iter("a")]
    level = int(node.tag[1]) if len(node.tag) == len("h1") and node.tag[0] == "h" and node.tag[1].isdigit() else 0
    strong = "".join(each.text_content() for each in node.iter("b", "strong")).split()
    italics = [" ".join(each.text_content().split()) for each in node.iter("i", "em")]
    builder.paragraph(text, links=links, level=level, bold=bool(strong) and strong == text.split(), italics=italics)


def _properties(root: Any) -> Properties:
    meta: dict[str, list[str]] = {}
    for node in root.iter("meta"):
        name, content = (node.get("name") or node.get("property") or "").lower(), (node.get("content") or "").strip()
        if name and content:
            meta.setdefault(name.replace("dcterms.", "dc."), []).append(content)
    article = next(_articles(root), {})
    title = _first(meta, "citation_title", "dc.title") or _json(article, "headline", "name")
    published = _first(
        meta,
        "citation_publication_date",
        "citation_date",
        "citation_online_date",
        "dc.date",
        "dc.issued",
        "article:published_time",
    )
    published = published or _json(article, "datePublished")
    doi = _first(meta, "citation_doi", "dc.identifier.doi", "prism.doi", "bepress_citation_doi", "dc.identifier")
    words = meta.get("citation_keywords") or article.get("keywords") or []
    words = words.split(",") if isinstance(words, str) else [part for word in words for part in str(word).split(";")]
    stated = Properties(
        title=title,
        published=date_leaf(published) if published else None,
        doi=doi_leaf(doi) if doi else None,
        number=_first(meta, "citation_technical_report_number", "citation_issue"),
        abstract=_first(meta, "citation_abstract", "dc.description.abstract"),
        language=_first(meta, "citation_language", "dc.language"),
        keywords=tuple(_said(word.strip(), "keywords") for word in words if word.strip()),
        authors=_authors(meta, article),
    )
    return stated if title or stated.authors else Properties(title=_first(meta, "og:title"), firm=False)


def _said(text: str, key: str) -> Leaf:
    return Leaf(" ".join(text.split()), 1, text, f"tag `{key}`")


def _first(meta: Mapping[str, list[str]], *names: str) -> Leaf | None:
    return next((_said(meta[name][0], name) for name in names if name in meta), None)


def _json(article: Mapping[str, Any], *names: str) -> Leaf | None:
    return next((_said(article[name], f"JSON-LD {name}") for name in names if isinstance(article.get(name), str)), None)


def _articles(root: Any) -> Iterator[Mapping[str, Any]]:
    """Return the articles that the JSON-LD of a page describes; what is no JSON is passed over."""
    for node in root.xpath("//script[@type='application/ld+json']"):
        try:
            loaded = json.loads(node.text or "")
        except (ValueError, RecursionError):
            continue
        entries = (
            loaded if isinstance(loaded, list) else loaded.get("@graph", [loaded]) if isinstance(loaded, dict) else []
        )
        for entry in entries:
            kinds = entry.get("@type") if isinstance(entry, dict) else None
            if _ARTICLE_TYPES & set(kinds if isinstance(kinds, list) else [kinds]):
                yield entry


def _authors(meta: Mapping[str, list[str]], article: Mapping[str, Any]) -> tuple[Node, ...]:
    names = meta.get("citation_author") or meta.get("dc.creator") or []
    key = "citation_author"
    if not names:
        given = article.get("author") or []
        people = given if isinstance(given, list) else [given]
        names = [
            one["name"] if isinstance(one, dict) else one
            for one in people
            if isinstance(one, str) or (isinstance(one, dict) and isinstance(one.get("name"), str))
        ]
        key = "JSON-LD author"
    nodes: list[Node] = [person(name, _said(name, key)) for name in names]
    institutions = meta.get("citation_author_institution", [])
    if len(institutions) == len(nodes):
        nodes = [
            {**node, "affiliations": ({"name": _said(name, "citation_author_institution")},)}
            for node, name in zip(nodes, institutions, strict=True)
            if isinstance(node, Mapping)
        ]
    return tuple(nodes)
