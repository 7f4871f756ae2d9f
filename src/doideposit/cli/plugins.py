"""Pydantic's search for plugins, which a command has no use for."""

import sys
from contextlib import suppress
from types import ModuleType
from typing import Any

__all__ = ["import_no_metadata"]

METADATA = "importlib.metadata"


def import_no_metadata() -> None:
    """Have pydantic know where to look for plugins without importing `importlib.metadata` for it.

    Pydantic imports that for one function, which it never calls where ``PYDANTIC_DISABLE_PLUGINS`` says so, and with it
    come thirty modules, from zip files to mail: a thirteenth of the time of a command on one record. Here the function
    imports them when it is called. Should pydantic be made differently one day, it does what it does without this.
    """
    if METADATA in sys.modules:
        return
    late = ModuleType(METADATA)
    late.entry_points = _entry_points  # type: ignore[attr-defined]
    with suppress(ImportError):
        import pydantic.plugin

        sys.modules[METADATA] = late
        try:
            import pydantic.plugin._loader  # noqa: F401
        finally:
            del sys.modules[METADATA]


def _entry_points(**which: Any) -> Any:
    from importlib.metadata import entry_points

    return entry_points(**which)
