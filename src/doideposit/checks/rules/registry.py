"""How a rule is written down: one function, and beside it everything a person may want to know about it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Generic, NamedTuple, TypeVar

from doideposit.checks.rules.overrides import RuleSettings
from doideposit.findings import Finding, Loc, Severity, Where

__all__ = ["ERROR", "INFO", "WARNING", "Context", "Fault", "Rule", "Rules", "Scope", "fault"]

ERROR: Final = Severity.ERROR
WARNING: Final = Severity.WARNING
INFO: Final = Severity.INFO

Subject = TypeVar("Subject")


class Scope(StrEnum):
    """What a rule looks at: one record, all records of a run, or the depositor."""

    RECORD = "record"
    TOGETHER = "together"
    DEPOSITOR = "depositor"


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know beyond the record: the day, the settings, and whether the deposit is meant for production.

    `live` is true for production: placeholders, which a rehearsal may hold, are errors there.
    """

    today: date
    settings: RuleSettings = field(default_factory=RuleSettings)
    live: bool = False


class Fault(NamedTuple):
    """One place where a rule is broken; `values` fill the rule's message and hint.

    `record` says which record of a run is meant, for rules that look at all of them.
    """

    loc: Loc
    values: Mapping[str, object]
    length: int | None = None
    severity: Severity | None = None
    record: int = 0


def fault(
    *loc: str | int, length: int | None = None, severity: Severity | None = None, index: int = 0, **values: object
) -> Fault:
    """A fault at a field, with the values for the message."""
    return Fault(loc, values, length, severity, index)


@dataclass(frozen=True, slots=True)
class Rule(Generic[Subject]):
    """A rule: what it is called, what it says, where it comes from, how it goes wrong and right, and its function.

    `message` and `hint` have places in braces, filled from the fault. `bad` and `good` are fields of a record in
    YAML, laid over a complete record by the tests (a list of records for rules about a whole run); `setting` and
    `good_setting` are what the series says in the configuration for them. A `firm` rule cannot be changed or ignored.
    """

    code: str
    severity: Severity
    category: str
    title: str
    message: str
    hint: str
    why: str
    source: str
    bad: str
    good: str
    function: Callable[[Subject], Iterable[Fault]]
    setting: str = ""
    good_setting: str = ""
    firm: bool = False

    def finding(self, fault: Fault, where: Where) -> Finding:
        """The finding that says what is wrong at `where`."""
        _, values, length, severity, _ = fault
        message, hint = self.message, self.hint
        if "{" in message:
            message = message.format_map(values)
        if "{" in hint:
            hint = hint.format_map(values)
        return Finding(self.code, severity or self.severity, message, hint, where, length=length)


class Rules(Generic[Subject]):
    """The rules of one category; its `rule` registers a function.

    Every category is a module, and `doideposit.checks.rules.check` runs all of them.
    """

    def __init__(self, category: str, scope: Scope = Scope.RECORD) -> None:
        self.category = category
        self.scope = scope
        self.rules: list[Rule[Subject]] = []

    def rule(
        self,
        code: str,
        severity: Severity,
        title: str,
        *,
        message: str,
        hint: str,
        why: str,
        source: str,
        bad: str,
        good: str,
        setting: str = "",
        good_setting: str = "",
        firm: bool = False,
    ) -> Callable[[Callable[[Subject], Iterable[Fault]]], Callable[[Subject], Iterable[Fault]]]:
        """Register the function below under `code`."""

        def register(function: Callable[[Subject], Iterable[Fault]]) -> Callable[[Subject], Iterable[Fault]]:
            self.rules.append(
                Rule(
                    code=code,
                    severity=severity,
                    category=self.category,
                    title=title,
                    message=message,
                    hint=hint,
                    why=why,
                    source=source,
                    bad=bad,
                    good=good,
                    function=function,
                    setting=setting,
                    good_setting=good_setting,
                    firm=firm,
                )
            )
            return function

        return register
