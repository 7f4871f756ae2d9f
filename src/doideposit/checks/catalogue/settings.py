"""What the configuration says about rules, and what is wrong with that."""

from doideposit.checks.rules.overrides import Ignored, RuleSettings
from doideposit.findings import Finding, Severity, Where

__all__ = ["Ignored", "RuleSettings", "problems"]


def problems(settings: RuleSettings) -> tuple[Finding, ...]:
    """Find what is wrong with the settings: unknown codes, codes that cannot be changed, ignoring without a reason.

    `where.field` is written as in ``rules.severity.title-all-caps`` or ``rules.ignore[0].code``.
    """
    if not (settings.severity or settings.ignore):
        return ()
    named = [(code, f"rules.severity.{code}") for code in settings.severity]
    named += [(entry.code, f"rules.ignore[{index}].code") for index, entry in enumerate(settings.ignore)]
    found = [finding for code, place in named if (finding := _find_problem(code, place)) is not None]
    for index, entry in enumerate(settings.ignore):
        if not entry.reason.strip():
            found.append(_no_reason(entry.code, f"rules.ignore[{index}].reason"))
    return tuple(found)


def _find_problem(code: str, place: str) -> Finding | None:
    import difflib  # noqa: PLC0415  (only for a code that does not exist)

    from doideposit.checks.catalogue.entries import CATALOGUE, explanation_of  # noqa: PLC0415  (most settings say nothing about rules)

    explanation = explanation_of(code)
    if explanation is None:
        close = difflib.get_close_matches(code, CATALOGUE, n=1)
        hint = f"did you mean {close[0]}?" if close else "`doideposit explain` lists every code"
        return _error_finding("rule-unknown", f"there is no finding with the code {code}", hint, place)
    if not explanation.overridable:
        hint = f"delete this entry, and correct the records: see `doideposit explain {code}`"
        return _error_finding(
            "rule-not-overridable", f"findings of the code {code} cannot be changed or ignored", hint, place
        )
    return None


def _no_reason(code: str, place: str) -> Finding:
    return _error_finding("ignore-without-reason", f"{code} is ignored without a reason", "say why in `reason`", place)


def _error_finding(code: str, message: str, hint: str, place: str) -> Finding:
    return Finding(code, Severity.ERROR, message, hint, Where(field=place))
