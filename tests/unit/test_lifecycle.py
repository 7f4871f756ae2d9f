"""The life of a submission, as its table says: every legal move, and every other one raises."""

import itertools

import pytest

from doideposit.lifecycle import TABLE, IllegalMove, Move, Outcome, State, advance, is_open

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
}


@pytest.mark.parametrize(("state", "move"), list(itertools.product(State, Move)))
def test_every_pair_of_state_and_move(state: State, move: Move) -> None:
    wanted = LEGAL.get((state.value, move.value))
    if wanted is None:
        with pytest.raises(IllegalMove, match=f"{state} cannot {move}"):
            advance(state, move)
    else:
        assert advance(state, move).value == wanted


def test_what_has_ended_never_moves_again_and_all_else_is_open() -> None:
    leaving = {state for state, _ in TABLE}
    assert {state for state in State if is_open(state)} == leaving == set(State) - {State.DONE, State.REFUSED}


def test_a_warning_is_a_registration() -> None:
    assert {one for one in Outcome if one.is_registered} == {Outcome.REGISTERED, Outcome.REGISTERED_WITH_WARNING}
