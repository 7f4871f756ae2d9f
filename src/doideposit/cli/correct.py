"""`correct`, `retract`, `withdraw`, `remove`: a notice and the work it is about, in the right order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.dialog import DepositDialog
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.terminal import Terminal
from doideposit.errors import ConfigurationError, RegistrarError, UsageError
from doideposit.files import as_typed
from doideposit.findings import Finding, has_errors
from doideposit.lifecycle import Milestone
from doideposit.reports.findings import Span, Style

if TYPE_CHECKING:
    from doideposit.config.settings import Settings
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.values import Plan, WorkStatus
    from doideposit.health.correcting import Correction, CorrectionRequest, SingleRecord
    from doideposit.records.identifiers import Doi

__all__ = ["correct", "remove", "retract", "withdraw"]

CORRECTIONS = ("correction", "addendum", "clarification", "corrigendum", "erratum", "expression_of_concern",
               "partial_retraction")  # fmt: skip
_RECORDS = click.Path(path_type=Path, exists=True)
_DAY = click.DateTime(["%Y-%m-%d"])
_Command = Callable[..., None]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Hold what was typed: what to do to which work, by which notice, when and why, and how."""

    word: str
    work: str
    notice: str | None
    day: datetime | None
    type: str
    reason: str
    records: tuple[Path, ...]
    wait: float
    dry_run: bool
    yes: bool


def _with_common_options(command: _Command) -> _Command:
    """Add the arguments and options that the four commands share."""
    parts: list[Callable[[Any], Any]] = [
        click.argument("work", metavar="DOI|NUMBER"),
        click.argument("records", nargs=-1, type=_RECORDS, metavar="[RECORDS]..."),
        click.option("--notice", metavar="RECORD|NUMBER", help="The record of the notice, which has a DOI of its own."),
        click.option("--date", "day", type=_DAY, help="The day of the notice, as 2026-06-01."),
        target_option,
        click.option("--dry-run", is_flag=True, help="List what would be done, and change nothing."),
        click.option(
            "--wait", type=click.FloatRange(0), default=600, show_default=True, metavar="SECONDS",
            help="How long to wait for Crossref at each step.",
        ),
        click.option("--yes", "-y", is_flag=True, help="Do not ask before depositing to production."),
        json_option,
        click.pass_obj,
    ]  # fmt: skip
    # As if they were written above the function in this order: Python applies the last decorator first.
    for part in reversed(parts):
        command = part(command)
    return command


_reason = click.option("--reason", default="", metavar="TEXT", help="Why, for readers of posted content.")


@click.command()
@click.option(
    "--as",
    "kind",
    type=click.Choice(CORRECTIONS),
    default="correction",
    show_default=True,
    help="The kind of notice, as Crossref shows it to readers.",
)
@_with_common_options
def correct(invocation: Invocation, kind: str, *, as_json: bool, target: str | None, **given: Any) -> None:
    """Correct a registered work with a notice.

    The notice gets the update written into its record and is registered; the corrected record stays as it is. Run the
    command again to continue after an interruption. RECORDS are the folders of the record files [default: `records` of
    the configuration, else the folder around it].
    """
    _carry_out(invocation, _Asked("correct", type=kind, reason="", **given), target, as_json=as_json)


@click.command()
@_reason
@_with_common_options
def retract(invocation: Invocation, *, as_json: bool, target: str | None, **given: Any) -> None:
    """Retract a registered work with a notice, and mark the title of the work.

    The notice is registered first; when Crossref has it, the work is updated. Its DOI, its page and its metadata stay.
    Posted content says in its `status` that it was withdrawn. Run the command again to continue after an interruption.
    """
    _carry_out(invocation, _Asked("retract", type="retraction", **given), target, as_json=as_json)


@click.command()
@_reason
@_with_common_options
def withdraw(invocation: Invocation, *, as_json: bool, target: str | None, **given: Any) -> None:
    """Withdraw a registered work with a notice, and mark its title; posted content gets a `status`.

    The notice is registered first; when Crossref has it, the work is updated. Its DOI, its page and its metadata stay.
    """
    _carry_out(invocation, _Asked("withdraw", type="withdrawal", **given), target, as_json=as_json)


