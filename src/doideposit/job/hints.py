"""Take hints: let Crossref be asked about what a mail, or a report, speaks of. Nothing else comes of one."""

import logging
from datetime import datetime
from itertools import islice
from typing import Final

from doideposit.deposits.depositor import Depositor
from doideposit.job.crossref_mails import Hints

__all__ = ["take_hints"]

logger = logging.getLogger(__name__)

# Conflicts of one mail that Crossref is asked about; the report comes again every month.
MOST_CONFLICTS: Final = 25


def take_hints(depositor: Depositor, hints: Hints, now: datetime) -> None:
    """Ask early about the files and DOIs that are ours; names of others, true or forged, are passed over."""
    files = sum(depositor.hint(batch) for batch in hints.batches)
    again = depositor.warnings.look_again(hints.dois) if hints.dois else 0
    ours = {series.prefix for series in depositor.series.values()}
    wanted = (pair for pair in hints.conflicts if pair[0].prefix in ours and depositor.works.one(pair[0]) is not None)
    found = sum(depositor.warnings.report_conflict(one, other, now) for one, other in islice(wanted, MOST_CONFLICTS))
    if files or again or found:
        logger.info("a mail names %d files, %d DOIs and %d conflicts of ours", files, again, found)
