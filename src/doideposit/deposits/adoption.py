"""Take over what was registered elsewhere: find every DOI of the owner, write its record file, enter it in the ledger.

Nothing is sent and nothing is overwritten. Each DOI is done by itself, its file first and its entry last: a run that
was killed continues where it stopped, and one that comes after a whole run finds nothing to do.
"""

from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final

from doideposit.checks.checking import Checker
from doideposit.crossref.queries import RegisteredState
from doideposit.deposits.adopted_files import RecordFolder
from doideposit.deposits.adoption_report import Adoption, AdoptionReport, AdoptionResult
from doideposit.deposits.context import DepositContext, OnEvent, RegistryPort
from doideposit.deposits.ledger.entries import AdoptedWork
from doideposit.deposits.limits import NOBODY_ANSWERS, SILENT
from doideposit.deposits.values import Progress
from doideposit.errors import (
    ConfigurationError,
    DoiDepositError,
    RegistrarError,
    RegistrarUnavailable,
    UsageError,
    WorldError,
)
from doideposit.findings import Finding, Severity, counted
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.models.series import Series
from doideposit.registered.reading import RegisteredRecord
from doideposit.registered.record_file import AdoptableRecord

__all__ = ["AdoptionPass"]

# Questions at the same time: what Crossref allows who gives an address (REST API documentation, December 2025).
AT_ONCE: Final = 3
# So many answers are asked for before the first of them is worked on: a slow disk must not keep Crossref waiting.
AHEAD: Final = 8 * AT_ONCE
# So many numbers after the last one known are asked for: the newest are those that lists miss.
BEYOND: Final = 3
# So many gaps are asked about, or as many as there are numbers: more means that nobody counts one by one.
MOST_GAPS: Final = 50


_Reply = RegisteredState | DoiDepositError | None


@dataclass(slots=True)
class _FoundSoFar:
    """Collect what a pass found so far."""

    results: list[AdoptionResult] = field(default_factory=list)
    known: int = 0
    error: WorldError | None = None
    unasked: int = 0
    there: dict[str, Doi] = field(default_factory=dict)