@click.command()
@_reason
@_with_common_options
def remove(invocation: Invocation, *, as_json: bool, target: str | None, **given: Any) -> None:
    """Mark a registered work as removed. A DOI cannot be deleted: its page says why.

    The notice is registered first; when Crossref has it, the work is updated. Title, authors and dates stay registered.
    """
    _carry_out(invocation, _Asked("remove", type="removal", **given), target, as_json=as_json)


def _carry_out(invocation: Invocation, asked: _Asked, target: str | None, *, as_json: bool) -> None:
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    with open_depositor(settings, announce=terminal.note, ask=terminal.ask_password) as depositor:
        request = _make_request(terminal, settings, asked)
        _require_registered(terminal, depositor, request, asked)
        work = _CorrectionRun(terminal, depositor, _decide_or_stop(terminal, settings, request), asked)
        work.run()


def _make_request(terminal: Terminal, settings: "Settings", asked: _Asked) -> "CorrectionRequest":
    """Return the request with the records that it names; stop if one is missing."""
    from doideposit.health.correcting import NOTICE, ORIGINAL, CorrectionRequest, SingleRecord
    from doideposit.records.models.relations import UpdateType

    folders = asked.records or (settings.desk.record_folder,)
    original = SingleRecord.find(asked.work, folders, settings.series, what=ORIGINAL)
    notice = SingleRecord.find(asked.notice, folders, settings.series, what=NOTICE) if asked.notice else None
    faults = [fault for fault in (original, notice) if isinstance(fault, Finding)]
    if faults or isinstance(original, Finding) or isinstance(notice, Finding):
        _show_findings_and_stop(terminal, faults)
    day = asked.day.date() if asked.day else None
    return CorrectionRequest(original, notice, day, UpdateType(asked.type), asked.reason)


def _decide_or_stop(terminal: Terminal, settings: "Settings", request: "CorrectionRequest") -> "Correction":

    decided = request.decide(settings.series, _latest_today())
    if isinstance(decided, tuple):
        _show_findings_and_stop(terminal, decided)
    return decided


def _latest_today() -> date:
    # A day begins first 14 hours east of Greenwich: what is dated with today is nowhere of the future.
    return (datetime.now(UTC) + timedelta(hours=14)).date()


def _show_findings_and_stop(terminal: Terminal, findings: Sequence[Finding]) -> NoReturn:
    if terminal.as_json:
        terminal.json({"ok": False, "findings": [finding.to_dict() for finding in findings]})
    else:
        terminal.show_findings(list(findings))
        terminal.say("Nothing was changed and nothing was sent.")
    finish(ExitCode.REJECTED)
    raise AssertionError


def _require_registered(
    terminal: Terminal, depositor: "Depositor", request: "CorrectionRequest", asked: _Asked
) -> None:
    """Stop for a work that is not registered; wait for it, and for the policy page, where they are under way."""
    from doideposit.findings import Severity, Where

    original = request.original.commentary.doi
    policy = request.notice.commentary.effective_crossmark_policy if request.notice else None
    under_way = [doi for doi in (original, policy) if doi is not None and depositor.status(doi).is_open]
    if under_way and not asked.dry_run:
        terminal.note(f"waiting for what must be registered first: {', '.join(map(str, under_way))}")
        _wait_until_done(DepositDialog(terminal, depositor), asked.wait, under_way)
    if not depositor.status(original).registered:
        message = f"{original} is not registered, according to the ledger"
        hint = f"deposit its record first; if it was registered elsewhere: doideposit adopt {original}"
        where = Where(file=str(request.original.path))
        _show_findings_and_stop(terminal, [Finding("correct-not-registered", Severity.ERROR, message, hint, where)])


def _wait_until_done(dialog: DepositDialog, seconds: float, dois: "Sequence[Doi]") -> None:
    """Wait until these DOIs are done or the time is over, and show external failures."""
    error = dialog.wait(seconds, dois, many=len(dois) > 1)
    if error is not None:
        dialog.terminal.note(f"  {error.message}")


