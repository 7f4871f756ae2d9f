"""What pydantic finds wrong, as findings in plain words: each with its code, its place, and what to do.

Every error type that our models can give has its own line here. Errors that the models raise themselves
(`PydanticCustomError`) bring code, words and hint along, and the part of the text they mean as ``position`` and
``length``.
"""

import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, NamedTuple, Self

from pydantic import BaseModel, Tag, ValidationError

from doideposit.findings import Finding, Loc, Severity, writable
from doideposit.records.models.descriptions import descriptions
from doideposit.records.models.resemblance import FEW, KnownWords
from doideposit.records.origin import Origin

__all__ = ["ModelPlace", "findings_of"]


def findings_of(
    error: ValidationError, origin: Origin, *, model: type[BaseModel], data: object = None, at: Loc = ()
) -> tuple[Finding, ...]:
    """Return one finding for each error, in the order of the text.

    `model` is what was validated and `data` what it was validated from: with them tags of unions are told from keys,
    and a place inside a text is only pointed at where the text is what was read. `at` is the way to `data` from the
    top of the origin.
    """
    every = error.errors(include_url=False)
    errors, more = every[:MOST_FAULTS], len(every) - MOST_FAULTS
    places = [tuple(each["loc"]) for each in errors]
    findings = []
    misspelt = _misspelt_keys(errors, model)
    for each, loc in zip(errors, places, strict=True):
        if each["type"] == "missing" and loc in misspelt:
            # The key is there under a wrong name, which has a finding of its own.
            continue
        # Pydantic also counts too few entries when the entries themselves are wrong.
        if _is_list_fault(dict(each)) and any(other[: len(loc)] == loc and other != loc for other in places):
            continue
        fault = _ModelError.of(dict(each), model, data, at)
        findings.append(_translate_fault(fault, origin))
    if more > 0:
        message, hint = (
            f"{more:,} more errors of this record are not listed",
            "correct the listed ones, and check again",
        )
        findings.append(Finding("faults-not-listed", Severity.ERROR, message, hint, origin.where()))
    # By line, since pydantic reports by field in the order of the model.
    return tuple(sorted(findings, key=_sort_key))


# So many faults of one record are told one by one; a file with more is hardly a record, and each costs time.
MOST_FAULTS: Final = 500


def _misspelt_keys(errors: Sequence[Any], model: type[BaseModel]) -> set[Loc]:
    """Return the places of keys that unknown keys were perhaps meant to be."""
    meant: set[Loc] = set()
    for error in errors:
        if error["type"] == "extra_forbidden":
            *around, key = error["loc"]
            _, owner, _ = _follow_types(model, tuple(error["loc"]))
            near = KnownWords(owner.model_fields if owner else ()).nearest(str(key))
            meant.add((*around, near) if near else ())
    return meant


def _is_list_fault(error: dict[str, Any]) -> bool:
    return error["type"] == "too_short" and not isinstance(error.get("input"), str)


def _sort_key(finding: Finding) -> tuple[int, int]:
    return finding.where.line or 0, finding.where.column or 0


@dataclass(frozen=True, slots=True)
class _ModelError:
    """Hold one error of pydantic, with the way to it as people write it and the model around it."""

    kind: str
    """Pydantic's name for it."""
    message: str
    context: Mapping[str, Any]
    input: Any
    loc: Loc
    """The way to the value from the top of the origin, without tags of unions."""
    owner: type[BaseModel] | None
    """The model whose field this is."""
    inner: type[BaseModel] | None
    """The model that is expected at this place."""
    raw: Any
    """What was written there."""

    @classmethod
    def of(cls, error: dict[str, Any], model: type[BaseModel], data: object, at: Loc) -> "_ModelError":
        context = error.get("ctx") or {}
        loc, owner, inner = _follow_types(model, tuple(error["loc"]))
        if context.get("field"):
            loc, owner = (*loc, str(context["field"])), inner
        return cls(
            error["type"], error["msg"], context, error.get("input"), at + loc, owner, inner, _value_at(data, loc)
        )

    @property
    def key(self) -> str:
        return str(self.loc[-1]) if self.loc else ""

    @property
    def shown(self) -> str:
        """Return the input for a message, unless it may be a secret."""
        if any("password" in str(step) for step in self.loc) or not isinstance(self.input, str | int | float):
            return "this"
        text = str(self.input)
        return f"“{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}”"


# Sixty characters of a value show which one it is.
_SHOWN: Final = 60


