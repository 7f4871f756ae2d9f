"""What a person decides about a DOI over HTTP, with a reason that is kept, and to look a DOI up now."""

from collections.abc import Callable
from typing import Final

from werkzeug.wrappers import Request, Response

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.values import WorkStatus
from doideposit.records.identifiers import Doi
from doideposit.web.answers import document
from doideposit.web.listing import known_doi
from doideposit.web.reading import known_parameters, read_reason

__all__ = ["LONGEST_REASON", "abandon", "accept", "acknowledge", "verify"]

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
