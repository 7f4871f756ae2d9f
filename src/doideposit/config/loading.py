"""Find the configuration file, read it, put environment and flags above it, and name every fault at once."""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from doideposit.checks.catalogue.settings import problems
from doideposit.config.schema import ConfigurationFile
from doideposit.config.settings import Settings
from doideposit.errors import ConfigurationError
from doideposit.files import as_typed
from doideposit.findings import Finding, Loc, Severity, Where, field_path, loc_of, nearest
from doideposit.records.models.faults import findings_of
from doideposit.records.origin import LazyMapping, Origin
from doideposit.records.sources.files import Loaded
from doideposit.records.sources.toml_places import toml_places

__all__ = ["FILE_NAME", "load"]

# Flags win over the environment, and the environment over the file; each value remembers where it comes from.

PREFIX: Final = "DOIDEPOSIT_"
_SECTIONS: Final = tuple(ConfigurationFile.model_fields)
# Variables that are not settings: where the configuration lies, and where the schemas lie.
_OTHERS: Final = frozenset({"DOIDEPOSIT_CONFIG", "DOIDEPOSIT_SCHEMAS"})


class _Layers:
    """Describe the values gathered so far, and for each that does not come from the file, where it does come from."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.origins: dict[Loc, str] = {}
        self.findings: list[Finding] = []

    def add_environment(self, environ: Mapping[str, str]) -> None:
        """Add every variable ``DOIDEPOSIT_…``; two underscores separate the steps of the path to a value.

        Names are matched without regard to case, and an underscore also stands for a hyphen, so that
        ``DOIDEPOSIT_SERIES__SADF_COMMENT__URL`` names ``series.sadf-comment.url``. A value in braces or brackets is
        JSON. A password given this way is not taken over but referred to, by the name of its variable.
        """
        # Sorted, so that findings come in the same order on every machine.
        for name in sorted(environ):
            if name.startswith(PREFIX) and name not in _OTHERS:
                self._add_variable(name, environ[name])

    def _add_variable(self, name: str, text: str) -> None:
        steps = name.removeprefix(PREFIX).lower().split("__")
        if steps[0] not in _SECTIONS:
            self._report_resemblance(name, steps)
            return
        loc = self._spell_as_in_file(steps)
        value = _parse_value(text)
        # The password itself must never get into settings, which may be shown.
        if loc[-1] == "password" and not isinstance(value, Mapping):
            value = {"env": name}
        self._set_value(loc, value, f"environment {name}")

    def _report_resemblance(self, name: str, steps: list[str]) -> None:
        """Report a variable that resembles a setting; any other that is not a setting may be anyone's."""
        from difflib import get_close_matches  # noqa: PLC0415  (nearly nobody has such a variable)

        # Only a near name: a variable of another program may begin with the same word.
        close = get_close_matches(steps[0], _SECTIONS, n=1, cutoff=0.75)
        if close or len(steps) > 1:
            names = [PREFIX + section.upper() for section in close or _SECTIONS]
            hint = f"did you mean {names[0]}…?" if close else "settings start with  " + ", ".join(names)
            message = f"the environment variable {name} is not a setting"
            self.findings.append(
                Finding("unknown-variable", Severity.ERROR, message, hint, Where(f"environment {name}"))
            )

    def _spell_as_in_file(self, steps: list[str]) -> tuple[str, ...]:
        """Return the steps in the spelling of the configuration file."""
        here: Any = self.data
        spelled: list[str] = []
        for step in steps:
            names = {_normalised_name(key): key for key in here} if isinstance(here, Mapping) else {}
            spelled.append(names.get(_normalised_name(step), step))
            here = here.get(spelled[-1]) if isinstance(here, Mapping) else None
        return tuple(spelled)

    def add_flags(self, flags: Mapping[str, object]) -> None:
        """Add values of the command line or of a call, by their dotted paths."""
        for path, value in flags.items():
            self._set_value(tuple(path.split(".")), value, "flag")

    def _set_value(self, loc: tuple[str, ...], value: object, origin: str) -> None:
        here = self.data
        for step in loc[:-1]:
            following = here.get(step)
            # Tables are copied, so that what the caller handed over is not changed.
            here[step] = dict(following) if isinstance(following, Mapping) else {}
            here = here[step]
        here[loc[-1]] = value
        # A value that replaces a whole table also replaces what was laid into that table before.
        self.origins = {place: word for place, word in self.origins.items() if place[: len(loc)] != loc}
        self.origins[loc] = origin

    def origin_of(self, loc: Loc) -> str | None:
        """Return where the value at `loc` comes from, or None if from the file."""
        found = nearest(self.origins, loc)
        return found[1] if found else None

    def all_origins(self, file: Origin) -> dict[str, str]:
        """Return where every value comes from, by its dotted path; unset values come from the defaults."""
        found = dict.fromkeys(_default_names(ConfigurationFile, ()), "default")
        for loc in _leaf_paths(self.data, ()):
            line = file.where(loc, key=True).line
            found[field_path(loc)] = self.origin_of(loc) or f"file {file.file}:{line}"
            for end in range(1, len(loc)):
                found.pop(field_path(loc[:end]), None)
        return found


