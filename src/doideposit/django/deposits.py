"""Hand objects of the site over to doideposit, bring back where their DOIs stand, and check whether each has its page.

By default a request needs no network: the next pass of `manage.py follow_dois`, or of the scheduled job, sends what was
recorded. With `DOIDEPOSIT_SEND_AT_ONCE = True` a request of the admin uploads to Crossref itself.
"""

import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connections, router
from django.utils import timezone

import doideposit
from doideposit.django.models import DoiModel, DoiStanding, DoiState
from doideposit.django.opening import current_target, depositor
from doideposit.django.signals import doi_needs_attention, doi_registered

__all__ = ["RegisteredObjects", "record_of", "refresh", "register", "work_of"]

# As many objects are held in memory at a time.
AT_ONCE = 500
# Columns that are written with every deposit, and columns that are written where the ledger knows the DOI.
ABOUT_THE_OBJECT = ("doi", "content_type", "object_id", "name", "url", "fingerprint", "updated_at")
ABOUT_THE_DOI = ("standing", "registered", "message", "next_action")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RegisteredObjects:
    """Say what became of each object that was to be registered.

    `accepted` are on their way, `unchanged` need nothing, `hidden` are not public yet, `refused` are beside what has
    to be corrected, `remarks` are warnings about those accepted. `error` is why nothing could be sent now; it is not
    lost. `unkept` is why the database of the site could not keep where the DOIs are: the ledger has them, and
    registering the same objects again later writes it down.
    """

    target: str = ""
    accepted: tuple[DoiModel, ...] = ()
    unchanged: tuple[DoiModel, ...] = ()
    hidden: tuple[DoiModel, ...] = ()
    refused: tuple[tuple[DoiModel, str], ...] = ()
    remarks: tuple[tuple[DoiModel, str], ...] = ()
    error: doideposit.WorldError | None = None
    unkept: str = ""


def record_of(instance: DoiModel) -> dict[str, Any]:
    """Return the record of an object without its empty values."""
    return {key: value for key, value in instance.doi_record().items() if value not in (None, "", [], {})}


def work_of(instance: DoiModel) -> doideposit.Commentary:
    """Return the object as a value with a DOI, for its landing page; raises `ValueError` where it cannot be one."""
    record = record_of(instance)
    series = depositor().series.get(str(record.get("series")))
    return doideposit.Commentary.model_validate({**record, "series": series} if series else record)


def _doi_of(record: Mapping[str, Any]) -> doideposit.Doi | None:
    """Return the DOI that a record will get; None where series or number yield none."""
    series = depositor().series.get(str(record.get("series")))
    try:
        if record.get("doi"):
            return doideposit.Doi.parse(str(record["doi"]))
        return series.doi_for(str(record["number"])) if series and record.get("number") else None
    except ValueError:
        return None


