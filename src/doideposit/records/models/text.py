"""Text as it may be in a deposit: normalised plain text, titles with face markup, and dates of three precisions."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError, core_schema

from doideposit.findings import writable
from doideposit.records.models.characters import normalise
from doideposit.records.models.date_hints import date_hint
from doideposit.records.models.numbers import WrittenNumber

__all__ = [
    "LANGUAGE_SHAPE",
    "ONE_TEXT",
    "URL_SHAPE",
    "WORDS",
    "Day",
    "Face",
    "Language",
    "Math",
    "PartialDate",
    "PlainText",
    "RichText",
    "Url",
    "Value",
]


class Value(BaseModel):
    """What all models of a commentary are: frozen, strict about unknown keys, and hashable."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


# The longest abstracts and references have some thousands of characters; a whole book in a title is a mistake, and
# takes every program that reads it minutes.
LONGEST_TEXT: Final = 100_000


def _text_of(value: Any) -> Any:
    """Normalise a text; whole numbers are written out, everything else is left for pydantic to refuse."""
    if isinstance(value, WrittenNumber):
        message = "the value came as the number {value} from a program, which says nothing about how it is printed"
        hint = "write it as a text, in quotes, just as it is printed"
        raise PydanticCustomError("number-shape", message, {"value": str(value), "hint": hint})
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise PydanticCustomError(
                "text-too-long",
                "the text has {length} characters, and the limit is {limit}",
                {
                    "length": f"{len(value):,}",
                    "limit": f"{LONGEST_TEXT:,}",
                    "hint": "write only what belongs in this field: perhaps a whole document was pasted into it",
                },
            )
        return normalise(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


# Text without markup, normalised, never empty. The constraint comes before the validator, so that pydantic checks it
# by itself: after it, it would call Python.
PlainText = Annotated[str, StringConstraints(min_length=1), BeforeValidator(_text_of)]

# BCP 47: a language of two or three letters, then subtags of two to eight.
LANGUAGE_SHAPE: Final = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

# A language as ISO 639-1 or 639-3 has it, such as `en`; abstracts also take BCP 47 tags such as `en-GB`.
Language = Annotated[
    str,
    StringConstraints(pattern=LANGUAGE_SHAPE),
    BeforeValidator(_text_of),
    Field(examples=["en", "de", "fra"]),
]


def _one_text(value: Any) -> Any:
    # Programs write None for what they do not have; in a file such a key is left out before it comes here.
    return () if value is None else (value,) if isinstance(value, str) else value


def _split_keywords(value: Any) -> Any:
    return [part.strip() for part in re.split("[,;]", value) if part.strip()] if isinstance(value, str) else value


# Makes a list of words that are in one text with commas or semicolons between them.
WORDS: Final = BeforeValidator(_split_keywords)

# Makes a list of a single text, where nobody can mean anything else.
ONE_TEXT: Final = BeforeValidator(_one_text)

# The schemes that Crossref's schema allows in a resource.
URL_SHAPE: Final = r"^([hH][tT][tT][pP][sS]?|[fF][tT][pP])://\S+$"

# An absolute http, https or ftp address without spaces (Crossref schema, common5.5.0.xsd: resource, 1 to 2048).
Url = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2048, pattern=URL_SHAPE),
    BeforeValidator(_text_of),
    Field(examples=["https://www.example.org/comment-258/"]),
]


@dataclass(frozen=True, slots=True)
class Face:
    """A stretch of face markup, such as italics; `tag` is Crossref's element name."""

    tag: str
    children: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Math:
    """A MathML formula, as the XML of its ``mml:math`` element."""

    xml: str


Node = str | Face | Math

# The end of each formula is looked for in all that follows.
MOST_FORMULAS: Final = 100
# MathML with and without the prefix that Crossref's examples use.
_FORMULA = re.compile("<(?:mml:)?math", re.IGNORECASE)
# So deep tags may be in one another: XML with more than 256 levels is read nowhere, and no text needs ten.
DEEPEST: Final = 100

