"""What is said about a code to someone who asks."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Protocol

from doideposit.findings import Severity

__all__ = ["CodeOrigin", "Explanation", "Writer"]


class CodeOrigin(StrEnum):
    """Record where a code comes from."""

    RULE = "rule"
    MODEL = "model"
    CAPABILITY = "capability"
    FILE = "file"
    DOCUMENT = "document"
    XSD = "xsd"
    CROSSREF = "crossref"
    PLANNING = "planning"
    CONFIGURATION = "configuration"
    ERROR = "error"

    def writer(self, source: str = "", severity: Severity = Severity.ERROR, *, overridable: bool = False) -> "Writer":
        """Return a function that makes explanations of one kind, with a source and severity where none is given."""

        def write(
            code: str,
            title: str,
            why: str,
            hint: str,
            *,
            source: str = source,
            severity: Severity = severity,
            bad: str = "",
            good: str = "",
        ) -> Explanation:
            return Explanation(
                code=code,
                kind=self,
                severity=severity,
                title=title,
                why=why,
                hint=hint,
                source=source,
                bad=bad,
                good=good,
                category=self.value,
                overridable=overridable,
            )

        return write


@dataclass(frozen=True, slots=True)
class Explanation:
    """Record what is said about one code.

    `title` is a heading, `message` the sentence the finding of a rule says (with … where it names what was found; for
    other codes the place that raises them says it), `why` the
    reason in a sentence or two, `hint` what to do now, `source` the page the rule comes from. `bad` and `good` are
    fields of a record in YAML, or what the configuration says of the series; they are empty where an example would
    show nothing. What is not `overridable` cannot be
    changed or ignored by the configuration. `former` is the name that the code had in the version before.
    """

    code: str
    kind: CodeOrigin
    severity: Severity
    title: str
    why: str
    hint: str
    message: str = ""
    source: str = ""
    bad: str = ""
    good: str = ""
    category: str = ""
    overridable: bool = False
    former: str = ""

    def to_dict(self) -> dict[str, str | bool]:
        """Return the explanation as JSON, without empty keys."""
        # `firm` was the key of the version before, and says the opposite.
        data: dict[str, str | bool] = {**asdict(self), "firm": not self.overridable}
        return {key: value for key, value in data.items() if value != ""}


class Writer(Protocol):
    """Make one explanation: its code, its title, the reason, and what to do; the finding itself says the sentence."""

    def __call__(
        self,
        code: str,
        title: str,
        why: str,
        hint: str,
        *,
        source: str = ...,
        severity: Severity = ...,
        bad: str = "",
        good: str = "",
    ) -> Explanation:
        """Return the explanation."""
        ...
