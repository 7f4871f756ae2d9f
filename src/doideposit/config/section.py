"""What every section of the configuration file is, and how one says where a password is kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError, core_schema

__all__ = ["FOUR_WAYS", "FilePath", "MetricsPath", "PasswordReference", "Section"]


@dataclass(frozen=True, slots=True)
class _PathText:
    """Take a path as a text that is not empty; it stays relative until `Section.below`."""

    pattern: str | None = None

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(
            Path, core_schema.str_schema(min_length=1, pattern=self.pattern)
        )


FilePath = Annotated[Path, _PathText()]
MetricsPath = Annotated[Path, _PathText(r"\.prom$")]


class Section(BaseModel):
    """A table of the configuration file."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def below(self, base: Path) -> Self:
        """Return the section with every path absolute: a relative one counts from `base`, the folder of the file.

        So a command means the same wherever it is given. Raises `RuntimeError` for a path with ``~`` where this user
        has no home folder.
        """
        values = {name: _below(getattr(self, name), base) for name in type(self).model_fields}
        # Which keys were written stays known: it tells an inbox that is wanted from the default that nobody uses.
        return cast("Self", type(self).model_construct(_fields_set=self.model_fields_set, **values))


def _below(value: Any, base: Path) -> Any:
    if isinstance(value, Path):
        return base / value.expanduser()
    if isinstance(value, Section):
        return value.below(base)
    if isinstance(value, Mapping):
        return MappingProxyType({name: _below(each, base) for name, each in value.items()})
    return tuple(_below(each, base) for each in value) if isinstance(value, tuple) else value


FOUR_WAYS = (
    'name where it is kept: { env = "VARIABLE" }, { file = "path" }, { command = ["program", "argument"] } '
    "or { keyring = true }"
)


def _check_variable_name(name: str) -> str:
    # Anyone who writes the password itself here is told so without seeing it again.
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        hint = "write the name of the variable, such as CROSSREF_PASSWORD, and put the password in that variable"
        raise PydanticCustomError("variable-name", "this cannot be the name of an environment variable", {"hint": hint})
    return name


class PasswordReference(Section):
    """The source of a password: exactly one of the four. The password itself is never in the file."""

    env: Annotated[str, Field(min_length=1), AfterValidator(_check_variable_name)] | None = None
    """Name of an environment variable."""
    file: FilePath | None = None
    """Path of a file that only its owner may read, relative to the configuration file; its first line counts."""
    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """A program and its arguments; the first line of its output is the password. No shell is used."""
    keyring: Literal[True] | None = None
    """Ask the system's keyring (needs the extra `keyring`)."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_password_itself(cls, value: Any) -> Any:
        if isinstance(value, Mapping | PasswordReference):
            return value
        raise PydanticCustomError(
            "password-in-file", "a password must never be in the configuration itself", {"hint": FOUR_WAYS}
        )

    @model_validator(mode="after")
    def _require_one_way(self) -> "PasswordReference":
        if sum(way is not None for way in (self.env, self.file, self.command, self.keyring)) != 1:
            raise PydanticCustomError("password-reference", "a password needs exactly one source", {"hint": FOUR_WAYS})
        return self

    @property
    def place(self) -> str:
        """Return where a password is kept, in words; never the password."""
        if self.env is not None:
            return f"the environment variable {self.env}"
        if self.file is not None:
            return f"the file {self.file}"
        if self.command is not None:
            return f"the output of `{self.command[0]}`"
        return "the system's keyring"
