"""What the pages work on: settings, record files, drafts, and a depositor of each target when it is first needed."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from flask import abort

from doideposit.checks.checking import Checker
from doideposit.config.settings import Settings
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.plans.document import PlanFile
from doideposit.errors import PlanUnusable
from doideposit.records.extraction.draft import Draft as Extracted
from doideposit.records.extraction.manuscript import Manuscript
from doideposit.records.models.series import Series
from doideposit.web.afterwards import Afterwards, Start
from doideposit.web.desk.drafts import Drafts, SavedDraft
from doideposit.web.desk.look_ups import LookUps

__all__ = ["ReadDocument", "Workplace"]

# Read the bytes of a document of that name, and draft a record of it.
ReadDocument = Callable[[bytes, str], tuple[Manuscript, Extracted]]


class Workplace:
    """Hold what every page needs. Safe from several threads."""

    def __init__(
        self,
        settings: Settings,
        open_depositor: Callable[[str], Depositor],
        drafts: Drafts,
        clock: Callable[[], datetime],
        read_document: ReadDocument,
        open_checker: Callable[[], Checker],
        *,
        look_ups: LookUps | None = None,
        start: Start = Afterwards.in_thread,
    ) -> None:
        self.settings = settings
        self.drafts = drafts
        self.clock = clock
        self.read_document = read_document
        self.look_ups = look_ups
        self._open = open_depositor
        self._open_checker = open_checker
        self._start = start
        self._depositors: dict[str, Depositor] = {}
        self._following: dict[str, Afterwards] = {}
        self._checker: Checker | None = None
        self._lock = threading.Lock()

    @property
    def series(self) -> Mapping[str, Series]:
        """Return the series of the configuration."""
        return self.settings.series

    @property
    def publisher(self) -> str:
        """Return the name that heads every page."""
        depositor = self.settings.depositor
        return depositor.name if depositor else "doideposit"

    @property
    def records(self) -> Path:
        """Return the folder of the record files."""
        return self.settings.desk.records

    def depositor(self, target: str) -> Depositor:
        """Return the depositor of a target; answers 404 for one that the pages are not about."""
        if target not in {"sandbox", self.settings.target}:
            abort(404)
        with self._lock:
            if target not in self._depositors:
                self._depositors[target] = self._open(target)
            return self._depositors[target]

    def following_up(self, target: str) -> Afterwards:
        """Return what sends and polls at a target once the page is answered: no page waits for Crossref."""
        depositor = self.depositor(target)
        with self._lock:
            return self._following.setdefault(target, Afterwards(lambda: depositor.poll().error, self._start))

    @property
    def checker(self) -> Checker:
        """Return what checks records, as strictly as the target wants it."""
        with self._lock:
            if self._checker is None:
                self._checker = self._open_checker()
            return self._checker

    def draft(self, name: str) -> SavedDraft:
        """Return the newest version of a draft; answers 404 where there is none."""
        found = self.drafts.one(name)
        if found is None:
            abort(404)
        return found

    def plan_path(self, draft: SavedDraft, target: str) -> Path:
        """Return the path of the plan file that is kept beside a draft."""
        return self.drafts.kept_file(draft, f"plan-{target}-{draft.version}.json")

    def kept_plan(self, draft: SavedDraft, target: str) -> PlanFile | None:
        """Return the plan that was made of this version of the draft; None where there is none that can be used."""
        path = self.plan_path(draft, target)
        try:
            return self.depositor(target).plans.read(path) if path.exists() else None
        # A plan that was changed or damaged on the disk is not used.
        except PlanUnusable:
            return None

    def close(self) -> None:
        """Wait for work under way, and close every depositor."""
        for afterwards in self._following.values():
            afterwards.close()
        with self._lock:
            for depositor in self._depositors.values():
                depositor.close()
            self._depositors.clear()
