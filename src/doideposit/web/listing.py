"""What the API has about DOIs: lists with filters, what belongs to one, what a person decides, and whose it is."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from doideposit.deposits.deposited import deposited_record
from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.deposits.values import WorkStatus
from doideposit.errors import UsageError
from doideposit.lifecycle import State
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.landing import tags_document
from doideposit.records.models.commentary import Commentary
from doideposit.web.answers import Answer, Refused, document, in_lines
from doideposit.web.reading import (
    choice_parameter,
    doi_in,
    flag_parameter,
    number_parameter,
    read_doi,
    read_lines,
    read_reason,
    refuse_unknown_parameters,
)
from doideposit.web.service import Service, holder, needs
from doideposit.web.tokens import TokenScope

__all__ = [
    "LONGEST_REASON",
    "MAX_DOIS",
    "MAX_LISTED",
    "api",
    "events_of",
    "is_within_reach",
    "known_doi",
    "never_seen",
]

# As many as a page of a CMS shows are asked for at once; each costs some 20 characters of the address.
MAX_DOIS: Final = 100
MAX_LISTED: Final = 1_000
api = Blueprint("dois", __name__)
_FILTERS: Final = ("doi", "state", "series", "outstanding", "attention", "after", "limit")


@api.get("/dois")
def dois() -> Response:
    """Return the status of many DOIs in order: the named ones, or a page of those that match the filters."""
    depositor = Service.current().depositor()
    refuse_unknown_parameters(_FILTERS, repeated=("doi",))
    named = request.args.getlist("doi")
    if len(named) > MAX_DOIS:
        message = f"{len(named)} DOIs are asked for, and {MAX_DOIS} are the most"
        raise Refused(400, "query-parameter", message, hint="ask in several requests", where="query parameter doi")
    limit = number_parameter("limit", 100, least=1, most=MAX_LISTED)
    state = choice_parameter("state", ("", *State), "")
    after = request.args.get("after")
    found = depositor.statuses(
        state=State(state) if state else None,
        series=request.args.get("series"),
        outstanding=flag_parameter("outstanding"),
        attention=flag_parameter("attention"),
        dois=[_parse_query_doi("doi", text) for text in named] if named else None,
        after=None if after is None else _parse_query_doi("after", after),
    )
    mine = (status for status in found if is_within_reach(status.doi, status.series))
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


@api.post("/status")
def statuses() -> Response:
    """Return the status of each DOI in the lines of the body."""
    depositor = Service.current().depositor()
    refuse_unknown_parameters(())

    def answers(asked: Sequence[Doi]) -> Iterator[Answer]:
        found = {status.doi.key: status for status in depositor.statuses(dois=asked)}
        for doi in asked:
            status = found.get(doi.key)
            if status is None or not is_within_reach(doi, status.series):
                unknown = never_seen(str(doi), depositor.target)
                yield unknown.status, unknown.to_dict()
            else:
                yield 200, _status_document(status)

    return in_lines(read_lines(doi_in), answers)


def _parse_query_doi(name: str, text: str) -> Doi:
    try:
        return Doi.parse(text)
    except InvalidIdentifier as error:
        where = f"query parameter {name}"
        raise Refused(400, "query-parameter", error.message, hint=error.hint, where=where) from None


def known_doi(text: str) -> Doi:
    """Return the DOI of an address, which must have been deposited from here, for the publisher of the token."""
    depositor, wanted = Service.current().depositor(), read_doi(text)
    if depositor.status(wanted).state is None or not is_within_reach(wanted):
        raise never_seen(str(wanted), depositor.target)
    return wanted


def never_seen(doi: str, target: str) -> Refused:
    """Return the refusal of a DOI that this ledger does not have, or that the token does not reach."""
    message = f"{doi} was never deposited to {target} from here"
    return Refused(404, "doi-unknown", message, hint="deposit it first: POST /v1/deposits", where="path")


@api.get("/dois/<path:doi>/xml")
def xml(doi: str) -> Response:
    """Return the exact bytes of the latest deposit of a DOI."""
    depositor = Service.current().depositor()
    refuse_unknown_parameters(())
    wanted = known_doi(doi)
    found = depositor.xml(wanted)
    if found is None:
        raise never_seen(str(wanted), depositor.target)
    return Response(found, mimetype="application/xml")


@api.get("/dois/<path:doi>/tags")
def tags(doi: str) -> Response:
    """Return the landing-page tags of the last deposit."""
    depositor = Service.current().depositor()
    refuse_unknown_parameters(())
    wanted = known_doi(doi)
    try:
        record = deposited_record(depositor, wanted)
        series = depositor.series.get(str(record["series"]))
        commentary = Commentary.model_validate({**record, "series": series})
    except (UsageError, ValueError):
        message = f"what was deposited of {wanted} cannot be read back as a record of a series that is configured"
        hint = "deposit it again from its record, then ask once more"
        raise Refused(404, "doi-unreadable", message, hint=hint, where="path") from None
    return document({"ok": True, "target": depositor.target, **tags_document(commentary)})


def is_within_reach(doi: Doi, series: str | None = None) -> bool:
    """Tell whether a DOI belongs to the publisher and the series of the token; as a rule every DOI does.

    `series` is what it was deposited in, by its short name or its title; looked up when left out.
    """
    depositor, limited = Service.current().depositor(), holder().series
    publishers = depositor.publishers
    if publishers.further and publishers.of(doi) != holder().publisher:
        return False
    if not limited:
        return True
    found = depositor.status(doi).series if series is None else series
    # A ready-made file names its series by the title alone.
    return found in limited or any(
        each.prefix == doi.prefix and each.title.casefold() == found.casefold()
        for name, each in depositor.series.items()
        if name in limited
    )


def events_of(events: Iterator[LedgerEvent]) -> Iterator[LedgerEvent]:
    """Yield the events of the publisher's files and DOIs."""
    depositor = Service.current().depositor()
    if not depositor.publishers.further and not holder().series:
        yield from events
        return
    for one in events:
        if one.doi is not None:
            mine = is_within_reach(Doi.parse(one.doi))
        elif one.submission is None:
            mine = False
        elif holder().series:
            works = depositor.works.in_submissions([one.submission])
            mine = any(is_within_reach(work.doi, work.series) for work in works)
        else:
            mine = depositor.publishers.of_file(one.submission) == holder().publisher
        if mine:
            yield one


