"""The report that is beside a file: what happened to each record, and what to do now, in plain words."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from doideposit.deposits.values import Proof, WorkStatus
from doideposit.files import as_typed
from doideposit.findings import counted
from doideposit.job.inbox.claims import Claim, ClaimedEntry, EntryStatus
from doideposit.job.inbox.folders import Folders
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.sources.reading import DOCUMENTS, SUFFIXES
from doideposit.reports.findings import safe

__all__ = ["FileReport"]

# Columns of a line; longer sentences are wrapped.
WIDTH: Final = 100
# How many lines a mail says about one record; the report beside the file says everything.
LINES_IN_MAIL: Final = 40
WORDS: Final = {
    EntryStatus.REGISTERED: "registered",
    EntryStatus.UNCHANGED: "unchanged",
    EntryStatus.REJECTED: "rejected",
    EntryStatus.OPEN: "on its way",
    EntryStatus.WAITING: "waiting",
}
TARGETS: Final = {
    "sandbox": "sandbox (simulated: nothing was registered for readers)",
    "test": "test (Crossref's test system: nothing was registered for readers)",
    "production": "production",
}


@dataclass(frozen=True, slots=True)
class FileReport:
    """Say of a file that was taken in what happened to its records."""

    claim: Claim

    @property
    def headline(self) -> str:
        """Return one line: how many records of the file ended how."""
        counts = Counter(entry.status for entry in self.claim.entries or ())
        parts = [f"{counts[status]} {WORDS[status]}" for status in WORDS if counts[status]]
        return f"{safe(self.claim.name)}: " + (", ".join(parts) or "no record in it")

    def text(self, statuses: Mapping[str, WorkStatus], folders: Folders, place: Path, now: datetime) -> str:
        """Return the whole report, what needs a person first. `place` is the destination of the file.

        The first line and those with target, time and DOIs keep their form: `DoneFiles` reads them before it archives
        a file. `statuses` are those of the DOIs in the file, by the text that the file has for each.
        """
        claim = self.claim
        entries = claim.entries or ()
        bad = claim.rejected
        good = tuple(entry for entry in entries if entry.status is not EntryStatus.REJECTED)
        lines = [self.headline, "", f"Taken in   {_time_text(claim.taken_in)}", f"Settled    {_time_text(now)}"]
        lines += [f"Target     {TARGETS.get(claim.target, claim.target)}", ""]
        if bad or not entries:
            lines += _what_to_do(claim, folders.shown(folders.root), place)
        if bad:
            lines += _underlined(f"Rejected: {counted(len(bad), 'record')}")
            lines += [line for entry in bad for line in (*_rejected_lines(claim, entry), "")]
        if good:
            lines += _underlined(f"In order: {counted(len(good), 'record')}")
            lines += [line for entry in good for line in (*_accepted_lines(claim, entry, statuses.get(entry.doi)), "")]
        return "\n".join(lines).rstrip() + "\n"

    def first_reasons(self, most: int) -> Sequence[str]:
        """Return the first reasons, each with its DOI, for a mail."""
        claim, lines = self.claim, []
        for entry in claim.rejected[:most]:
            lines += [_entry_name(claim, entry), *(f"  {line}" for line in _rejection_reasons(entry))]
        if len(claim.rejected) > most:
            lines.append(f"and {len(claim.rejected) - most:,} more, in the report")
        return lines


def _underlined(text: str) -> tuple[str, ...]:
    return text, "-" * len(text), ""


def _what_to_do(claim: Claim, inbox: str, place: Path) -> Iterator[str]:
    yield from _underlined("What to do now")
    if not claim.entries:
        yield f"There is no record in {safe(claim.name)}. Check that it is the right file."
    else:
        for number, step in enumerate(_next_steps(claim, inbox, place), 1):
            text, _, command = step.partition("\n")
            yield _fill_lines(text, f"{number}. ", "   ")
            if command:
                yield f"     {command}"
    yield ""


def _next_steps(claim: Claim, inbox: str, place: Path) -> Iterator[str]:
    """Yield what to do; each command is on a line of its own, to be copied."""
    if place.suffix.lower() not in SUFFIXES | DOCUMENTS | {".xml", ""}:
        yield (
            f"{safe(place.name)} is not a record. For a finished document, this command drafts one, in the folder "
            "of the "
            f"configuration; read the draft, and fill in what is missing:\ndoideposit extract {as_typed(place)} -o "
            "NUMBER.yaml"
        )
        yield f"Put the record, not the document, in the inbox, which is the folder {inbox}"
        return
    yield f"Correct {safe(place.name)}, which is beside this report. The errors are listed below."
    yield f"Put the corrected file in the inbox again, which is the folder {inbox}"
    if len(claim.rejected) < len(claim.entries or ()):
        yield "Leave the other records in the file: registered records are not sent again."
    if any(entry.batch_id for entry in claim.rejected):
        command = f"doideposit deposit --target {claim.target} --retry {as_typed(place)}"
        yield f"If the error was elsewhere, and is corrected, send the file as it is:\n{command}"


def _rejected_lines(claim: Claim, entry: ClaimedEntry) -> Iterator[str]:
    yield from _title_lines(claim, entry)
    if entry.lines:
        yield from (f"  {line}" for line in entry.lines)
    else:
        yield _wrap(f"why: {safe(entry.says)}")
        if entry.hint:
            yield _wrap(f"what to do: {safe(entry.hint)}")
    yield from _remark_lines(entry)


def _accepted_lines(claim: Claim, entry: ClaimedEntry, status: WorkStatus | None) -> Iterator[str]:
    yield from _title_lines(claim, entry)
    if entry.says:
        yield _wrap(f"Crossref: {safe(entry.says)}" if entry.status is EntryStatus.REGISTERED else safe(entry.says))
    proofs = (("received", status.received), ("registered", status.registration)) if status else ()
    yield from (f"  {word:<11}{_proof_text(proof)}" for word, proof in proofs if proof)
    if entry.status is EntryStatus.REGISTERED and entry.hint not in {"", "nothing to do"}:
        yield _wrap(f"what to do: {safe(entry.hint)}")
    yield from _remark_lines(entry)


def _title_lines(claim: Claim, entry: ClaimedEntry) -> Iterator[str]:
    yield f"{_entry_name(claim, entry)}  {WORDS[entry.status]}"
    if entry.title:
        yield _wrap(safe(entry.title))


def _entry_name(claim: Claim, entry: ClaimedEntry) -> str:
    """Return the DOI as a link, and which record of the file it is where there are several."""
    index = entry.place[1:-1] if entry.place.startswith("[") else ""
    record = f"record {int(index) + 1} of the file" if index.isdigit() else ""
    # A table names its rows by their lines.
    record = f"line {entry.place[1:]} of the file" if entry.place[:1] == ":" else record
    if not entry.doi:
        return record or safe(claim.name)
    return _doi_for_readers(entry.doi, claim.target) + (f" ({record})" if record else "")


def _doi_for_readers(doi: str, target: str) -> str:
    """Return the DOI as a link where it can lead somewhere: no resolver knows those of sandbox and test."""
    try:
        return Doi.parse(doi).url if target == "production" else doi
    # The record may hold something else in place of a DOI, which is shown as it was written.
    except InvalidIdentifier:
        return doi


def _remark_lines(entry: ClaimedEntry) -> Iterator[str]:
    if entry.remarks:
        yield "  warnings, which stopped nothing:"
        yield from (_fill_lines(remark, "    - ", "      ") for remark in entry.remarks)


def _proof_text(proof: Proof) -> str:
    return f"{_time_text(proof.at)}  {safe(proof.text)}" if proof.at else ""


def _wrap(text: str) -> str:
    return _fill_lines(text, "  ", "  ")


def _fill_lines(text: str, first: str, rest: str) -> str:
    # Paths and addresses stay whole, so that they can be copied.
    wrapper = textwrap.TextWrapper(WIDTH, first, rest, break_long_words=False, break_on_hyphens=False)
    return wrapper.fill(text)


def _time_text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _rejection_reasons(entry: ClaimedEntry) -> Iterator[str]:
    """Return all reasons for the rejection, as far as a mail has room for them."""
    if not entry.lines:
        yield safe(entry.says)
        if entry.hint:
            yield f"what to do: {safe(entry.hint)}"
        return
    yield from entry.lines[:LINES_IN_MAIL]
    if len(entry.lines) > LINES_IN_MAIL:
        yield "and more, in the report"
