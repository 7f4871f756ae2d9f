"""The sandbox's look-ups in process: the same questions as over HTTP, without a socket."""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from doideposit.crossref.http import HttpAnswer, NoAnswer
from doideposit.crossref.registrar import Endpoint
from doideposit.crossref.rest_api import Registry
from doideposit.sandbox.exchange import Dropped, Request
from doideposit.sandbox.simulation import Sandbox

__all__ = ["SandboxRegistry"]

_HERE = "http://localhost"


class SandboxRegistry(Registry):
    """Ask a `Sandbox` about registered DOIs, as a `Registry` asks Crossref and doi.org."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        super().__init__(Endpoint("sandbox", _HERE, _HERE, _HERE), mailto=None, fetch=self._fetch)

    def _fetch(self, url: str, *, params: Mapping[str, str] | None = None, limit: int) -> HttpAnswer:
        request = Request.get(unquote(urlsplit(url).path), **(params or {}))
        reply = self._sandbox.handle(request)
        if isinstance(reply, Dropped):
            raise NoAnswer("the connection was interrupted")
        headers = {name.lower(): value for name, value in reply.headers}
        return HttpAnswer(reply.status, reply.body[:limit], len(reply.body) > limit, headers)
