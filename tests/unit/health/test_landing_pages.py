"""Landing pages: what is wrong is said, and a page that is right is left in peace."""

import pytest

from depositing import commentary
from doideposit.crossref.guarded_fetch import Page
from doideposit.health.landing_pages import page_findings
from doideposit.records.landing import doi_display, head_html

WORK = commentary(258, "Prospects for NATO-Japan relations")
URL = "https://www.sadf.eu/comment-258/"
DOI = WORK.doi


def page(body: str, *, head: str = "", status: int = 200, url: str = URL, media: str = "text/html") -> Page:
    text = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return Page(url, status, text.encode(), media, "utf-8")


GOOD = f"<h1>{WORK.title.plain}</h1><p>{doi_display(DOI)}</p>"


def codes(found: Page) -> list[str]:
    return [finding.code for finding in page_findings(WORK, found)]


@pytest.mark.parametrize(
    "right",
    [
        page(GOOD, head=head_html(WORK)),
        page(GOOD.replace("<h1>", "<h1>SADF Comment 258: "), head=head_html(WORK)),
        page(f"<h2>{WORK.title.plain.upper()}</h2><p>Cite: {doi_display(DOI)}.</p>", head=head_html(WORK)),
        page(GOOD.replace(str(DOI), str(DOI).lower()), head=head_html(WORK)),
        page(GOOD, head=head_html(WORK).replace('content="10.', 'content="doi:10.')),
        page(GOOD + '<form><input type="password"></form>', head=head_html(WORK)),
    ],
)
def test_a_page_that_is_right_is_left_in_peace(right: Page) -> None:
    assert codes(right) == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (page(GOOD, status=404), "page-missing"),
        (page(GOOD, status=410), "page-missing"),
        (page(GOOD, status=403), "page-not-shown"),
        (page(GOOD, status=503), "page-away"),
        (page("%PDF-1.7", media="application/pdf"), "page-not-html"),
        (page('<input type="password">', url="https://www.sadf.eu/wp-login.php?redirect=x"), "page-login"),
        (page("Sign in", url="https://sso.sadf.eu/auth/login"), "page-login"),
        (page(f"<h1>{WORK.title.plain}</h1>"), "page-doi-missing"),
        (page(f"<h1>{WORK.title.plain}</h1>DOI: {DOI}"), "page-doi-not-linked"),
        (page(f'<h1>{WORK.title.plain}</h1><a href="https://doi.org/{DOI}">DOI</a>'), "page-doi-form"),
        (page(f'<a href="http://dx.doi.org/{DOI}">http://dx.doi.org/{DOI}</a>'), "page-doi-form"),
        (page(f"<h1>{WORK.title.plain}</h1>{doi_display(DOI)}"), "page-tags-missing"),
        (page(f"<h1>Quite another thing</h1>{doi_display(DOI)}"), "page-title-differs"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(wrong: Page, code: str) -> None:
    found = page_findings(WORK, wrong)
    assert code in [finding.code for finding in found]
    assert all(finding.hint and finding.where.file == WORK.url for finding in found)


@pytest.mark.parametrize(
    ("tag", "value", "differs"),
    [
        ("citation_doi", "10.48251/SADF.ISSN.2406-5617.C259", True),
        ("citation_author", " ".join(each.display for each in WORK.authors), False),
        ("citation_author", "Somebody Else", True),
        ("citation_publication_date", str(WORK.published.year), False),
        ("citation_publication_date", "1923/09/14", True),
        ("citation_title", "Prospects for NATO–Japan Relations", False),
        ("citation_title", "Something about whales", True),
    ],
)
def test_tags_are_compared_with_the_record(tag: str, value: str, differs: bool) -> None:
    head = f'<meta name="{tag}" content="{value}">'
    assert ("page-tag-differs" in codes(page(GOOD, head=head))) is differs


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"<" * 200_000, b"<a>" * 50_000])
def test_hostile_bytes_are_findings(body: bytes) -> None:
    assert page_findings(WORK, Page(URL, 200, body, "text/html", "no-such-charset"))
