"""Puts Crossref's schemas into what is built: the lock always, and those bundles that were fetched and are unharmed.

A wheel made by ``make build`` so works offline. ``pip install .`` from a checkout without a fetched bundle works too;
the bundle is then fetched on first need.
"""

import hashlib
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSIDE = "doideposit/crossref/schemas"


class SchemasHook(BuildHookInterface[Any]):
    """Adds ``schemas/`` to wheels, beside the module that reads it, and to source distributions."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files to include; an editable installation reads them where they are."""
        if version == "editable":
            return
        schemas = Path(self.root) / "schemas"
        inside = INSIDE if self.target_name == "wheel" else "schemas"
        included = build_data["force_include"]
        if self.target_name == "wheel":
            included[str(schemas / "lock.toml")] = f"{inside}/lock.toml"
        lock = tomllib.loads((schemas / "lock.toml").read_text(encoding="utf-8"))
        for name, bundle in lock["bundles"].items():
            pins = {path: lock["files"][path]["sha256"] for path in bundle["files"]}
            folder = schemas / bundle["folder"]
            if all(_sha256(folder / path) == sha256 for path, sha256 in pins.items()):
                included |= {str(folder / path): f"{inside}/{bundle['folder']}/{path}" for path in pins}
                self._add_prepared(folder, f"{inside}/{bundle['folder']}", included)
            else:
                self.app.display_info(f"without Crossref's schema {name}: it is not in {schemas}")

    def _add_prepared(self, folder: Path, inside: str, included: dict[str, str]) -> None:
        """Add what was worked out from the bundle: it is checked when it is read, and made anew if it does not fit."""
        for path in sorted(folder.glob("prepared*.json")):
            included[str(path)] = f"{inside}/{path.name}"


def _sha256(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
