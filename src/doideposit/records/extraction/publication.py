"""Tell from its header whether a document is published: drafts, hidden ones, and those dated in the future are not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePath
from typing import Any, Final

from doideposit.findings import Finding, Loc, Severity, Where
from doideposit.records.extraction.dates import PrintedDate
from doideposit.records.extraction.header_values import HeaderValue
from doideposit.records.sources.interface import Header

__all__ = ["why_unpublished"]

# What platforms write for a text that is not public, from Jekyll's drafts to the trash of WordPress.
_DRAFT_WORDS: Final = frozenset(
    "draft idea proposal wip private pending scheduled unpublished review in-review embargoed deleted trash".split()
)
# Keys under which platforms say how far a text is.
_STATUS: Final = ("status", "state", "visibility", "publish_status", "publish-status")
# Words for no in YAML 1.1 and in exports of databases.
_NOT: Final = frozenset({"false", "no", "0", "never", "off"})
# Words for yes in the same.
_YES: Final = frozenset({"true", "yes", "1", "on"})
# An ISO date, with a time and its offset as most generators write them.
_MOMENT: Final = re.compile(
    r"(\d{4}-\d{1,2}-\d{1,2})(?:[T ]+(\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?"
)


@dataclass(frozen=True, slots=True)
class _Reason:
    message: str
    loc: Loc


def why_unpublished(header: Header, file: str, *, now: datetime | None = None) -> Finding | None:
    """Return why a document is not published yet, or no longer; None where nothing says so.

    `now` is in the zone of the publisher: a date without a zone begins there. Such documents are never sent. Without
    `now` only what the header says in words counts, and no date.
    """
    reason = next(_find_reasons(header, file, now), None)
    if reason is None:
        return None
    ends = range(len(reason.loc), 0, -1)
    place = next((header.places[reason.loc[:end]] for end in ends if reason.loc[:end] in header.places), None)
    where = Where(file, place.line if place else None, place.column if place else None)
    hint = "it is deposited once it is published"
    return Finding("document-unpublished", Severity.ERROR, reason.message, hint, where)


def _find_reasons(header: Header, file: str, now: datetime | None) -> Iterator[_Reason]:
    top = HeaderValue(header.data, ())
    for key, words in (("draft", _YES), ("published", _NOT), ("private", _YES), ("render", _NOT)):
        value = top.get(key)
        if value is not None and value.text.lower() in words:
            yield _Reason(f"this document is not published: `{key}: {value.text}`", value.loc)
    status = top.get(*_STATUS)
    if status is not None and re.sub(r"\s+", "-", status.text.lower()) in _DRAFT_WORDS:
        yield _Reason(f"this document is not published: `{status.loc[-1]}: {status.text}`", status.loc)
    if "_drafts" in PurePath(file).parts:
        yield _Reason("this document is not published: it is in the folder _drafts", ())
    yield from _reasons_by_build(top)
    if now is not None:
        yield from _reasons_by_time(top, now)


def _reasons_by_build(top: HeaderValue) -> Iterator[_Reason]:
    for key in ("build", "_build"):
        build = top.get(key)
        render = build.get("render") if build else None
        if render is not None and render.text.lower() in _NOT:
            yield _Reason(f"this document has no page: `{key}.render: {render.text}`", render.loc)


def _reasons_by_time(top: HeaderValue, now: datetime) -> Iterator[_Reason]:
    for key in ("publishdate", "publish_date", "publish-date", "pubdate", "date", "published", "date_published"):
        value = top.get(key)
        moment = _moment_of(value.text, now) if value else None
        if value is not None and moment is not None and moment > now:
            yield _Reason(f"this document is dated in the future: `{key}: {value.text}`", value.loc)
    expiry = top.get("expirydate", "expires", "unpublishdate")
    moment = _moment_of(expiry.text, now) if expiry else None
    if expiry is not None and moment is not None and moment <= now:
        yield _Reason(f"this document is no longer published: `{expiry.loc[-1]}: {expiry.text}`", expiry.loc)


def _moment_of(text: str, now: datetime) -> datetime | None:
    """Return the moment a date begins; without a zone it is one of the publisher."""
    match = _MOMENT.search(text)
    found = PrintedDate.find(text) if match is None else None
    parts: tuple[Any, ...] = match.groups() if match else (found.value if found else None, None, None)
    day, time, zone = parts
    if day is None or day.count("-") != 2:  # noqa: PLR2004  (year, month and day)
        return None
    try:
        year, month, number = map(int, day.split("-"))
        moment = datetime(year, month, number, tzinfo=now.tzinfo)
        if time:
            hour, minute, *rest = map(int, time.split(":"))
            moment = moment.replace(hour=hour, minute=minute, second=rest[0] if rest else 0)
    # 25:00 and the like is not a moment; then the day alone counts.
    except ValueError:
        return None
    return moment if zone is None else _in_zone(moment, zone)


def _in_zone(moment: datetime, zone: str) -> datetime:
    if zone in {"Z", "UTC"}:
        return moment.replace(tzinfo=UTC)
    digits = zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return moment.replace(tzinfo=timezone(-offset if zone[0] == "-" else offset))
