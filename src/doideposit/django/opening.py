"""Open the one depositor of this process by the settings of the site.

`DOIDEPOSIT_CONFIG` is the path of `doideposit.toml`; `DOIDEPOSIT_TARGET` names another target than that file does.
"""

from functools import cache
from pathlib import Path

from django.conf import settings

import doideposit
from doideposit.wiring import load_settings

__all__ = ["current_target", "depositor"]


@cache
def depositor() -> doideposit.Depositor:
    """Open the depositor of this process when it is first needed; all threads may use it."""
    return doideposit.open(_configuration_path(), target=_configured_target())


def current_target() -> str:
    """Return `sandbox`, `test` or `production`; empty if the configuration cannot be read."""
    try:
        return _named_target()
    except doideposit.DoiDepositError:
        return ""


@cache
def _named_target() -> str:
    # `cache` keeps no exception, so that a corrected configuration works without a restart.
    return load_settings(_configuration_path(), target=_configured_target()).target


def _configuration_path() -> Path | None:
    named = getattr(settings, "DOIDEPOSIT_CONFIG", None)
    return None if named is None else Path(named)


def _configured_target() -> str | None:
    named: str | None = getattr(settings, "DOIDEPOSIT_TARGET", None)
    return named
