"""The report that lies beside a file: what happened to each record, and what to do now, in plain words."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from doideposit.identifiers import Doi, InvalidIdentifier
from doideposit.inbox.claims import Claim, Entry, Fate
from doideposit.reports.findings import counted, safe
from doideposit.workflow import Depositor, Truth

__all__ = ["headline", "report_text"]

WIDTH: Final = 100
WORDS: Final = {
    Fate.REGISTERED: "registered",
    Fate.UNCHANGED: "unchanged",
    Fate.REJECTED: "rejected",
    Fate.OPEN: "on its way",
    Fate.WAITING: "waiting",
}
TARGETS: Final = {
    "sandbox": "sandbox (simulated: nothing was registered for readers)",
    "test": "test (Crossref's test system: nothing was registered for readers)",
    "production": "production",
}


def headline(claim: Claim) -> str:
    """One line: how many records of the file ended how."""
    counts = Counter(entry.fate for entry in claim.entries or ())
    parts = [f"{counts[fate]} {WORDS[fate]}" for fate in WORDS if counts[fate]]
    return f"{safe(claim.name)}: " + (", ".join(parts) or "no record in it")


def report_text(claim: Claim, depositor: Depositor, inbox: Path, now: datetime) -> str:
    """The whole report; what needs a person stands first."""
    entries = claim.entries or ()
    bad = claim.rejected
    good = tuple(entry for entry in entries if entry.fate is not Fate.REJECTED)
    lines = [headline(claim), "", f"Taken in   {_time(claim.taken_in)}", f"Settled    {_time(now)}"]
    lines += [f"Target     {TARGETS.get(claim.target, claim.target)}", ""]
    if bad or not entries:
        lines += _what_to_do(claim, inbox)
        lines += [_underlined(f"Rejected: {counted(len(bad), 'record')}"), ""]
        lines += [line for entry in bad for line in (*_of_entry(entry, depositor), "")]
    if good:
        lines += [_underlined(f"In order: {counted(len(good), 'record')}"), ""]
        lines += [line for entry in good for line in (*_of_entry(entry, depositor), "")]
    return "\n".join(lines).rstrip() + "\n"


def _underlined(text: str) -> str:
    return f"{text}\n{'-' * len(text)}"


def _what_to_do(claim: Claim, inbox: Path) -> Iterator[str]:
    yield _underlined("What to do now")
    yield ""
    if not claim.entries:
        yield f"There is no record in {safe(claim.name)}. Look whether it is the right file."
    else:
        steps = [
            f"Correct {safe(claim.name)}, which lies beside this report. What is wrong with each record stands below.",
            f"Put the corrected file into the inbox again: {inbox}",
        ]
        if len(claim.rejected) < len(claim.entries):
            steps.append("Leave the other records in the file as they are: what is registered is not sent again.")
        if any(entry.batch_id for entry in claim.rejected):
            advice = "Where the fault was not in the file and is mended, send it as it is: doideposit deposit --retry "
            steps.append(advice + safe(claim.name))
        for number, step in enumerate(steps, 1):
            yield textwrap.fill(step, WIDTH, initial_indent=f"{number}. ", subsequent_indent="   ")
    yield ""


def _of_entry(entry: Entry, depositor: Depositor) -> Iterator[str]:
    name = _link(entry.doi) if entry.doi else "no DOI"
    place = f"  (record {int(entry.place[1:-1]) + 1} of the file)" if _is_index(entry.place) else ""
    yield f"{name}  {WORDS[entry.fate]}{place}"
    if entry.title:
        yield _wrapped(safe(entry.title))
    if entry.fate is Fate.REJECTED:
        yield from _why(entry)
    else:
        yield from _proofs(entry, depositor)
    yield from (f"  {line}" for line in entry.lines)


def _why(entry: Entry) -> Iterator[str]:
    """Why it was rejected, unless the findings below say so in the same words."""
    if any(entry.says and entry.says in line for line in entry.lines):
        return
    if entry.says:
        yield _wrapped(f"why: {safe(entry.says)}")
    if entry.hint:
        yield _wrapped(f"do this: {safe(entry.hint)}")


def _proofs(entry: Entry, depositor: Depositor) -> Iterator[str]:
    if entry.says:
        yield _wrapped(f"Crossref: {safe(entry.says)}" if entry.fate is Fate.REGISTERED else safe(entry.says))
    status = depositor.status(entry.doi)
    for word, truth in (("received", status.received), ("registered", status.registration)):
        if truth:
            yield f"  {word:<11}{_proof(truth)}"
    if entry.fate is Fate.REGISTERED and entry.hint not in {"", "nothing to do"}:
        yield _wrapped(f"do this: {safe(entry.hint)}")


def _proof(truth: Truth) -> str:
    return f"{_time(truth.at)}  {safe(truth.proof)}" if truth.at else ""


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False)


def _link(doi: str) -> str:
    try:
        return Doi.parse(doi).url
    except InvalidIdentifier:
        return doi


def _is_index(place: str) -> bool:
    return place.startswith("[") and place.endswith("]") and place[1:-1].isdigit()


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def first_reasons(entries: Sequence[Entry], most: int) -> list[str]:
    """The first reasons, each with its DOI, for a mail."""
    lines = []
    for entry in entries[:most]:
        lines.append(_link(entry.doi) if entry.doi else f"record {entry.place}".strip())
        lines.append(f"  {safe(entry.says)}")
        if entry.hint:
            lines.append(f"  do this: {safe(entry.hint)}")
    if len(entries) > most:
        lines.append(f"and {len(entries) - most:,} more, in the report")
    return lines
