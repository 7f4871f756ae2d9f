"""E-books (.epub): what the package document states, and the pages in the order of reading.

Read with zipfile and lxml: the library that is used most, EbookLib, is under the AGPL. The elements are those of
EPUB 3.3, which knows those of EPUB 2 as well.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from doideposit.findings import Finding, Severity, Where
from doideposit.records.doi_text import FoundDoi
from doideposit.records.extraction.draft import Leaf, Node
from doideposit.records.extraction.manuscript import Manuscript, Properties
from doideposit.records.extraction.readers.archive import DocumentArchive
from doideposit.records.extraction.readers.building import LineBuilder
from doideposit.records.extraction.readers.html import WebPage

__all__ = ["read_epub"]

# Dublin Core, in which the package document states title and creators.
_DC = "{http://purl.org/dc/elements/1.1/}"
# The namespace of the package document (EPUB 3.3, Open Packaging).
_OPF = "{http://www.idpf.org/2007/opf}"
# Title pages and covers have few words; a chapter has many.
_WORDS = re.compile(r"\w+")
# A commentary is one page, a book some dozen chapters.
_MOST_PAGES = 200
_AUTHOR_ROLES = frozenset({"aut", "cre", ""})  # MARC relators, as EPUB names the role of a creator


def read_epub(data: bytes, *, file: str) -> Manuscript:
    """Read an e-book; raises `zipfile.BadZipFile`, `TooMuch` and `etree.LxmlError` when it is broken."""
    archive = DocumentArchive(data)
    container = archive.parse("META-INF/container.xml")
    path = next((str(node.get("full-path")) for node in container.iter("{*}rootfile")), "")
    package = archive.parse(path)
    pages = list(_page_names(package, path))
    if any(page in archive.read("META-INF/encryption.xml").decode("utf-8", "replace") for page in pages):
        why = Finding(
            "document-format", Severity.ERROR, f"{file} is an e-book that is protected against copying (DRM)",
            "use the document it was made from", Where(file),
        )  # fmt: skip
        return Manuscript(file, "e-book", findings=(why,))
    builder = LineBuilder()
    for page in pages[:_MOST_PAGES]:
        WebPage(archive.read(page)).add_to(builder, place=posixpath.basename(page))
    return Manuscript(file, "e-book", tuple(builder.lines), _read_properties(package), builder.places)


def _page_names(package: Any, path: str) -> Iterator[str]:
    items = {node.get("id"): node for node in package.iter(f"{_OPF}item")}
    for reference in package.iter(f"{_OPF}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or reference.get("linear") == "no" or "nav" in (item.get("properties") or "").split():
            continue
        yield posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(item.get("href") or "")))


def _read_properties(package: Any) -> Properties:
    names = ("title", "date", "language")
    stated = {name: _first_element(package, name) for name in names}
    doi = next((doi for node in package.iter(f"{_DC}identifier") if (doi := _doi_of(node)) is not None), None)
    language = stated["language"]
    return Properties(
        title=stated["title"],
        published=stated["date"].as_date() if stated["date"] else None,
        doi=doi,
        # The default of programs that make e-books says nothing about this one.
        language=language if language and language.text.lower() not in {"und", "un"} else None,
        authors=tuple(_read_authors(package)),
        reliable=stated["title"] is not None,
    )


def _first_element(package: Any, name: str) -> Leaf | None:
    return next((leaf for node in package.iter(f"{_DC}{name}") if (leaf := _leaf_of(node)).text), None)


def _leaf_of(node: Any) -> Leaf:
    text = " ".join((node.text or "").split())
    # The place shown to people is a hint, not the whole text.
    return Leaf(text, 1, text[:200], f"e-book, {node.tag.replace(_DC, 'dc:')}")


def _doi_of(node: Any) -> Leaf | None:
    leaf = _leaf_of(node)
    found = FoundDoi.first_whole(leaf.text)
    return Leaf(found, leaf.line, leaf.source, leaf.rule).as_doi() if found else None


def _read_authors(package: Any) -> Iterator[Node]:
    refined = {
        (str(node.get("refines") or "").lstrip("#"), node.get("property")): (node.text or "").strip()
        for node in package.iter(f"{_OPF}meta")
    }
    for node in package.iter(f"{_DC}creator"):
        role = node.get(f"{_OPF}role") or refined.get((node.get("id") or "", "role"), "")
        leaf = _leaf_of(node)
        if role not in _AUTHOR_ROLES or not leaf.text or leaf.text.lower() == "unknown":
            continue
        sorted_ = node.get(f"{_OPF}file-as") or refined.get((node.get("id") or "", "file-as"), "")
        # “Family, Given”, as libraries sort the name, tells where it is split.
        inverted = sorted_.count(",") == 1 and set(_WORDS.findall(sorted_)) == set(_WORDS.findall(leaf.text))
        yield leaf.as_person(sorted_ if inverted else leaf.text)
