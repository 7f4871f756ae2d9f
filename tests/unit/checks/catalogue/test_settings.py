"""What the configuration may change about rules, and what it may not."""

from datetime import date

import pytest

from doideposit.checks.catalogue.entries import explanation_of
from doideposit.checks.catalogue.settings import problems
from doideposit.checks.rules.evaluation import Evaluation
from doideposit.checks.rules.overrides import RENAMED, Ignored, RuleSettings
from doideposit.checks.rules.registry import Context
from doideposit.findings import Finding, Severity
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.record import Record
from doideposit.records.models.series import Series

TODAY = date(2026, 9, 1)
DOI = "10.48251/SADF.ISSN.2406-5617.C258"


def record(**fields: object) -> Record:
    series = Series.model_validate(
        {
            "name": "sadf-comment",
            "title": "SADF Comment",
            "issn": "2406-5617",
            "prefix": "10.48251",
            "doi": "{prefix}/SADF.ISSN.{issn}.C{number}",
        }
    )
    data = {
        "series": series,
        "number": "258",
        "title": "PROSPECTS FOR NATO-JAPAN RELATIONS",
        "published": "2023-09-14",
        "authors": [{"given": "Siegfried O.", "family": "Wolf"}],
        "url": "https://www.sadf.eu/prospects/",
    }
    return Record(Commentary.model_validate(data | fields))


def found(settings: RuleSettings, code: str = "title-all-caps", **fields: object) -> Finding:
    findings = Evaluation(Context(TODAY, settings)).check(record(**fields))
    return next(finding for finding in findings if finding.code == code)


def test_without_settings_a_rule_has_its_own_severity() -> None:
    finding = found(RuleSettings())
    assert (finding.severity, finding.ignored_because) == (Severity.WARNING, None)


def test_a_severity_can_be_changed() -> None:
    assert found(RuleSettings(severity={"title-all-caps": Severity.ERROR})).stops


@pytest.mark.parametrize(
    ("doi", "series", "ignored"),
    [
        (None, None, True),
        (DOI.lower(), None, True),
        ("10.48251/other", None, False),
        (None, "sadf-comment", True),
        (None, "sadf-focus", False),
    ],
)
def test_what_is_ignored_stays_with_its_reason(doi: str | None, series: str | None, *, ignored: bool) -> None:
    entry = Ignored("title-all-caps", "printed so since 2001", doi, series)
    finding = found(RuleSettings(severity={"title-all-caps": Severity.ERROR}, ignore=(entry,)))
    assert finding.ignored_because == ("printed so since 2001" if ignored else None)
    assert finding.stops is not ignored


def test_firm_rules_stay_as_they_are() -> None:
    settings = RuleSettings(severity={"url-missing": Severity.INFO}, ignore=(Ignored("url-missing", "later"),))
    finding = found(settings, "url-missing", url=None)
    assert (finding.severity, finding.ignored_because) == (Severity.ERROR, None)


def test_findings_from_elsewhere_follow_the_settings_too_but_errors_stay() -> None:
    warning = Finding("unsupported-by-type", Severity.WARNING, "no place for an edition")
    error = Finding("unsupported-by-type", Severity.ERROR, "no place for a status")
    settings = RuleSettings(ignore=(Ignored("unsupported-by-type", "known"),))
    settled = Evaluation(Context(TODAY, settings)).apply_settings([warning, error], record())
    assert [finding.ignored_because for finding in settled] == ["known", None]


def test_settings_without_fault_have_no_problems() -> None:
    entry = Ignored("orcid-missing", "our authors have none")
    assert problems(RuleSettings(severity={"title-all-caps": Severity.ERROR}, ignore=(entry,))) == ()
    assert problems(RuleSettings()) == ()


@pytest.mark.parametrize(
    ("settings", "code", "field"),
    [
        (RuleSettings(severity={"title-all-cap": Severity.ERROR}), "rule-unknown", "rules.severity.title-all-cap"),
        (RuleSettings(ignore=(Ignored("nonsense", "why"),)), "rule-unknown", "rules.ignore[0].code"),
        (RuleSettings(severity={"url-missing": Severity.INFO}), "rule-not-overridable", "rules.severity.url-missing"),
        (
            RuleSettings(severity={"orcid-check-digit": Severity.INFO}),
            "rule-not-overridable",
            "rules.severity.orcid-check-digit",
        ),
        (RuleSettings(ignore=(Ignored("orcid-missing", " "),)), "ignore-without-reason", "rules.ignore[0].reason"),
    ],
)
def test_faults_of_the_settings(settings: RuleSettings, code: str, field: str) -> None:
    (finding,) = problems(settings)
    assert (finding.code, finding.where.field) == (code, field)


def test_a_misspelt_code_is_met_with_a_guess() -> None:
    (finding,) = problems(RuleSettings(severity={"title-all-cap": Severity.ERROR}))
    assert finding.hint == "did you mean title-all-caps?"


@pytest.mark.parametrize(("live", "severity"), [(False, Severity.WARNING), (True, Severity.ERROR)])
def test_placeholders_are_errors_in_production(*, live: bool, severity: Severity) -> None:
    findings = Evaluation(Context(TODAY, live=live)).check(record(url="https://www.example.org/258/"))
    assert next(f for f in findings if f.code == "url-placeholder").severity is severity
    (finding,) = Evaluation(Context(TODAY, live=live)).check_depositor("SADF", "doi@example.org", "SADF")
    assert finding.severity is severity
    assert finding.where.field == "depositor.email"


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_a_code_of_the_version_before_is_still_understood(old: str, new: str) -> None:
    explained = explanation_of(old)
    assert explained is not None
    assert (explained.code, explained.former) == (new, old)
    finding = Finding(new, Severity.WARNING, "no place for an edition")
    lowered, ignoring = RuleSettings(severity={old: Severity.INFO}), RuleSettings(ignore=(Ignored(old, "known"),))
    assert lowered.apply(finding).severity is Severity.INFO
    assert ignoring.apply(finding).ignored_because == "known"
