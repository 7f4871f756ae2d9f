"""`serve`: the JSON API and the receiver of Crossref's notifications, for a CMS not written in Python."""

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from doideposit.cli.invocation import Invocation, target_option
from doideposit.errors import ConfigurationError

if TYPE_CHECKING:
    from doideposit.config.settings import Settings
    from doideposit.web.tokens import Tokens
    from doideposit.web.watching import JobWatch

__all__ = ["serve"]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8081, show_default=True, help="0 takes any free port.")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="Requests at the same time.")
@click.option("--allow-remote", is_flag=True, help="Allow an address that other machines can reach.")
@click.option("--json-logs", is_flag=True, help="Log each request to standard error as a JSON object.")
@target_option
@click.pass_obj
def serve(
    invocation: Invocation,
    host: str,
    port: int,
    threads: int,
    allow_remote: bool,
    json_logs: bool,
    target: str | None,
) -> None:
    """Run the JSON API and callback receiver, and the pages for staff for several people.

    In the configuration, [api.tokens] says who may use the API, and [desk.accounts] who may use the pages. It speaks
    http: put a web server with https in front of it if other machines must reach it. Deposits are followed up by
    `doideposit run`. After SIGTERM or Ctrl-C it first finishes the requests under way.
    """
    from doideposit.web.application import application
    from doideposit.web.desk.gate import Gate
    from doideposit.web.desk.messages import MAX_UPLOAD
    from doideposit.web.desk.opening import open_pages
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal()
    settings = invocation.settings(target=target)
    gate = Gate.of_accounts(settings, os.environ)
    pages = None if gate is None else open_pages(settings, gate, announce=terminal.note)
    api = application(
        lambda: open_depositor(settings, announce=terminal.note),
        tokens=_load_tokens(settings, needed=pages is None),
        notify_endpoints=settings.api.notify_endpoints,
        log=terminal.note,
        log_as_json=json_logs,
        job=_job_watch(settings),
    )

    def show_address(actual: int) -> None:
        address = f"http://{f'[{host}]' if ':' in host else host}:{actual}"
        terminal.note(f"the API listens on {address} for deposits to {settings.target}; stop it with Ctrl-C")
        terminal.note(f"its description is {address}/openapi.json")
        if pages is not None:
            terminal.note(f"the pages for staff are {address}/")

    app, most = (api, None) if pages is None else (replace(api, pages=pages), 2 * MAX_UPLOAD)
    app.serve(host, port, threads=threads, ready=show_address, allow_remote=allow_remote, max_body=most)
    terminal.note("stopped: every request was answered")


def _job_watch(settings: "Settings") -> "JobWatch":
    """Return what reads the state of the scheduled job from the file that each of its passes writes."""
    from doideposit.job.inbox.folders import Folders
    from doideposit.job.monitoring import Run
    from doideposit.web.watching import JobWatch
    from doideposit.wiring import system_clock

    return JobWatch(
        lambda: Run.read_last(Folders(settings.inbox.folder).last_run, system_clock()),
        settings.api.job_within,
        open_metrics=settings.api.metrics == "open",
    )


def _load_tokens(settings: "Settings", *, needed: bool) -> "Tokens":
    from doideposit.web.tokens import Tokens

    references = {name: (token, "", name) for name, token in settings.api.tokens.items()}
    for publisher, other in settings.publishers.items():
        references |= {f"{publisher}/{name}": (token, publisher, name) for name, token in other.tokens.items()}
    if not references and needed:
        raise ConfigurationError(
            "the configuration names no token for the API and no account for the pages, so that nobody could use it",
            hint='add a section [api.tokens] with a line such as wordpress = { env = "WORDPRESS_TOKEN" }, or for the '
            'pages [desk.accounts.NAME] with password = { env = "DESK_PASSWORD" } and roles = ["edit", "register"]',
        )
    secrets = {
        holder: token.resolve(environ=os.environ, service=_keyring_service(publisher), username=name)
        for holder, (token, publisher, name) in references.items()
    }
    unknown = {name for token, _, _ in references.values() for name in token.series} - set(settings.series)
    if unknown:
        message = f"a token of the API is limited to a series that there is not: {', '.join(sorted(unknown))}"
        raise ConfigurationError(message, hint=f"write one of {', '.join(sorted(settings.series))} as its `series`")
    return Tokens(
        secrets,
        {holder: publisher for holder, (_, publisher, _) in references.items() if publisher},
        scopes={holder: token.scopes for holder, (token, _, _) in references.items()},
        series={holder: token.series for holder, (token, _, _) in references.items()},
    )


def _keyring_service(publisher: str) -> str:
    """Return the name under which a keyring keeps the tokens of a publisher."""
    return f"doideposit-api-{publisher}" if publisher else "doideposit-api"
