"""What the API has about DOIs: lists with filters, what belongs to one, and what a person decides."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from flask import request
from werkzeug.wrappers import Response

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.values import WorkStatus
from doideposit.errors import UsageError
from doideposit.lifecycle import State
from doideposit.records.identifiers import Doi
from doideposit.records.landing import tags_document
from doideposit.records.models.commentary import Commentary
from doideposit.web.answers import Answer, Refused, document
from doideposit.web.reading import JsonBody, Query
from doideposit.web.service import Service
from doideposit.web.tokens import TokenScope
from doideposit.web.views import Views, route

__all__ = ["LONGEST_REASON", "MAX_DOIS", "MAX_LISTED", "DoiViews"]

# As many as a page of a CMS shows are asked for at once; each costs some 20 characters of the address.
MAX_DOIS: Final = 100
MAX_LISTED: Final = 1_000
_FILTERS: Final = ("doi", "state", "series", "outstanding", "attention", "after", "limit")

LONGEST_REASON: Final = 1_000


@dataclass(frozen=True, slots=True)
class DoiViews(Views):
    """Answer what is asked about DOIs."""

    service: Service

    @route("/dois")
    def dois(self) -> Response:
        """Return the status of many DOIs in order: the named ones, or a page of those that match the filters."""
        query = Query(*_FILTERS, repeated=("doi",))
        depositor = self.service.depositor()
        named = request.args.getlist("doi")
        if len(named) > MAX_DOIS:
            message = f"{len(named)} DOIs were requested; at most {MAX_DOIS} are allowed"
            raise Refused(
                400, "query-parameter", message, hint="split them into several requests", where="query parameter doi"
            )
        limit = query.number("limit", 100, least=1, most=MAX_LISTED)
        state = query.choice("state", ("", *State), "")
        found = depositor.statuses(
            state=State(state) if state else None,
            series=request.args.get("series"),
            outstanding=query.flag("outstanding"),
            attention=query.flag("attention"),
            dois=query.dois("doi") if named else None,
            after=next(iter(query.dois("after")), None),
        )
        mine = (status for status in found if self.service.is_within_reach(status.doi, status.series))
        page = list(islice(mine, limit + 1))
        told = page[:limit]
        more = len(page) > limit
        data = {
            "ok": True,
            "target": depositor.target,
            "records": [status.to_dict() for status in told],
            "next": str(told[-1].doi) if more else None,
            "more": more,
        }
        return document(data)

    @route("/status", "POST")
    def statuses(self) -> Response:
        """Return the status of each DOI in the lines of the body."""
        Query()

        def answers(asked: Sequence[Doi]) -> Iterator[Answer]:
            found = {status.doi.key: status for status in self.service.depositor().statuses(dois=asked)}
            for doi in asked:
                status = found.get(doi.key)
                if status is None or not self.service.is_within_reach(doi, status.series):
                    unknown = self.service.never_seen(doi)
                    yield unknown.status, unknown.to_dict()
                else:
                    yield 200, _status_document(status)

        return JsonBody.answer_lines(JsonBody.doi_of_line, answers)

    @route("/dois/<path:doi>/xml")
    def xml(self, doi: str) -> Response:
        """Return the exact bytes of the latest deposit of a DOI."""
        Query()
        wanted = self.service.known_doi(doi)
        found = self.service.depositor().xml(wanted)
        if found is None:
            raise self.service.never_seen(wanted)
        return Response(found, mimetype="application/xml")

    @route("/dois/<path:doi>/tags")
    def tags(self, doi: str) -> Response:
        """Return the landing-page tags of the last deposit."""
        Query()
        depositor, wanted = self.service.depositor(), self.service.known_doi(doi)
        try:
            record = depositor.deposited_record(wanted)
            series = depositor.series.get(str(record["series"]))
            commentary = Commentary.model_validate({**record, "series": series})
        except (UsageError, ValueError):
            message = f"the deposited content of {wanted} is not a record of a configured series"
            hint = "deposit it again from its record, then repeat this request"
            raise Refused(404, "doi-unreadable", message, hint=hint, where="path") from None
        return document({"ok": True, "target": depositor.target, **tags_document(commentary)})

    @route("/dois/<path:doi>/verify", "POST", needs=TokenScope.DEPOSIT)
    def verify(self, doi: str) -> Response:
        """Look a DOI up at doi.org and at Crossref now; the answer waits for both."""
        Query()
        return document(_status_document(self.service.depositor().verify(self.service.known_doi(doi))))

    # What a person decides about a DOI, with a reason.

    @route("/dois/<path:doi>/acknowledge", "POST", needs=TokenScope.DECIDE)
    def acknowledge(self, doi: str) -> Response:
        """Set a warning or a failure aside."""
        return self._record_decision(Depositor.acknowledge, doi)

    @route("/dois/<path:doi>/accept", "POST", needs=TokenScope.DECIDE)
    def accept(self, doi: str) -> Response:
        """Accept what others changed."""
        return self._record_decision(Depositor.accept, doi)

    @route("/dois/<path:doi>/abandon", "POST", needs=TokenScope.DECIDE)
    def abandon(self, doi: str) -> Response:
        """Give up the open deposit of a DOI, and of all others in its file."""
        return self._record_decision(Depositor.abandon, doi)

    def _record_decision(self, decide: Callable[[Depositor, Doi, str], WorkStatus], doi: str) -> Response:
        """Record a decision about a DOI, with the reason in the body, and return its status."""
        Query()
        wanted = self.service.known_doi(doi)
        return document(_status_document(decide(self.service.depositor(), wanted, JsonBody.reason(LONGEST_REASON))))


def _status_document(status: WorkStatus) -> dict[str, Any]:
    """Return the status of one DOI as a document."""
    return {"ok": not status.needs_person, "target": status.target, "records": [status.to_dict()]}
