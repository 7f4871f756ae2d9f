"""What a diagnosis consists of: checks, each with a verdict, what was seen, and what to do about it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from doideposit.errors import ConfigurationError, DoiDepositError, UsageError
from doideposit.findings import Finding

__all__ = ["Check", "CheckStatus"]


class CheckStatus(StrEnum):
    """Describe how a check came out: a warning can wait, a failure stops a deposit."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """Describe one thing looked at. `message` says what was seen, `hint` what to do; neither holds a secret.

    `in_configuration` says of a failure that the configuration has to be corrected (exit code 2); any other failure is
    one of the world (exit code 3).
    """

    name: str
    verdict: CheckStatus
    message: str
    hint: str = ""
    in_configuration: bool = False
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the check as JSON."""
        data = {"name": self.name, "verdict": self.verdict.value, "message": self.message, "hint": self.hint}
        return data | {"findings": [finding.to_dict() for finding in self.findings]}

    @classmethod
    def ok(cls, name: str, message: str) -> Self:
        """Make a check that passed."""
        return cls(name, CheckStatus.OK, message)

    @classmethod
    def warn(cls, name: str, message: str, hint: str) -> Self:
        """Make a check that deserves attention, and blocks nothing."""
        return cls(name, CheckStatus.WARN, message, hint)

    @classmethod
    def fail(cls, name: str, message: str, hint: str, *, in_configuration: bool = False) -> Self:
        """Make a check that failed: deposits are not possible."""
        return cls(name, CheckStatus.FAIL, message, hint, in_configuration)

    @classmethod
    def from_error(cls, name: str, error: DoiDepositError) -> Self:
        """Return the error that a look ran into, as a failed check."""
        in_configuration = isinstance(error, ConfigurationError | UsageError)
        findings = error.findings if isinstance(error, ConfigurationError) else ()
        return cls(name, CheckStatus.FAIL, error.message, error.hint, in_configuration, findings)

    @staticmethod
    def examine(name: str, look: "Callable[[], Iterable[Check]]") -> "Iterator[Check]":
        """Yield every check that `look` yields; whatever stops it becomes a failed check, and nothing is raised."""
        try:
            yield from look()
        except DoiDepositError as error:
            yield Check.from_error(name, error)
        except OSError as error:
            # Folders that this user may not enter, such as those of another user's home.
            place = error.filename or name
            hint = "let the user that runs doideposit enter the folders above it, or name another place"
            yield Check.fail(name, f"{place} cannot be read: {error.strerror or type(error).__name__}", hint)
        except Exception as error:  # noqa: BLE001  (a diagnosis goes on; the text of a foreign error may hold a secret)
            hint = "please report this unexpected error, with the output of `doideposit --debug` on the failing command"
            yield Check.fail(name, f"it could not be checked ({type(error).__name__})", hint)
