"""`demo`: the whole job on a real commentary, through the real client, against a simulated Crossref on this machine."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.dialog import DepositDialog
from doideposit.cli.init import PRESETS
from doideposit.cli.invocation import Invocation
from doideposit.cli.receipt import StatusList
from doideposit.cli.terminal import Terminal
from doideposit.findings import Severity
from doideposit.lifecycle import Milestone
from doideposit.reports.findings import FindingList, Span, Style

if TYPE_CHECKING:
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.values import Progress, WorkStatus

__all__ = ["demo"]

RECORD = "comment-258.yaml"


@click.command()
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), help="Work in this folder [default: a temporary one]."
)
@click.pass_obj
def demo(invocation: Invocation, keep: Path | None) -> None:
    """See the whole process with a real commentary and a simulated Crossref; it needs no configuration."""
    from doideposit.crossref.validator.validator import Validator
    from doideposit.sandbox.clock import Delays
    from doideposit.sandbox.server import running
    from doideposit.sandbox.simulation import Sandbox

    terminal = invocation.terminal()
    folder = keep or Path(tempfile.mkdtemp(prefix="doideposit-demo-"))
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    validator = Validator.default(announce=terminal.note)
    # In seconds: long enough for every state to be seen, and short enough that nobody waits for a minute.
    delays = Delays(hidden=0.5, queued=0.7, in_process=0.7, rest=2.0, handle=1.0)
    with Sandbox(validate=validator.validate, delays=delays) as crossref, running(crossref) as address:
        record = _write_example(terminal, folder, address)
        status = _register_example(terminal, folder, record)
    _show_receipt_and_end(terminal, folder, status)
    finish(ExitCode.DONE if status.registered else ExitCode.REJECTED)


def _show_step(terminal: Terminal, number: int, text: str) -> None:
    terminal.say()
    terminal.line((Span(f"{number}. ", Style.PLACE), Span(text)))


def _write_example(terminal: Terminal, folder: Path, address: str) -> Path:
    """Write the files that a publisher would have: a configuration, a password file, a record."""
    _show_step(terminal, 1, "A publisher has a configuration, a Crossref login, and a finished commentary.")
    password = folder / "password"
    # The password of the simulated Crossref is treated as a real one, since people copy what they see.
    password.touch(mode=0o600)
    password.write_text("sandbox\n", encoding="utf-8")
    target = [
        "",
        "[credentials.test]                     # the login of the simulated Crossref",
        'username = "sandbox"',
        'password = { file = "password" }',
        "",
        "[targets.test]                         # the simulated Crossref on this machine, for as long as the demo runs",
        f'url = "{address}"',
        f'rest_url = "{address}"',
        f'handle_url = "{address}"',
    ]
    configuration = PRESETS["sadf-comment"].configuration_text() + "\n".join(target) + "\n"
    (folder / "doideposit.toml").write_text(configuration, encoding="utf-8")
    record = folder / RECORD
    record.write_text(files("doideposit.cli.example").joinpath(RECORD).read_text(encoding="utf-8"), encoding="utf-8")
    terminal.say(f"   {folder / 'doideposit.toml'}")
    terminal.say(f"   {record}")
    return record


def _register_example(terminal: Terminal, folder: Path, record: Path) -> "WorkStatus":
    """Deposit the example and follow it until it is registered."""
    from doideposit.wiring import load_settings, open_depositor

    settings = load_settings(folder / "doideposit.toml", target="test", environ={})
    with open_depositor(settings, announce=terminal.note) as depositor:
        _show_check(terminal, depositor, record)
        _show_step(
            terminal, 3, "The deposit XML is built, sealed, written to the ledger, and only then sent to Crossref."
        )
        report = depositor.deposit(record, on_event=_progress_printer(terminal))
        if report.error is not None:
            raise report.error
        doi = report.entries[0].doi
        if doi is None:
            raise RuntimeError("the example of the demo has errors")
        _show_step(terminal, 4, "“Received” is all Crossref said so far. Now we ask until it has read the file.")
        dois = [entry.doi for entry in report.entries if entry.doi]
        DepositDialog(terminal, depositor).poll_until_done(60, dois, _progress_printer(terminal), eager=True)
        _keep_xml(terminal, folder, depositor.xml(doi))
        _show_step(
            terminal,
            5,
            "Registered. Whether readers reach the page is another question: the resolver and the index are checked.",
        )
        status = _verify_example(depositor, record)
        _show_step(terminal, 6, "The same record again: nothing has changed, so nothing is sent.")
        again = depositor.deposit(record)
        terminal.say(f"   {again.entries[0].action}: {again.entries[0].reason}")
        return _update_title(terminal, depositor, record) if status.registered else status


AFFILIATION = """    affiliations:
      - name: South Asia Democratic Forum
