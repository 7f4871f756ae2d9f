"""The live check of a draft, sorted for a form; the record file it becomes, and the plan that is kept of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Self

from doideposit.findings import Finding, Severity
from doideposit.records.identifiers import InvalidIdentifier
from doideposit.records.landing import head_html
from doideposit.reports.findings import sentence
from doideposit.web.desk.citing import cited
from doideposit.web.desk.form import RecordForm
from doideposit.web.desk.workplace import Workplace

__all__ = ["Verdict"]

# The category of findings that only wish for more (abstract, ORCID, licence); they are folded into one line.
WISHES: Final = "completeness"


@dataclass(frozen=True)
class Verdict:
    """Say what is wrong with a draft, by field, and what it would be registered as."""

    findings: tuple[Finding, ...]
    doi: str = ""
    url: str = ""
    citations: Mapping[str, str] = field(default_factory=dict)
    tags: str = ""
    xml: str = ""

    @property
    def stops(self) -> tuple[Finding, ...]:
        """Return what must be corrected before anything can be sent."""
        return tuple(finding for finding in self.findings if finding.stops)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Return the warnings."""
        return tuple(
            finding
            for finding in self.findings
            if not finding.stops and finding.severity is Severity.WARNING and finding.category != WISHES
        )

    @property
    def wishes(self) -> tuple[Finding, ...]:
        """Return what would make the record better."""
        return tuple(finding for finding in self.findings if finding.category == WISHES and not finding.stops)

    def about(self, path: str) -> tuple[Finding, ...]:
        """Return the findings beside an input."""
        return tuple(self._by_input.get(path, ()))

    @cached_property
    def _by_input(self) -> Mapping[str, list[Finding]]:
        # Grouped once: a record with hundreds of references has a thousand inputs, and each asks for its findings.
        found: dict[str, list[Finding]] = {}
        for finding in (*self.stops, *self.warnings):
            for path in {finding.where.field or "", _without_last_index(finding.where.field)}:
                found.setdefault(path, []).append(finding)
        return found

    @property
    def elsewhere(self) -> tuple[Finding, ...]:
        """Return the findings about no single input, for the top of the form."""
        return tuple(finding for finding in (*self.stops, *self.warnings) if not finding.where.field)

    def to_dict(self) -> dict[str, Any]:
        """Return it for the script of the page."""
        return {
            "stops": len(self.stops),
            "wishes": [sentence(finding.message) for finding in self.wishes],
            "findings": [
                {
                    "field": finding.where.field or "",
                    "near": _without_last_index(finding.where.field),
                    "stops": finding.stops,
                    "code": finding.code,
                    "message": sentence(finding.message),
                    "hint": sentence(finding.hint),
                }
                for finding in (*self.stops, *self.warnings)
            ],
            "doi": self.doi,
            "url": self.url,
            "citations": dict(self.citations),
        }

    @classmethod
    def of(cls, workplace: Workplace, data: Mapping[str, Any]) -> Self:
        """Check a draft; where it is a record at all, say its DOI, landing page, citation and tags as well."""
        checked = next(iter(workplace.checker.read([RecordForm.cleaned(data)])))
        if checked.record is None:
            return cls(checked.findings, *_made_by_series(workplace, data))
        commentary = checked.record.commentary
        return cls(
            checked.findings,
            str(commentary.doi),
            commentary.url or "",
            cited(commentary),
            head_html(commentary),
            checked.xml.decode("utf-8") if checked.xml else "",
        )


def _without_last_index(field: str | None) -> str:
    """Return the field without its last index: a finding about ``affiliations[0]`` shows at its first input."""
    return re.sub(r"\.(text|name|url|doi)$", "", field or "")


def _made_by_series(workplace: Workplace, data: Mapping[str, Any]) -> tuple[str, str]:
    """Return the DOI and the landing page that follow from series and number, whatever else is wrong."""
    names = list(workplace.series)
    series = workplace.series.get(str(data.get("series") or (names[0] if len(names) == 1 else "")))
    number = str(data.get("number") or "")
    if series is None or not number:
        return "", ""
    try:
        doi = series.doi_for(number)
    # The number does not fit into the pattern of the series; the check reports it at its field.
    except InvalidIdentifier:
        return "", ""
    return str(data.get("doi") or doi or ""), str(data.get("url") or series.url_for(number) or "")
