"""Ask which registration agency has the DOIs that references name: Crossref, DataCite and others all count.

The answers are kept in the ledger. What could not be asked is not known, and never counts as missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from doideposit.deposits.context import DepositContext, RegistryPort
from doideposit.deposits.limits import PRODUCTION
from doideposit.errors import RegistrarError, UnexpectedAnswer
from doideposit.records.identifiers import Doi

__all__ = ["CitedAgencies", "can_be_asked", "find_agencies"]

AT_ONCE: Final = 50
"""DOIs in one question to the resolver; the limit is the length of an address."""


@dataclass(slots=True)
class CitedAgencies:
    """Hold the agency of each DOI that is known, by `Doi.key`, with an empty name for one that no agency has.

    `error` is why others could not be asked.
    """

    found: dict[str, str] = field(default_factory=dict)
    error: RegistrarError | None = None


def can_be_asked(context: DepositContext, doi: Doi) -> bool:
    """Tell whether the target knows everything about this DOI: a rehearsal knows of our own prefixes alone."""
    return context.target == PRODUCTION or doi.prefix in {one.prefix for one in context.series.values()}


def find_agencies(context: DepositContext, dois: Sequence[Doi], *, offline: bool = False) -> CitedAgencies:
    """Return which agency has each of these DOIs, from the ledger or else from the resolver; offline from the first.

    Never raises for a resolver that is away.
    """
    wanted = {doi.key: doi for doi in dois}
    ours = context.ledger.works.known(list(wanted.values()))
    result = CitedAgencies(context.ledger.cited.known(list(wanted.values())))
    # The resolver can lag behind a registration of our own.
    result.found |= {key: "Crossref" for key, one in ours.items() if one.registered}
    registry = context.registry
    asked = [doi for key, doi in wanted.items() if key not in result.found and can_be_asked(context, doi)]
    if offline or registry is None or not registry.has_handles:
        return result
    for start in range(0, len(asked), AT_ONCE):
        try:
            context.step("cited: ask")
            found = _confirmed(registry, asked[start : start + AT_ONCE])
        except UnexpectedAnswer as error:
            # One DOI that the resolver stumbles over says nothing of the other questions.
            result.error = error
            continue
        except RegistrarError as error:
            result.error = error
            return result
        context.ledger.cited.keep(found)
        result.found |= found
    return result


def _confirmed(registry: RegistryPort, dois: Sequence[Doi]) -> dict[str, str]:
    """Return the agencies of these DOIs; a missing one is asked for at its handle too, which is the first to know."""
    found = dict(registry.agencies(dois))
    for doi in dois:
        if found.get(doi.key) == "" and registry.handle(doi, authoritative=True) is not None:
            del found[doi.key]
    return found
