"""What the API does for those who hold a token: each operation takes a depositor and a request and gives an answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from werkzeug.wrappers import Request, Response

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.deposits.planning import Action
from doideposit.deposits.plans.document import PlanFile, parse_plan
from doideposit.deposits.values import DepositReport
from doideposit.errors import WorldError
from doideposit.records.origin import RawValue
from doideposit.web.answers import Refused, document
from doideposit.web.publishers import events_of, reaches, wants_own_series
from doideposit.web.reading import choice, flag, known_parameters, number, read_doi, read_json, read_records

__all__ = ["MAX_EVENTS", "MODES", "OPERATIONS", "Operation"]

MODES = ("send", "enqueue")
MAX_EVENTS = 1_000
LARGEST_ID = 2**63 - 1

Operation = Callable[[Depositor, Request, Mapping[str, str]], Response]


def check(depositor: Depositor, request: Request, arguments: Mapping[str, str]) -> Response:
    """Check records and say what a deposit would do with each; nothing is changed and nothing sent."""
    known_parameters(request, ())
    return document(depositor.plan(*_records(depositor, request, arguments)).to_dict())


def _records(
    depositor: Depositor, request: Request, arguments: Mapping[str, str]
) -> tuple[Mapping[str, RawValue], ...]:
    """Return the records of the body, all of them of the publisher of the token."""
    records = read_records(request)
    wants_own_series(depositor, arguments["publisher"], records)
    return records


def plan(depositor: Depositor, request: Request, arguments: Mapping[str, str]) -> Response:
    """Return a plan of records as its file has it, made by the holder of the token; nothing is changed or sent.

    Blocked records are refused: what another person approves should be whole.
    """
    known_parameters(request, ("retry",))
    made = depositor.plan(*_records(depositor, request, arguments), retry=flag(request, "retry"))
    if not made.ok:
        data = made.to_dict()
        data["error"] = _blocked([one.action for one in made.entries])
        return document(data, 422)
    return document(depositor.plans.make(made, by=arguments["holder"]).model_dump(mode="json"))


def approve(depositor: Depositor, request: Request, arguments: Mapping[str, str]) -> Response:
    """Approve the plan of the body, in the name of the holder of the token."""
    known_parameters(request, ())
    file = _plan_of(depositor, request, arguments)
    names = depositor.plans.approve(file, by=arguments["holder"])
    missing = max(0, depositor.plans.approvals_needed - len(names))
    told = {"ok": True, "target": depositor.target, "plan": file.sha256, "approved_by": list(names), "missing": missing}
    return document(told)


def apply(depositor: Depositor, request: Request, arguments: Mapping[str, str]) -> Response:
    """Apply the plan of the body, or only record what it holds, to be sent by the scheduled job."""
    known_parameters(request, ("mode",))
    send = choice(request, "mode", MODES, "send") == "send"
    file = _plan_of(depositor, request, arguments)
    report = depositor.plans.apply(file, by=arguments["holder"], without_files=True, send=send)
    return document({**_with_error(report), "plan": file.sha256}, _status(report))


def _plan_of(depositor: Depositor, request: Request, arguments: Mapping[str, str]) -> PlanFile:
    """Return the plan of the body, which must be of the publisher of the token."""
    file = parse_plan(read_json(request), "the body")
    for doi in file.dois:
        if not reaches(depositor, arguments["publisher"], doi):
            message = f"{doi} belongs to another publisher than this token"
            raise Refused(403, "other-publisher", message, hint="use the token of that publisher", where="body")
    return file


def deposit(depositor: Depositor, request: Request, arguments: Mapping[str, str]) -> Response:
    """Deposit records, or only record them to be sent by the scheduled job. The same request can be given again.

    Either way they are recorded first, without a question to Crossref: an update is kept whatever Crossref does, and
    compared with what is registered when it is sent.
    """
    known_parameters(request, ("mode", "retry"))
    queued = choice(request, "mode", MODES, "send") == "enqueue"
    retry = flag(request, "retry")
    records = _records(depositor, request, arguments)
    report = depositor.enqueue(*records, retry=retry)
    if not queued and any(one.action is not None and one.action.sends for one in report.entries):
        report = _as_of_now(depositor, report, depositor.send().error)
    return document(_with_error(report), _status(report))


def _as_of_now(depositor: Depositor, report: DepositReport, error: WorldError | None) -> DepositReport:
    """Return the report with every DOI as it stands after the sending, and what stopped that."""
    entries = (
        replace(one, status=depositor.status(one.doi)) if one.status and one.doi else one for one in report.entries
    )
    return replace(report, entries=tuple(entries), error=error)


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


def status(depositor: Depositor, request: Request, arguments: Mapping[str, str]) -> Response:
    """Return where one DOI stands."""
    known_parameters(request, ())
    found = depositor.status(read_doi(arguments["doi"]))
    if found.state is None or not reaches(depositor, arguments["publisher"], found.doi):
        raise _never_seen(str(found.doi), depositor.target)
    data = {"ok": not found.needs_person, "target": depositor.target, "records": [found.to_dict()]}
    return document(data)


def history(depositor: Depositor, request: Request, arguments: Mapping[str, str]) -> Response:
    """Return what happened to one DOI, oldest first."""
    known_parameters(request, ())
    wanted = read_doi(arguments["doi"])
    entries = depositor.history(wanted) if reaches(depositor, arguments["publisher"], wanted) else ()
    if not entries:
        raise _never_seen(str(wanted), depositor.target)
    told = [entry.to_dict() for entry in entries]
    return document({"ok": True, "target": depositor.target, "doi": str(wanted), "history": told})


def events(depositor: Depositor, request: Request, arguments: Mapping[str, str]) -> Response:
    """Return what happened since a cursor: the answer names the cursor to go on from."""
    known_parameters(request, ("since", "limit"))
    since = number(request, "since", 0, least=0, most=LARGEST_ID)
    limit = number(request, "limit", 200, least=1, most=MAX_EVENTS)
    found = list(islice(events_of(depositor, arguments["publisher"], depositor.events(since)), limit + 1))
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


def _never_seen(doi: str, target: str) -> Refused:
    message = f"{doi} was never deposited to {target} from here"
    return Refused(404, "doi-unknown", message, hint="deposit it first: POST /v1/deposits", where="path")


OPERATIONS: Mapping[str, Operation] = {
    "check": check,
    "deposit": deposit,
    "plan": plan,
    "approve": approve,
    "apply": apply,
    "status": status,
    "history": history,
    "events": events,
}