# The face markup of the schema (`face_markup`), and `strong` and `em` as people write them.
FACE_TAGS = ("b", "i", "em", "strong", "u", "ovl", "sup", "sub", "scp", "tt", "font")
# The same in JATS and HTML (JATS 1.3, formatting elements; HTML, text-level semantics), by Crossref's names.
FACE_OF: Final = MappingProxyType(
    {
        **{tag: tag for tag in FACE_TAGS},
        "italic": "i",
        "cite": "i",
        "dfn": "i",
        "var": "i",
        "bold": "b",
        "underline": "u",
        "ins": "u",
        "sc": "scp",
        "small-caps": "scp",
        "inf": "sub",
        "overline": "ovl",
        "monospace": "tt",
    }
)
# Not q and s, which physicists write between angle brackets as well: what looks like a tag is left to the rules.
_OTHER_TAGS = (
    "a|p|br|span|div|h[1-6]|ul|ol|li|img|script|style|table|thead|tbody|tr|t[dh]|small|big|code|pre|blockquote|center|del"
    "|strike|mark|abbr|roman|sans-serif|xref|ext-link|uri|email|named-content|styled-content|tex-math|inline-formula"
    "|disp-formula|alternatives|inline-graphic|graphic|fn|break|sec|label|title|list|list-item|preformat|related-article"
)
# An attribute has a value: in “x<b and c>d” there is no tag.
_ATTRIBUTES = r"(?:\s+[\w:.-]+\s*=[^<>]*)?\s*"
# Of tags only letters of ASCII count: without regard to case, Unicode has other forms of i and s.
_TOKEN = re.compile(
    rf"(?P<math><(?P<prefix>mml:)?math\b.*?</(?P=prefix)math>|<math\b.*?</math>)"
    rf"|<(?P<close>/?)(?:jats:)?(?P<tag>(?a:{'|'.join(FACE_OF)})){_ATTRIBUTES}>"
    rf"|(?P<other></?(?:jats:)?(?:{_OTHER_TAGS}){_ATTRIBUTES}/?>|<!--|<!\[CDATA\[|<\?)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class RichText:
    """A title, subtitle or citation text: plain text with Crossref's face markup, and MathML.

    It is written with the tags themselves (``H<sub>2</sub>O``); a lone ``&`` or ``<`` is just text. Face markup is
    for meaning, not for looks (Crossref documentation, face markup). White space is normalised.
    """

    source: str
    nodes: tuple[Node, ...]
    json_schema: ClassVar[dict[str, Any]] = {"type": "string", "minLength": 1}

    @classmethod
    def parse(cls, source: str) -> "RichText":
        """Read text with face markup; raises `PydanticCustomError` where a tag is unbalanced or not allowed."""
        return cls._read(normalise(source))

    @classmethod
    def _read(cls, text: str) -> "RichText":
        """Read text that is normalised."""
        if not text:
            raise PydanticCustomError(
                "empty-text", "the text is empty", {"hint": "write the text, or leave the key out"}
            )
        if "<" not in text:
            return RichText.without_markup(text)
        if len(_FORMULA.findall(text)) > MOST_FORMULAS:
            raise _unbalanced_error(f"there are more than {MOST_FORMULAS} formulas")
        stack: list[tuple[str, list[Node]]] = [("", [])]
        end = 0
        for token in _TOKEN.finditer(text):
            _append_text(stack[-1][1], text[end : token.start()])
            end = token.end()
            _take_token(token, stack)
        _append_text(stack[-1][1], text[end:])
        if len(stack) > 1:
            raise _unbalanced_error(f"<{stack[-1][0]}> is never closed")
        return cls(text, tuple(stack[0][1]))

    @property
    def plain(self) -> str:
        """Return the text without its markup; formulas are left out."""
        if "<" not in self.source:
            return self.source
        return "".join(_plain_text(node) for node in self.nodes)

    @classmethod
    def from_input(cls, value: Any) -> "RichText":
        """Return the text of an input of a model; raises `PydanticCustomError`."""
        if isinstance(value, RichText):
            return value
        text = _text_of(value)
        if not isinstance(text, str):
            raise PydanticCustomError("text-expected", "a text is expected here", {"hint": "write it in quotes"})
        return cls._read(text)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.from_input, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: Any, _handler: Any) -> dict[str, Any]:
        return dict(cls.json_schema)

    def without_math(self) -> "tuple[Node, ...]":
        """Return the nodes without formulas, for the elements that cannot hold any."""
        return _without_math(self.nodes)

    def __str__(self) -> str:
        return self.source

    @staticmethod
    def without_markup(text: str) -> "RichText":
        """Make a rich text of a text that is normalised, not empty, and without ``<``."""
        # A record has a dozen of these, and what dataclass writes for a frozen value takes twice as long.
        made = _new_text(RichText)
        _set_source(made, text)
        _set_nodes(made, (text,))
        return made


