"""Values of a header with the way to them, and what they state of a record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from doideposit.findings import Loc

__all__ = ["HeaderValue", "Stated"]


@dataclass(frozen=True, slots=True)
class HeaderValue:
    """Hold a value of a header, and the way to it from the top of the header; `sure` if it can be read in one way."""

    value: Any
    loc: Loc
    sure: bool = True

    def get(self, *names: str) -> "HeaderValue | None":
        """Return the first of these entries that holds something; keys are compared in small letters."""
        if not isinstance(self.value, Mapping):
            return None
        by_name = {str(key).lower(): key for key in self.value}
        for name in names:
            if name in by_name and self.value[by_name[name]] not in (None, "", [], {}):
                return HeaderValue(self.value[by_name[name]], (*self.loc, by_name[name]))
        return None

    def items(self) -> "Iterator[HeaderValue]":
        """Return the items of a list; anything else is a list of itself."""
        if isinstance(self.value, list):
            yield from (HeaderValue(item, (*self.loc, index)) for index, item in enumerate(self.value))
        else:
            yield self

    def entries(self) -> "Iterator[tuple[str, HeaderValue]]":
        """Return the entries of a mapping, with their keys."""
        if isinstance(self.value, Mapping):
            for key, value in self.value.items():
                yield str(key), HeaderValue(value, (*self.loc, key))

    @property
    def text(self) -> str:
        """Return the text without spaces around it; nothing where this is not text."""
        return self.value.strip() if isinstance(self.value, str) else ""

    def as_field(self, text: str | None = None, *, sure: bool = True) -> "HeaderValue":
        """Return this value, or `text` made of it, for a field of a record."""
        return HeaderValue(self.text if text is None else text, self.loc, sure)


# A field of a record that a header states, in the form that a record has it.
Stated = HeaderValue | tuple["Stated", ...] | Mapping[str, "Stated"]
