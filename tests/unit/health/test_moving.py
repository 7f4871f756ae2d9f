"""Proofs of a move: asked in rounds, bounded in time, and honest about what was not seen."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from depositing import commentary
from doideposit.crossref.politeness import PassingTime
from doideposit.deposits.values import WorkStatus
from doideposit.errors import ConfigurationError, RegistrarUnavailable, UnexpectedAnswer
from doideposit.health.moving import MoveProof, SiteMove
from doideposit.records.identifiers import Doi
from doideposit.records.sources.site_table import SiteRow


class Time:
    """A time that passes only when somebody sleeps, or an answer takes a while."""

    def __init__(self) -> None:
        self.now = 0.0

    def pass_by(self, seconds: float) -> None:
        self.now += seconds

    @property
    def passing(self) -> PassingTime:
        return PassingTime(lambda: self.now, self.pass_by)


def moves(count: int) -> list[SiteMove]:
    return [SiteMove(SiteRow(number + 1), commentary(number)) for number in range(1, count + 1)]


def status(*, seen: bool) -> WorkStatus:
    found = SimpleNamespace(resolves=SimpleNamespace(at=1 if seen else None), drift=())
    return cast("WorkStatus", found)


def asker(time: Time, answer: Callable[[int], WorkStatus]) -> tuple[list[str], Any]:
    asked: list[str] = []

    def ask(doi: Doi) -> WorkStatus:
        asked.append(doi.key)
        time.pass_by(0.1)
        return answer(len(asked))

    return asked, ask


def test_what_is_seen_is_asked_about_once() -> None:
    time = Time()
    asked, ask = asker(time, lambda _: status(seen=True))
    read_of, read = asker(time, lambda _: status(seen=True))
    assert MoveProof.of(moves(40), ask, read, time.passing, 60).unseen == ()
    assert (len(asked), len(read_of)) == (40, 40)


def test_records_that_cannot_be_read_take_nothing_from_the_proof() -> None:
    time = Time()
    _, ask = asker(time, lambda _: status(seen=True))

    def away(_: int) -> WorkStatus:
        raise RegistrarUnavailable("the query service could not be reached")

    read_of, read = asker(time, away)
    proof = MoveProof.of(moves(200), ask, read, time.passing, 60)
    assert (proof.unseen, proof.error, str(proof.unread)) == ((), None, "the query service could not be reached")
    assert len(read_of) < 20


def test_a_late_handle_is_asked_about_again_and_the_others_are_not() -> None:
    time = Time()
    asked: list[str] = []

    def ask(doi: Doi) -> WorkStatus:
        asked.append(doi.key)
        return status(seen=not doi.key.endswith("3") or asked.count(doi.key) > 1)

    _, read = asker(time, lambda _: status(seen=True))
    assert MoveProof.of(moves(5), ask, read, time.passing, 60).unseen == ()
    assert len(asked) == 6


def test_the_time_is_bounded_whatever_the_handles_say() -> None:
    time = Time()
    _, ask = asker(time, lambda _: status(seen=False))
    assert len(MoveProof.of(moves(30), ask, ask, time.passing, 60).unseen) == 30
    assert time.now < 60 + 30 + 5


@pytest.mark.parametrize(
    "error", [RegistrarUnavailable("doi.org could not be reached"), ConfigurationError("this address is not known")]
)
def test_a_service_that_is_away_ends_each_round_and_is_named(error: Exception) -> None:
    time = Time()

    def away(_: int) -> WorkStatus:
        # As long as a question that hangs.
        time.pass_by(60)
        raise error

    asked, ask = asker(time, away)
    proof = MoveProof.of(moves(1_000), ask, ask, time.passing, 0)
    assert (len(proof.unseen), str(proof.error)) == (1_000, str(error))
    # Only as many as were on their way when the first one failed.
    assert len(set(asked)) < 20


def test_one_odd_answer_says_nothing_of_the_others() -> None:
    time = Time()

    def odd(number: int) -> WorkStatus:
        if number == 1:
            raise UnexpectedAnswer("this is no answer")
        return status(seen=True)

    _, ask = asker(time, odd)
    proof = MoveProof.of(moves(9), ask, ask, time.passing, 30)
    assert (proof.unseen, proof.error) == ((), None)
