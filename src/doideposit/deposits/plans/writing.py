"""From a plan in this process to a plan file: everything that would be sent, and on what it rests."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from doideposit.crossref.http import Exchange
from doideposit.crossref.sealing import FoundItem
from doideposit.crossref.xml.existing import DepositItem
from doideposit.deposits.candidates import Approved, DepositCandidate
from doideposit.deposits.context import DepositContext
from doideposit.deposits.limits import Target
from doideposit.deposits.planning import Decision, PlanInput
from doideposit.deposits.plans.consequences import consequences_of
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
from doideposit.errors import PlanUnusable

__all__ = ["MADE_WITH", "READING_HEAD", "PlanWriter"]

# The key of the version that a plan was made with; another one is not a reason to refuse it by itself.
MADE_WITH = "doideposit"
# Batch id and timestamp around an item that is only read or judged; what is sent gets its own.
READING_HEAD = ("doideposit-plan", 20000101000000000)


@dataclass(frozen=True, slots=True)
class PlanWriter:
    """Write what a plan file says of a plan: by the settings of a depositor, and the schema that it builds for."""

    context: DepositContext
    schema_version: str

    def body(self, approved: Approved, entries: Iterable[PlanEntry], *, by: str) -> PlanBody:
        """Return all that the plan file says; raise `PlanUnusable` where it becomes too large, and `DiskError`."""
        context, contents = self.context, _Contents()
        rows = zip(approved.inputs, approved.decisions, entries, strict=True)
        records = tuple(_planned_record(context, approved, contents, *row) for row in rows)
        may = approved.permissions
        fees = Fees.of(context.target, records, context.fee)
        return PlanBody(
            made_by=by,
            made_at=context.clock(),
            target=cast("Target", context.target),
            consequences=consequences_of(context.target, records, fees, may.unseen),
            fees=fees,
            records=records,
            retry=may.retry,
            allow_loss=may.losses,
            unseen=may.unseen,
            configuration=self.configuration({record.sending.series for record in records if record.sending}),
            sources=_source_hashes(records),
            contents=contents.all(),
        )

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
            MADE_WITH: Exchange.default_user_agent(),
            "target": context.target,
            "address": context.address,
            **{key: value for name in sorted(series) for key, value in _depositor_keys(context, name)},
            "schema_version": self.schema_version,
            "fees.new_doi": str(context.fee) if context.fee else "",
            **{f"series.{name}": hashlib.sha256(text).hexdigest() for name, text in hashes.items()},
        }


class _Contents:
    """Gather bytes for a plan file, each once, within its bounds."""

    def __init__(self) -> None:
        self._found: dict[str, Content] = {}
        self._size = 0

    def put(self, data: bytes, sha256: str) -> None:
        """Add bytes; raise `UsageError` if they become too many."""
        if sha256 in self._found:
            return
        self._size += len(data)
        if self._size > LARGEST:
            raise PlanUnusable(
                f"this would be a plan of more than {LARGEST // 1_000_000} MB", hint="make several plans of fewer files"
            )
        try:
            self._found[sha256] = Content(xml=data.decode("utf-8"))
        # Files of others may be in another encoding, and their bytes have to stay.
        except UnicodeDecodeError:
            self._found[sha256] = Content(base64=b64encode(data).decode("ascii"))

    def all(self) -> Mapping[str, Content]:
        """Return them by SHA-256."""
        return self._found


def _planned_record(
    context: DepositContext,
    approved: Approved,
    contents: _Contents,
    plan_input: DepositCandidate | PlanInput,
    decision: Decision,
    entry: PlanEntry,
) -> PlannedRecord:
    sending, title = None, ""
    if isinstance(plan_input, DepositCandidate) and decision.action.sends:
        xml = approved.store.get(plan_input.sha256)
        # The DOIs of a ready-made file share its bytes, which the plan holds once.
        contents.put(xml, plan_input.sha256)
        sending, title = _sending_of(approved, plan_input), _title_in_xml(context, plan_input, xml)
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


def _sending_of(approved: Approved, candidate: DepositCandidate) -> Sending:
    known = approved.known.get(candidate.item.doi.key)
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


def _title_in_xml(context: DepositContext, candidate: DepositCandidate, xml: bytes) -> str:
    """Return the title in the XML, which is compared when the plan is read."""
    if candidate.sealed is None:
        return next((item.title for item in DepositItem.read_all(xml) if item.doi == candidate.item.doi), "")
    found = FoundItem.find(context.depositor.head(*READING_HEAD), xml, schema_version=candidate.sealed.schema_version)
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
