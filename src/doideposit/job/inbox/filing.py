"""Follow a file to its end, and put it into ``done/`` or ``rejected/`` with a report beside it."""

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from doideposit.crossref.names import TIMESTAMP_TOO_OLD
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.values import WorkStatus
from doideposit.files import disk_errors, move_noclobber, open_folder, write_atomic
from doideposit.job.inbox.claims import Claim, ClaimedEntry, EntryStatus
from doideposit.job.inbox.context import InboxContext
from doideposit.job.inbox.folders import REPORT_SUFFIX, Folders
from doideposit.job.inbox.report_text import FileReport
from doideposit.job.inbox.summary import Settled
from doideposit.lifecycle import RetryClass, State
from doideposit.records.identifiers import Doi

__all__ = ["settle"]

logger = logging.getLogger(__name__)

# A mail names so many reasons; the report beside the file has all.
REASONS_IN_MAIL: Final = 5
# Bytes at the beginning of a file in which the first record says which series it is of.
BEGINNING: Final = 65_536
# The key of the series as YAML, JSON and TOML write it.
_KEY: Final = r"""series["']?\s{0,4}[:=]\s{0,4}["']?"""


def settle(around: InboxContext, claim: Claim, statuses: Mapping[str, WorkStatus]) -> None:
    """Follow a file, and move it to its folder when all its records are final. Raises `DiskError`, `LedgerError`.

    `statuses` are where its DOIs are, by the text that the file has for each.
    """
    if claim.going_to:
        _move_to_place(around, claim)
        return
    if claim.entries is None or claim.target != around.depositor.target:
        return
    if claim.changed:
        # Somebody was slow, and continued writing: what is new in the file goes out, and the rest is not sent again.
        logger.warning("%s changed after it was checked: it is planned again", claim.name)
        replace(claim, entries=None, stamp="").save()
        around.step("planned again")
        return
    around.report.in_files.update(entry.doi for entry in claim.entries)
    now = replace(
        claim,
        entries=tuple(_updated_entry(entry, statuses.get(entry.doi), around.depositor) for entry in claim.entries),
    )
    if now.settled:
        _decide_place(around, now, statuses)
    elif now.entries != claim.entries:
        now.save()
        around.step("followed")


def _decide_place(around: InboxContext, claim: Claim, statuses: Mapping[str, WorkStatus]) -> None:
    """Write the report, then record the destination: a later run can only do the same."""
    folder = around.folders.rejected if claim.rejected or not claim.entries else around.folders.done
    place = folder / _free_name(folder, claim.name)
    write_atomic(
        claim.report,
        FileReport(claim).text(statuses, around.folders, place, around.clock()),
        mode=around.folders.report_mode,
    )
    around.step("report written")
    decided = replace(claim, going_to=f"{folder.name}/{place.name}")
    decided.save()
    around.step("decided")
    _move_to_place(around, decided)


def _move_to_place(around: InboxContext, claim: Claim) -> None:
    with disk_errors(claim.folder, "cannot be moved"):
        target = _move_file(around, claim)
        around.step("file placed")
        if claim.report.exists():
            reports = (target.parent / name for name in Folders.numbered_names(target.name + REPORT_SUFFIX))
            with open_folder(target.parent) as folder:
                next(path for path in reports if move_noclobber(claim.report, path, folder=folder))
        around.step("report placed")
        settled = Settled(claim.name, target, FileReport(claim).headline, claim.stamp)
        if not settled.ok and around.notes:
            _write_note(around, claim, settled)
            around.step("note written")
        Folders.remove_claim(claim.folder)
    around.step("put away")
    around.report.settled.append(settled)
    level = logging.INFO if settled.ok else logging.WARNING
    logger.log(level, "%s", settled.headline, extra={"file": str(target)})


def _move_file(around: InboxContext, claim: Claim) -> Path:
    """Move the file to where it was decided, unless an earlier run had done so, and return the place."""
    target = around.folders.root / claim.going_to
    # Anyone who may write into the inbox could replace `done` by a link while the pass runs.
    with open_folder(target.parent) as folder:
        if not os.path.lexists(claim.file) or move_noclobber(claim.file, target, folder=folder):
            return target
    # Someone put another file there since it was decided.
    claim = replace(claim, going_to=f"{target.parent.name}/{_free_name(target.parent, claim.name)}")
    claim.save()
    return _move_file(around, claim)


def _free_name(folder: Path, name: str) -> str:
    """Return the first name that neither a file nor a report has in the folder."""
    taken = os.path.lexists
    return next(
        free
        for free in Folders.numbered_names(name)
        if not taken(folder / free) and not taken(folder / f"{free}{REPORT_SUFFIX}")
    )


