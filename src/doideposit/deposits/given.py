"""What people and programs hand in as plain values: a DOI, a state, an event, and a reason."""

from collections.abc import Iterable

from doideposit.errors import UsageError
from doideposit.lifecycle import State
from doideposit.records.identifiers import Doi, InvalidIdentifier

__all__ = ["given_doi", "given_dois", "given_event", "given_state", "require_reason"]


def given_doi(value: Doi | str) -> Doi:
    """Return the DOI of a text; raise `UsageError` for a text that is none."""
    if isinstance(value, Doi):
        return value
    # Programs without a type checker hand in what a form or a database gave them.
    given: object = value
    if not isinstance(given, str):
        hint = "give a Doi, or its text such as 10.5555/12345678"
        raise UsageError(f"this is not a DOI, but {_type_words(given)}", hint=hint)
    try:
        return Doi.parse(given)
    except InvalidIdentifier as error:
        raise UsageError(error.message, hint=error.hint) from None


def given_dois(values: Iterable[Doi | str]) -> tuple[Doi, ...]:
    """Return several DOIs; raise `UsageError` for a single one, of which each letter would be taken for a DOI."""
    given: object = values
    if isinstance(given, Doi | str) or not isinstance(given, Iterable):
        raise UsageError("a list of DOIs is expected here, and this is a single value", hint="write dois=[DOI]")
    return tuple(given_doi(value) for value in values)


def given_event(number: int) -> int:
    """Return the number of an event; raise `UsageError` for anything else, which SQLite would compare as a text."""
    given: object = number
    if not isinstance(given, int) or isinstance(given, bool):
        hint = "give the id of the last event that was read, or 0 for all: depositor.events(since=0)"
        raise UsageError(f"events are counted in whole numbers, and this is {given!r:.60}", hint=hint)
    return number


def given_state(name: State | None) -> State | None:
    """Return a state; raise `UsageError` for a text that names none, and would find nothing."""
    try:
        return None if name is None else State(name)
    except ValueError:
        raise UsageError(f"there is no state {name!r:.60}", hint=f"the states are {', '.join(State)}") from None


def _type_words(value: object) -> str:
    return "None" if value is None else f"of the type {type(value).__name__}"


def require_reason(reason: str) -> None:
    """Raise `UsageError` for a reason that says nothing."""
    if not reason.strip():
        raise UsageError("a reason is needed", hint="say why in a few words; the reason is kept in the history")
