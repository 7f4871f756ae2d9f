"""What Crossref's deposit XML calls things: schema versions, namespaces with their prefixes; and its largest file."""

from typing import Final

__all__ = [
    "ACCESS",
    "CLINICAL",
    "DEFAULT_SCHEMA_VERSION",
    "FUNDING",
    "JATS",
    "MATHML",
    "MAX_FILE",
    "PREFIXES",
    "RELATIONS",
    "RESOURCES",
    "RESOURCES_NAMESPACE",
    "RESOURCES_VERSION",
    "SCHEMA_VERSIONS",
    "TIMESTAMP_TOO_OLD",
    "XML",
    "XSI",
    "is_resources",
]

# The versions of the deposit schema that records are built for, newest first.
SCHEMA_VERSIONS: Final = ("5.5.0", "5.4.0", "5.3.1")

# Bytes of a deposit file: Crossref takes 10 MB, and the form around the file counts too.
MAX_FILE: Final = 9_500_000
# The code of a deposit whose timestamp is not above the registered one: the one rejection that a new deposit mends.
TIMESTAMP_TOO_OLD: Final = "crossref-timestamp-too-old"

# The newest version that Crossref takes; the configuration can name an older one.
DEFAULT_SCHEMA_VERSION: Final = "5.5.0"

# The kind of a resource-only deposit, which changes parts of records: also the first word of its schema version.
RESOURCES: Final = "doi_resources"
# The one version that is sent: the older ones are retired, and no newer one was published by November 2026.
RESOURCES_VERSION: Final = f"{RESOURCES} 5.4.0"
# The beginning of the namespace of resource-only deposits; the version follows.
RESOURCES_NAMESPACE: Final = "http://www.crossref.org/doi_resources_schema/"

# The names that Crossref's schemas declare for what they import; they lead to no page.
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


def is_resources(text: str | None) -> bool:
    """Tell whether a namespace, or the schema version that a file is recorded with, is of resource-only deposits."""
    return (text or "").startswith((RESOURCES, RESOURCES_NAMESPACE))
