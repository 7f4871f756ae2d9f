"""What a plan means and costs, in sentences: worked out from its records, when it is written and when it is read."""

from collections.abc import Iterator, Sequence
from typing import Final

from doideposit.deposits.limits import PRODUCTION
from doideposit.deposits.planning import SENTENCES, ReasonCode
from doideposit.deposits.plans.document import Fees, PlannedRecord
from doideposit.deposits.wording import name_of
from doideposit.findings import counted

__all__ = ["consequences_of"]

# So many DOIs are named in a sentence; the records of the plan name all.
NAMED: Final = 5


def consequences_of(target: str, records: Sequence[PlannedRecord], fees: Fees, unseen: str) -> tuple[str, ...]:
    """Return the consequences of applying the plan as sentences, the most serious first."""
    return tuple(_consequence_sentences(target, records, fees, unseen))


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
