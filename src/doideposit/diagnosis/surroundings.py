"""The doors through which a diagnosis sees the machine, so that a test can show it another one."""

import locale
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

__all__ = ["DiagnosisContext"]


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _has_library(name: str) -> bool:
    return find_spec(name) is not None


def _encodings_in_use() -> Mapping[str, str]:
    return {
        "standard output": getattr(sys.stdout, "encoding", None) or "utf-8",
        "file names": sys.getfilesystemencoding(),
        "the locale": locale.getpreferredencoding(do_setlocale=False),
    }


@dataclass(frozen=True, slots=True)
class DiagnosisContext:
    """Hold the environment, the clock (aware), free bytes at a folder, installed libraries, encodings in use."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    free_bytes: Callable[[Path], int] = _free_bytes
    has_library: Callable[[str], bool] = _has_library
    encodings: Callable[[], Mapping[str, str]] = _encodings_in_use
