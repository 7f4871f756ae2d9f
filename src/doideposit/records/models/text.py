"""Text as it may be in a deposit: normalised plain text, and titles with face markup."""

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from doideposit.records.models.characters import normalise
from doideposit.records.models.numbers import WrittenNumber
from doideposit.records.parsed_value import ParsedValue

__all__ = [
    "LANGUAGE_SHAPE",
    "ONE_TEXT",
    "URL_SHAPE",
    "WORDS",
    "Face",
    "Language",
    "Math",
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
class RichText(ParsedValue):
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
