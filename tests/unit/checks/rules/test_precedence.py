"""One mistake gives one finding, the most useful; two mistakes give two."""

from datetime import date

import pytest

from doideposit.checks.rules.evaluation import Evaluation
from doideposit.checks.rules.overrides import Ignored, RuleSettings
from doideposit.checks.rules.registry import Context
from doideposit.findings import Severity
from doideposit.records.models.record import Record
from rule_examples import commentary, loaded

BOOKS = ((2025, "Gauges and grievances"), (2024, "Ferries in the ice"), (2026, "A harbour under water"))
TEXTS = [f"{{text: 'Keller, A. ({year}). {title}. Example Press.', year: {year}}}" for year, title in BOOKS]
LATER = f"references: [{', '.join(TEXTS)}]"
ONE_MISTAKE = [
    # A date of publication, wrong in itself or against whatever else the record says.
    ("published: 2199-01-01", "date-future"),
    ("{number: 2023-05, published: 2199-01-01}", "date-future"),
    ("{number: 2023-05, published: 2013-09-14, accepted: 2023-08-01, published_print: 2023-10-01}", "date-number-year"),
    ("{published: 1923-09-14, url: 'https://www.sadf.eu/2023/09/a/', accepted: 2023-09-01}", "date-before-the-web"),
    ("{published: 2013-09-14, accepted: 2023-08-01, published_print: 2023-10-01}", "date-accepted-late"),
    ("{published: 2013-09-14, published_print: 2023-10-01}", "dates-far-apart"),
    (f"{{published: 2013-09-14, accepted: 2023-08-01, {LATER}}}", "date-accepted-late"),
    (f"{{published: 2013-09-14, {LATER}}}", "reference-from-the-future"),
    ("{published: 2199-01-01, licences: [{url: 'https://creativecommons.org/licenses/by/4.0/', start_date: 2023-09-14}]}", "date-future"),
    # Another date that is wrong.
    ("accepted: 2199-01-01", "date-future"),
    ("published_print: 2199-01-01", "date-future"),
    # Other fields.
    ("licences: ['http://creativecommons.org/licenses/by/4.0']", "licence-slash"),
    ("authors: [{given: '?', family: Wolf}]", "name-blank"),
    ("abstracts: [lorem ipsum dolor sit amet]", "text-filler"),
    ("url: 'https://user:secret@www.sadf.eu/'", "url-password"),
]  # fmt: skip


def codes(fields: str, settings: RuleSettings = RuleSettings()) -> list[str]:  # noqa: B008  (it is frozen)
    context = Context(today=date(2026, 9, 14), settings=settings)
    found = Evaluation(context).check(Record(commentary(loaded(fields))))
    return [one.code for one in found if one.severity is not Severity.INFO and not one.ignored_because]


@pytest.mark.parametrize(("fields", "code"), ONE_MISTAKE)
def test_one_mistake_gives_one_finding(fields: str, code: str) -> None:
    assert codes(fields) == [code]


@pytest.mark.parametrize(
    ("fields", "both"),
    [
        ("{accepted: 2199-01-01, published_print: 2199-01-01}", ["date-future", "date-future"]),
        ("{published_print: 2199-01-01, accepted: 2023-12-01}", ["date-future", "date-accepted-late"]),
        ("{published: 2199-01-01, url: 'https://www.sadf.eu/'}", ["date-future", "url-home-page"]),
    ],
)
def test_two_mistakes_give_two_findings(fields: str, both: list[str]) -> None:
    assert codes(fields) == both


def test_what_is_ignored_hides_nothing_else() -> None:
    settings = RuleSettings(ignore=(Ignored("licence-slash", "our own form"),))
    assert codes("licences: ['http://creativecommons.org/licenses/by/4.0']", settings) == ["licence-not-https"]


def test_the_finding_about_many_younger_references_stands_at_the_date() -> None:
    record = Record(commentary(loaded(f"{{published: 2013-09-14, {LATER}}}")))
    (found,) = [
        one for one in Evaluation(Context(today=date(2026, 9, 14))).check(record) if one.severity is not Severity.INFO
    ]
    assert found.where.field == "published"
    assert "reference 3 is of 2026" in found.message