# Bound once: a record has many texts, and each of them looks these up.
_new_text = RichText.__new__
_set_source, _set_nodes = (RichText.__dict__[name].__set__ for name in ("source", "nodes"))


def _without_math(nodes: "tuple[Node, ...]") -> "tuple[Node, ...]":
    kept: list[Node] = []
    for node in nodes:
        match node:
            case Math():
                continue
            case Face():
                kept.append(Face(node.tag, _without_math(node.children)))
            case str():
                kept.append(node)
    return tuple(kept)


def _append_text(nodes: list[Node], text: str) -> None:
    if text:
        nodes.append(text)


def _take_token(token: re.Match[str], stack: list[tuple[str, list[Node]]]) -> None:
    if token["math"]:
        stack[-1][1].append(Math(token["math"]))
    elif token["other"]:
        raise PydanticCustomError(
            "markup-not-allowed",
            "the markup {tag} is not allowed here",
            {
                "tag": token["other"],
                "hint": "only b, i, em, strong, u, ovl, sup, sub, scp, tt, font and MathML are; delete the tag",
                "position": token.start(),
                "length": len(token["other"]),
            },
        )
    elif not token["close"]:
        if len(stack) > DEEPEST:
            raise _unbalanced_error(f"tags are nested more than {DEEPEST} levels deep")
        stack.append((FACE_OF[token["tag"].lower()], []))
    elif stack[-1][0] == FACE_OF[token["tag"].lower()]:
        tag, children = stack.pop()
        stack[-1][1].append(Face(tag, tuple(children)))
    else:
        raise _unbalanced_error(f"{token[0]} closes a tag that is not open here")


def _unbalanced_error(message: str) -> PydanticCustomError:
    return PydanticCustomError(
        "markup-unbalanced", "{what}", {"what": message, "hint": "close every tag that you open, the innermost first"}
    )


def _plain_text(node: Node) -> str:
    match node:
        case str():
            return node
        case Face():
            return "".join(_plain_text(child) for child in node.children)
        case Math():
            return ""


# The three precisions of the schema: year, month, day.
_DATE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?")
# 21 to 24 in the schema: spring, summer, autumn, winter.
SEASONS = range(21, 25)
# 31 to 34 in the schema: the quarters.
QUARTERS = range(31, 35)
FIRST_YEAR, LAST_YEAR = 1400, 2200  # Crossref schema, crossref5.5.0.xsd: year


