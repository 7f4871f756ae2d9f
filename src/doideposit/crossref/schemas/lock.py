"""The lock: which files make up a schema bundle, the SHA-256 of each, and where its bytes can be had.

``schemas/lock.toml`` is the one source. A checkout reads it there; a wheel carries a copy beside this module.
"""

import re
import shlex
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from doideposit.errors import SchemaDamaged, UsageError

__all__ = ["DEFAULT_VERSION", "PinnedBundle", "PinnedFile", "PinnedWheel", "SchemaLock"]

# The schema version that records are built for unless another is asked for.
DEFAULT_VERSION = "5.5.0"

HERE = Path(__file__).parent


class PinnedFile(NamedTuple):
    """Hold one schema file: path inside the bundle, SHA-256, size, address, and the wheel that has a copy."""

    path: str
    sha256: str
    size: int
    address: str
    wheel: str


class PinnedWheel(NamedTuple):
    """Hold a wheel with copies of schema files, in `folder`; `requirement` and `sha256` pin it for pip."""

    requirement: str
    sha256: str
    size: int
    folder: str


class PinnedBundle(NamedTuple):
    """Hold one version: the folder it is kept in, the namespace of its documents, its main file, all its files."""

    version: str
    folder: str
    namespace: str
    main: str
    files: tuple[PinnedFile, ...]

    @property
    def name(self) -> str:
        """Return the version as the command line takes it; one of them has a space."""
        return shlex.quote(self.version)


class SchemaLock(NamedTuple):
    """Hold all that is pinned. `addresses` answers the absolute addresses that occur inside the schemas."""

    bundles: Mapping[str, PinnedBundle]
    wheels: Mapping[str, PinnedWheel]
    addresses: Mapping[str, str]

    def bundle(self, version: str) -> PinnedBundle:
        """Return the bundle of a version, also when written ``doi_resources-5.4.0``; raises `UsageError` if none."""
        # The name has a space in the lock, which is a nuisance in a shell; so a hyphen or underscore will do.
        spelling = re.sub(r"^doi_resources[-_ ]?", "doi_resources ", version.strip())
        if spelling not in self.bundles:
            raise UsageError(
                f"there is no schema bundle for version {version}", hint=f"available: {', '.join(self.bundles)}"
            )
        return self.bundles[spelling]

    @staticmethod
    def read(path: Path | None = None) -> "SchemaLock":
        """Read the lock, by default the one that belongs to this installation; raises `SchemaDamaged`."""
        if path is None:
            folder = SchemaLock.checkout_folder()
            path = folder / "lock.toml" if folder else HERE / "lock.toml"
        try:
            return _parse_lock(path.read_text(encoding="utf-8"))
        # The lock is part of the package: when it cannot be read, the installation is damaged.
        except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
            problem = f"it has no {error}" if isinstance(error, KeyError) else str(error)
            raise SchemaDamaged(
                f"the list of schema files {path} cannot be read: {problem}", hint="install doideposit again"
            ) from None

    @staticmethod
    def checkout_folder() -> Path | None:
        """Return the ``schemas`` folder of the checkout this module runs from, or None in an installed wheel."""
        # A checkout keeps the lock beside the sources, an installed package within it.
        folder = HERE.parents[3] / "schemas"
        return folder if (folder / "lock.toml").is_file() else None


# It is read with each depositor, and a web application opens one with each request.
@lru_cache(maxsize=1)
def _parse_lock(text: str) -> SchemaLock:
    data: dict[str, Any] = tomllib.loads(text)
    files = {path: PinnedFile(path=path, **entry) for path, entry in data["files"].items()}
    bundles = {
        version: PinnedBundle(
            version=version,
            folder=entry["folder"],
            namespace=entry["namespace"],
            main=entry["main"],
            files=tuple(files[path] for path in entry["files"]),
        )
        for version, entry in data["bundles"].items()
    }
    wheels = {version: PinnedWheel(**entry) for version, entry in data["wheels"].items()}
    return SchemaLock(bundles=bundles, wheels=wheels, addresses=data["addresses"])
