"""Texts that know the element they were read from, so that what is said of a field can be shown in the XML."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Self

from doideposit.findings import Loc
from doideposit.records.origin import RawValue
from doideposit.safe_xml import Element

__all__ = ["ReadText", "bare", "depth", "element_at", "without"]


class ReadText(str):
    """A text as any other, and the element that it was read from."""

    __slots__ = ("element",)
    element: Element

    def __new__(cls, text: str, element: Element) -> Self:
        """Join a text and its element."""
        made = super().__new__(cls, text)
        made.element = element
        return made


def bare(fields: Mapping[str, RawValue]) -> dict[str, RawValue]:
    """Return fields with plain texts, which hold no document in memory."""
    return {key: _without_elements(value) for key, value in fields.items()}


def _without_elements(value: RawValue) -> RawValue:
    if value is None or isinstance(value, str):
        # `str` of the subclass is a plain text, which lets go of its document.
        return None if value is None else str(value)
    if isinstance(value, Mapping):
        return bare(value)
    return [_without_elements(one) for one in value]


def element_at(fields: RawValue, loc: Loc) -> Element | None:
    """Return the element of the field at `loc`; that of the nearest field around it, or in it, which has one."""
    found = None
    for value in _values_on_way(fields, loc):
        # Going down, the last element found is the nearest one to the field.
        found = _first_text(value) or found
    return found.element if found else None


def depth(fields: RawValue, loc: Loc, *, traced: bool = False) -> int:
    """Return how many steps of the way to a field there are; with `traced` none to a value that knows no element."""
    way = _values_on_way(fields, loc)
    return 0 if traced and way and not isinstance(way[-1], ReadText) else len(way)


def _values_on_way(value: RawValue, loc: Loc) -> list[RawValue]:
    """Return the values on the way to a field, as far as there are any."""
    way: list[RawValue] = []
    for step in loc:
        inner = _follow_step(value, step)
        if inner is None:
            break
        value = inner
        way.append(value)
    return way


def _follow_step(value: RawValue, step: str | int) -> RawValue:
    if isinstance(value, Mapping):
        return value.get(str(step))
    if isinstance(value, str) or value is None or not isinstance(step, int):
        return None
    return value[step] if step < len(value) else None


def _first_text(value: RawValue) -> ReadText | None:
    if isinstance(value, ReadText):
        return value
    if value is None or isinstance(value, str):
        return None
    inner = value.values() if isinstance(value, Mapping) else value
    return next((found for one in inner if (found := _first_text(one)) is not None), None)


def without(value: RawValue, locs: AbstractSet[Loc], at: Loc = ()) -> RawValue:
    """Return a value without the fields, or the entries of lists, at these places."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: without(one, locs, (*at, key)) for key, one in value.items() if (*at, key) not in locs}
    # Places are counted before anything is left out, as the findings count them.
    entries = [((*at, index), one) for index, one in enumerate(value)]
    return [without(one, locs, place) for place, one in entries if place not in locs]
