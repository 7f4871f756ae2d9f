"""Somebody who uses the pages for staff, without a browser."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient

__all__ = ["Visitor"]


@dataclass
class Visitor:
    """Somebody with a browser, who sends back the forms of the pages they see."""

    client: FlaskClient
    page: str = ""
    url: str = ""
    status: int = 0

    def _took(self, answer: Any) -> "Visitor":
        self.page, self.status, self.url = answer.text, answer.status_code, answer.request.path
        return self

    def get(self, path: str) -> "Visitor":
        return self._took(self.client.get(path, follow_redirects=True))

    def until(self, path: str, *texts: str) -> "Visitor":
        """Load a page until it has all of these texts: a thread may still be at work. The test fails after a minute."""
        end = time.monotonic() + 60
        while missing := self.get(path).without(texts):
            assert time.monotonic() < end, f"{missing} not in {self.page}"
            time.sleep(0.02)
        return self

    def without(self, texts: Sequence[str]) -> list[str]:
        """Those of the texts that this page does not have."""
        return [text for text in texts if text not in self.page]

    def form(self) -> dict[str, str]:
        """The values of the form of this page, as a browser would send them."""
        page = self.page[self.page.index('<form method="post" id="draft"') :]
        values = dict(re.findall(r'<input [^>]*name="([^"]+)" value="([^"]*)"', page))
        values |= dict(re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>([^<]*)', page))
        selected = re.search(r'<option value="([^"]*)" selected', page)
        return values | ({"series": selected[1]} if selected else {})

    def token(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.page)
        assert found, self.page
        return found[1]

    def press(self, action: str, **changes: str) -> "Visitor":
        values = self.form() | {key.replace("__", "."): text for key, text in changes.items()} | {"do": action}
        return self._took(self.client.post(self.url, data=values, follow_redirects=True))

    def post(self, path: str, **values: Any) -> "Visitor":
        values.setdefault("csrf", self.token())
        return self._took(self.client.post(path, data=values, follow_redirects=True))
