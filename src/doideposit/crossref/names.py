"""The names of Crossref's deposit XML: schema versions, namespaces with their fixed prefixes, schema locations."""

from typing import Final

__all__ = [
    "ACCESS",
    "CLINICAL",
    "DEFAULT_SCHEMA_VERSION",
    "FUNDING",
    "JATS",
    "MATHML",
    "PREFIXES",
    "RELATIONS",
    "SCHEMA_VERSIONS",
    "XML",
    "XSI",
    "crossref_namespace",
    "schema_location",
]

# The versions of the deposit schema that records are built for, newest first.
SCHEMA_VERSIONS: Final = ("5.5.0", "5.4.0", "5.3.1")

DEFAULT_SCHEMA_VERSION: Final = "5.5.0"

JATS: Final = "http://www.ncbi.nlm.nih.gov/JATS1"
ACCESS: Final = "http://www.crossref.org/AccessIndicators.xsd"
FUNDING: Final = "http://www.crossref.org/fundref.xsd"
RELATIONS: Final = "http://www.crossref.org/relations.xsd"
CLINICAL: Final = "http://www.crossref.org/clinicaltrials.xsd"
MATHML: Final = "http://www.w3.org/1998/Math/MathML"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XML: Final = "http://www.w3.org/XML/1998/namespace"

# The prefix each namespace gets in a deposit; Crossref's own namespace is the default one.
# The schema requires no prefixes, but Crossref's documentation asks for `mml` and `jats`; readers know the rest.
PREFIXES: Final = {
    "xsi": XSI,
    "jats": JATS,
    "ai": ACCESS,
    "fr": FUNDING,
    "rel": RELATIONS,
    "ct": CLINICAL,
    "mml": MATHML,
}


def crossref_namespace(version: str) -> str:
    """Return the namespace of the deposit schema in that version (crossref5.5.0.xsd: targetNamespace)."""
    return f"http://www.crossref.org/schema/{version}"


def schema_location(version: str) -> str:
    """Return the value of ``xsi:schemaLocation``: the namespace, and where Crossref publishes its schema."""
    return f"{crossref_namespace(version)} https://data.crossref.org/schemas/crossref{version}.xsd"
