"""A schema bundle as a value: the verified files of one version of Crossref's schema."""

import posixpath
from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Bundle"]


class Bundle(NamedTuple):
    """Hold the files of one schema version, by their path inside the bundle; each has its pinned SHA-256.

    `version` is written as in ``5.5.0`` or ``doi_resources 5.4.0``; `namespace` is the target namespace of the file
    `main`. `addresses` maps the absolute addresses that occur inside the schemas to files of the bundle.
    `fingerprint` is a SHA-256 over the names and hashes of all files: two bundles with the same one are the same.
    """

    version: str
    namespace: str
    main: str
    files: Mapping[str, bytes]
    addresses: Mapping[str, str]
    fingerprint: str

    def resolve(self, base: str, location: str) -> str | None:
        """Return the file to which `location` refers in the file `base`; None if the bundle lacks it."""
        if location in self.addresses:
            name = self.addresses[location]
        else:
            name = posixpath.normpath(posixpath.join(posixpath.dirname(base), location))
        return name if name in self.files else None
