"""`run`: the scheduled job, once for systemd, cron or Kubernetes, or again and again in a container's foreground."""

import json
import logging
import os
import random
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Self

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.terminal import Terminal
from doideposit.errors import DoiDepositError, UnforeseenError, WorldError
from doideposit.reports.findings import safe

if TYPE_CHECKING:
    from email.message import EmailMessage

    from doideposit.config.settings import Settings
    from doideposit.job.run import Job, JobContext, JobOutcome

__all__ = ["run_job"]

# Part of the interval by which a pass may come early or late, so that many machines do not call at the same moment.
JITTER = 0.05
# What the address of a ledger in a file begins with; its path follows.
SQLITE = "sqlite:///"
# Seconds after which a sleeping job looks whether it should stop.
NAP = 0.5


def _parse_interval(_ctx: click.Context, _param: click.Parameter, text: str | None) -> timedelta | None:
    from pydantic import TypeAdapter, ValidationError

    from doideposit.config.durations import DURATION_HINT, Duration

    if text is None:
        return None
    try:
        length: timedelta = TypeAdapter(Duration).validate_python(text)
    except ValidationError:
        raise click.BadParameter(DURATION_HINT) from None
    if length <= timedelta(0):
        raise click.BadParameter("it must be longer than 0")
    return length


def _parse_ping_address(_ctx: click.Context, _param: click.Parameter, url: str | None) -> str | None:
    from pydantic import TypeAdapter, ValidationError

    from doideposit.config.addresses import PingAddress

    try:
        return url if url is None else TypeAdapter[str](PingAddress).validate_python(url)
    except ValidationError:
        raise click.BadParameter("write a whole address, beginning with https://, without a login") from None


@click.command(name="run")
@click.option(
    "--inbox",
    type=click.Path(path_type=Path, file_okay=False),
    help="Take files from this folder [default: the configuration's, which is inbox beside it].",
)
@target_option
@click.option(
    "--every",
    callback=_parse_interval,
    metavar="TIME",
    help="Do not exit, and make a pass every 15m, 2h and so on; for containers.",
)
@json_option
@click.option("--json-logs", is_flag=True, help="Log to standard error, one JSON object on each line.")
@click.option("--heartbeat", type=click.Path(path_type=Path, dir_okay=False), help="Write this file after every pass.")
@click.option(
    "--ping",
    callback=_parse_ping_address,
    metavar="URL",
    help="Fetch this address after every pass that succeeded.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing about a pass without errors.")
@click.option(
    "--rejected-ok",
    is_flag=True,
    help="End with 0 even if files were rejected: for job runners that would start it again.",
)
@click.pass_obj
def run_job(
    invocation: Invocation,
    inbox: Path | None,
    target: str | None,
    every: timedelta | None,
    as_json: bool,
    json_logs: bool,
    heartbeat: Path | None,
    ping: str | None,
    quiet: bool,
    rejected_ok: bool,
) -> None:
    """Run the scheduled job: take files from the inbox, deposit, follow up, report, exit.

    Each file ends in done/ or rejected/ inside the inbox, with a report beside it. Starting it twice, or killing it
    at any moment, is safe. Exit code 1 means that something was rejected in this pass, or that a DOI was seen to lead
    elsewhere; if your job runner then starts it again at once, use --rejected-ok.
    """
    terminal = invocation.terminal(as_json=as_json)
    settings = _with_flags(invocation.settings(target=target), inbox, heartbeat, ping)
    with _log_to_stderr(terminal, as_json=json_logs), _StopRequest() as stop:
        job, context = _make_job(settings), _make_context(settings, stop, terminal)
        if every is None:
            outcome = job.run(context)
            code = outcome.exit_code
            if code or not quiet:
                _show_outcome(terminal, outcome, in_one_line=False)
            if rejected_ok and code == ExitCode.REJECTED:
                code = ExitCode.DONE
        else:
            _run_repeatedly(terminal, job, context, stop, every, quiet=quiet)
            code = ExitCode.INTERRUPTED if stop.by_hand else ExitCode.DONE
    finish(code)


def _with_flags(settings: "Settings", inbox: Path | None, heartbeat: Path | None, ping: str | None) -> "Settings":
    watched = {"heartbeat_file": heartbeat.absolute() if heartbeat else None, "ping_url": ping}
    given = {name: value for name, value in watched.items() if value is not None}
    return replace(
        settings,
        # What is updated counts as written in the file: a person named this folder.
        inbox=settings.inbox.model_copy(update={"folder": inbox.absolute()} if inbox else {}),
        monitoring=settings.monitoring.model_copy(update=given),
    )


def _show_outcome(terminal: Terminal, outcome: "JobOutcome", *, in_one_line: bool) -> None:
    import json

    if not terminal.as_json:
        terminal.say(outcome.beside_log or outcome.summary)
    elif in_one_line:
        terminal.result(json.dumps(outcome.document, ensure_ascii=False))
    else:
        terminal.json(outcome.document)


# The job, and what it gets from outside: clock, network, mail, signals.


def _make_job(settings: "Settings") -> "Job":
    from doideposit import __version__
    from doideposit.job.inbox.folders import Folders
    from doideposit.job.run import Job

    return Job(
        target=settings.target,
        folders=Folders(
            settings.inbox.folder,
            for_group=settings.inbox.open_to == "group",
            named=settings.inbox.named,
            shown_as=settings.inbox.shown_as,
        ),
        settle=settings.inbox.settle,
        look_ups=settings.inbox.look_ups,
        keep_done=settings.inbox.keep_done,
        site=settings.site.folders,
        mail=settings.mail,
        mail_to={name: publisher.mail_to for name, publisher in settings.publishers.items() if publisher.mail_to},
        monitoring=settings.monitoring,
        within=settings.api.job_within,
        version=__version__,
        memory=_memory_beside(settings),
    )


