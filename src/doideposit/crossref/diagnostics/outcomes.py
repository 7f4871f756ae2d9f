"""What a result log means for each DOI that was sent.

A DOI counts as registered through a Success or Warning of its own, in a completed log, and through nothing else: not
through counters, not through another DOI's record, not through the absence of failures.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from doideposit.crossref.diagnostics.log import Citation, LogRecord, ResultLog
from doideposit.crossref.diagnostics.messages import TITLE_LEVEL, KnownMessage
from doideposit.crossref.names import TIMESTAMP_TOO_OLD
from doideposit.findings import Finding, Severity
from doideposit.lifecycle import Outcome, RetryClass
from doideposit.records.identifiers import Doi

__all__ = ["BatchOutcome", "DoiOutcome", "NotFound", "Pending", "PollResult", "Unrecognized", "read"]


@dataclass(frozen=True, slots=True)
class DoiOutcome:
    """Tell what became of one DOI that was sent, and what proves it.

    `proof` names the log, or the look-up, that shows it; reading a log leaves it empty, because a log does not know
    under which file name it was fetched. `message` is Crossref's words, `finding` ours about them (None for a plain
    success) and `retry` whether sending again can help. `registered_timestamp` is the version Crossref says it
    holds, known from this DOI's own timestamp failure alone: when it equals ours, the deposit had been applied before.
    `inherited` is set for a failure of the file as a whole. `notices` are messages that change nothing.
    """

    doi: Doi
    outcome: Outcome
    message: str = ""
    finding: Finding | None = None
    retry: RetryClass = RetryClass.NEVER
    conflict_id: str | None = None
    dois_in_conflict: tuple[str, ...] = ()
    resolved_conflicts: tuple[str, ...] = ()
    registered_timestamp: int | None = None
    citations: tuple[Citation, ...] = ()
    deferred_citations: str | None = None
    notices: tuple[str, ...] = ()
    inherited: bool = False
    proof: str = ""

    @property
    def details(self) -> dict[str, str]:
        """Return the details that the ledger keeps beside the message, without empty ones."""
        found = {
            "conflict_id": self.conflict_id or "",
            "dois_in_conflict": " ".join(self.dois_in_conflict),
            "resolved_conflicts": " ".join(self.resolved_conflicts),
            "notices": " | ".join(self.notices),
            "matched_references": _json_by_key(self.citations, "resolved_reference"),
            "reference_errors": _json_by_key(self.citations, "error"),
        }
        return {name: text for name, text in found.items() if text}


def _json_by_key(citations: Iterable[Citation], status: str) -> str:
    """Return the log's statements about references, by their keys, as JSON; empty if there are none.

    A citation that Crossref split in two has ``#cr-split`` and a number after its key (community.crossref.org/t/11995).
    """
    found = {key.partition("#cr-split")[0]: text for key, its_status, text in citations if its_status == status}
    return json.dumps(found, ensure_ascii=False, sort_keys=True) if found else ""


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """Hold a completed log: one outcome for each DOI that was sent, in that order, and failures of the whole file."""

    submission_id: str | None
    batch_id: str | None
    outcomes: tuple[DoiOutcome, ...]
    file_failures: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """Say that Crossref is not done with the file: `status` is a word of `_WAITING`, such as ``queued``."""

    status: str
    submission_id: str | None = None


@dataclass(frozen=True, slots=True)
class NotFound:
    """Say that Crossref does not see the file, or not yet: by itself no sign that it was not received."""

    submission_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unrecognized:
    """Say that the answer is no log that can be understood, so neither success nor failure; `reason` tells what it is.

    `is_there` is set where it is a log of this very file anyway: then Crossref has the file.
    """

    reason: str
    submission_id: str | None = None
    is_there: bool = False


# What an answer to "what became of this file?" can be.
PollResult = Pending | NotFound | Unrecognized | BatchOutcome

# A failure of the file as a whole: Crossref's words, ours, and whether sending again can help.
Inherited = tuple[str, Finding, RetryClass]

# What Crossref calls a file that it has not finished; `queued_for_batch` and `submitted` are known from tests of other
# programs alone.
_WAITING: Final = frozenset({"queued", "queued_for_batch", "submitted", "in_process"})
# The values of the attribute `status` in a result log.
SUCCESS, WARNING = "success", "warning"
# What it calls a record; "error" is known from logs of files about conflicts.
_RECORD_STATUSES: Final = frozenset({SUCCESS, WARNING, "failure", "error"})
GOOD: Final = frozenset({SUCCESS, WARNING})
# Timestamps of 8 to 19 digits have been seen; a number longer than this is none.
MOST_DIGITS: Final = 60
# Logs name DOIs bare, and in some messages as an address.
_RESOLVER = re.compile(r"(https?://(dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
# The number that a deposit has to pass stands only in the words of the message.
_PREVIOUS = re.compile(r"previously submitted version ([0-9]+)", re.IGNORECASE)


def read(answer: bytes, *, dois: Sequence[Doi], batch_id: str) -> PollResult:
    """Read the answer about the submission `batch_id` that held `dois`; raises nothing."""
    try:
        log = ResultLog.parse(answer)
    except ValueError as fault:
        return Unrecognized(f"it answered with {fault}")
    # Crossref answers with the first match of a file name; a queued file has an empty batch id.
    if log.batch_id and log.batch_id != batch_id:
        return Unrecognized("this is the log of another submission with the same file name", log.submission_id)
    if log.status == "unknown_submission":
        return NotFound(log.submission_id)
    # Old logs have no status at all; their counters come last, so a log that has them is whole.
    if log.status in _WAITING:
        return Pending(log.status, log.submission_id)
    strange = _unknown_status(log, dois)
    if strange is not None:
        words = f"Crossref answered with a result log whose {strange}: neither success nor failure"
        return Unrecognized(words, log.submission_id, is_there=True)
    return _resolve_batch(log, dois)


def _unknown_status(log: ResultLog, dois: Sequence[Doi]) -> str | None:
    """Name a status that Crossref is not known to give, of the file or of a DOI that was sent."""
    if log.status != "completed" and not (log.status == "" and log.has_batch_data):
        return f"status is “{log.status}”" if log.status else "end is missing"
    sent = {doi.key for doi in dois}
    odd = (record for record in log.records if record.status not in _RECORD_STATUSES and _key(record.doi) in sent)
    return next((f"record of {record.doi} has the status “{record.status}”" for record in odd), None)


def _resolve_batch(log: ResultLog, dois: Sequence[Doi]) -> BatchOutcome:
    by_doi: dict[str, list[LogRecord]] = {}
    for record in log.records:
        # One DOI can have several records in a log, for example one for each message about an ORCID iD.
        by_doi.setdefault(_key(record.doi), []).append(record)
    file_level = [record for record in log.records if _is_file_level(record)]
    # What the file as a whole suffered is worked out once: it can be long, and there can be ten thousand DOIs.
    inherited = _file_level_failure(file_level[0]) if file_level else None
    return BatchOutcome(
        submission_id=log.submission_id,
        batch_id=log.batch_id,
        outcomes=tuple(_resolve_doi(doi, by_doi.get(doi.key, []), inherited) for doi in dois),
        file_failures=tuple(_failure_finding(record) for record in file_level),
    )


def _resolve_doi(doi: Doi, records: list[LogRecord], inherited: Inherited | None) -> DoiOutcome:
    notices = [record for record in records if _is_notice(record)]
    own = [record for record in records if not _is_notice(record)]
    failed = [record for record in own if record.status not in GOOD]
    good = [record for record in own if record.status in GOOD]
    if good and all(_is_timestamp_failure(record) for record in failed):
        # Crossref logs the same DOI twice at times: once registered, once refused as registered already.
        notices, failed = notices + failed, []
    if failed:
        verdict = _failed_outcome(doi, failed)
    elif good:
        verdict = _registered_outcome(doi, good)
    elif inherited:
        message, finding, retry = inherited
        verdict = DoiOutcome(doi, Outcome.FAILED, message, finding, retry, inherited=True)
    else:
        # Nobody said that it was registered, so it is not: silence is never mistaken for success.
        verdict = _missing_outcome(doi)
    return _with_details(verdict, records, notices)


def _registered_outcome(doi: Doi, records: list[LogRecord]) -> DoiOutcome:
    # A warning says more than the success beside it, and the DOI is registered with either.
    warned = [record for record in records if record.status == WARNING]
    decisive = (warned or records)[0]
    outcome = Outcome.REGISTERED_WITH_WARNING if warned else Outcome.REGISTERED
    return DoiOutcome(doi, outcome, decisive.message, _warning_finding(decisive) if warned else None)


def _failed_outcome(doi: Doi, records: list[LogRecord]) -> DoiOutcome:
    # A timestamp failure is the mildest: it may mean that the deposit was applied before.
    decisive = min(records, key=_is_timestamp_failure)
    known = KnownMessage.find(decisive.message, "failure")
    finding, retry = _finding(known, decisive.message), _retry_class(known)
    registered = _registered_timestamp(decisive) if known and known.code == TIMESTAMP_TOO_OLD else None
    return DoiOutcome(doi, Outcome.FAILED, decisive.message, finding, retry, registered_timestamp=registered)


def _file_level_failure(record: LogRecord) -> Inherited:
    if not _is_title_level(record):
        known = KnownMessage.find(record.message, "failure")
        return record.message, _finding(known, record.message), _retry_class(known)
    # What failed is the series, not the item: a timestamp in the message, for one, is not the item's.
    cause = KnownMessage.find(TITLE_LEVEL.without(record.message), "failure")
    finding = _finding(TITLE_LEVEL, record.message)
    if cause is None:
        return record.message, finding, TITLE_LEVEL.retry
    sentence = f"{finding.message}: {cause.explain(record.message)}"
    return record.message, replace(finding, message=sentence, hint=cause.hint), cause.retry


def _missing_outcome(doi: Doi) -> DoiOutcome:
    finding = Finding(
        "crossref-no-record",
        Severity.ERROR,
        f"Crossref's result log does not mention {doi}",
        "look the DOI up at Crossref; if it is not registered, deposit it again, and write to support with the "
        "submission id",
    )
    return DoiOutcome(doi, Outcome.MISSING, finding=finding)


def _with_details(outcome: DoiOutcome, records: list[LogRecord], notices: list[LogRecord]) -> DoiOutcome:
    """Return the outcome with what its log records say besides: conflicts, matched references, notices."""
    return replace(
        outcome,
        conflict_id=next((record.conflict_id for record in records if record.conflict_id), None),
        dois_in_conflict=tuple(dict.fromkeys(other for record in records for other in record.dois_in_conflict)),
        resolved_conflicts=tuple(dict.fromkeys(other for record in records for other in record.resolved_conflicts)),
        citations=tuple(citation for record in records for citation in record.citations),
        deferred_citations=next((record.deferred_citations for record in records if record.deferred_citations), None),
        notices=tuple(record.message for record in notices),
    )


def _is_notice(record: LogRecord) -> bool:
    """Tell whether the record only informs: a failure never does, whatever its words say."""
    known = KnownMessage.find(record.message)
    return record.status in GOOD and known is not None and known.kind == "notice"


def _is_timestamp_failure(record: LogRecord) -> bool:
    known = KnownMessage.find(record.message, "failure")
    return known is not None and known.code == TIMESTAMP_TOO_OLD


def _is_file_level(record: LogRecord) -> bool:
    """Tell whether a failure concerns the whole file: it names no DOI, or says that the items were skipped."""
    names_none = not _key(record.doi).startswith("10.")
    return record.status not in GOOD and (names_none or _is_title_level(record))


def _is_title_level(record: LogRecord) -> bool:
    return TITLE_LEVEL.matches(record.line.lower())


def _failure_finding(record: LogRecord) -> Finding:
    return _finding(KnownMessage.find(record.message, "failure"), record.message)


def _finding(known: KnownMessage | None, original: str) -> Finding:
    if known is None:
        words = original or "Crossref rejected the record and gave no reason"
        hint = "read Crossref's message; Crossref support can explain it if you give the submission id"
        return Finding("crossref-unknown", Severity.ERROR, words, hint, original=original)
    return Finding(known.code, Severity.ERROR, known.explain(original), known.hint, original=original)


def _warning_finding(record: LogRecord) -> Finding:
    known = KnownMessage.find(record.message, "warning")
    if known is None:
        words = record.message or "Crossref registered the DOI with a warning and gave no reason"
        hint = "the DOI is registered; check whether Crossref's message asks for a correction"
        return Finding("crossref-warning", Severity.WARNING, words, hint, original=record.message)
    others = ", ".join(record.dois_in_conflict)
    sentence = known.explain(record.message) + (f": {others}" if others else "")
    return Finding(known.code, Severity.WARNING, sentence, known.hint, original=record.message)


def _retry_class(known: KnownMessage | None) -> RetryClass:
    return known.retry if known else RetryClass.NEVER


def _registered_timestamp(record: LogRecord) -> int | None:
    """Return the registered version that a timestamp failure names, as an exact integer."""
    found = _PREVIOUS.search(record.line)
    return int(found[1]) if found and len(found[1]) <= MOST_DIGITS else None


def _key(doi: str) -> str:
    """Return the form DOIs are compared in. Only ASCII is folded: no other letter may turn into one of a DOI's."""
    bare = _RESOLVER.sub("", doi.strip(), count=1) if _RESOLVER.match(doi.strip()) else doi.strip()
    return bare.lower() if bare.isascii() else bare
