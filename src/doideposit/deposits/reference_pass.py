"""One pass over the references of registered DOIs: read, check their DOIs, compare, and search for those without.

The references are those of the last deposit that took effect, or of the record that was taken over. What Crossref
matched by itself is in the result log, and later in the registered record.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeVar

from doideposit.checks.checking import TRIAL_BATCH, TRIAL_TIMESTAMP
from doideposit.checks.values import Checked
from doideposit.crossref.registrar import FoundWork
from doideposit.crossref.xml.existing import DepositItem
from doideposit.crossref.xml.references import references_alone
from doideposit.deposits.context import DepositContext, OnEvent, RegistryPort
from doideposit.deposits.given import Given
from doideposit.deposits.ledger.entries import LedgerWork
from doideposit.deposits.ledger.session import quiet
from doideposit.deposits.preflight import CitedAgencies
from doideposit.deposits.reading_back import ResultDetails
from doideposit.deposits.references import (
    CitedCandidate,
    ReferenceFeedback,
    ReferenceList,
    ReferencesReport,
    ReferenceState,
)
from doideposit.deposits.values import Progress
from doideposit.deposits.watching import Watcher
from doideposit.errors import (
    ConfigurationError,
    RegistrarError,
    RegistrarUnavailable,
    UnexpectedAnswer,
    UsageError,
    WorldError,
)
from doideposit.findings import Finding, Severity
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.origin import RawValue
from doideposit.registered.citations import (
    CitationDoubt,
    ComparedReference,
)
from doideposit.registered.reading import RegisteredRecord

__all__ = ["CitedReferences"]

# Questions at the same time: what Crossref allows who gives an address (REST API documentation, December 2025).
AT_ONCE: Final = 3
# Characters of a reference that are searched for; whole footnotes find less.
LONGEST_SEARCH: Final = 500
# So many candidates are asked for; Crossref's search gives the best ones first.
CANDIDATES: Final = 5
# Crossref's limit for lists with an address is three in a second.
SEARCHES_A_SECOND: Final = 3
CROSSREF: Final = "crossref"

_Fields = Mapping[str, RawValue]
_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class _Cited:
    """Hold one reference between two steps: what was sent, and what Crossref made of it."""

    of: Doi
    feedback: ReferenceFeedback
    fields: _Fields
    doi: Doi | None

    @property
    def wants_candidates(self) -> bool:
        return self.feedback.state is not ReferenceState.MATCHED


@dataclass(frozen=True, slots=True)
class CitedReferences:
    """Tell what became of the references of registered DOIs."""

    context: DepositContext

    def of(
        self,
        *dois: Doi | str,
        offline: bool = False,
        search: bool = True,
        instead: Mapping[int, Doi] | None = None,
        on_event: OnEvent = quiet,
    ) -> ReferencesReport:
        """Tell of every reference whether it is matched, dead or wrong, and which works it may mean.

        Offline nothing but the ledger is asked, and without `search` for no works. With `instead` it tells of these
        DOIs, for the references of one work by their numbers from 1. Waits between questions as Crossref's limits want
        it; services that are away are the `error` of what is returned. Raises `UsageError` for a DOI that this ledger
        never saw.
        """
        asking = _ReferencePass(self.context, offline=offline, search=search, on_event=on_event, instead=instead)
        return asking.run(Given(dois).dois())

    def alone(self, checked: Checked) -> Checked:
        """Return the references of a record as a resource-only deposit of its DOI.

        What has errors comes back as it is, with the findings about the whole record; a record without references is
        passed over, because an empty list would take away what is registered.
        """
        record = checked.record
        if record is None or not checked.ok:
            return checked
        commentary = record.commentary
        if not commentary.references:
            note = Finding("references-none", Severity.INFO, f"{commentary.doi} has no references that could be sent")
            return Checked(checked.source, (note,))
        head = self.context.accounts.of_series(commentary.series.name).depositor.head(TRIAL_BATCH, TRIAL_TIMESTAMP)
        xml = references_alone(head, [(commentary.doi, commentary.references)])
        sealed = self.context.seal(xml)
        found = Checked(checked.source, (*checked.findings, *sealed.findings), xml=xml, file=record.origin.file)
        if sealed.batch is None:
            return found
        return replace(found, items=DepositItem.read_all(xml), sealed_file=sealed.batch.without_bytes)


class _ReferencePass:
    """Make one pass over the references of some DOIs; `error` in its report says what could not be asked.

    `instead` are DOIs that a person means for references, by their numbers: only these are looked at then, and nothing
    is searched for.
    """

    def __init__(
        self,
        context: DepositContext,
        *,
        offline: bool,
        search: bool,
        on_event: OnEvent,
        instead: Mapping[int, Doi] | None = None,
    ) -> None:
        self._context = context
        self._instead = instead
        self._searches = search and instead is None
        self._registry: RegistryPort | None = None if offline else context.registry
        self._offline = offline
        self._on_event = on_event
        self._error: WorldError | None = None

    def run(self, dois: Sequence[Doi]) -> ReferencesReport:
        """Return the state of the references of these DOIs; `UsageError` for one this ledger never saw."""
        # One that is named twice is asked about once.
        dois = tuple({doi.key: doi for doi in dois}.values())
        for doi in dois:
            if self._context.ledger.works.one(doi) is None:
                raise UsageError(f"{doi} was never deposited to {self._context.target} from here")
        if self._registry is not None and self._context.read_first and self._instead is None:
            self._ask_each(dois, Watcher(self._context).look, "record")
        works = [work for doi in dois if (work := self._context.ledger.works.one(doi)) is not None]
        sent = [citation for work in works for citation in self._cited_references(work)]
        cited = self._with_searches(self._with_comparisons(self._with_agencies(sent)))
        by_doi: dict[str, list[ReferenceFeedback]] = {work.doi.key: [] for work in works}
        for citation in cited:
            by_doi[citation.of.key].append(citation.feedback)
        lists = tuple(_make_list(work, by_doi[work.doi.key]) for work in works)
        return ReferencesReport(self._context.target, lists, self._error)

    # What was sent, and what Crossref matched.

    def _cited_references(self, work: LedgerWork) -> Iterator[_Cited]:
        record = self._registered_record(work.doi)
        listed = record.fields.get("references") if record else None
        if record is None or not isinstance(listed, list):
            return
        result = ResultDetails.read(
            work.item.details if work.item else {}, work.observed.matched if work.observed else {}
        )
        for number, fields in enumerate(listed, 1):
            if isinstance(fields, Mapping) and (self._instead is None or number in self._instead):
                other = {} if self._instead is None else {"doi": str(self._instead[number])}
                matched = {**record.found, **result.matched_references}
                yield _read_reference(work.doi, number, {**fields, **other}, matched, result.reference_errors)

    def _registered_record(self, doi: Doi) -> RegisteredRecord | None:
        known = self._context.ledger.versions.current(doi)
        return None if known is None else RegisteredRecord.read(known, doi.printed)

    # Whether the DOIs exist, and what they lead to.

    def _with_agencies(self, cited: Sequence[_Cited]) -> list[_Cited]:
        """Return the references with the agency of each DOI; one that no agency has is dead."""
        named = list({citation.doi.key: citation.doi for citation in cited if citation.doi}.values())
        agencies = CitedAgencies.find(self._context, named, offline=self._offline)
        if agencies.error is not None and self._error is None:
            self._note_error(agencies.error)
        return [_with_agency(citation, agencies) for citation in cited]

    def _with_comparisons(self, cited: Sequence[_Cited]) -> list[_Cited]:
        """Compare each reference with the work that its DOI names, where Crossref has it."""
        registry = self._registry
        asked = [
            citation.doi
            for citation in cited
            if citation.doi and (citation.feedback.agency or "").casefold() == CROSSREF
        ]
        dois = list({doi.key: doi for doi in asked}.values())
        if registry is None or not registry.has_works or not dois:
            return list(cited)
        # Fifty DOIs in one question keep the address below 8,000 characters.
        parts = [dois[start : start + 50] for start in range(0, len(dois), 50)]
        answers = self._ask_each(parts, registry.described, "work")
        works = {key: work for answer in answers if answer for key, work in answer.items()}
        return [
            _compared_with(citation, works[citation.doi.key])
            if citation.doi and citation.doi.key in works
            else citation
            for citation in cited
        ]

    # Candidates for those without a DOI that is right.

    def _with_searches(self, cited: Sequence[_Cited]) -> list[_Cited]:
        registry = self._registry
        wanting = [citation for citation in cited if citation.wants_candidates]
        if registry is None or not registry.has_works or not wanting or not self._searches:
            return list(cited)
        # Searches are the slowest questions, so that they alone tell how long a pass takes.
        minutes = len(wanting) / SEARCHES_A_SECOND / 60
        if minutes >= 1:
            words = f"searching for {len(wanting)} references takes about {minutes:.0f} minutes"
            self._on_event(Progress("searching", words))
        answers = self._ask_each(wanting, lambda cited: _search_works(registry, cited), "reference")
        found = {
            (citation.of.key, citation.feedback.number): answer
            for citation, answer in zip(wanting, answers, strict=True)
        }
        return [
            _with_candidates(citation, found.get((citation.of.key, citation.feedback.number))) for citation in cited
        ]

    def _note_error(self, error: RegistrarError | ConfigurationError) -> None:
        """Keep why something could not be asked, for the report."""
        self._error = error if isinstance(error, WorldError) else _as_world_error(error)

    def _ask_each(
        self, asked: Sequence[_Asked], question: Callable[[_Asked], _Answer], noun: str
    ) -> list[_Answer | None]:
        """Ask about each, some in parallel; None for a missing answer, and for all after a service failed."""
        done = 0

        def ask(subject: _Asked) -> _Answer | None:
            nonlocal done
            if self._error is not None and not isinstance(self._error, UnexpectedAnswer):
                return None
            try:
                self._context.step(f"references: ask {noun}")
                answer = question(subject)
            except (RegistrarError, ConfigurationError) as error:
                self._note_error(error)
                return None
            done += 1
            self._on_event(Progress("references", f"asked about {done} of {len(asked)} {noun}s"))
            return answer

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(ask, asked))


def _make_list(work: LedgerWork, references: Sequence[ReferenceFeedback]) -> ReferenceList:
    seen = work.observed
    waits = any(reference.state is ReferenceState.UNMATCHED for reference in references)
    again = seen.next_look_for_matches(seen.read_at or seen.since) if seen and waits else None
    return ReferenceList(work.doi, work.title, tuple(references), seen.read_at if seen else None, again)


def _read_reference(
    of: Doi, number: int, fields: _Fields, matched: Mapping[str, str], errors: Mapping[str, str]
) -> _Cited:
    """Read one reference as it was sent; use the DOI that Crossref found if the publisher gave none."""
    key, own = str(fields.get("key") or ""), str(fields.get("doi") or "")
    printed = own or matched.get(key, "")
    by: Literal["publisher", "crossref", ""] = "publisher" if own else "crossref" if printed else ""
    state = ReferenceState.MATCHED if printed else ReferenceState.UNMATCHED
    text = re.sub(r"<[^<>]+>", "", ComparedReference(fields).printed)
    reason = "" if printed else errors.get(key, "")
    feedback = ReferenceFeedback(number, key, text, state, doi=printed, asserted_by=by, reason=reason)
    try:
        doi = Doi.parse(printed) if printed else None
    except InvalidIdentifier:
        # What another tool deposited as a DOI may be none.
        feedback, doi = replace(feedback, state=ReferenceState.DEAD), None
    return _Cited(of, feedback, fields, doi)


def _with_agency(cited: _Cited, agencies: CitedAgencies) -> _Cited:
    if cited.doi is None or cited.doi.key not in agencies.found:
        return cited
    agency = agencies.found[cited.doi.key]
    state = cited.feedback.state if agency else ReferenceState.DEAD
    return replace(cited, feedback=replace(cited.feedback, agency=agency or None, state=state))


def _compared_with(citation: _Cited, work: FoundWork) -> _Cited:
    cited = ComparedReference(citation.fields)
    state = ReferenceState.WRONG if cited.is_plainly_other(work) else citation.feedback.state
    return replace(citation, feedback=replace(citation.feedback, doubts=cited.doubts(work), state=state))


def _search_works(registry: RegistryPort, cited: _Cited) -> Sequence[FoundWork]:
    # An address, and what the search would take for an operator, only lead astray.
    words = re.sub(r"https?://\S+", " ", cited.feedback.text)
    words = " ".join(words.split())[:LONGEST_SEARCH]
    return registry.search(words, CANDIDATES) if words else ()


def _with_candidates(citation: _Cited, found: Sequence[FoundWork] | None) -> _Cited:
    if found is None:
        return citation
    # The work itself, and the DOI that is known to be wrong, are not candidates.
    known = {citation.of.key, citation.doi.key if citation.doi else ""}
    works = [work for work in found if work.doi.lower() not in known and _is_doi(work.doi)]
    cited = ComparedReference(citation.fields)
    candidates = [CitedCandidate(work, cited.candidate_doubts(work)) for work in works]
    # A search always finds something; a title that has nothing of the reference is not a candidate.
    candidates = [
        candidate
        for candidate in candidates
        if not any(doubt.field == "title" and doubt.plain for doubt in candidate.doubts)
    ]
    fitting = [candidate for candidate in candidates if candidate.fits]
    if len(fitting) > 1:
        twin = CitationDoubt("twin", f"{len(fitting)} works fit equally well")
        candidates = [replace(candidate, doubts=(twin,)) if candidate.fits else candidate for candidate in candidates]
    candidates.sort(key=lambda candidate: (len(candidate.doubts), -(candidate.work.score or 0)))
    return replace(citation, feedback=replace(citation.feedback, candidates=tuple(candidates)))


def _is_doi(text: str) -> bool:
    try:
        Doi.parse(text)
    # What a person typed into a file of answers may be anything.
    except InvalidIdentifier:
        return False
    return True


def _as_world_error(failure: ConfigurationError) -> WorldError:
    return RegistrarUnavailable(failure.message, hint=failure.hint)
