"""Visits: politely, one after the other, and nothing that robots.txt keeps programs from."""

from dataclasses import replace
from itertools import pairwise

import pytest

from depositing import commentary
from doideposit.crossref.guarded_fetch import Page
from doideposit.crossref.politeness import PassingTime
from doideposit.errors import AddressRefused, PageUnavailable
from doideposit.health.visits import PageVisit
from doideposit.records.landing import doi_display, head_html


class Site:
    """A website and a clock: what is asked of it, and when."""

    def __init__(self, robots: str | None = None, error: Exception | None = None) -> None:
        self.robots, self.error = robots, error
        self.now = 0.0
        self.asked: list[tuple[float, str]] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    @property
    def time(self) -> PassingTime:
        return PassingTime(lambda: self.now, self.sleep)

    def __call__(self, url: str, *, limit: int = 0) -> Page:
        assert limit > 0
        self.asked.append((self.now, url))
        if url.endswith("/robots.txt"):
            return Page(url, 200 if self.robots else 404, (self.robots or "").encode(), "text/plain")
        if self.error is not None:
            raise self.error
        work = commentary(int("".join(each for each in url if each.isdigit())))
        body = f"<head>{head_html(work)}</head><h1>{work.title.plain}</h1>{doi_display(work.doi)}"
        return Page(url, 200, body.encode(), "text/html", "utf-8")


def test_one_page_a_second_and_the_rules_of_the_site_once() -> None:
    site = Site()
    visits = list(PageVisit.each([commentary(number) for number in (1, 2, 3)], site, waiting=site.time))
    assert [visit.findings for visit in visits] == [(), (), ()]
    assert sum(url.endswith("robots.txt") for _, url in site.asked) == 1
    assert all(after - before >= 1.0 for (before, _), (after, _) in pairwise(site.asked))


def test_what_robots_txt_forbids_is_not_asked_for_and_is_no_fault() -> None:
    site = Site(robots="User-agent: *\nDisallow: /")
    (visit,) = PageVisit.each([commentary(1)], site, waiting=site.time)
    assert [finding.code for finding in visit.findings] == ["page-robots"]
    assert visit.ok
    assert all(url.endswith("robots.txt") for _, url in site.asked)


def test_rules_for_others_do_not_hold_for_us() -> None:
    site = Site(robots="User-agent: BadBot\nDisallow: /")
    (visit,) = PageVisit.each([commentary(1)], site, waiting=site.time)
    assert visit.findings == ()


@pytest.mark.parametrize(
    ("status", "found"),
    [(404, [[], []]), (403, [[], []]), (429, [[], []]), (500, [["page-away"], []]), (503, [["page-away"], []])],
)
def test_a_server_that_fails_gives_no_permission_and_is_asked_again(status: int, found: list[list[str]]) -> None:
    site = Site()
    answers = iter([status, 404])

    def fetch(url: str, *, limit: int = 0) -> Page:
        page = site(url, limit=limit)
        return replace(page, status=next(answers)) if url.endswith("robots.txt") else page

    visits = list(PageVisit.each([commentary(1), commentary(2)], fetch, waiting=site.time))
    assert [[finding.code for finding in visit.findings] for visit in visits] == found
    pages = [url for _, url in site.asked if not url.endswith("robots.txt")]
    assert len(pages) == sum(not codes for codes in found)


def test_rules_that_cannot_be_fetched_are_no_permission() -> None:
    def fetch(url: str, *, limit: int = 0) -> Page:
        assert url.endswith("robots.txt"), f"asked for {limit} bytes without permission"
        raise PageUnavailable(f"{url} could not be fetched: no data arrived for 15 s")

    (visit,) = PageVisit.each([commentary(1)], fetch, waiting=Site().time)
    (finding,) = visit.findings
    assert finding.code == "page-away"
    assert "/robots.txt could not be fetched" in finding.message


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PageUnavailable("it did not answer"), "page-away"),
        (AddressRefused("private", hint="allow it"), "page-refused"),
    ],
)
def test_one_page_that_cannot_be_fetched_stops_no_other(error: Exception, code: str) -> None:
    site = Site(error=error)
    visits = list(PageVisit.each([commentary(1), commentary(2)], site, waiting=site.time))
    assert [[finding.code for finding in visit.findings] for visit in visits] == [[code], [code]]


def test_a_commentary_without_an_address() -> None:
    site = Site()
    work = commentary(1).model_copy(update={"url": None})
    (visit,) = PageVisit.each([work], site, waiting=site.time)
    assert [finding.code for finding in visit.findings] == ["page-no-address"]
    assert site.asked == []


def test_a_site_that_hangs_is_left_alone_after_two_minutes() -> None:
    site = Site()
    hangs = iter([False, True, True, True, True, True, True])

    def fetch(url: str, *, limit: int = 0) -> Page:
        if not url.endswith("robots.txt") and next(hangs, False):
            site.sleep(30)
            raise PageUnavailable(f"{url} could not be fetched: no data arrived for 15 s")
        return site(url, limit=limit)

    many = [commentary(number) for number in range(1, 40)]
    visits = list(PageVisit.each(many, fetch, waiting=site.time))
    assert [visit.ok for visit in visits[:2]] == [True, False]
    assert all(visit.findings[0].code == "page-away" for visit in visits[1:])
    assert "was not requested" in visits[-1].findings[0].message
    assert site.now < 300


def test_an_address_that_is_none_is_named_as_it_stands() -> None:
    def fetch(url: str, *, limit: int = 0) -> Page:
        raise AddressRefused(f"{url} is not the address of a web page, of which {limit} bytes were wanted")

    (visit,) = PageVisit.each([commentary(1).model_copy(update={"url": "/new/1"})], fetch, waiting=Site().time)
    assert visit.findings[0].message.startswith("/new/1 is not the address of a web page")
