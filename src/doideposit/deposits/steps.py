"""Updates in several deposits: the files that empty blocks at Crossref, and the last one, which sends everything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from doideposit.crossref.validator.validator import Sealed
from doideposit.crossref.xml.deposit_file import DepositFile
from doideposit.crossref.xml.existing import DepositItem
from doideposit.crossref.xml.resources import ResourceDeposit
from doideposit.deposits.ledger.entries import NewItem, NewSubmission
from doideposit.deposits.planning import TIMESTAMP_STEP
from doideposit.findings import Finding
from doideposit.registered.values import Judgement

__all__ = ["Clears", "StepFiles"]

# What is emptied before the last deposit of each DOI, by `Doi.key`: one set of blocks for each deposit.
Clears = Mapping[str, tuple[frozenset[str], ...]]


@dataclass(frozen=True, slots=True)
class StepFiles:
    """Hold the files that go before another one, in their order; `findings` say why there are none."""

    files: tuple[NewSubmission, ...] = ()
    findings: tuple[Finding, ...] = ()

    @staticmethod
    def before(last: NewSubmission, clears: Clears, now: datetime, seal: Callable[[bytes], Sealed]) -> "StepFiles":
        """Return the files that empty blocks before `last` is sent, with the timestamps below its own.

        Each is the whole file of `last` with empty parents in it, because the bibliography that a deposit leaves out is
        lost: the public record never lacks anything but what is emptied.
        """
        number = max(len(sets) for sets in clears.values())
        files = []
        for place in range(number):
            # Sorted, so that the file is the same for the same deposit.
            emptied = tuple(sorted(frozenset().union(*(sets[place] for sets in clears.values() if place < len(sets)))))
            blocks = {doi: sets[place] for doi, sets in clears.items() if place < len(sets)}
            name = NewSubmission.unique_name(last.series, now)
            stamp = last.timestamp - (number - place) * TIMESTAMP_STEP
            if last.is_resources:
                file = DepositFile(ResourceDeposit.read(last.xml).emptying(blocks))
            else:
                file = DepositFile(last.xml).clear_blocks(blocks)
            sealed = seal(file.restamp(name, stamp))
            if sealed.batch is None:
                return StepFiles((), sealed.findings)
            xml = sealed.batch.xml
            files.append(
                replace(
                    last,
                    batch_id=sealed.batch.batch_id,
                    timestamp=stamp,
                    xml=xml,
                    sha256=sealed.batch.sha256,
                    items=_step_items(last.items, xml, emptied),
                    empties=emptied,
                )
            )
        return StepFiles(tuple(files))


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
