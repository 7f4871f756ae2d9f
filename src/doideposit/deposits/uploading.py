"""Uploading what is prepared: one file at a time, the intent committed before, the outcome after."""

from contextlib import suppress
from datetime import timedelta

from doideposit.crossref.sealing import recorded
from doideposit.deposits.batching import unique_name
from doideposit.deposits.context import Means, OnEvent
from doideposit.deposits.ledger.entries import Submission, Upload
from doideposit.deposits.ledger.uploads import Claim
from doideposit.deposits.schedule import LEASE, next_look, pause_until
from doideposit.deposits.values import Progress
from doideposit.deposits.wording import name_of
from doideposit.errors import (
    ConfigurationError,
    CredentialsRefused,
    LedgerDamaged,
    LedgerError,
    RegistrarBusy,
    RegistrarUnavailable,
    SubmissionForbidden,
    SubmissionInDoubt,
    UnexpectedAnswer,
    WorldError,
)
from doideposit.records.models.batch import SealedBatch

__all__ = ["Sender"]


class Sender:
    """Sends until nothing may be sent; `touched` are the submissions it tried, `trouble` what stopped it."""

    def __init__(self, means: Means, *, on_event: OnEvent) -> None:
        self._means = means
        self._on_event = on_event
        self.touched: list[int] = []
        self.received = 0
        self.trouble: WorldError | None = None

    def run(self) -> None:
        """Upload every file whose turn it is; raises `CredentialsRefused`, with everything put back."""
        while self.trouble is None:
            upload = self._next()
            if upload is None:
                return
            self.touched.append(upload[0].submission.id)
            self._send(*upload)

    def _next(self) -> tuple[Upload, SealedBatch] | None:
        """Seal the oldest file that may go and commit to sending it; None when none may."""
        means = self._means
        while True:
            now = means.clock()
            hindrance = means.ledger.obstacle(means.turn, now)
            if hindrance is not None:
                self._on_event(Progress("waiting", f"nothing is sent now: {hindrance}"))
                return None
            found = means.ledger.candidate(means.target, now)
            if found is None:
                means.ledger.say_why_waiting(means.target, now)
                return None
            batch = self._sealed(*found)
            claim = Claim(f"{unique_name(found[0].series, now)}.xml", now + LEASE)
            upload = means.ledger.start(means.turn, found[0].id, claim, now)
            if upload is not None:
                return upload, batch

    def _sealed(self, submission: Submission, xml: bytes) -> SealedBatch:
        """The stored bytes as a sealed batch; raises `LedgerDamaged` when they are not what was recorded."""
        _, dois = self._means.ledger.look_details([submission.id])[submission.id]
        batch = recorded(
            xml,
            sha256=submission.sha256,
            batch_id=submission.batch_id,
            timestamp=submission.timestamp,
            schema_version=submission.schema_version,
            dois=dois,
        )
        if batch is None:
            raise LedgerDamaged(f"the stored file of batch {submission.batch_id} does not have its SHA-256")
        return batch

    def _send(self, upload: Upload, batch: SealedBatch) -> None:
        means, name = self._means, upload.attempt.file_name
        self._on_event(
            Progress("sending", f"sending {name} to {name_of(means.target)}", file_name=name, dois=batch.dois)
        )
        try:
            means.step("submit: begin")
            receipt = means.registrar.submit(batch, name)
            means.step("submit: answered")
        except (CredentialsRefused, ConfigurationError) as error:
            # A configuration that cannot be used is noticed before anything leaves: a password that is not there.
            means.ledger.return_unsent(means.target, upload.attempt, means.clock(), None, error.message)
            raise
        except (RegistrarUnavailable, RegistrarBusy) as error:
            self._pause(upload, error)
        except SubmissionInDoubt as error:
            self._doubt(upload, error.message)
            self.trouble = error
        except (SubmissionForbidden, UnexpectedAnswer) as error:
            self._refused(upload, error)
        except BaseException:
            # Whatever this is, the file may be on its way: only asking can tell. No second fault may hide this one.
            with suppress(LedgerError):
                self._doubt(upload, "the run was interrupted while the file was being sent")
            raise
        else:
            proof = f"{name_of(means.target)} answered that it received {receipt.file_name}"
            now = means.clock()
            means.ledger.accept(means.target, upload.attempt, now, next_look(now, 0, means.random), proof)
            self.received += 1
            self._on_event(Progress("received", proof, file_name=name, dois=batch.dois))

    def _pause(self, upload: Upload, error: RegistrarUnavailable | RegistrarBusy) -> None:
        means, now = self._means, self._means.clock()
        until = pause_until(now, upload.submission.failures, means.random, error)
        means.ledger.return_unsent(means.target, upload.attempt, now, until, error.message)
        self.trouble = error
        self._on_event(Progress("waiting", f"{error.message}; the file is kept", file_name=upload.attempt.file_name))

    def _doubt(self, upload: Upload, reason: str) -> None:
        means, now = self._means, self._means.clock()
        until = pause_until(now, upload.submission.failures, means.random)
        look = next_look(now, 0, means.random)
        means.ledger.doubt(means.target, upload.attempt, now, next_look_at=look, until=until, reason=reason)
        self._on_event(Progress("doubt", reason, file_name=upload.attempt.file_name))

    def _refused(self, upload: Upload, error: SubmissionForbidden | UnexpectedAnswer) -> None:
        means, now = self._means, self._means.clock()
        # A page in maintenance must not refuse one file after the other.
        until = now + timedelta(minutes=5)
        means.ledger.refuse(means.target, upload.attempt, now, reason=error.message, hint=error.hint, until=until)
        self.trouble = error
        self._on_event(Progress("refused", error.message, file_name=upload.attempt.file_name))
