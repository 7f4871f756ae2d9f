"""The pytest plugin, as a CMS developer meets it."""

import subprocess
import sys

import pytest
import requests

from doideposit.testing import SandboxForTests, SandboxServerForTests
from sandbox_deposits import LOGIN, POLL, Batch


def test_in_process(doideposit_sandbox: SandboxForTests) -> None:
    from doideposit.records.identifiers import Doi
    from doideposit.records.models.batch import SEAL, SealedBatch

    batch = SealedBatch(Batch().xml(), "5.5.0", "batch-1", 1, (Doi("10.5555/c1"),), SEAL)
    doideposit_sandbox.registrar.submit(batch, "a.xml")
    assert doideposit_sandbox.record("10.5555/c1") is None
    doideposit_sandbox.settle()
    assert [one.url for one in doideposit_sandbox.records] == ["https://example.org/c1"]
    assert doideposit_sandbox.submissions[0].file_name == "a.xml"
    assert doideposit_sandbox.credentials.username == "sandbox"


@pytest.mark.network_loopback
def test_over_http(doideposit_sandbox_server: SandboxServerForTests) -> None:
    one = doideposit_sandbox_server
    one.faults.add("status", 503)
    upload = {"data": LOGIN, "files": {"fname": ("a.xml", Batch().xml())}, "timeout": 10}
    assert requests.post(f"{one.url}/servlet/deposit", **upload).status_code == 503  # type: ignore[arg-type]
    assert requests.post(f"{one.url}/servlet/deposit", **upload).status_code == 200  # type: ignore[arg-type]
    asked = {**POLL, "file_name": "a.xml"}
    first = requests.post(f"{one.url}/servlet/submissionDownload", asked, timeout=60).text
    one.settle()
    after = requests.post(f"{one.url}/servlet/submissionDownload", asked, timeout=60).text
    assert ["completed" in text for text in (first, after)] == [False, True]
    assert requests.get(f"{one.url}/works/10.5555%2Fc1", timeout=60).json()["message"]["DOI"] == "10.5555/c1"


def test_the_plugin_costs_next_to_nothing_to_import() -> None:
    code = (
        "import pytest, sys; before = set(sys.modules); import doideposit.testing; new = set(sys.modules) - before; "
        "print([name for name in new if name.split('.')[0] in {'lxml', 'werkzeug', 'pydantic', 'requests', 'sqlalchemy', "
        "'sqlite3'} or name.startswith('doideposit.sandbox')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
