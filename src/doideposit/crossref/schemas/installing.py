"""Getting a bundle onto this machine, from Crossref or from a pinned wheel: every byte verified, all or nothing."""

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from doideposit.crossref.schemas.fetch import Announce, Fetch, RunPip, Unreachable
from doideposit.crossref.schemas.lock import PinnedBundle, PinnedFile, PinnedWheel, SchemaLock
from doideposit.errors import DiskError, SchemaMissing

__all__ = ["put_in_place"]


def put_in_place(
    target: Path, lock: SchemaLock, bundle: PinnedBundle, fetch: Fetch, run: RunPip, say: Announce
) -> None:
    """Fetch the files of a bundle, and put them into the folder `target`, all of them or none.

    Raises `SchemaMissing` when they cannot be had, and `DiskError` when they cannot be written.
    """
    _replace_folder(target, _gather(lock, bundle, fetch, run, say))


def _gather(lock: SchemaLock, bundle: PinnedBundle, fetch: Fetch, run: RunPip, say: Announce) -> dict[str, bytes]:
    """Return the verified files of a bundle, from their official addresses or wheels; raises `SchemaMissing`."""
    say(f"fetching Crossref's schema {bundle.version} from www.crossref.org")
    try:
        return {pin.path: _require_pinned(fetch(pin.address), pin) for pin in bundle.files}
    # The official address comes first; a wheel with the same bytes is for networks that reach only a package index.
    except Unreachable as error:
        official = str(error)
    say("www.crossref.org did not give the pinned files; fetching them from the Python package index")
    files: dict[str, bytes] = {}
    try:
        for name in sorted({pin.wheel for pin in bundle.files}):
            files |= _from_wheel(lock.wheels[name], [pin for pin in bundle.files if pin.wheel == name], run)
    except Unreachable as error:
        raise SchemaMissing(
            f"Crossref's schema {bundle.version} is not on this machine and cannot be fetched ({official}; {error})",
            hint=f"run `doideposit schemas install {bundle.name}` while this machine is online",
        ) from None
    return files


def _from_wheel(wheel: PinnedWheel, pins: list[PinnedFile], run: RunPip) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="doideposit-") as scratch:
        path = _download(wheel, Path(scratch), run)
        # pip has compared it as well; this is the check that does not depend on pip.
        if hashlib.sha256(path.read_bytes()).hexdigest() != wheel.sha256:
            raise Unreachable(f"{path.name} does not have its pinned SHA-256")
        try:
            with zipfile.ZipFile(path) as archive:
                return {pin.path: _require_pinned(archive.read(wheel.folder + pin.path), pin) for pin in pins}
        # A wheel is a ZIP archive; a proxy may have put a page in its place.
        except (zipfile.BadZipFile, KeyError) as error:
            raise Unreachable(f"{path.name}: {error}") from None


def _download(wheel: PinnedWheel, folder: Path, run: RunPip) -> Path:
    """Download the wheel with pip, which verifies its pinned SHA-256."""
    pins = folder / "requirements.txt"
    pins.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    # A source distribution would run code of its own while it is built: only a wheel is taken.
    options = ["--no-deps", "--require-hashes", "--only-binary=:all:", "--disable-pip-version-check", "--quiet"]
    run(["download", *options, "--requirement", str(pins), "--dest", str(folder)])
    # In one order, so that a second run takes the same file.
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise Unreachable(f"pip: no wheel for {wheel.requirement}")
    return wheels[0]


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
