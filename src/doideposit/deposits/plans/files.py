"""Plans as files: written for another person, compared with how things stand, approved, and applied.

Nothing in the file is believed. Its XML is judged by the schema, title and DOI are read from the XML, what would be
done is worked out again, and whatever is not as the file says keeps all of it back.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from doideposit.checks.checking import Checker
from doideposit.crossref.names import SCHEMA_VERSIONS
from doideposit.crossref.sealing import FoundItem
from doideposit.crossref.xml.existing import DepositItem
from doideposit.deposits.batching import Decide
from doideposit.deposits.candidates import Approved, ContentStore, DepositCandidate
from doideposit.deposits.context import DepositContext, OnEvent
from doideposit.deposits.ledger.entries import KnownWork
from doideposit.deposits.ledger.session import quiet
from doideposit.deposits.planning import Action, Decision, Permissions, PlanInput
from doideposit.deposits.plans.approvals import ApprovalRules
from doideposit.deposits.plans.document import PlanFile, PlannedChange, PlannedRecord, Sending, Source
from doideposit.deposits.plans.writing import (
    MADE_WITH,
    READING_HEAD,
    PlanWriter,
)
from doideposit.deposits.values import DepositReport, Plan, PlanEntry
from doideposit.errors import ApprovalMissing, DiskError, PlanUnusable, UsageError
from doideposit.files import write_atomic
from doideposit.findings import Finding, Severity, Where
from doideposit.records.identifiers import Doi
from doideposit.records.models.batch import SealedItem
from doideposit.registered.comparison import compare
from doideposit.registered.reading import RegisteredRecord

__all__ = ["PlanFiles"]

NOT_HERE: Final = "no longer exists, or cannot be read"
# So many new differences are told; the plan that is made again shows all.
TOLD: Final = 12
_ANEW: Final = "make a new plan with `doideposit plan`, and have it approved again if approval is required"
_EDITED: Final = "make a new plan with `doideposit plan`; one that was edited cannot be used"


@dataclass(frozen=True, slots=True)
class _Compared:
    """Hold a plan file as it is now: what may be sent, and whether something moved since it was made.

    `done` are the places of records whose content is deposited already, by this plan or otherwise.
    """

    approved: Approved
    done: frozenset[int]
    moved: bool

    @property
    def finished(self) -> bool:
        """Tell whether nothing is left to be sent."""
        return not self.moved and not any(
            decision.action.sends and place not in self.done for place, decision in enumerate(self.approved.decisions)
        )


def _compare_with_now(
    context: DepositContext, checker: Checker, decide: Decide, file: PlanFile, *, without_files: bool
) -> _Compared:
    """Check the content of the plan, and plan it again; raise `PlanUnusable` if the plan contradicts itself.

    `decide` plans candidates against ledger and Crossref. With `without_files` a file that is not on this machine is no
    reason to hold the plan back.
    """
    body, store = file.plan, ContentStore()
    inputs = tuple(
        _make_input(context, checker, file, store, place, record) for place, record in enumerate(body.records)
    )
    may = Permissions(body.retry, body.allow_loss, body.unseen)
    candidates = [plan_input for plan_input in inputs if isinstance(plan_input, DepositCandidate)]
    # Everything is planned again, against the ledger and Crossref as they are now.
    fresh = decide(candidates, store, may)
    now = {candidate.index: decision for candidate, decision in zip(candidates, fresh.decisions, strict=True)}
    writer = PlanWriter(context, checker.schema_version)
    configuration = list(_configuration_changes(writer, file))
    # After a change of the configuration the sentences differ anyway, and the change is what has to be told.
    if not configuration:
        _require_consistency(writer, file)
    done = frozenset(place for place, decision in now.items() if _is_done(decision))
    files = _changed_files(file, without_files=without_files)
    findings: dict[int, tuple[Finding, ...]] = {}
    for deposit_candidate in candidates:
        if deposit_candidate.index not in done:
            since = _changes_since(
                deposit_candidate, now[deposit_candidate.index], fresh.known.get(deposit_candidate.item.doi.key), file
            )
            changed = _changed_file(checker, deposit_candidate, store, files)
            findings[deposit_candidate.index] = (*configuration, *changed, *since)
    decisions = _decide_all(inputs, body.records, now, findings)
    approved = Approved(inputs, decisions, fresh.known, store, may, fresh.error)
    return _Compared(approved, done, any(findings.values()))


# What the file holds.


def _make_input(
    context: DepositContext, checker: Checker, file: PlanFile, store: ContentStore, place: int, record: PlannedRecord
) -> DepositCandidate | PlanInput:
    doi = None if record.doi is None else Doi.parse(record.doi)
    sending = record.sending
    if sending is None or doi is None:
        if Action(record.action).sends:
            raise _contradiction_error(record)
        return PlanInput(record.source, doi, None, None)
    xml = file.plan.bytes_of(sending.sha256)
    found = (
        _judge_ready_made(checker, sending, xml, doi)
        if sending.group is not None
        else _judge_built(context, checker, sending, xml, doi)
    )
    item = found.item
    _require_series(context, file, record, found)
    # What the plan showed to people must be what its XML says, or somebody approved another text.
    if (item.title, item.record_type) != (record.title, sending.record_type) or not Action(record.action).sends:
        raise _contradiction_error(record)
    wanted = PlanInput(record.source, doi, item.fingerprint, item.record_type, (), sending.group, file=sending.file)
    return DepositCandidate(
        index=place,
        wanted=wanted,
        item=item,
        sha256=store.put(xml),
        sealed=found.sealed,
        series=sending.series,
        container=sending.container,
        kind=found.kind,
        landing_page=found.landing_page,
        removes=sending.removes,
    )


def _require_series(context: DepositContext, file: PlanFile, record: PlannedRecord, found: "_Judged") -> None:
    """Refuse a record whose XML belongs to another series than the plan says: login or landing page would differ."""
    # The series of a ready-made file is that of its DOIs, and the ledger's where our last version is sent again.
    sending = record.sending
    if found.sealed is None or sending is None:
        return
    accounts, item = context.accounts, found.item
    is_other = f"series.{sending.series}" not in file.plan.configuration
    is_other |= accounts.of_series(sending.series).name != accounts.of_item(item.doi, item.container).name
    page_differs = sending.landing_page not in {None, found.landing_page}
    if is_other or page_differs or sending.container != (item.container or sending.series):
        raise _contradiction_error(record)


class _Judged(NamedTuple):
    """Hold what XML of a plan turned out to be; `sealed` is None for a ready-made file, sealed when it goes."""

    item: DepositItem
    kind: str
    landing_page: str | None
    sealed: SealedItem | None


def _judge_built(context: DepositContext, checker: Checker, sending: Sending, xml: bytes, doi: Doi) -> _Judged:
    head, version = context.depositor.head(*READING_HEAD), sending.schema_version
    if version not in SCHEMA_VERSIONS:
        raise PlanUnusable(
            f"the plan has XML for {doi} of a schema version that doideposit does not build", hint=_EDITED
        )
    found = FoundItem.find(head, xml, schema_version=version)
    sealed = found.seal(checker.validator, head, xml, version) if found else None
    if found is None or sealed is None or found.item.doi != doi:
        raise PlanUnusable(f"the plan does not hold valid XML of {doi}", hint=_EDITED)
    return _Judged(found.item, found.kind, found.landing_page if sending.landing_page else None, sealed)


def _judge_ready_made(checker: Checker, sending: Sending, xml: bytes, doi: Doi) -> _Judged:
    batch = checker.validator.seal(xml).batch
    item = next((item for item in DepositItem.read_all(xml) if item.doi == doi), None)
    if batch is None or item is None or sending.schema_version:
        raise PlanUnusable(f"the plan does not hold a valid deposit file with {doi}", hint=_EDITED)
    return _Judged(item, "", None, None)


def _contradiction_error(record: PlannedRecord) -> PlanUnusable:
    return PlanUnusable(f"the plan describes {record.doi or record.source} differently from its XML", hint=_EDITED)


def _require_consistency(writer: PlanWriter, file: PlanFile) -> None:
    """Refuse a plan whose sentences do not follow from its records: somebody edited them."""
    body = file.plan
    if writer.fees(body.records) != body.fees or writer.consequences(body.records, body.unseen) != body.consequences:
        raise PlanUnusable("the plan describes something else than what it would do", hint=_EDITED)
    shown: dict[tuple[int, str], set[str]] = {}
    for record in file.sending:
        if record.sending is not None and record.sending.group is not None and record.doi is not None:
            shown.setdefault((record.sending.group, record.sending.sha256), set()).add(Doi.parse(record.doi).key)
    for (_, sha256), dois in shown.items():
        if {item.doi.key for item in DepositItem.read_all(body.bytes_of(sha256))} != dois:
            raise PlanUnusable("a deposit file in the plan contains DOIs that the plan does not list", hint=_EDITED)
    known = {source.path for source in body.sources}
    if any(planned.sending is not None and planned.sending.file not in {None, *known} for planned in file.sending):
        raise PlanUnusable("the plan does not name its source files", hint=_EDITED)


# What moved since.


def _is_done(decision: Decision) -> bool:
    """Tell whether the same content is deposited already, or recorded and on its way."""
    return decision.recorded_before or decision.action is Action.UNCHANGED


def _configuration_changes(writer: PlanWriter, file: PlanFile) -> Iterator[Finding]:
    names = {record.sending.series for record in file.sending if record.sending is not None}
    then, now = file.plan.configuration, writer.configuration(names)
    changed = [key for key in dict.fromkeys([*then, *now]) if key != MADE_WITH and then.get(key) != now.get(key)]
    if changed:
        message = f"the configuration changed since the plan was made: {', '.join(changed)}"
        if then.get(MADE_WITH) != now[MADE_WITH]:
            message = (
                "another version of doideposit made the plan, and this one reads the configuration differently: "
                f"{', '.join(changed)}"
            )
        yield Finding("plan-configuration-changed", Severity.ERROR, message, _ANEW)


def _changes_since(
    candidate: DepositCandidate, decision: Decision, known: KnownWork | None, file: PlanFile
) -> Iterator[Finding]:
    """Yield the changes that concern one record since the plan was made."""
    record = file.plan.records[candidate.index]
    doi = candidate.item.doi
    if decision.action is Action.BLOCKED:
        yield from (finding for finding in decision.findings if finding.stops)
        return
    changes = PlanEntry.of(decision).changes
    now = (PlannedChange.all_of(changes), decision.empties, decision.action.value)
    if now != (record.changes, record.empties, record.action):
        would = "; ".join(change.what for change in changes[:TOLD]) or decision.reason
        message = f"the registered metadata of {doi} changed since the plan was made; it would now change: {would}"
        yield Finding("plan-registered-changed", Severity.ERROR, message, _ANEW)
    ours = known is not None and known.failure is not None and known.failure.fingerprint == candidate.item.fingerprint
    latest = known.latest if known is not None else None
    if record.sending is not None and latest != record.sending.latest and not ours:
        message = f"another deposit of {doi} was recorded since the plan was made"
        if latest is None:
            message = f"the plan was made with another ledger, which knows a deposit of {doi} that this one does not"
        yield Finding("plan-outdated", Severity.ERROR, message, _ANEW)


def _changed_files(file: PlanFile, *, without_files: bool) -> Mapping[str, str]:
    """Return the files that changed since the plan was made, each with what happened to it."""
    changes = ((source.path, _change_of(source, without_files=without_files)) for source in file.plan.sources)
    return {path: what for path, what in changes if what}


def _change_of(source: Source, *, without_files: bool) -> str:
    """Return how a file changed, in a few words; empty if it did not."""
    path = Path(source.path)
    try:
        # A plan may name a device, which has no end.
        now = Source.hash_of(path) if path.is_file() else None
    # On the machine of another person it may be not theirs to read; and a name need not be one of a file.
    except (DiskError, OSError, ValueError):
        now = None
    if now is None:
        return "" if without_files else NOT_HERE
    return "" if now == source.sha256 else "changed since the plan was made"


def _changed_file(
    checker: Checker, candidate: DepositCandidate, store: ContentStore, files: Mapping[str, str]
) -> Iterator[Finding]:
    path = candidate.wanted.file
    if path is None or path not in files:
        return
    message, hint = f"{candidate.wanted.source} {files[path]}", _ANEW
    if files[path] == NOT_HERE:
        hint += "; if its files are on another machine, add --without-files"
    # Parts of a record are not compared with the whole one that the file holds.
    elif not candidate.wanted.is_resources:
        message += f": {_difference(checker, candidate.item.doi, store.get(candidate.sha256), Path(path))}"
    yield Finding("plan-file-changed", Severity.ERROR, message, hint, Where(file=candidate.wanted.source))


def _difference(checker: Checker, doi: Doi, before: bytes, path: Path) -> str:
    """Return what the file would deposit now instead."""
    found = [checked for checked in checker.read([path]) if any(item.doi == doi for item in checked.items)]
    if not found:
        return f"it no longer contains a record of {doi} that could be deposited"
    if found[0].xml is None or not found[0].ok:
        return next(finding.message for finding in found[0].findings if finding.stops)
    then, now = RegisteredRecord.read(before, doi.printed), RegisteredRecord.read(found[0].xml, doi.printed)
    if then is None or now is None:
        raise RuntimeError(f"the checked file does not contain {doi}")
    differences = [difference.what for difference in compare(then, now)]
    more = len(differences) - TOLD
    return (
        "; ".join([*differences[:TOLD], *([f"and {more} more"] if more > 0 else [])]) or "what it deposits is the same"
    )


# What is to be done.


def _decide_all(
    inputs: Sequence[DepositCandidate | PlanInput],
    records: Sequence[PlannedRecord],
    now: Mapping[int, Decision],
    findings: Mapping[int, tuple[Finding, ...]],
) -> tuple[Decision, ...]:
    """Return one decision for each record; if one changed, block all, because a plan is applied whole."""
    moved = any(findings.values())
    return tuple(
        _decide_one(plan_input, records[place], now.get(place), findings.get(place), moved=moved)
        for place, plan_input in enumerate(inputs)
    )


def _decide_one(
    plan_input: DepositCandidate | PlanInput,
    record: PlannedRecord,
    now: Decision | None,
    findings: tuple[Finding, ...] | None,
    *,
    moved: bool,
) -> Decision:
    if now is None:
        wanted = plan_input.wanted if isinstance(plan_input, DepositCandidate) else plan_input
        return Decision(wanted, Action(record.action), record.reason, reason_code=record.reason_code)
    if findings is None or not moved:
        return now
    if not findings:
        message = "another record of the plan changed, and a plan is applied completely or not at all"
        findings = (Finding("plan-outdated", Severity.ERROR, message, _ANEW),)
    return now.block(findings[0].message, findings)


# What a depositor offers.


def _require_enough_approvals(context: DepositContext, rules: ApprovalRules, file: PlanFile) -> tuple[str, ...]:
    """Return who approved the plan; raise `ApprovalMissing` where fewer people approved it than must."""
    names = rules.approvers(context, file)
    if rules.apply_to(context.target) and len(names) < rules.needed:
        have = f"{len(names)} of {rules.needed} approvals" if names else "no approval"
        message = f"the plan {file.name} has {have}"
        hint = (
            f"let a person other than {file.plan.made_by} look at it and run `doideposit approve` with the same "
            "ledger, which keeps the approvals; then apply it again"
        )
        raise ApprovalMissing(message, hint=hint)
    return names


class PlanFiles:
    """Write plans into files, take approvals, and apply them, for one depositor; it is `Depositor.plans`.

    Wherever a plan is asked for, it is a `PlanFile` or the path of one; `PlanUnusable` is raised for a file that is not
    as it was written, and `UsageError` for one that is for another target.
    """

    def __init__(
        self,
        context: DepositContext,
        checker: Checker,
        rules: ApprovalRules,
        decide: Decide,
        deposit: Callable[[Approved, OnEvent, bool], DepositReport],
    ) -> None:
        self._context = context
        self._checker = checker
        self._rules = rules
        self._decide = decide
        self._deposit = deposit

    @property
    def approvals_needed(self) -> int:
        """Return how many other people must approve a plan before it is applied here."""
        return self._rules.needed if self._rules.apply_to(self._context.target) else 0

    def make(self, plan: Plan, *, by: str) -> PlanFile:
        """Return a plan as its file holds it: everything that would be sent, and no secret; `by` is who made it.

        Raises `PlanUnusable` for a plan that is too large for anybody to read.
        """
        name = ApprovalRules.clean_name(by)
        writer = PlanWriter(self._context, self._checker.schema_version)
        body = writer.body(Approved.of_plan(plan), plan.entries, by=name)
        return PlanFile.parse(body.to_text().encode("utf-8"))

    def write(self, plan: Plan, path: Path | str, *, by: str) -> PlanFile:
        """Write a plan into a file, for another person to read; raises as `make` does, and `DiskError`."""
        file = self.make(plan, by=by)
        # A plan is read by other people: it holds nothing that will not be public.
        write_atomic(Path(path), file.plan.to_text(), mode=0o644)
        return file

    def read(self, plan: PlanFile | Path | str) -> PlanFile:
        """Return the plan of a file, which must be for the target of this depositor."""
        file = plan if isinstance(plan, PlanFile) else PlanFile.read(Path(plan))
        if file.plan.target != self._context.target:
            message = f"the plan is for {file.plan.target}, but this command sends to {self._context.target}"
            raise UsageError(message, hint=f"add --target {file.plan.target}")
        return file

    def compare(self, plan: PlanFile | Path | str, *, without_files: bool = False) -> Plan:
        """Return what applying a plan would do now; nothing is changed. Raises as `apply` does."""
        return self._compare(self.read(plan), without_files=without_files).approved.as_plan(self._context.target)

    def _compare(self, file: PlanFile, *, without_files: bool) -> _Compared:
        return _compare_with_now(self._context, self._checker, self._decide, file, without_files=without_files)

    def approve(self, plan: PlanFile | Path | str, *, by: str, signature: str = "") -> tuple[str, ...]:
        """Approve a plan, and return who has approved it by now; it is kept in the ledger and in the history.

        `signature` is one of SSH over the line that `PlanFile.statement` makes of the plan. Raises `UsageError` for
        the person who made the plan, and for a signature that does not hold.
        """
        file = self.read(plan)
        self._rules.approve(self._context, file, by=by, signature=signature)
        return self._rules.approvers(self._context, file)

    def approvers(self, plan: PlanFile | Path | str) -> tuple[str, ...]:
        """Return who approved a plan: never who made it, and where signatures count, those that hold now."""
        return self._rules.approvers(self._context, self.read(plan))

    def wants_approval(self, plan: PlanFile | Path | str) -> tuple[str, ...]:
        """Return who approved a plan; raise `ApprovalMissing` where fewer people approved it than must."""
        return _require_enough_approvals(self._context, self._rules, self.read(plan))

    def apply(
        self,
        plan: PlanFile | Path | str,
        *,
        by: str,
        without_files: bool = False,
        send: bool = True,
        on_event: OnEvent = quiet,
    ) -> DepositReport:
        """Send exactly what a plan holds, or nothing if anything changed since it was made.

        Files, configuration, ledger and what is registered are compared with the plan; with `without_files` a file
        that is not on this machine holds nothing back. What is done already is not done again, so a plan whose
        applying was interrupted can be applied once more. With `send` false it is recorded, and is sent with
        `Depositor.send` or `poll`. Raises `ApprovalMissing`, and as `Depositor.deposit` does.
        """
        file = self.read(plan)
        approved_by = _require_enough_approvals(self._context, self._rules, file)
        compared = self._compare(file, without_files=without_files)
        if not compared.moved and not compared.finished:
            self._rules.record_application(self._context, file, by=by, approved_by=approved_by)
        return self._deposit(compared.approved, on_event, send and not compared.moved)
