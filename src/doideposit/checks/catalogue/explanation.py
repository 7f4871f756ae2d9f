"""What is said about a code to someone who asks."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from doideposit.findings import Severity

__all__ = ["Explanation", "Kind"]


class Kind(StrEnum):
    """Where a code comes from."""

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


@dataclass(frozen=True, slots=True)
class Explanation:
    """One code explained.

    `title` is a heading, `message` the sentence the finding says (with … where it names what was found), `why` the
    reason in a sentence or two, `hint` what to do now, `source` the page the rule comes from. `bad` and `good` are
    fields of a record in YAML, or what the configuration says of the series; they are empty where an example would
    show nothing. What is not `overridable` cannot be
    changed or ignored by the configuration. `former` is the name that the code had in the version before.
    """

    code: str
    kind: Kind
    severity: Severity
    title: str
    message: str
    why: str
    hint: str
    source: str = ""
    bad: str = ""
    good: str = ""
    category: str = ""
    overridable: bool = False
    former: str = ""

    def to_dict(self) -> dict[str, str | bool]:
        """Return the explanation as JSON has it; what is empty is left out."""
        # `firm` was the key of the version before, and says the opposite.
        data: dict[str, str | bool] = {**asdict(self), "firm": not self.overridable}
        return {key: value for key, value in data.items() if value != ""}
