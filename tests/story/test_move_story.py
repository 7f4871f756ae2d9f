"""A site of 250 pages moves, and every kind of bad row stands in its table: the good ones go, the others are named."""

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from depositing import SERIES, Desk, sqlite_url
from doideposit.crossref.guarded_fetch import Page
from doideposit.crossref.politeness import PassingTime
from doideposit.deposits.candidates import Approved
from doideposit.errors import AddressRefused, PageUnavailable
from doideposit.findings import Finding
from doideposit.health.moving import MoveProof, MoveTable, SiteMove
from doideposit.health.works import commentaries_in
from doideposit.records.sources.site_table import SiteRow
from doideposit.sandbox.registry import SandboxRegistry

PREFIX = "10.48251/SADF.ISSN.2406-5617.C"
OLD, NEW = "https://www.sadf.eu/comment-", "https://example.org/comments/"
# How many each life has, and which of them stand in a row of a bad kind, in the order of `BAD`.
COUNT, FIRST_BAD = 250, 231


def bad_rows(number: Iterator[int]) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the code of each bad kind, and its row: number, DOI, old and new address."""
    for kind in ("missing", "error", "login", "other", "pdf", "hangs", "private"):
        one = next(number)
        code = {"missing": "page-missing", "login": "page-login", "other": "page-doi-missing", "pdf": "page-not-html",
                "private": "page-refused"}.get(kind, "page-away")  # fmt: skip
        yield code, str(one), "", "", f"https://example.org/{kind}/{one}"
    twice = next(number)
    yield "move-twice", str(twice), "", "", f"{NEW}{twice}"
    yield "move-twice", "", f"{PREFIX}{twice}", "", f"{NEW}{twice}?again"
    yield "move-no-address", str(next(number)), "", "", ""
    other = next(number)
    yield "move-other-address", str(other), "", "https://elsewhere.example/", f"{NEW}{other}"
    changed = next(number)
    yield "move-more", str(changed), "", "", f"{NEW}{changed}"
    yield "move-unknown", "", "10.5555/foreign", "", f"{NEW}1"
    yield "move-unknown", "9999", "", "", f"{NEW}9999"
    yield "move-unknown", "", "", "https://nowhere.example/*", f"{NEW}*"
    yield "move-not-registered", "500", "", "", f"{NEW}500"
    yield "site-table", "", "no doi", "", f"{NEW}1"
    yield "site-table", str(next(number)), "", "", f"{NEW}1,and a comma"


def new_site(url: str, *, limit: int = 0) -> Page:
    """Answer as the site at its new place, where some pages are wrong in their own way."""
    kind, _, number = url.removeprefix("https://example.org/").partition("/")
    if kind == "hangs":
        raise PageUnavailable(f"{url} could not be fetched: no complete answer within 30 s")
    if kind == "private":
        raise AddressRefused(f"{url} leads into a private network")
    doi = f"{PREFIX}{'1' if kind == 'other' else number.partition('?')[0]}"
    body = f'<h1>Comment</h1><a href="https://doi.org/{doi}">https://doi.org/{doi}</a>'
    body = '<form><input type="password"></form>' if kind == "login" else body
    status = {"missing": 404, "error": 500, "robots.txt": 404}.get(kind, 200)
    return Page(url, status, body.encode()[:limit], "application/pdf" if kind == "pdf" else "text/html", "utf-8")


def write_record(folder: Path, number: int) -> None:
    folder.joinpath(f"c{number}.yaml").write_text(
        f"series: sadf-comment\nnumber: {number}\ntitle: Prospects of river {number}   # as printed\n"
        f"authors: [{{given: Ann, family: Sen}}]\npublished: 2024-01-10\nurl: {OLD}{number}/\n",
        encoding="utf-8",
    )


class House:
    """A publisher with registered numbers, who moves the site by a table."""

    def __init__(self, desk: Desk, records: Path) -> None:
        self.desk, self.records = desk, records
        self.now = 0.0
        self.passing = PassingTime(lambda: self.now, self._pass)

    def _pass(self, seconds: float) -> None:
        self.now += seconds
        self.desk.clock.advance(seconds)

    def move(self, table: Path) -> tuple[SiteMove, ...]:
        """Move as the command does; return what became of each row."""
        depositor = self.desk.depositor
        there = commentaries_in([self.records], {SERIES.name: SERIES})
        known = {one.doi.key: (one, Path(str(at.file))) for one, at in there}
        registered = {one.doi.key: one.registered_landing_page or "" for one in depositor.works.all()}
        rows = [one for one in SiteRow.read_table(table) if isinstance(one, SiteRow)]
        given = MoveTable(table)
        decided = list(given.decide(rows, known, registered))
        looked = list(given.look_at_pages(decided, new_site, self.passing))
        moves, plan = given.compare(looked, depositor)
        given.write_failed(moves)
        given.write_undo(moves)
        going = [one for one in moves if one.goes]
        assert all(one.change_record() is None for one in going)
        for part in filter(None, (going[:1], going[1:])):
            assert plan is not None
            depositor.deposit(Approved.part_of(plan, {one.key for one in part}))
            self.desk.settle()
            ask, read = (partial(one, index=False) for one in (depositor.look_up, depositor.verify))
            assert MoveProof.of(part, ask, read, self.passing, 600).unseen == ()
        return moves

    def addresses(self) -> dict[int, str]:
        """Return where each DOI leads, as the handle says."""
        registry = self.desk.registry
        assert registry is not None
        handles = {one.doi: registry.handle(one.doi) for one in self.desk.depositor.statuses()}
        return {int(str(doi).removeprefix(PREFIX)): handle.urls[0] for doi, handle in handles.items() if handle}


def findings(moves: tuple[SiteMove, ...]) -> list[Finding]:
    return [one.finding for one in moves if one.finding is not None]


@pytest.mark.acceptance
@pytest.mark.timeout(300)
def test_a_site_of_250_pages_moves_with_every_kind_of_bad_row(tmp_path: Path) -> None:
    records = tmp_path / "records"
    records.mkdir()
    for number in range(1, COUNT + 1):
        write_record(records, number)
    with Desk(sqlite_url(tmp_path / "ledger"), seed=True) as desk:
        desk.registry = SandboxRegistry(desk.sandbox)
        desk.open()
        house = House(desk, records)
        desk.depositor.deposit(records)
        desk.settle()
        write_record(records, 500)
        numbers = iter(range(FIRST_BAD, COUNT + 1))
        bad = list(bad_rows(numbers))
        pending = next(int(row[1]) for row in bad if row[0] == "move-more")
        path = records / f"c{pending}.yaml"
        path.write_text(path.read_text("utf-8").replace("Prospects", "The prospects"), "utf-8")
        good = [("", f"{PREFIX}{n}", "", f"{NEW}{n}") for n in range(1, 101)]
        good += [(str(n), "", f"{OLD}{n}/", f"{NEW}{n}") for n in range(101, FIRST_BAD)]
        left = range(next(numbers), COUNT + 1)
        table = tmp_path / "urls.csv"
        lines = [("number", "doi", "old", "new"), *good, *(row[1:] for row in bad), ("", "", f"{OLD}*/", f"{NEW}*")]
        table.write_text("".join(",".join(line) + "\n" for line in lines), "utf-8")
        before = house.addresses()

        moves = house.move(table)

        told = {one.where.line: one.code for one in findings(moves)}
        assert told == {len(good) + 2 + place: row[0] for place, row in enumerate(bad)}
        moved = {*range(1, FIRST_BAD), *left}
        assert len(moved) > 235
        expected = {n: f"{NEW}{n}" if n in moved else f"{OLD}{n}/" for n in range(1, COUNT + 1)}
        assert house.addresses() == expected
        # Nothing but the address of each record file changed, and one file leads back.
        assert all("   # as printed\n" in one.read_text("utf-8") for one in records.iterdir())
        with (tmp_path / "urls-undo.csv").open(encoding="utf-8") as stream:
            undo = {row["doi"]: row["new"] for row in csv.DictReader(stream)}
        assert undo == {f"{PREFIX}{n}": before[n] for n in moved}
        # The refused rows are given again when they are mended: here those whose page is there by now.
        failed = tmp_path / "urls-failed.csv"
        text = failed.read_text("utf-8")
        for kind in ("missing", "error", "login"):
            text = text.replace(f"https://example.org/{kind}/", NEW)
        failed.write_text(text, "utf-8")
        assert sum(one.goes for one in house.move(failed)) == 3
        # Given again, the table finds everything where it should be, also what a pattern moved.
        assert sum(one.done for one in house.move(table)) == len(moved)
