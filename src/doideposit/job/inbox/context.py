"""What every part of a pass works with: the depositor, the folders, the clock, and the report that is filled."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.values import Progress, WorkStatus
from doideposit.errors import DoiDepositError
from doideposit.files import disk_errors
from doideposit.job.inbox.claims import Claim
from doideposit.job.inbox.folders import Folders
from doideposit.job.inbox.summary import PassReport
from doideposit.records.identifiers import Doi

__all__ = ["InboxContext"]

logger = logging.getLogger(__name__)


def _trusting() -> None:
    """Require nothing."""


@dataclass(frozen=True, slots=True)
class InboxContext:
    """Hold what a pass works with; `notes` says whether a rejected file leaves a note in the outbox, for a mail.

    `on_event` is told what the depositor does. `stop` is asked between steps; `step` is called with a name at every
    step, for tests. `require_same` raises `DiskError` where the folders of the job are no longer those that they were.
    """

    depositor: Depositor
    folders: Folders
    clock: Callable[[], datetime]
    report: PassReport
    notes: bool
    on_event: Callable[[Progress], None]
    stop: Callable[[], bool]
    step: Callable[[str], None]
    require_same: Callable[[], None] = _trusting

    def failed(self, error: DoiDepositError) -> None:
        """Note what went wrong outside, once, in the report and in the log."""
        if self.report.add_error(error):
            logger.error("%s", error.message, extra={"code": error.code, "hint": error.hint})

    def claims(self) -> Iterator[Claim]:
        """Yield every file that was taken in, in order of arrival; end early if asked to stop."""
        with disk_errors(self.folders.working, "cannot be read"):
            # Their names begin with the moment they were taken in.
            folders = sorted(self.folders.working.iterdir())
        for folder in folders:
            if self.stop():
                return
            self.require_same()
            if folder.name.startswith(".") or folder.is_symlink() or not folder.is_dir():
                continue
            with disk_errors(folder, "cannot be read"):
                claim = Claim.load(folder)
                if claim is None:
                    self.step("tidy")
                    Folders.remove_claim(folder)
                    continue
            yield claim

    def statuses(self, claims: Iterable[Claim]) -> dict[str, WorkStatus]:
        """Return where the DOIs of these files stand, by the text of each, with one question for hundreds of them."""
        texts = {entry.doi for claim in claims for entry in claim.entries or () if entry.doi}
        dois = {text: doi for text in texts if (doi := Doi.parse_or_none(text)) is not None}
        known = {status.doi.key: status for status in self.depositor.statuses(dois=dois.values())} if dois else {}
        return {text: known[doi.key] for text, doi in dois.items() if doi.key in known}
