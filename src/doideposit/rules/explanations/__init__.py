"""The codes that are not rules: what models, readers, schema, Crossref, planning and the world report."""

from doideposit.rules.explanation import Explanation

__all__ = ["EXPLANATIONS"]

EXPLANATIONS: tuple[Explanation, ...] = ()
