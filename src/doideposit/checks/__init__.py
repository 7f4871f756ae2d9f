"""What the XSD cannot say: editorial and registry rules, one small function each, and what every code means.

`check` looks at one record, `check_together` at all records of a run. `CATALOGUE` explains every code, those of
other parts included. Nothing is loaded before it is asked for: the configuration needs no rules, a check no catalogue.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from doideposit.checks.catalogue.entries import CATALOGUE, Explanation, as_markdown, explanation_of
    from doideposit.checks.catalogue.settings import problems
    from doideposit.checks.rules.evaluation import (
        ALL_RULES,
        DEPOSITOR_RULES,
        RECORD_RULES,
        RUN_RULES,
        check,
        check_depositor,
        check_together,
        settle,
    )
    from doideposit.checks.rules.overrides import Ignored, RuleSettings
    from doideposit.checks.rules.registry import Context, Rule

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
    "explanation_of",
    "problems",
    "settle",
]

_HOMES = {
    "catalogue.entries": ("CATALOGUE", "Explanation", "as_markdown", "explanation_of"),
    "rules.evaluation": (
        *("ALL_RULES", "DEPOSITOR_RULES", "RECORD_RULES", "RUN_RULES"),
        *("check", "check_depositor", "check_together", "settle"),
    ),
    "rules.overrides": ("Ignored", "RuleSettings"),
    "rules.registry": ("Context", "Rule"),
    "catalogue.settings": ("problems",),
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
