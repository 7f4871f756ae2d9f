"""Lengths of time as people write them: ``90s``, ``15m``, ``36h``, ``3d``."""

import re
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

__all__ = ["DURATION_HINT", "Duration", "duration_text"]

# No months: a month has no fixed length.
UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# Six digits at most: a million days is longer than any deadline.
PATTERN: Final = r"^\s*[0-9]{1,6}\s*[smhd]\s*$"
DURATION_HINT: Final = "write a number and s, m, h or d, such as 90s, 15m, 36h or 3d"


def duration_text(length: timedelta) -> str:
    """Return the length in its largest whole unit."""
    seconds = int(length.total_seconds())
    name = next((name for name in "dhm" if seconds and seconds % UNITS[name] == 0), "s")
    return f"{seconds // UNITS[name]}{name}"


def _read_duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    text = str(value)
    if not re.fullmatch(PATTERN, text):
        raise PydanticCustomError("duration", "this is not a duration", {"hint": DURATION_HINT})
    number, unit = text.strip()[:-1], text.strip()[-1]
    return timedelta(seconds=int(number) * UNITS[unit])


# A length of time, written as a number and its unit.
Duration = Annotated[
    timedelta,
    BeforeValidator(_read_duration),
    WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["15m", "36h", "3d"]}),
]
