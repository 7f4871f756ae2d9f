"""The queue: uploads go in, wait for their time on the clock, are processed, and leave a result log."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from doideposit.sandbox.accounts import Accounts, Login
from doideposit.sandbox.archive import SandboxArchive
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.deposits import Deposit, DepositedItem
from doideposit.sandbox.entries import ReceivedFile
from doideposit.sandbox.faults import Faults
from doideposit.sandbox.logs import Diagnostic, Log
from doideposit.sandbox.processing import RelationTargets, Validate, Worker
from doideposit.sandbox.retention import KeptRecord, SandboxRules

__all__ = ["OPERATIONS", "Queue"]

# Bulk URL updates: a text file with one header line and a DOI and a URL on every other line.


def _transfer_urls(worker: Worker, content: bytes) -> tuple[Diagnostic, ...]:
    """Change the URL of every DOI in the file; metadata and timestamp stay as they are."""
    header, *lines = content.decode("utf-8", "replace").splitlines() or [""]
    fields = dict(part.partition("=")[::2] for part in header.removeprefix("H:").split(";"))
    prefix = fields.get("fromPrefix", "")
    if not header.startswith("H:") or not prefix or fields.get("toPrefix") != prefix:
        return Diagnostic.of_file("The header line must name one prefix as fromPrefix and toPrefix")
    if not worker.login.may_add(prefix):
        return Diagnostic.of_file(f"User not allowed to add records for prefix: {prefix}")
    return tuple(_change_url(worker, prefix, *line.partition("\t")[::2]) for line in lines if line.strip())


def _change_url(worker: Worker, prefix: str, doi: str, url: str) -> Diagnostic:
    known = worker.archive.current(doi)
    if known is None or known.owner != prefix or not url.strip():
        return Diagnostic("Failure", ((doi, "DOI not found, or no URL given"),))
    record = KeptRecord(known.record, known.doi).with_resource(url.strip())
    worker.archive.register(worker.next_version(known, record=record, url=url.strip()))
    return Diagnostic("Success", ((known.doi, "Successfully updated in handle"),))


# Operations that the servlet knows; any other one gives its login page.
OPERATIONS = frozenset({"doMDUpload", "doXSDMDUpload", "doDOICitUpload", "doTransferDOIsUpload"})


def _inspect_file(content: bytes, validate: Validate | None) -> Deposit:
    """Judge all that depends only on the bytes: reading them, and the verdict of the schema.

    Crossref's parser validates while it reads, so that a file that is not valid has no batch id either.
    """
    deposit = Deposit.read(content)
    if deposit.refusal or validate is None:
        return deposit
    verdict = validate(content)
    return deposit if verdict.valid else Deposit.not_valid(verdict.findings)


class Queue:
    """Simulate the deposit system behind the pages. `validate` is the schema's verdict, None to leave that step out."""

    def __init__(
        self,
        archive: SandboxArchive,
        accounts: Accounts,
        faults: Faults,
        *,
        clock: Callable[[], datetime],
        delays: Delays,
        validate: Validate | None,
        relation_targets: RelationTargets,
        rules: SandboxRules,
        seed: int,
    ) -> None:
        self.archive = archive
        self.accounts = accounts
        self.faults = faults
        self.clock = clock
        self.delays = delays
        self.rules = rules
        self._validate = validate
        self._relation_targets = relation_targets
        self._steps = random.Random(seed)  # noqa: S311 - repeatable ids, no secrets

    def receive(
        self, login: Login, file_name: str, operation: str, content: bytes, delays: Delays | None = None
    ) -> int:
        """Store an upload and return its id, which no answer tells."""
        delays = delays or self.delays
        now = self.clock()
        visible = now + timedelta(seconds=delays.hidden)
        started = visible + timedelta(seconds=delays.queued)
        stuck = self.faults.take("stuck", "upload")
        with self.archive.transaction():
            # Numbers of submissions rise with gaps, since other members deposit as well.
            number = self.archive.next_id(self._steps.randint(1, 900))
            self.archive.add_submission(
                ReceivedFile(
                    number, file_name, operation, login.words, content, received=now, visible=visible, started=started,
                    due=started + timedelta(seconds=delays.in_process), stuck=stuck.value if stuck else None,
                )
            )  # fmt: skip
        return number

    def process(self) -> None:
        """Process everything that is due by now, in the order of the queue."""
        with self.archive.snapshot():
            due = self.archive.due(self.clock())
        for submission in due:
            self._process_one(submission)

    def process_now(self, login: Login, file_name: str, content: bytes) -> Log:
        """Process a file at once, as the synchronous route does; its references are put off to another submission."""
        number = self.receive(login, file_name, "doMDUpload", content, Delays.none())
        with self.archive.snapshot():
            submission = self.archive.submission(number)
        log = self._process_one(submission, defer=True) if submission else None
        return log or Log(number, "")

    def _process_one(self, submission: ReceivedFile, *, defer: bool = False) -> Log | None:
        """Process one submission, unless another thread or process did so in the meantime.

        The schema's verdict depends only on the bytes and is taken outside the transaction, because it is slow.
        """
        deposit = self._read_file(submission)
        with self.archive.transaction():
            # Between the snapshot and this transaction another process may have been faster.
            again = self.archive.submission(submission.id)
            if again is None or again.log is not None or again.stuck:
                return None
            log = self._make_log(submission, deposit)
            if defer:
                log = replace(log, records=tuple(record.defer(submission.id + 1) for record in log.records))
            self.archive.finish(submission.id, log.batch_id, log.to_bytes())
        return log

    def run_again(self, submission: ReceivedFile) -> None:
        """Process a submission again, and replace its log."""
        deposit = self._read_file(submission)
        with self.archive.transaction():
            log = self._make_log(submission, deposit)
            self.archive.finish(submission.id, log.batch_id, log.to_bytes())

    def _read_file(self, submission: ReceivedFile) -> Deposit:
        # A file of URLs is no XML: it has neither a batch id nor items.
        if submission.operation == "doTransferDOIsUpload":
            return Deposit()
        return _inspect_file(submission.content, self._validate)

    def _make_log(self, submission: ReceivedFile, deposit: Deposit) -> Log:
        nothing = self.faults.take("zero_records", "process")
        records = () if nothing else self._process_file(submission, deposit)
        return self._apply_log_faults(Log(submission.id, deposit.batch_id, records), deposit.items)

    def _process_file(self, submission: ReceivedFile, deposit: Deposit) -> tuple[Diagnostic, ...]:
        worker = self.worker(submission, self.accounts.named(submission.login))
        if submission.operation == "doTransferDOIsUpload":
            return _transfer_urls(worker, submission.content)
        if submission.operation == "doDOICitUpload":
            return worker.resources(deposit)
        return worker.process(deposit)

    def worker(self, submission: ReceivedFile, login: Login) -> Worker:
        """Return the worker for one submission, with the delays and refusals of the armed faults."""
        rest = self.faults.take("rest_lag", "process")
        handle = self.faults.take("handle_lag", "process")
        reject = self.faults.take("reject", "process")
        return Worker(
            self.archive,
            submission,
            login,
            # A file is processed when its time came, not when somebody looks: timestamps do not depend on the polls.
            now=submission.due,
            rest=rest.number if rest else self.delays.rest,
            handle=handle.number if handle else self.delays.handle,
            query=self.delays.query,
            rules=self.rules,
            relation_targets=self._relation_targets,
            known_prefixes=self.accounts.prefixes,
            reject=reject.value if reject else None,
        )

    def _apply_log_faults(self, log: Log, items: tuple[DepositedItem, ...]) -> Log:
        """Change the log as the armed faults demand."""
        extra = self.faults.take("extra_record", "process")
        if extra and log.records:
            log = replace(log, records=(*log.records, _extra_record(extra.value, log.records[0], items)))
        if self.faults.take("upper_doi", "process"):
            log = replace(log, records=tuple(record.upper() for record in log.records))
        if self.faults.take("multi_pair_record", "process"):
            log = replace(log, records=_merge_records(log.records))
        if self.faults.take("no_status_attr", "process"):
            log = replace(log, status_attribute=False)
        if self.faults.take("leading_whitespace", "process"):
            log = replace(log, leading="\n\n\n  ")
        return log


def _extra_record(kind: str | None, first: Diagnostic, items: tuple[DepositedItem, ...]) -> Diagnostic:
    """Return an unexpected record: a notice, a second failure of the same DOI, or the record of a container."""
    doi = first.pairs[0][0]
    version = items[0].version if items else 0
    if kind == "notice":
        return Diagnostic("Success", ((doi, "possible preprint/vor pair: 10.5555/sandbox.other"),))
    if kind == "container":
        return Diagnostic("Success", ((f"{doi.partition('/')[0]}/sandbox.series", "Successfully updated"),))
    message = f"submitted version: {version} is less or equal to previously submitted version {version}"
    # In Crossref's logs msg_id 4 is beside a timestamp that is too old.
    return Diagnostic("Failure", ((doi, f"Record not processed because {message}"),), 4)


def _merge_records(records: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Merge records of one status into one record with several pairs of DOI and message."""
    merged: dict[str, Diagnostic] = {}
    for record in records:
        known = merged.get(record.status)
        merged[record.status] = replace(known, pairs=known.pairs + record.pairs) if known else record
    return tuple(merged.values())
