"""List DOIs over HTTP, with filters and page by page, and show what belongs to one of them."""

from itertools import islice
from typing import Final

from werkzeug.wrappers import Request, Response

from doideposit.deposits.deposited import deposited_record
from doideposit.deposits.depositor import Depositor
from doideposit.errors import UsageError
from doideposit.lifecycle import State
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.landing import tags_document
from doideposit.records.models.commentary import Commentary
from doideposit.web.answers import Refused, document
from doideposit.web.publishers import reaches
from doideposit.web.reading import choice, flag, known_parameters, number, read_doi

__all__ = ["MAX_DOIS", "MAX_LISTED", "dois", "known_doi", "never_seen", "tags", "xml"]

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
