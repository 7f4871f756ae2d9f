"""`--version`: doideposit, Python, the libraries that matter to a verdict, and the schemas on this machine."""

import platform
from importlib.metadata import version

from doideposit import __version__

__all__ = ["version_text"]

LIBRARIES = ("lxml", "pydantic", "elementpath", "sqlalchemy", "requests", "click")


def version_text() -> str:
    """Everything a report of a problem should name."""
    from lxml import etree

    from doideposit.crossref.schemas import SchemaStore

    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    libxml2 = ".".join(str(part) for part in etree.LIBXML_VERSION)
    schemas = ", ".join(SchemaStore.default().installed()) or "none: run `doideposit schemas install`"
    return (
        f"doideposit {__version__}\n"
        f"Python {platform.python_version()} on {platform.system()}; {libraries}; libxml2 {libxml2}\n"
        f"Crossref schemas installed: {schemas}"
    )
