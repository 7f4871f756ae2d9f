"""Schema documents in memory, compiled by libxml2; nothing is ever read from disk or network while it compiles."""

import posixpath
import re
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, cast

from lxml import etree

from doideposit.errors import SchemaDamaged
from doideposit.safe_xml import Element, local_name, parse_part

__all__ = ["UNEXPECTED", "CompiledSchema", "Complaint"]

# XML_SCHEMAV_ELEMENT_CONTENT in libxml2's xmlerror.h.
UNEXPECTED = 1871
# libxml2 asks the resolver for every import; a scheme of our own keeps it from any file.
SCHEME = "bundle:/"
# Elements of a document that may have very many errors, errors that are too many, and bytes between two looks at them.
LARGE = 20_000
# The check of a large document ends after so many errors: every entry takes memory, and nobody reads two thousand.
FLOOD = 2_000
# So many bytes at a time show early that a document is flooded.
STEP = 16_384
# Compiled once: XPath takes longer to parse than to run.
_count = etree.XPath("count(//*)")


@dataclass(frozen=True, slots=True)
class Complaint:
    """Hold one entry of libxml2's log: its error number (``xmlParserErrors``), its words, and the element."""

    number: int
    text: str
    element: Element
    # Whether the schema has no such element at all, which libxml2 does not say of a child it does not expect.
    undeclared: bool = False
    # What trying has shown to help, in words.
    hint: str = ""

    @property
    def attribute(self) -> str | None:
        """Return the attribute that the complaint is about, if it is about one."""
        found = re.match(r"Element '[^']+', attribute '([^']+)': ", self.text)
        return found[1] if found else None

    @property
    def lacking(self) -> str | None:
        """Return the attribute that is required and not there, if it is about one."""
        found = re.search(r"attribute '([^']+)' is required", self.text)
        return found[1] if found else None

    @property
    def claim(self) -> str:
        """Return the words of the complaint without the name of the element."""
        return re.sub(r"^Element '[^']+'(, attribute '[^']+')?: ", "", self.text)

    @property
    def expected(self) -> tuple[str, ...]:
        """Return the tags that were expected instead, in Clark notation."""
        found = re.search(r"Expected is (?:one of )?\( (.*) \)\.\s*$", self.text, re.DOTALL)
        return tuple(found[1].split(", ")) if found else ()

    @property
    def is_unexpected_child(self) -> bool:
        """Tell whether libxml2 left a parent at this child."""
        return self.number == UNEXPECTED and "not expected" in self.claim


class CompiledSchema:
    """Hold a schema in libxml2's hands. Its error log is shared, so only one thread may validate at a time."""

    def __init__(self, schema: etree.XMLSchema) -> None:
        self._schema = schema
        self._lock = threading.Lock()

    def complaints(self, root: Element) -> list[Complaint]:
        """Return everything that libxml2 finds wrong with the document; empty when it is valid."""
        finder = _Finder(root)
        return [Complaint(entry.type, entry.message, finder.find(entry.path)) for entry in self._log_of(root)]

    def expected_instead(self, parent: Element) -> tuple[str, ...] | None:
        """Return the tags expected in place of a child of `parent`; None if the schema takes its children like that.

        The children are empty. Looking for the element of each complaint would take longer than the validation.
        """
        for entry in self._log_of(parent):
            complaint = Complaint(entry.type, entry.message, parent)
            # The path of a child has two steps. A complaint about what a child lacks inside is not one about its place.
            if complaint.is_unexpected_child and (entry.path or "").count("/") > 1:
                return complaint.expected
        return None

    def _log_of(self, root: Element) -> "tuple[_LogEntry, ...]":
        with self._lock:
            return () if self._schema.validate(root) else tuple(cast(Iterable[_LogEntry], self._schema.error_log))

    def flooded_part(self, root: Element) -> Element | None:
        """Return a copy of the first part of a document that has far too many errors; None for any other document.

        libxml2 keeps each error with its words, and a file of ten megabytes can hold half a million. While it parses
        it can be stopped, so large documents are parsed once more, until there are more errors than anybody reads.
        """
        if int(cast(float, _count(root))) < LARGE:
            return None
        xml = etree.tostring(root)
        parser = etree.XMLParser(
            schema=self._schema, target=cast(Any, _NoTree()), resolve_entities=False, no_network=True
        )
        with self._lock, suppress(etree.XMLSyntaxError):
            for end in range(STEP, len(xml) + STEP, STEP):
                parser.feed(xml[end - STEP : end])
                if len(parser.feed_error_log) > FLOOD:
                    whole = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
                    return etree.fromstring(xml[: xml.rfind(b">", 0, end) + 1], whole)
        return None

    @staticmethod
    def compile(texts: Mapping[str, str], main: str, addresses: Mapping[str, str]) -> "CompiledSchema":
        """Compile the schema whose main file is `main`; raises `SchemaDamaged`.

        `addresses` maps absolute addresses inside the documents to names of documents.

        Where libxml2 asks for the other documents is a setting of the whole process, which lxml makes for each parsing
        and takes back after it: a parsing that ends in another thread can delete it from a compilation, which then
        misses a document. That is always noticed here, and passes, so a failure counts only when it comes again.
        """
        for _ in range(ATTEMPTS - 1):
            with suppress(SchemaDamaged):
                return _compile(texts, main, addresses)
        return _compile(texts, main, addresses)


