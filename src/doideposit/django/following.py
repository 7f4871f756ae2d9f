"""Bring the copies of all states up to date, and look whether each DOI still has its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from doideposit.django.deposits import fingerprint, record_of, standing_of
from doideposit.django.models import DoiModel, DoiStanding, DoiState
from doideposit.django.opening import current_target, depositor
from doideposit.django.signals import doi_needs_attention, doi_registered

__all__ = ["Followed", "refresh"]

# As many objects are held in memory at a time.
AT_ONCE = 500


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
        columns = standing_of(known[state.key]) if state.key in known else {}
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
    elif fingerprint(record_of(one)) != state.fingerprint:
        if state.standing == DoiStanding.ATTENTION:
            return {}
        return {"standing": DoiStanding.CHANGED, "next_action": "register its DOI again, so that Crossref learns of it"}
    else:
        return {}
    return {"standing": DoiStanding.ATTENTION, "message": said, "next_action": action}
