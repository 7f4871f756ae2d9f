"""A ledger as a publisher has it after some months: most DOIs well, and one of every kind of trouble. All is invented."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from depositing import SERIES, Desk, make_ledger, sqlite_url, validator
from doideposit.deposits.ledger.entries import AdoptedWork
from doideposit.deposits.ledger.store import Ledger
from doideposit.records.identifiers import Doi
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
ADOPTED = AdoptedWork(
    Doi("10.48251/Adopted.17"),
    timestamp=20190304050607,
    series=SERIES.name,
    container="SADF Comment",
    record_type="report-series",
    title="A commentary that was registered elsewhere",
    landing_page="https://www.example.org/17/",
    fingerprint=None,
    doi_type="report_paper_title",
    owner_prefix="10.48251",
    member="4242",
    created="2019-03-04 05:06:07",
    last_update="2019-03-04 05:06:07",
    file="comment-17.yaml",
    answer=b"<crossref_result><doi>10.48251/Adopted.17</doi></crossref_result>",
)
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


OTHERS = {"another": -1000, "test": 1000}
"""Two other targets, one before "sandbox" in every order and one after it, and how far their numbers are from its."""
NUMBERS = ("id", "submission", "item", "follows", "event")


def write_three_targets(url: str, folder: Path) -> None:
    """Write a ledger into the folder in which two other targets had the same months as the one of `url`."""
    with Ledger.open(url) as ledger:
        lines = list(ledger.export_lines())
    make_ledger(sqlite_url(folder))
    with Ledger.open(sqlite_url(folder)) as copy:
        copy.import_lines(_three_times(lines))


def _three_times(lines: list[str]) -> Iterator[str]:
    head, *rows = lines
    yield head
    tables = {table: [row for row in rows if json.loads(row)["table"] == table] for table in _tables(rows)}
    for of_table in tables.values():
        for row in of_table:
            yield row
            for target, apart in OTHERS.items():
                yield json.dumps(_of_another(json.loads(row), target, apart))


def _tables(rows: list[str]) -> dict[str, None]:
    return dict.fromkeys(json.loads(row)["table"] for row in rows)


def _of_another(line: dict[str, Any], target: str, apart: int) -> dict[str, Any]:
    row = line["row"]
    if "target" in row:
        row["target"] = target
    for name in {"batch_id", "file_name"} & row.keys():
        row[name] = row[name] and f"{target}-{row[name]}"
    for name in NUMBERS:
        # Those of SQLite's big integers are texts in an export.
        if row.get(name) is not None:
            row[name] = type(row[name])(int(row[name]) + apart)
    return line
