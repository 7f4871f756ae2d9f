"""What every command gets from the options before it, and the few things nearly every command does with them."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from doideposit.cli.terminal import Terminal

if TYPE_CHECKING:
    from doideposit.config.settings import Settings

__all__ = ["Invocation", "json_option", "target_option"]


class Invocation(NamedTuple):
    """Record the options before the command."""

    config_path: Path | None = None
    plain: bool = False
    debug: bool = False

    def terminal(self, *, as_json: bool = False) -> Terminal:
        """Return the terminal, as this command uses it."""
        return Terminal(as_json=as_json, plain=self.plain)

    def settings(self, *, target: str | None = None, required: bool = True) -> "Settings":
        """Return the settings in force; raises `ConfigurationError`."""
        from doideposit.wiring import load_settings

        return load_settings(self.config_path, target=target, required=required)


# One JSON document on standard output, and nothing else there.
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
target_option = click.option(
    "--target",
    type=click.Choice(["sandbox", "test", "production"]),
    help="Where to deposit [default: the configuration's target, which is sandbox unless it says otherwise].",
)
