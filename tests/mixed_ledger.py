"""A ledger as a publisher has it after some months: most DOIs well, and one of every kind of trouble. All is invented."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from depositing import SERIES, Desk, sqlite_url, validator
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
TITLES = (
    "River water and the border: what a new treaty would need",
    "Textile exports after the tariff change",
    "A railway through the delta, and who pays for it",
    "Local elections in the hill districts",
    "The monsoon forecast as public policy",
    "Remittances and the village school",
    "Nuclear safety talks: a second attempt",
    "Port fees and small traders",
    "Press freedom under the new broadcasting act",
    "Glacier lakes: an early warning that works",
)
FOCUS = Series.model_validate(
    {
        **SERIES.model_dump(exclude_none=True),
        "name": "sadf-focus",
        "title": "SADF Focus",
        "issn": "2049-3630",
        "doi": "{prefix}/SADF.FOCUS.{number}",
        "url": "https://www.sadf.eu/focus-{number}/",
    }
)
LICENCE = [{"url": "https://creativecommons.org/licenses/by/4.0/", "start_date": "2026-01-01"}]
PEOPLE = (("Maya", "Gurung"), ("Arif", "Rahman"), ("Lakshmi", "Perera"))


def work(number: int, **changes: Any) -> Any:
    """One commentary, more or less complete by its number."""
    given, family = PEOPLE[number % len(PEOPLE)]
    author: dict[str, Any] = {"given": given, "family": family, "affiliations": ["South Asia Democratic Forum"]}
    if family == "Perera":
        author["orcid"] = "0000-0002-1825-0097"
    data: dict[str, Any] = {
        "number": str(number),
        "title": f"{TITLES[number * 7 % len(TITLES)]}",
        "authors": [author],
        "published": "2026-01-15",
        "references": [{"text": f"Perera, L. (2024). A book that is cited in {number}. Example Press."}],
    }
    if number % 3 == 0:
        data["abstracts"] = [f"What this commentary, number {number}, says in one sentence."]
    if number % 4 == 0:
        data["licences"] = LICENCE
    if number % 5 == 0:
        data["pdf_url"] = f"https://www.example.org/files/{number}.pdf"
    return Commentary.model_validate({"series": SERIES} | data | changes)


def mixed_desk(folder: Path, **changes: Any) -> Desk:
    """A desk at `NOW`, with its story behind it; close it after use."""
    clock = Clock(datetime(2026, 2, 2, 8, tzinfo=UTC))
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays(0, 60, 120, 1, 3600, 600))
    desk = Desk(sqlite_url(folder), clock=clock, sandbox=sandbox, registry=SandboxRegistry(sandbox), **changes)
    _months(desk)
    _trouble(desk)
    clock.set(NOW)
    return desk


def _months(desk: Desk) -> None:
    number = 231
    for month in range(2, 9):
        desk.clock.set(datetime(2026, month, 3, 8, 15, tzinfo=UTC))
        several = [work(number + place) for place in range(2 + month % 3)]
        number += len(several)
        desk.depositor.deposit(*several)
        desk.settle()
        desk.clock.advance(7200)
        for one in several:
            desk.depositor.verify(one.doi)


def _trouble(desk: Desk) -> None:
    depositor, faults, clock = desk.depositor, desk.sandbox.faults, desk.clock
    clock.set(NOW - timedelta(days=6))
    # One text in two series: Crossref warns that the two may be the same.
    depositor.deposit(work(260, title="The harbour question"))
    depositor.deposit(work(260, title="The harbour question", series=FOCUS), work(41, series=FOCUS))
    desk.settle()
    clock.set(NOW - timedelta(days=5))
    faults.add("reject", "User with ID: {sadf} can't submit into handle, please contact the prefix owner: 10.48251")
    depositor.deposit(work(261), work(262))
    desk.settle()
    faults.add(
        "reject", "Record not processed because submitted version: 1 is less or equal to previously submitted version 2"
    )
    depositor.deposit(work(235, title="Remittances and the village school, corrected"))
    desk.settle()
    clock.set(NOW - timedelta(days=4))
    faults.add("stuck", "queued")
    depositor.deposit(work(264))
    depositor.poll()
    clock.set(NOW - timedelta(hours=20))
    depositor.poll()
    clock.set(NOW - timedelta(hours=2))
    depositor.deposit(work(265))
    depositor.enqueue(work(266), work(267))
    faults.clear()