def _translate_fault(fault: _ModelError, origin: Origin) -> Finding:
    translate = _TRANSLATIONS.get(fault.kind, _words_of_model)
    code, message, hint = translate(fault)
    where = origin.where(fault.loc, key=code == "unknown-key")
    where = replace(where, field=where.field and writable(where.field))
    finding = Finding(code, Severity.ERROR, writable(message), writable(hint), where)
    if translate is _words_of_model:
        return _narrow_place(finding, fault, origin)
    return replace(finding, original=fault.message)


def _narrow_place(finding: Finding, fault: _ModelError, origin: Origin) -> Finding:
    """Point into the text if the model named a part of it, and the file has the text unchanged."""
    position, length = fault.context.get("position"), fault.context.get("length", 1)
    place = origin.places.get(fault.loc) or origin.places.get(fault.loc[:-1])
    tag = fault.context.get("tag", "")
    if not isinstance(position, int) or not isinstance(fault.raw, str) or place is None or place.text_column is None:
        return finding
    if position + length > max(len(fault.raw), position + 1) or not fault.raw.startswith(tag, position):
        return finding
    return replace(finding.at(replace(finding.where, column=place.text_column + position)), length=length)


# --- What each error type means -----------------------------------------------------------------------------------

_Words = tuple[str, str, str]


def _words_of_model(fault: _ModelError) -> _Words:
    """Return the message of the model itself, or that of pydantic if the model has none."""
    code = fault.kind if "-" in fault.kind else "invalid-value"
    hint = str(fault.context.get("hint") or "")
    known = fault.context.get("known")
    if known:
        hint = KnownWords(known).did_you_mean(str(fault.raw)) or hint
    return code, fault.message, hint


def _missing_key_words(fault: _ModelError) -> _Words:
    description = descriptions(fault.owner).get(fault.key, "") if fault.owner else ""
    purpose = f": {description[:1].lower()}{description[1:]}".rstrip(".") if description else ""
    if isinstance(fault.raw, _Empty):
        return "missing-key", f"`{fault.key}` has no value", f"write one{purpose}"
    # Somebody with one name only is most often written with a given name alone.
    alone = "; for a person with one name only, write `name`" if fault.key == "family" else ""
    return "missing-key", f"`{fault.key}` is missing", f"add `{fault.key}`{purpose}{alone}"


def _unknown_key_words(fault: _ModelError) -> _Words:
    known = KnownWords(fault.owner.model_fields if fault.owner else ())
    return "unknown-key", f"the key `{fault.key}` is not allowed here", known.advice(fault.key)


def _text_expected_words(fault: _ModelError) -> _Words:
    if fault.input is None:
        return _EMPTY_ENTRY
    return (
        "text-expected",
        f"a text is expected here, but this is {_kind_words(fault.input)}",
        "write it in quotes, on one line",
    )


# An entry of YAML without a text after its dash.
_EMPTY_ENTRY: Final = ("empty-entry", "this entry is empty", "fill it in, or delete it")


def _kind_words(value: object) -> str:
    if value is None:
        return "empty"
    return next((words for kind, words in _KINDS if isinstance(value, kind)), f"a {type(value).__name__}")


# In this order: in Python, a bool is an int too.
_KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (bool, "yes or no"),
    (str, "a text"),
    ((int, float), "a number"),
    ((list, tuple), "a list"),
    (Mapping, "a mapping with keys"),
)


def _list_expected_words(fault: _ModelError) -> _Words:
    hint = "write each entry on a line of its own, with a hyphen and a space before it"
    if fault.key == "authors":
        hint = "write each author as an entry of a list: `- family: …` and, lined up below it, `given: …`"
    elif isinstance(fault.input, str) and len(fault.input) <= _SHOWN and "," not in fault.input:
        hint = f"write a list even for a single entry: [{fault.input}]"
    return "list-expected", f"a list is expected here, but this is {_kind_words(fault.input)}", hint


def _mapping_expected_words(fault: _ModelError) -> _Words:
    if fault.input is None:
        return _EMPTY_ENTRY
    hint = "write it as keys with values"
    if fault.inner is not None:
        fields = fault.inner.model_fields
        needed = [name for name, field in fields.items() if field.is_required()] or list(fields)[:2]
        hint = "write it as keys with values: " + ", ".join(f"`{name}: …`" for name in needed)
        if needed == ["family"]:
            hint += " and `given: …` for a person, or `organisation: …`"
    return "mapping-expected", f"keys with values are expected here, but this is {_kind_words(fault.input)}", hint


def _too_short_words(fault: _ModelError) -> _Words:
    if isinstance(fault.input, str) and not fault.input.strip():
        return "empty-text", "the text is empty", "write the text, or leave the key out"
    least = fault.context.get("min_length")
    return "text-too-short", f"{fault.shown} is too short: at least {least} characters are needed", "write it out"


