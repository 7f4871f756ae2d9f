"""Looking a registered DOI up: where doi.org leads, and what Crossref's REST API shows."""

from doideposit.crossref.registrar import ResolvedHandle
from doideposit.deposits.context import DepositContext
from doideposit.deposits.lateness import NOT_YET
from doideposit.lifecycle import Milestone
from doideposit.records.identifiers import Doi
from doideposit.records.landing import is_same_page

__all__ = ["look_up"]


def look_up(context: DepositContext, doi: Doi, expected: str | None, *, index: bool = True) -> ResolvedHandle | None:
    """Ask doi.org and, with `index`, the REST API, if the target has them, and record the results.

    `expected` is the landing page that our last deposit named. Returns what doi.org said. Raises `RegistrarError`.
    """
    handle = _look_up_handle(context, doi, expected)
    if index:
        _look_up_index(context, doi, expected)
    return handle


def _look_up_handle(context: DepositContext, doi: Doi, expected: str | None) -> ResolvedHandle | None:
    registry = context.registry
    if registry is None or not registry.has_handles:
        return None

    def leads_to_page(handle: ResolvedHandle | None) -> bool:
        urls = handle.urls if handle else ()
        return bool(urls) and (expected is None or any(is_same_page(url, expected) for url in urls))

    handle = registry.handle(doi)
    if handle is not None and handle.urls and not leads_to_page(handle):
        # A cache may hold the address before the last update for a day: the primary server knows.
        handle = registry.handle(doi, authoritative=True)
    urls, holds = handle.urls if handle else (), leads_to_page(handle)
    proof = f"it leads to {urls[0]}" if urls else NOT_YET[Milestone.RESOLVES]
    proof += f" instead of {expected}" if urls and not holds else ""
    context.ledger.works.prove(doi, Milestone.RESOLVES, proof, holds=holds, contrary=bool(urls) and not holds)
    return handle


def _look_up_index(context: DepositContext, doi: Doi, expected: str | None) -> None:
    registry = context.registry
    if registry is None or not registry.has_works:
        return
    found = registry.work(doi)
    landing = found.landing_url if found else None
    holds = found is not None and (expected is None or landing is None or is_same_page(landing, expected))
    proof = f"as {found.type}, leading to {landing}" if found else NOT_YET[Milestone.INDEXED]
    proof += f" instead of {expected}" if found and not holds else ""
    context.ledger.works.prove(doi, Milestone.INDEXED, proof, holds=holds, contrary=found is not None and not holds)
