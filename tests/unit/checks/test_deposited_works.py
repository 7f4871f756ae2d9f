"""What the rules find in a record they find in the XML made of it, on the line of the element that holds the field."""

from dataclasses import replace
from datetime import date
from typing import cast

import pytest

from deposit_heads import HEAD
from doideposit.checks.deposited_works import check_works
from doideposit.checks.rules.deposit_files import FileReview
from doideposit.checks.rules.evaluation import RECORD_RULES
from doideposit.checks.rules.registry import Context, Rule
from doideposit.checks.rules.work import Work
from doideposit.crossref.xml.batch import Built
from doideposit.findings import Finding
from doideposit.records.models.commentary import Commentary
from doideposit.registered.reading import RegisteredRecord
from doideposit.safe_xml import ParsedXml
from rule_examples import commentary, loaded

CONTEXT = Context(date(2026, 9, 1))
HEADED = replace(HEAD, email="info@sadf.eu")
SAID_OTHERWISE = {"identifiers, numbers and series", "completeness"}
# The schema has no place for these, or the XML shows the fault otherwise: labels of the configuration, a file without
# an address, the line ends of a list, an address that is cited with a stop behind it or as that of a DOI.
NOT_IN_XML = {"title-series-label", "url-missing", "orcid-authenticated", "abstract-list", "reference-url-trailing",
              "reference-url-is-doi", "reference-isbn"}  # fmt: skip
RULES = [rule for rule in RECORD_RULES if rule.category not in SAID_OTHERWISE and rule.code not in NOT_IN_XML]


def in_xml(of: Commentary) -> list[Finding]:
    xml = Built.of(HEADED, [of]).xml
    root = ParsedXml.of(xml).root
    assert root is not None
    return list(FileReview(xml, root, file="a.xml", context=CONTEXT).findings(check_works))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_bad_example_of_a_rule_is_found_in_its_xml(rule: Rule[Work]) -> None:
    found = in_xml(commentary(loaded(rule.bad), rule.setting))
    places = [one.where for one in found if one.code == rule.code]
    assert places
    assert all(where.line and where.column and where.element for where in places)
    assert {one.code for one in found} == {rule.code}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_good_example_of_a_rule_gives_nothing_in_its_xml(rule: Rule[Work]) -> None:
    assert in_xml(commentary(loaded(rule.good), rule.good_setting)) == []


def test_one_name_many_times_stays_many_people() -> None:
    people = "".join(
        f"<person_name contributor_role='author' sequence='first'><given_name>A</given_name>"
        f"<surname>M{number % 7}</surname></person_name>"
        for number in range(2_000)
    )
    xml = Built.of(HEADED, [commentary({})]).xml.decode()
    start, end = xml.index("<contributors>"), xml.index("</contributors>")
    xml = f"{xml[:start]}<contributors>{people}{xml[end:]}"
    root = ParsedXml.of(xml.encode()).root
    assert root is not None
    [work] = RegisteredRecord.works_in(root, {"report-paper_series_metadata"})
    # Who stands there twice in one role is a mistake to be told, and no second role of one person.
    assert len(cast("list[object]", work.fields["authors"])) == 2_000
