"""Crossref's schema bundles: pinned by a lock, fetched on first need, verified whenever they are read."""

from doideposit.crossref.schemas.lock import DEFAULT_VERSION, Lock, read_lock
from doideposit.crossref.schemas.store import Announce, FileFault, Homes, SchemaStore

__all__ = ["DEFAULT_VERSION", "Announce", "FileFault", "Homes", "Lock", "SchemaStore", "read_lock"]
