"""What the configuration may say about rules: another severity, or a finding set aside with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from doideposit.findings import Finding, Severity, Where

__all__ = ["Ignored", "RuleSettings", "apply", "problems"]


@dataclass(frozen=True, slots=True)
class Ignored:
    """Findings of one code that are set aside, for a reason that is shown with them.

    With `doi` only those of that work, in any spelling of its case; with `series` only those of that series, by the
    short name the configuration gives it; with neither, all.
    """

    code: str
    reason: str
    doi: str | None = None
    series: str | None = None

    def covers(self, code: str, *, doi: str | None, series: str | None) -> bool:
        """Whether a finding of that code, about that work, is set aside by this entry."""
        return (
            code == self.code
            and (self.doi is None or self.doi.lower() == (doi or "").lower())
            and (self.series is None or self.series == series)
        )


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """Changed severities by code, and what is ignored."""

    severity: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    ignore: tuple[Ignored, ...] = ()


def apply(
    finding: Finding, settings: RuleSettings, *, firm: bool = False, doi: str | None = None, series: str | None = None
) -> Finding:
    """The finding as the settings want it. A firm one stays as it is: Crossref would refuse the record."""
    if firm:
        return finding
    severity = settings.severity.get(finding.code, finding.severity)
    for entry in settings.ignore:
        if entry.covers(finding.code, doi=doi, series=series):
            return replace(finding, severity=severity, ignored_because=entry.reason)
    return finding if severity is finding.severity else replace(finding, severity=severity)


def problems(settings: RuleSettings) -> tuple[Finding, ...]:
    """What is wrong with the settings themselves: unknown codes, firm rules, ignoring without a reason.

    `where.field` is written as in ``rules.severity.title-all-caps`` or ``rules.ignore[0].code``.
    """
    if not (settings.severity or settings.ignore):
        return ()
    named = [(code, f"rules.severity.{code}") for code in settings.severity]
    named += [(entry.code, f"rules.ignore[{index}].code") for index, entry in enumerate(settings.ignore)]
    found = [finding for code, place in named if (finding := _problem(code, place)) is not None]
    for index, entry in enumerate(settings.ignore):
        if not entry.reason.strip():
            found.append(_no_reason(entry.code, f"rules.ignore[{index}].reason"))
    return tuple(found)


def _problem(code: str, place: str) -> Finding | None:
    import difflib  # noqa: PLC0415  (only for a code that does not exist)

    from doideposit.rules.catalogue import CATALOGUE  # noqa: PLC0415  (the catalogue reads this module)

    explanation = CATALOGUE.get(code)
    if explanation is None:
        close = difflib.get_close_matches(code, CATALOGUE, n=1)
        hint = f"did you mean {close[0]}?" if close else "`doideposit explain` lists every code"
        return _fault("rule-unknown", f"there is no finding with the code {code}", hint, place)
    if explanation.firm:
        hint = f"take this entry away, and correct the records: see `doideposit explain {code}`"
        return _fault("rule-firm", f"findings of the code {code} cannot be changed or ignored", hint, place)
    return None


def _no_reason(code: str, place: str) -> Finding:
    return _fault("ignore-without-reason", f"{code} is ignored without a reason", "say why in `reason`", place)


def _fault(code: str, message: str, hint: str, place: str) -> Finding:
    return Finding(code, Severity.ERROR, message, hint, Where(field=place))
