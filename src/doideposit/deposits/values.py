"""What the workflow gives back: frozen values for people, programs and reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from doideposit.deposits.lateness import Overdue
from doideposit.deposits.planning import Action, Decision, ReasonCode
from doideposit.deposits.reading_back import ResultDetails
from doideposit.deposits.warnings import CrossrefWarning
from doideposit.errors import WorldError
from doideposit.findings import Finding
from doideposit.lifecycle import Milestone, Outcome, RetryClass, State
from doideposit.records.identifiers import Doi
from doideposit.registered.drift_values import Drift
from doideposit.registered.values import Difference

__all__ = [
    "DepositReport",
    "Plan",
    "PlanEntry",
    "PollReport",
    "Progress",
    "Proof",
    "ReportEntry",
    "SubmissionRef",
    "UpdateStep",
    "WatchReport",
    "WorkStatus",
]


def _iso_moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Proof:
    """Say since when a milestone is reached, and what shows it.

    Without a moment it is not reached; `text` then says what the last look-up showed, and is empty where nobody looked.
    """

    at: datetime | None = None
    text: str = ""

    def __bool__(self) -> bool:
        return self.at is not None

    @property
    def proof(self) -> str:
        """Return `text`, by the name it had before."""
        return self.text

    def to_dict(self) -> dict[str, str | None]:
        """Return it as JSON."""
        return {"at": _iso_moment(self.at), "proof": self.text}


@dataclass(frozen=True, slots=True)
class SubmissionRef:
    """Describe the latest file a DOI was in. Crossref support asks for `submission_id`.

    `timestamp` is None for a resource-only deposit, which has none.
    """

    file_name: str | None
    batch_id: str
    submission_id: str | None
    timestamp: int | None

    @property
    def name(self) -> str:
        """Return the name under which it was sent, else its batch id."""
        return self.file_name or self.batch_id

    def to_dict(self) -> dict[str, str | None]:
        """Return it as JSON; the timestamp is a text, because JSON numbers of 17 digits do not survive everywhere."""
        return {
            "file_name": self.file_name,
            "batch_id": self.batch_id,
            "submission_id": self.submission_id,
            "timestamp": None if self.timestamp is None else str(self.timestamp),
        }


@dataclass(frozen=True, slots=True)
class UpdateStep:
    """Say which step of an update in several deposits a file is, and which blocks the steps before the last empty."""

    number: int
    of: int
    emptied: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"number": self.number, "of": self.of, "emptied": list(self.emptied)}


@dataclass(frozen=True, slots=True)
class WorkStatus:
    """Say how one DOI stands on one target: its latest deposit, its milestones, and whether one of them is overdue.

    `registered` is true only through this DOI's own Success or Warning, or the proof by equal timestamps, and stays
    true when a later update fails (`last_update_failed`). `state` is None for a DOI this ledger has never seen.
    `overdue` is the milestone that was not reached in its time, by the deadlines of the configuration, `contradicted`
    the one of which a look-up showed the contrary; `drift` what others changed of what is registered, until somebody
    accepts it or sends our version again; `warnings` what Crossref warned about and nobody settled. A person is needed
    where the latest deposit ended badly, where Crossref warned, where a look-up showed something wrong, or where
    something is overdue that the program cannot look up by itself.
    `next_action` is one plain sentence.
    """

    doi: Doi
    target: str
    series: str = ""
    record_type: str = ""
    title: str = ""
    #: The title that is registered, where a later deposit with another title has not taken effect; else None.
    registered_title: str | None = None
    state: State | None = None
    outcome: Outcome | None = None
    registered: bool = False
    message: str = ""
    finding: Finding | None = None
    retry: RetryClass | None = None
    submission: SubmissionRef | None = None
    step: UpdateStep | None = None
    milestones: Mapping[Milestone, Proof] = field(default_factory=lambda: dict.fromkeys(Milestone, Proof()))
    overdue: Overdue | None = None
    contradicted: Milestone | None = None
    drift: tuple[Drift, ...] = ()
    result: ResultDetails = field(default_factory=ResultDetails)
    warnings: tuple[CrossrefWarning, ...] = ()
    last_update_failed: bool = False
    acknowledged: str | None = None
    needs_person: bool = False
    next_poll_at: datetime | None = None
    next_action: str = ""
    #: Whether the last answer to an upload or a poll of an unfinished file says nothing of it; `message` has it.
    answer_unclear: bool = False

    @property
    def shown_doi(self) -> str:
        """Return the DOI for people: as a link on production, and bare where no resolver knows it."""
        return self.doi.url if self.target == "production" else str(self.doi)

    @property
    def received(self) -> Proof:
        """Return the proof that Crossref has the file."""
        return self.milestones[Milestone.RECEIVED]

    @property
    def processed(self) -> Proof:
        """Return the proof that Crossref has read the file."""
        return self.milestones[Milestone.PROCESSED]

    @property
    def registration(self) -> Proof:
        """Return the proof that this DOI is registered."""
        return self.milestones[Milestone.REGISTERED]

    @property
    def resolves(self) -> Proof:
        """Return the proof that the DOI leads to its page."""
        return self.milestones[Milestone.RESOLVES]

    @property
    def indexed(self) -> Proof:
        """Return the proof that Crossref's REST API has the record."""
        return self.milestones[Milestone.INDEXED]

    @property
    def as_intended(self) -> Proof:
        """Return the proof that the registered record is as the last deposit sent it."""
        return self.milestones[Milestone.AS_INTENDED]

    @property
    def open_warnings(self) -> tuple[CrossrefWarning, ...]:
        """Return the warnings that nobody dismissed, notices included."""
        return tuple(warning for warning in self.warnings if warning.dismissed is None)

    @property
    def stalled(self) -> bool:
        """Tell whether its latest deposit is unfinished and overdue; `overdue` says more."""
        return self.is_open and self.overdue is not None

    @property
    def is_open(self) -> bool:
        """Tell whether the end of its latest deposit is not known yet."""
        return self.state in {State.PREPARED, State.SENDING, State.QUEUED}

    @property
    def failed(self) -> bool:
        """Tell whether its latest deposit ended without a registration."""
        return self.state is State.REFUSED or self.outcome in {Outcome.FAILED, Outcome.MISSING}

    def to_dict(self) -> dict[str, Any]:
        """Return the record of the JSON contract, with the milestones and the next action beside it."""
        milestones = {milestone.value: proof.to_dict() for milestone, proof in self.milestones.items()}
        return {
            "doi": str(self.doi),
            "target": self.target,
            "series": self.series,
            "record_type": self.record_type,
            "title": self.title,
            "registered_title": self.registered_title,
            "state": self.state.value if self.state else None,
            "outcome": self.outcome.value if self.outcome else None,
            "registered": self.registered,
            "message": self.message,
            "finding": self.finding.to_dict() if self.finding else None,
            "retry": self.retry.value if self.retry else None,
            "submission": self.submission.to_dict() if self.submission else None,
            "step": self.step.to_dict() if self.step else None,
            "milestones": milestones,
            "overdue": self.overdue.to_dict() if self.overdue else None,
            "drift": [difference.to_dict() for difference in self.drift],
            "result": self.result.to_dict(),
            "warnings": [warning.to_dict() for warning in self.warnings],
            # The names that `milestones` and `overdue` had before; programs still read them.
            "truths": milestones,
            "contradicted": self.contradicted.value if self.contradicted else None,
            "last_update_failed": self.last_update_failed,
            "acknowledged": self.acknowledged,
            "needs_person": self.needs_person,
            "stalled": self.stalled,
            "next_poll_at": _iso_moment(self.next_poll_at),
            # The former name of the line above, for this version.
            "next_look_at": _iso_moment(self.next_poll_at),
            "next_action": self.next_action,
        }


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """Describe what would be done with one input, why, and what it changes of what is registered."""

    source: str
    doi: Doi | None
    action: Action
    reason: str
    findings: tuple[Finding, ...] = ()
    changes: tuple[Difference, ...] = ()
    #: The reason where a program asks for it, None for all others: `reason` is for people, and its words may change.
    reason_code: ReasonCode | None = None
    #: Whether this content is what is registered.
    in_force: bool = False

    @property
    def in_doubt(self) -> bool:
        """Tell whether it is not known yet if Crossref has what was sent before."""
        return self.reason_code is ReasonCode.IN_DOUBT

    @classmethod
    def of(cls, decision: Decision) -> "PlanEntry":
        """Return a decision in the form for people and programs."""
        wanted, changes = decision.wanted, decision.update.differences if decision.update else ()
        # Most decisions add nothing, and a plan can have a hundred thousand of them: then it is the same tuple.
        findings = (*wanted.findings, *decision.findings) if decision.findings else wanted.findings
        said = (decision.action, decision.reason, findings, changes)
        return cls(wanted.source, wanted.doi, *said, decision.reason_code, decision.in_force)

    def to_dict(self) -> dict[str, Any]:
        """Return the record of the JSON contract for `check` and `deposit --dry-run`."""
        return {
            **({"changes": [change.to_dict() for change in self.changes]} if self.changes else {}),
            "source": self.source,
            "doi": str(self.doi) if self.doi else None,
            "action": self.action.value,
            "reason": self.reason,
            "findings": [finding.to_dict() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Describe what a deposit would do: every input once, in its order.

    `Depositor.deposit` takes it and sends exactly what was checked, whatever became of the files in the meantime.
    """

    target: str
    entries: tuple[PlanEntry, ...]
    #: What was checked, as it will be sent: for the depositor alone.
    approved: object = field(default=None, repr=False, compare=False)
    #: Why a deposit of this would not be sent now: an earlier one is in doubt, or nothing is sent for a while.
    error: WorldError | None = field(default=None, compare=False)

    def _count_of(self, action: Action) -> int:
        return sum(entry.action is action for entry in self.entries)

    def without_options(self) -> "Plan":
        """Return the plan with findings that advise no option of `deposit`: for commands that have no such option."""

        def advised(finding: Finding) -> Finding:
            # Without the registered record nothing can be corrected or moved at all, so that only waiting helps.
            if finding.code == "plan-unseen" and finding.stops:
                return replace(finding, hint="try again later")
            return replace(
                finding, hint=finding.hint.replace("--allow-loss", "`doideposit deposit` it first, with --allow-loss")
            )

        entries = (replace(entry, findings=tuple(map(advised, entry.findings))) for entry in self.entries)
        return replace(self, entries=tuple(entries))

    @property
    def new(self) -> int:
        """Return how many DOIs would be registered; Crossref charges for each, once."""
        return self._count_of(Action.REGISTER)

    @property
    def updates(self) -> int:
        """Return how many registered DOIs would be updated; updates are free."""
        return self._count_of(Action.UPDATE)

    @property
    def unchanged(self) -> int:
        """Return how many need nothing."""
        return self._count_of(Action.UNCHANGED)

    @property
    def blocked(self) -> int:
        """Return the number of blocked records."""
        return self._count_of(Action.BLOCKED)

    @property
    def ok(self) -> bool:
        """Tell whether nothing is blocked."""
        return self.blocked == 0

    def to_dict(self) -> dict[str, Any]:
        """Return the document of the JSON contract."""
        data = {"ok": self.ok, "target": self.target, "records": [entry.to_dict() for entry in self.entries]}
        return data if self.error is None else {**data, "error": self.error.to_dict()}


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """Say what was done with one input, and where its DOI stands; `action` is None where nothing was planned."""

    source: str
    doi: Doi | None
    action: Action | None
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    status: WorkStatus | None = None
    #: Whether this content is what is registered: then a failed update to other content says nothing of it.
    in_force: bool = False
    #: As in the plan.
    reason_code: ReasonCode | None = None

    @classmethod
    def of(cls, plan: PlanEntry, status: WorkStatus | None = None) -> "ReportEntry":
        """Return what was planned, with the status that its DOI has now."""
        said = (plan.action, plan.reason, plan.findings)
        return cls(plan.source, plan.doi, *said, status, plan.in_force, plan.reason_code)

    @property
    def ok(self) -> bool:
        """Tell whether it is neither blocked nor ended without a registration."""
        failed = self.status is not None and self.status.failed and not self.in_force
        return self.action is not Action.BLOCKED and not failed

    def to_dict(self) -> dict[str, Any]:
        """Return the record of the JSON contract."""
        data = self.status.to_dict() if self.status else {"doi": str(self.doi) if self.doi else None}
        plan = {"source": self.source, "action": self.action.value if self.action else None, "reason": self.reason}
        return {**data, **plan, "findings": [finding.to_dict() for finding in self.findings]}


@dataclass(frozen=True, slots=True)
class DepositReport:
    """Describe every input once. `error` is what stopped the sending, if anything did: nothing is lost."""

    target: str
    entries: tuple[ReportEntry, ...]
    error: WorldError | None = None

    @property
    def trouble(self) -> WorldError | None:
        """Return `error` under the name that it had before."""
        return self.error

    @property
    def ok(self) -> bool:
        """Tell whether nothing is blocked, nothing failed and nothing stopped the sending."""
        return self.error is None and all(entry.ok for entry in self.entries)

    def to_dict(self) -> dict[str, Any]:
        """Return the document of the JSON contract."""
        data = {"ok": self.ok, "target": self.target, "records": [entry.to_dict() for entry in self.entries]}
        return data | WorldError.keys_of(self.error)


@dataclass(frozen=True, slots=True)
class PollReport:
    """Tell what one pass changed: the DOIs that moved, the numbers of files asked about and sent, and of open DOIs."""

    target: str
    changed: tuple[WorkStatus, ...]
    looked: int
    sent: int
    outstanding: int
    error: WorldError | None = None

    @property
    def trouble(self) -> WorldError | None:
        """Return `error` under the name that it had before."""
        return self.error

    @property
    def ok(self) -> bool:
        """Tell whether nothing that moved failed, and nothing stopped the pass."""
        return self.error is None and not any(status.failed for status in self.changed)

    def to_dict(self) -> dict[str, Any]:
        """Return the document of the JSON contract."""
        data = {
            "ok": self.ok,
            "target": self.target,
            "records": [status.to_dict() for status in self.changed],
            "looked": self.looked,
            "sent": self.sent,
            "outstanding": self.outstanding,
        }
        return data | WorldError.keys_of(self.error)


@dataclass(frozen=True, slots=True)
class WatchReport:
    """Tell what one pass over the registered DOIs did: those it read, how many lists it asked for, what ended it.

    `is_new` says that `error` was not there in the pass before: an outage of days is told once.
    """

    read: tuple[Doi, ...] = ()
    lists: int = 0
    error: WorldError | None = None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Describe something that just happened, for anyone who watches a run.

    `kind` is prepared, sending, received, waiting, doubt, reading, odd, finished, refused, adopt, references or
    searching.
    """

    kind: str
    text: str
    doi: Doi | None = None
    file_name: str | None = None
    dois: tuple[Doi, ...] = field(default=(), repr=False)
