"""The codes that are not rules: what models, readers, schema, Crossref, planning and the world report."""

from typing import Final

from doideposit.checks.catalogue.explanation import Explanation
from doideposit.checks.catalogue.explanations.answers import ANSWERS
from doideposit.checks.catalogue.explanations.deposits import DEPOSITS
from doideposit.checks.catalogue.explanations.files import FILES
from doideposit.checks.catalogue.explanations.records import RECORDS
from doideposit.checks.catalogue.explanations.world import WORLD

__all__ = ["EXPLANATIONS"]

EXPLANATIONS: Final[tuple[Explanation, ...]] = (*RECORDS, *FILES, *DEPOSITS, *ANSWERS, *WORLD)
