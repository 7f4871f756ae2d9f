"""Pages over all numbers: what needs somebody, the list, and everything about one DOI."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.values import WorkStatus
from doideposit.errors import DoiDepositError, WorldError
from doideposit.health.audit import gaps
from doideposit.records.models.series import Series
from doideposit.reports.attention import sort_key, state_words
from doideposit.reports.standing import take_standing
from doideposit.web.desk.access import DeskRole, needs
from doideposit.web.desk.checking import judge
from doideposit.web.desk.checking import wants_approval as waits_for_approval
from doideposit.web.desk.form import opened
from doideposit.web.desk.records import find_record
from doideposit.web.desk.workplace import Workplace, workplace

__all__ = ["pages"]

pages = Blueprint("numbers", __name__)
Answer = Response | str | tuple[str, int]

# Rows of one page of the list.
ROWS: Final = 50
MOST_MISSING: Final = 12
MOST_DRAFTS: Final = 30


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """Say of one series how many numbers there are, which came last, and which are missing between."""

    title: str
    count: int
    last: WorkStatus | None
    number: str
    missing: tuple[int, ...]


@pages.get("/")
def home() -> Answer:
    """Show what needs somebody, what is under way, what is new, and the drafts."""
    place = workplace()
    depositor = _depositor(place, place.settings.target)
    standing = take_standing(depositor, now=place.clock())
    return render_template(
        "home.html",
        standing=standing,
        series=list(_series_lines(place, depositor)),
        drafts=[
            (draft, _title(draft.data), waits_for_approval(place, draft))
            for draft in islice(place.drafts.all(), MOST_DRAFTS)
        ],
        words=state_words,
    )


def _title(data: dict[str, Any]) -> str:
    number, title = str(data.get("number") or ""), str(data.get("title") or "")
    return f"{number}: {title}".strip(": ") or "empty draft"


def _series_lines(place: Workplace, depositor: Depositor) -> Iterator[SeriesLine]:
    of_series: dict[str, list[WorkStatus]] = {name: [] for name in place.series}
    for status in depositor.statuses():
        of_series.setdefault(status.series, []).append(status)
    for name, found in of_series.items():
        found.sort(key=lambda each: sort_key(str(each.doi)))
        known = place.series.get(name)
        last = found[-1] if found else None
        numbers = _numbers(known, found)
        number = (known.number_in(last.doi) if known and last else None) or ""
        yield SeriesLine(known.title if known else name, len(found), last, number, _missing(numbers))


def _numbers(series: Series | None, statuses: Sequence[WorkStatus]) -> set[int]:
    if series is None:
        return set()
    made = (series.number_in(status.doi) or "" for status in statuses)
    return {int(number) for number in made if number.isascii() and number.isdecimal()}


def _missing(numbers: set[int]) -> tuple[int, ...]:
    """Return the first numbers that are missing between the lowest and the highest."""
    return tuple(gaps(numbers)[:MOST_MISSING])


def _depositor(place: Workplace, target: str) -> Depositor:
    if target not in {"sandbox", place.settings.target}:
        abort(404)
    return place.depositor(target)


@pages.get("/numbers")
def listed() -> Answer:
    """Show all numbers, with filters, a page at a time."""
    place = workplace()
    target = request.args.get("on", place.settings.target)
    query, kind = request.args.get("q", "").strip(), request.args.get("kind", "")
    found = [status for status in _depositor(place, target).statuses() if _fits(status, query, kind)]
    found.sort(key=lambda each: sort_key(str(each.doi)), reverse=True)
    pages_there = max(1, -(-len(found) // ROWS))
    page = min(max(1, request.args.get("page", 1, int)), pages_there)
    return render_template(
        "numbers.html",
        rows=found[(page - 1) * ROWS : page * ROWS],
        count=len(found),
        page=page,
        pages=pages_there,
        query=query,
        kind=kind,
        on=target,
        words=state_words,
        kinds=KINDS,
    )


KINDS: Final = {
    "": "All",
    "attention": "Needs somebody",
    "open": "Under way",
    "registered": "Registered",
    "failed": "Not registered",
}


def _fits(status: WorkStatus, query: str, kind: str) -> bool:
    wanted = {
        "attention": status.needs_person,
        "open": status.is_open,
        "registered": status.registered,
        "failed": status.failed,
    }
    if not wanted.get(kind, True):
        return False
    return query.casefold() in f"{status.doi} {status.title}".casefold()


@pages.get("/numbers/<path:doi>")
def one(doi: str) -> Answer:
    """Show everything about one DOI; while its deposit is under way, ask when it is time and load again."""
    place = workplace()
    target = request.args.get("on", place.settings.target)
    depositor = _depositor(place, target)
    status = depositor.status(doi)
    error = None
    if status.is_open:
        error = _ask(depositor, target)
        status = depositor.status(doi)
    found = find_record(place.records, str(status.doi), place.series)
    verdict = judge(place, opened(found.data)) if found else None
    return render_template(
        "number.html",
        status=status,
        history=depositor.history(doi),
        verdict=verdict,
        record=found,
        on=target,
        words=state_words,
        error=error,
        sent=_sent(depositor, doi),
    )


def _sent(depositor: Depositor, doi: str) -> str:
    return (depositor.xml(doi) or b"").decode("utf-8", "replace")


def _ask(depositor: Depositor, target: str) -> DoiDepositError | None:
    """Ask what became of what is under way, where it is time; the rehearsal answers whenever it is asked.

    Crossref is asked after the answer, and what kept the asking back is told by the next page.
    """
    if target != "sandbox":
        due, following = depositor.next_due(), workplace().following_up(target)
        if due is not None and due <= workplace().clock():
            following.ask()
        return following.error
    try:
        return depositor.poll(force=True).error
    except WorldError as away:
        return away


@pages.post("/numbers/<path:doi>/settle")
@needs(DeskRole.REGISTER)
def settle(doi: str) -> Answer:
    """Set a warning or a failure aside, with a reason; or give up a deposit that will never end."""
    place = workplace()
    target = request.form.get("on", place.settings.target)
    depositor = _depositor(place, target)
    reason = re.sub(r"\s+", " ", request.form.get("reason", "")).strip()
    if request.form.get("do") == "abandon":
        depositor.abandon(doi, reason)
    else:
        depositor.acknowledge(doi, reason)
    return redirect(url_for("numbers.one", doi=doi, on=target))
