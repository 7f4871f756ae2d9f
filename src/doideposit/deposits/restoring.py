"""Sending the last version of ours again, after somebody else changed what is registered."""

from dataclasses import replace

from doideposit.checks.values import Checked
from doideposit.crossref.xml.existing import items, only
from doideposit.deposits.batching import decide
from doideposit.deposits.candidates import Approved, ContentStore, DepositCandidate, read_candidates
from doideposit.deposits.context import DepositContext
from doideposit.deposits.plan_entries import plan_entry
from doideposit.deposits.planning import Permissions
from doideposit.deposits.values import Plan
from doideposit.errors import UsageError
from doideposit.records.identifiers import Doi

__all__ = ["plan_last_version"]


def plan_last_version(context: DepositContext, doi: Doi, losses: tuple[str, ...]) -> Plan:
    """Plan to send again what our last deposit of a DOI sent; fields in `losses` may be lost by it.

    Raises `UsageError` where nothing was sent from here.
    """
    store, may = ContentStore(), Permissions(retry=True, losses=losses)
    inputs = _last_version(context, doi, store)
    decisions, known = decide(context, inputs, store, may)
    entries = tuple(plan_entry(decision) for decision in decisions)
    return Plan(context.target, entries, Approved(inputs, decisions, known, store, may))


def _last_version(context: DepositContext, doi: Doi, store: ContentStore) -> tuple[DepositCandidate, ...]:
    """Return what our last deposit of a DOI sent, to be planned anew; with it go DOIs that share its element."""
    recorded = context.ledger.works.registered_file(doi)
    if recorded is None:
        raise UsageError(
            f"{doi} was never registered from here, so there is no version to go back to",
            hint="correct its record file and deposit that",
        )
    xml = only(recorded.xml, doi)
    checked = Checked(f"the last deposit of {doi}", (), xml=xml, items=items(xml))
    pages = {one.doi.key: one.landing_page for one in recorded.items}
    return tuple(
        replace(one, series=recorded.series, container=recorded.container, landing_page=pages.get(one.item.doi.key))
        for one in read_candidates([checked], store)
        if isinstance(one, DepositCandidate)
    )