def _too_long_words(fault: _ModelError) -> _Words:
    most = fault.context.get("max_length")
    if not isinstance(fault.input, str):
        message = f"`{fault.key}` has more than {most:,} entries, which is the limit"
        return "list-too-long", message, "check that this is the right file, and that no entry is repeated many times"
    length = len(str(fault.input))
    return "text-too-long", f"the text has {length} characters, but Crossref accepts at most {most} here", "shorten it"


def _describe_too_few(fault: _ModelError) -> _Words:
    """Return code, message and hint for a list with too few entries; pydantic has the same error for short texts."""
    if isinstance(fault.input, str):
        return _too_short_words(fault)
    return (
        "list-empty",
        f"`{fault.key}` needs at least {fault.context.get('min_length')} entry",
        "add one, or leave the key out",
    )


# A pattern of pydantic says nothing to people; what it is about shows which words are meant.
_SHAPES: Final = (
    ("://", "url-shape", "is not an address", "write the whole address, beginning with https:// and without spaces"),
    ("[A-Za-z]{2,3}", "language-shape", "is not a language code", "write two or three letters, such as en or de"),
    (r"^10\.", "prefix-shape", "is not a DOI prefix", "write it as 10.48251, without the slash"),
    (r"^\d+$", "digits-only", "is not a whole number", "write digits only"),
    ("^[a-z0-9]", "name-shape", "is not a short name", "use small letters, digits, hyphens and underscores"),
    ("@", "email-shape", "is not an e-mail address", "write it as name@example.org"),
)


