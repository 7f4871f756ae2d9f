"""Make the tags and the JSON-LD of a landing page, and check the page: the public name of `doideposit.records.landing`.

In the tests of a website:

    assert landing.check(commentary, html=response.content) == ()
    assert landing.check(commentary, url=f"{live_server.url}/comment-258/", hosts=["localhost"]) == ()
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from doideposit.records.landing import (
    citation,
    citation_meta,
    doi_display,
    head_html,
    is_same_page,
    json_ld,
    json_ld_text,
)

if TYPE_CHECKING:
    from doideposit.crossref.guarded_fetch import FetchPage
    from doideposit.findings import Finding
    from doideposit.records.models.commentary import Commentary

__all__ = [
    "check",
    "citation",
    "citation_meta",
    "doi_display",
    "head_html",
    "is_same_page",
    "json_ld",
    "json_ld_text",
]


def check(
    commentary: "Commentary",
    *,
    html: str | bytes | None = None,
    url: str | None = None,
    hosts: Iterable[str] = (),
    config: str | Path | None = None,
    fetch: "FetchPage | None" = None,
) -> tuple["Finding", ...]:
    """Return what is wrong with the landing page of a commentary; empty if nothing is.

    It has to be there for everybody, show the DOI as a link in the form that Crossref recommends, have the title of
    the record, and `citation_*` tags that say what the record says. The page is `html` where you have it already;
    else it is fetched from `url`, or from the address in the record. An address of your own network is refused, except
    for the names in `hosts` and in `[pages] own_hosts` of the configuration file `config`. `fetch` takes the place of
    the network. Never raises for a page: one that is away, or leads in circles, is a finding.
    """
    from doideposit.crossref.guarded_fetch import GuardedFetch, Page
    from doideposit.health.visits import LARGEST, PageVisit

    address = url or commentary.url
    if html is not None:
        body = html.encode("utf-8") if isinstance(html, str) else html
        page = Page(address or "", 200, body, "text/html", "utf-8" if isinstance(html, str) else None)
        return PageVisit.of_page(commentary, address or "the page", lambda _address: page).findings
    allowed = tuple(hosts)
    if config is not None:
        from doideposit.wiring import load_settings

        allowed += load_settings(Path(config)).own_hosts
    get = fetch or GuardedFetch(allowed=allowed)
    return PageVisit.of_page(commentary, address, lambda named: get(named, limit=LARGEST)).findings
