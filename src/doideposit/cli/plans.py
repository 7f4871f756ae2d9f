"""`plan`, `approve` and `apply`: a deposit as a file that one person makes and another one approves."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.activity import ProgressIndicator
from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.dialog import MOST_SHOWN, DepositDialog
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.receipt import local_time
from doideposit.cli.terminal import Terminal
from doideposit.deposits.wording import name_of
from doideposit.errors import UsageError
from doideposit.files import as_typed, from_here
from doideposit.reports.findings import Span, Style, safe, with_target

if TYPE_CHECKING:
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.plans.document import PlanFile
    from doideposit.deposits.values import Plan

__all__ = ["apply", "approve", "plan", "write_plan"]

by_option = click.option("--by", metavar="NAME", help="Your name, as others know you [default: your account's name].")
plan_argument = click.argument("path", type=click.Path(path_type=Path), metavar="PLAN.json")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RECORD-OR-XML...")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The plan file.")
@target_option
@by_option
@click.option(
    "--retry", is_flag=True, help="Send again what Crossref rejected unchanged, because the cause is corrected."
)
@click.option("--allow-loss", multiple=True, metavar="FIELD", help="Allow an update to delete this field; repeatable.")
@click.option("--unseen", metavar="REASON", help="Send although the registered record could not be read from Crossref.")
@click.option("--skip-invalid", is_flag=True, help="Leave out the records that are blocked, and plan the others.")
@click.option("--verbose", "-v", is_flag=True, help="Show everything: every record, info, original messages.")
@json_option
@click.pass_obj
def plan(
    invocation: Invocation,
    paths: tuple[Path, ...],
    output: Path,
    target: str | None,
    by: str | None,
    retry: bool,
    allow_loss: tuple[str, ...],
    unseen: str | None,
    skip_invalid: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Write everything that would be deposited into a file. Nothing is sent, and the ledger stays as it is.

    Another person reads the file and approves it with `doideposit approve`; `doideposit apply` deposits exactly that.
    """
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:
        with ProgressIndicator(terminal, "checking"):
            made = depositor.plan(*paths, retry=retry, allow_loss=allow_loss, unseen=unseen)
        DepositDialog(terminal, depositor).show_plan(made, verbose=verbose)
        if not made.ok and not skip_invalid:
            _refuse_plan(terminal, made, "No plan was written. ")
        write_plan(invocation, terminal, depositor, made, output, by=by, flag=target)
    finish(DepositDialog.exit_code_of(made))


def write_plan(
    invocation: Invocation,
    terminal: Terminal,
    depositor: "Depositor",
    made: "Plan",
    output: Path,
    *,
    by: str | None,
    flag: str | None,
) -> None:
    """Write a plan into a file, and say what it means and who does what with it now; `flag` is the target as given."""
    file = depositor.plans.write(made, output, by=DepositDialog.person(by))
    demanded = depositor.plans.approvals_needed
    if terminal.as_json:
        terminal.json({**made.to_dict(), **_document(file), "file": str(output)})
        return
    _show_consequences(terminal, file)
    terminal.show_error(made.error)
    if not file.sending:
        terminal.say()
        terminal.say(f"Written to {output}. It has nothing to send: there is nothing to approve or to apply.")
        return
    command = "approve" if demanded else "apply"
    _show_next(
        terminal, f"written to {output}", f"`{_command_for(invocation, command, output)}`", flag, other=demanded > 0
    )


def _refuse_plan(terminal: Terminal, made: "Plan", words: str) -> None:
    if terminal.as_json:
        terminal.json(made.to_dict())
    else:
        terminal.say()
        more = ", or add --skip-invalid" if made.new + made.updates else ""
        terminal.line((Span(words, Style.ERROR), Span(f"Correct what is blocked{more}.")))
    finish(ExitCode.REJECTED)


def _document(file: "PlanFile") -> dict[str, object]:
    """Return the JSON of a plan file without its records."""
    body = file.plan
    return {
        "plan": file.sha256,
        "made_by": body.made_by,
        "consequences": list(body.consequences),
        "fees": body.fees.model_dump(mode="json"),
    }


