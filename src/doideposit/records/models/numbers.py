"""The number of a commentary: a text as printed, never what a spreadsheet or a program made of it.

A number becomes part of a DOI, and DOIs are for ever. So the forms that programs give numbers (``258.0``, ``2.58E+02``,
``Jan-58``, ``1,304``, ``#REF!``) are refused, unless the series says with `number_pattern` that its numbers look so.
"""

import re
from typing import Any, Final

from pydantic_core import PydanticCustomError

__all__ = ["WrittenNumber", "printed_number"]


class WrittenNumber(str):
    """Hold a number of a JSON text that is not written as a whole one, with its digits as they stand there."""

    __slots__ = ()


# English, German, French, Spanish, Italian, Portuguese and Dutch, as spreadsheets shorten the names of months.
_MONTH: Final = (
    r"(?:jan|janv|ene|gen|feb|févr?|fev|mar|mär|mrz|mars|maart|mrt|apr|avr|abr|may|mai|mag|mei|jun|juin|giu|jul|juil|"
    r"lug|aug|août|ago|sep|sept|set|oct|okt|ott|out|nov|dec|dez|déc|dic)\w*\.?"
)
# Excel reads 3-5 as the third of May, and saves it so.
_DATE: Final = "a date that a spreadsheet made of it"
_FORMS: Final = (
    (r"[+-]?\d+[.,]0+", "a whole number that a program wrote with decimals"),
    (r"[+-]?\d+[.,]\d{6,}", "a number that a program calculated"),
    (r"[+-]?\d+(?:[.,]\d+)?e[+-]\d+|[+-]?\d+[.,]\d+e\d+", "a number that a spreadsheet shortened to an exponent"),
    (r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+", "a number with a mark between its thousands"),
    (rf"{_MONTH}[-./ ]\s?\d{{2,4}}|\d{{1,2}}[-./ ]\s?{_MONTH}(?:[-./ ]\s?\d{{2,4}})?", _DATE),
    (r"\d{1,2}[./]\d{1,2}[./]\d{4}|\d{1,2}/\d{1,2}/\d{2}|\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", _DATE),
    (r"#+|#[A-ZÀ-Ý][A-ZÀ-Ý0-9/_]+[!?]?", "an error of a spreadsheet"),
    (r"=.*|'.*|\[object.*", "a formula, or a mark of a spreadsheet"),
    (r"nan|null|nil|none|undefined|inf|infinity|true|false|n/?a|n\.a\.|-+|\?+|tbd|tba|xxx+", "a word of a program"),
)  # fmt: skip
# One pattern for all forms: nearly every number is tried in vain.
_MADE_BY_PROGRAMS: Final = re.compile("|".join(f"({form})" for form, _ in _FORMS), re.IGNORECASE)
_HINT: Final = (
    "write the number as it is printed, as a text (in a spreadsheet: format the column as text); "
    "if the numbers of this series are printed so, say it with number_pattern in the series"
)


def printed_number(value: Any, pattern: str | None) -> Any:
    """Return the number as it came; raises `PydanticCustomError` where a program made it.

    `pattern` is the regular expression that every number of the series fits, or None; a text that fits it is right.
    """
    if isinstance(value, float | WrittenNumber):
        message = "the number came as {value} from a program, which says nothing about how it is printed"
        raise PydanticCustomError("number-shape", message, {"value": str(value), "hint": _QUOTED})
    text = str(value).strip()
    if pattern is not None:
        if isinstance(value, str | int) and re.fullmatch(pattern, text) is None:
            message = "the number “{value}” does not fit the pattern of the series, {pattern}"
            hint = "correct the number, or number_pattern in the series"
            raise PydanticCustomError("number-shape", message, {"value": text, "pattern": pattern, "hint": hint})
        return value
    made = _MADE_BY_PROGRAMS.fullmatch(text) if isinstance(value, str) else None
    if made is not None and made.lastindex is not None:
        words = {"value": text, "made": _FORMS[made.lastindex - 1][1], "hint": _HINT}
        raise PydanticCustomError("number-shape", "“{value}” is {made}, and no number of a commentary", words)
    return value


_QUOTED: Final = "write it as a text, in quotes, just as it is printed"
