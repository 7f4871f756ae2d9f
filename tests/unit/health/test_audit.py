"""The audit of a series: every planted fault is found, and a series in good health is left in peace."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doideposit.health.audit import AuditCode, AuditLine
from doideposit.health.works import AuditedWork
from doideposit.records.sources.site_table import SiteRow

PEOPLE = (("Maya", "Gurung"), ("Arif", "Rahman"), ("Lakshmi", "Perera"))


def work(number: int | str, **changes: Any) -> AuditedWork:
    plain = int("".join(each for each in str(number) if each.isdigit()))
    given, family = PEOPLE[plain % 3]
    fields: dict[str, Any] = {
        "title": f"What happened in place number {plain}",
        "published": f"{2004 + plain // 12}-{1 + plain % 12:02d}-03",
        "authors": [{"given": given, "family": family}],
    } | changes
    return AuditedWork(f"10.5555/C{number}", str(number), fields, address=f"https://example.org/{number}/", record="r")


def clean(count: int) -> list[AuditedWork]:
    return [work(number) for number in range(1, count + 1)]


def codes(works: list[AuditedWork], **how: Any) -> list[AuditCode]:
    return [line.code for line in AuditLine.all_of(works, **how)]


def test_a_clean_series_of_250_gets_not_one_line() -> None:
    site = [SiteRow(each, str(each), f"10.5555/c{each}", f"http://www.example.org/{each}") for each in range(1, 251)]
    assert codes(clean(250), site=site, has_records=True) == []


def test_things_that_are_no_faults_get_no_line() -> None:
    same, orcid = "The year in review", "0000-0002-1825-0097"
    works = [
        *clean(40),
        # A title that comes back each year, and a name with and without its middle name.
        work(41, title=same, published="2007-06-01"),
        work(42, title=same, published="2008-06-01"),
        work(43, authors=[{"given": "Siegfried O.", "family": "Wolf", "orcid": orcid}]),
        work(44, authors=[{"given": "S.", "family": "Wolf", "orcid": orcid}]),
        work(45, authors=[{"organisation": "River Group"}, {"family": "Sukarno"}]),
        work(46, published="2007"),
        work(47, published=""),
    ]
    assert codes(works) == []
    # Numbers that carry a year leave gaps of thousands.
    assert codes([work(number) for number in (2023001, 2023002, 2024001, 2024002)]) == []


BYRON = [{"given": "Ada", "family": "Byron", "orcid": "https://orcid.org/0000-0002-1825-0097"}]
MUELLER = [{"given": "Max", "family": "Müller", "orcid": "0000-0002-1825-0097"}]
SAME = {key: work(50).fields[key] for key in ("title", "published", "authors")}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ([work(52)], AuditCode.GAP),
        ([work("05", title="Another thing")], AuditCode.SPELLING),
        ([work("5a", title="Another thing"), work("5b", title="A third thing")], AuditCode.SPELLING),
        ([work("005")], AuditCode.DOUBLE),
        ([work(51, **SAME)], AuditCode.SAME_TITLE),
        ([work(51, published="1997-04-03"), work(52)], AuditCode.ORDER),
        ([work(51, authors=BYRON), work(52, authors=MUELLER)], AuditCode.NAME_VARIES),
        ([work(51, authors=[{"given": "Gurung", "family": "Maya"}])], AuditCode.NAME_REVERSED),
    ],
)
def test_each_planted_fault_is_found_and_nothing_else(more: list[AuditedWork], code: AuditCode) -> None:
    lines = AuditLine.all_of([*clean(50), *more])
    assert [line.code for line in lines] == [code]
    assert all(line.next_step and line.code.doer for line in lines)


def test_gaps_are_told_in_one_line() -> None:
    (line,) = AuditLine.all_of([work(number) for number in (1, 2, 5, 6, 7, 9)])
    assert line.message == "without a DOI: 3 to 4, 8"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([SiteRow(2, "1"), SiteRow(3, "2", "10.5555/C2")], AuditCode.NO_DOI),
        ([SiteRow(2, "1", "10.5555/C1"), SiteRow(3, "2", "10.5555/C2"), SiteRow(4, "3")], AuditCode.NOT_REGISTERED),
        (
            [SiteRow(2, "", "10.5555/C1"), SiteRow(3, "2", "10.5555/C2"), SiteRow(4, "", "10.5555/X")],
            AuditCode.NOT_REGISTERED,
        ),
        ([SiteRow(2, "1", "10.5555/C1")], AuditCode.NOT_ON_SITE),
        (
            [SiteRow(2, "1", "10.5555/C1", "https://other.example/1"), SiteRow(3, "2", "10.5555/C2")],
            AuditCode.OTHER_ADDRESS,
        ),
    ],
)
def test_the_site_and_the_register_are_compared(rows: list[SiteRow], code: AuditCode) -> None:
    assert codes(clean(2), site=rows) == [code]


def test_a_doi_without_a_record_file_is_named_where_there_are_record_files() -> None:
    one = AuditedWork("10.5555/C3", "3", work(3).fields)
    assert codes([*clean(2), one]) == []
    assert codes([*clean(2), one], has_records=True) == [AuditCode.ORPHAN]


NAMES = st.dictionaries(st.sampled_from(["given", "family", "organisation", "orcid"]), st.text(max_size=6), max_size=3)
VALUES = st.one_of(st.none(), st.text(max_size=12), st.lists(NAMES, max_size=3))
FIELDS = st.dictionaries(st.sampled_from(["title", "subtitle", "published", "authors", "number"]), VALUES)
WORKS = st.builds(AuditedWork, st.text(max_size=6), st.one_of(st.none(), st.text(max_size=5)), FIELDS)


@given(st.lists(WORKS, max_size=8))
def test_no_series_is_too_strange(works: list[AuditedWork]) -> None:
    for line in AuditLine.all_of(works, has_records=True):
        assert line.to_dict()["next"]


def test_a_doi_that_another_work_names_and_nobody_registered_is_said_once() -> None:
    from doideposit.health.audit import AuditCode, AuditLine
    from doideposit.health.works import AuditedWork

    works = [AuditedWork(f"10.5555/c{n}", str(n), {}, cited=("10.5555/c9", "10.5555/c1")) for n in (1, 2, 3)]
    [line] = AuditLine.all_of(works)
    assert (line.code, line.dois) == (AuditCode.NOT_THERE, ("10.5555/c9",))
    assert line.message.startswith("number 1 and number 2 and number 3 name 10.5555/c9")


def test_a_doi_that_was_seen_to_lead_elsewhere_is_for_the_website() -> None:
    from doideposit.health.audit import AuditCode, AuditLine
    from doideposit.health.works import AuditedWork

    [line] = AuditLine.all_of([AuditedWork("10.5555/c1", "1", {}, dead="it leads to https://www.other.eu/")])
    assert (line.code, line.code.doer) == (AuditCode.DEAD_ADDRESS, "website")
