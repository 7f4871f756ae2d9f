"""Work after an answer: one at a time, once more when it was asked for meanwhile, and never an exception."""

import threading

from doideposit.errors import DoiDepositError, RegistrarUnavailable
from doideposit.web.afterwards import Afterwards


def test_asked_for_while_it_runs_it_runs_once_more() -> None:
    begun, go, done = threading.Semaphore(0), threading.Semaphore(0), []

    def work() -> None:
        begun.release()
        assert go.acquire(timeout=60)
        done.append(threading.get_ident())

    afterwards = Afterwards(work)
    afterwards.ask()
    assert begun.acquire(timeout=60)
    for _ in range(5):
        afterwards.ask()
    go.release(2)
    afterwards.close(60)
    assert len(done) == 2
    assert len(set(done)) == 1, "one thread at a time"
    go.release()
    afterwards.ask()
    afterwards.close(60)
    assert len(done) == 3


def test_what_fails_is_kept_and_the_next_time_begins_anew() -> None:
    answers: list[DoiDepositError | Exception | None] = [
        RegistrarUnavailable("away"),
        ValueError("a fault of ours"),
        None,
    ]
    said = []

    def work() -> DoiDepositError | None:
        answer = answers.pop(0)
        if isinstance(answer, ValueError):
            raise answer
        return answer if isinstance(answer, DoiDepositError) else None

    afterwards = Afterwards(work, start=lambda run: run())
    while answers:
        afterwards.ask()
        said.append(afterwards.error and afterwards.error.message)
    assert said == ["away", None, None]


def test_closing_does_not_wait_for_ever() -> None:
    go = threading.Event()

    def work() -> None:
        go.wait(60)

    afterwards = Afterwards(work)
    afterwards.ask()
    afterwards.close(0.01)
    go.set()
    afterwards.close(60)
