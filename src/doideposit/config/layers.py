"""File below environment below flags: which value holds, and where it comes from."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel

from doideposit.config.schema import ConfigurationFile
from doideposit.findings import Finding, Loc, Severity, Where, field_path, nearest
from doideposit.records.origin import Origin

__all__ = ["PREFIX", "Layers"]

PREFIX: Final = "DOIDEPOSIT_"
_SECTIONS: Final = tuple(ConfigurationFile.model_fields)
# These name where things are before there is a configuration, or belong to other parts.
_OTHERS: Final = frozenset({"DOIDEPOSIT_CONFIG", "DOIDEPOSIT_SCHEMAS"})


class Layers:
    """Describe the values gathered so far, and for each that does not come from the file, where it does come from."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.origins: dict[Loc, str] = {}
        self.findings: list[Finding] = []

    def lay_environment(self, environ: Mapping[str, str]) -> None:
        """Take over every ``DOIDEPOSIT_…`` variable; two underscores part the steps of the way to a value.

        Names are matched without regard to case, and an underscore also stands for a hyphen, so that
        ``DOIDEPOSIT_SERIES__SADF_COMMENT__URL`` names ``series.sadf-comment.url``. A value in braces or brackets is
        JSON. A password given this way is not taken over but referred to, by the name of its variable.
        """
        # In a fixed order, findings come in the same order on every machine.
        for name in sorted(environ):
            if name.startswith(PREFIX) and name not in _OTHERS:
                self._lay_variable(name, environ[name])

    def _lay_variable(self, name: str, text: str) -> None:
        steps = name.removeprefix(PREFIX).lower().split("__")
        if steps[0] not in _SECTIONS:
            self._doubt(name, steps)
            return
        loc = self._spelled(steps)
        value = _value(text)
        # The password itself must never get into settings, which may be shown.
        if loc[-1] == "password" and not isinstance(value, Mapping):
            value = {"env": name}
        self._lay(loc, value, f"environment {name}")

    def _doubt(self, name: str, steps: list[str]) -> None:
        """Report a variable that resembles a setting; any other that is no setting may be anyone's."""
        from difflib import get_close_matches  # noqa: PLC0415  (nearly nobody has such a variable)

        # Three quarters: shorter names of sections are close to one another.
        close = get_close_matches(steps[0], _SECTIONS, n=1, cutoff=0.75)
        if close or len(steps) > 1:
            names = [PREFIX + section.upper() for section in close or _SECTIONS]
            hint = f"did you mean {names[0]}…?" if close else "it can begin with " + ", ".join(names)
            message = f"the environment variable {name} names no setting"
            self.findings.append(
                Finding("unknown-variable", Severity.ERROR, message, hint, Where(f"environment {name}"))
            )

    def _spelled(self, steps: list[str]) -> tuple[str, ...]:
        """Write the steps as the file writes them."""
        here: Any = self.data
        spelled: list[str] = []
        for step in steps:
            names = {_plain(each): each for each in here} if isinstance(here, Mapping) else {}
            spelled.append(names.get(_plain(step), step))
            here = here.get(spelled[-1]) if isinstance(here, Mapping) else None
        return tuple(spelled)

    def lay_flags(self, flags: Mapping[str, object]) -> None:
        """Take over values given on the command line or in a call, by their dotted paths."""
        for path, value in flags.items():
            self._lay(tuple(path.split(".")), value, "flag")

    def _lay(self, loc: tuple[str, ...], value: object, origin: str) -> None:
        here = self.data
        for step in loc[:-1]:
            following = here.get(step)
            # Tables are copied, so that what the caller handed over is not changed.
            here[step] = dict(following) if isinstance(following, Mapping) else {}
            here = here[step]
        here[loc[-1]] = value
        # A value laid over a whole table hides whatever was laid into that table before.
        self.origins = {each: word for each, word in self.origins.items() if each[: len(loc)] != loc}
        self.origins[loc] = origin

    def origin_of(self, loc: Loc) -> str | None:
        """Return where the value at `loc` comes from, if not from the file."""
        found = nearest(self.origins, loc)
        return found[1] if found else None

    def all_origins(self, file: Origin) -> dict[str, str]:
        """Return where every value comes from, by its dotted path; values that nobody set come from the defaults."""
        found = dict.fromkeys(_defaults(ConfigurationFile, ()), "default")
        for loc in _leaves(self.data, ()):
            line = file.where(loc, key=True).line
            found[field_path(loc)] = self.origin_of(loc) or f"file {file.file}:{line}"
            for end in range(1, len(loc)):
                found.pop(field_path(loc[:end]), None)
        return found


def _plain(name: object) -> str:
    return str(name).lower().replace("-", "_")


def _value(text: str) -> object:
    if text[:1] in {"{", "["}:
        try:
            return json.loads(text)
        # What is no JSON is a text, as most variables are.
        except (ValueError, RecursionError):
            return text
    return text


def _leaves(value: object, loc: Loc) -> Iterable[Loc]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*loc, key))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*loc, index))
    else:
        yield loc


def _defaults(model: type[BaseModel], loc: Loc) -> Iterable[str]:
    for name, each in model.model_fields.items():
        annotation = each.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _defaults(annotation, (*loc, name))
        elif not each.is_required():
            yield field_path((*loc, name))
