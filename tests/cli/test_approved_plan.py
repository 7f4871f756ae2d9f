"""What `deposit` showed is what it sends, whatever happens to the files meanwhile."""

from pathlib import Path

from depositing import validator
from desk import DOI, Desk
from doideposit.cli.init import PRESETS
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox


def test_the_command_line_sends_what_it_showed(desk: Desk, tmp_path: Path) -> None:
    """The password is fetched after the plan was shown and answered; here the program that tells it edits the record."""
    record, edited = desk.record(), tmp_path / "edited"
    edited.write_text(record.read_text(encoding="utf-8").replace("number: 258", "number: 999"), encoding="utf-8")
    program = tmp_path / "password"
    program.write_text(f"#!/bin/sh\ncp {edited} {record}\necho sandbox\n", encoding="utf-8")
    program.chmod(0o700)
    with Sandbox(validate=validator().validate, delays=Delays.none()) as sandbox, running(sandbox) as url:
        login = f'[credentials.test]\nusername = "sandbox"\npassword = {{ command = ["{program}"] }}\n'
        desk.write(
            "doideposit.toml",
            PRESETS["sadf-comment"].configuration_text() + f'\n{login}\n[targets.test]\nurl = "{url}"\n',
        )
        done = desk("deposit", record, "--target", "test", "--json")
        assert done.code == 0, done.err
        [sent] = [one.content.decode() for one in sandbox.submissions]
    assert "number: 999" in record.read_text(encoding="utf-8"), "the record was changed between the plan and the upload"
    assert DOI in sent
    assert "C999" not in sent
    assert [one["doi"] for one in done.json["records"]] == [DOI]
