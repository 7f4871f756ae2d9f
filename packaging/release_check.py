"""Check everything of a release before it is published; `make release-check` runs it.

Built twice, the files must be equal, so that anybody can see that what is published was made from this source. Both
must install and work without network from a folder of their dependencies, no dependency may have a licence that stands
in the way of a publisher, and the change log must have a section for the version,
which says what users do when they upgrade. An SBOM (CycloneDX) is written beside
the files.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
# Each lets a program be used, changed and passed on together with ours, which is under Apache-2.0. The names are those
# that packages give themselves; LGPL is that of psycopg, which is not linked into anything.
LICENCES = (
    "Apache-2.0;Apache Software License;Apache License 2.0;Apache-2.0 OR BSD-2-Clause;MIT;MIT License;MIT-0;"
    "BSD License;BSD-2-Clause;BSD-3-Clause;0BSD;ISC;ISC License (ISCL);Python Software Foundation License;PSF-2.0;"
    "Mozilla Public License 2.0 (MPL 2.0);MPL-2.0;The Unlicense (Unlicense);Zope Public License;ZPL-2.1;"
    "LGPL-3.0-only;GNU Lesser General Public License v3 (LGPLv3);LGPL-2.1-or-later;"
    "GNU Lesser General Public License v2 or later (LGPLv2+)"
)


def run(*words: str | Path, env: Mapping[str, str] | None = None) -> str:
    """Run a program and return what it printed; end the check where it fails."""
    done = subprocess.run(
        words, cwd=ROOT, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("doideposit-*"))}


def version() -> str:
    """Return the version that the package says it has."""
    return run(sys.executable, "-c", "import doideposit; print(doideposit.__version__)").strip()


def changes_are_told(wanted: str, text: str) -> bool:
    """Tell whether the change log has a section for a version, with its date, below what is not released yet."""
    return any(line.startswith(f"## [{wanted}] - 20") for line in text.splitlines())


def upgrading(wanted: str, text: str) -> str:
    """Return what the change log says below “Upgrading” of a version; nothing where that is left out or empty."""
    section = text.partition(f"## [{wanted}]")[2].partition("\n## ")[0]
    return section.partition("\n### Upgrading\n")[2].partition("\n### ")[0].strip()


def built(folder: Path) -> list[Path]:
    """Build sdist and wheel twice; return them, once they are seen to be equal."""
    twice = [folder / "first", folder / "second"]
    for target in twice:
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", target, ".")
    first, second = map(hashes, twice)
    if first != second:
        sys.exit(f"built twice, the files differ: {first} and {second}")
    for name, sha256 in first.items():
        print(f"{sha256}  {name}")
    return sorted(twice[0].glob("doideposit-*"))


def installs(file: Path, wheels: Path, folder: Path) -> Path:
    """Install a file into a new environment without network, and let it check a record; return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    offline = ("install", "--quiet", "--no-index", "--find-links", wheels)
    if file.suffix == ".gz":
        run(python, "-m", "pip", *offline, "hatchling")
        run(python, "-m", "pip", *offline, "--no-build-isolation", file)
    else:
        run(python, "-m", "pip", *offline, file)
    said = run(folder / "bin" / "doideposit", "--version")
    print(f"{file.name}: installed without network; {said.strip()}")
    run(folder / "bin" / "doideposit", "demo", "--plain", env={"HOME": str(folder), "XDG_DATA_HOME": str(folder)})
    return python


def main() -> None:
    """Make every check; the first that fails ends it with a sentence and status 1."""
    wanted = version()
    if "--unreleased" not in sys.argv and not changes_are_told(wanted, (ROOT / "CHANGELOG.md").read_text("utf-8")):
        sys.exit(f"CHANGELOG.md has no section for {wanted}: rename “Unreleased” to “[{wanted}] - DATE”")
    if "--unreleased" not in sys.argv and not upgrading(wanted, (ROOT / "CHANGELOG.md").read_text("utf-8")):
        sys.exit(
            f"CHANGELOG.md says nothing below “### Upgrading” of {wanted}: write what users do, or “Nothing to do.”"
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = built(folder)
        print(run(sys.executable, "-m", "twine", "check", "--strict", *files).strip())
        wheels = folder / "wheels"
        for lock in ("run.txt", "build.txt"):
            run(
                sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", wheels, "-r", f"requirements/{lock}"
            )
        pythons = [installs(file, wheels, folder / f"environment{place}") for place, file in enumerate(files)]
        licences = run(
            sys.executable, "-m", "piplicenses", "--python", pythons[-1], "--partial-match", "--allow-only", LICENCES
        )
        print(f"{len(licences.splitlines()) - 1} packages, all with a licence that can be used")
        DIST.mkdir(exist_ok=True)
        sbom = DIST / f"doideposit-{wanted}.cdx.json"
        run(sys.executable, "-m", "cyclonedx_py", "environment", pythons[-1], "--output-reproducible", "-o", sbom)
        for file in files:
            file.replace(DIST / file.name)
    told = tomllib.loads((ROOT / "schemas" / "lock.toml").read_text("utf-8"))["bundles"]
    print(f"ready: {', '.join(file.name for file in files)}, {sbom.name}; Crossref's schemas {', '.join(told)}")


if __name__ == "__main__":
    main()
