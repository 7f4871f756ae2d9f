"""From checked inputs to recorded files: plan, group, build, seal, and commit before anything is sent."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from doideposit.checks.checking import Checked
from doideposit.crossref.xml import DepositItem, body_kind, build, restamp
from doideposit.deposits.context import Means, OnEvent
from doideposit.deposits.ledger.entries import KnownWork, NewItem, NewSubmission
from doideposit.deposits.planning import Action, Decision, Wanted, next_timestamp, plan
from doideposit.deposits.values import Progress
from doideposit.deposits.wording import name_of
from doideposit.errors import RegistrarBusy, RegistrarError
from doideposit.findings import Finding, Severity
from doideposit.records.identifiers import Doi
from doideposit.records.models.batch import SealedBatch

__all__ = ["Preparation", "decide", "unique_name", "wanted_of"]

ROUNDS = 50
"""How often a file is planned again because other runs were quicker; each time one of them got its deposit in."""


def unique_name(series: str, now: datetime) -> str:
    """A name no file ever had: series, moment in UTC and eight random hexadecimal digits, in ASCII, without suffix."""
    word = re.sub(r"[^a-z0-9]+", "-", series.lower()).strip("-")[:40].strip("-") or "deposit"
    return f"{word}-{now:%Y%m%dt%H%M%S}{now.microsecond // 1000:03d}-{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True, slots=True)
class Load:
    """One DOI that may go out: where it stands among the wanted, and what it was checked from."""

    index: int
    checked: Checked
    item: DepositItem
    wanted: Wanted

    @property
    def series(self) -> str:
        """The short name of its series, or the title of its container."""
        record = self.checked.record
        return record.commentary.series.name if record else (self.item.container or "deposit")

    @property
    def container(self) -> str:
        """What Crossref keeps one title record for."""
        return self.item.container or self.series

    @property
    def landing_page(self) -> str | None:
        """The address the DOI will lead to, where a record says it."""
        record = self.checked.record
        return str(record.commentary.url) if record and record.commentary.url else None


def wanted_of(checked: Sequence[Checked]) -> tuple[Load | Wanted, ...]:
    """Every input, and every DOI of a ready-made file, in order: what may go as a `Load`, the rest as it is."""
    flat: list[Load | Wanted] = []
    for number, one in enumerate(checked):
        if not one.ok:
            doi = one.items[0].doi if one.items else None
            flat.append(Wanted(one.source, doi, None, None, one.findings))
            continue
        group = None if one.xml is None else number
        for place, item in enumerate(one.items):
            findings = one.findings if place == 0 else ()
            wanted = Wanted(one.source, item.doi, item.fingerprint, item.record_type, findings, group)
            flat.append(Load(len(flat), one, item, wanted))
    return tuple(flat)


def decide(
    means: Means, wanted: Sequence[Wanted], *, retry: bool
) -> tuple[tuple[Decision, ...], Mapping[str, KnownWork]]:
    """Plan against the ledger and, for DOIs it never saw, against the timestamp Crossref holds."""
    dois = [one.doi for one in wanted if one.doi is not None and one.fingerprint is not None]
    known = means.ledger.known(means.target, dois)
    seeded, unread = _seeds(means, [doi for doi in dois if doi.key not in known])
    decisions = plan(wanted, {**known, **seeded}, now=means.clock(), retry=retry)
    return tuple(_with_unread(decision, unread) for decision in decisions), {**known, **seeded}


def _seeds(means: Means, dois: Sequence[Doi]) -> tuple[dict[str, KnownWork], dict[str, Finding]]:
    """What Crossref holds of DOIs new to this ledger: another tool may have registered them."""
    seeds: dict[str, KnownWork] = {}
    unread: dict[str, Finding] = {}
    if means.registry is None or not means.seed_timestamps:
        return seeds, unread
    for doi in dict.fromkeys(dois):
        try:
            means.step("timestamp: ask")
            timestamp = means.registry.deposit_timestamp(doi, means.depositor.email)
        except RegistrarError as error:
            unread[doi.key] = _timestamp_unread(doi, error)
            if isinstance(error, RegistrarBusy):
                break
            continue
        if timestamp is not None:
            seeds[doi.key] = KnownWork(doi, timestamp=timestamp, registered=True)
    return seeds, unread


def _timestamp_unread(doi: Doi, error: RegistrarError) -> Finding:
    message = f"Crossref could not be asked which version of {doi} it has: {error.message}"
    hint = "the deposit goes ahead; should another tool have registered the DOI, Crossref's log will say so"
    return Finding("plan-timestamp-unread", Severity.WARNING, message, hint)


def _with_unread(decision: Decision, unread: Mapping[str, Finding]) -> Decision:
    finding = unread.get(decision.wanted.doi.key) if decision.wanted.doi else None
    if finding is None or not decision.action.sends:
        return decision
    return replace(decision, findings=(*decision.findings, finding))


class Preparation:
    """Turns checked inputs into recorded submissions; `decisions` then holds one decision for each wanted."""

    def __init__(self, means: Means, *, retry: bool, on_event: OnEvent) -> None:
        self._means = means
        self._retry = retry
        self._on_event = on_event
        self.decisions: dict[int, Decision] = {}
        self.submissions: list[int] = []

    def run(self, flat: Sequence[Load | Wanted]) -> tuple[Decision, ...]:
        """Decide about everything and record what may go; one decision for each input, in order."""
        rest = self._decide([one.wanted if isinstance(one, Load) else one for one in flat], flat)
        for _ in range(ROUNDS):
            overtaken = [load for group in self._groups(rest) for load in self._record(group)]
            if not overtaken:
                break
            # Another run got a deposit of one of these DOIs in first: what that means for each is for planning to say.
            overtaken.sort(key=lambda load: load.index)
            rest = self._decide([load.wanted for load in overtaken], overtaken)
        else:
            raise RuntimeError(f"other runs were quicker {ROUNDS} times in a row")
        return tuple(self.decisions[index] for index in range(len(flat)))

    def _decide(
        self, wanted: Sequence[Wanted], flat: Sequence[Load | Wanted]
    ) -> "list[tuple[Load, KnownWork | None, Decision]]":
        decisions, known = decide(self._means, wanted, retry=self._retry)
        going = []
        for place, (one, decision) in enumerate(zip(flat, decisions, strict=True)):
            self.decisions[one.index if isinstance(one, Load) else place] = decision
            if isinstance(one, Load) and decision.action.sends:
                going.append((one, known.get(one.item.doi.key), decision))
        return going

    def _groups(
        self, going: "list[tuple[Load, KnownWork | None, Decision]]"
    ) -> "Iterator[list[tuple[Load, KnownWork | None]]]":
        """Files to be: one series, one prefix and one kind of body each; a ready-made file stays whole."""
        groups: dict[object, list[tuple[Load, KnownWork | None]]] = {}
        for load, known, _ in going:
            record = load.checked.record
            key: object = ("file", load.wanted.group)
            if record is not None:
                key = (load.container, load.item.doi.prefix, body_kind(record.commentary))
            groups.setdefault(key, []).append((load, known))
        size = self._means.limits.records_per_submission
        for group in groups.values():
            whole = group[0][0].checked.xml is not None
            for start in range(0, len(group), len(group) if whole else size):
                yield group[start:] if whole else group[start : start + size]

    def _record(self, group: "list[tuple[Load, KnownWork | None]]") -> list[Load]:
        """Seal and record one file, in halves where it is too large; returns what has to be planned again."""
        now = self._means.clock()
        timestamp = next_timestamp(now, [known.timestamp if known else None for _, known in group])
        batch_id = unique_name(group[0][0].series, now)
        xml = self._xml(group, batch_id, timestamp)
        sealed = self._means.checker.validator.seal(xml)
        too_large = len(xml) > self._means.limits.bytes_per_submission
        if sealed.batch is None or too_large:
            return self._apart(group, sealed.findings if sealed.batch is None else _too_large(len(xml)))
        key = self._means.ledger.prepare(self._new(group, sealed.batch), now)
        if key is None:
            return [load for load, _ in group]
        self.submissions.append(key)
        self._means.sealed[sealed.batch.sha256] = sealed.batch
        dois = sealed.batch.dois
        self._on_event(
            Progress("prepared", f"recorded {_count(len(dois))} to be sent to {name_of(self._means.target)}", dois=dois)
        )
        return []

    def _apart(self, group: "list[tuple[Load, KnownWork | None]]", findings: tuple[Finding, ...]) -> list[Load]:
        """Halve a file that cannot go as it is, until what stops it stands alone with its reason."""
        if len(group) > 1 and group[0][0].checked.xml is None:
            middle = len(group) // 2
            return self._record(group[:middle]) + self._record(group[middle:])
        for load, _ in group:
            wanted = load.wanted
            self.decisions[load.index] = Decision(wanted, Action.BLOCKED, "its file does not pass", findings)
        return []

    def _xml(self, group: "list[tuple[Load, KnownWork | None]]", batch_id: str, timestamp: int) -> bytes:
        checker, first = self._means.checker, group[0][0].checked
        if first.xml is not None:
            return restamp(first.xml, batch_id, timestamp)
        commentaries = [load.checked.record.commentary for load, _ in group if load.checked.record]
        head = self._means.depositor.head(batch_id, timestamp)
        return build(head, commentaries, schema_version=checker.schema_version).xml

    def _new(self, group: "list[tuple[Load, KnownWork | None]]", batch: SealedBatch) -> NewSubmission:
        first = group[0][0]
        return NewSubmission(
            target=self._means.target,
            series=first.series,
            container=first.container,
            schema_version=batch.schema_version,
            batch_id=batch.batch_id,
            timestamp=batch.timestamp,
            xml=batch.xml,
            sha256=batch.sha256,
            items=tuple(_item(load, known) for load, known in group),
        )


def _item(load: Load, known: KnownWork | None) -> NewItem:
    return NewItem(
        doi=load.item.doi,
        fingerprint=load.item.fingerprint,
        record_type=load.item.record_type,
        title=load.item.title,
        source=load.wanted.source,
        landing_page=load.landing_page,
        after=known.latest if known else None,
    )


def _too_large(size: int) -> tuple[Finding, ...]:
    message = f"its deposit file has {size / 1_000_000:.1f} MB, and Crossref takes files up to 10 MB"
    return (Finding("file-too-large", Severity.ERROR, message, "shorten the record, or split the file"),)


def _count(number: int) -> str:
    return "1 DOI" if number == 1 else f"{number} DOIs"
