"""What the configuration may say about rules: another severity, or a finding set aside with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from doideposit.findings import Finding, Severity

__all__ = ["RENAMED", "Ignored", "RuleSettings"]

# Codes of the version before, with the code of today. Codes are promises: a configuration that names the code of an
# earlier version keeps working until the next one.
RENAMED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "plan-travels-together": "plan-batch-blocked",
        "plan-twice": "plan-duplicate-doi",
        "plan-under-way": "plan-in-progress",
        "rule-firm": "rule-not-overridable",
        "schema-cannot-carry": "unsupported-by-schema",
        "type-cannot-carry": "unsupported-by-type",
    }
)


@dataclass(frozen=True, slots=True)
class Ignored:
    """Set findings of one code aside, for a reason that is shown with them.

    With `doi` only those of that work, in any spelling of its case; with `series` only those of that series, by the
    short name the configuration gives it; with neither, all.
    """

    code: str
    reason: str
    doi: str | None = None
    series: str | None = None

    def covers(self, code: str, *, doi: str | None, series: str | None) -> bool:
        """Return whether a finding of that code, about that work, is set aside by this entry."""
        return (
            code == RENAMED.get(self.code, self.code)
            and (self.doi is None or self.doi.lower() == (doi or "").lower())
            and (self.series is None or self.series == series)
        )


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """Record changed severities by code, and what is ignored."""

    severity: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    ignore: tuple[Ignored, ...] = ()

    def severity_of(self, finding: Finding) -> Severity:
        """Return the severity that a finding gets, whichever of its names the settings use."""
        names = (finding.code, *(old for old, new in RENAMED.items() if new == finding.code))
        return next((self.severity[name] for name in names if name in self.severity), finding.severity)

    def apply(
        self, finding: Finding, *, overridable: bool = True, doi: str | None = None, series: str | None = None
    ) -> Finding:
        """Return the finding as the settings want it; one that is not overridable stays as it is."""
        if not overridable:
            return finding
        severity = self.severity_of(finding)
        for entry in self.ignore:
            if entry.covers(finding.code, doi=doi, series=series):
                return replace(finding, severity=severity, ignored_because=entry.reason)
        return finding if severity is finding.severity else replace(finding, severity=severity)
