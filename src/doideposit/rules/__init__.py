"""What the XSD cannot say: editorial and registry rules, one small function each, and what every code means.

`check` looks at one record, `check_together` at all records of a run. `CATALOGUE` explains every code, those of
other parts included. Nothing is loaded before it is asked for: the configuration needs no rules, a check no catalogue.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from doideposit.rules.catalogue import CATALOGUE, as_markdown
    from doideposit.rules.evaluation import (
        ALL_RULES,
        DEPOSITOR_RULES,
        RECORD_RULES,
        RUN_RULES,
        check,
        check_depositor,
        check_together,
        settle,
    )
    from doideposit.rules.explanation import Explanation
    from doideposit.rules.overrides import Ignored, RuleSettings
    from doideposit.rules.registry import Context, Rule
    from doideposit.rules.settings import problems

__all__ = [
    "ALL_RULES",
    "CATALOGUE",
    "DEPOSITOR_RULES",
    "RECORD_RULES",
    "RUN_RULES",
    "Context",
    "Explanation",
    "Ignored",
    "Rule",
    "RuleSettings",
    "as_markdown",
    "check",
    "check_depositor",
    "check_together",
    "problems",
    "settle",
]

_HOMES = {
    "catalogue": ("CATALOGUE", "as_markdown"),
    "evaluation": (
        *("ALL_RULES", "DEPOSITOR_RULES", "RECORD_RULES", "RUN_RULES"),
        *("check", "check_depositor", "check_together", "settle"),
    ),
    "explanation": ("Explanation",),
    "overrides": ("Ignored", "RuleSettings"),
    "registry": ("Context", "Rule"),
    "settings": ("problems",),
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
