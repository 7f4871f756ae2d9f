"""Show a plan before anything is sent: what is new and what changes first, what stays as it is in one line."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from doideposit.cli.terminal import Terminal
from doideposit.deposits.planning import Action, ReasonCode
from doideposit.findings import Finding, Severity, counted
from doideposit.reports.findings import FindingList, Line, Span, Style, safe

if TYPE_CHECKING:
    from doideposit.deposits.values import Plan, PlanEntry

__all__ = ["MOST_SHOWN", "TARGETS", "show_plan"]

TARGETS = {
    "sandbox": "sandbox (the simulated Crossref: nothing leaves this machine)",
    "test": "test (Crossref's test system: nothing is registered for readers)",
    "production": "production (Crossref: what is registered stays registered)",
}
# So many lines of a kind are read; beyond that a person looks for one of them, and --verbose shows all.
MOST_SHOWN = 30
STYLES = {Action.BLOCKED: Style.ERROR, Action.UNCHANGED: Style.DIM}


def show_plan(terminal: Terminal, plan: "Plan", *, verbose: bool) -> None:
    """Show the plan to a person; a program gets it with the result.

    Errors come first, in full. What is unchanged takes one line for each reason, however many records there are.
    """
    if terminal.as_json:
        return
    findings = [_with_file(entry.source, finding) for entry in plan.entries for finding in entry.findings]
    shown = FindingList(finding for finding in findings if verbose or finding.stops).in_order()
    terminal.show_findings(shown[:MOST_SHOWN], verbose=verbose)
    if len(shown) > MOST_SHOWN:
        terminal.say(f"… and {len(shown) - MOST_SHOWN:,} more: `doideposit check` shows all")
    if shown:
        terminal.say()
    terminal.line((Span(f"Plan for {TARGETS[plan.target]}", Style.HEADING),))
    terminal.lines(_unchanged_lines(plan, every=verbose or len(plan.entries) == 1))
    for action in (Action.BLOCKED, Action.UPDATE, Action.REGISTER):
        entries = [entry for entry in plan.entries if entry.action is action]
        terminal.lines(_entry_lines(entries if verbose else entries[:MOST_SHOWN]))
        if not verbose and len(entries) > MOST_SHOWN:
            terminal.say(f"  … and {len(entries) - MOST_SHOWN:,} more to {action}: --verbose shows all")
    if not verbose:
        terminal.lines(_warning_lines(plan))
    terminal.lines(_retry_warning(plan))
    terminal.say(f"  {_summary_line(plan)}")


def _with_file(source: str, finding: Finding) -> Finding:
    """Return the finding with its file, also where it is about the whole of it, as what the ledger says of a DOI is."""
    return finding if finding.where.file else finding.at(replace(finding.where, file=source))


def _unchanged_lines(plan: "Plan", *, every: bool) -> Iterator[Line]:
    unchanged = [entry for entry in plan.entries if entry.action is Action.UNCHANGED]
    if every:
        yield from (_entry_line(entry) for entry in unchanged)
        return
    for reason, count in Counter(entry.reason for entry in unchanged).most_common():
        yield (Span(f"  {count:,} unchanged", Style.DIM), Span(f": {safe(reason)}"))


def _entry_lines(entries: "Iterable[PlanEntry]") -> Iterator[Line]:
    for entry in entries:
        yield _entry_line(entry)
        for change in entry.changes[:MOST_SHOWN]:
            style = Style.ERROR if change.loses else Style.PLAIN
            yield (Span(f"    {'-' if change.loses else '~'} {safe(change.what)}", style),)


def _entry_line(entry: "PlanEntry") -> Line:
    reason = f": {safe(entry.reason)}" if entry.reason and entry.action in STYLES else ""
    name = str(entry.doi) if entry.doi else "no DOI"
    style = STYLES.get(entry.action, Style.GOOD)
    return (Span(f"  {entry.action.value:<10}", style), Span(f"{name}  {safe(entry.source)}{reason}"))


def _retry_warning(plan: "Plan") -> Iterator[Line]:
    """Return a warning that --retry also sends records that need no sending: a folder may hold hundreds."""
    again = sum(entry.reason_code is ReasonCode.SENT_AGAIN for entry in plan.entries)
    if again:
        text = f"--retry sends {counted(again, 'record')} again although nothing changed: name single files for less"
        yield (Span("  again     ", Style.WARNING), Span(text))


def _warning_lines(plan: "Plan") -> Iterator[Line]:
    """Show the warnings of what will be sent: by name, since one may be a wrong author, and each kind once."""
    kinds: dict[str, list[Finding]] = {}
    for entry in plan.entries:
        for finding in entry.findings if entry.action.sends else ():
            if finding.severity is Severity.WARNING and not finding.ignored_because:
                kinds.setdefault(finding.code, []).append(_with_file(entry.source, finding))
    for code, found in islice(kinds.items(), MOST_SHOWN):
        where = found[0].where
        place = ":".join(str(part) for part in (where.file, where.line) if part is not None)
        times = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
        yield (Span("  warning   ", Style.WARNING), Span(f"{code}  {safe(place)}{times}: {safe(found[0].message)}"))
    if kinds:
        yield (Span("            warnings do not block: look at each, it may be a mistake", Style.DIM),)


def _summary_line(plan: "Plan") -> str:
    """Return the totals of the plan, and its fees."""
    parts = []
    if plan.new:
        charged = "each" if plan.new > 1 else "it"
        fee = f"Crossref charges a fee for {charged}" if plan.target == "production" else "no fee here"
        parts.append(f"{counted(plan.new, 'new DOI')} ({fee})")
    if plan.updates:
        parts.append(f"{counted(plan.updates, 'update')} (free)")
    if plan.unchanged:
        parts.append(f"{plan.unchanged:,} unchanged")
    if plan.blocked:
        parts.append(f"{plan.blocked:,} blocked")
    doubted = any(entry.in_doubt for entry in plan.entries)
    nothing = ": nothing is sent before that is known" if doubted else ": nothing to send"
    return ", ".join(parts) + ("" if plan.new + plan.updates else nothing)