@dataclass(frozen=True, slots=True, order=False)
class PartialDate:
    """A date as precise as it is known: a year, a year and month, or a day. It is never completed by guessing.

    A month from 21 to 24 is a season, one from 31 to 34 a quarter (crossref5.5.0.xsd: month).
    """

    year: int
    month: int | None = None
    day: int | None = None
    json_schema: ClassVar[dict[str, Any]] = {
        "type": "string",
        "pattern": r"^\d{4}(-(0[1-9]|1[0-2]|2[1-4]|3[1-4])(-(0[1-9]|[12]\d|3[01]))?)?$",
        "examples": ["2023-09-14", "2023-09", "2023"],
    }

    def __post_init__(self) -> None:
        problem = _date_problem(self.year, self.month, self.day)
        if problem is not None:
            raise PydanticCustomError("date-impossible", "{what}", {"what": problem[0], "hint": problem[1]})

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read ``2023``, ``2023-09`` or ``2023-09-14``; raises `PydanticCustomError`."""
        match = _DATE.fullmatch(text.strip())
        if match is None:
            raise PydanticCustomError(
                "date-shape",
                "“{text}” is not a date in the form 2023, 2023-09 or 2023-09-14",
                {
                    "text": writable(text),
                    "hint": date_hint(text),
                },
            )
        year, month, day = match.groups()
        return cls(int(year), int(month) if month else None, int(day) if day else None)

    @property
    def first_day(self) -> date:
        """Return the earliest day the date can mean, to compare dates of different precision."""
        if self.month is None:
            return date(self.year, 1, 1)
        if self.month in SEASONS:
            # Seasons are counted from January for comparisons, whatever the hemisphere.
            return date(self.year, (self.month - 21) * 3 + 1, 1)
        if self.month in QUARTERS:
            # The first month of the quarter.
            return date(self.year, (self.month - 31) * 3 + 1, 1)
        return date(self.year, self.month, self.day or 1)

    @classmethod
    def from_input(cls, value: Any) -> "PartialDate":
        """Return the date of an input of a model; raises `PydanticCustomError`."""
        match value:
            case PartialDate():
                return value
            case datetime() if value.tzinfo is not None:
                raise _refuse_time_zone(value)
            case date():
                return cls(value.year, value.month, value.day)
            case bool():
                pass
            case int():
                return cls(value)
            case str():
                return cls.parse(value)
        raise PydanticCustomError("date-shape", "a date is expected here", {"hint": "write it as 2023-09-14"})

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.from_input, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: Any, _handler: Any) -> dict[str, Any]:
        return dict(cls.json_schema)

    def __str__(self) -> str:
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None)]
        return "-".join(parts)


def _refuse_time_zone(value: datetime) -> PydanticCustomError:
    """Refuse a moment with a time zone: its day depends on the place of the publisher."""
    return PydanticCustomError(
        "date-with-time-zone",
        "this is a time with a time zone, {value}, but a date is needed",
        {
            "value": value.isoformat(),
            "hint": f"give the day where it was published: {value.date()}, or that of value.astimezone(zone).date()",
        },
    )


def _parse_day(value: Any) -> Any:
    """Read a whole date; pydantic alone would take a bare number for seconds since 1970."""
    if isinstance(value, datetime):
        value = PartialDate.from_input(value)
    if isinstance(value, date):
        return value
    parsed = PartialDate.from_input(value)
    if parsed.day is None:
        raise PydanticCustomError(
            "day-incomplete",
            "a complete date is needed here, with month and day",
            {"hint": "write it as 2023-09-14"},
        )
    return parsed.first_day


# A calendar day, for the places where Crossref takes no less.
Day = Annotated[date, BeforeValidator(_parse_day), Field(examples=["2023-09-14"])]


# February, but in leap years.
_SHORTEST_MONTH: Final = 28


def _date_problem(year: int, month: int | None, day: int | None) -> tuple[str, str] | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return f"the year {year} is out of range", f"Crossref accepts years from {FIRST_YEAR} to {LAST_YEAR}"
    if month is None:
        return None if day is None else ("a day without a month", "give the month too, or leave the day out")
    if month not in range(1, 13):
        if (month in SEASONS or month in QUARTERS) and day is None:
            return None
        return f"there is no month {month}", "months go from 01 to 12"
    if day is None or 1 <= day <= _SHORTEST_MONTH:
        return None
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        return f"there is no day {day} in {year:04d}-{month:02d}", f"that month has {last} days"
    return None