def _memory_beside(settings: "Settings") -> "Path | None":
    """Return the file of the job beside the ledger, or beside the configuration where the ledger is on a server."""
    url = settings.ledger_url
    beside = Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else settings.path
    return None if beside is None else beside.parent / ".doideposit" / "state.json"


def _make_context(settings: "Settings", stop: "_StopRequest", terminal: Terminal) -> "JobContext":
    from doideposit.job.hooks import Hook
    from doideposit.job.mailbox import open_mailbox
    from doideposit.job.run import JobContext
    from doideposit.wiring import open_depositor, system_clock

    url = settings.monitoring.ping_url
    return JobContext(
        clock=system_clock,
        open_depositor=lambda: open_depositor(settings, announce=terminal.note),
        send_mail=None if settings.mail is None else lambda message: _send_mail(settings, message),
        ping=None if url is None else lambda: _ping_monitor(url),
        mailbox=None if settings.mailbox is None else open_mailbox(settings.mailbox, os.environ),
        hooks=Hook.open_all(settings, environ=os.environ, clock=system_clock),
        stop=stop,
        host=socket.gethostname(),
    )


def _send_mail(settings: "Settings", message: "EmailMessage") -> None:
    from doideposit.job.mail_server import MailServer

    if settings.mail is None:
        raise RuntimeError("no mail is configured")
    MailServer(settings.mail, settings.mail_password(os.environ)).send(message)


def _ping_monitor(url: str) -> None:
    """Fetch the address; no message repeats it, because such addresses are secrets of their own."""
    from doideposit.crossref.http import Exchange, NoAnswer, Timeouts

    # A ping must not hold up the job: the next one comes with the next pass.
    exchange = Exchange(Timeouts(connect=5, read=10, total=20), shown=Exchange.host_alone)
    try:
        # The answer is not read; its size is bounded anyway.
        answer = exchange.get(url, limit=10_000)
    except NoAnswer as error:
        raise WorldError(f"the address to ping could not be fetched: {error.reason}") from None
    if answer.status >= 300:  # noqa: PLR2004  (everything but success)
        raise WorldError(f"the address to ping answered with status {answer.status}")


# Keeping on, and stopping.


class _StopRequest:
    """Record that someone asked to stop, by SIGTERM or Ctrl-C; a second Ctrl-C stops at once."""

    def __init__(self) -> None:
        self.asked = False
        self.by_hand = False
        self._before: dict[int, object] = {}

    def __call__(self) -> bool:
        return self.asked

    def __enter__(self) -> Self:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._before[number] = signal.signal(number, self._handle_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # it is what signal() gave back

    def _handle_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.by_hand and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = True
        self.by_hand = self.by_hand or number == signal.SIGINT


def _run_repeatedly(
    terminal: Terminal, job: "Job", context: "JobContext", stop: _StopRequest, every: timedelta, *, quiet: bool
) -> None:
    """Run pass after pass until asked to stop; wait for an inbox or a ledger that cannot be reached."""
    while not stop():
        begun = time.monotonic()
        try:
            outcome = job.run(context)
            if outcome.exit_code or not quiet:
                _show_outcome(terminal, outcome, in_one_line=True)
        except DoiDepositError as error:
            terminal.note(f"{error.message}; the next pass tries again")
        # A fault of one pass must not end a service that runs for months.
        except Exception as error:
            logging.getLogger("doideposit").debug("the pass failed", exc_info=error)
            terminal.note(f"{UnforeseenError.of(error).message}; the next pass tries again")
        pause = every.total_seconds() * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  (no secret)
        _sleep_until(begun + pause, stop)


def _sleep_until(moment: float, stop: Callable[[], bool]) -> None:
    while not stop() and (left := moment - time.monotonic()) > 0:
        time.sleep(min(NAP, left))


@contextmanager
def _log_to_stderr(terminal: Terminal, *, as_json: bool) -> Iterator[None]:
    """Send the library's log to standard error for as long as the command runs."""
    logger = logging.getLogger("doideposit")
    handler = logging.StreamHandler(terminal.err)
    handler.setFormatter(_JsonLines() if as_json else _PlainLines())
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if as_json else logging.WARNING)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


# How the library's log looks on standard error: one JSON object a line for programs, or plain lines for people.

# Attributes that every record has; whatever else a record carries becomes a field of the JSON.
_USUAL = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {"message", "asctime", "taskName"}


class _JsonLines(logging.Formatter):
    """Write one JSON object for each record: time, level, logger, message, and whatever the record carries beside."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        data: dict[str, object] = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        data |= {key: value for key, value in record.__dict__.items() if key not in _USUAL and value not in {None, ""}}
        if record.exc_info:
            data["traceback"] = self.formatException(record.exc_info)
        return json.dumps(data, ensure_ascii=False, default=str)


class _PlainLines(logging.Formatter):
    """Write a sentence for each record, and what to do about it where that is known."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line or two."""
        text = f"{record.levelname.lower()}: {safe(record.getMessage())}"
        hint = getattr(record, "hint", "")
        text += f"\n  hint: {safe(hint)}" if hint else ""
        return text + ("\n" + self.formatException(record.exc_info) if record.exc_info else "")
