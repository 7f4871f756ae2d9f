"""`ledger`: looking after the memory itself: a backup and its way back, a check, an export and an import."""

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option
from doideposit.errors import DiskError, UsageError, WorldError
from doideposit.files import disk_errors, open_input
from doideposit.findings import counted
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.deposits.ledger.store import Ledger

__all__ = ["ledger"]

file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def ledger() -> None:
    """Back up, restore, check, export and import the ledger. It holds no password."""


@contextmanager
def _existing_ledger(invocation: Invocation) -> "Iterator[Ledger]":
    """Open the ledger of the configuration; raises `UsageError` where there is none: none is made."""
    import os

    from doideposit.deposits.ledger.inspection import Condition
    from doideposit.wiring import open_ledger

    settings = invocation.settings()
    condition = Condition.of_ledger(settings.ledger.url, settings.ledger_password(os.environ))
    if condition.revision is None:
        hint = "the first `doideposit deposit` makes it; or check [ledger] url: `doideposit config show --origin`"
        raise UsageError(f"there is no ledger yet in {condition.place}", hint=hint)
    with open_ledger(settings) as opened:
        yield opened


@ledger.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(1),
    metavar="N",
    help="In the folder FILE, remove all but the N newest.",
)
@json_option
@click.pass_obj
def _backup(invocation: Invocation, file: Path, keep: int | None, as_json: bool) -> None:
    """Write a copy of the ledger to a new FILE, while it may be in use, readable only by its owner.

    If FILE is a folder, the copy gets a name with the time in UTC. A ledger in SQLite is copied as it is, for
    `doideposit ledger restore`. One in PostgreSQL is exported, for `doideposit ledger import`.
    """
    from doideposit.wiring import system_clock

    terminal = invocation.terminal(as_json=as_json)
    if keep is not None and not file.is_dir():
        hint = f"create it first: mkdir -p {file}; or leave --keep out"
        raise UsageError(f"--keep needs a folder, and {file} is not one", hint=hint)
    with _existing_ledger(invocation) as opened:
        made = _backup_path(file, system_clock(), is_file=opened.is_file)
        opened.backup(made)
        place = opened.place
    removed = [] if keep is None else _remove_older(file, keep)
    size = made.stat().st_size
    if as_json:
        terminal.json(
            {
                "ok": True,
                "ledger": place,
                "backup": str(made),
                "bytes": size,
                "removed": [str(path) for path in removed],
            }
        )
    else:
        terminal.say(f"{place} is copied to {made} ({size:,} bytes)")
        if removed:
            terminal.say(f"{counted(len(removed), 'older backup')} removed")


@ledger.command("restore")
@file_argument
@json_option
@click.pass_obj
def _restore(invocation: Invocation, file: Path, as_json: bool) -> None:
    """Replace the ledger by the backup in FILE, and keep the present ledger under another name.

    The backup is checked first, and only copied. Nothing else may use the ledger in the meantime: the command refuses
    while the scheduled job or another program is at work. What was deposited after the backup was made is planned again
    by the next `doideposit run`, which is safe.
    """
    import os

    from doideposit.deposits.ledger.restore import Restored
    from doideposit.wiring import system_clock

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings()
    with _job_lock(settings.inbox.folder):
        password = settings.ledger_password(os.environ)
        done = Restored.from_backup(settings.ledger.url, file, system_clock(), password=password)
    if as_json:
        kept = str(done.kept) if done.kept else None
        terminal.json({"ok": True, "ledger": str(done.place), "backup": str(file), "dois": done.dois, "kept": kept})
        return
    terminal.say(f"{done.place} is as it was in {file}: {counted(done.dois, 'DOI')}")
    if done.kept:
        terminal.say(f"the previous ledger is in {done.kept}: it shows what was deposited since the backup")


@contextmanager
def _job_lock(inbox: Path) -> Iterator[None]:
    """Hold the lock of the scheduled job, where there is one; raises `WorldError` while it is at work."""
    from doideposit.job.inbox.folders import Folders
    from doideposit.job.inbox.lock import FileLock
    from doideposit.wiring import system_clock

    folder = Folders(inbox).job
    if not folder.is_dir():
        yield
        return
    with FileLock(folder / "lock", system_clock()) as lock:
        if not lock.held:
            hint = "wait until it has ended, or stop it, and run the command again"
            raise WorldError(f"the scheduled job is running ({lock.holder})", hint=hint)
        yield


@ledger.command("check")
@json_option
@click.pass_obj
def _check(invocation: Invocation, as_json: bool) -> None:
    """Find contradictions: damage, deposit files that do not match their hash, states that no event explains.

    Nothing is changed. The exit code is 3 when anything is found.
    """
    terminal = invocation.terminal(as_json=as_json)
    with _existing_ledger(invocation) as opened:
        findings = opened.check()
        place = opened.place
    if as_json:
        documents = [finding.to_dict() for finding in findings]
        terminal.json({"ok": not findings, "ledger": place, "findings": documents})
    elif findings:
        terminal.show_findings(findings)
        terminal.line((Span(f"{safe(place)}: {counted(len(findings), 'contradiction')}", Style.ERROR),))
    else:
        terminal.line((Span(safe(place), Style.PLACE), Span(": "), Span("is consistent", Style.GOOD)))
    finish(ExitCode.WORLD if findings else ExitCode.DONE)


