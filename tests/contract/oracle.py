"""An independent XSD 1.1 implementation: xmlschema, over the same verified files."""

import re
from functools import cache
from pathlib import Path

import xmlschema

from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator

ADDRESSES = {
    "http://www.w3.org/2009/01/xml.xsd": "standard-modules/xml.xsd",
    "http://www.w3.org/Math/XMLSchema/mathml3/mathml3.xsd": "standard-modules/mathml3/mathml3.xsd",
}

KNOWN_FAULTS = ("arabic-digits", "digits-underscore", "no-break-padded")
"""Values that xmlschema takes and XSD 1.1 does not: it reads numbers as Python's int() does, which knows other scripts'
digits and underscores, and it strips no-break spaces, which are no whitespace in XML."""


def is_known_fault(mutation: str) -> bool:
    """Whether xmlschema is known to be wrong about this mutation.

    Besides the values, it takes two ``crossmark`` where the content model has a choice, once, between an optional
    crossmark and a sequence of other optional elements (crossref5.5.0.xsd: journal_article); libxml2 refuses the second.
    It also knows xml:lang where no schema document declares it (the resource schema imports none that does), and so
    looks at its value in elements that may hold anything.
    """
    last = mutation.rpartition("/")[2]
    return last in KNOWN_FAULTS or bool(_CROSSMARK.fullmatch(mutation) or _UNDECLARED.fullmatch(mutation))


_CROSSMARK = re.compile(r"crossmark\[\d+\]/double")
_UNDECLARED = re.compile(r"standards_body_\w+\[\d+\]/\+xml-lang-bad")


@cache
def store() -> SchemaStore:
    return SchemaStore.default()


@cache
def validator() -> Validator:
    return Validator(store())


@cache
def schema(version: str) -> xmlschema.XMLSchema11:
    folder = store().ensure(version)
    main = store().load(version).main
    return xmlschema.XMLSchema11(
        str(folder / main),
        uri_mapper=lambda uri: str(folder / ADDRESSES[uri]) if uri in ADDRESSES else uri,
        allow="local",
    )


def oracle_says(version: str, xml: bytes) -> bool:
    try:
        return bool(schema(version).is_valid(xml))
    except xmlschema.XMLSchemaException:
        return False  # It gives up on an xsi:type that names no type.


def version_of(path: Path) -> str:
    name, _, version = path.stem.rpartition("-")
    return f"doi_resources {version}" if name == "resources" else version
