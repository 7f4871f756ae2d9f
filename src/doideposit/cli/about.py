"""`--version`: doideposit, Python, the libraries that matter to a verdict, and the schemas on this machine."""

import platform
from importlib.metadata import version

from doideposit import __version__

__all__ = ["version_text"]

LIBRARIES = ("lxml", "pydantic", "sqlalchemy", "requests", "click")


def version_text() -> str:
    """Return the versions of program, libraries and schemas, for reports of problems."""
    from doideposit.crossref.schemas.store import SchemaStore
    from doideposit.safe_xml import LIBXML2_VERSION

    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    schemas = ", ".join(SchemaStore.default().installed()) or "none: run `doideposit schemas install`"
    return (
        f"doideposit {__version__}\n"
        f"Python {platform.python_version()} on {platform.system()}; {libraries}; libxml2 {LIBXML2_VERSION}\n"
        f"Crossref schemas installed: {schemas}"
    )
