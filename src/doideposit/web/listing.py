"""What the API has about DOIs: lists with filters, what belongs to one, what a person decides, and whose it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from werkzeug.wrappers import Request, Response

from doideposit.deposits.deposited import deposited_record
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.deposits.values import WorkStatus
from doideposit.errors import UsageError
from doideposit.lifecycle import State
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.landing import tags_document
from doideposit.records.models.commentary import Commentary
from doideposit.records.origin import RawValue
from doideposit.web.answers import Refused, document
from doideposit.web.reading import choice, flag, known_parameters, number, read_doi, read_reason

__all__ = [
    "LONGEST_REASON",
    "MAX_DOIS",
    "MAX_LISTED",
    "abandon",
    "accept",
    "acknowledge",
    "dois",
    "events_of",
    "known_doi",
    "never_seen",
    "reaches",
    "tags",
    "verify",
    "wants_own_series",
    "xml",
]

# As many as a page of a CMS shows are asked for at once; each costs some 20 characters of the address.
MAX_DOIS: Final = 100
MAX_LISTED: Final = 1_000
_FILTERS: Final = ("doi", "state", "series", "outstanding", "attention", "after", "limit")


def dois(depositor: Depositor, request: Request, publisher: str) -> Response:
    """Return where many DOIs stand, in their order: those named, or a page of those that fit the filters."""
    known_parameters(request, _FILTERS, repeated=("doi",))
    named = request.args.getlist("doi")
    if len(named) > MAX_DOIS:
        message = f"{len(named)} DOIs are asked for, and {MAX_DOIS} are the most"
        raise Refused(400, "query-parameter", message, hint="ask in several requests", where="query parameter doi")
    limit = number(request, "limit", 100, least=1, most=MAX_LISTED)
    state = choice(request, "state", ("", *State), "")
    after = request.args.get("after")
    found = depositor.statuses(
        state=State(state) if state else None,
        series=request.args.get("series"),
        outstanding=flag(request, "outstanding"),
        attention=flag(request, "attention"),
        dois=[_queried("doi", text) for text in named] if named else None,
        after=None if after is None else _queried("after", after),
    )
    mine = (status for status in found if reaches(depositor, publisher, status.doi))
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


def _queried(name: str, text: str) -> Doi:
    try:
        return Doi.parse(text)
    except InvalidIdentifier as error:
        where = f"query parameter {name}"
        raise Refused(400, "query-parameter", error.message, hint=error.hint, where=where) from None


def known_doi(depositor: Depositor, publisher: str, text: str) -> Doi:
    """Return the DOI of an address, which must have been deposited from here, for the publisher of the token."""
    wanted = read_doi(text)
    if depositor.status(wanted).state is None or not reaches(depositor, publisher, wanted):
        raise never_seen(str(wanted), depositor.target)
    return wanted


def never_seen(doi: str, target: str) -> Refused:
    """Return the refusal of a DOI that this ledger does not have, or that the token does not reach."""
    message = f"{doi} was never deposited to {target} from here"
    return Refused(404, "doi-unknown", message, hint="deposit it first: POST /v1/deposits", where="path")


def xml(depositor: Depositor, request: Request, publisher: str, doi: str) -> Response:
    """Return the exact bytes of the latest deposit of a DOI."""
    known_parameters(request, ())
    wanted = known_doi(depositor, publisher, doi)
    found = depositor.xml(wanted)
    if found is None:
        raise never_seen(str(wanted), depositor.target)
    return Response(found, mimetype="application/xml")


def tags(depositor: Depositor, request: Request, publisher: str, doi: str) -> Response:
    """Return what belongs on the landing page, made from what was deposited last."""
    known_parameters(request, ())
    wanted = known_doi(depositor, publisher, doi)
    try:
        record = deposited_record(depositor, wanted)
        series = depositor.series.get(str(record["series"]))
        commentary = Commentary.model_validate({**record, "series": series})
    except (UsageError, ValueError):
        message = f"what was deposited of {wanted} cannot be read back as a record of a series that is configured"
        hint = "deposit it again from its record, then ask once more"
        raise Refused(404, "doi-unreadable", message, hint=hint, where="path") from None
    return document({"ok": True, "target": depositor.target, **tags_document(commentary)})


def reaches(depositor: Depositor, publisher: str, doi: Doi) -> bool:
    """Tell whether a DOI belongs to the publisher of the token; with one publisher, every DOI does."""
    return not depositor.publishers.further or depositor.publishers.of(doi) == publisher


def wants_own_series(depositor: Depositor, publisher: str, records: Iterable[Mapping[str, RawValue]]) -> None:
    """Refuse records of another publisher's series, before anything is checked of any of them."""
    if not depositor.publishers.further:
        return
    for place, record in enumerate(records):
        series = depositor.series.get(str(record.get("series", "")))
        if series is not None and (series.publisher_account or "") != publisher:
            message = f"the series {series.name} belongs to another publisher than this token"
            hint = "use the token of that publisher"
            raise Refused(403, "other-publisher", message, hint=hint, where=f"body, record [{place}]")


def events_of(depositor: Depositor, publisher: str, events: Iterator[LedgerEvent]) -> Iterator[LedgerEvent]:
    """Yield the events of the publisher's files and DOIs."""
    if not depositor.publishers.further:
        yield from events
        return
    for one in events:
        if one.doi is not None:
            mine = depositor.publishers.of(Doi.parse(one.doi)) == publisher
        else:
            mine = one.submission is not None and depositor.publishers.of_file(one.submission) == publisher
        if mine:
            yield one


LONGEST_REASON: Final = 1_000


def acknowledge(depositor: Depositor, request: Request, publisher: str, doi: str) -> Response:
    """Set a warning or a failure of a DOI aside."""
    return _decided(depositor, request, publisher, doi, depositor.acknowledge)


def accept(depositor: Depositor, request: Request, publisher: str, doi: str) -> Response:
    """Let stand what others changed of a DOI."""
    return _decided(depositor, request, publisher, doi, depositor.accept)


def abandon(depositor: Depositor, request: Request, publisher: str, doi: str) -> Response:
    """Give up the open deposit of a DOI, and of all others in its file."""
    return _decided(depositor, request, publisher, doi, depositor.abandon)


def verify(depositor: Depositor, request: Request, publisher: str, doi: str) -> Response:
    """Look a DOI up at doi.org and at Crossref now; the answer waits for both."""
    known_parameters(request, ())
    return _told(depositor, depositor.verify(known_doi(depositor, publisher, doi)))


def _decided(
    depositor: Depositor, request: Request, publisher: str, doi: str, decide: Callable[[Doi, str], WorkStatus]
) -> Response:
    known_parameters(request, ())
    wanted = known_doi(depositor, publisher, doi)
    return _told(depositor, decide(wanted, read_reason(request, LONGEST_REASON)))


def _told(depositor: Depositor, status: WorkStatus) -> Response:
    return document({"ok": not status.needs_person, "target": depositor.target, "records": [status.to_dict()]})
