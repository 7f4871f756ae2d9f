"""What the parts of the workflow share: clock, ledger, registrar and registry, each injected."""

import os
import socket
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Protocol

from doideposit.checks.values import DepositorName
from doideposit.crossref.queries import RegisteredState
from doideposit.crossref.registrar import (
    CrossrefMember,
    FoundWork,
    ListedBy,
    RegisteredWork,
    Registrar,
    ResolvedHandle,
)
from doideposit.crossref.validator.validator import Sealed
from doideposit.crossref.xml.deposit_file import DepositFile
from doideposit.deposits.accounts import PublisherAccount, PublisherAccounts
from doideposit.deposits.candidates import DepositCandidate
from doideposit.deposits.fees import Fee
from doideposit.deposits.lateness import Deadlines
from doideposit.deposits.ledger.entries import LedgerWork, NewSubmission
from doideposit.deposits.ledger.session import Step
from doideposit.deposits.ledger.target import TargetLedger
from doideposit.deposits.limits import Limits
from doideposit.deposits.planning import Decision
from doideposit.deposits.schedule import Schedule
from doideposit.deposits.values import Progress, WorkStatus
from doideposit.deposits.wording import status_of
from doideposit.errors import RegistrarError, RegistrarUnavailable, SubmissionInDoubt
from doideposit.findings import Finding, Where
from doideposit.lifecycle import Milestone, State
from doideposit.records.identifiers import Doi
from doideposit.records.models.series import Series

__all__ = ["DepositContext", "OnEvent", "RegistryPort"]

OnEvent = Callable[[Progress], None]


class RegistryPort(Protocol):
    """Ask Crossref and doi.org about registered DOIs; `doideposit.crossref.rest_api.Registry` fits."""

    @property
    def has_works(self) -> bool:
        """Tell whether the target has a REST API."""

    @property
    def has_handles(self) -> bool:
        """Tell whether the target has a resolver."""

    def work(self, doi: Doi) -> RegisteredWork | None:
        """Return the work as the REST API shows it, None while it does not."""

    def handle(self, doi: Doi, *, authoritative: bool = False) -> ResolvedHandle | None:
        """Return where the DOI leads; None while it is not registered."""

    def registered(self, doi: Doi, email: str) -> RegisteredState | None:
        """Return what Crossref has of a DOI, with its record; None when it does not know the DOI."""

    def deposit_timestamp(self, doi: Doi, email: str) -> int | None:
        """Return the version Crossref holds, None for a DOI it does not know."""

    def transformed(self, doi: Doi) -> RegisteredState | None:
        """Return the same by way of the REST API, which wants no address and may lag."""

    def works(self, by: ListedBy, values: Sequence[str]) -> Iterator[RegisteredWork]:
        """Yield the works that the REST API lists of owner prefixes, members, ISSNs, or these DOIs."""

    def prefix(self, prefix: str) -> CrossrefMember | None:
        """Return the member that a prefix belongs to, None for one that Crossref does not know."""

    def member(self, number: str) -> CrossrefMember | None:
        """Return a member with all of its prefixes."""

    def agencies(self, dois: Sequence[Doi]) -> Mapping[str, str]:
        """Return the registration agencies of DOIs, by `Doi.key`; an empty name if no agency has the DOI."""

    def described(self, dois: Sequence[Doi]) -> Mapping[str, FoundWork]:
        """Return what the REST API says of works, by `Doi.key`."""

    def search(self, words: str, most: int = 5) -> Sequence[FoundWork]:
        """Return the works that match a printed reference best."""


