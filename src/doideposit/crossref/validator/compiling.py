"""From a bundle to a schema that libxml2 can compile: XSD 1.1's assertions lifted out, MathML only where it is needed.

libxml2 knows XSD 1.0 only, and it skips an import that it cannot load without a word. So every reference between the
files is followed here first, and what libxml2 then asked for is compared with it.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from doideposit.crossref.bundle import Bundle
from doideposit.errors import SchemaDamaged

__all__ = ["MATHML", "XS", "CompiledSchema", "Sources", "compile_schema", "read_sources"]

XS = "{http://www.w3.org/2001/XMLSchema}"
MATHML = "http://www.w3.org/1998/Math/MathML"
XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
SCHEME = "bundle:/"

_STUB = f'<xs:schema xmlns:xs="{XS[1:-1]}" targetNamespace="{MATHML}"><xs:element name="math"/></xs:schema>'
"""Stands for MathML where a document has none: the schemas refer to ``mml:math`` and to nothing else of it."""

_BEYOND_1_0 = (
    "assertion", "alternative", "openContent", "defaultOpenContent", "override", "explicitTimezone",
)  # fmt: skip
"""Parts of XSD 1.1 besides ``assert`` that change a verdict; Crossref's schemas have none of them."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The schema documents of a bundle that its main file reaches, in the order they are reached."""

    bundle: Bundle
    documents: Mapping[str, etree._Element]

    @property
    def mathml(self) -> frozenset[str]:
        """The files that make up MathML."""
        return frozenset(name for name, root in self.documents.items() if root.get("targetNamespace") == MATHML)


@dataclass(frozen=True, slots=True)
class CompiledSchema:
    """A schema in libxml2's hands. Its error log is shared, so only one thread may validate at a time."""

    schema: etree.XMLSchema
    lock: threading.Lock = field(default_factory=threading.Lock)


def read_sources(bundle: Bundle) -> Sources:
    """Parse the schema documents, following every include and import; raises `SchemaDamaged` where one leads nowhere."""
    documents: dict[str, etree._Element] = {}
    waiting = [bundle.main]
    while waiting:
        name = waiting.pop(0)
        if name not in documents:
            documents[name] = _parse(bundle, name)
            waiting += [_target(bundle, name, link) for link in _links(documents[name])]
    sources = Sources(bundle, documents)
    _check_imports(sources)
    _check_constructs(sources)
    return sources


def _parse(bundle: Bundle, name: str) -> etree._Element:
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, no_network=True, resolve_entities=False)
    try:
        return etree.fromstring(bundle.files[name], parser)
    except etree.XMLSyntaxError as error:
        raise SchemaDamaged(f"the schema file {name} of {bundle.version} is not XML: {error.msg}") from None


def _links(root: etree._Element) -> list[etree._Element]:
    """The includes and imports that name a place."""
    return [link for link in root.iterchildren(f"{XS}include", f"{XS}import") if link.get("schemaLocation")]


def _target(bundle: Bundle, name: str, link: etree._Element) -> str:
    location = link.get("schemaLocation", "")
    target = bundle.resolve(name, location)
    if target is None:
        raise SchemaDamaged(
            f"the schema file {name} of {bundle.version} refers to {location}, which is not in the bundle"
        )
    return target


def _check_imports(sources: Sources) -> None:
    """Every imported namespace must be the one that the imported file defines, and must have come from somewhere."""
    present = {root.get("targetNamespace") for root in sources.documents.values()} | {None}
    for name, root in sources.documents.items():
        for link in root.iterchildren(f"{XS}import"):
            wanted = link.get("namespace")
            if link.get("schemaLocation"):
                found = sources.documents[_target(sources.bundle, name, link)].get("targetNamespace")
            else:
                found = wanted if wanted in present else None
            if found != wanted:
                raise SchemaDamaged(
                    f"the schema file {name} of {sources.bundle.version} imports {wanted}, which was not found"
                )


def _check_constructs(sources: Sources) -> None:
    """Refuse what libxml2 would overlook or misread, so that a future schema cannot get a wrong verdict."""
    for name, root in sources.documents.items():
        for construct in root.iter(*(XS + tag for tag in _BEYOND_1_0)):
            tag = etree.QName(construct).localname
            raise SchemaDamaged(
                f"the schema file {name} of {sources.bundle.version} uses xsd:{tag} of XSD 1.1, which is not supported",
                hint="upgrade doideposit",
            )


class _BundleResolver(etree.Resolver):
    """Answers libxml2's requests from memory, and keeps which files were asked for."""

    def __init__(self, sources: Mapping[str, bytes], bundle: Bundle) -> None:
        super().__init__()
        self.asked: set[str] = set()
        self._sources = sources
        self._bundle = bundle

    def resolve(self, system_url: str | None, _public_id: str | None, context: object) -> object:
        """Give the file that the address names; an address outside the bundle gets an empty answer, never the disk."""
        url = system_url or ""
        name = self._bundle.addresses.get(url) or url.removeprefix(SCHEME)
        if name not in self._sources:
            return self.resolve_string("", context)
        self.asked.add(name)
        return self.resolve_string(self._sources[name], context, base_url=SCHEME + name)


def compile_schema(sources: Sources, *, mathml: bool) -> CompiledSchema:
    """Compile with libxml2, with MathML's own schema or with a stub for it; raises `SchemaDamaged`."""
    texts = _texts(sources, mathml=mathml)
    resolver = _BundleResolver(texts, sources.bundle)
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(resolver)
    main = sources.bundle.main
    try:
        schema = etree.XMLSchema(etree.fromstring(texts[main], parser, base_url=SCHEME + main))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as error:
        raise SchemaDamaged(f"Crossref's schema {sources.bundle.version} cannot be compiled: {error}") from None
    silent = texts.keys() - resolver.asked - {main}
    if silent:
        raise SchemaDamaged(
            f"Crossref's schema {sources.bundle.version} was compiled without {', '.join(sorted(silent))}"
        )
    return CompiledSchema(schema)


def _texts(sources: Sources, *, mathml: bool) -> dict[str, bytes]:
    heavy = sources.mathml
    texts = {name: _lean(root) for name, root in sources.documents.items() if mathml or name not in heavy}
    return texts if mathml else texts | {_mathml_main(sources): _STUB.encode()}


def _mathml_main(sources: Sources) -> str:
    """The file that others import for MathML."""
    return next(
        _target(sources.bundle, name, link)
        for name, root in sources.documents.items()
        for link in _links(root)
        if link.get("namespace") == MATHML
    )


def _lean(root: etree._Element) -> bytes:
    """The document without assertions, which libxml2 refuses, and without annotations, which only cost time."""
    copy = etree.fromstring(etree.tostring(root))
    for part in list(copy.iter(f"{XS}assert", f"{XS}annotation")):
        parent = part.getparent()
        if parent is not None:
            parent.remove(part)
    return etree.tostring(copy)
