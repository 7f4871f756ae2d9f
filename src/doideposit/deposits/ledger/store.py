"""The ledger as the workflow sees it: short transactions, each a single promise kept or nothing at all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import SecretStr
from sqlalchemy import Connection, Engine

from doideposit.crossref.diagnostics import DoiOutcome
from doideposit.deposits.ledger import audit, clock_skew, decisions, export, polls, queries, submissions, uploads
from doideposit.deposits.ledger.engine import WRITES, Place, make_engine, translated
from doideposit.deposits.ledger.entries import (
    Attempt,
    KnownWork,
    LedgerEvent,
    NewSubmission,
    Submission,
    Upload,
    Work,
)
from doideposit.deposits.ledger.migrate import migrate
from doideposit.deposits.ledger.transaction import Transaction
from doideposit.deposits.ledger.uploads import Claim, Turn
from doideposit.errors import LedgerDamaged
from doideposit.findings import Finding
from doideposit.records.identifiers import Doi

__all__ = ["Ledger", "Step", "quiet"]

Step = Callable[[str], None]
"""Called with a name before and after every commit; tests kill the process in it."""


def quiet(_name: str) -> None:
    """Do nothing at a step: what every run but a test does."""


class Ledger:
    """The memory of all deposits, in one SQLite file or one PostgreSQL database.

    Safe from several threads and processes: every method is one short transaction, and none is held across the
    network. Everything the database raises leaves as a `LedgerError`.
    """

    def __init__(self, place: Place, engine: Engine, step: Step = quiet) -> None:
        self._place = place
        self._engine = engine
        self._step = step

    @classmethod
    def open(cls, url: str, *, password: SecretStr | None = None, step: Step = quiet) -> "Ledger":
        """Open the ledger, making or upgrading it where needed.

        `url` is ``sqlite:///path`` or ``postgresql+psycopg://...``; a password of the database is better handed over
        apart from it. Raises `LedgerUnavailable`, `LedgerTooNew` (and
        leaves the ledger untouched), `LedgerDamaged`, or `ConfigurationError` for an address that cannot be one.
        """
        place = Place(url, password)
        engine = make_engine(place)
        try:
            migrate(engine, place, step)
        except BaseException:
            engine.dispose()
            raise
        return cls(place, engine, step)

    @property
    def place(self) -> str:
        """Where it is, without any password."""
        return self._place.name

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with translated(self._place), self._engine.connect() as connection, connection.begin():
                yield connection
        except ValueError:
            # A state or a text of JSON that nobody but doideposit writes, and that doideposit never wrote.
            raise LedgerDamaged(f"the ledger {self.place} holds a value that cannot be read") from None

    @contextmanager
    def _writing(self, name: str, now: datetime) -> Iterator[Transaction]:
        self._step(f"ledger {name}: begin")
        writer = self._engine.connect().execution_options(**{WRITES: True})
        with translated(self._place), writer as connection, connection.begin():
            transaction = Transaction(connection, now)
            yield transaction
            transaction.write_events()
            self._step(f"ledger {name}: commit")
        self._step(f"ledger {name}: committed")

    # Planning and preparing.

    def known(self, target: str, dois: Sequence[Doi]) -> dict[str, KnownWork]:
        """What is known of these DOIs, by `Doi.key`; one never seen has no entry."""
        with self._reading() as connection:
            return submissions.known(connection, target, dois)

    def prepare(self, new: NewSubmission, now: datetime) -> int | None:
        """Record a sealed file before anything of it is sent; None when another process was quicker."""
        with self._writing("prepare", now) as transaction:
            return submissions.prepare(transaction, new)

    # Uploading.

    def obstacle(self, turn: Turn, now: datetime) -> str | None:
        """Why nothing may be uploaded now, in plain words; None when something may."""
        with self._reading() as connection:
            return uploads.obstacle(connection, turn, now)

    def candidate(self, target: str, now: datetime) -> tuple[Submission, bytes] | None:
        """The file that should go out next, with its bytes."""
        with self._reading() as connection:
            return uploads.candidate(connection, target, now)

    def say_why_waiting(self, target: str, now: datetime) -> None:
        """Write down which prepared files wait for the first deposit of their series."""
        with self._reading() as connection:
            if not uploads.is_to_say_why(connection, target):
                return
        with self._writing("say why waiting", now) as transaction:
            uploads.say_why_waiting(transaction, target)

    def start(self, turn: Turn, key: int, claim: Claim, now: datetime) -> Upload | None:
        """Commit to one upload under a new file name; None when the file may not go after all."""
        with self._writing("start", now) as transaction:
            return uploads.start(transaction, turn, key, claim)

    def accept(self, target: str, upload: Attempt, now: datetime, next_look_at: datetime, proof: str) -> None:
        """The upload got through: Crossref has the file, and the next one may go."""
        with self._writing("accept", now) as transaction:
            uploads.accept(transaction, target, upload, next_look_at, proof)
            uploads.end_turn(transaction, target)

    def found(self, target: str, upload: Attempt, now: datetime, next_look_at: datetime, proof: str) -> None:
        """Crossref knows a file of which it was in doubt whether it arrived."""
        with self._writing("found", now) as transaction:
            uploads.accept(transaction, target, upload, next_look_at, proof)

    def return_unsent(self, target: str, upload: Attempt, now: datetime, until: datetime | None, reason: str) -> None:
        """The file certainly did not arrive: it goes back, and nothing is uploaded before `until`."""
        with self._writing("return unsent", now) as transaction:
            uploads.return_unsent(transaction, target, upload, until, reason)

    def doubt(
        self,
        target: str,
        upload: Attempt,
        now: datetime,
        *,
        next_look_at: datetime,
        until: datetime | None,
        reason: str,
    ) -> None:
        """The file went out and it is not known whether it arrived."""
        with self._writing("doubt", now) as transaction:
            uploads.doubt(transaction, target, upload, next_look_at, reason, until)

    def refuse(
        self, target: str, upload: Attempt, now: datetime, *, reason: str, hint: str, until: datetime | None
    ) -> None:
        """Crossref does not take the file: a person has to do something."""
        with self._writing("refuse", now) as transaction:
            uploads.refuse(transaction, target, upload, reason, hint, until)

    def lose(self, target: str, upload: Attempt, now: datetime, next_look_at: datetime) -> None:
        """Crossref does not know the file after the grace period: the same bytes may go out under a new name."""
        with self._writing("lose", now) as transaction:
            uploads.lose(transaction, target, upload, next_look_at)

    def paused(self, target: str) -> tuple[datetime | None, str, int]:
        """Until when nothing should be sent or asked, why, and how many times in a row Crossref was away."""
        with self._reading() as connection:
            return uploads.paused(connection, target)

    def pause(self, target: str, until: datetime, reason: str, now: datetime) -> None:
        """Nothing is sent or asked before `until`."""
        with self._writing("pause", now) as transaction:
            uploads.pause(transaction, target, until, reason)

    def pull_back(self, target: str, now: datetime) -> bool:
        """Let go of what was planned for days ahead by a clock that was wrong; says whether there was anything."""
        with self._reading() as connection:
            if not clock_skew.is_too_far(connection, target, now):
                return False
        with self._writing("pull back", now) as transaction:
            clock_skew.pull_back(transaction, target)
        return True

    def resume(self, target: str, now: datetime) -> None:
        """Crossref answered again."""
        with self._writing("resume", now) as transaction:
            uploads.resume(transaction, target)

    def stored(self, key: int) -> bytes:
        """The bytes of the submission."""
        with self._reading() as connection:
            return uploads.stored(connection, key)

    # Asking what became of a file.

    def claim_looks(
        self,
        target: str,
        owner: str,
        now: datetime,
        until: datetime,
        *,
        most: int,
        force: bool = False,
        doubts_only: bool = False,
        after: int = 0,
    ) -> tuple[Submission, ...]:
        """Up to `most` files that should be asked about now, leased to `owner` until `until`."""
        due = polls.due(target, now, force=force, doubts_only=doubts_only, after=after)
        with self._reading() as connection:
            if connection.execute(due.limit(1)).first() is None:
                return ()
        with self._writing("claim looks", now) as transaction:
            return polls.claim(transaction, due.limit(most), owner, until)

    def end_looks(self, owner: str, keys: Sequence[int], results: Sequence[polls.Look], now: datetime) -> None:
        """Write down the answers that were not final, and give back everything that was claimed."""
        with self._writing("end looks", now) as transaction:
            polls.end(transaction, owner, keys, results)

    def look_details(self, keys: Sequence[int]) -> dict[int, tuple[tuple[Attempt, ...], tuple[Doi, ...]]]:
        """The uploads of each submission, the newest first, and its DOIs in the order of its file."""
        with self._reading() as connection:
            return polls.details(connection, keys)

    def hasten(self, target: str, batch_id: str, now: datetime) -> bool:
        """Ask about the file with that batch id at the next opportunity; False when there is no such file."""
        with self._writing("hasten", now) as transaction:
            return polls.hasten(transaction, target, batch_id)

    def late(self, target: str, now: datetime, *, most: int) -> tuple[tuple[Attempt, Submission], ...]:
        """Uploads thought lost that should be asked about again, each with its submission."""
        with self._reading() as connection:
            return polls.late(connection, target, now, most)

    def watch(self, upload: Attempt, now: datetime, next_look_at: datetime | None) -> None:
        """When to ask again about an upload thought lost; None for no more."""
        with self._writing("watch", now) as transaction:
            polls.watch(transaction, upload, next_look_at)

    def finish(
        self,
        current: Submission,
        results: Sequence[DoiOutcome],
        now: datetime,
        *,
        file_name: str,
        answer: bytes,
        submission_id: str | None,
    ) -> None:
        """A completed log was read: keep it, and what it says of each DOI."""
        with self._writing("finish", now) as transaction:
            polls.finish(transaction, current, results, file_name=file_name, answer=answer, submission_id=submission_id)

    # Telling people.

    def work(self, target: str, doi: Doi) -> Work | None:
        """What is known of the DOI on this target."""
        with self._reading() as connection:
            return queries.one(connection, target, doi)

    def works(self, target: str, wish: queries.Wish) -> Iterator[Work]:
        """Every wanted work in the order of DOIs, page by page."""
        after, more = "", True
        while more:
            with self._reading() as connection:
                found = queries.page(connection, target, wish, after)
            yield from found
            more = len(found) == queries.PAGE
            after = found[-1].doi.key if found else ""

    def dois_from(self, target: str, beginning: str, most: int) -> tuple[Doi, ...]:
        """The first DOIs, in their order, that come at or after a text: for completing what somebody types."""
        with self._reading() as connection:
            return queries.dois_from(connection, target, beginning, most)

    def works_of(self, keys: Sequence[int]) -> tuple[Work, ...]:
        """The works whose latest deposit is in one of these submissions."""
        with self._reading() as connection:
            return tuple(
                found
                for start in range(0, len(keys), submissions.AT_ONCE)
                for found in queries.of_submissions(connection, keys[start : start + submissions.AT_ONCE])
            )

    def events(self, target: str, since: int = 0) -> Iterator[LedgerEvent]:
        """Everything that happened after the event `since`, oldest first, page by page."""
        while True:
            with self._reading() as connection:
                found = queries.events(connection, target, since)
            yield from found
            if len(found) < queries.PAGE:
                return
            since = found[-1].id

    def of_doi(self, target: str, doi: Doi) -> tuple[tuple[LedgerEvent, Submission | None], ...]:
        """Everything that happened to the DOI, oldest first."""
        with self._reading() as connection:
            return queries.of_doi(connection, target, doi)

    def result_logs(self, target: str, most: int) -> tuple[tuple[str, bytes], ...]:
        """The latest result logs as they came, the newest first, each with its file name."""
        with self._reading() as connection:
            return queries.result_logs(connection, target, most)

    def outstanding(self, target: str) -> int:
        """How many DOIs have a deposit whose end is not known yet."""
        with self._reading() as connection:
            return queries.outstanding(connection, target)

    def pending(self, target: str) -> int:
        """How many files are at Crossref, or on the way to it, without a result."""
        with self._reading() as connection:
            return uploads.pending(connection, target)

    def oldest_unfinished(self, target: str) -> datetime | None:
        """When the oldest deposit was prepared whose end is not known yet."""
        with self._reading() as connection:
            return queries.oldest_unfinished(connection, target)

    def next_due(self, target: str) -> datetime | None:
        """When it next makes sense to send or to ask; None when nothing is open."""
        with self._reading() as connection:
            return queries.next_due(connection, target)

    # What people decide, and what look-ups prove.

    def acknowledge(self, target: str, doi: Doi, reason: str, now: datetime) -> bool:
        """Set a warning or failure aside with a reason; False when there is none."""
        with self._writing("acknowledge", now) as transaction:
            return decisions.acknowledge(transaction, target, doi, reason)

    def abandon(self, target: str, doi: Doi, reason: str, now: datetime) -> bool:
        """Give up the open deposit of the DOI; False when there is none."""
        with self._writing("abandon", now) as transaction:
            return decisions.abandon(transaction, target, doi, reason)

    def prove(self, target: str, doi: Doi, truth: decisions.Truth, proof: str, now: datetime, *, holds: bool) -> None:
        """Record what a look-up showed: that the DOI resolves or is indexed, or that it does not."""
        with self._writing("prove", now) as transaction:
            decisions.prove(transaction, target, doi, truth, proof, holds=holds)

    # Looking after the ledger itself.

    def check(self) -> tuple[Finding, ...]:
        """Every way in which the ledger contradicts itself; nothing is changed."""
        with self._reading() as connection:
            return tuple(audit.audit(connection))

    def backup(self, path: Path) -> None:
        """Copy the ledger while it is in use: the SQLite file itself, or an export where it lives in PostgreSQL.

        Raises `UsageError` when `path` exists, `DiskError` when it cannot be written.
        """
        if self._place.path is None:
            export.write_lines(path, self.export_lines())
            return
        with translated(self._place):
            export.copy_file(self._place.path, path)

    def export_lines(self) -> Iterator[str]:
        """The whole ledger as lines of JSON, as it stands at one moment."""
        with translated(self._place), self._engine.connect() as connection:
            if not self._place.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901
            with connection.begin():
                yield from export.lines(connection)

    def import_lines(self, lines: Iterable[str]) -> int:
        """Take an export into this ledger, which must be empty; all of it or nothing. Returns the number of rows."""
        writer = self._engine.connect().execution_options(**{WRITES: True})
        with translated(self._place), writer as connection, connection.begin():
            return export.take_in(connection, lines)
