"""What to do with each record: register, update, leave alone, or stop, with the reason; and the next timestamp.

Pure: records and what the ledger knows of them come in, decisions go out, and every input appears exactly once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from doideposit.crossref.names import RESOURCES, TIMESTAMP_TOO_OLD
from doideposit.deposits.ledger.entries import TIMESTAMP_STEP, KnownWork, OpenDeposit, PastFailure
from doideposit.findings import Finding, Severity, has_errors
from doideposit.lifecycle import RetryClass, State
from doideposit.records.identifiers import Doi
from doideposit.registered.values import Judgement

__all__ = [
    "SENTENCES",
    "Action",
    "Decision",
    "Permissions",
    "PlanInput",
    "ReasonCode",
    "next_timestamp",
    "plan",
    "together",
]

# How long after a failure that may pass without help the same content may be tried again.
LATER: Final = timedelta(hours=6)


IN_PROGRESS: Final = "plan-in-progress"


class Action(StrEnum):
    """Name what will be done with an input."""

    REGISTER = "register"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    BLOCKED = "blocked"

    @property
    def sends(self) -> bool:
        """Tell whether this action sends something to Crossref."""
        return self in {Action.REGISTER, Action.UPDATE}


class ReasonCode(StrEnum):
    """Name the reasons of decisions that code asks for; the sentence beside it is for people, and may change."""

    # Nobody can say yet whether Crossref has what was sent before.
    IN_DOUBT = "in-doubt"
    UNDER_WAY = "under-way"
    RECORDED = "recorded"
    # A draft, or a file that is not to be deposited.
    PASSED_OVER = "passed-over"
    REPEATED = "repeated"
    SAME_CONTENT = "same-content"
    OTHER_CONTENT = "other-content"
    SENT_AGAIN = "sent-again"


# The same content has a deposit in the ledger that is not finished.
_RECORDED_BEFORE: Final = frozenset({ReasonCode.IN_DOUBT, ReasonCode.UNDER_WAY, ReasonCode.RECORDED})

SENTENCES: Final = {
    ReasonCode.IN_DOUBT: "sent before, but it is not known yet whether Crossref received it",
    ReasonCode.UNDER_WAY: "the same content is under way",
    ReasonCode.RECORDED: "recorded before, but not sent yet",
    ReasonCode.SAME_CONTENT: "registered with the same content",
    ReasonCode.OTHER_CONTENT: "the content differs from what is registered",
    ReasonCode.SENT_AGAIN: "registered with the same content, but sent again as you asked",
}


@dataclass(frozen=True, slots=True)
class Permissions:
    """Hold what a person allows: content that failed before, losses by field, and to send without a look, and why."""

    retry: bool = False
    losses: tuple[str, ...] = ()
    unseen: str = ""

    def __post_init__(self) -> None:
        """Take a reason of white space for none: with a reason, records are sent without a comparison."""
        object.__setattr__(self, "unseen", self.unseen.strip())


@dataclass(frozen=True, slots=True)
class PlanInput:
    """Describe an input, or one DOI of a ready-made file: those of the same `group` travel together or not at all.

    `passed_over` says why there is nothing to deposit in it, and no error, as with a draft in the folder of a site.
    `file` is the path it was read from, None for one that came from no file.
    """

    source: str
    doi: Doi | None
    fingerprint: str | None
    record_type: str | None
    findings: tuple[Finding, ...] = ()
    group: int | None = None
    passed_over: str | None = None
    file: str | None = None

    @property
    def is_resources(self) -> bool:
        """Tell whether this is a DOI of a resource-only deposit, which changes parts of a registered record."""
        return self.record_type == RESOURCES


@dataclass(frozen=True, slots=True)
class Decision:
    """Say what will be done with one input, and why: in a plain sentence, and by a code where other code asks for it.

    `waits` is set where it goes out when an earlier deposit of the DOI is done. `update` is what it changes of what is
    registered, where that was read.
    """

    wanted: PlanInput
    action: Action
    reason: str
    findings: tuple[Finding, ...] = ()
    reason_code: ReasonCode | None = None
    update: Judgement | None = None
    waits: bool = False

    @property
    def recorded_before(self) -> bool:
        """Tell whether the ledger has an unfinished deposit of the same content: it needs no second one."""
        return self.reason_code in _RECORDED_BEFORE

    @property
    def to_be_recorded(self) -> bool:
        """Tell whether a new deposit is to be recorded for it."""
        return self.action.sends and not self.recorded_before

    @property
    def in_force(self) -> bool:
        """Tell whether the content is the registered content."""
        elsewhere = self.recorded_before or self.reason_code in {ReasonCode.PASSED_OVER, ReasonCode.REPEATED}
        return self.action is Action.UNCHANGED and not elsewhere

    def block(self, reason: str, findings: tuple[Finding, ...]) -> "Decision":
        """Return the decision not to send the input, for another reason than before."""
        return replace(self, action=Action.BLOCKED, reason=reason, reason_code=None, findings=findings)

    @property
    def empties(self) -> tuple[tuple[str, ...], ...]:
        """Return which blocks are emptied before, in deposits of their own, one tuple for each of those."""
        # Sorted, so that the hash of a plan does not depend on the order of a set.
        return tuple(tuple(sorted(names)) for names in self.update.clears) if self.update else ()


def plan(
    wanted: Sequence[PlanInput], known: Mapping[str, KnownWork], *, now: datetime, retry: bool = False
) -> tuple[Decision, ...]:
    """Return one decision for each input, in the same order. `known` is keyed by `Doi.key`.

    With `retry` a person asks to send content again that failed before; by itself that is never done.
    """
    # All of them are looked at before the first decision: which of two is the right one cannot be told from the first.
    repeats = _conflicting_dois(wanted)
    decisions: list[Decision] = []
    seen: dict[str, PlanInput] = {}
    for plan_input in wanted:
        if plan_input.passed_over is not None:
            decisions.append(
                Decision(plan_input, Action.UNCHANGED, plan_input.passed_over, reason_code=ReasonCode.PASSED_OVER)
            )
            continue
        if plan_input.doi is None or plan_input.fingerprint is None or has_errors(plan_input.findings):
            decisions.append(Decision(plan_input, Action.BLOCKED, "it has errors"))
            continue
        decision = _decide_repeat(plan_input, seen.get(plan_input.doi.key), repeats.get(plan_input.doi.key, ()))
        seen.setdefault(plan_input.doi.key, plan_input)
        decisions.append(decision or _decide_one(plan_input, known.get(plan_input.doi.key), now, retry=retry))
    return together(decisions)


def _conflicting_dois(wanted: Iterable[PlanInput]) -> Mapping[str, tuple[str, str]]:
    """Return the DOIs that occur more than once in a run with different content, each with two sources that differ."""
    first: dict[str, PlanInput] = {}
    repeats: dict[str, tuple[str, str]] = {}
    for plan_input in wanted:
        if plan_input.doi is None or plan_input.fingerprint is None:
            continue
        before = first.setdefault(plan_input.doi.key, plan_input)
        if before.fingerprint != plan_input.fingerprint:
            repeats.setdefault(plan_input.doi.key, (before.source, plan_input.source))
    return repeats


def _decide_repeat(plan_input: PlanInput, earlier: PlanInput | None, conflicting: Sequence[str]) -> Decision | None:
    if conflicting:
        also = "".join(f", also in {source}" for source in conflicting if source != plan_input.source)
        hint = "keep the correct record, and remove the other"
        return _block(
            plan_input,
            "plan-duplicate-doi",
            f"{plan_input.doi} is twice in this run, with different content{also}",
            hint,
        )
    if earlier is not None:
        text = f"the same record came earlier in this run, in {earlier.source}"
        return Decision(plan_input, Action.UNCHANGED, text, reason_code=ReasonCode.REPEATED)
    return None


def _decide_one(plan_input: PlanInput, known: KnownWork | None, now: datetime, *, retry: bool) -> Decision:
    if plan_input.is_resources:
        return _decide_resources(plan_input, known, now, retry=retry)
    if known is None:
        return Decision(plan_input, Action.REGISTER, "new")
    if known.open is not None and known.open.fingerprint == plan_input.fingerprint:
        return _decide_recorded(plan_input, known, known.open)
    same = known.registered and known.registered_fingerprint == plan_input.fingerprint
    if same and known.open is None and not known.unsettled and not retry:
        return _decide_because(plan_input, Action.UNCHANGED, ReasonCode.SAME_CONTENT)
    stopped = _find_blocker(plan_input, known) or (
        None if retry or same else _block_repeated_failure(plan_input, known.failure, now)
    )
    return stopped or _decide_to_send(plan_input, known, same=same)


def _decide_resources(plan_input: PlanInput, known: KnownWork | None, now: datetime, *, retry: bool) -> Decision:
    """Decide about a resource-only deposit: its DOI must be registered, with no open deposit.

    What is known must be ours, or adopted: nobody could tell otherwise what the record was before.
    """
    if known is None or not known.registered:
        text = (
            f"{plan_input.doi} is not registered, according to the ledger, but a resource-only deposit needs a "
            "registered DOI"
        )
        hint = f"deposit its record first; if it was registered elsewhere, adopt it: doideposit adopt {plan_input.doi}"
        return _block(plan_input, "plan-resources-unregistered", text, hint)
    if known.open is not None and known.open.fingerprint == plan_input.fingerprint:
        return _decide_recorded(plan_input, known, known.open)
    if known.open is None and known.applied == plan_input.fingerprint and not retry:
        return Decision(plan_input, Action.UNCHANGED, "the last deposit of it had the same content")
    stopped = None if retry else _block_repeated_failure(plan_input, known.failure, now)
    if stopped is not None:
        return stopped
    return _decide_to_send(plan_input, known, same=False)


def _decide_because(plan_input: PlanInput, action: Action, code: ReasonCode, more: str = "") -> Decision:
    """Return a decision with the sentence of a reason; `more` is what is added to it."""
    return Decision(plan_input, action, SENTENCES[code] + more, reason_code=code)


def _decide_to_send(plan_input: PlanInput, known: KnownWork, *, same: bool) -> Decision:
    """Decide whether a record is sent now, or when an earlier deposit of the DOI is done."""
    action = Action.UPDATE if known.registered else Action.REGISTER
    if known.open is not None:
        text = f"an earlier deposit of {plan_input.doi} with other content is still under way"
        hint = "nothing to do: this one is kept, and is sent automatically when that one is done"
        waits = Finding(IN_PROGRESS, Severity.INFO, text, hint)
        return Decision(plan_input, action, f"{text}; it waits for that one", (waits,), waits=True)
    if same and known.unsettled:
        return Decision(plan_input, action, "the result of a later deposit is not known: Crossref may have applied it")
    if same:
        return _decide_because(plan_input, action, ReasonCode.SENT_AGAIN)
    if known.registered:
        return _decide_because(plan_input, action, ReasonCode.OTHER_CONTENT)
    return Decision(plan_input, action, "not registered yet")


def _find_blocker(plan_input: PlanInput, known: KnownWork) -> Decision | None:
    """Return a finding that no retry can help: another record type, or no room for a higher timestamp."""
    # Crossref does not change the type of a registered DOI, whatever a deposit says.
    if known.registered and known.record_type is not None and plan_input.record_type != known.record_type:
        text = f"{plan_input.doi} is registered as {known.record_type}, but this deposit has {plan_input.record_type}"
        hint = f"keep {known.record_type}, the `record_type` of the series: Crossref cannot change it later"
        return _block(plan_input, "plan-record-type", text, hint)
    crowded = known.too_many_digits()
    return None if crowded is None else Decision(plan_input, Action.BLOCKED, crowded.message, (crowded,))


def _decide_recorded(plan_input: PlanInput, known: KnownWork, deposit: OpenDeposit) -> Decision:
    """Decide about content that is recorded already: it is under way, or it is sent now."""
    if deposit.state is State.SENDING and deposit.reason:
        return _decide_because(plan_input, Action.UNCHANGED, ReasonCode.IN_DOUBT, f": {deposit.reason}")
    if deposit.state is not State.PREPARED:
        return _decide_because(plan_input, Action.UNCHANGED, ReasonCode.UNDER_WAY, f" ({deposit.state})")
    action = Action.UPDATE if known.registered else Action.REGISTER
    return _decide_because(plan_input, action, ReasonCode.RECORDED, f": {deposit.reason or 'it is sent now'}")


def _block_repeated_failure(plan_input: PlanInput, failure: PastFailure | None, now: datetime) -> Decision | None:
    """Return the decision that keeps a failure from being repeated; None where trying again can help."""
    if failure is None or failure.fingerprint != plan_input.fingerprint:
        return None
    if not failure.sent:
        # It is compared again before it is sent, and whoever deposits it again may have settled what it was.
        return None
    if failure.code == TIMESTAMP_TOO_OLD:
        return None  # A new deposit has a new timestamp: that is the change this failure asked for.
    # A person who deposits again is not asked for --retry where the failure has nothing to do with the content.
    if failure.retry is RetryClass.NOW or (failure.retry is RetryClass.ONCE and failure.times == 1):
        return None
    why = failure.message or "without a reason"
    refused, lost = (
        f"Crossref rejected the same content of {plan_input.doi} before",
        f"the last upload of {plan_input.doi} failed",
    )
    text = f"{refused if failure.read else lost}: {why}"
    if failure.retry is RetryClass.LATER:
        if now - failure.at >= LATER:
            return None
        moment = f"{failure.at + LATER:%Y-%m-%d %H:%M} UTC"
        return _block(
            plan_input, "plan-failed-before", text, f"the problem may be temporary: deposit it again after {moment}"
        )
    hint = "correct the record; if the error was elsewhere and is corrected, deposit it with --retry"
    if not failure.read:
        hint = "correct that first; Crossref never read the record itself. Then deposit it with --retry"
    return _block(plan_input, "plan-failed-before", text, hint)


def _block(plan_input: PlanInput, code: str, message: str, hint: str) -> Decision:
    return Decision(plan_input, Action.BLOCKED, message, (Finding(code, Severity.ERROR, message, hint),))


def together(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """Keep the inputs of one ready-made file together: one blocked input blocks all, one sent sends all."""
    groups: dict[int | None, list[Decision]] = {}
    for decision in decisions:
        if decision.wanted.group is not None:
            groups.setdefault(decision.wanted.group, []).append(decision)
    return tuple(_follow_group(decision, groups.get(decision.wanted.group)) for decision in decisions)


def _follow_group(decision: Decision, group: Sequence[Decision] | None) -> Decision:
    if group is None or decision.action is Action.BLOCKED:
        return decision
    going = any(plan_decision.to_be_recorded for plan_decision in group)
    culprit = next(
        (
            plan_decision
            for plan_decision in group
            if plan_decision.action is Action.BLOCKED
            or (going and not plan_decision.to_be_recorded and not plan_decision.in_force)
        ),
        None,
    )
    if culprit is not None:
        text = f"its file also holds {culprit.wanted.doi}, which cannot be sent now: {culprit.reason}"
        blocked = culprit.action is Action.BLOCKED
        way_out = "correct that record first" if blocked else "wait until that deposit is done"
        return _block(decision.wanted, "plan-batch-blocked", text, f"{way_out}, or split the file")
    if going and decision.action is Action.UNCHANGED:
        text = "unchanged, but its file contains other records that changed"
        return replace(decision, action=Action.UPDATE, reason=text, reason_code=None)
    return decision


def next_timestamp(now: datetime, last: Iterable[int | None]) -> int:
    """Return a timestamp for a file whose DOIs had `last` (None for never): above all, whatever the clock says.

    Crossref compares timestamps as plain numbers and wants each strictly above the one before (schema annotation of
    head/timestamp). The result may have more than 17 digits only where `KnownWork.too_many_digits` was not heeded.
    """
    utc = now.astimezone(UTC)
    # Seventeen digits: ``yyyymmddhhmmssmmm``. Microseconds have six digits, and the number takes three of them.
    moment = int(utc.strftime("%Y%m%d%H%M%S")) * 1000 + utc.microsecond // 1000
    return max([moment, *(value + TIMESTAMP_STEP for value in last if value is not None)])