LONGEST_REASON: Final = 1_000


@api.post("/dois/<path:doi>/acknowledge")
@needs(TokenScope.DECIDE)
def acknowledge(doi: str) -> Response:
    """Set a warning or a failure of a DOI aside."""
    depositor = Service.current().depositor()
    return _record_decision(doi, depositor.acknowledge)


@api.post("/dois/<path:doi>/accept")
@needs(TokenScope.DECIDE)
def accept(doi: str) -> Response:
    """Accept what others changed of a DOI."""
    depositor = Service.current().depositor()
    return _record_decision(doi, depositor.accept)


@api.post("/dois/<path:doi>/abandon")
@needs(TokenScope.DECIDE)
def abandon(doi: str) -> Response:
    """Give up the open deposit of a DOI, and of all others in its file."""
    depositor = Service.current().depositor()
    return _record_decision(doi, depositor.abandon)


@api.post("/dois/<path:doi>/verify")
@needs(TokenScope.DEPOSIT)
def verify(doi: str) -> Response:
    """Look a DOI up at doi.org and at Crossref now; the answer waits for both."""
    depositor = Service.current().depositor()
    refuse_unknown_parameters(())
    return document(_status_document(depositor.verify(known_doi(doi))))


def _record_decision(doi: str, decide: Callable[[Doi, str], WorkStatus]) -> Response:
    """Record a decision about a DOI, with the reason in the body, and return its status."""
    refuse_unknown_parameters(())
    wanted = known_doi(doi)
    return document(_status_document(decide(wanted, read_reason(LONGEST_REASON))))


def _status_document(status: WorkStatus) -> dict[str, Any]:
    """Return the status of one DOI as a document."""
    return {"ok": not status.needs_person, "target": status.target, "records": [status.to_dict()]}
