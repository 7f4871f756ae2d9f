"""Watching what is registered: is it as our last deposit sent it, and did somebody else change it since?

Lists of the REST API are asked once a day and are hints alone: they miss works for weeks, and lag. What counts is the
record in Crossref's query service, and where doi.org leads: each DOI is read soon after a deposit took effect, and then
once a week. A read is one short transaction of its own, so that a pass may end anywhere.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from doideposit.crossref.queries import RegisteredState
from doideposit.crossref.registrar import RegisteredWork, ResolvedHandle
from doideposit.crossref.xml.deposit_file import DepositFile
from doideposit.crossref.xml.existing import DepositItem
from doideposit.deposits.context import DepositContext, RegistryPort
from doideposit.deposits.lateness import NOT_YET
from doideposit.deposits.ledger.entries import FIRST_READ, NewSubmission, Observed
from doideposit.deposits.ledger.observations import Sight
from doideposit.deposits.limits import NOBODY_ANSWERS
from doideposit.deposits.planning import next_timestamp
from doideposit.deposits.steps import ClearingSteps
from doideposit.errors import ConfigurationError, RegistrarError, UnexpectedAnswer, UsageError
from doideposit.lifecycle import Milestone
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.landing import is_same_page
from doideposit.registered.comparison import same_value
from doideposit.registered.drift import Shown
from doideposit.registered.drift_values import Drift, DriftKind
from doideposit.registered.reading import RegisteredRecord
from doideposit.registered.values import Difference

__all__ = ["Watcher"]

# When the record is read after a deposit took effect, until it is shown: the query service lags up to a day.
AFTER: Final = (FIRST_READ, *(timedelta(hours=hours) for hours in (1, 2, 6, 24)))
WEEK: Final = timedelta(days=7)
# Crossref shows a deposit within a day; what nobody touches is read again each week.
DAY: Final = timedelta(days=1)
# How long a notice may take until it shows on what it updates: the REST API was seen to lag behind for a day.
UPDATE_SHOWS: Final = timedelta(days=3)
# DOIs in one question for a list; the limit is the length of an address.
LISTED_AT_ONCE: Final = 50


def _never_stop() -> bool:
    return False


@dataclass(slots=True)
class Watcher:
    """Ask about registered DOIs of one target; `read` are those that were read, `error` is what ended the pass.

    `lists` counts questions for lists. `is_new` says that `error` was not there in the pass before: an outage of days
    is told once.
    """

    context: DepositContext
    stop: Callable[[], bool] = _never_stop
    read: list[Doi] = field(default_factory=list)
    lists: int = 0
    error: RegistrarError | None = None
    is_new: bool = False
    # Why doi.org, or the REST API, is not asked any more in this pass.
    _silent: RegistrarError | None = None
    _listed: list[Doi] = field(default_factory=list)

    def run(self, most: int, *, force: bool = False) -> None:
        """Make one pass: lists once a day, then up to `most` DOIs that are due; with `force` whatever the pause."""
        registry, observations = self.context.registry, self.context.ledger.observations
        if registry is None or not self.context.read_first:
            return
        if not force and self.context.deadlines.window(self.context.clock()) is not None:
            return
        observations.enroll()
        away = observations.unavailable_since()
        if away is not None and away[1] is not None and away[1] > self.context.clock() and not force:
            return
        failure = self._make_pass(registry, most)
        if failure is not None:
            self._note_unreachable(failure)
        elif self.read:
            observations.note_available()
        elif away is not None and self._listed:
            # A list alone does not tell whether the other services answer again: the next pass reads one.
            observations.read_soon(self._listed[:1])

    def _make_pass(self, registry: RegistryPort, most: int) -> RegistrarError | ConfigurationError | None:
        """Request lists, and read the DOIs that are due; return the error that ended the pass early."""
        failure: RegistrarError | ConfigurationError | None = None
        try:
            if registry.has_works:
                self._read_lists(registry)
        except RegistrarError as error:
            # Lists are hints: what counts is read anyway.
            failure = error
        try:
            self._read_due(registry, most)
        except (RegistrarError, ConfigurationError) as error:
            failure = error
        return failure or self._silent

    def look(self, doi: Doi, handle: ResolvedHandle | None = None) -> None:
        """Read one DOI now; raises `RegistrarError`. Nothing happens to one that is not registered.

        `handle` is what doi.org said of it a moment ago, so that it is not asked again.
        """
        registry, observations = self.context.registry, self.context.ledger.observations
        if registry is None or not self.context.read_first:
            return
        observations.enroll()
        seen = observations.one(doi)
        if seen is not None:
            self._read_one(registry, seen, handle)
        if self._silent is not None:
            raise self._silent

    # Looking a DOI up: where doi.org leads, and what the REST API shows.

    def look_up(self, doi: Doi, *, index: bool = True) -> ResolvedHandle | None:
        """Ask doi.org and, with `index`, the REST API, if the target has them, and record the results.

        Returns what doi.org said. Raises `UsageError` for a DOI this ledger never saw, and `RegistrarError`.
        """
        work = self.context.ledger.works.one(doi)
        if work is None:
            raise UsageError(f"{doi} was never deposited to {self.context.target} from here")
        # The landing page that our last deposit named.
        expected = work.registered_landing_page
        handle = self._look_up_handle(doi, expected)
        if index:
            self._look_up_index(doi, expected)
        return handle

    def _look_up_handle(self, doi: Doi, expected: str | None) -> ResolvedHandle | None:
        registry = self.context.registry
        if registry is None or not registry.has_handles:
            return None

        def leads_to_page(handle: ResolvedHandle | None) -> bool:
            urls = handle.urls if handle else ()
            return bool(urls) and (expected is None or any(is_same_page(url, expected) for url in urls))

        handle = registry.handle(doi)
        if handle is not None and handle.urls and not leads_to_page(handle):
            # A cache may hold the address before the last update for a day: the primary server knows.
            handle = registry.handle(doi, authoritative=True)
        urls, holds = handle.urls if handle else (), leads_to_page(handle)
        proof = f"it leads to {urls[0]}" if urls else NOT_YET[Milestone.RESOLVES]
        proof += f" instead of {expected}" if urls and not holds else ""
        self.context.ledger.works.prove(doi, Milestone.RESOLVES, proof, holds=holds, contrary=bool(urls) and not holds)
        return handle

    def _look_up_index(self, doi: Doi, expected: str | None) -> None:
        registry = self.context.registry
        if registry is None or not registry.has_works:
            return
        found = registry.work(doi)
        landing = found.landing_url if found else None
        holds = found is not None and (expected is None or landing is None or is_same_page(landing, expected))
        proof = f"as {found.type}, leading to {landing}" if found else NOT_YET[Milestone.INDEXED]
        proof += f" instead of {expected}" if found and not holds else ""
        self.context.ledger.works.prove(
            doi, Milestone.INDEXED, proof, holds=holds, contrary=found is not None and not holds
        )

    def _note_unreachable(self, error: RegistrarError | ConfigurationError) -> None:
        now = self.context.clock()
        # After four failures in a row the pause is as long as it gets: nothing hurries here.
        until = self.context.schedule.pause_until(now, 8, error)
        self.is_new = self.context.ledger.observations.note_unavailable(error.message, until)
        self.error = error if isinstance(error, RegistrarError) else RegistrarError(error.message, hint=error.hint)

    # Lists: cheap hints.

    def _read_lists(self, registry: RegistryPort) -> None:
        observations = self.context.ledger.observations
        before, last = self.context.clock() - DAY, ""
        while not self.stop() and (asked := observations.to_list(before, LISTED_AT_ONCE, last)):
            last = asked[-1].doi.key
            self.context.step("list: ask")
            found = {work.doi.lower(): work for work in registry.works("doi", [observed.doi.key for observed in asked])}
            self.lists += 1
            self._listed += [observed.doi for observed in asked]
            deposited = {key: _deposited_at(work) for key, work in found.items()}
            hints = {seen.doi.key for seen in asked if seen.doi.key in found and _has_moved(seen, found[seen.doi.key])}
            observations.listed(asked, deposited, hints)

    # Reading: what counts.

    def _read_due(self, registry: RegistryPort, most: int) -> None:
        for seen in self.context.ledger.observations.due(most):
            if self.stop():
                return
            try:
                self._read_one(registry, seen)
            except UnexpectedAnswer as error:
                # One answer that is none says nothing of the others.
                later = Sight(self.context.clock() + DAY, f"not known: {error.message}")
                self.context.ledger.observations.record_sight(seen, later)

    def _read_one(self, registry: RegistryPort, seen: Observed, handle: ResolvedHandle | None = None) -> None:
        context = self.context
        context.step("registered: ask")
        state = registry.registered(seen.doi, context.accounts.of_doi(seen.doi).depositor.email)
        sent = context.ledger.versions.last_registered(seen.doi)
        if state is not None and sent is not None and state.timestamp > sent[0]:
            # A deposit of ours that was given up, or ended without a result, may have taken effect after all.
            sent = context.ledger.versions.sent_with(seen.doi, state.timestamp) or sent
        waits = context.ledger.versions.parts_not_shown(seen.doi)
        # What was registered elsewhere is held against what it was when it was taken over.
        known = sent[1] if sent else context.ledger.versions.adopted_version(seen.doi)
        ours = None if known is None else RegisteredRecord.read(known, seen.doi.printed)
        version = sent[0] if sent else context.ledger.versions.adopted_timestamp(seen.doi) or seen.sent or 0
        if sent is None and state is not None:
            # It was read there when it was taken over, so that a smaller number is no older answer: it was reset.
            version = min(version, state.timestamp)
        elsewhere, is_whole = self._check_elsewhere(registry, seen, ours, handle)
        sight = self._make_sight(seen, state, _Sent(version, ours, waits=bool(waits)), elsewhere)
        if not is_whole:
            sight = replace(sight, next_read_at=min(sight.next_read_at, context.clock() + DAY))
        if any(difference.kind is DriftKind.CONTENT for difference in sight.drift) and self._record_refill(
            seen, state, ours
        ):
            words = "Crossref kept references that the last deposit no longer has: they are emptied, and sent again"
            sight = Sight(_next_read(seen, context.clock()), words)
        if context.ledger.observations.record_sight(seen, sight):
            self.read.append(seen.doi)

    def _record_refill(self, seen: Observed, state: RegisteredState | None, ours: RegisteredRecord | None) -> bool:
        """Finish an update of references that Crossref added up, when its version is seen for the first time."""
        if state is None or seen.intended_at is not None or seen.drift:
            return False
        shown = RegisteredRecord.read(state.answer, seen.doi.printed)
        return _keeps_old_references(ours, shown) and _refill_references(self.context, seen.doi)

    def _check_elsewhere(
        self, registry: RegistryPort, seen: Observed, ours: RegisteredRecord | None, handle: ResolvedHandle | None
    ) -> tuple[tuple[Drift, ...], bool]:
        """Return the differences outside of the record (address, updates), and whether all services answered.

        Where it could not, what was known of it stands, and the DOI is read again tomorrow: services fail one by one.
        """
        try:
            if self._silent is None:
                address = self._check_address(registry, seen, ours, handle)
                return (*((address,) if address else ()), *self._missing_update_marks(registry, seen.doi, ours)), True
        except NOBODY_ANSWERS as error:
            self._silent = error if isinstance(error, RegistrarError) else None
        except UnexpectedAnswer:
            pass
        return tuple(
            difference for difference in seen.drift if difference.kind in {DriftKind.ADDRESS, DriftKind.UPDATE}
        ), False

    def _missing_update_marks(self, registry: RegistryPort, doi: Doi, ours: RegisteredRecord | None) -> Iterator[Drift]:
        """Yield updates of a notice that the updated work does not show (REST API, ``updated-by``)."""
        if ours is None or not registry.has_works:
            return
        for kind, updated in _updates_of(ours):
            work = registry.work(updated)
            shown = work is not None and doi.key in work.updated_by
            # Older works were seen without this field; the list of notices has them as well.
            if not shown and all(
                registered_work.doi.lower() != doi.key for registered_work in registry.works("updates", [updated.key])
            ):
                what = f"Crossref does not show the {kind.replace('_', ' ')} on {updated}, which it updates"
                yield Drift(DriftKind.UPDATE, what, f"{kind} of {updated}", "nothing", f"update:{kind}:{updated.key}")

    def _check_address(
        self, registry: RegistryPort, seen: Observed, ours: RegisteredRecord | None, handle: ResolvedHandle | None
    ) -> Drift | None:
        """Ask doi.org where the DOI leads; for a day after an update caches may hold the former address."""
        expected = (str(ours.fields.get("url") or "") if ours else "") or seen.address or ""
        if not registry.has_handles or not expected:
            return None
        handle = handle or registry.handle(seen.doi)
        moved = _moved_address(expected, handle.urls) if handle else None
        if moved is None or self.context.clock() - seen.since >= DAY:
            return moved
        work = self.context.ledger.works.one(seen.doi)
        updated = work is not None and work.registered_at is not None and work.registered_at < seen.since
        return None if updated else moved

    def _make_sight(
        self, seen: Observed, state: RegisteredState | None, sent: "_Sent", elsewhere: Sequence[Drift]
    ) -> Sight:
        """Build the observation from the answers; `elsewhere` has the differences outside of the record."""
        now = self.context.clock()
        waiting = _next_read(seen, now)
        if state is None:
            return Sight(waiting, "Crossref's query service does not show it yet")
        # Below our version it is an older one, unless ours was shown before: then Crossref's support set it back.
        if state.timestamp < sent.version and not (state.alias_of or seen.intended_at or seen.drift):
            proof = f"Crossref's query service still shows the version {state.timestamp}, and ours is {sent.version}"
            return Sight(waiting, proof, timestamp=str(state.timestamp), last_update=state.last_update)
        record = RegisteredRecord.read(state.answer, state.alias_of or seen.doi.printed) if state.has_record else None
        fields = Shown.changes_by_others(sent.record, record)
        alike = not fields
        if sent.waits and not alike and not state.alias_of and now - seen.since < DAY:
            # It has no number, so that only its content tells whether the answer is older.
            proof = "Crossref's query service does not show the last resource-only deposit yet"
            return Sight(waiting, proof, timestamp=str(state.timestamp), last_update=state.last_update)
        absent = next((change for change in elsewhere if change.kind is DriftKind.UPDATE), None)
        if absent is not None and not seen.drift and now - seen.since < UPDATE_SHOWS:
            proof = f"not yet: {absent.what}"
            return Sight(waiting, proof, timestamp=str(state.timestamp), last_update=state.last_update)
        # Whether Crossref gives a new number for parts of a record is not documented.
        version = max(sent.version, state.timestamp) if sent.waits and alike else sent.version
        shown = Shown(state.timestamp, state.owner_prefix, state.alias_of, record)
        is_moved = not self.context.owns(seen.doi, state)
        found = [*shown.drift(seen.doi, version, sent.record, is_moved=is_moved), *elsewhere]
        taken = () if sent.waits else _retained_marks(seen, sent.record, record, found)
        accepted = {*seen.accepted, *taken, *_accepted_with_it(seen, record, fields, found)}
        drift = tuple(change for change in found if change.mark not in accepted)
        matched = dict(record.found) if record else {}
        return Sight(
            _next_pass(seen, record, now),
            _proof_text(state, drift, accepted=bool(found)),
            known=True,
            timestamp=str(state.timestamp),
            last_update=state.last_update,
            drift=drift,
            taken=taken,
            matched=matched,
        )


@dataclass(frozen=True, slots=True)
class _Sent:
    """Hold the version of our last deposit that took effect, and its record, where we made one.

    `waits` says that resource-only deposits are in the record that Crossref was not seen to show yet.
    """

    version: int
    record: RegisteredRecord | None
    waits: bool = False


def _retained_marks(
    seen: Observed, ours: RegisteredRecord | None, theirs: RegisteredRecord | None, found: Sequence[Drift]
) -> tuple[str, ...]:
    """Return the marks of differences that are not a change by others: content that our deposit did not mention.

    Only the first time that a version is shown: what comes later was added by somebody.
    """
    if ours is None or seen.intended_at is not None or seen.drift:
        return ()
    differences = Shown.changes_by_others(ours, theirs)
    if not differences or not all(_is_retained(difference, ours) for difference in differences):
        return ()
    return tuple(drift.mark for drift in found if drift.kind is DriftKind.CONTENT)


def _accepted_with_it(
    seen: Observed, record: RegisteredRecord | None, fields: Sequence[Difference], found: Sequence[Drift]
) -> frozenset[str]:
    """Return the marks of the same change of address as one that a person accepted.

    Crossref and doi.org show it at different moments (Crossref documentation: up to a day), one after the other.
    """
    url = str(record.fields.get("url") or "") if record else ""
    told = {drift.kind: drift.mark for drift in found}
    as_registered = {told.get(DriftKind.CONTENT), told.get(DriftKind.DEPOSIT)} & set(seen.accepted)
    led = {
        drift.mark
        for drift in found
        if drift.kind is DriftKind.ADDRESS and as_registered and is_same_page(url, drift.after)
    }
    where = [mark.removeprefix("address:") for mark in seen.accepted if mark.startswith("address:")]
    if [difference.field for difference in fields] == ["url"] and any(is_same_page(url, address) for address in where):
        led.add(told.get(DriftKind.CONTENT, ""))
    return frozenset(led)


def _next_read(seen: Observed, now: datetime) -> datetime:
    """Return when to ask again for a version that is not shown yet: at the next moment of the schedule, then daily."""
    return next((seen.since + after for after in AFTER if seen.since + after > now), now + DAY)


def _next_pass(seen: Observed, record: RegisteredRecord | None, now: datetime) -> datetime:
    """Return when to read an unchanged record again: in a week, or earlier to see matched references."""
    listed = record.fields.get("references") if record else None
    references = listed if isinstance(listed, list) else []
    unmatched = any(
        isinstance(reference, Mapping) and not reference.get("doi") and reference.get("key") not in record.found
        for reference in references
        if record is not None
    )
    sooner = seen.next_look_for_matches(now) if unmatched else None
    return min(now + WEEK, sooner or now + WEEK)


def _proof_text(state: RegisteredState, drift: Sequence[Drift], *, accepted: bool) -> str:
    if drift:
        return "; ".join(difference.what for difference in drift)
    words = "everything is as it was sent"
    if accepted:
        words = "everything is as it was sent, or as it was accepted"
    return f"Crossref's query service shows the version {state.timestamp}, and {words}"


def _deposited_at(work: RegisteredWork) -> str:
    return work.deposited.isoformat() if work.deposited else ""


def _has_moved(seen: Observed, listed: RegisteredWork) -> bool:
    """Tell whether a list shows something new: another date of the last change, or another address."""
    again = bool(seen.deposited) and _deposited_at(listed) not in {"", seen.deposited}
    return again or bool(seen.address and listed.landing_url and listed.landing_url != seen.address)


# Crossref added to a list of references instead of replacing it.


def _keeps_old_references(ours: RegisteredRecord | None, theirs: RegisteredRecord | None) -> bool:
    """Tell whether the only difference are references that our deposit no longer has.

    Crossref's documentation says that references are replaced, and elsewhere that nothing is ("add references",
    metadata removal markup guide): so one deposit is tried, and looked at.
    """
    differences = Shown.changes_by_others(ours, theirs)
    if ours is None or theirs is None or not differences:
        return False
    if any(difference.field.partition("[")[0].partition(".")[0] != "references" for difference in differences):
        return False
    sent, shown = (record.fields.get("references") for record in (ours, theirs))
    sent, shown = (list(one) if isinstance(one, (list, tuple)) else [] for one in (sent, shown))
    return 0 < len(sent) < len(shown) and all(any(same_value("", one, other) for other in shown) for one in sent)


def _refill_references(context: DepositContext, doi: Doi) -> bool:
    """Record our last version again in two steps, the first of which empties the references; False where it cannot.

    Nothing is done twice: where the last deposit went in steps already, a person has to look.
    """
    works, now = context.ledger.works, context.clock()
    work, known = works.one(doi), works.known([doi]).get(doi.key)
    recorded = context.ledger.versions.registered_file(doi)
    if work is None or work.submission is None or work.submission.steps > 1 or recorded is None or known is None:
        return False
    file = DepositFile(recorded.xml).only(doi)
    # The file that empties goes first and takes the number below this one.
    clearing = ClearingSteps({doi.key: (frozenset({"references"}),)})
    stamp = next_timestamp(now, [known.timestamp]) + clearing.room
    again = context.reseal(recorded, file, stamp)
    sent = {item.doi.key for item in DepositItem.read_all(file.xml)}
    mine = [item for item in recorded.items if item.doi.key in sent]
    if not isinstance(again, NewSubmission) or known.open is not None or len(mine) != 1:
        return False
    item = replace(mine[0], after=known.latest, may_lose=("references",))
    steps = clearing.leading_to(replace(again, items=(item,), compared=now), context.reseal)
    return bool(steps.files) and works.prepare(*steps.files) is not None


def _moved_address(expected: str, urls: Collection[str]) -> Drift | None:
    """Return the difference if the handle system leads to another address than our last deposit."""
    if not expected or not urls or any(is_same_page(url, expected) for url in urls):
        return None
    found = min(urls)
    what = f"the DOI leads to {found} instead of {expected}"
    return Drift(DriftKind.ADDRESS, what, expected, found, f"address:{found}")


# Fields that stay registered when a deposit neither sends nor empties them.
_RETAINED: Final = frozenset(
    ("references", "relations", "licences", "free_to_read", "funding", "pdf_url", "full_texts", "updates",
     "crossmark_policy", "archives")
)  # fmt: skip


def _is_retained(difference: Difference, ours: RegisteredRecord) -> bool:
    """Tell whether a difference is content that our deposit neither sent nor emptied, so that it stayed."""
    name = difference.field.partition("[")[0].partition(".")[0]
    return difference.kind == "added" and (name not in ours.fields or not ours.fields[name]) and name in _RETAINED


def _updates_of(record: RegisteredRecord) -> Iterator[tuple[str, Doi]]:
    """Yield the updates of a notice: the type, and the DOI that is updated."""
    updates = record.fields.get("updates")
    for notice in updates if isinstance(updates, list) else ():
        if isinstance(notice, Mapping):
            try:
                yield str(notice.get("type")), Doi.parse(str(notice.get("doi")))
            # A DOI of an update that cannot be read was never ours.
            except InvalidIdentifier:
                continue
