"""`config`: the settings in force, each with where it comes from; secrets only as where they are kept."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
from pydantic import BaseModel

from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.findings import Loc, field_path
from doideposit.reports.findings import Line, Span, Style, safe

if TYPE_CHECKING:
    from doideposit.config.settings import Settings

__all__ = ["config", "values_of"]


@dataclass(frozen=True, slots=True)
class _EffectiveSetting:
    """Record one setting in force: its dotted path, its value as plain data, and where it comes from."""

    name: str
    value: Any
    origin: str

    def to_dict(self) -> dict[str, Any]:
        """Return the setting as JSON."""
        return {"name": self.name, "value": self.value, "origin": self.origin}


@click.group()
def config() -> None:
    """Show the settings in use and where each comes from."""


@config.command("show")
@target_option
@click.option("--origin", is_flag=True, help="Show after each value where it comes from, such as file and line.")
@json_option
@click.pass_obj
def _show(invocation: Invocation, target: str | None, origin: bool, as_json: bool) -> None:
    """Show every value in use: a flag takes precedence over the environment, the environment over the file.

    A password is never shown, only where it is kept. What is not set has no line.
    """
    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target, required=False)
    values = list(values_of(settings))
    if as_json:
        path = str(settings.path) if settings.path else None
        terminal.json({"ok": True, "path": path, "values": [value.to_dict() for value in values]})
        return
    terminal.line((Span(f"# {settings.path or 'no configuration file: defaults and the environment'}", Style.DIM),))
    for value in values:
        terminal.line(_setting_line(value, with_origin=origin))


def _setting_line(value: _EffectiveSetting, *, with_origin: bool) -> Line:
    shown = json.dumps(value.value, ensure_ascii=False)
    origin = (Span(f"   # {safe(value.origin)}", Style.DIM),) if with_origin else ()
    return (Span(value.name, Style.PLACE), Span(" = "), Span(safe(shown)), *origin)


def values_of(settings: "Settings") -> Iterator[_EffectiveSetting]:
    """Return every value that is set or has a default, in the order of the sections of the file."""
    for field in fields(settings):
        if field.name not in {"path", "origins"}:
            for loc, value in _leaves(getattr(settings, field.name), (field.name,)):
                name = field_path(loc)
                if not _IS_HEADING.fullmatch(name):
                    shown = _without_path(value) if name == "monitoring.ping_url" else value
                    yield _EffectiveSetting(name, shown, _origin(settings.origins, name))


def _without_path(address: str) -> str:
    """Return the address without its path, which is a secret: who knows it can speak for the job."""
    return f"{'/'.join(address.split('/', 3)[:3])}/…"


# The name of a series is the heading of its section, and no key of it.
_IS_HEADING = re.compile(r"series\.[^.]+\.name")


def _origin(origins: Mapping[str, str], name: str) -> str:
    """Return where a value comes from: the origin of itself, of a part of it, or of the table around it."""
    if name in origins:
        return origins[name]
    inside = (origin for path, origin in origins.items() if path.startswith((f"{name}.", f"{name}[")))
    around = (origin for path, origin in origins.items() if name.startswith((f"{path}.", f"{path}[")))
    return next(inside, None) or next(around, None) or "default"


def _leaves(value: Any, loc: Loc) -> Iterator[tuple[Loc, Any]]:
    """Return the plain values inside a setting, each with its path; what is not set is left out."""
    if value is None or value in ((), {}):
        return
    inner = _members_of(value)
    if inner is None:
        yield loc, _as_json_value(value)
        return
    for key, member in inner.items():
        yield from _leaves(member, (*loc, key))


def _members_of(value: Any) -> Mapping[str | int, Any] | None:
    """Return the members of a table or an array of tables; None for a plain value."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if is_dataclass(value) and type(value).__str__ is object.__str__:
        # An identifier is a dataclass too, and is shown as it is written.
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, tuple) and any(_members_of(item) is not None for item in value):
        return dict(enumerate(value))
    return None


def _as_json_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_json_value(item) for item in value]
    if isinstance(value, timedelta):
        from doideposit.config.durations import duration_text

        return duration_text(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value if isinstance(value, str | int | float | bool) else str(value)
