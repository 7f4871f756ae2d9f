"""Correct, retract, withdraw or remove a work: what two records have to say, and what two pages have to show.

The notice is a record with a DOI of its own that says what it does to the other one (`updates`, Crossmark). The other
one keeps its DOI and its metadata, and says in its title what became of it; posted content, which has no Crossmark,
says so in its `status`. Sources: Crossref documentation, "registering updates"; NISO RP-45-2024 for the pages.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from doideposit.files import from_here
from doideposit.findings import Finding, Severity, Where
from doideposit.health.works import commentaries_in
from doideposit.records.editing import Append, Edit, Edited, Set
from doideposit.records.editing.files import Editable
from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.record import Record
from doideposit.records.models.relations import UpdateType
from doideposit.records.models.series import RecordType, Series
from doideposit.records.sources.parsing import ParsedRecord
from doideposit.records.sources.reading import read_path

__all__ = ["Correction", "CorrectionRequest", "SingleRecord"]

# Rows of tables have no place for the two records that a correction needs.
_TABLES: Final = frozenset({".csv", ".tsv", ".jsonl", ".ndjson"})
_NO_POLICY: Final = (
    "register a page that says how you correct and retract, then write its DOI into the series: "
    '`crossmark_policy = "10.…"`; the how-to for corrections has the file for that page'
)


# By the type of an update that ends the life of a work: the mark in its title, and the status of posted content.
_MARKS: Final[Mapping[UpdateType, tuple[str, str]]] = {
    UpdateType.RETRACTION: ("RETRACTED: ", "withdrawn"),
    UpdateType.WITHDRAWAL: ("WITHDRAWN: ", "withdrawn"),
    UpdateType.REMOVAL: ("REMOVED: ", "removed"),
}


@dataclass(frozen=True, slots=True)
class SingleRecord:
    """Hold a record file with one record; `edited` is the edit of the file that is not written yet, if there is one."""

    record: Record
    path: Path
    edited: Edited | None = None

    @property
    def commentary(self) -> Commentary:
        """Return what the record says."""
        return self.record.commentary

    @property
    def doi(self) -> Doi:
        """Return its DOI."""
        return self.record.commentary.doi

    def changed(self, edits: Sequence[Edit], series: Mapping[str, Series]) -> "SingleRecord | tuple[Finding, ...]":
        """Return a record as its file will say it after the edits, which are not written; or why it cannot be."""
        edited = None
        if edits:
            editable = Editable.open(self.path)
            made = editable if isinstance(editable, Finding) else editable.edit(*edits)
            if isinstance(made, Finding):
                return (made,)
            edited = made
        raw = next(iter(read_path(self.path)), None)
        if raw is None or isinstance(raw, Finding):
            return (raw or _finding("correct-no-record", f"{self.path} contains no record", "check the file"),)
        # The edits were decided for the record as it was found: of two people who correct it at the same moment, the
        # second would add what the first has just written.
        now = ParsedRecord.of(raw, series=series, is_registered=lambda _doi, _number: True).record
        if now is not None and now.commentary != self.commentary:
            message = f"the record in {self.path} is not the one that was corrected: somebody else changed it meanwhile"
            return (
                _finding("file-changed", message, "run the command again, which reads what it says now", self.path),
            )
        # The same edits on what was read: files and headers spell keys in their own way, and records do not.
        data = dict(raw.data)
        for edit in edits:
            data = edit.applied_to(data)
        parsed = ParsedRecord.of(replace(raw, data=data), series=series, is_registered=lambda _doi, _number: True)
        return parsed.findings if parsed.record is None else SingleRecord(parsed.record, self.path, edited)

    @staticmethod
    def find(
        text: str, folders: Sequence[Path], series: Mapping[str, Series], *, what: str
    ) -> "SingleRecord | Finding":
        """Return the record file that a DOI, a number or a path names.

        The finding says why there is none, or no one.
        """
        named = Path(text)
        places = [named] if named.exists() else folders
        found = []
        for commentary, origin in commentaries_in(places, series):
            wanted = named.exists() or text.casefold() in {commentary.doi.key, (commentary.number or "").casefold()}
            if wanted and origin.file is not None:
                found.append((SingleRecord(Record(commentary, origin), Path(origin.file)), origin.index))
        if len(found) > 1:
            message = f"several records match {text}"
            return _finding("correct-no-record", message, "give the DOI, or the path of the record")
        if not found or found[0][1] is not None or found[0][0].path.suffix.lower() in _TABLES:
            places_named = ", ".join(str(from_here(place)) for place in places)
            where = "the folder you are in" if places_named == "." else places_named
            message = f"no record file in {where} contains {text}, {what}, and nothing else"
            hint = "give the folder of your records after it; move a record in a table or a list to a file of its own"
            if not found and what == ORIGINAL:
                hint += "; `doideposit adopt DOI` writes a record file for a DOI registered elsewhere"
            return _finding("correct-no-record", message, hint)
        return found[0][0]


@dataclass(frozen=True, slots=True)
class CorrectionRequest:
    """Say what somebody wants: what is done to which work, by which notice, on which day, and why.

    `type` is the type of the update. `day` is None where the notice says it already.
    """

    original: SingleRecord
    notice: SingleRecord | None
    day: date | None
    type: UpdateType
    reason: str = ""

    @property
    def mark(self) -> str:
        """Return what the title of the work begins with afterwards; empty for a correction."""
        return _MARKS.get(self.type, ("", ""))[0]

    @property
    def status(self) -> str:
        """Return the status that posted content has afterwards; empty for a correction."""
        return _MARKS.get(self.type, ("", ""))[1]

    def decide(self, series: Mapping[str, Series], today: date) -> "Correction | tuple[Finding, ...]":
        """Return what has to be changed and sent, or all findings that prevent it."""
        faults = tuple(_find_faults(self, today))
        if faults:
            return faults
        day = self.day or _decision_day(self) or today
        notice = None
        if self.notice is not None:
            notice = self.notice.changed(tuple(_notice_edits(self, day)), series)
        original = self.original.changed(tuple(_original_edits(self, day)), series)
        found = tuple(finding for part in (notice, original) if isinstance(part, tuple) for finding in part)
        if found or isinstance(notice, tuple) or isinstance(original, tuple):
            return found
        return Correction(self, day, notice, original)


@dataclass(frozen=True, slots=True)
class Correction:
    """Hold everything that belongs together: the notice, which goes first, and the work that it is about."""

    request: CorrectionRequest
    day: date
    notice: SingleRecord | None
    original: SingleRecord

    @property
    def changed(self) -> tuple[SingleRecord, ...]:
        """Return both records in the order in which they are sent."""
        return tuple(changed_record for changed_record in (self.notice, self.original) if changed_record is not None)

    def checklist(self) -> Mapping[str, tuple[str, ...]]:
        """Return what the landing pages have to show, by the address of each, before anything is sent."""
        request, original = self.request, self.original.record.commentary
        pages: dict[str, tuple[str, ...]] = {}
        link = f"https://doi.org/{_notice_doi(request)}" if request.notice else ""
        if request.notice is not None:
            names = ", ".join(filter(None, (author.display for author in original.authors)))
            pages[_page_address(request.notice.commentary)] = (
                "everybody can read it, without a login",
                f"its title says “{request.type.value.replace('_', ' ').capitalize()}” and the title of the work",
                *((f"the authors of the work: {names}",) if names else ()),
                f"the date {self.day}, who decided it, and why",
                f"a link to https://doi.org/{original.doi}, and its own DOI",
            )
        shown = [f"the page stays at this address, with a link to {link}, dated {self.day}"] if link else []
        if request.mark:
            word = request.mark.strip(": ").capitalize()
            shown += [f"the word “{word}” before the title, on the page and in its tags (`doideposit tags`)"]
        if request.type is UpdateType.REMOVAL:
            shown += ["title, authors and date stay, and a sentence says why the text is gone"]
        elif request.mark:
            shown += [
                f"the word “{word}” on every page of the PDF",
                "the day of publication beside the day of the notice",
            ]
        pages[_page_address(original)] = tuple(shown)
        return pages


ORIGINAL: Final = "the work that is corrected"
NOTICE: Final = "the notice"


def _finding(code: str, message: str, hint: str, path: Path | None = None) -> Finding:
    return Finding(code, Severity.ERROR, message, hint, Where(file=str(path) if path else None))


def _is_posted(found: SingleRecord) -> bool:
    return found.commentary.series.record_type is RecordType.POSTED


def _existing_updates(request: CorrectionRequest) -> Iterator[tuple[UpdateType, date]]:
    """Yield what the notice says already that it does to the work, and when."""
    for update in request.notice.commentary.updates if request.notice else ():
        if update.doi == request.original.commentary.doi:
            yield update.type, update.date


def _decision_day(request: CorrectionRequest) -> date | None:
    status = request.original.commentary.status
    days = [day for _, day in _existing_updates(request)]
    return days[0] if days else status.date if status else None


def _find_faults(request: CorrectionRequest, today: date) -> Iterator[Finding]:
    yield from _find_notice_faults(request)
    day = request.day or _decision_day(request)
    if day is None:
        yield _finding("correct-no-date", "the date of the decision is missing", "give it: --date 2026-06-01")
        return
    if day > today:
        yield _finding("correct-date", f"{day} is in the future", "give the date on which the notice appeared")
    published = request.original.commentary.published
    if day < published.first_day:
        message = f"{day} is before {request.original.commentary.doi} was published ({published})"
        yield _finding("correct-date", message, "give the date on which the notice appeared", request.original.path)


def _find_notice_faults(request: CorrectionRequest) -> Iterator[Finding]:
    original, notice = request.original, request.notice
    if notice is None:
        if not (_is_posted(original) and request.status):
            noun = request.type.value if request.mark else "correction"
            message = f"a {noun} needs a notice with a DOI of its own"
            yield _finding("correct-no-notice", message, "write a record for it, and give that: --notice RECORD")
        elif not request.reason and original.commentary.status is None:
            hint = 'give the reason for the readers: --reason "Withdrawn at the author\'s wish"'
            yield _finding("correct-no-notice", "without a notice, readers cannot see why", hint)
        return
    if notice.commentary.doi == original.commentary.doi:
        message = f"the notice and the work are the same: {notice.commentary.doi}"
        yield _finding(
            "correct-itself", message, "write a record for the notice, with a number of its own", notice.path
        )
        return
    for kind, day in _existing_updates(request):
        if kind is not request.type or (request.day is not None and day != request.day):
            message = f"the notice says of {original.commentary.doi}: {kind.value.replace('_', ' ')} of {day}"
            hint = "give that type and date, or correct `updates` in the record of the notice"
            yield _finding("correct-notice-differs", message, hint, notice.path)
    if not _is_posted(notice) and notice.commentary.effective_crossmark_policy is None:
        message = "the notice has no Crossmark policy, and Crossref accepts no update without one"
        yield _finding("correct-no-policy", message, _NO_POLICY, notice.path)


def _notice_edits(request: CorrectionRequest, day: date) -> Iterator[Edit]:
    doi, notice = request.original.commentary.doi, request.notice
    if notice is None:
        return
    if not _is_posted(notice):
        if not list(_existing_updates(request)):
            yield Append(("updates",), {"type": request.type.value, "doi": str(doi), "date": day.isoformat()})
    elif all(relation.identifier.casefold() != doi.key for relation in notice.commentary.relations):
        # Posted content has no Crossmark: a relation is all that leads from the notice to the work.
        yield Append(("relations",), {"type": "isRelatedMaterial", "identifier": str(doi)})


def _original_edits(request: CorrectionRequest, day: date) -> Iterator[Edit]:
    original = request.original.commentary
    if request.status and _is_posted(request.original):
        if original.status is None or original.status.type != request.status:
            text = request.reason or f"{request.status.capitalize()}: https://doi.org/{_notice_doi(request)}"
            yield Set(("status",), {"type": request.status, "date": day.isoformat(), "text": text})
    elif request.mark and not original.title.plain.upper().startswith(request.mark.strip()):
        yield Set(("title",), request.mark + original.title.source)


def _notice_doi(request: CorrectionRequest) -> str:
    return str(request.notice.commentary.doi) if request.notice else ""


def _page_address(commentary: Commentary) -> str:
    return str(commentary.url) if commentary.url else f"https://doi.org/{commentary.doi}"
