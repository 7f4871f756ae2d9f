"""Two readers of the same answers, written apart: the sandbox's registrar in process and the client over HTTP.

For every fault they must raise the same class of error; and whatever a poll brings, the reader of result logs must
come to the right conclusion about the DOI.
"""

import pytest

from doideposit.crossref.client import CrossrefClient
from doideposit.crossref.diagnostics import outcomes
from doideposit.crossref.http import Timeouts
from doideposit.crossref.registrar import Endpoint, Registrar
from doideposit.errors import RegistrarError
from doideposit.records.identifiers import Doi
from doideposit.records.models.batch import SEAL, SealedBatch
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.faults import FAULTS, Fault, FaultPlace
from doideposit.sandbox.registrar import SANDBOX_CREDENTIALS, SandboxRegistrar
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox
from sandbox_deposits import STAMP, Batch

pytestmark = pytest.mark.network_loopback

DOI = Doi("10.5555/c1")
BATCH = SealedBatch(Batch().xml(), "5.5.0", "batch-1", STAMP, (DOI,), SEAL)


def ways(place: FaultPlace) -> list[str]:
    """Every fault that can strike there, with every value that is not free."""
    texts = []
    for kind in FAULTS.values():
        if place in kind.places | kind.more_places and kind.name not in {"stuck", "unknown_for"}:
            at = f"@{place}" if place != "process" else ""
            values = {(): [""], ("N",): ["=3"], ("TEXT",): ["=No luck"]}.get(kind.choices)
            texts += [f"{kind.name}{at}{value}" for value in values or [f"={choice}" for choice in kind.choices]]
    return texts


def verdict(registrar: Registrar, *, poll: bool) -> str:
    try:
        if poll:
            registrar.fetch_result("a.xml")
        else:
            registrar.submit(BATCH, "a.xml")
    except RegistrarError as error:
        return type(error).__name__
    return "accepted"


@pytest.mark.parametrize("fault", [*ways("upload"), *ways("poll")])
def test_both_raise_the_same_class(fault: str) -> None:
    sandbox = Sandbox(clock=Clock(), delays=Delays.none())
    poll = "@poll" in fault
    inside = SandboxRegistrar(sandbox, timeout=2)
    # A busy machine answers late: the client is impatient only where a late reply is what is tried.
    patience = 2 if fault.startswith("slow") else 30
    with running(sandbox) as url:
        outside = CrossrefClient(
            Endpoint("sandbox", url), lambda: SANDBOX_CREDENTIALS, timeouts=Timeouts(30, patience, 60)
        )
        if poll:
            inside.submit(BATCH, "a.xml")
        heard = []
        for registrar in (inside, outside):
            sandbox.faults.arm([Fault.parse(fault)])
            heard.append(verdict(registrar, poll=poll))
            assert sandbox.faults.armed == ()
    assert heard[0] == heard[1]


LOGS = dict.fromkeys(ways("process"), "registered") | {"zero_records": "missing", "reject=No luck": "failed"}


@pytest.mark.parametrize("fault", LOGS)
def test_bent_logs_lead_to_the_right_conclusion(fault: str) -> None:
    sandbox = Sandbox(clock=Clock(), delays=Delays.none(), faults=[Fault.parse(fault)])
    registrar = SandboxRegistrar(sandbox)
    registrar.submit(BATCH, "a.xml")
    reading = outcomes.read(registrar.fetch_result("a.xml"), dois=[DOI], batch_id="batch-1")
    assert isinstance(reading, outcomes.BatchOutcome)
    assert [(one.doi, one.outcome.value) for one in reading.outcomes] == [(DOI, LOGS[fault])]
    assert (sandbox.record("10.5555/c1") is not None) is (LOGS[fault] == "registered")


@pytest.mark.parametrize("fault", [one for one in ways("poll") if one.startswith(("poll_garbage", "old_log_first"))])
def test_what_is_no_log_of_ours_proves_nothing(fault: str) -> None:
    sandbox = Sandbox(clock=Clock(), delays=Delays.none())
    registrar = SandboxRegistrar(sandbox)
    registrar.submit(BATCH, "a.xml")
    sandbox.faults.arm([Fault.parse(fault)])
    reading = outcomes.read(registrar.fetch_result("a.xml"), dois=[DOI], batch_id="batch-1")
    assert isinstance(reading, outcomes.Unrecognized)
