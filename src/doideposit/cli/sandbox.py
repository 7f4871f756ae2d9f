"""`sandbox`: the simulated Crossref as an HTTP server, for rehearsals and for other programs' tests."""

from datetime import timedelta
from pathlib import Path

import click

from doideposit.cli.invocation import Invocation
from doideposit.cli.terminal import Terminal
from doideposit.errors import ConfigurationError

__all__ = ["sandbox"]


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes any free port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--state", type=click.Path(path_type=Path, dir_okay=False), help="Keep what was submitted in this file.")
@click.option("--user", default="sandbox", show_default=True, help="The login to accept; its password is “sandbox”.")
@click.option(
    "--prefix", "prefixes", multiple=True, metavar="10.NNNN", help="A prefix of that login [default: every prefix]."
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME[=VALUE][:TIMES]",
    help="Simulate a fault of Crossref; --faults lists them.",
)
@click.option("--faults", "list_faults", is_flag=True, help="List the faults there are, and stop.")
@click.option(
    "--fill",
    type=click.IntRange(1, 5_000),
    metavar="N",
    help="Register N made-up reports of your series in the sandbox on this machine, as another tool would, and stop.",
)
@click.option("--fast", is_flag=True, help="Give the result at the first poll, without a delay.")
@click.option("--allow-remote", is_flag=True, help="Allow an address that other machines can reach.")
@click.pass_obj
def sandbox(
    invocation: Invocation,
    port: int,
    host: str,
    state: Path | None,
    user: str,
    prefixes: tuple[str, ...],
    faults: tuple[str, ...],
    list_faults: bool,
    fill: int | None,
    fast: bool,
    allow_remote: bool,
) -> None:
    """Run a simulated Crossref as an HTTP server: queue, schema checks, result logs, and faults on demand."""
    from doideposit.crossref.validator.validator import Validator
    from doideposit.sandbox.accounts import Account
    from doideposit.sandbox.clock import Delays
    from doideposit.sandbox.faults import FAULTS, Fault
    from doideposit.sandbox.server import serve
    from doideposit.sandbox.simulation import Sandbox

    terminal = invocation.terminal()
    if list_faults:
        for name, kind in FAULTS.items():
            terminal.say(f"{name:<22} {kind.meaning}")
        return
    if fill is not None:
        _add_past_submissions(invocation, terminal, fill)
        return
    simulated = Sandbox(
        accounts=[Account.role(user, "sandbox", prefixes or ("*",))],
        validate=Validator.default(announce=terminal.note).validate,
        delays=Delays.none() if fast else Delays(),
        faults=[Fault.parse(text) for text in faults],
        state=state,
    )

    def show_address(actual: int) -> None:
        terminal.note(f"a simulated Crossref listens on http://{host}:{actual} (login {user}, password sandbox)")
        terminal.note(f'use it with [targets.test] url = "http://{host}:{actual}"; stop it with Ctrl-C')

    with simulated:
        serve(simulated, host, port, ready=show_address, log=terminal.note, allow_remote=allow_remote)


def _add_past_submissions(invocation: Invocation, terminal: Terminal, count: int) -> None:
    """Register made-up reports in the embedded sandbox, for the first series of the configuration."""
    from doideposit.crossref.validator.validator import Validator
    from doideposit.sandbox.foreign import ForeignReport
    from doideposit.wiring import embedded_sandbox, system_clock

    settings = invocation.settings(target="sandbox")
    series = next(iter(settings.series.values()), None)
    if series is None:
        raise ConfigurationError("the configuration describes no series", hint="add a section [series.NAME]")
    reports = []
    for number in range(1, count + 1):
        # Before there was a pattern, somebody gave every twenty-fifth a DOI of its own kind.
        made = series.doi_for(str(number)) if number % 25 else None
        url = series.url_for(str(number)) or f"https://example.org/{number}"
        reports.append(ForeignReport(number, str(made or f"{series.prefix}/old.{number}"), url))
    validator = Validator.default(announce=terminal.note)
    # What was registered a week ago is shown by now everywhere, however slow the sandbox is.
    with embedded_sandbox(settings, validator, lambda: system_clock() - timedelta(days=7)) as simulated:
        ForeignReport.register_all(
            simulated, reports, title=series.title, issn=str(series.issn) if series.issn else None
        )
    terminal.say(f"{count} reports of {series.title} are registered in the sandbox, as if by another tool")
