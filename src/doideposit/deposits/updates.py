"""Before an update leaves: read what is registered, compare, and stop what would destroy something."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from doideposit.crossref.queries import RegisteredState
from doideposit.crossref.xml.resources import ResourceDeposit
from doideposit.deposits.candidates import ContentStore, DepositCandidate
from doideposit.deposits.context import DepositContext
from doideposit.deposits.ledger.entries import KnownWork, NewSubmission
from doideposit.deposits.limits import NOBODY_ANSWERS, PRODUCTION, SILENT
from doideposit.deposits.planning import (
    SENTENCES,
    Action,
    Decision,
    Permissions,
    ReasonCode,
)
from doideposit.errors import RegistrarError
from doideposit.findings import Finding, Severity, has_errors
from doideposit.records.identifiers import Doi
from doideposit.registered.policy import judge
from doideposit.registered.reading import RegisteredRecord
from doideposit.registered.values import Consent, Judgement

__all__ = ["Seen"]

# Questions at the same time: what Crossref allows who gives an address (REST API documentation, December 2025).
AT_ONCE: Final = 3


class _StoredAnswers:
    """Keep what Crossref answered about DOIs in a temporary file; safe from several threads.

    An update of a hundred thousand records reads as many answers, which take several kilobytes each.
    """

    def __init__(self) -> None:
        self._store = ContentStore()
        self._hashes: dict[str, str] = {}

    def put(self, doi: Doi, state: RegisteredState) -> RegisteredState:
        """Store the answer of a state on disk, and return the state without it; raise `DiskError`."""
        self._hashes[doi.key] = self._store.put(state.answer)
        return replace(state, answer=b"")

    def put_back(self, doi: Doi, state: RegisteredState) -> RegisteredState:
        """Return a state with its answer; raise `DiskError`."""
        return replace(state, answer=self._store.get(self._hashes[doi.key]))


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold what Crossref said of DOIs, by `Doi.key`: what it has, or why it could not be asked; nothing for neither.

    `asked` tells whether there was anybody to ask, and `silent` that nobody answered in the end. `states` are without
    the answers with the records in them, which `answers` has.
    """

    context: DepositContext
    asked: bool = False
    silent: bool = False
    states: Mapping[str, RegisteredState] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    answers: _StoredAnswers = field(default_factory=_StoredAnswers, repr=False)

    def state(self, doi: Doi) -> RegisteredState | None:
        """Return what Crossref has of a DOI, with its answer; raise `DiskError`."""
        found = self.states.get(doi.key)
        return None if found is None else self.answers.put_back(doi, found)

    def known(self, doi: Doi, known: KnownWork | None) -> KnownWork | None:
        """Return what planning should know of a DOI, with what Crossref holds.

        A DOI of another tool is registered anyway. Where the ledger's number leaves no room for another and
        Crossref's does, its support has reset it.
        """
        state = self.states.get(doi.key)
        if state is None:
            return known
        if known is None:
            return KnownWork(doi, timestamp=state.timestamp, registered=True)
        reset = known.too_many_digits() is not None and state.timestamp < (known.timestamp or 0)
        timestamp = state.timestamp if reset else max(known.timestamp or 0, state.timestamp)
        return replace(known, timestamp=timestamp, registered=True, reset=reset)

    @staticmethod
    def is_registered(context: DepositContext, doi: Doi, number: str | None) -> bool:
        """Tell whether a DOI is registered, by the ledger, or by Crossref if it may be asked.

        With a number it has to be registered as the work of that number.
        """
        if context.ledger.has_registered(doi, number):
            return True
        state = Seen.ask(context, [doi]).state(doi)
        return state is not None and (
            number is None or RegisteredRecord.number_in(state.answer, state.alias_of or doi.printed) == number
        )

    @staticmethod
    def ask(context: DepositContext, dois: Iterable[Doi]) -> "Seen":
        """Read the registered records of these DOIs from Crossref; does nothing if the target has no such service."""
        registry = context.registry
        wanted = list({doi.key: doi for doi in dois}.values())
        if registry is None or not context.read_first or not wanted:
            return Seen(context)

        silent: list[str] = []
        answers = _StoredAnswers()

        def ask(doi: Doi) -> RegisteredState | str | None:
            # Where nobody answers, hundreds of questions more would only take hundreds of time-outs.
            if len(silent) >= SILENT:
                return silent[-1]
            try:
                context.step("registered: ask")
                found = registry.registered(doi, context.accounts.of_doi(doi).depositor.email)
            except NOBODY_ANSWERS as error:
                silent.append(error.message)
                return error.message
            except RegistrarError as error:
                # One answer that is none says nothing of the other questions.
                return error.message
            silent.clear()
            return found and answers.put(doi, found)

        told = [ask(wanted[0])]
        if silent:
            told *= len(wanted)
        elif len(wanted) > 1:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                told += pool.map(ask, wanted[1:])
        pairs = [(doi.key, answer) for doi, answer in zip(wanted, told, strict=True)]
        return Seen(
            context,
            asked=True,
            silent=len(silent) >= SILENT or (bool(silent) and all(isinstance(answer, str) for answer in told)),
            states={key: answer for key, answer in pairs if isinstance(answer, RegisteredState)},
            failures={key: answer for key, answer in pairs if isinstance(answer, str)},
            answers=answers,
        )

    def compared(
        self, candidate: DepositCandidate, decision: Decision, store: ContentStore, may: Permissions
    ) -> Decision:
        """Return the decision with its changes; blocked if it would lose something, or if nobody could compare."""
        context, doi = self.context, candidate.item.doi
        failure = self.failures.get(doi.key)
        if failure is not None and not may.unseen:
            return _decide_unseen(context, decision, doi, failure)
        if failure is not None:
            warning = Finding(
                "plan-unseen", Severity.WARNING, f"sent without reading the registered metadata: {may.unseen}"
            )
            decision = replace(decision, findings=(*decision.findings, warning))
        # A DOI of another owner is never updated, whatever a person allows.
        state = self.state(doi)
        foreign = _block_not_ours(context, doi, state)
        if foreign is not None:
            return decision.block(foreign.message, (*decision.findings, foreign))
        base = _registered_record(context, doi, state)
        if base is None and state is not None and not may.unseen:
            return _decide_unseen(context, decision, doi, "the answer has no record of it")
        if base is None:
            return decision
        # What the record takes away is wanted; other losses need a word of the person who deposits.
        consent = Consent(candidate.removes, may.losses)
        alone = candidate.wanted.is_resources
        update = _judge_result(base, store.get(candidate.sha256), doi, consent, alone=alone)
        findings = (*decision.findings, *update.findings)
        if has_errors(update.findings):
            reason = next(finding.message for finding in update.findings if finding.stops)
            return replace(decision.block(reason, findings), update=update)
        if alone and not update.differences and not may.retry:
            text = "Crossref already has these parts"
            return replace(decision, action=Action.UNCHANGED, reason=text, reason_code=None, findings=findings)
        # What differs from the registered record is no repetition, although our own last deposit was the same.
        again = decision.reason_code is ReasonCode.SENT_AGAIN and not update.summary
        code = ReasonCode.SENT_AGAIN if again else ReasonCode.OTHER_CONTENT
        same = SENTENCES[code] if again else "the file differs, but would change nothing in the registered metadata"
        reason = update.summary or same
        return replace(
            decision, action=Action.UPDATE, reason=reason, reason_code=code, findings=findings, update=update
        )

    def examine(
        self, recorded: NewSubmission
    ) -> tuple[Mapping[str, Finding], Mapping[str, tuple[frozenset[str], ...]]]:
        """Compare a recorded file with the registered records, before it is sent.

        Returns what keeps DOIs here, and what has to be emptied before the file goes, both by `Doi.key`.
        """
        context = self.context
        stopped: dict[str, Finding] = {}
        clears: dict[str, tuple[frozenset[str], ...]] = {}
        ours = context.ledger.versions.took_effect([new_item.doi for new_item in recorded.items])
        for item in recorded.items:
            # What one record may lose on purpose, the others of its file may not.
            doi, consent = item.doi, Consent(item.removes, item.may_lose)
            state = self.state(doi)
            # A new DOI has nothing to lose, and a file may hold thousands of them.
            if state is None and doi.key not in ours:
                continue
            base = _registered_record(context, doi, state)
            crowded = None if state is None else KnownWork(doi, timestamp=state.timestamp).too_many_digits()
            blocked = _block_not_ours(context, doi, state) or crowded
            if blocked is not None:
                stopped[doi.key] = blocked
                continue
            if base is None:
                continue
            update = _judge_result(base, recorded.xml, doi, consent, alone=recorded.is_resources)
            stops = next((finding for finding in update.findings if finding.stops), None)
            if stops is not None:
                stopped[doi.key] = stops
            elif update.clears:
                clears[doi.key] = update.clears
        return stopped, clears

    def is_later_than(self, recorded: NewSubmission) -> bool:
        """Tell whether Crossref has a timestamp by now that is above that of a recorded file."""
        # Parts of records have no timestamp: theirs is a place in our own order.
        known = [] if recorded.is_resources else [state.timestamp for state in self.states.values()]
        return max(known, default=0) > recorded.timestamp


