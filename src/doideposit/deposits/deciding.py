"""What to do with each input: by the ledger, by what Crossref has of it, and by what Crossref would reject.

`planning` has the rules; here is what they are asked about, and what is found out beside them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeGuard

from doideposit.checks.checking import Checker
from doideposit.checks.values import Checked, Input
from doideposit.deposits.candidates import Approved, ContentStore, DepositCandidate
from doideposit.deposits.context import DepositContext
from doideposit.deposits.ledger.entries import KnownWork
from doideposit.deposits.planning import (
    SENTENCES,
    Action,
    Decision,
    Permissions,
    PlanInput,
    ReasonCode,
    plan,
    together,
)
from doideposit.deposits.preflight import preflight
from doideposit.deposits.updates import Seen
from doideposit.deposits.values import Plan
from doideposit.errors import UsageError
from doideposit.findings import Finding, Severity
from doideposit.lifecycle import State
from doideposit.records.identifiers import Doi
from doideposit.registered.comparison import compare
from doideposit.registered.drift_values import Drift
from doideposit.registered.reading import RegisteredRecord

__all__ = ["Planner"]

_Inputs = Sequence[DepositCandidate | PlanInput]

_IN_PARTS: Final = "registered with the same content, some of it in a resource-only deposit"


@dataclass(frozen=True, slots=True)
class Planner:
    """Plan what is to be deposited; `may` is what a person allows."""

    context: DepositContext
    checker: Checker

    def plan(self, items: Iterable[Input], may: Permissions) -> Plan:
        """Check the inputs, and plan what to do with each."""
        # The same ledger and registry say whether a DOI that no pattern gives is registered.
        checker = self.checker.knowing(partial(Seen.is_registered, self.context))
        return self.plan_checked(checker.read_streaming(items), may)

    def plan_given(self, items: Sequence[Input | Plan], *, retry: bool) -> Plan:
        """Return the plan that is given, or a plan of the inputs; raise `UsageError` for a plan that is not alone."""
        plans = [item for item in items if isinstance(item, Plan)]
        if not plans:
            return self.plan([item for item in items if not isinstance(item, Plan)], Permissions(retry))
        if len(items) > 1 or retry:
            raise UsageError("deposit a plan alone, as it was made", hint="give `retry` when making the plan")
        target = self.context.target
        if plans[0].target != target:
            raise UsageError(f"the plan is for {plans[0].target}, but this depositor sends to {target}")
        return plans[0]

    def plan_checked(self, checked: Iterable[Checked], may: Permissions) -> Plan:
        """Plan what to do with inputs that are checked."""
        store = ContentStore()
        return self._as_plan(self.decide(store.read_candidates(checked), store, may))

    def plan_again(self, doi: Doi, may: Permissions) -> Plan:
        """Plan to send our last registered version of a DOI again; raise `UsageError` where there is none."""
        store = ContentStore()
        inputs = store.candidates_again(self.context.ledger.versions.registered_file(doi), doi)
        return self._as_plan(self.decide(inputs, store, may))

    def decide(self, inputs: _Inputs, store: ContentStore, may: Permissions) -> Approved:
        """Decide what to do with each input, whose bytes are in `store`.

        First by the ledger, and then by the registered record of each DOI to be sent.
        """
        return _Decider(self.context, store, may).decide(inputs)

    def _as_plan(self, approved: Approved) -> Plan:
        return approved.as_plan(self.context.target)


@dataclass(frozen=True, slots=True)
class _Decider:
    """Hold what every step of a decision needs."""

    context: DepositContext
    store: ContentStore
    may: Permissions

    def decide(self, inputs: _Inputs) -> Approved:
        context, may = self.context, self.may
        # Without a DOI and a fingerprint there is nothing to compare with the ledger.
        dois = [
            wanted.doi
            for wanted in map(_wanted_of, inputs)
            if wanted.doi is not None and wanted.fingerprint is not None
        ]
        known = context.ledger.works.known(dois)
        if context.looks_later:
            # Whether Crossref's support reset a timestamp is seen before it is sent, and held back where it did not.
            known = {key: _with_reset_accepted(work) for key, work in known.items()}
        decisions = self._by_ledger(inputs, known)
        going = [
            decision.wanted.doi
            for decision in decisions
            if decision.wanted.doi and (decision.action.sends or _is_crowded(decision))
        ]
        seen = Seen.ask(context, going)
        if seen.states or may.retry:
            known = {doi.key: work for doi in dois if (work := seen.known(doi, known.get(doi.key))) is not None}
            if may.retry:
                known = {key: work if key in seen.states else _with_reset_accepted(work) for key, work in known.items()}
            decisions = self._by_ledger(inputs, known)
        if seen.asked:
            decisions = self._after_preflight(inputs, self._by_registered(inputs, decisions, seen))
        if may.losses or may.unseen:
            decisions = tuple(_warn_of_late_permission(decision, known) for decision in decisions)
        decided = together(self._block_mixed_publishers(inputs, self._with_drift_warnings(decisions)))
        return Approved(tuple(inputs), decided, known, self.store, may, context.why_not_sent(decided, planned=True))

    def _by_ledger(self, inputs: _Inputs, known: Mapping[str, KnownWork]) -> tuple[Decision, ...]:
        """Decide by what is known of each DOI; by content where parts of it were deposited since the last whole one.

        The fingerprint of the last whole deposit misleads then: it differs for a record that has the new parts,
        although nothing would change, and it is the same for a record without them, although something would be lost.
        """
        planned = plan(list(map(_wanted_of, inputs)), known, now=self.context.clock(), retry=self.may.retry)
        pairs = list(zip(inputs, planned, strict=True))
        uncertain = (
            []
            if self.may.retry
            else [plan_input for plan_input, decision in pairs if _rests_on_fingerprint(plan_input, decision, known)]
        )
        changed = self.context.ledger.versions.changed_in_parts([candidate.item.doi for candidate in uncertain] or ())
        if not changed:
            return planned
        return tuple(
            self._by_content(plan_input, decision)
            if _rests_on_fingerprint(plan_input, decision, known) and plan_input.item.doi.key in changed
            else decision
            for plan_input, decision in pairs
        )

    def _by_content(self, candidate: DepositCandidate, decision: Decision) -> Decision:
        doi = candidate.item.doi
        ours = self.context.ledger.versions.current(doi)
        registered = None if ours is None else RegisteredRecord.read(ours, doi.printed)
        desired = RegisteredRecord.read(self.store.get(candidate.sha256), doi.printed)
        if registered is None or desired is None:
            return decision
        if compare(registered, desired):
            code = ReasonCode.OTHER_CONTENT
            return replace(decision, action=Action.UPDATE, reason=SENTENCES[code], reason_code=code)
        code = ReasonCode.SAME_CONTENT
        return replace(decision, action=Action.UNCHANGED, reason=_IN_PARTS, reason_code=code)

    def _by_registered(self, inputs: _Inputs, decisions: Sequence[Decision], seen: Seen) -> tuple[Decision, ...]:
        """Return the decisions, those to be recorded with what they change of what is registered."""
        return tuple(
            seen.compared(plan_input, decision, self.store, self.may)
            if isinstance(plan_input, DepositCandidate) and decision.to_be_recorded
            else decision
            for plan_input, decision in zip(inputs, decisions, strict=True)
        )

    def _after_preflight(self, inputs: _Inputs, decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
        """Return the decisions, changed if Crossref would reject the series or a named DOI."""
        if self.may.unseen:
            return decisions
        planned = [
            (plan_input, decision)
            for plan_input, decision in zip(inputs, decisions, strict=True)
            if isinstance(plan_input, DepositCandidate)
        ]
        changed = preflight(self.context, planned)
        return tuple(
            changed.get(plan_input.index, decision) if isinstance(plan_input, DepositCandidate) else decision
            for plan_input, decision in zip(inputs, decisions, strict=True)
        )

    def _with_drift_warnings(self, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
        """Warn of each DOI that needs no deposit and that others changed."""
        same = [
            decision.wanted.doi for decision in decisions if decision.action is Action.UNCHANGED and decision.wanted.doi
        ]
        changed = self.context.ledger.observations.changed(same) if same else {}
        return tuple(
            _with_drift_warning(decision, changed[decision.wanted.doi.key])
            if decision.action is Action.UNCHANGED and decision.wanted.doi and decision.wanted.doi.key in changed
            else decision
            for decision in decisions
        )

    def _block_mixed_publishers(self, inputs: _Inputs, decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
        """Block ready-made files whose DOIs belong to several publishers: a file is sent with one login."""
        context = self.context
        if not context.others:
            return decisions
        names: dict[int, set[str]] = {}
        nobodys: set[int] = set()
        for plan_input in inputs:
            if isinstance(plan_input, DepositCandidate) and plan_input.wanted.group is not None:
                names.setdefault(plan_input.wanted.group, set()).add(context.account_of(plan_input).name)
                if context.accounts.is_nobodys(plan_input.item.doi, plan_input.item.container):
                    nobodys.add(plan_input.wanted.group)
        mixed = {group for group, found in names.items() if len(found) > 1} - nobodys
        stopped = (
            _block_without_publisher(decision) if decision.wanted.group in nobodys else decision
            for decision in decisions
        )
        return tuple(
            _block_two_publishers(decision) if decision.wanted.group in mixed else decision for decision in stopped
        )


def _wanted_of(plan_input: DepositCandidate | PlanInput) -> PlanInput:
    return plan_input.wanted if isinstance(plan_input, DepositCandidate) else plan_input


def _rests_on_fingerprint(
    plan_input: DepositCandidate | PlanInput, decision: Decision, known: Mapping[str, KnownWork]
) -> TypeGuard[DepositCandidate]:
    """Tell whether the decision about a record rests only on the fingerprint of its last whole deposit."""
    if not isinstance(plan_input, DepositCandidate) or plan_input.wanted.is_resources:
        return False
    if decision.reason_code is ReasonCode.OTHER_CONTENT:
        return True
    work = known.get(plan_input.item.doi.key)
    # Where the latest deposit is the whole one, nothing came after it, and thousands of records need no question.
    same = decision.reason_code is ReasonCode.SAME_CONTENT
    return same and work is not None and work.applied != work.registered_fingerprint


def _warn_of_late_permission(decision: Decision, known: Mapping[str, KnownWork]) -> Decision:
    """Warn that a permission given now comes too late for files that are recorded and not sent yet."""
    doi = decision.wanted.doi
    work = known.get(doi.key) if doi is not None and decision.recorded_before else None
    if work is None or work.open is None or work.open.state is not State.PREPARED:
        return decision
    message = (
        f"{doi} was recorded earlier, without the permission that you give now, and will be sent as it was recorded"
    )
    hint = f'first abandon the recorded deposit: `doideposit abandon {doi} --reason "…"`; then run this command again'
    finding = Finding("plan-recorded-before", Severity.WARNING, message, hint)
    return replace(decision, findings=(*decision.findings, finding))


def _with_drift_warning(decision: Decision, drift: Sequence[Drift]) -> Decision:
    what = "; ".join(difference.what for difference in drift)
    message = f"the same content was deposited before, and others have changed it since: {what}"
    hint = f'`doideposit drift accept {decision.wanted.doi} --reason "…"` keeps it, `drift restore` sends yours'
    finding = Finding("plan-changed-elsewhere", Severity.WARNING, message, hint)
    return replace(decision, reason=message, findings=(*decision.findings, finding))


def _block_without_publisher(decision: Decision) -> Decision:
    message = (
        f"a DOI of {decision.wanted.source} belongs to no series in the configuration, so its publisher is unknown"
    )
    hint = "describe its series, with its title and prefix, and the publisher_account that deposits it"
    finding = Finding("plan-no-publisher", Severity.ERROR, message, hint)
    return Decision(decision.wanted, Action.BLOCKED, message, (finding,))


def _block_two_publishers(decision: Decision) -> Decision:
    message = f"the DOIs of {decision.wanted.source} belong to several publishers, but a file is sent with one login"
    finding = Finding("plan-two-publishers", Severity.ERROR, message, "make a file for each publisher")
    return Decision(decision.wanted, Action.BLOCKED, message, (finding,))


def _with_reset_accepted(known: KnownWork) -> KnownWork:
    """Accept a person's statement that Crossref support reset the timestamp, if nobody can be asked."""
    if known.too_many_digits() is None:
        return known
    return replace(known, timestamp=known.own_timestamp, reset=True)


def _is_crowded(decision: Decision) -> bool:
    """Tell whether only the number of its registered version keeps the DOI back: Crossref may have another by now."""
    return any(finding.code == "plan-timestamp-digits" for finding in decision.findings)
