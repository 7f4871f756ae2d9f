"""What the API does for those who hold a token: each operation takes a depositor and a request and gives an answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from werkzeug.wrappers import Response

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.deposits.planning import Action, ReasonCode
from doideposit.deposits.plans.document import PlanFile
from doideposit.deposits.values import DepositReport, Plan
from doideposit.records.identifiers import Doi
from doideposit.records.origin import RawValue
from doideposit.web.answers import Answer, Refused, document
from doideposit.web.reading import JsonBody, Query
from doideposit.web.service import Service
from doideposit.web.tokens import TokenScope
from doideposit.web.views import Views, route

__all__ = ["MAX_EVENTS", "MODES", "RESTORE_MODES", "RecordViews"]

MODES = ("send", "enqueue")
MAX_EVENTS = 1_000
LARGEST_ID = 2**63 - 1

Record = Mapping[str, RawValue]

RESTORE_MODES: Final = (*MODES, "plan")


@dataclass(frozen=True, slots=True)
class RecordViews(Views):
    """Answer what is asked about records, plans and events."""

    service: Service

    @route("/check", "POST")
    def check(self) -> Response:
        """Check records and return what a deposit would do with each; nothing is changed or sent.

        Crossref is asked what it has of them only where the caller wants to wait for that.
        """
        depositor = self.service.depositor()
        query = Query("compare")
        offline = not query.flag("compare")
        if not JsonBody.has_lines():
            return document(depositor.plan(*self._records(), offline=offline).to_dict())

        def answers(records: Sequence[Record]) -> Iterator[Answer]:
            made = depositor.plan(*records, offline=offline)
            for entry in made.entries:
                yield 200, Plan(made.target, (entry,)).to_dict()

        return JsonBody.answer_lines(self._record_of_line, answers)

    def _records(self) -> tuple[Record, ...]:
        """Return the records of the body, all of them of series that the token reaches."""
        records = JsonBody.records()
        # All records are compared with the token before any of them is checked.
        for place, record in enumerate(records):
            self._require_reach(record, f"body, record [{place}]")
        return records

    def _record_of_line(self, text: str) -> Record:
        record = JsonBody.record_of_line(text)
        self._require_reach(record, "body")
        return record

    def _require_reach(self, record: Record, where: str) -> None:
        """Refuse a record of a series that the token does not reach."""
        depositor, publisher, limited = (
            self.service.depositor(),
            self.service.holder.publisher,
            self.service.holder.series,
        )
        # A record may leave its series out where there is only one.
        name = str(record.get("series") or (next(iter(depositor.series)) if len(depositor.series) == 1 else ""))
        series = depositor.series.get(name)
        if limited and name not in limited:
            message = f"this token is only for {', '.join(sorted(limited))}, but the record is in another series"
            hint = "use a token for that series; see [api.tokens] in the configuration"
            raise Refused(403, "other-series", message, hint=hint, where=where)
        if depositor.publishers.further and series and (series.publisher_account or "") != publisher:
            message = f"the series {series.name} belongs to another publisher than this token"
            raise Refused(403, "other-publisher", message, hint="use the token of that publisher", where=where)

    @route("/plans", "POST", needs=TokenScope.DEPOSIT)
    def plan(self) -> Response:
        """Return a plan of records as its file has it, made by the holder of the token; nothing is changed or sent.

        Blocked records are refused: what another person approves should be whole.
        """
        depositor = self.service.depositor()
        query = Query("retry")
        made = depositor.plan(*self._records(), retry=query.flag("retry"))
        return self._plan_document(depositor, made)

    def _plan_document(self, depositor: Depositor, made: Plan) -> Response:
        """Return a plan as its file has it, or what blocks it."""
        if not made.ok:
            data = made.to_dict()
            data["error"] = _blocked_error([entry.action for entry in made.entries])
            return document(data, 422)
        return document(depositor.plans.make(made, by=self.service.holder.name).model_dump(mode="json"))

    @route("/plans/approve", "POST", needs=TokenScope.DECIDE)
    def approve(self) -> Response:
        """Approve the plan of the body, in the name of the holder of the token."""
        depositor = self.service.depositor()
        Query()
        file = self._plan_of()
        names = depositor.plans.approve(file, by=self.service.holder.name)
        missing = max(0, depositor.plans.approvals_needed - len(names))
        told = {
            "ok": True,
            "target": depositor.target,
            "plan": file.sha256,
            "approved_by": list(names),
            "missing": missing,
        }
        return document(told)

    @route("/plans/apply", "POST", needs=TokenScope.DEPOSIT)
    def apply(self) -> Response:
        """Record what the plan of the body holds, to be sent soon after the answer or by the scheduled job.

        Before that Crossref is asked once more what it has: a plan is applied as it was approved, or not at all.
        """
        depositor = self.service.depositor()
        query = Query("mode")
        soon = query.choice("mode", MODES, "send") == "send"
        file = self._plan_of()
        report = depositor.plans.apply(file, by=self.service.holder.name, without_files=True, send=False)
        return self._deposit_document(report, soon=soon, plan=file.sha256)

    def _plan_of(self) -> PlanFile:
        """Return the plan of the body, which must be of the publisher of the token."""
        file = PlanFile.parse(JsonBody.json(), "the body")
        for record in file.sending:
            series = record.sending.series if record.sending else ""
            if record.doi is not None and not self.service.is_within_reach(Doi.parse(record.doi), series):
                message = f"{record.doi} belongs to another publisher or series than this token"
                hint = "use a token for its series"
                raise Refused(403, "other-publisher", message, hint=hint, where="body")
        return file

    @route("/deposits", "POST", needs=TokenScope.DEPOSIT)
    def deposit(self) -> Response:
        """Record deposits, to be sent soon after the answer or by the scheduled job.

        The same request can be sent again. Nothing here waits for Crossref: an update is kept whatever Crossref does,
        and compared with what is registered by the pass that sends it.
        """
        depositor = self.service.depositor()
        query = Query("mode", "retry")
        soon = query.choice("mode", MODES, "send") == "send"
        retry = query.flag("retry")
        if not JsonBody.has_lines():
            return self._deposit_document(depositor.enqueue(*self._records(), retry=retry), soon=soon)

        def answers(records: Sequence[Record]) -> Iterator[Answer]:
            report = depositor.enqueue(*records, retry=retry)
            if soon and _is_open(report):
                self.service.send_soon()
            for entry in report.entries:
                # What keeps back one record says nothing of the others.
                kept_back = entry.reason_code in {ReasonCode.IN_DOUBT, ReasonCode.RECORDED}
                alone = DepositReport(report.target, (entry,), report.error if kept_back else None)
                yield _status_code(alone), _with_record_error(alone)

        return JsonBody.answer_lines(self._record_of_line, answers)

    def _deposit_document(self, report: DepositReport, *, soon: bool, **also: str) -> Response:
        """Return the recorded deposits, and start sending if that was asked for."""
        answer = document({**_with_record_error(report), **also}, _status_code(report))
        if soon and _is_open(report):
            self.service.send_soon()
        return answer

    @route("/dois/<path:doi>")
    def status(self, doi: str) -> Response:
        """Return the status of one DOI."""
        Query()
        found = self.service.depositor().status(self.service.read_doi(doi))
        if found.state is None or not self.service.is_within_reach(found.doi):
            raise self.service.never_seen(found.doi)
        data = {"ok": not found.needs_person, "target": found.target, "records": [found.to_dict()]}
        return document(data)

    @route("/dois/<path:doi>/history")
    def history(self, doi: str) -> Response:
        """Return what happened to one DOI, oldest first."""
        Query()
        depositor, wanted = self.service.depositor(), self.service.read_doi(doi)
        entries = depositor.history(wanted) if self.service.is_within_reach(wanted) else ()
        if not entries:
            raise self.service.never_seen(wanted)
        told = [entry.to_dict() for entry in entries]
        return document({"ok": True, "target": depositor.target, "doi": str(wanted), "history": told})

    @route("/events")
    def events(self) -> Response:
        """Return the events after a cursor, with the next cursor."""
        query = Query("since", "limit")
        since = query.number("since", 0, least=0, most=LARGEST_ID)
        limit = query.number("limit", 200, least=1, most=MAX_EVENTS)
        found = list(islice(self.service.events(since), limit + 1))
        told = found[:limit]
        data = {
            "ok": True,
            "target": self.service.depositor().target,
            "events": [_event_document(event) for event in told],
            "next": told[-1].id if told else since,
            "more": len(found) > limit,
        }
        return document(data)

    @route("/dois/<path:doi>/restore", "POST", needs=TokenScope.DEPOSIT)
    def restore(self, doi: str) -> Response:
        """Record our last version of a DOI again; the pass that sends it compares it with the registered one.

        What they added is lost by it only where `allow_loss` names it. As a plan, Crossref is asked what it has, and
        another person approves it.
        """
        depositor = self.service.depositor()
        query = Query("mode")
        mode = query.choice("mode", RESTORE_MODES, "send")
        made = depositor.restoration(self.service.known_doi(doi), allow_loss=JsonBody.losses(), offline=mode != "plan")
        if mode == "plan":
            return self._plan_document(depositor, made)
        return self._deposit_document(depositor.enqueue(made), soon=mode == "send")


def _is_open(report: DepositReport) -> bool:
    return any(entry.status is not None and entry.status.is_open for entry in report.entries)


def _status_code(report: DepositReport) -> int:
    """Return 202 when something was taken, 422 when nothing was and something is wrong, 200 for nothing to do."""
    actions = [entry.action for entry in report.entries]
    if any(action is not None and action.sends for action in actions):
        return 202
    return 422 if Action.BLOCKED in actions else 200


def _with_record_error(report: DepositReport) -> dict[str, Any]:
    data = report.to_dict()
    actions = [entry.action for entry in report.entries]
    if Action.BLOCKED in actions:
        data["error"] = _blocked_error(actions)
    return data


def _blocked_error(actions: Sequence[Action | None]) -> dict[str, str]:
    blocked = [place for place, action in enumerate(actions) if action is Action.BLOCKED]
    message = f"{len(blocked)} of {len(actions)} records cannot be deposited"
    hint = "correct what the findings of each record say, and send it again; accepted records need nothing"
    where = "body" if len(actions) == 1 else "body, records " + ", ".join(f"[{place}]" for place in blocked)
    return {"code": "record-blocked", "message": message, "hint": hint, "where": where}


def _event_document(event: LedgerEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "at": event.at.isoformat().replace("+00:00", "Z"),
        "kind": event.kind,
        "doi": event.printed or event.doi,
        "submission": event.submission,
        "batch_id": event.batch_id,
        "detail": dict(event.detail),
    }
