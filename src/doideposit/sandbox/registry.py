"""The sandbox's look-ups in process: what the REST API and the resolver would say, without a socket."""

import json
from datetime import datetime

from doideposit.crossref.queries import RegisteredState, read_query
from doideposit.crossref.registrar import RegisteredWork, ResolvedHandle
from doideposit.errors import RegistrarUnavailable
from doideposit.records.identifiers import Doi
from doideposit.sandbox.exchange import Dropped, Reply, Request
from doideposit.sandbox.simulation import Sandbox

__all__ = ["SandboxRegistry"]

OK, NOT_FOUND = 200, 404


class SandboxRegistry:
    """Ask a `Sandbox` about registered DOIs, as `doideposit.crossref.rest_api.Registry` asks Crossref and doi.org."""

    has_works = True
    has_handles = True

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def work(self, doi: Doi) -> RegisteredWork | None:
        """Return the work as the REST API shows it, None while it does not; raises `RegistrarUnavailable`."""
        reply = self._ask(f"/works/{doi}")
        if reply is None:
            return None
        message = json.loads(reply.body)["message"]
        return RegisteredWork(
            doi=message["DOI"],
            type=message.get("type"),
            landing_url=message.get("resource", {}).get("primary", {}).get("URL"),
            created=_moment(message.get("created")),
            deposited=_moment(message.get("deposited")),
            indexed=_moment(message.get("indexed")),
        )

    def handle(self, doi: Doi, *, authoritative: bool = False) -> ResolvedHandle | None:
        """Return where the DOI leads, None while it leads nowhere; raises `RegistrarUnavailable`."""
        query = {"auth": "true"} if authoritative else {}
        reply = self._ask(f"/api/handles/{doi}", **query)
        if reply is None:
            return None
        values = json.loads(reply.body).get("values", [])
        urls = tuple(value["data"]["value"] for value in values if value["type"] == "URL")
        versions = [str(value["data"]["value"]) for value in values if value["type"] == "700050"]
        return ResolvedHandle(str(doi), urls, versions[0] if versions else None)

    def registered(self, doi: Doi, email: str) -> RegisteredState | None:
        """Return what the sandbox holds of a DOI, None when it does not know it; raises `RegistrarUnavailable`."""
        reply = self._ask("/servlet/query", pid=email, format="unixsd", id=str(doi))
        return None if reply is None else read_query(reply.body, doi, "the sandbox")

    def deposit_timestamp(self, doi: Doi, email: str) -> int | None:
        """Return the version the sandbox holds, None for a DOI it does not know; raises `RegistrarUnavailable`."""
        state = self.registered(doi, email)
        return None if state is None else state.timestamp

    def _ask(self, path: str, **query: str) -> Reply | None:
        answer = self._sandbox.handle(Request.get(path, **query))
        if isinstance(answer, Dropped) or answer.status not in {OK, NOT_FOUND}:
            raise RegistrarUnavailable("the sandbox does not answer look-ups at the moment")
        return answer if answer.status == OK else None


def _moment(value: dict[str, str] | None) -> datetime | None:
    return datetime.fromisoformat(value["date-time"]) if value and "date-time" in value else None
