"""What every section of the configuration file is."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Self, cast

from pydantic import BaseModel, ConfigDict
from pydantic_core import core_schema

__all__ = ["FilePath", "MetricsPath", "Section"]


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
        return MappingProxyType({name: _below(inner, base) for name, inner in value.items()})
    return tuple(_below(inner, base) for inner in value) if isinstance(value, tuple) else value
