"""The schema documents of a bundle, with every reference between them followed and checked.

libxml2 skips an import that it cannot load without a word; here one that leads nowhere is an error.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from doideposit.crossref.schemas.bundle import Bundle
from doideposit.errors import SchemaDamaged
from doideposit.safe_xml import Element, parse_part

__all__ = ["MATHML", "XS", "Name", "Sources"]

XS = "{http://www.w3.org/2001/XMLSchema}"
MATHML = "http://www.w3.org/1998/Math/MathML"
XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"

# Parts of XSD 1.1 besides `assert` that change a verdict; Crossref's schemas have none of them.
_BEYOND_1_0 = tuple(
    XS + tag
    for tag in ("assertion", "alternative", "openContent", "defaultOpenContent", "override", "explicitTimezone")
)

# A namespace and a local name.
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sources:
    """Hold the schema documents that the bundle's main file reaches, and the namespace that each one defines.

    A file without a target namespace of its own takes that of the file which includes it (XSD 1.0 part 1, 4.2.1).
    """

    bundle: Bundle
    documents: Mapping[str, Element]
    namespaces: Mapping[str, str]

    def target(self, name: str, link: Element) -> str:
        """Return the file that an include or import in the file `name` refers to; raises `SchemaDamaged`."""
        location = link.get("schemaLocation", "")
        target = self.bundle.resolve(name, location)
        if target is None:
            raise self.damaged(name, f"refers to {location}, which is not in the bundle")
        return target

    def qualified(self, name: str, node: Element, written: str) -> Name:
        """Return the namespace and name that a QName in an attribute of `node` in the file `name` means."""
        prefix, _, local = written.strip().rpartition(":")
        if prefix == "xml":
            return XML_NAMESPACE, local
        namespace = node.nsmap.get(prefix or None)
        if namespace is None and prefix:
            raise self.damaged(name, f"uses the prefix {prefix}, which it does not declare")
        return namespace or self.namespaces[name], local

    def damaged(self, name: str, problem: str) -> SchemaDamaged:
        """Return the error for a file of this bundle."""
        return SchemaDamaged(f"the schema file {name} of {self.bundle.version} {problem}")

    @staticmethod
    def read(bundle: Bundle) -> "Sources":
        """Parse the main file and all that it reaches; raises `SchemaDamaged` where a reference leads nowhere."""
        documents: dict[str, Element] = {}
        namespaces: dict[str, str] = {}
        sources = Sources(bundle, documents, namespaces)
        waiting = [(bundle.main, bundle.namespace)]
        while waiting:
            name, expected = waiting.pop(0)
            if name not in documents:
                documents[name] = _parse_file(sources, name)
                namespaces[name] = documents[name].get("targetNamespace") or expected
                waiting += _referenced_files(sources, name)
            # A wrong import, or a file without a namespace that is included from two: libxml2 could misread both.
            if namespaces[name] != expected:
                raise sources.damaged(name, f"was referred to for {expected} and defines {namespaces[name]}")
        _check_references(sources)
        return sources


def _links(root: Element) -> list[Element]:
    """Return the includes and imports of a schema document that name a place."""
    return [link for link in root.iterchildren(f"{XS}include", f"{XS}import") if link.get("schemaLocation")]


def _referenced_files(sources: Sources, name: str) -> Iterator[tuple[str, str]]:
    """Yield the files that this one refers to, with the namespace each is expected to define."""
    for link in _links(sources.documents[name]):
        imported = link.tag == f"{XS}import"
        yield sources.target(name, link), link.get("namespace", "") if imported else sources.namespaces[name]


def _parse_file(sources: Sources, name: str) -> Element:
    try:
        return parse_part(sources.bundle.files[name])
    # The bytes were verified before, so that this can only be a wrong lock.
    except etree.XMLSyntaxError as error:
        raise sources.damaged(name, f"is not XML: {error.msg}") from None


def _check_references(sources: Sources) -> None:
    """Refuse schema constructs that libxml2 ignores or misreads: a future schema must not get a wrong verdict."""
    present = set(sources.namespaces.values()) | {XML_NAMESPACE}
    for name, root in sources.documents.items():
        for link in root.iterchildren(f"{XS}import"):
            wanted = link.get("namespace")
            if wanted and wanted not in present:
                raise sources.damaged(name, f"imports {wanted}, which was not found")
        for construct in root.iter(*_BEYOND_1_0):
            raise sources.damaged(name, f"uses {_local(construct)} of XSD 1.1, which is not supported")


def _local(node: Element) -> str:
    return f"xsd:{etree.QName(node).localname}"
