"""From a plan to recorded files: group, join, seal, and commit before anything is sent."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from doideposit.crossref.sealing import join, restamped
from doideposit.crossref.validator.validator import Sealed
from doideposit.crossref.xml.deposit_file import DepositFile
from doideposit.deposits.candidates import Approved, ContentStore, DepositCandidate
from doideposit.deposits.context import DepositContext, OnEvent
from doideposit.deposits.ledger.entries import KnownWork, NewItem, NewSubmission
from doideposit.deposits.planning import Action, Decision, Permissions, PlanInput, next_timestamp
from doideposit.deposits.steps import ClearingSteps
from doideposit.deposits.values import Progress
from doideposit.deposits.wording import name_of
from doideposit.findings import Finding, Severity, counted
from doideposit.records.models.batch import SealedBatch

__all__ = ["Decide", "Preparation"]

# How often a file is planned again because other runs were quicker; each time one of them got its deposit in.
ROUNDS = 50


# Plans inputs with their bytes against the ledger and what Crossref has, as `Planner.decide` does.
Decide = Callable[[Sequence[DepositCandidate], ContentStore, Permissions], Approved]
# What goes out, with what the ledger knew of its DOI when that was decided.
_ToSend = tuple[DepositCandidate, KnownWork | None]


class Preparation:
    """Record what a plan approved as submissions, exactly as it was checked, or say why not.

    Whenever the ledger moved on since the plan was made, `decide` plans a DOI again. With `replan` that is enough to
    send it; otherwise, since somebody approved something else, it may only turn out that nothing is to be sent.
    """

    def __init__(
        self, context: DepositContext, approved: Approved, decide: Decide, *, replan: bool, on_event: OnEvent
    ) -> None:
        self._context = context
        self._approved = approved
        self._decide = decide
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
        now = self._decide(overtaken, self._approved.store, self._approved.permissions)
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
        clearing = ClearingSteps(
            {candidate.item.doi.key: sets for candidate, _ in group if (sets := self._blocks_to_clear(candidate))}
        )
        # It is above all timestamps of these DOIs, because Crossref rejects a deposit whose timestamp does not
        # rise; what goes before it takes the numbers below.
        first = next_timestamp(now, [known.timestamp if known else None for _, known in group])
        timestamp = first + clearing.room
        sealed = self._seal(group, NewSubmission.unique_name(group[0][0].series, now), timestamp)
        if sealed.batch is None:
            return self._split_or_block(group, sealed.findings)
        if len(sealed.batch.xml) > self._context.limits.bytes_per_submission:
            return self._split_or_block(group, _too_large(len(sealed.batch.xml)))
        return self._commit(group, self._new_submission(group, sealed.batch, timestamp), clearing)

    def _commit(self, group: Sequence[_ToSend], new: NewSubmission, clearing: ClearingSteps) -> list[DepositCandidate]:
        """Record a file and the steps before it; return the candidates that another run recorded first."""
        context = self._context
        steps = clearing.leading_to(new, context.reseal)
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
        contents = [store.get(candidate.sha256) for candidate, _ in group]
        items = [candidate.sealed for candidate, _ in group if candidate.sealed is not None]
        file = group[0][0].sealed_file
        if file is not None:
            return Sealed(restamped(file, contents[0], batch_id, timestamp), ())
        if not items:
            return self._context.seal(DepositFile(contents[0]).restamp(batch_id, timestamp).xml)
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