def _fingerprint(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a record, to see later whether the object has changed."""
    return sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest()


def register(objects: Iterable[DoiModel]) -> RegisteredObjects:
    """Register or update the DOIs of those objects that readers can see.

    The same content twice is sent once, whoever presses the button. A process that is killed on the way leaves a row
    for each new DOI, which the next `refresh` completes or takes away. Raises `DoiDepositError` where configuration or
    ledger cannot be used.
    """
    sorted_out = _sort_objects(objects)
    taken = _find_taken_dois(sorted_out.records)
    sent = [(instance, record) for instance, record in sorted_out.records if instance not in taken]
    at_once = getattr(settings, "DOIDEPOSIT_SEND_AT_ONCE", False)
    act = depositor().deposit if at_once else depositor().enqueue
    intended = _save_intents(sent)
    try:
        report = act(*(record for _, record in sent))
    except doideposit.DoiDepositError:
        _delete_intents(intended)
        raise
    accepted: list[DoiModel] = []
    unchanged: list[DoiModel] = []
    remarks: list[tuple[DoiModel, str]] = []
    refused = [*sorted_out.broken, *taken.items()]
    known: list[_Known] = []
    for (instance, record), entry in zip(sent, report.entries, strict=True):
        if entry.action is None or entry.action is doideposit.Action.BLOCKED or entry.doi is None:
            stopping = [(instance, _finding_sentence(finding)) for finding in entry.findings if finding.stops]
            refused += stopping or [(instance, entry.reason)]
            continue
        if entry.action.sends:
            accepted.append(instance)
            remarks += [(instance, _finding_sentence(finding)) for finding in filter(_is_for_editors, entry.findings)]
        elif entry.in_force:
            unchanged.append(instance)
        else:
            # It was sent before, and is not registered yet: perhaps nobody knows whether Crossref has it.
            remarks.append((instance, entry.reason))
        known.append(_Known(instance, record, entry.doi, report.target, entry.status))
    unkept = _save_states(known)
    _delete_intents(intended - {kept.doi.key for kept in known})
    return RegisteredObjects(
        report.target,
        tuple(accepted),
        tuple(unchanged),
        sorted_out.hidden,
        tuple(refused),
        tuple(remarks),
        report.error,
        unkept,
    )


@dataclass(frozen=True, slots=True)
class _SortedOut:
    """Hold the records of what readers can see, what they cannot see, and what the code of the site failed for."""

    records: tuple[tuple[DoiModel, dict[str, Any]], ...]
    hidden: tuple[DoiModel, ...]
    broken: tuple[tuple[DoiModel, str], ...]


def _sort_objects(objects: Iterable[DoiModel]) -> _SortedOut:
    """Read the record of each object; an object whose methods fail does not stop the others."""
    records, hidden, broken = [], [], []
    for instance in objects:
        try:
            # What is not in the database, or no longer, has no page, whatever its own method says.
            if not instance._state.adding and instance.pk is not None and instance.doi_is_public():
                records.append((instance, record_of(instance)))
            else:
                hidden.append(instance)
        # Both methods call code of the site, which may raise anything.
        except Exception as error:  # noqa: BLE001
            _log.exception("the record of %s %s could not be made", instance._meta.label, instance.pk)
            broken.append(
                (instance, f"its record could not be made ({type(error).__name__}: {error}): correct the object")
            )
    return _SortedOut(tuple(records), tuple(hidden), tuple(broken))


def _find_taken_dois(records: Iterable[tuple[DoiModel, Mapping[str, Any]]]) -> dict[DoiModel, str]:
    """Find those whose DOI belongs to another object already: to register it would overwrite that one's record.

    An object that was deleted keeps no DOI back: who writes the commentary again continues with its DOI.
    """
    dois = {instance: doi for instance, record in records if (doi := _doi_of(record)) is not None}
    known = DoiState.objects.filter(target=current_target(), key__in=[doi.key for doi in dois.values()])
    owners = {state.key: state for state in known}
    return {
        instance: f"{doi} is the DOI of “{owner.name}”: give one of them another number"
        for instance, doi in dois.items()
        if (owner := owners.get(doi.key)) is not None and not _belongs_to(owner, instance) and _has_object(owner)
    }


def _belongs_to(state: DoiState, instance: DoiModel) -> bool:
    kind = ContentType.objects.get_for_model(instance)
    return (state.content_type_id, state.object_id) == (kind.pk, str(instance.pk))


def _has_object(state: DoiState) -> bool:
    model = state.content_type.model_class()
    return model is not None and model._default_manager.filter(pk=state.object_id).exists()


def _is_for_editors(finding: doideposit.Finding) -> bool:
    """Tell whether an editor can act on a finding; findings about a series are for the administrator."""
    return finding.severity is doideposit.Severity.WARNING and not (finding.where.field or "").startswith("series")


def _finding_sentence(finding: doideposit.Finding) -> str:
    place = f" ({finding.where.field})" if finding.where.field else ""
    return f"{finding.message}{place}" + (f": {finding.hint}" if finding.hint else "")


def _save_intents(records: Iterable[tuple[DoiModel, Mapping[str, Any]]]) -> set[str]:
    """Write a row for each DOI that has none, before the ledger is written; return the keys of all DOIs.

    Without it, a process that is killed after the ledger was written would leave a list that shows no DOI while one is
    under way. A row without a fingerprint is such an intent; the ledger need not know its DOI.
    """
    dois = [(instance, record, doi) for instance, record in records if (doi := _doi_of(record)) is not None]
    target = current_target()
    intents = [_state_for(_Known(instance, record, doi, target, None)) for instance, record, doi in dois]
    for intent in intents:
        intent.fingerprint = ""
    try:
        DoiState.objects.bulk_create(intents, ignore_conflicts=True)
    except DatabaseError:
        # To deposit needs the ledger alone; that the list cannot be written is said after that.
        _log.exception("the DOIs to register could not be saved")
    return {doi.key for _, _, doi in dois}


def _delete_intents(keys: Collection[str]) -> None:
    """Delete the rows whose DOIs the ledger did not record; rows completed in the meantime stay."""
    if keys:
        try:
            DoiState.objects.filter(target=current_target(), key__in=keys, fingerprint="").delete()
        except DatabaseError:
            _log.exception("rows of DOIs that were not recorded could not be deleted: the next run does it")


@dataclass(frozen=True, slots=True)
class _Known:
    """Hold what is to be kept of an object that the ledger has taken."""

    instance: DoiModel
    record: Mapping[str, Any]
    doi: doideposit.Doi
    target: str
    status: doideposit.WorkStatus | None


def _save_states(known: Iterable[_Known]) -> str:
    """Save the states of DOIs; return why the database could not be written, or an empty text.

    The ledger has them already, so that this failing loses nothing and must not look like a failed deposit.
    """
    # For a DOI without a status, the columns about the DOI keep what was known before.
    told: dict[bool, dict[str, DoiState]] = {True: {}, False: {}}
    for kept in known:
        told[kept.status is not None][kept.doi.key] = state = _state_for(kept)
        kept.instance.__dict__["_doi_state"] = state
    try:
        _write_states(told[True].values(), [*ABOUT_THE_OBJECT, *ABOUT_THE_DOI])
        _write_states(told[False].values(), ABOUT_THE_OBJECT)
    except DatabaseError as error:
        _log.exception("the states of the DOIs could not be saved")
        return str(error)
    return ""


def _state_for(known: _Known) -> DoiState:
    return DoiState(
        target=known.target,
        key=known.doi.key,
        doi=str(known.doi),
        content_type=ContentType.objects.get_for_model(known.instance),
        object_id=str(known.instance.pk),
        name=str(known.instance)[:200],
        url=str(known.record.get("url", "")),
        fingerprint=_fingerprint(known.record),
        **(_state_columns(known.status) if known.status is not None else {}),
    )


def _write_states(states: Iterable[DoiState], columns: Collection[str]) -> None:
    """Write all states in one statement.

    To look first and write then would need a lock that two editors at once could not both get: SQLite refuses the
    second one without waiting.
    """
    using = connections[router.db_for_write(DoiState)]
    # MySQL and MariaDB take no names of columns here: they find the row by any of its unique keys.
    by_name = using.features.supports_update_conflicts_with_target
    DoiState.objects.using(using.alias).bulk_create(
        states, update_conflicts=True, unique_fields=["target", "key"] if by_name else None, update_fields=columns
    )


def _state_columns(status: doideposit.WorkStatus) -> dict[str, Any]:
    """Return the columns with the state of a DOI."""
    if status.needs_person:
        standing = DoiStanding.ATTENTION
    elif status.is_open or not status.registered:
        standing = DoiStanding.UNDER_WAY
    else:
        standing = DoiStanding.REGISTERED
    return {
        "standing": standing,
        "registered": status.registered,
        "message": status.message,
        "next_action": status.next_action,
    }


# Following up.


@dataclass(frozen=True, slots=True)
class _Followed:
    """Say what a pass found: how many DOIs it looked at, which are newly registered, and which newly need a person."""

    looked: int = 0
    registered: tuple[DoiState, ...] = ()
    attention: tuple[DoiState, ...] = ()


def refresh() -> _Followed:
    """Copy the state of each DOI from the ledger, and send the signals for changes; no network.

    A DOI whose object was deleted, hidden, renumbered or changed after it was registered is named as well: it leads to
    its page for ever.
    """
    _delete_unrecorded()
    looked = 0
    registered: list[DoiState] = []
    attention: list[DoiState] = []
    states = DoiState.objects.filter(target=current_target()).order_by("content_type_id", "pk")
    for _, of_model in groupby(states.iterator(AT_ONCE), key=lambda state: state.content_type_id):
        listed = list(of_model)
        # Taken from the whole list, and not part by part: a newer DOI of the same object may be in a later part.
        newest = {state.object_id: state.pk for state in listed}
        for start in range(0, len(listed), AT_ONCE):
            for before, state, instance in _refresh_states(listed[start : start + AT_ONCE], newest):
                looked += 1
                if state.registered and not before.registered:
                    registered.append(state)
                    doi_registered.send_robust(state.content_type.model_class(), instance=instance, state=state)
                if state.standing == DoiStanding.ATTENTION and before.standing != DoiStanding.ATTENTION:
                    attention.append(state)
                    doi_needs_attention.send_robust(state.content_type.model_class(), instance=instance, state=state)
    return _Followed(looked, tuple(registered), tuple(attention))


def _delete_unrecorded() -> None:
    """Delete the rows of a process that was killed before the ledger recorded its DOIs."""
    intended = DoiState.objects.filter(target=current_target(), fingerprint="")
    dois = dict(intended.values_list("key", "doi"))
    known = {status.doi.key for status in depositor().statuses(dois=dois.values())} if dois else set()
    _delete_intents(dois.keys() - known)


@dataclass(frozen=True, slots=True)
class _Before:
    standing: str
    registered: bool


def _refresh_states(
    states: list[DoiState], newest: Mapping[str, int]
) -> Iterator[tuple[_Before, DoiState, DoiModel | None]]:
    """Update the states of one model; yield each with its former state and its object."""
    model = states[0].content_type.model_class()
    objects: Mapping[str, DoiModel] = {}
    if model is not None and issubclass(model, DoiModel):
        keys = [model._meta.pk.to_python(state.object_id) for state in states]
        objects = {str(key): instance for key, instance in model._default_manager.in_bulk(keys).items()}
    known = {status.doi.key: status for status in depositor().statuses(dois=[state.doi for state in states])}
    for state in states:
        before = _Before(state.standing, state.registered)
        instance = objects.get(state.object_id)
        columns = _state_columns(known[state.key]) if state.key in known else {}
        columns |= _page_news(state, instance, columns, newest=newest[state.object_id] == state.pk)
        for name, value in columns.items():
            setattr(state, name, value)
        # `save` would raise if another process has just deleted the row, because its DOI was not taken.
        DoiState.objects.filter(pk=state.pk).update(**columns, updated_at=timezone.now())
        yield before, state, instance


def _page_news(
    state: DoiState, instance: DoiModel | None, columns: Mapping[str, Any], *, newest: bool
) -> dict[str, str]:
    """Return what to report about a DOI whose object changed since it was sent."""
    where = f" at {state.url}" if state.url else ""
    if instance is None:
        said = "its object was deleted here"
        action = f"a DOI cannot be deleted: keep a page{where} that says what happened"
    elif not newest:
        said = "the number was changed, and so was the DOI"
        action = f"this older DOI stays registered: redirect its page{where} to the new one"
    else:
        return _object_news(state, instance, columns, where)
    return {"standing": DoiStanding.ATTENTION, "message": said, "next_action": action}


def _object_news(state: DoiState, instance: DoiModel, columns: Mapping[str, Any], where: str) -> dict[str, str]:
    """Return what to report about the object that has this DOI now: hidden, broken, moved or changed."""
    sorted_out = _sort_objects([instance])
    said = ""
    if sorted_out.hidden:
        said = "readers can no longer open its page"
        action = f"publish it again, or keep a page{where} that says what happened"
    elif sorted_out.broken:
        said, action = sorted_out.broken[0][1], "a DOI cannot be deleted, and always leads to its page"
    if said:
        return {"standing": DoiStanding.ATTENTION, "message": said, "next_action": action}
    ((_, record),) = sorted_out.records
    fingerprint = _fingerprint(record)
    if fingerprint == state.fingerprint or columns.get("standing", state.standing) == DoiStanding.ATTENTION:
        return {}
    doi = _doi_of(record)
    if doi is not None and doi.key != state.key:
        said = f"the number was changed: if it is registered again, it gets a second DOI, {doi}"
        action = f"change the number back, or register the second one and redirect the page{where} to its page"
        return {"standing": DoiStanding.ATTENTION, "message": said, "next_action": action}
    (entry,) = depositor().plan(record, offline=True).entries
    if entry.action is doideposit.Action.UNCHANGED:
        # The ledger has this version: who recorded it was killed before it could be kept here, or used another way.
        return {"fingerprint": fingerprint}
    action = "register its DOI again to update Crossref"
    if str(record.get("url", "")) != state.url:
        action = f"its page moved from {state.url}: register its DOI again, so that it leads to the new address"
    return {"standing": DoiStanding.CHANGED, "next_action": action}