def _normalised_name(name: object) -> str:
    return str(name).lower().replace("-", "_")


def _parse_value(text: str) -> object:
    if text[:1] in {"{", "["}:
        try:
            return json.loads(text)
        # A text may begin with a bracket as well.
        except (ValueError, RecursionError):
            return text
    return text


def _leaf_paths(value: object, loc: Loc) -> Iterable[Loc]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaf_paths(inner, (*loc, key))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for index, inner in enumerate(value):
            yield from _leaf_paths(inner, (*loc, index))
    else:
        yield loc


def _default_names(model: type[BaseModel], loc: Loc) -> Iterable[str]:
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _default_names(annotation, (*loc, name))
        elif not field.is_required():
            yield field_path((*loc, name))


FILE_NAME: Final = "doideposit.toml"
CONFIG_VARIABLE: Final = "DOIDEPOSIT_CONFIG"
# Bytes; a configuration has some thousand.
MAX_SIZE: Final = 1_000_000

_NO_FLAGS: Mapping[str, object] = MappingProxyType({})


def load(
    path: Path | None = None,
    *,
    environ: Mapping[str, str],
    cwd: Path,
    overrides: Mapping[str, object] = _NO_FLAGS,
    required: bool = True,
) -> Settings:
    """Return the settings in force: the file, above it the environment, above it `overrides` by dotted paths.

    The file is `path`, else the one that ``DOIDEPOSIT_CONFIG`` names, else the nearest ``doideposit.toml`` from `cwd`
    upwards. Without any, the defaults and the environment make the settings, unless a file is `required`. Raises
    `ConfigurationError`, whose findings name every fault with line and column; no secret is in any of them.
    """
    found = _chosen_path(path, environ, cwd) or _find_trusted(cwd, environ)
    if found is None and required:
        raise ConfigurationError(
            f"there is no {FILE_NAME} in {cwd} or above it",
            hint="go to the folder of your records, or name the file with --config; `doideposit init` writes a new one",
        )
    layers = _Layers()
    origin = Origin()
    if found is not None:
        layers.data, origin = _read_file(found, cwd)
    layers.add_environment(environ)
    layers.add_flags(overrides)
    written = _validate_layers(layers, origin)
    # Absolute from here on: a service may change its folder later.
    base = (cwd if found is None else found.parent).absolute()
    settings = Settings.of_file(written, base=base, path=found, origins=LazyMapping(lambda: layers.all_origins(origin)))
    _check_rules(settings, layers, origin)
    _check_publishers(settings, layers, origin)
    return settings


def _find_trusted(cwd: Path, environ: Mapping[str, str]) -> Path | None:
    """Return the nearest ``doideposit.toml`` in a folder or above it; raise `ConfigurationError` for somebody else's.

    A configuration names commands that give out passwords. One in a folder above that others may write to would run
    theirs with the rights of this user; git refuses such files since 2022 for the same reason.
    """
    folder = cwd.absolute()
    found = next((path / FILE_NAME for path in (folder, *folder.parents) if (path / FILE_NAME).is_file()), None)
    if found is None or not hasattr(os, "geteuid"):
        return found
    owner = found.stat().st_uid
    # Root could do anything here without a file; after `sudo`, the files of the person behind it are meant.
    trusted, behind = {0, os.geteuid()}, environ.get("SUDO_UID", "")
    if os.geteuid() == 0 and behind.isdigit():
        trusted.add(int(behind))
    if owner in trusted:
        return found
    raise ConfigurationError(
        f"{found} belongs to another user (number {owner}), and a configuration can run commands",
        hint=f"check it; if it is the right one, name it: doideposit --config {as_typed(found)}, or {CONFIG_VARIABLE}",
    )


def _chosen_path(path: Path | None, environ: Mapping[str, str], cwd: Path) -> Path | None:
    if path is None and not environ.get(CONFIG_VARIABLE):
        return None
    # Unlike `Path.expanduser`, it leaves a path with ~ as it is where there is no home folder: then no file is found.
    return cwd / (path or Path(os.path.expanduser(environ[CONFIG_VARIABLE])))  # noqa: PTH111


def _read_file(path: Path, cwd: Path) -> tuple[dict[str, Any], Origin]:
    """Return the content and the name of a file; the name is relative to the working directory if below it."""
    absolute, here = path.absolute(), cwd.absolute()
    name = str(absolute.relative_to(here) if absolute.is_relative_to(here) else path)
    loaded = Loaded.read(path, limit=MAX_SIZE)
    if loaded.text is None and [finding.code for finding in loaded.findings] != ["file-empty"]:
        raise _configuration_error(loaded.findings, name)
    text = loaded.text or ""
    return _parse_toml(text, name), Origin(name, places=LazyMapping(lambda: toml_places(text)))


