"""A folder that people drop records into: taken in one by one, followed to the end, and put away with a report."""

from doideposit.job.inbox.claims import Claim, ClaimedEntry, EntryStatus
from doideposit.job.inbox.folders import Folders
from doideposit.job.inbox.lock import FileLock
from doideposit.job.inbox.run import InboxPass
from doideposit.job.inbox.summary import PassReport, Settled
from doideposit.job.inbox.waiting import Waiting, find_waiting

__all__ = [
    "Claim",
    "ClaimedEntry",
    "EntryStatus",
    "FileLock",
    "Folders",
    "InboxPass",
    "PassReport",
    "Settled",
    "Waiting",
    "find_waiting",
]
