"""Faults of the world, as one tree; faults of the data are findings (`doideposit.findings`).

::

    DoiDepositError                      code, message, hint, exit_code
    ├── ConfigurationError        2      the configuration file, an environment variable or a flag; carries findings
    ├── UsageError                2      the command cannot be carried out as it was given
    │   ├── AddressRefused               an address of a page that is never fetched
    │   ├── PlanUnusable                 a plan file that doideposit did not write like this
    │   └── ApprovalMissing              ... another person has to approve first what is to be sent
    └── WorldError                3      something outside failed: try again later, nothing is lost
        ├── SchemaError                  a schema bundle
        │   ├── SchemaMissing            ... is not on this machine and could not be fetched
        │   └── SchemaDamaged            ... does not have the pinned SHA-256, or cannot be compiled
        ├── LedgerError                  the ledger
        │   ├── LedgerUnavailable        ... cannot be opened or written (disk full, read-only, server away)
        │   ├── LedgerTooNew             ... was written by a newer doideposit
        │   └── LedgerDamaged            ... contradicts itself
        ├── DiskError                    any other file could not be read or written
        ├── PageUnavailable              a page of the web could not be fetched
        ├── UnforeseenError              a fault of doideposit itself: nothing is lost, and it is to be reported
        └── RegistrarError               Crossref, or the way to it
            ├── CredentialsRefused       wrong user, role or password: stops the whole run, never retried
            ├── SubmissionForbidden      the login is right and may not do this (403): stops, never retried
            ├── RegistrarBusy            429, or the queue is full: wait `retry_after` seconds
            ├── RegistrarUnavailable     never reached Crossref: safe to try again
            ├── SubmissionInDoubt        sent, and no usable answer: ask by file name, never send again blindly
            └── UnexpectedAnswer         an answer that fits no known form: not accepted, needs a person

A class is added only where a caller branches on it. Texts never contain a secret, and errors raised from a library's
exception are raised `from None`, because such exceptions carry URLs and bodies.
"""

import os
import re
from typing import ClassVar

from doideposit.findings import Finding

__all__ = [
    "AddressRefused",
    "ApprovalMissing",
    "ConfigurationError",
    "CredentialsRefused",
    "DiskError",
    "DoiDepositError",
    "LedgerDamaged",
    "LedgerError",
    "LedgerTooNew",
    "LedgerUnavailable",
    "PageUnavailable",
    "PlanUnusable",
    "RegistrarBusy",
    "RegistrarError",
    "RegistrarUnavailable",
    "SchemaDamaged",
    "SchemaError",
    "SchemaMissing",
    "SubmissionForbidden",
    "SubmissionInDoubt",
    "UnexpectedAnswer",
    "UnforeseenError",
    "UsageError",
    "WorldError",
]


