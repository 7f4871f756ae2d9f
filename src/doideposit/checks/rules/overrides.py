"""What the configuration may say about rules: another severity, or a finding set aside with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from doideposit.findings import Finding, Severity

__all__ = ["Ignored", "RuleSettings", "apply"]


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
