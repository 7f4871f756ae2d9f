"""Checks of this machine: the program, disk and schemas, and what the configuration names on it."""

import os
import platform
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version as installed_version
from pathlib import Path

from doideposit.config.durations import duration_text
from doideposit.config.settings import Settings
from doideposit.crossref.schemas.lock import DEFAULT_VERSION
from doideposit.crossref.schemas.store import OVERRIDE, SchemaStore
from doideposit.deposits.ledger.inspection import Condition
from doideposit.deposits.ledger.store import Ledger
from doideposit.deposits.wording import status_of
from doideposit.diagnosis.surroundings import DiagnosisContext
from doideposit.diagnosis.values import Check, CheckStatus
from doideposit.errors import SchemaMissing
from doideposit.files import current_user, open_input
from doideposit.findings import counted
from doideposit.job.inbox.archive import DoneFiles
from doideposit.job.inbox.folders import Folders
from doideposit.job.inbox.waiting import Waiting
from doideposit.job.monitoring import Run
from doideposit.job.state import CLOCK_JUMP, JobState
from doideposit.wiring import open_ledger

__all__ = ["MachineChecks", "StorageChecks"]

# Free bytes below which a disk is worth a warning, and below which a deposit may fail.
TIGHT, FULL = 500_000_000, 50_000_000
# So many files are named.
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class MachineChecks:
    """Look at this machine; `settings` are None where the configuration cannot be read."""

    settings: Settings | None
    around: DiagnosisContext

    def program(self) -> Iterator[Check]:
        """Yield the program itself."""
        yield Check.ok(
            "program",
            f"doideposit {installed_version('doideposit')} on Python {platform.python_version()}, {platform.system()}",
        )

    def encoding(self) -> Iterator[Check]:
        """Check that UTF-8 is spoken: names of authors survive only there."""
        others = [f"{what} ({code})" for what, code in self.around.encodings().items() if not _is_utf8(code)]
        if others:
            hint = "set LANG=C.UTF-8 or PYTHONUTF8=1, or names such as Müller may be shown wrongly"
            yield Check.warn("encoding", f"not UTF-8: {', '.join(others)}", hint)
        else:
            yield Check.ok("encoding", "UTF-8 everywhere")

    def schemas(self, store: SchemaStore) -> Iterator[Check]:
        """Check whether the schema that deposits are checked with is here, and every installed one as pinned."""
        needed = self.settings.schema_version if self.settings else DEFAULT_VERSION
        found = store.location(needed)
        if found is None:
            yield _missing_schema_check(store, needed)
        elif store.named is not None and found.parent != store.named:
            # The job works with another folder than somebody meant, and nothing else would say so.
            message = (
                f"{OVERRIDE} names {store.named}, which does not contain Crossref's schema {needed}: {found} is used"
            )
            hint = f"correct {OVERRIDE} in the environment, or delete it"
            yield Check.warn("schemas", message, hint)
        for version in store.installed():
            faults = store.verify(version)
            if faults:
                more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
                path, problem = next(iter(faults.items()))
                message = f"Crossref's schema {version} is damaged: {path} {problem}{more}"
                hint = f"run `doideposit schemas install --force {version}`"
                yield (
                    Check.fail("schemas", message, hint) if version == needed else Check.warn("schemas", message, hint)
                )
            elif version == needed:
                place = store.location(version)
                yield Check.ok("schemas", f"Crossref {version} in {place}; every file has its pinned hash")

    def disk(self) -> Iterator[Check]:
        """Check whether there is room for the ledger and for temporary files."""
        places = {"temporary files": Path(tempfile.gettempdir())}
        if self.settings is not None and self.settings.ledger.url.startswith("sqlite:///"):
            places["the ledger"] = _nearest_folder(Path(self.settings.ledger.url.removeprefix("sqlite:///")))
        free = {what: self.around.free_bytes(folder) for what, folder in places.items()}
        least = min(free, key=lambda what: free[what])
        message = f"{_size_text(free[least])} free for {least}, in {places[least]}"
        hint = "free some space: a full disk stops a deposit, and loses nothing"
        if free[least] < FULL:
            yield Check.fail("disk", message, hint)
        elif free[least] < TIGHT:
            yield Check.warn("disk", message, hint)
        else:
            yield Check.ok("disk", message)