def _parse_toml(text: str, name: str) -> dict[str, Any]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        finding = _syntax_finding(str(error), text, name)
    # `tomllib` follows brackets by calling itself.
    except RecursionError:
        message = "arrays and tables are nested too deeply"
        finding = Finding("too-deep", Severity.ERROR, message, "delete the brackets", Where(name))
    else:
        return data
    raise _configuration_error((finding,), name)


# The beginnings of the messages of `tomllib`, with what they mean to a person.
_SYNTAX: Final = (
    ("Invalid value", "a value is missing or cannot be read here", "put a text in double quotes"),
    ("Expected '=' after a key", "an equals sign is missing after a key", 'write key = "value"'),
    ("Cannot overwrite a value", "this key was set before", "keep one of the two"),
    ("Cannot declare", "this table was started above", "keep all keys of a table together below one heading"),
    ("Cannot mutate", "this table was closed above", "keep all keys of a table together"),
    ("Unterminated string", "a quotation mark opens here and is never closed", "close it on the same line"),
    ("Illegal character", "this character is not allowed here", "close the quotation mark, or delete the character"),
    ("Unescaped '\\'", "this backslash means nothing in double quotes", "write two backslashes, or use single quotes"),
    ("Expected newline", "something follows after the value", "write each key on a line of its own"),
    ("Unclosed", "a bracket is opened and never closed", "close it"),
)


def _syntax_finding(original: str, text: str, file: str) -> Finding:
    meaning, hint = next(
        ((meaning, hint) for start, meaning, hint in _SYNTAX if original.startswith(start)),
        ("this is not valid TOML", "compare the line with a correct one"),
    )
    at = re.search(r"line (\d+), column (\d+)", original)
    lines = text.rstrip().splitlines() or [""]
    # At the end of the document the message has no numbers.
    where = Where(file, int(at[1]), int(at[2])) if at else Where(file, len(lines), len(lines[-1]) + 1)
    return Finding("toml-syntax", Severity.ERROR, meaning, hint, where, original=original)


def _validate_layers(layers: _Layers, origin: Origin) -> ConfigurationFile:
    findings = list(layers.findings)
    try:
        written = ConfigurationFile.of(layers.data)
    except ValidationError as error:
        faults = findings_of(error, origin, model=ConfigurationFile, data=layers.data)
        written = None
        findings += [_with_origin(fault, layers) for fault in faults]
    if written is None or findings:
        # Raised outside of the handler, because pydantic's error shows its input.
        raise _configuration_error(tuple(findings), origin.file)
    return written


def _check_rules(settings: Settings, layers: _Layers, origin: Origin) -> None:
    found = []
    for finding in problems(settings.rules):
        path = finding.where.field or ""
        # A severity has the code for its key; everywhere else the code is the value.
        where = origin.where(loc_of(path), key=path.startswith("rules.severity"))
        found.append(_with_origin(finding.at(where), layers))
    if found:
        raise _configuration_error(tuple(found), origin.file)


def _check_publishers(settings: Settings, layers: _Layers, origin: Origin) -> None:
    """Refuse a series of a missing publisher, and publishers with recipients if no mails are sent."""
    found = []
    for name, series in settings.series.items():
        wanted = series.publisher_account
        if wanted is not None and wanted not in settings.publishers:
            near = get_close_matches(wanted, settings.publishers, 1)
            hint = f"did you mean “{near[0]}”?" if near else f"add [publishers.{wanted}] with depositor and credentials"
            message = f"there is no publisher “{wanted}” in the configuration"
            where = origin.where(("series", name, "publisher_account"))
            found.append(_with_origin(Finding("unknown-publisher", Severity.ERROR, message, hint, where), layers))
    for name, publisher in settings.publishers.items():
        if publisher.mail_to and settings.mail is None:
            message = f"the publisher {name} has recipients of mails, but no mail server is configured"
            where = origin.where(("publishers", name, "mail"))
            hint = "add [mail] with host, sender and to, for what concerns the installation as a whole"
            found.append(_with_origin(Finding("no-mail-server", Severity.ERROR, message, hint, where), layers))
    if found:
        raise _configuration_error(tuple(found), origin.file)


def _with_origin(finding: Finding, layers: _Layers) -> Finding:
    """Name the variable or the flag for a value that does not come from the file."""
    origin = layers.origin_of(loc_of(finding.where.field))
    return finding if origin is None else finding.at(replace(finding.where, file=origin, line=None, column=None))


def _configuration_error(findings: tuple[Finding, ...], file: str | None) -> ConfigurationError:
    count = "one fault" if len(findings) == 1 else f"{len(findings)} faults"
    # A fault in a variable or a flag is not one of the file.
    among = any(finding.where.file == file for finding in findings)
    message = f"the configuration cannot be used: {count}" + (f" ({file})" if file and among else "")
    first = findings[0]
    return ConfigurationError(message, hint=first.hint, findings=findings)
