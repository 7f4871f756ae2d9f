"""Pydantic's search for plugins, which a command has no use for."""

import sys
from contextlib import suppress
from types import ModuleType
from typing import Any

__all__ = ["import_no_metadata"]

METADATA = "importlib.metadata"


class _Late(ModuleType):
    """Stands for `importlib.metadata` while it is imported from, and leads to it when something of it is used."""

    def entry_points(self, **which: Any) -> Any:
        from importlib.metadata import entry_points

        return entry_points(**which)

    def __getattr__(self, name: str) -> Any:
        from importlib import metadata

        if metadata is self:
            raise AttributeError(name)
        return getattr(metadata, name)


def import_no_metadata() -> None:
    """Have pydantic know where to look for plugins without importing `importlib.metadata` for it.

    Pydantic imports that for its search, which it does not make where ``PYDANTIC_DISABLE_PLUGINS`` says so, and with it
    come thirty modules, from zip files to mail: a thirteenth of the time of a command on one record. Here they come
    when the search begins. Should pydantic be made differently one day, it does what it does without this.
    """
    if METADATA in sys.modules:
        return
    with suppress(ImportError):
        import pydantic.plugin

        sys.modules[METADATA] = _Late(METADATA)
        try:
            import pydantic.plugin._loader  # noqa: F401
        finally:
            del sys.modules[METADATA]