"""


def _update_title(terminal: Terminal, depositor: "Depositor", record: Path) -> "WorkStatus":
    """Change the title, see the difference, lose nothing."""
    _show_step(
        terminal,
        7,
        "The title is corrected, and by mistake the affiliation is gone. The plan reads the registered record.",
    )
    text = record.read_text(encoding="utf-8")
    corrected = text.replace("Prospects for NATO-Japan relations", "Prospects for relations of NATO and Japan", 1)
    record.write_text(corrected.replace(AFFILIATION, "", 1), encoding="utf-8")
    [entry] = depositor.plan(record).entries
    for change in entry.changes:
        line = f"   {'-' if change.loses else '~'} {change.what}"
        terminal.line((Span(line, Style.ERROR if change.loses else Style.PLAIN),))
    terminal.say(f"   {entry.action}: registered metadata would be lost, so nothing is sent.")
    _show_step(
        terminal, 8, "The affiliation is put back. The correction is sent, and the registered record is read again."
    )
    record.write_text(corrected, encoding="utf-8")
    report = depositor.deposit(record, on_event=_progress_printer(terminal))
    if report.error is not None:
        raise report.error
    dois = [entry.doi for entry in report.entries if entry.doi]
    DepositDialog(terminal, depositor).poll_until_done(60, dois, _progress_printer(terminal), eager=True)
    status = _verify_example(depositor, record)
    terminal.say(f"   as intended: {status.as_intended.text}")
    return status


def _progress_printer(terminal: Terminal) -> "Callable[[Progress], None]":
    return lambda progress: terminal.say(f"   {_with_simulation_named(progress.text)}")


def _with_simulation_named(text: str) -> str:
    """Return the text with the simulation named where a publisher would reach Crossref's test system."""
    return text.replace("Crossref's test system", SIMULATED)


SIMULATED = "the simulated Crossref"


def _show_check(terminal: Terminal, depositor: "Depositor", record: Path) -> None:
    _show_step(
        terminal, 2, "Every check runs before anything is sent: the model, the rules, the XML, Crossref's schema."
    )
    findings = depositor.check(record)
    warnings = FindingList(finding for finding in findings if finding.severity is Severity.WARNING).in_order()
    width = None if terminal.width is None else terminal.width - 3
    for line in warnings.detailed(Terminal.source_line, width=width):
        terminal.line((Span("   "), *line))
    for line in FindingList(finding for finding in findings if finding.is_wish).wishes():
        terminal.line((Span("   "), *line))
    terminal.say("   Warnings do not block; an error would have stopped it here.")


def _keep_xml(terminal: Terminal, folder: Path, xml: bytes | None) -> None:
    if xml is not None:
        (folder / "deposit.xml").write_bytes(xml)
        terminal.say(f"   the XML that was sent: {folder / 'deposit.xml'}")


def _verify_example(depositor: "Depositor", record: Path) -> "WorkStatus":
    import time

    doi = depositor.plan(record).entries[0].doi
    if doi is None:
        raise RuntimeError("the example of the demo has errors")
    status = depositor.verify(doi)
    # Twenty look-ups take ten seconds at most; the slowest service here knows the DOI after two (`rest` above).
    for _ in range(20):
        if status.resolves and status.indexed and status.as_intended:
            break
        time.sleep(0.5)
        status = depositor.verify(doi)
    return status


def _show_receipt_and_end(terminal: Terminal, folder: Path, status: "WorkStatus") -> None:
    terminal.say()
    terminal.line((Span("Receipt", Style.HEADING),))
    received = replace(status.received, text=_with_simulation_named(status.received.text))
    milestones = {**status.milestones, Milestone.RECEIVED: received}
    terminal.lines(StatusList([replace(status, milestones=milestones)]).receipts(place=SIMULATED))
    terminal.say()
    terminal.say(f"Everything is in {folder}: the configuration, the record, deposit.xml and the ledger.")
    terminal.say(
        "The simulated Crossref is gone again; nothing left this machine. To do it with your own: doideposit init"
    )
