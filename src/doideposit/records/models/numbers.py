"""The number of a commentary: a text as printed, never what a spreadsheet or a program made of it.

A number becomes part of a DOI, and DOIs are for ever. So the forms that programs give numbers (``258.0``, ``2.58E+02``,
``Jan-58``, ``1,304``, ``#REF!``) are refused, unless the series says with `number_pattern` that its numbers look so.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import PydanticCustomError

__all__ = ["PrintedNumber", "WrittenNumber"]


class WrittenNumber(str):
    """Hold a number of a JSON text that is not written as a whole one, with its digits as they are there."""

    __slots__ = ()


# The months in English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Swedish, Danish, Turkish and
# Russian, as spreadsheets shorten and spell them. Whole words alone: “Decision-12” is not a day of December.
_MONTHS: Final = (
    "january januar janvier enero gennaio janeiro januari stycznia styczeń ocak января январь jan janv ene gen sty "
    "oca янв february februar février febrero febbraio fevereiro februari lutego luty şubat февраля февраль feb "
    "févr fév fev lut şub фев march märz maerz mars marzo março maart marca marzec marts mart марта март mar mär "
    "mrz mrt april avril abril aprile kwietnia kwiecień nisan апреля апрель apr avr abr kwi nis апр may mai mayo "
    "maggio maio mei maja maj mayıs мая май mag june juni juin junio giugno junho czerwca czerwiec haziran июня "
    "июнь jun giu cze haz июн july juli juillet julio luglio julho lipca lipiec temmuz июля июль jul juil lug lip "
    "tem июл august août agosto augustus augusti sierpnia sierpień ağustos августа август aug ago sie ağu авг "
    "september septembre septiembre settembre setembro września wrzesień eylül сентября сентябрь sep sept set wrz "
    "eyl сен сент october oktober octobre octubre ottobre outubro października październik ekim октября октябрь oct "
    "okt ott out paź eki окт november novembre noviembre novembro listopada listopad kasım ноября ноябрь nov lis "
    "kas ноя нояб december dezember décembre diciembre dicembre dezembro grudnia grudzień aralık декабря декабрь "
    "dec dez déc dic gru ara дек"
)
_MONTH: Final = rf"(?:{'|'.join(_MONTHS.split())})\.?"
# Excel reads 3-5 as the third of May, and saves it so.
_DATE: Final = "a date, made by a spreadsheet"
_POWER: Final = "a number that a program wrote with an exponent"
_WORD: Final = "a word of a program"
_NONE: Final = "a word for a number that is not known"
_TO_COME: Final = (
    "forthcoming", "in press", "in preparation", "im erscheinen", "in vorbereitung", "à paraître", "en prensa",
    "no prelo", "in corso di stampa", "w druku", "baskıda", "i tryck",
)  # fmt: skip
_FORMS: Final = (
    (r"[+-]?\d+[.,]0*|[.,]\d+", "a whole number written with decimals by a program"),
    (r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:,\d{3})+\.\d+", "a number with a thousands separator"),
    (r"[+-]?\d+[.,]\d{6,}", "a number calculated by a program"),
    # Programs also write 1e3 for 1000. What journals print as 123.e5 is a page of the online edition.
    (r"[+-]?\d+(?:[.,]\d+)?\s?(?:e\s?|[×x*]\s?10\s?\^\s?)[+\u2212-]?\d+", _POWER),
    (r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}", "a number with a thousands separator"),
    # Accounts write a negative number in brackets, and SAP with its sign after it. Programs have -1 for “none”.
    (r"[+\u2212-]\d+|\d+[\u2212-]|\(-?\d+\)", "a number with a sign, as programs write it"),
    (
        r"0x[0-9a-f]+|(?:\w+\.)?(?:decimal|int|int64|float64|str|date|numberlong)\(.*\)|b?'.*'|b?\".*\"|\[.*\]|\(.*,\)",
        "how a program shows a value",
    ),
    (rf"{_MONTH}[-./ ]\s?\d{{2,4}}|\d{{1,2}}[-./ ]\s?{_MONTH}(?:[-./ ]\s?\d{{2,4}})?", _DATE),
    (r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?", _DATE),
    (r"\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{1,2}/\d{1,2}/\d{2}|\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", _DATE),
    (r"#+|#[A-ZÀ-ÝА-Я][A-ZÀ-ÝА-Я0-9/_]+[!?]?|err:\d{3}", "an error value of a spreadsheet"),
    (r"=.*|'.*|\[object.*", "a formula or a special mark of a spreadsheet"),
    (r"[(<]?(?:nan|nat|na|null|nil|none|undefined|blank|empty)[)>]?|[-+\u2212]?inf(?:inity)?|\\n", _WORD),
    (r"true|false|wahr|falsch|vrai|faux|verdadero|verdadeiro|falso|vero|waar|onwaar|prawda|fałsz|истина|ложь", _WORD),
    (
        rf"(?:\d+\s)?[(\[]?(?:{'|'.join(_TO_COME)})[)\]]?",
        "what is written of a work that is not published yet",
    ),
    (r"n/?a|n\.\s?a\.|[-\u2010-\u2015]+|\?+|\.+|tbd|tba|tbc|x{4,}|s/n|[ns]\.\s?[dn]\.|o\.\s?j\.|o\.\s?nr\.?", _NONE),
)  # fmt: skip
# One pattern for all forms: nearly every number is tried without a result.
_MADE_BY_PROGRAMS: Final = re.compile("|".join(f"({form})" for form, _ in _FORMS), re.IGNORECASE)
_HINT: Final = (
    "write the number as it is printed, as a text (in a spreadsheet: format the column as text); "
    "if the numbers of this series are printed so, say so with number_pattern in the series"
)


_QUOTED: Final = "write it as a text, in quotes, just as it is printed"
# The forms of ASCII that are as wide as a Chinese character (Unicode, Halfwidth and Fullwidth Forms).
_FULL_WIDTH: Final = re.compile("[\uff01-\uff5e]")
# Brackets and commas are as wide in Chinese and Japanese texts, and right there.
_FULL_WIDTH_DIGIT: Final = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """Hold a number as it was written, and tell what a program made of it."""

    text: str

    @classmethod
    def accept(cls, value: Any, pattern: str | None) -> Any:
        """Return the number as it came; raises `PydanticCustomError` where a program made it.

        `pattern` is the regular expression that every number of the series fits, or None; a text that fits it is right.
        """
        if isinstance(value, float | WrittenNumber):
            message = "a program gave the number as {value}, which does not say how it is printed"
            raise PydanticCustomError("number-shape", message, {"value": str(value), "hint": _QUOTED})
        number = cls(str(value).strip())
        text, plain = number.text, number.in_ascii
        # In a regular expression, \d is a digit of any script: only a pattern that names such characters wants them.
        # A number with other characters too, such as 特集１, is not meant to be a part of a DOI.
        if plain is not None and plain.isascii() and (pattern is None or pattern.isascii()):
            message = "the number “{value}” is written in full-width characters, which no DOI and no address can have"
            hint = f"write {plain}"
            raise PydanticCustomError("number-shape", message, {"value": text, "hint": hint})
        if pattern is not None:
            if isinstance(value, str | int) and re.fullmatch(pattern, text) is None:
                message = "the number “{value}” does not fit the pattern of the series, {pattern}"
                hint = "correct the number, or number_pattern in the series"
                raise PydanticCustomError("number-shape", message, {"value": text, "pattern": pattern, "hint": hint})
            return value
        # Three X are a number in Roman numerals elsewhere, such as that of a volume; here they mean a number to come.
        made = _NONE if text.casefold() == "xxx" else number.made_by_program
        if made is not None and isinstance(value, str | int) and not isinstance(value, bool):
            words = {"value": text, "made": made, "hint": _HINT}
            raise PydanticCustomError("number-shape", "“{value}” is {made}, not the number of a commentary", words)
        return value

    @property
    def in_ascii(self) -> str | None:
        """Return 258 for ２５８, where East Asian input methods wrote full-width characters; else None."""
        if self.text.isascii() or not _FULL_WIDTH_DIGIT.search(self.text):
            return None
        return _FULL_WIDTH.sub(lambda wide: unicodedata.normalize("NFKC", wide[0]), self.text)

    @property
    def made_by_program(self) -> str | None:
        """Return what a program made a number into, such as a date; None for a text that may be printed so."""
        made = _MADE_BY_PROGRAMS.fullmatch(self.text)
        return None if made is None or made.lastindex is None else _FORMS[made.lastindex - 1][1]
