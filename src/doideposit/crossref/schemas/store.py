"""Where schema bundles are kept on this machine, and how they get there: fetched, verified, and put in place at once.

Looked up in this order: the folder named by ``DOIDEPOSIT_SCHEMAS``; inside the package (a wheel made by ``make build``
carries bundles); ``schemas/`` of a checkout; a user's data folder. Installed into the first of these that is meant to
be written: the named folder, the checkout, or the user's data folder.
"""

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from doideposit.crossref.schemas.bundle import Bundle
from doideposit.crossref.schemas.lock import HERE, PinnedBundle, PinnedFile, SchemaLock
from doideposit.errors import SchemaDamaged, SchemaMissing

__all__ = ["OVERRIDE", "Announce", "Homes", "SchemaStore"]

OVERRIDE = "DOIDEPOSIT_SCHEMAS"

# Takes one sentence about what is going on, for a person to read.
Announce = Callable[[str], None]


def _ignore_message(_sentence: str) -> None:
    """Say nothing."""


class Homes(NamedTuple):
    """Hold the folders that may hold bundles. `user` is asked for only when it is needed."""

    override: Path | None
    package: Path
    checkout: Path | None
    user: Callable[[], Path | None]

    @classmethod
    def of_this_installation(cls, environ: Mapping[str, str] = os.environ) -> "Homes":
        """Return the folders of the running installation."""
        override = environ.get(OVERRIDE)
        # Where no home folder is known, `os.path.expanduser` leaves the text as it is, and `Path.expanduser` raises.
        named = Path(os.path.expanduser(override)) if override else None  # noqa: PTH111
        return cls(named, HERE, SchemaLock.checkout_folder(), _user_folder)

    def in_order(self) -> Iterable[Path]:
        """Yield every folder to look into; the first match wins."""
        yield from (home for home in (self.override, self.package, self.checkout) if home)
        if (home := self.user()) is not None:
            yield home

    def to_write(self) -> Path:
        """Return the folder into which bundles are installed; raises `SchemaMissing` where nobody named one."""
        folder = self.override or self.checkout or self.user()
        if folder is None:
            hint = f"set HOME to this user's own folder, or let {OVERRIDE} name a folder that this user may write"
            raise SchemaMissing("there is no folder for Crossref's schemas: this user has no home folder", hint=hint)
        return folder


def _user_folder() -> Path | None:
    from platformdirs import user_data_path  # noqa: PLC0415 - most runs find their bundle without it

    try:
        return user_data_path("doideposit", appauthor=False) / "schemas"
    # A user without a name, as in some containers, has no home folder unless HOME names one.
    except RuntimeError:
        return None


