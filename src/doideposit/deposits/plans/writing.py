"""From a plan in this process to a plan file: everything that would be sent, and on what it rests."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from doideposit.crossref.http import Exchange
from doideposit.crossref.sealing import FoundItem
from doideposit.crossref.xml.existing import DepositItem
from doideposit.deposits.candidates import Approved, DepositCandidate
from doideposit.deposits.context import DepositContext
from doideposit.deposits.limits import PRODUCTION, Target
from doideposit.deposits.planning import SENTENCES, Decision, PlanInput, ReasonCode
from doideposit.deposits.plans.document import (
    LARGEST,
    Content,
    Fees,
    PlanBody,
    PlannedChange,
    PlannedRecord,
    Sending,
    Source,
)
from doideposit.deposits.values import PlanEntry
from doideposit.deposits.wording import name_of
from doideposit.errors import PlanUnusable
from doideposit.findings import counted

__all__ = ["MADE_WITH", "READING_HEAD", "PlanWriter"]

# The key of the version that a plan was made with; another one is not a reason to refuse it by itself.
MADE_WITH = "doideposit"
# Batch id and timestamp around an item that is only read or judged; what is sent gets its own.
READING_HEAD = ("doideposit-plan", 20000101000000000)
# So many DOIs are named in a sentence; the records of the plan name all.
NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class PlanWriter:
    """Write what a plan file says of a plan: by the settings of a depositor, and the schema that it builds for."""

    context: DepositContext
    schema_version: str

    def body(self, approved: Approved, entries: Iterable[PlanEntry], *, by: str) -> PlanBody:
        """Return all that the plan file says; raise `PlanUnusable` where it becomes too large, and `DiskError`."""
        context, may, writer = self.context, approved.permissions, _RecordWriter(self.context, approved)
        rows = zip(approved.inputs, approved.decisions, entries, strict=True)
        records = tuple(writer.record(*row) for row in rows)
        fees = self.fees(records)
        return PlanBody(
            made_by=by,
            made_at=context.clock(),
            target=cast("Target", context.target),
            consequences=self.consequences(records, may.unseen),
            fees=fees,
            records=records,
            retry=may.retry,
            allow_loss=may.losses,
            unseen=may.unseen,
            configuration=self.configuration({record.sending.series for record in records if record.sending}),
            sources=_source_hashes(records),
            contents=writer.contents,
        )

    def fees(self, records: Sequence[PlannedRecord]) -> Fees:
        """Return what Crossref charges for these records."""
        return Fees.of(self.context.target, records, self.context.fee)

    def consequences(self, records: Sequence[PlannedRecord], unseen: str) -> tuple[str, ...]:
        """Return the consequences of applying a plan of these records as sentences, the most serious first."""
        return tuple(_consequence_sentences(self.context.target, records, self.fees(records), unseen))

    def configuration(self, series: Iterable[str]) -> Mapping[str, str]:
        """Return the settings that the plan depends on, by their keys; a series as a hash."""
        context, known = self.context, self.context.series
        # In the order of the names, for the same reason; and without what nobody set, which the next version adds to.
        hashes = {
            name: known[name].model_dump_json(exclude_defaults=True).encode()
            for name in sorted(series)
            if name in known
        }
        return {
            MADE_WITH: Exchange.program(),
            "target": context.target,
            "address": context.address,
            **{key: value for name in sorted(series) for key, value in _depositor_keys(context, name)},
            "schema_version": self.schema_version,
            "fees.new_doi": str(context.fee) if context.fee else "",
            **{f"series.{name}": hashlib.sha256(text).hexdigest() for name, text in hashes.items()},
        }


@dataclass(slots=True)
class _RecordWriter:
    """Write the records of a plan file, and gather the bytes that they send, each once and within the bounds."""

    context: DepositContext
    approved: Approved
    contents: dict[str, Content] = field(default_factory=dict)
    _size: int = 0

    def record(self, plan_input: DepositCandidate | PlanInput, decision: Decision, entry: PlanEntry) -> PlannedRecord:
        """Return one input as a plan file has it; raise `PlanUnusable` if the bytes become too many."""
        sending, title = None, ""
        if isinstance(plan_input, DepositCandidate) and decision.action.sends:
            xml = self.approved.store.get(plan_input.sha256)
            # The DOIs of a ready-made file share its bytes, which the plan holds once.
            self._keep(xml, plan_input.sha256)
            sending, title = self._sending(plan_input), self._title(plan_input, xml)
        return PlannedRecord(
            source=entry.source,
            doi=str(entry.doi) if entry.doi else None,
            action=entry.action.value,
            reason=entry.reason,
            reason_code=entry.reason_code,
            title=title,
            changes=PlannedChange.all_of(entry.changes),
            empties=decision.empties,
            findings=tuple(finding.to_dict() for finding in entry.findings),
            sending=sending,
        )

    def _keep(self, data: bytes, sha256: str) -> None:
        if sha256 in self.contents:
            return
        self._size += len(data)
        if self._size > LARGEST:
            raise PlanUnusable(
                f"this would be a plan of more than {LARGEST // 1_000_000} MB", hint="make several plans of fewer files"
            )
        try:
            self.contents[sha256] = Content(xml=data.decode("utf-8"))
        # Files of others may be in another encoding, and their bytes have to stay.
        except UnicodeDecodeError:
            self.contents[sha256] = Content(base64=b64encode(data).decode("ascii"))

    def _sending(self, candidate: DepositCandidate) -> Sending:
        known = self.approved.known.get(candidate.item.doi.key)
        return Sending(
            series=candidate.series,
            container=candidate.container,
            record_type=candidate.item.record_type,
            schema_version=candidate.sealed.schema_version if candidate.sealed else "",
            sha256=candidate.sha256,
            landing_page=candidate.landing_page,
            file=str(Path(candidate.wanted.file).absolute()) if candidate.wanted.file else None,
            removes=candidate.removes,
            latest=known.latest if known else None,
            group=candidate.wanted.group,
        )

    def _title(self, candidate: DepositCandidate, xml: bytes) -> str:
        """Return the title in the XML, which is compared when the plan is read."""
        if candidate.sealed is None:
            return next((item.title for item in DepositItem.read_all(xml) if item.doi == candidate.item.doi), "")
        head = self.context.depositor.head(*READING_HEAD)
        found = FoundItem.find(head, xml, schema_version=candidate.sealed.schema_version)
        return found.item.title if found else ""


def _depositor_keys(context: DepositContext, series: str) -> Iterator[tuple[str, str]]:
    """Yield the keys of the configuration that say who deposits a series."""
    account = context.accounts.of_series(series)
    start = f"publishers.{account.name}." if account.name else ""
    for key in ("name", "email", "registrant"):
        yield f"{start}depositor.{key}", getattr(account.depositor, key)


def _source_hashes(records: Iterable[PlannedRecord]) -> tuple[Source, ...]:
    """Return the source files of the deposits, with their hashes."""
    paths = dict.fromkeys(record.sending.file for record in records if record.sending and record.sending.file)
    return tuple(Source(path=path, sha256=Source.hash_of(Path(path))) for path in paths)


# What a plan means and costs, in sentences: worked out from its records, when it is written and when it is read.


def _consequence_sentences(target: str, records: Sequence[PlannedRecord], fees: Fees, unseen: str) -> Iterator[str]:
    new = [record for record in records if record.action == "register"]
    updates = [record for record in records if record.action == "update"]
    where = name_of(target)
    if new:
        lasting = "; a registered DOI can never be deleted" if target == PRODUCTION else ""
        yield f"{counted(len(new), 'new DOI')} will be registered at {where}{lasting}: {_doi_list(new)}"
    if fees.due:
        amount = f"{fees.each} each, {fees.total} in all" if fees.each else "the configuration names no amount"
        yield f"Crossref charges a fee for {counted(fees.due, 'new DOI')} ({amount})"
    if updates:
        replaced = counted(len(updates), "registered DOI")
        yield f"the metadata of {replaced} at {where} will be replaced, free of charge: {_doi_list(updates)}"
    yield from (
        f"{update.doi} will lose registered metadata: {lost}" for update in updates if (lost := _lost_content(update))
    )
    if unseen:
        yield f"the registered metadata could not be read first: {unseen}"
    yield from (_first_emptied(update) for update in updates if update.empties)
    yield from _unsent_sentences(records)


def _first_emptied(record: PlannedRecord) -> str:
    names = ", ".join(name.replace("_", " ") for step in record.empties for name in step)
    return f"{record.doi} needs {len(record.empties) + 1} deposits, because these have to be emptied first: {names}"


def _lost_content(record: PlannedRecord) -> str:
    return "; ".join(change.what for change in record.changes if change.loses)


def _unsent_sentences(records: Sequence[PlannedRecord]) -> Iterator[str]:
    """Yield how many records are not sent, and why not: what is in doubt needs something, and is not a good news."""
    doubted = sum(record.reason_code is ReasonCode.IN_DOUBT for record in records)
    under_way = sum(record.reason_code is ReasonCode.UNDER_WAY for record in records)
    unchanged = sum(record.action == "unchanged" for record in records) - doubted - under_way
    blocked = sum(record.action == "blocked" for record in records)
    if doubted:
        yield f"{counted(doubted, 'record')} {'was' if doubted == 1 else 'were'} {SENTENCES[ReasonCode.IN_DOUBT]}"
    if under_way:
        yield f"{counted(under_way, 'record')} {'is' if under_way == 1 else 'are'} under way already"
    if unchanged:
        yield f"{counted(unchanged, 'record')} {'needs' if unchanged == 1 else 'need'} nothing"
    if blocked:
        yield f"{counted(blocked, 'record')} {'is' if blocked == 1 else 'are'} blocked, and not sent"


def _doi_list(records: Sequence[PlannedRecord]) -> str:
    named = ", ".join(str(record.doi) for record in records[:NAMED])
    return named + (f" and {len(records) - NAMED:,} more" if len(records) > NAMED else "")