def _missing_schema_check(store: SchemaStore, version: str) -> Check:
    """Return the failure for a schema that is not here, with advice for where it can be put."""
    message = f"Crossref's schema {version} is not on this machine"
    hint = "run `doideposit schemas install` while this machine is online"
    if store.named is not None:
        message += f"; {OVERRIDE} names {store.named}"
        hint = f"correct {OVERRIDE} in the environment, or delete it; if that does not help, {hint}"
    try:
        place = store.target(version)
    except SchemaMissing as error:
        return Check.fail("schemas", message, error.hint)
    if store.named is None and not os.access(_nearest_folder(place), os.W_OK | os.X_OK):
        hint = (
            f"set HOME to this user's own folder ({place} cannot be written), or let {OVERRIDE} name a folder that it "
            "may write; then run `doideposit schemas install` while this machine is online"
        )
    return Check.fail("schemas", message, hint)


def _is_utf8(code: str) -> bool:
    return code.lower().replace("-", "").replace("_", "") == "utf8"


@dataclass(frozen=True, slots=True)
class StorageChecks:
    """Look at what the configuration names here: the ledger, the sandbox, the inbox, the files of the job."""

    settings: Settings
    around: DiagnosisContext

    def ledger(self) -> Iterator[Check]:
        """Check whether the ledger opens, can be written and agrees with itself, and what in it waits for too long."""
        condition = Condition.of_ledger(self.settings.ledger.url, self.settings.ledger_password(self.around.environ))
        if condition.hindrance is not None:
            yield Check.fail("ledger", condition.hindrance.message, condition.hindrance.hint)
            return
        if condition.revision is None:
            yield _new_ledger_check(condition)
            return
        if not condition.is_current:
            hint = "nothing to do: the next command makes a copy of it and upgrades it"
            yield Check.warn("ledger", f"{condition.place} has the older revision {condition.revision}", hint)
            return
        yield Check.ok("ledger", f"{condition.place}, revision {condition.revision}, can be written")
        yield from _permission_checks(condition)
        with open_ledger(self.settings, environ=self.around.environ) as ledger:
            yield from _consistency_checks(ledger)
            yield from _waiting_checks(ledger, self.settings, self.around.clock())

    def sandbox(self) -> Iterator[Check]:
        """Check whether the embedded sandbox can keep its state; only where it is the target."""
        if self.settings.needs_login:
            return
        path = self.settings.sandbox.state
        place = path if path.exists() else _nearest_folder(path)
        hint = "choose another file with [sandbox] state, or allow this user to write there"
        if not os.access(place, os.W_OK):
            yield Check.fail("sandbox", f"the sandbox cannot keep its state in {path}: {place} is read-only", hint)
        elif path.exists() and not _is_database(path):
            yield Check.fail(
                "sandbox", f"{path} is not the state of a sandbox", "choose another file with [sandbox] state"
            )
        else:
            yield Check.ok("sandbox", f"keeps its state in {path}")

    def inbox(self) -> Iterator[Check]:
        """Check whether the scheduled job can move files within its inbox, or make one."""
        folder = self.settings.inbox.folder
        if not folder.exists():
            if self.settings.inbox.named:
                yield from _missing_inbox_check(folder)
            return
        if (refusal := _inbox_refusal(Folders(folder))) is not None:
            yield refusal
            return
        yield Check.ok("inbox", f"{folder}, whose files can be moved")
        folders = Folders(folder)
        put_away = JobState.load(folders.state, self.around.clock()).put_away
        for _, said, action in Waiting.find(folders, self.settings.target, put_away=put_away).matters():
            yield Check.warn("inbox", said, action)
        if self.settings.inbox.keep_done is not None and (folder / "done").is_dir():
            yield _archives(Folders(folder), self.settings.inbox.keep_done, self.settings.target, self.around.clock())

    def monitoring(self) -> Iterator[Check]:
        """Check whether the files for those who watch the job can be written where the configuration wants them."""
        monitoring = self.settings.monitoring
        wanted = {
            "status_file": monitoring.status_file,
            "prometheus_file": monitoring.prometheus_file,
            "heartbeat_file": monitoring.heartbeat_file,
        }
        good: list[str] = []
        for key, path in wanted.items():
            if path is None:
                continue
            if not path.parent.is_dir():
                hint = f"make it for the user of the job, or correct [monitoring] {key}"
                yield Check.fail("monitoring", f"there is no folder {path.parent} for {path.name}", hint)
            elif not os.access(path.parent, os.W_OK | os.X_OK) or path.is_dir():
                hint = "allow this user to write there; a unit of systemd needs the folder in ReadWritePaths= too"
                yield Check.fail("monitoring", f"{path} cannot be written by this user", hint)
            else:
                good.append(str(path))
        if good:
            yield Check.ok("monitoring", f"can be written: {', '.join(good)}")

    def job(self) -> Iterator[Check]:
        """Check how the scheduled job does, by what its last pass left; nothing where none left anything here."""
        now = self.around.clock()
        run = Run.read_last(Folders(self.settings.inbox.folder).last_run, now)
        if run is None or run.target != self.settings.target:
            return
        ended = f"its last pass ended at {run.finished:%Y-%m-%d %H:%M} UTC"
        doing = run.health(now, self.settings.api.job_within)
        if doing == "fails":
            reason, advice = next(((error["message"], error["hint"]) for error in run.errors), (run.summary, ""))
            hint = f"{advice or 'correct it'}; then `doideposit run` shows whether the next run succeeds"
            yield Check.warn("job", f"it fails, and {run.since_success}: {reason}", hint)
        elif doing == "late" and self.settings.inbox.named:
            hint = "check whether the timer, crontab line or service that should start it every few minutes does so"
            yield Check.warn("job", f"{ended}, and nothing has started it since", hint)
        else:
            # Without an inbox of its own it may have been started by hand, once.
            yield Check.ok("job", ended)