class _CorrectionRun:
    """Carry out one correction, from the look at both plans to the proof; it continues where an earlier one stopped."""

    def __init__(self, terminal: Terminal, depositor: "Depositor", correction: "Correction", asked: _Asked) -> None:
        self._terminal = terminal
        self._dialog = DepositDialog(terminal, depositor)
        self._depositor = depositor
        self._correction = correction
        self._asked = asked
        self._plans: dict[str, Plan] = {}

    def run(self) -> None:
        """Show everything, change the record files, and send the notice and then the work."""
        correction = self._correction
        self._plans = {
            changed_record.doi.key: self._depositor.plan(changed_record.record).without_options()
            for changed_record in correction.changed
        }
        self._require_ours()
        # Both records may name the same policy page.
        told = {
            (finding.code, finding.message): finding
            for plan in self._plans.values()
            for finding in _blocking_findings(plan)
        }
        stops = list(told.values())
        for plan in self._plans.values():
            self._dialog.show_plan(plan)
        if stops:
            self._show_end(ExitCode.REJECTED, "Nothing was changed and nothing was sent.", findings=stops)
        if self._is_done():
            self._show_end(ExitCode.DONE, f"already done{self._find_update()}")
        self._show_pages()
        if self._asked.dry_run:
            self._show_end(ExitCode.DONE, "Dry run: nothing was changed and nothing was sent.")
        self._ask()
        self._change_files()
        for changed_record in correction.changed:
            self._send(changed_record)
        self._show_end(ExitCode.DONE, f"done{self._find_update()}")

    def _require_ours(self) -> None:
        """Check who owns the work, even if nothing of it is sent."""
        original = self._correction.original
        if self._plans[original.doi.key].updates == 0:
            looked = self._depositor.plan(original.record, retry=True)
            # Whether it could be sent again is not the question.
            foreign = {"plan-alias", "plan-other-owner"}
            found = [finding for entry in looked.entries for finding in entry.findings if finding.code in foreign]
            if found:
                _show_findings_and_stop(self._terminal, found)

    def _is_done(self) -> bool:
        changed = self._correction.changed
        unchanged = all(changed_record.edited is None for changed_record in changed)
        statuses = [self._depositor.status(changed_record.doi) for changed_record in changed]
        return (
            unchanged
            and all(not plan.new + plan.updates for plan in self._plans.values())
            and all(status.registered and not status.is_open for status in statuses)
        )

    def _find_update(self) -> str:
        """Check whether Crossref shows the update on the work, and return the result in words."""
        notice = self._correction.notice
        if notice is None or Milestone.INDEXED not in self._depositor.observable:
            return ""
        try:
            status = self._depositor.verify(notice.doi)
        except (RegistrarError, ConfigurationError) as error:
            again = f"`doideposit verify {notice.doi}` asks later"
            return f"; could not check whether it shows: {error.message}; {again}"
        proof = status.milestones[Milestone.AS_INTENDED]
        if proof.at is not None:
            return f": it shows on {self._correction.original.doi}"
        return f"; {_not_yet(status)}; `doideposit run` and `doideposit verify {notice.doi}` look again"

    def _show_pages(self) -> None:

        if self._terminal.as_json:
            return
        self._terminal.line((Span("What the pages must show, before anything is sent", Style.HEADING),))
        for address, points in self._correction.checklist().items():
            self._terminal.line((Span(f"  {address}", Style.PLACE),))
            for point in points:
                self._terminal.say(f"    - {point}")

    def _ask(self) -> None:
        """Ask for confirmation before anything is changed, and fetch the login, so that a missing one shows now."""
        words = DepositDialog.sent_by(*self._plans.values())
        self._dialog.confirm(words, yes=self._asked.yes)
        if words and not self._needs_approval:
            self._depositor.ready()

    @property
    def _needs_approval(self) -> bool:
        """Tell whether other people have to approve the deposit."""
        return self._depositor.plans.approvals_needed > 0

    def _change_files(self) -> None:
        # The record files come first: what is sent later always says what they say.
        for changed_record in self._correction.changed:
            problem = changed_record.edited.save() if changed_record.edited is not None else None
            if problem is not None:
                raise UsageError(
                    f"{changed_record.path}: {problem.message}", hint=f"{problem.hint}; then run the command again"
                )
            if changed_record.edited is not None:
                self._terminal.note(f"  changed {changed_record.path}")

    def _send(self, changed_record: "SingleRecord") -> None:
        """Deposit one record and wait until Crossref has registered it; stop if it does not."""
        plan = self._plans[changed_record.doi.key]
        if plan.new + plan.updates and self._needs_approval:
            self._write_plan(changed_record)
        if plan.new + plan.updates:
            report = self._depositor.deposit(plan, on_event=self._dialog.progress())
            blocked = [finding for entry in report.entries for finding in entry.findings if finding.stops]
            if blocked:
                self._show_end(ExitCode.REJECTED, "Stopped: run the command again.", findings=blocked)
        if self._depositor.status(changed_record.doi).is_open:
            _wait_until_done(self._dialog, self._asked.wait, [changed_record.doi])
        status = self._depositor.status(changed_record.doi)
        if status.is_open:
            self._show_end(
                ExitCode.PENDING,
                f"{changed_record.doi} is not done yet. Run the same command again later: it continues.",
            )
        if not status.registered or status.last_update_failed:
            self._show_end(ExitCode.REJECTED, f"{changed_record.doi}: {status.message or status.next_action}")

    def _write_plan(self, changed_record: "SingleRecord") -> NoReturn:
        """Write the next step as a plan, for those who have to approve it."""
        path = Path(f"{self._asked.word}-{changed_record.path.stem}.plan.json")
        self._depositor.plans.write(self._depositor.plan(changed_record.path), path, by=DepositDialog.person(None))
        words = f"Written to {path}: another person runs `doideposit approve {as_typed(path)}`, then `doideposit apply"
        self._show_end(ExitCode.PENDING, f"{words} {as_typed(path)}`. Run this command again after that: it continues.")

    def _show_end(self, code: int, words: str, *, findings: Sequence[Finding] = ()) -> NoReturn:
        if self._terminal.as_json:
            self._terminal.json(self._result_document(words, findings))
        else:
            self._terminal.say(words[:1].upper() + words[1:])
        finish(code)
        raise AssertionError

    def _result_document(self, words: str, findings: Sequence[Finding]) -> dict[str, object]:

        correction = self._correction
        return {
            "ok": not has_errors(findings),
            "target": self._depositor.target,
            "done": self._is_done_now(),
            "message": words,
            "type": correction.request.type.value,
            "date": correction.day.isoformat(),
            "original": str(correction.original.doi),
            "notice": str(correction.notice.doi) if correction.notice else None,
            "new_dois": sum(plan.new for plan in self._plans.values()),
            "files": [
                str(changed_record.path) for changed_record in correction.changed if changed_record.edited is not None
            ],
            "steps": [entry.to_dict() for plan in self._plans.values() for entry in plan.entries],
            "pages": {address: list(points) for address, points in correction.checklist().items()},
            "findings": [finding.to_dict() for finding in findings],
        }

    def _is_done_now(self) -> bool:
        statuses = [self._depositor.status(changed_record.doi) for changed_record in self._correction.changed]
        plans = [self._depositor.plan(changed_record.record) for changed_record in self._correction.changed]
        return all(status.registered and not status.is_open for status in statuses) and not any(
            plan.new + plan.updates for plan in plans
        )


def _not_yet(status: "WorkStatus") -> str:
    drift = next(iter(status.drift), None)
    return drift.what if drift else status.milestones[Milestone.AS_INTENDED].text


def _blocking_findings(plan: "Plan") -> list[Finding]:
    """Return the findings that block a plan; an unregistered policy page blocks here, and elsewhere only warns."""
    found = [finding for entry in plan.entries for finding in entry.findings]
    return [finding for finding in found if finding.stops or finding.code == "plan-policy-unregistered"]
