"""`desk`: the pages for staff, on this computer."""

import getpass
import webbrowser
from typing import TYPE_CHECKING

import click

from doideposit.cli.invocation import Invocation, target_option
from doideposit.files import write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from doideposit.cli.terminal import Terminal

__all__ = ["desk"]


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes any free port [default: 0].")
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
@target_option
@click.pass_obj
def desk(invocation: Invocation, port: int, no_browser: bool, target: str | None) -> None:
    """Open the pages for staff in the browser: from the finished document to a registered DOI.

    Only this computer reaches them, and only by the address that is printed, which works once. They use the same
    configuration, record files and ledger as every other command. Ctrl-C ends them; what was typed is kept.
    """
    from doideposit.web.desk.gate import Gate
    from doideposit.web.desk.messages import MAX_UPLOAD
    from doideposit.web.desk.opening import open_pages

    terminal = invocation.terminal()
    settings = invocation.settings(target=target)
    gate = Gate.of_person(_user_name(), settings)
    pages, token = open_pages(settings, gate, announce=terminal.note), gate.accounts.one_time_token()
    way_in = settings.desk.drafts / ".open.html"
    pages.serve(
        port=port,
        max_body=2 * MAX_UPLOAD,
        ready=lambda actual: _open_browser(terminal, actual, token, None if no_browser else way_in),
    )
    terminal.note("ended: what was typed is kept")


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # Containers run under numbers that have no name.
        return "this computer"


def _open_browser(terminal: "Terminal", port: int, token: str, way_in: "Path | None") -> None:
    """Print the one-time address, and open it in the browser.

    The browser gets a file that leads there: others on this computer can read what programs are started with.
    """
    address = f"http://127.0.0.1:{port}/enter/{token}"
    terminal.say(address)
    terminal.note("this address works once; Ctrl-C ends the pages")
    if way_in is None:
        return
    way_in.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomic(
        way_in, f'<!doctype html><meta http-equiv="refresh" content="0; url={address}"><title>doideposit</title>'
    )
    if not webbrowser.open(way_in.absolute().as_uri()):
        terminal.note("no browser could be opened: open the address yourself")
