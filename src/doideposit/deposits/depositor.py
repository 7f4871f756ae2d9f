"""`Depositor`: everything doideposit does, for one target, over one ledger."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Self

from doideposit.checks.checking import Checker
from doideposit.checks.values import DepositorName, Input
from doideposit.crossref.registrar import Registrar
from doideposit.deposits.accounts import PublisherAccount
from doideposit.deposits.candidates import Approved
from doideposit.deposits.context import DepositContext, OnEvent, RegistryPort
from doideposit.deposits.deciding import Planner
from doideposit.deposits.fees import Fee
from doideposit.deposits.given import Given
from doideposit.deposits.history import HistoryEntry
from doideposit.deposits.lateness import Deadlines
from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.deposits.ledger.hooks import HookStates
from doideposit.deposits.ledger.session import Step, quiet
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.ledger.versions import Versions
from doideposit.deposits.ledger.work_filter import WorkFilter
from doideposit.deposits.ledger.works import Works
from doideposit.deposits.limits import Limits
from doideposit.deposits.planning import Decision, Permissions
from doideposit.deposits.plans.approvals import ApprovalRules
from doideposit.deposits.publishers import Publishers
from doideposit.deposits.schedule import Schedule
from doideposit.deposits.updates import Seen
from doideposit.deposits.uploading import Delivery
from doideposit.deposits.values import (
    DepositReport,
    Plan,
    PollReport,
    ReportEntry,
    WatchReport,
    WorkStatus,
)
from doideposit.deposits.wording import NEVER_DEPOSITED
from doideposit.errors import UsageError
from doideposit.findings import Finding
from doideposit.lifecycle import Milestone, State
from doideposit.records.identifiers import Doi
from doideposit.records.models.series import Series
from doideposit.registered.reading import RegisteredRecord

if TYPE_CHECKING:
    # A deposit needs none of these, and what they import takes long: they come with the method that is asked for them.
    from doideposit.deposits.adoption_report import AdoptionReport
    from doideposit.deposits.plans.document import PlanFile
    from doideposit.deposits.plans.files import PlanFiles
    from doideposit.deposits.reference_pass import CitedReferences
    from doideposit.deposits.warning_inbox import WarningInbox
    from doideposit.deposits.watching import Watcher

__all__ = ["Depositor"]


class Depositor:
    """Check, deposit and follow up commentaries, without ever sleeping or holding a transaction across the network.

    Safe from several threads and processes on one ledger. Made by `doideposit.open`, or from its parts. With
    `read_first` Crossref is asked what it has of a DOI before any of it is sent. A context manager: leaving it
    closes the ledger. `login` fetches the login, for `ready`; `address` is the host that messages name. `fee` is what a
    new DOI costs, where known; by `approvals` other people approve what is sent. `origins` says where each setting
    stands, for findings about it. `others` are further publishers, each with a head and a login of its own; `publisher`
    is the name of the first, where every one has a name.
    """

    def __init__(
        self,
        *,
        registrar: Registrar,
        ledger: Ledger,
        checker: Checker,
        clock: Callable[[], datetime],
        target: str,
        head: DepositorName,
        registry: RegistryPort | None = None,
        read_first: bool = False,
        limits: Limits | None = None,
        random: Random | None = None,
        login: Callable[[], object] = lambda: None,
        deadlines: Deadlines | None = None,
        address: str = "",
        origins: Mapping[str, str] | None = None,
        fee: Fee | None = None,
        approvals: ApprovalRules | None = None,
        others: Iterable[PublisherAccount] = (),
        publisher: str = "",
        step: Step = quiet,
    ) -> None:
        self._ledger = ledger
        self._checker = checker.knowing(lambda doi, number: Seen.is_registered(self._context, doi, number))
        self._context = DepositContext(
            registrar=registrar,
            ledger=ledger.on(target, clock),
            series=checker.series,
            seal=checker.seal,
            clock=clock,
            target=target,
            depositor=head,
            registry=registry,
            read_first=read_first,
            limits=limits or Limits(),
            schedule=Schedule(random or Random()),  # noqa: S311 - jitter, no secret
            step=step,
            deadlines=deadlines or Deadlines(),
            address=address,
            origins={} if origins is None else origins,  # Asking whether it is empty reads the file again.
            fee=fee,
            login=login,
            others=tuple(others),
            publisher=publisher,
        )
        self._delivery = Delivery(self._context, self._planner().decide)
        self._rules = approvals or ApprovalRules()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the ledger."""
        self.ledger.close()

    @property
    def ledger(self) -> Ledger:
        """Return the ledger this depositor writes."""
        return self._ledger

    @property
    def works(self) -> Works:
        """Return what the ledger knows of every DOI of this target."""
        return self._context.ledger.works

    @property
    def versions(self) -> Versions:
        """Return the registered versions of each DOI of this target."""
        return self._context.ledger.versions

    @property
    def hooks(self) -> HookStates:
        """Return how far the hooks of the scheduled job have come in the events of this target."""
        return self._context.ledger.hooks

    @property
    def target(self) -> str:
        """Return the target everything here is about: sandbox, test or production."""
        return self._context.target

    @property
    def series(self) -> Mapping[str, Series]:
        """Return the series of the configuration, by the names that records use."""
        return self._context.series

    @property
    def publishers(self) -> Publishers:
        """Return the lookup that says which publisher a DOI belongs to."""
        return Publishers(self._context)

    @property
    def references(self) -> "CitedReferences":
        """Return the reports about the references of registered DOIs."""
        from doideposit.deposits.reference_pass import CitedReferences  # noqa: PLC0415

        return CitedReferences(self._context)

    @property
    def warnings(self) -> "WarningInbox":
        """Return the inbox of what Crossref warned about: to list, to compare, to dismiss."""
        from doideposit.deposits.warning_inbox import WarningInbox  # noqa: PLC0415

        return WarningInbox(self._context)

    # Checking and planning.

    def check(self, item: Input) -> tuple[Finding, ...]:
        """Return everything found in the input; nothing is sent, and no ledger is needed."""
        return tuple(finding for one in self._checker.read([item]) for finding in one.findings)

    def plan(
        self,
        *items: Input,
        retry: bool = False,
        allow_loss: Sequence[str] = (),
        unseen: str | None = None,
        offline: bool = False,
    ) -> Plan:
        """Check the inputs and say what would be done with each, once and in order; nothing is changed or sent.

        What is registered is read before, and an update that would destroy some of it is blocked, except for the
        fields in `allow_loss`; `unseen` is the reason to send although the registered record could not be read. The
        plan carries what it checked: `deposit` takes it and sends that. With `retry`, content that failed before may
        be sent again. With `offline` only the ledger is asked; what is sent of such a plan is compared by the pass
        that sends it.
        """
        may = Permissions(retry, tuple(allow_loss), unseen or "")
        return self._planner(offline=offline).plan(items, may)

    def plan_references(self, *items: Input, allow_loss: Sequence[str] = (), unseen: str | None = None) -> Plan:
        """Plan to send the references of records alone, and nothing else of them; `deposit` takes it.

        The records must be registered, or adopted; one without references is left out. Everything else is as `plan`
        has it: what is registered is compared, and references that would be lost keep the record back.
        """
        checked = (self.references.alone(one) for one in self._checker.read_streaming(items))
        return self._planner().plan_checked(checked, Permissions(losses=tuple(allow_loss), unseen=unseen or ""))

    def _planner(self, *, offline: bool = False) -> Planner:
        return Planner(self._context.offline() if offline else self._context, self._checker)

    def restoration(self, doi: Doi | str, *, allow_loss: Sequence[str] = (), offline: bool = False) -> Plan:
        """Plan to send our last registered version of a DOI again; `deposit` takes the plan.

        What they added would be lost, and blocks it unless `allow_loss` names it; with `offline` that is found by the
        pass that sends it. Raises `UsageError` for a DOI that was never registered from here.
        """
        return self._planner(offline=offline).plan_again(Given(doi).doi(), Permissions(True, tuple(allow_loss)))

    def adopt(
        self,
        *dois: Doi | str,
        folder: Path | str,
        series: Sequence[str] = (),
        prefixes: Sequence[str] = (),
        also: Sequence[Doi] = (),
        schema: str | None = None,
        on_event: OnEvent | None = None,
    ) -> "AdoptionReport":
        """Take over DOIs that were registered elsewhere: a record file each, in `folder`, and an entry in the ledger.

        Those named; else everything that Crossref has of the series, or owner prefixes, that are named; else of every
        series. `also` are DOIs from elsewhere, such as the site; `schema` is where editors find the schema of records.
        Nothing is sent, no file is overwritten, and what could not be asked is for the next call. Keeps polite limits.
        """
        from doideposit.deposits.adoption import AdoptionPass  # noqa: PLC0415

        adoption = AdoptionPass(self._context, self._checker, Path(folder), schema=schema, on_event=on_event or quiet)
        return adoption.run(series=tuple(series), prefixes=tuple(prefixes), dois=Given(dois).dois(), also=tuple(also))

    # Depositing.

    def deposit(
        self, *items: Input | Plan, dry_run: bool = False, retry: bool = False, on_event: OnEvent | None = None
    ) -> DepositReport:
        """Send a plan, or plan the inputs and send them; returns before Crossref has processed anything.

        A plan is given alone. What it checked is sent, or nothing: where the ledger moved on in the meantime so that
        something else would be sent, the DOI is blocked with `plan-outdated`. What cannot be sent now stays recorded
        and goes with a later `poll` or `send`: an outage is `error` in the report. Raises `CredentialsRefused`
        (nothing is marked failed), `LedgerError` and `SchemaError`.
        """
        if dry_run:
            plan = self._planner().plan_given(items, retry=retry)
            return DepositReport(self.target, tuple(map(ReportEntry.of, plan.entries)))
        on_event = on_event or quiet
        decisions = self._record(self._planner(), items, retry=retry, on_event=on_event)
        return self._delivery.send(decisions, on_event)

    def ready(self, plan: "Plan | PlanFile | None" = None) -> None:
        """Fetch the login now, so that a missing one shows before anything is recorded.

        Of several publishers it is those of the plan. Raises `ConfigurationError`. Without this call a login is fetched
        with the first upload.
        """
        for name in sorted({self._context.publisher} if plan is None else self.publishers.of_plan(plan)):
            self._context.accounts.named(name).login()

    def enqueue(self, *items: Input | Plan, retry: bool = False, on_event: OnEvent | None = None) -> DepositReport:
        """Do as `deposit` without the network: record what `send`, `poll` or the scheduled job sends.

        `error` is about what was recorded before: it is in doubt, or nothing is sent for a while.
        """
        # What is registered is read, and compared, by the pass that sends it.
        decisions = self._record(self._planner(offline=True), items, retry=retry, on_event=on_event or quiet)
        before = [decision for decision in decisions if decision.recorded_before]
        return self._delivery.report(decisions, self._context.why_not_sent(before))

    def _record(
        self, planner: Planner, items: Sequence[Input | Plan], *, retry: bool, on_event: OnEvent
    ) -> tuple[Decision, ...]:
        self._rules.require(self.target)
        plan = planner.plan_given(items, retry=retry)
        # Who hands over inputs has approved their content, whatever the ledger says by now; a plan is approved whole.
        replan = not any(item is plan for item in items)
        delivery = Delivery(planner.context, planner.decide)
        return delivery.record(Approved.of_plan(plan), replan=replan, on_event=on_event)

    def send(self, *, on_event: OnEvent | None = None) -> DepositReport:
        """Upload the recorded files that are due, after asking about uploads in doubt; raises `CredentialsRefused`."""
        return self._delivery.send_due(on_event or quiet)

    @property
    def plans(self) -> "PlanFiles":
        """Return the object that writes plans into files, records approvals, and applies them."""
        from doideposit.deposits.plans.files import PlanFiles  # noqa: PLC0415

        return PlanFiles(self._context, self._checker, self._rules, self._planner().decide, self._delivery.apply)

    # Following up.

    def poll(self, *, force: bool = False, on_event: OnEvent | None = None) -> PollReport:
        """Make one pass: ask for the results of the files that are due (all with `force`), then send waiting files.

        Never sleeps; `next_due` says when the next pass makes sense. Raises `CredentialsRefused`.
        """
        done = self._delivery.make_pass(on_event or quiet, force=force)
        return PollReport(
            target=self.target,
            changed=tuple(self._context.status_of(work) for work in self.works.in_submissions(done.keys)),
            looked=done.looked,
            sent=done.sent,
            outstanding=self.outstanding(),
            error=done.error,
        )

    def next_due(self) -> datetime | None:
        """Return when the next `poll` makes sense; None when nothing is open."""
        return self._context.ledger.uploads.next_due()

    def hint(self, batch_id: str) -> bool:
        """Note an unproved hint that Crossref finished a file: the next `poll` asks. False for an unknown batch id."""
        return self._context.ledger.polls.poll_now(batch_id)

    def outstanding(self) -> int:
        """Return how many DOIs have a deposit whose end is not known yet."""
        return self.works.outstanding()

    # Telling.

    def status(self, doi: Doi | str) -> WorkStatus:
        """Return the status of a DOI; its `state` is None if it was never deposited. `UsageError` for other texts."""
        wanted = Given(doi).doi()
        work = self.works.one(wanted)
        return self._context.status_of(work) if work else WorkStatus(wanted, self.target, next_action=NEVER_DEPOSITED)

    def statuses(
        self,
        *,
        state: State | str | None = None,
        series: str | None = None,
        outstanding: bool = False,
        attention: bool = False,
        dois: Iterable[Doi | str] | None = None,
        after: Doi | str | None = None,
    ) -> Iterator[WorkStatus]:
        """Yield every DOI of this target in order, or those in one state, of one series, open, or that need a person.

        Of `dois`, those that this ledger knows; and those that follow `after`. `UsageError` for a text that is no DOI.
        """
        keys = None if dois is None else tuple(doi.key for doi in Given(dois).dois())
        first = "" if after is None else Given(after).doi().key
        wanted = WorkFilter(Given(state).state(), series, outstanding, attention, keys=keys, after=first)
        found = map(self._context.status_of, self.works.all(wanted))
        return (status for status in found if status.needs_person or not attention)

    @property
    def observable(self) -> frozenset[Milestone]:
        """Return the milestones that can be looked up here: Crossref's test system has no resolver and no REST API."""
        return self._context.observable

    def unproved(self) -> Iterator[Doi]:
        """Yield the DOIs that are registered and not yet seen to resolve and to be indexed: see `is_unproved`."""
        return self.works.names(WorkFilter(unproved=self.observable))

    def is_unproved(self, status: WorkStatus) -> bool:
        """Tell whether a DOI is registered and not yet seen to resolve and to be indexed, where that can be seen."""
        looked_for = self.observable - {Milestone.AS_INTENDED}
        return status.registered and not all(status.milestones[milestone] for milestone in looked_for)

    def history(self, doi: Doi | str) -> tuple[HistoryEntry, ...]:
        """Return everything that happened to the DOI, oldest first."""
        return tuple(HistoryEntry.of_event(*one) for one in self.works.history(Given(doi).doi()))

    def events(self, since: int = 0) -> Iterator[LedgerEvent]:
        """Return everything that happened on this target after the event `since`; ids only rise."""
        return self.works.events(Given(since).event())

    def xml(self, doi: Doi | str) -> bytes | None:
        """Return the exact bytes of the latest deposit of the DOI, None for one never deposited."""
        work = self.works.one(Given(doi).doi())
        return None if work is None or work.submission is None else self.works.stored(work.submission.id)

    def deposited_record(self, doi: Doi | str) -> Mapping[str, Any]:
        """Return the record of the last version that is registered, else of the last deposit, out of the bytes sent.

        Raises `UsageError` where nothing of the DOI was ever deposited from here.
        """
        from doideposit.registered.record_file import AdoptableRecord  # noqa: PLC0415

        status = self.status(doi)
        sent = self.versions.last_registered(status.doi)
        xml = sent[1] if sent else self.xml(status.doi)
        found = None if xml is None else RegisteredRecord.read(xml, str(status.doi))
        if found is None:
            hint = "give its record file, such as c258.yaml; or deposit it first"
            raise UsageError(f"{status.doi} was never deposited to {self.target} from here", hint=hint)
        series = self.series.get(status.series)
        # A series that is no longer configured cannot say what the record has of its own.
        fields = found.fields if series is None else AdoptableRecord(found, series).fields(named=True)
        return {**fields, "series": status.series, "doi": str(status.doi)}

    # What people decide, and what look-ups show.

    def acknowledge(self, doi: Doi | str, reason: str) -> WorkStatus:
        """Set a warning or a failure aside, with a reason; it stays in the history. `UsageError` when there is none."""
        why = Given(reason).reason()
        status = self.status(doi)
        # What is acknowledged already may be acknowledged again, with a better reason.
        if not (status.needs_person or status.acknowledged or status.finding or status.contradicted):
            hint = "`doideposit status` shows what there is"
            raise UsageError(f"there is nothing to acknowledge for {status.doi}", hint=hint)
        self.works.acknowledge(status.doi, why)
        return self.status(status.doi)

    def accept(self, doi: Doi | str, reason: str) -> WorkStatus:
        """Accept what others changed of a DOI, with a reason; `UsageError` if nothing was changed."""
        wanted, why = Given(doi).doi(), Given(reason).reason()
        # Where nothing is known of the DOI, nothing is written either, not even a ledger.
        if self.works.one(wanted) is None or not self._context.ledger.observations.accept(wanted, why):
            raise UsageError(f"no change of {wanted} by others is known", hint="`doideposit drift` checks it")
        return self.status(wanted)

    def abandon(self, doi: Doi | str, reason: str) -> WorkStatus:
        """Free the DOI, and all others in its open file, for another deposit; `UsageError` when none is open."""
        wanted, why = Given(doi).doi(), Given(reason).reason()
        if self.works.one(wanted) is None or not self.works.abandon(wanted, why):
            raise UsageError(f"no deposit of {wanted} is under way", hint="`doideposit status` shows what there is")
        return self.status(wanted)

    def verify(self, doi: Doi | str, *, index: bool = True) -> WorkStatus:
        """Look the DOI up at doi.org and in Crossref's REST API, read its record again, and record the results.

        Without `index` the REST API is not asked, which lags behind for a day and proves nothing of an address.
        Raises `UsageError` for a DOI this ledger never saw, and `RegistrarError` when the services are away.
        """
        wanted = Given(doi).doi()
        watcher = self._watcher()
        watcher.look(wanted, watcher.look_up(wanted, index=index))
        return self.status(wanted)

    def watch(
        self, most: int, *, force: bool = False, every: bool = False, stop: Callable[[], bool] = lambda: False
    ) -> WatchReport:
        """Make one pass over the registered records: lists once a day, and up to `most` records that are due.

        With `every` all of them are due, and with `force` the pause after an outage is passed over. Never raises for
        services that are away: `error` of what is returned says so.
        """
        watcher = self._watcher(stop)
        if every:
            self._context.ledger.observations.all_due()
        watcher.run(most, force=force)
        return WatchReport(tuple(watcher.read), watcher.lists, watcher.error, watcher.is_new)

    def look_up(self, doi: Doi | str, *, index: bool = True) -> WorkStatus:
        """Do the first part of `verify`: ask doi.org and, with `index`, the REST API; do not read the record."""
        self._watcher().look_up(Given(doi).doi(), index=index)
        return self.status(doi)

    def _watcher(self, stop: Callable[[], bool] = lambda: False) -> "Watcher":
        from doideposit.deposits.watching import Watcher  # noqa: PLC0415

        return Watcher(self._context, stop)
