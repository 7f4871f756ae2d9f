"""Web pages, by lxml: citation_* and Dublin Core tags, JSON-LD, OpenGraph, and the article."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from doideposit.records.extraction.draft import Leaf, Node
from doideposit.records.extraction.lines import Link
from doideposit.records.extraction.manuscript import Manuscript, Properties
from doideposit.records.extraction.readers.bounds import TooMuch
from doideposit.records.extraction.readers.building import LineBuilder

__all__ = ["WebPage", "codec_of"]

# Elements that begin a line of their own in every browser.
_BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 li blockquote td th dd dt figcaption pre address".split())
# What a browser shows around the text, or not at all.
_DROPPED = ("script", "style", "nav", "footer", "aside", "form", "noscript", "template", "svg", "button", "iframe")
# Types of schema.org for texts; a page also describes its site, its author and the trail of links.
_ARTICLE_TYPES = frozenset(
    "Article ScholarlyArticle NewsArticle Report BlogPosting TechArticle OpinionNewsArticle CreativeWork".split()
)


_BREAK = "\ue000"  # a character of private use, which stands for <br> while a block is read


class WebPage:
    """Read a page, also one of an e-book; raises `TooMuch`.

    `charset` is the encoding that its server names.
    """

    def __init__(self, data: bytes, *, charset: str | None = None) -> None:
        TooMuch.check_markup(data)
        self._text = _decode_page(data, charset)

    @cached_property
    def _root(self) -> Any:
        """Parse the page: it was decoded here, and is handed on as UTF-8, whatever it says of itself."""
        parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        return lxml_html.document_fromstring(self._text.encode("utf-8", "replace"), parser=parser)

    def manuscript(self, file: str) -> Manuscript:
        """Return what the page says of itself, and its lines; raises `LxmlError` and `TooMuch`."""
        properties = _read_properties(self._root)
        builder = LineBuilder()
        _add_article(self._root, builder)
        return Manuscript(file, "web page", tuple(builder.lines), properties, builder.places)

    def add_to(self, builder: LineBuilder, *, place: str) -> None:
        """Add the lines of the page, none of an empty one; `place` is its name. Raises `LxmlError` and `TooMuch`."""
        first = len(builder.lines) + 1
        if self._text.strip():
            _add_article(self._root, builder)
        for number in range(first, len(builder.lines) + 1):
            builder.places[number] = place


def _add_article(root: Any, builder: LineBuilder) -> None:
    for name in _DROPPED:
        for node in list(root.iter(name)):
            node.drop_tree()
    articles = root.xpath("//article") or root.xpath("//main") or root.xpath("//body") or [root]
    _walk_element(max(articles, key=lambda node: len(node.text_content())), builder)


# HTML lets a page name its encoding in the first 1,024 bytes, in two forms.
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
# XHTML names it in the XML declaration.
_XML_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
# A byte order mark wins over all declarations (WHATWG, Encoding).
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_PRESCANNED = 1024  # bytes in which a page has to declare its encoding (HTML standard, 4.2.5.4)


def _decode_page(data: bytes, charset: str | None) -> str:
    """Return the text of a page: a byte order mark counts most, then the server, then itself (HTML standard)."""
    mark = next((name for bytes_, name in _MARKS if data.startswith(bytes_)), None)
    head = data[:_PRESCANNED]
    declared = _DECLARED.search(head) or _XML_DECLARED.match(head)
    stated = declared[1].decode("ascii", "replace") if declared else None
    for name in filter(None, (mark, charset, stated, "utf-8")):
        try:
            return data.decode(codec_of(name)).removeprefix("\ufeff")
        # A page may name an encoding that does not exist, or is not the one it has: then the next guess counts.
        except (LookupError, UnicodeError):
            continue
    return data.decode("cp1252", "replace")


def codec_of(name: str) -> str:
    """Return the codec for an encoding: what calls itself Latin-1 is read as Windows-1252 (encoding standard, 4.2)."""
    return "cp1252" if name.strip().lower() in {"iso-8859-1", "latin-1", "latin1", "us-ascii"} else name


def _walk_element(node: Any, builder: LineBuilder) -> None:
    if not isinstance(node.tag, str):
        return
    if node.tag in _BLOCKS and not any(child.tag in _BLOCKS for child in node.iterdescendants(etree.Element)):
        _add_block(node, builder)
        return
    if not len(node) or all(
        child.tag not in _BLOCKS and child.tag not in {"div", "section", "ul", "ol", "table"} for child in node.iter()
    ):
        _add_block(node, builder)
        return
    if node.text and node.text.strip():
        builder.paragraph(" ".join(node.text.split()))
    for child in node:
        _walk_element(child, builder)
        if child.tail and child.tail.strip():
            builder.paragraph(" ".join(child.tail.split()))


def _add_block(node: Any, builder: LineBuilder) -> None:
    for br in node.iter("br"):
        br.tail = _BREAK + (br.tail or "")
    text = "\n".join(" ".join(row.split()) for row in node.text_content().split(_BREAK))
    text = f"{_printed_number(node)}{text}"
    links = [Link(" ".join(a.text_content().split()), a.get("href") or "") for a in node.iter("a")]
    level = int(node.tag[1]) if len(node.tag) == len("h1") and node.tag[0] == "h" and node.tag[1].isdigit() else 0
    strong = "".join(element.text_content() for element in node.iter("b", "strong")).split()
    italics = [" ".join(element.text_content().split()) for element in node.iter("i", "em")]
    builder.paragraph(
        text,
        links=links,
        level=level,
        bold=bool(strong) and strong == text.split(),
        italics=italics,
        marker=_list_marker(node),
    )


def _list_marker(node: Any) -> str:
    """Return the bullet of a list that is not numbered, where a block begins an item of it."""
    item = node if node.tag == "li" else node.getparent()
    listed = item.getparent() if item is not None and item.tag == "li" else None
    return "-" if listed is not None and listed.tag == "ul" else ""


def _printed_number(node: Any) -> str:
    """Return the number that a page prints before an item of a list that does not begin with 1: “14. June 2023”."""
    item = node if node.tag == "li" else node.getparent()
    listed = item.getparent() if item is not None and item.tag == "li" else None
    if listed is None or listed.tag != "ol" or (node is not item and item.index(node)):
        return ""
    start = listed.get("start") or ""
    # Counted by the parser's library: a list of ten thousand items made here for each of them takes minutes.
    return f"{int(start) + int(item.xpath('count(preceding-sibling::li)'))}. " if start.isdecimal() else ""


def _read_properties(root: Any) -> Properties:
    meta: dict[str, list[str]] = {}
    for node in root.iter("meta"):
        name, content = (node.get("name") or node.get("property") or "").lower(), (node.get("content") or "").strip()
        if name and content:
            meta.setdefault(name.replace("dcterms.", "dc."), []).append(content)
    article = next(_json_ld_articles(root), {})
    title = _first_tag(meta, "citation_title", "dc.title") or _json_ld_leaf(article, "headline", "name")
    published = _first_tag(
        meta,
        "citation_publication_date",
        "citation_date",
        "citation_online_date",
        "dc.date",
        "dc.issued",
        "article:published_time",
    )
    published = published or _json_ld_leaf(article, "datePublished")
    doi = _first_tag(meta, "citation_doi", "dc.identifier.doi", "prism.doi", "bepress_citation_doi", "dc.identifier")
    words = meta.get("citation_keywords") or article.get("keywords") or []
    listed = words.split(",") if isinstance(words, str) else words if isinstance(words, list) else [words]
    # A keyword is a text, or a term of a vocabulary with a name (schema.org: DefinedTerm).
    named = (entry.get("name") if isinstance(entry, dict) else entry for entry in listed)
    words = [part for text in named if isinstance(text, str) for part in text.split(";")]
    stated = Properties(
        title=title,
        published=published.as_date() if published else None,
        doi=doi.as_doi() if doi else None,
        number=_first_tag(meta, "citation_technical_report_number", "citation_issue"),
        abstract=_first_tag(meta, "citation_abstract", "dc.description.abstract"),
        language=_first_tag(meta, "citation_language", "dc.language"),
        url=_canonical_address(root),
        keywords=tuple(_leaf_of_tag(word.strip(), "keywords") for word in words if word.strip()),
        authors=_read_authors(meta, article),
    )
    return (
        stated
        if title or stated.authors
        else Properties(title=_first_tag(meta, "og:title"), url=stated.url, reliable=False)
    )


def _canonical_address(root: Any) -> Leaf | None:
    """Return the address that a page names as its own, where it is a whole one."""
    for node in root.iter("link"):
        address = (node.get("href") or "").strip()
        if "canonical" in (node.get("rel") or "").lower().split() and address.startswith(("https://", "http://")):
            return _leaf_of_tag(address, "link rel=canonical")
    return None


def _leaf_of_tag(text: str, key: str) -> Leaf:
    return Leaf(" ".join(text.split()), 1, text, f"tag `{key}`")


def _first_tag(meta: Mapping[str, list[str]], *names: str) -> Leaf | None:
    return next((_leaf_of_tag(meta[name][0], name) for name in names if name in meta), None)


def _json_ld_leaf(article: Mapping[str, Any], *names: str) -> Leaf | None:
    return next(
        (_leaf_of_tag(article[name], f"JSON-LD {name}") for name in names if isinstance(article.get(name), str)), None
    )


def _json_ld_articles(root: Any) -> Iterator[Mapping[str, Any]]:
    """Return the articles in the JSON-LD of a page; invalid JSON is skipped."""
    for node in root.xpath("//script[@type='application/ld+json']"):
        try:
            loaded = json.loads(node.text or "")
        # Themes write broken JSON-LD often enough; the tags of the page say the same.
        except (ValueError, RecursionError):
            continue
        graph = loaded.get("@graph", [loaded]) if isinstance(loaded, dict) else loaded
        for entry in graph if isinstance(graph, list) else []:
            kinds = entry.get("@type") if isinstance(entry, dict) else None
            listed = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(kind, str) and kind in _ARTICLE_TYPES for kind in listed):
                yield entry


_MOST_AUTHORS = 5_000  # The longest author lists of physics have as many.


def _read_authors(meta: Mapping[str, list[str]], article: Mapping[str, Any]) -> tuple[Node, ...]:
    names = meta.get("citation_author") or meta.get("dc.creator") or []
    key = "citation_author"
    if not names:
        given = article.get("author") or []
        people = given if isinstance(given, list) else [given]
        names = [
            person["name"] if isinstance(person, dict) else person
            for person in people
            if isinstance(person, str) or (isinstance(person, dict) and isinstance(person.get("name"), str))
        ]
        key = "JSON-LD author"
    if len(names) > _MOST_AUTHORS:
        raise TooMuch
    nodes: list[Node] = [_leaf_of_tag(name, key).as_person(name) for name in names if name.strip()]
    institutions = meta.get("citation_author_institution", [])
    if len(institutions) == len(nodes):
        nodes = [
            {**node, "affiliations": ({"name": _leaf_of_tag(name, "citation_author_institution")},)}
            for node, name in zip(nodes, institutions, strict=True)
            if isinstance(node, Mapping)
        ]
    return tuple(nodes)
