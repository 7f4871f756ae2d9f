"""How a rule is written down: one function, and beside it everything a person may want to know about it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Generic, NamedTuple, Self, TypeVar

from doideposit.checks.rules.overrides import RuleSettings
from doideposit.findings import Finding, Loc, Severity, Where
from doideposit.records.identifiers import IsRegistered

__all__ = ["ERROR", "INFO", "WARNING", "Context", "Match", "Rule", "Rules"]

# Short names: each is written a hundred times in the tables of rules.
ERROR: Final = Severity.ERROR
WARNING: Final = Severity.WARNING
INFO: Final = Severity.INFO

Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Context:
    """Record what a rule may know beyond the record: the day, the settings, and whether this is production.

    `live` is true for production: placeholders, which a rehearsal may hold, are errors there. `is_registered` tells
    whether a DOI is known as registered, so that what holds for new ones is not asked of it. `prefixes` are those of
    the configured series; without any, every prefix may be ours.
    """

    today: date
    settings: RuleSettings = field(default_factory=RuleSettings)
    live: bool = False
    is_registered: IsRegistered = lambda _doi, _number: False
    prefixes: frozenset[str] = frozenset()


class Match(NamedTuple):
    """Record one place where a rule is broken; `values` fill the rule's message and hint.

    `record` says which record of a run is meant, for rules that look at all of them.
    """

    loc: Loc
    values: Mapping[str, object]
    length: int | None = None
    severity: Severity | None = None
    record: int = 0

    @classmethod
    def at(
        cls,
        *loc: str | int,
        length: int | None = None,
        severity: Severity | None = None,
        record: int = 0,
        **values: object,
    ) -> Self:
        """Build a match at a field, with the values for the message."""
        return cls(loc, values, length, severity, record)


@dataclass(frozen=True, slots=True)
class Rule(Generic[Subject]):
    """Record a rule: its name, what it says, where it comes from, how it goes wrong and right, and its function.

    `message` and `hint` have places in braces, filled from the match. `bad` and `good` are fields of a record in
    YAML, laid over a complete record by the tests (a list of records for rules about a whole run); `setting` and
    `good_setting` are what the series says in the configuration for them. A rule that is not
    `overridable` cannot be changed or ignored: Crossref would reject the record anyway.
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
    function: Callable[[Subject], Iterable[Match]]
    setting: str = ""
    good_setting: str = ""
    overridable: bool = True

    def finding(self, match: Match, where: Where) -> Finding:
        """Build the finding that says what is wrong at `where`."""
        _, values, length, severity, _ = match
        message, hint = self.message, self.hint
        if "{" in message:
            message = message.format_map(values)
        if "{" in hint:
            hint = hint.format_map(values)
        return Finding(
            self.code, severity or self.severity, message, hint, where, length=length, category=self.category
        )


class Rules(Generic[Subject]):
    """Store the rules of one category; its `rule` adds a function.

    Every category is a module, and `doideposit.checks.rules.evaluation` runs all of them.
    """

    def __init__(self, category: str) -> None:
        self.category = category
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
        overridable: bool = True,
    ) -> Callable[[Callable[[Subject], Iterable[Match]]], Callable[[Subject], Iterable[Match]]]:
        """Add the function below under `code`."""

        def register(function: Callable[[Subject], Iterable[Match]]) -> Callable[[Subject], Iterable[Match]]:
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
                    overridable=overridable,
                )
            )
            return function

        return register
