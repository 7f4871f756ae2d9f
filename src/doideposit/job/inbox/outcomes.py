"""What became of a record: from what planning said about it, and then from what the ledger knows of its deposit."""

import re
from collections.abc import Sequence
from dataclasses import replace

from doideposit.deposits.planning import Action
from doideposit.deposits.values import ReportEntry
from doideposit.findings import Finding, Severity
from doideposit.job.inbox.claims import Claim, ClaimedEntry, EntryStatus
from doideposit.lifecycle import RetryClass
from doideposit.records.sources.files import shown_lines
from doideposit.reports.findings import detailed, in_order, safe

__all__ = ["entries_of"]


def entries_of(claim: Claim, made: Sequence[ReportEntry]) -> tuple[ClaimedEntry, ...]:
    """Return the records of a file after they were planned and recorded."""
    source_lines = _SourceLines(claim)
    earlier = {(entry.place, entry.doi): entry for entry in claim.entries or ()}
    found = []
    for one in made:
        entry = _make_entry(one, one.source.removeprefix(str(claim.file)), source_lines)
        before = earlier.get((entry.place, entry.doi))
        found.append(entry if before is None else replace(entry, tries=before.tries))
    return _hold_together(made, found)


def _make_entry(made: ReportEntry, place: str, source_lines: "_SourceLines") -> ClaimedEntry:
    status = made.status
    reached, batch_id = _status_of(made)
    stopping = [finding for finding in made.findings if finding.stops]
    first = stopping[0] if stopping else None
    return ClaimedEntry(
        place=place,
        doi=str(made.doi or ""),
        status=reached,
        batch_id=batch_id,
        title=status.title if status else "",
        says=source_lines.plain(first.message) if first else made.reason,
        hint=source_lines.plain(first.hint) if first else "",
        lines=source_lines.rendered(stopping),
        remarks=source_lines.remarks(made.findings),
    )


def _status_of(made: ReportEntry) -> tuple[EntryStatus, str]:
    submission = made.status.submission if made.status else None
    batch_id = submission.batch_id if submission else ""
    match made.action:
        case Action.REGISTER | Action.UPDATE:
            return EntryStatus.OPEN, batch_id
        case Action.UNCHANGED if made.status is not None and made.status.is_open:
            return EntryStatus.OPEN, batch_id
        case Action.UNCHANGED:
            return EntryStatus.UNCHANGED, batch_id
        case _:
            return (EntryStatus.WAITING if _may_go_later(made) else EntryStatus.REJECTED), batch_id


def _may_go_later(made: ReportEntry) -> bool:
    """Tell whether a blocked record can be sent unchanged at another time."""
    codes = {finding.code for finding in made.findings if finding.stops}
    later = made.status is not None and made.status.retry is RetryClass.LATER
    return later and codes == {"plan-failed-before"}


def _hold_together(made: Sequence[ReportEntry], entries: Sequence[ClaimedEntry]) -> tuple[ClaimedEntry, ...]:
    """Let a record wait as long as another of its ready-made file waits."""
    held = [{finding.code for finding in one.findings if finding.stops} == {"plan-batch-blocked"} for one in made]
    moving = any(entry.status in {EntryStatus.WAITING, EntryStatus.OPEN} for entry in entries)
    pairs = zip(entries, held, strict=True)
    return tuple(replace(entry, status=EntryStatus.WAITING) if each and moving else entry for entry, each in pairs)


class _SourceLines:
    """Show findings of one file as people read them: under the name they know it by, with the lines they point at."""

    def __init__(self, claim: Claim) -> None:
        self._path = claim.file
        self._name = claim.name
        self._folders = re.compile(re.escape(f"{claim.folder.parent}/") + "[^/]+/")
        self._lines: tuple[str, ...] | None = None

    def plain(self, text: str) -> str:
        """Return the text with the names of files in place of where they are at the moment."""
        return self._folders.sub("", text)

    def rendered(self, findings: Sequence[Finding]) -> tuple[str, ...]:
        """Return every finding with the line it points at, and what to do."""
        lines = detailed([self._with_file_name(each) for each in in_order(findings)], self._source_line)
        return tuple("".join(span.text for span in line).removeprefix("-  ").rstrip() for line in lines)

    def remarks(self, findings: Sequence[Finding]) -> tuple[str, ...]:
        """Return the warnings, in one line each."""
        warnings = [each for each in in_order(findings) if each.severity is Severity.WARNING]
        places = [f"line {warning.where.line}: " if warning.where.line else "" for warning in warnings]
        return tuple(
            safe(f"{place}{self.plain(each.message)} ({each.code})")
            for place, each in zip(places, warnings, strict=True)
        )

    def _with_file_name(self, finding: Finding) -> Finding:
        file = self.plain(finding.where.file) if finding.where.file else None
        where = replace(finding.where, file=file)
        return replace(finding, where=where, message=self.plain(finding.message), hint=self.plain(finding.hint))

    def _source_line(self, file: str, number: int) -> str | None:
        if file != self._name:
            return None
        if self._lines is None:
            self._lines = shown_lines(self._path) or ()
        return self._lines[number - 1] if 0 < number <= len(self._lines) else None
