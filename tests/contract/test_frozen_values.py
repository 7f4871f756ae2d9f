"""What travels between the parts of the core cannot be changed on its way."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import is_dataclass
from types import ModuleType

import pytest

import doideposit.checks.rules
import doideposit.crossref.diagnostics
import doideposit.deposits.ledger
from doideposit import lifecycle
from doideposit.deposits import planning

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