class _LogEntry(Protocol):
    """Describe an entry of libxml2's log, as lxml gives it: number of the error, words, and path of the node."""

    type: int
    message: str
    path: str | None


# Errors come in the order of the document: the next one is often about the same parent.
REMEMBERED = 12


class _Finder:
    """Find elements by the paths that libxml2 gives for them, such as ``/*/*[2]/jats:abstract``."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._children: dict[tuple[Element, str], list[Element]] = {}

    def find(self, path: str | None) -> Element:
        """Return the element at a path; the nearest one above if the path cannot be followed."""
        element = self._root
        for step in (path or "").split("/")[2:]:
            found = re.fullmatch(r"([^\[]+)(?:\[(\d+)\])?", step)
            matches = self._matching(element, found[1]) if found else []
            position = int(found[2] or 1) if found else 1
            if position > len(matches):
                return element
            element = matches[position - 1]
        return element

    def _matching(self, parent: Element, name: str) -> list[Element]:
        """Return the children a step may mean: all of them for ``*``, by which libxml2 names what has no prefix."""
        if (parent, name) not in self._children:
            children = parent.iterchildren("*")
            self._children[parent, name] = [
                child for child in children if name in {"*", ":".join(filter(None, (child.prefix, local_name(child))))}
            ]
            # The one that is the longest time here goes: errors come in the order of the document.
            while len(self._children) > REMEMBERED:
                del self._children[next(iter(self._children))]
        return self._children[parent, name]


class _NoTree:
    """Build nothing while a document is parsed: only its errors are of interest."""

    def close(self) -> None:
        """End without a result."""


class _MemoryResolver(etree.Resolver):
    """Answer libxml2's requests from memory, and keep which files were asked for."""

    def __init__(self, texts: Mapping[str, str], addresses: Mapping[str, str]) -> None:
        super().__init__()
        self.asked: set[str] = set()
        self._texts = texts
        self._addresses = addresses

    def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override]
        """Return the file of an address from memory; an unknown one is empty, and never fetched."""
        del public_id
        name = self._addresses.get(system_url) or posixpath.normpath(system_url.removeprefix(SCHEME))
        if name not in self._texts:
            # None would hand the question on to lxml's own resolver, which looks on disk.
            return self.resolve_string("", context, base_url=system_url)
        self.asked.add(name)
        return self.resolve_string(self._texts[name], context, base_url=SCHEME + name)


# How often a compilation is tried: a failure five times in a row does not pass without help.
ATTEMPTS = 5


def _compile(texts: Mapping[str, str], main: str, addresses: Mapping[str, str]) -> CompiledSchema:
    resolver = _MemoryResolver(texts, addresses)
    try:
        schema = etree.XMLSchema(parse_part(texts[main], bare=False, resolver=resolver, base_url=SCHEME + main))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as error:
        raise SchemaDamaged(f"Crossref's schema {main} cannot be compiled: {error}") from None
    # libxml2 skips what it cannot load without an error, so a missing document shows only in what was asked for.
    silent = texts.keys() - resolver.asked - {main}
    if silent:
        raise SchemaDamaged(f"Crossref's schema {main} was compiled without {', '.join(sorted(silent))}")
    return CompiledSchema(schema)
