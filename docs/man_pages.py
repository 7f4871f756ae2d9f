"""Writes a man page for every command: `python docs/man_pages.py FOLDER`; read one with `man FOLDER/NAME.1`."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from click_man.core import generate_man_page

from doideposit import __version__
from doideposit.cli.main import COMMANDS, EPILOG, cli


def contexts(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[click.Context]:
    """The context of a command, and of every command below it; the group itself knows its commands by name alone."""
    context = click.Context(command, info_name=name, parent=parent)
    command.short_help = _in_short(command, name)
    yield context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                command.commands[below] = found  # This is where click-man looks for them.
                yield from contexts(found, below, context)


def _in_short(command: click.Command, name: str) -> str:
    """One whole line: click-man would cut the help in the middle of a sentence."""
    return COMMANDS[name][2] if name in COMMANDS else (command.help or "").partition("\n")[0]


def write(folder: Path) -> list[Path]:
    """Write all pages into the folder, and return their paths. SOURCE_DATE_EPOCH gives them their date."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for context in list(contexts(cli, "doideposit")):
        path = folder / f"{context.command_path.replace(' ', '-')}.1"
        page = generate_man_page(context, version=__version__).rstrip("\n")
        path.write_text(f"{page}\n.SH EXIT STATUS\n{_exit_status()}", encoding="utf-8")
        written.append(path)
    return written


def _exit_status() -> str:
    """The exit codes as a list, from the words at the end of the overview."""
    codes = " ".join(EPILOG.split(":", 1)[1].split()).rstrip(".").split("; ")
    pairs = (code.split(" ", 1) for code in codes)
    return "".join(f".TP\n\\fB{number}\\fP\n{meaning}\n" for number, meaning in pairs)


if __name__ == "__main__":
    click.echo(f"{len(write(Path(sys.argv[1])))} man pages in {sys.argv[1]}")