def _publisher_of(around: InboxContext, claim: Claim, path: Path) -> str:
    """Return the publisher who should hear of a rejected file.

    That is whose DOIs are in it. Where none can be read, the name of the file and what is written in it may still name
    a series, a prefix or an ISSN of one publisher alone. Everything else is for those who look after the job.
    """
    publishers = around.depositor.publishers
    whose = {publishers.of(Doi.parse(entry.doi)) for entry in claim.entries or () if entry.doi}
    if whose or not publishers.further:
        return whose.pop() if len(whose) == 1 else ""
    with disk_errors(path, "cannot be read"), path.open("rb") as stream:
        beginning = stream.read(BEGINNING).decode("utf-8", "replace")
    # The name of the file comes first: its content may have been copied from a record of another publisher.
    named = (publishers.of_text(Path(claim.name).stem), publishers.of_text(beginning, named=_KEY))
    return next((publisher for publisher in named if publisher is not None), "")


def _write_note(around: InboxContext, claim: Claim, settled: Settled) -> None:
    """Write a note about a rejected file, which stays until a mail about it was sent."""
    shown = around.folders.shown
    note = {
        "key": f"file:{claim.id}",
        "publisher": _publisher_of(around, claim, settled.path),
        "title": settled.headline,
        "lines": FileReport(claim).first_reasons(REASONS_IN_MAIL),
        "action": (
            f"read {shown(settled.path)}{REPORT_SUFFIX}, correct the file beside it, and put it in "
            f"{shown(around.folders.root)} again"
        ),
    }
    write_atomic(around.folders.outbox / f"{claim.id}.json", json.dumps(note))


# How often the job sends again by itself what Crossref failed for a reason that may pass.
MOST_TRIES: Final = 3
# Failures of these classes may pass by themselves.
WORTH_ANOTHER_TRY: Final = frozenset({RetryClass.NOW, RetryClass.ONCE, RetryClass.LATER})


def _updated_entry(entry: ClaimedEntry, status: WorkStatus | None, depositor: Depositor) -> ClaimedEntry:
    """Return the entry as the ledger knows its deposit now, by the status of its DOI; None for an unknown one."""
    if entry.status is not EntryStatus.OPEN:
        return entry
    if status is None:
        return _entry_from_history(entry, depositor)
    if status.submission is None or status.submission.batch_id != entry.batch_id:
        # A look before sending may have recorded it again, in steps, or without others of its file.
        anew = depositor.works.recorded_anew(status.doi, entry.batch_id)
        if anew == entry.batch_id:
            return _entry_from_history(entry, depositor)
        return _updated_entry(replace(entry, batch_id=anew), status, depositor)
    if status.is_open:
        return entry
    entry = replace(entry, title=status.title or entry.title)
    if status.state is State.DONE and status.outcome is not None and status.outcome.is_registered:
        return replace(entry, status=EntryStatus.REGISTERED, says=status.message, hint=status.next_action, lines=())
    return _unregistered_entry(entry, status)


def _unregistered_entry(entry: ClaimedEntry, status: WorkStatus) -> ClaimedEntry:
    finding = status.finding
    says = finding.message if finding else status.message or "Crossref rejected it"
    again = status.state is State.DONE and (
        status.retry in WORTH_ANOTHER_TRY or (finding and finding.code == TIMESTAMP_TOO_OLD)
    )
    if again and entry.tries < MOST_TRIES:
        return replace(
            entry, status=EntryStatus.WAITING, says=says, hint="the job sends it again", tries=entry.tries + 1
        )
    return replace(entry, status=EntryStatus.REJECTED, says=says, hint=status.next_action, lines=())


def _entry_from_history(entry: ClaimedEntry, depositor: Depositor) -> ClaimedEntry:
    """Return the outcome of a deposit that is no longer the latest one of its DOI."""
    mine = [event for event in depositor.history(entry.doi) if event.batch_id == entry.batch_id]
    if not mine:
        # The ledger is older than the file, as after a restore. What was sent since is not known to it: planning it
        # again is safe, because Crossref takes the same content once more.
        again = "the ledger does not have its deposit (a backup was restored?): it is planned again"
        return replace(entry, status=EntryStatus.WAITING, batch_id="", says=again, hint="", tries=0)
    outcomes = [event.outcome for event in mine if event.outcome is not None]
    if any(outcome.is_registered for outcome in outcomes):
        return replace(
            entry, status=EntryStatus.REGISTERED, says="registered, and since then deposited again by another run"
        )
    hint = "another run has deposited its DOI again since then: nothing to do, if that content is right"
    return replace(entry, status=EntryStatus.REJECTED, says=mine[-1].text, hint=hint)