class DoiDepositError(Exception):
    """Stop a command, or a call, for a reason that is not a fault of the data.

    `message` says what happened and where, `hint` what to do now; `code` is stable; `exit_code` is the exit
    status of the command line.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 3
    default_hint: ClassVar[str] = ""
    # Whether the error is already in the JSON document of the command it stopped.
    told_in_json: bool = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.default_hint

    def to_dict(self) -> dict[str, str]:
        """Return the error as the JSON of the command line shows it."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class ConfigurationError(DoiDepositError):
    """Say that the configuration cannot be used; `findings` names every fault of it at once."""

    code = "configuration"
    exit_code = 2

    def __init__(self, message: str, *, hint: str = "", findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.findings = findings

    def __str__(self) -> str:
        """Return the first finding and the number of others in one line, for logs."""
        if not self.findings:
            return self.message
        first, more = self.findings[0], len(self.findings) - 1
        return f"{self.message}: {first.where}: {first.message}" + (f", and {more} more" if more else "")


class UsageError(DoiDepositError):
    """Say that the command, or the call, cannot be carried out as it was given."""

    code = "usage"
    exit_code = 2


class AddressRefused(UsageError):
    """Say that an address is never fetched: it leads into a private network, or is not the address of a web page."""

    code = "address-refused"


class PlanUnusable(UsageError):
    """Say that a plan file is not as doideposit wrote it, or is none at all: nothing of it is sent."""

    code = "plan-unusable"


class ApprovalMissing(UsageError):
    """Say that the configuration wants a second person to approve what is to be sent, and nobody has."""

    code = "approval-missing"
    default_hint = (
        "make a plan with `doideposit plan FILES -o plan.json`, let another person run `doideposit approve plan.json`, "
        "then run `doideposit apply plan.json`"
    )


class WorldError(DoiDepositError):
    """Say that something outside failed; nothing is lost, and the same command can be run again."""

    code = "world"
    exit_code = 3

    @staticmethod
    def keys_of(error: "WorldError | None") -> dict[str, dict[str, str]]:
        """Return the keys of JSON for what stopped a run; `trouble` is the former name of `error`."""
        return {} if error is None else {"error": error.to_dict(), "trouble": error.to_dict()}


class SchemaError(WorldError):
    """Say that Crossref's schemas cannot be used."""

    code = "schema"


class SchemaMissing(SchemaError):
    """Say that a schema bundle is not on this machine and could not be fetched."""

    code = "schema-missing"
    default_hint = "run `doideposit schemas install` while this machine is online"


class SchemaDamaged(SchemaError):
    """Say that a schema file does not have the SHA-256 of the lock, or the bundle cannot be compiled."""

    code = "schema-damaged"
    default_hint = "run `doideposit schemas install --force` to fetch the bundle again"


class LedgerError(WorldError):
    """Say that the ledger cannot be used."""

    code = "ledger"


class LedgerUnavailable(LedgerError):
    """The ledger cannot be opened or written: a full disk, a read-only folder, a database server that is away."""

    code = "ledger-unavailable"


class LedgerTooNew(LedgerError):
    """Say that the ledger was written by a newer doideposit."""

    code = "ledger-too-new"
    default_hint = "upgrade doideposit on this machine; the ledger was not changed"


class LedgerDamaged(LedgerError):
    """Say that the ledger contradicts itself, for instance stored bytes that do not have their own SHA-256."""

    code = "ledger-damaged"
    default_hint = "run `doideposit ledger check`, and restore a backup if it says so"


class DiskError(WorldError):
    """Say that a file could not be read or written."""

    code = "disk"


class PageUnavailable(WorldError):
    """Say that a page of the web could not be fetched."""

    code = "page-unavailable"
    default_hint = "open the address in a browser; if you see it there, save the page and name the file"


class UnforeseenError(WorldError):
    """Say that something failed that nobody foresaw: a fault of doideposit. Nothing is lost, and the next run goes on.

    The text names the kind of the exception alone: the words of a foreign exception may hold a secret.
    """

    code = "unforeseen"
    default_hint = "please report it, with the output of the same command with `--debug`: `doideposit --debug …`"

    @classmethod
    def of(cls, error: Exception) -> WorldError:
        """Make the error for an exception of any other kind: a `DiskError` where the system refused a file."""
        if isinstance(error, OSError) and isinstance(error.filename, str | os.PathLike):
            # Wherever a path leads into a folder that this user may not enter, any question about it ends like this.
            hint = "check its permissions and those of the folders above it, and that the disk is there"
            return DiskError(f"{os.fspath(error.filename)} cannot be used: {error.strerror or error}", hint=hint)
        return cls(f"an unexpected error happened ({type(error).__name__}); nothing is lost")


# Characters of an answer that are in a message.
QUOTED = 120
# The tags of an error page, with its style sheet, scripts and comments; the text that is left is shown to people.
_MARKUP = re.compile(r"<!--.*?(?:-->|\Z)|<(style|script)\b.*?</\1>|<[^>]*>?", re.DOTALL | re.IGNORECASE)


class RegistrarError(WorldError):
    """Say that Crossref, or the way to it, failed.

    `excerpt` is the beginning of an answer that is not a documented one, without passwords; the message ends with what
    it says in words. `retry_after` is the number of seconds that Crossref asks to wait, or None.
    """

    code = "registrar"

    def __init__(self, message: str, *, hint: str = "", excerpt: str = "", retry_after: float | None = None) -> None:
        super().__init__(message + _quoted(excerpt), hint=hint)
        self.excerpt = excerpt
        self.retry_after = retry_after


def _quoted(page: str) -> str:
    """Return the first words of a page, in quotation marks after a colon; empty if it has none."""
    words = " ".join(_MARKUP.sub(" ", page).split())
    return f": “{words[:QUOTED]}{'…' if len(words) > QUOTED else ''}”" if words else ""


class CredentialsRefused(RegistrarError):
    """Say that Crossref does not accept the login. The whole run stops; trying again cannot help."""

    code = "credentials-refused"
    default_hint = (
        "check user name, role and password of this target; test and production have separate passwords. "
        "Recorded deposits are kept, and are sent with the next run"
    )


class SubmissionForbidden(RegistrarError):
    """Say that the login is right and may not do this (status 403)."""

    code = "submission-forbidden"
    default_hint = "ask Crossref support whether the account is blocked or lacks the role"


class RegistrarBusy(RegistrarError):
    """Say that Crossref asks to wait: too many requests, or more than 10,000 submissions pending."""

    code = "registrar-busy"
    default_hint = "nothing to do: the next run tries again"


class RegistrarUnavailable(RegistrarError):
    """Say that the request certainly did not reach Crossref's application: it is safe to send it again."""

    code = "registrar-unavailable"
    default_hint = "nothing to do: the next run tries again"


class SubmissionInDoubt(RegistrarError):
    """Say that the file went out and no usable answer came back: Crossref may or may not have it."""

    code = "submission-in-doubt"
    default_hint = "run `doideposit poll`: it asks Crossref for the file before anything is sent again"


class UnexpectedAnswer(RegistrarError):
    """Say that an answer fits no known form, or declines a file without a reason in it."""

    code = "unexpected-answer"
    default_hint = "read the answer in `doideposit history DOI`, check the target's address, and tell Crossref support"
    # The history has the answers about files alone.
    hint_without_excerpt: ClassVar[str] = (
        "check the target's addresses in the configuration, and whether a proxy or a page to log in stands between; "
        "the next run asks again"
    )

    def __init__(self, message: str, *, hint: str = "", excerpt: str = "", retry_after: float | None = None) -> None:
        hint = hint or ("" if excerpt else self.hint_without_excerpt)
        super().__init__(message, hint=hint, excerpt=excerpt, retry_after=retry_after)
