"""The files that empty blocks at Crossref before a recorded one.

An update in several deposits empties blocks first; the last of its files sends everything.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from doideposit.crossref.xml.deposit_file import DepositFile
from doideposit.crossref.xml.existing import DepositItem
from doideposit.crossref.xml.resources import ResourceDeposit
from doideposit.deposits.ledger.entries import TIMESTAMP_STEP, NewItem, NewSubmission
from doideposit.findings import Finding
from doideposit.registered.values import Judgement

__all__ = ["ClearingSteps", "Clears"]

# What is emptied before the last deposit of each DOI, by `Doi.key`: one set of blocks for each deposit.
Clears = Mapping[str, tuple[frozenset[str], ...]]
# Gives a recorded file other bytes under a new batch id and a timestamp, as `DepositContext.reseal` does.
Reseal = Callable[[NewSubmission, DepositFile, int], NewSubmission | tuple[Finding, ...]]


class _StepFiles(NamedTuple):
    """Hold all files of an update in their order, the last one at the end; `findings` say why there are none."""

    files: tuple[NewSubmission, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ClearingSteps:
    """Make the files that empty blocks before the last deposit of each DOI."""

    clears: Clears

    @property
    def number(self) -> int:
        """Return how many files go before the last one."""
        return max((len(sets) for sets in self.clears.values()), default=0)

    @property
    def room(self) -> int:
        """Return how far above the registered timestamps the last file must be: those before it come in between."""
        return self.number * TIMESTAMP_STEP

    def leading_to(self, last: NewSubmission, reseal: Reseal) -> _StepFiles:
        """Return the files that empty blocks, with timestamps below that of `last`, and then `last` itself.

        Each is the whole file of `last` with empty parents in it, because the bibliography that a deposit leaves out is
        lost: the public record never lacks anything but what is emptied.
        """
        files = []
        for place in range(self.number):
            blocks = {doi: sets[place] for doi, sets in self.clears.items() if place < len(sets)}
            # Sorted, so that the file is the same for the same deposit.
            emptied = tuple(sorted(frozenset().union(*blocks.values())))
            stamp = last.timestamp - (self.number - place) * TIMESTAMP_STEP
            if last.is_resources:
                file = DepositFile(ResourceDeposit.read(last.xml).emptying(blocks))
            else:
                file = DepositFile(last.xml).clear_blocks(blocks)
            step = reseal(last, file, stamp)
            if not isinstance(step, NewSubmission):
                return _StepFiles((), step)
            files.append(replace(step, items=_step_items(last.items, step.xml, emptied), empties=emptied))
        empties = tuple(dict.fromkeys(name for file in files for name in file.empties))
        return _StepFiles((*files, replace(last, empties=empties)))


def _step_items(known: tuple[NewItem, ...], xml: bytes, emptied: Sequence[str]) -> tuple[NewItem, ...]:
    """Return the DOIs of a step with the fingerprints of what it sends, so that it is never mistaken for the last one.

    A step of a resource-only deposit holds only the DOIs of which something is emptied.
    """
    prints = {item.doi.key: item.fingerprint for item in DepositItem.read_all(xml)}
    # What this step empties comes back with the last one, so that it does not count as a loss.
    gone = Judgement.emptied_fields(emptied)
    return tuple(
        replace(item, fingerprint=prints[item.doi.key], may_lose=tuple(dict.fromkeys([*item.may_lose, *gone])))
        for item in known
        if item.doi.key in prints
    )