# What people copy from the line of a browser that hides https://.
_BARE_ADDRESS: Final = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?:[/?#]\S*)?", re.IGNORECASE)


def _pattern_words(fault: _ModelError) -> _Words:
    pattern = str(fault.context.get("pattern"))
    for part, code, words, hint in _SHAPES:
        if part in pattern and code == "url-shape" and _BARE_ADDRESS.fullmatch(str(fault.input)):
            return code, f"{fault.shown} {words}", f"write https://{fault.input}"
        if part in pattern:
            return code, f"{fault.shown} {words}", hint
    return "shape", f"{fault.shown} does not have the form required here", f"the pattern is {pattern}"


def _choice_words(fault: _ModelError) -> _Words:
    allowed = _allowed_values(fault)
    guess = KnownWords(allowed).did_you_mean(str(fault.input))
    listed = "allowed are " + ", ".join(allowed) if len(allowed) <= 2 * FEW else ""
    hint = " ".join(part for part in (guess, listed) if part) or "look the values up in the documentation"
    return "unknown-value", f"{fault.shown} is not one of the values allowed here", hint


def _allowed_values(fault: _ModelError) -> list[str]:
    """Return the values that pydantic names as ``'a', 'b' or 'c'``."""
    expected = str(fault.context.get("expected", ""))
    return [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(", ") if part.strip()]


def _yes_or_no_words(fault: _ModelError) -> _Words:
    return "yes-or-no", f"{fault.shown} is neither true nor false", "write true or false"


def _number_words(fault: _ModelError) -> _Words:
    return (
        "number-expected",
        f"a number is expected here, but this is {_kind_words(fault.input)}",
        "write digits, without quotes",
    )


def _range_words(fault: _ModelError) -> _Words:
    bounds = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    allowed = " and ".join(f"{words} {fault.context[key]}" for key, words in bounds.items() if key in fault.context)
    return (
        "number-out-of-range",
        f"{fault.shown} is out of range: it must be {allowed}",
        "choose a number in that range",
    )


def _date_words(fault: _ModelError) -> _Words:
    return "date-shape", f"{fault.shown} is not a date", "write it as 2023-09-14"


# Kinds of errors as pydantic names them (pydantic-core, error types); unknown ones are told in its own words.
_TRANSLATIONS: Final[Mapping[str, Callable[[_ModelError], _Words]]] = {
    "missing": _missing_key_words,
    "extra_forbidden": _unknown_key_words,
    "string_type": _text_expected_words,
    "text-expected": _text_expected_words,
    "tuple_type": _list_expected_words,
    "list_type": _list_expected_words,
    "model_type": _mapping_expected_words,
    "model_attributes_type": _mapping_expected_words,
    "dict_type": _mapping_expected_words,
    "mapping_type": _mapping_expected_words,
    "string_too_short": _too_short_words,
    "string_too_long": _too_long_words,
    "too_short": _describe_too_few,
    "too_long": _too_long_words,
    "string_pattern_mismatch": _pattern_words,
    "enum": _choice_words,
    "literal_error": _choice_words,
    "bool_type": _yes_or_no_words,
    "bool_parsing": _yes_or_no_words,
    "int_type": _number_words,
    "int_parsing": _number_words,
    "int_parsing_size": _number_words,
    "int_from_float": _number_words,
    "float_type": _number_words,
    "float_parsing": _number_words,
    "finite_number": _number_words,
    "greater_than": _range_words,
    "greater_than_equal": _range_words,
    "less_than": _range_words,
    "less_than_equal": _range_words,
    "date_type": _date_words,
    "date_parsing": _date_words,
    "date_from_datetime_parsing": _date_words,
    "date_from_datetime_inexact": _date_words,
}


# --- From pydantic's way to a value to ours -----------------------------------------------------------------------


class _Empty:
    """Stand for a key that was written down without a value."""


_EMPTY: Final = _Empty()


def _value_at(data: object, loc: Loc) -> Any:
    """Return the input at a place, the text from which the model around it was made, or None."""
    for step in loc:
        match data:
            case Mapping() if step in data:
                data = data[step]
                if data is None:
                    data = _EMPTY
            case list() | tuple() if isinstance(step, int) and step < len(data):
                data = data[step]
            case str():
                # An institution or an abstract can be a bare text; the model made a mapping of it.
                return data
            case _:
                return None
    return data


_Owner = type[BaseModel] | None


def _follow_types(model: type[BaseModel], loc: tuple[Any, ...]) -> tuple[Loc, _Owner, _Owner]:
    """Follow pydantic's way through the types: leave out tags, and name the models around and at the end."""
    steps: list[str | int] = []
    owner: _Owner = None
    current: Any = model
    for step in loc:
        kind, following = _next_type(_without_wrapping(current), step)
        if kind == "tag":
            current = following
            continue
        if step == "[key]":
            continue
        owner = _as_model(current)
        steps.append(step)
        current = following
    return tuple(steps), owner, _as_model(current)


def _next_type(current: Any, step: str | int) -> tuple[str, Any]:
    if isinstance(current, _Choice):
        return "tag", current.members.get(str(step))
    if isinstance(current, type) and issubclass(current, BaseModel):
        field = current.model_fields.get(str(step))
        return "field", None if field is None else field.annotation
    arguments = typing.get_args(current)
    if isinstance(step, int):
        return "item", arguments[0] if arguments else None
    return "entry", arguments[1] if len(arguments) > 1 else None


@dataclass(frozen=True, slots=True)
class _Choice:
    members: Mapping[str, Any]


def _without_wrapping(annotation: Any) -> Any:
    """Remove wrappers that pydantic's paths do not show: Annotated, and None as an alternative."""
    while typing.get_origin(annotation) is Annotated:
        annotation = typing.get_args(annotation)[0]
    if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        tags = {
            mark.tag: typing.get_args(member)[0]
            for member in members
            if typing.get_origin(member) is Annotated
            for mark in typing.get_args(member)[1:]
            if isinstance(mark, Tag)
        }
        return _Choice(tags) if tags else _without_wrapping(members[0])
    return annotation


def _as_model(annotation: Any) -> _Owner:
    bare = _without_wrapping(annotation)
    return bare if isinstance(bare, type) and issubclass(bare, BaseModel) else None


class ModelPlace(NamedTuple):
    """Hold the type of the value at one place of a model."""

    annotation: Any

    @classmethod
    def at(cls, model: type[BaseModel], loc: Loc) -> Self:
        """Return the place of a model to which a way leads."""
        return cls(_annotation_at(model, loc))

    @property
    def fields(self) -> tuple[str, ...] | None:
        """Return the keys allowed here, those of every kind of contributor; None if no keys are."""
        found = _all_models(self.annotation)
        return tuple(dict.fromkeys(name for each in found for name in each.model_fields)) or None

    @property
    def is_list(self) -> bool:
        """Tell whether the value is a list."""
        return typing.get_origin(_without_wrapping(self.annotation)) is tuple


def _annotation_at(model: type[BaseModel], loc: Loc) -> Any:
    current: Any = model
    for step in loc:
        if isinstance(step, int):
            current = _next_type(_without_wrapping(current), step)[1]
        else:
            having = [option for option in _all_models(current) if step in option.model_fields]
            current = having[0].model_fields[step].annotation if having else None
    return current


def _all_models(annotation: Any) -> tuple[type[BaseModel], ...]:
    bare = _without_wrapping(annotation)
    members = tuple(bare.members.values()) if isinstance(bare, _Choice) else (bare,)
    return tuple(member for member in members if isinstance(member, type) and issubclass(member, BaseModel))
