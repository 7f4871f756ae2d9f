"""The sandbox as doideposit's own port, in process."""

import pytest
from pydantic import SecretStr

from doideposit.crossref.registrar import Credentials, Registrar
from doideposit.errors import (
    CredentialsRefused,
    RegistrarBusy,
    RegistrarUnavailable,
    SubmissionForbidden,
    SubmissionInDoubt,
)
from doideposit.records.identifiers import Doi
from doideposit.records.models.batch import SEAL, SealedBatch
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.faults import Fault
from doideposit.sandbox.registrar import SandboxRegistrar
from doideposit.sandbox.simulation import Sandbox
from sandbox_deposits import STAMP, Batch


def sealed() -> SealedBatch:
    return SealedBatch(Batch().xml(), "5.5.0", "batch-1", STAMP, (Doi("10.5555/c1"),), SEAL)


@pytest.fixture
def registrar() -> SandboxRegistrar:
    return SandboxRegistrar(Sandbox(clock=Clock(), delays=Delays.none()))


def test_a_batch_goes_in_and_its_log_comes_out(registrar: SandboxRegistrar) -> None:
    port: Registrar = registrar
    receipt = port.submit(sealed(), "a.xml")
    assert (receipt.file_name, len(receipt.answer)) == ("a.xml", 144)
    assert b"Successfully added" in port.fetch_result("a.xml")
    assert registrar.sandbox.submissions[0].content == sealed().xml


@pytest.mark.parametrize(
    ("fault", "error", "stored"),
    [
        ("auth", CredentialsRefused, 0),
        ("auth=401", CredentialsRefused, 0),
        ("status=403", SubmissionForbidden, 0),
        ("status=429", RegistrarBusy, 0),
        ("status=503", RegistrarUnavailable, 0),
        ("status=500", SubmissionInDoubt, 0),
        ("status_after_accept=502", SubmissionInDoubt, 1),
        ("queue_full", RegistrarBusy, 0),
        ("drop_before_body", SubmissionInDoubt, 0),
        ("drop_after_accept", SubmissionInDoubt, 1),
        ("slow=31", SubmissionInDoubt, 1),
        ("html_200", SubmissionInDoubt, 0),
    ],
)
def test_every_bad_answer_to_an_upload_is_an_error(
    registrar: SandboxRegistrar, fault: str, error: type[Exception], stored: int
) -> None:
    registrar.sandbox.faults.arm([Fault.parse(fault)])
    with pytest.raises(error):
        registrar.submit(sealed(), "a.xml")
    assert len(registrar.sandbox.submissions) == stored
    registrar.submit(sealed(), "b.xml")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("poll_login_page", CredentialsRefused),
        ("status@poll=504", RegistrarUnavailable),
        ("drop_before_body@poll", RegistrarUnavailable),
        ("status@poll=403", SubmissionForbidden),
    ],
)
def test_every_bad_answer_to_a_poll_is_an_error(
    registrar: SandboxRegistrar, fault: str, error: type[Exception]
) -> None:
    registrar.submit(sealed(), "a.xml")
    registrar.sandbox.faults.arm([Fault.parse(fault)])
    with pytest.raises(error):
        registrar.fetch_result("a.xml")
    assert b"completed" in registrar.fetch_result("a.xml")


def test_retry_after_reaches_the_caller(registrar: SandboxRegistrar) -> None:
    registrar.sandbox.faults.add("retry_after", 45)
    with pytest.raises(RegistrarBusy) as caught:
        registrar.submit(sealed(), "a.xml")
    assert caught.value.retry_after == 45


def test_no_error_holds_the_password() -> None:
    sandbox = Sandbox(clock=Clock())
    registrar = SandboxRegistrar(sandbox, Credentials("sandbox", SecretStr("hunter2-hunter2")))
    with pytest.raises(CredentialsRefused) as caught:
        registrar.submit(sealed(), "a.xml")
    assert "hunter2" not in repr(caught.value) + caught.value.message + caught.value.hint
    assert "hunter2" not in repr(registrar.__dict__)