def _new_ledger_check(condition: Condition) -> Check:
    if condition.path is None:
        return Check.ok("ledger", f"{condition.place} is empty: the first deposit makes the tables")
    if not condition.path.parent.is_dir():
        hint = "check that its disk or network drive is connected; to use a new folder, create it first"
        return Check.fail("ledger", f"there is no folder {condition.path.parent} for the ledger", hint)
    folder = condition.path.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        hint = "choose another place with [ledger] url, or allow this user to write there"
        return Check.fail("ledger", f"{condition.path} cannot be made: {folder} is read-only", hint)
    return Check.ok("ledger", f"{condition.path} is not there yet: the first deposit makes it")


def _permission_checks(condition: Condition) -> Iterator[Check]:
    """Check whether others can read the ledger: it holds unpublished titles and abstracts."""
    if condition.path is None:
        return
    # Any permission of the group or of others; SQLite's journal beside the ledger holds the same data.
    open_ones = [path for path in condition.side_files if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_ones:
        names = " ".join(str(path) for path in open_ones)
        yield Check.warn("permissions", f"others can read {names}", f"chmod 600 {names}")
    else:
        yield Check.ok("permissions", "only its owner can read the ledger")


def _consistency_checks(ledger: Ledger) -> Iterator[Check]:
    findings = ledger.check()
    if findings:
        message = f"the ledger is inconsistent ({len(findings)} times)" if findings[1:] else "a contradiction"
        hint = "keep this file, run `doideposit ledger check`, and restore a backup"
        yield Check("consistency", CheckStatus.FAIL, message, hint, findings=findings[:MOST_SHOWN])
    else:
        yield Check.ok("consistency", "the ledger is consistent")


def _waiting_checks(ledger: Ledger, settings: Settings, now: datetime) -> Iterator[Check]:
    """Yield what waits on the target too long, by the configured deadlines, and what waits for a person."""
    deadlines, seen = settings.deadlines, settings.observable
    outstanding = overdue = attention = 0
    unattended = Waiting(unattended=ledger.unattended(settings.target, lambda: now))
    for _, said, action in unattended.matters():
        yield Check.warn("unattended", said, action)
    for work in ledger.on(settings.target, lambda: now).works.all():
        status = status_of(work, now, deadlines, seen)
        outstanding += status.is_open
        overdue += status.overdue is not None
        attention += status.needs_person
    if not outstanding:
        yield Check.ok("unfinished", f"nothing is outstanding on {settings.target}")
    else:
        yield Check.ok("unfinished", f"{counted(outstanding, 'DOI')} outstanding on {settings.target}")
    if overdue:
        hint = "run `doideposit poll --all`, then `doideposit status`: it says what to do about each"
        message = f"{counted(overdue, 'DOI')} overdue on {settings.target}: past their deadlines"
        yield Check.warn("overdue", message, hint)
    if attention:
        count = f"{counted(attention, 'DOI')} {'needs' if attention == 1 else 'need'}"
        yield Check.warn("attention", f"{count} a person on {settings.target}", "run `doideposit status --attention`")


def _size_text(count: int) -> str:
    # Gigabytes as disks are sold, in powers of ten.
    return f"{count / 1e9:,.1f} GB" if count >= TIGHT else f"{count / 1e6:,.0f} MB"


# The first sixteen bytes of every SQLite file (its file format, section 1.3).
SQLITE_MARK = b"SQLite format 3\x00"


def _archives(folders: Folders, keep: timedelta, target: str, now: datetime) -> Check:
    """Yield when the next month of finished files is archived, and which files stay too long."""
    found, keeps = DoneFiles.find(folders, target), f"finished files stay in done/ for {duration_text(keep)}"
    # A job that runs once a week needs so long to trust the clock again, after a jump when the month is due.
    due = (names for month, names in found.months.items() if DoneFiles.due_on(month, keep) + 3 * CLOCK_JUMP < now)
    late = [name for names in due for name in names]
    if late:
        named = ", ".join(late[:MOST_SHOWN]) + ("…" if late[MOST_SHOWN:] else "")
        hint = (
            f"check with `doideposit status` that each DOI in them is registered on {target}, and that the job ends "
            "with exit code 0 or 1: otherwise nothing is archived"
        )
        return Check.warn("archive", f"{counted(len(late), 'old file')} should be in an archive by now: {named}", hint)
    if found.others:
        stay = "stays" if len(found.others) == 1 else "stay"
        keeps += f"; {counted(len(found.others), 'file')} without a report of this target {stay}"
    for month in list(found.months)[:1]:
        keeps += f"; {month} goes into an archive on {DoneFiles.due_on(month, keep):%Y-%m-%d}"
    return Check.ok("archive", keeps)


def _missing_inbox_check(folder: Path) -> Iterator[Check]:
    if not folder.parent.is_dir():
        hint = "create it, or check that the drive is connected; the folder is set as [inbox] folder"
        yield Check.fail("inbox", f"there is no folder {folder.parent} for the inbox", hint)
    elif not os.access(folder.parent, os.W_OK | os.X_OK):
        hint = "make the folder for this user, or name another one with [inbox] folder"
        yield Check.fail("inbox", f"{folder} cannot be made: {folder.parent} is read-only", hint)


def _inbox_refusal(folders: Folders) -> Check | None:
    """Return what keeps the job from moving files into, out of and within an inbox; None where nothing does."""
    root = folders.root
    if not root.is_dir():
        message, hint = f"{root} is a file, not a folder", "move it away, or name another folder with [inbox] folder"
    elif not _can_fill(root):
        message = f"files in {root} cannot be moved"
        hint = "allow this user to write there, or name another folder with [inbox] folder"
    elif _is_sticky_of_another(root):
        message = f"files of others in {root} cannot be moved: its sticky bit is set"
        hint = "remove the sticky bit (chmod -t), or let this user own the folder"
    elif closed := [path for path in folders.own() if path.exists() and not _can_fill(path)]:
        names = " ".join(map(str, closed))
        message = f"the job cannot write in its own folders: {names}"
        hint = f"give them to this user, as root: chown {current_user()} {names}"
    else:
        return None
    return Check.fail("inbox", message, hint)


def _can_fill(folder: Path) -> bool:
    """Tell whether this user can list a folder, and put files into it and take them out of it."""
    return folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def _is_sticky_of_another(folder: Path) -> bool:
    """Tell whether files of others stay where they are: only their owner, the folder's owner and root move them."""
    found = folder.stat()
    user = os.geteuid() if hasattr(os, "geteuid") else 0
    return bool(found.st_mode & stat.S_ISVTX) and user not in {0, found.st_uid}


def _is_database(path: Path) -> bool:
    with open_input(path) as stream:
        return stream.read(len(SQLITE_MARK)) in {b"", SQLITE_MARK}


def _nearest_folder(path: Path) -> Path:
    """Return the nearest folder above `path` that exists."""
    # Folders that this user may not enter count as not there, where `Path.is_dir` would raise.
    return next((parent for parent in path.absolute().parents if os.path.isdir(parent)), Path(path.anchor or "."))  # noqa: PTH112
