"""Every code a finding or an error can have, explained: what it means, why it matters, and what to do now."""

import textwrap
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from doideposit.checks.catalogue.adoption import ADOPTION
from doideposit.checks.catalogue.approval import APPROVAL
from doideposit.checks.catalogue.health import HEALTH
from doideposit.checks.catalogue.http_api import HTTP_API
from doideposit.checks.catalogue.references import REFERENCES
from doideposit.checks.catalogue.world import WORLD
from doideposit.checks.rules.evaluation import ALL_RULES
from doideposit.checks.rules.overrides import RENAMED
from doideposit.checks.rules.registry import Rule
from doideposit.crossref.diagnostics.explanations import ANSWERS
from doideposit.crossref.validator.explanations import DEPOSITS
from doideposit.crossref.xml.explanations import LOSSES
from doideposit.explanation import CodeOrigin, Explanation
from doideposit.records.extraction.explanations import DOCUMENTS
from doideposit.records.models.explanations import RECORDS
from doideposit.records.sources.explanations import FILES

__all__ = ["CATALOGUE", "HEADINGS", "CodeOrigin", "Explanation", "explanation_of"]


def _explain_rule(rule: Rule[Any]) -> Explanation:
    return Explanation(
        code=rule.code,
        kind=CodeOrigin.RULE,
        severity=rule.severity,
        title=rule.title,
        message=_without_placeholders(rule.message),
        why=rule.why,
        hint=_without_placeholders(rule.hint),
        source=rule.source,
        bad=_example_text(rule.bad, rule.setting),
        good=_example_text(rule.good, rule.good_setting),
        category=rule.category,
        overridable=rule.overridable,
    )


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _without_placeholders(text: str) -> str:
    """Return the message with … in place of each placeholder; doubled braces become single ones."""
    return text.format_map(_Anything())


_IN_THE_SERIES = "# doideposit.toml, in the series"


def _example_text(fields: str, setting: str) -> str:
    record = textwrap.dedent(fields).strip()
    if not setting:
        return record
    return f"{_IN_THE_SERIES}\n{setting}" + (f"\n\n# the record\n{record}" if record else "")


# The codes that are not rules, each explained in the room that raises it; those of the rooms above in `world`.
EXPLANATIONS: tuple[Explanation, ...] = (
    *RECORDS,
    *FILES,
    *DOCUMENTS,
    *DEPOSITS,
    *LOSSES,
    *ANSWERS,
    *WORLD,
    *APPROVAL,
    *HTTP_API,
    *ADOPTION,
    *REFERENCES,
    *HEALTH,
)

# Anyone who looks up a former code in old reports or scripts is led to the present one.
_FORMER = {new: old for old, new in RENAMED.items()}

# Every code and what it means: the rules first, then the others by where they come from.
CATALOGUE: Mapping[str, Explanation] = MappingProxyType(
    {
        item.code: replace(item, former=_FORMER.get(item.code, ""))
        for item in (*map(_explain_rule, ALL_RULES), *EXPLANATIONS)
    }
)


def explanation_of(code: str) -> Explanation | None:
    """Return the explanation of a code, by its present or its former name; None if the code is unknown."""
    return CATALOGUE.get(RENAMED.get(code, code))


# In this order the reference shows them: first what people meet most.
HEADINGS = {
    CodeOrigin.RULE: "Rules",
    CodeOrigin.MODEL: "Records",
    CodeOrigin.CAPABILITY: "Fields without a place in a record type or schema version",
    CodeOrigin.FILE: "Files",
    CodeOrigin.DOCUMENT: "Drafts from documents",
    CodeOrigin.XSD: "Deposit files and Crossref's schema",
    CodeOrigin.CROSSREF: "Crossref's answers",
    CodeOrigin.PLANNING: "Plans, updates and whole series",
    CodeOrigin.CONFIGURATION: "The configuration",
    CodeOrigin.ERROR: "External failures and errors of requests",
}
