"""What Crossref warned about: conflicts, warnings and notices of each DOI, until they are settled or dismissed.

Pure, over the events of one DOI, oldest first: the history is the inbox, so that nothing is kept twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from doideposit.crossref.diagnostics.messages import KnownMessage
from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.deposits.reading_back import ResultDetails
from doideposit.errors import UsageError
from doideposit.findings import NOWHERE, Where
from doideposit.lifecycle import EventKind
from doideposit.records.identifiers import Doi

__all__ = ["CrossrefWarning", "WarningKind"]


class WarningKind(StrEnum):
    """Name what Crossref tells of a DOI that it registered; all but a notice want a person."""

    CONFLICT = "conflict"
    WARNING = "warning"
    NOTICE = "notice"


# A conflict is between two records; a third one would be another conflict.
TWO: Final = 2
CONFLICT: Final = "crossref-conflict"
UNKNOWN_HINT: Final = "the DOI is registered; check whether Crossref's message asks for a correction"


@dataclass(frozen=True, slots=True)
class CrossrefWarning:
    """Hold one thing that Crossref said of a DOI, since when, in its words and in ours, and what to do.

    `id` is short and never given twice; `others` are the other DOIs of a conflict, `conflict_id` Crossref's number of
    it. `dismissed` is why a person set it aside, None while nobody did.
    """

    id: str
    doi: Doi
    kind: WarningKind
    code: str
    since: datetime
    message: str
    hint: str
    original: str
    others: tuple[str, ...] = ()
    conflict_id: str = ""
    dismissed: str | None = None
    where: Where = NOWHERE

    @property
    def wants_person(self) -> bool:
        """Tell whether somebody has to look at it: a notice needs nobody."""
        return self.kind is not WarningKind.NOTICE and self.dismissed is None

    @property
    def key(self) -> tuple[str, ...]:
        """Return the identity of the warning, so that a later deposit does not repeat it."""
        if self.kind is WarningKind.CONFLICT:
            # The words of a conflict change with the DOIs in it, and its number does not.
            return (self.kind, *([self.conflict_id] if self.conflict_id else sorted(self.others)))
        return (self.kind, self.original)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "id": self.id,
            "doi": str(self.doi),
            "kind": self.kind.value,
            "code": self.code,
            "since": self.since.isoformat().replace("+00:00", "Z"),
            "message": self.message,
            "hint": self.hint,
            "original": self.original,
            "others": list(self.others),
            "conflict_id": self.conflict_id or None,
            "dismissed": self.dismissed,
            "file": self.where.file,
            "line": self.where.line,
            "field": self.where.field,
        }

    def answer_file(
        self, *, email: str, primary: str | None = None, alias: str | None = None, both: bool = False
    ) -> str:
        """Return the file that answers a conflict: one DOI stays, one becomes an alias, or `both` are works.

        Crossref takes such files as text with a header line; which DOI stays, or that both do, is a person's decision,
        so the file is written and never sent
        (https://support.crossref.org/hc/en-us/articles/215655183-Resolving-conflicts). Raises `UsageError` where the
        warning is not a conflict, or does not name the DOI.
        """
        if self.kind is not WarningKind.CONFLICT:
            raise UsageError(f"warning {self.id} is not a conflict", hint="`doideposit warnings` shows which ones are")
        if sum((primary is not None, alias is not None, both)) != 1:
            raise UsageError("say which DOI stays", hint="give --primary DOI, --alias DOI or --both")
        dois = (str(self.doi), *self.others)
        named = _choose_doi(dois, primary or alias)
        return "\n".join((*_answer_lines(dois, named, email, alias=alias is not None, both=both), ""))

    @staticmethod
    def all_of(doi: Doi, events: Iterable[LedgerEvent], settled: frozenset[str]) -> "tuple[CrossrefWarning, ...]":
        """Return the unsettled warnings of Crossref, dismissed ones included, oldest first.

        A conflict with a number stays until a result log, of this DOI or of another, names the number as resolved; all
        else stands for the latest deposit alone. `settled` are the numbers that logs of other DOIs resolved.
        """
        found: dict[tuple[str, ...], CrossrefWarning] = {}
        for event in events:
            if event.kind is EventKind.WARNING_DISMISSED:
                wanted = event.detail.get("warning", "")
                found = {key: _with_dismissal(warning, event, only=wanted) for key, warning in found.items()}
            elif event.kind is EventKind.ACKNOWLEDGED:
                found = {key: _with_dismissal(warning, event) for key, warning in found.items()}
            else:
                found = _standing_after(found, event, doi)
        return tuple(
            warning for warning in found.values() if warning.conflict_id not in settled or not warning.conflict_id
        )


def _with_dismissal(warning: CrossrefWarning, event: LedgerEvent, *, only: str | None = None) -> CrossrefWarning:
    mine = only is None or only == warning.id
    return replace(warning, dismissed=event.detail.get("reason", "")) if mine else warning


def _standing_after(
    before: Mapping[tuple[str, ...], CrossrefWarning], event: LedgerEvent, doi: Doi
) -> dict[tuple[str, ...], CrossrefWarning]:
    """Return the warnings that remain after a deposit took effect, or after a report was confirmed."""
    resolved = set(ResultDetails.read(event.detail).resolved_conflicts)
    new = {warning.key: warning for warning in _warnings_of_event(event, doi)}
    stays = {
        key: warning
        for key, warning in before.items()
        if warning.conflict_id not in resolved and (warning.conflict_id or event.kind is EventKind.WARNED or key in new)
    }
    # What comes again keeps its first id and day, and stays dismissed where somebody dismissed it.
    return stays | {key: warning for key, warning in new.items() if key not in stays}


def _warnings_of_event(event: LedgerEvent, doi: Doi) -> Iterator[CrossrefWarning]:
    details = ResultDetails.read(event.detail)
    if event.kind in {EventKind.REGISTERED_WITH_WARNING, EventKind.WARNED}:
        said = event.detail.get("message", "")
        known = KnownMessage.find(said, "warning")
        # The list of DOIs can be missing in a log, and the words then tell that it is a conflict.
        conflict = bool(details.dois_in_conflict or details.conflict_id) or (
            known is not None and known.code == CONFLICT
        )
        kind = WarningKind.CONFLICT if conflict else WarningKind.WARNING
        if conflict and known is None:
            known = KnownMessage.find("Added with conflict")
        warning = _make_warning(event, doi, kind, said, known)
        named = f": {', '.join(details.dois_in_conflict)}" if details.dois_in_conflict else ""
        others, number = details.dois_in_conflict, details.conflict_id
        yield replace(warning, message=warning.message + named, others=others, conflict_id=number)
    for part, said in enumerate(details.notices, 2):
        known = KnownMessage.find(said)
        if known is not None and known.kind == "notice":
            yield replace(_make_warning(event, doi, WarningKind.NOTICE, said, known), id=f"{event.id}.{part}")


def _make_warning(
    event: LedgerEvent, doi: Doi, kind: WarningKind, said: str, known: KnownMessage | None
) -> CrossrefWarning:
    if known is None:
        message = said or "Crossref registered the DOI with a warning and gave no reason"
        return CrossrefWarning(
            str(event.id),
            doi,
            kind,
            "crossref-warning",
            event.at,
            message,
            UNKNOWN_HINT,
            said,
            where=_place_in_record(event),
        )
    words = (known.explain(said), known.hint, said)
    return CrossrefWarning(str(event.id), doi, kind, known.code, event.at, *words, where=_place_in_record(event))


def _place_in_record(event: LedgerEvent) -> Where:
    """Return the place in the record that the message is about, as noted when the log was read."""
    line = event.detail.get("record_line", "")
    return Where(
        event.detail.get("record_file"), int(line) if line.isdigit() else None, field=event.detail.get("record_field")
    )


def _choose_doi(dois: Sequence[str], wanted: str | None) -> str:
    if wanted is None:
        return dois[0]
    found = next((doi for doi in dois if doi.casefold() == wanted.casefold()), None)
    if found is None:
        raise UsageError(f"{wanted} is none of the DOIs in this conflict", hint=f"name one of: {', '.join(dois)}")
    return found


def _answer_lines(dois: Sequence[str], named: str, email: str, *, alias: bool, both: bool) -> Iterator[str]:
    others = [doi for doi in dois if doi != named]
    if both:
        yield from (f"H:email={email};op=resolve", named)
    elif len(dois) == TWO:
        yield from (f"H:email={email};op={'alias' if alias else 'primary'}", named)
    elif alias:
        # Crossref rejects the operation `alias` on a conflict of more than two DOIs.
        hint = f"name the DOI that stays with --primary: {', '.join(others)}"
        raise UsageError(
            f"{len(dois)} DOIs are in this conflict: it is not clear of which one it becomes an alias", hint=hint
        )
    else:
        yield f"H:email={email};op=force_alias;delim=tab"
        yield from (f"{named}\t{other}" for other in others)