class SchemaStore:
    """Keep the schema bundles of this machine. Safe to use from several threads and processes at once."""

    def __init__(
        self,
        lock: SchemaLock,
        homes: Homes,
        *,
        fetch: Callable[[str], bytes] | None = None,
        run_pip: Callable[[list[str]], None] | None = None,
        announce: Announce = _ignore_message,
        offline: bool = False,
    ) -> None:
        self._lock = lock
        self._homes = homes
        self._fetch = fetch
        self._run_pip = run_pip
        self._announce = announce
        self._offline = offline

    @classmethod
    def default(cls, *, announce: Announce = _ignore_message, offline: bool = False) -> "SchemaStore":
        """Return the store of this installation; it fetches a bundle on first need unless `offline`."""
        return cls(SchemaLock.read(), Homes.of_this_installation(), announce=announce, offline=offline)

    def available(self) -> tuple[str, ...]:
        """Return every version the lock pins, in its order: the newest first."""
        return tuple(self._lock.bundles)

    def installed(self) -> tuple[str, ...]:
        """Return the versions that are on this machine."""
        return tuple(version for version in self._lock.bundles if self.location(version))

    def version_of(self, namespace: str) -> str | None:
        """Return the version whose deposit files have this namespace, or None."""
        versions = (bundle.version for bundle in self._lock.bundles.values() if bundle.namespace == namespace)
        return next(versions, None)

    @property
    def named(self) -> Path | None:
        """Return the folder that the environment names for the schemas, None where it names none."""
        return self._homes.override

    def location(self, version: str) -> Path | None:
        """Return the folder of an installed bundle, or None; raises `UsageError` for a version not in the lock."""
        bundle = self._lock.bundle(version)
        folders = (home / bundle.folder for home in self._homes.in_order())
        # A folder that this user may not enter, as with HOME=/root, holds nothing for them: `Path.is_file` would raise.
        return next((folder for folder in folders if os.path.isfile(folder / bundle.main)), None)  # noqa: PTH113

    def target(self, version: str) -> Path:
        """Return the folder that an installation of this version writes."""
        return self.location(version) or self._homes.to_write() / self._lock.bundle(version).folder

    def verify(self, version: str) -> dict[Path, str]:
        """Compare every file with the lock, and return the problem of each that differs. Raises `SchemaMissing`."""
        bundle = self._lock.bundle(version)
        folder = self.location(version)
        if folder is None:
            raise _missing_error(bundle, "is not on this machine")
        problems = ((folder / pin.path, _find_problem(folder / pin.path, pin)) for pin in bundle.files)
        return {path: problem for path, problem in problems if problem}

    def ensure(self, version: str, announce: Announce | None = None) -> Path:
        """Return the folder of the bundle, fetched first where it is missing; raises `SchemaMissing`."""
        return self.location(version) or self.install(version, announce=announce)

    def load(self, version: str) -> Bundle:
        """Read and verify every file of the bundle; raises `SchemaMissing` or `SchemaDamaged`."""
        pinned = self._lock.bundle(version)
        folder = self.ensure(version)
        files = {pin.path: _read_verified(folder / pin.path, pin, pinned) for pin in pinned.files}
        return Bundle(
            version=pinned.version,
            namespace=pinned.namespace,
            main=pinned.main,
            files=files,
            addresses={address: path for address, path in self._lock.addresses.items() if path in files},
            fingerprint=_bundle_fingerprint(pinned),
        )

    def install(self, version: str, *, force: bool = False, announce: Announce | None = None) -> Path:
        """Fetch the bundle and put it in place, all of it or nothing; returns its folder.

        A bundle that is there already and unharmed is left alone unless `force`. Raises `SchemaMissing` when it
        cannot be had, and `DiskError` when it cannot be written.
        """
        bundle = self._lock.bundle(version)
        folder = self.location(version)
        if folder and not force and not self.verify(version):
            return folder
        if self._offline:
            raise _missing_error(bundle, "is not on this machine, and downloads are off")
        from doideposit.crossref.schemas.installing import Installer  # noqa: PLC0415 - needed once

        say = announce or self._announce
        target = self.target(version)
        Installer(self._lock, fetch=self._fetch, run_pip=self._run_pip).install(bundle, target, say)
        say(f"Crossref's schema {bundle.version} is in {target}")
        return target

    def kept(self, version: str, name: str) -> bytes | None:
        """Return data computed from the bundle before and kept beside its files, or None."""
        folder = self.location(version)
        try:
            return (folder / name).read_bytes() if folder else None
        # The cache is a convenience: without it the schema is prepared again.
        except OSError:
            return None

    def keep(self, version: str, name: str, content: bytes) -> None:
        """Keep something worked out from the bundle beside its files, where they can be written."""
        folder = self.location(version)
        if folder is None:
            return
        # The name is unique to process and thread, and a rename is atomic (POSIX): no reader sees half a file.
        scratch = folder / f".{name}-{os.getpid()}-{threading.get_ident()}"
        try:
            scratch.write_bytes(content)
            scratch.replace(folder / name)
        # A disk that is full or read-only costs time and nothing else.
        except OSError:
            scratch.unlink(missing_ok=True)


def _find_problem(path: Path, pin: PinnedFile) -> str | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if len(content) != pin.size:
        return f"has {len(content):,} bytes instead of {pin.size:,}"
    return None if hashlib.sha256(content).hexdigest() == pin.sha256 else "does not have its pinned SHA-256"


def _read_verified(path: Path, pin: PinnedFile, bundle: PinnedBundle) -> bytes:
    hint = f"run `doideposit schemas install --force {bundle.name}` to fetch the bundle again"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SchemaDamaged(f"the schema file {path} cannot be read: {error.strerror}", hint=hint) from None
    # Checked each time that it is read: a verdict is worth no more than the schema it comes from.
    if hashlib.sha256(content).hexdigest() != pin.sha256:
        raise SchemaDamaged(f"the schema file {path} is not as expected: {_find_problem(path, pin)}", hint=hint)
    return content


def _missing_error(bundle: PinnedBundle, why: str) -> SchemaMissing:
    hint = f"run `doideposit schemas install {bundle.name}` while this machine is online"
    return SchemaMissing(f"Crossref's schema {bundle.version} {why}", hint=hint)


def _bundle_fingerprint(bundle: PinnedBundle) -> str:
    # What was worked out from other files of the same version must never be mistaken for these.
    lines = "".join(f"{pin.path} {pin.sha256}\n" for pin in bundle.files)
    return hashlib.sha256(lines.encode()).hexdigest()