@ledger.command("export")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="A new file [default: standard output]."
)
@json_option
@click.pass_obj
def _export(invocation: Invocation, output: Path | None, as_json: bool) -> None:
    """Write the whole ledger as JSON Lines, as it is at one moment: for another database, or for reading."""
    from doideposit.deposits.ledger.export import LedgerCopy

    if as_json and output is None:
        raise UsageError("the export itself goes to standard output", hint="name a file with -o, or leave --json out")
    terminal = invocation.terminal(as_json=as_json)
    count = 0

    def counting(lines: Iterator[str]) -> Iterator[str]:
        nonlocal count
        for line in lines:
            count += 1
            yield line

    with _existing_ledger(invocation) as opened:
        if output is None:
            for line in opened.export_lines():
                # JSON says the same with an escape, which does not steer the terminal it may be shown on.
                terminal.result(terminal.escape_controls(line))
            return
        LedgerCopy(output).of_lines(counting(opened.export_lines()))
        place = opened.place
    # The first line names the format; every other one is a row.
    rows = count - 1
    if as_json:
        terminal.json({"ok": True, "ledger": place, "file": str(output), "rows": rows})
    else:
        terminal.say(f"{place} is exported to {output} ({counted(rows, 'row')})")


@ledger.command("import")
@file_argument
@json_option
@click.pass_obj
def _import(invocation: Invocation, file: Path, as_json: bool) -> None:
    """Import the export in FILE into a ledger that is new or empty: all of it or nothing."""
    from doideposit.wiring import open_ledger

    terminal = invocation.terminal(as_json=as_json)
    with _read_lines(file) as lines, open_ledger(invocation.settings()) as opened:
        rows = opened.import_lines(lines)
        findings = opened.check()
        place = opened.place
    if findings:
        raise WorldError(
            f"{place} imported {counted(rows, 'row')}, but is inconsistent: {findings[0].message}",
            hint="the export was made from a damaged ledger: `doideposit ledger check` lists everything",
        )
    if as_json:
        terminal.json({"ok": True, "ledger": place, "file": str(file), "rows": rows})
    else:
        terminal.say(f"{counted(rows, 'row')} of {file} are in {place}")


@contextmanager
def _read_lines(file: Path) -> Iterator[Iterator[str]]:
    try:
        with io.TextIOWrapper(open_input(file), encoding="utf-8") as stream:
            yield _decode_lines(file, stream)
    except OSError as error:
        raise DiskError(f"{file} cannot be read: {error.strerror}", hint="check its name and permissions") from None


def _decode_lines(file: Path, stream: Iterable[str]) -> Iterator[str]:
    try:
        yield from stream
    # An export is always UTF-8, on every machine.
    except UnicodeDecodeError:
        raise UsageError(
            f"{file} is not an export: it is not UTF-8", hint="`doideposit ledger export` makes one"
        ) from None


# Names of backups, and which of them are no longer kept.

# Made here and nowhere else, so that no other file of a folder is ever removed. Names in UTC sort by their age.
_MADE_HERE: Final = re.compile(r"doideposit-\d{8}T\d{6}Z\.(?:sqlite3|jsonl)")
# Endings of SQLite files as people name them.
_DATABASES: Final = frozenset({".sqlite3", ".sqlite", ".db"})
_EXPORTS: Final = frozenset({".jsonl", ".json"})


def _backup_path(given: Path, now: datetime, *, is_file: bool) -> Path:
    """Return the path of a backup: the given file, or in the given folder a name with the moment in UTC.

    Raises `UsageError` for a name that would lie: a copy of a database is not JSON, and an export no database.
    """
    ending = ".sqlite3" if is_file else ".jsonl"
    if given.is_dir():
        return given / f"doideposit-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{ending}"
    if given.suffix.lower() in (_EXPORTS if is_file else _DATABASES):
        what = "a copy of the SQLite database" if is_file else "an export in JSON Lines"
        raise UsageError(
            f"the backup is {what}, but the name {given.name} says otherwise", hint=f"name it {given.stem}{ending}"
        )
    return given


def _remove_older(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups that were named here, and return them; raises `DiskError`."""
    # Symbolic links are never removed: what they point to belongs to somebody else.
    made = sorted(path for path in folder.iterdir() if _MADE_HERE.fullmatch(path.name) and not path.is_symlink())
    older = made[:-keep]
    for path in older:
        with disk_errors(path, "cannot be removed"):
            path.unlink()
    return older
