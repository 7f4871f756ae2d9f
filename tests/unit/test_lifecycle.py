"""The life of a submission, as its table says: every legal move, and every other one raises."""

import itertools

import pytest

from doideposit.lifecycle import STATE_AFTER, TABLE, EventKind, Milestone, Move, Outcome, RetryClass, State

LEGAL = {
    ("prepared", "start"): "sending",
    ("sending", "accept"): "queued",
    ("sending", "release"): "prepared",
    ("sending", "refuse"): "refused",
    ("queued", "finish"): "done",
    ("prepared", "recover"): "queued",
    ("prepared", "abandon"): "refused",
    ("sending", "abandon"): "refused",
    ("queued", "abandon"): "refused",
    ("refused", "finish"): "done",
}


@pytest.mark.parametrize(("state", "move"), list(itertools.product(State, Move)))
def test_every_pair_of_state_and_move(state: State, move: Move) -> None:
    wanted = LEGAL.get((state.value, move.value))
    if wanted is None:
        with pytest.raises(RuntimeError, match=f"{state} cannot {move}"):
            state.advance(move)
    else:
        assert state.advance(move).value == wanted


def test_what_is_done_never_moves_again_and_what_seemed_refused_only_when_its_log_turns_up() -> None:
    leaving = {state for state, _ in TABLE}
    assert leaving == set(State) - {State.DONE}
    assert {state for state in State if state.is_open} == leaving - {State.REFUSED}
    assert [move for state, move in TABLE if state is State.REFUSED] == [Move.FINISH]


def test_a_warning_is_a_registration() -> None:
    assert {one for one in Outcome if one.is_registered} == {Outcome.REGISTERED, Outcome.REGISTERED_WITH_WARNING}


def test_every_move_has_an_event_that_leads_to_the_state_of_the_table() -> None:
    """The events alone must give the state back: `ledger check` compares the two."""
    event_of_move = {
        Move.START: EventKind.SENDING,
        Move.ACCEPT: EventKind.RECEIVED,
        Move.RECOVER: EventKind.RECEIVED,
        Move.REFUSE: EventKind.REFUSED,
        Move.FINISH: EventKind.PROCESSED,
        Move.ABANDON: EventKind.ABANDONED,
    }
    for (_, move), after in TABLE.items():
        for kind in (event_of_move[move],) if move in event_of_move else (EventKind.NOT_RECEIVED, EventKind.LOST):
            assert STATE_AFTER[kind] is after


def test_every_outcome_is_an_event_of_the_same_name_and_no_event_of_a_doi_changes_its_file() -> None:
    assert {EventKind(outcome) for outcome in Outcome}.isdisjoint(STATE_AFTER)


@pytest.mark.parametrize("kind", [*EventKind, *RetryClass, *Milestone, *Outcome], ids=str)
def test_every_word_of_the_ledger_is_explained_in_a_sentence(kind: EventKind) -> None:
    assert kind.meaning[0].isupper() or kind.meaning.startswith("doi.org")
    assert kind.meaning.endswith(".")