@dataclass(slots=True)
class DepositContext:
    """Hold what every part of a deposit needs, for one target: the registrar, the ledger, the clock.

    `seal` judges a whole deposit file, which only ready-made ones need again.
    """

    registrar: Registrar
    ledger: TargetLedger
    series: Mapping[str, Series]
    seal: Callable[[bytes], Sealed]
    clock: Callable[[], datetime]
    target: str
    depositor: DepositorName
    registry: RegistryPort | None
    read_first: bool
    limits: Limits
    schedule: Schedule
    step: Step
    deadlines: Deadlines = field(default_factory=Deadlines)
    address: str = ""
    origins: Mapping[str, str] = field(default_factory=dict)
    fee: Fee | None = None
    login: Callable[[], object] = lambda: None
    others: tuple[PublisherAccount, ...] = ()
    publisher: str = ""
    # The name under which this run holds leases: host and process tell people who holds one, and the random part tells
    # two threads apart.
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}")
    # What is registered is read by the pass that sends, and not now.
    looks_later: bool = False
    accounts: PublisherAccounts = field(init=False)

    def __post_init__(self) -> None:
        """Find the publisher account of each series."""
        main = PublisherAccount(self.publisher, self.depositor, self.registrar, self.login)
        self.accounts = PublisherAccounts(main, self.others, self.series)

    def account_of(self, candidate: DepositCandidate) -> PublisherAccount:
        """Return the publisher that a DOI is deposited for."""
        if candidate.sealed is None:
            return self.accounts.of_item(candidate.item.doi, candidate.item.container)
        return self.accounts.of_series(candidate.series)

    def owns(self, doi: Doi, state: RegisteredState) -> bool:
        """Tell whether Crossref says of a DOI that a publisher of ours owns it.

        The owner's prefix need not be the one in the DOI: it may be another of the same member, or the one that owned
        the DOI when it was taken over.
        """
        prefix = state.owner_prefix
        if not prefix or prefix in {doi.prefix, *(series.prefix for series in self.series.values())}:
            return True
        if prefix == self.ledger.versions.adopted_owner(doi):
            return True
        if self.registry is None:
            return False
        return self.accounts.owners_of(prefix, state.member, cache(self.member_of)) is not None

    def member_of(self, prefix: str) -> str:
        """Return the number of the Crossref member to whom a prefix belongs, empty where nobody can say."""
        if self.registry is None or not self.registry.has_works:
            return ""
        try:
            found = self.registry.prefix(prefix)
        # Who owns a prefix is an extra: without an answer, nothing is said about it.
        except RegistrarError:
            return ""
        return found.id if found else ""

    @property
    def observable(self) -> frozenset[Milestone]:
        """Return the milestones that can be looked up here: Crossref's test system has no resolver and no REST API."""
        if self.registry is None:
            return frozenset()
        there = {Milestone.RESOLVES: self.registry.has_handles, Milestone.INDEXED: self.registry.has_works}
        there[Milestone.AS_INTENDED] = self.read_first
        return frozenset(milestone for milestone, is_there in there.items() if is_there)

    def status_of(self, work: LedgerWork) -> WorkStatus:
        """Return how a DOI stands now, by the deadlines of the configuration."""
        return status_of(work, self.clock(), self.deadlines, self.observable)

    def reseal(self, recorded: NewSubmission, file: DepositFile, timestamp: int) -> NewSubmission | tuple[Finding, ...]:
        """Return a recorded file with other bytes, under a new batch id and timestamp; its findings if it is not valid.

        `file` is what it sends now: all of `recorded`, or a part of it.
        """
        sealed = self.seal(file.restamp(NewSubmission.unique_name(recorded.series, self.clock()), timestamp).xml)
        if sealed.batch is None:
            return sealed.findings
        batch = sealed.batch
        return replace(recorded, batch_id=batch.batch_id, timestamp=timestamp, xml=batch.xml, sha256=batch.sha256)

    def offline(self) -> "DepositContext":
        """Return the same context without a registry, so that nothing can ask Crossref, or wait for it."""
        later = self.read_first and self.registry is not None
        return replace(self, registry=None, read_first=False, looks_later=later)

    def pause_until(self, error: Exception | None) -> datetime:
        """Return until when nothing is sent or polled after this failure.

        Failures in a row are counted over all files: they say something of Crossref and not of a file, and a page in
        maintenance must not be shown one file after the other.
        """
        return self.schedule.pause_until(self.clock(), self.ledger.uploads.paused().failures, error)

    def place(self, setting: str) -> Where:
        """Return the place of a setting in the configuration file, by its dotted path."""
        file, _, line = self.origins.get(setting, "").removeprefix("file ").rpartition(":")
        return Where(file=file or None, line=int(line) if line.isdigit() else None, field=setting)

    def why_not_sent(self, decisions: Sequence[Decision], *, planned: bool = False) -> RegistrarError | None:
        """Return why one of these is not known to be at Crossref: it is in doubt, or kept back while nothing is sent.

        `planned` asks before anything is recorded: what a deposit would end with now.
        """
        asked = [
            decision.wanted.doi
            for decision in decisions
            if decision.recorded_before or (decision.action.sends and not planned)
        ]
        works = self.ledger.works.by_key(doi for doi in asked if doi is not None).values()
        submissions = [work.submission for work in works if work.submission is not None]
        doubted = next(
            (submission for submission in submissions if submission.state is State.SENDING and submission.doubt), None
        )
        if doubted is not None:
            return SubmissionInDoubt(
                f"it is not known yet whether Crossref received {doubted.file_name} ({doubted.reason})"
            )
        pause = self.ledger.uploads.paused()
        if pause.until is None or pause.until <= self.clock():
            return None
        going = planned and any(decision.action.sends for decision in decisions)
        if not going and not any(submission.state is State.PREPARED for submission in submissions):
            return None
        until = f"{pause.until:%Y-%m-%d %H:%M} UTC"
        message = f"not sent yet: nothing is sent before {until} ({pause.reason})"
        return RegistrarUnavailable(
            message, hint="recorded deposits are kept; `doideposit poll` sends them after that time"
        )
