"""What every section of the configuration file is, and how one says where a password is kept."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

__all__ = ["FOUR_WAYS", "PasswordReference", "Section"]


class Section(BaseModel):
    """A table of the configuration file."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


FOUR_WAYS = (
    'name where it is kept: { env = "VARIABLE" }, { file = "path" }, { command = ["program", "argument"] } '
    "or { keyring = true }"
)


def _check_variable_name(name: str) -> str:
    # Whoever writes the password itself here is told so without seeing it again.
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        hint = "write the name of the variable, such as CROSSREF_PASSWORD, and put the password into that variable"
        raise PydanticCustomError("variable-name", "this cannot be the name of an environment variable", {"hint": hint})
    return name


class PasswordReference(Section):
    """The source of a password: exactly one of the four. The password itself is never in the file."""

    env: Annotated[str, Field(min_length=1), AfterValidator(_check_variable_name)] | None = None
    """Name of an environment variable."""
    file: Annotated[str, Field(min_length=1)] | None = None
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
            "password-in-file", "a password must never stand in the configuration itself", {"hint": FOUR_WAYS}
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
