"""With any fault of Crossref a deposit ends in a declared state that names the next action, and is mended afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from depositing import Desk, commentary, sqlite_url, validator
from doideposit.deposits.values import DepositReport, PollReport
from doideposit.errors import WorldError
from doideposit.lifecycle import State
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.faults import FAULTS, Fault
from doideposit.sandbox.simulation import Sandbox

C258 = "10.48251/SADF.ISSN.2406-5617.C258"
PASSES = 30
"""A scheduled job that runs whenever something is due; with half an hour between two passes that is most of a day."""


def every_fault() -> Iterator[Fault]:
    for kind in FAULTS.values():
        free = {("N",): ["2"], ("TEXT",): ["Something Crossref never said before"]}
        for value in free.get(kind.choices, list(kind.choices)) or [None]:
            for times in (1, None):
                yield Fault(kind.name, value, times=times)


def cases() -> Iterator[Any]:
    """One of each kind always; every value of it, once and all the time, in the acceptance run."""
    kinds: set[str] = set()
    for fault in every_fault():
        marks = [pytest.mark.acceptance] if fault.name in kinds or (fault.times and len(kinds) % 2) else []
        kinds |= set() if marks else {fault.name}
        name = f"{fault.name}{f'={fault.value[:9]}' if fault.value else ''} {'once' if fault.times else 'always'}"
        yield pytest.param(fault, id=name, marks=marks)


def says_what_to_do(act: Callable[[], DepositReport | PollReport]) -> bool:
    """Whether the run went through; where it did not, it says why and what to do."""
    try:
        trouble = act().error
    except WorldError as error:
        trouble = error
    return trouble is None or bool(trouble.message and trouble.hint)


def passes(desk: Desk) -> None:
    """What a scheduled job does, until nothing is due or its time is over; every trouble says what to do."""
    for _ in range(PASSES):
        due = desk.depositor.next_due()
        if due is None:
            return
        desk.clock.set(max(desk.clock(), due))
        desk.clock.advance(1)
        assert says_what_to_do(desk.depositor.poll)


@pytest.mark.slow
@pytest.mark.parametrize("fault", list(cases()))
def test_every_fault_ends_in_a_declared_state_and_is_mended(tmp_path: Path, fault: Fault) -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock, validate=validator().validate, delays=Delays(), faults=[fault])
    with Desk(sqlite_url(tmp_path), clock=clock, sandbox=sandbox) as desk:
        assert says_what_to_do(lambda: desk.depositor.deposit(commentary()))
        passes(desk)
        status = desk.depositor.status(C258)
        assert status.state in set(State)
        assert status.next_action
        assert not status.registered or sandbox.record(C258) is not None
        assert status.is_open or status.registered or status.needs_person, "an end that nobody is told of"
        sandbox.faults.clear()
        sandbox.unstick()
        desk.clock.advance(7 * 3600)  # longer than any pause after a failure that may pass by itself
        # With `retry`, what is registered with the same content would be sent once more.
        desk.depositor.deposit(commentary(), retry=not desk.depositor.status(C258).registered)
        desk.settle()
        if desk.depositor.status(C258).state is State.REFUSED:
            # While it was in doubt whether Crossref has the file, nothing could be sent. Now it is known that Crossref
            # declined it, and that it goes out again is for a person to say.
            desk.depositor.deposit(commentary(), retry=True)
            desk.settle()
        assert desk.depositor.status(C258).registered
        assert len(sandbox.history(C258)) == 1, "in force once, and no oftener"
        assert desk.depositor.ledger.check() == ()
