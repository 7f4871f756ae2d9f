"""Look up registered DOIs until they are seen to resolve and to be indexed: a few in each pass, and ever less often."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from doideposit.deposits.depositor import Depositor
from doideposit.errors import RegistrarError
from doideposit.job.state import JobState

__all__ = ["look_up"]

logger = logging.getLogger(__name__)

# The resolver knows a new DOI within minutes, the index within a day.
FIRST_PAUSE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(days=1)


def look_up(
    depositor: Depositor,
    state: JobState,
    *,
    clock: Callable[[], datetime],
    most: int,
    stop: Callable[[], bool],
) -> int:
    """Look up to `most` DOIs that are due; returns how many were looked up. Raises `LedgerError`.

    When the services are away it ends without ado: the deadlines tell when that lasts.
    """
    done, still = 0, {}
    unproved = (one.doi for one in depositor.statuses() if depositor.is_unproved(one))
    for doi in unproved if most and depositor.observable else ():
        tries, due = state.lookups.get(doi.key, (0, clock()))
        still[doi.key] = (tries, due)
        if done >= most or stop() or due > clock():
            continue
        try:
            status = depositor.look_up(doi)
        except RegistrarError as error:
            # The schedule stays as it was: at worst a DOI is looked up once more than was needed.
            logger.warning("look-ups ended early: %s", error.message)
            return done
        done += 1
        if not depositor.is_unproved(status):
            del still[doi.key]
        else:
            # The pause doubles each time, and reaches its bound with the ninth doubling.
            still[doi.key] = (tries + 1, clock() + min(FIRST_PAUSE * 2 ** min(tries, 12), LONGEST_PAUSE))
    state.lookups = still
    return done