class _Base(NamedTuple):
    """Hold the bytes with the record that counts as registered, and the DOI it is under in them."""

    xml: bytes
    doi: str
    record: RegisteredRecord


def _judge_result(base: _Base, xml: bytes, doi: Doi, consent: Consent, *, alone: bool) -> Judgement:
    """Judge the record that a file would make of a DOI; with `alone` the file holds only parts of it."""
    if alone:
        desired = RegisteredRecord.read(ResourceDeposit.read(xml).applied_to(base.xml, doi), base.doi)
        # An empty part says as much as `remove` in a record file.
        consent = replace(
            consent, removed=(*consent.removed, *Judgement.emptied_fields(ResourceDeposit.read(xml).emptied(doi)))
        )
    else:
        desired = RegisteredRecord.read(xml, doi.printed)
    if desired is None:
        raise RuntimeError(f"the checked file does not contain {doi}")
    return judge(base.record, desired, consent)


def _registered_record(context: DepositContext, doi: Doi, state: RegisteredState | None) -> _Base | None:
    """Return the record that counts as registered: our last deposit, until Crossref shows it or a later version."""
    versions = context.ledger.versions
    sent = versions.last_registered(doi)
    # Crossref shows a new version some time after its log; until then ours is the later one.
    if state is not None and state.has_record and (sent is None or state.timestamp >= sent[0]):
        xml, name = state.answer, state.alias_of or doi.printed
        # No number tells whether an answer is older than a resource-only deposit.
        for file in versions.parts_not_shown(doi):
            xml = ResourceDeposit.read(file).applied_to(xml, doi)
    elif sent is not None:
        xml, name = sent[1], doi.printed
    else:
        return None
    record = RegisteredRecord.read(xml, name)
    return None if record is None else _Base(xml, name, record)


