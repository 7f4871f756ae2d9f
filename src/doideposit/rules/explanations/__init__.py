"""The codes that are not rules: what models, readers, schema, Crossref, planning and the world report."""

from typing import Final

from doideposit.rules.explanation import Explanation
from doideposit.rules.explanations.answers import ANSWERS
from doideposit.rules.explanations.deposits import DEPOSITS
from doideposit.rules.explanations.files import FILES
from doideposit.rules.explanations.records import RECORDS
from doideposit.rules.explanations.world import WORLD

__all__ = ["EXPLANATIONS"]

EXPLANATIONS: Final[tuple[Explanation, ...]] = (*RECORDS, *FILES, *DEPOSITS, *ANSWERS, *WORLD)
