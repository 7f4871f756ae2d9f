"""A pytest plugin for those who deposit from their own system: a Crossref of one's own in every test.

Installed with doideposit, nothing to configure. The sandbox is as hard to get on with as Crossref: an upload is
answered with "received" alone, a first poll never finds it completed, and every way in which Crossref is known to fail
can be switched on by name. Files are validated where a schema bundle is installed (``doideposit schemas install``).

    def test_a_commentary_is_registered(doideposit_sandbox_server):
        settings.DOI_URL = doideposit_sandbox_server.url        # http on this machine; login sandbox, password sandbox
        doideposit_sandbox_server.faults.add("drop_after_accept")
        publish(commentary)                                     # your own code
        doideposit_sandbox_server.settle()                      # let the queue finish
        assert doideposit_sandbox_server.record("10.5555/c258").url == "https://example.org/c258"

`doideposit_sandbox` is the same in process, without a socket.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from doideposit.crossref.registrar import Credentials
    from doideposit.sandbox.clock import Clock
    from doideposit.sandbox.entries import ReceivedFile, Registration
    from doideposit.sandbox.faults import Faults
    from doideposit.sandbox.processing import Validate
    from doideposit.sandbox.registrar import SandboxRegistrar
    from doideposit.sandbox.simulation import Sandbox

__all__ = ["SandboxForTests", "SandboxServerForTests", "doideposit_sandbox", "doideposit_sandbox_server"]


@dataclass(frozen=True)
class SandboxForTests:
    """Hold a sandbox on a clock that stands still until the test moves it.

    `registrar` is the sandbox as doideposit's own port; `credentials` is its only login.
    """

    sandbox: "Sandbox"
    registrar: "SandboxRegistrar"
    clock: "Clock"
    credentials: "Credentials"

    @property
    def faults(self) -> "Faults":
        """Return the switches, as in ``faults.add("status", 503, times=2)``.

        `doideposit.sandbox.faults.FAULTS` lists them.
        """
        return self.sandbox.faults

    @property
    def submissions(self) -> "tuple[ReceivedFile, ...]":
        """Return every upload that was received, oldest first, with its bytes and its result log."""
        return self.sandbox.submissions

    @property
    def records(self) -> "tuple[Registration, ...]":
        """Return the current version of every registered DOI."""
        return self.sandbox.records

    def record(self, doi: str) -> "Registration | None":
        """Return the current version of one DOI, or None."""
        return self.sandbox.record(doi)

    def settle(self) -> None:
        """Move the clock past every delay: what was uploaded is processed, resolves and is indexed.

        The next poll sees it, although a first poll otherwise never does.
        """
        delays = self.sandbox.delays
        self.clock.advance(delays.until_processed + max(delays.rest, delays.handle) + 1)
        self.sandbox.settle()


@dataclass(frozen=True)
class SandboxServerForTests(SandboxForTests):
    """Hold the same behind HTTP on this machine; `url` is its address, without a slash at the end."""

    url: str


@cache
def _schema_verdict() -> "Validate | None":
    """Return the verdict of the installed schemas, compiled once for all tests; None where there are none."""
    from doideposit.crossref.schemas.store import SchemaStore  # noqa: PLC0415
    from doideposit.crossref.validator.validator import Validator  # noqa: PLC0415

    store = SchemaStore.default(offline=True)
    return Validator(store).validate if store.installed() else None


@pytest.fixture
def doideposit_sandbox() -> "Iterator[SandboxForTests]":
    """Provide a simulated Crossref, in process; login ``sandbox``, password ``sandbox``."""
    from doideposit.sandbox.clock import Clock  # noqa: PLC0415 - pytest imports this plugin in every project
    from doideposit.sandbox.registrar import SANDBOX_CREDENTIALS, SandboxRegistrar  # noqa: PLC0415
    from doideposit.sandbox.simulation import Sandbox  # noqa: PLC0415 - pytest imports this plugin in every project

    clock = Clock()
    with Sandbox(clock=clock, validate=_schema_verdict()) as sandbox:
        yield SandboxForTests(sandbox, SandboxRegistrar(sandbox), clock, SANDBOX_CREDENTIALS)


@pytest.fixture
def doideposit_sandbox_server(doideposit_sandbox: SandboxForTests) -> "Iterator[SandboxServerForTests]":
    """Provide a simulated Crossref behind HTTP on this machine; login ``sandbox``, password ``sandbox``."""
    from doideposit.sandbox.server import running  # noqa: PLC0415

    sandbox = doideposit_sandbox
    with running(sandbox.sandbox) as url:
        yield SandboxServerForTests(sandbox.sandbox, sandbox.registrar, sandbox.clock, sandbox.credentials, url)
