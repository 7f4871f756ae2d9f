"""Hand objects of the site over to doideposit, bring back where their DOIs stand, and look whether each has its page.

By default a request needs no network: the next pass of `manage.py follow_dois`, or of the scheduled job, sends what was
recorded. With `DOIDEPOSIT_SEND_AT_ONCE = True` a request of the admin uploads to Crossref itself.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType

import doideposit
from doideposit.django.models import DoiModel, DoiStanding, DoiState
from doideposit.django.opening import current_target, depositor
from doideposit.django.signals import doi_needs_attention, doi_registered

__all__ = ["Followed", "RegisteredObjects", "doi_of", "record_of", "refresh", "register", "work_of"]

# As many objects are held in memory at a time.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RegisteredObjects:
    """Say what became of each object that was to be registered.

    `accepted` are on their way, `unchanged` need nothing, `hidden` are not public yet, `refused` stand beside what has
    to be corrected, `remarks` are warnings about those accepted. `error` is why nothing could be sent now; it is not
    lost.
    """

    target: str = ""
    accepted: tuple[DoiModel, ...] = ()
    unchanged: tuple[DoiModel, ...] = ()
    hidden: tuple[DoiModel, ...] = ()
    refused: tuple[tuple[DoiModel, str], ...] = ()
    remarks: tuple[tuple[DoiModel, str], ...] = ()
    error: doideposit.WorldError | None = None


def record_of(one: DoiModel) -> dict[str, Any]:
    """Return the record of an object without its empty values."""
    return {key: value for key, value in one.doi_record().items() if value not in (None, "", [], {})}


def work_of(one: DoiModel) -> doideposit.Commentary:
    """Return the object as a value with a DOI, for its landing page; raises `ValueError` where it cannot be one."""
    record = record_of(one)
    series = depositor().series.get(str(record.get("series")))
    return doideposit.Commentary.model_validate({**record, "series": series} if series else record)


def doi_of(record: Mapping[str, Any]) -> doideposit.Doi | None:
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

    The same content twice is sent once, whoever presses the button. Raises `DoiDepositError` where configuration or
    ledger cannot be used.
    """
    chosen = list(objects)
    hidden = tuple(one for one in chosen if not one.doi_is_public())
    records = [(one, record_of(one)) for one in chosen if one not in hidden]
    taken = _taken(records)
    sent = [(one, record) for one, record in records if one not in taken]
    at_once = getattr(settings, "DOIDEPOSIT_SEND_AT_ONCE", False)
    act = depositor().deposit if at_once else depositor().enqueue
    report = act(*(record for _, record in sent))
    accepted: list[DoiModel] = []
    unchanged: list[DoiModel] = []
    remarks: list[tuple[DoiModel, str]] = []
    refused = list(taken.items())
    for (one, record), entry in zip(sent, report.entries, strict=True):
        if entry.action is None or entry.action is doideposit.Action.BLOCKED or entry.doi is None:
            stopping = [(one, _sentence(finding)) for finding in entry.findings if finding.stops]
            refused += stopping or [(one, entry.reason)]
            continue
        if entry.action.sends:
            accepted.append(one)
            remarks += [(one, _sentence(finding)) for finding in entry.findings if _is_for_editors(finding)]
        else:
            unchanged.append(one)
        _remember(one, record, entry.doi, report.target, entry.status)
    return RegisteredObjects(
        report.target, tuple(accepted), tuple(unchanged), hidden, tuple(refused), tuple(remarks), report.error
    )


def _taken(records: Iterable[tuple[DoiModel, Mapping[str, Any]]]) -> dict[DoiModel, str]:
    """Find those whose DOI belongs to another object already: to register it would overwrite that one's record."""
    dois = {one: doi for one, record in records if (doi := doi_of(record)) is not None}
    known = DoiState.objects.filter(target=current_target(), key__in=[doi.key for doi in dois.values()])
    owners = {state.key: state for state in known}
    return {
        one: f"{doi} is the DOI of “{owner.name}”: give one of the two another number"
        for one, doi in dois.items()
        if (owner := owners.get(doi.key)) is not None and not _is_of(owner, one)
    }


def _is_of(state: DoiState, one: DoiModel) -> bool:
    kind = ContentType.objects.get_for_model(one)
    return (state.content_type_id, state.object_id) == (kind.pk, str(one.pk))


