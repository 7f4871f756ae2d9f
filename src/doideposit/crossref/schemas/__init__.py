"""Crossref's schema bundles: pinned by a lock, fetched on first need, verified whenever they are read."""

from doideposit.crossref.schemas.lock import DEFAULT_VERSION, SchemaLock, read_lock
from doideposit.crossref.schemas.store import Announce, BundleFault, Homes, SchemaStore

__all__ = ["DEFAULT_VERSION", "Announce", "BundleFault", "Homes", "SchemaLock", "SchemaStore", "read_lock"]
