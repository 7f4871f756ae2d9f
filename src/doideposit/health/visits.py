"""Visit landing pages: one request at a time to each host, with pauses, and only where the host lets programs look."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from doideposit.crossref.guarded_fetch import FetchPage, Page
from doideposit.crossref.politeness import Pace, PassingTime
from doideposit.errors import AddressRefused, PageUnavailable, WorldError
from doideposit.findings import Finding, Severity, Where
from doideposit.health.landing_pages import page_findings
from doideposit.records.models.commentary import Commentary

__all__ = ["LARGEST", "PageVisit"]

# The name by which robots.txt knows this program.
AGENT: Final = "doideposit"
# One visit in a second, so that a small server is not overloaded.
PER_SECOND: Final = 1.0
# Bytes of a page that are read: what counts is at the top, and some pages have no end.
LARGEST: Final = 3_000_000
# Seconds that may be lost on a host without any answer: a site that hangs would hold up a thousand pages for hours.
PATIENCE: Final = 120.0


@dataclass(frozen=True, slots=True)
class PageVisit:
    """Say what a visit to the page of one commentary found; without findings all is well."""

    commentary: Commentary
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Tell whether nobody has to do anything."""
        return all(finding.severity is Severity.INFO for finding in self.findings)

    @classmethod
    def each(
        cls,
        commentaries: Iterable[Commentary],
        fetch: FetchPage,
        *,
        waiting: PassingTime,
        per_second: float = PER_SECOND,
    ) -> Iterator[Self]:
        """Visit the page of each commentary, at most `per_second` times a second on one host.

        A commentary without an address, and a page that cannot be fetched, are findings; one page after the other comes
        out, so that a run over many can be stopped at any time.
        """
        hosts = _Hosts(fetch, waiting, per_second)
        for commentary in commentaries:
            yield cls.of_page(commentary, commentary.url, hosts.page)

    @classmethod
    def of_page(cls, commentary: Commentary, address: str | None, get: Callable[[str], Page | None]) -> Self:
        """Look at the page at an address; `get` fetches it, or returns None if it may not.

        A page that cannot be fetched is a finding, whatever the reason.
        """
        where = Where(file=address, field="url")
        if address is None:
            hint = "add `url` to the record or to the series"
            return cls(
                commentary,
                (Finding("page-no-address", Severity.ERROR, "the commentary has no landing page", hint, where),),
            )
        try:
            page = get(address)
        except AddressRefused as error:
            return cls(commentary, (Finding("page-refused", Severity.WARNING, error.message, error.hint, where),))
        except WorldError as error:
            hint = "try again later; if it fails again, tell the person who maintains the site"
            return cls(commentary, (Finding("page-away", Severity.WARNING, error.message, hint, where),))
        if page is None:
            message = "robots.txt of the site does not allow programs to read this page, so it was not checked"
            return cls(commentary, (Finding("page-robots", Severity.INFO, message, "check it in a browser", where),))
        return cls(commentary, page_findings(commentary, page, address))


class _Hosts:
    """Keep the pace and the robots.txt of each host."""

    def __init__(self, fetch: FetchPage, waiting: PassingTime, per_second: float) -> None:
        self._fetch = fetch
        self._waiting = waiting
        self._per_second = per_second
        self._paces: dict[str, Pace] = {}
        self._robots: dict[str, Callable[[str], bool]] = {}
        self._lost: dict[str, float] = {}

    def page(self, url: str) -> Page | None:
        """Fetch a page; None where robots.txt forbids it. Raises the errors of the fetch."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        # Rules that could not be read are requested again for the next page: a short outage costs one page only.
        if origin not in self._robots:
            self._robots[origin] = self._load_rules(origin)
        return self._fetch_politely(origin, url, LARGEST) if self._robots[origin](url) else None

    def _fetch_politely(self, origin: str, url: str, limit: int) -> Page:
        if origin not in self._paces:
            self._paces[origin] = Pace(self._waiting, rate=self._per_second, at_once=1)
        if self._lost.get(origin, 0.0) >= PATIENCE:
            raise PageUnavailable(f"{url} was not requested: earlier pages of {origin} did not answer in time")
        with self._paces[origin].turn():
            started = self._waiting.now()
            try:
                page = self._fetch(url, limit=limit)
            except PageUnavailable:
                # Measured, and not counted by failures: a refused connection or a circle of redirects costs next to no
                # time.
                self._lost[origin] = self._lost.get(origin, 0.0) + self._waiting.now() - started
                raise
        self._lost[origin] = 0.0
        return page

    def _load_rules(self, origin: str) -> Callable[[str], bool]:
        """Return the rules of robots.txt of a site; raises `PageUnavailable` when the site cannot say them now.

        Without the file (4xx) every page may be fetched; while the server fails (5xx) or gives no answer, none may
        (RFC 9309, 2.3.1.3 and 2.3.1.4).
        """
        try:
            page = self._fetch_politely(origin, f"{origin}/robots.txt", 500_000)
        # The visit of the page itself is refused as well, and names the address that a person has to correct.
        except AddressRefused:
            return lambda _url: True
        except PageUnavailable as error:
            raise PageUnavailable(f"robots.txt of the site could not be read: {error.message}") from None
        if page.status >= 500:  # noqa: PLR2004  (HTTP: errors of the server)
            message = f"robots.txt of the site could not be read: {origin}/robots.txt answered with HTTP {page.status}"
            raise PageUnavailable(message)
        if page.status != 200:  # noqa: PLR2004  (HTTP: OK)
            return lambda _url: True
        parser = RobotFileParser()
        parser.parse(page.body.decode("utf-8", "replace").splitlines())
        return lambda url: parser.can_fetch(AGENT, url)
