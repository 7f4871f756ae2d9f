"""`doctor`: every check of the set-up as a line, with what to do where something is wrong."""

import shutil
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import finish
from doideposit.cli.config import values_of
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.masking import configuration_line
from doideposit.diagnosis.examination import Diagnosis
from doideposit.diagnosis.values import Check, CheckStatus
from doideposit.findings import counted
from doideposit.reports.findings import FindingList, Line, Span, Style, safe

if TYPE_CHECKING:
    from doideposit.config.settings import Settings

__all__ = ["diagnosis_lines", "doctor"]

STYLES = {CheckStatus.OK: Style.GOOD, CheckStatus.WARN: Style.WARNING, CheckStatus.FAIL: Style.ERROR}
WORDS = {CheckStatus.OK: "ok", CheckStatus.WARN: "warn", CheckStatus.FAIL: "FAIL"}
# The longest names of checks, such as “configuration”, have thirteen letters.
NAME_WIDTH = 15
INDENT = 2 + 5 + NAME_WIDTH
# Columns at which a terminal's lines end, and those of a pipe, which are for programs that go line by line.
WIDEST, PIPE = 110, 10_000


@click.command()
@target_option
@click.option("--online", is_flag=True, help="Also ask Crossref: network, clock, login, prefix. Deposits nothing.")
@click.option("--send-test-mail", is_flag=True, help="Also send a test mail to the recipients of the scheduled job.")
@json_option
@click.pass_obj
def doctor(invocation: Invocation, target: str | None, online: bool, send_test_mail: bool, as_json: bool) -> None:
    """Check the installation and configuration, and say what to do; nothing is changed.

    The exit code is 0 when nothing fails (warnings do not count), 2 when the configuration has to be corrected, and
    3 when something else fails.
    """
    terminal = invocation.terminal(as_json=as_json)
    loaded: list[Settings] = []

    def load() -> "Settings":
        loaded.append(invocation.settings(target=target))
        return loaded[0]

    diagnosis = Diagnosis.make(load, online=online, send_test_mail=send_test_mail)
    if as_json:
        values = [value.to_dict() for settings in loaded for value in values_of(settings)]
        terminal.json(diagnosis.to_dict() | {"values": values})
    else:
        width = min(shutil.get_terminal_size().columns, WIDEST) if terminal.out.isatty() else PIPE
        terminal.lines(diagnosis_lines(diagnosis, width=width))
    finish(diagnosis.exit_code)


def diagnosis_lines(diagnosis: Diagnosis, *, width: int) -> Iterator[Line]:
    """Return the lines of a diagnosis: what is wrong first on its line, the advice below it."""
    for check in diagnosis.checks:
        yield from _check_lines(check, width)
    if diagnosis.not_looked_at:
        names = ", ".join(diagnosis.not_looked_at)
        yield (Span(f"  Not checked until the configuration can be read: {names}", Style.DIM),)
    yield ()
    yield _summary_line(diagnosis)
    if not diagnosis.online and diagnosis.ok:
        yield (Span("`doideposit doctor --online` also asks Crossref: network, clock, login, prefix", Style.DIM),)
    if diagnosis.target:
        yield (Span("`doideposit config show --origin`: where values come from", Style.DIM),)


def _check_lines(check: Check, width: int) -> Iterator[Line]:
    first, *rest = _wrap_text(check.message, width)
    word = Span(f"  {WORDS[check.verdict]:<5}", STYLES[check.verdict])
    yield (word, Span(f"{safe(check.name):<{NAME_WIDTH - 1}} ", Style.PLACE), Span(first))
    for line in rest:
        yield (Span(" " * INDENT + line),)
    for finding in FindingList(check.findings).detailed(configuration_line):
        yield (Span(" " * INDENT), *finding)
    if check.hint and not check.findings:
        label = "hint: "
        first, *rest = _wrap_text(check.hint, width - len(label))
        yield (Span(" " * INDENT + label, Style.HINT), Span(first))
        for line in rest:
            yield (Span(" " * (INDENT + len(label)) + line),)


def _wrap_text(text: str, width: int) -> list[str]:
    # On a narrower terminal the lines are longer than it is wide: with fewer columns, most would hold a single word.
    room = max(width - INDENT, 30)
    return textwrap.wrap(safe(text), room, break_long_words=False, break_on_hyphens=False) or [""]


def _summary_line(diagnosis: Diagnosis) -> Line:
    failed, warned = diagnosis.count(CheckStatus.FAIL), diagnosis.count(CheckStatus.WARN)
    fine = f"{diagnosis.count(CheckStatus.OK)} ok"
    where = f" for {diagnosis.target}" if diagnosis.target else ""
    if failed:
        warnings = f", {counted(warned, 'warning')}" if warned else ""
        return (Span(f"{failed} failed{where}", Style.ERROR), Span(f"{warnings}, {fine}"))
    if warned:
        return (Span(f"Nothing failed{where}", Style.GOOD), Span(f": {counted(warned, 'warning')}, {fine}"))
    return (Span(f"All is well{where}", Style.GOOD), Span(f": {fine}"))