def _block_not_ours(context: DepositContext, doi: Doi, state: RegisteredState | None) -> Finding | None:
    if state is not None and state.alias_of:
        message = f"{doi} is an alias of {state.alias_of}, and its record can no longer be changed"
        return Finding("plan-alias", Severity.ERROR, message, "if that is wrong, ask Crossref support")
    if state is not None and not context.owns(doi, state):
        message = f"{doi} belongs to the owner of the prefix {state.owner_prefix}"
        return Finding("plan-other-owner", Severity.ERROR, message, "only its owner can update it")
    return None


def _decide_unseen(context: DepositContext, decision: Decision, doi: Doi, failure: str) -> Decision:
    """Block what could not be compared; a new DOI on a test system goes with a warning, for it can lose nothing."""
    if decision.action is Action.REGISTER and context.target != PRODUCTION:
        message = f"Crossref could not be asked which version of {doi} it has: {failure}"
        hint = "the deposit continues; if another tool registered the DOI, Crossref's log will say so"
        warning = Finding("plan-timestamp-unread", Severity.WARNING, message, hint)
        return replace(decision, findings=(*decision.findings, warning))
    what = "whether it is registered" if decision.action is Action.REGISTER else "what is registered"
    message = f"{doi}: {what} is unknown, because Crossref could not be asked: {failure}"
    hint = "try again later; to send it without this check, give a reason: --unseen REASON"
    finding = Finding("plan-unseen", Severity.ERROR, message, hint)
    return decision.block(message, (*decision.findings, finding))
