"""The name of a deposit file, which no other file ever had."""

import re
import uuid
from datetime import datetime

__all__ = ["unique_name"]


def unique_name(series: str, now: datetime) -> str:
    """Return a name no file ever had: series, moment in UTC and eight random hexadecimal digits, without suffix."""
    # The name is a batch id and a file name that Crossref is asked by, so it holds nothing that needs an escape.
    word = re.sub(r"[^a-z0-9]+", "-", series.lower()).strip("-")[:40].strip("-") or "deposit"
    # Milliseconds and eight random digits: two machines may make a file in the same moment.
    return f"{word}-{now:%Y%m%dt%H%M%S}{now.microsecond // 1000:03d}-{uuid.uuid4().hex[:8]}"
