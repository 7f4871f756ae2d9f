"""Getting a bundle onto this machine, from Crossref or from a pinned wheel: every byte verified, all or nothing.

The two ways to a schema file are Crossref's own address, and a wheel on the Python package index with the same bytes.
Both are plain callables, so that tests hand in others. Neither is trusted: every byte is compared with the lock.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import requests

from doideposit.crossref.schemas.lock import PinnedBundle, PinnedFile, PinnedWheel, SchemaLock
from doideposit.errors import DiskError, SchemaMissing

__all__ = ["Installer", "Unreachable"]

# Seconds for the connection and between two parts of the answer.
TIMEOUT = (5.0, 30.0)
# The largest schema file, that of MathML, has a tenth of this.
MAX_BYTES = 4 * 1024 * 1024
# pip builds an environment before it downloads, which takes long on a slow disk.
PIP_TIMEOUT = 300.0


class Unreachable(Exception):
    """Report that a source did not deliver; the text says why, in a few words."""


class Installer:
    """Fetch the files of bundles, and put them into folders, all of a bundle or none.

    `fetch` returns what is at an address, and `run_pip` runs pip with arguments; both raise `Unreachable`.
    """

    def __init__(
        self,
        lock: SchemaLock,
        *,
        fetch: Callable[[str], bytes] | None = None,
        run_pip: Callable[[list[str]], None] | None = None,
    ) -> None:
        self._lock = lock
        self._fetch = fetch or _fetch_official
        self._run_pip = run_pip or _run_pip

    def install(self, bundle: PinnedBundle, target: Path, announce: Callable[[str], None]) -> None:
        """Put a bundle into the folder `target`; `announce` takes sentences about what is going on.

        Raises `SchemaMissing` when its files cannot be had, and `DiskError` when they cannot be written.
        """
        _replace_folder(target, self._gather(bundle, announce))

    def _gather(self, bundle: PinnedBundle, announce: Callable[[str], None]) -> dict[str, bytes]:
        """Return the verified files of a bundle, from their official addresses or wheels; raises `SchemaMissing`."""
        announce(f"fetching Crossref's schema {bundle.version} from www.crossref.org")
        try:
            return {pin.path: _require_pinned(self._fetch(pin.address), pin) for pin in bundle.files}
        # The official address comes first; a wheel with the same bytes is for networks that reach only a package index.
        except Unreachable as error:
            official = str(error)
        announce("www.crossref.org did not give the pinned files; fetching them from the Python package index")
        files: dict[str, bytes] = {}
        try:
            for name in sorted({pin.wheel for pin in bundle.files}):
                files |= self._from_wheel(self._lock.wheels[name], [pin for pin in bundle.files if pin.wheel == name])
        except Unreachable as error:
            raise SchemaMissing(
                f"Crossref's schema {bundle.version} is not on this machine and cannot be fetched"
                f" ({official}; {error})",
                hint=f"run `doideposit schemas install {bundle.name}` while this machine is online",
            ) from None
        return files

    def _from_wheel(self, wheel: PinnedWheel, pins: list[PinnedFile]) -> dict[str, bytes]:
        with tempfile.TemporaryDirectory(prefix="doideposit-") as scratch:
            path = self._download(wheel, Path(scratch))
            # pip has compared it as well; this is the check that does not depend on pip.
            if hashlib.sha256(path.read_bytes()).hexdigest() != wheel.sha256:
                raise Unreachable(f"{path.name} does not have its pinned SHA-256")
            try:
                with zipfile.ZipFile(path) as archive:
                    return {pin.path: _require_pinned(archive.read(wheel.folder + pin.path), pin) for pin in pins}
            # A wheel is a ZIP archive; a proxy may have put a page in its place.
            except (zipfile.BadZipFile, KeyError) as error:
                raise Unreachable(f"{path.name}: {error}") from None

    def _download(self, wheel: PinnedWheel, folder: Path) -> Path:
        """Download the wheel with pip, which verifies its pinned SHA-256."""
        pins = folder / "requirements.txt"
        pins.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
        # A source distribution would run code of its own while it is built: only a wheel is taken.
        options = ["--no-deps", "--require-hashes", "--only-binary=:all:", "--disable-pip-version-check", "--quiet"]
        self._run_pip(["download", *options, "--requirement", str(pins), "--dest", str(folder)])
        # In one order, so that a second run takes the same file.
        wheels = sorted(folder.glob("*.whl"))
        if len(wheels) != 1:
            raise Unreachable(f"pip: no wheel for {wheel.requirement}")
        return wheels[0]


def _fetch_official(address: str) -> bytes:
    """Fetch one file over HTTPS; raises `Unreachable`."""
    try:
        with requests.get(address, timeout=TIMEOUT, stream=True) as response:
            response.raise_for_status()
            # One byte more than allowed is read, which is how a longer file is noticed.
            content = response.raw.read(MAX_BYTES + 1, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise Unreachable(f"{address}: {type(error).__name__}") from None
    if len(content) > MAX_BYTES:
        raise Unreachable(f"{address}: longer than any schema file")
    return bytes(content)


def _run_pip(arguments: list[str]) -> None:
    """Run this Python's pip; raises `Unreachable` with the last line of its complaint."""
    command = [sys.executable, "-m", "pip", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_TIMEOUT, check=False)
    # pip may be missing, as in a system Python without it.
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unreachable(f"pip: {type(error).__name__}") from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise Unreachable(f"pip: {lines[-1].strip() if lines else f'ended with status {done.returncode}'}")


def _require_pinned(content: bytes, pin: PinnedFile) -> bytes:
    if hashlib.sha256(content).hexdigest() != pin.sha256:
        raise Unreachable(f"{pin.path} does not have its pinned SHA-256")
    return content


def _replace_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Write the files beside `target`, then rename: a reader sees the old bundle or the new one, never half of one.

    Raises `DiskError`; the old bundle is then where it was.
    """
    try:
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise _unwritable_error(target, error) from None
    try:
        for name, content in files.items():
            path = scratch / "new" / name
            path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            path.write_bytes(content)
        _swap_folders(scratch, target)
    except OSError as error:
        raise _unwritable_error(target, error) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _swap_folders(scratch: Path, target: Path) -> None:
    if target.exists():
        target.rename(scratch / "old")
    try:
        (scratch / "new").rename(target)
    except OSError:
        # Another process may have put the same bundle there in between, which is as good.
        if target.exists():
            return
        if (scratch / "old").exists():
            (scratch / "old").rename(target)
        raise


def _unwritable_error(target: Path, error: OSError) -> DiskError:
    return DiskError(
        f"the schema bundle cannot be written to {target}: {error.strerror}",
        hint="free space or permit writing there, or set another folder in DOIDEPOSIT_SCHEMAS",
    )