def _is_for_editors(finding: doideposit.Finding) -> bool:
    """Tell whether an editor can do something about it; what concerns a whole series is for who configures it."""
    return finding.severity is doideposit.Severity.WARNING and not (finding.where.field or "").startswith("series")


def _sentence(finding: doideposit.Finding) -> str:
    place = f" ({finding.where.field})" if finding.where.field else ""
    return f"{finding.message}{place}. {finding.hint}".strip()


def _remember(
    one: DoiModel, record: Mapping[str, Any], doi: doideposit.Doi, target: str, status: doideposit.WorkStatus | None
) -> None:
    values = {
        "doi": str(doi),
        "content_type": ContentType.objects.get_for_model(one),
        "object_id": str(one.pk),
        "name": str(one)[:200],
        "url": str(record.get("url", "")),
        "fingerprint": _fingerprint(record),
        **(_standing_of(status) if status is not None else {}),
    }
    state, _ = DoiState.objects.update_or_create(target=target, key=doi.key, defaults=values)
    one.__dict__["_doi_state"] = state


def _standing_of(status: doideposit.WorkStatus) -> dict[str, Any]:
    """Return the columns that tell where a DOI stands."""
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
class Followed:
    """Count what a pass found: DOIs looked at, newly registered, and newly in need of a person."""

    looked: int = 0
    registered: int = 0
    attention: int = 0


def refresh() -> Followed:
    """Copy from the ledger where each DOI stands, and send the signals for what is new; no network.

    A DOI whose object was deleted, hidden, renumbered or changed after it was registered is named as well: it leads to
    its page for ever.
    """
    looked = registered = attention = 0
    states = DoiState.objects.filter(target=current_target()).order_by("content_type_id", "pk")
    for _, of_model in groupby(states.iterator(AT_ONCE), key=lambda state: state.content_type_id):
        listed = list(of_model)
        for start in range(0, len(listed), AT_ONCE):
            part = listed[start : start + AT_ONCE]
            for before, state, one in _refreshed(part):
                looked += 1
                if state.registered and not before.registered:
                    registered += 1
                    doi_registered.send_robust(state.content_type.model_class(), instance=one, state=state)
                if state.standing == DoiStanding.ATTENTION and before.standing != DoiStanding.ATTENTION:
                    attention += 1
                    doi_needs_attention.send_robust(state.content_type.model_class(), instance=one, state=state)
    return Followed(looked, registered, attention)


@dataclass(frozen=True, slots=True)
class _Before:
    standing: str
    registered: bool


def _refreshed(states: list[DoiState]) -> list[tuple[_Before, DoiState, DoiModel | None]]:
    """Update the states of one model; return each with what it was before and its object."""
    model = states[0].content_type.model_class()
    objects: Mapping[str, DoiModel] = {}
    if model is not None and issubclass(model, DoiModel):
        keys = [model._meta.pk.to_python(state.object_id) for state in states]
        objects = {str(key): one for key, one in model._default_manager.in_bulk(keys).items()}
    newest = {state.object_id: state.pk for state in states}
    known = {status.doi.key: status for status in depositor().statuses(dois=[state.doi for state in states])}
    done = []
    for state in states:
        before = _Before(state.standing, state.registered)
        one = objects.get(state.object_id)
        columns = _standing_of(known[state.key]) if state.key in known else {}
        for name, value in {**columns, **_page(state, one, newest=newest[state.object_id] == state.pk)}.items():
            setattr(state, name, value)
        state.save(update_fields=["standing", "registered", "message", "next_action", "updated_at"])
        done.append((before, state, one))
    return done


def _page(state: DoiState, one: DoiModel | None, *, newest: bool) -> dict[str, str]:
    """Return what is to be said of a DOI whose object is not as it was when it was sent."""
    where = f" at {state.url}" if state.url else ""
    if one is None:
        said = "what it leads to was deleted here"
        action = f"a DOI cannot be deleted: keep a page{where} that says what happened"
    elif not newest:
        said = "the number was changed, and with it the DOI"
        action = f"this older DOI stays registered: let its page{where} lead to the new one"
    elif not one.doi_is_public():
        said = "readers cannot open its page any more"
        action = f"publish it again, or keep a page{where} that says what happened"
    elif _fingerprint(record_of(one)) != state.fingerprint:
        if state.standing == DoiStanding.ATTENTION:
            return {}
        return {"standing": DoiStanding.CHANGED, "next_action": "register its DOI again, so that Crossref learns of it"}
    else:
        return {}
    return {"standing": DoiStanding.ATTENTION, "message": said, "next_action": action}
