"""What people and programs hand in as plain text: a DOI, and a reason."""

from doideposit.errors import UsageError
from doideposit.records.identifiers import Doi, InvalidIdentifier

__all__ = ["given_doi", "require_reason"]


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


def _type_words(value: object) -> str:
    return "None" if value is None else f"of the type {type(value).__name__}"


def require_reason(reason: str) -> None:
    """Raise `UsageError` for a reason that says nothing."""
    if not reason.strip():
        raise UsageError("a reason is needed", hint="say why in a few words; the reason is kept in the history")
