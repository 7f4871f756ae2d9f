"""What travels between the parts of the core cannot be changed on its way, and has the defaults that it always had.

The defaults are written down in `tests/golden/defaults.txt`. After a change that is meant, write them anew with
`UPDATE_GOLDEN=1` and read the difference.
"""

import importlib
import inspect
import os
import pkgutil
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import ModuleType

import pytest

import doideposit.checks.rules
import doideposit.crossref.diagnostics
import doideposit.deposits.ledger
from doideposit import lifecycle
from doideposit.deposits import planning

DEFAULTS = Path(__file__).parents[1] / "golden" / "defaults.txt"

CHANGED = {
    "Transaction": "it collects the events of one transaction until they are written",
    "TargetLedger": "its parts are made when they are first asked for, and kept in it",
}
"""Classes of the core whose values do change, or have no slots, each with its reason."""


def modules() -> Iterator[ModuleType]:
    yield from (planning, lifecycle)
    for package in (doideposit.checks.rules, doideposit.crossref.diagnostics, doideposit.deposits.ledger):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


VALUES = {
    each.__name__: each
    for module in modules()
    for _, each in inspect.getmembers(module, inspect.isclass)
    if is_dataclass(each) and each.__module__ == module.__name__
}


@pytest.mark.parametrize("name", sorted(VALUES.keys() - CHANGED.keys()))
def test_a_value_is_frozen_and_takes_no_attributes(name: str) -> None:
    value = VALUES[name]
    assert value.__dataclass_params__.frozen
    assert "__slots__" in vars(value)


def test_every_exception_is_still_there() -> None:
    assert CHANGED.keys() <= VALUES.keys()


def defaults() -> Iterator[str]:
    """Yield what each value of the core says where nothing is given."""
    for name, value in sorted(VALUES.items()):
        for field in fields(value):
            if inspect.isfunction(field.default):
                yield f"{name}.{field.name} = a function"
            elif field.default is not MISSING:
                yield f"{name}.{field.name} = {field.default!r}"
            elif field.default_factory is not MISSING:
                yield f"{name}.{field.name} = {field.default_factory()!r}"


def test_what_a_value_says_where_nothing_is_given_is_as_was_written_down() -> None:
    text = "".join(f"{line}\n" for line in defaults())
    if os.environ.get("UPDATE_GOLDEN"):
        DEFAULTS.write_text(text, encoding="utf-8")
    assert text == DEFAULTS.read_text(encoding="utf-8")