class AdoptionPass:
    """Make one pass over everything that was registered elsewhere."""

    def __init__(
        self, context: DepositContext, checker: Checker, folder: Path, *, schema: str | None, on_event: OnEvent
    ) -> None:
        self._context = context
        self._registry = _require_registry(context)
        self._series = context.series
        knowing = checker.knowing(lambda _doi, _number: True)
        self._folder = RecordFolder(folder, knowing.read, several=len(context.series) > 1, schema=schema)
        self._on_event = on_event
        self._chosen: Mapping[str, Series] = context.series
        self._ours: frozenset[str] = frozenset()
        # Each prefix is asked about once in a pass, with an answer or without.
        self._member_of = cache(context.member_of)
        self._found = _FoundSoFar()
        self._again: frozenset[str] = frozenset()

    def run(
        self, *, series: Sequence[str], prefixes: Sequence[str], dois: Sequence[Doi], also: Sequence[Doi]
    ) -> AdoptionReport:
        """Find the DOIs, read their records, write files and ledger; `error` says why DOIs are left for a next run.

        Adopted are those of these series, of these owner prefixes, and these DOIs; where nothing is named, those of
        every series. `also` are DOIs that somebody has from elsewhere, such as the site: they are looked for beside
        those listed.
        """
        self._chosen = self._chosen_series(series)
        owned = prefixes or tuple(dict.fromkeys(chosen.prefix for chosen in self._chosen.values()))
        self._ours = frozenset(owned)
        # Anyone who names a DOI wants its record file, whatever the ledger knows of it.
        self._again = frozenset(doi.key for doi in dois)
        lists = not dois or series or prefixes or also
        if not self._registry.has_works and not (dois or also):
            message = f"{self._context.target} has no list of its DOIs"
            raise UsageError(message, hint="give them one by one, or in a table with --csv")
        listed = self._listed_dois(owned, by_issn=not prefixes) if lists else []
        wanted = {doi.key: doi for doi in (*dois, *also, *listed)}
        self._adopt_dois(list(wanted.values()), named=frozenset(doi.key for doi in (*dois, *also)))
        if lists:
            self._adopt_guessed(wanted)
        found = self._found
        return AdoptionReport(
            self._context.target,
            tuple(found.results),
            listed=len(listed),
            known=found.known,
            error=self._error_of_pass(),
        )

    def _chosen_series(self, names: Sequence[str]) -> Mapping[str, Series]:
        """Return the series of these names, all of the configuration where there are none; raise `UsageError`."""
        unknown = [name for name in names if name not in self._series]
        if unknown:
            known = ", ".join(self._series) or "none yet"
            raise UsageError(f"there is no series “{unknown[0]}”", hint=f"the configuration has {known}")
        if not self._series:
            raise ConfigurationError("the configuration describes no series", hint="add a section [series.NAME]")
        return {name: self._series[name] for name in names} or self._series

    # Finding.

    def _listed_dois(self, prefixes: Sequence[str], *, by_issn: bool) -> list[Doi]:
        """Return what the REST API lists; report a list that fails, and adopt the other DOIs."""
        found: dict[str, Doi] = {}
        issns = [str(issn.issn) for series in self._chosen.values() for issn in series.issns] if by_issn else []
        if not self._registry.has_works:
            return []
        try:
            self._context.step("adopt: list")
            for work in self._registry.works("prefix", prefixes):
                self._add_listed(found, work.doi)
            for work in self._registry.works("issn", issns) if issns else ():
                self._add_listed(found, work.doi)
        # What was found so far is adopted anyway; the error says that there may be more.
        except RegistrarError as error:
            self._found.error = error
        self._notify(f"Crossref lists {counted(len(found), 'DOI')}")
        return list(found.values())

    def _add_listed(self, found: dict[str, Doi], text: str) -> None:
        if not _add_doi(found, text):
            self._notify(f"Crossref lists “{text[:200]}”, which cannot be read as a DOI: it is skipped")

    def _dois_in_gaps(self, wanted: Mapping[str, Doi]) -> Iterator[Doi]:
        """Yield DOIs of numbers between those found, and a few after the last: lists miss DOIs for weeks."""
        for series in self._chosen.values():
            # Only what is registered counts: a table may name a number that was never given out.
            there = self._found.there.values()
            numbers = {int(text) for doi in there if (text := _plain_number(series.number_in(doi)))}
            if not numbers or not series.makes_every_doi or self._found.error is not None:
                continue
            for number in _missing_numbers(numbers):
                made = series.doi_for(str(number))
                if made is not None and made.key not in wanted:
                    yield made

    def _adopt_guessed(self, wanted: dict[str, Doi]) -> None:
        """Ask about numbers that no list has, and after the last one found as long as there are more."""
        told = -1
        while told < len(self._found.there):
            told = len(self._found.there)
            guessed = list(self._dois_in_gaps(wanted))
            self._adopt_dois(guessed, named=frozenset(), guessed=True)
            wanted |= {doi.key: doi for doi in guessed}

    # Reading.

    def _adopt_dois(self, dois: Sequence[Doi], *, named: frozenset[str], guessed: bool = False) -> None:
        known = self._context.ledger.works.known(dois)
        new = [doi for doi in dois if doi.key in self._again or not (doi.key in known and known[doi.key].registered)]
        self._found.known += len(dois) - len(new)
        self._found.there |= {doi.key: doi for doi in dois if doi.key in known and known[doi.key].registered}
        missing: list[Doi] = []
        failures = 0
        answers = self._fetch_states(new)
        # The answers come one by one, so that the rest can be left out when nobody answers.
        for place, (doi, answer) in zip(count(1), answers, strict=False):
            failures = failures + 1 if isinstance(answer, NOBODY_ANSWERS) else 0
            match answer:
                case None if guessed:
                    continue
                case None:
                    missing.append(doi)
                case RegisteredState():
                    self._found.there[doi.key] = doi
                    self._add_result(self._adopt_one(doi, answer))
                case _ if guessed:
                    # Nobody knows whether there is such a DOI: that the service fails is told once, and for all.
                    self._found.error = self._found.error or _as_world_error(answer)
                case _:
                    self._report_unread(doi, answer)
            if failures >= SILENT:
                self._found.unasked += len(new) - place
                answers.close()
                break
        self._report_missing(missing, named)

    def _fetch_states(self, dois: Sequence[Doi]) -> Generator[tuple[Doi, _Reply], None, None]:
        """Yield what Crossref has of each DOI, in order, asking about a few at the same time."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            waiting: deque[tuple[Doi, Future[_Reply]]] = deque()
            try:
                for doi in dois:
                    waiting.append((doi, pool.submit(self._fetch_state, doi)))
                    # A few answers are kept ahead, and no more: each is a whole record.
                    if len(waiting) > AHEAD:
                        first, answer = waiting.popleft()
                        yield first, answer.result()
                while waiting:
                    first, answer = waiting.popleft()
                    yield first, answer.result()
            finally:
                # Anyone who stops listening wants nothing more asked.
                pool.shutdown(wait=False, cancel_futures=True)

    def _fetch_state(self, doi: Doi) -> _Reply:
        self._context.step("adopt: ask")
        try:
            return self._registry.registered(doi, self._context.accounts.of_doi(doi).depositor.email)
        # One DOI that cannot be read is told with the others, and holds none of them up.
        except (RegistrarError, ConfigurationError) as error:
            failure = error
        if not self._registry.has_works:
            return failure
        # The other way to the same record; it wants no address, and does not go through the same service.
        try:
            return self._registry.transformed(doi) or failure
        # The first answer says more about what is wrong than the second.
        except RegistrarError:
            return failure

    def _report_unread(self, doi: Doi, failure: DoiDepositError) -> None:
        finding = Finding(
            "adopt-unread", Severity.WARNING, f"{doi} could not be read: {failure.message}",
            failure.hint or "run the same command again later: it continues with what is missing",
        )  # fmt: skip
        self._found.error = self._found.error or _as_world_error(failure)
        self._add_result(AdoptionResult(doi, Adoption.UNREAD, finding.message, findings=(finding,)))

    def _error_of_pass(self) -> WorldError | None:
        error, unasked = self._found.error, self._found.unasked
        if error is None or not unasked:
            return error
        hint = "run the same command again later: it continues with what is missing"
        return RegistrarUnavailable(f"not asked about: {counted(unasked, 'DOI')}. {error.message}", hint=hint)

    def _report_missing(self, missing: Sequence[Doi], named: frozenset[str]) -> None:
        """Report DOIs that Crossref does not know: of another agency, of no agency, or only listed."""
        agencies: Mapping[str, str] = {}
        if missing and self._registry.has_handles:
            try:
                agencies = self._registry.agencies(missing)
            # Which agency has a DOI is an extra: without it the message is shorter.
            except RegistrarError as error:
                self._found.error = self._found.error or error
        for doi in missing:
            agency = agencies.get(doi.key, "")
            if doi.key not in named or agency.lower() == "crossref":
                message = f"Crossref lists {doi}, but gives no record of it"
                hint = "run the same command again later; if it continues, ask Crossref support"
                finding = Finding("adopt-unread", Severity.WARNING, message, hint)
                self._add_result(AdoptionResult(doi, Adoption.UNREAD, message, findings=(finding,)))
                continue
            message = f"{doi} is not registered at Crossref" + (f", but at {agency}" if agency else "")
            hint = "correct it on the page that shows it; or, to register it, write a record and deposit that"
            if agency:
                hint = f"nothing here: only {agency} can change it"
            finding = Finding("adopt-not-registered", Severity.WARNING, message, hint)
            self._add_result(AdoptionResult(doi, Adoption.LEFT_ALONE, message, findings=(finding,)))

    # Taking over.

    def _adopt_one(self, doi: Doi, state: RegisteredState) -> AdoptionResult:
        """Write the file of one DOI, and enter it."""
        owning = self._owning_publishers(state)
        left = _not_adopted_finding(doi, state, is_ours=owning is not None)
        if left is not None:
            return AdoptionResult(doi, Adoption.LEFT_ALONE, left.message, findings=(left,))
        sent = self._context.ledger.versions.last_registered(doi)
        if sent is not None and state.timestamp < sent[0]:
            # The query service can lag a day behind: an old version must not become the record file.
            message = f"Crossref still shows an earlier version of {doi} than the one that was deposited from here"
            finding = Finding("adopt-unread", Severity.WARNING, message, "run the same command again tomorrow")
            return AdoptionResult(doi, Adoption.UNREAD, message, findings=(finding,))
        record = RegisteredRecord.read(state.answer, doi.printed) if state.has_record else None
        if record is None:
            message = f"the answer about {doi} contains no record of it"
            hint = "run the same command again later; if it continues, ask Crossref support"
            finding = Finding("adopt-unread", Severity.WARNING, message, hint)
            return AdoptionResult(doi, Adoption.UNREAD, message, findings=(finding,))
        # The REST API gives DOIs in lower case; the record has it as it was registered.
        printed = Doi(record.doi)
        mine = {
            name: series
            for name, series in self._series.items()
            if not owning or (series.publisher_account or "") in owning
        }
        chosen = AdoptableRecord.series_of(record, printed, state.owner_prefix, mine)
        elsewhere = (
            AdoptableRecord.series_of(record, printed, state.owner_prefix, self._series) if chosen is None else None
        )
        if elsewhere is not None:
            left = _two_publishers_finding(printed, elsewhere, sorted(owning or ()))
            return AdoptionResult(doi, Adoption.LEFT_ALONE, left.message, findings=(left,))
        if record.record_type is None or chosen is None:
            return self._enter_without_file(printed, state, record, chosen)
        if chosen.name not in self._chosen:
            return AdoptionResult(doi, Adoption.OTHER_SERIES, f"{doi} is of the series {chosen.name}")
        self._context.step("adopt: write")
        written, findings = self._folder.write(_adopted_work(printed, state, record, chosen), record, chosen, state)
        self._context.step("adopt: written")
        self._enter_in_ledger(written)
        what = findings[0].message if findings else f"{printed}: {written.file}"
        return AdoptionResult(printed, Adoption.ADOPTED, what, written.file, findings)

    def _owning_publishers(self, state: RegisteredState) -> frozenset[str] | None:
        """Return the publishers that own a DOI at Crossref, empty where nobody can tell which; None for others."""
        if not state.owner_prefix:
            return frozenset()
        accounts = self._context.accounts
        return accounts.owners_of(state.owner_prefix, state.member, self._member_of, ours=self._ours)

    def _enter_without_file(
        self, doi: Doi, state: RegisteredState, record: RegisteredRecord, chosen: Series | None
    ) -> AdoptionResult:
        """Enter a DOI for which no record file can be written, and say why."""
        if record.record_type is None:
            kind = state.type or "another kind"
            message = f"{doi} is registered as {kind}, and record files cannot describe that type"
            finding = Finding("adopt-no-record", Severity.INFO, message, "to change it, deposit its own XML")
        else:
            title = record.series.get("title")
            named = f" It is registered under the title “{title}”." if title else ""
            message = f"it is not clear which series of the configuration {doi} belongs to.{named}"
            hint = "describe that series in the configuration, and run the same command again"
            finding = Finding("adopt-no-series", Severity.WARNING, message, hint)
            # It is entered once it can have its file.
            return AdoptionResult(doi, Adoption.LEFT_ALONE, message, findings=(finding,))
        self._enter_in_ledger(_adopted_work(doi, state, record, chosen))
        return AdoptionResult(doi, Adoption.ENTERED, message, findings=(finding,))

    def _enter_in_ledger(self, new: AdoptedWork) -> None:
        self._context.ledger.works.adopt(new)
        self._context.step("adopt: entered")

    def _add_result(self, result: AdoptionResult) -> None:
        self._found.results.append(result)
        self._notify(f"{result.doi}: {result.outcome.meaning}", (result.doi,))

    def _notify(self, text: str, dois: tuple[Doi, ...] = ()) -> None:
        self._on_event(Progress("adopt", text, dois=dois))


def _adopted_work(doi: Doi, state: RegisteredState, record: RegisteredRecord, chosen: Series | None) -> AdoptedWork:
    """Return what the ledger keeps of a DOI for which there is no record file."""
    url, title = record.fields.get("url"), record.fields.get("title")
    return AdoptedWork(
        doi=doi,
        timestamp=state.timestamp,
        series=chosen.name if chosen else "",
        container=chosen.title if chosen else str(record.series.get("title") or ""),
        record_type=record.record_type.value if record.record_type else record.kind,
        title=str(title or ""),
        landing_page=str(url) if url else None,
        fingerprint=None,
        doi_type=state.type,
        owner_prefix=state.owner_prefix,
        member=state.member,
        created=state.created,
        last_update=state.last_update,
        file="",
        answer=state.answer,
    )


def _require_registry(context: DepositContext) -> RegistryPort:
    if context.registry is None:
        raise UsageError(
            "there is no service here to ask what is registered", hint="open the depositor with a registry"
        )
    return context.registry


def _two_publishers_finding(doi: Doi, series: Series, owning: Sequence[str]) -> Finding:
    """Return the finding for a DOI in the series of one of our publishers that belongs to another."""
    owners = " or ".join(name or "[depositor]" for name in owning)
    message = f"{doi} is in the series {series.name}, but at Crossref it belongs to the publisher {owners}"
    hint = "describe a series of that publisher with the same title; a login can change only the DOIs of its own member"
    return Finding("adopt-other-owner", Severity.WARNING, message, hint)


def _not_adopted_finding(doi: Doi, state: RegisteredState, *, is_ours: bool) -> Finding | None:
    if state.alias_of:
        message = f"{doi} is an alias of {state.alias_of}, whose record it shares"
        return Finding(
            "adopt-alias", Severity.INFO, message, "nothing to do: only the other DOI has a record of its own"
        )
    if not is_ours:
        message = f"{doi} belongs to the owner of the prefix {state.owner_prefix}"
        hint = f"only its owner can change it; if that is you, add --prefix {state.owner_prefix}"
        return Finding("adopt-other-owner", Severity.WARNING, message, hint)
    return None


def _add_doi(found: dict[str, Doi], text: str) -> bool:
    """Add the DOI in a text; return False if the text is not a DOI."""
    try:
        doi = Doi.parse(text)
    # A table may hold anything in that column.
    except InvalidIdentifier:
        return False
    found.setdefault(doi.key, doi)
    return True


def _missing_numbers(numbers: set[int]) -> Iterator[int]:
    """Yield the numbers between those found, and a few after the last; the first ones too where they begin at 1."""
    first, last = min(numbers), max(numbers)
    begin = 1 if first <= len(numbers) else first
    # Numbers such as 20230001 hold a year: what is between two of them is not a gap.
    if last - begin + 1 - len(numbers) <= max(MOST_GAPS, len(numbers)):
        yield from (number for number in range(begin, last) if number not in numbers)
    yield from range(last + 1, last + 1 + BEYOND)


def _plain_number(text: str | None) -> str:
    """Return a number that is written only with digits and without a leading zero; else nothing."""
    return text if text and text.isascii() and text.isdigit() and not text.startswith("0") else ""


def _as_world_error(failure: DoiDepositError) -> WorldError:
    if isinstance(failure, WorldError):
        return failure
    return RegistrarUnavailable(failure.message, hint=failure.hint)
