"""What is said about a code to someone who asks."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from doideposit.findings import Severity

__all__ = ["CodeOrigin", "Explanation"]


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

    def writer(self, source: str = "", severity: Severity = Severity.ERROR, *, overridable: bool = False) -> "_Writer":
        """Return a function that makes explanations of one kind, with a source and severity where none is given."""
        return _Writer(self, source, severity, overridable)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Record what is said about one code.

    `title` is a heading, `message` the sentence the finding of a rule says (with … where it names what was found; for
    other codes the place that raises them says it), `why` the reason in a sentence or two, `hint` what to do now,
    `source` the page the rule comes from. `bad` and `good` are fields of a record in YAML, or what the configuration
    says of the series; they are empty where an example would show nothing. What is not `overridable` cannot be changed
    or ignored by the configuration. `former` is the name that the code had in the version before.
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


@dataclass(frozen=True, slots=True)
class _Writer:
    """Make explanations of one kind: each has its code, its title, the reason, and what to do."""

    kind: CodeOrigin
    source: str
    severity: Severity
    overridable: bool

    def __call__(
        self,
        code: str,
        title: str,
        why: str,
        hint: str,
        *,
        source: str | None = None,
        severity: Severity | None = None,
        bad: str = "",
        good: str = "",
    ) -> Explanation:
        """Return the explanation of a code; the finding itself says the sentence."""
        return Explanation(
            code=code,
            kind=self.kind,
            severity=self.severity if severity is None else severity,
            title=title,
            why=why,
            hint=hint,
            source=self.source if source is None else source,
            bad=bad,
            good=good,
            category=self.kind.value,
            overridable=self.overridable,
        )
