"""Send our last version of a DOI again over HTTP, after others changed it; or make a plan of that for two people."""

from collections.abc import Mapping
from typing import Final

from werkzeug.wrappers import Request, Response

from doideposit.deposits.depositor import Depositor
from doideposit.web.listing import known_doi
from doideposit.web.operations import MODES, Caller, Operation, planned, taken
from doideposit.web.reading import choice, known_parameters, read_losses

__all__ = ["RESTORE_MODES", "RESTORING"]

RESTORE_MODES: Final = (*MODES, "plan")


def restore(depositor: Depositor, request: Request, caller: Caller, **named: str) -> Response:
    """Record our last version of a DOI once more, to be compared with theirs by the pass that sends it.

    What they added is lost by it only where `allow_loss` names it. As a plan, Crossref is asked what it has, and
    another person approves it.
    """
    known_parameters(request, ("mode",))
    mode = choice(request, "mode", RESTORE_MODES, "send")
    doi = known_doi(depositor, caller.publisher, named["doi"])
    made = depositor.restoration(doi, allow_loss=read_losses(request), offline=mode != "plan")
    if mode == "plan":
        return planned(depositor, made, caller)
    return taken(depositor.enqueue(made), caller, soon=mode == "send")


RESTORING: Final[Mapping[str, Operation]] = {"restore": restore}
