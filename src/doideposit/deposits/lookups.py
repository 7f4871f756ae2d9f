"""Looking a registered DOI up: where doi.org leads, and what Crossref's REST API shows."""

from doideposit.deposits.context import DepositContext
from doideposit.deposits.lateness import NOT_YET
from doideposit.lifecycle import Milestone
from doideposit.records.identifiers import Doi
from doideposit.records.landing import is_same_page

__all__ = ["look_up"]


def look_up(context: DepositContext, doi: Doi, expected: str | None) -> None:
    """Ask doi.org and the REST API, where the target has them, and write down what they show.

    `expected` is the landing page that our last deposit named. Raises `RegistrarError`.
    """
    _handle(context, doi, expected)
    _index(context, doi, expected)


def _handle(context: DepositContext, doi: Doi, expected: str | None) -> None:
    registry = context.registry
    if registry is None or not registry.has_handles:
        return
    handle = registry.handle(doi)
    urls = handle.urls if handle else ()
    holds = bool(urls) and (expected is None or any(is_same_page(url, expected) for url in urls))
    proof = f"it leads to {urls[0]}" if urls else NOT_YET[Milestone.RESOLVES]
    proof += f" instead of {expected}" if urls and not holds else ""
    context.ledger.works.prove(doi, Milestone.RESOLVES, proof, holds=holds, contrary=bool(urls) and not holds)


def _index(context: DepositContext, doi: Doi, expected: str | None) -> None:
    registry = context.registry
    if registry is None or not registry.has_works:
        return
    found = registry.work(doi)
    landing = found.landing_url if found else None
    holds = found is not None and (expected is None or landing is None or is_same_page(landing, expected))
    proof = f"as {found.type}, leading to {landing}" if found else NOT_YET[Milestone.INDEXED]
    proof += f" instead of {expected}" if found and not holds else ""
    context.ledger.works.prove(doi, Milestone.INDEXED, proof, holds=holds, contrary=found is not None and not holds)
