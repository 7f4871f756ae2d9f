"""What the API does for those who hold a token: each operation takes a depositor and a request and gives an answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Protocol

from werkzeug.wrappers import Request, Response

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.deposits.planning import Action
from doideposit.deposits.plans.document import PlanFile, parse_plan
from doideposit.deposits.values import DepositReport, Plan
from doideposit.records.origin import RawValue
from doideposit.web.answers import Refused, document
from doideposit.web.listing import (
    abandon,
    accept,
    acknowledge,
    dois,
    events_of,
    known_doi,
    never_seen,
    reaches,
    tags,
    verify,
    wants_own_series,
    xml,
)
from doideposit.web.reading import (
    choice,
    flag,
    known_parameters,
    number,
    read_doi,
    read_json,
    read_losses,
    read_records,
)

__all__ = [
    "MAX_EVENTS",
    "MODES",
    "OPERATIONS",
    "RESTORE_MODES",
    "Caller",
    "Operation",
    "planned",
    "taken",
]

MODES = ("send", "enqueue")
MAX_EVENTS = 1_000
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Caller:
    """Say whose token a request has, the publisher that it reaches, and how to have sent soon what is recorded."""

    holder: str
    publisher: str
    send_soon: Callable[[], None]


class Operation(Protocol):
    """Answer one kind of request; what its address names, such as a DOI, comes by name."""

    def __call__(self, depositor: Depositor, request: Request, caller: Caller, **named: str) -> Response:
        """Return the answer."""


def check(depositor: Depositor, request: Request, caller: Caller, **_named: str) -> Response:
    """Check records and say what a deposit would do with each; nothing is changed and nothing sent.

    Crossref is asked what it has of them only where the caller wants to wait for that.
    """
    known_parameters(request, ("compare",))
    offline = not flag(request, "compare")
    return document(depositor.plan(*_records(depositor, request, caller), offline=offline).to_dict())


def _records(depositor: Depositor, request: Request, caller: Caller) -> tuple[Mapping[str, RawValue], ...]:
    """Return the records of the body, all of them of the publisher of the token."""
    records = read_records(request)
    wants_own_series(depositor, caller.publisher, records)
    return records


def plan(depositor: Depositor, request: Request, caller: Caller, **_named: str) -> Response:
    """Return a plan of records as its file has it, made by the holder of the token; nothing is changed or sent.

    Blocked records are refused: what another person approves should be whole.
    """
    known_parameters(request, ("retry",))
    made = depositor.plan(*_records(depositor, request, caller), retry=flag(request, "retry"))
    return planned(depositor, made, caller)


def planned(depositor: Depositor, made: Plan, caller: Caller) -> Response:
    """Return a plan as its file has it, or what blocks it."""
    if not made.ok:
        data = made.to_dict()
        data["error"] = _blocked([one.action for one in made.entries])
        return document(data, 422)
    return document(depositor.plans.make(made, by=caller.holder).model_dump(mode="json"))


def approve(depositor: Depositor, request: Request, caller: Caller, **_named: str) -> Response:
    """Approve the plan of the body, in the name of the holder of the token."""
    known_parameters(request, ())
    file = _plan_of(depositor, request, caller)
    names = depositor.plans.approve(file, by=caller.holder)
    missing = max(0, depositor.plans.approvals_needed - len(names))
    told = {"ok": True, "target": depositor.target, "plan": file.sha256, "approved_by": list(names), "missing": missing}
    return document(told)


def apply(depositor: Depositor, request: Request, caller: Caller, **_named: str) -> Response:
    """Record what the plan of the body holds, to be sent soon after the answer or by the scheduled job.

    Before that Crossref is asked once more what it has: a plan is applied as it was approved, or not at all.
    """
    known_parameters(request, ("mode",))
    soon = choice(request, "mode", MODES, "send") == "send"
    file = _plan_of(depositor, request, caller)
    report = depositor.plans.apply(file, by=caller.holder, without_files=True, send=False)
    return taken(report, caller, soon=soon, plan=file.sha256)


def _plan_of(depositor: Depositor, request: Request, caller: Caller) -> PlanFile:
    """Return the plan of the body, which must be of the publisher of the token."""
    file = parse_plan(read_json(request), "the body")
    for doi in file.dois:
        if not reaches(depositor, caller.publisher, doi):
            message = f"{doi} belongs to another publisher than this token"
            raise Refused(403, "other-publisher", message, hint="use the token of that publisher", where="body")
    return file


def deposit(depositor: Depositor, request: Request, caller: Caller, **_named: str) -> Response:
    """Record deposits, to be sent soon after the answer or by the scheduled job. The same request can be given again.

    Nothing here waits for Crossref: an update is kept whatever Crossref does, and compared with what is registered by
    the pass that sends it.
    """
    known_parameters(request, ("mode", "retry"))
    soon = choice(request, "mode", MODES, "send") == "send"
    retry = flag(request, "retry")
    report = depositor.enqueue(*_records(depositor, request, caller), retry=retry)
    return taken(report, caller, soon=soon)


def taken(report: DepositReport, caller: Caller, *, soon: bool, **also: str) -> Response:
    """Return what was recorded; where it should go soon, the sending begins with the answer."""
    answer = document({**_with_error(report), **also}, _status(report))
    if soon and any(one.status is not None and one.status.is_open for one in report.entries):
        caller.send_soon()
    return answer


def _status(report: DepositReport) -> int:
    """Return 202 when something was taken, 422 when nothing was and something is wrong, 200 for nothing to do."""
    actions = [entry.action for entry in report.entries]
    if any(action is not None and action.sends for action in actions):
        return 202
    return 422 if Action.BLOCKED in actions else 200


def _with_error(report: DepositReport) -> dict[str, Any]:
    data = report.to_dict()
    actions = [entry.action for entry in report.entries]
    if Action.BLOCKED in actions:
        data["error"] = _blocked(actions)
    return data


def _blocked(actions: Sequence[Action | None]) -> dict[str, str]:
    blocked = [place for place, action in enumerate(actions) if action is Action.BLOCKED]
    message = f"{len(blocked)} of {len(actions)} records cannot be deposited"
    hint = "correct what the findings of each say, and send it again; records that were taken need nothing"
    where = "body" if len(actions) == 1 else "body, records " + ", ".join(f"[{place}]" for place in blocked)
    return {"code": "record-blocked", "message": message, "hint": hint, "where": where}


def status(depositor: Depositor, request: Request, caller: Caller, **named: str) -> Response:
    """Return where one DOI stands."""
    known_parameters(request, ())
    found = depositor.status(read_doi(named["doi"]))
    if found.state is None or not reaches(depositor, caller.publisher, found.doi):
        raise never_seen(str(found.doi), depositor.target)
    data = {"ok": not found.needs_person, "target": depositor.target, "records": [found.to_dict()]}
    return document(data)


def history(depositor: Depositor, request: Request, caller: Caller, **named: str) -> Response:
    """Return what happened to one DOI, oldest first."""
    known_parameters(request, ())
    wanted = read_doi(named["doi"])
    entries = depositor.history(wanted) if reaches(depositor, caller.publisher, wanted) else ()
    if not entries:
        raise never_seen(str(wanted), depositor.target)
    told = [entry.to_dict() for entry in entries]
    return document({"ok": True, "target": depositor.target, "doi": str(wanted), "history": told})


def events(depositor: Depositor, request: Request, caller: Caller, **_named: str) -> Response:
    """Return what happened since a cursor: the answer names the cursor to go on from."""
    known_parameters(request, ("since", "limit"))
    since = number(request, "since", 0, least=0, most=LARGEST_ID)
    limit = number(request, "limit", 200, least=1, most=MAX_EVENTS)
    found = list(islice(events_of(depositor, caller.publisher, depositor.events(since)), limit + 1))
    told = found[:limit]
    data = {
        "ok": True,
        "target": depositor.target,
        "events": [_event(one) for one in told],
        "next": told[-1].id if told else since,
        "more": len(found) > limit,
    }
    return document(data)


def _event(one: LedgerEvent) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": one.at.isoformat().replace("+00:00", "Z"),
        "kind": one.kind,
        "doi": one.doi,
        "submission": one.submission,
        "detail": dict(one.detail),
    }


def _plainly(answer: Callable[..., Response]) -> Operation:
    """Make an operation of a function that needs of the caller the publisher alone."""

    def operation(depositor: Depositor, request: Request, caller: Caller, **named: str) -> Response:
        return answer(depositor, request, caller.publisher, **named)

    return operation


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


OPERATIONS: Mapping[str, Operation] = {
    "restore": restore,
    "check": check,
    "deposit": deposit,
    "plan": plan,
    "approve": approve,
    "apply": apply,
    "status": status,
    "history": history,
    "events": events,
    **{one.__name__: _plainly(one) for one in (dois, xml, tags, acknowledge, accept, abandon, verify)},
}
