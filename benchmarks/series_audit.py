"""What looking after a series costs: an audit of 1,000 DOIs from the ledger, and how long page checks need.

Run with ``python -m benchmarks.series_audit``; it fails when the audit takes more than two seconds, or the pages more
than 1.3 times what politeness alone dictates.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from benchmarks.outstanding import Slow, unjudged
from doideposit.checks.checking import Checker
from doideposit.checks.values import DepositorName
from doideposit.crossref.guarded_fetch import Page
from doideposit.crossref.politeness import PassingTime
from doideposit.crossref.xml.batch import Built
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.entries import AdoptedWork
from doideposit.deposits.ledger.store import Ledger
from doideposit.health.audit import AuditLine
from doideposit.health.visits import PageVisit
from doideposit.health.works import AuditedWork
from doideposit.records.landing import doi_display, head_html
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series

NOW = datetime(2026, 9, 1, tzinfo=UTC)
HEAD = DepositorName("Benchmark", "benchmark@example.org", "Benchmark")
SERIES = Series.model_validate(
    {
        "name": "notes",
        "title": "Notes on rivers",
        "issn": "2406-5617",
        "prefix": "10.5555",
        "doi": "{prefix}/notes.{number}",
        "url": "https://www.example.org/notes/{number}/",
        "publisher": {"name": "River Forum"},
    }
)
MOST_SECONDS = 2.0
MOST_WAIT = 1.3
PAGES, PER_SECOND = 150, 50.0


def note(number: int) -> Commentary:
    data = {
        "series": SERIES,
        "number": str(number),
        "title": f"The river in its year {number}, measured by hand",
        "published": f"{2000 + number // 50}-{number % 12 + 1:02}-01",
        "authors": [{"given": "Ada", "family": f"Wolf{number % 40}"}, {"given": "Bimal", "family": "Sen"}],
        "references": [{"key": f"r{place}", "text": f"Gray, A. (2003). Deltas, part {place}."} for place in range(20)],
    }
    return Commentary.model_validate(data)


def filled(url: str, size: int) -> Depositor:
    """A depositor over a ledger into which a whole series was adopted, as Crossref had it."""
    ledger = Ledger.open(url)
    works = ledger.on("sandbox", lambda: NOW).works
    for number in range(1, size + 1):
        one = note(number)
        answer = Built.of(HEAD.head(f"other-{number}", 20200101000000 + number), [one]).xml
        works.adopt(
            AdoptedWork(
                doi=one.doi, timestamp=20200101000000 + number, series="notes", container=SERIES.title,
                record_type="report-series", title=one.title.plain, landing_page=one.url, fingerprint=None,
                doi_type="report", owner_prefix="10.5555", member="1", created="", last_update="", file="",
                answer=answer,
            )
        )  # fmt: skip
    checker = Checker(series={"notes": SERIES}, validator=unjudged, depositor=HEAD, clock=lambda: NOW)
    return Depositor(registrar=Slow(), ledger=ledger, checker=checker, clock=lambda: NOW, target="sandbox", head=HEAD)


def pages() -> float:
    """How many times longer than the pace dictates it takes to visit pages that are there at once."""
    works = {one.url: one for one in map(note, range(1, PAGES + 1))}

    def fetch(url: str, *, limit: int) -> Page:  # noqa: ARG001
        one = works.get(url)
        if one is None:
            return Page(url, 404, b"")
        body = f"<head>{head_html(one)}</head><h1>{one.title.plain}</h1>{doi_display(one.doi)}" + "<p>text</p>" * 2_000
        return Page(url, 200, body.encode(), "text/html", "utf-8")

    began = perf_counter()
    visits = list(PageVisit.each(works.values(), fetch, waiting=PassingTime(), per_second=PER_SECOND))
    assert all(visit.ok for visit in visits)
    return (perf_counter() - began) / ((PAGES + 1) / PER_SECOND)


def main() -> int:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with tempfile.TemporaryDirectory() as folder, filled(f"sqlite:///{Path(folder) / 'ledger.sqlite3'}", size) as one:
        began = perf_counter()
        works = AuditedWork.gather(one, {})
        gathered = perf_counter() - began
        lines = AuditLine.all_of(works["notes"])
        seconds = perf_counter() - began
    print(f"audit of {size:,} DOIs: {seconds:.2f} s ({gathered:.2f} s to read them), {len(lines)} lines")
    times = pages()
    print(f"{PAGES} pages at {PER_SECOND:.0f} a second: {times:.2f} times what the pace dictates")
    return int(seconds > MOST_SECONDS * size / 1_000 or times > MOST_WAIT)


if __name__ == "__main__":
    sys.exit(main())
