"""A walk through mappings and lists in one another, as records and their headers are."""

from collections.abc import Iterator, Mapping
from typing import Any

from doideposit.findings import Loc


def leaves(value: Any, loc: Loc = ()) -> Iterator[tuple[Loc, Any]]:
    """Yield everything in a value with its place, the value itself first."""
    yield loc, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, (*loc, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*loc, index))
