"""From a plan to recorded files: group, join, seal, and commit before anything is sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from doideposit.crossref.sealing import join, restamped
from doideposit.crossref.validator.validator import Sealed
from doideposit.crossref.xml.deposit_file import DepositFile
from doideposit.deposits.candidates import Approved, ContentStore, DepositCandidate
from doideposit.deposits.context import DepositContext, OnEvent
from doideposit.deposits.ledger.entries import KnownWork, NewItem, NewSubmission
from doideposit.deposits.planning import (
    Action,
    Decision,
    Permissions,
    PlanInput,
    next_timestamp,
    plan,
    together,
    too_many_digits,
)
from doideposit.deposits.preflight import preflight
from doideposit.deposits.steps import Clears, StepFiles
from doideposit.deposits.updates import Seen, decide_by_content
from doideposit.deposits.values import Progress
from doideposit.deposits.wording import name_of
from doideposit.findings import Finding, Severity, counted
from doideposit.lifecycle import State
from doideposit.records.models.batch import SealedBatch
from doideposit.registered.drift_values import Drift

__all__ = ["Preparation", "decide"]

# How often a file is planned again because other runs were quicker; each time one of them got its deposit in.
ROUNDS = 50


def decide(
    context: DepositContext,
    inputs: Sequence[DepositCandidate | PlanInput],
    store: ContentStore,
    may: Permissions,
) -> Approved:
    """Decide what to do with each input, by the ledger and then by the registered record of each DOI to be sent."""
    wanted = [plan_input.wanted if isinstance(plan_input, DepositCandidate) else plan_input for plan_input in inputs]
    # Without a DOI and a fingerprint there is nothing to compare with the ledger.
    dois = [
        plan_input.doi for plan_input in wanted if plan_input.doi is not None and plan_input.fingerprint is not None
    ]
    known = context.ledger.works.known(dois)
    if context.looks_later:
        # Whether Crossref's support reset a timestamp is seen before it is sent, and held back where it did not.
        known = {key: _with_reset_accepted(work) for key, work in known.items()}
    planned = plan(wanted, known, now=context.clock(), retry=may.retry)
    decisions = decide_by_content(context, inputs, planned, known, store, may)
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
        planned = plan(wanted, known, now=context.clock(), retry=may.retry)
        decisions = decide_by_content(context, inputs, planned, known, store, may)
    if seen.asked:
        decisions = tuple(
            seen.compared(context, plan_input, decision, store, may)
            if isinstance(plan_input, DepositCandidate) and decision.to_be_recorded
            else decision
            for plan_input, decision in zip(inputs, decisions, strict=True)
        )
        decisions = _after_preflight(context, inputs, decisions, may)
    if may.losses or may.unseen:
        decisions = tuple(_warn_of_late_permission(decision, known) for decision in decisions)
    decided = together(_block_mixed_publishers(context, inputs, _with_drift_warnings(context, decisions)))
    return Approved(tuple(inputs), decided, known, store, may, context.why_not_sent(decided, planned=True))


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


def _with_drift_warnings(context: DepositContext, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """Warn of each DOI that needs no deposit and that others changed."""
    same = [
        decision.wanted.doi for decision in decisions if decision.action is Action.UNCHANGED and decision.wanted.doi
    ]
    changed = context.ledger.observations.changed(same) if same else {}
    return tuple(
        _with_drift_warning(decision, changed[decision.wanted.doi.key])
        if decision.action is Action.UNCHANGED and decision.wanted.doi and decision.wanted.doi.key in changed
        else decision
        for decision in decisions
    )


def _with_drift_warning(decision: Decision, drift: Sequence[Drift]) -> Decision:
    what = "; ".join(difference.what for difference in drift)
    message = f"the same content was deposited before, and others have changed it since: {what}"
    hint = f'`doideposit drift accept {decision.wanted.doi} --reason "…"` keeps it, `drift restore` sends yours'
    finding = Finding("plan-changed-elsewhere", Severity.WARNING, message, hint)
    return replace(decision, reason=message, findings=(*decision.findings, finding))


def _after_preflight(
    context: DepositContext,
    inputs: Sequence[DepositCandidate | PlanInput],
    decisions: Sequence[Decision],
    may: Permissions,
) -> tuple[Decision, ...]:
    """Return the decisions, changed if Crossref would reject the series or a named DOI."""
    if may.unseen:
        return tuple(decisions)
    planned = [
        (plan_input, decision)
        for plan_input, decision in zip(inputs, decisions, strict=True)
        if isinstance(plan_input, DepositCandidate)
    ]
    changed = preflight(context, planned)
    return tuple(
        changed.get(plan_input.index, decision) if isinstance(plan_input, DepositCandidate) else decision
        for plan_input, decision in zip(inputs, decisions, strict=True)
    )


def _block_mixed_publishers(
    context: DepositContext, inputs: Sequence[DepositCandidate | PlanInput], decisions: Sequence[Decision]
) -> tuple[Decision, ...]:
    """Block ready-made files whose DOIs belong to several publishers: a file is sent with one login."""
    if not context.others:
        return tuple(decisions)
    names: dict[int, set[str]] = {}
    nobodys: set[int] = set()
    for plan_input in inputs:
        if isinstance(plan_input, DepositCandidate) and plan_input.wanted.group is not None:
            names.setdefault(plan_input.wanted.group, set()).add(context.account_of(plan_input).name)
            if context.accounts.is_nobodys(plan_input.item.doi, plan_input.item.container):
                nobodys.add(plan_input.wanted.group)
    mixed = {group for group, found in names.items() if len(found) > 1} - nobodys
    stopped = (
        _block_without_publisher(decision) if decision.wanted.group in nobodys else decision for decision in decisions
    )
    return tuple(
        _block_two_publishers(decision) if decision.wanted.group in mixed else decision for decision in stopped
    )


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
    if too_many_digits(known.doi, known.timestamp) is None:
        return known
    return replace(known, timestamp=known.own_timestamp, reset=True)


def _is_crowded(decision: Decision) -> bool:
    """Tell whether only the number of its registered version keeps the DOI back: Crossref may have another by now."""
    return any(finding.code == "plan-timestamp-digits" for finding in decision.findings)


# What goes out, with what the ledger knew of its DOI when that was decided.
_ToSend = tuple[DepositCandidate, KnownWork | None]


class Preparation:
    """Record what a plan approved as submissions, exactly as it was checked, or say why not.

    Whenever the ledger moved on since the plan was made, a DOI is planned again. With `replan` that is enough to send
    it; otherwise, since somebody approved something else, it may only turn out that nothing is to be sent.
    """

    def __init__(self, context: DepositContext, approved: Approved, *, replan: bool, on_event: OnEvent) -> None:
        self._context = context
        self._approved = approved
        self._replan = replan
        self._on_event = on_event
        self._decisions: dict[int, Decision] = {}

    def run(self) -> tuple[Decision, ...]:
        """Record the submissions of all inputs that are not blocked; return one decision for each input, in order."""
        approved = self._approved
        rest = self._note_decisions(approved.inputs, approved.decisions, approved.known)
        for _ in range(ROUNDS):
            overtaken = [candidate for group in self._group_into_files(rest) for candidate in self._record_file(group)]
            if not overtaken:
                break
            # Another run got a deposit of one of these DOIs in first: planning says what that means for each.
            overtaken.sort(key=lambda candidate: candidate.index)
            rest = self._plan_again(overtaken)
        else:
            raise RuntimeError(f"other runs changed the same DOIs first, {ROUNDS} times in a row")
        return tuple(self._decisions[index] for index in range(len(approved.inputs)))

    def _plan_again(self, overtaken: Sequence[DepositCandidate]) -> list[_ToSend]:
        now = decide(self._context, overtaken, self._approved.store, self._approved.permissions)
        decisions = tuple(
            _block_outdated(decision) if self._is_outdated(decision, now.known) else decision
            for decision in now.decisions
        )
        return self._note_decisions(overtaken, decisions, now.known)

    def _is_outdated(self, decision: Decision, known: Mapping[str, KnownWork]) -> bool:
        """Tell whether the decision would send over a deposit that the plan did not know.

        Of two that were recorded at the same moment with other content, nobody can say which is the later one.
        """
        if decision.wanted.doi is None or not decision.to_be_recorded:
            return False
        if self._replan and not decision.waits:
            return False
        key = decision.wanted.doi.key
        before, now = self._approved.known.get(key), known.get(key)
        return (before.latest if before else None) != (now.latest if now else None)

    def _note_decisions(
        self,
        inputs: Sequence[DepositCandidate | PlanInput],
        decisions: Sequence[Decision],
        known: Mapping[str, KnownWork],
    ) -> list[_ToSend]:
        going: list[_ToSend] = []
        for place, (plan_input, decision) in enumerate(zip(inputs, decisions, strict=True)):
            candidate = plan_input if isinstance(plan_input, DepositCandidate) else None
            self._decisions[candidate.index if candidate else place] = decision
            if candidate and decision.to_be_recorded:
                going.append((candidate, known.get(candidate.item.doi.key)))
        return going

    def _group_into_files(self, going: Sequence[_ToSend]) -> Iterator[list[_ToSend]]:
        """Yield files to be: one series, one prefix and one kind of body each; a ready-made file stays whole."""
        groups: dict[object, list[_ToSend]] = {}
        for candidate, known in going:
            key: object = ("file", candidate.wanted.group)
            if candidate.sealed is not None:
                # What waits for an earlier deposit of its DOI must not hold up the others.
                waits = known is not None and known.open is not None
                # Only those that empty the same blocks go through the same steps.
                clears = self._blocks_to_clear(candidate)
                account = self._context.account_of(candidate).name
                key = (
                    account,
                    candidate.container,
                    candidate.item.doi.prefix,
                    candidate.kind,
                    candidate.sealed.schema_version,
                    waits,
                    clears,
                )
            groups.setdefault(key, []).append((candidate, known))
        size = self._context.limits.records_per_submission
        for group in groups.values():
            whole = group[0][0].sealed is None
            for start in range(0, len(group), len(group) if whole else size):
                yield group[start:] if whole else group[start : start + size]

    def _record_file(self, group: Sequence[_ToSend]) -> list[DepositCandidate]:
        """Seal and record one file, in halves if it is too large; return the decisions that must be planned again."""
        now = self._context.clock()
        clears = {candidate.item.doi.key: sets for candidate, _ in group if (sets := self._blocks_to_clear(candidate))}
        # It is above all timestamps of these DOIs, because Crossref rejects a deposit whose timestamp does not
        # rise; what goes before it takes the numbers below.
        first = next_timestamp(now, [known.timestamp if known else None for _, known in group])
        timestamp = first + StepFiles.room_for(clears)
        sealed = self._seal(group, NewSubmission.unique_name(group[0][0].series, now), timestamp)
        if sealed.batch is None:
            return self._split_or_block(group, sealed.findings)
        if len(sealed.batch.xml) > self._context.limits.bytes_per_submission:
            return self._split_or_block(group, _too_large(len(sealed.batch.xml)))
        return self._commit(group, self._new_submission(group, sealed.batch, timestamp), clears)

    def _commit(self, group: Sequence[_ToSend], new: NewSubmission, clears: Clears) -> list[DepositCandidate]:
        """Record a file and the steps before it; return the candidates that another run recorded first."""
        context = self._context
        steps = StepFiles.leading_to(new, clears, context.clock(), context.seal)
        if not steps.files:
            return self._split_or_block(group, steps.findings)
        if context.ledger.works.prepare(*steps.files) is None:
            return [candidate for candidate, _ in group]
        dois = tuple(item.doi for item in new.items)
        text = f"recorded {counted(len(dois), 'DOI')} to be sent to {name_of(context.target)}"
        text += f" in {len(steps.files)} steps" if len(steps.files) > 1 else ""
        self._on_event(Progress("prepared", text, dois=dois))
        return []

    def _blocks_to_clear(self, candidate: DepositCandidate) -> tuple[frozenset[str], ...]:
        """Return the blocks that must be emptied before the DOI is sent, if known by now."""
        update = self._decisions[candidate.index].update
        return update.clears if update else ()

    def _may_lose(self, candidate: DepositCandidate) -> tuple[str, ...]:
        """Return the fields of a DOI that may be lost: those that the compared plan showed."""
        update, names = self._decisions[candidate.index].update, self._approved.permissions.losses
        if update is None:
            return names
        # What is registered may change until it is sent: permission to lose what was shown covers nothing else.
        return tuple(
            dict.fromkeys(difference.field for difference in update.differences if difference.falls_under(names))
        )

    def _split_or_block(self, group: Sequence[_ToSend], findings: tuple[Finding, ...]) -> list[DepositCandidate]:
        """Halve a file that cannot be sent, until the record that stops it is alone with its reason."""
        if len(group) > 1 and group[0][0].sealed is not None:
            # Halving finds one bad record among n in about log n rounds; sealing each alone would take n.
            middle = len(group) // 2
            return self._record_file(group[:middle]) + self._record_file(group[middle:])
        for candidate, _ in group:
            self._decisions[candidate.index] = Decision(
                candidate.wanted, Action.BLOCKED, "its file is not valid", findings
            )
        return []

    def _seal(self, group: Sequence[_ToSend], batch_id: str, timestamp: int) -> Sealed:
        """Put the approved bytes into a file with its own batch id and timestamp."""
        store = self._approved.store
        contents = [store.get(candidate.content) for candidate, _ in group]
        items = [candidate.sealed for candidate, _ in group if candidate.sealed is not None]
        file = group[0][0].sealed_file
        if file is not None:
            return Sealed(restamped(file, contents[0], batch_id, timestamp), ())
        if not items:
            return self._context.seal(DepositFile(contents[0]).restamp(batch_id, timestamp))
        head = self._context.account_of(group[0][0]).depositor.head(batch_id, timestamp)
        return Sealed(join(head, items, contents), ())

    def _new_submission(self, group: Sequence[_ToSend], batch: SealedBatch, timestamp: int) -> NewSubmission:
        first, may = group[0][0], self._approved.permissions
        # Parts of records belong to the series of those records, which the ledger knows.
        work = group[0][1] if first.wanted.is_resources else None
        return NewSubmission(
            publisher=self._context.account_of(first).name,
            series=work.series if work else first.series,
            container=work.container if work else first.container,
            schema_version=batch.schema_version,
            batch_id=batch.batch_id,
            timestamp=timestamp,
            xml=batch.xml,
            sha256=batch.sha256,
            items=tuple(_new_item(candidate, known, self._may_lose(candidate)) for candidate, known in group),
            compared=self._context.clock() if self._context.read_first and not may.unseen else None,
            unseen=may.unseen,
            whole=first.sealed is None,
        )


def _block_outdated(decision: Decision) -> Decision:
    """Block a decision that differs from the approved one."""
    doi = decision.wanted.doi
    message = f"the ledger changed after this was planned: another deposit of {doi} was recorded meanwhile"
    hint = "run the same command again, and look at the new plan"
    finding = Finding("plan-outdated", Severity.ERROR, message, hint)
    return Decision(decision.wanted, Action.BLOCKED, message, (finding,))


def _new_item(candidate: DepositCandidate, known: KnownWork | None, may_lose: tuple[str, ...]) -> NewItem:
    return NewItem(
        doi=candidate.item.doi,
        fingerprint=candidate.item.fingerprint,
        record_type=candidate.item.record_type,
        title=candidate.item.title,
        source=candidate.wanted.source,
        landing_page=candidate.landing_page,
        after=known.latest if known else None,
        reset=known.reset if known else False,
        lines=candidate.lines,
        removes=candidate.removes,
        may_lose=may_lose,
    )


def _too_large(size: int) -> tuple[Finding, ...]:
    # Crossref documents ten megabytes as the most that it takes at once.
    message = f"its deposit file has {size / 1_000_000:.1f} MB, but Crossref accepts at most 10 MB"
    return (Finding("file-too-large", Severity.ERROR, message, "shorten the record, or split the file"),)