def _show_consequences(terminal: Terminal, file: "PlanFile") -> None:
    terminal.say()
    terminal.line((Span("What it means", Style.HEADING),))
    for sentence in file.plan.consequences:
        terminal.say(f"  {safe(sentence)}")


def _command_for(invocation: Invocation, name: str, path: Path) -> str:
    config = f" --config {as_typed(invocation.config_path)}" if invocation.config_path else ""
    return f"doideposit{config} {name} {as_typed(path)}"


def _production_command(invocation: Invocation, file: "PlanFile", path: Path) -> str:
    """Return the command that plans the same for production."""
    shown = [from_here(Path(source.path)) for source in file.plan.sources]
    config = f" --config {as_typed(invocation.config_path)}" if invocation.config_path else ""
    return f"doideposit{config} plan {as_typed(*shown)} -o {as_typed(path)} --target production"


def _show_next(terminal: Terminal, done: str, command: str, flag: str | None, *, other: bool = False) -> None:
    terminal.say()
    terminal.say(done[:1].upper() + done[1:])
    who = "another person runs " if other else ""
    terminal.line((Span("next  ", Style.HINT), Span(f"{who}{with_target(command, flag)}")))


@click.command()
@plan_argument
@target_option
@by_option
@click.option("--sign", type=click.Path(path_type=Path), metavar="KEY", help="Sign with this SSH key of yours.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before approving.")
@click.option("--verbose", "-v", is_flag=True, help="Show everything: every record, and every change.")
@json_option
@click.pass_obj
def approve(
    invocation: Invocation,
    path: Path,
    target: str | None,
    by: str | None,
    sign: Path | None,
    yes: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Read a plan that another person made, and approve it.

    The approval is kept in the ledger, and in the history of each DOI. The person who
    made the plan cannot approve it, and a plan that is edited later loses its approval.
    """
    from doideposit.config.signatures import SshSignatures
    from doideposit.deposits.plans.document import PlanFile
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:
        file = PlanFile.read(path)
        now = _show_plan_now(terminal, depositor, file, without_files=True, verbose=verbose)
        if not now.new + now.updates:
            _stop_outdated(terminal, now, file)
        name = DepositDialog.person(by)
        if not yes:
            _ask_approval(terminal, file)
        before = depositor.plans.approvers(file)
        signature = SshSignatures.sign(file.statement, sign.expanduser()) if sign is not None else ""
        names = depositor.plans.approve(file, by=name, signature=signature)
        missing = max(0, depositor.plans.approvals_needed - len(names))
    if as_json:
        terminal.json(
            {"ok": True, "target": file.plan.target, **_document(file), "approved_by": list(names), "missing": missing}
        )
    elif missing:
        more = "1 more approval is" if missing == 1 else f"{missing} more approvals are"
        # The same person cannot approve twice, in whatever letter case.
        again = "you approved it before; " if names == before else ""
        _show_next(
            terminal,
            f"{again}approved by {', '.join(names)}: {more} needed",
            f"`{_command_for(invocation, 'approve', path)}`",
            target,
            other=True,
        )
    else:
        _show_next(terminal, f"approved by {', '.join(names)}", f"`{_command_for(invocation, 'apply', path)}`", target)


def _show_plan_now(
    terminal: Terminal, depositor: "Depositor", file: "PlanFile", *, without_files: bool, verbose: bool
) -> "Plan":
    """Show who made a plan and what it would do now; return the comparison with the present state."""
    with ProgressIndicator(terminal, "comparing"):
        now = depositor.plans.compare(file, without_files=without_files)
    if not terminal.as_json:
        terminal.line(
            (
                Span(f"Plan {file.name}", Style.HEADING),
                Span(f", made by {safe(file.plan.made_by)}, {local_time(file.plan.made_at)}"),
            )
        )
        names = depositor.plans.approvers(file)
        if names or depositor.plans.approvals_needed:
            terminal.say(f"approved by {safe(', '.join(names))}" if names else "not approved by anybody yet")
        terminal.say()
        DepositDialog(terminal, depositor).show_plan(now, verbose=verbose)
        if now.new + now.updates:
            _show_titles(terminal, file)
            _show_consequences(terminal, file)
    return now


def _show_titles(terminal: Terminal, file: "PlanFile") -> None:
    """Show the titles of what is sent: people who approve know a commentary by its title."""
    terminal.say()
    terminal.line((Span("What is sent", Style.HEADING),))
    for record in file.sending[:MOST_SHOWN]:
        terminal.line((Span(f"  {record.doi}  ", Style.PLACE), Span(safe(record.title))))
    if len(file.sending) > MOST_SHOWN:
        terminal.say(f"  … and {len(file.sending) - MOST_SHOWN:,} more, which are in the file")


def _ask_approval(terminal: Terminal, file: "PlanFile") -> None:
    if not terminal.interactive:
        raise UsageError("an approval must be confirmed", hint="add --yes if nobody can answer the question")
    if not click.confirm(f"Approve the plan {file.name}?", default=False, err=True):
        raise click.Abort


@click.command()
@plan_argument
@target_option
@by_option
@click.option("--wait", type=click.FloatRange(0), metavar="SECONDS", help="Poll until done, at most this long.")
@click.option("--dry-run", is_flag=True, help="Show the plan as it is now, and change nothing.")
@click.option("--without-files", is_flag=True, help="Apply it although its files are not on this machine.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before depositing to production.")
@click.option("--verbose", "-v", is_flag=True, help="Show everything: every record, and every change.")
@json_option
@click.pass_obj
def apply(
    invocation: Invocation,
    path: Path,
    target: str | None,
    by: str | None,
    wait: float | None,
    dry_run: bool,
    without_files: bool,
    yes: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Deposit what a plan file holds: exactly that, or nothing of it when anything changed since it was made.

    Files, configuration, ledger and what Crossref has are compared first. Applying a plan twice does nothing, and one
    that was interrupted continues.
    """
    from doideposit.deposits.plans.document import PlanFile
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    with open_depositor(settings, announce=terminal.note, ask=terminal.ask_password) as depositor:
        file = PlanFile.read(path)
        now = _show_plan_now(terminal, depositor, file, without_files=without_files, verbose=verbose)
        if dry_run or not now.new + now.updates:
            _stop_without_sending(terminal, depositor, now, file)
        depositor.plans.wants_approval(file)
        dialog = DepositDialog(terminal, depositor, target)
        dialog.confirm(now, yes=yes)
        depositor.ready(file)
        with ProgressIndicator(terminal, f"sending to {name_of(now.target)}"):
            report = depositor.plans.apply(
                file,
                by=DepositDialog.person(by),
                without_files=without_files,
                on_event=dialog.progress(many=len(now.entries) > 1),
            )
        again = _production_command(invocation, file, path)
        code = dialog.conclude(settings, report, wait=wait, again=again, about=_document(file))
    finish(code)


def _stop_without_sending(terminal: Terminal, depositor: "Depositor", now: "Plan", file: "PlanFile") -> None:
    """End without sending: the plan was only shown, was applied before, or no longer matches."""
    if not now.new + now.updates:
        _stop_outdated(terminal, now, file)
    if terminal.as_json:
        terminal.json({**now.to_dict(), **_document(file), "approved_by": list(depositor.plans.approvers(file))})
    else:
        terminal.show_error(now.error)
        terminal.say("Dry run: nothing was sent and nothing was recorded.")
    finish(DepositDialog.exit_code_of(now))


def _stop_outdated(terminal: Terminal, now: "Plan", file: "PlanFile") -> None:
    """End where nothing of a plan can be sent any more: it is done already, or something moved since it was made."""
    planned = zip(now.entries, file.plan.records, strict=True)
    moved = any(entry.action.value == "blocked" != record.action for entry, record in planned)
    if terminal.as_json:
        terminal.json({**now.to_dict(), **_document(file), "ok": not moved})
    elif moved:
        terminal.say()
        words = "The plan no longer matches what it was made from: make a new one."
        terminal.line((Span("Nothing was sent. ", Style.ERROR), Span(words)))
    else:
        terminal.show_error(now.error)
        left = "" if now.error else ": nothing is left to send"
        done = f"This plan was already applied{left}."
        terminal.say(done if file.sending else "This plan has nothing to send.")
    finish(ExitCode.REJECTED if moved else DepositDialog.exit_code_of(now))
