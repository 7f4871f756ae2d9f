"""A year in the life of a series: what was there is adopted, numbers come, corrections, a retraction, and bad luck.

At the end what is registered equals the record files, field by field, and nothing is open but what a person decides.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from depositing import DEPOSITOR, SERIES, Desk, commentary, sqlite_url, validator
from doideposit.checks.checking import Checker
from doideposit.crossref.xml.batch import Built
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.lateness import Deadlines, MaintenanceWindow
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.limits import Limits
from doideposit.deposits.planning import Action
from doideposit.errors import RegistrarError
from doideposit.health.audit import AuditLine
from doideposit.health.works import AuditedWork, commentaries_in
from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series
from doideposit.registered.comparison import compare
from doideposit.registered.reading import RegisteredRecord
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.registry import SandboxRegistry
from doideposit.sandbox.simulation import Sandbox

POLICY = "10.48251/SADF.policy"
HOUSE = Series.model_validate({**SERIES.model_dump(exclude_none=True), "crossmark_policy": POLICY, "url": None})
NAME = "https://www.sadf.eu"
MOVED = "https://publications.sadf.eu"


class Killed(BaseException):
    """The plug is pulled: nothing below may catch it."""


@dataclass
class Year(Desk):
    """A publisher's house over a simulated Crossref; now and then the plug is pulled in the middle of something."""

    folder: Path = None  # type: ignore[assignment]
    luck: Random = field(default_factory=lambda: Random(7))
    kills: int = 0
    passes: int = 0
    left: int = 0

    def open(self) -> Depositor:
        self.depositor = Depositor(
            registrar=self.registrar, ledger=Ledger.open(self.url, step=self._step),
            checker=Checker(series={HOUSE.name: HOUSE}, validator=validator, depositor=DEPOSITOR, clock=self.clock),
            clock=self.clock, target="production", head=DEPOSITOR, registry=self.registry, read_first=True,
            limits=Limits(), deadlines=self.deadlines, random=self.random, step=self._step,
        )  # fmt: skip
        self.opened.append(self.depositor)
        return self.depositor

    def _step(self, _name: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed

    def surely(self, work: Callable[[], Any], *, at: int | None = None) -> Any:
        """Do something; with `at` the plug is pulled at that step, and it is done again by another process."""
        self.left = at or 0
        try:
            return work()
        except Killed:
            self.kills += 1
            self.left = 0
            self.open()
            # What the killed run held runs out by itself.
            self.clock.advance(16 * 60)
            return work()
        finally:
            self.left = 0

    @property
    def records(self) -> Path:
        return self.folder / "records"

    def file(self, number: object) -> Path:
        return self.records / f"{number}.yaml"

    def write(self, number: object, **changes: str) -> Path:
        """A record file, as somebody types it."""
        lines = {
            "series": HOUSE.name, "number": f'"{number}"', "title": f"What the river said in place {number}",
            "published": "2026-03-01", "doi": f"10.48251/SADF.ISSN.2406-5617.C{number}",
            "url": f"{NAME}/comment-{number}/", "language": "en",
            "authors": "[{given: Maya, family: Gurung}]",
            "references": '[{key: r1, text: "Sen, A. (2015). Deltas. Dhaka: Forum."}]', **changes,
        }  # fmt: skip
        self.file(number).write_text("".join(f"{key}: {text}\n" for key, text in lines.items()), encoding="utf-8")
        return self.file(number)

    def edit(self, path: Path, old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        changed = re.sub(old, new, text, count=1, flags=re.MULTILINE)
        assert changed != text, (path, old)
        path.write_text(changed, encoding="utf-8")

    def send(self, *what: Any, kill: int | None = None) -> None:
        self.surely(lambda: self.depositor.deposit(*what), at=kill)
        self.days(1, kill=kill)

    def days(self, number: int, *, kill: int | None = None) -> None:
        """Let days pass, with the scheduled job four times a day."""
        for place in range(4 * number):
            self.clock.advance(6 * 3600)
            self.passes += 1
            self.surely(self._job, at=kill if place == 1 else None)

    def _job(self) -> None:
        self.depositor.poll()
        self.depositor.watch(1_000)
        for one in self.depositor.statuses():
            if self.depositor.is_unproved(one):
                try:
                    self.depositor.look_up(one.doi)
                except RegistrarError:
                    return

    def attention(self) -> set[str]:
        return {str(one.doi).rpartition(".C")[2] for one in self.depositor.statuses(attention=True)}

    def commentaries(self) -> Iterator[Commentary]:
        return (one for one, _ in commentaries_in([self.records], {HOUSE.name: HOUSE}))


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays.none())
    start = clock()
    window = MaintenanceWindow(start.replace(day=1, month=12), start.replace(day=3, month=12), "new servers")
    with Year(
        sqlite_url(tmp_path), clock=clock, sandbox=sandbox, registry=SandboxRegistry(sandbox), folder=tmp_path,
        deadlines=Deadlines(maintenance=(window,)),
    ) as one:  # fmt: skip
        yield one


POLICY_FILE = f"""<?xml version="1.0" encoding="UTF-8"?>
<doi_batch version="5.5.0" xmlns="http://www.crossref.org/schema/5.5.0"><head><doi_batch_id>policy</doi_batch_id>
<timestamp>20200601120000</timestamp><depositor><depositor_name>South Asia Democratic Forum</depositor_name>
<email_address>info@example.org</email_address></depositor><registrant>South Asia Democratic Forum</registrant></head>
<body><database><database_metadata language="en"><titles><title>Crossmark policy</title></titles></database_metadata>
<dataset dataset_type="crossmark_policy"><titles><title>How we correct and retract</title></titles><doi_data>
<doi>{POLICY}</doi><resource>https://www.sadf.eu/corrections/</resource></doi_data></dataset></database></body>
</doi_batch>"""


def live(year: Year, *, old: int, new: int) -> None:
    """Live through the acts of the year with `old` adopted DOIs and `new` ones."""
    first, second, third = old + 1, old + 2, old + 3
    outside = year.sandbox.elsewhere
    outside.deposit(POLICY_FILE.encode())
    # What was registered elsewhere, over the years, by another tool.
    for number in range(1, old + 1):
        made = commentary(number, title="Prospects", subtitle="A view from Brussels", url=f"{NAME}/comment-{number}/")
        outside.deposit(Built.of(DEPOSITOR.head(f"other-{number}", 20200301120000 + number), [made]).xml)
    adopted = [Doi(f"10.48251/SADF.ISSN.2406-5617.C{number}") for number in range(1, old + 1)]
    report = year.depositor.adopt(*adopted, folder=year.records)
    assert len([one for one in report.results if one.doi is not None]) == old
    # The numbers of the year, with the plug pulled while they are sent.
    for number in range(first, first + new):
        year.write(number)
    year.send(year.records, kill=9)
    assert year.attention() == set()
    # Three updates: a title, an abstract, and one that would lose a subtitle, which is refused and put right.
    year.edit(year.file(first), r"^title: .*", "title: What the river said, corrected")
    year.edit(year.file(second), r"^language:", "abstracts: [A summary in a few words.]\nlanguage:")
    subtitle = year.file(3).read_text(encoding="utf-8")
    year.edit(year.file(3), r"^subtitle: .*\n", "")
    plan = year.depositor.plan(year.records)
    assert [entry.action for entry in plan.entries if entry.source.endswith("3.yaml") and entry.doi == adopted[2]] == [
        Action.BLOCKED
    ]
    year.file(3).write_text(subtitle, encoding="utf-8")
    year.send(year.records, kill=15)
    # One retraction: a notice of its own names the work, and the work says so in its title.
    target = f"10.48251/SADF.ISSN.2406-5617.C{third}"
    notice = first + new
    year.write(notice, title="Notice of retraction", updates=f"[{{doi: {target}, type: retraction, date: 2026-06-01}}]")
    year.send(year.file(notice))
    year.edit(year.file(third), r"^title: (.*)", r"title: 'RETRACTED: \1'")
    year.send(year.file(third), kill=21)
    # References that Crossref matches late are news, and nothing to do.
    outside.match(f"10.48251/SADF.ISSN.2406-5617.C{first}", "r1", "10.5555/found")
    year.days(8)
    assert year.attention() == set()
    bad_luck(year, old=old, new=new)


def bad_luck(year: Year, *, old: int, new: int) -> None:
    """Live through the second half of the year: a move, an outage, an index that lags, a colleague, a conflict."""
    first, second = old + 1, old + 2
    outside = year.sandbox.elsewhere
    adopted = [Doi(f"10.48251/SADF.ISSN.2406-5617.C{number}") for number in range(1, old + 1)]
    # The site moves; every DOI follows, through an outage with pages of a load balancer.
    for path in year.records.glob("*.yaml"):
        year.edit(path, re.escape(NAME), MOVED)
    year.sandbox.faults.add("status", "503", times=None)
    year.surely(lambda: year.depositor.enqueue(year.records), at=5)
    year.days(1)
    assert year.depositor.outstanding() == old + new + 1
    assert not any(one.failed for one in year.depositor.statuses())
    year.sandbox.faults.clear()
    year.days(2, kill=11)
    assert year.depositor.outstanding() == 0
    # A month in which the REST API shows nothing of the new numbers.
    for number in range(first, first + new):
        outside.hide(f"10.48251/SADF.ISSN.2406-5617.C{number}")
    year.days(30)
    assert year.attention() == set()
    # A colleague changes an address in another tool; it is found within a week, and ours is sent again.
    outside.change_url(str(adopted[0]), "https://www.other.eu/here")
    year.days(8)
    assert year.attention() == {"1"}
    restored = year.depositor.restoration(adopted[0])
    year.send(restored)
    year.days(2)
    # One conflict: another tool registered the work once more, and a report of Crossref would say so.
    twin = next(one for one in year.commentaries() if str(one.doi).endswith(f".C{second}"))
    copied = twin.model_copy(update={"explicit_doi": None})
    xml = Built.of(DEPOSITOR.head("twin", 20200301130000), [copied]).xml.replace(
        str(twin.doi).encode(), b"10.48251/SADF.twin"
    )
    outside.deposit(xml)
    year.edit(year.file(second), r"^language:", "subtitle: Seen again\nlanguage:")
    year.send(year.file(second))


def hold(year: Year, *, old: int, new: int) -> dict[str, int]:
    """Hold the end of the year against the record files; returns its figures."""
    records = list(year.commentaries())
    assert len(records) == old + new + 1
    for one in records:
        kept = year.sandbox.record(str(one.doi))
        assert kept is not None
        ours = RegisteredRecord.read(Built.of(DEPOSITOR.head("x", 20270101000000), [one]).xml, str(one.doi))
        theirs = RegisteredRecord.read(kept.record.encode(), str(one.doi))
        assert ours is not None
        assert theirs is not None
        assert compare(theirs, ours) == (), one.doi
        assert kept.url == one.url
    assert {entry.action for entry in year.depositor.plan(year.records).entries} == {Action.UNCHANGED}
    assert year.attention() == {str(old + 2)}, "the conflict is for a person"
    assert [one.others for one in year.depositor.warnings.all()] == [("10.48251/SADF.twin",)]
    assert year.depositor.outstanding() == 0
    assert year.depositor.ledger.check() == ()
    works = AuditedWork.gather(year.depositor, {})[HOUSE.name]
    assert [line.code.value for line in AuditLine.all_of(works)] == []
    sent = [one.doi for one in year.depositor.events() if one.kind.value == "prepared"]
    return {
        "DOIs": len(records), "files sent": len(sent), "passes of the job": year.passes, "kills": year.kills,
        "events": sum(1 for _ in year.depositor.events()),
    }  # fmt: skip


@pytest.mark.slow
def test_a_small_year_ends_as_it_should(year: Year) -> None:
    live(year, old=6, new=3)
    figures = hold(year, old=6, new=3)
    assert figures["kills"] >= 3
    print(figures)


@pytest.mark.slow
@pytest.mark.acceptance
@pytest.mark.timeout(900)
def test_a_year_ends_as_it_should(year: Year) -> None:
    live(year, old=250, new=12)
    print(hold(year, old=250, new=12))
