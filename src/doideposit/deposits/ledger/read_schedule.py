"""When what is registered of a DOI is read: first soon after its registration, and again after each deposit."""

from datetime import datetime, timedelta
from typing import Final

__all__ = ["FIRST_READ", "next_look_for_matches"]


# After a deposit took effect: Crossref's query service shows it at once or within its cycle of two hours.
FIRST_READ: Final = timedelta(minutes=15)


# Crossref matches references when it processes a deposit, and again as further works are registered.
LOOKS_FOR_MATCHES: Final = tuple(timedelta(days=days) for days in (1, 3, 7, 14, 28))


def next_look_for_matches(since: datetime, now: datetime) -> datetime | None:
    """Return when to look for matched references again after a deposit; None after four weeks."""
    return next((since + after for after in LOOKS_FOR_MATCHES if since + after > now), None)
