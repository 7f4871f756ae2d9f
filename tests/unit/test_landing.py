"""`landing.check`, as the tests of a website use it: pages that are there, and all the ways in which they are not."""

from pathlib import Path

import pytest

from depositing import commentary
from doideposit import landing
from doideposit.crossref.guarded_fetch import Page
from doideposit.errors import PageUnavailable

WORK = commentary(258)
GOOD = f"<html><head>{landing.head_html(WORK)}</head><h1>{WORK.title.plain}</h1>{landing.doi_display(WORK.doi)}</html>"


def codes(html: str | bytes, **more: str) -> list[str]:
    return [one.code for one in landing.check(WORK, html=html, **more)]


def test_a_page_in_good_form_gives_nothing() -> None:
    assert landing.check(WORK, html=GOOD) == ()
    assert landing.check(WORK, html=GOOD.encode()) == ()
    assert landing.check(commentary(258, title="Überfluß — 日本"), html=GOOD) != ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("https://doi.org/10", "http://dx.doi.org/10"), "page-doi-form"),
        ((landing.doi_display(WORK.doi), ""), "page-doi-missing"),
        ((landing.doi_display(WORK.doi), WORK.doi.url), "page-doi-not-linked"),
        ((f"<h1>{WORK.title.plain}</h1>", "<h1>Another text altogether, of somebody else</h1>"), None),
        (('content="10.48251', 'content="10.48252'), "page-tag-differs"),
        ((landing.head_html(WORK), ""), "page-tags-missing"),
    ],
)
def test_what_is_wrong_has_its_code(change: tuple[str, str], code: str | None) -> None:
    found = codes(GOOD.replace(*change))
    assert (code in found) if code else (found == [])


def answer(status: int = 200, body: bytes = GOOD.encode(), kind: str = "text/html", at: str = "") -> Page:
    return Page(at or "https://www.sadf.eu/comment-258/", status, body, kind, "utf-8")


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (answer(404), "page-missing"),
        (answer(410), "page-missing"),
        (answer(500), "page-away"),
        (answer(403), "page-not-shown"),
        (answer(body=b"%PDF-1.7", kind="application/pdf"), "page-not-html"),
        (answer(body=b"<form><input type=password></form>", at="https://www.sadf.eu/login?next=258"), "page-login"),
        (answer(body=b""), "page-not-html"),
        (answer(body=b"<html>" + b"x" * 3_000_000), "page-doi-missing"),
        (PageUnavailable("it redirects more than 5 times"), "page-away"),
    ],
)  # fmt: skip
def test_a_page_that_is_not_what_it_should_be_is_a_finding(page: Page | Exception, code: str) -> None:
    def fetch(_url: str, *, limit: int = 0) -> Page:
        assert 0 < limit < 10_000_000
        if isinstance(page, Exception):
            raise page
        return page

    assert [one.code for one in landing.check(WORK, fetch=fetch)][:1] == [code]


@pytest.mark.network_loopback
def test_an_address_of_the_own_network_is_refused_unless_it_is_named(tmp_path: Path) -> None:
    here = "http://127.0.0.1:59999/comment-258/"
    assert [one.code for one in landing.check(WORK, url=here)] == ["page-refused"]
    config = tmp_path / "doideposit.toml"
    config.write_text('[pages]\nown_hosts = ["127.0.0.1"]\n', encoding="utf-8")
    for allowed in ({"hosts": ["127.0.0.1"]}, {"config": config}):
        # The address is asked now, and nobody is there.
        assert [one.code for one in landing.check(WORK, url=here, **allowed)] == ["page-away"]
