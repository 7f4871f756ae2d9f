"""`hooks`: see how far each hook of the scheduled job has come, and call one with a test message."""

import os
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.errors import UsageError
from doideposit.findings import counted
from doideposit.reports.findings import safe

if TYPE_CHECKING:
    from doideposit.cli.terminal import Terminal
    from doideposit.config.settings import Settings
    from doideposit.deposits.ledger.hooks import HookProgress

__all__ = ["hooks"]


@click.command()
@target_option
@click.option("--test", "name", metavar="NAME", help="Call this hook now, with a message that is only a test.")
@json_option
@click.pass_obj
def hooks(invocation: Invocation, target: str | None, name: str | None, as_json: bool) -> None:
    """Show each hook of the configuration: its events, and whether its last call succeeded.

    The scheduled job calls them. The exit code is 3 if the last call of a hook failed.
    """
    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    if name is not None:
        _test_hook(terminal, settings, name)
        return
    finish(_show_hooks(terminal, settings))


def _test_hook(terminal: "Terminal", settings: "Settings", name: str) -> None:
    from doideposit.job.hook_messages import HookMessage
    from doideposit.job.hooks import Hook
    from doideposit.wiring import system_clock

    opened = Hook.open_all(settings, environ=os.environ, clock=system_clock)
    hook = next((candidate for candidate in opened if candidate.name == name), None)
    if hook is None:
        known = ", ".join(settings.hooks) or "none"
        raise UsageError(f"there is no hook {name}", hint=f"below [hooks] the configuration has: {known}")
    now = system_clock()
    hook.call(HookMessage(f"test-{now:%Y%m%dT%H%M%S}", "test", now, settings.target))
    if terminal.as_json:
        terminal.json({"ok": True, "target": settings.target, "hook": name})
    else:
        terminal.say(f"{name}: it took the test message")


def _show_hooks(terminal: "Terminal", settings: "Settings") -> int:
    from doideposit.wiring import open_ledger, system_clock

    with open_ledger(settings) as ledger:
        states = ledger.on(settings.target, system_clock).hooks
        found = {name: states.progress(name) for name in settings.hooks}
    failing = any(progress is not None and progress.reason for progress in found.values())
    if terminal.as_json:
        rows = [_hook_document(name, settings.hooks[name].on, progress) for name, progress in found.items()]
        terminal.json({"ok": not failing, "target": settings.target, "hooks": rows})
    else:
        for name, progress in found.items():
            terminal.say(f"{name}  after {', '.join(settings.hooks[name].on)}: {safe(_state_words(progress))}")
        if not found:
            terminal.say("no hooks are configured; a section [hooks.NAME] with `command` or `url` makes one")
    return ExitCode.WORLD if failing else ExitCode.DONE


def _hook_document(name: str, on: "tuple[str, ...]", progress: "HookProgress | None") -> dict[str, object]:
    reason = "" if progress is None else progress.reason
    return {"name": name, "on": list(on), "ok": not reason, "reason": reason, "begun": progress is not None}


def _state_words(progress: "HookProgress | None") -> str:
    if progress is None:
        return "the next `doideposit run` begins with it"
    if not progress.reason:
        return "works"
    return (
        f"failed {counted(progress.tries, 'time')} since {progress.failing_since:%Y-%m-%d %H:%M} UTC: {progress.reason}"
    )
