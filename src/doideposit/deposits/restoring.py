"""Sending the last version of ours again, after somebody else changed what is registered."""

from dataclasses import replace

from doideposit.checks.values import Checked
from doideposit.crossref.xml.existing import items, only
from doideposit.deposits.candidates import ContentStore, DepositCandidate, read_candidates
from doideposit.deposits.context import DepositContext
from doideposit.errors import UsageError
from doideposit.records.identifiers import Doi

__all__ = ["last_version"]


def last_version(context: DepositContext, doi: Doi, store: ContentStore) -> tuple[DepositCandidate, ...]:
    """Return what our last deposit of a DOI sent, to be planned anew; with it go DOIs that share its element.

    Raises `UsageError` where nothing was sent from here.
    """
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
