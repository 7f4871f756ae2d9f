"""What people and programs hand in as a plain value: a DOI, a state, an event, or a reason."""

from collections.abc import Iterable
from dataclasses import dataclass

from doideposit.errors import UsageError
from doideposit.lifecycle import State
from doideposit.records.identifiers import Doi, InvalidIdentifier

__all__ = ["Given"]


@dataclass(frozen=True, slots=True)
class Given:
    """Read a value that was handed in, of any type: programs without a type checker pass on what a form gave them.

    Every reading raises `UsageError` for a value that it cannot be.
    """

    value: object

    def doi(self) -> Doi:
        """Return the DOI, or that of a text."""
        if isinstance(self.value, Doi):
            return self.value
        if not isinstance(self.value, str):
            kind = "None" if self.value is None else f"of the type {type(self.value).__name__}"
            hint = "give a Doi, or its text such as 10.5555/12345678"
            raise UsageError(f"this is not a DOI, but {kind}", hint=hint)
        try:
            return Doi.parse(self.value)
        except InvalidIdentifier as error:
            raise UsageError(error.message, hint=error.hint) from None

    def dois(self) -> tuple[Doi, ...]:
        """Return several DOIs; a single one, of which each letter would be taken for a DOI, is refused."""
        if isinstance(self.value, Doi | str) or not isinstance(self.value, Iterable):
            raise UsageError("a list of DOIs is expected here, and this is a single value", hint="write dois=[DOI]")
        return tuple(Given(value).doi() for value in self.value)

    def event(self) -> int:
        """Return the number of an event; SQLite would compare anything else as a text."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            hint = "give the id of the last event that was read, or 0 for all: depositor.events(since=0)"
            raise UsageError(f"events are counted in whole numbers, and this is {self.value!r:.60}", hint=hint)
        return self.value

    def state(self) -> State | None:
        """Return a state, None for none; a text that names no state would find nothing, and is refused."""
        try:
            return None if self.value is None else State(str(self.value))
        except ValueError:
            hint = f"the states are {', '.join(State)}"
            raise UsageError(f"there is no state {self.value!r:.60}", hint=hint) from None

    def reason(self) -> str:
        """Return a reason without spaces around it; one that says nothing is refused."""
        text = self.value.strip() if isinstance(self.value, str) else ""
        if not text:
            raise UsageError("a reason is needed", hint="say why in a few words; the reason is kept in the history")
        return text
