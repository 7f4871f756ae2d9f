"""A folder that people drop records into: taken in one by one, followed to the end, and put away with a report."""

from doideposit.inbox.claims import Claim, Entry, Fate
from doideposit.inbox.folders import Folders
from doideposit.inbox.lock import Lock
from doideposit.inbox.outcome import PassReport, Settled
from doideposit.inbox.passing import InboxPass

__all__ = ["Claim", "Entry", "Fate", "Folders", "InboxPass", "Lock", "PassReport", "Settled"]
