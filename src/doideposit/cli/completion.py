"""`completion`: what teaches a shell to complete commands, options, DOIs and codes with Tab."""

import click

from doideposit.cli.invocation import Invocation

__all__ = ["completion"]

# The shells that click can write completions for.
SHELLS = ("bash", "fish", "zsh")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), metavar="SHELL")
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that lets your SHELL complete commands, options, DOIs and codes with Tab.

    Put it where the shell looks for completions, for instance, for bash, into
    ~/.local/share/bash-completion/completions/doideposit, and open a new terminal.
    """
    from click.shell_completion import get_completion_class

    invocation: Invocation = ctx.obj
    kind = get_completion_class(shell)
    if kind is None:
        raise RuntimeError(f"click does not know {shell}")
    source = kind(ctx.find_root().command, {}, "doideposit", "_DOIDEPOSIT_COMPLETE").source()
    invocation.terminal().result(source)
