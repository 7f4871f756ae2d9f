"""Schema documents in memory, compiled by libxml2; nothing is ever read from disk or network while it compiles."""

import posixpath
import re
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Protocol, cast

from lxml import etree

from doideposit.errors import SchemaDamaged
from doideposit.safe_xml import Element, parse_part

__all__ = ["CompiledSchema", "LogEntry", "expected_tags"]

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


class LogEntry(Protocol):
    """Describe an entry of libxml2's log, as lxml gives it: number of the error, words, and path of the node."""

    type: int
    message: str
    path: str | None


def expected_tags(message: str) -> tuple[str, ...]:
    """Return what libxml2 says that it expected instead of an element: tags in Clark notation."""
    found = re.search(r"Expected is (?:one of )?\( (.*) \)\.\s*$", message, re.DOTALL)
    return tuple(found[1].split(", ")) if found else ()


class CompiledSchema:
    """Hold a schema in libxml2's hands. Its error log is shared, so only one thread may validate at a time."""

    def __init__(self, schema: etree.XMLSchema) -> None:
        self._schema = schema
        self._lock = threading.Lock()

    def complaints(self, root: Element) -> list[LogEntry]:
        """Return everything that libxml2 finds wrong with the document; empty when it is valid."""
        with self._lock:
            return [] if self._schema.validate(root) else [*cast(Iterable[LogEntry], self._schema.error_log)]

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
