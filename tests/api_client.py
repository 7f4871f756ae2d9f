"""A CMS for tests: the API over a whole workflow, and the requests a CMS makes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import Client, TestResponse

from depositing import Desk
from doideposit.deposits.depositor import Depositor
from doideposit.web import Application, application
from doideposit.web.afterwards import Start

TOKEN = "the-token-of-the-test-cms-0123456789"
ENDPOINT = "sadf.1"
DOI = "10.48251/SADF.ISSN.2406-5617.C258"
RECORD = {
    "series": "sadf-comment",
    "number": 258,
    "title": "Prospects for NATO-Japan relations",
    "published": "2023-09-14",
    "url": "https://www.sadf.eu/comment-258/",
    "authors": [{"given": "Siegfried O.", "family": "Wolf"}],
}


def at_once(work: Callable[[], None]) -> None:
    """Do what an answer does not wait for before it leaves, so that a test sees what came of it."""
    work()


@dataclass
class ApiClient:
    """Makes requests with the right token, unless told otherwise."""

    depositor: Depositor
    log: list[str] = field(default_factory=list)
    seconds: float = 0.0
    token: str = TOKEN
    start: Start = at_once

    def __post_init__(self) -> None:
        self.app: Application = application(
            self.depositor,
            tokens={"cms": TOKEN, "other": "another-token-0123456789-0123456789"},
            notify_endpoints=[ENDPOINT],
            log=self.log.append,
            monotonic=lambda: self.seconds,
            start=self.start,
        )
        self.client = Client(self.app)

    def open(self, path: str, method: str = "GET", **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= options.pop("headers", {})
        return self.client.open(path, method=method, headers=headers, **options)

    def post(self, path: str, json: Any, **options: Any) -> TestResponse:
        return self.open(path, "POST", json=json, **options)

    def notify(self, endpoint: str | None, batch_id: str | None, method: str = "POST") -> TestResponse:
        headers = {"CROSSREF-NOTIFY-ENDPOINT": endpoint, "CROSSREF-EXTERNAL-ID": batch_id}
        headers["CROSSREF-RETRIEVE-URL"] = "https://evil.example.org/log"
        given = {name: value for name, value in headers.items() if value is not None}
        return self.client.open("/v1/crossref/notify", method=method, headers=given)


class Cms(ApiClient):
    """The same over the depositor of a desk, with what lies behind it."""

    def __init__(self, desk: Desk, **options: Any) -> None:
        super().__init__(desk.depositor, **options)
        self.desk = desk
