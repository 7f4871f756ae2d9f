"""Texts that know the element they were read from, so that what is said of a field can be shown in the XML."""

from collections.abc import Mapping
from typing import Self

from doideposit.records.origin import RawValue
from doideposit.safe_xml import Element

__all__ = ["ReadText", "bare"]


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
