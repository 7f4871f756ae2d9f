"""A shorter way into the models, for what is written just as it will be kept.

Pydantic calls back into Python for every text of a record: for normalising it, for its length, for its pattern. Nearly
all texts are normal already, and a regular expression of pydantic's own tells so. The validator made here tries that
first and goes the models' own way for the texts of which it is not so.

It takes less than the models do, and gives the same values for what it takes. What it refuses may still be right, and
only the models say what is wrong: its errors mean nothing.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import SchemaValidator, core_schema

from doideposit.records.identifiers import MAX_SUFFIX, Doi
from doideposit.records.models.text import LANGUAGE_SHAPE, URL_SHAPE, RichText, text_of, without_markup

__all__ = ["NORMAL", "quick_validator"]

NORMAL: Final = (
    "!-~"  # ASCII
    "\u00a1-\u00ac\u00ae-\u02af"  # Latin
    "\u0384-\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ff"  # Greek
    "\u0400-\u0482\u048a-\u052f"  # Cyrillic
    "\u1e00-\u1eff"  # Latin as in Vietnamese
    "\u2010-\u2027\u2030-\u205e"  # dashes, quotation marks and other punctuation
    "\u20a0-\u20c0"  # currencies
)
"""Characters, as between square brackets, of which normalising takes none away, changes none and joins no two."""

_TEXT: Final = rf"^[{NORMAL}]+(?: [{NORMAL}]+)*$"
_WITHOUT_MARKUP: Final = _TEXT.replace("!-~", "!-;=-~")

# Where a field has a pattern of its own, both are looked for one after the other; here one search tells both.
_AT_ONCE: Final = MappingProxyType({LANGUAGE_SHAPE: LANGUAGE_SHAPE, URL_SHAPE: URL_SHAPE.replace(r"\S", f"[{NORMAL}]")})


@cache
def quick_validator(model: type[BaseModel]) -> SchemaValidator | None:
    """The shorter way into a model; None with a version of pydantic with which there is none.

    It takes lists only as lists, and no None: a value that was left out must be absent. What it is given it leaves
    as it is, whatever the outcome.
    """
    model.model_rebuild()
    try:
        # Validators that pydantic has made for single models before do not go the shorter way.
        return SchemaValidator(_shorter(dict(model.__pydantic_core_schema__)), _use_prebuilt=False)
    except TypeError:
        return None


_Schema = dict[str, Any]


def _shorter(schema: _Schema) -> _Schema:
    """The same schema with shorter ways in it; what is not known here stays as it is."""
    make = _SHORTER.get(schema["type"])
    short = None if make is None else make(schema)
    return _inside(schema) if short is None else short


def _inside(schema: _Schema) -> _Schema:
    inner: _Schema = {}
    for key in _INNER & schema.keys():
        match schema[key]:
            case list() as schemas:
                inner[key] = [_shorter(each) for each in schemas]
            case dict() as named if key in _NAMED:
                inner[key] = {name: _shorter(each) for name, each in named.items()}
            case dict() as one:
                inner[key] = _shorter(one)
    return schema | inner


_INNER: Final = frozenset({"schema", "fields", "choices", "steps", "definitions"})
_NAMED: Final = frozenset({"fields", "choices"})


def _present(schema: _Schema) -> _Schema:
    """A value that may be left out, and is not None where it is there."""
    return _shorter(schema["schema"])


def _list(schema: _Schema) -> _Schema:
    """Any number of entries from a list: to find out that it is none must not use up a generator."""
    if schema["items_schema"][1:] or schema.get("variadic_item_index") != 0:
        return schema | {"strict": True}
    lengths = {key: schema[key] for key in _LENGTHS & schema.keys()}
    entries = core_schema.list_schema(_shorter(schema["items_schema"][0]), strict=True, **lengths)
    return dict(core_schema.no_info_after_validator_function(tuple, entries))


_LENGTHS: Final = frozenset({"min_length", "max_length"})


def _plain(schema: _Schema) -> _Schema | None:
    """A title or a citation without markup, and a DOI as it is kept."""
    function = schema["function"]["function"]
    if function == RichText._from_input:  # noqa: SLF001
        texts = core_schema.str_schema(strict=True, pattern=_WITHOUT_MARKUP)
        return _or_else([core_schema.no_info_after_validator_function(without_markup, texts)], schema)
    if function == Doi._from_input:  # noqa: SLF001
        texts = core_schema.str_schema(strict=True, pattern=_DOI, max_length=_DOI_LENGTH)
        return _or_else([core_schema.no_info_after_validator_function(Doi, texts)], schema)
    return None


_DOI: Final = r"^10\.[0-9]{4,9}/[A-Za-z0-9\-._;()/]*[A-Za-z0-9\-_;()/]$"
_DOI_LENGTH: Final = len("10.1234/") + MAX_SUFFIX


def _text(schema: _Schema) -> _Schema | None:
    """A text that normalising leaves as it is, within its lengths and with its pattern."""
    layers = _layers(schema)
    if layers is None:
        return None
    lengths, patterns = layers
    known = _AT_ONCE.get(patterns[0]) if len(patterns) == 1 else None
    first, *others = [known] if known else [_TEXT, *patterns]
    normal: _Schema = {"type": "str", "strict": True, "pattern": first, **lengths}
    return _or_else([normal, *(core_schema.str_schema(pattern=each) for each in others)], schema)


def _layers(schema: _Schema) -> tuple[dict[str, int], list[str]] | None:
    """What is asked of a text, from the layers that pydantic puts around normalising; None where there are others."""
    lengths: dict[str, int] = {}
    patterns: list[str] = []
    while True:
        match schema:
            case {"type": "function-before", "function": {"function": function}, "schema": {"type": "str", **more}}:
                return None if function is not text_of or more else (lengths, patterns)
            case {"type": "function-after", "function": {"function": partial(args=(), keywords=asked) as check}}:
                if len(asked) != 1 or not asked.keys() <= _LENGTHS or not _is_pydantics(check.func):
                    return None
                ((name, length),) = asked.items()
                lengths[name] = (max if name == "min_length" else min)(length, lengths.get(name, length))
                schema = schema["schema"]
            case {
                "type": "chain",
                "steps": [first, {"type": "function-wrap", "function": check, "schema": {"type": "str", **asked}}],
            }:
                if asked.keys() != {"pattern"} or not _is_pydantics(check["function"]):
                    return None
                patterns.append(str(asked["pattern"]))
                schema = first
            case _:
                return None


def _is_pydantics(function: Any) -> bool:
    return str(getattr(function, "__module__", "")).startswith("pydantic.")


def _or_else(short: list[Any], schema: _Schema) -> _Schema:
    chosen = short[0] if len(short) == 1 else core_schema.chain_schema(short)
    return {"type": "union", "choices": [chosen, schema], "mode": "left_to_right"}


_SHORTER: Final[Mapping[str, Callable[[_Schema], _Schema | None]]] = MappingProxyType(
    {
        "nullable": _present,
        "tuple": _list,
        "function-plain": _plain,
        "function-before": _text,
        "function-after": _text,
        "chain": _text,
    }
)
